/* What the compilers of reading statements share. */
#ifndef ORM_SQL_COMPILE_H
#define ORM_SQL_COMPILE_H

#include "sql/text.h"

/* The model of table `table` of a query: 0 is its own, i its join i - 1. */
const orm_model *orm__query_table(const orm__query *query, uint16_t table);

/* What table `table` is called: t0, t1, … */
const char *orm__table_alias(uint16_t table, char alias[16]);

/* The deferred columns that are read of a table; NULL: none. */
const bool *orm__query_undefer(const orm__query *query, uint16_t table);

/* The columns of all tables; as c0, c1, … when `named`, for an outer SELECT that picks from them.
 */
void orm__write_columns(orm__text *text, const orm__query *query, bool named);
/* LEFT JOIN of every joined relation. */
void orm__write_loads(orm__text *text, const orm__query *query);
/* The same, and those rows are ordered by. */
void orm__write_joins(orm__text *text, const orm__query *query);
/* The condition behind `word`, when there is one. */
void orm__write_where(orm__text *text, const orm__query *query, const char *word);
/* ORDER BY, when there is an order. */
void orm__write_order(orm__text *text, const orm__query *query);

/* LIMIT and OFFSET. */
void orm__write_limits(orm__text *text, const orm__query *query);

/* Rows with relations to many joined to them. */
void orm__compile_spread(orm__text *text, const orm__query *query);
/* A query of any purpose, where the text stands. */
void orm__text_query(orm__text *text, const orm__query *query);

/* FROM the table of keys k(k1, …, ord), the position from 0 being k.ord or k.ord - 1. Of the query
 * its owner and its relation count. */
void orm__write_key_table(orm__text *text, const orm__query *query);
/* ON alias.column = the key's value, without the key table's affinity on SQLite. */
void orm__write_key_match(orm__text *text, const orm__query *query, const char *alias);

/* FROM the keys of a relation, its link and its rows, t0; with the relations joined to them when
 * `loads`. */
void orm__write_related_from(orm__text *text, const orm__query *query, bool loads);
/* Limit and offset as conditions on the number q.rn of a row within its key. */
void orm__write_rank_limits(orm__text *text, const orm__query *query);
/* The name of the keys that a query above picks. */
void orm__write_keys_name(orm__text *text, const orm__query *query);
/* Rows of a relation for a list of parents' keys. */
void orm__compile_related(orm__text *text, const orm__query *query);
/* The same for the parents that queries above pick. */
void orm__compile_together(orm__text *text, const orm__query *query);

#endif
