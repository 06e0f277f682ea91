#include "conditions.h"

#include <string.h>

static int64_t get_int(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return value->number;
}

static double get_double(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return value->real;
}

static const char *get_text(rt_asker *asker, const rt_value *value)
{
    char *text = rt_asker_new(asker, (size_t)value->size + 1);
    memcpy(text, value->text, value->size);
    return text;
}

static orm_bytes get_bytes(rt_asker *asker, const rt_value *value)
{
    return (orm_bytes){get_text(asker, value), value->size};
}

static orm_numeric get_numeric(rt_asker *asker, const rt_value *value)
{
    char *text = rt_asker_new(asker, 32);
    rt_numeric_text(value, text);
    return (orm_numeric){text};
}

static orm_uuid get_uuid(rt_asker *asker, const rt_value *value)
{
    orm_uuid uuid;
    (void)asker;
    memcpy(uuid.bytes, value->text, sizeof uuid.bytes);
    return uuid;
}

static orm_date get_date(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_date){(int32_t)value->number};
}

static orm_time get_time(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_time){value->number};
}

static orm_timestamp get_timestamp(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_timestamp){value->number};
}

static orm_timestamptz get_timestamptz(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_timestamptz){value->number};
}

static orm_interval get_interval(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_interval){.micros = value->number, .days = value->days, .months = value->months};
}

/* What a column is compared with when NULL is a value like any other. */
#define OPTIONAL(kind, type)                                                                       \
    static type optional_##kind(rt_asker *asker, const rt_value *value)                            \
    {                                                                                              \
        type optional = {.has = !value->null};                                                     \
        if (optional.has)                                                                          \
            optional.value = get_##kind(asker, value);                                             \
        return optional;                                                                           \
    }
OPTIONAL(int, orm_opt_i64)
OPTIONAL(double, orm_opt_double)
OPTIONAL(uuid, orm_opt_uuid)
OPTIONAL(date, orm_opt_date)
OPTIONAL(time, orm_opt_time)
OPTIONAL(timestamp, orm_opt_timestamp)
OPTIONAL(timestamptz, orm_opt_timestamptz)
OPTIONAL(interval, orm_opt_interval)

static const char *optional_text(rt_asker *asker, const rt_value *value)
{
    return value->null ? NULL : get_text(asker, value);
}

static orm_bytes optional_bytes(rt_asker *asker, const rt_value *value)
{
    return value->null ? (orm_bytes){NULL, 0} : get_bytes(asker, value);
}

static orm_numeric optional_numeric(rt_asker *asker, const rt_value *value)
{
    return value->null ? (orm_numeric){NULL} : get_numeric(asker, value);
}

static orm_col column_of(const rt_pred *pred, int index)
{
    return rt_functions_of[pred->other]->column(pred->columns[index]);
}

static orm_rows rows_of(rt_asker *asker, const rt_pred *pred)
{
    return rt_functions_of[pred->other]->rows(rt_make_query(asker, pred->rows));
}

/* Operators that take values, columns and values out of queries alike. */
#define COMPARED(op, value)                                                                        \
    switch (op) {                                                                                  \
    case RT_NE:                                                                                    \
        return orm_ne(value);                                                                      \
    case RT_LT:                                                                                    \
        return orm_lt(value);                                                                      \
    case RT_LE:                                                                                    \
        return orm_le(value);                                                                      \
    case RT_GT:                                                                                    \
        return orm_gt(value);                                                                      \
    case RT_GE:                                                                                    \
        return orm_ge(value);                                                                      \
    default:                                                                                       \
        return orm_eq(value);                                                                      \
    }

#define AGAINST_COLUMN(kind)                                                                       \
    static orm_cond_##kind kind##_against_column(const rt_pred *pred)                              \
    {                                                                                              \
        orm_col_##kind low = {column_of(pred, 0)};                                                 \
        orm_col_##kind high = {column_of(pred, 1)};                                                \
        if (pred->outer) {                                                                         \
            low = orm_outer(low);                                                                  \
            high = orm_outer(high);                                                                \
        }                                                                                          \
        if (pred->op == RT_BETWEEN)                                                                \
            return orm_between(low, high);                                                         \
        if (pred->op == RT_DISTINCT)                                                               \
            return orm_is_distinct(low);                                                           \
        if (pred->op == RT_NOT_DISTINCT)                                                           \
            return orm_is_not_distinct(low);                                                       \
        COMPARED(pred->op, low)                                                                    \
    }

#define AGAINST_QUERY(kind, MORE)                                                                  \
    static orm_cond_##kind kind##_against_query(rt_asker *asker, const rt_pred *pred)              \
    {                                                                                              \
        orm_col_##kind column = {column_of(pred, 0)};                                              \
        orm_rows rows = rows_of(asker, pred);                                                      \
        if (pred->op == RT_IN_QUERY)                                                               \
            return orm_in_query(column, rows);                                                     \
        if (pred->op == RT_NOT_IN_QUERY)                                                           \
            return orm_not_in_query(column, rows);                                                 \
        MORE COMPARED(pred->op, orm_value_of(column, rows))                                        \
    }
#define NO_PICKS
#define EXTREMES                                                                                   \
    if (pred->pick == RT_MAX_OF)                                                                   \
        COMPARED(pred->op, orm_max_of(column, rows))                                               \
    if (pred->pick == RT_MIN_OF)                                                                   \
    COMPARED(pred->op, orm_min_of(column, rows))
#define SUMS                                                                                       \
    EXTREMES                                                                                       \
    if (pred->pick == RT_SUM_OF)                                                                   \
    COMPARED(pred->op, orm_sum_of(column, rows))
#define NUMBERS                                                                                    \
    SUMS if (pred->pick == RT_AVG_OF)                                                              \
        COMPARED(pred->op, orm_avg_of(column, rows)) if (pred->pick == RT_COUNT_OF)                \
            COMPARED(pred->op, orm_count_of(rows))

/* The function of one kind of value: all operators that every kind has, and `MORE`. */
#define CONDITION(kind, c_type, MORE, PICKS)                                                       \
    AGAINST_COLUMN(kind)                                                                           \
    AGAINST_QUERY(kind, PICKS)                                                                     \
    orm_cond_##kind rt_condition_##kind(rt_asker *asker, const rt_pred *pred)                      \
    {                                                                                              \
        c_type *items = rt_asker_new(asker, RT_VALUES_MAX * sizeof *items);                        \
        size_t count = (size_t)pred->value_count;                                                  \
        if (pred->operand == RT_OF_COLUMN)                                                         \
            return kind##_against_column(pred);                                                    \
        if (pred->rows != NULL)                                                                    \
            return kind##_against_query(asker, pred);                                              \
        if (pred->op == RT_DISTINCT)                                                               \
            return orm_is_distinct(optional_##kind(asker, &pred->values[0]));                      \
        if (pred->op == RT_NOT_DISTINCT)                                                           \
            return orm_is_not_distinct(optional_##kind(asker, &pred->values[0]));                  \
        for (size_t i = 0; i < count; i++)                                                         \
            items[i] = get_##kind(asker, &pred->values[i]);                                        \
        if (pred->op == RT_BETWEEN)                                                                \
            return orm_between(items[0], items[1]);                                                \
        if (pred->op == RT_IN)                                                                     \
            return orm_in(items, count);                                                           \
        if (pred->op == RT_NOT_IN)                                                                 \
            return orm_not_in(items, count);                                                       \
        MORE COMPARED(pred->op, items[0])                                                          \
    }

#define NOTHING_MORE
#define PATTERNS                                                                                   \
    if (pred->op >= RT_LIKE && pred->op <= RT_ISUFFIX)                                             \
        return pattern(pred->op, items[0]);

static orm_cond_text pattern(rt_op op, const char *text)
{
    switch (op) {
    case RT_LIKE:
        return orm_like(text);
    case RT_ILIKE:
        return orm_ilike(text);
    case RT_PREFIX:
        return orm_prefix(text);
    case RT_CONTAINS:
        return orm_contains(text);
    case RT_SUFFIX:
        return orm_suffix(text);
    case RT_IPREFIX:
        return orm_iprefix(text);
    case RT_ICONTAINS:
        return orm_icontains(text);
    default:
        return orm_isuffix(text);
    }
}

CONDITION(int, int64_t, NOTHING_MORE, NUMBERS)
CONDITION(double, double, NOTHING_MORE, EXTREMES)
CONDITION(text, const char *, PATTERNS, EXTREMES)
CONDITION(bytes, orm_bytes, NOTHING_MORE, NO_PICKS)
CONDITION(numeric, orm_numeric, NOTHING_MORE, SUMS)
CONDITION(uuid, orm_uuid, NOTHING_MORE, NO_PICKS)
CONDITION(date, orm_date, NOTHING_MORE, EXTREMES)
CONDITION(time, orm_time, NOTHING_MORE, EXTREMES)
CONDITION(timestamp, orm_timestamp, NOTHING_MORE, EXTREMES)
CONDITION(timestamptz, orm_timestamptz, NOTHING_MORE, EXTREMES)
CONDITION(interval, orm_interval, NOTHING_MORE, EXTREMES)
