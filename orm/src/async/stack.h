/* Stacks for tasks: mapped with a guard page below, and kept for reuse. */
#ifndef ORM_ASYNC_STACK_H
#define ORM_ASYNC_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include <orm/memory.h>

enum { ORM__STACKS_WARM = 64, ORM__STACKS_COLD = 4096 };

typedef struct orm__stacks {
    const orm_allocator *allocator; /* borrowed */
    size_t size;                    /* of one, without its guard */
    size_t guard;                   /* a page */
    void *warm[ORM__STACKS_WARM];   /* kept with their memory */
    void **cold;                    /* owned array of those kept without */
    size_t warm_count;
    size_t cold_count;
    size_t cold_capacity;
    size_t count; /* mapped */
} orm__stacks;

/* Rounds the size up to whole pages; sanitizers need several times as much. */
void orm__stacks_init(orm__stacks *stacks, const orm_allocator *allocator, size_t size);
/* All must have been given back. */
void orm__stacks_dispose(orm__stacks *stacks);

/* The lowest usable address of a stack of stacks->size bytes. NULL: the system has no more. */
void *orm__stack_take(orm__stacks *stacks);
void orm__stack_give(orm__stacks *stacks, void *stack);

/* Gives back the memory of a stack in use that lies below `used`. */
void orm__stack_trim(const orm__stacks *stacks, void *stack, const void *used);

/* Whether the address lies in the guard below. */
bool orm__stack_guards(const orm__stacks *stacks, const void *stack, const void *address);

#endif
