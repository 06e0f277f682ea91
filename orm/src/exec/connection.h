/* One database connection with the statements prepared on it. Used by one session at a time. */
#ifndef ORM_EXEC_CONNECTION_H
#define ORM_EXEC_CONNECTION_H

#include <stdint.h>

#include "driver/driver.h"
#include "sql/query.h"

/* A statement kept on a connection, found by the shape of its query. */
typedef struct orm__cached {
    orm__statement statement;  /* first: the driver sees this */
    struct orm__cached *chain; /* next of the same bucket */
    struct orm__cached *newer; /* list by last use */
    struct orm__cached *older;
    uint64_t hash;
    uint64_t used_in; /* the flight it was last put into; never evicted during it */
    char *shape;
    size_t shape_size;
} orm__cached;

enum { ORM__CACHE_BUCKETS = 512 };

/* The savepoint that is a session's transaction in a sandbox. */
#define ORM__SANDBOX "orm_sandbox"

typedef struct orm__connection {
    struct orm__connection *next; /* in the pool's idle stack */
    const orm__driver *driver;
    const orm_allocator *allocator;
    orm__link *link; /* NULL: it was lost and could not be replaced */
    orm__cached *buckets[ORM__CACHE_BUCKETS];
    orm__cached *newest;
    orm__cached *oldest;
    size_t cached_count;
    size_t cached_limit;
    uint64_t next_number;
    uint64_t flight; /* number of the flight being put together */
    orm__statement control[ORM__CONTROL_COUNT];
    int64_t opened_at;      /* monotonic ns */
    int64_t recycle_at;     /* monotonic ns; INT64_MAX: never */
    uint64_t generation;    /* connections of an older generation than the pool's are replaced */
    uint64_t plans;         /* the pool's last schema change that the prepared statements know of */
    uint64_t number;        /* unique in the pool, for events */
    bool unproven;          /* was idle and has given no sign of life since */
    bool doomed;            /* is to be closed on return */
    bool sandbox;           /* sessions live in savepoints of a transaction that never commits */
    orm_site holder;        /* who has it */
    uintptr_t user;         /* the thread or task that took it */
    struct orm__kind *kind; /* of the work it is used for */
    int64_t held_since;
    int64_t idle_since;
} orm__connection;

/* `*connection_out` is owned: orm__connection_close. */
orm_status orm__connection_open(const orm__driver *driver, const orm__target *target,
                                orm_deadline deadline, orm__connection **connection_out,
                                orm_error *error);
void orm__connection_close(orm__connection *connection);
/* Leaves the database at once; whoever has the connection finds it lost. No other thread uses it.
 */
void orm__connection_cut(orm__connection *connection);

/* Replaces the link by a fresh one; the statements stay and are prepared again when needed. On
 * failure there is no link. */
orm_status orm__connection_reopen(orm__connection *connection, const orm__target *target,
                                  orm_deadline deadline, orm_error *error);

/* Has every statement prepared again before its next use. */
void orm__connection_forget_plans(orm__connection *connection);

orm__transaction orm__connection_state(const orm__connection *connection);

/* The statement of a gathered shape, or NULL when it was not met before. borrowed: until the next
 * flight. */
orm__statement *orm__connection_lookup(orm__connection *connection, const char *shape, size_t size,
                                       uint64_t hash);

/*
 * Keeps a compiled statement under its shape; takes text, parameters and fields out of `compiled`.
 * The least recently used statement makes room. ORM_NOMEM.
 */
orm_status orm__connection_keep(orm__connection *connection, const char *shape, size_t size,
                                uint64_t hash, orm__compiled *compiled,
                                orm__statement **statement_out);

/* Starts putting together a flight: statements looked up from here on stay until the next one
 * starts. */
static inline void orm__connection_start_flight(orm__connection *connection)
{
    connection->flight++;
}

#endif
