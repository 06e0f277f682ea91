/* How the SQLite driver stores values of each type, and what it makes of files that others wrote.
 */
#include "sqlite_fixture.h"

#include <float.h>
#include <math.h>

#define DAY INT64_C(86400000000)

static const char *const moods[] = {"happy", "so so", "\xF0\x9F\x98\x80"};
static const orm_enum_labels mood = {.name = "mood", .labels = moods, .count = 3};
static const orm_model thing = {.name = "thing"};

typedef union member {
    orm_opt_bool boolean;
    orm_opt_i16 i16;
    orm_opt_i32 i32;
    orm_opt_i64 i64;
    int64_t bare;
    orm_opt_float real4;
    orm_opt_double real8;
    const char *text;
    orm_bytes bytes;
    orm_opt_uuid uuid;
    orm_opt_date date;
    orm_opt_time time;
    orm_opt_timestamp timestamp;
    orm_opt_interval interval;
    orm_array_i32 ints;
    orm_array_text texts;
    int number;
} member;

static orm_column column_of(orm_type type)
{
    return (orm_column){.field = "it",
                        .name = "it",
                        .type = (uint8_t)type,
                        .flags = ORM_COLUMN_NULLABLE,
                        .labels = type == ORM_TYPE_ENUM ? &mood : NULL};
}

static orm_column sized(orm_type type, int32_t length, int32_t scale)
{
    orm_column column = column_of(type);
    column.length = length;
    column.scale = scale;
    return column;
}

typedef struct reading {
    fixture *f;
    const orm_column *column;
    member *into;
} reading;

static orm_status read_one(orm__call *call, orm__rows *rows, orm_error *error)
{
    reading *r = call->context;
    bool more = false;
    orm__field field = {.model = &thing, .column = r->column, .position = 0};
    orm_status status = DRIVER->next(rows, &more, error);
    if (status != ORM_OK) return status;
    assert_true(more);
    return DRIVER->read(rows, &field, 1, r->into, &r->f->arena, error);
}

static orm_status try_read(fixture *f, const orm_column *column, const char *sql,
                           const orm_value *value, member *into)
{
    reading r = {.f = f, .column = column, .into = into};
    orm__param param = {.type = column->type,
                        .array = (column->flags & ORM_COLUMN_ARRAY) != 0,
                        .model = &thing,
                        .column = column};
    memset(into, 0xA5, sizeof *into);
    orm__statement statement = fixture_statement(sql, value == NULL ? NULL : &param, value != NULL);
    return fixture_run(f, &statement, value, value != NULL, read_one, &r, ORM_NO_DEADLINE);
}

/* What `sql` selects as a member of the column. */
static member read_sql(fixture *f, orm_column column, const char *sql)
{
    member into;
    if (try_read(f, &column, sql, NULL, &into) != ORM_OK)
        fail_msg("%s\n%s: %s", sql, orm_status_name(f->error.status), f->error.message);
    return into;
}

static void refuse_sql(fixture *f, orm_column column, const char *sql, orm_status status)
{
    member into;
    assert_int_equal(try_read(f, &column, sql, NULL, &into), status);
    assert_string_equal(f->error.model, "thing");
    assert_string_equal(f->error.column, "it");
    assert_true(f->error.message[0] != '\0');
}

/* The member a value comes back as, once it was bound. */
static member round_trip(fixture *f, orm_column column, orm_value value)
{
    member into;
    if (try_read(f, &column, "SELECT ?1", &value, &into) != ORM_OK)
        fail_msg("%s: %s", orm_status_name(f->error.status), f->error.message);
    return into;
}

/* Checks the stored form: its class and its text. */
static void expect_stored(fixture *f, orm_column column, orm_value value, const char *form)
{
    char expected[400];
    orm__param param = {.type = column.type, .model = &thing, .column = &column};
    (void)snprintf(expected, sizeof expected, "%s;", form);
    fixture_expect(f, "SELECT typeof(?1) || ' ' || iif(typeof(?1) = 'blob', hex(?1), ?1)", &param,
                   &value, 1, expected);
}

static void refuse_value(fixture *f, orm_column column, orm_value value, orm_status status)
{
    orm__param param = {.type = column.type, .model = &thing, .column = &column};
    orm__statement statement = fixture_statement("SELECT ?1", &param, 1);
    assert_int_equal(fixture_run(f, &statement, &value, 1, NULL, NULL, ORM_NO_DEADLINE), status);
    assert_string_equal(f->error.model, "thing");
    assert_string_equal(f->error.column, "it");
}

static orm_value value_moment(orm_kind kind, int64_t number)
{
    return (orm_value){.kind = kind, .as.integer = number};
}

static orm_value value_real(double real)
{
    return (orm_value){.kind = ORM_KIND_DOUBLE, .as.real = real};
}

static void integers(void **state)
{
    fixture *f = *state;
    orm_column big = column_of(ORM_TYPE_BIGINT);
    assert_true(round_trip(f, big, value_int(INT64_MIN)).i64.value == INT64_MIN);
    assert_true(round_trip(f, big, value_int(INT64_MAX)).i64.value == INT64_MAX);
    assert_true(round_trip(f, big, value_int(0)).i64.has);
    assert_false(round_trip(f, big, value_null()).i64.has);
    assert_int_equal(read_sql(f, column_of(ORM_TYPE_SMALLINT), "SELECT -32768").i16.value, -32768);
    refuse_sql(f, column_of(ORM_TYPE_SMALLINT), "SELECT 32768", ORM_RANGE);
    refuse_sql(f, column_of(ORM_TYPE_INTEGER), "SELECT -2147483649", ORM_RANGE);
    assert_int_equal(read_sql(f, column_of(ORM_TYPE_INTEGER), "SELECT 7.0").i32.value, 7);
    refuse_sql(f, column_of(ORM_TYPE_INTEGER), "SELECT 7.5", ORM_SCHEMA);
    refuse_sql(f, big, "SELECT 9.3e18", ORM_RANGE);
    refuse_sql(f, big, "SELECT '12'", ORM_SCHEMA);
    assert_non_null(strstr(f->error.message, "bigint column holds TEXT '12'"));
    refuse_sql(f, big, "SELECT x'01'", ORM_SCHEMA);
    orm_column strict = big;
    strict.flags = 0;
    assert_true(read_sql(f, strict, "SELECT -5").bare == -5);
    refuse_sql(f, strict, "SELECT NULL", ORM_SCHEMA);
}

static void booleans(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_BOOLEAN);
    orm_value yes = {.kind = ORM_KIND_BOOL, .as.boolean = true};
    expect_stored(f, column, yes, "integer 1");
    assert_true(round_trip(f, column, yes).boolean.value);
    assert_false(read_sql(f, column, "SELECT 0").boolean.value);
    refuse_sql(f, column, "SELECT 2", ORM_SCHEMA);
    refuse_sql(f, column, "SELECT 'true'", ORM_SCHEMA);
}

static void reals(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_DOUBLE);
    orm_column single = column_of(ORM_TYPE_REAL);
    static const double samples[] = {0.1, -0.0, DBL_MAX, DBL_TRUE_MIN, -1e308, 3};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        double back = round_trip(f, column, value_real(samples[i])).real8.value;
        assert_memory_equal(&back, &samples[i], sizeof back);
    }
    assert_true(isinf(round_trip(f, column, value_real(-INFINITY)).real8.value));
    refuse_value(f, column, value_real(NAN), ORM_RANGE);
    expect_stored(f, single, value_real(0.1), "real 0.100000001490116");
    assert_true(round_trip(f, single, value_real(0.1)).real4.value == 0.1f);
    assert_true(isinf(round_trip(f, single, value_real(INFINITY)).real4.value));
    refuse_value(f, single, value_real(1e39), ORM_RANGE);
    refuse_sql(f, single, "SELECT 1e39", ORM_RANGE);
    assert_true(read_sql(f, column, "SELECT 3").real8.value == 3.0);
    refuse_sql(f, column, "SELECT '3'", ORM_SCHEMA);
}

static void numerics(void **state)
{
    fixture *f = *state;
    orm_column money = sized(ORM_TYPE_NUMERIC, 12, 2);
    orm_column any = column_of(ORM_TYPE_NUMERIC);
    expect_stored(f, money, value_span(ORM_KIND_NUMERIC, "1.005"), "text 1.005");
    expect_stored(f, money, value_span(ORM_KIND_NUMERIC, "-3e2"), "text -300");
    expect_stored(f, money, value_span(ORM_KIND_NUMERIC, "NaN"), "text NaN");
    expect_stored(f, any, value_span(ORM_KIND_NUMERIC, "-Infinity"), "text -Infinity");
    expect_stored(f, any, value_span(ORM_KIND_NUMERIC, "1.500"), "text 1.500");
    refuse_value(f, money, value_span(ORM_KIND_NUMERIC, "twelve"), ORM_INVALID);
    char digits[102] = "";
    memset(digits, '7', 100);
    assert_string_equal(round_trip(f, any, value_span(ORM_KIND_NUMERIC, digits)).text, digits);
    assert_null(round_trip(f, any, value_null()).text);
    assert_string_equal(read_sql(f, money, "SELECT 12").text, "12.00");
    assert_string_equal(read_sql(f, money, "SELECT 0.1").text, "0.10");
    assert_string_equal(read_sql(f, money, "SELECT '7.5'").text, "7.50");
    assert_string_equal(read_sql(f, any, "SELECT 0.1").text, "0.1");
    assert_string_equal(read_sql(f, any, "SELECT 1e300 * 1e300").text, "Infinity");
    assert_string_equal(read_sql(f, any, "SELECT 1.0 / 3").text, "0.3333333333333333");
    refuse_sql(f, any, "SELECT 'abc'", ORM_SCHEMA);
    refuse_sql(f, any, "SELECT x'31'", ORM_SCHEMA);
    refuse_sql(f, money, "SELECT '123456789012'", ORM_RANGE);
}

static void keys_keep_every_digit(void **state)
{
    fixture *f = *state;
    orm_column money = sized(ORM_TYPE_NUMERIC, 12, 2);
    orm_column day = column_of(ORM_TYPE_DATE);
    orm_column real = column_of(ORM_TYPE_DOUBLE);
    orm__param params[3] = {
        {.type = ORM_TYPE_NUMERIC, .list = true, .model = &thing, .column = &money},
        {.type = ORM_TYPE_DATE, .list = true, .model = &thing, .column = &day},
        {.type = ORM_TYPE_DOUBLE, .list = true, .model = &thing, .column = &real}};
    orm_value numbers[1] = {value_span(ORM_KIND_NUMERIC, "1.005")};
    orm_value days[1] = {value_moment(ORM_KIND_DATE, 1)};
    orm_value reals_list[1] = {value_real(2.5)};
    orm_value values[3] = {value_list(numbers, 1), value_list(days, 1), value_list(reals_list, 1)};
    static const char sql[] = "SELECT k1 || ' ' || k2 || ' ' || k3 FROM orm_keys(?1, ?2, ?3)";
    fixture_expect(f, sql, params, values, 3, "1.005 1970-01-02 2.5;");
    days[0] = value_moment(ORM_KIND_DATE, 3000000);
    orm__statement statement = fixture_statement(sql, params, 3);
    assert_int_equal(fixture_run(f, &statement, values, 3, NULL, NULL, ORM_NO_DEADLINE), ORM_RANGE);
    assert_string_equal(f->error.column, "it");
}

static void texts(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_TEXT);
    orm_column four = sized(ORM_TYPE_CHAR, 4, 0);
    static const char face[] = "\xF0\x9F\x98\x80'; DROP TABLE x; --";
    assert_string_equal(round_trip(f, column, value_text(face)).text, face);
    assert_string_equal(round_trip(f, column, value_text("")).text, "");
    assert_null(round_trip(f, column, value_null()).text);
    assert_string_equal(round_trip(f, four, value_text("\xC3\xA4")).text, "\xC3\xA4   ");
    assert_string_equal(round_trip(f, four, value_text("abcd")).text, "abcd");
    assert_string_equal(read_sql(f, four, "SELECT 'a'").text, "a   ");
    assert_string_equal(read_sql(f, column, "SELECT 12").text, "12");
    assert_string_equal(read_sql(f, column, "SELECT 1.5").text, "1.5");
    refuse_sql(f, column, "SELECT x'61'", ORM_SCHEMA);
    refuse_sql(f, column, "SELECT 'a' || char(0) || 'b'", ORM_SCHEMA);
    refuse_sql(f, column, "SELECT CAST(x'61ff' AS TEXT)", ORM_SCHEMA);
    refuse_sql(f, column, "SELECT CAST(x'eda080' AS TEXT)", ORM_SCHEMA);
    expect_stored(f, column_of(ORM_TYPE_JSON), value_span(ORM_KIND_JSON, "{\"a\": 1}"),
                  "text {\"a\": 1}");
    assert_string_equal(read_sql(f, column_of(ORM_TYPE_JSONB), "SELECT '[1]'").text, "[1]");
}

static void bytes(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_BYTEA);
    orm_value value = {.kind = ORM_KIND_BYTES, .as.span = {"a\0\xFF", 3}};
    expect_stored(f, column, value, "blob 6100FF");
    orm_bytes back = round_trip(f, column, value).bytes;
    assert_int_equal(back.size, 3);
    assert_memory_equal(back.data, "a\0\xFF", 3);
    value.as.span.size = 0;
    back = round_trip(f, column, value).bytes;
    assert_int_equal(back.size, 0);
    assert_non_null(back.data);
    assert_null(round_trip(f, column, value_null()).bytes.data);
    refuse_sql(f, column, "SELECT 'text'", ORM_SCHEMA);
}

static void uuids(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_UUID);
    orm_value value = {.kind = ORM_KIND_UUID};
    for (int i = 0; i < 16; i++) value.as.uuid.bytes[i] = (uint8_t)(i * 17);
    expect_stored(f, column, value, "text 00112233-4455-6677-8899-aabbccddeeff");
    member back = round_trip(f, column, value);
    assert_true(back.uuid.has);
    assert_memory_equal(&back.uuid.value, &value.as.uuid, 16);
    back = read_sql(f, column, "SELECT '00112233-4455-6677-8899-AABBCCDDEEFF'");
    assert_memory_equal(&back.uuid.value, &value.as.uuid, 16);
    refuse_sql(f, column, "SELECT '00112233'", ORM_SCHEMA);
}

static void dates_and_times(void **state)
{
    fixture *f = *state;
    orm_column day = column_of(ORM_TYPE_DATE);
    orm_column clock = column_of(ORM_TYPE_TIME);
    expect_stored(f, day, value_moment(ORM_KIND_DATE, -719162), "text 0001-01-01");
    expect_stored(f, day, value_moment(ORM_KIND_DATE, 2932896), "text 9999-12-31");
    refuse_value(f, day, value_moment(ORM_KIND_DATE, -719163), ORM_RANGE);
    refuse_value(f, day, value_moment(ORM_KIND_DATE, 2932897), ORM_RANGE);
    expect_stored(f, day, value_moment(ORM_KIND_DATE, ORM_DATE_INFINITY), "text infinity");
    expect_stored(f, day, value_moment(ORM_KIND_DATE, ORM_DATE_NEGATIVE_INFINITY),
                  "text -infinity");
    assert_int_equal(round_trip(f, day, value_moment(ORM_KIND_DATE, -1)).date.value.days, -1);
    assert_int_equal(read_sql(f, day, "SELECT date('2000-02-29')").date.value.days, 11016);
    refuse_sql(f, day, "SELECT '2001-02-29'", ORM_RANGE);
    refuse_sql(f, day, "SELECT 20000229", ORM_SCHEMA);
    refuse_sql(f, day, "SELECT '29.2.2000'", ORM_SCHEMA);
    expect_stored(f, clock, value_moment(ORM_KIND_TIME, 3723000100), "text 01:02:03.0001");
    assert_true(round_trip(f, clock, value_moment(ORM_KIND_TIME, DAY)).time.value.micros == DAY);
    refuse_sql(f, clock, "SELECT '25:00:00'", ORM_RANGE);
}

static int64_t moment_of(fixture *f, orm_type type, const char *sql)
{
    return read_sql(f, column_of(type), sql).timestamp.value.micros;
}

static void timestamps(void **state)
{
    fixture *f = *state;
    orm_column plain = column_of(ORM_TYPE_TIMESTAMP);
    orm_column zoned = column_of(ORM_TYPE_TIMESTAMPTZ);
    static const int64_t samples[] = {0,
                                      -1,
                                      1,
                                      -719162 * DAY,
                                      2932897 * DAY - 1,
                                      ORM_TIMESTAMP_INFINITY,
                                      ORM_TIMESTAMP_NEGATIVE_INFINITY};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        orm_value value = value_moment(ORM_KIND_TIMESTAMP, samples[i]);
        assert_true(round_trip(f, plain, value).timestamp.value.micros == samples[i]);
        value.kind = ORM_KIND_TIMESTAMPTZ;
        assert_true(round_trip(f, zoned, value).timestamp.value.micros == samples[i]);
    }
    expect_stored(f, plain, value_moment(ORM_KIND_TIMESTAMP, -1),
                  "text 1969-12-31 23:59:59.999999");
    expect_stored(f, zoned, value_moment(ORM_KIND_TIMESTAMPTZ, 1500000),
                  "text 1970-01-01 00:00:01.5+00:00");
    refuse_value(f, plain, value_moment(ORM_KIND_TIMESTAMP, 2932897 * DAY), ORM_RANGE);
    refuse_value(f, zoned, value_moment(ORM_KIND_TIMESTAMPTZ, -719162 * DAY - 1), ORM_RANGE);
    assert_true(moment_of(f, ORM_TYPE_TIMESTAMP, "SELECT '1970-01-01T00:00:01'") == 1000000);
    assert_true(moment_of(f, ORM_TYPE_TIMESTAMP, "SELECT '1970-01-02'") == DAY);
    assert_true(moment_of(f, ORM_TYPE_TIMESTAMPTZ, "SELECT '1970-01-01T02:00:00+02:00'") == 0);
    assert_true(moment_of(f, ORM_TYPE_TIMESTAMPTZ, "SELECT '1970-01-01 00:00:01.25Z'") == 1250000);
    assert_true(moment_of(f, ORM_TYPE_TIMESTAMPTZ, "SELECT datetime(5, 'unixepoch')") == 5000000);
    assert_true(moment_of(f, ORM_TYPE_TIMESTAMPTZ, "SELECT '1970-01-02'") == DAY);
    refuse_sql(f, plain, "SELECT 1700000000", ORM_SCHEMA);
    refuse_sql(f, plain, "SELECT '1970-01-01 00:00:00+02:00'", ORM_SCHEMA);
    refuse_sql(f, zoned, "SELECT 'yesterday'", ORM_SCHEMA);
}

/* Text order is time order, with and without fractions, and the infinities at the ends. */
static void timestamps_sort_as_text(void **state)
{
    fixture *f = *state;
    static const int64_t ascending[] = {ORM_TIMESTAMP_NEGATIVE_INFINITY,
                                        -719162 * DAY,
                                        -1000001,
                                        -1000000,
                                        -999999,
                                        -500000,
                                        -1,
                                        0,
                                        1,
                                        10,
                                        100000,
                                        100001,
                                        110000,
                                        999999,
                                        1000000,
                                        2932897 * DAY - 1,
                                        ORM_TIMESTAMP_INFINITY};
    static const orm_type types[] = {ORM_TYPE_TIMESTAMP, ORM_TYPE_TIMESTAMPTZ};
    for (size_t t = 0; t < 2; t++) {
        orm_column column = column_of(types[t]);
        orm__param params[2] = {{.type = column.type, .model = &thing, .column = &column},
                                {.type = column.type, .model = &thing, .column = &column}};
        orm_kind kind = t == 0 ? ORM_KIND_TIMESTAMP : ORM_KIND_TIMESTAMPTZ;
        for (size_t i = 1; i < sizeof ascending / sizeof ascending[0]; i++) {
            orm_value values[2] = {value_moment(kind, ascending[i - 1]),
                                   value_moment(kind, ascending[i])};
            fixture_expect(f, "SELECT ?1 < ?2", params, values, 2, "1;");
        }
    }
}

static void intervals(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_INTERVAL);
    static const orm_interval samples[] = {{0, 0, 0},
                                           {1, -2, 14},
                                           {INT64_MIN, INT32_MIN, INT32_MIN},
                                           {INT64_MAX, INT32_MAX, INT32_MAX}};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        orm_value value = {.kind = ORM_KIND_INTERVAL, .as.interval = samples[i]};
        orm_interval back = round_trip(f, column, value).interval.value;
        assert_true(back.micros == samples[i].micros && back.days == samples[i].days &&
                    back.months == samples[i].months);
    }
    refuse_sql(f, column, "SELECT '1 day'", ORM_SCHEMA);
}

static void enums(void **state)
{
    fixture *f = *state;
    orm_column column = column_of(ORM_TYPE_ENUM);
    expect_stored(f, column, value_text(moods[2]), "text \xF0\x9F\x98\x80");
    assert_int_equal(round_trip(f, column, value_text("so so")).number, 2);
    assert_int_equal(round_trip(f, column, value_null()).number, 0);
    refuse_sql(f, column, "SELECT 'Happy'", ORM_SCHEMA);
    assert_non_null(strstr(f->error.message, "Happy"));
}

static void arrays(void **state)
{
    fixture *f = *state;
    orm_column ints = column_of(ORM_TYPE_INTEGER);
    orm_column words = column_of(ORM_TYPE_TEXT);
    ints.flags |= ORM_COLUMN_ARRAY;
    words.flags |= ORM_COLUMN_ARRAY;
    static const orm_opt_i32 items[3] = {{1, true}, {0, false}, {-5, true}};
    orm_value value = {.kind = ORM_KIND_ARRAY,
                       .element = ORM_KIND_INT,
                       .item = ORM_TYPE_INTEGER,
                       .as.span = {items, 3}};
    expect_stored(f, ints, value, "text [1,null,-5]");
    orm_array_i32 back = round_trip(f, ints, value).ints;
    assert_true(back.has);
    assert_int_equal(back.count, 3);
    assert_true(back.items[0].value == 1 && !back.items[1].has && back.items[2].value == -5);
    back = read_sql(f, ints, "SELECT '[]'").ints;
    assert_true(back.has && back.count == 0);
    assert_false(read_sql(f, ints, "SELECT NULL").ints.has);
    orm_array_text texts_back = read_sql(f, words, "SELECT '[\"a\", null, \"\\u00e4\"]'").texts;
    assert_string_equal(texts_back.items[0], "a");
    assert_null(texts_back.items[1]);
    assert_string_equal(texts_back.items[2], "\xC3\xA4");
    refuse_sql(f, ints, "SELECT '{1,2}'", ORM_SCHEMA);
    refuse_sql(f, ints, "SELECT '[3000000000]'", ORM_RANGE);
    refuse_sql(f, ints, "SELECT 1", ORM_SCHEMA);
    /* Hand-written SQL has no column; the value knows its own type. */
    fixture_expect(f, "SELECT $1", NULL, &value, 1, "[1,null,-5];");
}

static orm_status read_raw(orm__call *call, orm__rows *rows, orm_error *error)
{
    bool more = false;
    orm_opt_i64 integer;
    orm_opt_double real;
    const char *text = NULL;
    orm__arena *arena = call->context;
    assert_int_equal(DRIVER->next(rows, &more, error), ORM_OK);
    assert_int_equal(DRIVER->column_count(rows), 6);
    assert_string_equal(DRIVER->column_name(rows, 0), "one");
    assert_null(DRIVER->column_name(rows, 6));
    assert_int_equal(DRIVER->raw_int(rows, 0, &integer), ORM_OK);
    assert_true(integer.has && integer.value == 1);
    assert_int_equal(DRIVER->raw_double(rows, 0, &real), ORM_OK);
    assert_true(real.value == 1.0);
    assert_int_equal(DRIVER->raw_text(rows, 0, arena, &text), ORM_OK);
    assert_string_equal(text, "1");
    assert_true(DRIVER->is_null(rows, 1) && !DRIVER->is_null(rows, 0));
    assert_int_equal(DRIVER->raw_int(rows, 1, &integer), ORM_OK);
    assert_false(integer.has);
    assert_int_equal(DRIVER->raw_text(rows, 1, arena, &text), ORM_OK);
    assert_null(text);
    assert_int_equal(DRIVER->raw_int(rows, 2, &integer), ORM_SCHEMA);
    assert_int_equal(DRIVER->raw_double(rows, 2, &real), ORM_SCHEMA);
    assert_int_equal(DRIVER->raw_int(rows, 3, &integer), ORM_SCHEMA);
    assert_int_equal(DRIVER->raw_int(rows, 4, &integer), ORM_RANGE);
    assert_int_equal(DRIVER->raw_text(rows, 5, arena, &text), ORM_SCHEMA);
    assert_int_equal(DRIVER->raw_int(rows, 6, &integer), ORM_INVALID);
    assert_int_equal(DRIVER->raw_double(rows, 6, &real), ORM_INVALID);
    assert_int_equal(DRIVER->raw_text(rows, 6, arena, &text), ORM_INVALID);
    int64_t count = 0;
    assert_int_equal(DRIVER->read_int(rows, 0, &count, error), ORM_OK);
    assert_int_equal(count, 1);
    assert_int_equal(DRIVER->read_int(rows, 2, &count, error), ORM_SCHEMA);
    return ORM_OK;
}

static void raw_rows(void **state)
{
    fixture *f = *state;
    orm__statement statement =
        fixture_statement("SELECT 1 AS one, NULL, 'x', 1.5, 1e30, x'00'", NULL, 0);
    assert_int_equal(fixture_run(f, &statement, NULL, 0, read_raw, &f->arena, ORM_NO_DEADLINE),
                     ORM_OK);
}

static int setup(void **state)
{
    static fixture f;
    fixture_open(&f, "sqlite::memory:");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(booleans),
        cmocka_unit_test(reals),
        cmocka_unit_test(numerics),
        cmocka_unit_test(keys_keep_every_digit),
        cmocka_unit_test(texts),
        cmocka_unit_test(bytes),
        cmocka_unit_test(uuids),
        cmocka_unit_test(dates_and_times),
        cmocka_unit_test(timestamps),
        cmocka_unit_test(timestamps_sort_as_text),
        cmocka_unit_test(intervals),
        cmocka_unit_test(enums),
        cmocka_unit_test(arrays),
        cmocka_unit_test(raw_rows),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
