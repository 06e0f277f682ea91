/*
 * References to columns and to queries, for what names them by value: conditions that compare
 * columns, subqueries, aggregates. Every model has a constant `<model>_columns` with a member per
 * column, and a function `<model>_rows(&query)`. Each kind of column has a type of its own, so that
 * a column of the wrong kind does not compile.
 */
#ifndef ORM_COLUMN_H
#define ORM_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/export.h>

/* One column of a model; the typed structs below wrap it. Made by the generator, and by
 * `orm_outer`. */
typedef struct orm_col {
    const struct orm_model *model; /* static */
    uint16_t column;               /* by index */
    bool outer;                    /* of the row around a condition on related rows */
} orm_col;

/* The kinds: integers of any width, floats of either, text of any type, json and jsonb, arrays of
 * anything, all enums. */
#define ORM_COL_KINDS(X)                                                                           \
    X(int)                                                                                         \
    X(double)                                                                                      \
    X(text)                                                                                        \
    X(bytes)                                                                                       \
    X(numeric)                                                                                     \
    X(uuid)                                                                                        \
    X(date)                                                                                        \
    X(time)                                                                                        \
    X(timestamp)                                                                                   \
    X(timestamptz)                                                                                 \
    X(interval)                                                                                    \
    X(json)                                                                                        \
    X(array)                                                                                       \
    X(bool)                                                                                        \
    X(enum)
#define ORM_COL_DEFINE(name)                                                                       \
    typedef struct orm_col_##name {                                                                \
        orm_col col;                                                                               \
    } orm_col_##name;
ORM_COL_KINDS(ORM_COL_DEFINE)
#undef ORM_COL_DEFINE

/* The rows of a query, which is the model's <model>_query or NULL for all rows; borrowed. Made by
 * `<model>_rows`. */
typedef struct orm_rows {
    const struct orm_model *model; /* static */
    const void *query;
} orm_rows;

#endif
