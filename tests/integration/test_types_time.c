/* Dates, times and intervals: extremes and random ones come back exactly; what does not fit is
 * refused by name. */
#include "support/random.h"
#include "support/round_trip.h"
#include "types.orm.h"

enum { RANDOM = 200 };

static const int64_t day = INT64_C(86400000000);

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.file = "test_types_time.c",
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

#define SAME(type, c_type, field)                                                                  \
    static bool same_##type(c_type left, c_type right)                                             \
    {                                                                                              \
        return left.field == right.field;                                                          \
    }
#define PARSED(type, c_type)                                                                       \
    static c_type type##_of(const char *text)                                                      \
    {                                                                                              \
        c_type value = {0};                                                                        \
        if (orm_##type##_parse(text, &value) != ORM_OK)                                            \
            fail_msg("%s", text);                                                                  \
        return value;                                                                              \
    }

SAME(date, orm_date, days)
SAME(time, orm_time, micros)
SAME(timestamp, orm_timestamp, micros)
SAME(timestamptz, orm_timestamptz, micros)
PARSED(date, orm_date)
PARSED(timestamp, orm_timestamp)
PARSED(timestamptz, orm_timestamptz)

/* What the database holds equal would not be unique. */
static bool same_interval(orm_interval left, orm_interval right)
{
    return left.micros == right.micros && left.days == right.days && left.months == right.months;
}

ROUND_TRIP(date, orm_date)
ROUND_TRIP(time, orm_time)
ROUND_TRIP(timestamp, orm_timestamp)
ROUND_TRIP(timestamptz, orm_timestamptz)
ROUND_TRIP(interval, orm_interval)
REFUSAL(date, orm_date)
REFUSAL(time, orm_time)
REFUSAL(timestamp, orm_timestamp)
REFUSAL(timestamptz, orm_timestamptz)

static void dates(void **state)
{
    (void)state;
    test_random random = {.state = 20};
    orm_date values[ROUND_TRIP_MAX] = {{0},
                                       {-1},
                                       {ORM_DATE_INFINITY},
                                       {ORM_DATE_NEGATIVE_INFINITY},
                                       date_of("0001-01-01"),
                                       date_of("9999-12-31"),
                                       date_of("2000-02-29"),
                                       date_of("1582-10-15"),
                                       date_of("2038-01-20")};
    size_t count = 9;
    const orm_date far[] = {date_of("4713-01-01 BC"), date_of("10000-01-01"),
                            date_of("0001-12-31 BC"), date_of("99999-12-31")};
    for (size_t i = 0; i < 4; i++) {
        if (database.postgresql)
            values[count++] = far[i];
        else
            refuse_date(far[i], ORM_RANGE);
    }
    for (int i = 0; i < RANDOM; i++) {
        orm_date more = {(int32_t)test_random_int(&random, -719162, 2932896)};
        ROUND_TRIP_ADD(date, values, count, more);
    }
    trip_date(values, count);
    refuse_date((orm_date){INT32_MAX - 1}, ORM_RANGE);
    refuse_date((orm_date){INT32_MIN + 1}, ORM_RANGE);
}

static void times(void **state)
{
    (void)state;
    test_random random = {.state = 21};
    orm_time values[ROUND_TRIP_MAX] = {{0}, {1}, {day}, {day - 1}, {1000000}, {60000000}, {500000}};
    size_t count = 7;
    for (int i = 0; i < RANDOM; i++) {
        orm_time more = {test_random_int(&random, 0, day)};
        ROUND_TRIP_ADD(time, values, count, more);
    }
    trip_time(values, count);
    refuse_time((orm_time){-1}, ORM_RANGE);
    refuse_time((orm_time){day + 1}, ORM_RANGE);
    refuse_time((orm_time){INT64_MAX}, ORM_RANGE);
}

/* The same moments for both types. */
#define MOMENTS(type, zone)                                                                        \
    {0},      /* 1970 */                                                                           \
        {-1}, /* a microsecond before */                                                           \
        {1}, {1500000}, {ORM_TIMESTAMP_INFINITY}, {ORM_TIMESTAMP_NEGATIVE_INFINITY},               \
        type##_of("0001-01-01 00:00:00" zone), type##_of("9999-12-31 23:59:59.999999" zone),       \
        type##_of("1969-12-31 23:59:59.000001" zone),                                              \
        type##_of("2038-01-19 03:14:08.123456" zone), type##_of("2000-02-29 12:00:00.1" zone),     \
        type##_of("1900-01-01 00:00:00.000001" zone)

#define TEST_MOMENTS(type, seed, zone)                                                             \
    static void type##s(void **state)                                                              \
    {                                                                                              \
        (void)state;                                                                               \
        test_random random = {.state = seed};                                                      \
        orm_##type values[ROUND_TRIP_MAX] = {MOMENTS(type, zone)};                                 \
        size_t count = 12;                                                                         \
        const orm_##type far[] = {type##_of("4713-01-01 00:00:00" zone " BC"),                     \
                                  type##_of("10000-01-01 00:00:00" zone),                          \
                                  {INT64_MAX - 1}};                                                \
        for (size_t i = 0; i < 3; i++) {                                                           \
            if (database.postgresql)                                                               \
                values[count++] = far[i];                                                          \
            else                                                                                   \
                refuse_##type(far[i], ORM_RANGE);                                                  \
        }                                                                                          \
        for (int i = 0; i < RANDOM; i++) {                                                         \
            orm_##type more = {test_random_int(&random, values[6].micros, values[7].micros)};      \
            ROUND_TRIP_ADD(type, values, count, more);                                             \
        }                                                                                          \
        trip_##type(values, count);                                                                \
        refuse_##type((orm_##type){INT64_MIN + 1}, ORM_RANGE);                                     \
    }

TEST_MOMENTS(timestamp, 22, "")
TEST_MOMENTS(timestamptz, 23, "+00:00")

static void intervals(void **state)
{
    (void)state;
    test_random random = {.state = 24};
    orm_interval values[ROUND_TRIP_MAX] = {
        {0, 0, 0},
        {1, 0, 0},
        {-1, 0, 0},
        {0, 1, 0},
        {0, -1, 0},
        {0, 0, 1},
        {0, 0, -1},
        {1500000, -3, 14},
        {-1500000, 3, -14},
        {INT64_MAX / 4, 1000000, 1000},
        {-(INT64_MAX / 4), -1000000, -1000},
        {0, 0, 12 * 1000},
    };
    size_t count = 12;
    for (int i = 0; i < RANDOM; i++) {
        orm_interval more = {test_random_int(&random, -day, day) * 50 + i,
                             (int32_t)test_random_int(&random, -100000, 100000),
                             (int32_t)test_random_int(&random, -10000, 10000)};
        ROUND_TRIP_ADD(interval, values, count, more);
    }
    trip_interval(values, count);
}

/* Extremes that need no key: the parts are independent, and kept apart. */
static void interval_limits(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const orm_interval values[] = {
        {INT64_MAX, 0, 0},
        {INT64_MIN, 0, 0},
        {0, INT32_MAX, 0},
        {0, INT32_MIN, 0},
        {0, 0, INT32_MAX},
        {0, 0, INT32_MIN},
        {24 * 3600 * INT64_C(1000000), 0, 0},
        {0, 30, 0},
        {INT64_MAX, INT32_MAX, -1},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        t_nullable *row = NULL;
        t_nullable_list again;
        t_nullable_new made = {.interval_maybe = ORM_SET(values[i])};
        assert_ok(db, t_nullable_insert(db, &made, &row));
        t_nullable_query query = {.where = t_nullable_id_is(orm_eq(row->id)), .refresh = true};
        assert_ok(db, t_nullable_select(db, &query, &again));
        assert_true(row->interval_maybe.has);
        assert_true(same_interval(row->interval_maybe.value, values[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(dates),        suite_test(times),     suite_test(timestamps),
        suite_test(timestamptzs), suite_test(intervals), suite_test(interval_limits),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
