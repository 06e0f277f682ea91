/* Moments to come, the soonest first. */
#ifndef ORM_ASYNC_ALARMS_H
#define ORM_ASYNC_ALARMS_H

#include <stdbool.h>
#include <stddef.h>

#include <orm/memory.h>
#include <orm/sys/runtime.h>

/* Part of who is to be told. */
typedef struct orm__alarm {
    orm_deadline at;
    size_t place; /* in the heap, from 1; 0: not set */
    void (*ring)(struct orm__alarm *alarm);
} orm__alarm;

typedef struct orm__alarms {
    const orm_allocator *allocator; /* borrowed */
    orm__alarm **heap;              /* owned array; [0] is not used */
    size_t count;
    size_t capacity;
} orm__alarms;

void orm__alarms_dispose(orm__alarms *alarms);

/* Room for so many, so that setting one can't fail. ORM_NOMEM. */
ORM_MUST_USE orm_status orm__alarms_reserve(orm__alarms *alarms, size_t count);
void orm__alarm_set(orm__alarms *alarms, orm__alarm *alarm, orm_deadline at);
void orm__alarm_clear(orm__alarms *alarms, orm__alarm *alarm);

/* The soonest; NULL: none is set. */
static inline orm__alarm *orm__alarms_first(const orm__alarms *alarms)
{
    return alarms->count > 0 ? alarms->heap[1] : NULL;
}

#endif
