#include "observe/group.h"

#include <string.h>

#include "base/allocator.h"

enum { FIRST_CAPACITY = 4 * ORM_GROUP_WAYS };

void orm__group_table_init(orm__group_table *table, const orm_allocator *allocator, size_t limit)
{
    memset(table, 0, sizeof *table);
    table->allocator = allocator;
    table->limit = limit < FIRST_CAPACITY ? FIRST_CAPACITY : limit;
}

void orm__group_table_dispose(orm__group_table *table)
{
    orm__free(table->allocator, table->hashes, table->capacity * sizeof *table->hashes);
    orm__free(table->allocator, table->sessions, table->capacity * sizeof *table->sessions);
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
        to->sessions[at] = from->sessions[i];
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
    bigger.sessions = orm__alloc_zero(table->allocator, capacity * sizeof *bigger.sessions);
    bigger.groups = orm__alloc(table->allocator, capacity * sizeof *bigger.groups);
    if (bigger.hashes == NULL || bigger.sessions == NULL || bigger.groups == NULL) {
        orm__free(table->allocator, bigger.hashes, capacity * sizeof *bigger.hashes);
        orm__free(table->allocator, bigger.sessions, capacity * sizeof *bigger.sessions);
        orm__free(table->allocator, bigger.groups, capacity * sizeof *bigger.groups);
        return false;
    }
    move_groups(table, &bigger);
    orm__free(table->allocator, table->hashes, table->capacity * sizeof *table->hashes);
    orm__free(table->allocator, table->sessions, table->capacity * sizeof *table->sessions);
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

orm__group *orm__group_next(const orm__group_table *table, uint64_t session, size_t *at)
{
    while (*at < table->capacity) {
        size_t place = (*at)++;
        if (table->sessions[place] == session && table->hashes[place] != 0)
            return &table->groups[place];
    }
    return NULL;
}

orm__group *orm__group_peek(const orm__group_table *table, uint64_t hash)
{
    if (table->capacity == 0)
        return NULL;
    size_t start = set_of(hash, table->capacity) * ORM_GROUP_WAYS;
    for (size_t i = start; i < start + ORM_GROUP_WAYS; i++)
        if (table->hashes[i] == hash)
            return &table->groups[i];
    return NULL;
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
        table->sessions[place] = session;
        table->groups[place].hash = hash;
        table->groups[place].session = session;
    }
    table->groups[place].used_before = table->groups[place].last_used;
    table->groups[place].last_used = ++table->clock;
    return &table->groups[place];
}

orm__caller *orm__group_caller(orm__group *group, const orm__path *path)
{
    uint64_t parts[ORM_CALLER_FRAMES];
    uint64_t hash = 0;
    size_t count = orm__path_sum(path, parts, &hash);
    for (uint8_t i = 0; i < group->caller_count; i++) {
        if (group->callers[i].hash == hash)
            return &group->callers[i];
        for (size_t k = 0; k < count; k++)
            if (group->callers[i].hash == hash - parts[k])
                return &group->callers[i];
    }
    uint8_t place =
        group->caller_count < ORM_GROUP_CALLERS ? group->caller_count++ : ORM_GROUP_CALLERS - 1;
    group->callers[place] = (orm__caller){.hash = hash};
    return &group->callers[place];
}
