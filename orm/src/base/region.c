#include "base/region.h"

#include <stdlib.h>

#include "base/allocator.h"

static int compare(const void *left, const void *right)
{
    const orm__span *a = left;
    const orm__span *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

bool orm__region_init(orm__region *region, const orm__arena *arena, orm__arena_mark mark)
{
    size_t count = 1;
    *region = (orm__region){.allocator = arena->allocator};
    for (const orm__block *block = arena->blocks; block != mark.block; block = block->next)
        count++;
    region->spans = orm__alloc(arena->allocator, count * sizeof *region->spans);
    if (region->spans == NULL)
        return false;
    /* The rest of the block that was in use at the mark, then all newer blocks. */
    region->spans[region->count++] = (orm__span){(uintptr_t)mark.at, (uintptr_t)mark.end};
    for (const orm__block *block = arena->blocks; block != mark.block; block = block->next)
        region->spans[region->count++] =
            (orm__span){(uintptr_t)block, (uintptr_t)block + block->size};
    qsort(region->spans, region->count, sizeof *region->spans, compare);
    return true;
}

void orm__region_dispose(orm__region *region)
{
    orm__free(region->allocator, region->spans, region->count * sizeof *region->spans);
    region->spans = NULL;
    region->count = 0;
}

bool orm__region_has(const orm__region *region, const void *pointer)
{
    uintptr_t wanted = (uintptr_t)pointer;
    size_t low = 0;
    size_t high = region->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (wanted >= region->spans[middle].end)
            low = middle + 1;
        else if (wanted < region->spans[middle].start)
            high = middle;
        else
            return true;
    }
    return false;
}
