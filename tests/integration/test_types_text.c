/* Text, bytes, uuids and enums: extremes and random ones come back exactly; what is no text is
 * refused by name. */
#include <stdio.h>

#include "support/random.h"
#include "support/round_trip.h"
#include "types.orm.h"

enum { RANDOM = 200 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.file = "test_types_text.c",
     .reason = "each value makes its own way to the database and back"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/types.yaml", NULL);
    test_ignore(&database, ignored);
    return 0;
}

static bool same_text(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

static bool same_varchar(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

/* Blanks at the end are the padding. */
static bool same_chars(const char *left, const char *right)
{
    size_t one = strlen(left);
    size_t two = strlen(right);
    while (one > 0 && left[one - 1] == ' ')
        one--;
    while (two > 0 && right[two - 1] == ' ')
        two--;
    return one == two && memcmp(left, right, one) == 0;
}

static bool same_bytea(orm_bytes left, orm_bytes right)
{
    return left.size == right.size && left.data != NULL &&
           memcmp(left.data, right.data, left.size) == 0;
}

static bool same_uuid(orm_uuid left, orm_uuid right)
{
    return memcmp(&left, &right, sizeof left) == 0;
}

static bool same_colour(enum t_colour left, enum t_colour right)
{
    return left == right;
}

typedef const char *text_value;
typedef enum t_colour colour_value;

ROUND_TRIP(text, text_value)
ROUND_TRIP(varchar, text_value)
ROUND_TRIP(chars, text_value)
ROUND_TRIP(bytea, orm_bytes)
ROUND_TRIP(uuid, orm_uuid)
ROUND_TRIP_UNORDERED(colour, colour_value)
REFUSAL(text, text_value)
REFUSAL(varchar, text_value)
REFUSAL(chars, text_value)
REFUSAL(colour, int)

/* Nothing in them may act as SQL, as a format or as the end of anything. */
#define HOSTILE                                                                                    \
    "", "'", "\"", "''", "\\", "\\'", "';drop table key_text;--", "/*", "*/", "%s%n%d", "$1",      \
        "?1", "{}", "{a,NULL}", "NULL", "\n", "\r\n", "\t", "\x01\x7f", "😀", "a\u0301", "é",       \
        "\u202e", "[\"x\"]", "0", "1.0", "%", "_", "\\%"

static void texts(void **state)
{
    (void)state;
    test_random random = {.state = 10};
    const char *values[ROUND_TRIP_MAX] = {
        HOSTILE, " a", "a ", "a", "A", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "\xc2\x80"};
    size_t count = 0;
    while (values[count] != NULL)
        count++;
    char *longest = test_random_keep(&random, 2001);
    memset(longest, 'x', 2000);
    longest[2000] = '\0';
    values[count++] = longest;
    for (int i = 0; i < RANDOM; i++) {
        const char *text = test_random_text(&random, 60);
        ROUND_TRIP_ADD(text, values, count, text);
    }
    trip_text(values, count);
    test_random_free(&random);
}

static const char *characters(test_random *random, const char *one, int count)
{
    size_t size = strlen(one);
    char *text = test_random_keep(random, size * (size_t)count + 1);
    for (int i = 0; i < count; i++)
        memcpy(text + size * (size_t)i, one, size);
    text[size * (size_t)count] = '\0';
    return text;
}

static void limited_texts(void **state)
{
    (void)state;
    test_random random = {.state = 11};
    const char *values[ROUND_TRIP_MAX] = {HOSTILE};
    size_t count = 0;
    while (values[count] != NULL)
        count++;
    values[count++] = characters(&random, "x", 40);
    values[count++] = characters(&random, "😀", 40);
    for (int i = 0; i < RANDOM; i++) {
        const char *text = test_random_text(&random, 40);
        ROUND_TRIP_ADD(varchar, values, count, text);
    }
    trip_varchar(values, count);
    refuse_varchar(characters(&random, "x", 41), ORM_RANGE);
    refuse_varchar(characters(&random, "😀", 41), ORM_RANGE);
    test_random_free(&random);
}

static void padded_texts(void **state)
{
    (void)state;
    test_random random = {.state = 12};
    const char *values[ROUND_TRIP_MAX] = {"", "a", "ab   ", "abcde", "😀😀😀😀😀", " x", "'--", "é"};
    size_t count = 8;
    for (int i = 0; i < RANDOM; i++) {
        const char *text = test_random_text(&random, 5);
        ROUND_TRIP_ADD(chars, values, count, text);
    }
    trip_chars(values, count);
    refuse_chars("abcdef", ORM_RANGE);
    refuse_chars("😀😀😀😀😀😀", ORM_RANGE);
    /* Padded with blanks, which do not count when compared. */
    orm_session *db = test_session(&database);
    t_key_chars_list list;
    assert_ok(db,
              t_key_chars_select(
                  db, &(t_key_chars_query){.where = t_key_chars_value_is(orm_eq("ab"))}, &list));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0]->value, "ab   ");
    /* They are characters as others are where it comes to patterns. */
    const struct {
        orm_cond_text condition;
        int64_t count;
    } patterns[] = {{orm_like("ab"), 0},       {orm_like("ab   "), 1}, {orm_like("ab%"), 2},
                    {orm_like("ab___"), 2},    {orm_like("ab %"), 1},  {orm_ilike("AB"), 0},
                    {orm_ilike("AB   "), 1},   {orm_prefix("ab "), 1}, {orm_contains("b   "), 1},
                    {orm_contains("b    "), 0}};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        int64_t rows = -1;
        t_key_chars_query query = {
            .where = t_key_chars_all_of(db, t_key_chars_value_is(patterns[i].condition),
                                        t_key_chars_id_is(orm_le(8)))};
        assert_ok(db, t_key_chars_count(db, &query, &rows));
        assert_int_equal(rows, patterns[i].count);
    }
    test_random_free(&random);
}

static void bytes(void **state)
{
    (void)state;
    test_random random = {.state = 13};
    orm_bytes values[ROUND_TRIP_MAX] = {{"", 0},         {"\0", 1},    {"\0\0", 2}, {"a\0b", 3},
                                        {"\xff\xfe", 2}, {"\\x00", 4}, {"'", 1}};
    size_t count = 7;
    values[count++] = test_random_bytes(&random, 2000);
    for (int i = 0; i < RANDOM; i++) {
        orm_bytes more = test_random_bytes(&random, (size_t)test_random_int(&random, 1, 100));
        ROUND_TRIP_ADD(bytea, values, count, more);
    }
    trip_bytea(values, count);
    test_random_free(&random);
}

static void uuids(void **state)
{
    (void)state;
    test_random random = {.state = 14};
    orm_uuid values[ROUND_TRIP_MAX] = {{{0}}};
    memset(&values[1], 0xff, sizeof values[1]);
    size_t count = 2;
    for (int i = 0; i < RANDOM; i++)
        values[count++] = test_random_uuid(&random);
    trip_uuid(values, count);
}

static void enums(void **state)
{
    (void)state;
    const enum t_colour values[] = {T_COLOUR_RED,       T_COLOUR_DARK_GREEN, T_COLOUR_QUOTED,
                                    T_COLOUR_UNICODE,   T_COLOUR_ESCAPED,    T_COLOUR_UPPER_CASE,
                                    T_COLOUR_LOWER_CASE};
    trip_colour(values, sizeof values / sizeof values[0]);
    char *labels = test_query(&database, "select \"the value\" from key_colour order by id");
    assert_same_text(labels, "red\ndark green\nit's; drop--\nünïcödé 😀\n%s\\n\"\nUPPER\nupper\n");
    free(labels);
    refuse_colour(8, ORM_INVALID);
    refuse_colour(-1, ORM_INVALID);
}

/* Invalid UTF-8 never reaches a text column, nor a condition on it. */
static void what_is_no_text(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "\x80",         "\xff",         "a\xc3",        "\xc0\xaf",         "\xe2\x82",
        "\xed\xa0\x80", "\xf0\x9f\x98", "\xf8\x88\x80", "\xf4\x90\x80\x80", "ok\xe9nd"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        orm_session *db = test_session(&database);
        t_key_text_list list;
        refuse_text(broken[i], ORM_INVALID);
        refuse_varchar(broken[i], ORM_INVALID);
        refuse_chars(broken[i], ORM_INVALID);
        t_key_text_query query = {.where = t_key_text_value_is(orm_eq(broken[i]))};
        assert_status(db, t_key_text_select(db, &query, &list), ORM_INVALID);
        assert_string_equal(orm_session_error(db)->column, "value");
        query.where = t_key_text_value_is(orm_contains(broken[i]));
        assert_status(db, t_key_text_select(db, &query, &list), ORM_INVALID);
        query.where = t_key_text_value_is(orm_in(broken + i, 1));
        assert_status(db, t_key_text_select(db, &query, &list), ORM_INVALID);
        /* Nothing was sent, so the session goes on. */
        assert_ok(db, t_key_text_select(db, NULL, &list));
        test_session_close(&database, db);
    }
}

/* LIKE patterns, prefixes and parts are data too. */
static void patterns_are_data(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    t_key_text_list all;
    int64_t rows = 0;
    assert_ok(db, t_key_text_select(db, NULL, &all));
    assert_true(all.count > 200);
    for (size_t i = 0; i < all.count; i++) {
        const char *value = all.items[i]->value;
        t_key_text_query query = {.where = t_key_text_value_is(orm_prefix(value))};
        int64_t expected = 0;
        for (size_t k = 0; k < all.count; k++)
            expected += strncmp(all.items[k]->value, value, strlen(value)) == 0;
        assert_ok(db, t_key_text_count(db, &query, &rows));
        assert_int_equal(rows, expected);
        expected = 0;
        for (size_t k = 0; k < all.count; k++)
            expected += strstr(all.items[k]->value, value) != NULL;
        query.where = t_key_text_value_is(orm_contains(value));
        assert_ok(db, t_key_text_count(db, &query, &rows));
        assert_int_equal(rows, expected);
    }
}

#define REFUSED_NULL_ITEM(db, model, field, type, ...)                                             \
    do {                                                                                           \
        static const type items_[] = {__VA_ARGS__};                                                \
        t_##model##_list list_;                                                                    \
        t_##model##_query query_ = {.where = t_##model##_##field##_is(orm_in(items_, 3))};         \
        assert_status(db, t_##model##_select(db, &query_, &list_), ORM_MISUSE);                    \
        assert_string_equal(orm_session_error(db)->column, #field);                                \
        assert_non_null(strstr(orm_session_error(db)->message, #model "." #field));                \
        assert_non_null(strstr(orm_session_error(db)->message, "index 1"));                        \
        query_.where = t_##model##_not(db, t_##model##_##field##_is(orm_not_in(items_, 3)));       \
        assert_status(db, t_##model##_select(db, &query_, &list_), ORM_MISUSE);                    \
        assert_non_null(strstr(orm_session_error(db)->message, "index 1"));                        \
    } while (0)

/* NULL in a list fulfils nothing, and with `not in` makes nothing fulfil it. */
static void lists_have_no_null(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_count_start(&database);
    REFUSED_NULL_ITEM(db, document, body, char *const, "a", NULL, "b");
    REFUSED_NULL_ITEM(db, document, raw, orm_bytes, {"a", 1}, {NULL, 0}, {"b", 1});
    REFUSED_NULL_ITEM(db, document, digits, orm_numeric, {"1"}, {NULL}, {"2"});
    assert_statements(&database, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(texts),
        suite_test(limited_texts),
        suite_test(padded_texts),
        suite_test(bytes),
        suite_test(uuids),
        suite_test(enums),
        suite_test(what_is_no_text),
        suite_test(patterns_are_data),
        suite_test(lists_have_no_null),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
