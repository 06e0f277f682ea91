/*
 * One value out of the rows of another query, to compare a column with:
 * `product_price_is(orm_gt(orm_avg_of(product_columns.price, product_rows(NULL))))`. The value has
 * the column's kind. The query is borrowed like text is, and copied where text is copied. Its
 * conditions, order, limit and offset hold; relations named in its `.with` are not looked at.
 */
#ifndef ORM_SUBQUERY_H
#define ORM_SUBQUERY_H

#include <orm/column.h>
#include <orm/export.h>

typedef enum orm_pick {
    ORM_PICK_NONE,
    ORM_PICK_VALUE, /* of the first row */
    ORM_PICK_MAX,
    ORM_PICK_MIN,
    ORM_PICK_SUM,
    ORM_PICK_AVG,
    ORM_PICK_COUNT,
    ORM_PICK_ALL /* each row's: what orm_in_query compares with */
} orm_pick;

typedef struct orm_scalar {
    orm_rows rows;
    orm_col col; /* not for COUNT */
    orm_pick pick;
} orm_scalar;

#define ORM_SCALAR_DEFINE(name)                                                                    \
    typedef struct orm_scalar_##name {                                                             \
        orm_scalar scalar;                                                                         \
    } orm_scalar_##name;
ORM_COL_KINDS(ORM_SCALAR_DEFINE)
#undef ORM_SCALAR_DEFINE

ORM_BEGIN_DECLS

#define ORM_SCALAR_DECLARE(name)                                                                   \
    ORM_API orm_scalar_##name orm_scalar_of_##name(orm_pick pick, orm_col_##name column,           \
                                                   orm_rows rows);
ORM_COL_KINDS(ORM_SCALAR_DECLARE)
#undef ORM_SCALAR_DECLARE

/* The number of rows. */
ORM_API orm_scalar_int orm_count_of(orm_rows rows);

ORM_END_DECLS

/* What follows are macros: faults in their arguments are then reported on the user's own line. */
#pragma GCC system_header

/*
 * `column` of the first row in the query's order (whichever comes first, without one); NULL when
 * there is no row.
 */
#define orm_value_of(column, rows) ORM_SCALAR_ANY(ORM_PICK_VALUE, column, rows)
/* The greatest and the least value there is; NULL when there is none. Not for bytes, uuid, json,
 * arrays, booleans and enums. */
#define orm_max_of(column, rows) ORM_SCALAR_ORDERED(ORM_PICK_MAX, column, rows)
#define orm_min_of(column, rows) ORM_SCALAR_ORDERED(ORM_PICK_MIN, column, rows)
/* Sum and average of numbers, NULLs left out; NULL when there is none. That of integers is a bigint
 * (the statement fails beyond), and a double for the average; numeric is exact. */
#define orm_sum_of(column, rows) ORM_SCALAR_NUMBER(ORM_PICK_SUM, column, rows)
#define orm_avg_of(column, rows) ORM_SCALAR_NUMBER(ORM_PICK_AVG, column, rows)

/* clang-format off */
#ifndef __cplusplus
#define ORM_SCALAR_ANY(pick, column, rows)                                                         \
    ORM_COL_GENERIC(orm_scalar_of_, column)(pick, column, rows)
#define ORM_SCALAR_ORDERED(pick, column, rows)                                                     \
    _Generic((column),                                                                             \
        orm_col_int: orm_scalar_of_int, orm_col_double: orm_scalar_of_double,                      \
        orm_col_text: orm_scalar_of_text, orm_col_numeric: orm_scalar_of_numeric,                  \
        orm_col_date: orm_scalar_of_date, orm_col_time: orm_scalar_of_time,                        \
        orm_col_timestamp: orm_scalar_of_timestamp,                                                \
        orm_col_timestamptz: orm_scalar_of_timestamptz,                                            \
        orm_col_interval: orm_scalar_of_interval)(pick, column, rows)
#define ORM_SCALAR_NUMBER(pick, column, rows)                                                      \
    _Generic((column),                                                                             \
        orm_col_int: orm_scalar_of_int, orm_col_double: orm_scalar_of_double,                      \
        orm_col_numeric: orm_scalar_of_numeric)(pick, column, rows)
#else
#define ORM_SCALAR_OVERLOAD(function, name)                                                        \
    inline orm_scalar_##name function(orm_pick pick, orm_col_##name column, orm_rows rows)         \
    {                                                                                              \
        return orm_scalar_of_##name(pick, column, rows);                                           \
    }
#define ORM_SCALAR_OVERLOAD_ANY(name) ORM_SCALAR_OVERLOAD(orm_scalar_any, name)
ORM_COL_KINDS(ORM_SCALAR_OVERLOAD_ANY)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, int)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, double)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, text)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, numeric)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, date)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, time)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, timestamp)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, timestamptz)
ORM_SCALAR_OVERLOAD(orm_scalar_ordered, interval)
ORM_SCALAR_OVERLOAD(orm_scalar_number, int)
ORM_SCALAR_OVERLOAD(orm_scalar_number, double)
ORM_SCALAR_OVERLOAD(orm_scalar_number, numeric)
#undef ORM_SCALAR_OVERLOAD_ANY
#undef ORM_SCALAR_OVERLOAD
#define ORM_SCALAR_ANY(pick, column, rows)     orm_scalar_any(pick, column, rows)
#define ORM_SCALAR_ORDERED(pick, column, rows) orm_scalar_ordered(pick, column, rows)
#define ORM_SCALAR_NUMBER(pick, column, rows)  orm_scalar_number(pick, column, rows)
#endif
/* clang-format on */

#endif
