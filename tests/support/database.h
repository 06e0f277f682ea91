/*
 * A fresh database of the kind under test (ORM_TEST_DATABASE), an engine on it, a connection that
 * bypasses the library, and the number of statements the library sends, as the database sees them.
 */
#ifndef TESTS_SUPPORT_DATABASE_H
#define TESTS_SUPPORT_DATABASE_H

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <orm/engine.h>
#include <orm/nplusone.h>
#include <orm/session.h>

#include "support/testing.h"
#include "support/text.h"

#ifdef ORM_TEST_TASKS
#include "support/fibers.h"
#endif

typedef struct test_database {
    bool postgresql;
    char url[1024];
    orm_engine *engine;
    /* Past the library. */
    PGconn *pg;
    sqlite3 *sqlite;
    char folder[256];
    char name[64]; /* the PostgreSQL database's */
    /* Counting. */
    long log_at;
    atomic_llong traced;
    atomic_llong traced_first;                         /* first runs of a prepared statement */
    int (*on_connect)(void *context, sqlite3 *handle); /* the test's own */
    orm_engine_options options;
    orm_session *sessions[16]; /* opened by test_session and not closed yet */
    orm_scope *scope;          /* watches every session of the engine that has no other */
    bool unwatched;
} test_database;

typedef struct test_counts {
    long long statements; /* BEGIN, COMMIT, ROLLBACK, savepoints and DEALLOCATE do not count */
    long long prepared;   /* of these, newly prepared */
} test_counts;

/*
 * Makes the tables of the given models (paths below tests/, ended by NULL; none at all is fine) in
 * an empty database and opens an engine on it. `options` (may be NULL) without its url.
 */
void test_open(test_database *database, const orm_engine_options *options, ...);
/* Forgets all connections and what is prepared on them: closes the engine and opens it again. */
void test_reopen(test_database *database);
/* Closes the engine (every session must be closed) and forgets the database. */
void test_close(test_database *database);

/* Hand-written SQL on a connection of its own; a failure fails the test. */
ORM_PRINTF(2, 3) void test_execute(test_database *database, const char *format, ...);
/* All statements of a file, its path below tests/. */
void test_execute_file(test_database *database, const char *path);
/* The rows as text: "1|a\n2|-\n", NULL as "-". Owned: free. */
ORM_PRINTF(2, 3) char *test_query(test_database *database, const char *format, ...);
/* The first column of the only row. */
ORM_PRINTF(2, 3) long long test_number(test_database *database, const char *format, ...);

/* `sql` with every @ replaced by the number. Owned: free. */
char *test_fill_in(const char *sql, long long number);

/* The same statement or expression in the spelling of the database under test. */
const char *test_either(const test_database *database, const char *sqlite, const char *postgresql);

/*
 * Every session that is given no scope is watched, and a test that has findings fails (end_test of
 * fixture.h, and test_close). Those that a program means to have stand in a table of its own, ended
 * by an entry without a reason, each with a reason; one that matches nothing fails test_close.
 */
void test_ignore(test_database *database, const orm_ignore *ignored);
/* What is tested would not be the same if it were watched. */
void test_unwatch(test_database *database);
void test_watch_start(test_database *database);
/* Not 0, with the report, when there are findings. */
int test_watch_end(test_database *database);

/* Counting starts again. */
void test_count_start(test_database *database);
test_counts test_count(test_database *database);
/* PostgreSQL: the library's statements since then whose text starts so. */
int test_count_starting(test_database *database, const char *start);

/* Fails with the session's error unless `call` gives the status. */
#define assert_status(db, call, wanted)                                                            \
    test_check_status((db), (call), (wanted), __FILE__, __LINE__)
#define assert_ok(db, call) assert_status(db, call, ORM_OK)
void test_check_status(const orm_session *db, orm_status status, orm_status wanted,
                       const char *file, int line);

/* A session; whatever a failed test leaves open, test_close_sessions closes. */
orm_session *test_session(test_database *database);
orm_session *test_session_with(test_database *database, const orm_session_options *options);
void test_session_close(test_database *database, orm_session *db);
void test_close_sessions(test_database *database);

#define assert_counts(database, statements, prepared)                                              \
    test_check_counts((database), (statements), (prepared), __FILE__, __LINE__)
#define assert_statements(database, statements)                                                    \
    test_check_counts((database), (statements), -1, __FILE__, __LINE__)
/* `prepared` -1: any. Starts counting again. */
void test_check_counts(test_database *database, long long statements, long long prepared,
                       const char *file, int line);

#endif
