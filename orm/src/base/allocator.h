/* The one place that hands out memory. */
#ifndef ORM_BASE_ALLOCATOR_H
#define ORM_BASE_ALLOCATOR_H

#include <orm/memory.h>

/* Allocation through `allocator`, or the C library's heap when its function is NULL. Sizes are
 * given back on free. */
void *orm__alloc(const orm_allocator *allocator, size_t size);
void *orm__alloc_zero(const orm_allocator *allocator, size_t size);
void *orm__resize(const orm_allocator *allocator, void *pointer, size_t old_size, size_t new_size);
void orm__free(const orm_allocator *allocator, void *pointer, size_t size);

#endif
