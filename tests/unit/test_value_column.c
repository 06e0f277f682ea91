/* Values against their columns: checks, members of rows, settings, equality, hashes, copies. */
#include <math.h>
#include <stdio.h>

#include <orm/model.h>
#include <orm/set.h>

#include "model/column_value.h"
#include "model/moment.h"
#include "unit/value_support.h"

static const char *const role_names[] = {"admin", "guest"};
static const orm_enum_labels roles = {"role", role_names, 2};
static const orm_model model = {.name = "user", .table = "users"};

static orm_column column_of(orm_type type, int32_t length, int32_t scale, unsigned flags)
{
    return (orm_column){.field = "field",
                        .name = "field",
                        .labels = type == ORM_TYPE_ENUM ? &roles : NULL,
                        .type = (uint8_t)type,
                        .length = length,
                        .scale = scale,
                        .flags = (uint16_t)flags};
}

/* Checks a copy of `value` for a column of `type`; what it became is left in `*value`. */
static orm_status check_in(orm__arena *arena, const orm_column *column, orm_value *value,
                           bool compare)
{
    orm_error error = {0};
    orm_status status = orm__column_check(&model, column, value, compare, arena, &error);
    assert_int_equal(error.status, status);
    if (status != ORM_OK) {
        assert_string_equal(error.model, "user");
        assert_string_equal(error.column, "field");
        assert_non_null(strstr(error.message, "user.field"));
    }
    return status;
}

static orm_status check(orm__arena *arena, orm_type type, orm_value value)
{
    orm_column column = column_of(type, 0, 0, 0);
    return check_in(arena, &column, &value, false);
}

static void integers_fit_or_are_refused(void **state)
{
    assert_int_equal(check(*state, ORM_TYPE_SMALLINT, orm_bind_int(32767)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_SMALLINT, orm_bind_int(32768)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_SMALLINT, orm_bind_int(-32768)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_SMALLINT, orm_bind_int(-32769)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_INTEGER, orm_bind_int(INT32_MAX)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_INTEGER, orm_bind_int((int64_t)INT32_MAX + 1)),
                     ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_INTEGER, orm_bind_int(INT32_MIN)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_INTEGER, orm_bind_int((int64_t)INT32_MIN - 1)),
                     ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_BIGINT, orm_bind_int(INT64_MIN)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_BIGINT, orm_bind_uint(UINT64_MAX)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_INTEGER, orm_bind_uint(UINT64_MAX)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_BIGINT, orm_bind_text("1")), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_BIGINT, (orm_value){0}), ORM_INVALID);
}

static void booleans_are_zero_or_one(void **state)
{
    orm_column column = column_of(ORM_TYPE_BOOLEAN, 0, 0, 0);
    orm_value value = orm_bind_int(1);
    assert_int_equal(check_in(*state, &column, &value, false), ORM_OK);
    assert_int_equal(value.kind, ORM_KIND_BOOL);
    assert_true(value.as.boolean);
    assert_int_equal(check_in(*state, &column, &value, false), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_BOOLEAN, orm_bind_int(2)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_BOOLEAN, orm_bind_double(1)), ORM_INVALID);
}

static void enums_become_labels(void **state)
{
    orm_column column = column_of(ORM_TYPE_ENUM, 0, 0, 0);
    orm_value value = orm_bind_int(2);
    assert_int_equal(check_in(*state, &column, &value, false), ORM_OK);
    assert_int_equal(value.kind, ORM_KIND_TEXT);
    assert_string_equal(value.as.span.data, "guest");
    assert_int_equal(check_in(*state, &column, &value, true), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_ENUM, orm_bind_int(0)), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_ENUM, orm_bind_int(3)), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_ENUM, orm_bind_int(INT64_MIN)), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_ENUM, orm_bind_text("gues")), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_ENUM, orm_bind_uint(UINT64_MAX)), ORM_RANGE);
}

static void reals_are_the_nearest_float(void **state)
{
    orm_column column = column_of(ORM_TYPE_REAL, 0, 0, 0);
    orm_value value = orm_bind_double(0.1);
    assert_int_equal(check_in(*state, &column, &value, true), ORM_OK);
    const double nearest = (double)0.1F;
    assert_memory_equal(&value.as.real, &nearest, sizeof nearest);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(3.4028234663852886e38)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(3.4028235e38)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(3.4028236e38)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(-1e300)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(1e-46)), ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(1e-45)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double(-0.0)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double((double)INFINITY)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_REAL, orm_bind_double((double)NAN)), ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_DOUBLE, orm_bind_double(1e300)), ORM_OK);
}

static void assert_text(orm__arena *arena, orm_type type, int32_t length, bool compare,
                        const char *given, const char *expected)
{
    orm_column column = column_of(type, length, 0, 0);
    orm_value value = orm_bind_text(given);
    value.as.span.size = SIZE_MAX;
    orm_status status = check_in(arena, &column, &value, compare);
    assert_int_equal(status, expected == NULL ? ORM_RANGE : ORM_OK);
    if (expected == NULL)
        return;
    assert_int_equal(value.as.span.size, strlen(expected));
    assert_memory_equal(value.as.span.data, expected, strlen(expected));
}

static void text_keeps_to_its_length(void **state)
{
    assert_text(*state, ORM_TYPE_TEXT, 0, false, "", "");
    assert_text(*state, ORM_TYPE_VARCHAR, 3, false, "abc", "abc");
    assert_text(*state, ORM_TYPE_VARCHAR, 3, false, "abcd", NULL);
    assert_text(*state, ORM_TYPE_VARCHAR, 3, false, "abc  ", "abc");
    assert_text(*state, ORM_TYPE_VARCHAR, 3, false, "a    ", "a  ");
    assert_text(*state, ORM_TYPE_VARCHAR, 3, false, "\u00e4\u20ac\U0001F600",
                "\u00e4\u20ac\U0001F600");
    assert_text(*state, ORM_TYPE_VARCHAR, 3, false, "\u00e4\u20ac\U0001F600x", NULL);
    assert_text(*state, ORM_TYPE_VARCHAR, 3, true, "abcd", "abcd");
    assert_text(*state, ORM_TYPE_CHAR, 3, false, "a ", "a ");
    assert_text(*state, ORM_TYPE_CHAR, 3, true, "a  ", "a");
    assert_text(*state, ORM_TYPE_CHAR, 0, false, "ab", NULL);
    assert_text(*state, ORM_TYPE_VARCHAR, 3, true, "a  ", "a  ");
}

static void text_is_text(void **state)
{
    orm_value nul = {.kind = ORM_KIND_TEXT, .as.span = {"a\0b", 3}};
    assert_int_equal(check(*state, ORM_TYPE_TEXT, nul), ORM_INVALID);
    nul.kind = ORM_KIND_JSON;
    assert_int_equal(check(*state, ORM_TYPE_JSONB, nul), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_TEXT, orm_bind_text("\xED\xA0\x80")), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_VARCHAR, orm_bind_text("\xFF")), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_TEXT, orm_bind_int(1)), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_BYTEA, orm_bind_bytes((orm_bytes){"\0\xFF", 2})),
                     ORM_OK);
    assert_int_equal(check(*state, ORM_TYPE_BYTEA, orm_bind_text("a")), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_JSON, orm_bind_json((orm_json){"{}"})), ORM_OK);
}

static void numerics_are_rounded_when_stored(void **state)
{
    orm_column column = column_of(ORM_TYPE_NUMERIC, 5, 2, 0);
    orm_value value = orm_bind_numeric((orm_numeric){"1.005"});
    assert_int_equal(check_in(*state, &column, &value, true), ORM_OK);
    assert_string_equal(value.as.span.data, "1.005");
    assert_int_equal(check_in(*state, &column, &value, false), ORM_OK);
    assert_string_equal(value.as.span.data, "1.01");
    assert_int_equal(value.as.span.size, 4);
    value = orm_bind_numeric((orm_numeric){"999.995"});
    assert_int_equal(check_in(*state, &column, &value, false), ORM_RANGE);
    assert_int_equal(check_in(*state, &column, &value, true), ORM_OK);
    value = orm_bind_numeric((orm_numeric){"1,5"});
    assert_int_equal(check_in(*state, &column, &value, true), ORM_INVALID);
    assert_int_equal(check(*state, ORM_TYPE_NUMERIC, orm_bind_numeric((orm_numeric){"1e200000"})),
                     ORM_RANGE);
    assert_int_equal(check(*state, ORM_TYPE_NUMERIC, orm_bind_numeric((orm_numeric){"-Infinity"})),
                     ORM_OK);
}

static void moments_keep_to_their_range(void **state)
{
    const struct {
        orm_type type;
        orm_value value;
        orm_status status;
    } cases[] = {
        {ORM_TYPE_DATE, orm_bind_date((orm_date){ORM__DATE_MIN}), ORM_OK},
        {ORM_TYPE_DATE, orm_bind_date((orm_date){ORM__DATE_MIN - 1}), ORM_RANGE},
        {ORM_TYPE_DATE, orm_bind_date((orm_date){ORM__DATE_MAX}), ORM_OK},
        {ORM_TYPE_DATE, orm_bind_date((orm_date){ORM__DATE_MAX + 1}), ORM_RANGE},
        {ORM_TYPE_DATE, orm_bind_date((orm_date){ORM_DATE_INFINITY}), ORM_OK},
        {ORM_TYPE_DATE, orm_bind_date((orm_date){ORM_DATE_NEGATIVE_INFINITY}), ORM_OK},
        {ORM_TYPE_TIME, orm_bind_time((orm_time){0}), ORM_OK},
        {ORM_TYPE_TIME, orm_bind_time((orm_time){-1}), ORM_RANGE},
        {ORM_TYPE_TIME, orm_bind_time((orm_time){ORM__DAY_MICROS}), ORM_OK},
        {ORM_TYPE_TIME, orm_bind_time((orm_time){ORM__DAY_MICROS + 1}), ORM_RANGE},
        {ORM_TYPE_TIMESTAMP, orm_bind_timestamp((orm_timestamp){INT64_MAX}), ORM_OK},
        {ORM_TYPE_TIMESTAMP, orm_bind_timestamp((orm_timestamp){INT64_MIN}), ORM_OK},
        {ORM_TYPE_TIMESTAMP, orm_bind_timestamp((orm_timestamp){INT64_MIN + 1}), ORM_RANGE},
        {ORM_TYPE_TIMESTAMPTZ, orm_bind_timestamptz((orm_timestamptz){ORM__TIMESTAMP_MIN}), ORM_OK},
        {ORM_TYPE_TIMESTAMPTZ, orm_bind_timestamptz((orm_timestamptz){ORM__TIMESTAMP_MIN - 1}),
         ORM_RANGE},
        {ORM_TYPE_TIMESTAMPTZ, orm_bind_timestamp((orm_timestamp){0}), ORM_INVALID},
        {ORM_TYPE_INTERVAL, orm_bind_interval((orm_interval){INT64_MIN, INT32_MIN, INT32_MIN}),
         ORM_OK},
        {ORM_TYPE_UUID, orm_bind_uuid((orm_uuid){{0}}), ORM_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (check(*state, cases[i].type, cases[i].value) != cases[i].status)
            fail_msg("case %zu", i);
}

static void null_needs_a_nullable_column(void **state)
{
    orm_column required = column_of(ORM_TYPE_TEXT, 0, 0, 0);
    orm_column nullable = column_of(ORM_TYPE_TEXT, 0, 0, ORM_COLUMN_NULLABLE);
    orm_value null = orm_bind_null();
    assert_int_equal(check_in(*state, &required, &null, false), ORM_NOT_NULL);
    assert_int_equal(check_in(*state, &required, &null, true), ORM_OK);
    assert_int_equal(check_in(*state, &nullable, &null, false), ORM_OK);
}

static void arrays_are_checked_by_element(void **state)
{
    orm_column column = column_of(ORM_TYPE_VARCHAR, 3, 0, ORM_COLUMN_ARRAY);
    const char *const items[] = {"ab", NULL, "abc  ", "abc"};
    orm_value value = orm_eq(((orm_array_text){items, 4, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &column, &value, false), ORM_OK);
    const char *const *kept = value.as.span.data;
    assert_string_equal(kept[0], "ab");
    assert_null(kept[1]);
    assert_string_equal(kept[2], "abc");
    assert_string_equal(items[2], "abc  ");
    const char *const longer[] = {"abcd"};
    value = orm_eq(((orm_array_text){longer, 1, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &column, &value, false), ORM_RANGE);
    value = orm_eq(((orm_array_i32){NULL, 0, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &column, &value, false), ORM_INVALID);
    value = orm_eq(((orm_array_text){NULL, 1, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &column, &value, false), ORM_INVALID);
    value = orm_bind_text("abc");
    assert_int_equal(check_in(*state, &column, &value, false), ORM_INVALID);
}

static void arrays_of_others_are_checked(void **state)
{
    orm_column enums = column_of(ORM_TYPE_ENUM, 0, 0, ORM_COLUMN_ARRAY);
    const int numbers[] = {1, 0, 2, 3};
    orm_value value = orm_eq(((orm_array_enum){numbers, 3, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &enums, &value, false), ORM_OK);
    assert_ptr_equal(value.as.span.data, numbers);
    value.as.span.size = 4;
    assert_int_equal(check_in(*state, &enums, &value, false), ORM_INVALID);
    orm_column numerics = column_of(ORM_TYPE_NUMERIC, 5, 2, ORM_COLUMN_ARRAY);
    const orm_numeric prices[] = {{"1.005"}, {NULL}, {"1.50"}};
    value = orm_eq(((orm_array_numeric){prices, 3, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &numerics, &value, false), ORM_OK);
    const orm_numeric *kept = value.as.span.data;
    assert_string_equal(kept[0].text, "1.01");
    assert_null(kept[1].text);
    assert_string_equal(kept[2].text, "1.50");
    orm_column days = column_of(ORM_TYPE_DATE, 0, 0, ORM_COLUMN_ARRAY);
    const orm_opt_date dates[] = {{{ORM__DATE_MIN - 1}, true}};
    value = orm_eq(((orm_array_date){dates, 1, true})).cond.as.values[0];
    assert_int_equal(check_in(*state, &days, &value, false), ORM_RANGE);
}

typedef struct row {
    int16_t small;
    orm_opt_i32 age;
    int64_t id;
    const char *name;
    orm_opt_double ratio;
    orm_uuid key;
    int role;
    orm_bytes bytes;
    orm_opt_date born;
    orm_array_i64 numbers;
    orm_opt_bool active;
    orm_numeric price;
    orm_interval span;
} row;

static orm_value member(orm_type type, unsigned flags, size_t offset, const row *from)
{
    orm_column column = column_of(type, 0, 0, flags);
    column.offset = (uint32_t)offset;
    return orm__column_get(&column, from);
}

static void members_of_rows_are_values(void **state)
{
    (void)state;
    const orm_opt_i64 items[] = {{7, true}};
    const row from = {.small = -3,
                      .age = {40, true},
                      .id = INT64_MIN,
                      .name = "Ada",
                      .ratio = {0.5, true},
                      .key = {{1}},
                      .role = 2,
                      .bytes = {"", 0},
                      .born = {{-5}, true},
                      .numbers = {items, 1, true},
                      .active = {true, true},
                      .price = {"1.5"},
                      .span = {1, 2, 3}};
    const unsigned null = ORM_COLUMN_NULLABLE;
    assert_int_equal(member(ORM_TYPE_SMALLINT, 0, offsetof(row, small), &from).as.integer, -3);
    assert_int_equal(member(ORM_TYPE_INTEGER, null, offsetof(row, age), &from).as.integer, 40);
    assert_int_equal(member(ORM_TYPE_BIGINT, 0, offsetof(row, id), &from).as.integer, INT64_MIN);
    assert_int_equal(member(ORM_TYPE_TEXT, null, offsetof(row, name), &from).as.span.size, 3);
    assert_true(member(ORM_TYPE_DOUBLE, null, offsetof(row, ratio), &from).as.real > 0.4);
    assert_int_equal(member(ORM_TYPE_UUID, 0, offsetof(row, key), &from).as.uuid.bytes[0], 1);
    assert_string_equal(member(ORM_TYPE_ENUM, null, offsetof(row, role), &from).as.span.data,
                        "guest");
    assert_int_equal(member(ORM_TYPE_BYTEA, null, offsetof(row, bytes), &from).kind,
                     ORM_KIND_BYTES);
    assert_int_equal(member(ORM_TYPE_DATE, null, offsetof(row, born), &from).as.integer, -5);
    orm_value array =
        member(ORM_TYPE_BIGINT, null | ORM_COLUMN_ARRAY, offsetof(row, numbers), &from);
    assert_int_equal(array.kind, ORM_KIND_ARRAY);
    assert_int_equal(array.item, ORM_TYPE_BIGINT);
    assert_true(member(ORM_TYPE_BOOLEAN, null, offsetof(row, active), &from).as.boolean);
    assert_string_equal(member(ORM_TYPE_NUMERIC, 0, offsetof(row, price), &from).as.span.data,
                        "1.5");
    assert_int_equal(member(ORM_TYPE_INTERVAL, 0, offsetof(row, span), &from).as.interval.months,
                     3);
}

static void zeroed_rows_are_null(void **state)
{
    (void)state;
    const row from = {0};
    const unsigned null = ORM_COLUMN_NULLABLE;
    assert_int_equal(member(ORM_TYPE_INTEGER, null, offsetof(row, age), &from).kind, ORM_KIND_NULL);
    assert_int_equal(member(ORM_TYPE_TEXT, null, offsetof(row, name), &from).kind, ORM_KIND_NULL);
    assert_int_equal(member(ORM_TYPE_DOUBLE, null, offsetof(row, ratio), &from).kind,
                     ORM_KIND_NULL);
    assert_int_equal(member(ORM_TYPE_ENUM, null, offsetof(row, role), &from).kind, ORM_KIND_NULL);
    assert_int_equal(member(ORM_TYPE_BYTEA, null, offsetof(row, bytes), &from).kind, ORM_KIND_NULL);
    assert_int_equal(member(ORM_TYPE_BOOLEAN, null, offsetof(row, active), &from).kind,
                     ORM_KIND_NULL);
    assert_int_equal(
        member(ORM_TYPE_BIGINT, null | ORM_COLUMN_ARRAY, offsetof(row, numbers), &from).kind,
        ORM_KIND_NULL);
    assert_int_equal(member(ORM_TYPE_SMALLINT, 0, offsetof(row, small), &from).kind, ORM_KIND_INT);
}

static void sizes_are_those_of_members(void **state)
{
    (void)state;
    const struct {
        orm_type type;
        size_t bare;
        size_t nullable;
    } sizes[] = {{ORM_TYPE_BOOLEAN, sizeof(bool), sizeof(orm_opt_bool)},
                 {ORM_TYPE_SMALLINT, 2, sizeof(orm_opt_i16)},
                 {ORM_TYPE_REAL, 4, sizeof(orm_opt_float)},
                 {ORM_TYPE_VARCHAR, sizeof(char *), sizeof(char *)},
                 {ORM_TYPE_BYTEA, sizeof(orm_bytes), sizeof(orm_bytes)},
                 {ORM_TYPE_UUID, 16, 17},
                 {ORM_TYPE_INTERVAL, 16, 24},
                 {ORM_TYPE_ENUM, sizeof(int), sizeof(int)}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        orm_column column = column_of(sizes[i].type, 0, 0, 0);
        assert_int_equal(orm__column_size(&column), sizes[i].bare);
        column.flags = ORM_COLUMN_NULLABLE;
        assert_int_equal(orm__column_size(&column), sizes[i].nullable);
        column.flags = ORM_COLUMN_ARRAY;
        assert_int_equal(orm__column_size(&column), sizeof(orm_array_uuid));
    }
}

static void types_have_their_text(void **state)
{
    (void)state;
    char text[64];
    orm_column column = column_of(ORM_TYPE_VARCHAR, 40, 0, 0);
    assert_string_equal(orm__type_text(&column, text), "varchar(40)");
    column = column_of(ORM_TYPE_NUMERIC, 10, 2, ORM_COLUMN_ARRAY);
    assert_string_equal(orm__type_text(&column, text), "numeric(10,2)[]");
    column = column_of(ORM_TYPE_NUMERIC, 0, 0, 0);
    assert_string_equal(orm__type_text(&column, text), "numeric");
    column = column_of(ORM_TYPE_TEXT, 0, 0, ORM_COLUMN_ARRAY);
    assert_string_equal(orm__type_text(&column, text), "text[]");
    column = column_of(ORM_TYPE_ENUM, 0, 0, 0);
    assert_string_equal(orm__type_text(&column, text), "role");
}

static void settings_are_values(void **state)
{
    (void)state;
    int set_state = -1;
    orm_column column = column_of(ORM_TYPE_INTEGER, 0, 0, 0);
    orm_set_int number = ORM_SET(5);
    assert_int_equal(orm__set_get(&column, &number, &set_state).as.integer, 5);
    assert_int_equal(set_state, ORM_IS_SET);
    number = ORM_SET(UINT64_MAX);
    assert_int_equal(orm__set_get(&column, &number, &set_state).kind, ORM_KIND_UINT_TOO_BIG);
    number = (orm_set_int)ORM_SET_NULL;
    assert_int_equal(orm__set_get(&column, &number, &set_state).kind, ORM_KIND_NULL);
    assert_int_equal(set_state, ORM_IS_NULL);
    number = (orm_set_int){0};
    (void)orm__set_get(&column, &number, &set_state);
    assert_int_equal(set_state, ORM_UNSET);
    column = column_of(ORM_TYPE_DATE, 0, 0, 0);
    orm_set_date date = ORM_SET((orm_date){-7});
    assert_int_equal(orm__set_get(&column, &date, &set_state).as.integer, -7);
    column = column_of(ORM_TYPE_UUID, 0, 0, 0);
    orm_set_uuid uuid = ORM_SET((orm_uuid){{3}});
    assert_int_equal(orm__set_get(&column, &uuid, &set_state).as.uuid.bytes[0], 3);
    column = column_of(ORM_TYPE_BOOLEAN, 0, 0, ORM_COLUMN_ARRAY);
    const orm_opt_bool flags[] = {{true, true}};
    orm_set_array_bool array = ORM_SET(((orm_array_bool){flags, 1, true}));
    orm_value value = orm__set_get(&column, &array, &set_state);
    assert_int_equal(value.item, ORM_TYPE_BOOLEAN);
    assert_ptr_equal(value.as.span.data, flags);
    column = column_of(ORM_TYPE_ENUM, 0, 0, ORM_COLUMN_NULLABLE);
    number = ORM_SET(0);
    assert_int_equal(orm__set_get(&column, &number, &set_state).kind, ORM_KIND_NULL);
}

static orm_value numbers_value(const orm_opt_i32 *items, size_t count)
{
    return orm_eq(((orm_array_i32){items, count, true})).cond.as.values[0];
}

static void equal_values_have_equal_hashes(void **state)
{
    orm_opt_i32 one[] = {{1, true}, {0, false}};
    orm_opt_i32 same[] = {{1, true}, {99, false}};
    orm_opt_i32 other[] = {{1, true}, {0, true}};
    char text[] = "a text of some length";
    const orm_value values[][2] = {
        {orm_bind_int(-5), orm_bind_int(-5)},
        {orm_bind_text(text), orm_bind_text("a text of some length")},
        {orm_bind_text(""), orm_bind_text("")},
        {orm_bind_uuid((orm_uuid){{1}}), orm_bind_uuid((orm_uuid){{1}})},
        {orm_bind_interval((orm_interval){1, 2, 3}), orm_bind_interval((orm_interval){1, 2, 3})},
        {orm_bind_interval((orm_interval){1, 3, 2}), orm_bind_interval((orm_interval){1, 3, 2})},
        {numbers_value(one, 2), numbers_value(same, 2)},
        {numbers_value(other, 2), numbers_value(other, 2)},
        {numbers_value(one, 1), numbers_value(one, 1)},
        {orm_bind_double(0.5), orm_bind_double(0.5)},
        {orm_bind_bool(true), orm_bind_bool(true)},
        {orm_bind_bool(false), orm_bind_bool(false)},
        {orm_bind_date((orm_date){-6}), orm_bind_date((orm_date){-6})},
        {orm_bind_null(), orm_bind_null()},
        {orm_bind_bytes((orm_bytes){"a\0b", 3}), orm_bind_bytes((orm_bytes){"a\0b", 3})},
        {orm_bind_bytes((orm_bytes){"a\0c", 3}), orm_bind_bytes((orm_bytes){"a\0c", 3})},
    };
    for (size_t i = 0; i < COUNT_OF(values); i++)
        for (size_t j = 0; j < COUNT_OF(values); j++) {
            bool equal = orm__value_same(&values[i][0], &values[j][1]);
            if (equal != (i == j))
                fail_msg("%zu, %zu", i, j);
            bool same_hash = orm__value_hash(&values[i][0]) == orm__value_hash(&values[j][1]);
            if (i == j && !same_hash)
                fail_msg("hash of %zu", i);
        }
    (void)state;
}

static void kept_values_are_copies(void **state)
{
    char text[] = "abc";
    const char *texts[] = {text, NULL};
    orm_value value = orm_bind_text(text);
    orm_value array = orm_eq(((orm_array_text){texts, 2, true})).cond.as.values[0];
    assert_int_equal(orm__value_keep(&value, *state), ORM_OK);
    assert_int_equal(orm__value_keep(&array, *state), ORM_OK);
    text[0] = 'x';
    texts[0] = NULL;
    assert_string_equal(value.as.span.data, "abc");
    const char *const *kept = array.as.span.data;
    assert_string_equal(kept[0], "abc");
    assert_null(kept[1]);
    orm_value empty = orm_bind_bytes((orm_bytes){"", 0});
    assert_int_equal(orm__value_keep(&empty, *state), ORM_OK);
    assert_non_null(empty.as.span.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(integers_fit_or_are_refused),
        ARENA_TEST(booleans_are_zero_or_one),
        ARENA_TEST(enums_become_labels),
        ARENA_TEST(reals_are_the_nearest_float),
        ARENA_TEST(text_keeps_to_its_length),
        ARENA_TEST(text_is_text),
        ARENA_TEST(numerics_are_rounded_when_stored),
        ARENA_TEST(moments_keep_to_their_range),
        ARENA_TEST(null_needs_a_nullable_column),
        ARENA_TEST(arrays_are_checked_by_element),
        ARENA_TEST(arrays_of_others_are_checked),
        cmocka_unit_test(members_of_rows_are_values),
        cmocka_unit_test(zeroed_rows_are_null),
        cmocka_unit_test(sizes_are_those_of_members),
        cmocka_unit_test(types_have_their_text),
        cmocka_unit_test(settings_are_values),
        cmocka_unit_test(equal_values_have_equal_hashes),
        ARENA_TEST(kept_values_are_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
