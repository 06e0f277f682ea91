/* Memory of inputs: given back all at once. */
#ifndef ORM_JSON_MEMORY_H
#define ORM_JSON_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <orm/memory.h>

struct chunk;

struct memory {
    orm_allocator allocator;
    struct chunk *chunks;
    bool failed; /* some allocation did */
};

void *orm__json_resize(const orm_allocator *allocator, void *pointer, size_t old_size,
                       size_t new_size);

/* Zeroed, aligned for any type; NULL when out of memory. */
void *orm__json_alloc(struct memory *memory, size_t size);
char *orm__json_copy(struct memory *memory, const char *text, size_t size);
ORM_PRINTF(2, 0)
char *orm__json_vprintf(struct memory *memory, const char *format, va_list arguments);
void orm__json_free_all(struct memory *memory);

#endif
