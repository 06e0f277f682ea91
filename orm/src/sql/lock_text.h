/* Row locks: FOR UPDATE and its kind. */
#ifndef ORM_SQL_LOCK_TEXT_H
#define ORM_SQL_LOCK_TEXT_H

#include "sql/text.h"
#include "sql/view.h"

/* Fills a query's lock, once its purpose and limits are known. ORM_INVALID: it can't have one. */
orm_status orm__view_lock(const orm__view *view, orm__query *query, orm_error *error);

/* The clause at the end of a statement, or nothing. */
void orm__write_lock(orm__text *text, const orm__query *query);

#endif
