/* Pieces of dates and times as text. */
#ifndef ORM_MODEL_MOMENT_H
#define ORM_MODEL_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/value.h>

#define ORM__SECOND_MICROS INT64_C(1000000)
#define ORM__DAY_MICROS    INT64_C(86400000000)

/* The days and microseconds that columns can hold, infinities aside: what PostgreSQL and our own 64
 * bits allow. */
#define ORM__DATE_MIN      (-2440588) /* 4714-11-24 BC, Julian day 0 */
#define ORM__DATE_MAX      2145042905 /* 5874897-12-31 */
#define ORM__TIMESTAMP_MIN (ORM__DATE_MIN * ORM__DAY_MICROS)
#define ORM__TIMESTAMP_MAX (INT64_MAX - 1) /* 294247-01-10 04:00:54.775806 */

static inline bool orm__moment_digit(char c)
{
    return c >= '0' && c <= '9';
}

/*
 * Reads the digits of a fraction, at least one, as microseconds, rounded half up: up to 1,000,000.
 * Moves `*at` beyond them.
 */
bool orm__moment_fraction(const char **at, int64_t *micros_out);

/* Writes a number with at least `width` digits; returns the end. */
char *orm__moment_put(char *at, uint64_t number, int width);

/* Writes a point and the digits of `micros` below a second without trailing zeros; nothing for 0.
 */
char *orm__moment_put_fraction(char *at, uint64_t micros);

/* Whether a column can hold the value; infinities count. */
bool orm__date_fits(int64_t days);
bool orm__timestamp_fits(int64_t micros);

#endif
