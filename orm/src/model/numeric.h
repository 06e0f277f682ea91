/* Exact decimal numbers as text, and PostgreSQL's binary form of them. */
#ifndef ORM_MODEL_NUMERIC_H
#define ORM_MODEL_NUMERIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/status.h>

#include "base/arena.h"

/*
 * All of these take text of `size` bytes that needs no NUL at its end; SIZE_MAX means "up to the
 * NUL". Results are NUL-terminated in `arena`. ORM_INVALID: not a number; ORM_RANGE: beyond what
 * PostgreSQL's numeric can hold (131072 digits before the point, 16383 after it); ORM_NOMEM. Outs
 * are untouched on failure.
 */

typedef enum orm__decimal_kind {
    ORM__DECIMAL_FINITE,
    ORM__DECIMAL_INFINITY,
    ORM__DECIMAL_NAN
} orm__decimal_kind;

/*
 * A number read from text, its digits left in place: `count` of them from the first that is not
 * zero, with the '.' of the text before digit `dot`.
 */
typedef struct orm__decimal {
    const char *digits; /* borrowed; NULL for zero */
    size_t count;       /* trailing zeros included */
    size_t dot;
    int64_t
        point; /* digits before the point; negative: zeros between the point and the first digit */
    int64_t scale; /* digits after the point as written, exponent applied; at least 0 */
    orm__decimal_kind kind;
    bool negative; /* never for zero or NaN */
} orm__decimal;

/* Reads a number in the form described at orm_numeric. ORM_INVALID: it is none. No limits are
 * checked. */
orm_status orm__decimal_read(const char *text, size_t size, orm__decimal *decimal_out);

/*
 * ORM_OK when a column numeric(precision, scale) can hold the number, that is when it has at most
 * precision - scale digits before the point once rounded; else ORM_RANGE. `precision` 0 means
 * numeric without limits of its own.
 */
orm_status orm__decimal_fits(const orm__decimal *decimal, int32_t precision, int32_t scale);

/* Plain digits as PostgreSQL prints them: no exponent, no needless leading zeros, trailing zeros
 * kept, no "-0". */
orm_status orm__numeric_expand(const char *text, size_t size, orm__arena *arena,
                               const char **text_out, size_t *size_out);

/* The one spelling all equal numbers share: as orm__numeric_expand, without trailing zeros after
 * the point. */
orm_status orm__numeric_canonical(const char *text, size_t size, orm__arena *arena,
                                  const char **text_out, size_t *size_out);

/*
 * The shortest exact spelling with at least `scale` digits after the point; a negative scale means
 * as written, which is orm__numeric_expand.
 */
orm_status orm__numeric_pad(const char *text, size_t size, int32_t scale, orm__arena *arena,
                            const char **text_out, size_t *size_out);

/*
 * What a column numeric(precision, scale) stores: rounded half away from zero, padded with zeros to
 * the scale. ORM_RANGE too for more than precision - scale digits before the point after rounding,
 * and for infinities (NaN is stored). `precision` 0 means numeric without limits. A scale may be
 * negative or above the precision, as PostgreSQL has it.
 */
orm_status orm__numeric_round(const char *text, size_t size, int32_t precision, int32_t scale,
                              orm__arena *arena, const char **text_out, size_t *size_out);

/*
 * Orders any two texts: numbers by value (-Infinity first, then finite, Infinity, NaN), then texts
 * that are no numbers, by their bytes. Fit for a collation: a total order in which equal numbers
 * are equal.
 */
int orm__numeric_compare(const char *left, size_t left_size, const char *right, size_t right_size);

/* PostgreSQL's binary numeric to text as it prints it. ORM_INVALID: not a binary numeric. */
orm_status orm__numeric_from_pg(const unsigned char *data, size_t size, orm__arena *arena,
                                const char **text_out, size_t *size_out);

/* Text to PostgreSQL's binary numeric; the scale written is kept. */
orm_status orm__numeric_to_pg(const char *text, size_t size, orm__arena *arena,
                              const unsigned char **data_out, size_t *size_out);

#endif
