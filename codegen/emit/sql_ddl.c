#include "emit/sql_out.h"

#include <string.h>

#include "base/map.h"

const char *sql_dialect_name(enum sql_dialect dialect)
{
    static const char *const names[] = { [SQL_POSTGRESQL] = "postgresql",
                                         [SQL_SQLITE] = "sqlite" };

    return names[dialect];
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Only the files' names: where a checkout lies must not change a byte. */
static void add_banner(struct sql_out *out, const char *version)
{
    sql_add(out, "-- Written by orm %s for %s; do not edit.\n", version,
            out->dialect == SQL_SQLITE ? "SQLite" : "PostgreSQL");
    for (size_t i = 0; i < out->schema->file_count; i++)
        sql_add(out, "-- Source: %s\n",
                sql_comment(out, base_name(out->schema->files[i].path)));
}

static void create_schema(struct sql_out *out, struct map *seen, const char *name)
{
    /* The usual schema is there, and asking for it needs a right that few have. */
    if (!name || strcmp(name, "public") == 0)
        return;
    if (!map_add(out->arena, seen, name, arena_text(out->arena, name)))
        sql_add(out, "\nCREATE SCHEMA IF NOT EXISTS %s;\n", sql_name(out, name));
}

/* An enum written at a view's column came into being with the view. */
static bool is_created(const struct enum_type *type)
{
    return !type->inline_of || !type->inline_of->model->view;
}

static void create_schemas(struct sql_out *out)
{
    struct map seen = { 0 };

    for (size_t i = 0; i < out->schema->enum_count; i++)
        if (is_created(out->schema->enums[i]))
            create_schema(out, &seen, out->schema->enums[i]->db_schema);
    for (size_t i = 0; i < out->schema->creation_count; i++)
        create_schema(out, &seen, out->schema->creation_order[i]->db_schema);
}

static void create_enum(struct sql_out *out, const struct enum_type *type)
{
    sql_add(out, "\nCREATE TYPE %s AS ENUM (", sql_enum_name(out, type));
    for (size_t i = 0; i < type->label_count; i++)
        sql_add(out, "%s%s", i ? ", " : "", sql_string(out, type->labels[i].label));
    sql_add(out, ");\n");
    if (type->comment)
        sql_add(out, "COMMENT ON TYPE %s IS %s;\n", sql_enum_name(out, type),
                sql_string(out, type->comment));
}

static void create_types(struct sql_out *out)
{
    create_schemas(out);
    for (size_t i = 0; i < out->schema->enum_count; i++)
        if (is_created(out->schema->enums[i]))
            create_enum(out, out->schema->enums[i]);
}

static void add_statements(struct sql_out *out, const struct schema_statement *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].dialect < 0 || list[i].dialect == (int)out->dialect)
            sql_add(out, "\n%s;\n", list[i].sql);
}

static void name_views(struct sql_out *out)
{
    for (size_t i = 0; i < out->schema->model_count; i++)
        if (out->schema->models[i]->view)
            sql_add(out, "\n-- View, not created here: %s\n",
                    sql_comment(out, sql_table_name(out, out->schema->models[i])));
}

const char *sql_ddl(const struct schema *schema, enum sql_dialect dialect, const char *version,
                    struct diagnostics *diags)
{
    struct sql_out out = {
        .schema = schema, .dialect = dialect, .arena = schema->arena, .diags = diags,
    };
    size_t errors = diagnostics_error_count(diags);

    sql_check_names(&out);
    add_banner(&out, version);
    if (dialect == SQL_POSTGRESQL)
        create_types(&out);
    add_statements(&out, schema->before, schema->before_count);
    for (size_t i = 0; i < schema->creation_count; i++)
        sql_create_table(&out, schema->creation_order[i]);
    for (size_t i = 0; i < schema->creation_count; i++)
        sql_add_late_keys(&out, schema->creation_order[i]);
    name_views(&out);
    add_statements(&out, schema->after, schema->after_count);
    return diagnostics_error_count(diags) == errors ? out.text.text : NULL;
}
