/* Where events go. exec publishes; who listens is no business of this layer. */
#ifndef ORM_EXEC_SINK_H
#define ORM_EXEC_SINK_H

#include <stdatomic.h>

#include <orm/events.h>

#include "base/hash.h"

/* The first member of every orm_scope. */
typedef struct orm__sink {
    orm_event_sink *publish;
    void (*ended)(void *context, const orm_session *session); /* its memory goes next; or NULL */
    /* A session was given the scope by name. A number when it is one of the scope's workers, which
     * are judged together; 0: it is by itself. Or NULL. */
    uint64_t (*joined)(void *context);
    void (*waited)(void *context,
                   int64_t duration_ns); /* for a connection; only if timed. Or NULL */
    void *context;
    atomic_uint_fast64_t *sessions; /* ever watched: their numbers */
    atomic_uint_fast64_t *draws;    /* sessions that asked whether they are watched */
    uint32_t one_of;                /* of so many one is; 0, 1: all */
    bool timed;
} orm__sink;

/* Whether the next session is watched: one in each row of `one_of`, at a place that varies. */
static inline bool orm__sink_draws(const orm__sink *sink)
{
    if (sink->one_of < 2)
        return true;
    uint64_t number = atomic_fetch_add_explicit(sink->draws, 1, memory_order_relaxed);
    return number % sink->one_of == orm__hash_word(number / sink->one_of + 1) % sink->one_of;
}

#endif
