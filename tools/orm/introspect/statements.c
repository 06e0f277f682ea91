#include <stdarg.h>
#include <string.h>

#include "introspect/draft.h"

const char *draft_quoted(struct arena *arena, const char *name)
{
    struct text made = {0};

    text_add_string(arena, &made, "\"");
    for (; *name; name++)
        text_add(arena, &made, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    text_add_string(arena, &made, "\"");
    return made.text;
}

const char *draft_quoted_list(struct arena *arena, struct catalog_names names)
{
    struct text made = {0};

    text_add_string(arena, &made, "");
    for (size_t i = 0; i < names.count; i++) {
        text_add_string(arena, &made, i ? ", " : "");
        text_add_string(arena, &made, draft_quoted(arena, names.items[i]));
    }
    return made.text;
}

const char *draft_table_name(struct arena *arena, const char *schema, const char *table)
{
    return schema ? arena_format(arena, "%s.%s", draft_quoted(arena, schema),
                                 draft_quoted(arena, table))
                  : draft_quoted(arena, table);
}

static const char *literal(struct arena *arena, const char *text)
{
    struct text made = {0};

    text_add_string(arena, &made, "'");
    for (; *text; text++)
        text_add(arena, &made, *text == '\'' ? "''" : text, *text == '\'' ? 2 : 1);
    text_add_string(arena, &made, "'");
    return made.text;
}

static void add(struct draft *draft, struct pointers *to, const char *sql)
{
    struct draft_statement *made = arena_alloc(draft->arena, sizeof *made);

    made->sql = sql;
    pointers_add(draft->arena, to, made);
}

/* What goes with a table that is left out is left out. */
static bool is_wanted(const struct draft *draft, const struct catalog_other *other)
{
    return !other->table || draft_model_of(draft, other->table_schema, other->table);
}

static void add_others(struct draft *draft, struct pointers *to, enum catalog_stage stage)
{
    const struct catalog *catalog = draft->catalog;

    for (size_t i = 0; i < catalog->other_count; i++) {
        const struct catalog_other *other = catalog->others[i];

        if (other->stage != stage || !is_wanted(draft, other))
            continue;
        if (other->routine && !draft->bodies_unchecked) /* they name tables that come later */
            add(draft, to, "SET check_function_bodies = off");
        draft->bodies_unchecked = draft->bodies_unchecked || other->routine;
        add(draft, to, other->definition);
    }
}

/* Schemas that no model and no enum is in. */
static void add_schemas(struct draft *draft)
{
    const struct catalog *catalog = draft->catalog;

    for (size_t i = 0; i < catalog->schemas.count; i++) {
        const char *name = catalog->schemas.items[i];
        bool made = false;

        for (size_t k = 0; k < draft->model_count; k++)
            made = made || (draft->models[k]->table->schema && !draft->models[k]->view &&
                            strcmp(draft->models[k]->table->schema, name) == 0);
        for (size_t k = 0; k < catalog->enum_count; k++)
            made = made || (draft->enums[k].used && catalog->enums[k].schema &&
                            strcmp(catalog->enums[k].schema, name) == 0);
        if (!made)
            add(draft, &draft->before,
                arena_format(draft->arena, "CREATE SCHEMA IF NOT EXISTS %s",
                             draft_quoted(draft->arena, name)));
    }
}

/* Those with labels that a model can't have: their columns are texts to it. */
static void add_enums(struct draft *draft)
{
    struct arena *arena = draft->arena;

    for (size_t i = 0; i < draft->catalog->enum_count; i++) {
        const struct catalog_enum *type = &draft->catalog->enums[i];
        struct text labels = {0};

        if (draft->enums[i].used)
            continue;
        text_add_string(arena, &labels, "");
        for (size_t k = 0; k < type->labels.count; k++) {
            text_add_string(arena, &labels, k ? ", " : "");
            text_add_string(arena, &labels, literal(arena, type->labels.items[k]));
        }
        add(draft, &draft->before,
            arena_format(arena, "CREATE TYPE %s AS ENUM (%s)",
                         draft_table_name(arena, type->schema, type->name), labels.text));
    }
}

/* What the catalog has besides tables, before them. */
static void add_types(struct draft *draft)
{
    const struct catalog *catalog = draft->catalog;
    struct arena *arena = draft->arena;

    add_schemas(draft);
    for (size_t i = 0; i < catalog->extension_count; i++) {
        const char *schema = catalog->extensions[i].schema;
        bool usual =
            strcmp(schema, catalog->default_schema) == 0 || strcmp(schema, "pg_catalog") == 0;

        add(draft, &draft->before,
            arena_format(arena, "CREATE EXTENSION IF NOT EXISTS %s%s%s",
                         draft_quoted(arena, catalog->extensions[i].name), usual ? "" : " SCHEMA ",
                         usual ? "" : draft_quoted(arena, schema)));
    }
    add_others(draft, &draft->before, STAGE_FIRST);
    add_enums(draft);
    for (size_t i = 0; i < catalog->type_count; i++)
        add(draft, &draft->before,
            arena_format(arena, "CREATE TYPE %s %s",
                         draft_table_name(arena, catalog->types[i].schema, catalog->types[i].name),
                         catalog->types[i].definition));
    for (size_t i = 0; i < catalog->sequence_count; i++)
        add(draft, &draft->before,
            arena_format(
                arena, "CREATE SEQUENCE %s %s",
                draft_table_name(arena, catalog->sequences[i].schema, catalog->sequences[i].name),
                catalog->sequences[i].options));
}

static void add_triggers(struct draft *draft, const struct catalog_table *table)
{
    for (size_t i = 0; i < table->trigger_count; i++)
        add(draft, &draft->after, table->triggers[i].definition);
}

static void add_domain(struct draft *draft, const struct catalog_domain *domain)
{
    struct arena *arena = draft->arena;
    struct text sql = {0};

    text_add_string(arena, &sql,
                    arena_format(arena, "CREATE DOMAIN %s AS %s",
                                 draft_table_name(arena, domain->schema, domain->name),
                                 domain->base.type));
    if (domain->base.collation)
        text_add_string(arena, &sql, arena_format(arena, " COLLATE %s", domain->base.collation));
    if (domain->base.default_sql)
        text_add_string(arena, &sql, arena_format(arena, " DEFAULT %s", domain->base.default_sql));
    if (domain->base.not_null)
        text_add_string(arena, &sql, " NOT NULL");
    for (size_t i = 0; i < domain->check_count; i++)
        text_add_string(arena, &sql,
                        arena_format(arena, " CONSTRAINT %s CHECK (%s)",
                                     draft_quoted(arena, domain->checks[i].name),
                                     domain->checks[i].expression));
    add(draft, &draft->before, sql.text);
}

static void add_partitions(struct draft *draft, const struct catalog_table *table)
{
    struct arena *arena = draft->arena;

    for (size_t i = 0; i < table->partition_count; i++) {
        const struct catalog_partition *part = &table->partitions[i];

        add(draft, &draft->after,
            arena_format(arena, "CREATE TABLE %s PARTITION OF %s %s%s%s",
                         draft_table_name(arena, part->schema, part->name),
                         part->parent ? draft_table_name(arena, part->parent_schema, part->parent)
                                      : draft_table_name(arena, table->schema, table->name),
                         part->bounds, part->partition_key ? " PARTITION BY " : "",
                         part->partition_key ? part->partition_key : ""));
    }
}

/* What numbers a column beside the one that the model says. */
static void add_further(struct draft *draft, const struct draft_model *model,
                        const struct catalog_column *column)
{
    struct arena *arena = draft->arena;
    const char *table = draft_table_name(arena, model->table->schema, model->table->name);
    const char *name = draft_quoted(arena, column->name);

    if (column->generated == CATALOG_SERIAL) {
        add(draft, &draft->before,
            arena_format(arena, "CREATE SEQUENCE %s AS %s%s%s", column->sequence, column->type,
                         *column->sequence_options ? " " : "", column->sequence_options));
        add(draft, &draft->after,
            arena_format(arena, "ALTER SEQUENCE %s OWNED BY %s.%s", column->sequence, table, name));
    } else {
        add(draft, &draft->after,
            arena_format(arena, "ALTER TABLE %s ALTER COLUMN %s ADD GENERATED %s AS IDENTITY (%s)",
                         table, name,
                         column->generated == CATALOG_IDENTITY_ALWAYS ? "ALWAYS" : "BY DEFAULT",
                         *column->sequence_options ? column->sequence_options : "START WITH 1"));
    }
}

/* Numbers that do not simply start at one. */
static void add_sequences(struct draft *draft, const struct draft_model *model)
{
    for (size_t i = 0; i < model->column_count; i++) {
        const struct catalog_column *column = model->columns[i].from;

        if (model->columns[i].further)
            add_further(draft, model, column);
        if (*column->sequence_options && model->columns[i].counted)
            add(draft, &draft->after,
                arena_format(draft->arena, "ALTER SEQUENCE %s %s RESTART", column->sequence,
                             column->sequence_options));
    }
}

static void add_view(struct draft *draft, const struct catalog_table *view)
{
    struct arena *arena = draft->arena;
    struct catalog_names columns = {.items =
                                        arena_array(arena, view->column_count, sizeof(char *))};
    const char *name = draft_table_name(arena, view->schema, view->name);
    bool stored = view->kind == CATALOG_MATERIALIZED_VIEW;

    for (size_t i = 0; i < view->column_count; i++)
        columns.items[columns.count++] = view->columns[i].name;
    add(draft, &draft->after,
        arena_format(arena, "CREATE %sVIEW %s (%s) AS %s", stored ? "MATERIALIZED " : "", name,
                     draft_quoted_list(arena, columns), view->definition));
    for (size_t i = 0; i < view->index_count; i++)
        add(draft, &draft->after, view->indexes[i].definition);
    if (view->comment)
        add(draft, &draft->after,
            arena_format(arena, "COMMENT ON %sVIEW %s IS %s", stored ? "MATERIALIZED " : "", name,
                         literal(arena, view->comment)));
    for (size_t i = 0; i < view->column_count; i++)
        if (view->columns[i].comment)
            add(draft, &draft->after,
                arena_format(arena, "COMMENT ON COLUMN %s.%s IS %s", name,
                             draft_quoted(arena, view->columns[i].name),
                             literal(arena, view->columns[i].comment)));
}

/* What has DDL and no model. */
static void add_bare(struct draft *draft, const struct catalog_table *table)
{
    if (table->sql)
        add(draft, &draft->after, table->sql);
    else if (table->kind == CATALOG_TABLE && !table->column_count)
        add(draft, &draft->after,
            arena_format(draft->arena, "CREATE TABLE %s ()",
                         draft_table_name(draft->arena, table->schema, table->name)));
    for (size_t i = 0; table->sql && i < table->index_count; i++)
        add(draft, &draft->after, table->indexes[i].definition);
    for (size_t i = 0; table->sql && i < table->trigger_count; i++)
        add(draft, &draft->after, table->triggers[i].definition);
}

static bool is_view(const struct catalog_table *table)
{
    return table->kind == CATALOG_VIEW || table->kind == CATALOG_MATERIALIZED_VIEW;
}

/* Views after those they read; they can't read each other in a circle. */
static void visit_view(struct draft *draft, size_t index, bool *done)
{
    const struct catalog_table *view = draft->models[index]->table;

    if (done[index])
        return;
    done[index] = true;
    for (size_t i = 0; i < view->inputs.count; i++)
        for (size_t k = 0; k < draft->model_count; k++) {
            const struct catalog_table *other = draft->models[k]->table;
            const char *name = other->schema
                                   ? arena_format(draft->arena, "%s.%s", other->schema, other->name)
                                   : other->name;

            if (is_view(other) && strcmp(name, view->inputs.items[i]) == 0)
                visit_view(draft, k, done);
        }
    add_view(draft, view);
}

void draft_set_statements(struct draft *draft)
{
    bool *done = arena_array(draft->arena, draft->model_count, sizeof *done);

    add_types(draft);
    for (size_t i = 0; i < draft->catalog->domain_count; i++)
        add_domain(draft, &draft->catalog->domains[i]);
    add_others(draft, &draft->before, STAGE_EARLY);
    add_others(draft, &draft->after, STAGE_TABLES);
    for (size_t i = 0; i < draft->model_count; i++) {
        const struct catalog_table *table = draft->models[i]->table;

        add_partitions(draft, table);
        add_sequences(draft, draft->models[i]);
        for (size_t k = 0; !draft->models[i]->view && k < table->index_count; k++)
            if (draft_is_raw_index(&table->indexes[k]))
                add(draft, &draft->after, table->indexes[k].definition);
        if (table->unlogged)
            add(draft, &draft->after,
                arena_format(draft->arena, "ALTER TABLE %s SET UNLOGGED",
                             draft_table_name(draft->arena, table->schema, table->name)));
    }
    for (size_t i = 0; i < draft->bare.count; i++)
        add_bare(draft, draft->bare.items[i]);
    for (size_t i = 0; i < draft->model_count; i++)
        if (is_view(draft->models[i]->table))
            visit_view(draft, i, done);
    add_others(draft, &draft->after, STAGE_LATE);
    for (size_t i = 0; i < draft->model_count; i++)
        add_triggers(draft, draft->models[i]->table);
    add_others(draft, &draft->after, STAGE_LAST);
}
