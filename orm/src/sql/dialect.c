#include "sql/dialect.h"

static bool is_json(const orm_column *column)
{
    return column->type == ORM_TYPE_JSON || column->type == ORM_TYPE_JSONB;
}

static bool is_array(const orm_column *column)
{
    return (column->flags & ORM_COLUMN_ARRAY) != 0;
}

static const char *postgresql_collation(const orm_column *column)
{
    (void)column;
    return "";
}

static bool postgresql_can_equal(const orm_column *column)
{
    return column->type != ORM_TYPE_JSON;
}

static bool postgresql_can_order(const orm_column *column)
{
    return !is_json(column) && !is_array(column) && column->type != ORM_TYPE_ENUM &&
           column->type != ORM_TYPE_BOOLEAN;
}

static const char *sqlite_collation(const orm_column *column)
{
    if (is_array(column))
        return "";
    switch ((orm_type)column->type) {
    case ORM_TYPE_NUMERIC:
        return " COLLATE \"ORM_NUMERIC\"";
    case ORM_TYPE_INTERVAL:
        return " COLLATE \"ORM_INTERVAL\"";
    case ORM_TYPE_CHAR:
        return " COLLATE \"RTRIM\"";
    default:
        return "";
    }
}

static bool sqlite_can_equal(const orm_column *column)
{
    return !is_json(column);
}

static bool sqlite_can_order(const orm_column *column)
{
    return postgresql_can_order(column);
}

const orm__dialect orm__dialect_postgresql = {
    .name = ORM_DIALECT_POSTGRESQL,
    .placeholder = '$',
    .has_schemas = true,
    .locks_rows = true,
    .like = " LIKE ",
    .ilike = " ILIKE ",
    .distinct = " IS DISTINCT FROM ",
    .not_distinct = " IS NOT DISTINCT FROM ",
    .strip_before = "CAST(",
    .strip_behind = " AS text)",
    .raw_behind = "::text",
    .searches = true,
    .collation = postgresql_collation,
    .can_equal = postgresql_can_equal,
    .can_order = postgresql_can_order,
};

const orm__dialect orm__dialect_sqlite = {
    .name = ORM_DIALECT_SQLITE,
    .placeholder = '?',
    .nulls_need_order = true,
    .offset_needs_limit = true,
    .labels_are_text = true,
    .keys_are_table = true,
    .raw_behind = "",
    .distinct = " IS NOT ",
    .not_distinct = " IS ",
    .strip_before = "rtrim(",
    .strip_behind = ", ' ')",
    .collation = sqlite_collation,
    .can_equal = sqlite_can_equal,
    .can_order = sqlite_can_order,
};

const orm__dialect *orm__dialect_of(orm_dialect_name name)
{
    return name == ORM_DIALECT_POSTGRESQL ? &orm__dialect_postgresql : &orm__dialect_sqlite;
}
