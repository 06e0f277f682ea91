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
 * where the test uses `watched.engine`, as the code it tests does. So for every test of a group,
 * without naming it at each:
 *
 *     static int run(void)
 *     {
 *         orm_test_group group = {.watched.engine_options = {.url = "sqlite:shop.db"}};
 *         return orm_cmocka_run_group_tests(tests, &group, NULL, NULL);
 *     }
 *
 * where a test gets the orm_test as its state, unless it has a state or a setup of its own.
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
#include <orm/testing.h>

/* Fails when the scope holds a finding of kind N1, DUP or BUDGET; WRITE, UNUSED and LATENT are
 * reported but do not fail. Fails too, as INCONCLUSIVE, when the scope's bounds left something out
 * (orm_scope_is_inconclusive): raise them, or make the scope shorter. */
#define orm_assert_no_n_plus_one(scope) orm_assert_no_n_plus_one_at((scope), __FILE__, __LINE__)

/* Fails when the scope holds any finding but LATENT, or is inconclusive. UNUSED is told of sessions
 * that are closed. */
#define orm_assert_no_findings(scope) orm_assert_no_findings_at((scope), __FILE__, __LINE__)

/* Fails when more than `at_most` statements were sent, BEGIN, COMMIT and ROLLBACK not counted. */
#define orm_assert_statements(scope, at_most)                                                      \
    orm_assert_statements_at((scope), (at_most), __FILE__, __LINE__)

/*
 * What some statements may cost at most; 0: as much as they like, ORM_NOTHING: nothing. Kinds are
 * those of orm_event_kind.
 */
#define ORM_NOTHING (-1)
typedef struct orm_test_budget {
    int64_t statements; /* BEGIN, COMMIT and ROLLBACK not counted */
    int64_t rows;       /* returned */
    int64_t affected;   /* written */
    int64_t bytes;      /* of results */
    int64_t row_by_row; /* relation loads for a single row */
    int64_t finds;
    int64_t selects;
    int64_t counts;
    int64_t exists;
    int64_t relations;
    int64_t inserts;
    int64_t updates;
    int64_t deletes;
    int64_t raw;
} orm_test_budget;

/*
 * Fails when the scope did more than that so far, and says how much of what:
 *
 *     orm_assert_budget(scope, .statements = 2, .rows = 40, .inserts = ORM_NOTHING);
 */
#define orm_assert_budget(scope, ...)                                                              \
    orm_assert_budget_at((scope), NULL, #__VA_ARGS__, (orm_test_budget){__VA_ARGS__}, __FILE__,    \
                         __LINE__)

/*
 * The same of a block of code alone:
 *
 *     orm_within_budget(scope, .statements = 2) {
 *         status = list_users(db, &users);
 *     }
 *
 * It is judged where the block ends; `break`, `return` and `goto` out of it go past that.
 */
#define orm_within_budget(watching, ...)                                                           \
    for (orm_test_mark orm_mark_ = orm_test_mark_begin(watching); orm_mark_.open;                  \
         orm_mark_.open = false,                                                                   \
                       orm_assert_budget_at(orm_mark_.scope, &orm_mark_.before, #__VA_ARGS__,      \
                                            (orm_test_budget){__VA_ARGS__}, __FILE__, __LINE__))

/* Text of any length to cmocka's error output, which cuts a message at 1,024 bytes. */
static inline void orm_cmocka_print_text(const char *text)
{
    for (const char *at = text; *at != '\0';) {
        int size = 0;
        while (size < 900 && at[size] != '\0' && (size == 0 || at[size - 1] != '\n'))
            size++;
        print_error("%.*s", size, at);
        at += size;
    }
}

/* The report goes to cmocka's error output. */
static inline void orm_cmocka_print(orm_scope *scope)
{
    orm_report_options options = {ORM_REPORT_TEXT, false, false, NULL};
    const char *text = NULL;
    if (orm_scope_report(scope, &options, &text) != ORM_OK)
        text = "(no memory for the report)\n";
    orm_cmocka_print_text(text);
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
    if (failing == 0 && !orm_scope_is_inconclusive(scope))
        return;
    if (failing == 0)
        print_error("%s: INCONCLUSIVE: bounds of the scope left something out\n", name);
    else
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

/* What the macros for budgets call. */
typedef struct orm_test_mark {
    orm_scope *scope;
    orm_scope_statistics before;
    bool open; /* the block has not been run */
} orm_test_mark;

static inline orm_test_mark orm_test_mark_begin(orm_scope *scope)
{
    orm_test_mark mark;
    mark.scope = scope;
    mark.open = true;
    orm_scope_get_statistics(scope, &mark.before);
    return mark;
}

static inline size_t orm_cmocka_over(const char *what, int64_t used, int64_t allowed)
{
    long long most = allowed < 0 ? 0 : allowed;
    if (allowed == 0 || used <= most)
        return 0;
    long long did = used;
    print_error("    %lld %s, at most %lld allowed\n", did, what, most);
    return 1;
}

static inline size_t orm_cmocka_over_kinds(const orm_scope_statistics *now,
                                           const orm_scope_statistics *before,
                                           const orm_test_budget *budget)
{
    const struct {
        const char *name;
        orm_event_kind kind;
        int64_t allowed;
    } kinds[] = {
        {"finds", ORM_EVENT_FIND, budget->finds},
        {"selects", ORM_EVENT_SELECT, budget->selects},
        {"counts", ORM_EVENT_COUNT, budget->counts},
        {"questions for existence", ORM_EVENT_EXISTS, budget->exists},
        {"loads of relations", ORM_EVENT_RELATION, budget->relations},
        {"inserts", ORM_EVENT_INSERT, budget->inserts},
        {"updates", ORM_EVENT_UPDATE, budget->updates},
        {"deletes", ORM_EVENT_DELETE, budget->deletes},
        {"raw statements", ORM_EVENT_RAW, budget->raw},
    };
    size_t over = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        over += orm_cmocka_over(kinds[i].name,
                                now->by_kind[kinds[i].kind] - before->by_kind[kinds[i].kind],
                                kinds[i].allowed);
    return over;
}

/* `before` NULL: since the scope began. */
static inline void orm_assert_budget_at(orm_scope *scope, const orm_scope_statistics *before,
                                        const char *text, orm_test_budget budget, const char *file,
                                        int line)
{
    orm_scope_statistics now;
    orm_scope_statistics nothing;
    memset(&nothing, 0, sizeof nothing);
    orm_scope_get_statistics(scope, &now);
    if (before == NULL)
        before = &nothing;
    size_t over =
        orm_cmocka_over("statements", now.statements - before->statements, budget.statements) +
        orm_cmocka_over("rows returned", now.rows - before->rows, budget.rows) +
        orm_cmocka_over("rows written", now.affected - before->affected, budget.affected) +
        orm_cmocka_over("bytes of results", now.bytes - before->bytes, budget.bytes) +
        orm_cmocka_over("loads for a single row", now.row_by_row - before->row_by_row,
                        budget.row_by_row) +
        orm_cmocka_over_kinds(&now, before, &budget);
    if (over == 0)
        return;
    print_error("beyond the budget (%s)\n", text);
    orm_cmocka_fail(scope, file, line);
}

/*
 * Runs a growth test (orm/testing.h) and fails with both counts and the statements that grew, or
 * with what failed in it:
 *
 *     orm_assert_no_growth(.engine = {.url = url}, .roots = {&app_user_make_factory},
 *                          .handler = list_users);
 *
 * It has engines of its own. On SQLite a watched test's engine holds the lock for writing, so
 * growth tests stand in a group that is not watched.
 */
#define orm_assert_no_growth(...)                                                                  \
    orm_assert_no_growth_at(&(orm_growth_options){__VA_ARGS__}, __FILE__, __LINE__)

static inline void orm_assert_no_growth_at(const orm_growth_options *options, const char *file,
                                           int line)
{
    orm_growth growth;
    orm_error error;
    if (orm_growth_run(options, &growth, &error) != ORM_OK) {
        print_error("orm_assert_no_growth: %s\n", error.message);
        _fail(file, line);
    }
    bool grows = growth.grows;
    if (grows) {
        print_error("orm_assert_no_growth: ");
        orm_cmocka_print_text(growth.text);
    }
    orm_growth_dispose(&growth);
    if (grows)
        _fail(file, line);
}

/* One watched test, or the tests of a group, one after another. */
typedef struct orm_test {
    orm_engine_options engine_options; /* .sandbox and .scope are set for you */
    orm_scope_options scope_options;
    /* Before each test, in a session that is committed and not watched: tables, rows. NULL: nothing
     * is to be done. */
    orm_session_handler *prepare;
    void *context;       /* for it */
    unsigned fail_on;    /* kinds of findings that fail a test: bits 1 << orm_finding_kind [N1, DUP,
                            BUDGET] */
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
        orm_status status = orm_engine_open(&options, &test->engine, &error);
        if (status == ORM_OK && test->prepare != NULL) {
            orm_scope_pause(test->scope);
            status = orm_session_run(test->engine, NULL, test->prepare, test->context, &error);
            orm_scope_clear(test->scope);
            orm_scope_resume(test->scope);
        }
        if (status == ORM_OK)
            return 0;
        if (test->engine != NULL && orm_engine_close(test->engine, NULL) != ORM_OK)
            print_error("orm_test_begin: a session of .prepare is still open\n");
        else
            orm_scope_close(test->scope);
    }
    print_error("orm_test_begin: %s\n", error.message);
    return -1;
}

/*
 * The teardown: undoes what was written and appends the scope's record to the file that the
 * environment's ORM_NPLUS1_LOG names, if it does. Not 0, with the report, when a session was left
 * open, or the scope holds a finding of a kind in .fail_on that was not allowed, or is inconclusive
 * and findings were not allowed.
 */
static inline int orm_test_end(void **state)
{
    orm_test *test = NULL;
    memcpy(&test, state, sizeof test);
    const char *log = getenv("ORM_NPLUS1_LOG");
    unsigned kinds = test->fail_on;
    orm_error error;
    int result = 0;
    if (kinds == 0)
        kinds = 1U << ORM_FINDING_N1 | 1U << ORM_FINDING_DUP | 1U << ORM_FINDING_BUDGET;
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
    } else if (!test->allow_findings && orm_scope_is_inconclusive(test->scope)) {
        print_error("orm_test_end: INCONCLUSIVE: bounds of the scope left something out\n");
        orm_cmocka_print(test->scope);
        result = -1;
    }
    test->allow_findings = false;
    if (result == 0 || error.message[0] == '\0')
        orm_scope_close(test->scope);
    return result;
}

/* The tests of a group, all of them watched. */
typedef struct orm_test_group {
    orm_test watched; /* how; the state of tests that have none of their own */
    orm_scope *total; /* sees what all tests did, when it is set. borrowed */
} orm_test_group;

/* One test of a group while it runs. */
typedef struct orm_cmocka_case {
    orm_test_group *group;
    const struct CMUnitTest *unit;
    void *state;
} orm_cmocka_case;

static inline int orm_cmocka_case_begin(void **state)
{
    orm_cmocka_case *it = NULL;
    memcpy(&it, state, sizeof it);
    orm_test *watched = &it->group->watched;
    void *test = watched;
    watched->scope_options.name = it->unit->name;
    watched->scope_options.parent = it->group->total;
    if (orm_test_begin(&test) != 0)
        return -1;
    it->state = it->unit->initial_state != NULL ? it->unit->initial_state : test;
    if (it->unit->setup_func == NULL || it->unit->setup_func(&it->state) == 0)
        return 0;
    watched->allow_findings = true; /* the setup's failure is what counts */
    (void)orm_test_end(&test);
    return -1;
}

static inline void orm_cmocka_case_run(void **state)
{
    orm_cmocka_case *it = NULL;
    memcpy(&it, state, sizeof it);
    it->unit->test_func(&it->state);
}

static inline int orm_cmocka_case_end(void **state)
{
    orm_cmocka_case *it = NULL;
    memcpy(&it, state, sizeof it);
    void *test = &it->group->watched;
    int result = it->unit->teardown_func != NULL ? it->unit->teardown_func(&it->state) : 0;
    int ended = orm_test_end(&test);
    return result != 0 ? result : ended;
}

/*
 * Runs the tests of an array, each between orm_test_begin and orm_test_end of `group` and the setup
 * and teardown that it has itself: its engine is a sandbox, so that nothing it commits lasts, and
 * it fails when it asks row by row. Returns what cmocka_run_group_tests does; -1 without memory.
 */
#define orm_cmocka_run_group_tests(tests, group, group_setup, group_teardown)                      \
    orm_cmocka_run_group(#tests, (tests), sizeof(tests) / sizeof((tests)[0]), (group),             \
                         (group_setup), (group_teardown))
static inline int orm_cmocka_run_group(const char *name, const struct CMUnitTest *tests,
                                       size_t count, orm_test_group *group,
                                       CMFixtureFunction group_setup,
                                       CMFixtureFunction group_teardown)
{
    void *memory = calloc(count, sizeof(orm_cmocka_case));
    void *more = calloc(count, sizeof(struct CMUnitTest));
    orm_cmocka_case *cases = NULL;
    struct CMUnitTest *units = NULL;
    memcpy(&cases, &memory, sizeof cases);
    memcpy(&units, &more, sizeof units);
    int result = -1;
    for (size_t i = 0; i < count && cases != NULL && units != NULL; i++) {
        cases[i].group = group;
        cases[i].unit = &tests[i];
        units[i].name = tests[i].name;
        units[i].test_func = orm_cmocka_case_run;
        units[i].setup_func = orm_cmocka_case_begin;
        units[i].teardown_func = orm_cmocka_case_end;
        units[i].initial_state = &cases[i];
    }
    if (cases != NULL && units != NULL)
        result = _cmocka_run_group_tests(name, units, count, group_setup, group_teardown);
    free(units);
    free(cases);
    return result;
}

#endif
