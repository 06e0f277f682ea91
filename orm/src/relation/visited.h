/* The rows that the levels of one self relation have passed, so that cycles end. */
#ifndef ORM_RELATION_VISITED_H
#define ORM_RELATION_VISITED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

typedef struct orm__visited {
    const void **slots; /* open addressing; a row or NULL */
    size_t capacity;
    size_t count;
} orm__visited;

/* Puts a row in; `*new_out` is false when it was there. False: out of memory. */
bool orm__visited_add(orm__visited *visited, orm__arena *arena, const void *row, bool *new_out);

bool orm__visited_has(const orm__visited *visited, const void *row);

#endif
