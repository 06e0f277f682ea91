/*
 * Sessions: one unit of work on one connection. A session is used by one thread at a time; objects
 * loaded through it are *session*: they and their text live until the session closes, also after
 * commit.
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

/* All-zero means the defaults. */
typedef struct orm_session_options {
    bool read_only; /* the transaction writes nothing; on SQLite it then does not block writers */
    orm_scope
        *scope; /* borrowed: what the session does is counted and watched there (see nplusone.h) */
    int64_t
        deadline_ms; /* bound on every wait of each call, from the call's start; 0: the engine's */
} orm_session_options;

/*
 * Opens a session. No connection is taken and no transaction begun before the first statement.
 * `options` may be NULL.
 * `*session_out` is owned: orm_session_close; NULL on failure. ORM_NOMEM, ORM_MISUSE (engine
 * disposed, or used in a forked child). `error` may be NULL.
 */
#define orm_session_open(...) orm_session_open_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_session_open_at(orm_site site, orm_engine *engine,
                                                    const orm_session_options *options,
                                                    orm_session **session_out, orm_error *error);

/*
 * Commits what was done since the transaction began; nothing to do when it never began. The session
 * can go on with a new transaction. After any failure nothing is committed, except for
 * ORM_COMMIT_UNKNOWN. A transaction in which a statement failed is ORM_FAILED_TRANSACTION and
 * rolled back.
 */
#define orm_session_commit(session) orm_session_commit_at(ORM_SITE, session)
ORM_API ORM_MUST_USE orm_status orm_session_commit_at(orm_site site, orm_session *session);

/*
 * Undoes what was done since the transaction began. Always leaves the session usable: a connection
 * that cannot roll back is dropped. Objects inserted in the transaction stay readable but are
 * detached (ORM_MISUSE when written).
 */
#define orm_session_rollback(session) orm_session_rollback_at(ORM_SITE, session)
ORM_API void orm_session_rollback_at(orm_site site, orm_session *session);

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

/* The failure of the last call that failed on this session; status ORM_OK when none did. borrowed:
 * until the next call. */
ORM_API const orm_error *orm_session_error(const orm_session *session);

/* Work done in a session. Any status but ORM_OK rolls it back. */
typedef orm_status orm_session_handler(orm_session *session, void *context);

/*
 * One unit of work: opens a session, calls `handler`, commits when it returned ORM_OK, rolls back
 * on anything else, always gives the connection back. Returns the handler's status or that of
 * COMMIT; `error` (may be NULL) outlives the session. Publish a response only after ORM_OK.
 */
#define orm_session_run(...) orm_session_run_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_session_run_at(orm_site site, orm_engine *engine,
                                                   const orm_session_options *options,
                                                   orm_session_handler *handler, void *context,
                                                   orm_error *error);

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
