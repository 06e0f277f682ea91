/* Generated queries as the runtime reads them. */
#ifndef ORM_SQL_VIEW_H
#define ORM_SQL_VIEW_H

#include "sql/query.h"

/* The members of one generated <model>_query. Pointers are borrowed from it. */
typedef struct orm__view {
    const orm_model *model;
    const orm_pred *where; /* NULL: none */
    uint32_t order_by[ORM_ORDER_MAX];
    int64_t limit;
    int64_t offset;
    orm_load_strategy load;
    uint32_t depth;
    bool refresh;
    const void *union_with; /* generated query; NULL: none */
    bool distinct;
    const bool *undefer; /* deferred columns wanted; NULL: none */
    orm_lock lock;
    orm_lock_wait lock_wait;
    const char *collation; /* NULL: none */
    const char *with;      /* the pointers of `.with`; NULL: none */
    bool lists_apart;      /* relations to many are not joined, whatever they ask for */
    const char *counts;    /* those of `.counts`; NULL: none is given */
    const char *after;     /* cursors; NULL: none */
    const char *before;
} orm__view;

/* `query` NULL: all rows. */
void orm__view_read(orm__view *view, const orm_model *model, const void *query);

/* The query for relation `index`, or NULL when it is not to be loaded. */
const void *orm__view_with(const orm__view *view, uint16_t index);

/* The query whose rows are to be counted for relation `index`, or NULL. */
const void *orm__view_count(const orm__view *view, uint16_t index);

/* Whether its rows are not all there are: filtered, limited or skipped. */
bool orm__view_is_partial(const orm__view *view);

/*
 * Fills condition, order, limits and joins of `query`. `relation` (may be NULL) gives the default
 * order. ORM_INVALID: an order that is none of the model's, a cursor, a join of a to-many relation
 * or with limits or order, too many joins.
 */
orm_status orm__view_fill(const orm__view *view, const orm_relation *relation, orm__query *query,
                          orm_error *error);

/* Limit and offset alone. */
void orm__view_limits(const orm__view *view, orm__query *query);

/* The order alone. ORM_INVALID. */
orm_status orm__view_order(const orm__view *view, const orm_relation *relation, orm__query *query,
                           orm_error *error);

/* Fills the order of the rows of a join to many, and nothing else of `query`. False: it is none. */
bool orm__view_join_order(const orm__join *join, orm__query *query);

/* Whether relation `index` of the rows of table `table` is among the joins of `query`. */
bool orm__query_joins(const orm__query *query, uint16_t table, uint16_t index);

#endif
