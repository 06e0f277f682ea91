/*
 * Each folder under cases/ holds models (in/) and the C that must come of them (expect/). After a
 * wanted change, run with ORM_UPDATE_EXPECTATIONS=1 and review the difference. What is expected
 * is also compiled: as C11, as one unit, inside C++17, and with the case's use.c and use.cc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "emit/c.h"
#include "emit/c_text.h"
#include "emit/writer.h"
#include "schema/load.h"

#define CASES ORM_TEST_SOURCE_DIR "/tests/codegen/cases"
#define C_FLAGS                                                                                    \
    "-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes "                 \
    "-Wmissing-prototypes -Wundef -Wvla -Werror"
#define CXX_FLAGS "-std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

struct generated {
    struct schema *schema;
    struct outputs outputs;
};

static void generate(const char *name, struct generated *made)
{
    char pattern[512];
    glob_t files;
    struct diagnostics *diags = diagnostics_new();
    const char *fault = NULL;

    snprintf(pattern, sizeof pattern, CASES "/%s/in/*.yaml", name);
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    snprintf(pattern, sizeof pattern, CASES "/%s/in/*.sql", name);
    (void)glob(pattern, GLOB_APPEND, NULL, &files);
    *made = (struct generated){0};
    if (!schema_load((const char *const *)files.gl_pathv, files.gl_pathc, &made->schema, diags)) {
        diagnostics_print(diags, stderr);
        fail_msg("case %s has faults", name);
    }
    if (!emit_c(made->schema, "0.0", &made->outputs, &fault) ||
        !emit_json(made->schema, "0.0", &made->outputs, &fault))
        fail_msg("case %s: %s", name, fault);
    globfree(&files);
    diagnostics_free(diags);
}

/* Owned, for free(); NULL when there is no such file. */
static char *read_file(const char *path, size_t *size_out)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    char *text = NULL;

    if (!file)
        return NULL;
    assert_int_equal(fstat(fileno(file), &info), 0);
    text = malloc((size_t)info.st_size + 1);
    assert_non_null(text);
    *size_out = fread(text, 1, (size_t)info.st_size, file);
    text[*size_out] = '\0';
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static unsigned first_different_line(const char *a, const char *b)
{
    unsigned line = 1;

    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    return line;
}

static void compare_output(const char *name, const struct output *output)
{
    char path[512];
    size_t size = 0;
    char *expected;

    snprintf(path, sizeof path, CASES "/%s/expect/%s", name, output->name);
    if (getenv("ORM_UPDATE_EXPECTATIONS"))
        write_file(path, output->text, output->length);
    expected = read_file(path, &size);
    if (!expected)
        fail_msg("%s is not expected", path);
    assert_int_equal(strlen(output->text), output->length);
    if (strcmp(expected, output->text) != 0)
        fail_msg("%s:%u: not as expected", path, first_different_line(expected, output->text));
    free(expected);
}

/* The number of files that are expected; with `remove_all` they go. */
static size_t count_expected(const char *name, bool remove_all)
{
    char pattern[512];
    glob_t files;
    size_t count;

    snprintf(pattern, sizeof pattern, CASES "/%s/expect/*", name);
    if (glob(pattern, 0, NULL, &files) != 0)
        return 0;
    count = files.gl_pathc;
    for (size_t i = 0; remove_all && i < count; i++)
        assert_int_equal(unlink(files.gl_pathv[i]), 0);
    globfree(&files);
    return count;
}

static void check_case(const char *name)
{
    struct generated made;
    struct generated again;
    char folder[512];

    generate(name, &made);
    generate(name, &again);
    if (getenv("ORM_UPDATE_EXPECTATIONS")) {
        snprintf(folder, sizeof folder, CASES "/%s/expect", name);
        mkdir(folder, 0777);
        count_expected(name, true);
    }
    assert_int_equal(made.outputs.count, again.outputs.count);
    for (size_t i = 0; i < made.outputs.count; i++) {
        assert_string_equal(made.outputs.items[i].text, again.outputs.items[i].text);
        compare_output(name, &made.outputs.items[i]);
    }
    assert_int_equal(count_expected(name, false), made.outputs.count);
    schema_free(made.schema);
    schema_free(again.schema);
}

static bool is_installed(const char *compiler)
{
    char command[128];

    snprintf(command, sizeof command, "command -v %s >/dev/null", compiler);
    return system(command) == 0;
}

/* `input` is a shell command whose output is compiled, in the language -x takes. */
static bool compiles(const char *compiler, const char *language, const char *flags,
                     const char *name, const char *input)
{
    char command[2048];

    snprintf(command, sizeof command,
             "cd '" CASES "/%s/expect' && %s | %s -x %s %s -I'" ORM_TEST_SOURCE_DIR
             "/orm/include' -I. -c - -o /dev/null",
             name, input, compiler, language, flags);
    return system(command) == 0;
}

static void compile(const char *compiler, const char *language, const char *flags, const char *name,
                    const char *input)
{
    if (is_installed(compiler) && !compiles(compiler, language, flags, name, input))
        fail_msg("%s refuses case %s: %s", compiler, name, input);
}

static void compile_case(const char *name)
{
    static const char *const c_compilers[] = {"gcc", "clang"};
    static const char *const cxx_compilers[] = {"g++", "clang++"};
    const char *sources = "for f in *.orm.c; do echo \"#include \\\"$f\\\"\"; done";
    const char *headers = "for f in *.orm.h; do echo \"#include \\\"$f\\\"\"; done";
    char path[512];

    for (size_t i = 0; i < 2; i++) {
        compile(c_compilers[i], "c", C_FLAGS, name, sources);
        compile(cxx_compilers[i], "c++", CXX_FLAGS, name, headers);
        snprintf(path, sizeof path, CASES "/%s/use.c", name);
        if (access(path, R_OK) == 0) {
            compile(c_compilers[i], "c", C_FLAGS, name, "cat ../use.c");
            compile(cxx_compilers[i], "c++", CXX_FLAGS, name, "cat ../use.cc");
        }
    }
}

/* Every header and every source by itself: what it needs, it includes. */
static void compile_alone(const char *name)
{
    char pattern[512];
    char input[512];
    glob_t files;

    snprintf(pattern, sizeof pattern, CASES "/%s/expect/*.orm.[ch]", name);
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        snprintf(input, sizeof input, "echo '#include \"%s\"'",
                 strrchr(files.gl_pathv[i], '/') + 1);
        compile("gcc", "c", C_FLAGS " -fsyntax-only", name, input);
        if (strcmp(strrchr(files.gl_pathv[i], '.'), ".h") == 0)
            compile("g++", "c++", CXX_FLAGS " -fsyntax-only", name, input);
    }
    globfree(&files);
}

static void test_users(void **state)
{
    (void)state;
    check_case("users");
}

static void test_types(void **state)
{
    (void)state;
    check_case("types");
}

static void test_names(void **state)
{
    (void)state;
    check_case("names");
}

static void test_rows(void **state)
{
    (void)state;
    check_case("rows");
}

static void test_files(void **state)
{
    (void)state;
    check_case("files");
}

static void test_statements(void **state)
{
    (void)state;
    check_case("statements");
}

static void test_expectations_compile(void **state)
{
    (void)state;
    assert_true(is_installed("gcc") || is_installed("clang"));
    compile_case("users");
    compile_case("types");
    compile_case("names");
    compile_case("files");
    compile_case("statements");
    compile_case("rows");
    compile_alone("users");
    compile_alone("names");
    compile_alone("files");
    compile_alone("statements");
    compile_alone("rows");
}

/* What expect_failure.py can't judge: faults that are found in a header, or late. */
static void test_what_must_not_compile(void **state)
{
    const char *used = "echo '#include \"user.orm.h\"\n"
                       "orm_status f(orm_session *db, user *row);\n"
                       "orm_status f(orm_session *db, user *row) { return user_delete(db, row); }'";
    const char *dropped = "echo '#include \"user.orm.h\"\n"
                          "void f(orm_session *db, user *row);\n"
                          "void f(orm_session *db, user *row) { user_delete(db, row); }'";
    const char *other_library = "echo '#include <orm/gen.h>\n#undef ORM_CODEGEN_ABI\n"
                                "#define ORM_CODEGEN_ABI 99\n#include \"user.orm.h\"'";
    const char *compilers[] = {"gcc", "clang"};
    const char *quiet = C_FLAGS " 2>/dev/null";

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        if (!is_installed(compilers[i]))
            continue;
        assert_true(compiles(compilers[i], "c", quiet, "users", used));
        assert_false(compiles(compilers[i], "c", quiet, "users", dropped));
        assert_false(compiles(compilers[i], "c", quiet, "users", other_library));
    }
}

static void test_writer_fills_placeholders(void **state)
{
    struct arena *arena = arena_new();
    struct writer writer;
    size_t length = 0;

    (void)state;
    writer_init(&writer, arena);
    writer_set(&writer, "who", "world");
    writer_set_number(&writer, "n", 42);
    writer_add(&writer, "hello $who$, ");
    writer_indent(&writer);
    writer_add(&writer, "$n$ $$\nnext\n\n#directive\n");
    writer_dedent(&writer);
    writer_add(&writer, "last");
    assert_string_equal(writer_text(&writer, &length),
                        "    hello world, 42 $\n    next\n\n#directive\nlast\n");
    assert_null(writer_fault(&writer));
    arena_free(arena);
}

static void test_writer_keeps_its_first_fault(void **state)
{
    struct arena *arena = arena_new();
    struct writer writer;
    size_t length = 0;

    (void)state;
    writer_init(&writer, arena);
    writer_add(&writer, "before $unknown$ after");
    writer_add(&writer, "$other$");
    writer_dedent(&writer);
    assert_non_null(strstr(writer_fault(&writer), "unknown"));
    assert_null(strstr(writer_text(&writer, &length), "after"));
    arena_free(arena);
}

static void test_writer_breaks_long_lines(void **state)
{
    const char *const head = "int function_with_a_name_of_some_length(";
    struct arena *arena = arena_new();
    struct writer writer;
    size_t length = 0;
    const char *text;

    (void)state;
    writer_init(&writer, arena);
    writer_set(&writer, "head", head);
    writer_add(&writer, "$head$\"a, string, with, commas\", inner(one, two, three), /* a, b */ "
                        "argument, another_argument, the_last_argument);\n");
    text = writer_text(&writer, &length);
    assert_non_null(strstr(text, "commas\", inner(one, two, three),\n"
                                 "                                        /* a, b */ argument, "));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        assert_in_range(strcspn(line, "\n"), 1, WRITER_COLUMNS);
    arena_free(arena);
}

static void test_comments_hold_nothing_that_ends_them(void **state)
{
    struct arena *arena = arena_new();
    char longest[1000];

    (void)state;
    assert_string_equal(c_comment_text(arena, "a */ b /* c"), "a * / b / * c");
    assert_string_equal(c_comment_text(arena, "*\?\?/\n/"), "*? ?/ /");
    assert_string_equal(c_comment_text(arena, "*\x01/"), "* /");
    assert_string_equal(c_comment_text(arena, "end \\"), "end \\ ");
    assert_string_equal(c_comment_text(arena, "\xE2\x80\xAE\xFFz"), "  z");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_in_range(strlen(c_comment_text(arena, longest)), 100, 300);
    arena_free(arena);
}

static void test_strings_are_escaped(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(c_string(arena, NULL), "NULL");
    assert_string_equal(c_string(arena, "a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_string_equal(c_string(arena, "\?\?/\?\?\?"), "\"?\\?/?\\?\\?\"");
    assert_string_equal(c_string(arena, "1\n2"), "\"1\\0122\"");
    assert_string_equal(c_string(arena, "caf\xC3\xA9 \xE2\x80\xAE \xFF"),
                        "\"caf\xC3\xA9 \\342\\200\\256 \\377\"");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_expectations_compile),
        cmocka_unit_test(test_what_must_not_compile),
        cmocka_unit_test(test_writer_fills_placeholders),
        cmocka_unit_test(test_writer_keeps_its_first_fault),
        cmocka_unit_test(test_writer_breaks_long_lines),
        cmocka_unit_test(test_comments_hold_nothing_that_ends_them),
        cmocka_unit_test(test_strings_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
