/*
 * A server that is restarted, politely and not, under sixteen busy threads: all recover at once,
 * nothing is leaked, every row is accounted for. And one that is stopped and continued. The server
 * is one of the test's own; on SQLite there is nothing to do.
 * ctest: serial
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/server.h"
#include "support/slack.h"

enum { THREADS = 16, RESTARTS = 4 };

static test_server server;

static int open_database(void **state)
{
    (void)state;
    const char *kind = getenv("ORM_TEST_DATABASE");
    if (kind != NULL && strcmp(kind, "postgresql") == 0) {
        test_server_start(&server, NULL);
        assert_int_equal(setenv("ORM_TEST_POSTGRESQL_URL", server.url, 1), 0);
    }
    test_slack_watch();
    test_open(&database, NULL, "models/session.yaml", NULL);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    test_close(&database);
    test_server_stop(&server);
    return 0;
}

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

typedef struct crowd {
    orm_engine *engine;
    atomic_bool over;
    atomic_llong down_since; /* ms; 0: the server is up */
    atomic_llong up_since;
    atomic_long committed;
    atomic_long unknown;
    atomic_long lost;
    atomic_long late; /* failures when the server had been up for long */
    orm_error strange;
    pthread_mutex_t mutex;
} crowd;

typedef struct member {
    pthread_t thread;
    crowd *crowd;
    int number;
    long requests;
    long recovered; /* requests done in the last stretch */
} member;

static orm_status request(orm_session *db, void *context)
{
    const member *self = context;
    const char *email = orm_session_printf(db, "t%d %ld", self->number, self->requests);
    s_account *row = NULL;
    orm_status status = s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, &row);
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.note = ORM_SET(email)});
    return status;
}

static void note_failure(crowd *all, orm_status status, const orm_error *error, int64_t began)
{
    long long up = atomic_load(&all->up_since);
    bool expected = status == ORM_DISCONNECTED || status == ORM_COMMIT_UNKNOWN;
    if (status == ORM_COMMIT_UNKNOWN)
        atomic_fetch_add(&all->unknown, 1);
    else
        atomic_fetch_add(&all->lost, 1);
    if (expected && (atomic_load(&all->down_since) != 0 || began < up))
        return;
    atomic_fetch_add(&all->late, 1);
    (void)pthread_mutex_lock(&all->mutex);
    all->strange = *error;
    (void)pthread_mutex_unlock(&all->mutex);
}

static void *take_part(void *context)
{
    member *self = context;
    crowd *all = self->crowd;
    for (; !atomic_load(&all->over); self->requests++) {
        orm_error error;
        int64_t began = milliseconds();
        orm_status status = orm_session_run(all->engine, NULL, request, self, &error);
        if (status == ORM_OK) {
            atomic_fetch_add(&all->committed, 1);
            self->recovered++;
            continue;
        }
        note_failure(all, status, &error, began);
        self->recovered = 0;
        (void)usleep(2000);
    }
    return NULL;
}

static void restart(crowd *all, const char *how)
{
    char action[32];
    (void)snprintf(action, sizeof action, "restart -m %s", how);
    atomic_store(&all->down_since, milliseconds());
    assert_int_equal(test_server_control(&server, action), 0);
    atomic_store(&all->up_since, milliseconds());
    atomic_store(&all->down_since, 0);
}

static void check_counts(orm_engine *engine)
{
    orm_engine_status counts;
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.open, counts.idle);
    assert_in_range(counts.open, 1, 8);
    assert_int_equal(counts.opened - counts.closed, counts.open);
    /* Idle connections from before a restart are dead and not on the server's list. */
    assert_in_range(test_number(&database, "select count(*) from pg_stat_activity where datname ="
                                           " current_database() and backend_type ="
                                           " 'client backend' and pid <> pg_backend_pid()"),
                    0, counts.open);
}

static void a_restarted_server_has_everybody_back(void **state)
{
    (void)state;
    static crowd all;
    static member members[THREADS];
    orm_error error;
    if (!database.postgresql)
        skip();
    char url[1200];
    /* The sandbox answers COMMIT before it has written it, and forgets that in a crash. */
    (void)snprintf(url, sizeof url, "%s&options=-c%%20synchronous_commit%%3Don", database.url);
    orm_engine_options options = {.url = url, .pool_size = 8, .max_overflow = 4};
    test_execute(&database, "delete from accounts");
    assert_int_equal(pthread_mutex_init(&all.mutex, NULL), 0);
    assert_int_equal(orm_engine_open(&options, &all.engine, &error), ORM_OK);
    for (int i = 0; i < THREADS; i++) {
        members[i] = (member){.crowd = &all, .number = i};
        assert_int_equal(pthread_create(&members[i].thread, NULL, take_part, &members[i]), 0);
    }
    for (int i = 0; i < RESTARTS; i++) {
        (void)usleep(200000);
        restart(&all, i % 2 == 0 ? "fast" : "immediate");
    }
    (void)usleep(500000);
    atomic_store(&all.over, true);
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(members[i].thread, NULL);
        assert_true(members[i].recovered > 0);
    }
    print_message("%ld committed, %ld lost, %ld unknown\n", atomic_load(&all.committed),
                  atomic_load(&all.lost), atomic_load(&all.unknown));
    if (atomic_load(&all.late) > 0)
        fail_msg("%ld times while the server was up: %s: %s", atomic_load(&all.late),
                 orm_status_name(all.strange.status), all.strange.message);
    PQreset(database.pg);
    check_counts(all.engine);
    long long rows = test_number(&database, "select count(*) from accounts where note = email");
    assert_in_range(rows, atomic_load(&all.committed),
                    atomic_load(&all.committed) + atomic_load(&all.unknown));
    assert_int_equal(test_number(&database, "select count(*) from accounts"), rows);
    assert_int_equal(orm_engine_close(all.engine, &error), ORM_OK);
    (void)pthread_mutex_destroy(&all.mutex);
}

/* ---- Stopped and continued ---- */

enum { DEADLINE = 300 };

typedef struct patient {
    pthread_t thread;
    orm_engine *engine;
    atomic_bool *over;
    int number;
    long done;
    long failed;
    int64_t longest; /* ms of one call */
    bool last_done;
} patient;

static orm_status timed(patient *self, int64_t start, orm_status status)
{
    int64_t took = milliseconds() - start;
    self->longest = took > self->longest ? took : self->longest;
    return status;
}

static void *insist(void *context)
{
    patient *self = context;
    const orm_session_options options = {.deadline_ms = DEADLINE};
    for (int i = 0; !atomic_load(self->over); i++) {
        orm_session *db = NULL;
        char email[40];
        (void)snprintf(email, sizeof email, "p%d %d", self->number, i);
        if (orm_session_open(self->engine, &options, &db, NULL) != ORM_OK)
            break;
        int64_t start = milliseconds();
        orm_status status = timed(
            self, start,
            s_account_insert(db, &(s_account_new){.email = ORM_SET((const char *)email)}, NULL));
        start = milliseconds();
        if (status == ORM_OK)
            status = timed(self, start, orm_session_commit(db));
        start = milliseconds();
        orm_session_close(db);
        (void)timed(self, start, ORM_OK);
        self->last_done = status == ORM_OK;
        self->done += status == ORM_OK;
        self->failed += status != ORM_OK;
    }
    return NULL;
}

static void a_server_stopped_and_continued_holds_nobody(void **state)
{
    (void)state;
    static patient patients[THREADS];
    atomic_bool over = false;
    orm_engine *engine = NULL;
    orm_error error;
    long failed = 0;
    if (!database.postgresql)
        skip();
    orm_engine_options options = {.url = database.url, .pool_size = 8, .max_overflow = 4};
    assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_OK);
    for (int i = 0; i < THREADS; i++) {
        patients[i] = (patient){.engine = engine, .over = &over, .number = i};
        assert_int_equal(pthread_create(&patients[i].thread, NULL, insist, &patients[i]), 0);
    }
    (void)usleep(300000);
    bool stopped = test_server_signal(&server, "STOP");
    (void)usleep(1500000);
    bool continued = test_server_signal(&server, "CONT");
    (void)usleep(1500000);
    atomic_store(&over, true);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(patients[i].thread, NULL);
    assert_true(stopped && continued);
    for (int i = 0; i < THREADS; i++) {
        assert_true(patients[i].last_done);
        assert_in_range(patients[i].longest, 1, DEADLINE + test_slack_ms());
        failed += patients[i].failed;
    }
    assert_true(failed > 0);
    check_counts(engine);
    assert_int_equal(orm_engine_close(engine, &error), ORM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_server_stopped_and_continued_holds_nobody),
        suite_test(a_restarted_server_has_everybody_back),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
