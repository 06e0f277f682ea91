/*
 * Preloaded into the command: kills it at the n-th point of its work with the database, counted by
 * ORM_TEST_KILL_AT. A statement has three: before it is sent, while the server has it (PostgreSQL),
 * and when it is done.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_next(void)
{
    static long left = -1;
    const char *at = getenv("ORM_TEST_KILL_AT");

    if (left < 0)
        left = at ? strtol(at, NULL, 10) : 0;
    return left > 0 && --left == 0;
}

static void pass(void)
{
    if (is_next())
        (void)kill(getpid(), SIGKILL);
}

/* dlsym gives a pointer to data, which C does not turn into one to a function. */
static void find(void *to, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    memcpy(to, &found, sizeof found);
}

PGresult *PQexec(PGconn *connection, const char *sql)
{
    PGresult *(*real)(PGconn *, const char *);
    PGresult *result;

    find(&real, "PQexec");
    pass();
    if (is_next()) {
        (void)PQsendQuery(connection, sql);
        (void)PQflush(connection);
        (void)kill(getpid(), SIGKILL);
    }
    result = real(connection, sql);
    pass();
    return result;
}

PGresult *PQexecParams(PGconn *connection, const char *sql, int count, const Oid *types,
                       const char *const *values, const int *lengths, const int *formats,
                       int format)
{
    PGresult *(*real)(PGconn *, const char *, int, const Oid *, const char *const *, const int *,
                      const int *, int);
    PGresult *result;

    find(&real, "PQexecParams");
    pass();
    result = real(connection, sql, count, types, values, lengths, formats, format);
    pass();
    return result;
}

int sqlite3_exec(sqlite3 *database, const char *sql, int (*row)(void *, int, char **, char **),
                 void *context, char **message)
{
    int (*real)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
    int code;

    find(&real, "sqlite3_exec");
    pass();
    code = real(database, sql, row, context, message);
    pass();
    return code;
}

int sqlite3_step(sqlite3_stmt *statement)
{
    int (*real)(sqlite3_stmt *);
    int code;

    find(&real, "sqlite3_step");
    pass();
    code = real(statement);
    pass();
    return code;
}
