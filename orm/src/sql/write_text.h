/* Pieces of writing statements, shared by the compilers of one row and of many. */
#ifndef ORM_SQL_WRITE_TEXT_H
#define ORM_SQL_WRITE_TEXT_H

#include "sql/text.h"

void orm__write_names(orm__text *text, const orm_model *model, const uint16_t *columns,
                      size_t count);
/* RETURNING every column, of `alias` unless that is NULL. */
void orm__write_returning(orm__text *text, const orm_model *model, const char *alias);
/* "version" = "version" + 1; the table is known as `alias` unless that is NULL. */
void orm__write_next_version(orm__text *text, const orm_model *model, const char *alias);
orm_status orm__write_finish(const orm__compiled *compiled);

#endif
