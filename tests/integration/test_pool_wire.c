/*
 * The pool as the network sees it: round trips, connections that died while idle, networks that
 * fall silent. Only a server can show this; on SQLite the file passes with nothing to do.
 * ctest: serial
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/proxy.h"
#include "support/slack.h"

static test_proxy proxy;
static char proxy_url[256];

static int open_database(void **state)
{
    (void)state;
    test_slack_watch();
    test_open(&database, NULL, "models/session.yaml", NULL);
    test_execute(&database, "insert into branches values (1, 'Ulm'), (2, 'Rom')");
    return 0;
}

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static orm_engine *open_engine(const char *url, const orm_engine_options *wanted)
{
    orm_engine *engine = NULL;
    orm_error error;
    orm_engine_options options = *wanted;
    options.url = url;
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return engine;
}

static orm_engine *open_through_proxy(const orm_engine_options *wanted)
{
    test_proxy_start(&proxy, database.name, proxy_url, sizeof proxy_url);
    return open_engine(proxy_url, wanted);
}

static void close_engine(orm_engine *engine)
{
    orm_error error;
    if (orm_engine_close(engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
}

static orm_session *open_session(orm_engine *engine, int64_t deadline_ms)
{
    orm_session *db = NULL;
    const orm_session_options options = {.deadline_ms = deadline_ms};
    assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
    return db;
}

static orm_status touch(orm_session *db)
{
    int64_t count = 0;
    return s_branch_count(db, NULL, &count);
}

static orm_status use(orm_session *db, void *context)
{
    (void)context;
    return touch(db);
}

/* Fills the pool with `count` idle connections. */
static void warm(orm_engine *engine, int count)
{
    orm_session *db[8];
    for (int i = 0; i < count; i++) {
        db[i] = open_session(engine, 0);
        assert_ok(db[i], touch(db[i]));
    }
    for (int i = 0; i < count; i++)
        orm_session_close(db[i]);
}

static void kill_backends(void)
{
    free(test_query(&database, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where"
                               " datname = current_database() and pid <> pg_backend_pid()"));
}

static void a_request_takes_two_round_trips(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_engine *engine = open_through_proxy(&(orm_engine_options){.pool_size = 2});
    orm_error error;
    for (int i = 0; i < 3; i++)
        assert_int_equal(orm_session_run(engine, NULL, use, NULL, &error), ORM_OK);
    for (int i = 0; i < 5; i++) {
        long before = atomic_load(&proxy.trips);
        assert_int_equal(orm_session_run(engine, NULL, use, NULL, &error), ORM_OK);
        assert_int_equal(atomic_load(&proxy.trips) - before, 2);
    }
    close_engine(engine);
    test_proxy_stop(&proxy);
}

static void backends_killed_while_idle_are_never_noticed(void **state)
{
    (void)state;
    enum { COUNT = 6 };
    if (!database.postgresql)
        return;
    orm_engine *engine = open_engine(database.url, &(orm_engine_options){.pool_size = COUNT});
    orm_engine_status counts;
    for (int round = 0; round < 5; round++) {
        orm_session *db[COUNT];
        warm(engine, COUNT);
        kill_backends();
        for (int i = 0; i < COUNT; i++) {
            db[i] = open_session(engine, 0);
            /* The first flight writes: it must come to pass exactly once. */
            char email[40];
            (void)snprintf(email, sizeof email, "healed %d %d", round, i);
            assert_ok(db[i], s_account_insert(
                                 db[i], &(s_account_new){.email = ORM_SET((const char *)email)},
                                 NULL));
        }
        for (int i = 0; i < COUNT; i++) {
            assert_ok(db[i], orm_session_commit(db[i]));
            orm_session_close(db[i]);
        }
        orm_engine_get_status(engine, &counts);
        assert_int_equal(counts.open, COUNT);
        assert_int_equal(counts.idle, COUNT);
        /* The first one that died told on all the others. */
        assert_int_equal(counts.ping_failures, round + 1);
        assert_int_equal(counts.closed, COUNT * (round + 1));
    }
    assert_int_equal(
        test_number(&database, "select count(*) from accounts where email like 'healed%%'"),
        COUNT * 5);
    close_engine(engine);
}

static void a_backend_killed_in_a_transaction_is_told(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_engine *engine = open_engine(database.url, &(orm_engine_options){.pool_size = 3});
    orm_engine_status counts;
    warm(engine, 3);
    orm_session *db = open_session(engine, 0);
    assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("gone")}, NULL));
    kill_backends();
    assert_status(db, touch(db), ORM_DISCONNECTED);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    assert_ok(db, touch(db));
    orm_session_close(db);
    orm_engine_get_status(engine, &counts);
    /* It retired the others, which were dead as well, so that no ping had to fail. */
    assert_int_equal(counts.ping_failures, 0);
    assert_int_equal(counts.opened - counts.closed, counts.open);
    assert_int_equal(test_number(&database, "select count(*) from accounts where email = 'gone'"),
                     0);
    close_engine(engine);
}

/* A firewall that forgot the connection: nothing comes back, and a new connection works. */
static void an_idle_connection_gone_silent_heals_within_the_ping(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_engine *engine =
        open_through_proxy(&(orm_engine_options){.pool_size = 3, .ping_timeout_ms = 200});
    orm_engine_status counts;
    warm(engine, 3);
    atomic_store(&proxy.silent, true);
    (void)usleep(30000);
    atomic_store(&proxy.silent, false);
    for (int i = 0; i < 3; i++) {
        orm_session *db = open_session(engine, 2000);
        int64_t start = milliseconds();
        assert_ok(db, touch(db));
        int64_t took = milliseconds() - start;
        assert_in_range(took, i == 0 ? 150 : 0, i == 0 ? 600 : 150);
        orm_session_close(db);
    }
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.ping_failures, 1);
    assert_int_equal(counts.opened - counts.closed, counts.open);
    close_engine(engine);
    test_proxy_stop(&proxy);
}

static void check_over(orm_engine *engine, orm_session *db, int64_t start, int64_t deadline)
{
    orm_engine_status counts;
    int64_t took = milliseconds() - start;
    assert_in_range(took, deadline - 10, deadline + test_slack_ms());
    start = milliseconds();
    orm_session_close(db);
    assert_in_range(milliseconds() - start, 0, test_slack_ms());
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.open, counts.idle);
    assert_int_equal(counts.opened - counts.closed, counts.open);
}

/* Idle, in the ping and in the attempt to replace it; then in a query; then in COMMIT. */
static void a_silent_network_holds_nobody_beyond_the_deadline(void **state)
{
    (void)state;
    enum { DEADLINE = 400 };
    if (!database.postgresql)
        return;
    for (int when = 0; when < 3; when++) {
        orm_engine *engine = open_through_proxy(&(orm_engine_options){.pool_size = 2});
        orm_session *db = open_session(engine, DEADLINE);
        warm(engine, 2);
        if (when > 0)
            assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("x")}, NULL));
        atomic_store(&proxy.no_more, true);
        atomic_store(&proxy.silent, true);
        int64_t start = milliseconds();
        orm_status status = when == 2 ? orm_session_commit(db) : touch(db);
        if (when == 2)
            assert_status(db, status, ORM_COMMIT_UNKNOWN);
        else if (status != ORM_DISCONNECTED)
            assert_status(db, status, ORM_TIMEOUT);
        check_over(engine, db, start, DEADLINE);
        test_proxy_stop(&proxy);
        close_engine(engine);
    }
}

/* As with a server that is stopped: one backend of it answers no more. */
static void a_stopped_backend_frees_its_slot(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_engine *engine = open_engine(
        database.url, &(orm_engine_options){.pool_size = 1,
                                            .max_overflow = ORM_POOL_NO_OVERFLOW,
                                            .ping_timeout_ms = 150});
    warm(engine, 1);
    long long pid = test_number(&database, "select pid from pg_stat_activity where"
                                           " datname = current_database() and pid <> "
                                           "pg_backend_pid() and backend_type = 'client backend'");
    assert_int_equal(kill((pid_t)pid, SIGSTOP), 0);
    orm_session *db = open_session(engine, 2000);
    int64_t start = milliseconds();
    orm_status status = touch(db);
    int64_t took = milliseconds() - start;
    assert_int_equal(kill((pid_t)pid, SIGCONT), 0);
    assert_ok(db, status);
    assert_in_range(took, 100, 500);
    orm_session_close(db);
    close_engine(engine);
}

static orm_status collect_pid(const orm_row *row, void *context)
{
    orm_opt_i64 pid = {0};
    orm_status status = orm_row_int(row, 0, &pid);
    *(int64_t *)context = pid.value;
    return status;
}

static void too_many_connections_are_told_and_pass(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    char url[1200];
    test_execute(&database, "drop role if exists few; create role few login connection limit 2;"
                            "grant usage on schema public to few; grant select on branches to few");
    (void)snprintf(url, sizeof url, "%s%suser=few", database.url,
                   strchr(database.url, '?') != NULL ? "&" : "?");
    orm_engine *engine = open_engine(url, &(orm_engine_options){.pool_size = 5});
    orm_engine_status counts;
    orm_session *db[3];
    int64_t pid = 0;
    for (int i = 0; i < 3; i++)
        db[i] = open_session(engine, 0);
    for (int i = 0; i < 2; i++)
        assert_ok(db[i], orm_raw(db[i], "select pg_backend_pid()::bigint", NULL, 0, collect_pid,
                                 &pid, NULL));
    for (int i = 0; i < 3; i++)
        assert_status(db[2], touch(db[2]), ORM_TOO_MANY_CONNECTIONS);
    assert_true(orm_session_error(db[2])->retryable);
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.open, 2);
    orm_session_close(db[0]);
    assert_ok(db[2], touch(db[2]));
    orm_session_close(db[1]);
    orm_session_close(db[2]);
    close_engine(engine);
    test_execute(&database, "drop owned by few; drop role few");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_request_takes_two_round_trips),
        suite_test(backends_killed_while_idle_are_never_noticed),
        suite_test(a_backend_killed_in_a_transaction_is_told),
        suite_test(an_idle_connection_gone_silent_heals_within_the_ping),
        suite_test(a_silent_network_holds_nobody_beyond_the_deadline),
        suite_test(a_stopped_backend_frees_its_slot),
        suite_test(too_many_connections_are_told_and_pass),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
