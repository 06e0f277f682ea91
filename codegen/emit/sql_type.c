#include "emit/sql_out.h"

static const char *postgresql_scalar(struct sql_out *out, const struct column_type *type)
{
    switch (type->kind) {
    case TYPE_DOUBLE:
        return "double precision";
    case TYPE_ENUM:
        return sql_enum_name(out, type->enumeration);
    default:
        break;
    }
    /* The array's mark is added by the caller, so not type->text. */
    if (type->has_precision)
        return arena_format(out->arena, "numeric(%u,%u)", type->precision, type->scale);
    if (type->kind == TYPE_VARCHAR && !type->length)
        return "varchar";
    if (type->kind == TYPE_VARCHAR || type->kind == TYPE_CHAR)
        return arena_format(out->arena, "%s(%u)", type->kind == TYPE_CHAR ? "char" : "varchar",
                            type->length);
    static const char *const names[TYPE_KIND_COUNT] = {
        [TYPE_BOOLEAN] = "boolean",     [TYPE_SMALLINT] = "smallint",
        [TYPE_INTEGER] = "integer",     [TYPE_BIGINT] = "bigint",
        [TYPE_REAL] = "real",           [TYPE_NUMERIC] = "numeric",
        [TYPE_TEXT] = "text",           [TYPE_BYTEA] = "bytea",
        [TYPE_UUID] = "uuid",           [TYPE_DATE] = "date",
        [TYPE_TIME] = "time",           [TYPE_TIMESTAMP] = "timestamp",
        [TYPE_TIMESTAMPTZ] = "timestamptz", [TYPE_INTERVAL] = "interval",
        [TYPE_JSON] = "json",           [TYPE_JSONB] = "jsonb",
    };
    return names[type->kind];
}

static const char *serial_name(enum type_kind kind)
{
    return kind == TYPE_BIGINT ? "bigserial" : kind == TYPE_SMALLINT ? "smallserial" : "serial";
}

static const char *sqlite_type(const struct column_type *type)
{
    if (type->array)
        return "TEXT";
    switch (type->kind) {
    case TYPE_BOOLEAN:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return "INTEGER";
    case TYPE_REAL:
    case TYPE_DOUBLE:
        return "REAL";
    case TYPE_BYTEA:
        return "BLOB";
    case TYPE_CHAR:
        return "TEXT COLLATE RTRIM";
    default:
        return "TEXT";
    }
}

const char *sql_type(struct sql_out *out, const struct column *column)
{
    if (column->sql_type)
        return column->sql_type;
    if (out->dialect == SQL_SQLITE)
        return sqlite_type(&column->type);
    if (column->generated == GENERATED_SERIAL)
        return serial_name(column->type.kind);
    return arena_format(out->arena, "%s%s", postgresql_scalar(out, &column->type),
                        column->type.array ? "[]" : "");
}

static const char *label_check(struct sql_out *out, const char *name, const struct enum_type *type)
{
    struct text list = { 0 };

    for (size_t i = 0; i < type->label_count; i++) {
        text_add_string(out->arena, &list, i ? ", " : "");
        text_add_string(out->arena, &list, sql_string(out, type->labels[i].label));
    }
    return arena_format(out->arena, "%s IN (%s)", name, list.text);
}

/* json_valid(NULL) is false. */
static const char *json_check(struct sql_out *out, const struct column *column, const char *name)
{
    if (!column->nullable)
        return arena_format(out->arena, "json_valid(%s)", name);
    return arena_format(out->arena, "%s IS NULL OR json_valid(%s)", name, name);
}

const char *sql_type_check(struct sql_out *out, const struct column *column)
{
    const struct column_type *type = &column->type;
    const char *name = sql_name(out, column->db_name);

    if (out->dialect != SQL_SQLITE || column->sql_type)
        return NULL;
    if (type->array)
        return json_check(out, column, name);
    switch (type->kind) {
    case TYPE_BOOLEAN:
        return arena_format(out->arena, "%s IN (0, 1)", name);
    case TYPE_ENUM:
        return label_check(out, name, type->enumeration);
    case TYPE_JSON:
    case TYPE_JSONB:
        return json_check(out, column, name);
    case TYPE_CHAR:
        return arena_format(out->arena, "length(rtrim(%s)) <= %u", name, type->length);
    case TYPE_VARCHAR:
        return type->length ? arena_format(out->arena, "length(%s) <= %u", name, type->length)
                            : NULL;
    default:
        return NULL;
    }
}
