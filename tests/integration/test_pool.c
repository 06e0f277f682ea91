/*
 * The pool as users meet it: bounds, waiting, holders, dead connections, deadlines, threads.
 * ctest: serial
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "unit_of_work",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database,
              &(orm_engine_options){.pool_size = 2, .max_overflow = 1, .pool_timeout_ms = 200},
              "models/session.yaml", NULL);
    test_ignore(&database, ignored);
    test_execute(&database, "insert into branches values (1, 'Ulm'), (2, 'Rom')");
    return 0;
}

static const orm_session_options reading = {.read_only = true};

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes a connection. */
static orm_status touch(orm_session *db)
{
    int64_t count = 0;
    return s_branch_count(db, NULL, &count);
}

static void size_and_overflow_bound_the_pool(void **state)
{
    (void)state;
    orm_session *db[4];
    orm_engine_status counts;
    for (int i = 0; i < 4; i++)
        db[i] = test_session_with(&database, &reading);
    for (int i = 0; i < 3; i++)
        assert_ok(db[i], touch(db[i]));
    orm_engine_get_status(database.engine, &counts);
    assert_int_equal(counts.in_use, 3);
    assert_int_equal(counts.open, 3);
    int64_t start = milliseconds();
    assert_status(db[3], touch(db[3]), ORM_POOL_TIMEOUT);
    int64_t waited = milliseconds() - start;
    assert_in_range(waited, 150, 700);
    const orm_error *error = orm_session_error(db[3]);
    assert_true(error->retryable);
    /* Who holds the others is said with the line. */
    assert_non_null(strstr(error->message, "database.c:"));
    orm_engine_get_status(database.engine, &counts);
    assert_int_equal(counts.timeouts, 1);
    assert_int_equal(counts.waiting, 0);
    test_session_close(&database, db[0]);
    assert_ok(db[3], touch(db[3]));
    for (int i = 1; i < 4; i++)
        test_session_close(&database, db[i]);
    orm_engine_get_status(database.engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_in_range(counts.open, 1, 2);
    assert_int_equal(counts.idle, counts.open);
    assert_int_equal(counts.opened - counts.closed, counts.open);
}

static void an_engine_in_use_does_not_close(void **state)
{
    (void)state;
    orm_session *db = test_session_with(&database, &reading);
    orm_error error;
    assert_ok(db, touch(db));
    assert_int_equal(orm_engine_close(database.engine, &error), ORM_MISUSE);
    assert_non_null(strstr(error.message, "database.c:"));
    assert_ok(db, touch(db));
}

static void dead_connections_are_replaced(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    for (int round = 0; round < 3; round++) {
        orm_session *one = test_session_with(&database, &reading);
        orm_session *two = test_session_with(&database, &reading);
        assert_ok(one, touch(one));
        assert_ok(two, touch(two));
        test_session_close(&database, one);
        test_session_close(&database, two);
        free(test_query(&database,
                        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where"
                        " datname = current_database() and pid <> pg_backend_pid()"));
        one = test_session(&database);
        s_account *row = NULL;
        char email[32];
        (void)snprintf(email, sizeof email, "healed %d", round);
        assert_ok(one, s_account_insert(
                           one, &(s_account_new){.email = ORM_SET((const char *)email)}, &row));
        assert_ok(one, orm_session_commit(one));
        test_session_close(&database, one);
    }
    assert_int_equal(
        test_number(&database, "select count(*) from accounts where email like 'healed%%'"), 3);
}

/* Within a transaction nothing is repeated: what was done is lost, and said so. */
static void a_connection_lost_in_a_transaction_is_told(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = test_session(&database);
    assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("lost")}, NULL));
    free(test_query(&database, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where"
                               " datname = current_database() and pid <> pg_backend_pid()"));
    assert_status(db, touch(db), ORM_DISCONNECTED);
    assert_status(db, touch(db), ORM_FAILED_TRANSACTION);
    assert_int_not_equal(orm_session_commit(db), ORM_OK);
    orm_session_rollback(db);
    assert_ok(db, touch(db));
    assert_int_equal(test_number(&database, "select count(*) from accounts where email = 'lost'"),
                     0);
}

static void a_slow_statement_meets_its_deadline(void **state)
{
    (void)state;
    orm_session *db =
        test_session_with(&database, &(orm_session_options){.read_only = true, .deadline_ms = 300});
    const char *slow = test_either(&database,
                                   "with recursive n(i) as (select 1 union all select i + 1 from n)"
                                   " select count(*) from n",
                                   "select count(*) from (select pg_sleep(20)) x");
    int64_t start = milliseconds();
    orm_status status = orm_raw(db, slow, NULL, 0, NULL, NULL, NULL);
    int64_t took = milliseconds() - start;
    assert_status(db, status, ORM_TIMEOUT);
    assert_in_range(took, 250, 1500);
    orm_session_rollback(db);
    assert_ok(db, touch(db));
}

enum { THREADS = 6, ROUNDS = 30 };

typedef struct worker {
    int number;
    int failures;
    orm_error error;
} worker;

static orm_status unit_of_work(orm_session *db, void *context)
{
    const worker *self = context;
    s_account *row = NULL;
    s_account_list list;
    orm_value who = orm_bind(self->number);
    const char *email = orm_session_printf(db, "thread %d %p", self->number, (void *)db);
    orm_status status = s_account_insert(
        db, &(s_account_new){.email = ORM_SET(email), .branch_id = ORM_SET(1)}, &row);
    if (status == ORM_OK)
        status = s_account_select(db,
                                  &(s_account_query){.where = s_account_id_is(orm_eq(row->id)),
                                                     .with = {.branch = &s_branch_all}},
                                  &list);
    if (status == ORM_OK && (list.count != 1 || list.items[0] != row))
        status = ORM_DATABASE;
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(self->number)});
    if (status == ORM_OK)
        status = orm_raw(db, "update branches set city = city where id = 1 and $1 >= 0", &who, 1,
                         NULL, NULL, NULL);
    if (status == ORM_OK)
        status = s_account_delete(db, row);
    return status;
}

static void *work(void *context)
{
    worker *self = context;
    for (int i = 0; i < ROUNDS; i++) {
        orm_error error;
        orm_status status = orm_session_run(database.engine, NULL, unit_of_work, self, &error);
        if (status == ORM_OK)
            continue;
        self->failures++;
        self->error = error;
    }
    return NULL;
}

static void threads_share_an_engine(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    worker workers[THREADS] = {{0}};
    orm_engine_status counts;
    database.options.pool_timeout_ms = 20000;
    test_reopen(&database);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        if (workers[i].failures > 0)
            print_error("%s\n", workers[i].error.message);
        assert_int_equal(workers[i].failures, 0);
    }
    orm_engine_get_status(database.engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.waiting, 0);
    assert_in_range(counts.open, 1, 2);
    assert_int_equal(counts.checkouts, THREADS * ROUNDS);
    assert_int_equal(
        test_number(&database, "select count(*) from accounts where email like 'thread%%'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(size_and_overflow_bound_the_pool),
        suite_test(an_engine_in_use_does_not_close),
        suite_test(dead_connections_are_replaced),
        suite_test(a_connection_lost_in_a_transaction_is_told),
        suite_test(a_slow_statement_meets_its_deadline),
        suite_test(threads_share_an_engine),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
