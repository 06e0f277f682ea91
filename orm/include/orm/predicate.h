/* What the predicate and query types of generated models are made of. */
#ifndef ORM_PREDICATE_H
#define ORM_PREDICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/condition.h>
#include <orm/export.h>
#include <orm/status.h>

typedef enum orm_pred_kind {
    ORM_PRED_NONE, /* zeroed memory: no condition was given */
    ORM_PRED_LEAF,
    ORM_PRED_NULL,
    ORM_PRED_ALL_OF,
    ORM_PRED_ANY_OF,
    ORM_PRED_NOT,
    ORM_PRED_HAS,
    ORM_PRED_HAS_ONLY, /* no related row but such */
    ORM_PRED_COUNT,    /* two children: on the related rows, and the leaf about their number */
    ORM_PRED_SQL,      /* a fragment of SQL */
    ORM_PRED_EVERYTHING,
    ORM_PRED_FAILED /* building it failed; whatever uses it fails with `as.failure` */
} orm_pred_kind;

enum { ORM_PRED_MAX_DEPTH = 200 }; /* deeper predicates fail with ORM_INVALID when they are used */

/*
 * A predicate on rows of one model; generated types such as `user_pred` wrap it. Make one only with
 * the generated functions. A pointer comes first so that a bare number in its place does not
 * compile.
 */
typedef struct orm_pred {
    const struct orm_model *model; /* static */
    orm_pred_kind kind;
    uint16_t target; /* index of the column (LEAF, NULL) or relation (HAS, HAS_ONLY, COUNT) */
    uint16_t depth;
    union {
        orm_cond cond; /* LEAF */
        struct {
            const struct orm_pred *items; /* session */
            size_t count;
        } children; /* ALL_OF, ANY_OF, NOT, HAS, HAS_ONLY, COUNT */
        struct {
            const char *text;        /* session */
            const orm_value *values; /* session */
            size_t count;
        } fragment; /* SQL */
        orm_status failure;
    } as;
} orm_pred;

enum { ORM_ORDER_MAX = 8 }; /* columns a query can be ordered by */

/* How a relation named in `.with` is loaded. */
typedef enum orm_load_strategy {
    ORM_LOAD_SELECTIN, /* one further statement for all parents (the default) */
    /*
     * Columns of a LEFT JOIN in the parents' own statement, whose limit stays that of parents. A
     * relation to many that is limited per parent, stands beside another one, below one through a
     * link, or in a query that is loaded by keys itself, is loaded like the default.
     */
    ORM_LOAD_JOIN,
    /*
     * PostgreSQL: in the same flight as the parents, by a statement that picks the parents again;
     * for parents that are few to find. What it does not reach (below relations that are loaded by
     * keys, in pages and streams, with locks, and parents that changed in between) is loaded like
     * the default, as is all on SQLite.
     */
    ORM_LOAD_TOGETHER
} orm_load_strategy;

/*
 * Limits: 0 means "no limit", a negative one is ORM_INVALID. A limit that was computed and may be 0
 * is written `orm_limit(n)`: 0 then means "no rows".
 */
#define ORM_LIMIT_NO_ROWS INT64_MAX
static inline int64_t orm_limit(int64_t rows)
{
    return rows == 0 ? ORM_LIMIT_NO_ROWS : rows;
}

#endif
