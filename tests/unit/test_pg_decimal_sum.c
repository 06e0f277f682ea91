/* Sums and averages of random numbers: the same text as PostgreSQL's numeric gives. */
#include <stdlib.h>

#include <libpq-fe.h>

#include "model/decimal_sum.h"
#include "unit/value_support.h"

enum { LISTS = 400, NUMBERS = 12, DIGITS = 40, NUMBER_SIZE = DIGITS + 4 };

/* A number of up to 40 digits with its point anywhere; often a small one, or with many zeros. */
static void make_number(random_source *random, char *number)
{
    size_t digits = 1 + random_next(random) % (random_next(random) % 2 == 0 ? 4 : DIGITS);
    size_t dot = random_next(random) % (digits + 1);
    char *at = number;
    if (random_next(random) % 3 == 0)
        *at++ = '-';
    if (dot == 0)
        *at++ = '0';
    for (size_t i = 0; i < digits; i++) {
        if (i == dot)
            *at++ = '.';
        *at++ = random_next(random) % 2 == 0 ? '0' : (char)('0' + random_next(random) % 10);
    }
    *at = '\0';
}

/* Adds one random list to the sum and to the text of a statement. */
static void make_list(random_source *random, orm__decimal_sum *sum, char *sql, size_t size)
{
    size_t count = 1 + random_next(random) % NUMBERS;
    size_t length = (size_t)snprintf(sql, size, "select sum(x), avg(x) from (values ");
    for (size_t i = 0; i < count; i++) {
        char number[NUMBER_SIZE];
        make_number(random, number);
        assert_int_equal(orm__decimal_sum_add(sum, number, SIZE_MAX), ORM_OK);
        length += (size_t)snprintf(sql + length, size - length, "%s(numeric '%s')",
                                   i == 0 ? "" : ", ", number);
    }
    (void)snprintf(sql + length, size - length, ") as v(x)");
}

static void random_lists(void **state)
{
    (void)state;
    random_source random = {0x9E3779B97F4A7C15};
    PGconn *server = PQconnectdb(getenv("ORM_TEST_POSTGRESQL_URL"));
    assert_int_equal(PQstatus(server), CONNECTION_OK);
    for (int i = 0; i < LISTS; i++) {
        char sql[NUMBERS * (NUMBER_SIZE + 16) + 100];
        orm__decimal_sum sum = {0};
        orm__arena arena;
        const char *text = NULL;
        orm__arena_init(&arena, NULL, NULL);
        make_list(&random, &sum, sql, sizeof sql);
        PGresult *result = PQexec(server, sql);
        assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
        assert_int_equal(orm__decimal_sum_text(&sum, &arena, &text), ORM_OK);
        assert_string_equal(text, PQgetvalue(result, 0, 0));
        assert_int_equal(orm__decimal_sum_average(&sum, &arena, &text), ORM_OK);
        assert_string_equal(text, PQgetvalue(result, 0, 1));
        PQclear(result);
        orm__decimal_sum_dispose(&sum);
        orm__arena_dispose(&arena);
    }
    PQfinish(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_lists)};
    if (getenv("ORM_TEST_POSTGRESQL_URL") == NULL) {
        (void)puts("skipped: ORM_TEST_POSTGRESQL_URL is not set");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
