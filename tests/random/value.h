/*
 * One value of any column type, as the memory evaluation knows it, with its random choice and its
 * spellings. How values compare is in evaluate.h.
 */
#ifndef TESTS_RANDOM_VALUE_H
#define TESTS_RANDOM_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema.h"
#include "text.h"

enum { RT_TEXT_MAX = 47 };

/* What a numeric holds besides digits. */
enum { RT_FINITE, RT_NAN, RT_INFINITY, RT_NEGATIVE_INFINITY };

typedef struct rt_value {
    bool null;
    uint8_t special; /* numeric */
    uint8_t scale;   /* numeric: digits behind the point */
    uint8_t size;    /* bytes of `text` */
    /* Integers, boolean, enum (from 1), days, microseconds, a numeric's digits. */
    int64_t number;
    double real;
    int32_t months; /* interval */
    int32_t days;
    char text[RT_TEXT_MAX + 1]; /* text, char without its padding, bytea, uuid */
} rt_value;

extern const char *const rt_grades[]; /* from 1 */
enum { RT_GRADES = 3 };

rt_value rt_random_value(rt_random *random, const rt_column *column);
/* Whether both are the same to the last digit; both of one type. */
bool rt_identical(rt_type type, const rt_value *left, const rt_value *right);

/* What it is in C source, near enough to be typed in; and as a literal of SQL. */
void rt_print_value(rt_text *out, rt_type type, const rt_value *value);
void rt_print_literal(rt_text *out, const rt_column *column, const rt_value *value,
                      bool postgresql);

/* A numeric's digits. `out` holds 32 bytes. */
void rt_numeric_text(const rt_value *value, char *out);
/* With its padding: how a char(n) comes back. `out` holds 64 bytes. */
void rt_padded(const rt_column *column, const rt_value *value, char *out);

#endif
