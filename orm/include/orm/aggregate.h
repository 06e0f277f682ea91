/*
 * Aggregates of one column over the rows of a query:
 *
 *     orm_opt_i64 total;
 *     status = orm_sum(db, user_rows(&(user_query){.where = …, .limit = 10}), user_columns.age,
 *                      &total);
 *
 * One statement each. NULLs do not count; of no value at all the result is NULL. The kind of the
 * column decides the type of the result; any other, and a column that has no such aggregate, does
 * not compile. `rows` also heeds the query's limit and offset, in its order.
 *
 * orm_sum: of integers orm_opt_i64 (ORM_RANGE beyond), of real and double orm_opt_double, of
 * numeric orm_numeric, exact, of interval orm_opt_interval. orm_avg: of integers, real and double
 * orm_opt_double, of numeric orm_numeric, with PostgreSQL's digits on both databases. orm_min and
 * orm_max: of integers orm_opt_i64, of real and double orm_opt_double, of text const char *, of
 * numeric orm_numeric, of date, time, timestamp, timestamptz and interval their orm_opt_ type.
 *
 * What `*value_out` points to is session. ORM_MISUSE: the column is not one of the query's model;
 * otherwise the statuses of count. Text is ordered, and the smallest found, by the database's
 * collation.
 */
#ifndef ORM_AGGREGATE_H
#define ORM_AGGREGATE_H

#include <orm/column.h>
#include <orm/export.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>
#include <orm/value.h>

ORM_BEGIN_DECLS

typedef enum orm_aggregate_kind {
    ORM_AGGREGATE_NONE,
    ORM_AGGREGATE_COUNT, /* values, or rows where there is no column */
    ORM_AGGREGATE_COUNT_DISTINCT,
    ORM_AGGREGATE_SUM,
    ORM_AGGREGATE_AVG,
    ORM_AGGREGATE_MIN,
    ORM_AGGREGATE_MAX
} orm_aggregate_kind;

#define ORM_SUM_KINDS(X)                                                                           \
    X(sum, int, orm_opt_i64)                                                                       \
    X(sum, double, orm_opt_double)                                                                 \
    X(sum, numeric, orm_numeric)                                                                   \
    X(sum, interval, orm_opt_interval)
#define ORM_AVG_KINDS(X)                                                                           \
    X(avg, int, orm_opt_double)                                                                    \
    X(avg, double, orm_opt_double)                                                                 \
    X(avg, numeric, orm_numeric)
#define ORM_EXTREME_KINDS(X, name)                                                                 \
    X(name, int, orm_opt_i64)                                                                      \
    X(name, double, orm_opt_double)                                                                \
    X(name, text, const char *)                                                                    \
    X(name, numeric, orm_numeric)                                                                  \
    X(name, date, orm_opt_date)                                                                    \
    X(name, time, orm_opt_time)                                                                    \
    X(name, timestamp, orm_opt_timestamp)                                                          \
    X(name, timestamptz, orm_opt_timestamptz)                                                      \
    X(name, interval, orm_opt_interval)

/* What the generic names below resolve to. */
#define ORM_AGGREGATE_DECLARE(name, kind, type)                                                    \
    ORM_API ORM_MUST_USE orm_status orm_##name##_##kind##_at(                                      \
        orm_site site, orm_session *db, orm_rows rows, orm_col_##kind column, type *value_out);
ORM_SUM_KINDS(ORM_AGGREGATE_DECLARE)
ORM_AVG_KINDS(ORM_AGGREGATE_DECLARE)
ORM_EXTREME_KINDS(ORM_AGGREGATE_DECLARE, min)
ORM_EXTREME_KINDS(ORM_AGGREGATE_DECLARE, max)
#undef ORM_AGGREGATE_DECLARE

ORM_END_DECLS

#ifndef __cplusplus

#define orm_sum(db, rows, column, value_out)                                                       \
    _Generic((column), orm_col_int                                                                 \
             : orm_sum_int_at, orm_col_double                                                      \
             : orm_sum_double_at, orm_col_numeric                                                  \
             : orm_sum_numeric_at, orm_col_interval                                                \
             : orm_sum_interval_at)(ORM_SITE, (db), (rows), (column), (value_out))
#define orm_avg(db, rows, column, value_out)                                                       \
    _Generic((column), orm_col_int                                                                 \
             : orm_avg_int_at, orm_col_double                                                      \
             : orm_avg_double_at, orm_col_numeric                                                  \
             : orm_avg_numeric_at)(ORM_SITE, (db), (rows), (column), (value_out))
#define ORM_EXTREME_GENERIC(name, column)                                                          \
    _Generic((column), orm_col_int                                                                 \
             : orm_##name##_int_at, orm_col_double                                                 \
             : orm_##name##_double_at, orm_col_text                                                \
             : orm_##name##_text_at, orm_col_numeric                                               \
             : orm_##name##_numeric_at, orm_col_date                                               \
             : orm_##name##_date_at, orm_col_time                                                  \
             : orm_##name##_time_at, orm_col_timestamp                                             \
             : orm_##name##_timestamp_at, orm_col_timestamptz                                      \
             : orm_##name##_timestamptz_at, orm_col_interval                                       \
             : orm_##name##_interval_at)
#define orm_min(db, rows, column, value_out)                                                       \
    ORM_EXTREME_GENERIC(min, column)(ORM_SITE, (db), (rows), (column), (value_out))
#define orm_max(db, rows, column, value_out)                                                       \
    ORM_EXTREME_GENERIC(max, column)(ORM_SITE, (db), (rows), (column), (value_out))

#else /* C++: overloads */

#define ORM_AGGREGATE_OVERLOAD(name, kind, type)                                                   \
    inline orm_status orm_##name##_at(orm_site site, orm_session *db, orm_rows rows,               \
                                      orm_col_##kind column, type *value_out)                      \
    {                                                                                              \
        return orm_##name##_##kind##_at(site, db, rows, column, value_out);                        \
    }
ORM_SUM_KINDS(ORM_AGGREGATE_OVERLOAD)
ORM_AVG_KINDS(ORM_AGGREGATE_OVERLOAD)
ORM_EXTREME_KINDS(ORM_AGGREGATE_OVERLOAD, min)
ORM_EXTREME_KINDS(ORM_AGGREGATE_OVERLOAD, max)
#undef ORM_AGGREGATE_OVERLOAD
#define orm_sum(...) orm_sum_at(ORM_SITE, __VA_ARGS__)
#define orm_avg(...) orm_avg_at(ORM_SITE, __VA_ARGS__)
#define orm_min(...) orm_min_at(ORM_SITE, __VA_ARGS__)
#define orm_max(...) orm_max_at(ORM_SITE, __VA_ARGS__)

#endif

#endif
