/* A string that grows, for dumps that tests compare. */
#ifndef TESTS_SUPPORT_TEXT_H
#define TESTS_SUPPORT_TEXT_H

#include <stddef.h>

#include <orm/export.h>

typedef struct test_text {
    char *data; /* "" at first; always ends in NUL */
    size_t size;
    size_t capacity;
} test_text;

/* Appends; a test that runs out of memory fails. */
ORM_PRINTF(2, 3) void test_text_add(test_text *text, const char *format, ...);
void test_text_add_bytes(test_text *text, const void *data, size_t size);
void test_text_free(test_text *text);

/* Fails at the first line that differs, which both texts show from there on. */
#define assert_same_text(actual, expected)                                                         \
    test_text_compare((actual), (expected), __FILE__, __LINE__)
void test_text_compare(const char *actual, const char *expected, const char *file, int line);

#endif
