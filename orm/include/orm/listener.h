/*
 * Notifications between the programs that use one database: PostgreSQL's LISTEN and NOTIFY. They
 * are told at once and to whoever listens then; nothing keeps them for those who do not. So they
 * say that it is worth looking, and what there is to see stands in tables.
 */
#ifndef ORM_LISTENER_H
#define ORM_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include <orm/engine.h>
#include <orm/export.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

/* Listens on a connection of its own, outside the pool. One thread or task waits at a time. */
typedef struct orm_listener orm_listener;

/* What was told. Text is borrowed until the next wait. */
typedef struct orm_notification {
    const char *channel;
    const char *payload; /* "" when none was given */
    int64_t process;     /* the server process that told it */
} orm_notification;

/*
 * Connects and listens on the channels, 1 to 63 bytes of text each, taken as they are (SQL's own
 * LISTEN makes unquoted names lower case). Everything that commits after this returned is told.
 * `*listener_out` is owned: orm_listener_close; NULL on failure. It counts as an open session:
 * orm_engine_close refuses while it is open. What making a connection can be; ORM_INVALID (a
 * channel); ORM_UNSUPPORTED on SQLite and in a sandbox; ORM_NOMEM. A pooler that gives every
 * transaction another server connection lets nothing through. `error` may be NULL.
 */
#define orm_listener_open(...) orm_listener_open_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_listener_open_at(orm_site site, orm_engine *engine,
                                                     const char *const *channels, size_t count,
                                                     orm_listener **listener_out, orm_error *error);

/*
 * Waits for the next notification; negative: without end. ORM_TIMEOUT: none came. ORM_CANCELLED.
 * ORM_DISCONNECTED: the connection was lost, and what was told since then is too; the next wait
 * connects and listens again, and whoever looked after it began has missed nothing. A connection
 * that a wait has heard nothing on is asked for a sign of life by the next (ping_timeout_ms), so
 * waits of bounded length find out. `error` may be NULL.
 */
ORM_API ORM_MUST_USE orm_status orm_listener_wait(orm_listener *listener, int64_t timeout_ms,
                                                  orm_notification *notification_out,
                                                  orm_error *error);

/* Ends the present wait, or else the next, with ORM_CANCELLED. Any thread, while it is open. */
ORM_API void orm_listener_cancel(orm_listener *listener);

/* Closes its connection. NULL is allowed. */
ORM_API void orm_listener_close(orm_listener *listener);

/*
 * Tells the listeners of a channel when the session's transaction commits, and not if it does not.
 * The same channel and payload twice in one transaction are told once. The payload is at most 7,999
 * bytes, NULL for none. Transactions that notify commit one after the other. Every status of a
 * statement; ORM_INVALID (the channel), ORM_UNSUPPORTED on SQLite.
 */
#define orm_notify(...) orm_notify_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_notify_at(orm_site site, orm_session *db, const char *channel,
                                              const char *payload);

ORM_END_DECLS

#endif
