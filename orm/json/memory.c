#include "memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 4096 };

struct chunk {
    struct chunk *next;
    size_t size; /* of the bytes behind this header */
    size_t used;
};

#define ALIGNMENT    _Alignof(max_align_t)
#define ALIGNED(n)   (((n) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)
#define HEADER_SIZE  ALIGNED(sizeof(struct chunk))
#define LARGEST_SIZE (SIZE_MAX / 2)

void *orm__json_resize(const orm_allocator *allocator, void *pointer, size_t old_size,
                       size_t new_size)
{
    if (allocator->resize != NULL)
        return allocator->resize(allocator->context, pointer, old_size, new_size);
    if (new_size > 0)
        return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static struct chunk *add_chunk(struct memory *memory, size_t size)
{
    size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    struct chunk *chunk = orm__json_resize(&memory->allocator, NULL, 0, HEADER_SIZE + room);
    if (chunk == NULL)
        return NULL;
    *chunk = (struct chunk){.next = memory->chunks, .size = room};
    memory->chunks = chunk;
    return chunk;
}

void *orm__json_alloc(struct memory *memory, size_t size)
{
    if (size > LARGEST_SIZE) {
        memory->failed = true;
        return NULL;
    }
    size = ALIGNED(size == 0 ? 1 : size);
    struct chunk *chunk = memory->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size)
        chunk = add_chunk(memory, size);
    if (chunk == NULL) {
        memory->failed = true;
        return NULL;
    }
    char *start = (char *)chunk + HEADER_SIZE + chunk->used;
    chunk->used += size;
    return memset(start, 0, size);
}

char *orm__json_copy(struct memory *memory, const char *text, size_t size)
{
    char *copy = orm__json_alloc(memory, size + 1);
    if (copy != NULL && size > 0)
        memcpy(copy, text, size);
    return copy;
}

char *orm__json_vprintf(struct memory *memory, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : orm__json_alloc(memory, (size_t)length + 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

void orm__json_free_all(struct memory *memory)
{
    for (struct chunk *chunk = memory->chunks; chunk != NULL;) {
        struct chunk *next = chunk->next;
        (void)orm__json_resize(&memory->allocator, chunk, HEADER_SIZE + chunk->size, 0);
        chunk = next;
    }
    memory->chunks = NULL;
}
