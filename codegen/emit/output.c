#include "emit/output.h"

#include <string.h>

#include "base/memory.h"

void outputs_add(struct arena *arena, struct outputs *outputs, struct output output)
{
    if (outputs->count == outputs->capacity) {
        size_t capacity = outputs->capacity ? outputs->capacity * 2 : 16;
        struct output *items = arena_array(arena, capacity, sizeof *items);

        if (outputs->count)
            memcpy(items, outputs->items, outputs->count * sizeof *items);
        outputs->items = items;
        outputs->capacity = capacity;
    }
    outputs->items[outputs->count++] = output;
}
