/* Dates, times and timestamps: text to value and back, over their whole ranges. */
#include <orm/value.h>

#include "model/moment.h"
#include "unit/value_support.h"

static void assert_date(const char *text, int32_t days)
{
    orm_date date = {-1};
    char back[ORM_TEMPORAL_TEXT_SIZE];
    assert_int_equal(orm_date_parse(text, &date), ORM_OK);
    assert_int_equal(date.days, days);
    assert_int_equal(orm_date_format(date, back), strlen(text));
    assert_string_equal(back, text);
}

static void dates_have_their_day(void **state)
{
    (void)state;
    assert_date("1970-01-01", 0);
    assert_date("1969-12-31", -1);
    assert_date("2000-02-29", 11016);
    assert_date("2000-03-01", 11017);
    assert_date("1900-03-01", -25508);
    assert_date("9999-12-31", 2932896);
    assert_date("10000-01-01", 2932897);
    assert_date("0001-01-01", -719162);
    assert_date("0001-12-31 BC", -719163);
    assert_date("0001-02-29 BC", -719469);
    assert_date("0044-03-15 BC", -735160);
    assert_date("4714-11-24 BC", ORM__DATE_MIN);
    assert_date("5874897-12-31", ORM__DATE_MAX);
    assert_date("infinity", ORM_DATE_INFINITY);
    assert_date("-infinity", ORM_DATE_NEGATIVE_INFINITY);
}

static void date_refused(const char *text, orm_status status)
{
    orm_date date = {12345};
    assert_int_equal(orm_date_parse(text, &date), status);
    assert_int_equal(date.days, 12345);
}

static void bad_dates_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {"",
                                        "2024",
                                        "2024-1-1",
                                        "24-01-01",
                                        "2024-01-01 ",
                                        " 2024-01-01",
                                        "2024-01-01BC",
                                        "2024-01-01  BC",
                                        "2024/01/01",
                                        "-2024-01-01",
                                        "+2024-01-01",
                                        "2024-01-01x",
                                        "Infinity",
                                        "infinity ",
                                        "2024-01-011",
                                        "2024-01-01 bc"};
    static const char *const ranges[] = {"0000-01-01",
                                         "2023-02-29",
                                         "1900-02-29",
                                         "2024-00-10",
                                         "2024-13-01",
                                         "2024-04-31",
                                         "2024-01-00",
                                         "2024-01-32",
                                         "4714-11-23 BC",
                                         "5874898-01-01",
                                         "0000-01-01 BC",
                                         "0002-02-29 BC",
                                         "99999999999999999999999-01-01"};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        date_refused(forms[i], ORM_INVALID);
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        date_refused(ranges[i], ORM_RANGE);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month - 1] + (month == 2 && leap);
}

/* Every day from 801 BC to 2401, counted one by one. */
static void consecutive_days_follow_the_calendar(void **state)
{
    (void)state;
    int year = -800;
    int month = 1;
    int day = 1;
    orm_date first;
    assert_int_equal(orm_date_parse("0801-01-01 BC", &first), ORM_OK);
    for (int32_t days = first.days; year <= 2401; days++) {
        char text[ORM_TEMPORAL_TEXT_SIZE];
        char expected[ORM_TEMPORAL_TEXT_SIZE];
        orm_date back;
        (void)snprintf(expected, sizeof expected, "%04d-%02d-%02d%s", year > 0 ? year : 1 - year,
                       month, day, year > 0 ? "" : " BC");
        (void)orm_date_format((orm_date){days}, text);
        if (strcmp(text, expected) != 0)
            assert_string_equal(text, expected);
        if (orm_date_parse(text, &back) != ORM_OK || back.days != days)
            fail_msg("%s", text);
        if (++day > month_length(year, month)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
}

static void random_dates_come_back(void **state)
{
    (void)state;
    random_source source = {20240229};
    for (int i = 0; i < 20000; i++) {
        char text[ORM_TEMPORAL_TEXT_SIZE];
        orm_date back = {0};
        uint64_t span = (uint64_t)ORM__DATE_MAX - (uint64_t)ORM__DATE_MIN + 1;
        orm_date date = {(int32_t)((int64_t)(random_next(&source) % span) + ORM__DATE_MIN)};
        (void)orm_date_format(date, text);
        if (orm_date_parse(text, &back) != ORM_OK || back.days != date.days)
            fail_msg("%s", text);
    }
}

static void any_number_of_days_has_a_text(void **state)
{
    (void)state;
    char text[ORM_TEMPORAL_TEXT_SIZE];
    (void)orm_date_format((orm_date){INT32_MAX - 1}, text);
    assert_string_equal(text, "5881580-07-10");
    (void)orm_date_format((orm_date){INT32_MIN + 1}, text);
    assert_string_equal(text, "5877642-06-24 BC");
}

static void assert_time(const char *text, int64_t micros, const char *canonical)
{
    orm_time time = {-1};
    char back[ORM_TEMPORAL_TEXT_SIZE];
    assert_int_equal(orm_time_parse(text, &time), ORM_OK);
    assert_int_equal(time.micros, micros);
    assert_int_equal(orm_time_format(time, back), strlen(canonical));
    assert_string_equal(back, canonical);
}

static void times_come_back(void **state)
{
    (void)state;
    assert_time("00:00", 0, "00:00:00");
    assert_time("23:59:59.999999", 86399999999, "23:59:59.999999");
    assert_time("24:00:00", 86400000000, "24:00:00");
    assert_time("12:34:56.7", 45296700000, "12:34:56.7");
    assert_time("12:34:56.000001", 45296000001, "12:34:56.000001");
    /* Digits beyond microseconds round; second 60 is the first of the next minute. */
    assert_time("12:34:56.0000015", 45296000002, "12:34:56.000002");
    assert_time("12:34:56.00000149999999", 45296000001, "12:34:56.000001");
    assert_time("23:59:59.9999999", 86400000000, "24:00:00");
    assert_time("23:59:60", 86400000000, "24:00:00");
    assert_time("12:34:60.5", 45300500000, "12:35:00.5");
}

static void bad_times_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {"",           "12",        "1:00",      "12:3",
                                        "12:34:5",    "12:34:56.", "12:34:56 ", "-12:34",
                                        "12:34:56.x", "12-34",     "12:34:",    "12:34.5"};
    static const char *const ranges[] = {"25:00",    "24:00:00.000001", "24:01",   "12:60",
                                         "12:00:61", "23:59:60.5",      "99:99:99"};
    orm_time time = {7};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        assert_int_equal(orm_time_parse(forms[i], &time), ORM_INVALID);
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        assert_int_equal(orm_time_parse(ranges[i], &time), ORM_RANGE);
    assert_int_equal(time.micros, 7);
}

static void assert_timestamp(const char *text, int64_t micros, const char *canonical)
{
    orm_timestamp timestamp = {-1};
    char back[ORM_TEMPORAL_TEXT_SIZE];
    assert_int_equal(orm_timestamp_parse(text, &timestamp), ORM_OK);
    assert_int_equal(timestamp.micros, micros);
    assert_int_equal(orm_timestamp_format(timestamp, back), strlen(canonical));
    assert_string_equal(back, canonical);
}

static void timestamps_come_back(void **state)
{
    (void)state;
    assert_timestamp("1970-01-01 00:00:00", 0, "1970-01-01 00:00:00");
    assert_timestamp("1970-01-01T00:00", 0, "1970-01-01 00:00:00");
    assert_timestamp("1969-12-31 23:59:59.999999", -1, "1969-12-31 23:59:59.999999");
    assert_timestamp("2038-01-19 03:14:08.000001", 2147483648000001, "2038-01-19 03:14:08.000001");
    assert_timestamp("2016-12-31 23:59:60", 1483228800000000, "2017-01-01 00:00:00");
    assert_timestamp("2024-02-28 24:00:00", 1709164800000000, "2024-02-29 00:00:00");
    assert_timestamp("4714-11-24 00:00:00 BC", ORM__TIMESTAMP_MIN, "4714-11-24 00:00:00 BC");
    assert_timestamp("294247-01-10 04:00:54.775806", ORM__TIMESTAMP_MAX,
                     "294247-01-10 04:00:54.775806");
    assert_timestamp("0044-03-15 12:00:00.5 BC", -63517780799500000, "0044-03-15 12:00:00.5 BC");
    assert_timestamp("infinity", INT64_MAX, "infinity");
    assert_timestamp("-infinity", INT64_MIN, "-infinity");
}

static void bad_timestamps_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {"",
                                        "2024-01-01",
                                        "2024-01-01 ",
                                        "2024-01-01  12:00",
                                        "2024-01-01 12:00Z",
                                        "2024-01-01 12:00+00",
                                        "2024-01-01t12:00",
                                        "2024-01-01 BC 12:00",
                                        "2024-01-01 12",
                                        "now"};
    static const char *const ranges[] = {"2024-02-30 00:00",       "2024-01-01 25:00",
                                         "4714-11-23 23:59:59 BC", "294247-01-10 04:00:54.775807",
                                         "294277-01-01 00:00:00",  "5874897-12-31 00:00:00",
                                         "0000-01-01 00:00:00"};
    orm_timestamp timestamp = {7};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        assert_int_equal(orm_timestamp_parse(forms[i], &timestamp), ORM_INVALID);
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        assert_int_equal(orm_timestamp_parse(ranges[i], &timestamp), ORM_RANGE);
    assert_int_equal(timestamp.micros, 7);
}

static void assert_moment(const char *text, int64_t micros, const char *canonical)
{
    orm_timestamptz moment = {-1};
    char back[ORM_TEMPORAL_TEXT_SIZE];
    assert_int_equal(orm_timestamptz_parse(text, &moment), ORM_OK);
    assert_int_equal(moment.micros, micros);
    assert_int_equal(orm_timestamptz_format(moment, back), strlen(canonical));
    assert_string_equal(back, canonical);
}

static void zones_are_taken_off(void **state)
{
    (void)state;
    assert_moment("1970-01-01 00:00:00Z", 0, "1970-01-01 00:00:00+00:00");
    assert_moment("1970-01-01 02:00:00+02", 0, "1970-01-01 00:00:00+00:00");
    assert_moment("1969-12-31 18:30:00-05:30", 0, "1970-01-01 00:00:00+00:00");
    assert_moment("1970-01-01 00:19:32.5+00:19:32", 500000, "1970-01-01 00:00:00.5+00:00");
    assert_moment("0044-03-15 12:00:00+00:00 BC", -63517780800000000,
                  "0044-03-15 12:00:00+00:00 BC");
    assert_moment("0001-01-01 00:00:00+01", -62135600400000000, "0001-12-31 23:00:00+00:00 BC");
    assert_moment("294247-01-10 05:00:54.775806+01", ORM__TIMESTAMP_MAX,
                  "294247-01-10 04:00:54.775806+00:00");
    assert_moment("infinity", INT64_MAX, "infinity");
}

static void bad_zones_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "2024-01-01 12:00",      "2024-01-01 12:00 Z", "2024-01-01 12:00+1",
        "2024-01-01 12:00+01:",  "2024-01-01 12:00z",  "2024-01-01 12:00+0100",
        "2024-01-01 12:00 BC+01"};
    static const char *const ranges[] = {"2024-01-01 12:00+16", "2024-01-01 12:00+01:60",
                                         "2024-01-01 12:00-99:00", "4714-11-24 00:00:00+01 BC",
                                         "294247-01-10 04:00:54.775806-01"};
    orm_timestamptz moment = {7};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        assert_int_equal(orm_timestamptz_parse(forms[i], &moment), ORM_INVALID);
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        assert_int_equal(orm_timestamptz_parse(ranges[i], &moment), ORM_RANGE);
    assert_int_equal(moment.micros, 7);
}

static void random_moments_come_back(void **state)
{
    (void)state;
    random_source source = {1483228800};
    for (int i = 0; i < 50000; i++) {
        char text[ORM_TEMPORAL_TEXT_SIZE];
        int64_t micros = (int64_t)(random_next(&source) >> (1 + random_below(&source, 40)));
        if (micros % 2 == 1 && -micros >= ORM__TIMESTAMP_MIN)
            micros = -micros;
        orm_timestamp timestamp = {0};
        orm_timestamptz moment = {0};
        (void)orm_timestamp_format((orm_timestamp){micros}, text);
        assert_int_equal(orm_timestamp_parse(text, &timestamp), ORM_OK);
        assert_int_equal(timestamp.micros, micros);
        (void)orm_timestamptz_format((orm_timestamptz){micros}, text);
        assert_int_equal(orm_timestamptz_parse(text, &moment), ORM_OK);
        assert_int_equal(moment.micros, micros);
    }
}

/* Any bytes are refused or understood, never worse; what is understood has a text that means the
 * same. */
static void garbage_is_survived(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789-:. TZ+BCinfty\x80";
    random_source source = {99};
    for (int i = 0; i < 100000; i++) {
        char text[40] = "2024-01-01 12:00:00.5+01:00";
        for (size_t changes = random_below(&source, 4) + 1; changes > 0; changes--)
            text[random_below(&source, 28)] = alphabet[random_below(&source, sizeof alphabet)];
        orm_timestamptz moment = {0};
        orm_timestamptz again = {1};
        char back[ORM_TEMPORAL_TEXT_SIZE];
        if (orm_timestamptz_parse(text, &moment) != ORM_OK)
            continue;
        (void)orm_timestamptz_format(moment, back);
        assert_int_equal(orm_timestamptz_parse(back, &again), ORM_OK);
        assert_int_equal(moment.micros, again.micros);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_have_their_day),
        cmocka_unit_test(bad_dates_are_refused),
        cmocka_unit_test(consecutive_days_follow_the_calendar),
        cmocka_unit_test(random_dates_come_back),
        cmocka_unit_test(any_number_of_days_has_a_text),
        cmocka_unit_test(times_come_back),
        cmocka_unit_test(bad_times_are_refused),
        cmocka_unit_test(timestamps_come_back),
        cmocka_unit_test(bad_timestamps_are_refused),
        cmocka_unit_test(zones_are_taken_off),
        cmocka_unit_test(bad_zones_are_refused),
        cmocka_unit_test(random_moments_come_back),
        cmocka_unit_test(garbage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
