/*
 * A query as the SQL compiler sees it: neutral of generated types and of the database. A walk over
 * it (gather) gives its shape, which finds the statement again, and its values; only a shape not
 * met before is compiled to text. Gather and compile visit parameters in the same order.
 */
#ifndef ORM_SQL_QUERY_H
#define ORM_SQL_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/aggregate.h>
#include <orm/engine.h>
#include <orm/lock.h>
#include <orm/model.h>
#include <orm/order.h>
#include <orm/predicate.h>
#include <orm/status.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "model/statement.h"

typedef enum orm__purpose {
    ORM__PURPOSE_SELECT = 1,
    ORM__PURPOSE_COUNT,
    ORM__PURPOSE_EXISTS,
    ORM__PURPOSE_FIND,    /* by primary key */
    ORM__PURPOSE_RELATED, /* rows of a relation for a list of parents' keys */
    ORM__PURPOSE_INSERT,
    ORM__PURPOSE_UPDATE,
    ORM__PURPOSE_DELETE,
    ORM__PURPOSE_DELETE_WHERE,
    ORM__PURPOSE_UPDATE_WHERE,
    ORM__PURPOSE_INSERT_MANY,
    ORM__PURPOSE_UPDATE_MANY,
    ORM__PURPOSE_DELETE_MANY,
    ORM__PURPOSE_COPY,
    ORM__PURPOSE_RAW,
    ORM__PURPOSE_AGGREGATE,
    ORM__PURPOSE_COLUMN,      /* a deferred one of one row */
    ORM__PURPOSE_EVERY_VALUE, /* in subqueries: a column of all rows, without NULLs */
    ORM__PURPOSE_FIRST_VALUE, /* in subqueries: a column of the first row */
    ORM__PURPOSE_ROWS,        /* of a result struct */
    ORM__PURPOSE_COUNT_ROWS,
    ORM__PURPOSE_NAMED
} orm__purpose;

/* One column rows are ordered by: of the query's own table, or of a row related to its rows. */
typedef struct orm__order {
    uint16_t column;
    uint8_t path; /* 0: the query's own table; else one of its order paths, from 1 */
    bool descending;
    bool exact;     /* by the column's own equality, whatever the query's collation */
    uint32_t nulls; /* orm_nulls; 0: last when ascending, first when descending */
} orm__order;

/* A to-one relation whose target's columns rows are ordered by; joined for nothing else. */
typedef struct orm__order_path {
    const orm_relation *relation;
    uint8_t parent; /* 0: from the query's own table; else from the path of that number */
} orm__order_path;

/*
 * A relation whose target's columns come along by LEFT JOIN, and behind them those of its link's
 * model. Table 0 is the query's own. Relations to many form a chain: each starts from the rows of
 * the one before, or from what these lead to.
 */
typedef struct orm__join {
    uint16_t parent; /* table the relation starts from */
    bool many;       /* rows of its parent come once for each row of it */
    const orm_relation *relation;
    uint16_t relation_index;
    const orm_pred *where; /* on the target; kind NONE: no condition */
    const bool *undefer;   /* deferred columns to read; NULL: none */
    const void *query;     /* the generated query it came from */
} orm__join;

enum {
    ORM__JOIN_MAX = 16,
    ORM__KEY_MAX = 8,
    ORM__ORDER_MAX = ORM_ORDER_MAX + ORM__KEY_MAX, /* a key may break ties */
    ORM__ORDER_PATH_MAX = 2 * ORM_ORDER_MAX
};

typedef struct orm__query {
    orm__purpose purpose;
    const orm_model *model;
    const orm_pred *where; /* NULL or kind NONE: no condition */
    const bool *undefer;   /* deferred columns to read; NULL: none */
    orm__order order[ORM__ORDER_MAX];
    orm__order_path order_paths[ORM__ORDER_PATH_MAX];
    const char *collation; /* of the text columns among them; NULL: what each has */
    uint16_t order_count;
    uint16_t order_path_count;
    uint16_t join_count;
    bool lists_apart; /* relations to many are not joined */
    bool spreads; /* a join is to many: rows of table 0 are numbered in the last result column */
    orm__join joins[ORM__JOIN_MAX];
    int64_t limit; /* counts when `limited` */
    int64_t offset;
    bool limited;
    bool skipping; /* has an offset */
    orm_lock lock; /* SELECT, RELATED: on table 0 */
    orm_lock_wait lock_wait;
    bool distinct;          /* equal rows of table 0 once; it is a view */
    const void *union_with; /* generated query whose rows are meant too; NULL: none */
    bool paged;             /* SELECT: the orders' values are among the result's columns */
    const struct orm__position *position; /* SELECT: where it begins; NULL: at its first row */
    /* RELATED. */
    const orm_relation *relation;
    const orm_model *owner;
    const struct orm__query *above; /* the rows whose keys are meant, SELECT or RELATED itself;
                                       NULL: the keys are given */
    bool counting;                  /* by ordinal: the number of rows for each key that has any */
    bool by_ordinal; /* the last result column is the position of the matching key; else the client
                        matches */
    /* SELECT. */
    const struct orm__walk *walk; /* NULL: none */
    /* AGGREGATE, COLUMN, EVERY_VALUE, FIRST_VALUE. */
    orm_aggregate_kind aggregate;
    uint16_t aggregate_column; /* by index */
    bool stripped;             /* EVERY_VALUE: a char(n) without its padding */
    /* ROWS, COUNT_ROWS: where they come from. Condition, order and limits are on their fields. */
    const struct orm__row_query *rows;
} orm__query;

static inline bool orm__query_walks(const orm__query *query)
{
    return query->purpose == ORM__PURPOSE_SELECT && query->walk != NULL;
}

/* The walk's result; reused from query to query. */
typedef struct orm__gathered {
    orm__buffer shape;
    orm_value *values; /* owned, through shape.allocator */
    size_t value_count;
    size_t value_capacity;
    orm_dialect_name dialect;
    orm__arena *arena; /* values that had to be converted live here */
    orm_error *error;
    orm_status status;               /* the first failure */
    const struct orm__scope *around; /* the rows around a subquery's */
    unsigned nesting;                /* subqueries the walk is in */
} orm__gathered;

void orm__gathered_init(orm__gathered *gathered, const orm_allocator *allocator,
                        orm_dialect_name dialect);
void orm__gathered_dispose(orm__gathered *gathered);
/* Starts a new walk. */
void orm__gathered_reset(orm__gathered *gathered, orm__arena *arena, orm_error *error);

void orm__gather_nomem(orm__gathered *gathered);
void orm__gather_shape(orm__gathered *gathered, const void *data, size_t size);
void orm__gather_value(orm__gathered *gathered, orm_value value);
/* Value `index` of hand-written SQL, from 0: of the type it has itself. */
void orm__gather_bound(orm__gathered *gathered, size_t index, orm_value value);
/* A value for a column: checked and converted. `compare` for conditions, false for values that are
 * written. */
void orm__gather_column(orm__gathered *gathered, const orm_model *model, uint16_t column,
                        orm_value value, bool compare);

/* Limit and offset: part of a walk. */
void orm__gather_limits(orm__gathered *gathered, const orm__query *query);

/*
 * Walks a query of any of the reading purposes or DELETE_WHERE. FIND's key values and RELATED's key
 * lists are gathered first, by the caller's order: `keys` holds key_count values. ORM_INVALID,
 * ORM_RANGE, ORM_UNSUPPORTED, ORM_MISUSE name model and column.
 */
orm_status orm__gather_query(orm__gathered *gathered, const orm__query *query,
                             const orm_value *keys, size_t key_count);

/* The values of a condition on rows of `model`; NULL and kind NONE are none. ORM_MISUSE: it is one
 * of another model. */
void orm__gather_where(orm__gathered *gathered, const orm_model *model, const orm_pred *where);

/* What compiling gives; all of it owned by `arena`. */
typedef struct orm__compiled {
    orm__buffer sql;
    orm__param *params;
    size_t param_count;
    size_t param_capacity;
    orm__field *fields;
    size_t field_count;
    size_t field_capacity;
    uint16_t column_count;
    const orm_allocator *allocator;
    bool failed; /* out of memory */
} orm__compiled;

void orm__compiled_init(orm__compiled *compiled, const orm_allocator *allocator);
void orm__compiled_dispose(orm__compiled *compiled);

struct orm__dialect;

/* Text, parameters and fields of a gathered query. ORM_NOMEM. */
orm_status orm__compile_query(const struct orm__dialect *dialect, const orm__query *query,
                              orm__compiled *compiled);

/* One column of the row with a key, whose values are the parameters. ORM_NOMEM. */
orm_status orm__compile_column(const struct orm__dialect *dialect, const orm_model *model,
                               uint16_t column, orm__compiled *compiled);

/*
 * Writing statements. `columns` are those given a value, in order; INSERT and UPDATE return every
 * column. UPDATE and DELETE take the key columns' values, then the version's when the model has a
 * version column.
 */
orm_status orm__compile_insert(const struct orm__dialect *dialect, const orm_model *model,
                               const uint16_t *columns, size_t count, orm__compiled *compiled);
orm_status orm__compile_update(const struct orm__dialect *dialect, const orm_model *model,
                               const uint16_t *columns, size_t count, orm__compiled *compiled);
orm_status orm__compile_delete(const struct orm__dialect *dialect, const orm_model *model,
                               orm__compiled *compiled);

/* All rows for which `where` holds; returns nothing. */
orm_status orm__compile_update_where(const struct orm__dialect *dialect, const orm_model *model,
                                     const uint16_t *columns, size_t count, const orm_pred *where,
                                     orm__compiled *compiled);

/* What an INSERT does about a row that is there already. */
typedef struct orm__conflict {
    const uint16_t *on;     /* the columns of the key that may be taken */
    const uint16_t *update; /* columns that take the new row's values; none: it is left alone */
    size_t on_count;
    size_t update_count;
} orm__conflict;

/*
 * The same for any number of rows: one list of values per column, all of one length, and one text
 * for any length. A sliced column (below) is a list of all elements of its arrays first, before the
 * lists of all columns, among which it has two of integers: where each row's elements begin, from
 * 1, and end. INSERT returns the rows in the order of the lists. `count` 0 inserts rows of
 * defaults: one list of as many integers, if orm__can_insert_bare. UPDATE and DELETE return what
 * they hit; a `silent` INSERT nothing.
 */
orm_status orm__compile_insert_many(const struct orm__dialect *dialect, const orm_model *model,
                                    const uint16_t *columns, size_t count,
                                    const orm__conflict *conflict, bool silent,
                                    orm__compiled *compiled);
/* COPY FROM STDIN of `count` columns, at least one, which its parameters describe. PostgreSQL. */
orm_status orm__compile_copy(const struct orm__dialect *dialect, const orm_model *model,
                             const uint16_t *columns, size_t count, orm__compiled *compiled);
/* Statements that are `judged` (see ORM__MISSED_MARK) hit as many rows as their last parameter
 * says, or fail. PostgreSQL. */

/* The lists of the key's columns follow those of `columns`, then when `versioned` the version's. */
orm_status orm__compile_update_many(const struct orm__dialect *dialect, const orm_model *model,
                                    const uint16_t *columns, size_t count, bool versioned,
                                    bool judged, orm__compiled *compiled);
/* The key's columns, then the version's when the model has one. */
orm_status orm__compile_delete_many(const struct orm__dialect *dialect, const orm_model *model,
                                    bool judged, orm__compiled *compiled);

/* Whether a column's arrays travel as one list and are cut out of it by the statement. */
bool orm__is_sliced(const struct orm__dialect *dialect, const orm_column *column);
/* How many lists make the table of values. */
size_t orm__write_width(const struct orm__dialect *dialect, const orm_model *model,
                        const uint16_t *columns, size_t count);
bool orm__can_insert_bare(const struct orm__dialect *dialect, const orm_model *model);

/* Index of the model's version column, or -1. */
int orm__model_version(const orm_model *model);

/* The model of the link whose columns come along behind those of all tables, or NULL. */
const orm_model *orm__query_link(const orm__query *query);
/* The same behind those of a joined table. */
const orm_model *orm__join_link(const orm__join *join);

/* Whether the client can match the keys of a relation itself: one integer column, whose equality is
 * that of bytes. */
bool orm__relation_matches_bytes(const orm_model *owner, const orm_relation *relation);

#endif
