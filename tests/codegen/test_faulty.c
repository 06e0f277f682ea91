/*
 * Every faulty/NAME.yaml and NAME.sql must be refused with exactly what faulty/NAME.stderr says.
 * To write the expectations anew after a message changed: ORM_TEST_FIX=1, then read the difference.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "schema/load.h"

#define CASE_LIMIT  1000
#define LEAST_CASES 60

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 64 * 1024);

    assert_non_null(text);
    if (file) {
        size_t length = fread(text, 1, 64 * 1024 - 1, file);

        assert_true(length < 64 * 1024 - 1);
        fclose(file);
    }
    return text;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void check_case(void **state)
{
    const char *name = *state;
    char input[300];
    char expected_path[300];
    const char *paths[] = {input};
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    clock_t start = clock();
    char *expected;
    char *said;

    snprintf(input, sizeof input, "%s.yaml", name);
    if (access(input, R_OK) != 0)
        snprintf(input, sizeof input, "%s.sql", name);
    snprintf(expected_path, sizeof expected_path, "%s.stderr", name);
    assert_false(schema_load(paths, 1, &schema, diags));
    said = diagnostics_text(diags);
    assert_null(schema);
    assert_non_null(said);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 1.0);
    if (getenv("ORM_TEST_FIX"))
        write_text(expected_path, said);
    expected = read_text(expected_path);
    assert_string_equal(said, expected);
    assert_non_null(strstr(expected, ": error: "));
    free(expected);
    free(said);
    diagnostics_free(diags);
}

static int compare_tests(const void *a, const void *b)
{
    return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static size_t find_cases(struct CMUnitTest *tests)
{
    DIR *folder = opendir(".");
    size_t count = 0;
    struct dirent *entry;

    while (folder && (entry = readdir(folder)) != NULL && count < CASE_LIMIT) {
        char *name = strdup(entry->d_name);
        char *end = name ? strrchr(name, '.') : NULL;

        if (!end || (strcmp(end, ".yaml") != 0 && strcmp(end, ".sql") != 0)) {
            free(name);
            continue;
        }
        *end = '\0';
        tests[count++] =
            (struct CMUnitTest){.name = name, .test_func = check_case, .initial_state = name};
    }
    if (folder)
        closedir(folder);
    qsort(tests, count, sizeof *tests, compare_tests);
    return count;
}

int main(void)
{
    static struct CMUnitTest tests[CASE_LIMIT];
    size_t count = 0;
    int failures;

    if (chdir(ORM_TEST_SOURCE_DIR "/tests/codegen/faulty") == 0)
        count = find_cases(tests);
    if (count < LEAST_CASES) {
        fprintf(stderr, "only %zu cases found\n", count);
        return 1;
    }
    failures = _cmocka_run_group_tests("faulty", tests, count, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        free(tests[i].initial_state);
    return failures;
}
