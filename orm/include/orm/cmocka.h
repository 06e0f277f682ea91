/*
 * Assertions for tests written with cmocka: they fail with the report of the scope.
 *
 *     orm_assert_no_n_plus_one(scope);
 *     orm_assert_statements(scope, 3);
 */
#ifndef ORM_CMOCKA_H
#define ORM_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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

/* What the macros call; the report goes to cmocka's error output. */
static inline void orm_cmocka_fail(orm_scope *scope, const char *file, int line)
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

#endif
