/*
 * Hand-written SQL. Values travel only as parameters, written $1, $2, … on both databases; one
 * statement per call. Text in values is borrowed for the call. For statements mapped to a model see
 * the generated `<model>_raw`.
 */
#ifndef ORM_RAW_H
#define ORM_RAW_H

#include <orm/condition.h>
#include <orm/export.h>
#include <orm/model.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>
#include <orm/value.h>

ORM_BEGIN_DECLS

/* One row of a raw statement. row: until the callback returns. */
typedef struct orm_row orm_row;

/* Called for each row; anything but ORM_OK ends the statement with that status. */
typedef orm_status orm_row_callback(const orm_row *row, void *context);

/*
 * Runs a statement and calls `callback` (may be NULL) for each of its rows. `affected_out` (may be
 * NULL) gets the number of rows written. Every database status; ORM_INVALID for values that can't
 * be sent; ORM_MISUSE when the statement ended the session's transaction: what COMMIT, ROLLBACK or
 * PREPARE TRANSACTION did is done, and the session refuses all but a rollback.
 */
#define orm_raw(...) orm_raw_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_raw_at(orm_site site, orm_session *db, const char *sql,
                                           const orm_value *values, size_t value_count,
                                           orm_row_callback *callback, void *context,
                                           int64_t *affected_out);

ORM_API size_t orm_row_column_count(const orm_row *row);
/* row. NULL when there is no such column. */
ORM_API const char *orm_row_column_name(const orm_row *row, size_t column);
/* The position of a column; SIZE_MAX when there is none of that name. */
ORM_API size_t orm_row_column(const orm_row *row, const char *name);
ORM_API bool orm_row_is_null(const orm_row *row, size_t column);

/*
 * The value of a column, by position from 0; by name with `orm_row_column(row, "total")`. NULL
 * gives `has` false or a NULL pointer. ORM_SCHEMA when the column is not of a type that can be read
 * so, ORM_RANGE when the value does not fit, ORM_INVALID when there is no such column; when the
 * callback passes that on, the session's error says which column and why. Text, bytes and arrays
 * are session. An enum is read as its label, with orm_row_text.
 */
ORM_API ORM_MUST_USE orm_status orm_row_int(const orm_row *row, size_t column,
                                            orm_opt_i64 *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_double(const orm_row *row, size_t column,
                                               orm_opt_double *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_text(const orm_row *row, size_t column,
                                             const char **value_out);
ORM_API ORM_MUST_USE orm_status orm_row_bool(const orm_row *row, size_t column,
                                             orm_opt_bool *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_bytes(const orm_row *row, size_t column,
                                              orm_bytes *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_numeric(const orm_row *row, size_t column,
                                                orm_numeric *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_uuid(const orm_row *row, size_t column,
                                             orm_opt_uuid *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_date(const orm_row *row, size_t column,
                                             orm_opt_date *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_time(const orm_row *row, size_t column,
                                             orm_opt_time *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_timestamp(const orm_row *row, size_t column,
                                                  orm_opt_timestamp *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_timestamptz(const orm_row *row, size_t column,
                                                    orm_opt_timestamptz *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_interval(const orm_row *row, size_t column,
                                                 orm_opt_interval *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_json(const orm_row *row, size_t column,
                                             orm_json *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_bool(const orm_row *row, size_t column,
                                                   orm_array_bool *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_i64(const orm_row *row, size_t column,
                                                  orm_array_i64 *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_double(const orm_row *row, size_t column,
                                                     orm_array_double *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_text(const orm_row *row, size_t column,
                                                   orm_array_text *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_bytes(const orm_row *row, size_t column,
                                                    orm_array_bytes *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_numeric(const orm_row *row, size_t column,
                                                      orm_array_numeric *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_json(const orm_row *row, size_t column,
                                                   orm_array_json *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_uuid(const orm_row *row, size_t column,
                                                   orm_array_uuid *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_date(const orm_row *row, size_t column,
                                                   orm_array_date *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_time(const orm_row *row, size_t column,
                                                   orm_array_time *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_timestamp(const orm_row *row, size_t column,
                                                        orm_array_timestamp *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_timestamptz(const orm_row *row, size_t column,
                                                          orm_array_timestamptz *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_array_interval(const orm_row *row, size_t column,
                                                       orm_array_interval *value_out);

/*
 * Rows as structs that are described by hand: `list_out` is a `struct { size_t count; T **items; }`
 * for the T of `shape`, and session. Columns are found by name, further ones are ignored. Every
 * database status; ORM_SCHEMA, naming shape and column, when a column is missing, is of another
 * type, or is NULL and the member can't say so.
 */
#define orm_raw_rows(...) orm_raw_rows_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_raw_rows_at(orm_site site, orm_session *db,
                                                const orm_shape *shape, const char *sql,
                                                const orm_value *values, size_t count,
                                                void *list_out);

ORM_END_DECLS

/* What follows are macros: faults in their arguments are then reported on the user's own line. */
#pragma GCC system_header

/* The value a C expression of any supported type stands for: `orm_bind(18)`, `orm_bind("x")`. */
#ifndef __cplusplus
#define orm_bind(...) ORM_BIND_GENERIC((__VA_ARGS__))
/* clang-format off */
#define ORM_BIND_GENERIC(v)                                                                        \
    _Generic((v),                                                                                  \
        bool: orm_bind_bool, char: orm_bind_int, signed char: orm_bind_int,                        \
        unsigned char: orm_bind_int, short: orm_bind_int, unsigned short: orm_bind_int,            \
        int: orm_bind_int, unsigned int: orm_bind_int, long: orm_bind_int,                         \
        long long: orm_bind_int, unsigned long: orm_bind_uint,                                     \
        unsigned long long: orm_bind_uint, float: orm_bind_double, double: orm_bind_double,        \
        char *: orm_bind_text, const char *: orm_bind_text, orm_bytes: orm_bind_bytes,             \
        orm_numeric: orm_bind_numeric, orm_uuid: orm_bind_uuid, orm_date: orm_bind_date,           \
        orm_time: orm_bind_time, orm_timestamp: orm_bind_timestamp,                                \
        orm_timestamptz: orm_bind_timestamptz, orm_interval: orm_bind_interval,                    \
        orm_json: orm_bind_json)(v)
/* clang-format on */
#else
#define ORM_BIND_OVERLOAD(name, type)                                                              \
    inline orm_value orm_bind(type value)                                                          \
    {                                                                                              \
        return orm_bind_##name(value);                                                             \
    }
ORM_BIND_OVERLOAD(bool, bool)
ORM_BIND_OVERLOAD(int, char)
ORM_BIND_OVERLOAD(int, signed char)
ORM_BIND_OVERLOAD(int, unsigned char)
ORM_BIND_OVERLOAD(int, short) ORM_BIND_OVERLOAD(int, unsigned short) ORM_BIND_OVERLOAD(int, int)
    ORM_BIND_OVERLOAD(int, unsigned int) ORM_BIND_OVERLOAD(int, long)
        ORM_BIND_OVERLOAD(uint, unsigned long) ORM_BIND_OVERLOAD(int, long long)
            ORM_BIND_OVERLOAD(uint, unsigned long long) ORM_BIND_OVERLOAD(double, float)
                ORM_BIND_OVERLOAD(double, double) ORM_BIND_OVERLOAD(text, const char *)
                    ORM_BIND_OVERLOAD(bytes, orm_bytes) ORM_BIND_OVERLOAD(numeric, orm_numeric)
                        ORM_BIND_OVERLOAD(json, orm_json) ORM_BIND_OVERLOAD(uuid, orm_uuid)
                            ORM_BIND_OVERLOAD(date, orm_date) ORM_BIND_OVERLOAD(time, orm_time)
                                ORM_BIND_OVERLOAD(timestamp, orm_timestamp)
                                    ORM_BIND_OVERLOAD(timestamptz, orm_timestamptz)
                                        ORM_BIND_OVERLOAD(interval, orm_interval)
#undef ORM_BIND_OVERLOAD
#endif

/*
 * One column of a shape, by the type of its member: `ORM_SHAPE_FIELD(struct sale, total)`. Members
 * of an orm_opt_ type are nullable; text, bytes, numerics, json and arrays are it with
 * ORM_SHAPE_FIELD_NULLABLE. C only; enums are written out as an orm_column.
 *
 *     static const orm_shape sale_shape = ORM_SHAPE(struct sale,
 *         ORM_SHAPE_FIELD(struct sale, country), ORM_SHAPE_FIELD(struct sale, total));
 */
#ifndef __cplusplus
#define ORM_SHAPE(struct_type, ...)                                                                \
    {                                                                                              \
        .name = #struct_type, .columns = (const orm_column[]){__VA_ARGS__},                        \
        .column_count = sizeof((const orm_column[]){__VA_ARGS__}) / sizeof(orm_column),            \
        .size = sizeof(struct_type)                                                                \
    }
#define ORM_SHAPE_FIELD(struct_type, member) ORM_SHAPE_FIELD_FLAGS(struct_type, member, 0)
#define ORM_SHAPE_FIELD_NULLABLE(struct_type, member)                                              \
    ORM_SHAPE_FIELD_FLAGS(struct_type, member, ORM_COLUMN_NULLABLE)
#define ORM_SHAPE_FIELD_FLAGS(struct_type, member, more)                                           \
    {                                                                                              \
        .field = #member, .name = #member, .offset = offsetof(struct_type, member),                \
        .type = ORM_SHAPE_TYPE(((struct_type *)0)->member) & 0xFF,                                 \
        .flags = (ORM_SHAPE_TYPE(((struct_type *)0)->member) >> 8) | (more)                        \
    }
/* clang-format off */
#define ORM_SHAPE_TYPE(m)                                                                          \
    _Generic((m),                                                                                  \
        bool: ORM_TYPE_BOOLEAN,                                                                    \
        int16_t: ORM_TYPE_SMALLINT,                                                                \
        int32_t: ORM_TYPE_INTEGER,                                                                 \
        int64_t: ORM_TYPE_BIGINT,                                                                  \
        float: ORM_TYPE_REAL,                                                                      \
        double: ORM_TYPE_DOUBLE,                                                                   \
        const char *: ORM_TYPE_TEXT,                                                               \
        orm_numeric: ORM_TYPE_NUMERIC,                                                             \
        orm_bytes: ORM_TYPE_BYTEA,                                                                 \
        orm_json: ORM_TYPE_JSON,                                                                   \
        orm_uuid: ORM_TYPE_UUID,                                                                   \
        orm_date: ORM_TYPE_DATE,                                                                   \
        orm_time: ORM_TYPE_TIME,                                                                   \
        orm_timestamp: ORM_TYPE_TIMESTAMP,                                                         \
        orm_timestamptz: ORM_TYPE_TIMESTAMPTZ,                                                     \
        orm_interval: ORM_TYPE_INTERVAL,                                                           \
        orm_opt_bool: ORM_TYPE_BOOLEAN | ORM_COLUMN_NULLABLE << 8,                                 \
        orm_opt_i16: ORM_TYPE_SMALLINT | ORM_COLUMN_NULLABLE << 8,                                 \
        orm_opt_i32: ORM_TYPE_INTEGER | ORM_COLUMN_NULLABLE << 8,                                  \
        orm_opt_i64: ORM_TYPE_BIGINT | ORM_COLUMN_NULLABLE << 8,                                   \
        orm_opt_float: ORM_TYPE_REAL | ORM_COLUMN_NULLABLE << 8,                                   \
        orm_opt_double: ORM_TYPE_DOUBLE | ORM_COLUMN_NULLABLE << 8,                                \
        orm_opt_uuid: ORM_TYPE_UUID | ORM_COLUMN_NULLABLE << 8,                                    \
        orm_opt_date: ORM_TYPE_DATE | ORM_COLUMN_NULLABLE << 8,                                    \
        orm_opt_time: ORM_TYPE_TIME | ORM_COLUMN_NULLABLE << 8,                                    \
        orm_opt_timestamp: ORM_TYPE_TIMESTAMP | ORM_COLUMN_NULLABLE << 8,                          \
        orm_opt_timestamptz: ORM_TYPE_TIMESTAMPTZ | ORM_COLUMN_NULLABLE << 8,                      \
        orm_opt_interval: ORM_TYPE_INTERVAL | ORM_COLUMN_NULLABLE << 8,                            \
        orm_array_bool: ORM_TYPE_BOOLEAN | ORM_COLUMN_ARRAY << 8,                                  \
        orm_array_i16: ORM_TYPE_SMALLINT | ORM_COLUMN_ARRAY << 8,                                  \
        orm_array_i32: ORM_TYPE_INTEGER | ORM_COLUMN_ARRAY << 8,                                   \
        orm_array_i64: ORM_TYPE_BIGINT | ORM_COLUMN_ARRAY << 8,                                    \
        orm_array_float: ORM_TYPE_REAL | ORM_COLUMN_ARRAY << 8,                                    \
        orm_array_double: ORM_TYPE_DOUBLE | ORM_COLUMN_ARRAY << 8,                                 \
        orm_array_text: ORM_TYPE_TEXT | ORM_COLUMN_ARRAY << 8,                                     \
        orm_array_bytes: ORM_TYPE_BYTEA | ORM_COLUMN_ARRAY << 8,                                   \
        orm_array_numeric: ORM_TYPE_NUMERIC | ORM_COLUMN_ARRAY << 8,                               \
        orm_array_json: ORM_TYPE_JSON | ORM_COLUMN_ARRAY << 8,                                     \
        orm_array_uuid: ORM_TYPE_UUID | ORM_COLUMN_ARRAY << 8,                                     \
        orm_array_date: ORM_TYPE_DATE | ORM_COLUMN_ARRAY << 8,                                     \
        orm_array_time: ORM_TYPE_TIME | ORM_COLUMN_ARRAY << 8,                                     \
        orm_array_timestamp: ORM_TYPE_TIMESTAMP | ORM_COLUMN_ARRAY << 8,                           \
        orm_array_timestamptz: ORM_TYPE_TIMESTAMPTZ | ORM_COLUMN_ARRAY << 8,                       \
        orm_array_interval: ORM_TYPE_INTERVAL | ORM_COLUMN_ARRAY << 8)
/* clang-format on */
#endif

#endif
