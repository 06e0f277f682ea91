/*
 * Query events: one for every statement the library sends, published on the thread that sent it;
 * and events of the connection pool.
 */
#ifndef ORM_EVENTS_H
#define ORM_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/condition.h>
#include <orm/engine.h>
#include <orm/export.h>
#include <orm/model.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

typedef enum orm_event_kind {
    ORM_EVENT_CONTROL = 1, /* BEGIN, COMMIT, ROLLBACK; further batches of a stream, and its end */
    ORM_EVENT_FIND,
    ORM_EVENT_SELECT,
    ORM_EVENT_COUNT,
    ORM_EVENT_EXISTS,
    ORM_EVENT_RELATION, /* a relation of one or many rows */
    ORM_EVENT_INSERT,
    ORM_EVENT_UPDATE,
    ORM_EVENT_DELETE,
    ORM_EVENT_RAW,
    ORM_EVENT_AGGREGATE, /* one sum, average, least or greatest */
    ORM_EVENT_ROWS,      /* result structs that the YAML declares under `rows` */
    ORM_EVENT_COLUMN     /* a deferred column of one row, by <model>_load_<column> */
} orm_event_kind;

/* "select", "relation" … static. */
ORM_API const char *orm_event_kind_name(orm_event_kind kind);

/* One execution of a statement. Everything is borrowed: until the sink returns. */
typedef struct orm_event {
    orm_event_kind kind;
    const char *sql; /* NUL-terminated; parameters appear as placeholders only */
    size_t sql_size;
    uint64_t fingerprint;     /* equal for statements that differ in literal values only */
    const orm_model *model;   /* of the rows asked for; NULL for raw SQL and control statements */
    const orm_column *column; /* COLUMN: what is loaded; else NULL */
    const orm_relation *relation; /* RELATION: what is loaded */
    const orm_model *owner;       /* RELATION: whose relation it is */
    const char
        *path;       /* RELATION within a query: the relations walked, "albums.tracks"; else NULL */
    bool row_by_row; /* RELATION: asked for a single row, by <model>_load_<relation>, or by a
                      * preload (with a path) of a list of one */
    bool streamed;   /* SELECT: its rows are given one by one by <model>_each */
    bool refreshes;  /* FIND: of a row in hand, for <model>_refresh */
    bool paged;      /* SELECT: the rows beyond a cursor, for <model>_select_page */
    bool one_row;    /* INSERT, UPDATE, DELETE: of one row, by <model>_insert, _update, _delete */
    bool by_condition; /* UPDATE, DELETE: of all rows for which a condition holds */
    orm_site site;     /* the call that asked for it */
    orm_site origin; /* RELATION, COLUMN: the call that made the list the parent row came from; line
                        0: none */
    size_t origin_rows;      /* rows of that list */
    const orm_value *values; /* sent with it; a list is of kind ORM_KIND_ARRAY over orm_value */
    size_t value_count;
    int64_t rows;        /* returned */
    int64_t affected;    /* written */
    int64_t bytes;       /* of the values read, as the database sent or stored them */
    int64_t duration_ns; /* 0 unless a subscriber asked for times; from when it was sent, so that
                          * those of statements sent together overlap */
    int64_t ended_ns;    /* when its answer was there, on the monotonic clock; 0 unless timed */
    orm_status status;
    const orm_error *error; /* NULL on success */
    const orm_session *session;
} orm_event;

typedef void orm_event_sink(void *context, const orm_event *event);

typedef struct orm_subscription orm_subscription;

/*
 * Calls `sink` for every statement of every session of the engine, from the thread that sent it and
 * possibly from several at once, until unsubscribed. `timed` asks for durations (two clock readings
 * a statement). `*subscription_out` is owned: orm_engine_unsubscribe. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_engine_subscribe(orm_engine *engine, orm_event_sink *sink,
                                                     void *context, bool timed,
                                                     orm_subscription **subscription_out);
/* What happens to the connections of an engine's pool. */
typedef enum orm_pool_event_kind {
    ORM_POOL_OPEN = 1,     /* a connection was made, or could not be (status) */
    ORM_POOL_CLOSE,        /* a connection was closed (reason) */
    ORM_POOL_CHECKOUT,     /* a session got a connection */
    ORM_POOL_RETURN,       /* a session gave it back */
    ORM_POOL_PING_FAILURE, /* a connection that was idle gave no sign of life; a new one follows */
    ORM_POOL_WAIT          /* a session had to wait for a connection; the wait is over (status) */
} orm_pool_event_kind;

/* One of these. Everything is borrowed: until the sink returns. */
typedef struct orm_pool_event {
    orm_pool_event_kind kind;
    uint64_t connection; /* its number in this engine, from 1; 0: there is none */
    orm_site site;       /* of the session it is about, or that had it last; line 0: of none */
    /* OPEN: connecting. CLOSE: its life. CHECKOUT: all waiting. RETURN: since checkout. WAIT: in
     * the queue. */
    int64_t duration_ns;
    orm_status status;
    const orm_error *error; /* OPEN, PING_FAILURE; NULL on success */
    /* CLOSE: "age", "idle", "retired", "ping", "broken", "invalidated", "reset failed", "overflow",
     * "the engine closes"; else NULL. static */
    const char *reason;
} orm_pool_event;

typedef void orm_pool_event_sink(void *context, const orm_pool_event *event);

/*
 * Calls `sink` for every event of the engine's pool, from the thread it happens on and possibly
 * from several at once, until unsubscribed. The sink must not use the engine. While nobody has
 * subscribed an event costs the test of one number. `*subscription_out` is owned:
 * orm_engine_unsubscribe. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_engine_subscribe_pool(orm_engine *engine,
                                                          orm_pool_event_sink *sink, void *context,
                                                          orm_subscription **subscription_out);

/* Returns when no call of the sink is under way any more. NULL is allowed. */
ORM_API void orm_engine_unsubscribe(orm_engine *engine, orm_subscription *subscription);

ORM_END_DECLS

#endif
