/* Tests that are watched as a whole: a sandbox for what they write, and a scope over all they ask.
 */
#include <orm/cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"

static orm_test watched;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    test_execute(&database, "insert into branches (id, city) values (1, 'Ely'), (2, 'Bath')");
    test_execute(&database, "insert into accounts (email, branch_id, changed) values"
                            " ('a', 1, 0), ('b', 1, 0), ('c', 2, 0)");
    watched.engine_options.url = database.url;
#ifdef ORM_TEST_TASKS
    watched.engine_options.runtime = test_runtime();
#endif
    return 0;
}

static long long stored(void)
{
    return test_number(&database, "select count(*) from accounts");
}

static s_account_new account(const char *email)
{
    return (s_account_new){.email = ORM_SET(email)};
}

typedef struct request {
    const char *email;
    orm_status answer;
    int64_t seen;
} request;

static orm_status handle(orm_session *db, void *context)
{
    request *it = context;
    s_account_new values = account(it->email);
    orm_status status = s_account_insert(db, &values, NULL);
    if (status == ORM_OK)
        status = s_account_count(db, NULL, &it->seen);
    return status == ORM_OK ? it->answer : status;
}

static orm_status ask(request *it, orm_error *error)
{
    return orm_session_run(watched.engine, NULL, handle, it, error);
}

/* What one session commits the next one sees, and nobody outside, ever. */
static void test_commits_stay_inside(void **state)
{
    request first = {.email = "x"};
    request second = {.email = "y"};
    (void)state;
    assert_int_equal(ask(&first, NULL), ORM_OK);
    assert_int_equal(ask(&second, NULL), ORM_OK);
    assert_int_equal(first.seen, 4);
    assert_int_equal(second.seen, 5);
    if (database.postgresql)
        assert_int_equal(stored(), 3);
}

static void test_nothing_was_left(void **state)
{
    request it = {.email = "x"};
    (void)state;
    assert_int_equal(stored(), 3);
    assert_int_equal(ask(&it, NULL), ORM_OK);
    assert_int_equal(it.seen, 4);
}

static void test_rollback_undoes_its_own(void **state)
{
    request kept = {.email = "kept"};
    request undone = {.email = "undone", .answer = ORM_INVALID};
    request last = {.email = "undone"};
    (void)state;
    assert_int_equal(ask(&kept, NULL), ORM_OK);
    assert_int_equal(ask(&undone, NULL), ORM_INVALID);
    assert_int_equal(undone.seen, 5);
    assert_int_equal(ask(&last, NULL), ORM_OK);
    assert_int_equal(last.seen, 5);
}

static void test_failure_leaves_the_rest(void **state)
{
    request kept = {.email = "kept"};
    request taken = {.email = "a"};
    request last = {.email = "last"};
    orm_error error;
    (void)state;
    assert_int_equal(ask(&kept, NULL), ORM_OK);
    assert_int_equal(ask(&taken, &error), ORM_UNIQUE);
    assert_int_equal(ask(&last, NULL), ORM_OK);
    assert_int_equal(last.seen, 5);
}

static void test_savepoints_nest(void **state)
{
    orm_session *db = NULL;
    orm_savepoint scope;
    int64_t count = 0;
    s_account_new outer = account("outer");
    s_account_new inner = account("inner");
    (void)state;
    assert_int_equal(orm_session_open(watched.engine, NULL, &db, NULL), ORM_OK);
    assert_ok(db, s_account_insert(db, &outer, NULL));
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, s_account_insert(db, &inner, NULL));
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_ok(db, orm_session_commit(db));
    assert_ok(db, s_account_count(db, NULL, &count));
    assert_int_equal(count, 4);
    orm_session_close(db);
}

static void load_row_by_row(void)
{
    orm_session *db = NULL;
    s_branch_list branches;
    s_account_list accounts;
    assert_int_equal(orm_session_open(watched.engine, NULL, &db, NULL), ORM_OK);
    assert_ok(db, s_branch_select(db, NULL, &branches));
    for (size_t i = 0; i < branches.count; i++)
        assert_ok(db, s_branch_load_accounts(db, branches.items[i], &accounts));
    orm_session_close(db);
}

/* The teardown fails a test that asks row by row, and writes its record. */
static void test_teardown_judges(void **state)
{
    char path[] = "/tmp/orm_watched_XXXXXX";
    char line[8192] = "";
    void *own = &watched;
    (void)state;
    int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    assert_int_equal(setenv("ORM_NPLUS1_LOG", path, 1), 0);
    watched.scope_options.name = "judged";
    assert_int_equal(orm_test_begin(&own), 0);
    load_row_by_row();
    assert_int_equal(orm_test_end(&own), -1);
    assert_int_equal(orm_test_begin(&own), 0);
    load_row_by_row();
    assert_int_equal(orm_scope_finding_count(watched.scope), 1);
    watched.allow_findings = true;
    assert_int_equal(orm_test_end(&own), 0);
    watched.scope_options.name = NULL;
    assert_int_equal(unsetenv("ORM_NPLUS1_LOG"), 0);
    FILE *log = fopen(path, "r");
    assert_non_null(log);
    for (int i = 0; i < 2; i++) {
        assert_non_null(fgets(line, sizeof line, log));
        assert_non_null(strstr(line, "\"subject\":\"branch.accounts\""));
        assert_non_null(strstr(line, ",\"scope\":\"judged\""));
    }
    assert_null(fgets(line, sizeof line, log));
    (void)fclose(log);
    (void)unlink(path);
}

/* A test that fails with a session open is told so, and does not keep the next one waiting. */
static void test_left_open(void **state)
{
    orm_session *left = NULL;
    void *own = &watched;
    request it = {.email = "left"};
    s_account_new values = account("left");
    (void)state;
    assert_int_equal(orm_test_begin(&own), 0);
    orm_engine *engine = watched.engine;
    orm_scope *scope = watched.scope;
    assert_int_equal(orm_session_open(engine, NULL, &left, NULL), ORM_OK);
    assert_ok(left, s_account_insert(left, &values, NULL));
    assert_int_equal(orm_test_end(&own), -1);
    watched.engine_options.statement_timeout_ms = 1000;
    assert_int_equal(orm_test_begin(&own), 0);
    assert_int_equal(ask(&it, NULL), ORM_OK);
    assert_int_equal(it.seen, 4);
    assert_int_equal(orm_test_end(&own), 0);
    watched.engine_options.statement_timeout_ms = 0;
    assert_status(left, s_account_count(left, NULL, &it.seen), ORM_DISCONNECTED);
    orm_session_close(left);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    orm_scope_close(scope);
}

static void test_wants_no_readers(void **state)
{
    const char *const readers[] = {database.url};
    orm_engine_options options = {
        .url = database.url, .sandbox = true, .reader_urls = readers, .reader_count = 1};
    orm_engine *engine = NULL;
    orm_error error;
    (void)state;
    assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_INVALID);
    assert_non_null(strstr(error.message, "sandbox"));
}

int main(void)
{
#define WATCHED(name)                                                                              \
    cmocka_unit_test_prestate_setup_teardown(name, orm_test_begin, orm_test_end, &watched)
    const struct CMUnitTest tests[] = {
        WATCHED(test_commits_stay_inside),       WATCHED(test_nothing_was_left),
        WATCHED(test_rollback_undoes_its_own),   WATCHED(test_failure_leaves_the_rest),
        WATCHED(test_savepoints_nest),           cmocka_unit_test(test_teardown_judges),
        cmocka_unit_test(test_left_open),
        cmocka_unit_test(test_wants_no_readers),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
