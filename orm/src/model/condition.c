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

static orm_value of_column(orm_col column)
{
    return (orm_value){.kind = ORM_KIND_COLUMN, .as.column = column};
}

/* What a query's rows are asked for. A column that is not theirs leaves no model, which nothing
 * takes. */
static orm_value of_rows(orm_pick pick, orm_col column, orm_rows rows)
{
    if (pick != ORM_PICK_COUNT && (column.model != rows.model || column.outer))
        rows.model = NULL;
    return (orm_value){.kind = ORM_KIND_ROWS,
                       .element = column.column,
                       .item = (uint16_t)pick,
                       .as.rows = rows};
}

static orm_value of_scalar(orm_scalar scalar)
{
    return of_rows(scalar.pick, scalar.col, scalar.rows);
}

#define DEFINE(name)                                                                               \
    orm_col_##name orm_outer_##name(orm_col_##name column)                                         \
    {                                                                                              \
        column.col.outer = true;                                                                   \
        return column;                                                                             \
    }                                                                                              \
    orm_scalar_##name orm_scalar_of_##name(orm_pick pick, orm_col_##name column, orm_rows rows)    \
    {                                                                                              \
        return (orm_scalar_##name){{rows, column.col, pick}};                                      \
    }                                                                                              \
    orm_cond_##name orm_cond_of_col_##name(orm_op op, orm_col_##name column)                       \
    {                                                                                              \
        return (orm_cond_##name){single(op, of_column(column.col))};                               \
    }                                                                                              \
    orm_cond_##name orm_cond_between_col_##name(orm_col_##name low, orm_col_##name high)           \
    {                                                                                              \
        return (orm_cond_##name){range(of_column(low.col), of_column(high.col))};                  \
    }                                                                                              \
    orm_cond_##name orm_cond_of_scalar_##name(orm_op op, orm_scalar_##name value)                  \
    {                                                                                              \
        return (orm_cond_##name){single(op, of_scalar(value.scalar))};                             \
    }                                                                                              \
    orm_cond_##name orm_cond_between_scalar_##name(orm_scalar_##name low, orm_scalar_##name high)  \
    {                                                                                              \
        return (orm_cond_##name){range(of_scalar(low.scalar), of_scalar(high.scalar))};            \
    }                                                                                              \
    orm_cond_##name orm_cond_in_rows_##name(orm_op op, orm_col_##name column, orm_rows rows)       \
    {                                                                                              \
        return (orm_cond_##name){single(op, of_rows(ORM_PICK_ALL, column.col, rows))};             \
    }
ORM_COL_KINDS(DEFINE)
#undef DEFINE

orm_scalar_int orm_count_of(orm_rows rows)
{
    return (orm_scalar_int){{.rows = rows, .pick = ORM_PICK_COUNT}};
}

#define DEFINE(name, kind_name)                                                                    \
    orm_cond_##kind_name orm_cond_of_opt_##name(orm_op op, orm_opt_##name value)                   \
    {                                                                                              \
        orm_value bound = value.has ? orm_bind_##kind_name(value.value) : orm_bind_null();         \
        return (orm_cond_##kind_name){single(op, bound)};                                          \
    }
ORM_OPT_KINDS(DEFINE)
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

orm_cond_text orm_suffix(const char *text)
{
    return orm_cond_of_text(ORM_OP_SUFFIX, text);
}

orm_cond_text orm_iprefix(const char *text)
{
    return orm_cond_of_text(ORM_OP_IPREFIX, text);
}

orm_cond_text orm_icontains(const char *text)
{
    return orm_cond_of_text(ORM_OP_ICONTAINS, text);
}

orm_cond_text orm_isuffix(const char *text)
{
    return orm_cond_of_text(ORM_OP_ISUFFIX, text);
}

orm_cond_json orm_json_contains(orm_json document)
{
    return orm_cond_of_json(ORM_OP_JSON_CONTAINS, document);
}

orm_cond_json orm_json_within(orm_json document)
{
    return orm_cond_of_json(ORM_OP_JSON_WITHIN, document);
}

orm_cond_json orm_json_has_key(const char *key)
{
    return (orm_cond_json){single(ORM_OP_JSON_HAS_KEY, orm_bind_text(key))};
}

orm_cond_array orm_cond_has(orm_value element)
{
    return (orm_cond_array){single(ORM_OP_ARRAY_HAS, element)};
}
