/*
 * Queries as the test makes them: made at random, printed as the C that would ask them, evaluated
 * in memory by evaluate.h and put to the library by ask.h.
 */
#ifndef TESTS_RANDOM_QUERY_H
#define TESTS_RANDOM_QUERY_H

#include "world.h"

typedef enum rt_op {
    RT_EQ,
    RT_NE,
    RT_LT,
    RT_LE,
    RT_GT,
    RT_GE,
    RT_BETWEEN,
    RT_IN,
    RT_NOT_IN,
    RT_LIKE,
    RT_ILIKE,
    RT_PREFIX,
    RT_CONTAINS,
    RT_SUFFIX,
    RT_IPREFIX,
    RT_ICONTAINS,
    RT_ISUFFIX,
    RT_DISTINCT,
    RT_NOT_DISTINCT,
    RT_IN_QUERY,
    RT_NOT_IN_QUERY
} rt_op;

/* What a column is compared with. */
typedef enum rt_operand {
    RT_LITERAL,
    RT_OF_COLUMN, /* another one of the row, or of one around it */
    RT_OF_QUERY   /* one value out of the rows of a query */
} rt_operand;

typedef enum rt_pick {
    RT_VALUE_OF,
    RT_MAX_OF,
    RT_MIN_OF,
    RT_SUM_OF,
    RT_AVG_OF,
    RT_COUNT_OF
} rt_pick;

typedef enum rt_pred_kind {
    RT_LEAF,
    RT_IS_NULL,
    RT_ALL,
    RT_ANY,
    RT_NOT,
    RT_HAS,
    RT_HAS_NO,
    RT_HAS_ONLY,
    RT_HAS_COUNT, /* operator and values are about the number of rows */
    RT_SQL,       /* a leaf, spelled in SQL */
    RT_EVERYTHING
} rt_pred_kind;

enum { RT_ITEMS_MAX = 4, RT_VALUES_MAX = 5, RT_ORDERS_MAX = 8 };

/* A condition on rows of one model. Every pointer to another one may be NULL after shrinking only
 * where there are others beside it. */
typedef struct rt_pred {
    rt_pred_kind kind;
    int model;
    int target; /* a column, or a relation */
    rt_op op;
    rt_value values[RT_VALUES_MAX]; /* text: also patterns */
    int value_count;
    rt_operand operand;
    int other;             /* OF_COLUMN: the column's model; OF_QUERY and IN_QUERY: of `rows` */
    int columns[2];        /* the second for BETWEEN */
    bool outer;            /* the column is one of a row around */
    rt_pick pick;          /* OF_QUERY */
    struct rt_query *rows; /* OF_QUERY, IN_QUERY, NOT_IN_QUERY */
    struct rt_pred *items[RT_ITEMS_MAX];
    int item_count;
} rt_pred;

enum { RT_NO_LIMIT = -1 };

typedef struct rt_query {
    int model;
    rt_pred *where; /* NULL: none */
    rt_order_item order[RT_ORDERS_MAX];
    int order_count;
    int limit; /* RT_NO_LIMIT, or as many */
    int offset;
    bool join;     /* ORM_LOAD_JOIN */
    bool together; /* ORM_LOAD_TOGETHER */
    int depth;     /* of a self relation */
    bool refresh;
    bool undefer; /* every deferred column */
    bool folded;  /* text is ordered without heed of case; only where the world can */
    int lock;     /* an orm_lock; in sessions that write */
    struct rt_query *union_with;               /* rows of this one too; of the same model */
    struct rt_query *with[RT_RELATIONS_MAX];   /* by relation */
    struct rt_query *counts[RT_RELATIONS_MAX]; /* relations whose rows are to be counted */
} rt_query;

typedef enum rt_purpose {
    RT_SELECT,
    RT_PRELOAD,
    RT_LAZY,          /* row by row what .with names, without its queries */
    RT_RAW,           /* all rows, by SQL written by hand */
    RT_PAGES,         /* of .limit rows each, forwards to the end and back */
    RT_EACH,          /* streamed */
    RT_WALK,          /* along a self relation, from the rows of `base` */
    RT_RESULTS,       /* of a result struct */
    RT_RESULTS_COUNT, /* the same, counted */
    RT_FIND,
    RT_COUNT,
    RT_EXISTS,
    RT_SUM,
    RT_AVG,
    RT_MIN,
    RT_MAX,
    RT_NO_PURPOSE
} rt_purpose;

/* Something to ask. All of it lives in blocks, until rt_ask_free. */
typedef struct rt_ask {
    rt_purpose purpose;
    int batch;       /* that is streamed at once */
    int column;      /* that is aggregated */
    rt_value key[2]; /* that is found */
    rt_query *query;
    /* Of a result struct, whose query is on its fields: only conditions. */
    rt_query *base;
    rt_query *on[2]; /* NULL where nothing is joined */
    bool distinct;
    /* Of a walk. */
    int relation;
    int max_depth;
    bool include_start;
    bool prune;
    void *blocks;
    /* Which relations the query names anywhere; each at one place only, so that what the session
     * then holds does not depend on which came last. */
    bool named[RT_MODELS][RT_RELATIONS_MAX];
    bool counted[RT_MODELS][RT_RELATIONS_MAX];
} rt_ask;

/* What many questions are to be about; RT_NO_PURPOSE: none in particular. Zeroed: nothing at all.
 */
typedef enum rt_turn {
    RT_PLAIN, /* none */
    RT_RELATED,
    RT_A_COLUMN,
    RT_A_LIST,
    RT_A_VALUE, /* then in the order of rt_pick */
    RT_A_MAXIMUM,
    RT_A_MINIMUM,
    RT_A_SUM,
    RT_AN_AVERAGE,
    RT_A_NUMBER
} rt_turn;

typedef struct rt_focus {
    bool on;
    rt_purpose purpose;
    rt_op op;
    rt_turn turn; /* of conditions */
} rt_focus;

void rt_ask_make(rt_ask *ask, const rt_world *world, rt_random *random, rt_focus focus);
void rt_ask_free(rt_ask *ask);
void rt_ask_print(const rt_ask *ask, rt_text *out);

/*
 * Makes the query smaller by one step: the `step`-th of all that there are. Returns false when
 * there is no such step, else how to take it back: copy `before` to `place`.
 */
typedef struct rt_change {
    rt_query *query;
    rt_query query_before;
    rt_pred *pred;
    rt_pred pred_before;
} rt_change;
bool rt_shrink(rt_ask *ask, int step, rt_change *change);
void rt_grow_back(const rt_change *change);

#endif
