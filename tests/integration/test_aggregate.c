/* Sums, averages and extremes of one column, against hand-written SQL. */
#include <stdio.h>

#include <orm/orm.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "types.orm.h"

enum { PEOPLE = 60 };

/* The values of t_nullable; NULLs in every column among them. */
static const char *const values[] = {
    "(1, 5, 7, 40, 1.5, 2.25, '1.0', '1.0000', 'b', 'pear', 'ab   ', '2001-02-03', '01:02:03',"
    " '2001-02-03 04:05:06', '2001-02-03 04:05:06.5+00:00', 'P1M')",
    "(2, -3, -9, 9007199254740993, -0.5, 1e10, '1.00', '-2.5000', 'a', 'apple', 'b    ',"
    " '1999-12-31', '23:59:59', '1999-12-31 00:00:00', '1999-12-31 00:00:00+00:00', 'P29D')",
    "(3, null, null, null, null, null, null, null, null, null, null, null, null, null, null,"
    " null)",
    "(4, 12, 100000, -7, 3, 0.125, '123456789012345678901234567890.123456789',"
    " '99999999999999999999999999.9999', 'é', 'fig', 'z    ', '2020-02-29', '00:00:00',"
    " '2020-02-29 12:00:00', '2020-02-29 12:00:00+00:00', 'P31DT1S')",
};

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_WRITE,
     .function = "averages_are_rounded_alike",
     .reason = "rows of extreme values are added one by one"},
    {.kind = ORM_FINDING_WRITE,
     .function = "sums_may_pass_the_limit",
     .reason = "rows of extreme values are added one by one"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", "models/types.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        test_execute(&database,
                     "insert into nullable (id, smallint_maybe, integer_maybe, bigint_maybe,"
                     " real_maybe, double_maybe, numeric_maybe, exact_maybe, text_maybe,"
                     " varchar_maybe, chars_maybe, date_maybe, time_maybe, timestamp_maybe,"
                     " timestamptz_maybe, interval_maybe) values %s",
                     values[i]);
    return 0;
}

static const t_nullable_query few = {.order_by = {T_NULLABLE_BY_ID_DESC}, .limit = 2, .offset = 1};

static void integers(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_rows all = t_nullable_rows(NULL);
    orm_opt_i64 number;
    orm_opt_double real;
    assert_ok(db, orm_sum(db, all, t_nullable_columns.smallint_maybe, &number));
    assert_true(number.has);
    assert_int_equal(number.value, 14);
    assert_ok(db, orm_sum(db, all, t_nullable_columns.bigint_maybe, &number));
    assert_int_equal(number.value, INT64_C(9007199254741026));
    assert_ok(db, orm_min(db, all, t_nullable_columns.smallint_maybe, &number));
    assert_int_equal(number.value, -3);
    assert_ok(db, orm_max(db, all, t_nullable_columns.integer_maybe, &number));
    assert_int_equal(number.value, 100000);
    assert_ok(db, orm_avg(db, all, t_nullable_columns.smallint_maybe, &real));
    assert_true(real.has && real.value > 4.66 && real.value < 4.67);
    assert_statements(&database, 5);
    /* Limit and offset pick the rows first: here those of NULLs and of -3. */
    assert_ok(db, orm_sum(db, t_nullable_rows(&few), t_nullable_columns.smallint_maybe, &number));
    assert_int_equal(number.value, -3);
    assert_ok(db, orm_sum(db,
                          t_nullable_rows(&(t_nullable_query){.where = t_nullable_id_is(orm_gt(1)),
                                                              .limit = orm_limit(0)}),
                          t_nullable_columns.smallint_maybe, &number));
    assert_false(number.has);
    assert_statements(&database, 2);
}

static void no_value_is_null(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    t_nullable_query query = {.where = t_nullable_id_is(orm_eq(3))};
    orm_rows none = t_nullable_rows(&query);
    orm_opt_i64 number = {1, true};
    orm_opt_double real = {1, true};
    orm_numeric numeric = {"1"};
    orm_opt_interval interval = {.has = true};
    orm_opt_date date = {.has = true};
    const char *text = "x";
    assert_ok(db, orm_sum(db, none, t_nullable_columns.bigint_maybe, &number));
    assert_false(number.has);
    assert_ok(db, orm_avg(db, none, t_nullable_columns.bigint_maybe, &real));
    assert_false(real.has);
    assert_ok(db, orm_sum(db, none, t_nullable_columns.numeric_maybe, &numeric));
    assert_null(numeric.text);
    assert_ok(db, orm_sum(db, none, t_nullable_columns.interval_maybe, &interval));
    assert_false(interval.has);
    assert_ok(db, orm_max(db, none, t_nullable_columns.text_maybe, &text));
    assert_null(text);
    assert_ok(db, orm_min(db, none, t_nullable_columns.date_maybe, &date));
    assert_false(date.has);
    query.where = t_nullable_id_is(orm_eq(99));
    assert_ok(db, orm_sum(db, none, t_nullable_columns.bigint_maybe, &number));
    assert_false(number.has);
}

static void numbers_are_exact(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_rows all = t_nullable_rows(NULL);
    orm_numeric numeric;
    orm_opt_double real;
    assert_ok(db, orm_sum(db, all, t_nullable_columns.numeric_maybe, &numeric));
    assert_string_equal(numeric.text, "123456789012345678901234567892.123456789");
    assert_ok(db, orm_avg(db, all, t_nullable_columns.numeric_maybe, &numeric));
    assert_string_equal(numeric.text, "41152263004115226300411522630.707818930");
    assert_ok(db, orm_sum(db, all, t_nullable_columns.exact_maybe, &numeric));
    assert_string_equal(numeric.text, "99999999999999999999999998.4999");
    assert_ok(db, orm_min(db, all, t_nullable_columns.numeric_maybe, &numeric));
    assert_int_equal(orm_numeric_compare(numeric, (orm_numeric){"1"}), 0);
    assert_ok(db, orm_max(db, all, t_nullable_columns.exact_maybe, &numeric));
    assert_string_equal(numeric.text, "99999999999999999999999999.9999");
    assert_ok(db, orm_sum(db, all, t_nullable_columns.real_maybe, &real));
    assert_true(real.value >= 4 && real.value <= 4);
    assert_ok(db, orm_avg(db, all, t_nullable_columns.double_maybe, &real));
    assert_true(real.value > 3333333334.1249 && real.value < 3333333334.1251);
}

static void extremes(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_rows all = t_nullable_rows(NULL);
    const char *text = NULL;
    orm_opt_date date;
    orm_opt_time time;
    orm_opt_timestamp timestamp;
    orm_opt_timestamptz moment;
    orm_opt_interval interval;
    char shown[ORM_TEMPORAL_TEXT_SIZE];
    assert_ok(db, orm_min(db, all, t_nullable_columns.text_maybe, &text));
    assert_string_equal(text, "a");
    assert_ok(db, orm_max(db, all, t_nullable_columns.varchar_maybe, &text));
    assert_string_equal(text, "pear");
    assert_ok(db, orm_max(db, all, t_nullable_columns.chars_maybe, &text));
    assert_string_equal(text, "z    ");
    assert_ok(db, orm_min(db, all, t_nullable_columns.date_maybe, &date));
    (void)orm_date_format(date.value, shown);
    assert_string_equal(shown, "1999-12-31");
    assert_ok(db, orm_max(db, all, t_nullable_columns.time_maybe, &time));
    (void)orm_time_format(time.value, shown);
    assert_string_equal(shown, "23:59:59");
    assert_ok(db, orm_max(db, all, t_nullable_columns.timestamp_maybe, &timestamp));
    (void)orm_timestamp_format(timestamp.value, shown);
    assert_string_equal(shown, "2020-02-29 12:00:00");
    assert_ok(db, orm_max(db, all, t_nullable_columns.timestamptz_maybe, &moment));
    (void)orm_timestamptz_format(moment.value, shown);
    assert_string_equal(shown, "2020-02-29 12:00:00+00:00");
    assert_ok(db, orm_min(db, all, t_nullable_columns.interval_maybe, &interval));
    (void)orm_interval_format(interval.value, shown);
    assert_string_equal(shown, "P29D");
    assert_ok(db, orm_sum(db, all, t_nullable_columns.interval_maybe, &interval));
    (void)orm_interval_format(interval.value, shown);
    assert_string_equal(shown, "P1M60DT1S");
}

static void conditions_reach_other_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_opt_i64 sum;
    orm_opt_double average;
    g_chore_query query = {.where = g_chore_has_steps(db, g_step_everything())};
    assert_ok(db, orm_sum(db, g_chore_rows(&query), g_chore_columns.rank, &sum));
    assert_ok(db, orm_avg(db, g_chore_rows(&query), g_chore_columns.rank, &average));
    assert_int_equal(sum.value,
                     test_number(&database, "select sum(\"order\") from tasks t where exists"
                                            " (select 1 from steps s where s.task_id = t.id)"));
    char *expected = test_query(&database, "select avg(\"order\") from tasks t where exists"
                                           " (select 1 from steps s where s.task_id = t.id)");
    assert_true(average.value > strtod(expected, NULL) - 1e-9 &&
                average.value < strtod(expected, NULL) + 1e-9);
    free(expected);
}

static void unions_count_rows_once(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_opt_i64 sum;
    g_chore_query low = {.where = g_chore_rank_is(orm_lt(3))};
    g_chore_query query = {.where = g_chore_done_is(true), .union_with = &low};
    assert_ok(db, orm_sum(db, g_chore_rows(&query), g_chore_columns.rank, &sum));
    assert_int_equal(sum.value, test_number(&database, "select sum(\"order\") from tasks where done"
                                                       " or \"order\" < 3"));
}

static void queued_rows_are_counted(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_opt_i64 sum;
    assert_ok(
        db, t_nullable_add(db, &(t_nullable_new){.id = ORM_SET(50), .bigint_maybe = ORM_SET(1000)},
                           NULL));
    assert_ok(
        db, orm_max(db, t_nullable_rows(&(t_nullable_query){.where = t_nullable_id_is(orm_gt(4))}),
                    t_nullable_columns.bigint_maybe, &sum));
    assert_int_equal(sum.value, 1000);
    orm_session_rollback(db);
}

static void what_does_not_fit(void **state)
{
    (void)state;
    orm_opt_i64 sum = {1, true};
    orm_session *db = test_session(&database);
    assert_ok(db, t_key_bigint_insert(db, &(t_key_bigint_new){.value = ORM_SET(INT64_MAX)}, NULL));
    assert_ok(db, t_key_bigint_insert(db, &(t_key_bigint_new){.value = ORM_SET(1)}, NULL));
    assert_status(db, orm_sum(db, t_key_bigint_rows(NULL), t_key_bigint_columns.value, &sum),
                  ORM_RANGE);
    assert_false(sum.has);
    assert_string_equal(orm_session_error(db)->model, "key_bigint");
    orm_session_rollback(db);
    assert_status(db, orm_sum(db, t_key_bigint_rows(NULL), t_nullable_columns.bigint_maybe, &sum),
                  ORM_MISUSE);
    assert_status(db,
                  orm_sum(db, t_nullable_rows(&(t_nullable_query){.limit = -1}),
                          t_nullable_columns.bigint_maybe, &sum),
                  ORM_INVALID);
}

/* What is more than 64 bits on the way fits in the end. */
static void sums_may_pass_the_limit(void **state)
{
    (void)state;
    orm_opt_i64 sum;
    orm_session *db = test_session(&database);
    const int64_t numbers[] = {INT64_MAX, 5, INT64_MIN};
    for (size_t i = 0; i < 3; i++)
        assert_ok(db,
                  t_key_bigint_insert(db, &(t_key_bigint_new){.value = ORM_SET(numbers[i])}, NULL));
    assert_ok(db, orm_sum(db, t_key_bigint_rows(NULL), t_key_bigint_columns.value, &sum));
    assert_int_equal(sum.value, 4);
    orm_session_rollback(db);
}

/* Averages have the same digits on both databases: PostgreSQL's. */
static void averages_are_rounded_alike(void **state)
{
    (void)state;
    static const char *const expected[] = {"0.33333333333333333333", "0.66666666666666666667",
                                           "12345678.333333333333", "-0.000033333333333333333333"};
    static const char *const numbers[][3] = {{"1", "0", "0e5"},
                                             {"1", "1", "0"},
                                             {"12345678", "12345678", "12345679"},
                                             {"-0.0001", "0.00", "0.0"}};
    for (size_t i = 0; i < 4; i++) {
        orm_numeric average;
        orm_session *db = test_session(&database);
        for (size_t k = 0; k < 3; k++)
            assert_ok(db, t_nullable_insert(db,
                                            &(t_nullable_new){.id = ORM_SET((int64_t)k + 100),
                                                              .numeric_maybe = ORM_SET(
                                                                  (orm_numeric){numbers[i][k]})},
                                            NULL));
        assert_ok(
            db,
            orm_avg(db, t_nullable_rows(&(t_nullable_query){.where = t_nullable_id_is(orm_gt(4))}),
                    t_nullable_columns.numeric_maybe, &average));
        assert_string_equal(average.text, expected[i]);
        test_session_close(&database, db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(integers),
        suite_test(no_value_is_null),
        suite_test(numbers_are_exact),
        suite_test(extremes),
        suite_test(conditions_reach_other_rows),
        suite_test(unions_count_rows_once),
        suite_test(what_does_not_fit),
        suite_test(sums_may_pass_the_limit),
        suite_test(queued_rows_are_counted),
        suite_test(averages_are_rounded_alike),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
