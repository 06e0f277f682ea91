/*
 * What becomes of connections and of those who wait for them: disposal, idle time, events,
 * fairness, forks.
 * ctest: serial
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
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

/* Readers only: several of them can be in transactions on SQLite, too. */
static orm_session *open_session(orm_engine *engine)
{
    orm_session *db = NULL;
    const orm_session_options options = {.read_only = true};
    assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
    return db;
}

static orm_status touch(orm_session *db)
{
    int64_t count = 0;
    return s_branch_count(db, NULL, &count);
}

#define assert_pool(engine, ...)                                                                   \
    check_counts((engine), (orm_engine_status){__VA_ARGS__}, __FILE__, __LINE__)
static void check_counts(orm_engine *engine, orm_engine_status wanted, const char *file, int line)
{
    orm_engine_status got;
    orm_engine_get_status(engine, &got);
    if (got.open == wanted.open && got.idle == wanted.idle && got.in_use == wanted.in_use &&
        got.waiting == wanted.waiting && got.opened - got.closed == got.open)
        return;
    print_error("open %d, idle %d, in use %d, waiting %d, opened %d, closed %d\n", got.open,
                got.idle, got.in_use, got.waiting, (int)got.opened, (int)got.closed);
    _fail(file, line);
}

static void disposing_closes_idle_ones_now_and_others_late(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(&(orm_engine_options){.pool_size = 4});
    orm_session *db[4];
    orm_engine_status counts;
    for (int i = 0; i < 4; i++) {
        db[i] = open_session(engine);
        assert_ok(db[i], touch(db[i]));
    }
    orm_session_close(db[2]);
    orm_session_close(db[3]);
    assert_pool(engine, .open = 4, .idle = 2, .in_use = 2);
    orm_engine_dispose(engine);
    assert_pool(engine, .open = 2, .in_use = 2);
    orm_engine_dispose(engine);
    assert_ok(db[0], touch(db[0]));
    db[2] = open_session(engine);
    assert_ok(db[2], touch(db[2]));
    assert_pool(engine, .open = 3, .in_use = 3);
    for (int i = 0; i < 3; i++)
        orm_session_close(db[i]);
    /* Only the one made after the disposal stays. */
    assert_pool(engine, .open = 1, .idle = 1);
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.opened, 5);
    close_engine(engine);
}

static void an_invalidated_connection_is_not_used_again(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(&(orm_engine_options){.pool_size = 2});
    orm_session *db = open_session(engine);
    orm_session_invalidate(db);
    assert_ok(db, touch(db));
    assert_ok(db, orm_session_commit(db));
    assert_pool(engine, .open = 1, .idle = 1);
    assert_ok(db, touch(db));
    orm_session_invalidate(db);
    assert_ok(db, touch(db));
    assert_ok(db, orm_session_commit(db));
    assert_pool(engine, .open = 0);
    assert_ok(db, touch(db));
    orm_session_close(db);
    assert_pool(engine, .open = 1, .idle = 1);
    close_engine(engine);
}

static void overflow_is_bounded_or_not_as_asked(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    orm_session *db[COUNT];
    orm_engine *engine = open_engine(
        &(orm_engine_options){.pool_size = 2, .max_overflow = ORM_POOL_UNLIMITED_OVERFLOW});
    for (int i = 0; i < COUNT; i++) {
        db[i] = open_session(engine);
        assert_ok(db[i], touch(db[i]));
    }
    assert_pool(engine, .open = COUNT, .in_use = COUNT);
    for (int i = 0; i < COUNT; i++)
        orm_session_close(db[i]);
    assert_pool(engine, .open = 2, .idle = 2);
    close_engine(engine);
    engine = open_engine(&(orm_engine_options){
        .pool_size = 2, .max_overflow = ORM_POOL_NO_OVERFLOW, .pool_timeout_ms = 50});
    for (int i = 0; i < 3; i++)
        db[i] = open_session(engine);
    assert_ok(db[0], touch(db[0]));
    assert_ok(db[1], touch(db[1]));
    assert_status(db[2], touch(db[2]), ORM_POOL_TIMEOUT);
    assert_non_null(strstr(orm_session_error(db[2])->message, "size 2 and overflow 0"));
    assert_non_null(strstr(orm_session_error(db[2])->message, "test_pool_life.c:"));
    for (int i = 0; i < 3; i++)
        orm_session_close(db[i]);
    close_engine(engine);
    orm_error error;
    assert_int_equal(orm_engine_open(&(orm_engine_options){.url = database.url,
                                                           .pool_size = INT32_MAX,
                                                           .max_overflow = 1},
                                     &engine, &error),
                     ORM_INVALID);
    assert_int_equal(
        orm_engine_open(&(orm_engine_options){.url = database.url, .pool_size = 2, .min_idle = 3},
                        &engine, &error),
        ORM_INVALID);
}

/* Waits until the pool is as described, at most two seconds. */
static bool becomes(orm_engine *engine, int open, int idle)
{
    int64_t end = milliseconds() + 2000;
    orm_engine_status counts;
    do {
        orm_engine_get_status(engine, &counts);
        if (counts.open == open && counts.idle == idle)
            return true;
        (void)usleep(5000);
    } while (milliseconds() < end);
    print_error("open %d, idle %d\n", counts.open, counts.idle);
    return false;
}

static void connections_are_made_ahead_and_let_go_when_idle(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(
        &(orm_engine_options){.pool_size = 4,
                              .max_overflow = ORM_POOL_NO_OVERFLOW,
                              .min_idle = 2,
                              .pool_idle_timeout_ms = 150});
    orm_session *db[4];
    assert_true(becomes(engine, 2, 2));
    for (int i = 0; i < 4; i++) {
        db[i] = open_session(engine);
        assert_ok(db[i], touch(db[i]));
    }
    assert_pool(engine, .open = 4, .in_use = 4);
    int64_t start = milliseconds();
    for (int i = 0; i < 4; i++)
        orm_session_close(db[i]);
    assert_pool(engine, .open = 4, .idle = 4);
    assert_true(becomes(engine, 2, 2));
    assert_in_range(milliseconds() - start, 140, 1000);
    (void)usleep(200000);
    assert_pool(engine, .open = 2, .idle = 2);
    /* What is lost is made again. */
    orm_engine_dispose(engine);
    assert_true(becomes(engine, 2, 2));
    close_engine(engine);
    engine = open_engine(&(orm_engine_options){.pool_size = 4, .pool_idle_timeout_ms = 50});
    db[0] = open_session(engine);
    assert_ok(db[0], touch(db[0]));
    orm_session_close(db[0]);
    assert_true(becomes(engine, 0, 0));
    close_engine(engine);
}

static void old_connections_are_replaced_when_taken(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(&(orm_engine_options){.pool_size = 1, .pool_recycle_ms = 100});
    orm_engine_status counts;
    for (int i = 0; i < 4; i++) {
        orm_session *db = open_session(engine);
        assert_ok(db, touch(db));
        orm_session_close(db);
        if (i % 2 == 1)
            (void)usleep(120000);
    }
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.opened, 2);
    assert_pool(engine, .open = 1, .idle = 1);
    close_engine(engine);
}

/* ---- Events ---- */

typedef struct journal {
    pthread_mutex_t mutex;
    char text[1024];
} journal;

static void note(void *context, const orm_pool_event *event)
{
    static const char *const names[] = {"?", "open", "close", "checkout", "return", "ping", "wait"};
    journal *to = context;
    (void)pthread_mutex_lock(&to->mutex);
    size_t length = strlen(to->text);
    (void)snprintf(to->text + length, sizeof to->text - length, "%s%s%s %d%s%s",
                   length > 0 ? "; " : "", names[event->kind],
                   event->status == ORM_OK ? "" : " failed", (int)event->connection,
                   event->reason == NULL ? "" : " ", event->reason == NULL ? "" : event->reason);
    if (event->duration_ns < 0 || (event->kind == ORM_POOL_CHECKOUT && event->site.line == 0))
        (void)snprintf(to->text, sizeof to->text, "bad event");
    (void)pthread_mutex_unlock(&to->mutex);
}

static void events_tell_the_life_of_connections(void **state)
{
    (void)state;
    journal told = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    orm_engine *engine = open_engine(&(orm_engine_options){
        .pool_size = 1, .max_overflow = ORM_POOL_NO_OVERFLOW, .pool_timeout_ms = 30});
    orm_subscription *subscription = NULL;
    assert_int_equal(orm_engine_subscribe_pool(engine, note, &told, &subscription), ORM_OK);
    orm_session *one = open_session(engine);
    orm_session *two = open_session(engine);
    assert_ok(one, touch(one));
    assert_status(two, touch(two), ORM_POOL_TIMEOUT);
    orm_session_close(one);
    assert_ok(two, touch(two));
    orm_session_invalidate(two);
    orm_session_close(two);
    assert_string_equal(told.text, "open 1; checkout 1; wait failed 0; return 1; checkout 1; "
                                   "return 1; close 1 invalidated");
    told.text[0] = '\0';
    orm_engine_unsubscribe(engine, subscription);
    one = open_session(engine);
    assert_ok(one, touch(one));
    orm_session_close(one);
    assert_string_equal(told.text, "");
    if (database.postgresql) {
        assert_int_equal(orm_engine_subscribe_pool(engine, note, &told, &subscription), ORM_OK);
        free(test_query(&database,
                        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where"
                        " datname = current_database() and pid <> pg_backend_pid()"));
        one = open_session(engine);
        assert_ok(one, touch(one));
        orm_session_close(one);
        assert_string_equal(told.text,
                            "checkout 2; ping failed 2; close 2 ping; open 3; return 3");
    }
    close_engine(engine);
}

/* ---- Waiting ---- */

enum { WAITERS = 8 };

typedef struct waiter {
    pthread_t thread;
    orm_engine *engine;
    orm_session *db;
    atomic_int *served;
    int rank;
    orm_status status;
} waiter;

static void *wait_for_connection(void *context)
{
    waiter *self = context;
    self->status = touch(self->db);
    self->rank = atomic_fetch_add(self->served, 1);
    orm_session_rollback(self->db);
    return NULL;
}

static void wait_for_waiters(orm_engine *engine, int count)
{
    orm_engine_status counts;
    int64_t end = milliseconds() + 3000;
    do {
        orm_engine_get_status(engine, &counts);
        (void)usleep(500);
    } while (counts.waiting != count && milliseconds() < end);
    assert_int_equal(counts.waiting, count);
}

static void start_waiters(orm_engine *engine, waiter *waiters, atomic_int *served)
{
    for (int i = 0; i < WAITERS; i++) {
        waiters[i] = (waiter){.engine = engine, .db = open_session(engine), .served = served};
        assert_int_equal(
            pthread_create(&waiters[i].thread, NULL, wait_for_connection, &waiters[i]), 0);
        wait_for_waiters(engine, i + 1);
    }
}

static void who_waits_first_is_served_first(void **state)
{
    (void)state;
    waiter waiters[WAITERS];
    atomic_int served = 0;
    orm_engine *engine = open_engine(
        &(orm_engine_options){.pool_size = 1, .max_overflow = ORM_POOL_NO_OVERFLOW});
    orm_session *holder = open_session(engine);
    assert_ok(holder, touch(holder));
    start_waiters(engine, waiters, &served);
    orm_session_close(holder);
    for (int i = 0; i < WAITERS; i++) {
        (void)pthread_join(waiters[i].thread, NULL);
        assert_ok(waiters[i].db, waiters[i].status);
        assert_int_equal(waiters[i].rank, i);
        orm_session_close(waiters[i].db);
    }
    assert_pool(engine, .open = 1, .idle = 1);
    close_engine(engine);
}

static void cancelled_waiters_take_nothing_with_them(void **state)
{
    (void)state;
    waiter waiters[WAITERS];
    orm_engine *engine = open_engine(
        &(orm_engine_options){.pool_size = 1, .max_overflow = ORM_POOL_NO_OVERFLOW});
    for (int round = 0; round < 10; round++) {
        atomic_int served = 0;
        orm_session *holder = open_session(engine);
        assert_ok(holder, touch(holder));
        start_waiters(engine, waiters, &served);
        /* Half are cancelled; in some rounds at the very moment they are served. */
        for (int i = 0; i < WAITERS; i += 2) {
            if (i == 4)
                orm_session_close(holder);
            orm_session_cancel(waiters[i].db);
        }
        for (int i = 0; i < WAITERS; i++) {
            (void)pthread_join(waiters[i].thread, NULL);
            if (i % 2 == 1 || i == 4 || i == 6)
                assert_true(waiters[i].status == ORM_OK || i % 2 == 0);
            else
                assert_int_equal(waiters[i].status, ORM_CANCELLED);
            orm_session_close(waiters[i].db);
        }
        assert_pool(engine, .open = 1, .idle = 1);
    }
    close_engine(engine);
}

/* ---- Leaks and forks ---- */

static void leaked_sessions_are_reported_with_or_without_connection(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(&(orm_engine_options){.pool_size = 2});
    orm_error error;
    char line[64];
    orm_session *quiet = NULL;
    (void)snprintf(line, sizeof line, "test_pool_life.c:%d", __LINE__ + 1);
    assert_int_equal(orm_session_open(engine, NULL, &quiet, NULL), ORM_OK);
    assert_int_equal(orm_engine_close(engine, &error), ORM_MISUSE);
    assert_non_null(strstr(error.message, line));
    assert_ok(quiet, touch(quiet));
    assert_int_equal(orm_engine_close(engine, &error), ORM_MISUSE);
    assert_non_null(strstr(error.message, line));
    orm_session_close(quiet);
    close_engine(engine);
}

static int use_in_child(orm_engine *engine, orm_session *held)
{
    orm_session *db = NULL;
    orm_error error = {0};
    orm_status status = orm_session_open(engine, NULL, &db, &error);
    if (status == ORM_OK) {
        status = touch(db);
        error = *orm_session_error(db);
    }
    if (status != ORM_MISUSE || strstr(error.message, "fork") == NULL)
        return 1;
    /* The transaction was begun before the fork, so that this would need no BEGIN. */
    if (touch(held) != ORM_MISUSE || strstr(orm_session_error(held)->message, "fork") == NULL)
        return 4;
    if (orm_session_commit(held) != ORM_MISUSE)
        return 2;
    /* Nothing of this may reach the parent's connections. */
    orm_session_close(db);
    orm_session_close(held);
    return orm_engine_close(engine, NULL) == ORM_OK ? 0 : 3;
}

static void a_forked_child_is_told_and_harms_nobody(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(&(orm_engine_options){.pool_size = 2});
    orm_session *held = NULL;
    orm_session *idle = open_session(engine);
    int result = 0;
    assert_ok(idle, touch(idle));
    orm_session_close(idle);
    assert_int_equal(orm_session_open(engine, NULL, &held, NULL), ORM_OK);
    assert_ok(held, s_account_insert(held, &(s_account_new){.email = ORM_SET("parent's")}, NULL));
    pid_t child = fork();
    if (child == 0)
        _exit(use_in_child(engine, held));
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
    assert_ok(held, touch(held));
    assert_ok(held, orm_session_commit(held));
    orm_session_close(held);
    close_engine(engine);
    assert_int_equal(
        test_number(&database, "select count(*) from accounts where email = 'parent''s'"), 1);
}

/* ---- SQLite's one writer ---- */

enum { WRITERS = 8, TRANSACTIONS = 50 };

static orm_status write_account(orm_session *db, void *context)
{
    const char *email = orm_session_printf(db, "writer %s", (const char *)context);
    s_account *row = NULL;
    int64_t count = 0;
    orm_status status = s_account_count(db, NULL, &count);
    if (status == ORM_OK)
        status = s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, &row);
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.note = ORM_SET("written")});
    return status;
}

typedef struct writer {
    int number;
    orm_error error;
} writer;

static void *write_many(void *context)
{
    writer *self = context;
    for (int i = 0; i < TRANSACTIONS; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "%d of %d", i, self->number);
        if (orm_session_run(database.engine, NULL, write_account, number, &self->error) != ORM_OK)
            break;
    }
    return NULL;
}

static void writers_wait_for_each_other_and_never_see_busy(void **state)
{
    (void)state;
    pthread_t threads[WRITERS];
    writer writers[WRITERS];
    test_execute(&database, "delete from accounts");
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){.number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < WRITERS; i++)
        if (writers[i].error.status != ORM_OK)
            fail_msg("%s", writers[i].error.message);
    assert_int_equal(
        test_number(&database, "select count(*) from accounts where note = 'written'"),
        WRITERS * TRANSACTIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(disposing_closes_idle_ones_now_and_others_late),
        suite_test(an_invalidated_connection_is_not_used_again),
        suite_test(overflow_is_bounded_or_not_as_asked),
        suite_test(connections_are_made_ahead_and_let_go_when_idle),
        suite_test(old_connections_are_replaced_when_taken),
        suite_test(events_tell_the_life_of_connections),
        suite_test(who_waits_first_is_served_first),
        suite_test(cancelled_waiters_take_nothing_with_them),
        suite_test(leaked_sessions_are_reported_with_or_without_connection),
        suite_test(a_forked_child_is_told_and_harms_nobody),
        suite_test(writers_wait_for_each_other_and_never_see_busy),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
