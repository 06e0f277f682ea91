/* Random values of column types, the same in every run. Text lives until test_random_free. */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/value.h>

typedef struct test_random {
    uint64_t state;
    void **kept;
    size_t count;
} test_random;

uint64_t test_random_bits(test_random *random);
/* From low to high, both included. */
int64_t test_random_int(test_random *random, int64_t low, int64_t high);
double test_random_double(test_random *random);
/* Valid UTF-8 of up to `characters` characters of all lengths, without NUL, no blank at the end. */
const char *test_random_text(test_random *random, int characters);
orm_bytes test_random_bytes(test_random *random, size_t size);
/* Plain digits as databases write them; `scale` below 0: any number of decimals. */
orm_numeric test_random_numeric(test_random *random, int digits, int scale);
orm_uuid test_random_uuid(test_random *random);
/* Memory that test_random_free frees. */
void *test_random_keep(test_random *random, size_t size);
void test_random_free(test_random *random);

#endif
