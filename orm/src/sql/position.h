/* A place in an ordered result, between two of its rows: where a page begins. */
#ifndef ORM_SQL_POSITION_H
#define ORM_SQL_POSITION_H

#include "sql/text.h"

/* One value for each order of a query, ORM_KIND_NULL for NULL. */
typedef struct orm__position {
    orm_value values[ORM__ORDER_MAX];
    bool inclusive; /* a row with just these values is behind it */
} orm__position;

/* Turns the order round, where NULLs stand included. */
void orm__order_reverse(orm__query *query);

/* Whether the value of an order is not among the columns of the rows themselves. */
bool orm__order_is_apart(const orm__query *query, const orm__order *order);
/* Result columns for the values of orders that are apart, behind all others. */
void orm__write_position_columns(orm__text *text, const orm__query *query);

void orm__gather_position(orm__gathered *gathered, const orm__query *query);
/* Condition that a row is behind the query's position, after `word`. */
void orm__write_position(orm__text *text, const orm__query *query, const char *word);

#endif
