/* What becomes of each column in the functions of a model or result struct. */
#ifndef TESTS_RANDOM_MEMBERS_H
#define TESTS_RANDOM_MEMBERS_H

#include "conditions.h"

/* By rt_nulls: what an order has besides. */
extern const int rt_nulls_of[];

/* The values of a condition on an enum. */
const enum r_grade *rt_grades_in(rt_asker *asker, const rt_pred *pred);

/* How a column's condition is given, by its type. */
#define IS_BOOL(call)        call(pred->values[0].number != 0)
#define IS_ENUM(call)        call((enum r_grade)pred->values[0].number)
#define IS_SMALLINT(call)    call(rt_condition_int(asker, pred))
#define IS_INTEGER(call)     call(rt_condition_int(asker, pred))
#define IS_BIGINT(call)      call(rt_condition_int(asker, pred))
#define IS_REAL(call)        call(rt_condition_double(asker, pred))
#define IS_DOUBLE(call)      call(rt_condition_double(asker, pred))
#define IS_NUMERIC(call)     call(rt_condition_numeric(asker, pred))
#define IS_TEXT(call)        call(rt_condition_text(asker, pred))
#define IS_CHAR(call)        call(rt_condition_text(asker, pred))
#define IS_BYTES(call)       call(rt_condition_bytes(asker, pred))
#define IS_UUID(call)        call(rt_condition_uuid(asker, pred))
#define IS_DATE(call)        call(rt_condition_date(asker, pred))
#define IS_TIME(call)        call(rt_condition_time(asker, pred))
#define IS_TIMESTAMP(call)   call(rt_condition_timestamp(asker, pred))
#define IS_TIMESTAMPTZ(call) call(rt_condition_timestamptz(asker, pred))
#define IS_INTERVAL(call)    call(rt_condition_interval(asker, pred))

/* One of several is an operator of its own for enums only. */
#define LIST_ENUM(model, name)                                                                     \
    if (pred->op == RT_IN)                                                                         \
        return r_##model##_##name##_is_in(rt_grades_in(asker, pred), (size_t)pred->value_count)    \
            .pred;
#define LIST_BOOL(model, name)
#define LIST_SMALLINT(model, name)
#define LIST_INTEGER(model, name)
#define LIST_BIGINT(model, name)
#define LIST_REAL(model, name)
#define LIST_DOUBLE(model, name)
#define LIST_NUMERIC(model, name)
#define LIST_TEXT(model, name)
#define LIST_CHAR(model, name)
#define LIST_BYTES(model, name)
#define LIST_UUID(model, name)
#define LIST_DATE(model, name)
#define LIST_TIME(model, name)
#define LIST_TIMESTAMP(model, name)
#define LIST_TIMESTAMPTZ(model, name)
#define LIST_INTERVAL(model, name)

#define LEAF(model, MODEL, name, NAME, type, nullable, size)                                       \
    case RT_##MODEL##_##NAME:                                                                      \
        LIST_##type(model, name) return IS_##type(r_##model##_##name##_is).pred;

/* A reference to the column. */
#define COLUMN(model, MODEL, name, NAME, type, nullable, size)                                     \
    case RT_##MODEL##_##NAME:                                                                      \
        return r_##model##_columns.name.col;

#define NULL_0(model, MODEL, name, NAME)
#define NULL_1(model, MODEL, name, NAME)                                                           \
    case RT_##MODEL##_##NAME:                                                                      \
        return r_##model##_##name##_is_null().pred;
#define IS_NULL(model, MODEL, name, NAME, type, nullable, size)                                    \
    NULL_##nullable(model, MODEL, name, NAME)

#define ORDER(model, MODEL, name, NAME, type, nullable, size)                                      \
    {R_##MODEL##_BY_##NAME, R_##MODEL##_BY_##NAME##_DESC},

#endif
