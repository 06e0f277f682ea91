/* What an arena handed out since a mark, so that pointers into it can be told from others. */
#ifndef ORM_BASE_REGION_H
#define ORM_BASE_REGION_H

#include <stdint.h>

#include "base/arena.h"

typedef struct orm__span {
    uintptr_t start;
    uintptr_t end;
} orm__span;

typedef struct orm__region {
    const orm_allocator *allocator; /* borrowed */
    orm__span *spans;               /* owned; ordered */
    size_t count;
} orm__region;

/* Valid until the arena changes. False: out of memory. */
bool orm__region_init(orm__region *region, const orm__arena *arena, orm__arena_mark mark);
void orm__region_dispose(orm__region *region);

bool orm__region_has(const orm__region *region, const void *pointer);

#endif
