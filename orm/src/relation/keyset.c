#include "relation/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/hash.h"
#include "model/column_value.h"

bool orm__keyset_init(orm__keyset *keys, orm__arena *arena, const orm_model *owner,
                      const orm_relation *relation, size_t parents)
{
    memset(keys, 0, sizeof *keys);
    keys->arena = arena;
    keys->owner = owner;
    keys->relation = relation;
    if (parents >= UINT32_MAX / 4)
        return false;
    size_t slots = 8;
    while (slots < parents * 2)
        slots *= 2;
    keys->slot_mask = slots - 1;
    keys->values =
        orm__arena_alloc(arena, (parents + 1) * relation->own_count * sizeof *keys->values);
    keys->first = orm__arena_alloc(arena, (parents + 1) * sizeof *keys->first);
    keys->next = orm__arena_alloc(arena, (parents + 1) * sizeof *keys->next);
    keys->slots = orm__arena_zero(arena, slots * sizeof *keys->slots);
    return keys->values != NULL && keys->first != NULL && keys->next != NULL && keys->slots != NULL;
}

bool orm__keyset_read(const orm__keyset *keys, const void *row, orm_value *key_out)
{
    for (uint16_t i = 0; i < keys->relation->own_count; i++) {
        key_out[i] = orm__column_get(&keys->owner->columns[keys->relation->own_columns[i]], row);
        if (key_out[i].kind == ORM_KIND_NULL)
            return false;
    }
    return true;
}

static uint64_t hash_key(const orm__keyset *keys, const orm_value *key)
{
    uint64_t hash = orm__value_hash(&key[0]);
    for (uint16_t i = 1; i < keys->relation->own_count; i++)
        hash = orm__hash_word(hash * 31 + orm__value_hash(&key[i]));
    return hash;
}

static bool same_key(const orm__keyset *keys, const orm_value *left, const orm_value *right)
{
    for (uint16_t i = 0; i < keys->relation->own_count; i++)
        if (!orm__value_same(&left[i], &right[i]))
            return false;
    return true;
}

/* The table's place for a key: its own, or an empty one. */
static size_t slot_of(const orm__keyset *keys, const orm_value *key)
{
    uint16_t width = keys->relation->own_count;
    size_t at = hash_key(keys, key) & keys->slot_mask;
    while (keys->slots[at] != 0 &&
           !same_key(keys, &keys->values[(keys->slots[at] - 1) * (size_t)width], key))
        at = (at + 1) & keys->slot_mask;
    return at;
}

void orm__keyset_add(orm__keyset *keys, const orm_value *key, uint32_t parent)
{
    uint16_t width = keys->relation->own_count;
    size_t at = slot_of(keys, key);
    if (keys->slots[at] == 0) {
        memcpy(&keys->values[keys->count * width], key, width * sizeof *key);
        keys->first[keys->count] = ORM__NO_PARENT;
        keys->slots[at] = (uint32_t)++keys->count;
    }
    uint32_t number = keys->slots[at] - 1;
    keys->next[parent] = keys->first[number];
    keys->first[number] = parent;
}

uint32_t orm__keyset_find(const orm__keyset *keys, const orm_value *key)
{
    size_t at = slot_of(keys, key);
    return keys->slots[at] == 0 ? ORM__NO_PARENT : keys->slots[at] - 1;
}

uint32_t orm__keyset_find_int(const orm__keyset *keys, int64_t key)
{
    orm_value value = {.kind = ORM_KIND_INT};
    value.as.integer = key;
    return orm__keyset_find(keys, &value);
}

typedef struct numbered {
    int64_t key;
    uint32_t number;
} numbered;

static int compare_numbered(const void *left, const void *right)
{
    int64_t a = ((const numbered *)left)->key;
    int64_t b = ((const numbered *)right)->key;
    return a < b ? -1 : a > b;
}

/* Fills `order` for single integer keys. */
static bool sort_integers(orm__keyset *keys)
{
    bool ascending = true;
    for (size_t i = 1; i < keys->count && ascending; i++)
        ascending = keys->values[i - 1].as.integer < keys->values[i].as.integer;
    if (ascending)
        return true;
    numbered *items = orm__arena_alloc(keys->arena, keys->count * sizeof *items);
    if (items == NULL)
        return false;
    for (size_t i = 0; i < keys->count; i++)
        items[i] = (numbered){keys->values[i].as.integer, (uint32_t)i};
    qsort(items, keys->count, sizeof *items, compare_numbered);
    for (size_t i = 0; i < keys->count; i++)
        keys->order[i] = items[i].number;
    return true;
}

static orm_status lay_out(orm__keyset *keys, uint16_t column, orm_error *error)
{
    uint16_t width = keys->relation->own_count;
    const orm_column *own = &keys->owner->columns[keys->relation->own_columns[column]];
    bool integer = own->type >= ORM_TYPE_SMALLINT && own->type <= ORM_TYPE_BIGINT;
    orm_value *sorted = orm__arena_alloc(keys->arena, (keys->count + 1) * sizeof *sorted);
    if (sorted == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    keys->sorted[column] = sorted;
    for (size_t i = 0; i < keys->count; i++) {
        sorted[i] = keys->values[keys->order[i] * (size_t)width + column];
        if (integer)
            continue;
        orm_status status =
            orm__column_check(keys->owner, own, &sorted[i], true, keys->arena, error);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

orm_status orm__keyset_sort(orm__keyset *keys, orm_error *error)
{
    keys->order = orm__arena_alloc(keys->arena, (keys->count + 1) * sizeof *keys->order);
    if (keys->order == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    for (size_t i = 0; i < keys->count; i++)
        keys->order[i] = (uint32_t)i;
    bool integers =
        keys->relation->own_count == 1 && keys->count > 0 && keys->values[0].kind == ORM_KIND_INT;
    if (integers && !sort_integers(keys))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    for (uint16_t i = 0; i < keys->relation->own_count; i++) {
        orm_status status = lay_out(keys, i, error);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}
