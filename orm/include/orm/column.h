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

ORM_BEGIN_DECLS

/* What `orm_outer` resolves to. */
#define ORM_COL_DECLARE(name) ORM_API orm_col_##name orm_outer_##name(orm_col_##name column);
ORM_COL_KINDS(ORM_COL_DECLARE)
#undef ORM_COL_DECLARE

ORM_END_DECLS

/* The rows of a query, which is the model's <model>_query or NULL for all rows; borrowed. Made by
 * `<model>_rows`. */
typedef struct orm_rows {
    const struct orm_model *model; /* static */
    const void *query;
} orm_rows;

/* What follows are macros: faults in their arguments are then reported on the user's own line. */
#pragma GCC system_header

/* clang-format off */
/*
 * `orm_outer(user_columns.age)`: in a condition on related rows, or in a subquery, the column of
 * the row around it, which is the nearest of that column's model. ORM_MISUSE when there is none.
 */
#ifndef __cplusplus
#define ORM_COL_GENERIC(prefix, v)                                                                 \
    _Generic((v),                                                                                  \
        orm_col_int: prefix##int, orm_col_double: prefix##double, orm_col_text: prefix##text,      \
        orm_col_bytes: prefix##bytes, orm_col_numeric: prefix##numeric,                            \
        orm_col_uuid: prefix##uuid, orm_col_date: prefix##date, orm_col_time: prefix##time,        \
        orm_col_timestamp: prefix##timestamp, orm_col_timestamptz: prefix##timestamptz,            \
        orm_col_interval: prefix##interval, orm_col_json: prefix##json,                            \
        orm_col_array: prefix##array, orm_col_bool: prefix##bool, orm_col_enum: prefix##enum)
#define orm_outer(column) ORM_COL_GENERIC(orm_outer_, column)(column)
#else
#define ORM_COL_OVERLOAD(name)                                                                     \
    inline orm_col_##name orm_outer(orm_col_##name column)                                         \
    {                                                                                              \
        return orm_outer_##name(column);                                                           \
    }
ORM_COL_KINDS(ORM_COL_OVERLOAD)
#undef ORM_COL_OVERLOAD
#endif
/* clang-format on */

#endif
