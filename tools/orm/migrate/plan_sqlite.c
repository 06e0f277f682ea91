#include <strings.h>

#include "database/sqlite_scan.h"
#include "migrate/plan.h"

/* What happens to one table that is in both catalogs. */
struct table_work {
    struct plan *plan;
    const struct catalog_table *old;
    const struct catalog_table *new;
    bool rebuild;
    bool any;
};

static const char *name_of(const struct plan *plan, const struct catalog_table *table)
{
    return words_quoted(plan->arena, table->name);
}

static void create_index(struct plan *plan, const struct catalog_table *table,
                         const struct catalog_index *index)
{
    plan_add(plan, "CREATE %sINDEX %s ON %s %s", index->unique ? "UNIQUE " : "",
             words_quoted(plan->arena, index->name), name_of(plan, table),
             definition_index(plan->arena, index));
}

/* The CREATE TABLE statement for the table under another name. */
static const char *create_text(struct plan *plan, const struct catalog_table *table,
                               const char *name)
{
    struct scan scan = scan_begin(plan->arena, table->sql);

    while (scan.kind != SCAN_END && !scan_is(&scan, "table"))
        scan_next(&scan);
    scan_next(&scan);
    return arena_format(plan->arena, "CREATE TABLE %s%s", words_quoted(plan->arena, name),
                        table->sql + scan.end);
}

static bool is_computed(const struct catalog_column *column)
{
    return column->generated == CATALOG_STORED || column->generated == CATALOG_VIRTUAL;
}

enum affinity { AFFINITY_INTEGER, AFFINITY_TEXT, AFFINITY_BLOB, AFFINITY_REAL, AFFINITY_NUMERIC };

static bool has(const char *type, const char *part)
{
    size_t size = strlen(part);

    for (; *type; type++)
        if (strncasecmp(type, part, size) == 0)
            return true;
    return false;
}

/* By SQLite's rules. */
static enum affinity affinity_of(const char *type)
{
    if (has(type, "INT"))
        return AFFINITY_INTEGER;
    if (has(type, "CHAR") || has(type, "CLOB") || has(type, "TEXT"))
        return AFFINITY_TEXT;
    if (!*type || has(type, "BLOB"))
        return AFFINITY_BLOB;
    return has(type, "REAL") || has(type, "FLOA") || has(type, "DOUB") ? AFFINITY_REAL
                                                                       : AFFINITY_NUMERIC;
}

/* What a row's value becomes in a column of another type. */
static const char *converted(struct plan *plan, const struct catalog_column *old,
                             const struct catalog_column *new, const char *value)
{
    enum affinity from = affinity_of(old->type);
    enum affinity to = affinity_of(new->type);

    if (from == to)
        return value;
    if (to == AFFINITY_INTEGER && from == AFFINITY_REAL)
        return arena_format(plan->arena, "CAST(round(%s) AS INTEGER)", value);
    if (to == AFFINITY_BLOB)
        return arena_format(plan->arena, "CAST(%s AS BLOB)", value);
    if (to == AFFINITY_TEXT || from == AFFINITY_BLOB)
        return arena_format(plan->arena, "CAST(%s AS %s)", value,
                            to == AFFINITY_TEXT ? "TEXT" : "NUMERIC");
    return value; /* the column's own affinity converts what looks like a number */
}

/* Labels that are called otherwise now are so in the rows. */
static const char *relabelled(const struct table_work *work, const struct catalog_column *new,
                              const char *value)
{
    const struct renames *renames = &work->plan->changes->renames;
    struct arena *arena = work->plan->arena;
    struct text made = {0};

    for (size_t i = 0; i < renames->count; i++) {
        const struct rename *rename = &renames->items[i];

        if (rename->kind != RENAME_LABEL || strcmp(rename->table, work->new->name) != 0 ||
            strcmp(rename->column, new->name) != 0)
            continue;
        if (!made.length)
            text_add_string(arena, &made, arena_format(arena, "CASE %s", value));
        text_add_string(arena, &made,
                        arena_format(arena, " WHEN %s THEN %s", words_string(arena, rename->old),
                                     words_string(arena, rename->new)));
    }
    return made.length ? arena_format(arena, "%s ELSE %s END", made.text, value) : value;
}

/* The expression for a column of the rebuilt table; NULL: leave it to its default. */
static const char *value_for(struct table_work *work, const struct catalog_column *new)
{
    struct plan *plan = work->plan;
    const struct catalog_column *old = catalog_column_find(work->old, new->name);
    const char *value;
    const char *fill;

    if (!old) {
        if (!new->not_null || new->default_sql || new->generated != CATALOG_PLAIN)
            return NULL;
        fill = fill_value(plan, work->new, new);
        if (!fill)
            fill_warn(plan, work->new, new);
        return fill;
    }
    value = converted(plan, old, new, words_quoted(plan->arena, new->name));
    value = relabelled(work, new, value);
    if (!new->not_null || old->not_null)
        return value;
    fill = fill_value(plan, work->new, new);
    if (!fill) {
        fill_warn(plan, work->new, new);
        return value;
    }
    return arena_format(plan->arena, "coalesce(%s, %s)", value, fill);
}

static void copy_rows(struct table_work *work, const char *name)
{
    struct plan *plan = work->plan;
    struct arena *arena = plan->arena;
    struct text columns = {0};
    struct text values = {0};

    for (size_t i = 0; i < work->new->column_count; i++) {
        const struct catalog_column *column = &work->new->columns[i];
        const char *value = is_computed(column) ? NULL : value_for(work, column);

        if (!value)
            continue;
        text_add_string(arena, &columns, columns.length ? ", " : "");
        text_add_string(arena, &columns, words_quoted(arena, column->name));
        text_add_string(arena, &values, values.length ? ", " : "");
        text_add_string(arena, &values, value);
    }
    if (columns.length)
        plan_add(plan, "INSERT INTO %s (%s)\n    SELECT %s FROM %s", words_quoted(arena, name),
                 columns.text, values.text, name_of(plan, work->old));
}

static bool counts_rows(const struct catalog_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].generated == CATALOG_AUTOINCREMENT)
            return true;
    return false;
}

/* Numbers that were given are not given again. */
static void keep_sequence(struct table_work *work, const char *name)
{
    struct plan *plan = work->plan;

    if (!counts_rows(work->old) || !counts_rows(work->new))
        return;
    plan_add(plan, "DELETE FROM sqlite_sequence WHERE name = %s", words_string(plan->arena, name));
    plan_add(plan,
             "INSERT INTO sqlite_sequence (name, seq)\n"
             "    SELECT %s, seq FROM sqlite_sequence WHERE name = %s",
             words_string(plan->arena, name), words_string(plan->arena, work->old->name));
}

static const char *lost_columns(struct table_work *work)
{
    struct text lost = {0};
    struct arena *arena = work->plan->arena;

    for (size_t i = 0; i < work->old->column_count; i++) {
        const struct catalog_column *column = &work->old->columns[i];

        if (catalog_column_find(work->new, column->name) || is_computed(column))
            continue;
        text_add_string(arena, &lost, lost.length ? ", " : "");
        text_add_string(arena, &lost,
                        arena_format(arena, "column %s.%s", work->old->name, column->name));
    }
    return lost.text;
}

/* REAL to INTEGER and the like. */
static const char *narrowed_columns(struct table_work *work)
{
    struct text lost = {0};
    struct arena *arena = work->plan->arena;

    for (size_t i = 0; i < work->new->column_count; i++) {
        const struct catalog_column *new = &work->new->columns[i];
        const struct catalog_column *old = catalog_column_find(work->old, new->name);
        enum affinity from = old ? affinity_of(old->type) : AFFINITY_TEXT;
        enum affinity to = affinity_of(new->type);

        if (!old || from == to || to == AFFINITY_TEXT || to == AFFINITY_BLOB ||
            (from == AFFINITY_INTEGER && to != AFFINITY_TEXT) || to == AFFINITY_NUMERIC)
            continue;
        text_add_string(arena, &lost, lost.length ? ", " : "");
        text_add_string(arena, &lost,
                        arena_format(arena, "what does not fit of %s.%s (%s to %s)",
                                     work->old->name, new->name, old->type, new->type));
    }
    return lost.text;
}

static const char *losses(struct table_work *work)
{
    const char *columns = lost_columns(work);
    const char *narrowed = narrowed_columns(work);

    return columns && narrowed ? arena_format(work->plan->arena, "%s, %s", columns, narrowed)
           : columns           ? columns
                               : narrowed;
}

/* What ALTER TABLE can't do, by the steps of SQLite's documentation. */
static void rebuild(struct table_work *work)
{
    struct plan *plan = work->plan;
    const char *name = arena_format(plan->arena, "orm_new_%s", work->new->name);
    struct step *step;

    plan->no_foreign_keys = true;
    step = plan_add(plan, "PRAGMA legacy_alter_table = ON");
    step->note = arena_format(plan->arena,
                              "ALTER TABLE can't do what follows: %s is made anew and its rows are "
                              "copied.",
                              work->new->name);
    plan_add(plan, "%s", create_text(plan, work->new, name));
    copy_rows(work, name);
    keep_sequence(work, name);
    step = plan_add(plan, "DROP TABLE %s", name_of(plan, work->old));
    step->destroys = losses(work);
    plan_add(plan, "ALTER TABLE %s RENAME TO %s", words_quoted(plan->arena, name),
             name_of(plan, work->new));
    plan_add(plan, "PRAGMA legacy_alter_table = OFF");
    for (size_t i = 0; i < work->new->index_count; i++)
        create_index(plan, work->new, &work->new->indexes[i]);
}

static void restore_triggers(struct plan *plan, const struct catalog_table *old,
                             const struct catalog_table *new)
{
    const struct catalog_table *of = plan->changes->ignored[OBJECT_TRIGGER] ? old : new;

    for (size_t i = 0; i < of->trigger_count; i++)
        plan_add(plan, "%s", of->triggers[i].definition);
}

/* Whether ALTER TABLE ... ADD COLUMN takes it. */
static bool can_be_added(const struct catalog_column *column)
{
    const char *value = column->default_sql;

    if (column->generated == CATALOG_VIRTUAL)
        return !column->not_null;
    if (column->generated != CATALOG_PLAIN || (column->not_null && !value))
        return false;
    return !value || (column->default_literal && strcasecmp(column->default_literal, "null") != 0);
}

static bool is_mentioned(const struct catalog_table *table, const char *name)
{
    bool found = table->trigger_count > 0;

    if (table->primary_key)
        for (size_t i = 0; i < table->primary_key->columns.count; i++)
            found = found || strcasecmp(table->primary_key->columns.items[i], name) == 0;
    for (size_t i = 0; i < table->unique_count; i++)
        for (size_t k = 0; k < table->uniques[i].columns.count; k++)
            found = found || strcasecmp(table->uniques[i].columns.items[k], name) == 0;
    for (size_t i = 0; i < table->check_count; i++)
        found = found || words_mention(SQL_SQLITE, table->checks[i].expression, name);
    for (size_t i = 0; i < table->foreign_key_count; i++)
        for (size_t k = 0; k < table->foreign_keys[i].columns.count; k++)
            found = found || strcasecmp(table->foreign_keys[i].columns.items[k], name) == 0;
    for (size_t i = 0; i < table->index_count; i++)
        found = found || words_mention(SQL_SQLITE, table->indexes[i].definition, name);
    for (size_t i = 0; i < table->column_count; i++)
        found = found || words_mention(SQL_SQLITE, table->columns[i].expression, name);
    return found;
}

/* Views are checked by ALTER TABLE, whatever they read. */
static bool has_views(const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++)
        if (catalog->tables[i].kind == CATALOG_VIEW)
            return true;
    return false;
}

static bool needs_rebuild(const struct plan *plan, const struct change *change)
{
    if (change->kind == OBJECT_INDEX || change->kind == OBJECT_TRIGGER)
        return false;
    if (change->kind == OBJECT_COLUMN && change->action == CHANGE_ADD)
        return !can_be_added(change->new);
    if (change->kind == OBJECT_COLUMN && change->action == CHANGE_DROP)
        return is_mentioned(change->old_table, change->name) || has_views(plan->changes->renamed);
    return true;
}

static bool is_of(const struct change *change, const struct catalog_table *table)
{
    return change->new_table == table && change->old_table && change->kind != OBJECT_VIEW;
}

/* First of all, so that their names are free. */
static void drop_parts(struct plan *plan, enum object_kind kind, const char *word)
{
    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];
        const char *name = change->action == CHANGE_RENAME ? change->old_name : change->name;

        if (change->kind == kind && change->action != CHANGE_ADD)
            plan_add(plan, "DROP %s %s", word, words_quoted(plan->arena, name));
    }
}

static void add_parts(struct table_work *work)
{
    struct plan *plan = work->plan;

    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];

        if (!is_of(change, work->new) || change->action == CHANGE_DROP)
            continue;
        if (change->kind == OBJECT_INDEX)
            create_index(plan, work->new, change->new);
        if (change->kind == OBJECT_TRIGGER)
            plan_add(plan, "%s", ((const struct catalog_trigger *)change->new)->definition);
    }
}

static const char *added_column(struct plan *plan, const struct catalog_column *column)
{
    struct arena *arena = plan->arena;
    const char *value =
        column->default_sql ? arena_format(arena, " DEFAULT %s", column->default_sql) : "";
    const char *collation =
        column->collation ? arena_format(arena, " COLLATE %s", column->collation) : "";
    const char *computed =
        column->generated == CATALOG_VIRTUAL
            ? arena_format(arena, " GENERATED ALWAYS AS (%s) VIRTUAL", column->expression)
            : "";

    return arena_format(arena, "%s %s%s%s%s%s", words_quoted(arena, column->name), column->type,
                        collation, column->not_null ? " NOT NULL" : "", value, computed);
}

static void alter(struct table_work *work)
{
    struct plan *plan = work->plan;

    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];

        if (!is_of(change, work->new) || change->kind != OBJECT_COLUMN)
            continue;
        if (change->action == CHANGE_ADD)
            plan_add(plan, "ALTER TABLE %s ADD COLUMN %s", name_of(plan, work->new),
                     added_column(plan, change->new));
        else
            plan_add(plan, "ALTER TABLE %s DROP COLUMN %s", name_of(plan, work->new),
                     words_quoted(plan->arena, change->name))
                ->destroys = is_computed(change->old) ? NULL
                                                      : arena_format(plan->arena, "column %s.%s",
                                                                     work->new->name, change->name);
    }
    add_parts(work);
}

static void change_table(struct plan *plan, const struct catalog_table *table)
{
    struct table_work work = {.plan = plan, .new = table};

    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];

        if (!is_of(change, table))
            continue;
        work.old = change->old_table;
        work.any = true;
        work.rebuild = work.rebuild || needs_rebuild(plan, change);
    }
    if (work.rebuild) {
        rebuild(&work);
        restore_triggers(plan, work.old, work.new);
    } else if (work.any) {
        alter(&work);
    }
}

static void rename_all(struct plan *plan)
{
    for (size_t i = 0; i < plan->changes->renames.count; i++) {
        const struct rename *rename = &plan->changes->renames.items[i];

        if (rename->kind == RENAME_TABLE)
            plan_add(plan, "ALTER TABLE %s RENAME TO %s", words_quoted(plan->arena, rename->old),
                     words_quoted(plan->arena, rename->new));
        else if (rename->kind == RENAME_COLUMN)
            plan_add(plan, "ALTER TABLE %s RENAME COLUMN %s TO %s",
                     words_quoted(plan->arena, rename->table),
                     words_quoted(plan->arena, rename->old),
                     words_quoted(plan->arena, rename->new));
    }
}

static void drop_all(struct plan *plan, enum object_kind kind)
{
    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];
        struct step *step;

        if (change->kind != kind || change->action == CHANGE_ADD ||
            (kind == OBJECT_TABLE && change->action != CHANGE_DROP) ||
            change->action == CHANGE_RENAME)
            continue;
        step = plan_add(plan, "DROP %s %s", kind == OBJECT_VIEW ? "VIEW" : "TABLE",
                        words_quoted(plan->arena, change->name));
        if (kind != OBJECT_TABLE)
            continue;
        plan->no_foreign_keys = true;
        step->destroys = arena_format(plan->arena, "table %s", change->name);
    }
}

static void create_tables(struct plan *plan)
{
    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];
        const struct catalog_table *table = change->new;

        if (change->kind != OBJECT_TABLE || change->action != CHANGE_ADD)
            continue;
        plan_add(plan, "%s", table->sql);
        for (size_t k = 0; k < table->index_count; k++)
            create_index(plan, table, &table->indexes[k]);
        for (size_t k = 0; k < table->trigger_count; k++)
            plan_add(plan, "%s", table->triggers[k].definition);
    }
}

static void create_views(struct plan *plan)
{
    for (size_t i = 0; i < plan->changes->items.count; i++) {
        const struct change *change = plan->changes->items.items[i];

        if (change->kind == OBJECT_VIEW && change->action != CHANGE_DROP)
            plan_add(plan, "%s", ((const struct catalog_table *)change->new)->sql);
    }
}

void plan_sqlite(struct plan *plan)
{
    const struct catalog *to = plan->changes->to;

    drop_all(plan, OBJECT_VIEW);
    drop_parts(plan, OBJECT_TRIGGER, "TRIGGER");
    drop_parts(plan, OBJECT_INDEX, "INDEX");
    rename_all(plan);
    drop_all(plan, OBJECT_TABLE);
    create_tables(plan);
    for (size_t i = 0; i < to->table_count; i++)
        change_table(plan, &to->tables[i]);
    create_views(plan);
}
