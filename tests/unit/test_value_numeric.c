/* Numerics: text, rounding, order and PostgreSQL's binary form. */
#include <stdlib.h>

#include <orm/value.h>

#include "model/numeric.h"
#include "unit/value_support.h"

static void valid_texts_are_told_apart(void **state)
{
    (void)state;
    static const char *const valid[] = {"0",
                                        "-0",
                                        "00012",
                                        "1.50",
                                        "-1.5e10",
                                        "1E-3",
                                        "1e+3",
                                        "NaN",
                                        "Infinity",
                                        "-Infinity",
                                        "0.0e999999999999999999999999",
                                        "123456789012345678901234567890.1"};
    static const char *const invalid[] = {"",      "-",    "+1",       ".5",        "5.",  "1e",
                                          "1e+",   "1.e5", "1 ",       " 1",        "0x1", "nan",
                                          "-NaN",  "inf",  "infinity", "+Infinity", "1,5", "1.2.3",
                                          "1e1.5", "--1",  "1e5x",     "Infinity "};
    for (size_t i = 0; i < COUNT_OF(valid); i++)
        if (!orm_numeric_is_valid(valid[i]))
            fail_msg("%s", valid[i]);
    for (size_t i = 0; i < COUNT_OF(invalid); i++)
        if (orm_numeric_is_valid(invalid[i]))
            fail_msg("%s", invalid[i]);
    assert_false(orm_numeric_is_valid(NULL));
}

typedef orm_status convert(const char *text, size_t size, orm__arena *arena, const char **text_out,
                           size_t *size_out);

static void assert_converted(convert *function, orm__arena *arena, const char *text,
                             const char *expected)
{
    const char *got = NULL;
    size_t size = 0;
    assert_int_equal(function(text, strlen(text), arena, &got, &size), ORM_OK);
    assert_string_equal(got, expected);
    assert_int_equal(size, strlen(expected));
}

static void exponents_are_expanded(void **state)
{
    static const char *const pairs[][2] = {{"0", "0"},
                                           {"-0", "0"},
                                           {"-0.00", "0.00"},
                                           {"007", "7"},
                                           {"-007.50", "-7.50"},
                                           {"1.5e3", "1500"},
                                           {"1.50e1", "15.0"},
                                           {"1e-2", "0.01"},
                                           {"12.34e-3", "0.01234"},
                                           {"0e5", "0"},
                                           {"0e-5", "0.00000"},
                                           {"100e-1", "10.0"},
                                           {"0.001e3", "1"},
                                           {"0.00120e2", "0.120"},
                                           {"NaN", "NaN"},
                                           {"-Infinity", "-Infinity"},
                                           {"Infinity", "Infinity"},
                                           {"123.456E0", "123.456"}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        assert_converted(orm__numeric_expand, *state, pairs[i][0], pairs[i][1]);
}

static void equal_numbers_share_a_spelling(void **state)
{
    static const char *const pairs[][2] = {
        {"1.500", "1.5"},   {"15e-1", "1.5"},    {"-0.0", "0"},  {"100", "100"}, {"1e2", "100"},
        {"100.000", "100"}, {"0.0010", "0.001"}, {"10e-1", "1"}, {"0e-3", "0"}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        assert_converted(orm__numeric_canonical, *state, pairs[i][0], pairs[i][1]);
}

static void assert_padded(orm__arena *arena, const char *text, int32_t scale, const char *expected)
{
    const char *got = NULL;
    size_t size = 0;
    assert_int_equal(orm__numeric_pad(text, SIZE_MAX, scale, arena, &got, &size), ORM_OK);
    assert_string_equal(got, expected);
}

static void padding_loses_nothing(void **state)
{
    assert_padded(*state, "1.5", 3, "1.500");
    assert_padded(*state, "1.50000", 3, "1.500");
    assert_padded(*state, "1.23456", 3, "1.23456");
    assert_padded(*state, "0", 2, "0.00");
    assert_padded(*state, "1e3", 0, "1000");
    assert_padded(*state, "1.50", -1, "1.50");
}

typedef struct rounding {
    const char *text;
    int32_t precision;
    int32_t scale;
    const char *expected; /* NULL: out of range */
} rounding;

static void columns_round_away_from_zero(void **state)
{
    static const rounding cases[] = {{"1.005", 10, 2, "1.01"},
                                     {"-1.005", 10, 2, "-1.01"},
                                     {"1.0049999", 10, 2, "1.00"},
                                     {"-0.004", 10, 2, "0.00"},
                                     {"0.005", 10, 2, "0.01"},
                                     {"999.994", 5, 2, "999.99"},
                                     {"999.995", 5, 2, NULL},
                                     {"1000", 5, 2, NULL},
                                     {"0.995", 3, 2, "1.00"},
                                     {"9.995", 3, 2, NULL},
                                     {"99.95", 4, 1, "100.0"},
                                     {"7", 5, 2, "7.00"},
                                     {"1e2", 5, 2, "100.00"},
                                     {"12345e-2", 5, 2, "123.45"},
                                     {"1e-20000", 5, 2, "0.00"},
                                     {"1e5", 5, 0, NULL},
                                     {"99999.4", 5, 0, "99999"},
                                     {"99999.5", 5, 0, NULL},
                                     {"0.5", 5, 0, "1"},
                                     {"0.4", 5, 0, "0"},
                                     {"-0.5", 5, 0, "-1"},
                                     {"NaN", 5, 2, "NaN"},
                                     {"Infinity", 5, 2, NULL},
                                     {"-Infinity", 5, 2, NULL},
                                     {"1250", 3, -2, "1300"},
                                     {"1249", 3, -2, "1200"},
                                     {"49", 3, -2, "0"},
                                     {"50", 3, -2, "100"},
                                     {"9950", 3, -2, "10000"},
                                     {"99949", 3, -2, "99900"},
                                     {"99950", 3, -2, NULL},
                                     {"0.0123", 2, 4, NULL},
                                     {"0.0099", 2, 4, "0.0099"},
                                     {"0.00995", 2, 4, NULL},
                                     {"0.00004", 2, 4, "0.0000"},
                                     {"0.00005", 2, 4, "0.0001"},
                                     {"0", 5, 2, "0.00"},
                                     {"0e-9", 5, 2, "0.00"},
                                     {"1e999999999999999999", 5, 2, NULL},
                                     {"1.50", 0, 0, "1.50"},
                                     {"Infinity", 0, 0, "Infinity"},
                                     {"0.0995", 5, 3, "0.100"},
                                     {"0.0949999", 5, 1, "0.1"},
                                     {"19.99", 5, 1, "20.0"},
                                     {"1099.5", 5, 0, "1100"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const rounding *c = &cases[i];
        const char *got = NULL;
        size_t size = 0;
        orm_status status =
            orm__numeric_round(c->text, SIZE_MAX, c->precision, c->scale, *state, &got, &size);
        if (status != (c->expected == NULL ? ORM_RANGE : ORM_OK))
            fail_msg("%s", c->text);
        if (c->expected == NULL)
            continue;
        assert_string_equal(got, c->expected);
        assert_int_equal(size, strlen(c->expected));
    }
}

static void limits_are_those_of_postgresql(void **state)
{
    const char *text = NULL;
    const unsigned char *data = NULL;
    size_t size = 0;
    assert_int_equal(orm__numeric_expand("1e131071", SIZE_MAX, *state, &text, &size), ORM_OK);
    assert_int_equal(size, 131072);
    assert_int_equal(orm__numeric_to_pg("1e131071", SIZE_MAX, *state, &data, &size), ORM_OK);
    assert_int_equal(size, 10);
    assert_int_equal(orm__numeric_expand("1e131072", SIZE_MAX, *state, &text, &size), ORM_RANGE);
    assert_int_equal(orm__numeric_to_pg("1e131072", SIZE_MAX, *state, &data, &size), ORM_RANGE);
    assert_int_equal(orm__numeric_expand("1e-16383", SIZE_MAX, *state, &text, &size), ORM_OK);
    assert_int_equal(size, 16385);
    assert_int_equal(orm__numeric_expand("1e-16384", SIZE_MAX, *state, &text, &size), ORM_RANGE);
    assert_int_equal(orm__numeric_expand("1e99999999999999999999", SIZE_MAX, *state, &text, &size),
                     ORM_RANGE);
    assert_int_equal(orm__numeric_expand("1x", SIZE_MAX, *state, &text, &size), ORM_INVALID);
}

static int sign_of(int number)
{
    return (number > 0) - (number < 0);
}

/* Each is less than the next; the three spellings of a line are equal. */
static void order_is_by_value(void **state)
{
    (void)state;
    static const char *const lines[][3] = {
        {"-Infinity", "-Infinity", "-Infinity"},
        {"-1e100", "-10e99", "-1.0e100"},
        {"-1000.1", "-1000.10", "-10001e-1"},
        {"-1000", "-1000.000", "-1e3"},
        {"-2", "-2.0", "-002"},
        {"-0.5", "-0.50", "-5e-1"},
        {"-0.05", "-5e-2", "-0.050"},
        {"0", "-0", "0.000"},
        {"0.049", "49e-3", "0.0490"},
        {"0.05", "5e-2", "0.050"},
        {"0.5", "0.50", "5e-1"},
        {"0.51", "51e-2", "0.510"},
        {"9", "9.0", "09"},
        {"10", "10.0", "1e1"},
        {"10.000001", "10000001e-6", "10.0000010"},
        {"99999999999999999999", "99999999999999999999.0", "9999999999999999999.9e1"},
        {"Infinity", "Infinity", "Infinity"},
        {"NaN", "NaN", "NaN"},
        {"", "", ""},
        {"abc", "abc", "abc"},
        {"abcd", "abcd", "abcd"}};
    for (size_t i = 0; i < 3 * COUNT_OF(lines); i++)
        for (size_t j = 0; j < 3 * COUNT_OF(lines); j++) {
            const char *left = lines[i / 3][i % 3];
            const char *right = lines[j / 3][j % 3];
            int expected = sign_of((int)(i / 3) - (int)(j / 3));
            int got = sign_of(orm__numeric_compare(left, strlen(left), right, SIZE_MAX));
            if (got != expected)
                fail_msg("%s, %s", left, right);
        }
    assert_int_equal(orm_numeric_compare((orm_numeric){"1.0"}, (orm_numeric){"1.00"}), 0);
}

typedef struct binary {
    const char *text;
    size_t size;
    unsigned char data[24];
} binary;

static const binary binaries[] = {
    {"0", 8, {0, 0, 0, 0, 0, 0, 0, 0}},
    {"0.00", 8, {0, 0, 0, 0, 0, 0, 0, 2}},
    {"1", 10, {0, 1, 0, 0, 0, 0, 0, 0, 0, 1}},
    {"-1.5", 12, {0, 2, 0, 0, 0x40, 0, 0, 1, 0, 1, 0x13, 0x88}},
    {"10000", 10, {0, 1, 0, 1, 0, 0, 0, 0, 0, 1}},
    {"123456.789", 14, {0, 3, 0, 1, 0, 0, 0, 3, 0, 12, 0x0D, 0x80, 0x1E, 0xD2}},
    {"0.0001", 10, {0, 1, 0xFF, 0xFF, 0, 0, 0, 4, 0, 1}},
    {"0.00001", 10, {0, 1, 0xFF, 0xFE, 0, 0, 0, 5, 0x03, 0xE8}},
    {"12.3400", 12, {0, 2, 0, 0, 0, 0, 0, 4, 0, 12, 0x0D, 0x48}},
    {"NaN", 8, {0, 0, 0, 0, 0xC0, 0, 0, 0}},
    {"Infinity", 8, {0, 0, 0, 0, 0xD0, 0, 0, 0}},
    {"-Infinity", 8, {0, 0, 0, 0, 0xF0, 0, 0, 0}},
};

static void binary_form_is_that_of_postgresql(void **state)
{
    for (size_t i = 0; i < COUNT_OF(binaries); i++) {
        const unsigned char *data = NULL;
        const char *text = NULL;
        size_t size = 0;
        assert_int_equal(orm__numeric_to_pg(binaries[i].text, SIZE_MAX, *state, &data, &size),
                         ORM_OK);
        assert_int_equal(size, binaries[i].size);
        assert_memory_equal(data, binaries[i].data, size);
        assert_int_equal(orm__numeric_from_pg(data, size, *state, &text, &size), ORM_OK);
        assert_string_equal(text, binaries[i].text);
        assert_int_equal(size, strlen(binaries[i].text));
    }
}

static void bad_binaries_are_refused(void **state)
{
    static const binary bad[] = {
        {"short", 7, {0}},
        {"missing digit", 8, {0, 1, 0, 0, 0, 0, 0, 0}},
        {"surplus byte", 9, {0}},
        {"digit of 10000", 10, {0, 1, 0, 0, 0, 0, 0, 0, 0x27, 0x10}},
        {"unknown sign", 8, {0, 0, 0, 0, 0x12, 0, 0, 0}},
        {"scale", 8, {0, 0, 0, 0, 0, 0, 0x40, 0}},
    };
    const char *text = NULL;
    size_t size = 0;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (orm__numeric_from_pg(bad[i].data, bad[i].size, *state, &text, &size) != ORM_INVALID)
            fail_msg("%s", bad[i].text);
}

static size_t random_digits(random_source *source, char *text, size_t most)
{
    size_t count = 1 + random_below(source, most);
    for (size_t i = 0; i < count; i++)
        text[i] = (char)('0' + (random_below(source, 3) == 0 ? 0 : random_below(source, 10)));
    return count;
}

static void random_text(random_source *source, char *text)
{
    size_t size = 0;
    if (random_below(source, 2) == 0)
        text[size++] = '-';
    size += random_digits(source, text + size, 60);
    if (random_below(source, 2) == 0) {
        text[size++] = '.';
        size += random_digits(source, text + size, 60);
    }
    if (random_below(source, 3) == 0) {
        (void)snprintf(text + size, 16, "e%d", (int)random_below(source, 100) - 50);
        return;
    }
    text[size] = '\0';
}

/* Expanded text and binary form are one number, and come back unchanged. */
static void random_numbers_come_back(void **state)
{
    random_source source = {10000};
    orm__arena_mark mark = orm__arena_get_mark(*state);
    for (int i = 0; i < 20000; i++) {
        char text[160];
        const char *plain = NULL;
        const char *back = NULL;
        const unsigned char *data = NULL;
        size_t size = 0;
        random_text(&source, text);
        assert_int_equal(orm__numeric_expand(text, SIZE_MAX, *state, &plain, &size), ORM_OK);
        assert_int_equal(size, strlen(plain));
        assert_int_equal(orm__numeric_compare(text, SIZE_MAX, plain, SIZE_MAX), 0);
        assert_int_equal(orm__numeric_to_pg(text, SIZE_MAX, *state, &data, &size), ORM_OK);
        assert_int_equal(orm__numeric_from_pg(data, size, *state, &back, &size), ORM_OK);
        assert_string_equal(back, plain);
        orm__arena_release(*state, mark);
    }
}

/* Rounding and order against 64-bit arithmetic. */
static void random_numbers_agree_with_integers(void **state)
{
    random_source source = {777};
    for (int i = 0; i < 20000; i++) {
        int64_t a = (int64_t)random_below(&source, 2000001) - 1000000;
        int64_t b =
            random_below(&source, 4) == 0 ? a : (int64_t)random_below(&source, 2000001) - 1000000;
        char left[40];
        char right[40];
        char expected[40];
        const char *got = NULL;
        size_t size = 0;
        (void)snprintf(left, sizeof left, "%llde-3", (long long)a);
        (void)snprintf(right, sizeof right, "%s%lld.%03lld", b < 0 ? "-" : "", llabs(b) / 1000,
                       llabs(b) % 1000);
        assert_int_equal(sign_of(orm__numeric_compare(left, SIZE_MAX, right, SIZE_MAX)),
                         (a > b) - (a < b));
        long long tenths = (llabs(a) + 50) / 100;
        (void)snprintf(expected, sizeof expected, "%s%lld.%lld", a < 0 && tenths > 0 ? "-" : "",
                       tenths / 10, tenths % 10);
        assert_int_equal(orm__numeric_round(left, SIZE_MAX, 10, 1, *state, &got, &size), ORM_OK);
        assert_string_equal(got, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_texts_are_told_apart),
        ARENA_TEST(exponents_are_expanded),
        ARENA_TEST(equal_numbers_share_a_spelling),
        ARENA_TEST(padding_loses_nothing),
        ARENA_TEST(columns_round_away_from_zero),
        ARENA_TEST(limits_are_those_of_postgresql),
        cmocka_unit_test(order_is_by_value),
        ARENA_TEST(binary_form_is_that_of_postgresql),
        ARENA_TEST(bad_binaries_are_refused),
        ARENA_TEST(random_numbers_come_back),
        ARENA_TEST(random_numbers_agree_with_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
