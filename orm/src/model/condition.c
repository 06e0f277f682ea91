#include <string.h>

#include <orm/condition.h>
#include <orm/model.h>

orm_value orm_bind_null(void)
{
    return (orm_value){.kind = ORM_KIND_NULL};
}

/* Borrowed text or bytes; a NULL pointer is SQL NULL. */
static orm_value span(orm_kind kind, const void *data, size_t size)
{
    if (data == NULL)
        return orm_bind_null();
    return (orm_value){.kind = kind, .as.span = {data, size}};
}

static orm_value span_of_text(orm_kind kind, const char *text)
{
    return span(kind, text, text == NULL ? 0 : strlen(text));
}

static orm_value integer(orm_kind kind, int64_t number)
{
    return (orm_value){.kind = kind, .as.integer = number};
}

orm_value orm_bind_bool(bool value)
{
    return (orm_value){.kind = ORM_KIND_BOOL, .as.boolean = value};
}

orm_value orm_bind_int(int64_t value)
{
    return integer(ORM_KIND_INT, value);
}

orm_value orm_bind_uint(uint64_t value)
{
    if (value > INT64_MAX)
        return integer(ORM_KIND_UINT_TOO_BIG, 0);
    return integer(ORM_KIND_INT, (int64_t)value);
}

orm_value orm_bind_double(double value)
{
    return (orm_value){.kind = ORM_KIND_DOUBLE, .as.real = value};
}

orm_value orm_bind_text(const char *value)
{
    return span_of_text(ORM_KIND_TEXT, value);
}

orm_value orm_bind_bytes(orm_bytes value)
{
    return span(ORM_KIND_BYTES, value.data, value.size);
}

orm_value orm_bind_numeric(orm_numeric value)
{
    return span_of_text(ORM_KIND_NUMERIC, value.text);
}

orm_value orm_bind_json(orm_json value)
{
    return span_of_text(ORM_KIND_JSON, value.text);
}

orm_value orm_bind_uuid(orm_uuid value)
{
    return (orm_value){.kind = ORM_KIND_UUID, .as.uuid = value};
}

orm_value orm_bind_date(orm_date value)
{
    return integer(ORM_KIND_DATE, value.days);
}

orm_value orm_bind_time(orm_time value)
{
    return integer(ORM_KIND_TIME, value.micros);
}

orm_value orm_bind_timestamp(orm_timestamp value)
{
    return integer(ORM_KIND_TIMESTAMP, value.micros);
}

orm_value orm_bind_timestamptz(orm_timestamptz value)
{
    return integer(ORM_KIND_TIMESTAMPTZ, value.micros);
}

orm_value orm_bind_interval(orm_interval value)
{
    return (orm_value){.kind = ORM_KIND_INTERVAL, .as.interval = value};
}

static orm_cond single(orm_op op, orm_value value)
{
    return (orm_cond){.op = op, .as.values = {value}};
}

static orm_cond range(orm_value low, orm_value high)
{
    return (orm_cond){.op = ORM_OP_BETWEEN, .as.values = {low, high}};
}

/* One kind of value at a time: a NULL pointer becomes ORM_KIND_NULL, which no operator takes. */
#define DEFINE(name, type)                                                                         \
    orm_cond_##name orm_cond_of_##name(orm_op op, type value)                                      \
    {                                                                                              \
        return (orm_cond_##name){single(op, orm_bind_##name(value))};                              \
    }                                                                                              \
    orm_cond_##name orm_cond_between_##name(type low, type high)                                   \
    {                                                                                              \
        return (orm_cond_##name){range(orm_bind_##name(low), orm_bind_##name(high))};              \
    }
ORM_COND_KINDS(DEFINE)
#undef DEFINE

orm_cond_int orm_cond_of_uint(orm_op op, uint64_t value)
{
    return (orm_cond_int){single(op, orm_bind_uint(value))};
}

orm_cond_int orm_cond_between_uint(uint64_t low, uint64_t high)
{
    return (orm_cond_int){range(orm_bind_uint(low), orm_bind_uint(high))};
}

/* The kind and type of the elements of each array type. */
#define ARRAY_ELEMENTS(X)                                                                          \
    X(bool, BOOL, BOOLEAN)                                                                         \
    X(i16, INT, SMALLINT) X(i32, INT, INTEGER) X(i64, INT, BIGINT) X(float, DOUBLE, REAL)          \
        X(double, DOUBLE, DOUBLE) X(text, TEXT, TEXT) X(bytes, BYTES, BYTEA)                       \
            X(numeric, NUMERIC, NUMERIC) X(json, JSON, JSON) X(uuid, UUID, UUID)                   \
                X(date, DATE, DATE) X(time, TIME, TIME) X(timestamp, TIMESTAMP, TIMESTAMP)         \
                    X(timestamptz, TIMESTAMPTZ, TIMESTAMPTZ) X(interval, INTERVAL, INTERVAL)       \
                        X(enum, INT, ENUM)

#define DEFINE(name, kind_name, type_name)                                                         \
    orm_cond_array orm_cond_of_array_##name(orm_op op, orm_array_##name value)                     \
    {                                                                                              \
        orm_value array = {.kind = ORM_KIND_ARRAY, .as.span = {value.items, value.count}};         \
        array.element = ORM_KIND_##kind_name;                                                      \
        array.item = ORM_TYPE_##type_name;                                                         \
        return (orm_cond_array){single(op, value.has ? array : orm_bind_null())};                  \
    }
ARRAY_ELEMENTS(DEFINE)
#undef DEFINE

static orm_cond list(orm_op op, orm_list_type type, const void *items, size_t count)
{
    return (orm_cond){.op = op, .list_type = type, .as.list = {items, count}};
}

#define DEFINE(name, kind_name, type, type_number)                                                 \
    orm_cond_##kind_name orm_cond_in_##name(orm_op op, type const *items, size_t count)            \
    {                                                                                              \
        return (orm_cond_##kind_name){list(op, type_number, items, count)};                        \
    }
ORM_LIST_KINDS(DEFINE)
#undef DEFINE

orm_cond_text orm_like(const char *pattern)
{
    return orm_cond_of_text(ORM_OP_LIKE, pattern);
}

orm_cond_text orm_ilike(const char *pattern)
{
    return orm_cond_of_text(ORM_OP_ILIKE, pattern);
}

orm_cond_text orm_prefix(const char *text)
{
    return orm_cond_of_text(ORM_OP_PREFIX, text);
}

orm_cond_text orm_contains(const char *text)
{
    return orm_cond_of_text(ORM_OP_CONTAINS, text);
}
