/* Arrays as JSON text: exact forms, round trips of every type, and everything that is refused. */
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include <orm/model.h>

#include "model/array.h"
#include "model/array_json.h"
#include "unit/value_support.h"

static const char *const role_names[] = {"admin", "gu\"est"};
static const orm_enum_labels roles = {"role", role_names, 2};
static const orm_model model = {.name = "user", .table = "users"};

static orm_column column_of(orm_type type, int32_t length, int32_t scale)
{
    return (orm_column){.field = "field",
                        .labels = type == ORM_TYPE_ENUM ? &roles : NULL,
                        .type = (uint8_t)type,
                        .length = length,
                        .scale = scale,
                        .flags = ORM_COLUMN_ARRAY};
}

static orm_value array_of(orm_type type, const void *items, size_t count)
{
    orm_value value = {.kind = ORM_KIND_ARRAY, .as.span = {items, count}};
    value.item = (uint16_t)orm__array_item_type(type);
    return value;
}

/* The items have that text, and the text has those items again. */
static void assert_json(orm__arena *arena, const orm_column *column, const void *items,
                        size_t count, const char *expected)
{
    orm_type type = orm__array_item_type((orm_type)column->type);
    orm_value value = array_of(type, items, count);
    orm_error error;
    const char *text = NULL;
    const char *again = NULL;
    const void *back = NULL;
    size_t size = 0;
    assert_int_equal(orm__array_to_json(&model, column, &value, arena, &text, &size, &error),
                     ORM_OK);
    assert_string_equal(text, expected);
    assert_int_equal(size, strlen(expected));
    assert_int_equal(orm__array_from_json(&model, column, text, size, arena, &back, &size, &error),
                     ORM_OK);
    assert_int_equal(size, count);
    assert_non_null(back);
    value = array_of(type, back, count);
    assert_int_equal(orm__array_to_json(&model, column, &value, arena, &again, &size, &error),
                     ORM_OK);
    assert_string_equal(again, expected);
}

#define ASSERT_JSON(type, expected, ...)                                                           \
    do {                                                                                           \
        orm_column of = column_of(type, 0, 0);                                                     \
        assert_json(*state, &of, __VA_ARGS__, expected);                                           \
    } while (0)

static void numbers_have_a_form(void **state)
{
    const orm_opt_bool bools[] = {{true, true}, {false, true}, {true, false}};
    ASSERT_JSON(ORM_TYPE_BOOLEAN, "[true,false,null]", bools, 3);
    const orm_opt_i16 small[] = {{INT16_MIN, true}, {INT16_MAX, true}};
    ASSERT_JSON(ORM_TYPE_SMALLINT, "[-32768,32767]", small, 2);
    const orm_opt_i32 plain[] = {{INT32_MIN, true}, {0, false}, {INT32_MAX, true}};
    ASSERT_JSON(ORM_TYPE_INTEGER, "[-2147483648,null,2147483647]", plain, 3);
    const orm_opt_i64 big[] = {{INT64_MIN, true}, {INT64_MAX, true}};
    ASSERT_JSON(ORM_TYPE_BIGINT, "[-9223372036854775808,9223372036854775807]", big, 2);
    ASSERT_JSON(ORM_TYPE_BIGINT, "[]", big, 0);
    ASSERT_JSON(ORM_TYPE_TEXT, "[]", NULL, 0);
}

static void reals_have_the_fewest_digits(void **state)
{
    const orm_opt_float narrow[] = {
        {0.1F, true}, {16777216.0F, true}, {3.40282347e38F, true}, {1e-45F, true}};
    ASSERT_JSON(ORM_TYPE_REAL, "[0.1,16777216,3.4028235e+38,1.4013e-45]", narrow, 4);
    const orm_opt_double wide[] = {{0.1, true},
                                   {1.0 / 3, true},
                                   {-0.0, true},
                                   {(double)NAN, true},
                                   {0, false},
                                   {5e-324, true},
                                   {1.7976931348623157e308, true},
                                   {(double)INFINITY, true},
                                   {-(double)INFINITY, true}};
    ASSERT_JSON(
        ORM_TYPE_DOUBLE,
        "[0.1,0.3333333333333333,-0,\"NaN\",null,4.94065645841247e-324,1.7976931348623157e+308,"
        "\"Infinity\",\"-Infinity\"]",
        wide, 9);
}

static void texts_are_escaped(void **state)
{
    const char *const texts[] = {
        "", "a\"b\\c/d", "\b\f\n\r\t\x01\x1f\x7f", NULL, "\u00e4\u20ac\U0001F600", "null"};
    ASSERT_JSON(ORM_TYPE_TEXT,
                "[\"\",\"a\\\"b\\\\c/d\",\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\",null,"
                "\"\u00e4\u20ac\U0001F600\",\"null\"]",
                texts, 6);
    orm_column fixed = column_of(ORM_TYPE_CHAR, 3, 0);
    const char *const padded[] = {"a", "\u00e4b", "abc"};
    assert_json(*state, &fixed, padded, 3, "[\"a  \",\"\u00e4b \",\"abc\"]");
    const orm_json documents[] = {{"{\"a\": [1, null]}"}, {"null"}, {NULL}};
    ASSERT_JSON(ORM_TYPE_JSONB, "[\"{\\\"a\\\": [1, null]}\",\"null\",null]", documents, 3);
    const int numbers[] = {1, 0, 2};
    ASSERT_JSON(ORM_TYPE_ENUM, "[\"admin\",null,\"gu\\\"est\"]", numbers, 3);
    const orm_bytes bytes[] = {{"\0\xff", 2}, {"", 0}, {NULL, 0}};
    ASSERT_JSON(ORM_TYPE_BYTEA, "[\"\\\\x00ff\",\"\\\\x\",null]", bytes, 3);
}

static void other_types_are_strings(void **state)
{
    const orm_numeric numerics[] = {{"12345678901234567890.50"}, {NULL}, {"1e2"}, {"NaN"}};
    ASSERT_JSON(ORM_TYPE_NUMERIC, "[\"12345678901234567890.50\",null,\"100\",\"NaN\"]", numerics,
                4);
    orm_column scaled = column_of(ORM_TYPE_NUMERIC, 6, 2);
    const orm_numeric prices[] = {{"1.5"}, {"1.505"}, {"2.000"}};
    assert_json(*state, &scaled, prices, 3, "[\"1.50\",\"1.505\",\"2.00\"]");
    const orm_opt_uuid uuids[] = {{{{1}}, true}, {{{0}}, false}};
    ASSERT_JSON(ORM_TYPE_UUID, "[\"01000000-0000-0000-0000-000000000000\",null]", uuids, 2);
    const orm_opt_date dates[] = {{{-1}, true}, {{ORM_DATE_INFINITY}, true}};
    ASSERT_JSON(ORM_TYPE_DATE, "[\"1969-12-31\",\"infinity\"]", dates, 2);
    const orm_opt_time times[] = {{{86400000000}, true}, {{1}, true}};
    ASSERT_JSON(ORM_TYPE_TIME, "[\"24:00:00\",\"00:00:00.000001\"]", times, 2);
    const orm_opt_timestamp stamps[] = {{{-1}, true}};
    ASSERT_JSON(ORM_TYPE_TIMESTAMP, "[\"1969-12-31 23:59:59.999999\"]", stamps, 1);
    const orm_opt_timestamptz moments[] = {{{0}, true}, {{0}, false}, {{INT64_MIN}, true}};
    ASSERT_JSON(ORM_TYPE_TIMESTAMPTZ, "[\"1970-01-01 00:00:00+00:00\",null,\"-infinity\"]", moments,
                3);
    const orm_opt_interval spans[] = {{{1000000, 2, 3}, true}};
    ASSERT_JSON(ORM_TYPE_INTERVAL, "[\"P3M2DT1S\"]", spans, 1);
}

static orm_status read_as(orm__arena *arena, orm_type type, const char *text,
                          const void **items_out, size_t *count_out)
{
    orm_column column = column_of(type, 0, 0);
    orm_error error = {0};
    orm_status status = orm__array_from_json(&model, &column, text, strlen(text), arena, items_out,
                                             count_out, &error);
    assert_int_equal(error.status, status);
    if (status == ORM_OK)
        return status;
    assert_string_equal(error.model, "user");
    assert_string_equal(error.column, "field");
    return status;
}

static void foreign_spellings_are_read(void **state)
{
    const void *items = NULL;
    size_t count = 0;
    assert_int_equal(read_as(*state, ORM_TYPE_TEXT,
                             " [ \"\\u0041\\/\\ud83d\\ude00\\u00E4\" ,\tnull\r\n] ", &items,
                             &count),
                     ORM_OK);
    assert_int_equal(count, 2);
    assert_string_equal(((const char *const *)items)[0], "A/\U0001F600\u00e4");
    assert_null(((const char *const *)items)[1]);
    assert_int_equal(read_as(*state, ORM_TYPE_DOUBLE, "[1,-1.5E+2,0.0,1e-400]", &items, &count),
                     ORM_OK);
    assert_true(((const orm_opt_double *)items)[1].value < -149.0);
    assert_int_equal(
        read_as(*state, ORM_TYPE_NUMERIC, "[1.50,\"1e2\",12345678901234567890123]", &items, &count),
        ORM_OK);
    assert_string_equal(((const orm_numeric *)items)[0].text, "1.50");
    assert_string_equal(((const orm_numeric *)items)[1].text, "100");
    assert_string_equal(((const orm_numeric *)items)[2].text, "12345678901234567890123");
    assert_int_equal(read_as(*state, ORM_TYPE_TEXT, "[\",\",\"\\\",\"]", &items, &count), ORM_OK);
    assert_int_equal(count, 2);
}

typedef struct refusal {
    orm_type type;
    const char *text;
} refusal;

static void wrong_texts_are_refused(void **state)
{
    static const refusal cases[] = {
        {ORM_TYPE_INTEGER, ""},
        {ORM_TYPE_INTEGER, "null"},
        {ORM_TYPE_INTEGER, "{}"},
        {ORM_TYPE_INTEGER, "[1"},
        {ORM_TYPE_INTEGER, "[1,"},
        {ORM_TYPE_INTEGER, "[1,]"},
        {ORM_TYPE_INTEGER, "[,1]"},
        {ORM_TYPE_INTEGER, "[1]]"},
        {ORM_TYPE_INTEGER, "[1] x"},
        {ORM_TYPE_INTEGER, "[1 2]"},
        {ORM_TYPE_INTEGER, "[01]"},
        {ORM_TYPE_INTEGER, "[+1]"},
        {ORM_TYPE_INTEGER, "[-]"},
        {ORM_TYPE_INTEGER, "[1.0]"},
        {ORM_TYPE_INTEGER, "[1e0]"},
        {ORM_TYPE_INTEGER, "[\"1\"]"},
        {ORM_TYPE_INTEGER, "[true]"},
        {ORM_TYPE_INTEGER, "[[1]]"},
        {ORM_TYPE_INTEGER, "[{}]"},
        {ORM_TYPE_INTEGER, "[nul]"},
        {ORM_TYPE_INTEGER, "[NaN]"},
        {ORM_TYPE_INTEGER, "[1.]"},
        {ORM_TYPE_DOUBLE, "[1.e5]"},
        {ORM_TYPE_DOUBLE, "[.5]"},
        {ORM_TYPE_DOUBLE, "[\"nan\"]"},
        {ORM_TYPE_DOUBLE, "[1e]"},
        {ORM_TYPE_DOUBLE, "[0x1]"},
        {ORM_TYPE_BOOLEAN, "[1]"},
        {ORM_TYPE_BOOLEAN, "[\"true\"]"},
        {ORM_TYPE_TEXT, "[1]"},
        {ORM_TYPE_TEXT, "[\"a]"},
        {ORM_TYPE_TEXT, "[\"\\\"]"},
        {ORM_TYPE_TEXT, "[\"\\x41\"]"},
        {ORM_TYPE_TEXT, "[\"\\u00\"]"},
        {ORM_TYPE_TEXT, "[\"\\u0000\"]"},
        {ORM_TYPE_TEXT, "[\"\\ud83d\"]"},
        {ORM_TYPE_TEXT, "[\"\\ude00\"]"},
        {ORM_TYPE_TEXT, "[\"\\ud83d\\u0041\"]"},
        {ORM_TYPE_TEXT, "[\"\\ud83dA\"]"},
        {ORM_TYPE_TEXT, "[\"a\nb\"]"},
        {ORM_TYPE_TEXT, "[\"\xff\"]"},
        {ORM_TYPE_TEXT, "[\"\xed\xa0\x80\"]"},
        {ORM_TYPE_TEXT, "[\"\\ug000\"]"},
        {ORM_TYPE_TEXT, "[\"\\u12"},
        {ORM_TYPE_ENUM, "[\"root\"]"},
        {ORM_TYPE_ENUM, "[1]"},
        {ORM_TYPE_BYTEA, "[\"00\"]"},
        {ORM_TYPE_BYTEA, "[\"\\\\x0\"]"},
        {ORM_TYPE_BYTEA, "[\"\\\\x0g\"]"},
        {ORM_TYPE_BYTEA, "[\"\"]"},
        {ORM_TYPE_UUID, "[\"1\"]"},
        {ORM_TYPE_DATE, "[\"today\"]"},
        {ORM_TYPE_DATE, "[5]"},
        {ORM_TYPE_NUMERIC, "[\"x\"]"},
        {ORM_TYPE_JSON, "[{\"a\":1}]"},
        {ORM_TYPE_INTERVAL, "[\"1 day\"]"},
    };
    const void *items = NULL;
    size_t count = 77;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (read_as(*state, cases[i].type, cases[i].text, &items, &count) != ORM_SCHEMA)
            fail_msg("%s", cases[i].text);
    assert_null(items);
    assert_int_equal(count, 77);
}

static void numbers_out_of_range_are_refused(void **state)
{
    static const refusal cases[] = {
        {ORM_TYPE_SMALLINT, "[32768]"},
        {ORM_TYPE_SMALLINT, "[-32769]"},
        {ORM_TYPE_INTEGER, "[2147483648]"},
        {ORM_TYPE_INTEGER, "[-2147483649]"},
        {ORM_TYPE_BIGINT, "[9223372036854775808]"},
        {ORM_TYPE_BIGINT, "[-9223372036854775809]"},
        {ORM_TYPE_BIGINT, "[99999999999999999999999999]"},
        {ORM_TYPE_DOUBLE, "[1e309]"},
        {ORM_TYPE_REAL, "[1e39]"},
        {ORM_TYPE_NUMERIC, "[1e200000]"},
        {ORM_TYPE_DATE, "[\"2023-02-29\"]"},
        {ORM_TYPE_TIME, "[\"25:00\"]"},
    };
    const void *items = NULL;
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (read_as(*state, cases[i].type, cases[i].text, &items, &count) != ORM_RANGE)
            fail_msg("%s", cases[i].text);
}

static void depth_costs_nothing(void **state)
{
    static char deep[200001];
    const void *items = NULL;
    size_t count = 0;
    memset(deep, '[', sizeof deep - 1);
    assert_int_equal(read_as(*state, ORM_TYPE_JSON, deep, &items, &count), ORM_SCHEMA);
}

static void unknown_enum_numbers_are_refused(void **state)
{
    orm_column column = column_of(ORM_TYPE_ENUM, 0, 0);
    const int numbers[] = {3};
    orm_value value = array_of(ORM_TYPE_ENUM, numbers, 1);
    orm_error error = {0};
    const char *text = NULL;
    size_t size = 0;
    assert_int_equal(orm__array_to_json(&model, &column, &value, *state, &text, &size, &error),
                     ORM_INVALID);
    assert_string_equal(error.column, "field");
    column.labels = NULL;
    assert_int_equal(orm__array_to_json(&model, &column, &value, *state, &text, &size, &error),
                     ORM_INVALID);
}

static void random_reals_come_back(void **state)
{
    random_source source = {53};
    orm__arena_mark mark = orm__arena_get_mark(*state);
    orm_column wide = column_of(ORM_TYPE_DOUBLE, 0, 0);
    orm_column narrow = column_of(ORM_TYPE_REAL, 0, 0);
    for (int i = 0; i < 5000; i++) {
        orm_opt_double doubles[1] = {{0, true}};
        orm_opt_float floats[1] = {{0, true}};
        uint64_t bits = random_next(&source);
        uint32_t few = (uint32_t)random_next(&source);
        memcpy(&doubles[0].value, &bits, sizeof bits);
        memcpy(&floats[0].value, &few, sizeof few);
        const orm_value values[] = {array_of(ORM_TYPE_DOUBLE, doubles, 1),
                                    array_of(ORM_TYPE_REAL, floats, 1)};
        const char *text = NULL;
        const void *items = NULL;
        size_t size = 0;
        assert_int_equal(orm__array_to_json(&model, &wide, &values[0], *state, &text, &size, NULL),
                         ORM_OK);
        assert_int_equal(
            orm__array_from_json(&model, &wide, text, size, *state, &items, &size, NULL), ORM_OK);
        if (!isnan(doubles[0].value))
            assert_memory_equal(items, doubles, sizeof doubles[0].value);
        assert_int_equal(
            orm__array_to_json(&model, &narrow, &values[1], *state, &text, &size, NULL), ORM_OK);
        assert_int_equal(
            orm__array_from_json(&model, &narrow, text, size, *state, &items, &size, NULL), ORM_OK);
        if (!isnan(floats[0].value))
            assert_memory_equal(items, floats, sizeof floats[0].value);
        orm__arena_release(*state, mark);
    }
}

/* Garbage near real arrays is refused or read, never worse. */
static void garbage_is_survived(void **state)
{
    static const char alphabet[] = "[]{}\",\\u0018dDeE+-.ntx \x80\xff\n";
    random_source source = {31};
    orm__arena_mark mark = orm__arena_get_mark(*state);
    size_t accepted = 0;
    for (int i = 0; i < 60000; i++) {
        char text[] = "[\"a\\u0041\\ud83d\\ude00\", null, \"b\"]";
        for (size_t changes = random_below(&source, 3) + 1; changes > 0; changes--)
            text[random_below(&source, sizeof text - 1)] =
                alphabet[random_below(&source, sizeof alphabet - 1)];
        const void *items = NULL;
        size_t count = 0;
        orm_type type = (orm_type)(1 + random_below(&source, ORM_TYPE_ENUM));
        if (random_below(&source, 2) == 0)
            type = ORM_TYPE_TEXT;
        accepted += read_as(*state, type, text, &items, &count) == ORM_OK;
        orm__arena_release(*state, mark);
    }
    assert_true(accepted > 100);
}

static void locale_does_not_matter(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8",
                                        "ar_EG.UTF-8"};
    const char *chosen = NULL;
    for (size_t i = 0; i < COUNT_OF(names) && chosen == NULL; i++)
        chosen = setlocale(LC_NUMERIC, names[i]);
    if (chosen == NULL)
        skip();
    const orm_opt_double wide[] = {{-1234.5, true}, {1e-9, true}};
    ASSERT_JSON(ORM_TYPE_DOUBLE, "[-1234.5,1e-09]", wide, 2);
    (void)setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(numbers_have_a_form),
        ARENA_TEST(reals_have_the_fewest_digits),
        ARENA_TEST(texts_are_escaped),
        ARENA_TEST(other_types_are_strings),
        ARENA_TEST(foreign_spellings_are_read),
        ARENA_TEST(wrong_texts_are_refused),
        ARENA_TEST(numbers_out_of_range_are_refused),
        ARENA_TEST(depth_costs_nothing),
        ARENA_TEST(unknown_enum_numbers_are_refused),
        ARENA_TEST(random_reals_come_back),
        ARENA_TEST(garbage_is_survived),
        ARENA_TEST(locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
