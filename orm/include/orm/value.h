/* C types of column values. Plain structs, copied freely; text and bytes point into memory owned
 * elsewhere. */
#ifndef ORM_VALUE_H
#define ORM_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

/* Nullable scalars: zeroed memory is SQL NULL. `value` counts only when `has`. */
typedef struct orm_opt_bool {
    bool value;
    bool has;
} orm_opt_bool;
typedef struct orm_opt_i16 {
    int16_t value;
    bool has;
} orm_opt_i16;
typedef struct orm_opt_i32 {
    int32_t value;
    bool has;
} orm_opt_i32;
typedef struct orm_opt_i64 {
    int64_t value;
    bool has;
} orm_opt_i64;
typedef struct orm_opt_float {
    float value;
    bool has;
} orm_opt_float;
typedef struct orm_opt_double {
    double value;
    bool has;
} orm_opt_double;

/* bytea: `size` bytes at `data`. A NULL `data` is SQL NULL; an empty value has size 0 and a
 * non-NULL `data`. */
typedef struct orm_bytes {
    const void *data;
    size_t size;
} orm_bytes;

/*
 * An exact decimal number as text: [-]digits[.digits][e[+-]digits] or NaN, Infinity, -Infinity (as
 * PostgreSQL spells them). A NULL `text` is SQL NULL. Values read from a database never use the
 * exponent form.
 */
typedef struct orm_numeric {
    const char *text;
} orm_numeric;

/* json and jsonb: the document's text. A NULL `text` is SQL NULL (the JSON null is the text
 * "null"). */
typedef struct orm_json {
    const char *text;
} orm_json;

/* RFC 9562 UUID, its 16 bytes in the order they are written. */
typedef struct orm_uuid {
    uint8_t bytes[16];
} orm_uuid;
typedef struct orm_opt_uuid {
    orm_uuid value;
    bool has;
} orm_opt_uuid;

/* Days since 1970-01-01 in the proleptic Gregorian calendar; INT32_MIN and INT32_MAX are -infinity
 * and infinity. */
typedef struct orm_date {
    int32_t days;
} orm_date;
typedef struct orm_opt_date {
    orm_date value;
    bool has;
} orm_opt_date;

/* Microseconds since midnight, 0 to 86,400,000,000 (24:00:00) inclusive. */
typedef struct orm_time {
    int64_t micros;
} orm_time;
typedef struct orm_opt_time {
    orm_time value;
    bool has;
} orm_opt_time;

/* A date and time of day without a zone: microseconds since 1970-01-01 00:00:00 as if it were UTC.
 */
typedef struct orm_timestamp {
    int64_t micros;
} orm_timestamp;
typedef struct orm_opt_timestamp {
    orm_timestamp value;
    bool has;
} orm_opt_timestamp;

/* A moment: microseconds since 1970-01-01 00:00:00 UTC. */
typedef struct orm_timestamptz {
    int64_t micros;
} orm_timestamptz;
typedef struct orm_opt_timestamptz {
    orm_timestamptz value;
    bool has;
} orm_opt_timestamptz;

/* INT64_MAX and INT64_MIN stand for infinity and -infinity in both timestamp types, as
 * INT32_MAX/MIN do in dates. */
#define ORM_TIMESTAMP_INFINITY          INT64_MAX
#define ORM_TIMESTAMP_NEGATIVE_INFINITY INT64_MIN
#define ORM_DATE_INFINITY               INT32_MAX
#define ORM_DATE_NEGATIVE_INFINITY      INT32_MIN

/* PostgreSQL's interval: three independent parts. */
typedef struct orm_interval {
    int64_t micros;
    int32_t days;
    int32_t months;
} orm_interval;
typedef struct orm_opt_interval {
    orm_interval value;
    bool has;
} orm_opt_interval;

/*
 * Arrays of scalars: `count` elements, each of which can be NULL. In every array type `has` false
 * is a NULL array, and `has` with `count` 0 an empty one. Elements of nullable-by-nature types
 * (text, bytes, numeric, json) are NULL pointers when NULL, all others are the orm_opt_ form.
 */
typedef struct orm_array_bool {
    const orm_opt_bool *items;
    size_t count;
    bool has;
} orm_array_bool;
typedef struct orm_array_i16 {
    const orm_opt_i16 *items;
    size_t count;
    bool has;
} orm_array_i16;
typedef struct orm_array_i32 {
    const orm_opt_i32 *items;
    size_t count;
    bool has;
} orm_array_i32;
typedef struct orm_array_i64 {
    const orm_opt_i64 *items;
    size_t count;
    bool has;
} orm_array_i64;
typedef struct orm_array_float {
    const orm_opt_float *items;
    size_t count;
    bool has;
} orm_array_float;
typedef struct orm_array_double {
    const orm_opt_double *items;
    size_t count;
    bool has;
} orm_array_double;
typedef struct orm_array_text {
    const char *const *items;
    size_t count;
    bool has;
} orm_array_text;
typedef struct orm_array_bytes {
    const orm_bytes *items;
    size_t count;
    bool has;
} orm_array_bytes;
typedef struct orm_array_numeric {
    const orm_numeric *items;
    size_t count;
    bool has;
} orm_array_numeric;
typedef struct orm_array_json {
    const orm_json *items;
    size_t count;
    bool has;
} orm_array_json;
typedef struct orm_array_uuid {
    const orm_opt_uuid *items;
    size_t count;
    bool has;
} orm_array_uuid;
typedef struct orm_array_date {
    const orm_opt_date *items;
    size_t count;
    bool has;
} orm_array_date;
typedef struct orm_array_time {
    const orm_opt_time *items;
    size_t count;
    bool has;
} orm_array_time;
typedef struct orm_array_timestamp {
    const orm_opt_timestamp *items;
    size_t count;
    bool has;
} orm_array_timestamp;
typedef struct orm_array_timestamptz {
    const orm_opt_timestamptz *items;
    size_t count;
    bool has;
} orm_array_timestamptz;
typedef struct orm_array_interval {
    const orm_opt_interval *items;
    size_t count;
    bool has;
} orm_array_interval;
/* Enum arrays hold the enumerators' numbers; 0 is a NULL element. */
typedef struct orm_array_enum {
    const int *items;
    size_t count;
    bool has;
} orm_array_enum;

enum {
    ORM_UUID_TEXT_SIZE = 37,    /* bytes of a UUID's text with its NUL */
    ORM_TEMPORAL_TEXT_SIZE = 96 /* enough for any date, time, timestamp or interval with its NUL */
};

/*
 * Text to value. `text` is borrowed for the call. ORM_INVALID when the text is not of the form,
 * ORM_RANGE when it is but does not fit; `*value_out` is then untouched. Forms: uuid 8-4-4-4-12 hex
 * digits of either case; date YYYY-MM-DD, with "infinity", "-infinity" and a " BC" suffix; time
 * HH:MM[:SS[.ffffff]]; timestamp a date, ' ' or 'T', a time; timestamptz the same with Z, +HH,
 * +HH:MM or +HH:MM:SS (required); interval ISO 8601 (P1Y2M3DT4H5M6.7S, signs anywhere). Dates reach
 * from 4714-11-24 BC to 5874897-12-31, timestamps from there to 294247-01-10 04:00:54.775806 (where
 * 64 bits end). Second 60 is the first of the next minute and 24:00:00 the end of the day, as in
 * PostgreSQL; digits beyond microseconds round. Zones reach to 15:59:59.
 */
ORM_API ORM_MUST_USE orm_status orm_uuid_parse(const char *text, orm_uuid *value_out);
ORM_API ORM_MUST_USE orm_status orm_date_parse(const char *text, orm_date *value_out);
ORM_API ORM_MUST_USE orm_status orm_time_parse(const char *text, orm_time *value_out);
ORM_API ORM_MUST_USE orm_status orm_timestamp_parse(const char *text, orm_timestamp *value_out);
ORM_API ORM_MUST_USE orm_status orm_timestamptz_parse(const char *text, orm_timestamptz *value_out);
ORM_API ORM_MUST_USE orm_status orm_interval_parse(const char *text, orm_interval *value_out);

/*
 * Value to text of the forms above: fractions without trailing zeros, timestamptz in UTC with
 * "+00:00". `text` holds at least ORM_UUID_TEXT_SIZE or ORM_TEMPORAL_TEXT_SIZE bytes. Returns the
 * length without the NUL.
 */
ORM_API size_t orm_uuid_format(orm_uuid value, char *text);
ORM_API size_t orm_date_format(orm_date value, char *text);
ORM_API size_t orm_time_format(orm_time value, char *text);
ORM_API size_t orm_timestamp_format(orm_timestamp value, char *text);
ORM_API size_t orm_timestamptz_format(orm_timestamptz value, char *text);
ORM_API size_t orm_interval_format(orm_interval value, char *text);

/*
 * Compares two numerics by value (1.0 equals 1.00; NaN equals NaN and is above Infinity, as in
 * PostgreSQL). Both texts must be valid and not NULL; returns <0, 0 or >0.
 */
ORM_API int orm_numeric_compare(orm_numeric left, orm_numeric right);

/* Whether `text` is a number in the form described at orm_numeric. NULL is not. */
ORM_API bool orm_numeric_is_valid(const char *text);

ORM_END_DECLS

#endif
