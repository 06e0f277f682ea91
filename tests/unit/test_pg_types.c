/* Every column type through a PostgreSQL server and back, and results that do not fit the model. */
#include "pg_fixture.h"

#include <float.h>
#include <math.h>

#include "model/array.h"

static const char *const colour_names[] = {"red", "it's \"blue\""};
static const orm_enum_labels colours = {"colour", colour_names, 2};
static const orm_model model = {.name = "thing", .table = "things"};

static int open_types(void **state)
{
    if (open_server(state) != 0) return -1;
    if (fixture_url() == NULL) return 0;
    fixture_sql(*state, "CREATE TYPE pg_temp.colour AS ENUM ('red', 'it''s \"blue\"')");
    return 0;
}

/* What a row's single member is read into: any type, in its nullable form or as an array. */
typedef union cell {
    orm_opt_bool boolean;
    orm_opt_i16 small;
    orm_opt_i32 integer;
    orm_opt_i64 big;
    orm_opt_float real;
    orm_opt_double number;
    orm_opt_uuid uuid;
    orm_opt_date date;
    orm_opt_time time;
    orm_opt_timestamp timestamp;
    orm_opt_interval interval;
    const char *text;
    orm_bytes bytes;
    int label;
    orm_array_i32 array;
} cell;

typedef struct reading {
    orm__field field;
    cell cell;
    orm__arena *arena;
    int rows;
} reading;

static orm_status read_cell(orm__call *call, orm__rows *rows, orm_error *error)
{
    reading *r = call->context;
    for (;;) {
        bool more = false;
        orm_status status = DRIVER->next(rows, &more, error);
        if (status != ORM_OK || !more) return status;
        status = DRIVER->read(rows, &r->field, 1, &r->cell, r->arena, error);
        if (status != ORM_OK) return status;
        r->rows++;
    }
}

/* Sends a value as a parameter of `column` and reads what the server makes of it. */
static orm_status echo(fixture *f, const orm_column *column, const char *sql,
                       const orm_value *value, reading *r)
{
    bool array = (column->flags & ORM_COLUMN_ARRAY) != 0;
    orm__param param = {
        .type = column->type, .array = array, .model = &model, .column = column};
    orm__statement s;
    memset(r, 0, sizeof *r);
    r->field = (orm__field){.model = &model, .column = column};
    r->arena = &f->arena;
    statement_init(&s, sql);
    s.params = &param;
    s.param_count = 1;
    s.fields = &r->field;
    s.field_count = 1;
    s.column_count = 1;
    orm_status status = fixture_call(f, &s, value, 1, read_cell, r);
    if (status != ORM_OK) print_message("%s: %s\n", sql, f->error.message);
    DRIVER->forget(f->link, &s);
    return status;
}

static orm_value span(orm_kind kind, const void *data, size_t size)
{
    orm_value value;
    memset(&value, 0, sizeof value);
    value.kind = kind;
    value.as.span.data = data;
    value.as.span.size = size;
    return value;
}

static void echo_text(fixture *f, orm_type type, const char *sql_type, orm_kind kind,
                      const char *text, const char *expected)
{
    orm_column column = {.field = "part", .name = "part", .type = (uint8_t)type,
                         .flags = ORM_COLUMN_NULLABLE};
    char sql[128];
    reading r;
    orm_value value = span(kind, text, strlen(text));
    snprintf(sql, sizeof sql, "SELECT $1::%s", sql_type);
    assert_int_equal(echo(f, &column, sql, &value, &r), ORM_OK);
    assert_int_equal(r.rows, 1);
    assert_string_equal(r.cell.text, expected);
}

static void text_comes_back(void **state)
{
    NEED_SERVER(f);
    static char digits[140];
    memset(digits, '9', 120);
    digits[60] = '.';
    echo_text(f, ORM_TYPE_TEXT, "text", ORM_KIND_TEXT, "", "");
    const char *odd = "\xf0\x9f\x98\x80 '; \\ %s\n";
    echo_text(f, ORM_TYPE_TEXT, "text", ORM_KIND_TEXT, odd, odd);
    echo_text(f, ORM_TYPE_VARCHAR, "varchar(5)", ORM_KIND_TEXT, "abc", "abc");
    echo_text(f, ORM_TYPE_CHAR, "char(5)", ORM_KIND_TEXT, "abc", "abc  ");
    echo_text(f, ORM_TYPE_JSON, "json", ORM_KIND_JSON, "{\"a\" : 1}", "{\"a\" : 1}");
    echo_text(f, ORM_TYPE_JSONB, "jsonb", ORM_KIND_JSON, "{\"a\":1}", "{\"a\": 1}");
    echo_text(f, ORM_TYPE_NUMERIC, "numeric", ORM_KIND_NUMERIC, digits, digits);
    echo_text(f, ORM_TYPE_NUMERIC, "numeric", ORM_KIND_NUMERIC, "-0.000010", "-0.000010");
    echo_text(f, ORM_TYPE_NUMERIC, "numeric", ORM_KIND_NUMERIC, "1e3", "1000");
    echo_text(f, ORM_TYPE_NUMERIC, "numeric", ORM_KIND_NUMERIC, "NaN", "NaN");
    echo_text(f, ORM_TYPE_NUMERIC, "numeric", ORM_KIND_NUMERIC, "-Infinity", "-Infinity");
    echo_text(f, ORM_TYPE_NUMERIC, "numeric(12,2)", ORM_KIND_NUMERIC, "10000", "10000.00");
}

static reading echo_fixed(fixture *f, orm_type type, const char *sql_type, orm_value value)
{
    static orm_column column;
    char sql[128];
    reading r;
    column = (orm_column){.field = "part", .name = "part", .type = (uint8_t)type,
                          .flags = ORM_COLUMN_NULLABLE, .labels = &colours};
    snprintf(sql, sizeof sql, "SELECT $1::%s", sql_type);
    assert_int_equal(echo(f, &column, sql, &value, &r), ORM_OK);
    assert_int_equal(r.rows, 1);
    return r;
}

static void numbers_come_back(void **state)
{
    NEED_SERVER(f);
    static const int64_t bigs[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    static const double doubles[] = {DBL_MAX, -DBL_MIN, 5e-324, -0.0, INFINITY, 0.1};
    for (size_t i = 0; i < 5; i++)
        assert_true(echo_fixed(f, ORM_TYPE_BIGINT, "bigint", orm_bind_int(bigs[i]))
                        .cell.big.value == bigs[i]);
    assert_int_equal(echo_fixed(f, ORM_TYPE_SMALLINT, "smallint", orm_bind_int(-32768))
                         .cell.small.value, -32768);
    assert_int_equal(echo_fixed(f, ORM_TYPE_INTEGER, "integer", orm_bind_int(INT32_MIN))
                         .cell.integer.value, INT32_MIN);
    assert_true(echo_fixed(f, ORM_TYPE_BOOLEAN, "boolean", orm_bind_bool(true)).cell.boolean.value);
    for (size_t i = 0; i < 6; i++) {
        reading r = echo_fixed(f, ORM_TYPE_DOUBLE, "float8", orm_bind_double(doubles[i]));
        assert_memory_equal(&r.cell.number.value, &doubles[i], sizeof(double));
    }
    assert_true(isnan(echo_fixed(f, ORM_TYPE_DOUBLE, "float8", orm_bind_double(NAN))
                          .cell.number.value));
    float least = FLT_MIN;
    reading r = echo_fixed(f, ORM_TYPE_REAL, "real", orm_bind_double((double)least));
    assert_memory_equal(&r.cell.real.value, &least, sizeof least);
}

static void moments_come_back(void **state)
{
    NEED_SERVER(f);
    static const int64_t moments[] = {
        INT64_MIN, INT64_MAX, INT64_C(-210866803200000000) + 1, -1, 0, 1, INT64_C(4102444800000001),
        INT64_MAX - 1,
    };
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        orm_timestamptz moment = {moments[i]};
        orm_timestamp plain = {moments[i]};
        reading r =
            echo_fixed(f, ORM_TYPE_TIMESTAMPTZ, "timestamptz", orm_bind_timestamptz(moment));
        assert_true(r.cell.timestamp.has && r.cell.timestamp.value.micros == moments[i]);
        r = echo_fixed(f, ORM_TYPE_TIMESTAMP, "timestamp", orm_bind_timestamp(plain));
        assert_true(r.cell.timestamp.value.micros == moments[i]);
    }
    static const int32_t days[] = {INT32_MIN, INT32_MAX, -2440588, 0, -1, 2145042905};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        reading r = echo_fixed(f, ORM_TYPE_DATE, "date", orm_bind_date((orm_date){days[i]}));
        assert_int_equal(r.cell.date.value.days, days[i]);
    }
    reading r = echo_fixed(f, ORM_TYPE_TIME, "time", orm_bind_time((orm_time){86400000000}));
    assert_true(r.cell.time.value.micros == 86400000000);
    orm_interval interval = {INT64_MIN + 1, INT32_MIN, INT32_MAX};
    r = echo_fixed(f, ORM_TYPE_INTERVAL, "interval", orm_bind_interval(interval));
    assert_memory_equal(&r.cell.interval.value, &interval, sizeof interval);
}

static void bytes_uuids_and_enums_come_back(void **state)
{
    NEED_SERVER(f);
    orm_uuid uuid = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};
    reading r = echo_fixed(f, ORM_TYPE_UUID, "uuid", orm_bind_uuid(uuid));
    assert_memory_equal(&r.cell.uuid.value, &uuid, sizeof uuid);
    r = echo_fixed(f, ORM_TYPE_BYTEA, "bytea", orm_bind_bytes((orm_bytes){"\0\xff\0", 3}));
    assert_int_equal(r.cell.bytes.size, 3);
    assert_memory_equal(r.cell.bytes.data, "\0\xff\0", 3);
    r = echo_fixed(f, ORM_TYPE_BYTEA, "bytea", orm_bind_bytes((orm_bytes){"", 0}));
    assert_true(r.cell.bytes.data != NULL && r.cell.bytes.size == 0);
    r = echo_fixed(f, ORM_TYPE_ENUM, "pg_temp.colour", orm_bind_int(2));
    assert_int_equal(r.cell.label, 2);
    r = echo_fixed(f, ORM_TYPE_ENUM, "pg_temp.colour", orm_bind_null());
    assert_int_equal(r.cell.label, 0);
    r = echo_fixed(f, ORM_TYPE_BIGINT, "bigint", orm_bind_null());
    assert_false(r.cell.big.has);
    r = echo_fixed(f, ORM_TYPE_BYTEA, "bytea", orm_bind_null());
    assert_null(r.cell.bytes.data);
}

/* Items of each array type, the second NULL. */
static void arrays_come_back_with_their_nulls(void **state)
{
    NEED_SERVER(f);
    static const orm_opt_bool booleans[] = {{true, true}, {false, false}};
    static const orm_opt_i16 smalls[] = {{-5, true}, {0, false}};
    static const orm_opt_i64 bigs[] = {{INT64_MIN, true}, {0, false}};
    static const orm_opt_double doubles[] = {{0.1, true}, {0, false}};
    static const orm_opt_date dates[] = {{{-7}, true}, {{0}, false}};
    static const orm_opt_timestamptz moments[] = {{{-7}, true}, {{0}, false}};
    static const orm_opt_interval intervals[] = {{{1, -2, 3}, true}, {{0, 0, 0}, false}};
    static const char *const texts[] = {"q\"\\ {,} NULL", NULL};
    static const char *const numbers[] = {"1.50", NULL};
    static const char *const documents[] = {"{\"a\": \"\\\\\"}", NULL};
    static const orm_bytes bytes[] = {{"\0x", 2}, {NULL, 0}};
    static const int labels[] = {2, 0};
    static const struct {
        orm_type type;
        const char *sql;
        const void *items;
    } cases[] = {
        {ORM_TYPE_BOOLEAN, "boolean", booleans}, {ORM_TYPE_SMALLINT, "smallint", smalls},
        {ORM_TYPE_BIGINT, "bigint", bigs},       {ORM_TYPE_DOUBLE, "float8", doubles},
        {ORM_TYPE_DATE, "date", dates},          {ORM_TYPE_TIMESTAMPTZ, "timestamptz", moments},
        {ORM_TYPE_INTERVAL, "interval", intervals}, {ORM_TYPE_TEXT, "text", texts},
        {ORM_TYPE_VARCHAR, "varchar(20)", texts},   {ORM_TYPE_NUMERIC, "numeric", numbers},
        {ORM_TYPE_JSONB, "jsonb", documents},    {ORM_TYPE_JSON, "json", documents},
        {ORM_TYPE_BYTEA, "bytea", bytes},        {ORM_TYPE_ENUM, "pg_temp.colour", labels},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        orm_column column = {.field = "part", .name = "part", .type = (uint8_t)cases[i].type,
                             .flags = ORM_COLUMN_NULLABLE | ORM_COLUMN_ARRAY, .labels = &colours};
        char sql[128];
        reading r;
        snprintf(sql, sizeof sql, "SELECT $1::%s[]", cases[i].sql);
        for (size_t count = 0; count <= 2; count += 2) {
            orm_value value = span(ORM_KIND_ARRAY, cases[i].items, count);
            assert_int_equal(echo(f, &column, sql, &value, &r), ORM_OK);
            assert_true(r.cell.array.has);
            assert_int_equal(r.cell.array.count, count);
        }
        for (size_t k = 0; k < 2; k++) {
            orm_value sent = orm__array_item(cases[i].type, cases[i].items, k);
            orm_value got = orm__array_item(cases[i].type, r.cell.array.items, k);
            assert_int_equal(sent.kind, got.kind);
            if (sent.kind == ORM_KIND_TEXT || sent.kind == ORM_KIND_BYTES) {
                assert_int_equal(sent.as.span.size, got.as.span.size);
                assert_memory_equal(sent.as.span.data, got.as.span.data, sent.as.span.size);
            } else if (sent.kind == ORM_KIND_NUMERIC || sent.kind == ORM_KIND_JSON) {
                assert_string_equal(sent.as.span.data, got.as.span.data);
            } else if (sent.kind == ORM_KIND_BOOL) {
                assert_int_equal(sent.as.boolean, got.as.boolean);
            } else if (sent.kind == ORM_KIND_INTERVAL) {
                assert_memory_equal(&sent.as, &got.as, sizeof(orm_interval));
            } else if (sent.kind != ORM_KIND_NULL) {
                assert_memory_equal(&sent.as, &got.as, 8);
            }
        }
    }
}

static void lists_match_columns_of_every_kind(void **state)
{
    NEED_SERVER(f);
    fixture_sql(f, "CREATE TEMP TABLE keyed (id int, name varchar(9), code char(4),"
                   " price numeric(9,2), colour pg_temp.colour)");
    fixture_sql(f, "INSERT INTO keyed VALUES (1, 'a', 'x', 1.5, 'red'), (2, 'b', 'y', 2, NULL)");
    static const struct {
        orm_type type;
        const char *sql;
        orm_kind kind;
        const char *text;
    } cases[] = {
        {ORM_TYPE_VARCHAR, "SELECT id FROM keyed WHERE name = ANY($1)", ORM_KIND_TEXT, "a"},
        {ORM_TYPE_CHAR, "SELECT id FROM keyed WHERE code = ANY($1)", ORM_KIND_TEXT, "x"},
        {ORM_TYPE_NUMERIC, "SELECT id FROM keyed WHERE price = ANY($1)", ORM_KIND_NUMERIC, "1.500"},
        {ORM_TYPE_ENUM, "SELECT id FROM keyed WHERE colour = ANY($1)", ORM_KIND_TEXT, "red"},
        {ORM_TYPE_INTEGER, "SELECT id FROM keyed WHERE id = ANY($1)", ORM_KIND_INT, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        orm_value list[2] = {orm_bind_int(1), orm_bind_null()};
        if (cases[i].text != NULL) list[0] = span(cases[i].kind, cases[i].text, SIZE_MAX);
        orm_value value = span(ORM_KIND_ARRAY, list, 2);
        orm__param param = {.type = (uint8_t)cases[i].type, .list = true};
        orm__statement s;
        int64_t id = 0;
        statement_init(&s, cases[i].sql);
        s.params = &param;
        s.param_count = 1;
        assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &id), ORM_OK);
        assert_int_equal(id, 1);
        DRIVER->forget(f->link, &s);
    }
}

/* ---- Results that do not fit ---- */

static orm_status read_as(fixture *f, orm_type type, unsigned flags, const char *sql)
{
    static orm_column column;
    column = (orm_column){.field = "part", .name = "part", .type = (uint8_t)type,
                          .flags = (uint16_t)flags, .labels = &colours};
    orm__statement s;
    reading r;
    memset(&r, 0, sizeof r);
    r.field = (orm__field){.model = &model, .column = &column};
    r.arena = &f->arena;
    statement_init(&s, sql);
    s.fields = &r.field;
    s.field_count = 1;
    s.column_count = 1;
    orm_status status = fixture_call(f, &s, NULL, 0, read_cell, &r);
    DRIVER->forget(f->link, &s);
    return status;
}

static void expect_misfit(fixture *f, orm_type type, unsigned flags, const char *sql,
                          orm_status status, const char *words)
{
    assert_int_equal(read_as(f, type, flags, sql), status);
    assert_int_equal(f->error.status, status);
    assert_string_equal(f->error.model, "thing");
    assert_string_equal(f->error.column, "part");
    if (strstr(f->error.message, words) == NULL) print_error("%s\n", f->error.message);
    assert_non_null(strstr(f->error.message, words));
}

static void what_does_not_fit_the_model_names_the_column(void **state)
{
    NEED_SERVER(f);
    expect_misfit(f, ORM_TYPE_INTEGER, 0, "SELECT NULL::int", ORM_SCHEMA, "not nullable");
    expect_misfit(f, ORM_TYPE_TEXT, 0, "SELECT 5", ORM_SCHEMA, "integer");
    expect_misfit(f, ORM_TYPE_BIGINT, 0, "SELECT '5'::text", ORM_SCHEMA, "bigint");
    expect_misfit(f, ORM_TYPE_TIMESTAMP, 0, "SELECT now()", ORM_SCHEMA, "timestamptz");
    expect_misfit(f, ORM_TYPE_SMALLINT, 0, "SELECT 40000", ORM_RANGE, "fit");
    expect_misfit(f, ORM_TYPE_ENUM, 0, "SELECT 'green'::text", ORM_SCHEMA, "'green'");
    expect_misfit(f, ORM_TYPE_INTEGER, ORM_COLUMN_ARRAY, "SELECT 5", ORM_SCHEMA, "integer");
    expect_misfit(f, ORM_TYPE_INTEGER, 0, "SELECT ARRAY[5]", ORM_SCHEMA, "integer[]");
    expect_misfit(f, ORM_TYPE_INTEGER, ORM_COLUMN_ARRAY, "SELECT ARRAY[[1],[2]]", ORM_SCHEMA,
                  "dimensions");
    expect_misfit(f, ORM_TYPE_INTEGER, ORM_COLUMN_ARRAY, "SELECT ARRAY['x']", ORM_SCHEMA, "text[]");
    assert_int_equal(read_as(f, ORM_TYPE_INTEGER, 0, "SELECT 1, 2"), ORM_SCHEMA);
    assert_int_equal(read_as(f, ORM_TYPE_INTEGER, ORM_COLUMN_ARRAY, "SELECT '[5:6]={1,2}'::int[]"),
                     ORM_OK);
    assert_int_equal(read_as(f, ORM_TYPE_DOUBLE, 0, "SELECT 1.5::real"), ORM_OK);
    assert_int_equal(read_as(f, ORM_TYPE_TEXT, 0, "SELECT relname FROM pg_class LIMIT 1"), ORM_OK);
}

/* ---- Raw columns ---- */

typedef struct raw {
    orm_status integer_status;
    orm_status double_status;
    orm_status text_status;
    orm_opt_i64 integer;
    orm_opt_double number;
    const char *text;
    char name[32];
} raw;

typedef struct raw_reading {
    raw values;
    orm__arena *arena;
} raw_reading;

static orm_status read_raw(orm__call *call, orm__rows *rows, orm_error *error)
{
    raw_reading *r = call->context;
    bool more = false;
    const char *text = NULL;
    orm_status status = DRIVER->next(rows, &more, error);
    if (status != ORM_OK || !more) return ORM_NOT_FOUND;
    r->values.integer_status = DRIVER->raw_int(rows, 0, &r->values.integer);
    r->values.double_status = DRIVER->raw_double(rows, 0, &r->values.number);
    r->values.text_status = DRIVER->raw_text(rows, 0, r->arena, &text);
    r->values.text = text == NULL ? NULL : orm__arena_copy(r->arena, text, strlen(text));
    snprintf(r->values.name, sizeof r->values.name, "%s", DRIVER->column_name(rows, 0));
    assert_int_equal(DRIVER->column_count(rows), 1);
    assert_null(DRIVER->column_name(rows, 1));
    assert_int_equal(DRIVER->raw_int(rows, 1, &r->values.integer), ORM_INVALID);
    assert_int_equal(DRIVER->is_null(rows, 0), r->values.text == NULL &&
                                                   r->values.text_status == ORM_OK);
    return ORM_OK;
}

static raw raw_of(fixture *f, const char *sql)
{
    orm__statement s;
    raw_reading r;
    memset(&r, 0, sizeof r);
    r.arena = &f->arena;
    statement_init(&s, sql);
    s.once = true;
    assert_int_equal(fixture_call(f, &s, NULL, 0, read_raw, &r), ORM_OK);
    return r.values;
}

static void raw_columns_are_read_by_what_is_asked(void **state)
{
    NEED_SERVER(f);
    raw r = raw_of(f, "SELECT sum(x) AS total FROM (VALUES (5::bigint), (6)) v(x)");
    assert_int_equal(r.integer_status, ORM_OK);
    assert_int_equal(r.integer.value, 11);
    assert_true(r.number.value >= 11 && r.number.value <= 11);
    assert_string_equal(r.text, "11");
    assert_string_equal(r.name, "total");
    r = raw_of(f, "SELECT -12.50");
    assert_int_equal(r.integer_status, ORM_RANGE);
    assert_true(r.number.value >= -12.5 && r.number.value <= -12.5);
    assert_string_equal(r.text, "-12.50");
    r = raw_of(f, "SELECT 1e400::numeric");
    assert_int_equal(r.integer_status, ORM_RANGE);
    assert_int_equal(r.double_status, ORM_RANGE);
    r = raw_of(f, "SELECT 'NaN'::numeric");
    assert_int_equal(r.integer_status, ORM_RANGE);
    assert_true(isnan(r.number.value));
    r = raw_of(f, "SELECT '2024-02-03 04:05:06.7+00'::timestamptz");
    assert_int_equal(r.integer_status, ORM_SCHEMA);
    assert_string_equal(r.text, "2024-02-03 04:05:06.7+00:00");
    r = raw_of(f, "SELECT '{\"a\":1}'::jsonb");
    assert_string_equal(r.text, "{\"a\": 1}");
    r = raw_of(f, "SELECT true");
    assert_int_equal(r.integer.value, 1);
    assert_string_equal(r.text, "true");
    r = raw_of(f, "SELECT NULL::int");
    assert_false(r.integer.has);
    assert_null(r.text);
    r = raw_of(f, "SELECT 'x'::bytea");
    assert_int_equal(r.text_status, ORM_SCHEMA);
}

#define TYPES_TEST(name) cmocka_unit_test_setup_teardown(name, open_types, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPES_TEST(text_comes_back),
        TYPES_TEST(numbers_come_back),
        TYPES_TEST(moments_come_back),
        TYPES_TEST(bytes_uuids_and_enums_come_back),
        TYPES_TEST(arrays_come_back_with_their_nulls),
        TYPES_TEST(lists_match_columns_of_every_kind),
        TYPES_TEST(what_does_not_fit_the_model_names_the_column),
        TYPES_TEST(raw_columns_are_read_by_what_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
