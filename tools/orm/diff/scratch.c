#define _DEFAULT_SOURCE

#include "diff/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diff/sql_words.h"

bool url_is_postgresql(const char *url)
{
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0 ||
           (strncmp(url, "sqlite:", 7) != 0 && strchr(url, '=') != NULL);
}

bool url_is(const char *word)
{
    return url_is_postgresql(word) || strncmp(word, "sqlite:", 7) == 0;
}

/* The last setting of a connection string wins. */
static const char *url_of(struct arena *arena, const char *url, const char *name)
{
    if (!strstr(url, "://"))
        return arena_format(arena, "%s dbname=%s", url, name);
    return arena_format(arena, "%s%cdbname=%s", url, strchr(url, '?') ? '&' : '?', name);
}

static const char *drop_text(struct arena *arena, const char *name)
{
    return arena_format(arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)",
                        words_quoted(arena, name));
}

/*
 * A process that outlives this one when it is killed: it waits for the pipe's other end to close,
 * and drops the database when nobody has said that it is gone.
 */
static void mind(const char *url, const char *name, int end)
{
    struct arena *arena = arena_new();
    struct connection connection;
    struct cells cells;
    int null = open("/dev/null", O_RDWR);
    char word;
    ssize_t got;

    setsid();
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    while ((got = read(end, &word, 1)) < 0 && errno == EINTR)
        ;
    if (got == 0 && connection_open(arena, url, &connection))
        (void)connection_rows(&connection, drop_text(arena, name), NULL, 0, &cells);
    _exit(0);
}

static bool start_janitor(struct scratch *scratch, const char *url)
{
    int ends[2];

    if (pipe(ends) != 0) {
        report_error("no pipe can be made: %s", strerror(errno));
        return false;
    }
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    (void)fflush(NULL);
    scratch->janitor = fork();
    if (scratch->janitor == 0) {
        static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            signal(signals[i], SIG_IGN);
        close(ends[1]);
        mind(url, scratch->name, ends[0]);
    }
    close(ends[0]);
    scratch->janitor_end = ends[1];
    if (scratch->janitor > 0)
        return true;
    report_error("no process can be started: %s", strerror(errno));
    return false;
}

static const char *scratch_name(struct arena *arena)
{
    unsigned long long random = 0;

    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = (unsigned long long)getpid();
    return arena_format(arena, "orm_scratch_%d_%08llx", (int)getpid(), random & 0xffffffffULL);
}

static bool make_database(struct arena *arena, struct scratch *scratch)
{
    PGresult *result =
        PQexec(scratch->server.pg, arena_format(arena, "CREATE DATABASE %s TEMPLATE template0",
                                                words_quoted(arena, scratch->name)));
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!ok)
        report_error("no scratch database can be made: %s%s",
                     PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
                         ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
                         : PQerrorMessage(scratch->server.pg),
                     state && strcmp(state, "42501") == 0
                         ? "\n  give --dev-url the URL of a server where the user may create "
                           "databases, or let an\n  administrator say ALTER ROLE ... CREATEDB"
                         : "");
    PQclear(result);
    return ok;
}

static bool open_postgresql(struct arena *arena, const char *dev_url, struct scratch *scratch)
{
    if (!dev_url) {
        report_error("a PostgreSQL server is needed, to load the schema into a scratch database "
                     "and read it back:\n  give --dev-url postgresql://... (any database of a "
                     "server where databases may be made)");
        return false;
    }
    scratch->name = scratch_name(arena);
    return connection_open(arena, dev_url, &scratch->server) && start_janitor(scratch, dev_url) &&
           make_database(arena, scratch) &&
           target_open(arena, url_of(arena, dev_url, scratch->name), false, &scratch->target);
}

bool scratch_open(struct arena *arena, enum sql_dialect dialect, const char *dev_url,
                  struct scratch *scratch_out)
{
    bool ok;

    *scratch_out = (struct scratch){.janitor = -1, .janitor_end = -1};
    scratch_out->target.lock_file = -1;
    ok = dialect == SQL_SQLITE ? target_open(arena, "sqlite::memory:", false, &scratch_out->target)
                               : open_postgresql(arena, dev_url, scratch_out);
    if (!ok)
        scratch_close(scratch_out);
    return ok;
}

bool scratch_is_open(const struct scratch *scratch)
{
    return scratch->target.connection.pg || scratch->target.connection.sqlite;
}

void scratch_close(struct scratch *scratch)
{
    struct cells cells;

    target_close(&scratch->target);
    /* The janitor is told only when the database is gone. */
    if (scratch->server.pg &&
        connection_rows(&scratch->server, drop_text(scratch->server.arena, scratch->name), NULL, 0,
                        &cells) &&
        scratch->janitor_end >= 0)
        (void)!write(scratch->janitor_end, "x", 1);
    connection_close(&scratch->server);
    if (scratch->janitor_end >= 0)
        close(scratch->janitor_end);
    if (scratch->janitor > 0)
        (void)waitpid(scratch->janitor, NULL, 0);
    scratch->janitor = scratch->janitor_end = -1;
}
