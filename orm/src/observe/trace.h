/* The statements of a scope in order, for a timeline. */
#ifndef ORM_OBSERVE_TRACE_H
#define ORM_OBSERVE_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include <orm/nplusone.h>

#include "base/arena.h"
#include "base/buffer.h"

typedef struct orm__trace {
    const orm_allocator *allocator; /* borrowed */
    orm_traced *items;              /* owned; texts are the arena's */
    size_t count;
    size_t capacity;
    size_t limit;
    int64_t lost;
    int64_t began; /* on the monotonic clock */
} orm__trace;

void orm__trace_init(orm__trace *trace, const orm_allocator *allocator, size_t limit);
void orm__trace_dispose(orm__trace *trace);
void orm__trace_clear(orm__trace *trace);

/* What does not fit, or finds no memory, is counted as lost. */
void orm__trace_add(orm__trace *trace, const orm_event *event, orm__arena *arena);

#endif
