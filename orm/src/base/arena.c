#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/allocator.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_DEBUG 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_DEBUG 1
#endif
#endif

enum {
    HEADER_SIZE = (sizeof(orm__block) + ORM_ARENA_ALIGN - 1) / ORM_ARENA_ALIGN * ORM_ARENA_ALIGN
};

void orm__arena_init(orm__arena *arena, const orm_allocator *allocator,
                     const orm__block_cache *cache)
{
    memset(arena, 0, sizeof *arena);
    arena->allocator = allocator;
    arena->cache = cache;
}

static void free_block(orm__arena *arena, orm__block *block)
{
    if (arena->cache != NULL && arena->cache->give(arena->cache->context, block))
        return;
    orm__free(arena->allocator, block, block->size);
}

void orm__arena_dispose(orm__arena *arena)
{
    orm__arena_mark empty = {NULL, NULL, NULL, 0};
    orm__arena_release(arena, empty);
}

static orm__block *new_block(orm__arena *arena, size_t size)
{
    orm__block *block = NULL;
    if (arena->cache != NULL)
        block = arena->cache->take(arena->cache->context, size);
    if (block != NULL)
        return block;
    block = orm__alloc(arena->allocator, size);
    if (block != NULL)
        block->size = size;
    return block;
}

/* Under AddressSanitizer every allocation is a block of its own, so that it sees overruns inside
 * the arena. */
static size_t block_size_for(size_t size)
{
#ifdef ARENA_DEBUG
    return HEADER_SIZE + size;
#else
    return size > (ORM_ARENA_BLOCK_SIZE - HEADER_SIZE) / 4 ? HEADER_SIZE + size
                                                           : ORM_ARENA_BLOCK_SIZE;
#endif
}

void *orm__arena_grow(orm__arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    orm__block *block = new_block(arena, block_size_for(size));
    if (block == NULL)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    char *start = (char *)block + HEADER_SIZE;
    /* A large allocation leaves the rest of the block in use where it is. */
    if (block->size == ORM_ARENA_BLOCK_SIZE) {
        arena->at = start + size;
        arena->end = (char *)block + block->size;
    }
    arena->used += block->size;
    return start;
}

void *orm__arena_zero(orm__arena *arena, size_t size)
{
    void *memory = orm__arena_alloc(arena, size);
    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

static orm__block *block_of(void *memory)
{
    return (orm__block *)(void *)((char *)memory - HEADER_SIZE);
}

void *orm__arena_enlarge(orm__arena *arena, void *memory, size_t old_size, size_t new_size)
{
    if (new_size > SIZE_MAX / 2)
        return NULL;
    orm__block *block = new_block(arena, HEADER_SIZE + new_size);
    if (block == NULL)
        return NULL;
    void *larger = (char *)block + HEADER_SIZE;
    if (old_size > 0)
        memcpy(larger, memory, old_size);
    orm__arena_return(arena, memory);
    return larger;
}

void orm__arena_return(orm__arena *arena, void *memory)
{
    if (memory != NULL)
        free_block(arena, block_of(memory));
}

char *orm__arena_vprintf(orm__arena *arena, const char *format, va_list values)
{
    va_list again;
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    char *text = length < 0 ? NULL : orm__arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *orm__arena_printf(orm__arena *arena, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = orm__arena_vprintf(arena, format, values);
    va_end(values);
    return text;
}

orm__arena_mark orm__arena_get_mark(const orm__arena *arena)
{
    orm__arena_mark mark = {arena->blocks, arena->at, arena->end, arena->used};
    return mark;
}

void orm__arena_release(orm__arena *arena, orm__arena_mark mark)
{
    while (arena->blocks != mark.block) {
        orm__block *block = arena->blocks;
        arena->blocks = block->next;
        free_block(arena, block);
    }
    arena->at = mark.at;
    arena->end = mark.end;
    arena->used = mark.used;
}
