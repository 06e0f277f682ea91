/* Aggregates of the library as values of the test: the average in `real`. */
#ifndef TESTS_RANDOM_AGGREGATES_H
#define TESTS_RANDOM_AGGREGATES_H

#include "ask.h"

#define RT_AGGREGATE_KINDS(X)                                                                      \
    X(int)                                                                                         \
    X(double)                                                                                      \
    X(text)                                                                                        \
    X(numeric)                                                                                     \
    X(date)                                                                                        \
    X(time)                                                                                        \
    X(timestamp)                                                                                   \
    X(timestamptz)                                                                                 \
    X(interval)
#define RT_AGGREGATE_DECLARE(kind)                                                                 \
    orm_status rt_aggregate_##kind(rt_asker *asker, rt_purpose purpose, orm_rows rows,             \
                                   orm_col_##kind column, rt_value *value_out);
RT_AGGREGATE_KINDS(RT_AGGREGATE_DECLARE)
#undef RT_AGGREGATE_DECLARE

#endif
