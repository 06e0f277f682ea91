#include "migrate/plan_postgresql.h"

#include <stdlib.h>

/* One column that is in both catalogs. */
struct column_work {
    struct work *work;
    const struct change *change; /* NULL: only its enum is made anew */
    const struct catalog_table *table;
    const struct catalog_column *old;
    const struct catalog_column *new;
    const char *alter; /* "ALTER TABLE t ALTER COLUMN c" */
    bool retyped;
};

static bool changes(const struct change *change, const char *name)
{
    for (size_t i = 0; change && i < change->property_count; i++)
        if (strcmp(change->properties[i].name, name) == 0)
            return true;
    return false;
}

bool column_is_replaced(const struct change *change)
{
    const struct catalog_column *old = change->old;
    const struct catalog_column *new = change->new;

    return new->generated == CATALOG_STORED &&
           (old->generated != CATALOG_STORED || changes(change, "expression") ||
            changes(change, "type"));
}

bool column_is_remade(const struct work *work, const struct catalog_column *column)
{
    for (size_t i = 0; i < work->remade.count; i++) {
        const struct catalog_enum *type = work->remade.items[i];

        if (column->type_kind == CATALOG_ENUM && strcmp(type->name, column->type_name) == 0 &&
            words_equal(type->schema, column->type_schema))
            return true;
    }
    return false;
}

static bool is_identity(const struct catalog_column *column)
{
    return column->generated == CATALOG_IDENTITY_ALWAYS ||
           column->generated == CATALOG_IDENTITY_BY_DEFAULT;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static const char *const number_types[] = {"int2",   "int4",   "int8", "numeric",
                                           "float4", "float8", NULL};
static const char *const text_types[] = {"text", "varchar", "bpchar", "citext", "name", NULL};
static const char *const time_types[] = {"date", "timestamp", "timestamptz", NULL};

/* Where the server converts without being told how. */
static bool converts_itself(const struct catalog_column *old, const struct catalog_column *new)
{
    if (old->type_kind != CATALOG_BASE || new->type_kind != CATALOG_BASE)
        return false;
    if (old->dimensions != new->dimensions)
        return false;
    if (strcmp(old->type_name, new->type_name) == 0 || is_one_of(new->type_name, text_types))
        return true;
    if (old->dimensions)
        return false;
    return (is_one_of(old->type_name, number_types) && is_one_of(new->type_name, number_types)) ||
           (is_one_of(old->type_name, time_types) && is_one_of(new->type_name, time_types)) ||
           (strncmp(old->type_name, "json", 4) == 0 && strncmp(new->type_name, "json", 4) == 0);
}

static const char *using_text(const struct column_work *column)
{
    struct arena *arena = column->work->arena;
    const char *name = words_quoted(arena, column->new->name);
    const char *type = column->new->type;
    bool to_bool = strcmp(column->new->type_name, "bool") == 0;
    bool from_bool = strcmp(column->old->type_name, "bool") == 0;

    if (converts_itself(column->old, column->new) && !column_is_remade(column->work, column->old))
        return "";
    if (column->new->dimensions && !column->old->dimensions)
        return arena_format(arena, " USING CASE WHEN %s IS NOT NULL THEN ARRAY[%s]::text[]::%s END",
                            name, name, type);
    if (!column->new->dimensions && column->old->dimensions)
        return arena_format(arena, " USING %s[1]::text::%s", name, type);
    if (to_bool && is_one_of(column->old->type_name, number_types))
        return arena_format(arena, " USING %s <> 0", name);
    if (from_bool && is_one_of(column->new->type_name, number_types))
        return arena_format(arena, " USING %s::integer::%s", name, type);
    return arena_format(arena, " USING %s::text%s::%s", name, column->new->dimensions ? "[]" : "",
                        type);
}

static size_t rank_of(const char *const *list, const char *type)
{
    size_t i = 0;

    while (list[i] && strcmp(list[i], type) != 0)
        i++;
    return i;
}

/* The numbers in "numeric(12,2)": 12 and 2; -1: none. */
static void modifiers(const char *type, long *first, long *second)
{
    const char *open = strchr(type, '(');
    char *end;

    *first = *second = -1;
    if (!open)
        return;
    *first = strtol(open + 1, &end, 10);
    if (*end == ',')
        *second = strtol(end + 1, NULL, 10);
}

static bool fits_modifiers(const struct catalog_column *old, const struct catalog_column *new)
{
    long old_size, old_scale, new_size, new_scale;

    modifiers(old->type, &old_size, &old_scale);
    modifiers(new->type, &new_size, &new_scale);
    if (new_size < 0)
        return true;
    if (strcmp(new->type_name, "numeric") == 0) {
        long old_before = old_size - (old_scale < 0 ? 0 : old_scale);
        long new_before = new_size - (new_scale < 0 ? 0 : new_scale);

        return old_size >= 0 && strcmp(old->type_name, "numeric") == 0 &&
               old_before <= new_before && old_scale <= new_scale;
    }
    return old_size >= 0 && old_size <= new_size;
}

/* Whether every value of the one is a value of the other. */
static bool is_wider(const struct catalog_column *old, const struct catalog_column *new)
{
    bool numbers =
        is_one_of(old->type_name, number_types) && is_one_of(new->type_name, number_types);

    if (old->dimensions != new->dimensions)
        return false;
    if (is_one_of(new->type_name, text_types))
        return fits_modifiers(old, new);
    if (strcmp(old->type_name, new->type_name) == 0)
        return fits_modifiers(old, new);
    if (numbers && strncmp(old->type_name, "int", 3) == 0 &&
        strncmp(new->type_name, "float", 5) != 0)
        return rank_of(number_types, old->type_name) < rank_of(number_types, new->type_name) &&
               fits_modifiers(old, new);
    if (strcmp(old->type_name, "float4") == 0 && strcmp(new->type_name, "float8") == 0)
        return true;
    if (strcmp(old->type_name, "date") == 0 && strncmp(new->type_name, "timestamp", 9) == 0)
        return true;
    return strncmp(old->type_name, "json", 4) == 0 && strncmp(new->type_name, "json", 4) == 0;
}

/* Text types that only grow need no new rows. */
static bool keeps_rows(const struct catalog_column *old, const struct catalog_column *new)
{
    return is_wider(old, new) &&
           ((strcmp(old->type_name, "varchar") == 0 && strcmp(new->type_name, "text") == 0) ||
            (strcmp(old->type_name, "text") == 0 && strcmp(new->type_name, "varchar") == 0) ||
            (strcmp(old->type_name, new->type_name) == 0 && strcmp(new->type_name, "bpchar") != 0));
}

static void replace_type(struct column_work *column)
{
    struct work *work = column->work;
    const char *collation = column->new->collation
                                ? arena_format(work->arena, " COLLATE %s", column->new->collation)
                                : "";
    bool remade = column_is_remade(work, column->old);
    struct step *step;

    if (column->old->default_sql || column->old->generated == CATALOG_SERIAL)
        plan_add(work->plan, "%s DROP DEFAULT", column->alter);
    step = plan_add(work->plan, "%s TYPE %s%s%s", column->alter, column->new->type, collation,
                    using_text(column));
    if (!remade && !is_wider(column->old, column->new))
        step->destroys =
            arena_format(work->arena, "what does not fit of %s.%s (%s to %s)", column->table->name,
                         column->new->name, column->old->type, column->new->type);
    if (remade || !keeps_rows(column->old, column->new)) {
        step->locks = arena_format(work->arena, "%s is rewritten and can't even be read meanwhile",
                                   column->table->name);
        step->safe = "add a column of the new type, fill it in parts, then swap the names";
    }
    column->retyped = true;
}

static const char *sequence_of(struct work *work, const struct catalog_table *table,
                               const struct catalog_column *column)
{
    return words_qualified(work->arena, table->schema,
                           arena_format(work->arena, "%s_%s_seq", table->name, column->name));
}

/* The next number is behind those in the table. */
static void start_behind(struct column_work *column)
{
    struct work *work = column->work;
    const char *table = table_text(work, column->table);

    plan_add(work->plan,
             "SELECT setval(pg_get_serial_sequence(%s, %s),\n"
             "    (SELECT coalesce(max(%s), 0) + 1 FROM %s), false)",
             words_string(work->arena, table), words_string(work->arena, column->new->name),
             words_quoted(work->arena, column->new->name), table);
}

static void stop_generating(struct column_work *column)
{
    struct work *work = column->work;

    if (column->old->generated == column->new->generated)
        return;
    if (is_identity(column->old) && !is_identity(column->new))
        plan_add(work->plan, "%s DROP IDENTITY", column->alter);
    if (column->old->generated == CATALOG_STORED)
        plan_add(work->plan, "%s DROP EXPRESSION", column->alter);
    if (column->old->generated != CATALOG_SERIAL)
        return;
    plan_add(work->plan, "%s DROP DEFAULT", column->alter);
    plan_add(work->plan, "DROP SEQUENCE %s", column->old->sequence);
}

static void make_serial(struct column_work *column)
{
    struct work *work = column->work;
    const char *sequence = sequence_of(work, column->table, column->new);
    const char *type = strcmp(column->new->type, "bigint") == 0
                           ? ""
                           : arena_format(work->arena, " AS %s", column->new->type);

    plan_add(work->plan, "CREATE SEQUENCE %s%s OWNED BY %s.%s", sequence, type,
             table_text(work, column->table), words_quoted(work->arena, column->new->name));
    plan_add(work->plan, "%s SET DEFAULT nextval(%s)", column->alter,
             words_string(work->arena, sequence));
    start_behind(column);
}

static void start_generating(struct column_work *column)
{
    struct work *work = column->work;
    const char *when = column->new->generated == CATALOG_IDENTITY_ALWAYS ? "ALWAYS" : "BY DEFAULT";

    if (column->new->generated == CATALOG_SERIAL && column->retyped &&
        column->old->generated == CATALOG_SERIAL) {
        plan_add(work->plan, "ALTER SEQUENCE %s AS %s", column->old->sequence, column->new->type);
        plan_add(work->plan, "%s SET DEFAULT nextval(%s)", column->alter,
                 words_string(work->arena, column->old->sequence));
    }
    if (column->old->generated == column->new->generated)
        return;
    if (is_identity(column->old) && is_identity(column->new)) {
        plan_add(work->plan, "%s SET GENERATED %s", column->alter, when);
    } else if (is_identity(column->new)) {
        const char *options =
            *column->new->sequence_options
                ? arena_format(work->arena, " (%s)", column->new->sequence_options)
                : "";

        plan_add(work->plan, "%s ADD GENERATED %s AS IDENTITY%s", column->alter, when, options);
        start_behind(column);
    } else if (column->new->generated == CATALOG_SERIAL) {
        make_serial(column);
    }
}

static void change_sequence(struct column_work *column)
{
    const char *options = column->new->sequence_options;

    if (!changes(column->change, "sequence") || !column->old->sequence)
        return;
    plan_add(column->work->plan, "ALTER SEQUENCE %s%s%s%s%s%s %s", column->old->sequence,
             strstr(options, "INCREMENT") ? "" : " INCREMENT BY 1",
             strstr(options, "MINVALUE") ? "" : " NO MINVALUE",
             strstr(options, "MAXVALUE") ? "" : " NO MAXVALUE",
             strstr(options, "START") ? "" : " START WITH 1",
             strstr(options, "CYCLE") ? "" : " NO CYCLE", options);
}

static void set_not_null(struct column_work *column)
{
    struct work *work = column->work;
    const char *table = table_text(work, column->table);
    const char *name = words_quoted(work->arena, column->new->name);
    const char *fill = fill_value(work->plan, column->table, column->new);
    const char *check =
        words_quoted(work->arena, arena_format(work->arena, "%s_not_null", column->new->name));
    struct step *step;

    if (fill)
        plan_add(work->plan, "UPDATE %s SET %s = %s WHERE %s IS NULL", table, name, fill, name)
            ->note = "Rows without a value get one.";
    else
        fill_warn(work->plan, column->table, column->new);
    if (work->plan->options.concurrent) {
        plan_add(work->plan, "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID",
                 table, check, name);
        plan_add(work->plan, "ALTER TABLE %s VALIDATE CONSTRAINT %s", table, check);
        plan_add(work->plan, "%s SET NOT NULL", column->alter);
        plan_add(work->plan, "ALTER TABLE %s DROP CONSTRAINT %s", table, check);
        return;
    }
    step = plan_add(work->plan, "%s SET NOT NULL", column->alter);
    step->locks = arena_format(work->arena, "%s can't be used while all its rows are read",
                               column->table->name);
    step->safe = arena_format(
        work->arena,
        "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID;\nALTER TABLE %s "
        "VALIDATE CONSTRAINT %s;\nSET NOT NULL; DROP CONSTRAINT %s;\nin a file with '-- orm: no "
        "transaction' (--online writes it)",
        table, check, name, table, check, check);
}

static void change_null(struct column_work *column)
{
    if (column->old->not_null && !column->new->not_null)
        plan_add(column->work->plan, "%s DROP NOT NULL", column->alter);
    else if (!column->old->not_null && column->new->not_null)
        set_not_null(column);
}

static void change_default(struct column_work *column)
{
    if (column->new->generated != CATALOG_PLAIN)
        return;
    if (column->new->default_sql && (column->retyped || changes(column->change, "default") ||
                                     column->old->generated != CATALOG_PLAIN))
        plan_add(column->work->plan, "%s SET DEFAULT %s", column->alter, column->new->default_sql);
    else if (!column->new->default_sql && column->old->default_sql && !column->retyped)
        plan_add(column->work->plan, "%s DROP DEFAULT", column->alter);
}

static void drop_column(struct work *work, const struct catalog_table *table,
                        const struct catalog_column *column)
{
    struct step *step = plan_add(work->plan, "ALTER TABLE %s DROP COLUMN %s",
                                 table_text(work, table), words_quoted(work->arena, column->name));

    if (column->generated != CATALOG_STORED)
        step->destroys =
            arena_format(work->arena, "column %s.%s",
                         words_shown(work->arena, table->schema, table->name), column->name);
}

static const char *numbered_fill(struct work *work, const struct catalog_table *table,
                                 const struct catalog_column *column, const char *fill)
{
    bool own = strcmp(fill, "0") == 0 || strcmp(fill, "''") == 0;

    if (!own || !work->plan->options.backwards)
        return NULL;
    return arena_format(work->arena,
                        "UPDATE %s AS t SET %s = n.n FROM (SELECT ctid, row_number() OVER () AS n "
                        "FROM %s) AS n WHERE n.ctid = t.ctid",
                        table_text(work, table), words_quoted(work->arena, column->name),
                        table_text(work, table));
}

static bool is_key_column(const struct catalog_table *table, const char *name)
{
    for (size_t i = 0; i < table->unique_count; i++)
        for (size_t k = 0; k < table->uniques[i].columns.count; k++)
            if (strcmp(table->uniques[i].columns.items[k], name) == 0)
                return true;
    for (size_t i = 0; table->primary_key && i < table->primary_key->columns.count; i++)
        if (strcmp(table->primary_key->columns.items[i], name) == 0)
            return true;
    return false;
}

static void add_filled(struct work *work, const struct catalog_table *table,
                       const struct catalog_column *column, const char *fill)
{
    struct catalog_column nullable = *column;
    const char *name = words_quoted(work->arena, column->name);
    const char *numbered =
        is_key_column(table, column->name) ? numbered_fill(work, table, column, fill) : NULL;

    nullable.not_null = false;
    plan_add(work->plan, "ALTER TABLE %s ADD COLUMN %s", table_text(work, table),
             definition_column(work->arena, &nullable));
    if (numbered)
        plan_add(work->plan, "%s", numbered)->note = "Rows get a value each.";
    else
        plan_add(work->plan, "UPDATE %s SET %s = %s", table_text(work, table), name, fill)->note =
            "Rows get this value.";
    plan_add(work->plan, "ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", table_text(work, table),
             name);
}

static void add_column(struct work *work, const struct catalog_table *table,
                       const struct catalog_column *column)
{
    bool plain = column->generated == CATALOG_PLAIN;
    bool wanting = column->not_null && plain && !column->default_sql;
    const char *fill = wanting ? fill_value(work->plan, table, column) : NULL;
    struct step *step;

    if (fill) {
        add_filled(work, table, column, fill);
        return;
    }
    if (wanting)
        fill_warn(work->plan, table, column);
    step = plan_add(work->plan, "ALTER TABLE %s ADD COLUMN %s", table_text(work, table),
                    definition_column(work->arena, column));
    if (!plain)
        step->locks = arena_format(work->arena, "%s is rewritten and can't even be read meanwhile",
                                   table->name);
}

static void change_column(struct work *work, const struct change *change,
                          const struct catalog_table *table, const struct catalog_column *old,
                          const struct catalog_column *new)
{
    struct column_work column = {
        .work = work, .change = change, .table = table, .old = old, .new = new};

    column.alter = arena_format(work->arena, "ALTER TABLE %s ALTER COLUMN %s",
                                table_text(work, table), words_quoted(work->arena, new->name));
    stop_generating(&column);
    if (changes(change, "type") || changes(change, "collation") || column_is_remade(work, old))
        replace_type(&column);
    change_null(&column);
    change_default(&column);
    start_generating(&column);
    change_sequence(&column);
}

bool column_reads_retyped(const struct work *work, const struct catalog_table *table,
                          const struct catalog_column *column)
{
    for (size_t i = 0; column->generated == CATALOG_STORED && i < table->column_count; i++)
        if (&table->columns[i] != column && is_listed(&work->retyped, &table->columns[i]) &&
            words_mention(SQL_POSTGRESQL, column->expression, table->columns[i].name))
            return true;
    return false;
}

static const struct change *change_of(const struct work *work, const struct catalog_column *old)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind == OBJECT_COLUMN && change->action == CHANGE_ALTER && change->old == old)
            return change;
    }
    return NULL;
}

static bool is_replaced(const struct work *work, const struct catalog_table *table,
                        const struct catalog_column *old)
{
    const struct change *change = change_of(work, old);

    return (change && column_is_replaced(change)) || column_reads_retyped(work, table, old);
}

/* Columns that are computed from others go before those, and come after them. */
static void drop_columns(struct work *work, const struct catalog_table *old,
                         const struct catalog_table *new, bool computed)
{
    for (size_t i = 0; i < old->column_count; i++) {
        const struct catalog_column *column = &old->columns[i];

        if ((column->generated == CATALOG_STORED) == computed &&
            (!catalog_column_find(new, column->name) || is_replaced(work, old, column)))
            drop_column(work, old, column);
    }
}

static void add_columns(struct work *work, const struct catalog_table *old,
                        const struct catalog_table *new, bool computed)
{
    for (size_t i = 0; i < new->column_count; i++) {
        const struct catalog_column *column = &new->columns[i];
        const struct catalog_column *before = catalog_column_find(old, column->name);

        if ((column->generated == CATALOG_STORED) == computed &&
            (!before || is_replaced(work, old, before)))
            add_column(work, new, column);
    }
}

static void change_table(struct work *work, const struct catalog_table *old,
                         const struct catalog_table *new)
{
    drop_columns(work, old, new, true);
    drop_columns(work, old, new, false);
    for (size_t i = 0; i < new->column_count; i++) {
        const struct catalog_column *column = &new->columns[i];
        const struct catalog_column *before = catalog_column_find(old, column->name);
        const struct change *change = before ? change_of(work, before) : NULL;

        if (before && !is_replaced(work, old, before) && (change || column_is_remade(work, before)))
            change_column(work, change, new, before, column);
    }
    add_columns(work, old, new, false);
    add_columns(work, old, new, true);
}

void columns_change(struct work *work)
{
    for (size_t i = 0; i < work->changes->to->table_count; i++) {
        const struct catalog_table *new = &work->changes->to->tables[i];
        const struct catalog_table *old =
            catalog_table_find(work->changes->renamed, new->schema, new->name);

        if (old && new->kind != CATALOG_VIEW &&new->kind != CATALOG_MATERIALIZED_VIEW)
            change_table(work, old, new);
    }
}
