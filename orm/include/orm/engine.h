/* The engine: opened once per database at start, shared by all threads; owns the connection pool.
 */
#ifndef ORM_ENGINE_H
#define ORM_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/memory.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

struct sqlite3;

ORM_BEGIN_DECLS

typedef struct orm_engine orm_engine;

typedef enum orm_dialect_name { ORM_DIALECT_SQLITE = 1, ORM_DIALECT_POSTGRESQL } orm_dialect_name;

enum {
    ORM_POOL_NO_OVERFLOW = -1,        /* max_overflow: never more than pool_size connections */
    ORM_POOL_UNLIMITED_OVERFLOW = -2, /* max_overflow: no bound */
    ORM_POOL_FIRST_COME = -1          /* pool_quick_percent: nothing is kept for quick work */
};

/* What comments say. */
enum {
    ORM_COMMENT_SITE = 1,  /* file and line of the call */
    ORM_COMMENT_ROUTE = 2, /* the session's .route */
    ORM_COMMENT_TRACE = 4  /* the session's .traceparent, in BEGIN; PostgreSQL */
};

/* All-zero means the defaults given in brackets. Text is borrowed for the call of orm_engine_open.
 */
typedef struct orm_engine_options {
    /*
     * sqlite:PATH, sqlite::memory:, postgresql://…, postgres://…, or libpq's "host=… …" form
     * (service and password files work as with libpq). [the environment's ORM_DATABASE_URL]
     */
    const char *url;
    /*
     * Read replicas: read-only sessions use these in turn, each with a pool of the same bounds as
     * the engine's own. One that can't be reached (no connection can be made) is passed over for
     * two seconds; when none is left, .url serves. A full pool is waited for, as anywhere. A reader
     * lost under a session is ORM_DISCONNECTED there. What was just written may not be there yet.
     * [none]
     */
    const char *const *reader_urls;
    size_t reader_count;
    int pool_size;    /* connections kept open [10; sqlite::memory: always has 1 and no overflow] */
    int max_overflow; /* connections beyond pool_size, closed on return [20] */
    /*
     * Connections (percent of pool_size + max_overflow, rounded up) that work which holds its
     * connection for long can't take while there is quick work, so that requests of milliseconds
     * don't wait behind reports. The pool learns how long each kind of work holds a connection: a
     * kind is told by where its session was opened (with orm_session_run the handler too) and by
     * the place and, where that has one, the text or shape of its first statement. Quick is what
     * takes less than eight times as long as the quickest, and less than 100 ms at most; 20 ms are
     * always quick. Within a kind, and among those that may have a connection, who came first is
     * served first. When no quick work was about for a second, long work may have all connections;
     * its own share it always may have; a thread or task that holds a connection is never held
     * back. Without effect when there is one connection, or no bound. [25; ORM_POOL_FIRST_COME:
     * none]
     */
    int pool_quick_percent;
    bool no_pre_ping;    /* skip the check of an idle connection on checkout [checked] */
    int pool_timeout_ms; /* wait for a free connection [30,000] */
    int pool_recycle_ms; /* replace a connection older than this, with 10 % jitter [never] */
    /* Close a connection that nobody used for so long, by a thread of the pool [never]. */
    int pool_idle_timeout_ms;
    /* Connections to have waiting, at most pool_size: a thread of the pool makes them when the
     * engine opens and whenever fewer wait; they outlast pool_idle_timeout_ms. Failures are tried
     * again every second. [0] */
    int min_idle;
    int ping_timeout_ms; /* bound on the check of an idle connection, and on a reset [2,000] */
    /*
     * Before a connection goes back to the pool, undo what SET, temporary tables, advisory locks,
     * LISTEN, held cursors, SQL's own PREPARE and currval() left behind: one more round trip at the
     * end of each transaction. PostgreSQL, with its language plpgsql; without effect on SQLite.
     * [no]
     */
    bool reset_on_return;
    /*
     * Send every statement unnamed: for poolers that give each transaction another server
     * connection (PgBouncer in transaction mode). PostgreSQL; without effect on SQLite. [prepared
     * once per connection]
     */
    bool no_prepared_statements;
    /*
     * When the connection is lost during COMMIT, find out on another one whether it took effect:
     * the commit is then ORM_OK, or ORM_DISCONNECTED (nothing was committed, retryable), and
     * ORM_COMMIT_UNKNOWN only when the server could not be asked in time. The transaction's id is
     * asked for together with its first writes, which costs no round trip; COMMIT itself may take
     * half of the statement timeout, so that the rest is left for asking. Asks the server of the
     * URL: after a failover to a standby that lags, its answer is not reliable. NOTIFY alone is
     * not told apart. PostgreSQL; SQLite always knows. [no]
     */
    bool resolve_commit;
    /*
     * For tests: nothing is ever committed. The engine has one connection (.pool_size 1, no
     * overflow, no readers), whose transaction begins when it opens and is rolled back when it
     * closes; the transactions of sessions are savepoints in it, one session at a time. Isolation
     * levels, deferred constraints and what else happens at COMMIT do not come to bear, sessions
     * that only read are not kept from writing on PostgreSQL, and now() stands still there. [no]
     */
    bool sandbox;
    /*
     * What comments behind statements tell the database's logs and statistics, of ORM_COMMENT_…, in
     * the form of sqlcommenter: file='src%2Fusers.c',line='42',route='GET%20%2Fusers'. Values are
     * URL-encoded, so none can end the comment. Every place and every route has prepared statements
     * of its own then, so statement_cache_size may have to grow. Statements with comments of their
     * own are left alone. [none]
     */
    unsigned comments;
    struct orm_scope
        *scope; /* of sessions that are given none; must outlive them. borrowed [none] */
    int connect_timeout_ms;   /* bound on making a connection [10,000] */
    int statement_timeout_ms; /* bound on every statement or flight of statements [30,000; -1: none]
                               */
    int statement_cache_size; /* prepared statements kept per connection [256] */
    bool allow_plain_cancel;  /* cancel in the clear on a TLS connection (libpq before 17 can do no
                                 other) */
    /*
     * What cursors of pages (<model>_select_page) are authenticated with: at least 16 bytes that
     * are hard to guess, the same wherever a cursor is to be valid. [random: cursors last as long
     * as the engine]
     */
    const void *cursor_key;
    size_t cursor_key_size;
    orm_allocator allocator;    /* [the C library's heap] */
    const orm_runtime *runtime; /* borrowed while the engine lives [threads: poll, a helper thread,
                                   condition variables] */
    /* SQLite only: called with each new sqlite3 handle, to register collations and functions.
     * Nonzero fails it. */
    int (*on_connect)(void *context, struct sqlite3 *handle);
    void *on_connect_context; /* borrowed while the engine lives */
} orm_engine_options;

/*
 * Checks the options and makes the engine; connections are opened when needed. `*engine_out` is
 * owned: orm_engine_close; NULL on failure. ORM_INVALID (options or URL; the message never holds a
 * password), ORM_NOMEM. `error` may be NULL.
 */
ORM_API ORM_MUST_USE orm_status orm_engine_open(const orm_engine_options *options,
                                                orm_engine **engine_out, orm_error *error);

/*
 * Closes idle connections and frees the engine. Every session must have been closed before:
 * ORM_MISUSE names the sites of those still open, also of those that hold no connection, and the
 * engine then stays usable. In a forked child it does nothing: the engine is the parent's. NULL is
 * allowed.
 */
ORM_API orm_status orm_engine_close(orm_engine *engine, orm_error *error);

/*
 * Retires all connections: those that wait in the pool are closed now, those in use when they come
 * back. The engine stays usable and makes fresh ones; counts stay exact. For a failover, or before
 * the database is dropped.
 */
ORM_API void orm_engine_dispose(orm_engine *engine);

ORM_API orm_dialect_name orm_engine_dialect(const orm_engine *engine);

/* A moment's exact counts. */
typedef struct orm_engine_status {
    int size; /* pool_size */
    int max_overflow;
    int open;       /* connections that exist or are being made */
    int in_use;     /* of these, lent to sessions */
    int idle;       /* of these, waiting in the pool */
    int waiting;    /* calls waiting for one */
    int64_t opened; /* connections made since the start */
    int64_t closed; /* connections closed since the start */
    int64_t checkouts;
    int64_t ping_failures;
    int64_t timeouts;   /* calls that gave up waiting */
    int kept_for_quick; /* connections that long work can't take while there is quick work */
    int long_in_use;    /* connections that work holds, or has held already, for long */
    int long_waiting;   /* calls of such work that wait */
    int64_t held_back;  /* calls that waited although a connection was free */
} orm_engine_status;

/* Of the engine's own pool. */
ORM_API void orm_engine_get_status(orm_engine *engine, orm_engine_status *status_out);

/* The same of a reader's, by its place in reader_urls. ORM_INVALID: there is none. */
ORM_API orm_status orm_engine_get_reader_status(orm_engine *engine, size_t index,
                                                orm_engine_status *status_out);

ORM_END_DECLS

#endif
