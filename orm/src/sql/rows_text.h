/* Result structs as SQL: a subquery gives their fields, the query around it picks among them. */
#ifndef ORM_SQL_ROWS_TEXT_H
#define ORM_SQL_ROWS_TEXT_H

#include <orm/rows.h>

#include "sql/text.h"

/* What the subquery is made of. Conditions are borrowed; NULL and kind NONE are none. */
typedef struct orm__row_query {
    const orm_row_shape *shape;
    const orm_pred *where;
    const orm_pred *on[ORM_ROW_TABLE_MAX]; /* [i]: of table i + 1 */
    const char *query; /* the generated one, for conditions on values, or NULL */
    bool distinct;
} orm__row_query;

/* The model of a table of a shape. */
const orm_model *orm__row_model(const orm_row_shape *shape, uint16_t table);
/* The relation that leads to a table other than 0. */
const orm_relation *orm__row_relation(const orm_row_shape *shape, uint16_t table);

/* Shape and values of the subquery. ORM_UNSUPPORTED: `distinct` of what knows no equality. */
void orm__gather_rows(orm__gathered *gathered, const orm__row_query *rows);

/* The result's columns are the fields, then the columns of each whole row. */
void orm__compile_rows(orm__text *text, const orm__query *query);

#endif
