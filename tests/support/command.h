/* The orm command, run in a folder of its own beside the database of a test program. */
#ifndef TESTS_SUPPORT_COMMAND_H
#define TESTS_SUPPORT_COMMAND_H

#include <sys/wait.h>

#include "support/fixture.h"

static char folder[512];
static char output[64 * 1024]; /* what the command said, on both streams */

static inline void open_folder(void)
{
    (void)snprintf(folder, sizeof folder, "%s/command_XXXXXX", ORM_TEST_BINARY_DIR);
    assert_non_null(mkdtemp(folder));
}

static inline void write_file(const char *name, const char *text)
{
    char path[640];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline void assert_file(const char *name, const char *expected)
{
    char path[640];
    char text[8192];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, expected);
}

/* A shell's status, of what runs in the folder. */
static inline int shell(const char *words)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "cd '%s' && %s 2>&1", folder, words);
    FILE *said = popen(line, "r");
    assert_non_null(said);
    size_t size = fread(output, 1, sizeof output - 1, said);
    output[size] = '\0';
    int status = pclose(said);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Its status. */
static inline int run(const char *words)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "'%s' %s", ORM_TEST_COMMAND, words);
    return shell(line);
}

static inline void assert_said(const char *text)
{
    if (strstr(output, text) == NULL)
        fail_msg("\"%s\" is not in:\n%s", text, output);
}

static inline int remove_folder(void **state)
{
    char line[640];
    (void)snprintf(line, sizeof line, "rm -r '%s'", folder);
    assert_int_equal(system(line), 0);
    return close_database(state);
}

#endif
