/* UUIDs as text. */
#include <orm/value.h>

#include "unit/value_support.h"

static void uuids_come_back(void **state)
{
    (void)state;
    orm_uuid value;
    char text[ORM_UUID_TEXT_SIZE];
    assert_int_equal(orm_uuid_parse("01234567-89ab-CDEF-0123-456789aBcDeF", &value), ORM_OK);
    const uint8_t bytes[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                               0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    assert_memory_equal(value.bytes, bytes, sizeof bytes);
    assert_int_equal(orm_uuid_format(value, text), 36);
    assert_string_equal(text, "01234567-89ab-cdef-0123-456789abcdef");
}

static void random_uuids_come_back(void **state)
{
    (void)state;
    random_source source = {4};
    for (int i = 0; i < 1000; i++) {
        orm_uuid value;
        orm_uuid back;
        char text[ORM_UUID_TEXT_SIZE];
        for (size_t b = 0; b < sizeof value.bytes; b++)
            value.bytes[b] = (uint8_t)random_next(&source);
        (void)orm_uuid_format(value, text);
        assert_int_equal(orm_uuid_parse(text, &back), ORM_OK);
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void bad_uuids_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "0",
                                        "01234567-89ab-cdef-0123-456789abcde",
                                        "01234567-89ab-cdef-0123-456789abcdef0",
                                        "01234567x89ab-cdef-0123-456789abcdef",
                                        "0123456789abcdef0123456789abcdef",
                                        "{01234567-89ab-cdef-0123-456789abcdef}",
                                        "0123456g-89ab-cdef-0123-456789abcdef",
                                        "01234567-89ab-cdef-0123-456789abcdef "};
    orm_uuid value = {{42}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_int_equal(orm_uuid_parse(texts[i], &value), ORM_INVALID);
    assert_int_equal(value.bytes[0], 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uuids_come_back),
        cmocka_unit_test(random_uuids_come_back),
        cmocka_unit_test(bad_uuids_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
