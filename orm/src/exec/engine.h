/* The engine behind orm_engine. */
#ifndef ORM_EXEC_ENGINE_H
#define ORM_EXEC_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include <orm/engine.h>
#include <orm/events.h>

#include "base/arena.h"
#include "base/mac.h"
#include "base/thread_runtime.h"
#include "exec/pool.h"
#include "exec/sink.h"
#include "exec/starts.h"

struct orm_subscription {
    orm__sink sink;
    orm_pool_event_sink *pool_sink; /* instead of sink.publish */
    struct orm_subscription *next;
};

/* Arena blocks kept for reuse: bytes in all, the largest block, and how many above the standard. */
enum {
    ORM__BLOCK_BYTES_KEPT = 24 * 1024 * 1024,
    ORM__BLOCK_SIZE_KEPT = 256 * 1024,
    ORM__LARGE_BLOCKS_KEPT = 16
};

/* A replica with a pool of its own. */
typedef struct orm__reader {
    orm_engine_options options; /* the engine's with its own copy of the reader's URL */
    orm__target target;
    orm__pool pool;
    atomic_int_fast64_t rests_until; /* monotonic ns; could not be reached a short while ago */
} orm__reader;

/* An open session as the engine sees it. */
typedef struct orm__tenant {
    struct orm__tenant *newer;
    struct orm__tenant *older;
    orm_site site; /* where it was opened */
    int64_t since; /* monotonic ns */
} orm__tenant;

struct orm_engine {
    orm_engine_options options; /* defaults filled in; url is the engine's own copy */
    orm_allocator allocator;
    orm__thread_runtime threads; /* unless the options bring a runtime */
    bool own_threads;
    orm__target target;
    const orm__driver *driver;
    orm__mac_key cursor_key;
    orm__pool pool;
    orm__reader *readers; /* owned; options.reader_count of them */
    size_t reader_count;  /* open */
    atomic_size_t next_reader;
    pthread_mutex_t block_mutex;
    orm__block *blocks;       /* standard arena blocks waiting for reuse */
    orm__block *large_blocks; /* and larger ones */
    size_t block_bytes;       /* of both */
    size_t large_block_count;
    orm__block_cache block_cache;
    pthread_rwlock_t subscription_lock;
    orm_subscription *subscriptions;
    atomic_int subscription_count;
    atomic_int timed_count;
    atomic_int pool_subscription_count;
    pthread_mutex_t tenant_mutex;
    orm__tenant *tenants; /* open sessions, the newest first */
    orm__starts starts;
};

/* Keeps the list of open sessions. */
void orm__tenant_enter(orm_engine *engine, orm__tenant *tenant);
void orm__tenant_leave(orm_engine *engine, orm__tenant *tenant);

/* ORM_MISUSE naming the sites of sessions that are open. */
orm_status orm__tenants_check(orm_engine *engine, orm_error *error);

#endif
