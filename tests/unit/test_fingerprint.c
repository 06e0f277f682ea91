#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "observe/parameters.h"
#include "sql/fingerprint.h"

static uint64_t print_of(const char *sql)
{
    return orm__fingerprint(sql, strlen(sql));
}

static void test_same_shape(void **state)
{
    static const char *const pairs[][2] = {
        {"SELECT a FROM t WHERE b = 1", "select  a\nfrom T where B=2.5e-3"},
        {"SELECT 'x'", "SELECT 'it''s'"},
        {"SELECT 'x'", "SELECT E'a\\'b'"},
        {"SELECT 'x'", "SELECT $tag$ it's $other$ $tag$"},
        {"SELECT 'x'", "SELECT $$a$$"},
        {"SELECT a -- why\nFROM t", "SELECT a /* so /* nested */ yes */ FROM t"},
        {"SELECT a FROM t;", "SELECT a FROM t"},
        {"SELECT a FROM t WHERE b IN (1)", "SELECT a FROM t WHERE b IN (1, -2, 'x')"},
        {"SELECT a FROM t WHERE b IN ($1)", "SELECT a FROM t WHERE b in ( $1,$2 ,$3)"},
        {"SELECT a FROM t WHERE b IN ($1) AND c = $2",
         "SELECT a FROM t WHERE b IN ($1,$2) AND c = $3"},
        {"SELECT a FROM t WHERE b = -5", "SELECT a FROM t WHERE b = 5"},
        {"SELECT a FROM t WHERE b = ?", "SELECT a FROM t WHERE b = ?1"},
        {"SELECT 0x1F", "SELECT 31"},
        {"SELECT .5", "SELECT 1."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (print_of(pairs[i][0]) == print_of(pairs[i][1]))
            continue;
        fail_msg("differ: %s | %s", pairs[i][0], pairs[i][1]);
    }
}

static void test_other_shape(void **state)
{
    static const char *const pairs[][2] = {
        {"SELECT a FROM t", "SELECT b FROM t"},
        {"SELECT \"a\" FROM t", "SELECT \"A\" FROM t"},
        {"SELECT a FROM t WHERE b = $1", "SELECT a FROM t WHERE b = 1"},
        {"SELECT a FROM t WHERE b IN ($1)", "SELECT a FROM t WHERE b IN (1)"},
        {"SELECT a FROM t WHERE b IN (SELECT c FROM u)",
         "SELECT a FROM t WHERE b IN (SELECT d FROM u)"},
        {"SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b <> 1"},
        {"SELECT a - 1 FROM t", "SELECT a + 1 FROM t"},
        {"SELECT a, b FROM t", "SELECT ab FROM t"},
        {"SELECT 1; SELECT 2", "SELECT 1"},
        {"SELECT '--' FROM a", "SELECT '--' FROM b"},
        {"SELECT '/*' FROM a", "SELECT '/*' FROM b"},
        {"SELECT $x$ '$x$ FROM a", "SELECT $x$ '$x$ FROM b"},
        {"", "SELECT 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (print_of(pairs[i][0]) != print_of(pairs[i][1]))
            continue;
        fail_msg("equal: %s | %s", pairs[i][0], pairs[i][1]);
    }
}

static void test_unclosed_text_ends(void **state)
{
    static const char *const texts[] = {"'",    "\"", "$a$",    "/*", "--", "$",
                                        "E'\\", "1e", "IN (1,", ":",  "@"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        orm__scanner scanner = {texts[i], texts[i] + strlen(texts[i])};
        int tokens = 0;
        while (orm__scan(&scanner).kind != ORM_TOKEN_END)
            tokens++;
        assert_in_range(tokens, 0, 5);
        (void)print_of(texts[i]);
    }
}

/* In square time these would take hours, and the test would be ended. */
static void test_huge_texts_end(void **state)
{
    static const char *const parts[] = {"$a$ ", "IN (1,", "- ", "/* ", "$a", "'x' ", "a."};
    enum { SIZE = 2 * 1024 * 1024 };
    (void)state;
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t size = strlen(parts[i]);
        for (size_t at = 0; at < SIZE; at++)
            text[at] = parts[i][at % size];
        assert_int_equal(orm__fingerprint(text, SIZE), orm__fingerprint(text, SIZE));
    }
    free(text);
}

static void expect_role(const char *sql, size_t index, orm__parameter_role role, const char *column)
{
    orm__reading reading;
    orm__parameters_read(sql, strlen(sql), &reading);
    const orm__parameter *it = &reading.parameters[index];
    bool same = column == NULL ? it->column == NULL
                               : it->column_size == strlen(column) &&
                                     memcmp(it->column, column, it->column_size) == 0;
    if (it->role != role || !same)
        fail_msg("%s: role %d, column %.*s", sql, (int)it->role, (int)it->column_size,
                 it->column == NULL ? "" : it->column);
}

static void test_parameter_roles(void **state)
{
    (void)state;
    expect_role("SELECT a FROM t WHERE b = $1", 0, ORM_PARAMETER_EQUAL, "b");
    expect_role("SELECT a FROM t WHERE t0.\"b c\" = $1", 0, ORM_PARAMETER_EQUAL, "b c");
    expect_role("SELECT a FROM t WHERE $1 = t.b AND c > $2", 0, ORM_PARAMETER_EQUAL, "b");
    expect_role("SELECT a FROM t WHERE $1 = t.b AND c > $2", 1, ORM_PARAMETER_RANGE, NULL);
    expect_role("SELECT a FROM t WHERE b IN (?, ?)", 1, ORM_PARAMETER_LIST, "b");
    expect_role("SELECT a FROM t WHERE b = ANY ($1)", 0, ORM_PARAMETER_EQUAL, "b");
    expect_role("SELECT a FROM t WHERE b IN (SELECT value FROM keys(?1))", 0, ORM_PARAMETER_EQUAL,
                "b");
    expect_role("SELECT a FROM t WHERE lower(b) = lower($1)", 0, ORM_PARAMETER_EQUAL, "b");
    expect_role("SELECT a FROM t WHERE (a, b) > ($1, $2) LIMIT $3", 1, ORM_PARAMETER_RANGE, NULL);
    expect_role("SELECT a FROM t WHERE (a, b) > ($1, $2) LIMIT $3", 2, ORM_PARAMETER_PAGE, NULL);
    expect_role("SELECT a FROM t WHERE b BETWEEN $1 AND $2 AND c = $3", 1, ORM_PARAMETER_RANGE,
                NULL);
    expect_role("SELECT a FROM t WHERE b BETWEEN $1 AND $2 AND c = $3", 2, ORM_PARAMETER_EQUAL,
                "c");
    expect_role("SELECT a FROM t LIMIT ? OFFSET ?", 1, ORM_PARAMETER_PAGE, NULL);
    expect_role("UPDATE t SET a = $1, b = $2 WHERE c = $3", 1, ORM_PARAMETER_SET, NULL);
    expect_role("UPDATE t SET a = $1, b = $2 WHERE c = $3", 2, ORM_PARAMETER_EQUAL, "c");
    expect_role("SELECT a FROM t WHERE b = $99", 0, ORM_PARAMETER_OTHER, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_shape),         cmocka_unit_test(test_other_shape),
        cmocka_unit_test(test_unclosed_text_ends), cmocka_unit_test(test_huge_texts_end),
        cmocka_unit_test(test_parameter_roles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
