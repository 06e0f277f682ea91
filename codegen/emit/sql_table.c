#include "emit/sql_out.h"

#include <string.h>

/* SQLite numbers rows only through a key of one INTEGER column, which it must declare inline. */
static bool is_sqlite_counter(const struct sql_out *out, const struct column *column)
{
    return out->dialect == SQL_SQLITE && column->model->primary_key.count == 1 &&
           column->primary_key &&
           (column->generated == GENERATED_IDENTITY || column->generated == GENERATED_SERIAL);
}

static void add_generation(struct sql_out *out, const struct column *column)
{
    bool counted =
        column->generated == GENERATED_IDENTITY || column->generated == GENERATED_SERIAL;

    if (column->generated == GENERATED_EXPRESSION && column->primary_key &&
        out->dialect == SQL_SQLITE)
        sql_fault(out, column->place, "column '%s' is generated and can't be part of a primary key",
                  column->name);
    else if (column->generated == GENERATED_EXPRESSION)
        sql_add(out, " GENERATED ALWAYS AS (%s) %s",
                sql_expression(out, column->model, column->expression),
                column->computed && out->dialect == SQL_SQLITE ? "VIRTUAL" : "STORED");
    else if (is_sqlite_counter(out, column))
        sql_add(out, " CONSTRAINT %s PRIMARY KEY%s",
                sql_name(out, sql_primary_key_name(out, column->model)),
                column->rowid ? "" : " AUTOINCREMENT");
    else if (counted && out->dialect == SQL_SQLITE)
        sql_fault(out, column->place,
                  "column '%s' can't be generated: only a primary key of one column can",
                  column->name);
    else if (column->generated == GENERATED_IDENTITY)
        sql_add(out, " GENERATED %s AS IDENTITY", column->always ? "ALWAYS" : "BY DEFAULT");
}

static void add_column(struct sql_out *out, const struct column *column)
{
    const char *value =
        column->generated == GENERATED_NONE ? sql_default(out, column) : NULL;

    sql_add(out, "    %s %s", sql_name(out, column->db_name), sql_type(out, column));
    if (column->collation)
        sql_add(out, " COLLATE %s", column->collation);
    if (!column->nullable || column->primary_key)
        sql_add(out, " NOT NULL");
    if (value)
        sql_add(out, " DEFAULT %s", value);
    add_generation(out, column);
}

static void add_check(struct sql_out *out, const char *name, const char *condition)
{
    if (condition)
        sql_add(out, ",\n    CONSTRAINT %s CHECK (%s)", sql_name(out, name), condition);
}

static void add_column_checks(struct sql_out *out, const struct column *column)
{
    add_check(out, sql_check_name(out, column, "type"), sql_type_check(out, column));
    add_check(out, sql_check_name(out, column, "min"), sql_min_check(out, column));
    add_check(out, sql_check_name(out, column, "max"), sql_max_check(out, column));
    add_check(out, sql_check_name(out, column, "max_length"), sql_length_check(out, column));
}

static const char *action_text(enum key_action action)
{
    static const char *const texts[] = {
        [ACTION_NO_ACTION] = "NO ACTION", [ACTION_RESTRICT] = "RESTRICT",
        [ACTION_CASCADE] = "CASCADE",     [ACTION_SET_NULL] = "SET NULL",
        [ACTION_SET_DEFAULT] = "SET DEFAULT",
    };

    return texts[action];
}

static void add_foreign_key(struct sql_out *out, const struct foreign_key *key)
{
    sql_add(out, "CONSTRAINT %s FOREIGN KEY (%s)\n        REFERENCES %s (%s)",
            sql_name(out, key->db_name), sql_key(out, key->key),
            sql_table_name(out, key->target), sql_key(out, key->target_key));
    if (key->on_delete != ACTION_NO_ACTION)
        sql_add(out, " ON DELETE %s", action_text(key->on_delete));
    if (key->on_update != ACTION_NO_ACTION)
        sql_add(out, " ON UPDATE %s", action_text(key->on_update));
    if (key->deferrable)
        sql_add(out, " DEFERRABLE%s",
                key->deferrable == DEFERRAL_DEFERRED ? " INITIALLY DEFERRED" : "");
}

/* SQLite looks a target up when rows are written, so there its table may follow. */
static bool is_late(const struct sql_out *out, const struct foreign_key *key)
{
    return out->dialect == SQL_POSTGRESQL && key->in_cycle;
}

static void add_primary_key(struct sql_out *out, const struct model *model)
{
    if (!model->primary_key.count || is_sqlite_counter(out, model->primary_key.columns[0]))
        return;
    sql_add(out, ",\n    CONSTRAINT %s PRIMARY KEY (%s)",
            sql_name(out, sql_primary_key_name(out, model)), sql_key(out, model->primary_key));
}

static void add_constraints(struct sql_out *out, const struct model *model)
{
    add_primary_key(out, model);
    for (size_t i = 0; i < model->unique_count; i++)
        sql_add(out, ",\n    CONSTRAINT %s UNIQUE (%s)",
                sql_name(out, model->uniques[i].db_name), sql_key(out, model->uniques[i].key));
    for (size_t i = 0; i < model->column_count; i++)
        add_column_checks(out, &model->columns[i]);
    for (size_t i = 0; i < model->check_count; i++)
        add_check(out, model->checks[i].db_name,
                  sql_expression(out, model, model->checks[i].expression));
    for (size_t i = 0; i < model->foreign_key_count; i++) {
        const struct foreign_key *key = &model->foreign_keys[i];

        if (is_late(out, key) || key->target->view)
            continue;
        sql_add(out, ",\n    ");
        add_foreign_key(out, key);
    }
    /* PostgreSQL gets them when every table is there: they may refer to any. */
    for (size_t i = 0; out->dialect == SQL_SQLITE && i < model->constraint_count; i++)
        sql_add(out, ",\n    CONSTRAINT %s %s", sql_name(out, model->constraints[i].db_name),
                model->constraints[i].definition);
}

static void add_index(struct sql_out *out, const struct model *model, const struct index *index)
{
    sql_add(out, "CREATE %sINDEX %s ON %s ", index->unique ? "UNIQUE " : "",
            sql_name(out, index->db_name), sql_table_name(out, model));
    if (index->method && out->dialect == SQL_POSTGRESQL)
        sql_add(out, "USING %s ", index->method);
    sql_add(out, "(");
    for (size_t i = 0; i < index->part_count; i++) {
        const struct index_part *part = &index->parts[i];

        sql_add(out, "%s", i ? ", " : "");
        if (part->column)
            sql_add(out, "%s", sql_name(out, part->column->db_name));
        else if (part->verbatim)
            sql_add(out, "%s", part->expression);
        else
            sql_add(out, "(%s)", part->expression);
        sql_add(out, "%s", part->descending ? " DESC" : "");
    }
    sql_add(out, ")");
    if (index->include.count && out->dialect == SQL_POSTGRESQL)
        sql_add(out, " INCLUDE (%s)", sql_key(out, index->include));
    if (index->where)
        sql_add(out, " WHERE (%s)", sql_expression(out, model, index->where));
    sql_add(out, ";\n");
}

static void add_comments(struct sql_out *out, const struct model *model)
{
    const char *table = sql_table_name(out, model);

    if (model->comment)
        sql_add(out, "COMMENT ON TABLE %s IS %s;\n", table, sql_string(out, model->comment));
    for (size_t i = 0; i < model->column_count; i++) {
        const struct column *column = &model->columns[i];

        if (column->comment)
            sql_add(out, "COMMENT ON COLUMN %s.%s IS %s;\n", table,
                    sql_name(out, column->db_name), sql_string(out, column->comment));
    }
}

/* SQLite keeps no comments, so readers of the script get them. */
static void add_remarks(struct sql_out *out, const struct model *model)
{
    if (model->comment)
        sql_add(out, "-- %s: %s\n", sql_comment(out, model->table),
                sql_comment(out, model->comment));
    for (size_t i = 0; i < model->column_count; i++) {
        const struct column *column = &model->columns[i];

        if (column->comment)
            sql_add(out, "-- %s.%s: %s\n", sql_comment(out, model->table),
                    sql_comment(out, column->db_name), sql_comment(out, column->comment));
    }
}

void sql_create_table(struct sql_out *out, const struct model *model)
{
    sql_add(out, "\n");
    if (out->dialect == SQL_SQLITE)
        add_remarks(out, model);
    sql_add(out, "CREATE TABLE %s (\n", sql_table_name(out, model));
    for (size_t i = 0; i < model->column_count; i++) {
        sql_add(out, "%s", i ? ",\n" : "");
        add_column(out, &model->columns[i]);
    }
    add_constraints(out, model);
    sql_add(out, "\n)%s%s;\n", model->options ? " " : "", model->options ? model->options : "");
    for (size_t i = 0; i < model->index_count; i++)
        add_index(out, model, &model->indexes[i]);
    if (out->dialect == SQL_POSTGRESQL)
        add_comments(out, model);
}

void sql_add_late_keys(struct sql_out *out, const struct model *model)
{
    for (size_t i = 0; out->dialect == SQL_POSTGRESQL && i < model->constraint_count; i++)
        sql_add(out, "\nALTER TABLE %s\n    ADD CONSTRAINT %s %s;\n", sql_table_name(out, model),
                sql_name(out, model->constraints[i].db_name), model->constraints[i].definition);
    for (size_t i = 0; i < model->foreign_key_count; i++) {
        const struct foreign_key *key = &model->foreign_keys[i];

        if (!is_late(out, key) || key->target->view)
            continue;
        sql_add(out, "\nALTER TABLE %s\n    ADD ", sql_table_name(out, model));
        add_foreign_key(out, key);
        sql_add(out, ";\n");
    }
}
