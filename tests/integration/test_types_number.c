/* Numbers: extremes and random ones come back exactly; what does not fit is refused by name. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "support/random.h"
#include "support/round_trip.h"
#include "types.orm.h"

enum { RANDOM = 200 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.file = "test_types_number.c",
     .reason = "each value makes its own way to the database and back"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/types.yaml", NULL);
    test_ignore(&database, ignored);
    return 0;
}

#define SAME(type, c_type, expression)                                                             \
    static bool same_##type(c_type left, c_type right)                                             \
    {                                                                                              \
        return expression;                                                                         \
    }

SAME(boolean, bool, left == right)
SAME(smallint, int16_t, left == right)
SAME(integer, int32_t, left == right)
SAME(bigint, int64_t, left == right)
SAME(real, float, memcmp(&left, &right, sizeof left) == 0 || (isnan(left) && isnan(right)))
SAME(double, double, memcmp(&left, &right, sizeof left) == 0 || (isnan(left) && isnan(right)))
SAME(numeric, orm_numeric, strcmp(left.text, right.text) == 0)
SAME(exact, orm_numeric, strcmp(left.text, right.text) == 0)

ROUND_TRIP_UNORDERED(boolean, bool)
ROUND_TRIP(smallint, int16_t)
ROUND_TRIP(integer, int32_t)
ROUND_TRIP(bigint, int64_t)
ROUND_TRIP(real, float)
ROUND_TRIP(double, double)
ROUND_TRIP(numeric, orm_numeric)
ROUND_TRIP(exact, orm_numeric)
REFUSAL(real, float)
REFUSAL(double, double)
REFUSAL(numeric, orm_numeric)
REFUSAL(exact, orm_numeric)

#define RANDOM_VALUES(type, random_value)                                                          \
    for (int i = 0; i < RANDOM; i++)                                                               \
        ROUND_TRIP_ADD(type, values, count, random_value);                                         \
    trip_##type(values, count);                                                                    \
    test_random_free(&random)

static void booleans(void **state)
{
    (void)state;
    const bool values[] = {true, false};
    trip_boolean(values, 2);
}

/* Unsigned and signed values that fit no column of the type. */
#define REFUSE_INTEGER(type, given)                                                                \
    do {                                                                                           \
        orm_session *db = test_session(&database);                                                 \
        t_key_##type##_new made = {.value = ORM_SET(given)};                                       \
        assert_status(db, t_key_##type##_insert(db, &made, NULL), ORM_RANGE);                      \
        assert_string_equal(orm_session_error(db)->column, "value");                               \
        test_session_close(&database, db);                                                         \
    } while (0)

static void smallints(void **state)
{
    (void)state;
    test_random random = {.state = 1};
    int16_t values[ROUND_TRIP_MAX] = {0, 1, -1, INT16_MAX, INT16_MIN};
    size_t count = 5;
    REFUSE_INTEGER(smallint, INT16_MAX + 1);
    REFUSE_INTEGER(smallint, INT16_MIN - 1);
    REFUSE_INTEGER(smallint, UINT16_MAX);
    REFUSE_INTEGER(smallint, INT64_MIN);
    REFUSE_INTEGER(smallint, UINT64_MAX);
    RANDOM_VALUES(smallint, (int16_t)test_random_int(&random, INT16_MIN, INT16_MAX));
}

static void integers(void **state)
{
    (void)state;
    test_random random = {.state = 2};
    int32_t values[ROUND_TRIP_MAX] = {0, 1, -1, INT32_MAX, INT32_MIN, INT16_MAX + 1};
    size_t count = 6;
    REFUSE_INTEGER(integer, (int64_t)INT32_MAX + 1);
    REFUSE_INTEGER(integer, (int64_t)INT32_MIN - 1);
    REFUSE_INTEGER(integer, UINT32_MAX);
    REFUSE_INTEGER(integer, (unsigned long)UINT32_MAX + 1);
    REFUSE_INTEGER(integer, UINT64_MAX);
    RANDOM_VALUES(integer, (int32_t)test_random_int(&random, INT32_MIN, INT32_MAX));
}

static void bigints(void **state)
{
    (void)state;
    test_random random = {.state = 3};
    int64_t values[ROUND_TRIP_MAX] = {
        0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1, (INT64_C(1) << 53) + 1};
    size_t count = 8;
    REFUSE_INTEGER(bigint, (uint64_t)INT64_MAX + 1);
    REFUSE_INTEGER(bigint, UINT64_MAX);
    RANDOM_VALUES(bigint, test_random_int(&random, INT64_MIN, INT64_MAX));
}

/* A condition with a number that fits no row of the column. */
static void conditions_out_of_range(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    t_key_smallint_list list;
    const uint64_t numbers[] = {1, UINT64_MAX};
    t_key_smallint_query query = {.where = t_key_smallint_value_is(orm_eq(70000))};
    orm_status status = t_key_smallint_select(db, &query, &list);
    if (status != ORM_OK) {
        assert_int_equal(status, ORM_RANGE);
        assert_string_equal(orm_session_error(db)->column, "value");
    } else {
        assert_int_equal(list.count, 0);
    }
    query.where = t_key_smallint_value_is(orm_in(numbers, 2));
    status = t_key_smallint_select(db, &query, &list);
    if (status != ORM_OK) {
        assert_int_equal(status, ORM_RANGE);
        assert_string_equal(orm_session_error(db)->column, "value");
    }
}

static void reals(void **state)
{
    (void)state;
    test_random random = {.state = 4};
    float values[ROUND_TRIP_MAX] = {
        0, 1, -1, FLT_MAX, -FLT_MAX, FLT_MIN, FLT_TRUE_MIN, 0.1f, INFINITY, -INFINITY, 16777217.0f};
    size_t count = 11;
    if (database.postgresql)
        values[count++] = NAN;
    else
        refuse_real(NAN, ORM_RANGE);
    for (int i = 0; i < RANDOM; i++) {
        float number = 0;
        do {
            uint32_t bits = (uint32_t)test_random_bits(&random);
            memcpy(&number, &bits, sizeof number);
        } while (!isfinite(number) || number == 0);
        ROUND_TRIP_ADD(real, values, count, number);
    }
    trip_real(values, count);
    REFUSE_INTEGER(real, 1e300);
}

static void doubles(void **state)
{
    (void)state;
    test_random random = {.state = 5};
    double values[ROUND_TRIP_MAX] = {0,
                                     1,
                                     -1,
                                     DBL_MAX,
                                     -DBL_MAX,
                                     DBL_MIN,
                                     DBL_TRUE_MIN,
                                     0.1,
                                     INFINITY,
                                     -INFINITY,
                                     9007199254740993.0,
                                     1e15,
                                     3.0,
                                     1e300};
    size_t count = 14;
    if (database.postgresql)
        values[count++] = NAN;
    else
        refuse_double(NAN, ORM_RANGE);
    RANDOM_VALUES(double, test_random_double(&random));
}

static orm_numeric repeated(test_random *random, const char *start, size_t digits)
{
    size_t size = strlen(start);
    char *text = test_random_keep(random, size + digits + 1);
    memcpy(text, start, size);
    for (size_t i = 0; i < digits; i++)
        text[size + i] = (char)('1' + i % 9);
    text[size + digits] = '\0';
    return (orm_numeric){text};
}

static void numerics(void **state)
{
    (void)state;
    test_random random = {.state = 6};
    orm_numeric values[ROUND_TRIP_MAX] = {
        {"0"},   {"-1"},       {"1.10"},      {"0.000001"},
        {"NaN"}, {"Infinity"}, {"-Infinity"}, {"100000000000000000000"},
    };
    size_t count = 8;
    values[count++] = repeated(&random, "", 100);
    values[count++] = repeated(&random, "-", 100);
    values[count++] = repeated(&random, "0.", 100);
    values[count++] = repeated(&random, "9999999999999999999999999999999999999999.", 60);
    values[count++] = repeated(&random, "8", 999);
    RANDOM_VALUES(numeric, test_random_numeric(&random, 100, -1));
    refuse_numeric((orm_numeric){"12x"}, ORM_INVALID);
    refuse_numeric((orm_numeric){""}, ORM_INVALID);
    refuse_numeric((orm_numeric){"1'; drop table key_numeric; --"}, ORM_INVALID);
}

static void limited_numerics(void **state)
{
    (void)state;
    test_random random = {.state = 7};
    orm_numeric values[ROUND_TRIP_MAX] = {{"0.0000"},
                                          {"-0.0001"},
                                          {"NaN"},
                                          {"99999999999999999999999999.9999"},
                                          {"-99999999999999999999999999.9999"}};
    size_t count = 5;
    RANDOM_VALUES(exact, test_random_numeric(&random, 26, 4));
    refuse_exact((orm_numeric){"100000000000000000000000000"}, ORM_RANGE);
    refuse_exact((orm_numeric){"99999999999999999999999999.99995"}, ORM_RANGE);
    refuse_exact((orm_numeric){"Infinity"}, ORM_RANGE);
    /* Stored with the column's digits. */
    orm_session *db = test_session(&database);
    t_key_exact *row = NULL;
    assert_ok(db, t_key_exact_insert(
                      db, &(t_key_exact_new){.value = ORM_SET(((orm_numeric){"12.34565"}))}, &row));
    assert_string_equal(row->value.text, "12.3457");
    ASSERT_ONLY(exact, db, orm_eq(((orm_numeric){"12.34570"})), row->id);
    ASSERT_ONLY(exact, db, orm_eq(((orm_numeric){"123457e-4"})), row->id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(booleans),
        suite_test(smallints),
        suite_test(integers),
        suite_test(bigints),
        suite_test(conditions_out_of_range),
        suite_test(reals),
        suite_test(doubles),
        suite_test(numerics),
        suite_test(limited_numerics),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
