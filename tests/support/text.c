#include "support/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/testing.h"

static void reserve(test_text *text, size_t more)
{
    size_t capacity = text->capacity;
    while (text->size + more + 1 > capacity)
        capacity = capacity == 0 ? 256 : capacity * 2;
    if (capacity == text->capacity)
        return;
    char *data = realloc(text->data, capacity);
    assert_non_null(data);
    text->data = data;
    text->capacity = capacity;
}

void test_text_add_bytes(test_text *text, const void *data, size_t size)
{
    reserve(text, size);
    if (size > 0)
        memcpy(text->data + text->size, data, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void test_text_add(test_text *text, const char *format, ...)
{
    va_list list;
    va_list again;
    va_start(list, format);
    va_copy(again, list);
    int size = vsnprintf(NULL, 0, format, list);
    va_end(list);
    assert_true(size >= 0);
    reserve(text, (size_t)size);
    (void)vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
    va_end(again);
    text->size += (size_t)size;
}

void test_text_free(test_text *text)
{
    free(text->data);
    *text = (test_text){0};
}

void test_text_compare(const char *actual, const char *expected, const char *file, int line)
{
    if (strcmp(actual, expected) == 0)
        return;
    size_t start = 0;
    int number = 1;
    for (size_t i = 0; actual[i] != '\0' && actual[i] == expected[i]; i++) {
        if (actual[i] != '\n')
            continue;
        start = i + 1;
        number++;
    }
    print_error("the texts differ at line %d\nactual:   %.300s\nexpected: %.300s\n", number,
                actual + start, expected + start);
    _fail(file, line);
}
