/*
 * What queries give, computed over the rows in memory in the plainest way there is. Shares nothing
 * with the library: it is compiled without its headers.
 */
#ifndef TESTS_RANDOM_EVALUATE_H
#define TESTS_RANDOM_EVALUATE_H

#include "query.h"

/* One thing each that can be made wrong in it, to see that the test notices. */
#define RT_BREAKS(X)                                                                               \
    X(EQ, "eq")                                                                                    \
    X(NE, "ne")                                                                                    \
    X(LT, "lt")                                                                                    \
    X(LE, "le")                                                                                    \
    X(GT, "gt")                                                                                    \
    X(GE, "ge")                                                                                    \
    X(BETWEEN, "between")                                                                          \
    X(IN, "in")                                                                                    \
    X(NOT_IN, "not_in")                                                                            \
    X(LIKE, "like")                                                                                \
    X(LIKE_ANY, "like_percent")                                                                    \
    X(LIKE_ONE, "like_underscore")                                                                 \
    X(LIKE_ESCAPE, "like_escape")                                                                  \
    X(LIKE_CHARACTER, "like_character")                                                            \
    X(LIKE_PADDING, "like_padding")                                                                \
    X(ILIKE, "ilike")                                                                              \
    X(PREFIX, "prefix")                                                                            \
    X(CONTAINS, "contains")                                                                        \
    X(IS_NULL, "is_null")                                                                          \
    X(COMPARE_NULL, "compare_null")                                                                \
    X(IN_NULL, "in_null")                                                                          \
    X(IN_EMPTY, "in_empty")                                                                        \
    X(AND, "and")                                                                                  \
    X(AND_NULL, "and_null")                                                                        \
    X(OR, "or")                                                                                    \
    X(OR_NULL, "or_null")                                                                          \
    X(NOT, "not")                                                                                  \
    X(NOT_NULL, "not_null")                                                                        \
    X(WHERE_NULL, "where_null")                                                                    \
    X(HAS, "has")                                                                                  \
    X(HAS_WHERE, "has_where")                                                                      \
    X(EVERYTHING, "everything")                                                                    \
    X(KEY, "key")                                                                                  \
    X(KEY_NULL, "key_null")                                                                        \
    X(KEY_SECOND, "key_second")                                                                    \
    X(LINK, "link")                                                                                \
    X(ORDER, "order")                                                                              \
    X(ORDER_SECOND, "order_second")                                                                \
    X(DESC, "desc")                                                                                \
    X(NULLS, "nulls")                                                                              \
    X(NULLS_FIRST, "nulls_first")                                                                  \
    X(NULLS_LAST, "nulls_last")                                                                    \
    X(ORDER_RELATED, "order_related")                                                              \
    X(COUNT_RELATED, "count_related")                                                              \
    X(COUNT_WHERE, "count_where")                                                                  \
    X(COUNT_LIMIT, "count_limit")                                                                  \
    X(LINK_ROW, "link_row")                                                                        \
    X(SUM, "sum")                                                                                  \
    X(SUM_RANGE, "sum_range")                                                                      \
    X(AVG, "avg")                                                                                  \
    X(MIN, "min")                                                                                  \
    X(MAX, "max")                                                                                  \
    X(AGGREGATE_NULL, "aggregate_null")                                                            \
    X(AGGREGATE_EMPTY, "aggregate_empty")                                                          \
    X(LIMIT, "limit")                                                                              \
    X(LIMIT_ZERO, "limit_zero")                                                                    \
    X(OFFSET, "offset")                                                                            \
    X(WHERE, "where")                                                                              \
    X(PARENT_WHERE, "parent_where")                                                                \
    X(PARENT_ORDER, "parent_order")                                                                \
    X(PARENT_LIMIT, "parent_limit")                                                                \
    X(PARENT_OFFSET, "parent_offset")                                                              \
    X(DEFAULT_ORDER, "default_order")                                                              \
    X(ONE_WHERE, "one_where")                                                                      \
    X(ONE_FIRST, "one_first")                                                                      \
    X(PARTIAL, "partial")                                                                          \
    X(COUNT, "count")                                                                              \
    X(WALK, "walk")                                                                                \
    X(WALK_DEPTH, "walk_depth")                                                                    \
    X(WALK_START, "walk_start")                                                                    \
    X(WALK_PRUNE, "walk_prune")                                                                    \
    X(WALK_NEAREST, "walk_nearest")                                                                \
    X(HAVING, "having")                                                                            \
    X(GROUP, "group")                                                                              \
    X(DISTINCT, "distinct")                                                                        \
    X(COUNT_DISTINCT, "count_distinct")                                                            \
    X(COUNT_VALUES, "count_values")                                                                \
    X(JOIN_LEFT, "join_left")                                                                      \
    X(JOIN_INNER, "join_inner")                                                                    \
    X(JOIN_ON, "join_on")                                                                          \
    X(PATH, "path")                                                                                \
    X(FIND, "find")                                                                                \
    X(EXISTS, "exists")                                                                            \
    X(TYPE_BOOL, "type_bool")                                                                      \
    X(TYPE_INTEGER, "type_integer")                                                                \
    X(TYPE_REAL, "type_real")                                                                      \
    X(TYPE_NUMERIC, "type_numeric")                                                                \
    X(TYPE_TEXT, "type_text")                                                                      \
    X(TYPE_CHAR, "type_char")                                                                      \
    X(TYPE_BYTES, "type_bytes")                                                                    \
    X(TYPE_UUID, "type_uuid")                                                                      \
    X(TYPE_DATE, "type_date")                                                                      \
    X(TYPE_TIME, "type_time")                                                                      \
    X(TYPE_TIMESTAMP, "type_timestamp")                                                            \
    X(TYPE_INTERVAL, "type_interval")                                                              \
    X(TYPE_ENUM, "type_enum")

typedef enum rt_break {
    RT_BREAK_NOTHING,
#define RT_BREAK_ENUM(NAME, name) RT_BREAK_##NAME,
    RT_BREAKS(RT_BREAK_ENUM)
#undef RT_BREAK_ENUM
        RT_BREAKS_END
} rt_break;

extern const char *const rt_break_names[];
/* What is wrong from now on. */
void rt_break_set(rt_break what);
bool rt_breaks(rt_break what);

typedef enum rt_truth { RT_FALSE, RT_TRUE, RT_UNKNOWN } rt_truth;

/* Below 0, 0, above 0. Neither is NULL. */
int rt_compare(rt_type type, const rt_value *left, const rt_value *right);
/* Of two texts; `text` with its padding. */
bool rt_is_like(const char *pattern, const char *text, bool fold);
rt_truth rt_holds(const rt_world *world, const rt_pred *pred, int row);

/* Rows, by their numbers in one table. */
typedef struct rt_rows {
    int count;
    int rows[RT_ROWS_MAX];
} rt_rows;

/* All rows of a table; and those a relation leads to from a row. */
void rt_all(const rt_world *world, int table, rt_rows *out);
void rt_related(const rt_world *world, int model, int relation, int row, rt_rows *out);

/*
 * What a query gives. Where the order leaves rows open, so is the answer: `rows` holds all that
 * fulfil the condition, in one of the orders allowed, of which `count` from `from` on are given.
 */
typedef struct rt_answer {
    rt_rows rows;
    int from;
    int count;
    const rt_order_item *order;
    int order_count;
    const int *steps; /* of a walk without an order, by row: the nearest first; else NULL */
    int backwards; /* the first item of the order that is taken the wrong way round, and all after
                      it */
} rt_answer;

/* `relation` (NULL: the query stands for itself) has an order of its own. */
void rt_answer_query(const rt_world *world, const rt_query *query, const rt_relation *relation,
                     const rt_rows *candidates, rt_answer *out);
/* Whether the rows given are one of the answers allowed; else says in `why` what is wrong. */
bool rt_is_answer(const rt_world *world, int model, const rt_answer *answer, const rt_rows *given,
                  rt_text *why);
/* How many rows a relation has for a row, as a query of .counts asks. */
int rt_count_related(const rt_world *world, int model, int relation, int row,
                     const rt_query *query);
/* The row of the table between two linked rows, or -1. */
int rt_link_row(const rt_world *world, int model, int relation, int row, int other);

/*
 * Sum, average, minimum or maximum of a column over rows. The average is in `real` of `value_out`.
 * False: the sum is beyond 64 bits.
 */
bool rt_aggregate(const rt_world *world, rt_purpose purpose, int model, int column, const int *rows,
                  int count, rt_value *value_out);

/* All rows that the question's walk gives. `steps` is the caller's, RT_ROWS_MAX of them. */
void rt_walk(const rt_world *world, const rt_ask *ask, const rt_rows *from, int *steps,
             rt_answer *out);

/* Fills the table of a result struct with what the question gives before .having. */
void rt_make_results(rt_world *world, const rt_ask *ask);

/* The row that a relation to one row leads to, or -1. */
int rt_one(const rt_world *world, int model, int relation, int row);

/* Whether a list loaded so is not the whole relation. */
bool rt_is_partial(const rt_query *query);

#endif
