/* Exact sums of decimal numbers, and their averages rounded as PostgreSQL rounds them. */
#ifndef ORM_MODEL_DECIMAL_SUM_H
#define ORM_MODEL_DECIMAL_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/memory.h>
#include <orm/status.h>

#include "base/arena.h"

/* A sum so far. Start it as all zero but for the allocator. */
typedef struct orm__decimal_sum {
    const orm_allocator *allocator; /* borrowed */
    int64_t *whole;                 /* to the base of 10,000, not carried; [0] holds the units */
    int64_t *part;                  /* [0] holds the first four digits behind the point */
    size_t whole_count;
    size_t part_count;
    int64_t scale; /* the most digits behind the point */
    int64_t count; /* numbers added */
    bool nan;
    bool infinity;
    bool minus_infinity;
} orm__decimal_sum;

void orm__decimal_sum_dispose(orm__decimal_sum *sum);

orm_status orm__decimal_sum_add_integer(orm__decimal_sum *sum, int64_t value); /* ORM_NOMEM */
/* ORM_INVALID: `text` is not a number; ORM_RANGE: none that PostgreSQL's numeric holds; ORM_NOMEM.
 */
orm_status orm__decimal_sum_add(orm__decimal_sum *sum, const char *text, size_t size);

/* The sum as PostgreSQL prints it, NUL-terminated in `arena`. ORM_NOMEM. */
orm_status orm__decimal_sum_text(const orm__decimal_sum *sum, orm__arena *arena,
                                 const char **text_out);
/* The sum divided by the count, which is not 0: at least 16 digits that count, and no fewer behind
 * the point than any number had. */
orm_status orm__decimal_sum_average(const orm__decimal_sum *sum, orm__arena *arena,
                                    const char **text_out);

#endif
