/*
 * Conditions: an operator with its values, without the column. `orm_eq(v)`, `orm_gt(v)`,
 * `orm_in(list, n)` … are generic on the value; what they return fits only columns of that kind:
 * `user_age_is(orm_gt("x"))` and `user_age_is(18)` do not compile. Text, bytes and lists are
 * borrowed: until the query has run, or until the call returns when the predicate is given to
 * `…_where`, `…_all_of`, `…_any_of`, `…_not` or `…_has_…`, which copy.
 *
 * Where a value stands, a column of the same kind can stand as well, of the same row
 * (`orm_gt(user_columns.min_age)`) or of the row around it (`orm_outer`), and one value out of
 * another query (`orm_max_of` and its kin in subquery.h).
 */
#ifndef ORM_CONDITION_H
#define ORM_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/column.h>
#include <orm/export.h>
#include <orm/subquery.h>
#include <orm/value.h>

/* What an orm_value holds. */
typedef enum orm_kind {
    ORM_KIND_NONE, /* nothing was given: zeroed memory */
    ORM_KIND_NULL,
    ORM_KIND_BOOL,
    ORM_KIND_INT,
    ORM_KIND_UINT_TOO_BIG, /* an unsigned number above INT64_MAX, which fits no column */
    ORM_KIND_DOUBLE,
    ORM_KIND_TEXT,
    ORM_KIND_BYTES,
    ORM_KIND_NUMERIC,
    ORM_KIND_UUID,
    ORM_KIND_DATE,
    ORM_KIND_TIME,
    ORM_KIND_TIMESTAMP,
    ORM_KIND_TIMESTAMPTZ,
    ORM_KIND_INTERVAL,
    ORM_KIND_JSON,
    ORM_KIND_ARRAY,
    ORM_KIND_COLUMN, /* in conditions only: a column's value */
    ORM_KIND_ROWS    /* in conditions only: what `item` (orm_pick) picks from the rows of a query */
} orm_kind;

/* One value on its way to the database. Text, bytes and array items are borrowed. */
typedef struct orm_value {
    union {
        bool boolean;
        int64_t integer; /* int; date (days); time, timestamp, timestamptz (microseconds) */
        double real;
        struct {
            const void *data;
            size_t size; /* bytes, or elements of an array; SIZE_MAX: text whose end is its NUL */
        } span;          /* text, bytes, numeric, json, array */
        orm_uuid uuid;
        orm_interval interval;
        orm_col column;
        orm_rows rows;
    } as;
    orm_kind kind;
    uint16_t element; /* orm_kind of an array's elements; ROWS: the column of the rows */
    uint16_t
        item; /* orm_type that tells the C type of an array's elements; 0 when that is not known */
} orm_value;

typedef enum orm_op {
    ORM_OP_NONE,
    ORM_OP_EQ,
    ORM_OP_NE,
    ORM_OP_LT,
    ORM_OP_LE,
    ORM_OP_GT,
    ORM_OP_GE,
    ORM_OP_BETWEEN,
    ORM_OP_IN,
    ORM_OP_NOT_IN,
    ORM_OP_LIKE,
    ORM_OP_ILIKE,
    ORM_OP_PREFIX,
    ORM_OP_CONTAINS,
    ORM_OP_SUFFIX,
    ORM_OP_IPREFIX,
    ORM_OP_ICONTAINS,
    ORM_OP_ISUFFIX,
    ORM_OP_DISTINCT,
    ORM_OP_NOT_DISTINCT,
    ORM_OP_IN_ROWS,
    ORM_OP_NOT_IN_ROWS,
    ORM_OP_ARRAY_CONTAINS,
    ORM_OP_ARRAY_WITHIN,
    ORM_OP_ARRAY_OVERLAPS,
    ORM_OP_ARRAY_HAS,
    ORM_OP_JSON_CONTAINS,
    ORM_OP_JSON_WITHIN,
    ORM_OP_JSON_HAS_KEY
} orm_op;

/* C type of the elements of a list given to orm_in. */
typedef enum orm_list_type {
    ORM_LIST_NONE,
    ORM_LIST_I8,
    ORM_LIST_U8,
    ORM_LIST_I16,
    ORM_LIST_U16,
    ORM_LIST_I32,
    ORM_LIST_U32,
    ORM_LIST_I64,
    ORM_LIST_U64,
    ORM_LIST_FLOAT,
    ORM_LIST_DOUBLE,
    ORM_LIST_TEXT,
    ORM_LIST_BYTES,
    ORM_LIST_NUMERIC,
    ORM_LIST_UUID,
    ORM_LIST_DATE,
    ORM_LIST_TIME,
    ORM_LIST_TIMESTAMP,
    ORM_LIST_TIMESTAMPTZ,
    ORM_LIST_INTERVAL
} orm_list_type;

/* Operator and values; the typed structs below wrap it. Made by the operators, read by the library.
 */
typedef struct orm_cond {
    orm_op op;
    orm_list_type list_type;
    union {
        orm_value values[2]; /* the second is BETWEEN's upper bound */
        struct {
            const void *items;
            size_t count;
        } list;
    } as;
} orm_cond;

typedef struct orm_cond_int {
    orm_cond cond;
} orm_cond_int;
typedef struct orm_cond_double {
    orm_cond cond;
} orm_cond_double;
typedef struct orm_cond_text {
    orm_cond cond;
} orm_cond_text;
typedef struct orm_cond_bytes {
    orm_cond cond;
} orm_cond_bytes;
typedef struct orm_cond_numeric {
    orm_cond cond;
} orm_cond_numeric;
typedef struct orm_cond_uuid {
    orm_cond cond;
} orm_cond_uuid;
typedef struct orm_cond_date {
    orm_cond cond;
} orm_cond_date;
typedef struct orm_cond_time {
    orm_cond cond;
} orm_cond_time;
typedef struct orm_cond_timestamp {
    orm_cond cond;
} orm_cond_timestamp;
typedef struct orm_cond_timestamptz {
    orm_cond cond;
} orm_cond_timestamptz;
typedef struct orm_cond_interval {
    orm_cond cond;
} orm_cond_interval;
typedef struct orm_cond_json {
    orm_cond cond;
} orm_cond_json;
typedef struct orm_cond_array {
    orm_cond cond;
} orm_cond_array;
typedef struct orm_cond_bool {
    orm_cond cond;
} orm_cond_bool;
typedef struct orm_cond_enum {
    orm_cond cond;
} orm_cond_enum;

ORM_BEGIN_DECLS

/*
 * What the generic operators resolve to: one function per kind for a single value (with `high` for
 * BETWEEN) …
 */
#define ORM_COND_KINDS(X)                                                                          \
    X(int, int64_t)                                                                                \
    X(double, double)                                                                              \
    X(text, const char *)                                                                          \
    X(bytes, orm_bytes)                                                                            \
    X(numeric, orm_numeric)                                                                        \
    X(uuid, orm_uuid)                                                                              \
    X(date, orm_date)                                                                              \
    X(time, orm_time)                                                                              \
    X(timestamp, orm_timestamp)                                                                    \
    X(timestamptz, orm_timestamptz)                                                                \
    X(interval, orm_interval)                                                                      \
    X(json, orm_json)

#define ORM_COND_DECLARE(name, type)                                                               \
    ORM_API orm_cond_##name orm_cond_of_##name(orm_op op, type value);                             \
    ORM_API orm_cond_##name orm_cond_between_##name(type low, type high);
ORM_COND_KINDS(ORM_COND_DECLARE)
#undef ORM_COND_DECLARE
ORM_API orm_cond_int orm_cond_of_uint(orm_op op, uint64_t value);
ORM_API orm_cond_int orm_cond_between_uint(uint64_t low, uint64_t high);

#define ORM_ARRAY_KINDS(X)                                                                         \
    X(bool)                                                                                        \
    X(i16)                                                                                         \
    X(i32)                                                                                         \
    X(i64)                                                                                         \
    X(float)                                                                                       \
    X(double) X(text) X(bytes) X(numeric) X(json) X(uuid) X(date) X(time) X(timestamp)             \
        X(timestamptz) X(interval) X(enum)
#define ORM_COND_DECLARE(name)                                                                     \
    ORM_API orm_cond_array orm_cond_of_array_##name(orm_op op, orm_array_##name value);
ORM_ARRAY_KINDS(ORM_COND_DECLARE)
#undef ORM_COND_DECLARE

/* … for columns and for values out of queries … */
#define ORM_COND_DECLARE(name)                                                                     \
    ORM_API orm_cond_##name orm_cond_of_col_##name(orm_op op, orm_col_##name column);              \
    ORM_API orm_cond_##name orm_cond_between_col_##name(orm_col_##name low, orm_col_##name high);  \
    ORM_API orm_cond_##name orm_cond_of_scalar_##name(orm_op op, orm_scalar_##name value);         \
    ORM_API orm_cond_##name orm_cond_between_scalar_##name(orm_scalar_##name low,                  \
                                                           orm_scalar_##name high);                \
    ORM_API orm_cond_##name orm_cond_in_rows_##name(orm_op op, orm_col_##name column,              \
                                                    orm_rows rows);
ORM_COL_KINDS(ORM_COND_DECLARE)
#undef ORM_COND_DECLARE

/* … for fields that may be NULL … */
#define ORM_OPT_KINDS(X)                                                                           \
    X(bool, bool)                                                                                  \
    X(i16, int)                                                                                    \
    X(i32, int)                                                                                    \
    X(i64, int)                                                                                    \
    X(float, double)                                                                               \
    X(double, double)                                                                              \
    X(uuid, uuid)                                                                                  \
    X(date, date)                                                                                  \
    X(time, time)                                                                                  \
    X(timestamp, timestamp)                                                                        \
    X(timestamptz, timestamptz)                                                                    \
    X(interval, interval)
#define ORM_COND_DECLARE(name, kind)                                                               \
    ORM_API orm_cond_##kind orm_cond_of_opt_##name(orm_op op, orm_opt_##name value);
ORM_OPT_KINDS(ORM_COND_DECLARE)
#undef ORM_COND_DECLARE

/* … and one per element type for a list. */
#define ORM_LIST_KINDS(X)                                                                          \
    X(i8, int, signed char, ORM_LIST_I8)                                                           \
    X(u8, int, unsigned char, ORM_LIST_U8)                                                         \
    X(i16, int, short, ORM_LIST_I16)                                                               \
    X(u16, int, unsigned short, ORM_LIST_U16)                                                      \
    X(i32, int, int, ORM_LIST_I32)                                                                 \
    X(u32, int, unsigned int, ORM_LIST_U32)                                                        \
    X(long, int, long, sizeof(long) == 8 ? ORM_LIST_I64 : ORM_LIST_I32)                            \
    X(ulong, int, unsigned long, sizeof(long) == 8 ? ORM_LIST_U64 : ORM_LIST_U32)                  \
    X(llong, int, long long, ORM_LIST_I64)                                                         \
    X(ullong, int, unsigned long long, ORM_LIST_U64)                                               \
    X(float, double, float, ORM_LIST_FLOAT)                                                        \
    X(double, double, double, ORM_LIST_DOUBLE)                                                     \
    X(text, text, char *, ORM_LIST_TEXT)                                                           \
    X(ctext, text, const char *, ORM_LIST_TEXT)                                                    \
    X(bytes, bytes, orm_bytes, ORM_LIST_BYTES)                                                     \
    X(numeric, numeric, orm_numeric, ORM_LIST_NUMERIC)                                             \
    X(uuid, uuid, orm_uuid, ORM_LIST_UUID)                                                         \
    X(date, date, orm_date, ORM_LIST_DATE)                                                         \
    X(time, time, orm_time, ORM_LIST_TIME)                                                         \
    X(timestamp, timestamp, orm_timestamp, ORM_LIST_TIMESTAMP)                                     \
    X(timestamptz, timestamptz, orm_timestamptz, ORM_LIST_TIMESTAMPTZ)                             \
    X(interval, interval, orm_interval, ORM_LIST_INTERVAL)

#define ORM_LIST_DECLARE(name, kind, type, list_type)                                              \
    ORM_API orm_cond_##kind orm_cond_in_##name(orm_op op, type const *items, size_t count);
ORM_LIST_KINDS(ORM_LIST_DECLARE)
#undef ORM_LIST_DECLARE

/*
 * LIKE and its relatives, for text only. In a `like` pattern % and _ are wildcards and \ takes the
 * next character literally; `like` heeds case on both databases, `ilike` does not (ASCII letters
 * only on SQLite). `prefix`, `contains` and `suffix` take plain text, nothing in it is a wildcard;
 * with an i before they do not heed case.
 */
ORM_API orm_cond_text orm_like(const char *pattern);
ORM_API orm_cond_text orm_ilike(const char *pattern);
ORM_API orm_cond_text orm_prefix(const char *text);
ORM_API orm_cond_text orm_contains(const char *text);
ORM_API orm_cond_text orm_suffix(const char *text);
ORM_API orm_cond_text orm_iprefix(const char *text);
ORM_API orm_cond_text orm_icontains(const char *text);
ORM_API orm_cond_text orm_isuffix(const char *text);

/*
 * jsonb, on PostgreSQL (ORM_UNSUPPORTED on SQLite, and for json): the column's document contains
 * the one given, is contained in it, or has the key (of an object; the string, of an array).
 */
ORM_API orm_cond_json orm_json_contains(orm_json document);
ORM_API orm_cond_json orm_json_within(orm_json document);
ORM_API orm_cond_json orm_json_has_key(const char *key);

/* What `orm_array_has` resolves to. */
ORM_API orm_cond_array orm_cond_has(orm_value element);

/* Single values, for keys and for the parameters of raw SQL (`orm_bind` in raw.h picks by type).
 * Text is borrowed. */
ORM_API orm_value orm_bind_null(void);
ORM_API orm_value orm_bind_bool(bool value);
ORM_API orm_value orm_bind_uint(uint64_t value);
#define ORM_BIND_DECLARE(name, type) ORM_API orm_value orm_bind_##name(type value);
ORM_COND_KINDS(ORM_BIND_DECLARE)
#undef ORM_BIND_DECLARE

ORM_END_DECLS

/* What follows are macros: faults in their arguments are then reported on the user's own line. */
#pragma GCC system_header

#ifndef __cplusplus

/* clang-format off */
#define ORM_COND_GENERIC(prefix, v)                                                                \
    _Generic((v),                                                                                  \
        bool: prefix##int, char: prefix##int, signed char: prefix##int,                            \
        unsigned char: prefix##int, short: prefix##int, unsigned short: prefix##int,               \
        int: prefix##int, unsigned int: prefix##int, long: prefix##int, long long: prefix##int,    \
        unsigned long: prefix##uint, unsigned long long: prefix##uint, float: prefix##double,      \
        double: prefix##double, char *: prefix##text, const char *: prefix##text,                  \
        orm_bytes: prefix##bytes, orm_numeric: prefix##numeric, orm_uuid: prefix##uuid,            \
        orm_date: prefix##date, orm_time: prefix##time, orm_timestamp: prefix##timestamp,          \
        orm_timestamptz: prefix##timestamptz, orm_interval: prefix##interval,                      \
        orm_json: prefix##json

#define ORM_COND_ARRAYS                                                                            \
    ,                                                                                              \
        orm_array_bool: orm_cond_of_array_bool, orm_array_i16: orm_cond_of_array_i16,              \
        orm_array_i32: orm_cond_of_array_i32, orm_array_i64: orm_cond_of_array_i64,                \
        orm_array_float: orm_cond_of_array_float, orm_array_double: orm_cond_of_array_double,      \
        orm_array_text: orm_cond_of_array_text, orm_array_bytes: orm_cond_of_array_bytes,          \
        orm_array_numeric: orm_cond_of_array_numeric, orm_array_json: orm_cond_of_array_json,      \
        orm_array_uuid: orm_cond_of_array_uuid, orm_array_date: orm_cond_of_array_date,            \
        orm_array_time: orm_cond_of_array_time,                                                    \
        orm_array_timestamp: orm_cond_of_array_timestamp,                                          \
        orm_array_timestamptz: orm_cond_of_array_timestamptz,                                      \
        orm_array_interval: orm_cond_of_array_interval, orm_array_enum: orm_cond_of_array_enum

#define ORM_COND_COLUMNS(prefix)                                                                   \
    ,                                                                                              \
        orm_col_int: prefix##col_int, orm_col_double: prefix##col_double,                          \
        orm_col_text: prefix##col_text, orm_col_bytes: prefix##col_bytes,                          \
        orm_col_numeric: prefix##col_numeric, orm_col_uuid: prefix##col_uuid,                      \
        orm_col_date: prefix##col_date, orm_col_time: prefix##col_time,                            \
        orm_col_timestamp: prefix##col_timestamp, orm_col_timestamptz: prefix##col_timestamptz,    \
        orm_col_interval: prefix##col_interval, orm_scalar_int: prefix##scalar_int,                \
        orm_scalar_double: prefix##scalar_double, orm_scalar_text: prefix##scalar_text,            \
        orm_scalar_bytes: prefix##scalar_bytes, orm_scalar_numeric: prefix##scalar_numeric,        \
        orm_scalar_uuid: prefix##scalar_uuid, orm_scalar_date: prefix##scalar_date,                \
        orm_scalar_time: prefix##scalar_time, orm_scalar_timestamp: prefix##scalar_timestamp,      \
        orm_scalar_timestamptz: prefix##scalar_timestamptz,                                        \
        orm_scalar_interval: prefix##scalar_interval

/* Kinds without an order. */
#define ORM_COND_MORE_COLUMNS                                                                      \
    ,                                                                                              \
        orm_col_json: orm_cond_of_col_json, orm_col_array: orm_cond_of_col_array,                  \
        orm_col_bool: orm_cond_of_col_bool, orm_col_enum: orm_cond_of_col_enum,                    \
        orm_scalar_json: orm_cond_of_scalar_json, orm_scalar_array: orm_cond_of_scalar_array,      \
        orm_scalar_bool: orm_cond_of_scalar_bool, orm_scalar_enum: orm_cond_of_scalar_enum

#define ORM_COND_OPTS                                                                              \
    ,                                                                                              \
        orm_opt_bool: orm_cond_of_opt_bool, orm_opt_i16: orm_cond_of_opt_i16,                      \
        orm_opt_i32: orm_cond_of_opt_i32, orm_opt_i64: orm_cond_of_opt_i64,                        \
        orm_opt_float: orm_cond_of_opt_float, orm_opt_double: orm_cond_of_opt_double,              \
        orm_opt_uuid: orm_cond_of_opt_uuid, orm_opt_date: orm_cond_of_opt_date,                    \
        orm_opt_time: orm_cond_of_opt_time, orm_opt_timestamp: orm_cond_of_opt_timestamp,          \
        orm_opt_timestamptz: orm_cond_of_opt_timestamptz,                                          \
        orm_opt_interval: orm_cond_of_opt_interval
/* clang-format on */

/* Equal, unequal, and the four orderings. A NULL text pointer is ORM_MISUSE: ask `…_is_null()`
 * instead. */
#define orm_eq(...) ORM_COND_EQUAL(ORM_OP_EQ, (__VA_ARGS__))
#define orm_ne(...) ORM_COND_EQUAL(ORM_OP_NE, (__VA_ARGS__))
#define orm_lt(...) ORM_COND_ORDER(ORM_OP_LT, (__VA_ARGS__))
#define orm_le(...) ORM_COND_ORDER(ORM_OP_LE, (__VA_ARGS__))
#define orm_gt(...) ORM_COND_ORDER(ORM_OP_GT, (__VA_ARGS__))
#define orm_ge(...) ORM_COND_ORDER(ORM_OP_GE, (__VA_ARGS__))
/* Variadic above, because the commas of a compound literal part macro arguments. */
#define ORM_COND_EQUAL(op, v)                                                                      \
    ORM_COND_GENERIC(orm_cond_of_, v)                                                              \
    ORM_COND_ARRAYS ORM_COND_COLUMNS(orm_cond_of_) ORM_COND_MORE_COLUMNS)(op, v)
#define ORM_COND_ORDER(op, v)                                                                      \
    ORM_COND_GENERIC(orm_cond_of_, v) ORM_COND_COLUMNS(orm_cond_of_))(op, v)

/*
 * The same as unequal and equal, save that NULL is a value like any other: two NULLs are not
 * distinct, NULL and anything else are. Also takes fields that may be NULL (orm_opt_…), and NULL
 * text, bytes, numerics and arrays.
 */
#define orm_is_distinct(...)     ORM_COND_DISTINCT(ORM_OP_DISTINCT, (__VA_ARGS__))
#define orm_is_not_distinct(...) ORM_COND_DISTINCT(ORM_OP_NOT_DISTINCT, (__VA_ARGS__))
#define ORM_COND_DISTINCT(op, v)                                                                   \
    ORM_COND_GENERIC(orm_cond_of_, v)                                                              \
    ORM_COND_ARRAYS ORM_COND_COLUMNS(orm_cond_of_) ORM_COND_MORE_COLUMNS ORM_COND_OPTS)(op, v)

/* low <= column AND column <= high; two values, two columns, or two values out of queries. */
#define orm_between(low, high)                                                                     \
    ORM_COND_GENERIC(orm_cond_between_, low)                                                       \
    ORM_COND_COLUMNS(orm_cond_between_))((low), (high))

/*
 * Arrays, on PostgreSQL (ORM_UNSUPPORTED on SQLite): the column's array holds all elements of the
 * one given, all its elements are in the one given, or they have one in common; and whether it
 * holds one value. NULL elements equal nothing. Also takes array columns.
 */
#define orm_array_contains(...) ORM_COND_ARRAY(ORM_OP_ARRAY_CONTAINS, (__VA_ARGS__))
#define orm_array_within(...)   ORM_COND_ARRAY(ORM_OP_ARRAY_WITHIN, (__VA_ARGS__))
#define orm_array_overlaps(...) ORM_COND_ARRAY(ORM_OP_ARRAY_OVERLAPS, (__VA_ARGS__))
#define ORM_COND_ARRAY(op, v)                                                                      \
    _Generic((v), orm_col_array : orm_cond_of_col_array ORM_COND_ARRAYS)(op, v)

#define ORM_LIST_GENERIC(items)                                                                    \
    _Generic((items),                                                                              \
        signed char *: orm_cond_in_i8, const signed char *: orm_cond_in_i8,                        \
        unsigned char *: orm_cond_in_u8, const unsigned char *: orm_cond_in_u8,                    \
        short *: orm_cond_in_i16, const short *: orm_cond_in_i16,                                  \
        unsigned short *: orm_cond_in_u16, const unsigned short *: orm_cond_in_u16,                \
        int *: orm_cond_in_i32, const int *: orm_cond_in_i32,                                      \
        unsigned int *: orm_cond_in_u32, const unsigned int *: orm_cond_in_u32,                    \
        long *: orm_cond_in_long, const long *: orm_cond_in_long,                                  \
        unsigned long *: orm_cond_in_ulong, const unsigned long *: orm_cond_in_ulong,              \
        long long *: orm_cond_in_llong, const long long *: orm_cond_in_llong,                      \
        unsigned long long *: orm_cond_in_ullong, const unsigned long long *: orm_cond_in_ullong,  \
        float *: orm_cond_in_float, const float *: orm_cond_in_float,                              \
        double *: orm_cond_in_double, const double *: orm_cond_in_double,                          \
        char **: orm_cond_in_text, char *const *: orm_cond_in_text,                                \
        const char **: orm_cond_in_ctext, const char *const *: orm_cond_in_ctext,                  \
        orm_bytes *: orm_cond_in_bytes, const orm_bytes *: orm_cond_in_bytes,                      \
        orm_numeric *: orm_cond_in_numeric, const orm_numeric *: orm_cond_in_numeric,              \
        orm_uuid *: orm_cond_in_uuid, const orm_uuid *: orm_cond_in_uuid,                          \
        orm_date *: orm_cond_in_date, const orm_date *: orm_cond_in_date,                          \
        orm_time *: orm_cond_in_time, const orm_time *: orm_cond_in_time,                          \
        orm_timestamp *: orm_cond_in_timestamp, const orm_timestamp *: orm_cond_in_timestamp,      \
        orm_timestamptz *: orm_cond_in_timestamptz,                                                \
        const orm_timestamptz *: orm_cond_in_timestamptz,                                          \
        orm_interval *: orm_cond_in_interval, const orm_interval *: orm_cond_in_interval)

/* One of the `count` values at `items` (a typed array; no value at all gives no rows), or none of
 * them. A NULL among them is ORM_MISUSE when the query runs. */
#define orm_in(items, count)     ORM_LIST_GENERIC(items)(ORM_OP_IN, (items), (count))
#define orm_not_in(items, count) ORM_LIST_GENERIC(items)(ORM_OP_NOT_IN, (items), (count))

/*
 * Whether the value is one of those that `column` has in the rows of a query:
 * `user_id_is(orm_in_query(project_columns.owner_id, project_rows(&query)))`. NULLs among them are
 * left out, so that `orm_not_in_query` finds the rows whose value is not there.
 */
#define orm_in_query(column, rows)                                                                 \
    ORM_COL_GENERIC(orm_cond_in_rows_, column)(ORM_OP_IN_ROWS, column, rows)
#define orm_not_in_query(column, rows)                                                             \
    ORM_COL_GENERIC(orm_cond_in_rows_, column)(ORM_OP_NOT_IN_ROWS, column, rows)

#else /* C++: inline overloads of the same names */

#define ORM_OVERLOAD_OPS(X)                                                                        \
    X(eq, ORM_OP_EQ)                                                                               \
    X(ne, ORM_OP_NE) X(lt, ORM_OP_LT) X(le, ORM_OP_LE) X(gt, ORM_OP_GT) X(ge, ORM_OP_GE)

#define ORM_OVERLOAD_TYPES(X, name, op)                                                            \
    X(name, op, int, bool)                                                                         \
    X(name, op, int, char)                                                                         \
    X(name, op, int, signed char)                                                                  \
    X(name, op, int, unsigned char)                                                                \
    X(name, op, int, short)                                                                        \
    X(name, op, int, unsigned short) X(name, op, int, int) X(name, op, int, unsigned int)          \
        X(name, op, int, long) X(name, op, uint, unsigned long) X(name, op, int, long long)        \
            X(name, op, uint, unsigned long long) X(name, op, double, float)                       \
                X(name, op, double, double) X(name, op, text, const char *)                        \
                    X(name, op, bytes, orm_bytes) X(name, op, numeric, orm_numeric)                \
                        X(name, op, uuid, orm_uuid) X(name, op, date, orm_date)                    \
                            X(name, op, time, orm_time) X(name, op, timestamp, orm_timestamp)      \
                                X(name, op, timestamptz, orm_timestamptz)                          \
                                    X(name, op, interval, orm_interval)                            \
                                        X(name, op, json, orm_json)

#define ORM_OVERLOAD_ONE(name, op, kind, type)                                                     \
    inline auto orm_##name(type value)                                                             \
    {                                                                                              \
        return orm_cond_of_##kind(op, value);                                                      \
    }
#define ORM_OVERLOAD_OP(name, op) ORM_OVERLOAD_TYPES(ORM_OVERLOAD_ONE, name, op)
ORM_OVERLOAD_OPS(ORM_OVERLOAD_OP)

#define ORM_OVERLOAD_ARRAY(name)                                                                   \
    inline orm_cond_array orm_eq(orm_array_##name value)                                           \
    {                                                                                              \
        return orm_cond_of_array_##name(ORM_OP_EQ, value);                                         \
    }                                                                                              \
    inline orm_cond_array orm_ne(orm_array_##name value)                                           \
    {                                                                                              \
        return orm_cond_of_array_##name(ORM_OP_NE, value);                                         \
    }
ORM_ARRAY_KINDS(ORM_OVERLOAD_ARRAY)

#define ORM_OVERLOAD_BETWEEN(name, op, kind, type)                                                 \
    inline auto orm_between(type low, type high)                                                   \
    {                                                                                              \
        return orm_cond_between_##kind(low, high);                                                 \
    }
ORM_OVERLOAD_TYPES(ORM_OVERLOAD_BETWEEN, between, ORM_OP_BETWEEN)

#define ORM_OVERLOAD_IN(name, kind, type, list_type)                                               \
    inline orm_cond_##kind orm_in(type const *items, size_t count)                                 \
    {                                                                                              \
        return orm_cond_in_##name(ORM_OP_IN, items, count);                                        \
    }                                                                                              \
    inline orm_cond_##kind orm_not_in(type const *items, size_t count)                             \
    {                                                                                              \
        return orm_cond_in_##name(ORM_OP_NOT_IN, items, count);                                    \
    }
ORM_LIST_KINDS(ORM_OVERLOAD_IN)

/* Kinds with an order, and those without. */
#define ORM_OVERLOAD_ORDERED(X)                                                                    \
    X(int)                                                                                         \
    X(double)                                                                                      \
    X(text) X(bytes) X(numeric) X(uuid) X(date) X(time) X(timestamp) X(timestamptz) X(interval)
#define ORM_OVERLOAD_UNORDERED(X) X(json) X(array) X(bool) X(enum)

#define ORM_OVERLOAD_COLUMN(name, op, kind)                                                        \
    inline orm_cond_##kind orm_##name(orm_col_##kind column)                                       \
    {                                                                                              \
        return orm_cond_of_col_##kind(op, column);                                                 \
    }                                                                                              \
    inline orm_cond_##kind orm_##name(orm_scalar_##kind value)                                     \
    {                                                                                              \
        return orm_cond_of_scalar_##kind(op, value);                                               \
    }
#define ORM_OVERLOAD_EQUAL_COLUMN(kind)                                                            \
    ORM_OVERLOAD_COLUMN(eq, ORM_OP_EQ, kind)                                                       \
    ORM_OVERLOAD_COLUMN(ne, ORM_OP_NE, kind)                                                       \
    ORM_OVERLOAD_COLUMN(is_distinct, ORM_OP_DISTINCT, kind)                                        \
    ORM_OVERLOAD_COLUMN(is_not_distinct, ORM_OP_NOT_DISTINCT, kind)                                \
    inline orm_cond_##kind orm_in_query(orm_col_##kind column, orm_rows rows)                      \
    {                                                                                              \
        return orm_cond_in_rows_##kind(ORM_OP_IN_ROWS, column, rows);                              \
    }                                                                                              \
    inline orm_cond_##kind orm_not_in_query(orm_col_##kind column, orm_rows rows)                  \
    {                                                                                              \
        return orm_cond_in_rows_##kind(ORM_OP_NOT_IN_ROWS, column, rows);                          \
    }
#define ORM_OVERLOAD_ORDER_COLUMN(kind)                                                            \
    ORM_OVERLOAD_COLUMN(lt, ORM_OP_LT, kind)                                                       \
    ORM_OVERLOAD_COLUMN(le, ORM_OP_LE, kind)                                                       \
    ORM_OVERLOAD_COLUMN(gt, ORM_OP_GT, kind)                                                       \
    ORM_OVERLOAD_COLUMN(ge, ORM_OP_GE, kind)                                                       \
    inline orm_cond_##kind orm_between(orm_col_##kind low, orm_col_##kind high)                    \
    {                                                                                              \
        return orm_cond_between_col_##kind(low, high);                                             \
    }                                                                                              \
    inline orm_cond_##kind orm_between(orm_scalar_##kind low, orm_scalar_##kind high)              \
    {                                                                                              \
        return orm_cond_between_scalar_##kind(low, high);                                          \
    }
ORM_OVERLOAD_ORDERED(ORM_OVERLOAD_EQUAL_COLUMN)
ORM_OVERLOAD_UNORDERED(ORM_OVERLOAD_EQUAL_COLUMN)
ORM_OVERLOAD_ORDERED(ORM_OVERLOAD_ORDER_COLUMN)

ORM_OVERLOAD_TYPES(ORM_OVERLOAD_ONE, is_distinct, ORM_OP_DISTINCT)
ORM_OVERLOAD_TYPES(ORM_OVERLOAD_ONE, is_not_distinct, ORM_OP_NOT_DISTINCT)
#define ORM_OVERLOAD_OPT(name, kind)                                                               \
    inline orm_cond_##kind orm_is_distinct(orm_opt_##name value)                                   \
    {                                                                                              \
        return orm_cond_of_opt_##name(ORM_OP_DISTINCT, value);                                     \
    }                                                                                              \
    inline orm_cond_##kind orm_is_not_distinct(orm_opt_##name value)                               \
    {                                                                                              \
        return orm_cond_of_opt_##name(ORM_OP_NOT_DISTINCT, value);                                 \
    }
ORM_OPT_KINDS(ORM_OVERLOAD_OPT)

#define ORM_OVERLOAD_ARRAY_OP(operation, op, name)                                                 \
    inline orm_cond_array orm_##operation(orm_array_##name value)                                  \
    {                                                                                              \
        return orm_cond_of_array_##name(op, value);                                                \
    }
#define ORM_OVERLOAD_ARRAY_OPS(name)                                                               \
    ORM_OVERLOAD_ARRAY_OP(is_distinct, ORM_OP_DISTINCT, name)                                      \
    ORM_OVERLOAD_ARRAY_OP(is_not_distinct, ORM_OP_NOT_DISTINCT, name)                              \
    ORM_OVERLOAD_ARRAY_OP(array_contains, ORM_OP_ARRAY_CONTAINS, name)                             \
    ORM_OVERLOAD_ARRAY_OP(array_within, ORM_OP_ARRAY_WITHIN, name)                                 \
    ORM_OVERLOAD_ARRAY_OP(array_overlaps, ORM_OP_ARRAY_OVERLAPS, name)
ORM_ARRAY_KINDS(ORM_OVERLOAD_ARRAY_OPS)
ORM_OVERLOAD_COLUMN(array_contains, ORM_OP_ARRAY_CONTAINS, array)
ORM_OVERLOAD_COLUMN(array_within, ORM_OP_ARRAY_WITHIN, array)
ORM_OVERLOAD_COLUMN(array_overlaps, ORM_OP_ARRAY_OVERLAPS, array)

#undef ORM_OVERLOAD_ORDERED
#undef ORM_OVERLOAD_UNORDERED
#undef ORM_OVERLOAD_COLUMN
#undef ORM_OVERLOAD_EQUAL_COLUMN
#undef ORM_OVERLOAD_ORDER_COLUMN
#undef ORM_OVERLOAD_OPT
#undef ORM_OVERLOAD_ARRAY_OP
#undef ORM_OVERLOAD_ARRAY_OPS
#undef ORM_OVERLOAD_OPS
#undef ORM_OVERLOAD_TYPES
#undef ORM_OVERLOAD_ONE
#undef ORM_OVERLOAD_OP
#undef ORM_OVERLOAD_ARRAY
#undef ORM_OVERLOAD_BETWEEN
#undef ORM_OVERLOAD_IN

#endif

/* Whether an array column holds a value of any type that orm_bind takes (raw.h). */
#define orm_array_has(...) orm_cond_has(orm_bind(__VA_ARGS__))

#endif
