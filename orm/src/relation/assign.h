/* Setting relations, with a way back: when a query fails, nothing looks loaded. */
#ifndef ORM_RELATION_ASSIGN_H
#define ORM_RELATION_ASSIGN_H

#include <stdbool.h>

#include "base/arena.h"
#include "map/object.h"

typedef struct orm__assignment {
    orm__slot *slot;
    orm__slot before;
} orm__assignment;

typedef struct orm__assigned {
    orm__arena *arena; /* whose cache the vector comes from; borrowed */
    orm__assignment *items;
    size_t count;
    size_t capacity;
} orm__assigned;

/* False: out of memory, nothing was set. */
bool orm__assign(orm__assigned *assigned, orm__slot *slot, void *value, orm__load *load);
/* Puts back what stood there before. */
void orm__assigned_undo(orm__assigned *assigned);
void orm__assigned_dispose(orm__assigned *assigned);

#endif
