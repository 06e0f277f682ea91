/*
 * A crowd on a small pool: a thousand threads (or ORM_TEST_CROWD_THREADS) on 10 + 20 connections
 * for 3 seconds (or ORM_TEST_CROWD_SECONDS), with requests that fail and waits that time out.
 * ctest: serial
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"

/* A sanitizer of threads has its own bounds. */
#ifdef __SANITIZE_THREAD__
enum { CROWD = 100 };
#else
enum { CROWD = 1000 };
#endif
enum { SIZE = 10, OVERFLOW = 20, MOST = 4096 };

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

static int number_of(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : (int)strtol(text, NULL, 10);
}

typedef struct crowd {
    orm_engine *engine;
    atomic_bool over;
    atomic_long committed;
    atomic_long refused;   /* by their own handler */
    atomic_long timed_out; /* waiting for a connection */
    atomic_long other;
    atomic_long unknown; /* COMMITs that got no answer */
    atomic_long longest; /* ms until a request was through */
    atomic_long starved; /* threads that were never served */
    orm_error strange;
    pthread_mutex_t mutex;
} crowd;

typedef struct member {
    crowd *crowd;
    int number;
    long requests;
    long served;
} member;

static orm_status request(orm_session *db, void *context)
{
    const member *self = context;
    s_account *row = NULL;
    const char *email = orm_session_printf(db, "m%d %ld", self->number, self->requests);
    orm_status status = s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, &row);
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.note = ORM_SET(email)});
    if (status == ORM_OK && self->requests % 10 == 3)
        return orm_session_fail(db, ORM_CHECK, "refused");
    return status;
}

static void note_longest(crowd *all, long took)
{
    long longest = atomic_load(&all->longest);
    while (took > longest && !atomic_compare_exchange_weak(&all->longest, &longest, took)) {}
}

static void note_outcome(crowd *all, orm_status status, bool hasty, const orm_error *error)
{
    bool locked = hasty && status == ORM_BUSY; /* SQLite's one writer, until the deadline */
    if (status == ORM_OK) {
        atomic_fetch_add(&all->committed, 1);
    } else if (status == ORM_CHECK) {
        atomic_fetch_add(&all->refused, 1);
    } else if (status == ORM_POOL_TIMEOUT || status == ORM_TIMEOUT || locked) {
        atomic_fetch_add(&all->timed_out, 1);
    } else if (status == ORM_COMMIT_UNKNOWN) {
        atomic_fetch_add(&all->unknown, 1);
    } else {
        atomic_fetch_add(&all->other, 1);
        (void)pthread_mutex_lock(&all->mutex);
        all->strange = *error;
        (void)pthread_mutex_unlock(&all->mutex);
    }
}

static void *take_part(void *context)
{
    member *self = context;
    crowd *all = self->crowd;
    for (; !atomic_load(&all->over); self->requests++) {
        orm_error error;
        /* A tenth will not wait. */
        bool hasty = self->requests % 10 == 7;
        const orm_session_options options = {.deadline_ms = hasty ? 3 : 0};
        int64_t start = milliseconds();
        orm_status status = orm_session_run(all->engine, &options, request, self, &error);
        note_outcome(all, status, hasty, &error);
        if (!hasty) {
            note_longest(all, (long)(milliseconds() - start));
            self->served++;
        }
    }
    if (self->served == 0)
        atomic_fetch_add(&all->starved, 1);
    return NULL;
}

/* The most connections the server saw at once, looking all the time. */
static int watch(crowd *all, int64_t end)
{
    int most = 0;
    while (milliseconds() < end) {
        orm_engine_status counts;
        orm_engine_get_status(all->engine, &counts);
        assert_in_range(counts.open, counts.in_use + counts.idle, SIZE + OVERFLOW);
        if (database.postgresql) {
            int now = (int)test_number(&database,
                                       "select count(*) from pg_stat_activity where datname ="
                                       " current_database() and backend_type = 'client backend'"
                                       " and pid <> pg_backend_pid()");
            most = now > most ? now : most;
        } else {
            most = counts.open > most ? counts.open : most;
        }
        (void)usleep(2000);
    }
    return most;
}

static void check_at_rest(orm_engine *engine)
{
    orm_engine_status counts;
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.open, counts.idle);
    assert_in_range(counts.open, 0, SIZE);
    assert_int_equal(counts.opened - counts.closed, counts.open);
    if (!database.postgresql)
        return;
    assert_int_equal(
        test_number(&database, "select count(*) from pg_stat_activity where datname ="
                               " current_database() and backend_type = 'client backend'"
                               " and pid <> pg_backend_pid()"),
        counts.open);
}

static int start_members(crowd *all, member *members, pthread_t *threads, int count)
{
    pthread_attr_t attributes;
    int started = 0;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)256 * 1024), 0);
    for (; started < count; started++) {
        members[started] = (member){.crowd = all, .number = started};
        if (pthread_create(&threads[started], &attributes, take_part, &members[started]) != 0)
            break;
    }
    (void)pthread_attr_destroy(&attributes);
    return started;
}

static void a_thousand_threads_share_thirty_connections(void **state)
{
    (void)state;
    static member members[MOST];
    static pthread_t threads[MOST];
    static crowd all;
    int wanted = number_of("ORM_TEST_CROWD_THREADS", CROWD);
    int seconds = number_of("ORM_TEST_CROWD_SECONDS", 3);
    orm_error error;
    orm_engine_options options = {.url = database.url,
                                  .pool_size = SIZE,
                                  .max_overflow = OVERFLOW,
                                  .pool_timeout_ms = 60000};
    memset(&all, 0, sizeof all);
    assert_int_equal(pthread_mutex_init(&all.mutex, NULL), 0);
    assert_int_equal(orm_engine_open(&options, &all.engine, &error), ORM_OK);
    int64_t end = milliseconds() + 1000 * (int64_t)seconds;
    int count = start_members(&all, members, threads, wanted < MOST ? wanted : MOST);
    int most = watch(&all, end);
    atomic_store(&all.over, true);
    for (int i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    print_message("%d threads: %ld committed, %ld refused, %ld gave up, longest %ld ms, most "
                  "connections %d\n",
                  count, atomic_load(&all.committed), atomic_load(&all.refused),
                  atomic_load(&all.timed_out), atomic_load(&all.longest), most);
    if (atomic_load(&all.other) > 0)
        fail_msg("%ld times: %s", atomic_load(&all.other), all.strange.message);
    assert_int_equal(count, wanted);
    assert_in_range(most, 1, SIZE + OVERFLOW);
    assert_int_equal(atomic_load(&all.starved), 0);
    assert_true(atomic_load(&all.timed_out) > 0);
    check_at_rest(all.engine);
    long long rows = test_number(&database, "select count(*) from accounts where note = email");
    /* A hasty COMMIT may get no answer in time. */
    assert_in_range(rows, atomic_load(&all.committed),
                    atomic_load(&all.committed) + atomic_load(&all.unknown));
    assert_int_equal(test_number(&database, "select count(*) from accounts"), rows);
    assert_int_equal(orm_engine_close(all.engine, &error), ORM_OK);
    (void)pthread_mutex_destroy(&all.mutex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_thousand_threads_share_thirty_connections),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
