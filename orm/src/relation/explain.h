/* The text that explains a query. */
#ifndef ORM_RELATION_EXPLAIN_H
#define ORM_RELATION_EXPLAIN_H

#include <orm/condition.h>

#include "base/buffer.h"

/* A statement, broken before its clauses and at 80 columns. */
void orm__explain_sql(orm__buffer *to, const char *sql);

/* "  $1 = 18" for each value; lists by their number of elements. */
void orm__explain_values(orm__buffer *to, const orm_value *values, size_t count);

/* A line of a plan, its indentation kept, broken at 80 columns. */
void orm__explain_line(orm__buffer *to, const char *line);

#endif
