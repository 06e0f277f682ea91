/* Exact sums and averages of decimal numbers. The expected averages are PostgreSQL's. */
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "model/decimal_sum.h"
#include "unit/value_support.h"

/* Adds the numbers of a list with blanks between and compares sum and average. */
static void assert_sum(const char *numbers, const char *total, const char *average)
{
    orm__decimal_sum sum = {0};
    orm__arena arena;
    const char *text = NULL;
    orm__arena_init(&arena, NULL, NULL);
    while (*numbers != '\0') {
        size_t size = strcspn(numbers, " ");
        assert_int_equal(orm__decimal_sum_add(&sum, numbers, size), ORM_OK);
        numbers += size + strspn(numbers + size, " ");
    }
    assert_int_equal(orm__decimal_sum_text(&sum, &arena, &text), ORM_OK);
    assert_string_equal(text, total);
    assert_int_equal(orm__decimal_sum_average(&sum, &arena, &text), ORM_OK);
    assert_string_equal(text, average);
    orm__decimal_sum_dispose(&sum);
    orm__arena_dispose(&arena);
}

static void sums_are_exact(void **state)
{
    (void)state;
    assert_sum("1", "1", "1.00000000000000000000");
    assert_sum("0", "0", "0.00000000000000000000");
    assert_sum("0.1 0.2", "0.3", "0.15000000000000000000");
    assert_sum("1 2", "3", "1.5000000000000000");
    assert_sum("-1 -2 -2", "-5", "-1.6666666666666667");
    assert_sum("1.00 -1", "0.00", "0.00000000000000000000");
    assert_sum("-0.001 0.0005", "-0.0005", "-0.00025000000000000000");
    assert_sum("99999999999999999999.99 0.01", "100000000000000000000.00",
               "50000000000000000000.00");
    assert_sum("10000 10000 10001", "30001", "10000.3333333333333333");
    assert_sum("-10000 9999", "-1", "-0.50000000000000000000");
    assert_sum("1e30 1", "1000000000000000000000000000001", "500000000000000000000000000001");
    assert_sum("2 2 2 2 2 2 2 2 2 1", "19", "1.9000000000000000");
    assert_sum("99999999999999999 99999999999999999 99999999999999998", "299999999999999996",
               "99999999999999999");
    assert_sum("NaN 1", "NaN", "NaN");
    assert_sum("Infinity 1", "Infinity", "Infinity");
    assert_sum("-Infinity 1", "-Infinity", "-Infinity");
    assert_sum("-Infinity Infinity", "NaN", "NaN");
}

static void integers_are_added(void **state)
{
    (void)state;
    orm__decimal_sum sum = {0};
    orm__arena arena;
    const char *text = NULL;
    orm__arena_init(&arena, NULL, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(orm__decimal_sum_add_integer(&sum, INT64_MIN), ORM_OK);
    assert_int_equal(orm__decimal_sum_add_integer(&sum, INT64_MAX), ORM_OK);
    assert_int_equal(orm__decimal_sum_text(&sum, &arena, &text), ORM_OK);
    assert_string_equal(text, "-18446744073709551617");
    orm__decimal_sum_dispose(&sum);
    orm__arena_dispose(&arena);
}

static void bad_numbers_are_refused(void **state)
{
    (void)state;
    orm__decimal_sum sum = {0};
    assert_int_equal(orm__decimal_sum_add(&sum, "x", 1), ORM_INVALID);
    assert_int_equal(orm__decimal_sum_add(&sum, "", 0), ORM_INVALID);
    assert_int_equal(orm__decimal_sum_add(&sum, "1e999999999", SIZE_MAX), ORM_RANGE);
    assert_int_equal(orm__decimal_sum_add(&sum, "1e-999999999", SIZE_MAX), ORM_RANGE);
    orm__decimal_sum_dispose(&sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(integers_are_added),
        cmocka_unit_test(bad_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
