/* ORDER BY: its part of a query's shape, and its text. */
#ifndef ORM_SQL_ORDER_TEXT_H
#define ORM_SQL_ORDER_TEXT_H

#include "sql/text.h"

enum { ORM__ORDER_ALIAS_SIZE = 8 };

void orm__gather_order(orm__gathered *gathered, const orm__query *query);

/* The joins of a query's order paths, called o1, o2, … */
void orm__text_order_joins(orm__text *text, const orm__query *query);

/* The model and the alias of the table an order's column is of. */
const orm_model *orm__order_model(const orm__query *query, const orm__order *order);
const char *orm__order_alias(const orm__text *text, const orm__order *order,
                             char alias[ORM__ORDER_ALIAS_SIZE]);

/* Whether NULLs come first. */
bool orm__order_nulls_first(const orm__order *order);
/* Whether there can be NULLs. */
bool orm__order_is_nullable(const orm_model *model, const orm__order *order);

/* What stands around a column and a value that are ordered by it: enums by the place of labels. */
void orm__text_order_before(orm__text *text, const orm_column *column);
void orm__text_order_behind(orm__text *text, const orm_column *column);

/* alias."column" as it is ordered and compared. `collation` is for text, NULL: what it has. */
void orm__text_order_column(orm__text *text, const char *alias, const orm_column *column,
                            const char *collation);
/* The same with its direction and the place of NULLs. */
void orm__text_order_item(orm__text *text, const char *alias, const orm_model *model,
                          const orm__order *order, const char *collation);

#endif
