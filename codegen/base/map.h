#ifndef ORM_CODEGEN_BASE_MAP_H
#define ORM_CODEGEN_BASE_MAP_H

#include <stddef.h>

struct arena;

/* Names to things. Start it as all zero. Keys are borrowed. */
struct map {
    struct map_entry *entries;
    size_t count;
    size_t capacity;
};

struct map_entry {
    const char *key; /* NULL: free */
    void *value;
};

/* NULL when the key is absent. */
void *map_get(const struct map *map, const char *key);

/* The value the key had, which stays; NULL when it was new. value is not NULL. */
void *map_add(struct arena *arena, struct map *map, const char *key, void *value);

#endif
