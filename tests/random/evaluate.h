/*
 * What queries give, computed over the rows in memory in the plainest way there is. Shares nothing
 * with the library: it is compiled without its headers.
 */
#ifndef TESTS_RANDOM_EVALUATE_H
#define TESTS_RANDOM_EVALUATE_H

#include "query.h"

/* X(NAME, name, purpose, operator): things that can be made wrong in it, to see that the test
 * notices, and what shows them soonest. */
#define RT_BREAKS(X)                                                                               \
    X(EQ, "eq", NO_PURPOSE, EQ)                                                                    \
    X(NE, "ne", NO_PURPOSE, NE)                                                                    \
    X(LT, "lt", NO_PURPOSE, LT)                                                                    \
    X(LE, "le", NO_PURPOSE, LE)                                                                    \
    X(GT, "gt", NO_PURPOSE, GT)                                                                    \
    X(GE, "ge", NO_PURPOSE, GE)                                                                    \
    X(BETWEEN, "between", NO_PURPOSE, BETWEEN)                                                     \
    X(IN, "in", NO_PURPOSE, IN)                                                                    \
    X(NOT_IN, "not_in", NO_PURPOSE, NOT_IN)                                                        \
    X(LIKE, "like", NO_PURPOSE, LIKE)                                                              \
    X(LIKE_ANY, "like_percent", NO_PURPOSE, LIKE)                                                  \
    X(LIKE_ONE, "like_underscore", NO_PURPOSE, LIKE)                                               \
    X(LIKE_ESCAPE, "like_escape", NO_PURPOSE, LIKE)                                                \
    X(LIKE_CHARACTER, "like_character", NO_PURPOSE, LIKE)                                          \
    X(LIKE_PADDING, "like_padding", NO_PURPOSE, LIKE)                                              \
    X(ILIKE, "ilike", NO_PURPOSE, ILIKE)                                                           \
    X(PREFIX, "prefix", NO_PURPOSE, PREFIX)                                                        \
    X(CONTAINS, "contains", NO_PURPOSE, CONTAINS)                                                  \
    X(SUFFIX, "suffix", NO_PURPOSE, SUFFIX)                                                        \
    X(IPREFIX, "iprefix", NO_PURPOSE, IPREFIX)                                                     \
    X(ICONTAINS, "icontains", NO_PURPOSE, ICONTAINS)                                               \
    X(ISUFFIX, "isuffix", NO_PURPOSE, ISUFFIX)                                                     \
    X(IS_DISTINCT, "is_distinct", NO_PURPOSE, DISTINCT)                                            \
    X(IS_NOT_DISTINCT, "is_not_distinct", NO_PURPOSE, NOT_DISTINCT)                                \
    X(DISTINCT_NULL, "distinct_null", NO_PURPOSE, DISTINCT)                                        \
    X(OF_COLUMN, "of_column", NO_PURPOSE, EQ)                                                      \
    X(OF_OUTER, "of_outer", NO_PURPOSE, EQ)                                                        \
    X(IN_QUERY, "in_query", NO_PURPOSE, EQ)                                                        \
    X(IN_QUERY_NULL, "in_query_null", NO_PURPOSE, EQ)                                              \
    X(VALUE_OF, "value_of", NO_PURPOSE, EQ)                                                        \
    X(MAX_OF, "max_of", NO_PURPOSE, EQ)                                                            \
    X(MIN_OF, "min_of", NO_PURPOSE, EQ)                                                            \
    X(SUM_OF, "sum_of", NO_PURPOSE, EQ)                                                            \
    X(AVG_OF, "avg_of", NO_PURPOSE, EQ)                                                            \
    X(COUNT_OF, "count_of", NO_PURPOSE, EQ)                                                        \
    X(SQL, "sql", NO_PURPOSE, EQ)                                                                  \
    X(IS_NULL, "is_null", NO_PURPOSE, EQ)                                                          \
    X(COMPARE_NULL, "compare_null", NO_PURPOSE, EQ)                                                \
    X(IN_NULL, "in_null", NO_PURPOSE, NOT_IN)                                                      \
    X(IN_EMPTY, "in_empty", NO_PURPOSE, NOT_IN)                                                    \
    X(AND, "and", NO_PURPOSE, EQ)                                                                  \
    X(AND_NULL, "and_null", NO_PURPOSE, EQ)                                                        \
    X(OR, "or", NO_PURPOSE, EQ)                                                                    \
    X(OR_NULL, "or_null", NO_PURPOSE, EQ)                                                          \
    X(NOT, "not", NO_PURPOSE, EQ)                                                                  \
    X(NOT_NULL, "not_null", NO_PURPOSE, EQ)                                                        \
    X(WHERE_NULL, "where_null", NO_PURPOSE, EQ)                                                    \
    X(HAS, "has", NO_PURPOSE, EQ)                                                                  \
    X(HAS_WHERE, "has_where", NO_PURPOSE, EQ)                                                      \
    X(HAS_NO, "has_no", NO_PURPOSE, EQ)                                                            \
    X(HAS_ONLY, "has_only", NO_PURPOSE, EQ)                                                        \
    X(HAS_ONLY_NULL, "has_only_null", NO_PURPOSE, EQ)                                              \
    X(HAS_COUNT, "has_count", NO_PURPOSE, EQ)                                                      \
    X(EVERYTHING, "everything", NO_PURPOSE, EQ)                                                    \
    X(KEY, "key", NO_PURPOSE, EQ)                                                                  \
    X(KEY_NULL, "key_null", NO_PURPOSE, EQ)                                                        \
    X(KEY_SECOND, "key_second", NO_PURPOSE, EQ)                                                    \
    X(LINK, "link", NO_PURPOSE, EQ)                                                                \
    X(ORDER, "order", NO_PURPOSE, EQ)                                                              \
    X(ORDER_SECOND, "order_second", NO_PURPOSE, EQ)                                                \
    X(DESC, "desc", NO_PURPOSE, EQ)                                                                \
    X(NULLS, "nulls", NO_PURPOSE, EQ)                                                              \
    X(NULLS_FIRST, "nulls_first", NO_PURPOSE, EQ)                                                  \
    X(NULLS_LAST, "nulls_last", NO_PURPOSE, EQ)                                                    \
    X(ORDER_RELATED, "order_related", NO_PURPOSE, EQ)                                              \
    X(COUNT_RELATED, "count_related", NO_PURPOSE, EQ)                                              \
    X(COUNT_WHERE, "count_where", NO_PURPOSE, EQ)                                                  \
    X(COUNT_LIMIT, "count_limit", NO_PURPOSE, EQ)                                                  \
    X(LINK_ROW, "link_row", NO_PURPOSE, EQ)                                                        \
    X(SUM, "sum", SUM, EQ)                                                                         \
    X(SUM_RANGE, "sum_range", SUM, EQ)                                                             \
    X(AVG, "avg", AVG, EQ)                                                                         \
    X(MIN, "min", MIN, EQ)                                                                         \
    X(MAX, "max", MAX, EQ)                                                                         \
    X(AGGREGATE_NULL, "aggregate_null", SUM, EQ)                                                   \
    X(AGGREGATE_EMPTY, "aggregate_empty", SUM, EQ)                                                 \
    X(LIMIT, "limit", NO_PURPOSE, EQ)                                                              \
    X(LIMIT_ZERO, "limit_zero", NO_PURPOSE, EQ)                                                    \
    X(OFFSET, "offset", NO_PURPOSE, EQ)                                                            \
    X(WHERE, "where", NO_PURPOSE, EQ)                                                              \
    X(PARENT_WHERE, "parent_where", NO_PURPOSE, EQ)                                                \
    X(PARENT_ORDER, "parent_order", NO_PURPOSE, EQ)                                                \
    X(PARENT_LIMIT, "parent_limit", NO_PURPOSE, EQ)                                                \
    X(PARENT_OFFSET, "parent_offset", NO_PURPOSE, EQ)                                              \
    X(DEFAULT_ORDER, "default_order", NO_PURPOSE, EQ)                                              \
    X(ONE_WHERE, "one_where", NO_PURPOSE, EQ)                                                      \
    X(ONE_FIRST, "one_first", NO_PURPOSE, EQ)                                                      \
    X(PARTIAL, "partial", NO_PURPOSE, EQ)                                                          \
    X(COUNT, "count", COUNT, EQ)                                                                   \
    X(WALK, "walk", WALK, EQ)                                                                      \
    X(WALK_DEPTH, "walk_depth", WALK, EQ)                                                          \
    X(WALK_START, "walk_start", WALK, EQ)                                                          \
    X(WALK_PRUNE, "walk_prune", WALK, EQ)                                                          \
    X(WALK_NEAREST, "walk_nearest", WALK, EQ)                                                      \
    X(HAVING, "having", RESULTS, EQ)                                                               \
    X(GROUP, "group", RESULTS, EQ)                                                                 \
    X(DISTINCT, "distinct", RESULTS, EQ)                                                           \
    X(COUNT_DISTINCT, "count_distinct", RESULTS, EQ)                                               \
    X(COUNT_VALUES, "count_values", RESULTS, EQ)                                                   \
    X(JOIN_LEFT, "join_left", RESULTS, EQ)                                                         \
    X(JOIN_INNER, "join_inner", RESULTS, EQ)                                                       \
    X(JOIN_ON, "join_on", RESULTS, EQ)                                                             \
    X(PATH, "path", RESULTS, EQ)                                                                   \
    X(FIND, "find", FIND, EQ)                                                                      \
    X(EXISTS, "exists", EXISTS, EQ)                                                                \
    X(TYPE_BOOL, "type_bool", NO_PURPOSE, LT)                                                      \
    X(TYPE_INTEGER, "type_integer", NO_PURPOSE, LT)                                                \
    X(TYPE_REAL, "type_real", NO_PURPOSE, LT)                                                      \
    X(TYPE_NUMERIC, "type_numeric", NO_PURPOSE, LT)                                                \
    X(TYPE_TEXT, "type_text", NO_PURPOSE, LT)                                                      \
    X(TYPE_CHAR, "type_char", NO_PURPOSE, LT)                                                      \
    X(TYPE_BYTES, "type_bytes", NO_PURPOSE, LT)                                                    \
    X(TYPE_UUID, "type_uuid", NO_PURPOSE, LT)                                                      \
    X(TYPE_DATE, "type_date", NO_PURPOSE, LT)                                                      \
    X(TYPE_TIME, "type_time", NO_PURPOSE, LT)                                                      \
    X(TYPE_TIMESTAMP, "type_timestamp", NO_PURPOSE, LT)                                            \
    X(TYPE_INTERVAL, "type_interval", NO_PURPOSE, LT)                                              \
    X(TYPE_ENUM, "type_enum", NO_PURPOSE, LT)

typedef enum rt_break {
    RT_BREAK_NOTHING,
#define RT_BREAK_ENUM(NAME, name, purpose, op) RT_BREAK_##NAME,
    RT_BREAKS(RT_BREAK_ENUM)
#undef RT_BREAK_ENUM
        RT_BREAKS_END
} rt_break;

extern const char *const rt_break_names[];
/* Questions that show it sooner than others. */
rt_focus rt_break_focus(rt_break what);
/* What is wrong from now on. */
void rt_break_set(rt_break what);
bool rt_breaks(rt_break what);

typedef enum rt_truth { RT_FALSE, RT_TRUE, RT_UNKNOWN } rt_truth;

/* Below 0, 0, above 0. Neither is NULL. */
int rt_compare(rt_type type, const rt_value *left, const rt_value *right);
/* Of two texts; `text` with its padding. */
bool rt_is_like(const char *pattern, const char *text, bool fold);
/* A row around a condition on others. */
typedef struct rt_around {
    int model;
    int row;
    const struct rt_around *next; /* around that one */
} rt_around;

/* `around` is NULL where there is nothing. */
rt_truth rt_holds(const rt_world *world, const rt_pred *pred, int row, const rt_around *around);

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
/* The same of a query within a condition. */
void rt_answer_within(const rt_world *world, const rt_query *query, const rt_around *around,
                      rt_answer *out);
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
