/*
 * A server that takes no more connections than it has room for. The server is one of the test's
 * own; on SQLite there is nothing to do.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/server.h"

enum { ROOM = 8, THREADS = 24, REQUESTS = 40 };

static test_server server;

static int open_database(void **state)
{
    (void)state;
    const char *kind = getenv("ORM_TEST_DATABASE");
    if (kind != NULL && strcmp(kind, "postgresql") == 0) {
        test_server_start(&server, "max_connections=8");
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

/* Of the eight the test itself has one. */
static orm_engine *open_engine(int size)
{
    orm_engine *engine = NULL;
    orm_error error;
    orm_engine_options options = {.url = database.url, .pool_size = size, .pool_timeout_ms = 60000};
    orm_engine_dispose(database.engine);
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return engine;
}

static orm_status touch(orm_session *db)
{
    int64_t count = 0;
    return s_branch_count(db, NULL, &count);
}

static void the_servers_limit_is_told_and_takes_no_slot(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_engine *engine = open_engine(ROOM + 4);
    orm_engine_status counts;
    orm_session *db[ROOM];
    for (int i = 0; i < ROOM; i++)
        assert_int_equal(orm_session_open(engine, NULL, &db[i], NULL), ORM_OK);
    for (int i = 0; i < ROOM - 1; i++)
        assert_ok(db[i], touch(db[i]));
    orm_session *last = db[ROOM - 1];
    for (int i = 0; i < 5; i++) {
        assert_status(last, touch(last), ORM_TOO_MANY_CONNECTIONS);
        assert_true(orm_session_error(last)->retryable);
        assert_string_equal(orm_session_error(last)->sqlstate, "53300");
        orm_engine_get_status(engine, &counts);
        assert_int_equal(counts.open, ROOM - 1);
        assert_int_equal(counts.in_use, ROOM - 1);
    }
    orm_session_close(db[0]);
    assert_ok(last, touch(last));
    for (int i = 1; i < ROOM; i++)
        orm_session_close(db[i]);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

typedef struct client {
    pthread_t thread;
    orm_engine *engine;
    int number;
    int request;
    int done;
    orm_error strange;
} client;

static orm_status add_account(orm_session *db, void *context)
{
    const client *self = context;
    const char *email = orm_session_printf(db, "l%d %d", self->number, self->request);
    return s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, NULL);
}

static void *insist(void *context)
{
    client *self = context;
    const orm_session_options options = {
        .retries = 2000, .retry_wait_ms = 2, .retry_wait_max_ms = 20};
    for (; self->request < REQUESTS; self->request++) {
        orm_error error;
        if (orm_session_run(self->engine, &options, add_account, self, &error) == ORM_OK)
            self->done++;
        else
            self->strange = error;
    }
    return NULL;
}

/* A pool larger than the server: those refused try again, and all are done. */
static void refused_clients_get_through(void **state)
{
    (void)state;
    static client clients[THREADS];
    if (!database.postgresql)
        skip();
    orm_engine *engine = open_engine(THREADS);
    orm_engine_status counts;
    for (int i = 0; i < THREADS; i++) {
        clients[i] = (client){.engine = engine, .number = i};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, insist, &clients[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(clients[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        if (clients[i].done != REQUESTS)
            fail_msg("%d of %d: %s", clients[i].done, (int)REQUESTS, clients[i].strange.message);
    orm_engine_get_status(engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.open, counts.idle);
    assert_in_range(counts.open, 1, ROOM - 1);
    assert_int_equal(test_number(&database, "select count(*) from accounts"), THREADS * REQUESTS);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(the_servers_limit_is_told_and_takes_no_slot),
        suite_test(refused_clients_get_through),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
