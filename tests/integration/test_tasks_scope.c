/* Tasks belong to the scope of whoever started them: loops made of tasks are found, scopes not
 * mixed. */
#include <orm/nplusone.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/looping.h"

enum { BRANCHES = 6 };

static test_loop loop;
static orm_engine *engine;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    for (int i = 1; i <= BRANCHES; i++)
        test_execute(&database, "insert into branches values (%d, 'city %d')", i, i);
    test_loop_open(&loop, NULL);
    orm_engine_options options = {.url = database.url, .runtime = orm_uv_runtime(loop.uv)};
    return orm_engine_open(&options, &engine, NULL) == ORM_OK ? 0 : -1;
}

static int close_all(void **state)
{
    if (orm_engine_close(engine, NULL) != ORM_OK)
        return -1;
    test_loop_close(&loop);
    return close_database(state);
}

static orm_status find_branch(orm_session *db, void *context)
{
    s_branch *branch = NULL;
    return s_branch_find(db, *(const int64_t *)context, &branch);
}

static orm_status ask_for_branch(void *context)
{
    return orm_session_run(engine, &(orm_session_options){.read_only = true}, find_branch, context,
                           NULL);
}

static orm_status count_accounts(orm_session *db, void *context)
{
    (void)context;
    int64_t found = 0;
    return s_account_count(db, NULL, &found);
}

static orm_status ask_for_count(void *context)
{
    return orm_session_run(engine, &(orm_session_options){.read_only = true}, count_accounts,
                           context, NULL);
}

/* A task for each of the keys. */
static orm_status fan_out(void *context)
{
    int64_t keys[BRANCHES];
    orm_task *tasks[BRANCHES] = {NULL};
    orm_status status = ORM_OK;
    (void)context;
    for (int i = 0; i < BRANCHES && status == ORM_OK; i++) {
        keys[i] = i + 1;
        status = orm_task_start(loop.uv, NULL, ask_for_branch, &keys[i], &tasks[i]);
    }
    orm_status all = orm_task_all(tasks, BRANCHES, NULL);
    return status == ORM_OK ? all : status;
}

/* Different things side by side, once each. */
static orm_status ask_for_both(void *context)
{
    int64_t key = 1;
    orm_task *tasks[2] = {NULL, NULL};
    (void)context;
    orm_status status = orm_task_start(loop.uv, NULL, ask_for_branch, &key, &tasks[0]);
    if (status == ORM_OK)
        status = orm_task_start(loop.uv, NULL, ask_for_count, NULL, &tasks[1]);
    orm_status all = orm_task_all(tasks, 2, NULL);
    return status == ORM_OK ? all : status;
}

static orm_scope *open_scope(void)
{
    orm_scope *scope = NULL;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    return scope;
}

static int64_t statements_of(orm_scope *scope)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(scope, &statistics);
    return statistics.statements;
}

static orm_task *start_in(orm_scope *scope, orm_task_handler *handler, void *context)
{
    orm_task *task = NULL;
    assert_int_equal(
        orm_task_start(loop.uv, &(orm_task_options){.scope = scope}, handler, context, &task),
        ORM_OK);
    return task;
}

static void a_loop_of_tasks_is_found(void **state)
{
    (void)state;
    orm_scope *scope = open_scope();
    assert_int_equal(orm_task_await(start_in(scope, fan_out, NULL)), ORM_OK);
    assert_int_equal(statements_of(scope), BRANCHES);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *finding = orm_scope_finding(scope, 0);
    assert_int_equal(finding->kind, ORM_FINDING_N1);
    assert_string_equal(finding->subject, "find branch");
    assert_int_equal(finding->statements, BRANCHES);
    assert_int_equal(finding->distinct, BRANCHES);
    assert_non_null(strstr(finding->site.file, "test_tasks_scope.c"));
    orm_scope_close(scope);
}

static void different_questions_are_no_loop(void **state)
{
    (void)state;
    orm_scope *scope = open_scope();
    for (int i = 0; i < 4; i++)
        assert_int_equal(orm_task_await(start_in(scope, ask_for_both, NULL)), ORM_OK);
    assert_int_equal(statements_of(scope), 8);
    assert_int_equal(orm_scope_finding_count(scope), 0);
    orm_scope_close(scope);
}

/* Requests that only share a scope, as those of one engine do, were started by nobody together. */
static void tasks_of_no_task_are_no_loop(void **state)
{
    (void)state;
    int64_t keys[BRANCHES];
    orm_task *tasks[BRANCHES];
    orm_scope *scope = open_scope();
    for (int i = 0; i < BRANCHES; i++) {
        keys[i] = i + 1;
        tasks[i] = start_in(scope, ask_for_branch, &keys[i]);
    }
    assert_int_equal(orm_task_all(tasks, BRANCHES, NULL), ORM_OK);
    assert_int_equal(statements_of(scope), BRANCHES);
    assert_int_equal(orm_scope_finding_count(scope), 0);
    orm_scope_close(scope);
}

static void two_scopes_never_mix(void **state)
{
    (void)state;
    orm_scope *guilty = open_scope();
    orm_scope *clean = open_scope();
    orm_task *tasks[2] = {start_in(guilty, fan_out, NULL), start_in(clean, ask_for_both, NULL)};
    assert_int_equal(orm_task_all(tasks, 2, NULL), ORM_OK);
    assert_int_equal(statements_of(guilty), BRANCHES);
    assert_int_equal(statements_of(clean), 2);
    assert_int_equal(orm_scope_finding_count(guilty), 1);
    assert_int_equal(orm_scope_finding_count(clean), 0);
    orm_scope_close(guilty);
    orm_scope_close(clean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_loop_of_tasks_is_found),
        suite_test(different_questions_are_no_loop),
        suite_test(tasks_of_no_task_are_no_loop),
        suite_test(two_scopes_never_mix),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
