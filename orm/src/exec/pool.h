/*
 * The connection pool. A slot (one of size + overflow) belongs to exactly one owner at any time: an
 * idle connection, a session, or a call that is opening one.
 */
#ifndef ORM_EXEC_POOL_H
#define ORM_EXEC_POOL_H

#include <pthread.h>
#include <stdint.h>

#include "exec/connection.h"

typedef struct orm__waiter {
    struct orm__waiter *next;
    void *parking;
    orm__connection *connection; /* handed over */
    bool granted;                /* a connection or a free slot was handed over */
} orm__waiter;

typedef struct orm__pool {
    const orm__driver *driver;
    const orm__target *target;
    pthread_mutex_t mutex;
    orm__connection *idle; /* last returned first */
    orm__connection *lent; /* for reports */
    orm__waiter *first_waiter;
    orm__waiter *last_waiter;
    int size;
    int max_open; /* INT_MAX: unlimited */
    int open;     /* slots taken */
    int idle_count;
    int lent_count;
    int waiting;
    uint64_t generation;
    int64_t opened;
    int64_t closed;
    int64_t checkouts;
    int64_t ping_failures;
    int64_t timeouts;
    long process; /* the process that opened the pool */
} orm__pool;

orm_status orm__pool_init(orm__pool *pool, const orm__driver *driver, const orm__target *target,
                          orm_error *error);
/* Closes idle connections. No connection may be lent any more. */
void orm__pool_dispose(orm__pool *pool);

/*
 * A checked connection for the caller at `site`, before `deadline` and within the engine's own
 * bounds on waiting and connecting. ORM_POOL_TIMEOUT names the holders; failures to connect;
 * ORM_MISUSE in a forked child. Give it back with orm__pool_release.
 */
orm_status orm__pool_acquire(orm__pool *pool, orm_site site, orm_deadline deadline,
                             orm__connection **connection_out, orm_error *error);

/* Takes a connection back. Anything but an idle transaction state closes it. */
void orm__pool_release(orm__pool *pool, orm__connection *connection);

/* ORM_MISUSE naming the sites of the holders when connections are lent. */
orm_status orm__pool_check_unused(orm__pool *pool, orm_error *error);

void orm__pool_status(orm__pool *pool, orm_engine_status *status_out);

#endif
