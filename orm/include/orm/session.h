/*
 * Sessions: one unit of work on one connection. Objects loaded through it are *session*: they and
 * their text live until the session closes, also after commit.
 *
 * A session is used by one thread at a time. A call made while another thread is in one does
 * nothing and returns ORM_MISUSE; orm_session_error is not touched then.
 */
#ifndef ORM_SESSION_H
#define ORM_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/engine.h>
#include <orm/export.h>
#include <orm/site.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

typedef struct orm_session orm_session;
typedef struct orm_scope orm_scope;

/*
 * What a transaction sees of others. SQLite's transactions are always serializable, which is at
 * least what any of these asks for.
 */
typedef enum orm_isolation {
    ORM_ISOLATION_DEFAULT, /* the database's: read committed on PostgreSQL unless set otherwise */
    ORM_ISOLATION_READ_COMMITTED,
    ORM_ISOLATION_REPEATABLE_READ,
    ORM_ISOLATION_SERIALIZABLE
} orm_isolation;

/* All-zero means the defaults. */
typedef struct orm_session_options {
    bool read_only; /* the transaction writes nothing; on SQLite it then does not block writers */
    orm_isolation isolation;
    bool deferrable; /* with read_only and serializable only: waits at its start until it can't fail
                        any more; SQLite's read-only transactions never do */
    bool no_autoflush; /* queries do not flush what waits first; see orm_session_flush */
    /* <model>_load_<relation> loads for all rows of the list its row came in, by one statement. */
    bool load_siblings;
    orm_scope
        *scope; /* borrowed: what the session does is counted and watched there (see nplusone.h) */
    int64_t deadline_ms; /* bound on every wait of each call, from the call's start (<model>_each:
                            from each batch's, without its callbacks); 0: the engine's */
    /*
     * For comments (engine option .comments); borrowed while the session is open. `route` is that
     * of the request, by its pattern ("GET /users/{id}"): each value gets prepared statements of
     * its own. `traceparent` is W3C's, differs from request to request, and so stands in BEGIN
     * alone.
     */
    const char *route;
    const char *traceparent;
    /* orm_session_run only: how often it starts over after a failure that is retryable [0]. */
    int retries;
    int retry_wait_ms;     /* the longest pause before the first; doubles each time [20] */
    int retry_wait_max_ms; /* bound on that [1,000]; the pause is a random part, at least half */
} orm_session_options;

/*
 * Opens a session. No connection is taken and no transaction begun before the first statement.
 * `options` may be NULL.
 * `*session_out` is owned: orm_session_close; NULL on failure. ORM_NOMEM, ORM_INVALID (options),
 * ORM_MISUSE (no engine). `error` may be NULL.
 */
#define orm_session_open(...) orm_session_open_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_session_open_at(orm_site site, orm_engine *engine,
                                                    const orm_session_options *options,
                                                    orm_session **session_out, orm_error *error);

/*
 * Begins a transaction; without this the first statement does. Takes a connection. On SQLite the
 * transaction has its locks from here on; on PostgreSQL BEGIN travels with the first statement.
 * ORM_MISUSE when one has begun already; what the pool or the database says.
 */
#define orm_session_begin(session) orm_session_begin_at(ORM_SITE, session)
ORM_API ORM_MUST_USE orm_status orm_session_begin_at(orm_site site, orm_session *session);

/*
 * Commits what was done since the transaction began; nothing to do when it never began. The session
 * can go on with a new transaction. After any failure nothing is committed, except for
 * ORM_COMMIT_UNKNOWN. A transaction in which a statement failed is ORM_FAILED_TRANSACTION and
 * rolled back. What is queued is written first; COMMIT travels with the last of its statements
 * where the server judges by itself whether they hit their rows.
 */
#define orm_session_commit(session) orm_session_commit_at(ORM_SITE, session)
ORM_API ORM_MUST_USE orm_status orm_session_commit_at(orm_site site, orm_session *session);

/*
 * Sends what <model>_add, _change and _remove have queued; commit and savepoints do it by
 * themselves, as do queries that could see it. Rows of one model and one set of columns are one
 * statement, in the order of their foreign keys; a self reference takes one for each level. On
 * PostgreSQL the statements that need no key of another travel together.
 * ORM_STALE (ORM_NOT_FOUND without a version) names a row that was gone or newer: all others are
 * written, it stays queued, and the next flush tries it again with the version the row then has.
 * After any other failure that the database saw the transaction can only be rolled back, which also
 * forgets what is queued. ORM_INVALID for rows that refer to each other by keys none of which may
 * be NULL.
 */
#define orm_session_flush(session) orm_session_flush_at(ORM_SITE, session)
ORM_API ORM_MUST_USE orm_status orm_session_flush_at(orm_site site, orm_session *session);

/*
 * Undoes what was done since the transaction began. Always leaves the session usable: a connection
 * that cannot roll back is dropped. In memory too: fields, keys and relations that the session's
 * own writes changed are what they were before; deleted rows are back; objects inserted in the
 * transaction stay readable but are detached (ORM_MISUSE when written). When the transaction wrote
 * anything, all that is loaded expires, as by orm_session_expire_all.
 */
#define orm_session_rollback(session) orm_session_rollback_at(ORM_SITE, session)
ORM_API void orm_session_rollback_at(orm_site site, orm_session *session);

/* A nested scope within a transaction. A plain value that owns nothing. */
typedef struct orm_savepoint {
    uint64_t number;
} orm_savepoint;

/*
 * Opens a nested scope, to any depth; ends with its release or its rollback, with those of an outer
 * one, and with the transaction. Sends nothing by itself: SAVEPOINT and RELEASE travel with the
 * next statements, and a scope in which nothing is sent costs nothing. ORM_FAILED_TRANSACTION,
 * ORM_NOMEM.
 */
#define orm_session_savepoint(...) orm_session_savepoint_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_session_savepoint_at(orm_site site, orm_session *session,
                                                         orm_savepoint *savepoint_out);

/*
 * Ends a nested scope and those within it, and keeps what was done in them as part of what is
 * around. ORM_FAILED_TRANSACTION (roll it back instead), ORM_MISUSE when it is over already.
 */
#define orm_savepoint_release(...) orm_savepoint_release_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_savepoint_release_at(orm_site site, orm_session *session,
                                                         orm_savepoint savepoint);

/*
 * Ends a nested scope and those within it, and undoes what was done in them, in the database and in
 * memory as orm_session_rollback does. A transaction that a failed statement in the scope had
 * stopped goes on. ORM_MISUSE when it is over already; ORM_FAILED_TRANSACTION when the failure was
 * before it; when the database can't go back (the connection is lost), its failure: only
 * orm_session_rollback helps then.
 */
#define orm_savepoint_rollback(...) orm_savepoint_rollback_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_savepoint_rollback_at(orm_site site, orm_session *session,
                                                          orm_savepoint savepoint);

/* Rolls back what is not committed, gives the connection back, frees the session and every object.
 * NULL is allowed. */
ORM_API void orm_session_close(orm_session *session);

/*
 * Ends the session's present call, also a wait for a connection or a lock, and refuses later ones:
 * all return ORM_CANCELLED (on a transaction that failed by it: ORM_FAILED_TRANSACTION) until the
 * transaction is rolled back. The server is asked to stop the statement; a connection being made is
 * waited for, and a COMMIT that the server has already done is success. Any thread may call this
 * while the session is open.
 */
ORM_API void orm_session_cancel(orm_session *session);

/*
 * Has the connection the session holds closed when it goes back to the pool, for one whose state is
 * not to be trusted. Nothing to do when it holds none.
 */
ORM_API void orm_session_invalidate(orm_session *session);

/* The engine it was opened on. */
ORM_API orm_engine *orm_session_engine(const orm_session *session);

/* The failure of the last call that failed on this session; status ORM_OK when none did. borrowed:
 * until the next call. */
ORM_API const orm_error *orm_session_error(const orm_session *session);

/* Work done in a session. Any status but ORM_OK rolls it back. */
typedef orm_status orm_session_handler(orm_session *session, void *context);

/*
 * One unit of work: opens a session, calls `handler`, commits when it returned ORM_OK, rolls back
 * on anything else, always gives the connection back. Returns the handler's status or that of
 * COMMIT; `error` (may be NULL) outlives the session. Publish a response only after ORM_OK.
 *
 * With `.retries` a failure that is retryable (orm_error) makes it start over after a pause, each
 * time in a fresh session: the handler must be repeatable, which means that what it does outside
 * the database must bear being done again. Nothing is ever repeated within a session.
 */
#define orm_session_run(...) orm_session_run_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_session_run_at(orm_site site, orm_engine *engine,
                                                   const orm_session_options *options,
                                                   orm_session_handler *handler, void *context,
                                                   orm_error *error);

/*
 * A nested scope around `handler`: releases it when the handler returned ORM_OK, rolls it back on
 * anything else, and returns the handler's status. ORM_FAILED_TRANSACTION when the handler returned
 * ORM_OK although a statement had failed; the scope is rolled back then too. When it can't be, the
 * status of that, as of orm_savepoint_rollback.
 */
#define orm_session_nested(...) orm_session_nested_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_session_nested_at(orm_site site, orm_session *session,
                                                      orm_session_handler *handler, void *context);

/*
 * What is loaded stays readable, but the next find or select that meets a row reads its fields
 * again, and the next query that names a relation loads it again. For sessions that live long
 * enough for others to have changed the rows. ORM_MISUSE.
 */
ORM_API orm_status orm_session_expire_all(orm_session *session);

/* A point in a session's memory. A plain value that owns nothing. */
typedef struct orm_mark {
    uint64_t number;
} orm_mark;

/*
 * For sessions that go through more than they can hold: what is made from here on can be given back
 * by orm_session_release. Marks nest. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_session_mark(orm_session *session, orm_mark *mark_out);

/*
 * Gives back what was made since the mark: rows, lists, text, conditions copied into the session,
 * orm_session_alloc. None of it may be touched any more. The mark is over, and those set after it.
 * Older rows stay with all their fields, refreshed and updated ones too; those of their relations
 * that lead to rows made since are not loaded any more. What was written stays written, and is
 * undone by a rollback in the database; in memory for older rows only. ORM_NOMEM (nothing was given
 * back), ORM_MISUSE when the mark is over, within a row callback, or while rows wait for a flush.
 */
ORM_API ORM_MUST_USE orm_status orm_session_release(orm_session *session, orm_mark mark);

/* How <model>_each goes through the rows of a query. All-zero means the defaults. */
typedef struct orm_each {
    size_t batch; /* rows read, and their relations loaded, together [500] */
} orm_each;

/*
 * How far <model>_walk_<relation> goes along a self relation. All-zero: as far as it leads, without
 * the rows it starts from.
 */
typedef struct orm_walk {
    uint32_t max_depth; /* steps; 0: any number */
    bool include_start; /* the first rows come too; without it they never do */
    bool prune; /* rows for which the query's condition does not hold are not walked through either,
                   so that what lies behind them alone does not come */
} orm_walk;

/*
 * Within a callback of <model>_each: ends the innermost stream after this row; that call returns
 * ORM_OK if the callback does. ORM_MISUSE when no stream's rows are being given.
 */
ORM_API orm_status orm_each_stop(orm_session *session);

/* Told after each part of a bulk load; any status but ORM_OK ends it with that status. */
typedef orm_status orm_bulk_progress(void *context, size_t done, size_t total);

/* All-zero means the defaults. */
typedef struct orm_bulk_options {
    size_t rows_at_once;         /* sent together [10,000] */
    orm_bulk_progress *progress; /* NULL: nobody is told */
    void *context;               /* for it; borrowed */
} orm_bulk_options;

/*
 * Sets the session's error to `status` with a formatted message and returns `status`: for handlers
 * that refuse a request for reasons of their own.
 */
ORM_API ORM_PRINTF(3, 4) orm_status
    orm_session_fail(orm_session *session, orm_status status, const char *format, ...);

/* Memory that lives as long as the session, aligned for any type. session. NULL when out of memory.
 */
ORM_API void *orm_session_alloc(orm_session *session, size_t size);

/* A formatted string that lives as long as the session. session. NULL when out of memory. */
ORM_API ORM_PRINTF(2, 3) char *orm_session_printf(orm_session *session, const char *format, ...);

ORM_END_DECLS

#endif
