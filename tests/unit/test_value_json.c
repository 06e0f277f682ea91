/* Which texts are JSON documents, and where they stop being one. */
#include <stdlib.h>

#include <sqlite3.h>

#include "model/json_text.h"
#include "unit/value_support.h"

static orm__json_verdict judge(const char *text, bool decoded)
{
    size_t at = 0;
    /* Of its own size, so that reading beyond the end is seen. */
    size_t size = strlen(text);
    char *copy = test_malloc(size + 1);
    memcpy(copy, text, size);
    orm__json_verdict verdict = orm__json_check(copy, size, decoded, &at);
    assert_true(at <= size);
    test_free(copy);
    return verdict;
}

static void documents_are_valid(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0",
                                        "12",
                                        "-1.5",
                                        "1e3",
                                        "1E+03",
                                        "0.0e-0",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"a\"",
                                        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                        "\"\\u00e9\"",
                                        "\"\\uD83D\\ude00\"",
                                        "\"\x7f\"",
                                        "\"\xf0\x9f\x98\x80\"",
                                        "[]",
                                        "{}",
                                        " [ ] ",
                                        "\t{\r}\n",
                                        "[1,2]",
                                        "[[],{},[[]]]",
                                        "{\"a\":1}",
                                        "{\"a\":{\"b\":[1,{\"c\":null}]},\"a\":2}",
                                        " {\"a\" : [ 1 , 2 ] } "};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(judge(texts[i], false), ORM__JSON_OK);
        assert_int_equal(judge(texts[i], true), ORM__JSON_OK);
    }
}

static void other_texts_are_not(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        "nul",
                                        "nulll",
                                        "True",
                                        "tru e",
                                        "NaN",
                                        "Infinity",
                                        "+1",
                                        "01",
                                        "-01",
                                        "-",
                                        "1.",
                                        ".5",
                                        "1.e2",
                                        "1e",
                                        "1e+",
                                        "0x1",
                                        "1 2",
                                        "1,",
                                        "'a'",
                                        "\"",
                                        "\"a",
                                        "\"\\\"",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"\n\"",
                                        "\"\x1f\"",
                                        "\"a\"b",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1}",
                                        "{",
                                        "}",
                                        "{1:2}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{\"a\":1]",
                                        "{\"a\" 1}",
                                        "{a:1}",
                                        "[]]",
                                        "{}{}",
                                        "// a\n1",
                                        "1/**/",
                                        ("\xef\xbb\xbf"
                                         "1")};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(judge(texts[i], false), ORM__JSON_INVALID);
        assert_int_equal(judge(texts[i], true), ORM__JSON_INVALID);
    }
}

static void escapes_name_characters_where_decoded(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"\\u0000\"",    "\"\\ud800\"",        "\"\\udc00\"",        "\"\\ud800x\"",
        "\"\\ud800\\n\"", "\"\\uD800\\uD800\"", "\"\\udc00\\ud800\"", "{\"\\u0000\":1}"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(judge(texts[i], false), ORM__JSON_OK);
        assert_int_equal(judge(texts[i], true), ORM__JSON_NO_CHARACTER);
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    enum { DEEP = 200000 };
    char *text = test_malloc(DEEP + 1);
    memset(text, '[', DEEP);
    text[DEEP] = '\0';
    assert_int_equal(judge(text, false), ORM__JSON_TOO_DEEP);
    memset(text + ORM__JSON_MAX_DEPTH, ']', ORM__JSON_MAX_DEPTH);
    text[2 * ORM__JSON_MAX_DEPTH] = '\0';
    assert_int_equal(judge(text, false), ORM__JSON_OK);
    text[2 * ORM__JSON_MAX_DEPTH - 1] = '\0';
    assert_int_equal(judge(text, false), ORM__JSON_INVALID);
    test_free(text);
}

static void faults_have_their_place(void **state)
{
    (void)state;
    size_t at = 0;
    assert_int_equal(orm__json_check("[1, x]", 6, false, &at), ORM__JSON_INVALID);
    assert_int_equal(at, 4);
    assert_int_equal(orm__json_check("{}  y", 5, false, &at), ORM__JSON_INVALID);
    assert_int_equal(at, 4);
}

/* Random texts of the characters that matter, judged by SQLite too. */
static void another_judge_agrees(void **state)
{
    (void)state;
    static const char *const parts[] = {"[",     "]",       "{",      "}",    ",",    ":",
                                        "\"a\"", "1",       "-2.5e1", "true", "null", " ",
                                        "0",     "\"\\n\"", "\"",     "."};
    random_source random = {77};
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int valid = 0;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT json_valid(?)", -1, &statement, NULL),
                     SQLITE_OK);
    for (int round = 0; round < 100000; round++) {
        char text[80];
        size_t size = 0;
        for (size_t count = 1 + random_below(&random, 8); count > 0; count--)
            size += (size_t)snprintf(text + size, sizeof text - size, "%s",
                                     parts[random_below(&random, COUNT_OF(parts))]);
        sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        bool wanted = sqlite3_column_int(statement, 0) == 1;
        sqlite3_reset(statement);
        valid += wanted;
        if ((judge(text, true) == ORM__JSON_OK) != wanted)
            fail_msg("json_valid says %d of %s", wanted, text);
    }
    assert_in_range(valid, 1000, 99000);
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_valid),
        cmocka_unit_test(other_texts_are_not),
        cmocka_unit_test(escapes_name_characters_where_decoded),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(another_judge_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
