/* Predicates as SQL. */
#ifndef ORM_SQL_PREDICATE_TEXT_H
#define ORM_SQL_PREDICATE_TEXT_H

#include "sql/text.h"

/* Whether there is any condition to write. */
bool orm__pred_is_given(const orm_pred *pred);

/* Whether it speaks of more than the columns of its own rows. */
bool orm__pred_reaches_out(const orm_pred *pred);

/*
 * Children are visited, for their values and for their text, in their own order, save that the
 * deepest comes first where nesting is deep: a parser then has less to remember at once.
 */
size_t orm__pred_first(const orm_pred *pred);
const orm_pred *orm__pred_child(const orm_pred *pred, size_t first, size_t index);

/* Writes `pred` about the table called `alias`, as it can stand beside AND. */
void orm__text_pred(orm__text *text, const char *alias, const orm_pred *pred);

/* left = right, the two sides written as columns of their aliases, compared as `type` is on this
 * database. */
void orm__text_equal(orm__text *text, const char *left_alias, const char *left,
                     const char *right_alias, const char *right, const orm_column *type);

#endif
