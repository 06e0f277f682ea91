/* The engine behind orm_engine. */
#ifndef ORM_EXEC_ENGINE_H
#define ORM_EXEC_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include <orm/engine.h>
#include <orm/events.h>

#include "base/arena.h"
#include "base/thread_runtime.h"
#include "exec/pool.h"
#include "exec/sink.h"

struct orm_subscription {
    orm__sink sink;
    struct orm_subscription *next;
};

enum { ORM__BLOCKS_KEPT = 256 };

struct orm_engine {
    orm_engine_options options; /* defaults filled in; url is the engine's own copy */
    orm_allocator allocator;
    orm__thread_runtime threads; /* unless the options bring a runtime */
    bool own_threads;
    orm__target target;
    const orm__driver *driver;
    orm__pool pool;
    pthread_mutex_t block_mutex;
    orm__block *blocks; /* arena blocks waiting for reuse */
    size_t block_count;
    orm__block_cache block_cache;
    pthread_rwlock_t subscription_lock;
    orm_subscription *subscriptions;
    atomic_int subscription_count;
    atomic_int timed_count;
    atomic_uint_fast64_t session_count; /* sessions ever opened: their numbers */
};

#endif
