/*
 * Rows of every column type, loaded in bulk and inserted one set after the other, are the same rows
 * as the database prints them. On PostgreSQL each set of columns is one COPY.
 */
#include <float.h>
#include <stdio.h>

#include "support/fixture.h"
#include "support/random.h"
#include "types.orm.h"

enum { COUNT = 400 };

static test_random randomness = {.state = 77};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/types.yaml", NULL);
    return 0;
}

static int close_all(void **state)
{
    test_random_free(&randomness);
    return close_database(state);
}

/* The rows of a table, which is then empty. */
static char *take_rows(const char *table)
{
    char *rows = test_query(&database, "select * from \"%s\" order by id", table);
    test_execute(&database, "delete from \"%s\"", table);
    return rows;
}

typedef orm_status writing(orm_session *db, const void *values, size_t count, bool bulk);

#define WRITING(model)                                                                             \
    static orm_status write_##model(orm_session *db, const void *values, size_t count, bool bulk)  \
    {                                                                                              \
        int64_t loaded = 0;                                                                        \
        if (!bulk)                                                                                 \
            return model##_insert_all(db, values, count, NULL);                                    \
        orm_status status = model##_bulk_load(db, values, count, NULL, &loaded);                   \
        if (status == ORM_OK)                                                                      \
            assert_int_equal(loaded, count);                                                       \
        return status;                                                                             \
    }

WRITING(t_nullable)
WRITING(t_array)
WRITING(t_document)

static char *rows_written(const char *table, writing *write, const void *values, size_t count,
                          bool bulk)
{
    orm_session *db = test_session(&database);
    assert_ok(db, write(db, values, count, bulk));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    return take_rows(table);
}

static void check_same(const char *table, writing *write, const void *values, size_t count,
                       int sets)
{
    char *inserted = rows_written(table, write, values, count, false);
    test_count_start(&database);
    char *loaded = rows_written(table, write, values, count, true);
    if (database.postgresql) {
        assert_int_equal(test_count_starting(&database, "COPY"), sets);
        assert_int_equal(test_count_starting(&database, "INSERT"), 0);
    }
    assert_same_text(loaded, inserted);
    assert_non_null(strstr(inserted, "|"));
    free(inserted);
    free(loaded);
}

static orm_set_text words(int characters)
{
    return ORM_SET(test_random_text(&randomness, characters));
}

static int64_t number(int64_t low, int64_t high)
{
    return test_random_int(&randomness, low, high);
}

/* Every kind of value, at its ends in the first rows. */
static t_nullable_new scalars(int i)
{
    static const int64_t infinite[] = {ORM_TIMESTAMP_INFINITY, ORM_TIMESTAMP_NEGATIVE_INFINITY};
    static const char *const numerics[] = {
        "NaN",   "0",       "0.000", "-0.00010",         "10000", "9999.9999", "1e20",
        "1e-20", "1.0e131", "-1",    "10000000000000000"};
    bool end = i < 2;
    return (t_nullable_new){
        .id = ORM_SET(i + 1),
        .boolean_maybe = ORM_SET(i % 2 == 0),
        .smallint_maybe = ORM_SET(end ? (i == 0 ? INT16_MIN : INT16_MAX) : number(-300, 300)),
        .integer_maybe = ORM_SET(end ? (i == 0 ? INT32_MIN : INT32_MAX) : number(-3000, 3000)),
        .bigint_maybe = ORM_SET(end ? (i == 0 ? INT64_MIN : INT64_MAX) : number(-1, INT64_MAX)),
        .real_maybe = ORM_SET(end ? (i == 0 ? (double)FLT_MAX : (double)FLT_MIN)
                                  : (double)(float)number(-100000, 100000) / 7),
        .double_maybe = ORM_SET(test_random_double(&randomness)),
        .numeric_maybe = i < 11 ? ORM_SET(((orm_numeric){numerics[i]}))
                                : ORM_SET(test_random_numeric(&randomness, 40, -1)),
        .exact_maybe = ORM_SET(test_random_numeric(&randomness, 26, i % 4)),
        .text_maybe = words(60),
        .varchar_maybe = words(40),
        .chars_maybe = words(5),
        .bytea_maybe = ORM_SET(test_random_bytes(&randomness, (size_t)(i % 9))),
        .uuid_maybe = ORM_SET(test_random_uuid(&randomness)),
        .date_maybe =
            ORM_SET(((orm_date){end ? (i == 0 ? ORM_DATE_INFINITY : ORM_DATE_NEGATIVE_INFINITY)
                                    : (int32_t)number(-700000, 2000000)})),
        .time_maybe = ORM_SET(((orm_time){number(0, INT64_C(86399999999))})),
        .timestamp_maybe = ORM_SET(
            ((orm_timestamp){end ? infinite[i] : number(-60000000000000000, 60000000000000000)})),
        .timestamptz_maybe = ORM_SET(
            ((orm_timestamptz){end ? infinite[i] : number(-60000000000000000, 60000000000000000)})),
        .interval_maybe = ORM_SET(((orm_interval){.micros = number(-99999999999, 99999999999),
                                                  .days = (int32_t)number(-40, 40),
                                                  .months = (int32_t)number(-40, 40)})),
        .colour_maybe = ORM_SET(1 + i % 7),
    };
}

static void scalars_are_the_same(void **state)
{
    (void)state;
    t_nullable_new *values = test_random_keep(&randomness, COUNT * sizeof *values);
    for (int i = 0; i < COUNT; i++)
        values[i] = scalars(i);
    check_same("nullable", write_t_nullable, values, COUNT, 1);
}

/* NULL in every column is a value; what is left out makes sets of columns. */
static void nulls_and_what_is_left_out_are_the_same(void **state)
{
    (void)state;
    enum { SETS = 3 };
    t_nullable_new *values = test_random_keep(&randomness, COUNT * sizeof *values);
    for (int i = 0; i < COUNT; i++) {
        values[i] = (t_nullable_new){.id = ORM_SET(i + 1)};
        if (i % SETS == 0)
            values[i] = scalars(i);
        if (i % SETS == 1)
            values[i].text_maybe = words(5);
        if (i % (2 * SETS) == 0)
            values[i].text_maybe = (orm_set_text)ORM_SET_NULL;
        if (i % (2 * SETS) == 0)
            values[i].numeric_maybe = (orm_set_numeric)ORM_SET_NULL;
        if (i % (2 * SETS) == 3)
            values[i].interval_maybe = (orm_set_interval)ORM_SET_NULL;
        if (i % (2 * SETS) == 3)
            values[i].colour_maybe = (orm_set_int)ORM_SET_NULL;
    }
    check_same("nullable", write_t_nullable, values, COUNT, SETS);
}

#define LIST(array_type, element, ...)                                                             \
    {                                                                                              \
        .value = {.items = (const element[]){__VA_ARGS__},                                         \
                  .count = sizeof((const element[]){__VA_ARGS__}) / sizeof(element),               \
                  .has = true},                                                                    \
        .state = ORM_IS_SET                                                                        \
    }

/* `length` elements of each at most, so that lists of all lengths come up. */
#define CUT(field)                                                                                 \
    if (row.field.value.count > length)                                                            \
    row.field.value.count = length

static const t_array_new full = {
    .booleans = LIST(orm_array_bool, orm_opt_bool, {true, true}, {0}, {false, true}),
    .smallints = LIST(orm_array_i16, orm_opt_i16, {INT16_MIN, true}, {0}, {INT16_MAX, true}),
    .integers = LIST(orm_array_i32, orm_opt_i32, {INT32_MIN, true}, {INT32_MAX, true}),
    .bigints = LIST(orm_array_i64, orm_opt_i64, {0}, {INT64_MIN, true}, {INT64_MAX, true}),
    .reals = LIST(orm_array_float, orm_opt_float, {FLT_MAX, true}, {0, false}, {0.1f, true}),
    .doubles = LIST(orm_array_double, orm_opt_double, {DBL_MAX, true}, {0.1, true}),
    .numerics = LIST(orm_array_numeric, orm_numeric, {"1.10"}, {NULL}, {"NaN"},
                     {"-123456789012345678901234567890.5"}),
    .texts = LIST(orm_array_text, char *, "", "NULL", NULL, "\"\\{},", "😀\n", "[]"),
    .byteas = LIST(orm_array_bytes, orm_bytes, {"a\0b", 3}, {NULL, 0}, {"", 0}, {"\xff\\", 2}),
    .uuids = LIST(orm_array_uuid, orm_opt_uuid, {{{1, 2, 255}}, true}, {{{0}}, false}),
    .dates =
        LIST(orm_array_date, orm_opt_date, {{-1}, true}, {{0}, false}, {{ORM_DATE_INFINITY}, true}),
    .times = LIST(orm_array_time, orm_opt_time, {{1}, true}, {{0}, false}),
    .timestamps = LIST(orm_array_timestamp, orm_opt_timestamp, {{-1}, true}, {{0}, false}),
    .timestamptzs = LIST(orm_array_timestamptz, orm_opt_timestamptz, {{2147483648000001}, true},
                         {{ORM_TIMESTAMP_NEGATIVE_INFINITY}, true}),
    .intervals =
        LIST(orm_array_interval, orm_opt_interval, {{-1, 2, -3}, true}, {{0, 0, 0}, false}),
    .jsons = LIST(orm_array_json, orm_json, {"{\"a\": [1, \"\\\"\"]}"}, {NULL}, {"null"}),
    .jsonbs = LIST(orm_array_json, orm_json, {"{\"a\": [1, \"x\"]}"}, {NULL}, {"null"}),
    .colours = LIST(orm_array_enum, int, T_COLOUR_QUOTED, 0, T_COLOUR_ESCAPED, T_COLOUR_UNICODE),
};

static t_array_new arrays(int i)
{
    size_t length = (size_t)(i % 6);
    t_array_new row = full;
    CUT(booleans);
    CUT(smallints);
    CUT(integers);
    CUT(bigints);
    CUT(reals);
    CUT(doubles);
    CUT(numerics);
    CUT(texts);
    CUT(byteas);
    CUT(uuids);
    CUT(dates);
    CUT(times);
    CUT(timestamps);
    CUT(timestamptzs);
    CUT(intervals);
    CUT(jsons);
    CUT(jsonbs);
    CUT(colours);
    row.id = ORM_SET(i + 1);
    return row;
}

static void check_arrays(int count)
{
    for (int i = 0; i < count; i++) {
        t_array_new row = arrays(i);
        check_same("array", write_t_array, &row, 1, 1);
    }
}

static void arrays_are_the_same(void **state)
{
    (void)state;
    check_arrays(7);
    t_array_new nothing = {.id = ORM_SET(1), .texts = ORM_SET_NULL, .colours = ORM_SET_NULL};
    check_same("array", write_t_array, &nothing, 1, 1);
}

static void documents_are_the_same(void **state)
{
    (void)state;
    enum { SIZE = 3 << 20 };
    char *large = test_random_keep(&randomness, SIZE + 1);
    memset(large, 'x', SIZE);
    large[SIZE] = '\0';
    char *digits = test_random_keep(&randomness, 2001);
    memset(digits, '7', 2000);
    digits[2000] = '\0';
    digits[1500] = '.';
    char *json = test_random_keep(&randomness, SIZE + 1);
    memcpy(json, large, SIZE + 1);
    json[0] = json[SIZE - 1] = '"';
    t_document_new values[4] = {
        {.body = ORM_SET(""),
         .raw = ORM_SET(((orm_bytes){"", 0})),
         .plain = ORM_SET(((orm_json){" {\"spaced\" :1}"})),
         .binary = ORM_SET(((orm_json){"{\"b\": 1, \"a\": [null, \"it's\"]}"})),
         .digits = ORM_SET(((orm_numeric){digits}))},
        {.body = ORM_SET(large),
         .raw = ORM_SET(test_random_bytes(&randomness, SIZE)),
         .plain = ORM_SET(((orm_json){json})),
         .binary = ORM_SET(((orm_json){json})),
         .digits = ORM_SET(((orm_numeric){"-0.00000000000000000000000000001"}))},
        {.body = ORM_SET("x"),
         .raw = ORM_SET_NULL,
         .plain = ORM_SET_NULL,
         .binary = ORM_SET_NULL,
         .digits = ORM_SET_NULL},
        {.body = ORM_SET("😀\r\n\t\\.\n\\N"),
         .raw = ORM_SET(((orm_bytes){"\\.\n", 3})),
         .plain = ORM_SET(((orm_json){"\"\\u0000\""})),
         .binary = ORM_SET(((orm_json){"null"})),
         .digits = ORM_SET(((orm_numeric){"NaN"}))},
    };
    for (int i = 0; i < 4; i++)
        values[i].id = ORM_SET(i + 1);
    check_same("document", write_t_document, values, 4, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(scalars_are_the_same),
        suite_test(nulls_and_what_is_left_out_are_the_same),
        suite_test(arrays_are_the_same),
        suite_test(documents_are_the_same),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
