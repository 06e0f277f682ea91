/* The one database of a test program, and what runs around each of its tests. */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include "support/database.h"

static test_database database;

static inline int start_test(void **state)
{
    (void)state;
    test_count_start(&database);
    test_watch_start(&database);
    return 0;
}

/* A failed test must not hold connections that the next ones need. */
static inline int end_test(void **state)
{
    (void)state;
    test_close_sessions(&database);
    return test_watch_end(&database);
}

static inline int close_database(void **state)
{
    (void)state;
    test_close(&database);
    return 0;
}

#define suite_test(function) cmocka_unit_test_setup_teardown(function, start_test, end_test)

/* Compares `text` with what hand-written SQL gives, and frees it. */
#define assert_rows(text, ...)                                                                     \
    check_rows(&(text), test_query(&database, __VA_ARGS__), __FILE__, __LINE__)
static inline void check_rows(test_text *text, char *expected, const char *file, int line)
{
    test_text_compare(text->data == NULL ? "" : text->data, expected, file, line);
    test_text_free(text);
    free(expected);
}

#endif
