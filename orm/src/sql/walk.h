/* Walking a self relation from row to row, in one statement. */
#ifndef ORM_SQL_WALK_H
#define ORM_SQL_WALK_H

#include "sql/text.h"

/* What a query's rows are reached by: from rows found by their keys, along a self relation. */
typedef struct orm__walk {
    const orm_relation *relation;
    int64_t max_depth; /* steps; 0: any number */
    bool include_start;
    bool prune; /* rows for which the query's condition does not hold are not walked through */
} orm__walk;

/* The walk's part of a gathered query; the lists of the first rows' keys have been gathered. */
void orm__gather_walk(orm__gathered *gathered, const orm__query *query);

/* WITH RECURSIVE, to stand before SELECT: orm_start and orm_walk. */
void orm__text_walk(orm__text *text, const orm__query *query);
/* What the query selects from, up to its table t0; n.ord is the order rows were reached in. */
void orm__text_walk_from(orm__text *text, const orm__query *query);
/* The order of a query that has none: the nearest rows first. */
void orm__text_walk_order(orm__text *text, const orm__query *query);

#endif
