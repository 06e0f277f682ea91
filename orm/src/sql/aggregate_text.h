/* Aggregates as SQL. */
#ifndef ORM_SQL_AGGREGATE_TEXT_H
#define ORM_SQL_AGGREGATE_TEXT_H

#include <orm/aggregate.h>

#include "sql/text.h"

/*
 * Writes the aggregate of alias."name", whose values are those of `column`; of whole rows when that
 * is NULL. `filter` (NULL or kind NONE: none) is on the rows of `alias` it is made of.
 */
void orm__text_aggregate(orm__text *text, orm_aggregate_kind kind, const orm_column *column,
                         const char *alias, const char *name, const orm_pred *filter);

#endif
