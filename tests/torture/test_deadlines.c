/*
 * No call outlives its deadline by more than 100 ms, whatever the database or the network does.
 * It measures time; ctest: serial
 */
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <orm/orm.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "support/slack.h"

enum { DEADLINE = 300 };

static int open_database(void **state)
{
    (void)state;
    test_slack_watch();
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, 5);
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static orm_engine *open_engine(const char *url)
{
    orm_engine *engine = NULL;
    orm_error error;
    orm_engine_options options = {.url = url, .pool_size = 2, .connect_timeout_ms = 10000};
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return engine;
}

static orm_session *open_session(orm_engine *engine)
{
    orm_session *db = NULL;
    const orm_session_options options = {.deadline_ms = DEADLINE};
    assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
    return db;
}

/* What the call says, and that it said so between the two times. */
static void check_late(const char *call, orm_status status, int64_t start, int64_t least)
{
    int64_t took = now_ms() - start;
    if (status != ORM_TIMEOUT && status != ORM_DISCONNECTED && status != ORM_BUSY &&
        status != ORM_COMMIT_UNKNOWN && status != ORM_FAILED_TRANSACTION)
        fail_msg("%s: %s", call, orm_status_name(status));
    if (took < least || took > DEADLINE + test_slack_ms())
        fail_msg("%s took %d ms", call, (int)took);
}

/* A session whose connection fell silent is closed, and another one served, in time. */
static void check_recovers(orm_engine *engine, orm_session *db, bool reachable)
{
    orm_engine_status status;
    int64_t count = 0;
    int64_t start = now_ms();
    orm_session_close(db);
    assert_in_range(now_ms() - start, 0, DEADLINE + test_slack_ms());
    if (reachable) {
        db = NULL;
        assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
        assert_ok(db, g_person_count(db, NULL, &count));
        assert_int_equal(count, 5);
        orm_session_close(db);
    }
    orm_engine_get_status(engine, &status);
    assert_int_equal(status.in_use, 0);
    assert_int_equal(status.open, status.idle);
}

static orm_status take_number(const orm_row *row, void *context)
{
    return orm_row_int(row, 0, context);
}

static pid_t backend_of(orm_session *db)
{
    orm_opt_i64 pid = {0};
    assert_ok(db, orm_raw(db, "select pg_backend_pid()", NULL, 0, take_number, &pid, NULL));
    return (pid_t)pid.value;
}

/* The statement's server process stops answering. */
static void a_stopped_server_holds_nobody(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_engine *engine = open_engine(database.url);
    for (int committing = 0; committing < 2; committing++) {
        orm_session *db = open_session(engine);
        g_person *person = NULL;
        pid_t pid = backend_of(db);
        if (kill(pid, SIGSTOP) != 0) {
            orm_session_close(db);
            assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
            skip();
        }
        int64_t start = now_ms();
        orm_status status = committing ? orm_session_commit(db) : g_person_find(db, 1, &person);
        check_late(committing ? "commit" : "find", status, start, DEADLINE - 20);
        check_recovers(engine, db, true);
        (void)kill(pid, SIGCONT);
    }
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

/* A connection fell silent while it was idle: half of the time is left to do without it. */
static void a_stopped_idle_connection_holds_nobody(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_engine *engine = open_engine(database.url);
    orm_session *db = open_session(engine);
    g_person *person = NULL;
    pid_t pid = backend_of(db);
    assert_ok(db, orm_session_commit(db));
    if (kill(pid, SIGSTOP) == 0) {
        int64_t start = now_ms();
        assert_ok(db, g_person_find(db, 1, &person));
        assert_in_range(now_ms() - start, DEADLINE / 2 - 20, DEADLINE + test_slack_ms());
        check_recovers(engine, db, true);
        (void)kill(pid, SIGCONT);
    } else {
        orm_session_close(db);
    }
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static void a_long_statement_ends(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(database.url);
    orm_session *db = open_session(engine);
    orm_opt_i64 number = {0};
    const char *sql = test_either(
        &database,
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "select 1 from pg_sleep(20)");
    int64_t start = now_ms();
    orm_status status = orm_raw(db, sql, NULL, 0, take_number, &number, NULL);
    assert_int_equal(status, ORM_TIMEOUT);
    check_late("raw", status, start, DEADLINE - 20);
    check_recovers(engine, db, true);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static void a_lock_is_not_waited_for_longer(void **state)
{
    (void)state;
    orm_engine *engine = open_engine(database.url);
    orm_session *holder = open_session(engine);
    orm_session *db = open_session(engine);
    const char *sql = "update people set name = name where \"person id\" = 1";
    assert_ok(holder, orm_raw(holder, sql, NULL, 0, NULL, NULL, NULL));
    int64_t start = now_ms();
    orm_status status = orm_raw(db, sql, NULL, 0, NULL, NULL, NULL);
    check_late("update", status, start, DEADLINE - 20);
    orm_session_close(holder);
    check_recovers(engine, db, true);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

/* ---- A network that swallows what it is given ---- */

enum { LINES = 32 };

typedef struct proxy {
    int listener;
    int port;
    struct sockaddr_in server;
    atomic_bool swallow;
    atomic_bool done;
    pthread_t thread;
    int client[LINES];
    int upstream[LINES];
    int count;
} proxy;

static void accept_line(proxy *p)
{
    int client = accept(p->listener, NULL, NULL);
    if (client < 0 || p->count == LINES)
        return;
    int upstream = socket(AF_INET, SOCK_STREAM, 0);
    /* A swallowing network answers the first packet of TCP and nothing else. */
    if (!atomic_load(&p->swallow))
        (void)connect(upstream, (const struct sockaddr *)&p->server, sizeof p->server);
    p->client[p->count] = client;
    p->upstream[p->count++] = upstream;
}

static void carry(const proxy *p, int from, int to)
{
    char bytes[8192];
    struct pollfd ready = {.fd = from, .events = POLLIN};
    if (poll(&ready, 1, 0) != 1)
        return;
    ssize_t got = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0 && !atomic_load(&p->swallow))
        (void)send(to, bytes, (size_t)got, MSG_NOSIGNAL);
}

static void *serve(void *context)
{
    proxy *p = context;
    while (!atomic_load(&p->done)) {
        struct pollfd entries[1 + 2 * LINES] = {{.fd = p->listener, .events = POLLIN}};
        nfds_t count = 1;
        for (int i = 0; i < p->count; i++) {
            entries[count++] = (struct pollfd){.fd = p->client[i], .events = POLLIN};
            entries[count++] = (struct pollfd){.fd = p->upstream[i], .events = POLLIN};
        }
        if (poll(entries, count, 20) > 0 && (entries[0].revents & POLLIN))
            accept_line(p);
        for (int i = 0; i < p->count; i++) {
            carry(p, p->client[i], p->upstream[i]);
            carry(p, p->upstream[i], p->client[i]);
        }
    }
    return NULL;
}

static void proxy_start(proxy *p, int server_port)
{
    socklen_t size = sizeof(struct sockaddr_in);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    p->server = address;
    p->server.sin_port = htons((uint16_t)server_port);
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(p->listener, 16), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &size), 0);
    p->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

static void proxy_stop(proxy *p)
{
    atomic_store(&p->done, true);
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    for (int i = 0; i < p->count; i++) {
        (void)close(p->client[i]);
        (void)close(p->upstream[i]);
    }
    (void)close(p->listener);
}

/* The url of the database through the proxy; false: the server has no TCP. */
static bool proxied_url(proxy *p, char *url, size_t size)
{
    const char *server = getenv("ORM_TEST_POSTGRESQL_TCP_URL");
    if (!database.postgresql || server == NULL)
        return false;
    int port = 0;
    char user[64] = "postgres";
    PQconninfoOption *options = PQconninfoParse(server, NULL);
    assert_non_null(options);
    for (PQconninfoOption *o = options; o->keyword != NULL; o++) {
        if (o->val != NULL && strcmp(o->keyword, "port") == 0)
            port = (int)strtol(o->val, NULL, 10);
        if (o->val != NULL && strcmp(o->keyword, "user") == 0)
            (void)snprintf(user, sizeof user, "%s", o->val);
    }
    PQconninfoFree(options);
    proxy_start(p, port);
    (void)snprintf(url, size, "host=127.0.0.1 port=%d user=%s dbname=%s sslmode=disable", p->port,
                   user, database.name);
    return true;
}

static void a_swallowing_network_holds_nobody(void **state)
{
    (void)state;
    proxy p = {0};
    char url[256];
    if (!proxied_url(&p, url, sizeof url))
        skip();
    orm_engine *engine = open_engine(url);
    g_person *person = NULL;
    for (int i = 0; i < 3; i++) {
        orm_session *db = open_session(engine);
        atomic_store(&p.swallow, false);
        assert_ok(db, g_person_find(db, 1, &person));
        atomic_store(&p.swallow, true);
        int64_t start = now_ms();
        orm_status status = i == 2 ? orm_session_commit(db) : g_person_find(db, 2, &person);
        check_late("first call", status, start, DEADLINE - 20);
        /* Without a server there is no new connection either. */
        orm_session *next = open_session(engine);
        start = now_ms();
        check_late("connecting", g_person_find(next, 3, &person), start, DEADLINE - 20);
        orm_session_close(next);
        check_recovers(engine, db, false);
    }
    /* Requests to cancel under way end with the network; libpq gives them no deadline. */
    proxy_stop(&p);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_long_statement_ends),
        suite_test(a_lock_is_not_waited_for_longer),
        suite_test(a_stopped_server_holds_nobody),
        suite_test(a_stopped_idle_connection_holds_nobody),
        suite_test(a_swallowing_network_holds_nobody),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
