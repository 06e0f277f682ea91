#define _DEFAULT_SOURCE /* flock */

#include "migrate/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_MS = 60000, NAP_MS = 50, LOCK_MS = 5000 };

/* Of advisory locks; any number does that nobody else takes. */
#define LOCK_KEY "7813572938841735529"

static const char *path_of(const char *url)
{
    url = url ? url : getenv("ORM_DATABASE_URL");
    if (!url || strncmp(url, "sqlite:", 7) != 0 || strcmp(url + 7, ":memory:") == 0)
        return NULL;
    return url[7] ? url + 7 : NULL;
}

/*
 * The file is locked by flock(), which SQLite does not use. It stays open until SQLite has closed
 * its own: closing any descriptor of a file drops the locks SQLite has on it.
 */
static bool open_file(struct target *target, const char *path, bool make)
{
    target->lock_file = open(path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0666);
    if (target->lock_file >= 0)
        return true;
    report_error("%s: can't be opened: %s", path, strerror(errno));
    return false;
}

bool target_open(struct arena *arena, const char *url, bool make, struct target *target_out)
{
    const char *path = path_of(url);

    *target_out = (struct target){.lock_file = -1};
    if ((path && !open_file(target_out, path, make)) ||
        !connection_open(arena, url, &target_out->connection)) {
        target_close(target_out);
        return false;
    }
    target_out->dialect = target_out->connection.pg ? SQL_POSTGRESQL : SQL_SQLITE;
    if (target_out->connection.sqlite) {
        sqlite3_busy_timeout(target_out->connection.sqlite, BUSY_MS);
        return target_run(target_out, "PRAGMA foreign_keys = ON");
    }
    return true;
}

void target_close(struct target *target)
{
    connection_close(&target->connection);
    if (target->lock_file >= 0)
        close(target->lock_file);
    target->lock_file = -1;
}

static bool run_postgresql(struct target *target, const char *sql)
{
    PGresult *result = PQexec(target->connection.pg, sql);
    ExecStatusType status = PQresultStatus(result);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    struct arena *arena = target->connection.arena;

    if (!ok) {
        (void)snprintf(target->state, sizeof target->state, "%s", state ? state : "");
        target->fault = said && detail ? arena_format(arena, "%s (%s)", said, detail)
                        : said         ? arena_text(arena, said)
                        : status == PGRES_COPY_IN || status == PGRES_COPY_OUT
                            ? "COPY from or to the client is not supported; write INSERT"
                            : arena_text(arena, PQerrorMessage(target->connection.pg));
    }
    PQclear(result);
    return ok;
}

static bool run_sqlite(struct target *target, const char *sql)
{
    sqlite3 *sqlite = target->connection.sqlite;
    bool ok = sqlite3_exec(sqlite, sql, NULL, NULL, NULL) == SQLITE_OK;

    if (!ok)
        target->fault = arena_text(target->connection.arena, sqlite3_errmsg(sqlite));
    return ok;
}

bool target_run(struct target *target, const char *sql)
{
    target->state[0] = '\0';
    return target->connection.pg ? run_postgresql(target, sql) : run_sqlite(target, sql);
}

long target_duration(const char *text)
{
    static const struct {
        const char *word;
        long ms;
    } units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"min", 60000}};
    char *end;
    long number = strtol(text, &end, 10);

    if (end == text || strspn(text, "0123456789") == 0 || number > 1000000)
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].word, end) == 0)
            return number * units[i].ms;
    return -1;
}

bool target_use_lock_timeout(struct target *target, bool use)
{
    if (!target->connection.pg)
        return true;
    return target_run(target, arena_format(target->connection.arena, "SET lock_timeout = %ld",
                                           use ? target->lock_ms : 0));
}

bool target_set_lock_timeout(struct target *target, const char *duration)
{
    struct cells cells;

    target->lock_ms = duration ? target_duration(duration) : LOCK_MS;
    if (target->connection.sqlite) {
        if (duration)
            sqlite3_busy_timeout(target->connection.sqlite,
                                 target->lock_ms ? (int)target->lock_ms : INT_MAX);
        return true;
    }
    if (!duration) {
        if (!connection_rows(&target->connection,
                             "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'", NULL, 0,
                             &cells))
            return false;
        if (cells.rows && strcmp(cells.items[0], "0") != 0)
            target->lock_ms = strtol(cells.items[0], NULL, 10);
    }
    if (target_use_lock_timeout(target, true))
        return true;
    report_error("%s", target->fault);
    return false;
}

bool target_begin(struct target *target)
{
    target->in_transaction =
        target_run(target, target->connection.pg ? "BEGIN" : "BEGIN IMMEDIATE");
    if (!target->in_transaction)
        report_error("no transaction can be begun: %s", target->fault);
    return target->in_transaction;
}

bool target_commit(struct target *target)
{
    /* The server answers a COMMIT of what has failed with ROLLBACK. */
    bool fine =
        !target->connection.pg || PQtransactionStatus(target->connection.pg) == PQTRANS_INTRANS;
    bool ok = target_run(target, "COMMIT") && fine;

    if (!ok) {
        report_error("COMMIT failed: %s", fine ? target->fault : "the transaction had failed");
        target_rollback(target);
    }
    target->in_transaction = false;
    return ok;
}

void target_rollback(struct target *target)
{
    const char *fault = target->fault;
    char state[sizeof target->state];

    memcpy(state, target->state, sizeof state);
    if (target->in_transaction)
        (void)target_run(target, "ROLLBACK");
    target->in_transaction = false;
    target->fault = fault;
    memcpy(target->state, state, sizeof state);
}

enum attempt { LOCK_TAKEN, LOCK_HELD, LOCK_FAILED };

static enum attempt try_postgresql(struct target *target)
{
    struct cells cells;

    if (!connection_rows(&target->connection, "SELECT pg_try_advisory_lock(" LOCK_KEY ")", NULL, 0,
                         &cells))
        return LOCK_FAILED;
    return strcmp(cells.items[0], "t") == 0 ? LOCK_TAKEN : LOCK_HELD;
}

static enum attempt try_sqlite(struct target *target)
{
    if (target->lock_file < 0 || flock(target->lock_file, LOCK_EX | LOCK_NB) == 0)
        return LOCK_TAKEN;
    if (errno == EWOULDBLOCK || errno == EINTR)
        return LOCK_HELD;
    report_error("the database's file can't be locked: %s", strerror(errno));
    return LOCK_FAILED;
}

static void say_waiting(struct target *target)
{
    static const char holder[] =
        "SELECT l.pid, coalesce(host(a.client_addr), 'this machine') FROM pg_locks l "
        "LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND l.classid::bigint << 32 | l.objid::bigint = " LOCK_KEY;
    struct cells cells = {0};

    if (target->connection.pg && connection_rows(&target->connection, holder, NULL, 0, &cells) &&
        cells.rows)
        fprintf(stderr, "orm: waiting: another migration runs (backend %s, from %s)\n",
                cells.items[0], cells.items[1]);
    else
        fprintf(stderr, "orm: waiting: another migration runs\n");
}

bool target_lock(struct target *target)
{
    struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
    enum attempt attempt;
    bool said = false;

    /* Asked again and again: a session that waits inside a statement would keep CREATE INDEX
     * CONCURRENTLY waiting for it. */
    while ((attempt = target->connection.pg ? try_postgresql(target) : try_sqlite(target)) ==
           LOCK_HELD) {
        if (!said)
            say_waiting(target);
        said = true;
        nanosleep(&nap, NULL);
    }
    target->locked = attempt == LOCK_TAKEN;
    return target->locked;
}

bool target_is_locked(struct target *target)
{
    enum attempt attempt;

    if (target->locked)
        return true;
    attempt = target->connection.pg ? try_postgresql(target) : try_sqlite(target);
    if (attempt == LOCK_TAKEN && target->connection.pg)
        (void)target_run(target, "SELECT pg_advisory_unlock(" LOCK_KEY ")");
    else if (attempt == LOCK_TAKEN && target->lock_file >= 0)
        (void)flock(target->lock_file, LOCK_UN);
    return attempt == LOCK_HELD;
}
