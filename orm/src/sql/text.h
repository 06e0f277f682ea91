/* Pieces of SQL text shared by the compilers of reading and writing statements. */
#ifndef ORM_SQL_TEXT_H
#define ORM_SQL_TEXT_H

#include "sql/dialect.h"
#include "sql/query.h"

/* A statement being written. */
typedef struct orm__text {
    const orm__dialect *dialect;
    orm__compiled *out;
    unsigned subqueries; /* aliases s1, s2, … given out so far */
    const char *own;     /* what the rows of a subquery are called; NULL in the statement itself */
    const struct orm__scope *around; /* the rows around a subquery's */
} orm__text;

/* The alias of the query's own table. */
const char *orm__text_own(const orm__text *text);

void orm__text_add(orm__text *text, const char *sql);
/* A quoted identifier. */
void orm__text_name(orm__text *text, const char *name);
/* schema.table where the database has schemas. */
void orm__text_table(orm__text *text, const char *schema, const char *table);
/* A string, as SQL writes it. */
void orm__text_string(orm__text *text, const char *string);
/* alias."column"; a NULL alias leaves it out. */
void orm__text_column(orm__text *text, const char *alias, const char *column);
/* The column as rows are read: of a raw type its text. */
void orm__text_read(orm__text *text, const char *alias, const orm_column *column);
/* A new parameter that stands elsewhere in the text, by its number. */
void orm__text_declare(orm__text *text, orm__param param);
/* The placeholder of a new parameter. */
void orm__text_param(orm__text *text, orm__param param);
/* The parameter for a value of `column`. */
orm__param orm__param_of(const orm_model *model, const orm_column *column);
/* Declares that the next result column is decoded into `column` of `model`. */
void orm__text_field(orm__text *text, const orm_model *model, const orm_column *column);

#endif
