/* A set of hashes of values. */
#ifndef ORM_BASE_VALUE_SET_H
#define ORM_BASE_VALUE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/memory.h>

/* A set of hashes that grows up to a limit. */
typedef struct orm__value_set {
    const orm_allocator *allocator; /* borrowed */
    uint64_t *slots;                /* owned */
    size_t capacity;                /* a power of two, or 0 */
    size_t count;
    size_t limit;
} orm__value_set;

typedef enum orm__value_state {
    ORM_VALUE_KNOWN,
    ORM_VALUE_NEW,
    ORM_VALUE_UNTOLD /* the set is full and does not hold it */
} orm__value_state;

void orm__value_set_init(orm__value_set *set, const orm_allocator *allocator, size_t limit);
void orm__value_set_dispose(orm__value_set *set);
void orm__value_set_clear(orm__value_set *set);
orm__value_state orm__value_set_add(orm__value_set *set, uint64_t hash);
bool orm__value_set_has(const orm__value_set *set, uint64_t hash);

#endif
