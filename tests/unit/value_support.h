/* What the tests of values share: cmocka, a fixed sequence of random numbers, an arena. */
#ifndef TESTS_UNIT_VALUE_SUPPORT_H
#define TESTS_UNIT_VALUE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

typedef struct random_source {
    uint64_t state; /* not zero */
} random_source;

static inline uint64_t random_next(random_source *source)
{
    source->state ^= source->state << 13;
    source->state ^= source->state >> 7;
    source->state ^= source->state << 17;
    return source->state * 0x2545F4914F6CDD1DULL;
}

static inline size_t random_below(random_source *source, size_t limit)
{
    return (size_t)(random_next(source) >> 11) % limit;
}

static inline int arena_setup(void **state)
{
    static orm__arena arena;
    static const orm_allocator heap;
    orm__arena_init(&arena, &heap, NULL);
    *state = &arena;
    return 0;
}

static inline int arena_teardown(void **state)
{
    orm__arena_dispose(*state);
    return 0;
}

#define ARENA_TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#endif
