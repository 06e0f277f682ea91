#include "relation/visited.h"

#include <stdint.h>

#include "base/hash.h"

static size_t slot_of(const orm__visited *visited, const void *row)
{
    size_t at = orm__hash_word((uint64_t)(uintptr_t)row) & (visited->capacity - 1);
    while (visited->slots[at] != NULL && visited->slots[at] != row)
        at = (at + 1) & (visited->capacity - 1);
    return at;
}

static bool grow(orm__visited *visited, orm__arena *arena)
{
    orm__visited larger = {.capacity = visited->capacity == 0 ? 64 : visited->capacity * 4,
                           .count = visited->count};
    larger.slots = orm__arena_zero(arena, larger.capacity * sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < visited->capacity; i++)
        if (visited->slots[i] != NULL)
            larger.slots[slot_of(&larger, visited->slots[i])] = visited->slots[i];
    *visited = larger;
    return true;
}

bool orm__visited_add(orm__visited *visited, orm__arena *arena, const void *row, bool *new_out)
{
    if (visited->count * 2 >= visited->capacity && !grow(visited, arena))
        return false;
    size_t at = slot_of(visited, row);
    *new_out = visited->slots[at] == NULL;
    if (*new_out) {
        visited->slots[at] = row;
        visited->count++;
    }
    return true;
}

bool orm__visited_has(const orm__visited *visited, const void *row)
{
    return visited->capacity > 0 && visited->slots[slot_of(visited, row)] != NULL;
}
