/*
 * The PostgreSQL driver and the network: connection strings, deadlines, silence and loss.
 * It measures time; ctest: serial
 */
#include "pg_fixture.h"
#include "support/slack.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

/* ---- Connection strings ---- */

static orm_status try_setup(const char *url, char *message)
{
    fixture f;
    fixture_prepare(&f, url);
    orm_status status = DRIVER->setup(&f.target, &f.target.shared, &f.error);
    memcpy(message, f.error.message, sizeof f.error.message);
    fixture_dispose(&f);
    return status;
}

static void urls_are_told_apart(void **state)
{
    (void)state;
    assert_true(DRIVER->accepts("postgresql://h/d"));
    assert_true(DRIVER->accepts("postgres://h/d"));
    assert_true(DRIVER->accepts("host=h dbname=d"));
    assert_false(DRIVER->accepts("sqlite:x=y"));
    assert_false(DRIVER->accepts("x.db"));
}

static void faulty_urls_never_show_the_password(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "postgresql://u:s3cr3t%tpw@h/d",       "postgresql://u:s3cr3t@more@127.0.0.1/d",
        "postgresql://u:s3cr3t/x@h/d",         "password=s3cr3t with spaces host=h",
        "host=h password='s3cr3t",             "host=h s3cr3t=1",
        "host=h password=s3cr3t service=none", "host=h password=s3cr3t sslmode=perhaps",
        "postgresql://u:s3cr3t@h/d?nothing=1", "host=h port=1,2,3 password=s3cr3t",
    };
    char message[ORM_ERROR_MESSAGE_SIZE];
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        assert_int_equal(try_setup(urls[i], message), ORM_INVALID);
        assert_true(strlen(message) > 20);
        assert_null(strstr(message, "s3cr3t"));
    }
    assert_int_equal(try_setup("host=h sslmode=perhaps", message), ORM_INVALID);
    assert_non_null(strstr(message, "sslmode"));
    assert_int_equal(try_setup("postgresql://u:p@h:5432/d", message), ORM_OK);
}

static orm_status try_open(const char *url, int64_t ms, orm_error *error)
{
    fixture f;
    fixture_prepare(&f, url);
    orm_status status = DRIVER->setup(&f.target, &f.target.shared, &f.error);
    assert_int_equal(status, ORM_OK);
    status = DRIVER->open(&f.target, orm__deadline_in(ms), &f.link, &f.error);
    if (status != ORM_OK) assert_null(f.link);
    *error = f.error;
    fixture_dispose(&f);
    return status;
}

/* The test server's URL with a setting after it. */
static const char *url_with(const char *setting, char *text, size_t size)
{
    const char *url = fixture_url();
    const char *separator = strstr(url, "://") == NULL ? " " : strchr(url, '?') ? "&" : "?";
    snprintf(text, size, "%s%s%s", url, separator, setting);
    return text;
}

static void refused_connections_are_classed(void **state)
{
    (void)state;
    orm_error error;
    char url[512];
    if (fixture_url() == NULL) skip();
    assert_int_equal(try_open("host=127.0.0.1 port=1 user=u password=s3cr3t", 2000, &error),
                     ORM_DISCONNECTED);
    assert_true(error.retryable);
    assert_non_null(strstr(error.message, "127.0.0.1:1"));
    assert_null(strstr(error.message, "s3cr3t"));
    assert_int_equal(try_open(url_with("dbname=no_such_db", url, sizeof url), 5000, &error),
                     ORM_INVALID);
    assert_string_equal(error.sqlstate, "3D000");
    assert_false(error.retryable);
    assert_int_equal(try_open(url_with("user=no_such_role", url, sizeof url), 5000, &error),
                     ORM_AUTH);
    assert_string_equal(error.sqlstate, "28000");
    assert_non_null(strstr(error.message, "no_such_role"));
}

static int listen_somewhere(int *port_out)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port_out = ntohs(address.sin_port);
    return listener;
}

static void a_silent_server_costs_no_more_than_the_deadline(void **state)
{
    (void)state;
    char url[128];
    orm_error error;
    int port = 0;
    int listener = listen_somewhere(&port);
    snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=u password=s3cr3t", port);
    fixture f;
    fixture_prepare(&f, url);
    assert_int_equal(DRIVER->setup(&f.target, &f.target.shared, &error), ORM_OK);
    int64_t before = orm__now();
    assert_int_equal(DRIVER->open(&f.target, before + 100 * MS, &f.link, &error), ORM_TIMEOUT);
    int64_t took = orm__now() - before;
    close(listener);
    fixture_dispose(&f);
    assert_in_range(took / MS, 99, 100 + test_slack_ms());
}

/* 0.0.0.0 leads to this machine and is not one of its names. The server has no TLS. */
static void a_remote_host_must_prove_who_it_is(void **state)
{
    (void)state;
    char url[128];
    orm_error error;
    const char *tcp = getenv("ORM_TEST_POSTGRESQL_TCP_URL");
    const char *at = tcp == NULL ? NULL : strstr(tcp, "127.0.0.1:");
    if (at == NULL) skip();
    snprintf(url, sizeof url, "postgresql://postgres@0.0.0.0:%d/postgres",
             (int)strtol(at + 10, NULL, 10));
    assert_int_equal(try_open(url, 3000, &error), ORM_DISCONNECTED);
    assert_false(error.retryable);
    assert_non_null(strstr(error.message, "verify-full"));
    assert_non_null(strstr(error.message, "sslmode"));
    snprintf(url + strlen(url), sizeof url - strlen(url), "?sslmode=prefer");
    assert_int_equal(try_open(url, 3000, &error), ORM_OK);
}

/* Servers that refuse startup options, one answer for each connection they get. */
typedef struct refuser {
    int listener;
    const char *answers[4][2]; /* SQLSTATE and message */
    char startup[4][2048];     /* what the client sent */
} refuser;

/* On a thread of its own, so nothing is asserted here: a client that got less fails its test. */
static void answer_startup(int client, const char *const *answer, char *startup, size_t size)
{
    char error[512];
    unsigned char length[4];
    ssize_t got = read(client, startup, size);
    for (ssize_t i = 0; i < got; i++)
        if (startup[i] == '\0') startup[i] = ' ';
    int body = snprintf(error, sizeof error, "SFATAL%cVFATAL%cC%s%cM%s%c", 0, 0, answer[0], 0,
                        answer[1], 0);
    uint32_t total = (uint32_t)body + 5;
    for (int i = 0; i < 4; i++) length[i] = (unsigned char)(total >> (24 - 8 * i));
    if (write(client, "E", 1) != 1 || write(client, length, 4) != 4) return;
    if (write(client, error, (size_t)body + 1) != body + 1) return;
}

static void *refuse(void *context)
{
    refuser *r = context;
    for (int i = 0; i < 4 && r->answers[i][0] != NULL; i++) {
        int client = accept(r->listener, NULL, NULL);
        if (client < 0) break;
        answer_startup(client, r->answers[i], r->startup[i], sizeof r->startup[i] - 1);
        close(client);
    }
    return NULL;
}

static void servers_that_refuse_startup_options_get_fewer(void **state)
{
    (void)state;
    static refuser r;
    pthread_t thread;
    char url[128];
    orm_error error;
    int port = 0;
    memset(&r, 0, sizeof r);
    r.listener = listen_somewhere(&port);
    r.answers[0][0] = "42704";
    r.answers[0][1] = "unrecognized configuration parameter \"client_connection_check_interval\"";
    r.answers[1][0] = "08P01";
    r.answers[1][1] = "unsupported startup parameter: options";
    r.answers[2][0] = "53300";
    r.answers[2][1] = "zu viele Verbindungen";
    snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=u password=s3cr3t sslmode=disable",
             port);
    assert_int_equal(pthread_create(&thread, NULL, refuse, &r), 0);
    assert_int_equal(try_open(url, 3000, &error), ORM_TOO_MANY_CONNECTIONS);
    pthread_join(thread, NULL);
    close(r.listener);
    assert_string_equal(error.sqlstate, "53300");
    assert_non_null(strstr(error.message, "zu viele Verbindungen"));
    assert_non_null(strstr(r.startup[0] + 8, "client_connection_check_interval"));
    assert_non_null(strstr(r.startup[0] + 8, "DateStyle"));
    assert_null(strstr(r.startup[1] + 8, "client_connection_check_interval"));
    assert_non_null(strstr(r.startup[1] + 8, "DateStyle"));
    assert_null(strstr(r.startup[2] + 8, "DateStyle"));
}

static void a_refusal_that_quotes_the_password_is_not_shown(void **state)
{
    (void)state;
    static refuser r;
    pthread_t thread;
    char url[128];
    orm_error error;
    int port = 0;
    memset(&r, 0, sizeof r);
    r.listener = listen_somewhere(&port);
    r.answers[0][0] = "28P01";
    r.answers[0][1] = "the password s3cr3t is wrong";
    snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=u password=s3cr3t sslmode=disable",
             port);
    assert_int_equal(pthread_create(&thread, NULL, refuse, &r), 0);
    assert_int_equal(try_open(url, 3000, &error), ORM_AUTH);
    pthread_join(thread, NULL);
    close(r.listener);
    assert_null(strstr(error.message, "s3cr3t"));
    assert_non_null(strstr(error.message, "28P01"));
}

static void pinned_settings_hold_whatever_the_url_says(void **state)
{
    NEED_SERVER(outer);
    (void)outer;
    fixture f;
    char url[512];
    fixture_open(&f, url_with("options=-c%20DateStyle%3DGerman%20-c%20work_mem%3D5MB", url,
                              sizeof url));
    assert_int_equal(fixture_int(&f, "SELECT (current_setting('DateStyle') LIKE 'ISO%')::int"), 1);
    assert_int_equal(fixture_int(&f, "SELECT (current_setting('work_mem') = '5MB')::int"), 1);
    assert_int_equal(
        fixture_int(&f, "SELECT (current_setting('client_connection_check_interval')"
                        " = '100ms')::int"), 1);
    assert_int_equal(fixture_int(&f, "SELECT (current_setting('client_encoding') = 'UTF8')::int"),
                     1);
    fixture_dispose(&f);
}

/* ---- Time ---- */

static orm_status run_until(fixture *f, const char *sql, int64_t ms, int64_t *took_out)
{
    orm__statement s;
    statement_init(&s, sql);
    s.once = true;
    orm__call call = {.statement = &s};
    orm__flight flight = {.calls = &call, .count = 1};
    int64_t before = orm__now();
    orm_status status = DRIVER->run(f->link, &flight, before + ms * MS, &f->error);
    *took_out = orm__now() - before;
    assert_int_equal(status, call.status);
    return status;
}

static void a_deadline_cancels_and_keeps_the_connection(void **state)
{
    NEED_SERVER(f);
    int64_t took = 0;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(run_until(f, "SELECT pg_sleep(10)", 50, &took), ORM_TIMEOUT);
        assert_true(took >= 50 * (int64_t)MS && took < (50 + test_slack_ms()) * (int64_t)MS);
        assert_int_equal(f->error.status, ORM_TIMEOUT);
        assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
        assert_int_equal(fixture_int(f, "SELECT 42"), 42);
    }
    fixture_sql(f, "BEGIN");
    assert_int_equal(run_until(f, "SELECT pg_sleep(10)", 30, &took), ORM_TIMEOUT);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_FAILED);
    fixture_sql(f, "ROLLBACK");
}

static void the_servers_own_timeout_is_one_too(void **state)
{
    NEED_SERVER(f);
    fixture_sql(f, "SET statement_timeout = 30");
    int64_t took = 0;
    assert_int_equal(run_until(f, "SELECT pg_sleep(10)", 5000, &took), ORM_TIMEOUT);
    assert_string_equal(f->error.sqlstate, "57014");
    fixture_sql(f, "SET statement_timeout = 0");
    fixture_sql(f, "SET lock_timeout = 30");
    fixture g;
    fixture_open(&g, fixture_url());
    fixture_sql(&g, "BEGIN");
    fixture_sql(&g, "SELECT pg_advisory_xact_lock(4711)");
    assert_int_equal(fixture_try(f, "SELECT pg_advisory_lock(4711)"), ORM_BUSY);
    fixture_dispose(&g);
}

/* A proxy on a thread: passes bytes on until told to be silent or to hang up. */
typedef struct proxy {
    pthread_t thread;
    int listener;
    int port;
    const char *path; /* of the server's socket, or NULL */
    int mode;         /* 0: pass on, 1: silent, 2: hang up on the first bytes from the client */
    int stop;
} proxy;

static int proxy_mode(proxy *p)
{
    return __atomic_load_n(&p->mode, __ATOMIC_SEQ_CST);
}

static int connect_server(void)
{
    const char *url = getenv("ORM_TEST_POSTGRESQL_TCP_URL");
    const char *at = strstr(url, "127.0.0.1:");
    struct sockaddr_in address = {.sin_family = AF_INET};
    int port = 0;
    if (at != NULL) port = (int)strtol(at + 10, NULL, 10);
    else if ((at = strstr(url, "port=")) != NULL) port = (int)strtol(at + 5, NULL, 10);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&address, sizeof address) == 0) return s;
    close(s);
    return -1;
}

static void pass_on(proxy *p, int client, int server)
{
    char bytes[8192];
    while (!__atomic_load_n(&p->stop, __ATOMIC_SEQ_CST)) {
        struct pollfd entries[2] = {{.fd = client, .events = POLLIN},
                                    {.fd = server, .events = POLLIN}};
        if (poll(entries, 2, 5) <= 0 || proxy_mode(p) == 1) continue;
        for (int i = 0; i < 2; i++) {
            if (!(entries[i].revents & (POLLIN | POLLHUP))) continue;
            ssize_t size = read(entries[i].fd, bytes, sizeof bytes);
            if (size <= 0) return;
            if (i == 0 && proxy_mode(p) == 2) {
                /* The server gets it, the client never hears. */
                if (write(server, bytes, (size_t)size) > 0) usleep(20000);
                return;
            }
            if (write(entries[1 - i].fd, bytes, (size_t)size) != size) return;
        }
    }
}

static void *run_proxy(void *context)
{
    proxy *p = context;
    while (!__atomic_load_n(&p->stop, __ATOMIC_SEQ_CST)) {
        struct pollfd entry = {.fd = p->listener, .events = POLLIN};
        if (poll(&entry, 1, 5) <= 0) continue;
        int client = accept(p->listener, NULL, NULL);
        int server = connect_server();
        if (client >= 0 && server >= 0) pass_on(p, client, server);
        if (client >= 0) close(client);
        if (server >= 0) close(server);
    }
    return NULL;
}

static void proxy_start(proxy *p, fixture *f, char *url, size_t size)
{
    const char *name = strrchr(getenv("ORM_TEST_POSTGRESQL_TCP_URL"), '/');
    memset(p, 0, sizeof *p);
    p->listener = listen_somewhere(&p->port);
    assert_int_equal(pthread_create(&p->thread, NULL, run_proxy, p), 0);
    snprintf(url, size, "postgresql://postgres@127.0.0.1:%d%s", p->port, name);
    fixture_open(f, url);
}

static void proxy_set(proxy *p, int mode)
{
    __atomic_store_n(&p->mode, mode, __ATOMIC_SEQ_CST);
}

static void proxy_stop(proxy *p)
{
    __atomic_store_n(&p->stop, 1, __ATOMIC_SEQ_CST);
    pthread_join(p->thread, NULL);
    close(p->listener);
}

#define NEED_PROXY() if (getenv("ORM_TEST_POSTGRESQL_TCP_URL") == NULL) skip()

static void a_silent_network_costs_no_more_than_a_tenth_of_a_second(void **state)
{
    (void)state;
    NEED_PROXY();
    proxy p;
    fixture f;
    char url[256];
    int64_t took = 0;
    proxy_start(&p, &f, url, sizeof url);
    assert_int_equal(fixture_int(&f, "SELECT 1"), 1);
    assert_int_equal(DRIVER->ping(f.link, orm__deadline_in(1000), &f.error), ORM_OK);
    proxy_set(&p, 1);
    assert_int_equal(run_until(&f, "SELECT 1", 50, &took), ORM_TIMEOUT);
    assert_true(took < (60 + test_slack_ms()) * (int64_t)MS);
    assert_int_equal(DRIVER->transaction(f.link), ORM__TRANSACTION_BROKEN);
    int64_t before = orm__now();
    DRIVER->close(f.link);
    assert_true(orm__now() - before < test_slack_ms() * (int64_t)MS);
    f.link = NULL;
    proxy_stop(&p);
    fixture_dispose(&f);
}

static void a_silent_ping_ends_at_its_deadline(void **state)
{
    (void)state;
    NEED_PROXY();
    proxy p;
    fixture f;
    char url[256];
    proxy_start(&p, &f, url, sizeof url);
    proxy_set(&p, 1);
    int64_t before = orm__now();
    assert_int_equal(DRIVER->ping(f.link, orm__deadline_in(50), &f.error), ORM_TIMEOUT);
    assert_true(orm__now() - before < (50 + test_slack_ms()) * (int64_t)MS);
    assert_int_equal(DRIVER->transaction(f.link), ORM__TRANSACTION_BROKEN);
    proxy_stop(&p);
    fixture_dispose(&f);
}

static void a_lost_commit_is_unknown_and_a_lost_query_is_not(void **state)
{
    (void)state;
    NEED_PROXY();
    for (int commits = 0; commits < 2; commits++) {
        proxy p;
        fixture f;
        char url[256];
        orm__statement begin, query, commit;
        statement_init(&begin, "BEGIN");
        statement_init(&query, "SELECT 1");
        statement_init(&commit, "COMMIT");
        begin.once = commit.once = true;
        commit.control = ORM__CONTROL_COMMIT;
        proxy_start(&p, &f, url, sizeof url);
        orm__call calls[] = {{.statement = &begin}, {.statement = &query}, {.statement = &commit}};
        orm__flight flight = {.calls = calls, .count = commits ? 3 : 2};
        proxy_set(&p, 2);
        orm_status status = DRIVER->run(f.link, &flight, orm__deadline_in(5000), &f.error);
        assert_int_equal(status, commits ? ORM_COMMIT_UNKNOWN : ORM_DISCONNECTED);
        assert_int_equal(f.error.status, status);
        assert_int_equal(f.error.retryable, !commits);
        assert_int_equal(calls[0].status, ORM_DISCONNECTED);
        if (commits) assert_int_equal(calls[2].status, ORM_COMMIT_UNKNOWN);
        assert_int_equal(DRIVER->transaction(f.link), ORM__TRANSACTION_BROKEN);
        DRIVER->forget(f.link, &query);
        proxy_stop(&p);
        fixture_dispose(&f);
    }
}

static void a_terminated_connection_is_told_and_no_signal_comes(void **state)
{
    NEED_SERVER(f);
    fixture g;
    char sql[128];
    fixture_open(&g, fixture_url());
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld)",
             (long long)fixture_int(&g, "SELECT pg_backend_pid()"));
    fixture_sql(f, sql);
    usleep(50000);
    assert_int_equal(fixture_try(&g, "SELECT 1"), ORM_DISCONNECTED);
    assert_true(g.error.retryable);
    assert_int_equal(DRIVER->transaction(g.link), ORM__TRANSACTION_BROKEN);
    assert_int_equal(DRIVER->ping(g.link, orm__deadline_in(100), &g.error), ORM_DISCONNECTED);
    fixture_dispose(&g);
    /* The ping finds it, too. */
    fixture_open(&g, fixture_url());
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld)",
             (long long)fixture_int(&g, "SELECT pg_backend_pid()"));
    fixture_sql(f, sql);
    usleep(50000);
    assert_int_equal(DRIVER->ping(g.link, orm__deadline_in(1000), &g.error), ORM_DISCONNECTED);
    fixture_dispose(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_told_apart),
        cmocka_unit_test(faulty_urls_never_show_the_password),
        cmocka_unit_test(refused_connections_are_classed),
        cmocka_unit_test(a_silent_server_costs_no_more_than_the_deadline),
        cmocka_unit_test(a_remote_host_must_prove_who_it_is),
        cmocka_unit_test(servers_that_refuse_startup_options_get_fewer),
        cmocka_unit_test(a_refusal_that_quotes_the_password_is_not_shown),
        TEST(pinned_settings_hold_whatever_the_url_says),
        TEST(a_deadline_cancels_and_keeps_the_connection),
        TEST(the_servers_own_timeout_is_one_too),
        cmocka_unit_test(a_silent_network_costs_no_more_than_a_tenth_of_a_second),
        cmocka_unit_test(a_silent_ping_ends_at_its_deadline),
        cmocka_unit_test(a_lost_commit_is_unknown_and_a_lost_query_is_not),
        TEST(a_terminated_connection_is_told_and_no_signal_comes),
    };
    test_slack_watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
