/* Units of work that start over, sessions that leak, expire, or are used by two threads at once. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include <orm/events.h>

#include "session.orm.h"
#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    return 0;
}

static int begin_test(void **state)
{
    test_execute(&database, "delete from accounts");
    test_execute(&database, "insert into accounts (id, email, balance, changed)"
                            " values (1001, 'ada@x', 10, 1), (1002, 'bob@x', 20, 1)");
    return start_test(state);
}

#define use_test(function) cmocka_unit_test_setup_teardown(function, begin_test, end_test)

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static orm_status take_text(const orm_row *row, void *context)
{
    const char *text = NULL;
    orm_status status = orm_row_text(row, 0, &text);
    (void)snprintf(context, 40, "%s", text == NULL ? "" : text);
    return status;
}

/* Fails so often with that status, then succeeds. */
typedef struct attempts {
    int failures;
    orm_status status;
    int made;
} attempts;

static orm_status attempt(orm_session *db, void *context)
{
    attempts *work = context;
    orm_status status = s_account_insert(db, &(s_account_new){.email = ORM_SET("once@x")}, NULL);
    if (status != ORM_OK)
        return status;
    return work->made++ < work->failures ? orm_session_fail(db, work->status, "not yet") : ORM_OK;
}

static void what_is_retryable_starts_over(void **state)
{
    (void)state;
    orm_error error;
    orm_session_options options = {.retries = 3, .retry_wait_ms = 1};
    attempts work = {.failures = 3, .status = ORM_SERIALIZATION};
    assert_int_equal(orm_session_run(database.engine, &options, attempt, &work, &error), ORM_OK);
    assert_int_equal(work.made, 4);
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 3);
}

static void retries_are_bounded_and_asked_for(void **state)
{
    (void)state;
    orm_error error;
    orm_session_options options = {.retries = 2, .retry_wait_ms = 1};
    attempts work = {.failures = 9, .status = ORM_DEADLOCK};
    assert_int_equal(orm_session_run(database.engine, &options, attempt, &work, &error),
                     ORM_DEADLOCK);
    assert_int_equal(work.made, 3);
    assert_true(error.retryable);
    work = (attempts){.failures = 9, .status = ORM_DEADLOCK};
    assert_int_equal(orm_session_run(database.engine, NULL, attempt, &work, NULL), ORM_DEADLOCK);
    assert_int_equal(work.made, 1);
    /* What is not retryable is not repeated. */
    work = (attempts){.failures = 9, .status = ORM_INVALID};
    assert_int_equal(orm_session_run(database.engine, &options, attempt, &work, NULL), ORM_INVALID);
    assert_int_equal(work.made, 1);
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 2);
}

static void pauses_grow_to_their_bound(void **state)
{
    (void)state;
    orm_session_options options = {.retries = 5, .retry_wait_ms = 20, .retry_wait_max_ms = 40};
    attempts work = {.failures = 9, .status = ORM_BUSY};
    int64_t began = milliseconds();
    assert_int_equal(orm_session_run(database.engine, &options, attempt, &work, NULL), ORM_BUSY);
    int64_t took = milliseconds() - began;
    assert_int_equal(work.made, 6);
    assert_true(took >= 10 + 4 * 20 - 5);
    assert_true(took < 20 + 4 * 40 + 1000);
}

static orm_status swallow(orm_session *db, void *context)
{
    attempts *work = context;
    work->made++;
    orm_status status = orm_raw(db, "select * from nowhere", NULL, 0, NULL, NULL, NULL);
    return status == ORM_OK ? ORM_INVALID : ORM_OK;
}

/* The cause decides, also when the handler overlooks it. */
static void an_overlooked_failure_is_no_success(void **state)
{
    (void)state;
    orm_session_options options = {.retries = 3, .retry_wait_ms = 1};
    attempts work = {.made = 0};
    assert_int_equal(orm_session_run(database.engine, &options, swallow, &work, NULL),
                     ORM_FAILED_TRANSACTION);
    assert_int_equal(work.made, 1);
}

typedef struct transfer {
    int64_t from;
    int64_t to;
    atomic_int *arrived;
    orm_status status;
} transfer;

/* Two of these in opposite directions deadlock on PostgreSQL. */
static orm_status move(orm_session *db, void *context)
{
    transfer *work = context;
    orm_value values[1] = {orm_bind(work->from)};
    orm_status status = orm_raw(db, "update accounts set balance = balance - 1 where id = $1",
                                values, 1, NULL, NULL, NULL);
    if (status != ORM_OK)
        return status;
    atomic_fetch_add(work->arrived, 1);
    for (int i = 0; i < 200 && atomic_load(work->arrived) < 2; i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    values[0] = orm_bind(work->to);
    return orm_raw(db, "update accounts set balance = balance + 1 where id = $1", values, 1, NULL,
                   NULL, NULL);
}

static void *run_transfer(void *context)
{
    transfer *work = context;
    orm_session_options options = {.retries = 5};
    orm_error error;
    work->status = orm_session_run(database.engine, &options, move, work, &error);
    return NULL;
}

/* Failures of the kind that are meant to come up, each said to be retryable. */
typedef struct expected {
    orm_status status;
    atomic_int seen;
} expected;

static void count_failures(void *context, const orm_event *event)
{
    expected *it = context;
    if (event->status == it->status && event->error->retryable)
        (void)atomic_fetch_add(&it->seen, 1);
}

/* Both at once; on PostgreSQL one of them fails that way at least once. */
static void run_both(transfer *works, void *(*run)(void *), orm_status failure)
{
    pthread_t threads[2];
    orm_subscription *subscription = NULL;
    expected it = {.status = failure};
    assert_int_equal(
        orm_engine_subscribe(database.engine, count_failures, &it, false, &subscription), ORM_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, &works[i]), 0);
    for (int i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    orm_engine_unsubscribe(database.engine, subscription);
    assert_int_equal(works[0].status, ORM_OK);
    assert_int_equal(works[1].status, ORM_OK);
    if (database.postgresql)
        assert_in_range(atomic_load(&it.seen), 1, 5);
}

static void deadlocks_are_survived(void **state)
{
    (void)state;
    atomic_int arrived = 0;
    transfer works[2] = {{1001, 1002, &arrived, ORM_OK}, {1002, 1001, &arrived, ORM_OK}};
    run_both(works, run_transfer, ORM_DEADLOCK);
    assert_int_equal(test_number(&database, "select balance from accounts where id = 1001"), 10);
}

/* Both read, both write what the other read: one of them can't be true. */
static orm_status skew(orm_session *db, void *context)
{
    transfer *work = context;
    s_account *other = NULL;
    s_account *own = NULL;
    orm_status status = s_account_find(db, work->from, &other);
    if (status == ORM_OK)
        status = s_account_find(db, work->to, &own);
    if (status != ORM_OK)
        return status;
    atomic_fetch_add(work->arrived, 1);
    for (int i = 0; i < 200 && atomic_load(work->arrived) < 2; i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return s_account_update(db, own, &(s_account_changes){.balance = ORM_SET(other->balance + 1)});
}

static void *run_skew(void *context)
{
    transfer *work = context;
    orm_session_options options = {.retries = 5, .isolation = ORM_ISOLATION_SERIALIZABLE};
    orm_error error;
    work->status = orm_session_run(database.engine, &options, skew, work, &error);
    return NULL;
}

static void serialization_failures_are_survived(void **state)
{
    (void)state;
    atomic_int arrived = 0;
    transfer works[2] = {{1001, 1002, &arrived, ORM_OK}, {1002, 1001, &arrived, ORM_OK}};
    run_both(works, run_skew, ORM_SERIALIZATION);
    /* As if one had come after the other: 11 and 12, or 21 and 22. */
    long long first = test_number(&database, "select balance from accounts where id = 1001");
    long long second = test_number(&database, "select balance from accounts where id = 1002");
    assert_true((second == 11 && first == 12) || (first == 21 && second == 22));
}

static void kill_backend(orm_session *db)
{
    char pid[40] = "";
    assert_ok(db, orm_raw(db, "select pg_backend_pid()::text", NULL, 0, take_text, pid, NULL));
    test_execute(&database, "select pg_terminate_backend(%s)", pid);
    for (int i = 0;
         i < 5000 &&
         test_number(&database, "select count(*) from pg_stat_activity where pid = %s", pid) > 0;
         i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Only a server can be lost. */
static void a_lost_connection_is_retryable_before_writes_only(void **state)
{
    (void)state;
    int64_t count = 0;
    orm_savepoint scope;
    if (!database.postgresql)
        skip();
    orm_session_options reads = {.read_only = true};
    orm_session *db = test_session_with(&database, &reads);
    assert_ok(db, s_account_count(db, NULL, &count));
    kill_backend(db);
    assert_status(db, s_account_count(db, NULL, &count), ORM_DISCONNECTED);
    assert_true(orm_session_error(db)->retryable);
    assert_status(db, s_account_count(db, NULL, &count), ORM_FAILED_TRANSACTION);
    assert_true(orm_session_error(db)->retryable);
    orm_session_rollback(db);
    assert_ok(db, s_account_count(db, NULL, &count));
    test_session_close(&database, db);

    db = test_session(&database);
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("lost@x")}, NULL));
    kill_backend(db);
    assert_status(db, s_account_count(db, NULL, &count), ORM_DISCONNECTED);
    assert_false(orm_session_error(db)->retryable);
    /* No savepoint outlives its connection. */
    assert_status(db, orm_savepoint_rollback(db, scope), ORM_DISCONNECTED);
    assert_status(db, s_account_count(db, NULL, &count), ORM_FAILED_TRANSACTION);
    orm_session_rollback(db);
    assert_ok(db, s_account_count(db, NULL, &count));
    assert_int_equal(count, 2);
    test_session_close(&database, db);
}

static void leaks_are_named_at_close(void **state)
{
    (void)state;
    orm_engine_options options = {.url = database.url};
    orm_engine *engine = NULL;
    orm_session *idle = NULL;
    orm_session *busy = NULL;
    orm_error error;
    char place[64];
    int64_t count = 0;
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    int line = __LINE__ + 1;
    assert_int_equal(orm_session_open(engine, NULL, &idle, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, NULL, &busy, NULL), ORM_OK);
    assert_ok(busy, s_account_count(busy, NULL, &count));
    assert_int_equal(orm_engine_close(engine, &error), ORM_MISUSE);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(place, sizeof place, "test_session_use.c:%d", line + i);
        assert_non_null(strstr(error.message, place));
    }
    orm_session_close(busy);
    /* A session that holds no connection is a leak, too. */
    assert_int_equal(orm_engine_close(engine, &error), ORM_MISUSE);
    (void)snprintf(place, sizeof place, "test_session_use.c:%d", line);
    assert_non_null(strstr(error.message, place));
    assert_ok(idle, s_account_count(idle, NULL, &count));
    orm_session_close(idle);
    assert_int_equal(orm_engine_close(engine, &error), ORM_OK);
}

static void expired_objects_are_read_again(void **state)
{
    (void)state;
    s_account *ada = NULL;
    s_account *again = NULL;
    s_account_list list;
    orm_session *db = test_session(&database);
    assert_ok(db, s_account_select(db, &(s_account_query){.order_by = {S_ACCOUNT_BY_ID}}, &list));
    ada = list.items[0];
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update accounts set balance = 50, note = 'new' where id = 1001");
    test_count_start(&database);
    assert_ok(db, s_account_find(db, 1001, &again));
    assert_statements(&database, 0);
    assert_ok(db, s_account_select(db, NULL, &list));
    assert_int_equal(ada->balance, 10);
    assert_int_equal(orm_session_expire_all(db), ORM_OK);
    assert_int_equal(ada->balance, 10);
    test_count_start(&database);
    assert_ok(db, s_account_find(db, 1001, &again));
    assert_statements(&database, 1);
    assert_ptr_equal(again, ada);
    assert_int_equal(ada->balance, 50);
    assert_string_equal(ada->note, "new");
    test_count_start(&database);
    assert_ok(db, s_account_find(db, 1001, &again));
    assert_statements(&database, 0);
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update accounts set balance = 51 where id = 1002");
    assert_int_equal(orm_session_expire_all(db), ORM_OK);
    assert_ok(db, s_account_select(db, &(s_account_query){.order_by = {S_ACCOUNT_BY_ID}}, &list));
    assert_int_equal(list.items[1]->balance, 51);
    test_session_close(&database, db);
}

static void expired_relations_are_loaded_again(void **state)
{
    (void)state;
    s_branch_list branches;
    s_account_list list;
    test_execute(&database, "delete from branches");
    test_execute(&database, "insert into branches values (1, 'Ulm')");
    test_execute(&database, "update accounts set branch_id = 1 where id = 1001");
    orm_session *db = test_session(&database);
    s_branch_query query = {.with = {.accounts = &s_account_all}};
    assert_ok(db, s_branch_select(db, &query, &branches));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update accounts set branch_id = 1");
    assert_ok(db, s_branch_select(db, &query, &branches));
    assert_int_equal(s_branch_accounts(branches.items[0], &list), ORM_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(orm_session_expire_all(db), ORM_OK);
    assert_int_equal(s_branch_accounts(branches.items[0], &list), ORM_OK);
    assert_int_equal(list.count, 1);
    assert_ok(db, s_branch_select(db, &query, &branches));
    assert_int_equal(s_branch_accounts(branches.items[0], &list), ORM_OK);
    assert_int_equal(list.count, 2);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    test_execute(&database, "update accounts set branch_id = null");
    test_execute(&database, "delete from branches");
}

static void a_row_is_refreshed(void **state)
{
    (void)state;
    s_account *ada = NULL;
    s_branch *ulm = NULL;
    s_branch *branch = NULL;
    test_execute(&database, "insert into branches values (1, 'Ulm'), (2, 'Rom')");
    test_execute(&database, "update accounts set branch_id = 1 where id = 1001");
    orm_session *db = test_session(&database);
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_ok(db, s_account_load_branch(db, ada, &ulm));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update accounts set balance = 11, note = 'x' where id = 1001");
    test_count_start(&database);
    assert_ok(db, s_account_refresh(db, ada));
    assert_statements(&database, 1);
    assert_int_equal(ada->balance, 11);
    assert_string_equal(ada->note, "x");
    assert_int_equal(s_account_branch(ada, &branch), ORM_OK);
    assert_ptr_equal(branch, ulm);
    /* A key that leads elsewhere now. */
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update accounts set branch_id = 2 where id = 1001");
    assert_ok(db, s_account_refresh(db, ada));
    assert_int_equal(s_account_branch(ada, &branch), ORM_NOT_LOADED);
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "delete from accounts where id = 1001");
    assert_status(db, s_account_refresh(db, ada), ORM_NOT_FOUND);
    assert_string_equal(orm_session_error(db)->model, "account");
    assert_int_equal(ada->balance, 11);
    s_account copy = *ada;
    assert_status(db, s_account_refresh(db, &copy), ORM_MISUSE);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    test_execute(&database, "delete from accounts");
    test_execute(&database, "delete from branches");
}

typedef struct shared {
    orm_session *db;
    atomic_bool held;
    atomic_bool done;
    atomic_int refused;
    atomic_int worked;
} shared;

static orm_status wait_for_other(const orm_row *row, void *context)
{
    shared *both = context;
    (void)row;
    atomic_store(&both->held, true);
    for (int i = 0; i < 5000 && !atomic_load(&both->done); i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return ORM_OK;
}

static void *intrude(void *context)
{
    shared *both = context;
    s_account *row = NULL;
    s_account_list list;
    int64_t count = 0;
    while (!atomic_load(&both->held))
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    orm_savepoint scope;
    const orm_status statuses[] = {
        s_account_find(both->db, 1001, &row),
        s_account_select(both->db, NULL, &list),
        s_account_count(both->db, NULL, &count),
        s_account_insert(both->db, &(s_account_new){.email = ORM_SET("two@x")}, &row),
        orm_raw(both->db, "select 1", NULL, 0, NULL, NULL, NULL),
        orm_session_savepoint(both->db, &scope),
        orm_session_begin(both->db),
        orm_session_commit(both->db),
        orm_session_expire_all(both->db),
        orm_session_alloc(both->db, 10) == NULL ? ORM_MISUSE : ORM_OK,
    };
    orm_session_rollback(both->db);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i] == ORM_MISUSE)
            atomic_fetch_add(&both->refused, 1);
    atomic_store(&both->done, true);
    return NULL;
}

static void a_second_thread_is_refused(void **state)
{
    (void)state;
    pthread_t thread;
    shared both = {.db = test_session(&database)};
    s_account *ada = NULL;
    assert_ok(both.db, s_account_find(both.db, 1001, &ada));
    assert_int_equal(pthread_create(&thread, NULL, intrude, &both), 0);
    assert_ok(both.db, orm_raw(both.db, "select 1", NULL, 0, wait_for_other, &both, NULL));
    (void)pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&both.refused), 10);
    /* The first one never noticed. */
    assert_int_equal(orm_session_error(both.db)->status, ORM_OK);
    assert_ok(both.db, s_account_update(both.db, ada, &(s_account_changes){.balance = ORM_SET(1)}));
    assert_ok(both.db, orm_session_commit(both.db));
    test_session_close(&database, both.db);
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 2);
}

static void *hammer(void *context)
{
    shared *both = context;
    for (int i = 0; i < 200; i++) {
        int64_t count = 0;
        orm_status status = s_account_count(both->db, NULL, &count);
        atomic_fetch_add(status == ORM_OK ? &both->worked : &both->refused, 1);
        if (status != ORM_OK && status != ORM_MISUSE)
            atomic_store(&both->done, true);
    }
    return NULL;
}

/* Whatever the timing: each call works or is refused. */
static void many_threads_do_no_harm(void **state)
{
    (void)state;
    pthread_t threads[4];
    shared both = {.db = test_session(&database)};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, &both), 0);
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    assert_false(atomic_load(&both.done));
    assert_int_equal(atomic_load(&both.worked) + atomic_load(&both.refused), 800);
    assert_true(atomic_load(&both.worked) > 0);
    assert_ok(both.db, orm_session_commit(both.db));
    test_session_close(&database, both.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        use_test(what_is_retryable_starts_over),
        use_test(retries_are_bounded_and_asked_for),
        use_test(pauses_grow_to_their_bound),
        use_test(an_overlooked_failure_is_no_success),
        use_test(deadlocks_are_survived),
        use_test(serialization_failures_are_survived),
        use_test(a_lost_connection_is_retryable_before_writes_only),
        use_test(leaks_are_named_at_close),
        use_test(expired_objects_are_read_again),
        use_test(expired_relations_are_loaded_again),
        use_test(a_row_is_refreshed),
        use_test(a_second_thread_is_refused),
        use_test(many_threads_do_no_harm),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
