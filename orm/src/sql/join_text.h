/* Joins to the one row a relation leads to. */
#ifndef ORM_SQL_JOIN_TEXT_H
#define ORM_SQL_JOIN_TEXT_H

#include "sql/text.h"

/*
 * LEFT JOIN of a to-one relation from the table called `from`, whose model is `owner`, to one
 * called `to`: gives each row of `from` once. `where` (NULL or kind NONE: no condition) is on the
 * target.
 */
void orm__text_join(orm__text *text, const char *from, const orm_model *owner,
                    const orm_relation *relation, const char *to, const orm_pred *where);
/* The same with another word, " JOIN "; also of a has_many, whose rows all come. */
void orm__text_join_as(orm__text *text, const char *word, const char *from, const orm_model *owner,
                       const orm_relation *relation, const char *to, const orm_pred *where);

/*
 * The same of a relation through a link, called `link`: each row of `from` comes once for each link
 * that leads from it, and at least once.
 */
void orm__text_link_join(orm__text *text, const char *from, const orm_model *owner,
                         const orm_relation *relation, const char *link, const char *to,
                         const orm_pred *where);

#endif
