/*
 * What queries give, computed over the rows in memory in the plainest way there is. Shares nothing
 * with the library: it is compiled without its headers.
 */
#ifndef TESTS_RANDOM_EVALUATE_H
#define TESTS_RANDOM_EVALUATE_H

#include "query.h"

/* X(NAME, name, purpose, operator, turn): things that can be made wrong in it, to see that the test
 * notices, and what shows them soonest. */
#define RT_BREAKS(X)                                                                               \
    X(EQ, "eq", NO_PURPOSE, EQ, PLAIN)                                                             \
    X(NE, "ne", NO_PURPOSE, NE, PLAIN)                                                             \
    X(LT, "lt", NO_PURPOSE, LT, PLAIN)                                                             \
    X(LE, "le", NO_PURPOSE, LE, PLAIN)                                                             \
    X(GT, "gt", NO_PURPOSE, GT, PLAIN)                                                             \
    X(GE, "ge", NO_PURPOSE, GE, PLAIN)                                                             \
    X(BETWEEN, "between", NO_PURPOSE, BETWEEN, PLAIN)                                              \
    X(IN, "in", NO_PURPOSE, IN, PLAIN)                                                             \
    X(NOT_IN, "not_in", NO_PURPOSE, NOT_IN, PLAIN)                                                 \
    X(LIKE, "like", NO_PURPOSE, LIKE, PLAIN)                                                       \
    X(LIKE_ANY, "like_percent", NO_PURPOSE, LIKE, PLAIN)                                           \
    X(LIKE_ONE, "like_underscore", NO_PURPOSE, LIKE, PLAIN)                                        \
    X(LIKE_ESCAPE, "like_escape", NO_PURPOSE, LIKE, PLAIN)                                         \
    X(LIKE_CHARACTER, "like_character", NO_PURPOSE, LIKE, PLAIN)                                   \
    X(LIKE_PADDING, "like_padding", NO_PURPOSE, LIKE, PLAIN)                                       \
    X(ILIKE, "ilike", NO_PURPOSE, ILIKE, PLAIN)                                                    \
    X(PREFIX, "prefix", NO_PURPOSE, PREFIX, PLAIN)                                                 \
    X(CONTAINS, "contains", NO_PURPOSE, CONTAINS, PLAIN)                                           \
    X(SUFFIX, "suffix", NO_PURPOSE, SUFFIX, PLAIN)                                                 \
    X(IPREFIX, "iprefix", NO_PURPOSE, IPREFIX, PLAIN)                                              \
    X(ICONTAINS, "icontains", NO_PURPOSE, ICONTAINS, PLAIN)                                        \
    X(ISUFFIX, "isuffix", NO_PURPOSE, ISUFFIX, PLAIN)                                              \
    X(IS_DISTINCT, "is_distinct", NO_PURPOSE, DISTINCT, PLAIN)                                     \
    X(IS_NOT_DISTINCT, "is_not_distinct", NO_PURPOSE, NOT_DISTINCT, PLAIN)                         \
    X(DISTINCT_NULL, "distinct_null", NO_PURPOSE, DISTINCT, PLAIN)                                 \
    X(OF_COLUMN, "of_column", NO_PURPOSE, EQ, A_COLUMN)                                            \
    X(OF_OUTER, "of_outer", NO_PURPOSE, EQ, A_COLUMN)                                              \
    X(IN_QUERY, "in_query", NO_PURPOSE, EQ, A_LIST)                                                \
    X(IN_QUERY_NULL, "in_query_null", NO_PURPOSE, EQ, A_LIST)                                      \
    X(VALUE_OF, "value_of", NO_PURPOSE, EQ, A_VALUE)                                               \
    X(MAX_OF, "max_of", NO_PURPOSE, EQ, A_MAXIMUM)                                                 \
    X(MIN_OF, "min_of", NO_PURPOSE, EQ, A_MINIMUM)                                                 \
    X(SUM_OF, "sum_of", NO_PURPOSE, EQ, A_SUM)                                                     \
    X(AVG_OF, "avg_of", NO_PURPOSE, EQ, AN_AVERAGE)                                                \
    X(COUNT_OF, "count_of", NO_PURPOSE, EQ, A_NUMBER)                                              \
    X(SQL, "sql", NO_PURPOSE, EQ, PLAIN)                                                           \
    X(IS_NULL, "is_null", NO_PURPOSE, EQ, PLAIN)                                                   \
    X(COMPARE_NULL, "compare_null", NO_PURPOSE, EQ, PLAIN)                                         \
    X(IN_NULL, "in_null", NO_PURPOSE, NOT_IN, PLAIN)                                               \
    X(IN_EMPTY, "in_empty", NO_PURPOSE, NOT_IN, PLAIN)                                             \
    X(AND, "and", NO_PURPOSE, EQ, PLAIN)                                                           \
    X(AND_NULL, "and_null", NO_PURPOSE, EQ, PLAIN)                                                 \
    X(OR, "or", NO_PURPOSE, EQ, PLAIN)                                                             \
    X(OR_NULL, "or_null", NO_PURPOSE, EQ, PLAIN)                                                   \
    X(NOT, "not", NO_PURPOSE, EQ, PLAIN)                                                           \
    X(NOT_NULL, "not_null", NO_PURPOSE, EQ, PLAIN)                                                 \
    X(WHERE_NULL, "where_null", NO_PURPOSE, EQ, PLAIN)                                             \
    X(HAS, "has", NO_PURPOSE, EQ, PLAIN)                                                           \
    X(HAS_WHERE, "has_where", NO_PURPOSE, EQ, PLAIN)                                               \
    X(HAS_NO, "has_no", NO_PURPOSE, EQ, RELATED)                                                   \
    X(HAS_ONLY, "has_only", NO_PURPOSE, EQ, RELATED)                                               \
    X(HAS_ONLY_NULL, "has_only_null", NO_PURPOSE, EQ, RELATED)                                     \
    X(HAS_COUNT, "has_count", NO_PURPOSE, EQ, RELATED)                                             \
    X(EVERYTHING, "everything", NO_PURPOSE, EQ, PLAIN)                                             \
    X(KEY, "key", NO_PURPOSE, EQ, PLAIN)                                                           \
    X(KEY_NULL, "key_null", NO_PURPOSE, EQ, PLAIN)                                                 \
    X(KEY_SECOND, "key_second", NO_PURPOSE, EQ, PLAIN)                                             \
    X(LINK, "link", NO_PURPOSE, EQ, PLAIN)                                                         \
    X(ORDER, "order", NO_PURPOSE, EQ, PLAIN)                                                       \
    X(ORDER_SECOND, "order_second", NO_PURPOSE, EQ, PLAIN)                                         \
    X(DESC, "desc", NO_PURPOSE, EQ, PLAIN)                                                         \
    X(NULLS, "nulls", NO_PURPOSE, EQ, PLAIN)                                                       \
    X(NULLS_FIRST, "nulls_first", NO_PURPOSE, EQ, PLAIN)                                           \
    X(NULLS_LAST, "nulls_last", NO_PURPOSE, EQ, PLAIN)                                             \
    X(ORDER_RELATED, "order_related", NO_PURPOSE, EQ, PLAIN)                                       \
    X(COUNT_RELATED, "count_related", NO_PURPOSE, EQ, PLAIN)                                       \
    X(COUNT_WHERE, "count_where", NO_PURPOSE, EQ, PLAIN)                                           \
    X(COUNT_LIMIT, "count_limit", NO_PURPOSE, EQ, PLAIN)                                           \
    X(LINK_ROW, "link_row", NO_PURPOSE, EQ, PLAIN)                                                 \
    X(SUM, "sum", SUM, EQ, PLAIN)                                                                  \
    X(SUM_RANGE, "sum_range", SUM, EQ, PLAIN)                                                      \
    X(AVG, "avg", AVG, EQ, PLAIN)                                                                  \
    X(MIN, "min", MIN, EQ, PLAIN)                                                                  \
    X(MAX, "max", MAX, EQ, PLAIN)                                                                  \
    X(AGGREGATE_NULL, "aggregate_null", SUM, EQ, PLAIN)                                            \
    X(AGGREGATE_EMPTY, "aggregate_empty", SUM, EQ, PLAIN)                                          \
    X(LIMIT, "limit", NO_PURPOSE, EQ, PLAIN)                                                       \
    X(LIMIT_ZERO, "limit_zero", NO_PURPOSE, EQ, PLAIN)                                             \
    X(OFFSET, "offset", NO_PURPOSE, EQ, PLAIN)                                                     \
    X(WHERE, "where", NO_PURPOSE, EQ, PLAIN)                                                       \
    X(UNION, "union", NO_PURPOSE, EQ, PLAIN)                                                       \
    X(FOLDED, "folded", NO_PURPOSE, EQ, PLAIN)                                                     \
    X(UNDEFER, "undefer", NO_PURPOSE, EQ, PLAIN)                                                   \
    X(PARENT_WHERE, "parent_where", NO_PURPOSE, EQ, PLAIN)                                         \
    X(PARENT_ORDER, "parent_order", NO_PURPOSE, EQ, PLAIN)                                         \
    X(PARENT_LIMIT, "parent_limit", NO_PURPOSE, EQ, PLAIN)                                         \
    X(PARENT_OFFSET, "parent_offset", NO_PURPOSE, EQ, PLAIN)                                       \
    X(DEFAULT_ORDER, "default_order", NO_PURPOSE, EQ, PLAIN)                                       \
    X(ONE_WHERE, "one_where", NO_PURPOSE, EQ, PLAIN)                                               \
    X(ONE_FIRST, "one_first", NO_PURPOSE, EQ, PLAIN)                                               \
    X(PARTIAL, "partial", NO_PURPOSE, EQ, PLAIN)                                                   \
    X(COUNT, "count", COUNT, EQ, PLAIN)                                                            \
    X(WALK, "walk", WALK, EQ, PLAIN)                                                               \
    X(WALK_DEPTH, "walk_depth", WALK, EQ, PLAIN)                                                   \
    X(WALK_START, "walk_start", WALK, EQ, PLAIN)                                                   \
    X(WALK_PRUNE, "walk_prune", WALK, EQ, PLAIN)                                                   \
    X(WALK_NEAREST, "walk_nearest", WALK, EQ, PLAIN)                                               \
    X(HAVING, "having", RESULTS, EQ, PLAIN)                                                        \
    X(GROUP, "group", RESULTS, EQ, PLAIN)                                                          \
    X(DISTINCT, "distinct", RESULTS, EQ, PLAIN)                                                    \
    X(COUNT_DISTINCT, "count_distinct", RESULTS, EQ, PLAIN)                                        \
    X(COUNT_VALUES, "count_values", RESULTS, EQ, PLAIN)                                            \
    X(JOIN_LEFT, "join_left", RESULTS, EQ, PLAIN)                                                  \
    X(JOIN_INNER, "join_inner", RESULTS, EQ, PLAIN)                                                \
    X(JOIN_ON, "join_on", RESULTS, EQ, PLAIN)                                                      \
    X(PATH, "path", RESULTS, EQ, PLAIN)                                                            \
    X(FIND, "find", FIND, EQ, PLAIN)                                                               \
    X(EXISTS, "exists", EXISTS, EQ, PLAIN)                                                         \
    X(TYPE_BOOL, "type_bool", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_INTEGER, "type_integer", NO_PURPOSE, LT, PLAIN)                                         \
    X(TYPE_REAL, "type_real", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_NUMERIC, "type_numeric", NO_PURPOSE, LT, PLAIN)                                         \
    X(TYPE_TEXT, "type_text", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_CHAR, "type_char", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_BYTES, "type_bytes", NO_PURPOSE, LT, PLAIN)                                             \
    X(TYPE_UUID, "type_uuid", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_DATE, "type_date", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_TIME, "type_time", NO_PURPOSE, LT, PLAIN)                                               \
    X(TYPE_TIMESTAMP, "type_timestamp", NO_PURPOSE, LT, PLAIN)                                     \
    X(TYPE_INTERVAL, "type_interval", NO_PURPOSE, LT, PLAIN)                                       \
    X(TYPE_ENUM, "type_enum", NO_PURPOSE, LT, PLAIN)

typedef enum rt_break {
    RT_BREAK_NOTHING,
#define RT_BREAK_ENUM(NAME, name, purpose, op, turn) RT_BREAK_##NAME,
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
    bool folded;
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
/* Whether its rows have what is deferred. */
bool rt_is_undeferred(const rt_query *query);
/* Two texts without heed of the case of ASCII. */
int rt_compare_folded(const rt_value *left, const rt_value *right);

#endif
