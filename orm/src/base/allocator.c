#include "base/allocator.h"

#include <stdlib.h>
#include <string.h>

static void *heap_resize(void *pointer, size_t new_size)
{
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

void *orm__resize(const orm_allocator *allocator, void *pointer, size_t old_size, size_t new_size)
{
    if (allocator == NULL || allocator->resize == NULL)
        return heap_resize(pointer, new_size);
    return allocator->resize(allocator->context, pointer, old_size, new_size);
}

void *orm__alloc(const orm_allocator *allocator, size_t size)
{
    return orm__resize(allocator, NULL, 0, size == 0 ? 1 : size);
}

void *orm__alloc_zero(const orm_allocator *allocator, size_t size)
{
    void *memory = orm__alloc(allocator, size);
    if (memory != NULL)
        memset(memory, 0, size == 0 ? 1 : size);
    return memory;
}

void orm__free(const orm_allocator *allocator, void *pointer, size_t size)
{
    if (pointer != NULL)
        (void)orm__resize(allocator, pointer, size == 0 ? 1 : size, 0);
}
