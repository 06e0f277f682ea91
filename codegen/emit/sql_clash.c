#include "emit/sql_out.h"

#include <ctype.h>
#include <string.h>

#include "base/map.h"

/* Names that must differ, and what each stands for. */
struct scope {
    struct sql_out *out;
    struct map map;
};

static const char *folded(struct sql_out *out, const char *name)
{
    char *copy = arena_text(out->arena, name);

    for (size_t i = 0; out->dialect == SQL_SQLITE && copy[i]; i++)
        copy[i] = (char)tolower((unsigned char)copy[i]);
    return copy;
}

static const char *scoped(struct sql_out *out, const char *schema, const char *name)
{
    bool usual = !schema || strcmp(schema, "public") == 0 || out->dialect == SQL_SQLITE;

    return arena_format(out->arena, "%s\n%s", usual ? "" : schema, folded(out, name));
}

static void claim(struct scope *scope, const char *key, const char *name, const char *what,
                  struct place place)
{
    struct sql_out *out = scope->out;
    char *mine = arena_text(out->arena, what);
    const char *other = map_add(out->arena, &scope->map, key, mine);

    if (other)
        sql_fault(out, place, "the name '%s' of %s is also that of %s", name, what, other);
}

static const char *of_table(struct sql_out *out, const char *what, const struct model *model)
{
    return arena_format(out->arena, "%s of model '%s'", what, model->name);
}

static void claim_relations(struct scope *scope, const struct model *model)
{
    struct sql_out *out = scope->out;
    const char *schema = model->db_schema;
    bool constraints = out->dialect == SQL_POSTGRESQL && !model->view;

    claim(scope, scoped(out, schema, model->table), model->table,
          of_table(out, model->view ? "the view" : "the table", model), model->place);
    if (constraints && model->primary_key.count) {
        const char *name = sql_primary_key_name(out, model);

        claim(scope, scoped(out, schema, name), name, of_table(out, "the primary key", model),
              model->place);
    }
    for (size_t i = 0; constraints && i < model->unique_count; i++)
        claim(scope, scoped(out, schema, model->uniques[i].db_name), model->uniques[i].db_name,
              of_table(out, "a unique constraint", model), model->uniques[i].place);
    for (size_t i = 0; !model->view && i < model->index_count; i++)
        claim(scope, scoped(out, schema, model->indexes[i].db_name), model->indexes[i].db_name,
              of_table(out, "an index", model), model->indexes[i].place);
}

static void check_relations(struct sql_out *out)
{
    struct scope scope = { .out = out };

    for (size_t i = 0; i < out->schema->model_count; i++)
        claim_relations(&scope, out->schema->models[i]);
}

/* PostgreSQL makes a type of every table. */
static void check_types(struct sql_out *out)
{
    struct scope scope = { .out = out };

    for (size_t i = 0; i < out->schema->model_count; i++) {
        const struct model *model = out->schema->models[i];

        map_add(out->arena, &scope.map, scoped(out, model->db_schema, model->table),
                arena_text(out->arena, of_table(out, "the table", model)));
    }
    for (size_t i = 0; i < out->schema->enum_count; i++) {
        const struct enum_type *type = out->schema->enums[i];

        claim(&scope, scoped(out, type->db_schema, type->db_name), type->db_name,
              arena_format(out->arena, "the enum '%s'", type->name), type->place);
    }
}

static bool is_system_column(const char *name)
{
    static const char *const names[] = { "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void check_columns(struct sql_out *out, const struct model *model)
{
    struct scope scope = { .out = out };

    for (size_t i = 0; i < model->column_count; i++) {
        const struct column *column = &model->columns[i];

        claim(&scope, folded(out, column->db_name), column->db_name,
              arena_format(out->arena, "column '%s'", column->name), column->place);
        if (out->dialect == SQL_POSTGRESQL && is_system_column(column->db_name))
            sql_fault(out, column->place, "every table has a column '%s' of its own",
                      column->db_name);
    }
}

static void claim_check(struct scope *scope, const struct column *column, const char *what,
                        const char *condition)
{
    const char *name = sql_check_name(scope->out, column, what);

    if (condition)
        claim(scope, name, name,
              arena_format(scope->out->arena, "the %s check of column '%s'", what, column->name),
              column->place);
}

static void claim_column_checks(struct scope *scope, const struct column *column)
{
    claim_check(scope, column, "type", sql_type_check(scope->out, column));
    claim_check(scope, column, "min", sql_min_check(scope->out, column));
    claim_check(scope, column, "max", sql_max_check(scope->out, column));
    claim_check(scope, column, "max_length", sql_length_check(scope->out, column));
}

static void check_constraints(struct sql_out *out, const struct model *model)
{
    struct scope scope = { .out = out };

    for (size_t i = 0; i < model->check_count; i++)
        claim(&scope, model->checks[i].db_name, model->checks[i].db_name, "a check",
              model->checks[i].place);
    for (size_t i = 0; i < model->foreign_key_count; i++)
        claim(&scope, model->foreign_keys[i].db_name, model->foreign_keys[i].db_name,
              "a foreign key", model->foreign_keys[i].place);
    for (size_t i = 0; i < model->unique_count; i++)
        claim(&scope, model->uniques[i].db_name, model->uniques[i].db_name,
              "a unique constraint", model->uniques[i].place);
    if (model->primary_key.count) {
        const char *name = sql_primary_key_name(out, model);

        claim(&scope, name, name, "the primary key", model->place);
    }
    for (size_t i = 0; i < model->column_count; i++)
        claim_column_checks(&scope, &model->columns[i]);
}

static void check_reserved(struct sql_out *out, const struct model *model)
{
    const char *schema = model->db_schema ? model->db_schema : "";

    if (out->dialect == SQL_SQLITE && strncmp(folded(out, model->table), "sqlite_", 7) == 0)
        sql_fault(out, model->place, "table names must not start with 'sqlite_'");
    for (size_t i = 0; out->dialect == SQL_SQLITE && i < model->index_count; i++)
        if (strncmp(folded(out, model->indexes[i].db_name), "sqlite_", 7) == 0)
            sql_fault(out, model->indexes[i].place,
                      "index names must not start with 'sqlite_'");
    if (out->dialect == SQL_POSTGRESQL && strncmp(schema, "pg_", 3) == 0)
        sql_fault(out, model->place, "schema names must not start with 'pg_'");
}

void sql_check_names(struct sql_out *out)
{
    check_relations(out);
    if (out->dialect == SQL_POSTGRESQL)
        check_types(out);
    for (size_t i = 0; i < out->schema->creation_count; i++) {
        const struct model *model = out->schema->creation_order[i];

        check_reserved(out, model);
        check_columns(out, model);
        if (out->dialect == SQL_POSTGRESQL)
            check_constraints(out, model);
    }
}
