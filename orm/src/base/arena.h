/* Memory freed all at once. Blocks come from an allocator, or from a cache that keeps and reuses
 * them. */
#ifndef ORM_BASE_ARENA_H
#define ORM_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <orm/export.h>
#include <orm/memory.h>

typedef struct orm__block orm__block;

/* Where a bounded amount of blocks waits for reuse; implemented by the engine. */
typedef struct orm__block_cache {
    void *context;
    /* A block of at least `size` bytes, its `size` set; NULL: none fits. */
    orm__block *(*take)(void *context, size_t size);
    bool (*give)(void *context, orm__block *block); /* false: full, the arena frees it */
} orm__block_cache;

struct orm__block {
    orm__block *next;
    size_t size; /* whole block with this header */
};

typedef struct orm__arena {
    const orm_allocator *allocator; /* borrowed */
    const orm__block_cache *cache;  /* borrowed, may be NULL */
    orm__block *blocks;
    char *at;
    char *end;
    size_t used; /* bytes handed out */
} orm__arena;

typedef struct orm__arena_mark {
    orm__block *block;
    char *at;
    char *end;
    size_t used;
} orm__arena_mark;

enum { ORM_ARENA_BLOCK_SIZE = 64 * 1024 };

void orm__arena_init(orm__arena *arena, const orm_allocator *allocator,
                     const orm__block_cache *cache);
void orm__arena_dispose(orm__arena *arena);

/* `size` bytes aligned for any type; NULL when out of memory. The slow path of orm__arena_alloc. */
void *orm__arena_grow(orm__arena *arena, size_t size);

enum { ORM_ARENA_ALIGN = 16 };

static inline void *orm__arena_alloc(orm__arena *arena, size_t size)
{
    /* Nothing takes room as well: NULL would mean that memory ran out. */
    size_t rounded = (size + (size == 0) + ORM_ARENA_ALIGN - 1) & ~(size_t)(ORM_ARENA_ALIGN - 1);
    if (rounded < size)
        return NULL;
    if (rounded > (size_t)(arena->end - arena->at))
        return orm__arena_grow(arena, rounded);
    void *memory = arena->at;
    arena->at += rounded;
    return memory;
}

void *orm__arena_zero(orm__arena *arena, size_t size);

/*
 * A larger copy of `memory` (NULL at first), which is not the arena's own but comes from its cache
 * and allocator: give it back with orm__arena_return. NULL: out of memory, `memory` is as it was.
 */
void *orm__arena_enlarge(orm__arena *arena, void *memory, size_t old_size, size_t new_size);
void orm__arena_return(orm__arena *arena, void *memory);
/* A copy of `size` bytes followed by a NUL; NULL when out of memory. */
static inline char *orm__arena_copy(orm__arena *arena, const void *data, size_t size)
{
    char *copy = (char *)orm__arena_alloc(arena, size + 1);
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}
char *orm__arena_vprintf(orm__arena *arena, const char *format, va_list values) ORM_PRINTF(2, 0);
char *orm__arena_printf(orm__arena *arena, const char *format, ...) ORM_PRINTF(2, 3);

orm__arena_mark orm__arena_get_mark(const orm__arena *arena);
/* Gives back everything allocated since the mark. */
void orm__arena_release(orm__arena *arena, orm__arena_mark mark);

#endif
