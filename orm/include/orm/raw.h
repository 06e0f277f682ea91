/*
 * Hand-written SQL. Values travel only as parameters, written $1, $2, … on both databases; one
 * statement per call. Text in values is borrowed for the call. For statements mapped to a model see
 * the generated `<model>_raw`.
 */
#ifndef ORM_RAW_H
#define ORM_RAW_H

#include <orm/condition.h>
#include <orm/export.h>
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
 * be sent.
 */
#define orm_raw(...) orm_raw_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_raw_at(orm_site site, orm_session *db, const char *sql,
                                           const orm_value *values, size_t value_count,
                                           orm_row_callback *callback, void *context,
                                           int64_t *affected_out);

ORM_API size_t orm_row_column_count(const orm_row *row);
/* row. NULL when there is no such column. */
ORM_API const char *orm_row_column_name(const orm_row *row, size_t column);
ORM_API bool orm_row_is_null(const orm_row *row, size_t column);

/*
 * The value of a column, by position from 0. NULL gives `has` false or a NULL pointer. ORM_SCHEMA
 * when the column is not of a type that can be read so, ORM_RANGE when the value does not fit,
 * ORM_INVALID when there is no such column. Text is row.
 */
ORM_API ORM_MUST_USE orm_status orm_row_int(const orm_row *row, size_t column,
                                            orm_opt_i64 *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_double(const orm_row *row, size_t column,
                                               orm_opt_double *value_out);
ORM_API ORM_MUST_USE orm_status orm_row_text(const orm_row *row, size_t column,
                                             const char **value_out);

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
ORM_BIND_OVERLOAD(int, unsigned char) ORM_BIND_OVERLOAD(int, short)
    ORM_BIND_OVERLOAD(int, unsigned short) ORM_BIND_OVERLOAD(int, int)
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

#endif
