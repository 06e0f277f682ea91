#include "async/alarms.h"

#include "base/allocator.h"

void orm__alarms_dispose(orm__alarms *alarms)
{
    orm__free(alarms->allocator, alarms->heap, alarms->capacity * sizeof *alarms->heap);
    alarms->heap = NULL;
    alarms->capacity = 0;
}

orm_status orm__alarms_reserve(orm__alarms *alarms, size_t count)
{
    size_t capacity = alarms->capacity;
    if (count + 1 <= capacity)
        return ORM_OK;
    size_t wider = capacity == 0 ? 64 : capacity;
    while (wider < count + 1)
        wider *= 2;
    orm__alarm **heap =
        orm__resize(alarms->allocator, alarms->heap, capacity * sizeof *heap, wider * sizeof *heap);
    if (heap == NULL)
        return ORM_NOMEM;
    alarms->heap = heap;
    alarms->capacity = wider;
    return ORM_OK;
}

static void put(orm__alarms *alarms, size_t place, orm__alarm *alarm)
{
    alarms->heap[place] = alarm;
    alarm->place = place;
}

/* Finds the place for an alarm, from one that is free. */
static void settle(orm__alarms *alarms, size_t place, orm__alarm *alarm)
{
    orm__alarm **heap = alarms->heap;
    while (place > 1 && heap[place / 2]->at > alarm->at) {
        put(alarms, place, heap[place / 2]);
        place /= 2;
    }
    while (2 * place <= alarms->count) {
        size_t child = 2 * place;
        if (child < alarms->count && heap[child + 1]->at < heap[child]->at)
            child++;
        if (heap[child]->at >= alarm->at)
            break;
        put(alarms, place, heap[child]);
        place = child;
    }
    put(alarms, place, alarm);
}

void orm__alarm_set(orm__alarms *alarms, orm__alarm *alarm, orm_deadline at)
{
    orm__alarm_clear(alarms, alarm);
    alarm->at = at;
    settle(alarms, ++alarms->count, alarm);
}

void orm__alarm_clear(orm__alarms *alarms, orm__alarm *alarm)
{
    size_t place = alarm->place;
    if (place == 0)
        return;
    orm__alarm *last = alarms->heap[alarms->count--];
    alarm->place = 0;
    if (last != alarm)
        settle(alarms, place, last);
}
