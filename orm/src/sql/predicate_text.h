/* Predicates as SQL. */
#ifndef ORM_SQL_PREDICATE_TEXT_H
#define ORM_SQL_PREDICATE_TEXT_H

#include "sql/text.h"

/* Whether there is any condition to write. */
bool orm__pred_is_given(const orm_pred *pred);

/* Writes `pred` about the table called `alias`. */
void orm__text_pred(orm__text *text, const char *alias, const orm_pred *pred);

/* left = right, the two sides written as columns of their aliases, compared as `type` is on this
 * database. */
void orm__text_equal(orm__text *text, const char *left_alias, const char *left,
                     const char *right_alias, const char *right, const orm_column *type);

#endif
