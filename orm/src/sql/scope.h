/* The rows a condition speaks of, and those around it. */
#ifndef ORM_SQL_SCOPE_H
#define ORM_SQL_SCOPE_H

#include <orm/predicate.h>

#include "sql/text.h"

typedef struct orm__scope {
    const struct orm__scope *around; /* NULL: the statement's own rows */
    const orm_model *model;
    const char *alias; /* while text is written */
} orm__scope;

/* The rows a reference to a column means: the scope itself, or with `outer` the nearest around it
 * of the column's model. NULL: there are none. */
const orm__scope *orm__scope_find(const orm__scope *scope, orm_col column);

/* What is compared: a column, or a number of related rows. */
typedef struct orm__subject {
    const orm_model *model;
    const orm_column *column; /* of a number: one that has its type, for messages */
    const orm_pred *counted;  /* the COUNT predicate, or NULL */
} orm__subject;

/* Whether the subject and what it is compared with are char(n) and another text type: the padding
 * is then stripped from the former. */
bool orm__is_mixed_text(const orm_column *subject, const orm_cond *cond);

/* How many values of `cond->as.values` count. */
int orm__cond_operands(const orm_cond *cond);
/* The column a COLUMN or ROWS operand takes its values from, or NULL when it names none. */
const orm_column *orm__operand_column(const orm_value *value);

/* The shape and the values, and the text, of `subject operator operands`. */
void orm__gather_cond(orm__gathered *gathered, const orm__scope *scope, const orm__subject *subject,
                      const orm_cond *cond);
void orm__text_cond(orm__text *text, const orm__scope *scope, const orm__subject *subject,
                    const orm_cond *cond);
/* alias."column", as text without the padding of a char(n) when `stripped`. */
void orm__text_side(orm__text *text, const char *alias, const orm_column *column, bool stripped);
/* The number of related rows, as an expression. */
void orm__text_count(orm__text *text, const orm__scope *scope, const orm_pred *pred);

/* A predicate's shape and values, and its text as an operand of `around`: ALL_OF, ANY_OF or NOT. */
void orm__gather_pred(orm__gathered *gathered, const orm__scope *scope, const orm_pred *pred);
void orm__text_pred_in(orm__text *text, const orm__scope *scope, const orm_pred *pred,
                       orm_pred_kind around);
/* The same for a condition that need not be there; ORM_MISUSE when it is of another model. */
void orm__gather_given(orm__gathered *gathered, const orm__scope *scope, const orm_pred *where);

/* The rows of a query: `value` is of kind ROWS. Its text is a SELECT in parentheses. */
void orm__gather_subquery(orm__gathered *gathered, const orm__scope *scope,
                          const orm__subject *subject, const orm_value *value, bool stripped);
void orm__text_subquery(orm__text *text, const orm__scope *scope, const orm_value *value,
                        bool stripped);

/* A fragment of SQL. */
void orm__gather_fragment(orm__gathered *gathered, const orm_pred *pred);
void orm__text_fragment(orm__text *text, const orm__scope *scope, const orm_pred *pred);

/* Refuses a column whose values can't be compared with the subject. */
void orm__gather_fit(orm__gathered *gathered, const orm__subject *subject, const orm_column *other);

/* Fails with the model, the column and its type. */
void orm__gather_refuse(orm__gathered *gathered, orm_status status, const orm__subject *subject,
                        const char *what);

#endif
