#include "base/map.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

static size_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (size_t)(hash ^ hash >> 32);
}

/* The entry of key or the free one where it belongs; the map is never full. */
static struct map_entry *find(struct map_entry *entries, size_t capacity, const char *key)
{
    size_t at = hash_of(key) & (capacity - 1);

    while (entries[at].key && strcmp(entries[at].key, key) != 0)
        at = (at + 1) & (capacity - 1);
    return &entries[at];
}

void *map_get(const struct map *map, const char *key)
{
    return map->capacity ? find(map->entries, map->capacity, key)->value : NULL;
}

static void grow(struct arena *arena, struct map *map)
{
    size_t capacity = map->capacity ? map->capacity * 2 : 16;
    struct map_entry *entries = arena_array(arena, capacity, sizeof *entries);

    for (size_t i = 0; i < map->capacity; i++)
        if (map->entries[i].key)
            *find(entries, capacity, map->entries[i].key) = map->entries[i];
    map->entries = entries;
    map->capacity = capacity;
}

void *map_add(struct arena *arena, struct map *map, const char *key, void *value)
{
    struct map_entry *entry;

    if ((map->count + 1) * 2 > map->capacity)
        grow(arena, map);
    entry = find(map->entries, map->capacity, key);
    if (entry->key)
        return entry->value;
    entry->key = key;
    entry->value = value;
    map->count++;
    return NULL;
}
