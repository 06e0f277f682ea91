/* Types, literals, SQL fragments, patterns and names, each by its own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "naming/names.h"
#include "naming/reserved.h"
#include "types/literal.h"
#include "types/pattern.h"
#include "types/sql_text.h"
#include "types/types.h"

static int make_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int drop_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static struct column_type type_of(struct arena *arena, const char *text)
{
    struct column_type type = {0};
    const char *why = NULL;

    assert_int_equal(type_parse(arena, text, &type, &why), TYPE_PARSED);
    return type;
}

static void test_type_texts(void **state)
{
    struct column_type type;
    const char *why = NULL;

    assert_string_equal(type_of(*state, "numeric( 12 ,2 )").text, "numeric(12,2)");
    assert_string_equal(type_of(*state, "numeric(12)").text, "numeric(12)");
    assert_int_equal(type_of(*state, "numeric(1000,1000)").scale, 1000);
    assert_false(type_of(*state, "numeric").has_precision);
    assert_int_equal(type_of(*state, "char").length, 1);
    assert_int_equal(type_of(*state, "varchar").length, 0);
    assert_int_equal(type_of(*state, "varchar(10485760)").length, 10485760);
    assert_int_equal(type_parse(*state, "role", &type, &why), TYPE_UNKNOWN);
    assert_int_equal(type_parse(*state, "integer8", &type, &why), TYPE_UNKNOWN);
    assert_int_equal(type_parse(*state, "enum", &type, &why), TYPE_UNKNOWN);
    static const char *const wrong[] = {"varchar(10485761)",
                                        "numeric(0)",
                                        "numeric(2,3)",
                                        "numeric(1,2,3)",
                                        "numeric(a)",
                                        "numeric(12",
                                        "numeric(99999999999999999999)",
                                        "integer(4)",
                                        "text x",
                                        "timestamp(3)",
                                        "text[]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        why = NULL;
        assert_int_equal(type_parse(*state, wrong[i], &type, &why), TYPE_WRONG);
        assert_non_null(why);
    }
}

/* expected NULL: the text is no literal of the type. */
static void literal(struct arena *arena, const char *type_text, const char *text,
                    const char *expected)
{
    struct column_type type = type_of(arena, type_text);
    const char *why = NULL;
    const char *found = literal_read(arena, &type, text, &why);

    if (expected) {
        assert_non_null(found);
        assert_string_equal(found, expected);
    } else {
        assert_null(found);
        assert_non_null(why);
    }
}

static void test_numbers(void **state)
{
    literal(*state, "smallint", "-32768", "-32768");
    literal(*state, "smallint", "-32769", NULL);
    literal(*state, "integer", "2147483647", "2147483647");
    literal(*state, "integer", "2147483648", NULL);
    literal(*state, "bigint", "-9223372036854775808", "-9223372036854775808");
    literal(*state, "bigint", "9223372036854775808", NULL);
    literal(*state, "bigint", "007", NULL);
    literal(*state, "bigint", "+7", NULL);
    literal(*state, "bigint", " 7", NULL);
    literal(*state, "bigint", "-0", "0");
    literal(*state, "real", "3.4e38", "3.4e38");
    literal(*state, "real", "3.5e38", NULL);
    literal(*state, "double", "1e309", NULL);
    literal(*state, "double", "-Infinity", "-Infinity");
    literal(*state, "double", "1e", NULL);
    literal(*state, "double", ".5", NULL);
    literal(*state, "numeric(4,2)", "-99.99", "-99.99");
    literal(*state, "numeric(4,2)", "100", NULL);
    literal(*state, "numeric(4,2)", "1.234", NULL);
    literal(*state, "numeric(2,2)", "0.99", "0.99");
    literal(*state, "numeric(2,2)", "1", NULL);
    literal(*state, "numeric(4,2)", "Infinity", NULL);
    literal(*state, "numeric", "123456789012345678901234567890.5",
            "123456789012345678901234567890.5");
    literal(*state, "numeric", "1e5", NULL);
}

static void test_moments(void **state)
{
    literal(*state, "date", "2024-02-29", "2024-02-29");
    literal(*state, "date", "1900-02-29", NULL);
    literal(*state, "date", "2024-13-01", NULL);
    literal(*state, "date", "2024-2-29", NULL);
    literal(*state, "date", "-infinity", "-infinity");
    literal(*state, "time", "23:59", "23:59:00");
    literal(*state, "time", "23:59:59.123456", "23:59:59.123456");
    literal(*state, "time", "23:59:59.1234567", NULL);
    literal(*state, "time", "23:60", NULL);
    literal(*state, "time", "24:00", "24:00:00");
    literal(*state, "time", "24:00:00", "24:00:00");
    literal(*state, "time", "24:00:00.000", "24:00:00.000");
    literal(*state, "time", "24:00:00.001", NULL);
    literal(*state, "time", "24:00:01", NULL);
    literal(*state, "time", "24:01", NULL);
    literal(*state, "time", "25:00", NULL);
    literal(*state, "timestamp", "2024-02-29 24:00:00", NULL);
    literal(*state, "timestamp", "2024-02-29T10:00", "2024-02-29 10:00:00");
    literal(*state, "timestamp", "2024-02-29", NULL);
    literal(*state, "timestamptz", "2024-02-29 10:00:00-03:30", "2024-02-29 10:00:00-03:30");
    literal(*state, "timestamptz", "2024-02-29 10:00:00-0330", NULL);
    literal(*state, "timestamptz", "2024-02-29 10:00z", "2024-02-29 10:00:00Z");
    literal(*state, "timestamptz", "2024-02-29 10:00:00+16", NULL);
    literal(*state, "interval", "P1Y2M3DT4H5M6.5S", "P1Y2M3DT4H5M6.5S");
    literal(*state, "interval", "PT-1M", "PT-1M");
    literal(*state, "interval", "P1M1Y", NULL);
    literal(*state, "interval", "P", NULL);
    literal(*state, "interval", "P1DT", NULL);
    literal(*state, "interval", "P1.5D", NULL);
}

static void test_texts(void **state)
{
    literal(*state, "varchar(3)", "\xC3\xA4\xC3\xB6\xC3\xBC", "\xC3\xA4\xC3\xB6\xC3\xBC");
    literal(*state, "varchar(3)", "abcd", NULL);
    literal(*state, "text", "it's; --", "it's; --");
    literal(*state, "bytea", "\\x00FF", "00ff");
    literal(*state, "bytea", "", "");
    literal(*state, "bytea", "0", NULL);
    literal(*state, "uuid", "0F0F0F0F-0000-0000-0000-00000000ABCD",
            "0f0f0f0f-0000-0000-0000-00000000abcd");
    literal(*state, "uuid", "0F0F0F0F00000000-0000-0000-00000000AB", NULL);
    literal(*state, "boolean", "TRUE", NULL);
    literal(*state, "json", "{\"a\": [1, -2.5e3, \"\\u00e4\", null, true]}",
            "{\"a\": [1, -2.5e3, \"\\u00e4\", null, true]}");
    literal(*state, "json", "[1,]", NULL);
    literal(*state, "json", "01", NULL);
    literal(*state, "json", "\"a", NULL);
    literal(*state, "json", "{} {}", NULL);
    literal(*state, "json", "", NULL);
}

static void test_order(void **state)
{
    struct column_type bigint = type_of(*state, "bigint");
    struct column_type numeric = type_of(*state, "numeric");
    struct column_type date = type_of(*state, "date");
    struct column_type clock = type_of(*state, "time");
    struct column_type zoned = type_of(*state, "timestamptz");

    assert_true(literal_compare(&bigint, "9007199254740993", "9007199254740992") > 0);
    assert_true(literal_compare(&bigint, "-10", "-9") < 0);
    assert_true(literal_compare(&bigint, "-1", "1") < 0);
    assert_int_equal(literal_compare(&numeric, "1.50", "1.5"), 0);
    assert_int_equal(literal_compare(&numeric, "-0", "0"), 0);
    assert_true(literal_compare(&numeric, "0.09", "0.1") < 0);
    assert_true(literal_compare(&date, "2024-01-01", "infinity") < 0);
    assert_true(literal_compare(&zoned, "2024-01-01 10:00:00Z", "2024-01-01 10:00:00.5Z") < 0);
    assert_int_equal(literal_compare(&zoned, "2024-01-01 10:00:00.50Z", "2024-01-01 10:00:00.5Z"),
                     0);
    assert_true(literal_compare(&clock, "09:59:59.9", "10:00:00") < 0);
    assert_true(literal_compare(&clock, "24:00:00", "23:59:59.999999") > 0);
    assert_int_equal(literal_compare(&zoned, "2024-01-01 10:00:00Z", "2024-01-01 09:00:00+02:00"),
                     0);
}

static void test_sql(void **state)
{
    static const char *const good[] = {
        "now()",         "price >= 0 and name <> ';--/*'", "\"odd \"\"; name\" > 0", "a - -1",
        "tags[1] = 'x'", "kind in ('it''s', 'b')",         "email ~ '^[^@]+@'",      "'\\'",
        "a / b * c",
    };
    static const char *const bad[] = {
        "",          " \n",    "1; drop table x",
        "a -- b",    "a /* b", "a */ b",
        "f(",        "f)",     ")(",
        "'a",        "\"a",    "E'\\''",
        "e'a'",      "U&'a'",  "$$a$$",
        "$1",        "`a`",    "a\\b",
        "a[1",       "a]",     "(a]",
        "['] ;--']", "'a''",   "a\x01",
        "(('a)'",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (sql_text_fault(good[i]))
            assert_string_equal(good[i], sql_text_fault(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!sql_text_fault(bad[i]))
            assert_string_equal(bad[i], "refused");
}

static void test_patterns(void **state)
{
    static const char *const good[] = {"^[a-z]+$", "^[^]]*(a|b){2,3}$", "\\.(com|org)$", "",
                                       "^([a-z0-9]+[._-]?)+@([a-z]+\\.)+[a-z]{2,63}$"};
    static const char *const bad[] = {"(", "[a", "a{2,1}", "((a{200}){200}){200}",
                                      "((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_null(pattern_fault(*state, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(pattern_fault(*state, bad[i]));
}

static void test_names(void **state)
{
    const char *const parts[] = {"a_table_name_of_some_length_indeed", "and_a_column_of_the_same",
                                 "idx"};
    const char *const others[] = {"a_table_name_of_some_length_indeed", "and_a_column_of_the_same",
                                  "key"};
    const char *cut = name_constraint(*state, parts, 3);

    assert_null(name_fault("user2_name"));
    assert_non_null(name_fault("User"));
    assert_non_null(name_fault("_user"));
    assert_non_null(name_fault("user__name"));
    assert_non_null(name_fault("user_"));
    assert_string_equal(name_repaired(*state, "HTTPServerName"), "http_server_name");
    assert_string_equal(name_repaired(*state, "  Order--Item "), "order_item");
    assert_null(name_repaired(*state, "42"));
    assert_string_equal(name_member(*state, "class"), "class_");
    assert_string_equal(name_member(*state, "errno"), "errno_");
    assert_string_equal(name_member(*state, "select"), "select");
    assert_string_equal(name_from_label(*state, " in-progress (new)"), "IN_PROGRESS_NEW");
    assert_string_equal(name_from_label(*state, "+"), "");
    assert_true(strlen(cut) <= 63);
    assert_string_not_equal(cut, name_constraint(*state, others, 3));
    assert_null(name_database_fault("Größe \"x\"; --"));
    assert_non_null(name_database_fault("a\nb"));
    assert_non_null(name_database_fault("a\xE2\x80\xAE"
                                        "b"));
}

static void test_reserved(void **state)
{
    (void)state;
    assert_non_null(reserved_owner("group"));
    assert_non_null(reserved_owner("size_t"));
    assert_non_null(reserved_owner("requires"));
    assert_non_null(reserved_owner("EXIT_FAILURE"));
    assert_non_null(reserved_owner("orm_session"));
    assert_null(reserved_owner("user"));
    assert_null(reserved_owner("order"));
    for (size_t i = 1; i < reserved_system_count; i++)
        assert_true(strcmp(reserved_system[i - 1], reserved_system[i]) < 0);
    for (size_t i = 1; i < reserved_keywords_count; i++)
        assert_true(strcmp(reserved_keywords[i - 1], reserved_keywords[i]) < 0);
    for (size_t i = 1; i < reserved_macros_count; i++)
        assert_true(strcmp(reserved_macros[i - 1], reserved_macros[i]) < 0);
    for (size_t i = 1; i < reserved_constants_count; i++)
        assert_true(strcmp(reserved_constants[i - 1], reserved_constants[i]) < 0);
}

static void test_suggestions(void **state)
{
    struct suggestion near = suggest_for("nulable");
    struct suggestion far = suggest_for("zebra");

    suggest_offer(&near, "name");
    suggest_offer(&near, "nullable");
    assert_string_equal(suggest_text(*state, &near), "; did you mean 'nullable'?");
    suggest_offer(&far, "nullable");
    assert_string_equal(suggest_text(*state, &far), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_texts), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_moments),    cmocka_unit_test(test_texts),
        cmocka_unit_test(test_order),      cmocka_unit_test(test_sql),
        cmocka_unit_test(test_patterns),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_reserved),   cmocka_unit_test(test_suggestions),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
