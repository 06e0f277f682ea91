/* A string that grows; and where random numbers come from. */
#ifndef TESTS_RANDOM_TEXT_H
#define TESTS_RANDOM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rt_text {
    char *data;
    size_t size;
    size_t capacity;
} rt_text;

/* Running out of memory ends the program. */
__attribute__((format(printf, 2, 3))) void rt_add(rt_text *text, const char *format, ...);
void rt_text_free(rt_text *text);

/* Zeroed; ends the program when there is none. Owned: free. */
void *rt_new(size_t size);

typedef struct rt_random {
    uint64_t state;
} rt_random;

uint64_t rt_bits(rt_random *random);
/* From 0 to below `count`. */
int rt_below(rt_random *random, int count);
bool rt_chance(rt_random *random, int percent);

#endif
