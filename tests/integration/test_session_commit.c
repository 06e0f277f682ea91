/*
 * COMMIT over a connection that is cut at it: what is told, and what is true. Only a server can
 * show this; on SQLite nothing lies between COMMIT and its answer.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/proxy.h"

static test_proxy proxy;
static orm_engine *engine;

enum { ROUNDS = 60 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    return 0;
}

static void open_through_proxy(bool resolve)
{
    char url[256];
    orm_error error;
    test_proxy_start(&proxy, database.name, url, sizeof url);
    orm_engine_options options = {.url = url,
                                  .resolve_commit = resolve,
                                  .statement_timeout_ms = 20000,
                                  .pool_size = 1,
                                  .max_overflow = ORM_POOL_NO_OVERFLOW};
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
}

static void close_proxy(void)
{
    orm_engine_status status;
    orm_engine_get_status(engine, &status);
    assert_int_equal(status.in_use, 0);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    test_proxy_stop(&proxy);
}

static bool is_there(const char *email)
{
    return test_number(&database, "select count(*) from accounts where email = '%s'", email) == 1;
}

/* A cut COMMIT with a row of its own; whether the first statement of the transaction reads. */
static orm_status commit_cut(int round, test_cut cut, const char *email, bool reads,
                             orm_error *error)
{
    orm_session *db = NULL;
    orm_savepoint scope;
    int64_t count = 0;
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    if (reads)
        assert_ok(db, s_account_count(db, NULL, &count));
    if (round % 2 == 0)
        assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, NULL));
    atomic_store(&proxy.cut, cut);
    orm_status status = orm_session_commit(db);
    assert_int_equal(atomic_load(&proxy.cut), TEST_CUT_NONE);
    *error = *orm_session_error(db);
    assert_int_equal(error->status, status);
    /* The session goes on, whatever it was told. */
    assert_ok(db, s_account_count(db, NULL, &count));
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    return status;
}

static void unknown_is_told_as_such(void **state)
{
    (void)state;
    orm_error error;
    if (!database.postgresql)
        skip();
    open_through_proxy(false);
    for (int i = TEST_CUT_BEFORE; i <= TEST_CUT_AFTER; i++) {
        char email[40];
        (void)snprintf(email, sizeof email, "unknown%d@x", i);
        assert_int_equal(commit_cut(i, (test_cut)i, email, false, &error), ORM_COMMIT_UNKNOWN);
        assert_false(error.retryable);
        assert_string_equal(error.statement, "COMMIT");
        if (i != TEST_CUT_DURING)
            assert_int_equal(is_there(email), i == TEST_CUT_AFTER);
    }
    close_proxy();
}

static void unknown_is_resolved(void **state)
{
    (void)state;
    int told[2] = {0, 0};
    orm_error error;
    if (!database.postgresql)
        skip();
    open_through_proxy(true);
    for (int i = 0; i < ROUNDS; i++) {
        char email[40];
        test_cut cut = (test_cut)(TEST_CUT_BEFORE + i % 3);
        (void)snprintf(email, sizeof email, "resolved%d@x", i);
        orm_status status = commit_cut(i, cut, email, i % 5 == 0, &error);
        if (status != ORM_OK) {
            assert_int_equal(status, ORM_DISCONNECTED);
            assert_true(error.retryable);
            assert_int_not_equal(error.site.line, 0);
        }
        assert_int_equal(is_there(email), status == ORM_OK);
        if (cut != TEST_CUT_DURING)
            assert_int_equal(status == ORM_OK, cut == TEST_CUT_AFTER);
        told[status == ORM_OK]++;
    }
    assert_true(told[0] >= ROUNDS / 3 && told[1] >= ROUNDS / 3);
    close_proxy();
}

static orm_status add_account(orm_session *db, void *context)
{
    return s_account_insert(db, &(s_account_new){.email = ORM_SET((const char *)context)}, NULL);
}

/* What is known not to have happened is retried, what did happen is not. */
static void resolved_commits_are_retried(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    open_through_proxy(true);
    for (int i = 0; i < 12; i++) {
        char email[40];
        orm_error error;
        orm_session_options options = {.retries = 3, .retry_wait_ms = 1};
        (void)snprintf(email, sizeof email, "retried%d@x", i);
        atomic_store(&proxy.cut, TEST_CUT_BEFORE + i % 3);
        orm_status status = orm_session_run(engine, &options, add_account, email, &error);
        if (status != ORM_OK)
            fail_msg("%s", error.message);
        assert_true(is_there(email));
    }
    close_proxy();
}

/* Nothing was written: nothing can have been lost. */
static void reading_has_no_unknown_end(void **state)
{
    (void)state;
    orm_session *db = NULL;
    int64_t count = 0;
    if (!database.postgresql)
        skip();
    open_through_proxy(true);
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    assert_ok(db, s_account_count(db, NULL, &count));
    atomic_store(&proxy.cut, TEST_CUT_AFTER);
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    close_proxy();
}

/* ---- Answers whose end is lost ---- */

typedef orm_status adding(orm_session *db, const char *email);

static orm_status add_at_once(orm_session *db, const char *email)
{
    return s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, NULL);
}

static orm_status add_by_flush(orm_session *db, const char *email)
{
    orm_status status = s_account_add(db, &(s_account_new){.email = ORM_SET(email)}, NULL);
    return status == ORM_OK ? orm_session_flush(db) : status;
}

static orm_status add_by_statement(orm_session *db, const char *email)
{
    const orm_value value = orm_bind_text(email);
    return orm_raw(db, "insert into accounts (email, changed) values ($1, 1)", &value, 1, NULL,
                   NULL, NULL);
}

static orm_status add_in_bulk(orm_session *db, const char *email)
{
    const s_account_new rows[] = {{.email = ORM_SET(email)}};
    return s_account_bulk_load(db, rows, 1, NULL, NULL);
}

/* The answer came and its end did not: the transaction is gone, whatever was answered. */
static void check_lost_end(test_end end, adding *add, bool begun)
{
    const orm_session_options options = {.deadline_ms = end == TEST_END_SILENT ? 3000 : 0};
    orm_session *db = NULL;
    int64_t count = 0;
    assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
    if (begun)
        assert_ok(db, add(db, "before@x"));
    atomic_store(&proxy.end, end);
    assert_status(db, add(db, "lost end@x"),
                  end == TEST_END_SILENT ? ORM_TIMEOUT : ORM_DISCONNECTED);
    assert_int_equal(atomic_load(&proxy.end), TEST_END_NONE);
    assert_string_equal(orm_session_error(db)->sqlstate, end == TEST_END_FATAL ? "57P01" : "");
    /* Before COPY comes a BEGIN of its own, and nothing is written by then. */
    assert_int_equal(orm_session_error(db)->retryable, add == add_in_bulk && !begun);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    assert_false(is_there("lost end@x"));
    assert_ok(db, s_account_count(db, NULL, &count));
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
}

static void answers_without_their_end_are_no_success(void **state)
{
    static adding *const ways[] = {add_at_once, add_by_flush, add_by_statement, add_in_bulk};
    (void)state;
    if (!database.postgresql)
        skip();
    open_through_proxy(false);
    for (size_t i = 0; i < 2 * sizeof ways / sizeof *ways; i++) {
        check_lost_end(TEST_END_CUT, ways[i / 2], i % 2 == 1);
        check_lost_end(TEST_END_FATAL, ways[i / 2], i % 2 == 1);
    }
    check_lost_end(TEST_END_SILENT, add_at_once, false);
    close_proxy();
}

/* A server that has answered COMMIT has committed. */
static void an_answered_commit_is_one_without_its_end(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    for (int end = TEST_END_CUT; end <= TEST_END_SILENT; end++) {
        const orm_session_options options = {.deadline_ms = end == TEST_END_SILENT ? 3000 : 0};
        orm_session *db = NULL;
        char email[40];
        open_through_proxy(end == TEST_END_FATAL);
        (void)snprintf(email, sizeof email, "committed%d@x", end);
        assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
        assert_ok(db, add_at_once(db, email));
        atomic_store(&proxy.end, end);
        assert_ok(db, orm_session_commit(db));
        assert_int_equal(atomic_load(&proxy.end), TEST_END_NONE);
        assert_true(is_there(email));
        orm_session_close(db);
        close_proxy();
    }
}

/* The option means nothing on SQLite and does no harm. */
static void sqlite_always_knows(void **state)
{
    (void)state;
    if (database.postgresql)
        skip();
    orm_engine_options options = {.url = database.url, .resolve_commit = true};
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_run(engine, NULL, add_account, "sqlite@x", NULL), ORM_OK);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    assert_true(is_there("sqlite@x"));
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        suite_test(unknown_is_told_as_such),
        suite_test(unknown_is_resolved),
        suite_test(resolved_commits_are_retried),
        suite_test(reading_has_no_unknown_end),
        suite_test(answers_without_their_end_are_no_success),
        suite_test(an_answered_commit_is_one_without_its_end),
        suite_test(sqlite_always_knows),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
