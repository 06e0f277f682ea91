/*
 * COMMITs on a server that is restarted over and over, politely and not, under sixteen threads:
 * what is told of each is what the server kept. For 6 seconds (or ORM_TEST_RESTART_SECONDS) with
 * the resolver and as long without. The server is one of the test's own; on SQLite there is nothing
 * to do.
 * ctest: serial
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <orm/events.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/server.h"

enum { THREADS = 16, SECONDS = 6 };

static test_server server;

static int open_database(void **state)
{
    (void)state;
    const char *kind = getenv("ORM_TEST_DATABASE");
    if (kind != NULL && strcmp(kind, "postgresql") == 0) {
        test_server_start(&server, NULL);
        assert_int_equal(setenv("ORM_TEST_POSTGRESQL_URL", server.url, 1), 0);
    }
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

static int64_t duration(void)
{
    const char *text = getenv("ORM_TEST_RESTART_SECONDS");
    return 1000 * (text == NULL ? SECONDS : strtol(text, NULL, 10));
}

typedef enum outcome { NOT_DONE, DONE, UNKNOWN } outcome;

typedef struct member {
    pthread_t thread;
    orm_engine *engine;
    atomic_bool *over;
    int number;
    unsigned char *outcomes; /* of its requests */
    unsigned char *found;    /* rows of each, as the server has them */
    size_t count;
    size_t capacity;
    long told[3];
    orm_error strange; /* a failure of no kind that a restart excuses */
} member;

static orm_status request(orm_session *db, void *context)
{
    const member *self = context;
    const char *email = orm_session_printf(db, "%d %zu", self->number, self->count);
    s_account *row = NULL;
    orm_status status = s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, &row);
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.note = ORM_SET(email)});
    return status;
}

static void note_outcome(member *self, orm_status status)
{
    if (self->count == self->capacity) {
        self->capacity = self->capacity == 0 ? 4096 : 2 * self->capacity;
        self->outcomes = realloc(self->outcomes, self->capacity);
    }
    outcome told = status == ORM_OK ? DONE : status == ORM_COMMIT_UNKNOWN ? UNKNOWN : NOT_DONE;
    self->outcomes[self->count++] = (unsigned char)told;
    self->told[told]++;
}

static void *take_part(void *context)
{
    member *self = context;
    while (!atomic_load(self->over)) {
        orm_error error;
        orm_status status = orm_session_run(self->engine, NULL, request, self, &error);
        note_outcome(self, status);
        if (status == ORM_OK)
            continue;
        if (status != ORM_DISCONNECTED && status != ORM_COMMIT_UNKNOWN)
            self->strange = error;
        (void)usleep(1000);
    }
    return NULL;
}

/* Questions of the resolver that were answered. */
static void count_answers(void *context, const orm_event *event)
{
    static const char start[] = "SELECT CASE WHEN pg_is_in_recovery()";
    if (event->sql != NULL && event->status == ORM_OK &&
        strncmp(event->sql, start, sizeof start - 1) == 0)
        (void)atomic_fetch_add((atomic_long *)context, 1);
}

/* Restarts until the time is over; leaves the server time to be of use in between. */
static int keep_restarting(void)
{
    int64_t end = milliseconds() + duration();
    int restarts = 0;
    while (milliseconds() < end) {
        (void)usleep(100000 + (useconds_t)(restarts * 37 % 11) * 20000);
        assert_int_equal(test_server_control(&server, restarts % 3 == 0 ? "restart -m fast"
                                                                        : "restart -m immediate"),
                         0);
        restarts++;
    }
    (void)usleep(300000);
    return restarts;
}

static void find_rows(member *members)
{
    char *rows = test_query(&database, "select email from accounts where note = email");
    for (int i = 0; i < THREADS; i++) {
        members[i].found = calloc(members[i].count + 1, 1);
        assert_non_null(members[i].found);
    }
    char *next = rows;
    for (char *line = strsep(&next, "\n"); line != NULL && *line != '\0';
         line = strsep(&next, "\n")) {
        char *at = line;
        long thread = strtol(line, &at, 10);
        unsigned long number = strtoul(at, NULL, 10);
        assert_in_range(thread, 0, THREADS - 1);
        assert_in_range(number, 0, members[thread].count - 1);
        members[thread].found[number]++;
    }
    free(rows);
}

/* Nothing lost, nothing twice, nothing there that was said not to be. */
static void check_member(const member *self)
{
    for (size_t i = 0; i < self->count; i++) {
        unsigned rows = self->found[i];
        if (rows > 1)
            fail_msg("thread %d, request %zu: %u rows", self->number, i, rows);
        if (self->outcomes[i] == DONE && rows == 0)
            fail_msg("thread %d, request %zu: committed, and lost", self->number, i);
        if (self->outcomes[i] == NOT_DONE && rows == 1)
            fail_msg("thread %d, request %zu: said not to be done, and there", self->number, i);
    }
    if (self->strange.status != ORM_OK)
        fail_msg("%s: %s", orm_status_name(self->strange.status), self->strange.message);
}

static void check_rest(orm_engine *engine)
{
    orm_engine_status counts;
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.open, counts.idle);
    assert_int_equal(counts.opened - counts.closed, counts.open);
}

static void commit_under_restarts(bool resolve)
{
    static member members[THREADS];
    atomic_bool over = false;
    atomic_long answers = 0;
    long told[3] = {0, 0, 0};
    orm_engine *engine = NULL;
    orm_subscription *subscription = NULL;
    orm_error error;
    char url[1200];
    /* COMMIT is answered when it is written, and takes its time for that. */
    (void)snprintf(
        url, sizeof url,
        "%s&options=-c%%20synchronous_commit%%3Don%%20-c%%20commit_delay%%3D3000%%20-c%%20"
        "commit_siblings%%3D0",
        database.url);
    orm_engine_options options = {
        .url = url, .pool_size = 12, .max_overflow = 4, .resolve_commit = resolve};
    test_execute(&database, "delete from accounts");
    assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_OK);
    assert_int_equal(orm_engine_subscribe(engine, count_answers, &answers, false, &subscription),
                     ORM_OK);
    for (int i = 0; i < THREADS; i++) {
        members[i] = (member){.engine = engine, .over = &over, .number = i};
        assert_int_equal(pthread_create(&members[i].thread, NULL, take_part, &members[i]), 0);
    }
    int restarts = keep_restarting();
    atomic_store(&over, true);
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(members[i].thread, NULL);
        for (int k = 0; k < 3; k++)
            told[k] += members[i].told[k];
    }
    print_message("%d restarts: %ld committed, %ld not, %ld unknown, %ld looked up\n", restarts,
                  told[DONE], told[NOT_DONE], told[UNKNOWN], atomic_load(&answers));
    orm_engine_unsubscribe(engine, subscription);
    PQreset(database.pg);
    find_rows(members);
    for (int i = 0; i < THREADS; i++)
        check_member(&members[i]);
    check_rest(engine);
    assert_true(told[DONE] > 0);
    if (resolve) {
        assert_int_equal(told[UNKNOWN], 0);
        assert_true(atomic_load(&answers) > 0);
    } else {
        assert_true(told[UNKNOWN] > 0);
    }
    for (int i = 0; i < THREADS; i++) {
        free(members[i].outcomes);
        free(members[i].found);
    }
    assert_int_equal(orm_engine_close(engine, &error), ORM_OK);
}

static void unknown_outcomes_are_told_apart(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    commit_under_restarts(false);
}

static void all_outcomes_are_resolved(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    commit_under_restarts(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(unknown_outcomes_are_told_apart),
        suite_test(all_outcomes_are_resolved),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
