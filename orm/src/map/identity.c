#include "map/identity.h"

#include <string.h>

#include "base/allocator.h"
#include "base/hash.h"
#include "model/column_value.h"

void orm__identity_map_init(orm__identity_map *map, const orm_allocator *allocator)
{
    map->allocator = allocator;
    map->first = NULL;
}

void orm__identity_map_dispose(orm__identity_map *map)
{
    while (map->first != NULL) {
        orm__identity *identity = map->first;
        map->first = identity->next;
        orm__free(map->allocator, identity->slots, identity->capacity * sizeof *identity->slots);
        orm__free(map->allocator, identity, sizeof *identity);
    }
}

orm__identity *orm__identity_of(orm__identity_map *map, const orm_model *model)
{
    orm__identity **at = &map->first;
    while (*at != NULL && (*at)->model != model)
        at = &(*at)->next;
    orm__identity *identity = *at;
    if (identity != NULL && identity == map->first)
        return identity;
    if (identity != NULL) {
        *at = identity->next;
    } else {
        identity = orm__alloc_zero(map->allocator, sizeof *identity);
        if (identity == NULL)
            return NULL;
        identity->model = model;
    }
    identity->next = map->first;
    map->first = identity;
    return identity;
}

bool orm__identity_is_doubted(const orm__identity_map *map, const orm_model *model)
{
    const orm__identity *identity = map->first;
    while (identity != NULL && identity->model != model)
        identity = identity->next;
    return identity != NULL && identity->doubted;
}

void orm__row_key(const orm_model *model, const void *row, orm_value *key_out)
{
    for (uint16_t i = 0; i < model->key_count; i++)
        key_out[i] = orm__column_get(&model->columns[model->key[i]], row);
}

static uint64_t hash_key(const orm_model *model, const orm_value *key)
{
    uint64_t hash = orm__value_hash(&key[0]);
    for (uint16_t i = 1; i < model->key_count; i++)
        hash = orm__hash_word(hash * 31 + orm__value_hash(&key[i]));
    return hash;
}

static bool has_key(const orm_model *model, const void *row, const orm_value *key)
{
    for (uint16_t i = 0; i < model->key_count; i++) {
        orm_value own = orm__column_get(&model->columns[model->key[i]], row);
        if (!orm__value_same(&own, &key[i]))
            return false;
    }
    return true;
}

static void place(orm__identity *identity, void *row, uint64_t hash)
{
    size_t at = hash & (identity->capacity - 1);
    while (identity->slots[at] != NULL)
        at = (at + 1) & (identity->capacity - 1);
    identity->slots[at] = row;
    identity->count++;
}

static uint64_t hash_row(const orm_model *model, const void *row)
{
    orm_value key[ORM__MAP_KEY_MAX];
    orm__row_key(model, row, key);
    return hash_key(model, key);
}

/* Room for `more` rows at no more than half full. */
static bool reserve(orm__identity_map *map, orm__identity *identity, size_t more)
{
    size_t need = (identity->count + more) * 2;
    if (need <= identity->capacity)
        return true;
    size_t capacity = identity->capacity == 0 ? 32 : identity->capacity;
    while (capacity < need)
        capacity *= 2;
    void **slots = orm__alloc_zero(map->allocator, capacity * sizeof *slots);
    if (slots == NULL)
        return false;
    void **old = identity->slots;
    size_t old_capacity = identity->capacity;
    identity->slots = slots;
    identity->capacity = capacity;
    identity->count = 0;
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i] != NULL)
            place(identity, old[i], hash_row(identity->model, old[i]));
    orm__free(map->allocator, old, old_capacity * sizeof *old);
    return true;
}

/* Hashes what was put off. */
static bool settle(orm__identity_map *map, orm__identity *identity)
{
    while (identity->pending != NULL) {
        const orm__pending *pending = identity->pending;
        if (!reserve(map, identity, pending->count))
            return false;
        for (size_t i = 0; i < pending->count; i++)
            place(identity, pending->rows[i], hash_row(identity->model, pending->rows[i]));
        identity->pending = pending->next;
    }
    return true;
}

bool orm__identity_settle(orm__identity_map *map, orm__identity *identity)
{
    return settle(map, identity);
}

/* Where a key stands; the index of an empty slot when it does not. The table has capacity. */
static size_t slot_of(const orm__identity *identity, const orm_value *key)
{
    size_t at = hash_key(identity->model, key) & (identity->capacity - 1);
    while (identity->slots[at] != NULL && !has_key(identity->model, identity->slots[at], key))
        at = (at + 1) & (identity->capacity - 1);
    return at;
}

void *orm__identity_find(orm__identity_map *map, orm__identity *identity, const orm_value *key,
                         bool *ok_out)
{
    *ok_out = settle(map, identity);
    if (!*ok_out || identity->count == 0)
        return NULL;
    return identity->slots[slot_of(identity, key)];
}

bool orm__identity_add(orm__identity_map *map, orm__identity *identity, void *row)
{
    if (!settle(map, identity) || !reserve(map, identity, 1))
        return false;
    place(identity, row, hash_row(identity->model, row));
    return true;
}

void orm__identity_remove(orm__identity_map *map, orm__identity *identity, const void *row)
{
    if (!settle(map, identity) || identity->count == 0)
        return;
    orm_value key[ORM__MAP_KEY_MAX];
    orm__row_key(identity->model, row, key);
    size_t at = slot_of(identity, key);
    if (identity->slots[at] != row)
        return;
    identity->slots[at] = NULL;
    identity->count--;
    /* The rows behind a gap are placed again, so that no search ends at it. */
    for (at = (at + 1) & (identity->capacity - 1); identity->slots[at] != NULL;
         at = (at + 1) & (identity->capacity - 1)) {
        void *moved = identity->slots[at];
        identity->slots[at] = NULL;
        identity->count--;
        place(identity, moved, hash_row(identity->model, moved));
    }
}

bool orm__identity_defer(orm__identity *identity, orm__arena *arena, void *const *rows,
                         size_t count)
{
    orm__pending *pending = orm__arena_alloc(arena, sizeof *pending);
    if (pending == NULL)
        return false;
    pending->next = identity->pending;
    pending->rows = rows;
    pending->count = count;
    identity->pending = pending;
    return true;
}

/* Places the rows of a table with new gaps in it again, each no farther from where it belongs. */
static void close_gaps(orm__identity *identity, size_t gap)
{
    size_t mask = identity->capacity - 1;
    for (size_t i = 1; i <= identity->capacity; i++) {
        size_t at = (gap + i) & mask;
        void *row = identity->slots[at];
        if (row == NULL)
            continue;
        identity->slots[at] = NULL;
        identity->count--;
        place(identity, row, hash_row(identity->model, row));
    }
}

void orm__identity_release(orm__identity *identity, const orm__region *region)
{
    orm__pending **at = &identity->pending;
    size_t before = identity->count;
    size_t gap = 0;
    while (*at != NULL) {
        if (orm__region_has(region, *at))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    /* No row was placed beyond a gap that was there before. */
    while (identity->capacity > 0 && identity->slots[gap] != NULL)
        gap++;
    for (size_t i = 0; i < identity->capacity; i++) {
        if (identity->slots[i] == NULL || !orm__region_has(region, identity->slots[i]))
            continue;
        identity->slots[i] = NULL;
        identity->count--;
    }
    if (identity->count > 0 && identity->count != before)
        close_gaps(identity, gap);
}
