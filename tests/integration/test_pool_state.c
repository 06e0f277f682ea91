/*
 * What a connection carries from one user to the next: session state, prepared statements; and what
 * a cancel from another thread leaves of it.
 * ctest: serial
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <orm/orm.h>

#include "session.orm.h"
#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
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

static orm_engine *open_engine(const orm_engine_options *wanted)
{
    orm_engine *engine = NULL;
    orm_error error;
    orm_engine_options options = *wanted;
    options.url = database.url;
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return engine;
}

static void close_engine(orm_engine *engine)
{
    orm_error error;
    if (orm_engine_close(engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
}

static orm_status touch(orm_session *db)
{
    int64_t count = 0;
    return s_branch_count(db, NULL, &count);
}

/* ---- Cancelling ---- */

typedef struct canceller {
    orm_session *db;
    int delay_ms;
} canceller;

static void *cancel_later(void *context)
{
    const canceller *self = context;
    (void)usleep((useconds_t)self->delay_ms * 1000);
    orm_session_cancel(self->db);
    return NULL;
}

static void check_cancelled(orm_session *db, const char *sql)
{
    pthread_t thread;
    canceller other = {db, 100};
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, &other), 0);
    int64_t start = milliseconds();
    orm_status status = orm_raw(db, sql, NULL, 0, NULL, NULL, NULL);
    int64_t took = milliseconds() - start;
    (void)pthread_join(thread, NULL);
    assert_status(db, status, ORM_CANCELLED);
    assert_in_range(took, 80, 600);
}

static void a_cancel_from_another_thread_ends_the_statement(void **state)
{
    (void)state;
    const char *slow = test_either(&database,
                                   "with recursive n(i) as (select 1 union all select i + 1 from n)"
                                   " select count(*) from n",
                                   "select count(*) from (select pg_sleep(20)) x");
    orm_session *db = test_session(&database);
    for (int round = 0; round < 3; round++) {
        if (round == 1)
            assert_ok(db, touch(db));
        check_cancelled(db, slow);
        assert_int_not_equal(touch(db), ORM_OK);
        assert_int_not_equal(orm_session_commit(db), ORM_OK);
        assert_ok(db, touch(db));
        orm_session_rollback(db);
    }
    /* Before anything was begun, it holds for the next call. */
    orm_session_cancel(db);
    assert_status(db, touch(db), ORM_CANCELLED);
    assert_status(db, touch(db), ORM_CANCELLED);
    orm_session_rollback(db);
    assert_ok(db, touch(db));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    orm_engine_status counts;
    orm_engine_get_status(database.engine, &counts);
    assert_int_equal(counts.open, 1);
    assert_int_equal(counts.idle, 1);
}

static void the_engines_bound_on_statements_holds(void **state)
{
    (void)state;
    const char *slow = test_either(&database,
                                   "with recursive n(i) as (select 1 union all select i + 1 from n)"
                                   " select count(*) from n",
                                   "select count(*) from (select pg_sleep(20)) x");
    orm_engine_options options = {.url = database.url, .statement_timeout_ms = 200};
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    for (int i = 0; i < 2; i++) {
        int64_t start = milliseconds();
        orm_status status = orm_raw(db, slow, NULL, 0, NULL, NULL, NULL);
        assert_in_range(milliseconds() - start, 180, 400);
        assert_status(db, status, ORM_TIMEOUT);
        assert_int_not_equal(orm_session_commit(db), ORM_OK);
        assert_ok(db, touch(db));
        orm_session_rollback(db);
    }
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static void a_cancel_ends_the_wait_for_a_lock(void **state)
{
    (void)state;
    orm_session *holder = test_session(&database);
    orm_session *db = test_session(&database);
    assert_ok(holder, orm_raw(holder, "update branches set city = 'Bonn' where id = 1", NULL, 0,
                              NULL, NULL, NULL));
    check_cancelled(db, "update branches set city = 'Köln' where id = 1");
    orm_session_rollback(db);
    orm_session_rollback(holder);
    assert_ok(db, orm_raw(db, "update branches set city = 'Ulm' where id = 1", NULL, 0, NULL, NULL,
                          NULL));
    assert_ok(db, orm_session_commit(db));
}

/* ---- PostgreSQL: session state, plans, poolers ---- */

static orm_status take_number(const orm_row *row, void *context)
{
    orm_opt_i64 value = {0};
    orm_status status = orm_row_int(row, 0, &value);
    *(int64_t *)context = value.value;
    return status;
}

static int64_t ask(orm_session *db, const char *sql)
{
    int64_t number = -1;
    assert_ok(db, orm_raw(db, sql, NULL, 0, take_number, &number, NULL));
    return number;
}

static void leave_traces(orm_session *db)
{
    static const char *const traces[] = {
        "set search_path = pg_catalog, public",
        "set statement_timeout = 12345",
        "set role pg_monitor",
        "reset role",
        "set application_name = 'somebody'",
        "select pg_advisory_lock(77)",
        "create temporary table left_behind (id int)",
        "declare held cursor with hold for select 1",
        "listen news",
        "prepare \"an odd 'name\" as select 1",
    };
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++)
        assert_ok(db, orm_raw(db, traces[i], NULL, 0, NULL, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
}

static int64_t count_traces(orm_session *db)
{
    return ask(db, "select (current_setting('statement_timeout') = '12345ms')::int::int8"
                   " + (current_setting('search_path') like 'pg_catalog%')::int::int8"
                   " + (current_setting('application_name') = 'somebody')::int::int8"
                   " + (select count(*) from pg_locks where locktype = 'advisory'"
                   "    and pid = pg_backend_pid())"
                   " + (select count(*) from pg_class where relname = 'left_behind'"
                   "    and pg_table_is_visible(oid))"
                   " + (select count(*) from pg_cursors where name = 'held')"
                   " + (select count(*) from pg_listening_channels())"
                   " + (select count(*) from pg_prepared_statements where from_sql)");
}

static void session_state_stays_behind_when_reset(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    for (int reset = 0; reset < 2; reset++) {
        orm_engine *engine =
            open_engine(&(orm_engine_options){.pool_size = 1, .reset_on_return = reset == 1});
        orm_session *db = NULL;
        assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
        int64_t first = ask(db, "select pg_backend_pid()::int8");
        leave_traces(db);
        orm_session_close(db);
        assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
        assert_int_equal(ask(db, "select pg_backend_pid()::int8"), first);
        assert_int_equal(count_traces(db), reset == 1 ? 0 : 8);
        /* What the library needs is pinned still. */
        assert_int_equal(
            ask(db, "select (current_setting('DateStyle') like 'ISO%')::int::int8"), 1);
        assert_int_equal(
            ask(db, "select count(*) from pg_prepared_statements where name like 'orm%'") > 0, 1);
        orm_session_close(db);
        close_engine(engine);
    }
}

static void plans_made_stale_are_prepared_again(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = test_session(&database);
    const char *all = "select * from shifting";
    const char *more = "select * from shifting order by 1";
    test_execute(&database, "create table shifting (id int8); insert into shifting values (7)");
    assert_int_equal(ask(db, all), 7);
    assert_int_equal(ask(db, more), 7);
    assert_ok(db, orm_session_commit(db));
    /* The first statement of a transaction: nobody notices. */
    test_execute(&database, "alter table shifting add column name text");
    assert_int_equal(ask(db, all), 7);
    assert_int_equal(ask(db, more), 7);
    assert_ok(db, orm_session_commit(db));
    /* In its midst it is said, and all is well in the next one, whatever it asks first. */
    assert_int_equal(ask(db, "select 1::int8"), 1);
    test_execute(&database, "alter table shifting add column age int");
    assert_status(db, orm_raw(db, all, NULL, 0, NULL, NULL, NULL), ORM_STALE_PLAN);
    assert_true(orm_session_error(db)->retryable);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    assert_int_equal(ask(db, "select 1::int8"), 1);
    assert_int_equal(ask(db, all), 7);
    assert_int_equal(ask(db, more), 7);
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "drop table shifting");
}

static void statements_can_go_unprepared(void **state)
{
    (void)state;
    orm_engine *engine =
        open_engine(&(orm_engine_options){.pool_size = 1, .no_prepared_statements = true});
    orm_session *db = NULL;
    s_account *row = NULL;
    s_account_list list;
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    for (int i = 0; i < 3; i++) {
        char email[32];
        (void)snprintf(email, sizeof email, "unprepared %d", i);
        assert_ok(db, s_account_insert(db,
                                       &(s_account_new){.email = ORM_SET((const char *)email),
                                                        .branch_id = ORM_SET(i % 2 + 1)},
                                       &row));
        assert_ok(db, s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(i)}));
    }
    assert_ok(db, s_account_select(db,
                                   &(s_account_query){.where = s_account_email_is(
                                                          orm_like("unprepared%")),
                                                      .with = {.branch = &s_branch_all}},
                                   &list));
    assert_int_equal(list.count, 3);
    if (database.postgresql)
        assert_int_equal(ask(db, "select count(*) from pg_prepared_statements"), 0);
    orm_session_close(db);
    close_engine(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_cancel_from_another_thread_ends_the_statement),
        suite_test(the_engines_bound_on_statements_holds),
        suite_test(a_cancel_ends_the_wait_for_a_lock),
        suite_test(session_state_stays_behind_when_reset),
        suite_test(plans_made_stale_are_prepared_again),
        suite_test(statements_can_go_unprepared),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
