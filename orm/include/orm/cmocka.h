/*
 * Assertions for tests written with cmocka: they fail with the report of the scope.
 *
 *     orm_assert_no_n_plus_one(scope);
 *     orm_assert_statements(scope, 3);
 *
 * And tests that are watched as a whole and leave nothing in the database:
 *
 *     static orm_test watched = {.engine_options = {.url = "sqlite:shop.db"}};
 *     cmocka_unit_test_prestate_setup_teardown(test_report, orm_test_begin, orm_test_end, &watched)
 *
 * where the test uses `watched.engine`, as the code it tests does.
 */
#ifndef ORM_CMOCKA_H
#define ORM_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <orm/nplusone.h>

/* Fails when the scope holds a finding of kind N1, DUP or BUDGET; WRITE, UNUSED and LATENT are
 * reported but do not fail. */
#define orm_assert_no_n_plus_one(scope) orm_assert_no_n_plus_one_at((scope), __FILE__, __LINE__)

/* Fails when the scope holds any finding but LATENT. UNUSED is told of sessions that are closed. */
#define orm_assert_no_findings(scope) orm_assert_no_findings_at((scope), __FILE__, __LINE__)

/* Fails when more than `at_most` statements were sent, BEGIN, COMMIT and ROLLBACK not counted. */
#define orm_assert_statements(scope, at_most)                                                      \
    orm_assert_statements_at((scope), (at_most), __FILE__, __LINE__)

/* The report goes to cmocka's error output. */
static inline void orm_cmocka_print(orm_scope *scope)
{
    orm_report_options options = {ORM_REPORT_TEXT, false, false, NULL};
    const char *text = NULL;
    if (orm_scope_report(scope, &options, &text) != ORM_OK)
        text = "(no memory for the report)\n";
    /* cmocka cuts a message at 1,024 bytes. */
    for (const char *at = text; *at != '\0';) {
        int size = 0;
        while (size < 900 && at[size] != '\0' && (size == 0 || at[size - 1] != '\n'))
            size++;
        print_error("%.*s", size, at);
        at += size;
    }
}

/* What the macros call. */
static inline void orm_cmocka_fail(orm_scope *scope, const char *file, int line)
{
    orm_cmocka_print(scope);
    _fail(file, line);
}

/* How many findings are of kinds in `kinds`, a set of bits 1 << orm_finding_kind. */
static inline size_t orm_cmocka_count(orm_scope *scope, unsigned kinds)
{
    size_t count = orm_scope_finding_count(scope);
    size_t failing = 0;
    for (size_t i = 0; i < count; i++)
        if ((kinds & (1U << orm_scope_finding(scope, i)->kind)) != 0)
            failing++;
    return failing;
}

static inline void orm_cmocka_check(orm_scope *scope, unsigned kinds, const char *name,
                                    const char *file, int line)
{
    size_t failing = orm_cmocka_count(scope, kinds);
    if (failing == 0)
        return;
    print_error("%s: %zu finding%s\n", name, failing, failing == 1 ? "" : "s");
    orm_cmocka_fail(scope, file, line);
}

static inline void orm_assert_no_n_plus_one_at(orm_scope *scope, const char *file, int line)
{
    orm_cmocka_check(scope, 1U << ORM_FINDING_N1 | 1U << ORM_FINDING_DUP | 1U << ORM_FINDING_BUDGET,
                     "orm_assert_no_n_plus_one", file, line);
}

static inline void orm_assert_no_findings_at(orm_scope *scope, const char *file, int line)
{
    orm_cmocka_check(scope, ~(1U << ORM_FINDING_LATENT), "orm_assert_no_findings", file, line);
}

static inline void orm_assert_statements_at(orm_scope *scope, int64_t at_most, const char *file,
                                            int line)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(scope, &statistics);
    if (statistics.statements <= at_most)
        return;
    long long sent = statistics.statements;
    long long expected = at_most;
    print_error("orm_assert_statements: %lld statements, at most %lld expected\n", sent, expected);
    orm_cmocka_fail(scope, file, line);
}

/* One watched test, or the tests of a group, one after another. */
typedef struct orm_test {
    orm_engine_options engine_options; /* .sandbox and .scope are set for you */
    orm_scope_options scope_options;
    bool allow_findings; /* the test looks at them itself; cleared when it ends */
    orm_engine *engine;  /* while a test runs; nothing that it commits lasts */
    orm_scope *scope;    /* sees every session of `engine` */
} orm_test;

/* A setup whose state is an orm_test: opens its engine and scope. Not 0 when it can't. */
static inline int orm_test_begin(void **state)
{
    orm_test *test = NULL;
    memcpy(&test, state, sizeof test);
    orm_error error;
    error.message[0] = '\0';
    if (orm_scope_open(&test->scope_options, &test->scope, &error) == ORM_OK) {
        orm_engine_options options = test->engine_options;
        options.sandbox = true;
        options.scope = test->scope;
        if (orm_engine_open(&options, &test->engine, &error) == ORM_OK)
            return 0;
        orm_scope_close(test->scope);
    }
    print_error("orm_test_begin: %s\n", error.message);
    return -1;
}

/*
 * The teardown: undoes what was written and appends the scope's record to the file that the
 * environment's ORM_NPLUS1_LOG names, if it does. Not 0, with the report, when a session was left
 * open or the scope holds a finding of kind N1, DUP or BUDGET that was not allowed.
 */
static inline int orm_test_end(void **state)
{
    orm_test *test = NULL;
    memcpy(&test, state, sizeof test);
    const char *log = getenv("ORM_NPLUS1_LOG");
    unsigned kinds = 1U << ORM_FINDING_N1 | 1U << ORM_FINDING_DUP | 1U << ORM_FINDING_BUDGET;
    orm_error error;
    int result = 0;
    error.message[0] = '\0';
    if (orm_engine_close(test->engine, &error) != ORM_OK ||
        (log != NULL && *log != '\0' &&
         orm_scope_append(test->scope, log, NULL, &error) != ORM_OK)) {
        print_error("orm_test_end: %s\n", error.message);
        result = -1;
    }
    if (!test->allow_findings && orm_cmocka_count(test->scope, kinds) > 0) {
        print_error("orm_test_end: the test asks row by row, or goes beyond its budget\n");
        orm_cmocka_print(test->scope);
        result = -1;
    }
    test->allow_findings = false;
    if (result == 0 || error.message[0] == '\0')
        orm_scope_close(test->scope);
    return result;
}

#endif
