/* Publishing events to an engine's subscribers and a session's scope. */
#ifndef ORM_EXEC_PUBLISH_H
#define ORM_EXEC_PUBLISH_H

#include <stdbool.h>

#include "exec/engine.h"

/* Whether anybody listens. The price of nobody listening is this test. */
static inline bool orm__is_watched(const orm_engine *engine, const orm__sink *sink)
{
    return sink != NULL ||
           atomic_load_explicit(&engine->subscription_count, memory_order_relaxed) > 0;
}

/* Whether a listener asked for times. */
static inline bool orm__is_timed(const orm_engine *engine, const orm__sink *sink)
{
    return (sink != NULL && sink->timed) ||
           atomic_load_explicit(&engine->timed_count, memory_order_relaxed) > 0;
}

static inline bool orm__is_pool_watched(const orm_engine *engine)
{
    return atomic_load_explicit(&engine->pool_subscription_count, memory_order_relaxed) > 0;
}

/* Without any lock of the pool held. */
void orm__publish_pool(orm_engine *engine, const orm_pool_event *event);

void orm__publish(orm_engine *engine, const orm__sink *sink, const orm_event *event);

#endif
