/*
 * Eight clients behind PgBouncer in transaction mode, which gives each transaction another server
 * connection: with prepared statements off nobody gets an error or somebody else's rows. Runs for
 * ORM_TEST_POOLER_SECONDS, 2 unless set. Skipped where pgbouncer is not installed.
 * ctest: serial
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"

enum { CLIENTS = 8 };

typedef struct pooler {
    char folder[64];
    char url[200];
    int port;
    pid_t process;
} pooler;

static const char *find_pgbouncer(void)
{
    static const char *const paths[] = {"/usr/sbin/pgbouncer", "/usr/bin/pgbouncer",
                                        "/usr/local/bin/pgbouncer"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    test_execute(&database, "insert into branches values (1, 'Ulm'), (2, 'Rom')");
    return 0;
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&address, &size), 0);
    (void)close(s);
    return ntohs(address.sin_port);
}

static void write_settings(const pooler *p)
{
    char path[128];
    const char *host = PQhost(database.pg);
    (void)snprintf(path, sizeof path, "%s/pgbouncer.ini", p->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "[databases]\n* = host=%s port=%s user=postgres\n[pgbouncer]\n"
                  "listen_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"
                  "auth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n"
                  "max_client_conn = 100\n",
                  host, PQport(database.pg), p->port);
    (void)fclose(file);
    assert_int_equal(chmod(p->folder, 0755), 0);
    assert_int_equal(chmod(path, 0644), 0);
}

static bool answers(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = connect(s, (struct sockaddr *)&address, sizeof address) == 0;
    (void)close(s);
    return connected;
}

static void start_pooler(pooler *p, const char *program)
{
    char settings[128];
    memset(p, 0, sizeof *p);
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/orm-pooler-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->port = free_port();
    write_settings(p);
    (void)snprintf(settings, sizeof settings, "%s/pgbouncer.ini", p->folder);
    (void)snprintf(p->url, sizeof p->url, "postgresql://postgres@127.0.0.1:%d/%s?sslmode=disable",
                   p->port, database.name);
    p->process = fork();
    if (p->process == 0) {
        /* It refuses to be root. */
        if (geteuid() == 0)
            (void)execl(program, program, "-q", "-u", "postgres", settings, (char *)NULL);
        else
            (void)execl(program, program, "-q", settings, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 400 && !answers(p->port); i++)
        (void)usleep(10000);
    assert_true(answers(p->port));
}

static void stop_pooler(pooler *p)
{
    char settings[128];
    (void)kill(p->process, SIGKILL);
    (void)waitpid(p->process, NULL, 0);
    (void)snprintf(settings, sizeof settings, "%s/pgbouncer.ini", p->folder);
    (void)unlink(settings);
    (void)rmdir(p->folder);
}

typedef struct client {
    pthread_t thread;
    orm_engine *engine;
    atomic_bool *over;
    int number;
    long requests;
    orm_error error;
} client;

static orm_status is_mine(orm_session *db, s_account *row, void *context)
{
    s_branch *branch = NULL;
    orm_status status = s_account_branch(row, &branch);
    if (status == ORM_OK &&
        (strcmp(row->email, context) != 0 || branch->id != row->branch_id.value))
        return orm_session_fail(db, ORM_DATABASE, "not my row in a stream");
    return status;
}

/* Statements of the same text with other values, and of other texts: nobody gets others' rows. */
static orm_status request(orm_session *db, void *context)
{
    client *self = context;
    s_account *row = NULL;
    s_account *found = NULL;
    s_account_list list;
    const char *email = orm_session_printf(db, "client %d %ld", self->number, self->requests);
    s_account_new wanted = {.email = ORM_SET(email),
                            .note = ORM_SET(email),
                            .balance = ORM_SET((int)self->requests),
                            .branch_id = ORM_SET(self->number % 2 + 1)};
    orm_status status = ORM_OK;
    if (self->requests % 2 == 0)
        status = s_account_select(db, &(s_account_query){.limit = 3}, &list);
    if (status == ORM_OK)
        status = s_account_insert(db, &wanted, &row);
    if (status == ORM_OK)
        status = s_account_select(db,
                                  &(s_account_query){.where = s_account_email_is(orm_eq(email)),
                                                     .with = {.branch = &s_branch_all}},
                                  &list);
    if (status == ORM_OK && (list.count != 1 || list.items[0] != row))
        return orm_session_fail(db, ORM_DATABASE, "not my row");
    s_account_query mine = {.where = s_account_email_is(orm_eq(email)),
                            .with = {.branch = &s_branch_all}};
    if (status == ORM_OK)
        status =
            s_account_each(db, &mine, &(orm_each){.batch = 1}, is_mine, (void *)(uintptr_t)email);
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(self->number)});
    if (status == ORM_OK && (row->balance != self->number || strcmp(row->note, email) != 0))
        return orm_session_fail(db, ORM_DATABASE, "not my values");
    if (status == ORM_OK)
        status = s_account_find(db, row->id, &found);
    return status;
}

static void *serve(void *context)
{
    client *self = context;
    while (!atomic_load(self->over)) {
        if (orm_session_run(self->engine, NULL, request, self, &self->error) != ORM_OK)
            break;
        self->requests++;
    }
    return NULL;
}

static int seconds(void)
{
    const char *text = getenv("ORM_TEST_POOLER_SECONDS");
    return text == NULL ? 2 : (int)strtol(text, NULL, 10);
}

static void nobody_gets_an_error_or_another_ones_rows(void **state)
{
    (void)state;
    const char *program = find_pgbouncer();
    if (!database.postgresql || program == NULL)
        skip();
    pooler p;
    client clients[CLIENTS];
    atomic_bool over = false;
    orm_engine *engine = NULL;
    orm_error error;
    long requests = 0;
    start_pooler(&p, program);
    orm_engine_options options = {
        .url = p.url, .pool_size = CLIENTS, .no_prepared_statements = true};
    assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_OK);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (client){.engine = engine, .over = &over, .number = i};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, serve, &clients[i]), 0);
    }
    (void)sleep((unsigned)seconds());
    atomic_store(&over, true);
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(clients[i].thread, NULL);
    assert_int_equal(orm_engine_close(engine, &error), ORM_OK);
    stop_pooler(&p);
    for (int i = 0; i < CLIENTS; i++) {
        char report[2048] = "";
        if (clients[i].error.status != ORM_OK)
            (void)orm_error_format(&clients[i].error, report, sizeof report);
        if (report[0] != '\0')
            fail_msg("%s", report);
        assert_true(clients[i].requests > 5);
        requests += clients[i].requests;
    }
    assert_int_equal(test_number(&database, "select count(*) from accounts where balance <> -1"
                                            " and email like 'client%%' and email = note"),
                     requests);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(nobody_gets_an_error_or_another_ones_rows),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
