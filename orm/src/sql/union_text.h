/* Unions: rows of one query or of another, each once by its key. */
#ifndef ORM_SQL_UNION_TEXT_H
#define ORM_SQL_UNION_TEXT_H

#include "sql/text.h"
#include "sql/view.h"

/* Fills a query's union, once its purpose and condition are known. ORM_INVALID: it can't be one. */
orm_status orm__view_union(const orm__view *view, orm__query *query, orm_error *error);

/* What follows the query's own condition. */
void orm__gather_union(orm__gathered *gathered, const orm__query *query);
/* Condition that a row is one of either query's, after `word`; stands in for the query's own. */
void orm__write_union(orm__text *text, const orm__query *query, const char *word);

#endif
