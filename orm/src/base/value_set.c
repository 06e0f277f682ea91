#include "base/value_set.h"

#include <string.h>

#include "base/allocator.h"

enum { FIRST_VALUES = 256 };

void orm__value_set_init(orm__value_set *set, const orm_allocator *allocator, size_t limit)
{
    memset(set, 0, sizeof *set);
    set->allocator = allocator;
    set->limit = limit;
}

void orm__value_set_dispose(orm__value_set *set)
{
    orm__free(set->allocator, set->slots, set->capacity * sizeof *set->slots);
    orm__value_set_init(set, set->allocator, set->limit);
}

void orm__value_set_clear(orm__value_set *set)
{
    if (set->capacity > 0)
        memset(set->slots, 0, set->capacity * sizeof *set->slots);
    set->count = 0;
}

/* The place of `hash`, or the free one where it belongs. */
static size_t find_value(const uint64_t *slots, size_t capacity, uint64_t hash)
{
    size_t at = (size_t)hash & (capacity - 1);
    while (slots[at] != 0 && slots[at] != hash)
        at = (at + 1) & (capacity - 1);
    return at;
}

static bool grow_values(orm__value_set *set)
{
    size_t capacity = set->capacity == 0 ? FIRST_VALUES : set->capacity * 2;
    uint64_t *slots = orm__alloc_zero(set->allocator, capacity * sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i] != 0)
            slots[find_value(slots, capacity, set->slots[i])] = set->slots[i];
    orm__free(set->allocator, set->slots, set->capacity * sizeof *set->slots);
    set->slots = slots;
    set->capacity = capacity;
    return true;
}

orm__value_state orm__value_set_add(orm__value_set *set, uint64_t hash)
{
    if (hash == 0)
        hash = 1;
    if (set->capacity == 0 && !grow_values(set))
        return ORM_VALUE_UNTOLD;
    size_t at = find_value(set->slots, set->capacity, hash);
    if (set->slots[at] == hash)
        return ORM_VALUE_KNOWN;
    if (set->count >= set->limit)
        return ORM_VALUE_UNTOLD;
    if (set->count * 4 >= set->capacity * 3) {
        if (!grow_values(set))
            return ORM_VALUE_UNTOLD;
        at = find_value(set->slots, set->capacity, hash);
    }
    set->slots[at] = hash;
    set->count++;
    return ORM_VALUE_NEW;
}

bool orm__value_set_has(const orm__value_set *set, uint64_t hash)
{
    if (hash == 0)
        hash = 1;
    return set->capacity > 0 && set->slots[find_value(set->slots, set->capacity, hash)] == hash;
}
