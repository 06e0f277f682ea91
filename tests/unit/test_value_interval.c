/* Intervals: text to value and back, and their order. */
#include <orm/value.h>

#include "model/interval.h"
#include "unit/value_support.h"

static void assert_interval(const char *text, int32_t months, int32_t days, int64_t micros,
                            const char *canonical)
{
    orm_interval value = {0};
    char back[ORM_TEMPORAL_TEXT_SIZE];
    assert_int_equal(orm_interval_parse(text, &value), ORM_OK);
    assert_int_equal(value.months, months);
    assert_int_equal(value.days, days);
    assert_int_equal(value.micros, micros);
    assert_int_equal(orm_interval_format(value, back), strlen(canonical));
    assert_string_equal(back, canonical);
}

static void intervals_come_back(void **state)
{
    (void)state;
    assert_interval("P1Y2M3DT4H5M6.7S", 14, 3, 14706700000, "P1Y2M3DT4H5M6.7S");
    assert_interval("PT0S", 0, 0, 0, "PT0S");
    assert_interval("P0D", 0, 0, 0, "PT0S");
    assert_interval("P2W1D", 0, 15, 0, "P15D");
    assert_interval("-P1Y-2M", -10, 0, 0, "P-10M");
    assert_interval("P-1Y-2M3DT-4H+5M-0.000001S", -14, 3, -14100000001,
                    "P-1Y-2M3DT-3H-55M-0.000001S");
    assert_interval("PT-0.5S", 0, 0, -500000, "PT-0.5S");
    assert_interval("PT90M", 0, 0, 5400000000, "PT1H30M");
    assert_interval("PT0,25S", 0, 0, 250000, "PT0.25S");
    assert_interval("P178956970Y7M", INT32_MAX, 0, 0, "P178956970Y7M");
    assert_interval("P-2147483648M", INT32_MIN, 0, 0, "P-178956970Y-8M");
    assert_interval("P-2147483648D", 0, INT32_MIN, 0, "P-2147483648D");
    assert_interval("PT2562047788H54.775807S", 0, 0, INT64_MAX, "PT2562047788H54.775807S");
    assert_interval("PT-2562047788H-54.775808S", 0, 0, INT64_MIN, "PT-2562047788H-54.775808S");
}

static void bad_intervals_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {"",      "P",      "PT",      "P1",     "P1S",
                                        "PT1Y",  "P1M1Y",  "P1Y1Y",   "1Y",     "P1DT",
                                        "P1.5Y", "PT1.5H", "PT.5S",   "PT1.S",  "P--1Y",
                                        "P1Y ",  "p1y",    "P1DTT1S", "PT1S1D", "P1D1H"};
    static const char *const ranges[] = {"P2147483648D",
                                         "P178956970Y8M",
                                         "PT2562047788H54.775808S",
                                         "P99999999999999999999999Y",
                                         "PT9223372036854775808S",
                                         "P-2147483649D",
                                         "PT-2562047788H-54.775809S"};
    orm_interval value = {.days = 7};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        assert_int_equal(orm_interval_parse(forms[i], &value), ORM_INVALID);
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        assert_int_equal(orm_interval_parse(ranges[i], &value), ORM_RANGE);
    assert_int_equal(value.days, 7);
}

static orm_interval random_interval(random_source *source)
{
    orm_interval value;
    value.months = (int32_t)(uint32_t)random_next(source) >> random_below(source, 32);
    value.days = (int32_t)(uint32_t)random_next(source) >> random_below(source, 32);
    value.micros = (int64_t)random_next(source) >> random_below(source, 64);
    return value;
}

static void random_intervals_come_back(void **state)
{
    (void)state;
    random_source source = {30};
    for (int i = 0; i < 50000; i++) {
        char text[ORM_TEMPORAL_TEXT_SIZE];
        orm_interval value = random_interval(&source);
        orm_interval back = {0};
        (void)orm_interval_format(value, text);
        assert_int_equal(orm_interval_parse(text, &back), ORM_OK);
        assert_int_equal(back.months, value.months);
        assert_int_equal(back.days, value.days);
        assert_int_equal(back.micros, value.micros);
    }
}

static void order_is_that_of_lengths(void **state)
{
    (void)state;
    const int64_t day = INT64_C(86400000000);
    const orm_interval month = {.months = 1};
    const orm_interval days = {.days = 30};
    const orm_interval hours = {.micros = 30 * day};
    assert_int_equal(orm__interval_compare(month, days), 0);
    assert_int_equal(orm__interval_compare(days, hours), 0);
    assert_true(orm__interval_compare(month, (orm_interval){.days = 30, .micros = -1}) > 0);
    assert_true(orm__interval_compare((orm_interval){.days = -1, .micros = day - 1},
                                      (orm_interval){0}) < 0);
    assert_int_equal(
        orm__interval_compare((orm_interval){.days = -1, .micros = day}, (orm_interval){0}), 0);
    const orm_interval greatest = {INT64_MAX, INT32_MAX, INT32_MAX};
    const orm_interval least = {INT64_MIN, INT32_MIN, INT32_MIN};
    assert_true(orm__interval_compare(least, greatest) < 0);
    assert_true(orm__interval_compare(greatest, least) > 0);
    assert_int_equal(orm__interval_compare(least, least), 0);
}

/* Moving whole days between the parts changes nothing; one microsecond does. */
static void random_order_is_consistent(void **state)
{
    (void)state;
    random_source source = {86400};
    for (int i = 0; i < 20000; i++) {
        orm_interval value = random_interval(&source);
        value.months /= 100;
        value.days /= 100;
        value.micros /= 4;
        orm_interval moved = value;
        int32_t months = (int32_t)random_below(&source, 1000);
        moved.months -= months;
        moved.days += months * 30 - 5;
        moved.micros += 5 * INT64_C(86400000000);
        assert_int_equal(orm__interval_compare(value, moved), 0);
        moved.micros++;
        assert_true(orm__interval_compare(value, moved) < 0);
        assert_true(orm__interval_compare(moved, value) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_come_back),        cmocka_unit_test(bad_intervals_are_refused),
        cmocka_unit_test(random_intervals_come_back), cmocka_unit_test(order_is_that_of_lengths),
        cmocka_unit_test(random_order_is_consistent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
