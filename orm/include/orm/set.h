/* Fields of `<model>_new` and `<model>_changes`: a value and whether it was set. */
#ifndef ORM_SET_H
#define ORM_SET_H

#include <orm/export.h>
#include <orm/value.h>

/* Zeroed memory is "not set": the column keeps its value, or gets its default. */
typedef enum orm_set_state {
    ORM_UNSET,
    ORM_IS_SET,
    ORM_IS_NULL,        /* set to SQL NULL */
    ORM_IS_OUT_OF_RANGE /* an unsigned value above INT64_MAX: ORM_RANGE when it is used */
} orm_set_state;

/*
 * One type serves boolean, every integer type and enums: the value is checked against the column
 * when it is used. Text, bytes, json and array items are borrowed until the call that uses the
 * struct returns.
 */
typedef struct orm_set_int {
    orm_set_state state;
    int64_t value;
} orm_set_int;
typedef struct orm_set_double {
    orm_set_state state;
    double value;
} orm_set_double;
typedef struct orm_set_text {
    orm_set_state state;
    const char *value;
} orm_set_text;
typedef struct orm_set_bytes {
    orm_set_state state;
    orm_bytes value;
} orm_set_bytes;
typedef struct orm_set_numeric {
    orm_set_state state;
    orm_numeric value;
} orm_set_numeric;
typedef struct orm_set_json {
    orm_set_state state;
    orm_json value;
} orm_set_json;
typedef struct orm_set_uuid {
    orm_set_state state;
    orm_uuid value;
} orm_set_uuid;
typedef struct orm_set_date {
    orm_set_state state;
    orm_date value;
} orm_set_date;
typedef struct orm_set_time {
    orm_set_state state;
    orm_time value;
} orm_set_time;
typedef struct orm_set_timestamp {
    orm_set_state state;
    orm_timestamp value;
} orm_set_timestamp;
typedef struct orm_set_timestamptz {
    orm_set_state state;
    orm_timestamptz value;
} orm_set_timestamptz;
typedef struct orm_set_interval {
    orm_set_state state;
    orm_interval value;
} orm_set_interval;

#define ORM_SET_ARRAYS(X)                                                                          \
    X(bool)                                                                                        \
    X(i16)                                                                                         \
    X(i32)                                                                                         \
    X(i64)                                                                                         \
    X(float) X(double) X(text) X(bytes) X(numeric) X(json) X(uuid) X(date) X(time) X(timestamp)    \
        X(timestamptz) X(interval) X(enum)
#define ORM_SET_DECLARE(name)                                                                      \
    typedef struct orm_set_array_##name {                                                          \
        orm_set_state state;                                                                       \
        orm_array_##name value;                                                                    \
    } orm_set_array_##name;
ORM_SET_ARRAYS(ORM_SET_DECLARE)
#undef ORM_SET_DECLARE

ORM_BEGIN_DECLS

/* What ORM_SET resolves to. A NULL text, bytes, numeric or json pointer sets SQL NULL. */
#define ORM_SET_KINDS(X)                                                                           \
    X(int, int64_t)                                                                                \
    X(double, double)                                                                              \
    X(text, const char *)                                                                          \
    X(bytes, orm_bytes)                                                                            \
    X(numeric, orm_numeric) X(json, orm_json) X(uuid, orm_uuid) X(date, orm_date)                  \
        X(time, orm_time) X(timestamp, orm_timestamp) X(timestamptz, orm_timestamptz)              \
            X(interval, orm_interval)
#define ORM_SET_DECLARE(name, type) ORM_API orm_set_##name orm_set_of_##name(type value);
ORM_SET_KINDS(ORM_SET_DECLARE)
#undef ORM_SET_DECLARE
ORM_API orm_set_int orm_set_of_uint(uint64_t value);
#define ORM_SET_DECLARE(name)                                                                      \
    ORM_API orm_set_array_##name orm_set_of_array_##name(orm_array_##name value);
ORM_SET_ARRAYS(ORM_SET_DECLARE)
#undef ORM_SET_DECLARE

ORM_END_DECLS

/* What follows are macros: faults in their arguments are then reported on the user's own line. */
#pragma GCC system_header

#ifndef __cplusplus

/* Sets a field to a value of any type its column takes: `.name = ORM_SET("Ada")`, `new.age =
 * ORM_SET(36)`. */
#define ORM_SET(...) ORM_SET_GENERIC((__VA_ARGS__))
/* clang-format off */
#define ORM_SET_GENERIC(v)                                                                         \
    _Generic((v),                                                                                  \
        bool: orm_set_of_int, char: orm_set_of_int, signed char: orm_set_of_int,                   \
        unsigned char: orm_set_of_int, short: orm_set_of_int, unsigned short: orm_set_of_int,      \
        int: orm_set_of_int, unsigned int: orm_set_of_int, long: orm_set_of_int,                   \
        long long: orm_set_of_int, unsigned long: orm_set_of_uint,                                 \
        unsigned long long: orm_set_of_uint, float: orm_set_of_double,                             \
        double: orm_set_of_double, char *: orm_set_of_text, const char *: orm_set_of_text,         \
        orm_bytes: orm_set_of_bytes, orm_numeric: orm_set_of_numeric, orm_uuid: orm_set_of_uuid,   \
        orm_date: orm_set_of_date, orm_time: orm_set_of_time,                                      \
        orm_timestamp: orm_set_of_timestamp, orm_timestamptz: orm_set_of_timestamptz,              \
        orm_interval: orm_set_of_interval, orm_json: orm_set_of_json,                              \
        orm_array_bool: orm_set_of_array_bool, orm_array_i16: orm_set_of_array_i16,                \
        orm_array_i32: orm_set_of_array_i32, orm_array_i64: orm_set_of_array_i64,                  \
        orm_array_float: orm_set_of_array_float, orm_array_double: orm_set_of_array_double,        \
        orm_array_text: orm_set_of_array_text, orm_array_bytes: orm_set_of_array_bytes,            \
        orm_array_numeric: orm_set_of_array_numeric, orm_array_json: orm_set_of_array_json,        \
        orm_array_uuid: orm_set_of_array_uuid, orm_array_date: orm_set_of_array_date,              \
        orm_array_time: orm_set_of_array_time, orm_array_timestamp: orm_set_of_array_timestamp,    \
        orm_array_timestamptz: orm_set_of_array_timestamptz,                                       \
        orm_array_interval: orm_set_of_array_interval, orm_array_enum: orm_set_of_array_enum)(v)
/* clang-format on */

/* Sets a field of any type to SQL NULL in an initialiser: `.age = ORM_SET_NULL`; elsewhere
 * `c.age.state = ORM_IS_NULL`. */
#define ORM_SET_NULL                                                                               \
    {                                                                                              \
        .state = ORM_IS_NULL                                                                       \
    }

#else /* C++: inline overloads, and an object that converts to every field type */

#define ORM_SET_OVERLOAD(type, kind)                                                               \
    inline auto orm_set_value(type value)                                                          \
    {                                                                                              \
        return orm_set_of_##kind(value);                                                           \
    }
ORM_SET_OVERLOAD(bool, int)
ORM_SET_OVERLOAD(char, int)
ORM_SET_OVERLOAD(signed char, int)
ORM_SET_OVERLOAD(unsigned char, int)
ORM_SET_OVERLOAD(short, int) ORM_SET_OVERLOAD(unsigned short, int) ORM_SET_OVERLOAD(int, int)
    ORM_SET_OVERLOAD(unsigned int, int) ORM_SET_OVERLOAD(long, int)
        ORM_SET_OVERLOAD(unsigned long, uint) ORM_SET_OVERLOAD(long long, int)
            ORM_SET_OVERLOAD(unsigned long long, uint) ORM_SET_OVERLOAD(float, double)
                ORM_SET_OVERLOAD(double, double) ORM_SET_OVERLOAD(const char *, text)
                    ORM_SET_OVERLOAD(orm_bytes, bytes) ORM_SET_OVERLOAD(orm_numeric, numeric)
                        ORM_SET_OVERLOAD(orm_json, json) ORM_SET_OVERLOAD(orm_uuid, uuid)
                            ORM_SET_OVERLOAD(orm_date, date) ORM_SET_OVERLOAD(orm_time, time)
                                ORM_SET_OVERLOAD(orm_timestamp, timestamp)
                                    ORM_SET_OVERLOAD(orm_timestamptz, timestamptz)
                                        ORM_SET_OVERLOAD(orm_interval, interval)
#define ORM_SET_OVERLOAD_ARRAY(name) ORM_SET_OVERLOAD(orm_array_##name, array_##name)
                                            ORM_SET_ARRAYS(ORM_SET_OVERLOAD_ARRAY)
#undef ORM_SET_OVERLOAD_ARRAY
#undef ORM_SET_OVERLOAD

#define ORM_SET(v)   orm_set_value(v)

                                                struct orm_set_null_value {
    template <class Field> operator Field() const
    {
        Field field = Field();
        field.state = ORM_IS_NULL;
        return field;
    }
};
#define ORM_SET_NULL orm_set_null_value()

#endif

#endif
