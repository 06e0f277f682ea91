/* Where events go. exec publishes; who listens is no business of this layer. */
#ifndef ORM_EXEC_SINK_H
#define ORM_EXEC_SINK_H

#include <stdatomic.h>

#include <orm/events.h>

/* The first member of every orm_scope. */
typedef struct orm__sink {
    orm_event_sink *publish;
    void (*ended)(void *context, const orm_session *session); /* its memory goes next; or NULL */
    void *context;
    atomic_uint_fast64_t *sessions; /* ever watched: their numbers */
    bool timed;
} orm__sink;

#endif
