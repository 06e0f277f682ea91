#include "emit/c_types.h"

#include "base/memory.h"

/*
 * One row per type. `opt` is the nullable field's type where it differs from `bare`; `kind` is
 * the word in orm_set_<kind>, orm_cond_<kind> and orm_bind_<kind>; `element` that in
 * orm_array_<element>.
 */
static const struct c_type {
    const char *bare;
    const char *opt;
    const char *kind;
    const char *bind;
    const char *element;
    const char *constant;
} types[TYPE_KIND_COUNT] = {
    [TYPE_BOOLEAN] = {"bool ", "orm_opt_bool ", "int", "orm_bind_bool", "bool", "ORM_TYPE_BOOLEAN"},
    [TYPE_SMALLINT] = {"int16_t ", "orm_opt_i16 ", "int", "orm_bind_int", "i16",
                       "ORM_TYPE_SMALLINT"},
    [TYPE_INTEGER] = {"int32_t ", "orm_opt_i32 ", "int", "orm_bind_int", "i32", "ORM_TYPE_INTEGER"},
    [TYPE_BIGINT] = {"int64_t ", "orm_opt_i64 ", "int", "orm_bind_int", "i64", "ORM_TYPE_BIGINT"},
    [TYPE_REAL] = {"float ", "orm_opt_float ", "double", "orm_bind_double", "float",
                   "ORM_TYPE_REAL"},
    [TYPE_DOUBLE] = {"double ", "orm_opt_double ", "double", "orm_bind_double", "double",
                     "ORM_TYPE_DOUBLE"},
    [TYPE_NUMERIC] = {"orm_numeric ", "orm_numeric ", "numeric", "orm_bind_numeric", "numeric",
                      "ORM_TYPE_NUMERIC"},
    [TYPE_TEXT] = {"const char *", "const char *", "text", "orm_bind_text", "text",
                   "ORM_TYPE_TEXT"},
    [TYPE_VARCHAR] = {"const char *", "const char *", "text", "orm_bind_text", "text",
                      "ORM_TYPE_VARCHAR"},
    [TYPE_CHAR] = {"const char *", "const char *", "text", "orm_bind_text", "text",
                   "ORM_TYPE_CHAR"},
    [TYPE_BYTEA] = {"orm_bytes ", "orm_bytes ", "bytes", "orm_bind_bytes", "bytes",
                    "ORM_TYPE_BYTEA"},
    [TYPE_UUID] = {"orm_uuid ", "orm_opt_uuid ", "uuid", "orm_bind_uuid", "uuid", "ORM_TYPE_UUID"},
    [TYPE_DATE] = {"orm_date ", "orm_opt_date ", "date", "orm_bind_date", "date", "ORM_TYPE_DATE"},
    [TYPE_TIME] = {"orm_time ", "orm_opt_time ", "time", "orm_bind_time", "time", "ORM_TYPE_TIME"},
    [TYPE_TIMESTAMP] = {"orm_timestamp ", "orm_opt_timestamp ", "timestamp", "orm_bind_timestamp",
                        "timestamp", "ORM_TYPE_TIMESTAMP"},
    [TYPE_TIMESTAMPTZ] = {"orm_timestamptz ", "orm_opt_timestamptz ", "timestamptz",
                          "orm_bind_timestamptz", "timestamptz", "ORM_TYPE_TIMESTAMPTZ"},
    [TYPE_INTERVAL] = {"orm_interval ", "orm_opt_interval ", "interval", "orm_bind_interval",
                       "interval", "ORM_TYPE_INTERVAL"},
    [TYPE_JSON] = {"orm_json ", "orm_json ", "json", "orm_bind_json", "json", "ORM_TYPE_JSON"},
    [TYPE_JSONB] = {"orm_json ", "orm_json ", "json", "orm_bind_json", "json", "ORM_TYPE_JSONB"},
    [TYPE_RAW] = {"const char *", "const char *", "text", "orm_bind_text", "text", "ORM_TYPE_TEXT"},
    [TYPE_ENUM] = {NULL, NULL, "int", "orm_bind_int", "enum", "ORM_TYPE_ENUM"},
};

static const struct c_type *type_of(const struct column *column)
{
    return &types[column->type.kind];
}

static const char *enum_type(struct arena *arena, const struct column *column)
{
    return arena_format(arena, "enum %s ", column->type.enumeration->c_name);
}

const char *c_field_type(struct arena *arena, const struct column *column)
{
    if (column->type.array)
        return arena_format(arena, "orm_array_%s ", type_of(column)->element);
    if (column->type.kind == TYPE_ENUM)
        return enum_type(arena, column);
    return column->nullable ? type_of(column)->opt : type_of(column)->bare;
}

const char *c_key_type(struct arena *arena, const struct column *column)
{
    switch (column->type.kind) {
    case TYPE_ENUM: return enum_type(arena, column);
    /* Wide enough for any number, which the library checks: nothing wraps on the way. */
    case TYPE_SMALLINT:
    case TYPE_INTEGER: return "int64_t ";
    default: return type_of(column)->bare;
    }
}

const char *c_set_type(struct arena *arena, const struct column *column)
{
    if (column->type.array)
        return arena_format(arena, "orm_set_array_%s ", type_of(column)->element);
    return arena_format(arena, "orm_set_%s ", type_of(column)->kind);
}

const char *c_condition_type(struct arena *arena, const struct column *column)
{
    if (column->type.array)
        return "orm_cond_array ";
    if (c_takes_bool(column))
        return "bool ";
    if (c_takes_enum(column))
        return enum_type(arena, column);
    return arena_format(arena, "orm_cond_%s ", type_of(column)->kind);
}

const char *c_column_type(struct arena *arena, const struct column *column)
{
    if (column->type.array)
        return "orm_col_array ";
    if (c_takes_bool(column))
        return "orm_col_bool ";
    if (c_takes_enum(column))
        return "orm_col_enum ";
    return arena_format(arena, "orm_col_%s ", type_of(column)->kind);
}

const char *c_bind_function(const struct column *column)
{
    return type_of(column)->bind;
}

const char *c_type_constant(const struct column *column)
{
    return type_of(column)->constant;
}

bool c_takes_bool(const struct column *column)
{
    return column->type.kind == TYPE_BOOLEAN && !column->type.array;
}

bool c_takes_enum(const struct column *column)
{
    return column->type.kind == TYPE_ENUM && !column->type.array;
}

bool c_can_order(const struct column *column)
{
    return !column->type.array && column->type.kind != TYPE_JSON && column->type.kind != TYPE_JSONB;
}
