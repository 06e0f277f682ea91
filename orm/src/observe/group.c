#include "observe/group.h"

#include <string.h>

#include "base/allocator.h"

enum { FIRST_CAPACITY = 4 * ORM_GROUP_WAYS, FIRST_VALUES = 256 };

void orm__group_table_init(orm__group_table *table, const orm_allocator *allocator, size_t limit)
{
    memset(table, 0, sizeof *table);
    table->allocator = allocator;
    table->limit = limit < FIRST_CAPACITY ? FIRST_CAPACITY : limit;
}

void orm__group_table_dispose(orm__group_table *table)
{
    orm__free(table->allocator, table->hashes, table->capacity * sizeof *table->hashes);
    orm__free(table->allocator, table->groups, table->capacity * sizeof *table->groups);
    orm__group_table_init(table, table->allocator, table->limit);
}

void orm__group_table_clear(orm__group_table *table)
{
    if (table->capacity > 0)
        memset(table->hashes, 0, table->capacity * sizeof *table->hashes);
    table->forgotten = 0;
    table->spare = NULL;
}

void orm__group_drop_early(orm__group_table *table, orm__group *group)
{
    while (group->early != NULL) {
        orm__early *early = group->early;
        group->early = early->next;
        early->next = table->spare;
        table->spare = early;
    }
}

static size_t set_of(uint64_t hash, size_t capacity)
{
    return (size_t)hash & (capacity / ORM_GROUP_WAYS - 1);
}

/* Doubling splits each set in two, so everything fits. */
static void move_groups(const orm__group_table *from, orm__group_table *to)
{
    for (size_t i = 0; i < from->capacity; i++) {
        if (from->hashes[i] == 0)
            continue;
        size_t at = set_of(from->hashes[i], to->capacity) * ORM_GROUP_WAYS;
        while (to->hashes[at] != 0)
            at++;
        to->hashes[at] = from->hashes[i];
        to->groups[at] = from->groups[i];
    }
}

static bool grow(orm__group_table *table)
{
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    if (capacity > table->limit)
        return false;
    orm__group_table bigger = *table;
    bigger.capacity = capacity;
    bigger.hashes = orm__alloc_zero(table->allocator, capacity * sizeof *bigger.hashes);
    bigger.groups = orm__alloc(table->allocator, capacity * sizeof *bigger.groups);
    if (bigger.hashes == NULL || bigger.groups == NULL) {
        orm__free(table->allocator, bigger.hashes, capacity * sizeof *bigger.hashes);
        orm__free(table->allocator, bigger.groups, capacity * sizeof *bigger.groups);
        return false;
    }
    move_groups(table, &bigger);
    orm__free(table->allocator, table->hashes, table->capacity * sizeof *table->hashes);
    orm__free(table->allocator, table->groups, table->capacity * sizeof *table->groups);
    *table = bigger;
    return true;
}

/* The way of the set that was used least recently. */
static size_t oldest(const orm__group_table *table, size_t start)
{
    size_t best = start;
    for (size_t i = start + 1; i < start + ORM_GROUP_WAYS; i++)
        if (table->groups[i].last_used < table->groups[best].last_used)
            best = i;
    return best;
}

static size_t take_place(orm__group_table *table, uint64_t hash, uint64_t session)
{
    for (;;) {
        size_t start = set_of(hash, table->capacity) * ORM_GROUP_WAYS;
        for (size_t i = start; i < start + ORM_GROUP_WAYS; i++)
            if (table->hashes[i] == 0)
                return i;
        if (grow(table))
            continue;
        size_t place = oldest(table, start);
        /* Other sessions are over, as a rule, and need no memory; this one is not. */
        bool early = table->groups[place].session == session;
        if (early && table->groups[place].record == NULL)
            table->forgotten++;
        orm__group_drop_early(table, &table->groups[place]);
        return place;
    }
}

orm__group *orm__group_get(orm__group_table *table, uint64_t hash, uint64_t session)
{
    if (table->capacity == 0 && !grow(table))
        return NULL;
    size_t start = set_of(hash, table->capacity) * ORM_GROUP_WAYS;
    size_t place = start;
    while (place < start + ORM_GROUP_WAYS && table->hashes[place] != hash)
        place++;
    if (place == start + ORM_GROUP_WAYS) {
        place = take_place(table, hash, session);
        memset(&table->groups[place], 0, sizeof table->groups[place]);
        table->hashes[place] = hash;
        table->groups[place].hash = hash;
        table->groups[place].session = session;
    }
    table->groups[place].used_before = table->groups[place].last_used;
    table->groups[place].last_used = ++table->clock;
    return &table->groups[place];
}

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
