#include "relation/assign.h"

bool orm__assign(orm__assigned *assigned, orm__slot *slot, void *value, orm__load *load)
{
    if (assigned->count == assigned->capacity) {
        size_t capacity = assigned->capacity == 0 ? 64 : assigned->capacity * 2;
        orm__assignment *items =
            orm__arena_enlarge(assigned->arena, assigned->items, assigned->capacity * sizeof *items,
                               capacity * sizeof *items);
        if (items == NULL)
            return false;
        assigned->items = items;
        assigned->capacity = capacity;
    }
    assigned->items[assigned->count++] = (orm__assignment){slot, *slot};
    slot->value = value;
    slot->load = load;
    return true;
}

void orm__assigned_undo(orm__assigned *assigned)
{
    while (assigned->count > 0) {
        const orm__assignment *last = &assigned->items[--assigned->count];
        /* Nobody can read it: it does not count as unused. */
        if (last->slot->load != NULL)
            atomic_store_explicit(&last->slot->load->was_read, true, memory_order_relaxed);
        *last->slot = last->before;
    }
}

void orm__assigned_dispose(orm__assigned *assigned)
{
    orm__arena_return(assigned->arena, assigned->items);
    assigned->items = NULL;
    assigned->count = 0;
    assigned->capacity = 0;
}
