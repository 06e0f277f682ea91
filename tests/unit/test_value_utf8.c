/* UTF-8: every code point, every fault, at every place in a word. */
#include <stdlib.h>

#include "model/utf8.h"
#include "unit/value_support.h"

enum { LAST = 0x10FFFF };

static bool is_surrogate(unsigned long code)
{
    return code >= 0xD800 && code <= 0xDFFF;
}

static void every_code_point_is_text(void **state)
{
    (void)state;
    for (unsigned long code = 1; code <= LAST; code++) {
        char text[4];
        size_t size = orm__utf8_put(text, code);
        size_t expected = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        if (size != expected)
            fail_msg("size of %lx", code);
        bool valid = orm__utf8_check(text, size) == ORM__UTF8_OK;
        if (valid == is_surrogate(code))
            fail_msg("%lx", code);
        if (orm__utf8_length(text, size) != 1)
            fail_msg("length of %lx", code);
        if (size > 1 && orm__utf8_check(text, size - 1) != ORM__UTF8_INVALID)
            fail_msg("cut %lx", code);
    }
}

/* All sequences of two and three bytes, against the definition by code points. */
static void short_sequences_follow_the_definition(void **state)
{
    (void)state;
    size_t valid = 0;
    for (unsigned first = 0x80; first < 0x100; first++)
        for (unsigned second = 0; second < 0x100; second++)
            for (unsigned third = 0x7E; third < 0xC2; third++) {
                char text[3] = {(char)first, (char)second, (char)third};
                valid += orm__utf8_check(text, 3) == ORM__UTF8_OK;
            }
    /* 30 two-byte leads of 64 each before 7E or 7F; three bytes make all from 800 to FFFF but
     * surrogates. */
    assert_int_equal(valid, 30 * 64 * 2 + (0x10000 - 0x800) - 0x800);
}

static void faults_are_found(void **state)
{
    (void)state;
    static const char *const invalid[] = {"\x80",
                                          "\xBF",
                                          "\xC0\x80",
                                          "\xC1\xBF",
                                          "\xE0\x80\x80",
                                          "\xE0\x9F\xBF",
                                          "\xED\xA0\x80",
                                          "\xED\xBF\xBF",
                                          "\xF0\x80\x80\x80",
                                          "\xF0\x8F\xBF\xBF",
                                          "\xF4\x90\x80\x80",
                                          "\xF5\x80\x80\x80",
                                          "\xFF",
                                          "\xFE",
                                          "\xC3",
                                          "\xE2\x82",
                                          "\xF0\x9F\x98",
                                          "\xC3"
                                          "A",
                                          "\xE2\x82"
                                          "A",
                                          "\xF0\x9F\x98"
                                          "A"};
    for (size_t i = 0; i < COUNT_OF(invalid); i++)
        assert_int_equal(orm__utf8_check(invalid[i], strlen(invalid[i])), ORM__UTF8_INVALID);
    assert_int_equal(orm__utf8_check("", 0), ORM__UTF8_OK);
    assert_int_equal(orm__utf8_check(NULL, 0), ORM__UTF8_OK);
    assert_int_equal(orm__utf8_check("a\0b", 3), ORM__UTF8_NUL);
}

/* A fault is found wherever it stands among plain text, and nothing beyond the end is read. */
static void faults_are_found_everywhere(void **state)
{
    (void)state;
    for (size_t size = 1; size < 70; size++) {
        char *text = malloc(size);
        assert_non_null(text);
        memset(text, 'x', size);
        text[size / 2] = 0x7F;
        text[0] = 0x01;
        assert_int_equal(orm__utf8_check(text, size), ORM__UTF8_OK);
        for (size_t at = 0; at < size; at++) {
            char kept = text[at];
            text[at] = '\0';
            assert_int_equal(orm__utf8_check(text, size), ORM__UTF8_NUL);
            text[at] = (char)0x80;
            assert_int_equal(orm__utf8_check(text, size), ORM__UTF8_INVALID);
            text[at] = (char)0xC3;
            assert_int_equal(orm__utf8_check(text, size), ORM__UTF8_INVALID);
            text[at] = kept;
        }
        free(text);
    }
}

static void characters_are_counted(void **state)
{
    (void)state;
    random_source source = {1024};
    for (int round = 0; round < 2000; round++) {
        char text[400];
        size_t size = 0;
        size_t characters = random_below(&source, 100);
        for (size_t i = 0; i < characters; i++) {
            unsigned long code =
                1 + random_below(&source, 1U << (7 + 7 * random_below(&source, 3)));
            size += orm__utf8_put(text + size, code > LAST || is_surrogate(code) ? 'x' : code);
        }
        assert_int_equal(orm__utf8_check(text, size), ORM__UTF8_OK);
        assert_int_equal(orm__utf8_length(text, size), characters);
        size_t part = characters == 0 ? 0 : random_below(&source, characters);
        size_t offset = orm__utf8_offset(text, size, part);
        assert_int_equal(orm__utf8_length(text, offset), part);
        assert_int_equal(orm__utf8_check(text + offset, size - offset), ORM__UTF8_OK);
        assert_int_equal(orm__utf8_offset(text, size, characters), size);
        assert_int_equal(orm__utf8_offset(text, size, characters + 1), size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_text),
        cmocka_unit_test(short_sequences_follow_the_definition),
        cmocka_unit_test(faults_are_found),
        cmocka_unit_test(faults_are_found_everywhere),
        cmocka_unit_test(characters_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
