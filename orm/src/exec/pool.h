/*
 * The connection pool. A slot (one of size + overflow) belongs to exactly one owner at any time: an
 * idle connection, a session, a waiter it was handed to, or a call that is opening one.
 */
#ifndef ORM_EXEC_POOL_H
#define ORM_EXEC_POOL_H

#include <pthread.h>
#include <stdint.h>

#include <orm/events.h>

#include "exec/connection.h"
#include "exec/kinds.h"
#include "exec/process.h"

/* Who asks for a connection. */
typedef struct orm__asker {
    orm_site site;
    orm_deadline deadline;     /* besides the engine's own bounds on waiting and connecting */
    const atomic_bool *cancel; /* may be NULL; ends a wait once set and orm__pool_wake was called */
    uint64_t work;             /* tells kinds of work apart; 0: is never held back */
    uintptr_t user;            /* the thread or task */
} orm__asker;

typedef struct orm__waiter {
    struct orm__waiter *next; /* of its kind */
    orm__kind *kind;
    void *parking;
    const atomic_bool *cancel;
    orm__connection *connection; /* handed over */
    uint64_t ticket;             /* in the order of coming */
    bool granted;                /* a connection or a free slot was handed over */
    bool clocked;                /* looks from time to time whether it may have one */
    bool held_back;              /* there was one that it might not have */
} orm__waiter;

typedef struct orm__pool {
    orm_engine *engine; /* for events */
    const orm__driver *driver;
    const orm__target *target;
    pthread_mutex_t mutex;
    orm__connection *idle; /* last returned first */
    orm__connection *lent; /* for reports */
    orm__kinds kinds;      /* with all who wait */
    uint64_t tickets;      /* given out */
    int size;
    int max_open; /* INT_MAX: unlimited */
    int open;     /* slots taken */
    int idle_count;
    int lent_count;
    int waiting;
    int reserve; /* connections that long work can't take while quick work is about */
    uint64_t generation;
    uint64_t plans; /* schema changes noticed */
    int64_t opened;
    int64_t closed;
    int64_t checkouts;
    int64_t ping_failures;
    int64_t timeouts;
    int64_t held_back;    /* that waited although there was a connection */
    orm__process process; /* the one that opened the pool */
    /* The thread that closes what is idle for too long and opens ahead; runs when asked for. */
    pthread_t keeper;
    pthread_cond_t keeper_wake;
    bool keeping;
    bool keeper_rests; /* waits without an end */
    bool closing;
} orm__pool;

/* `target` is borrowed while the pool lives. */
orm_status orm__pool_init(orm__pool *pool, orm_engine *engine, const orm__target *target,
                          orm_error *error);
/* Closes idle connections. No connection may be lent any more. */
void orm__pool_dispose(orm__pool *pool);

/* Whether this is the process that opened the pool; in a forked child nothing may be touched. */
bool orm__pool_is_ours(const orm__pool *pool);

/*
 * A connection for the asker. ORM_POOL_TIMEOUT names the holders; ORM_CANCELLED; failures to
 * connect; ORM_MISUSE in a forked child. Give it back with orm__pool_release.
 */
orm_status orm__pool_acquire(orm__pool *pool, const orm__asker *asker,
                             orm__connection **connection_out, orm_error *error);

/*
 * A slot for the asker (pool_queue.c); with it an idle connection or the right to open one (NULL).
 * Counts as held by its kind until orm__kinds_end, or orm__pool_unclaim when it never was used and
 * the slot is free again.
 */
orm_status orm__pool_claim(orm__pool *pool, const orm__asker *asker, orm__kind **kind_out,
                           orm__connection **connection_out, orm_error *error);
void orm__pool_unclaim(orm__pool *pool, orm__kind *kind);

/* Has the waiter with this `cancel`, if there is one, look at it. */
void orm__pool_wake(orm__pool *pool, const atomic_bool *cancel);

/* Takes a connection back. Anything but an idle transaction state closes it. */
void orm__pool_release(orm__pool *pool, orm__connection *connection);

/*
 * Runs a flight on a lent connection (pool_run.c). The check of a connection that was idle travels
 * with the first flight. When that check is not answered, the flight begins with BEGIN and holds no
 * COMMIT, it runs on a fresh connection instead; a flight that begins with BEGIN and met a stale
 * plan before anybody took a row of it is rolled back and sent once more. Nothing else is ever
 * repeated. Status and error as of the driver; ORM_CANCELLED, and ORM_MISUSE in a forked child,
 * without sending anything.
 */
orm_status orm__pool_run(orm__pool *pool, orm__connection *connection, orm__flight *flight,
                         orm_deadline deadline, orm_error *error);

/*
 * The same for rows sent together, on a connection that has given a sign of life: its transaction
 * is open. Only for drivers that can. Nothing is ever repeated.
 */
orm_status orm__pool_copy(orm__pool *pool, orm__connection *connection, orm__copy *copy,
                          orm_deadline deadline, orm_error *error);

/* Retires the connections that exist: idle ones are closed now, lent ones when they return. */
void orm__pool_retire_all(orm__pool *pool);

/* Cuts the connections that sessions have, so that the database forgets what they did. For
 * sandboxes: no session is in a call. */
void orm__pool_cut(orm__pool *pool);

/* Marks all connections of this one's age and older for replacement. */
void orm__pool_retire(orm__pool *pool, const orm__connection *connection);

/* Counts and tells that an idle connection gave no sign of life, and retires its age. */
void orm__pool_note_ping_failure(orm__pool *pool, const orm__connection *connection,
                                 const orm_error *error);

uint64_t orm__pool_generation(orm__pool *pool);

/* Makes a connection into a slot the caller holds; frees the slot on failure. */
orm_status orm__pool_open(orm__pool *pool, orm_site site, orm_deadline deadline,
                          orm__connection **connection_out, orm_error *error);

/* After a reopened link: age and generation as of now. */
void orm__pool_stamp(orm__pool *pool, orm__connection *connection, uint64_t generation);

/* With the mutex held: hands a connection that nobody holds to who is next, or keeps it idle.
 * False: there is no room. */
bool orm__pool_keep(orm__pool *pool, orm__connection *connection);

/* With the mutex held: a slot is free again. */
void orm__pool_free_slot(orm__pool *pool);

/* Closes a connection and tells why; the caller keeps its slot. */
void orm__pool_close(orm__pool *pool, orm__connection *connection, const char *why);

/* The same when the slot is to be used again, so that the server does not count one too many.
 * False: the server may count it still. */
bool orm__pool_leave(orm__pool *pool, orm__connection *connection, const char *why);

/* The caller's deadline, or `ms` from now if that is sooner. */
orm_deadline orm__sooner(orm_deadline deadline, int ms);

/* The thread that keeps the pool (keeper.c); not started when the options ask for nothing. */
orm_status orm__keeper_start(orm__pool *pool, orm_error *error);
void orm__keeper_stop(orm__pool *pool);

void orm__pool_status(orm__pool *pool, orm_engine_status *status_out);

#endif
