/* The allocator through which every byte of the library goes. */
#ifndef ORM_MEMORY_H
#define ORM_MEMORY_H

#include <stddef.h>

#include <orm/export.h>

/*
 * A realloc-shaped allocator. `resize(context, NULL, 0, n)` allocates, `resize(context, p, old, 0)`
 * frees and returns NULL, otherwise it resizes; NULL for a nonzero size means "out of memory" and
 * leaves `p` as it was. It may be called from any thread that uses the engine. An all-zero value
 * means the C library's heap. libpq and SQLite keep their own.
 */
typedef struct orm_allocator {
    void *(*resize)(void *context, void *pointer, size_t old_size, size_t new_size);
    void *context; /* borrowed while the engine lives */
} orm_allocator;

#endif
