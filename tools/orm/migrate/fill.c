#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "command.h"
#include "migrate/plan.h"
#include "migrate/script.h"

/* "table.column=EXPRESSION" or "schema.table.column=EXPRESSION". */
static const char *said(const struct plan *plan, const struct catalog_table *table,
                        const struct catalog_column *column)
{
    const struct pointers *fills = plan->options.fills;
    const char *name = arena_format(
        plan->arena, "%s.%s", words_shown(plan->arena, table->schema, table->name), column->name);
    size_t length = strlen(name);

    for (size_t i = 0; fills && i < fills->count; i++) {
        const char *fill = fills->items[i];

        if (strncmp(fill, name, length) == 0 && fill[length] == '=')
            return fill + length + 1;
    }
    return NULL;
}

static const char *of_target(const struct plan *plan, const struct catalog_table *table,
                             const struct catalog_column *column)
{
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        const struct catalog_foreign_key *key = &table->foreign_keys[i];

        if (key->columns.count == 1 && strcmp(key->columns.items[0], column->name) == 0)
            return arena_format(
                plan->arena, "(SELECT min(%s) FROM %s)",
                words_quoted(plan->arena, key->target_columns.items[0]),
                words_qualified(plan->arena, key->target_schema, key->target_table));
    }
    return NULL;
}

static struct script_token word_behind(enum sql_dialect dialect, const char **at, const char *end)
{
    struct script_token token;

    do {
        token = script_token(dialect, *at, end);
        *at += token.length;
    } while (token.kind == SCRIPT_BLANK || (token.kind == SCRIPT_MARK && *token.text == '('));
    return token;
}

/* The first value that "c IN (x, …" or "c >= x" allows. */
static const char *allowed(const struct plan *plan, const char *expression, const char *name)
{
    const char *end = expression + strlen(expression);
    bool seen = false;

    for (const char *at = expression; at < end;) {
        struct script_token token = word_behind(plan->dialect, &at, end);
        bool in = script_is(&token, "IN");
        bool least = token.kind == SCRIPT_MARK && *token.text == '>' && *at == '=';
        bool minus = false;

        if (token.kind == SCRIPT_END)
            break;
        seen = seen || words_mention(plan->dialect,
                                     arena_copy(plan->arena, token.text, token.length), name);
        if (!seen || !(in || least))
            continue;
        at += least;
        token = word_behind(plan->dialect, &at, end);
        if (token.kind == SCRIPT_MARK && *token.text == '-') {
            minus = true;
            token = word_behind(plan->dialect, &at, end);
        }
        if (token.kind == SCRIPT_STRING || (token.length && isdigit((unsigned char)*token.text)))
            return arena_format(plan->arena, "%s%.*s", minus ? "-" : "", (int)token.length,
                                token.text);
    }
    return NULL;
}

static const char *of_checks(const struct plan *plan, const struct catalog_table *table,
                             const struct catalog_column *column)
{
    for (size_t i = 0; i < table->check_count; i++) {
        const char *expression = table->checks[i].expression;
        const char *value = NULL;

        if (words_mention(plan->dialect, expression, column->name))
            value = words_mention(plan->dialect, expression, "json_valid")
                        ? "'{}'"
                        : allowed(plan, expression, column->name);
        if (value)
            return value;
    }
    return NULL;
}

static bool is_in(const struct catalog_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static bool is_unique(const struct catalog_table *table, const struct catalog_column *column)
{
    if (table->primary_key && is_in(&table->primary_key->columns, column->name))
        return true;
    for (size_t i = 0; i < table->unique_count; i++)
        if (is_in(&table->uniques[i].columns, column->name))
            return true;
    for (size_t i = 0; i < table->index_count; i++)
        for (size_t k = 0; table->indexes[i].unique && k < table->indexes[i].part_count; k++)
            if (words_equal(table->indexes[i].parts[k].column, column->name))
                return true;
    return false;
}

static const char *first_label(const struct plan *plan, const struct catalog_column *column)
{
    const struct catalog *catalog = plan->changes->to;

    for (size_t i = 0; i < catalog->enum_count; i++)
        if (strcmp(catalog->enums[i].name, column->type_name) == 0 &&
            words_equal(catalog->enums[i].schema, column->type_schema))
            return words_string(plan->arena, catalog->enums[i].labels.items[0]);
    return "''";
}

/* The type's zero. */
static const char *zero_of(const struct plan *plan, const struct catalog_column *column)
{
    static const struct {
        const char *type;
        const char *zero;
    } zeros[] = {{"bool", "false"},
                 {"date", "'1970-01-01'"},
                 {"timestamp", "'1970-01-01 00:00'"},
                 {"timestamptz", "'1970-01-01 00:00Z'"},
                 {"time", "'00:00'"},
                 {"timetz", "'00:00Z'"},
                 {"uuid", "'00000000-0000-0000-0000-000000000000'"},
                 {"json", "'{}'"},
                 {"jsonb", "'{}'"},
                 {"text", "''"},
                 {"varchar", "''"},
                 {"bpchar", "''"},
                 {"bytea", "''"},
                 {"citext", "''"},
                 {"interval", "'0'"},
                 {"inet", "'0.0.0.0'"}};

    if (plan->dialect == SQL_SQLITE)
        return strstr(column->type, "INT") || strstr(column->type, "REAL") ? "0"
               : strstr(column->type, "BLOB")                              ? "x''"
                                                                           : "''";
    if (column->dimensions)
        return "'{}'";
    if (column->type_kind == CATALOG_ENUM)
        return first_label(plan, column);
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        if (strcmp(zeros[i].type, column->type_name) == 0)
            return zeros[i].zero;
    return "0";
}

/* A value that no other row has. */
static const char *own_value(const struct plan *plan, const struct catalog_column *column)
{
    if (plan->dialect == SQL_SQLITE)
        return "rowid";
    if (strcmp(column->type_name, "uuid") == 0)
        return "gen_random_uuid()";
    return NULL;
}

const char *fill_value(const struct plan *plan, const struct catalog_table *table,
                       const struct catalog_column *column)
{
    const char *value = said(plan, table, column);

    if (value)
        return value;
    if (column->default_sql)
        return arena_format(plan->arena, "(%s)", column->default_sql);
    if (!plan->options.backwards)
        return NULL;
    value = of_target(plan, table, column);
    if (!value && is_unique(table, column))
        value = own_value(plan, column);
    if (!value)
        value = of_checks(plan, table, column);
    return value ? value : zero_of(plan, column);
}

void fill_warn(struct plan *plan, const struct catalog_table *table,
               const struct catalog_column *column)
{
    const char *shown = words_shown(plan->arena, table->schema, table->name);

    pointers_add(plan->arena, &plan->warnings,
                 arena_format(plan->arena,
                              "%s.%s is NOT NULL and has no default: the migration fails on rows "
                              "without a value;\n  give the column a default, or say what they "
                              "get: --fill '%s.%s=EXPRESSION'",
                              shown, column->name, shown, column->name));
}

static bool is_column(struct arena *arena, const char *name, const struct catalog *catalog,
                      struct suggestion *near)
{
    for (size_t i = 0; i < catalog->table_count; i++) {
        const struct catalog_table *table = &catalog->tables[i];
        const char *shown = words_shown(arena, table->schema, table->name);

        for (size_t k = 0; k < table->column_count; k++) {
            const char *column = arena_format(arena, "%s.%s", shown, table->columns[k].name);

            suggest_offer(near, column);
            if (strcmp(column, name) == 0)
                return true;
        }
    }
    return false;
}

bool fill_check(struct arena *arena, const struct pointers *fills, const struct catalog *catalog)
{
    bool ok = true;

    for (size_t i = 0; i < fills->count; i++) {
        const char *fill = fills->items[i];
        const char *name = arena_copy(arena, fill, strcspn(fill, "="));
        struct suggestion near = suggest_for(name);

        if (!strchr(fill, '=') || !fill[strlen(name) + 1]) {
            report_error("--fill %s: write TABLE.COLUMN=EXPRESSION", fill);
            ok = false;
        } else if (!is_column(arena, name, catalog, &near)) {
            report_error("--fill %s: the models have no column %s%s", fill, name,
                         suggest_text(arena, &near));
            ok = false;
        }
    }
    return ok;
}
