/* Input too large or too odd to keep beside the other cases: made here, refused quickly. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema/load.h"

/* Refusing takes under a second of CPU; sanitizers make everything slower. */
#if defined(__SANITIZE_ADDRESS__)
#define SECONDS_AT_MOST 6.0
#else
#define SECONDS_AT_MOST 1.0
#endif

#define HEAD                                                                                       \
    "models:\n  - name: thing\n    columns:\n"                                                     \
    "      - { name: id, type: bigint, primary_key: true }\n"

struct text {
    char *bytes;
    size_t length;
    size_t room;
};

static void add(struct text *to, const char *bytes, size_t length)
{
    if (to->length + length + 1 > to->room) {
        to->room = (to->length + length + 1) * 2;
        to->bytes = realloc(to->bytes, to->room);
        assert_non_null(to->bytes);
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    to->bytes[to->length] = '\0';
}

static void add_string(struct text *to, const char *text)
{
    add(to, text, strlen(text));
}

static void repeat(struct text *to, const char *text, size_t times)
{
    while (times--)
        add_string(to, text);
}

/* Loads the text as hostile.yaml in a folder of its own; whether it passed. Frees the text. */
static bool load(struct text *text, char **said_out)
{
    char folder[] = "/tmp/orm_hostile_XXXXXX";
    const char *paths[] = {"hostile.yaml"};
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    clock_t start;
    FILE *file;
    bool ok;

    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    file = fopen(paths[0], "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text->bytes, 1, text->length, file), text->length);
    assert_int_equal(fclose(file), 0);
    free(text->bytes);
    memset(text, 0, sizeof *text);
    start = clock();
    ok = schema_load(paths, 1, &schema, diags);
    *said_out = diagnostics_text(diags);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < SECONDS_AT_MOST);
    assert_non_null(*said_out);
    assert_true(strlen(*said_out) < 20000);
    schema_free(schema);
    diagnostics_free(diags);
    assert_int_equal(remove(paths[0]), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
    return ok;
}

static void refuse(struct text *text, const char *beginning)
{
    char *said = NULL;

    assert_false(load(text, &said));
    if (strncmp(said, beginning, strlen(beginning)) != 0)
        assert_string_equal(said, beginning);
    free(said);
}

static void test_raw_nul(void **state)
{
    struct text text = {0};

    (void)state;
    add(&text, "models:\n  - name: th\0ing\n", 25);
    refuse(&text, "hostile.yaml:2:13: error: a control character (U+0000) is not allowed\n"
                  "      - name: th\\x00ing\n"
                  "                ^~~~\n");
}

static void test_invalid_utf8(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "models:\n  - name: \xC3\xB6\xC3\x28\n");
    refuse(&text, "hostile.yaml:2:13: error: the file is not valid UTF-8: ");
    add_string(&text, "models:\n  - name: a\xED\xA0\x80\n");
    refuse(&text, "hostile.yaml:2:12: error: the file is not valid UTF-8: ");
    add_string(&text, "models:\n  - name: \xF0\x9F\x98");
    refuse(&text, "hostile.yaml:2:11: error: the file is not valid UTF-8: ");
    add_string(&text, "models:\n  - name: a\xC0\xAF\n");
    refuse(&text, "hostile.yaml:2:12: error: the file is not valid UTF-8: ");
}

static void test_escape_sequences(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "models:\n  - name: \x1B[31m\n");
    refuse(&text, "hostile.yaml:2:11: error: a control character (U+001B) is not allowed\n"
                  "      - name: \\x1b[31m\n");
}

static void test_depth(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "models: ");
    repeat(&text, "[", 10000);
    refuse(&text, "hostile.yaml:1:40: error: nested more than 32 levels deep\n");
    repeat(&text, "{a: ", 10000);
    refuse(&text, "hostile.yaml:1:129: error: nested more than 32 levels deep\n");
    repeat(&text, "- ", 10000);
    refuse(&text, "hostile.yaml:1:65: error: nested more than 32 levels deep\n");
    for (size_t depth = 0; depth < 1000; depth++) {
        repeat(&text, " ", depth);
        add_string(&text, "a:\n");
    }
    refuse(&text, "hostile.yaml:33:33: error: nested more than 32 levels deep\n");
}

static void test_alias_bombs(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "a: &a [x, x, x, x, x, x, x, x, x]\n"
                      "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
                      "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
                      "models: [*c, *c]\n");
    refuse(&text, "hostile.yaml:1:4: error: anchors (&name) are not supported");
    add_string(&text, "models:\n  - name: thing\n    columns: [*x, *x]\n");
    refuse(&text, "hostile.yaml:3:15: error: aliases (*name) are not supported");
}

static void test_large_scalars(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "models:\n  - name: ");
    repeat(&text, "abcdefghij", 1024 * 1024);
    add_string(&text, "\n    columns: []\n");
    refuse(&text, "hostile.yaml:2:11: error: this text is longer than 65536 bytes\n");
    add_string(&text, HEAD "    comment: \"");
    repeat(&text, "\xC3\xA4\\n   ", 1024 * 1024);
    add_string(&text, "\"\n");
    refuse(&text, "hostile.yaml:5:14: error: this text is longer than 65536 bytes\n");
    add_string(&text, HEAD "    ");
    repeat(&text, "k", 1024 * 1024);
    add_string(&text, ": 1\n");
    refuse(&text, "hostile.yaml:5:1048581: error: this line needs a ':' and a space");
}

static void test_large_file(void **state)
{
    struct text text = {0};

    (void)state;
    repeat(&text, "# comment that goes on\n", 800 * 1024);
    refuse(&text, "hostile.yaml:1:1: error: the file is larger than 16 MiB\n");
}

static void test_many_nodes(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "models: [");
    repeat(&text, "a,", 600 * 1024);
    add_string(&text, "a]\n");
    refuse(&text, "hostile.yaml:1:1000");
}

static void test_many_faults(void **state)
{
    struct text text = {0};
    char *said = NULL;

    (void)state;
    add_string(&text, HEAD);
    for (int i = 0; i < 1000; i++)
        add_string(&text, "      - { name: same, type: nothing, nullable: flase }\n");
    assert_false(load(&text, &said));
    assert_non_null(strstr(said, "more errors are not shown\n"));
    free(said);
}

/* Far more faults than anybody reads, in lists as long as the limits allow. */
static void test_long_faulty_lists(void **state)
{
    struct text text = {0};
    char *said = NULL;

    (void)state;
    add_string(&text, "models: [");
    repeat(&text, "a, ", 400000);
    add_string(&text, "a]\n");
    assert_false(load(&text, &said));
    assert_non_null(strstr(said, "more errors are not shown\n"));
    free(said);
    add_string(&text, "models:\n");
    repeat(&text, "  - { nme: a }\n", 100000);
    assert_false(load(&text, &said));
    assert_non_null(strstr(said, "more errors are not shown\n"));
    free(said);
}

/* Nobody writes into it, so waiting for a writer would be for ever. */
static void test_named_pipe(void **state)
{
    char path[] = "/tmp/orm_pipe_XXXXXX";
    const char *paths[] = {path};
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    char *said;

    (void)state;
    assert_non_null(mkdtemp(path));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(5);
    assert_false(schema_load(paths, 1, &schema, diags));
    alarm(0);
    said = diagnostics_text(diags);
    assert_non_null(strstr(said, ":1:1: error: the file is empty"));
    free(said);
    diagnostics_free(diags);
    assert_int_equal(remove(path), 0);
}

static void test_every_prefix(void **state)
{
    static const char *const whole =
        "version: 1\nprefix: \"sh\\u006fp\"\nenums:\n  - { name: role, values: [a, 'b c'] }\n"
        "models:\n  - name: user\n    columns:\n"
        "      - { name: id, type: bigint, primary_key: true, generated: identity }\n"
        "      - { name: price, type: \"numeric(12,2)\", default: 1.5, check: price > 0 }\n"
        "    relations:\n"
        "      - { name: friends, kind: many_to_many, model: user,\n"
        "          through: { table: friendship, foreign_key: [a_id], target_key: [b_id] } }\n";
    size_t length = strlen(whole);

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        struct text text = {0};
        char *said = NULL;

        add(&text, whole, cut);
        if (cut == length)
            assert_true(load(&text, &said));
        else if (!load(&text, &said))
            assert_non_null(strstr(said, "hostile.yaml:"));
        free(said);
    }
}

/* A byte-order mark is skipped, and places count without it. */
static void test_byte_order_mark(void **state)
{
    struct text text = {0};

    (void)state;
    add_string(&text, "\xEF\xBB\xBFmodels: 3\n");
    refuse(&text, "hostile.yaml:1:9: error: 'models' must be a list");
    add_string(&text, "\xEF\xBB\xBF");
    refuse(&text, "hostile.yaml:1:1: error: the file is empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_faulty_lists),
        cmocka_unit_test(test_named_pipe),
        cmocka_unit_test(test_raw_nul),          cmocka_unit_test(test_invalid_utf8),
        cmocka_unit_test(test_escape_sequences), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_alias_bombs),      cmocka_unit_test(test_large_scalars),
        cmocka_unit_test(test_large_file),       cmocka_unit_test(test_many_nodes),
        cmocka_unit_test(test_many_faults),      cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_byte_order_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
