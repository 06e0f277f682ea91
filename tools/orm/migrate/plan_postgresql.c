#include "migrate/plan_postgresql.h"

bool is_listed(const struct pointers *list, const void *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

const char *table_text(const struct work *work, const struct catalog_table *table)
{
    return words_qualified(work->arena, table->schema, table->name);
}

bool table_is_old(const struct work *work, const struct catalog_table *table)
{
    return catalog_table_find(work->changes->renamed, table->schema, table->name) != NULL;
}

static void rename_all(struct work *work)
{
    for (size_t i = 0; i < work->changes->renames.count; i++) {
        const struct rename *rename = &work->changes->renames.items[i];
        const char *old = words_qualified(work->arena, rename->schema, rename->old);

        if (rename->kind == RENAME_TABLE)
            plan_add(work->plan, "ALTER TABLE %s RENAME TO %s", old,
                     words_quoted(work->arena, rename->new));
        else if (rename->kind == RENAME_LABEL)
            plan_add(work->plan, "ALTER TYPE %s RENAME VALUE %s TO %s",
                     words_qualified(work->arena, rename->schema, rename->table),
                     words_string(work->arena, rename->old),
                     words_string(work->arena, rename->new));
        else if (rename->kind == RENAME_TYPE)
            plan_add(work->plan, "ALTER TYPE %s RENAME TO %s", old,
                     words_quoted(work->arena, rename->new));
        else
            plan_add(work->plan, "ALTER TABLE %s RENAME COLUMN %s TO %s",
                     words_qualified(work->arena, rename->schema, rename->table),
                     words_quoted(work->arena, rename->old),
                     words_quoted(work->arena, rename->new));
    }
}

/* In one statement, as they may refer to each other. */
static void drop_tables(struct work *work)
{
    struct text names = {0};
    struct text lost = {0};

    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind != OBJECT_TABLE || change->action != CHANGE_DROP)
            continue;
        text_add_string(work->arena, &names, names.length ? ", " : "");
        text_add_string(work->arena, &names, table_text(work, change->old));
        text_add_string(work->arena, &lost, lost.length ? ", " : "");
        text_add_string(work->arena, &lost,
                        arena_format(work->arena, "table %s",
                                     words_shown(work->arena, change->schema, change->name)));
    }
    if (names.length)
        plan_add(work->plan, "DROP TABLE %s", names.text)->destroys = lost.text;
}

static void add_comment(struct work *work, const char *what, const char *name, const char *text)
{
    plan_add(work->plan, "COMMENT ON %s %s IS %s", what, name,
             text ? words_string(work->arena, text) : "NULL");
}

static void comment_table(struct work *work, const struct catalog_table *table)
{
    if (table->comment)
        add_comment(work, "TABLE", table_text(work, table), table->comment);
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].comment)
            add_comment(work, "COLUMN",
                        arena_format(work->arena, "%s.%s", table_text(work, table),
                                     words_quoted(work->arena, table->columns[i].name)),
                        table->columns[i].comment);
}

static void add_constraint(struct work *work, struct text *to, const char *name, const char *text)
{
    text_add_string(work->arena, to,
                    arena_format(work->arena, ",\n    CONSTRAINT %s %s",
                                 words_quoted(work->arena, name), text));
}

/* Serial columns whose numbers do not simply start at one. */
static void start_sequences(struct work *work, const struct catalog_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct catalog_column *column = &table->columns[i];

        if (column->generated == CATALOG_SERIAL && *column->sequence_options)
            plan_add(work->plan, "ALTER SEQUENCE %s %s RESTART", column->sequence,
                     column->sequence_options);
    }
}

/* Checks that old rows may break: CREATE TABLE would take them for valid. */
static void add_unproven(struct work *work, const struct catalog_table *table)
{
    for (size_t i = 0; i < table->check_count; i++)
        if (!table->checks[i].valid)
            plan_add(work->plan, "ALTER TABLE %s ADD CONSTRAINT %s %s", table_text(work, table),
                     words_quoted(work->arena, table->checks[i].name),
                     definition_check(work->arena, &table->checks[i]));
}

/* Without foreign keys, exclusions and indexes, which come when all tables are there. */
static void create_table(struct work *work, const struct catalog_table *table)
{
    struct text text = {0};
    struct arena *arena = work->arena;

    for (size_t i = 0; i < table->column_count; i++)
        text_add_string(arena, &text,
                        arena_format(arena, "%s    %s", i ? ",\n" : "",
                                     definition_column(arena, &table->columns[i])));
    if (table->primary_key)
        add_constraint(work, &text, table->primary_key->name,
                       definition_primary_key(arena, table->primary_key));
    for (size_t i = 0; i < table->unique_count; i++)
        add_constraint(work, &text, table->uniques[i].name,
                       definition_unique(arena, &table->uniques[i]));
    for (size_t i = 0; i < table->check_count; i++)
        if (table->checks[i].valid)
            add_constraint(work, &text, table->checks[i].name,
                           definition_check(arena, &table->checks[i]));
    plan_add(work->plan, "CREATE %sTABLE %s (\n%s\n)%s%s", table->unlogged ? "UNLOGGED " : "",
             table_text(work, table), text.text ? text.text : "",
             table->partition_key ? " PARTITION BY " : "",
             table->partition_key ? table->partition_key : "");
    start_sequences(work, table);
    add_unproven(work, table);
    comment_table(work, table);
}

static void create_partitions(struct work *work, const struct catalog_table *table)
{
    for (size_t i = 0; i < table->partition_count; i++) {
        const struct catalog_partition *partition = &table->partitions[i];

        plan_add(work->plan, "CREATE TABLE %s PARTITION OF %s %s%s%s",
                 words_qualified(work->arena, partition->schema, partition->name),
                 partition->parent
                     ? words_qualified(work->arena, partition->parent_schema, partition->parent)
                     : table_text(work, table),
                 partition->bounds, partition->partition_key ? " PARTITION BY " : "",
                 partition->partition_key ? partition->partition_key : "");
    }
}

static void create_tables(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind != OBJECT_TABLE || change->action != CHANGE_ADD)
            continue;
        if (((const struct catalog_table *)change->new)->kind == CATALOG_FOREIGN) {
            pointers_add(work->arena, &work->plan->faults,
                         arena_format(work->arena, "the foreign table %s is to be made by hand",
                                      change->name));
            continue;
        }
        create_table(work, change->new);
        create_partitions(work, change->new);
    }
}

static void change_comments(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind == OBJECT_COLUMN && change->action == CHANGE_ADD &&
            ((const struct catalog_column *)change->new)->comment)
            add_comment(work, "COLUMN",
                        arena_format(work->arena, "%s.%s", table_text(work, change->new_table),
                                     words_quoted(work->arena, change->name)),
                        ((const struct catalog_column *)change->new)->comment);
        for (size_t k = 0; change->action == CHANGE_ALTER && k < change->property_count; k++) {
            const char *text = change->properties[k].new;

            if (strcmp(change->properties[k].name, "comment") != 0)
                continue;
            if (change->kind == OBJECT_TABLE)
                add_comment(work, "TABLE", table_text(work, change->new), text);
            else if (change->kind == OBJECT_COLUMN)
                add_comment(work, "COLUMN",
                            arena_format(work->arena, "%s.%s", table_text(work, change->new_table),
                                         words_quoted(work->arena, change->name)),
                            text);
            else
                add_comment(work, change->kind == OBJECT_DOMAIN ? "DOMAIN" : "TYPE",
                            words_qualified(work->arena, change->schema, change->name), text);
        }
    }
}

static bool has_partition(const struct catalog_table *table, const struct catalog_partition *wanted)
{
    for (size_t i = 0; i < table->partition_count; i++)
        if (strcmp(table->partitions[i].name, wanted->name) == 0 &&
            strcmp(table->partitions[i].bounds, wanted->bounds) == 0)
            return true;
    return false;
}

static void change_partitions(struct work *work, const struct change *change)
{
    const struct catalog_table *old = change->old;
    const struct catalog_table *new = change->new;
    struct catalog_table added = *new;

    for (size_t i = 0; i < old->partition_count; i++)
        if (!has_partition(new, &old->partitions[i]))
            plan_add(
                work->plan, "DROP TABLE %s",
                words_qualified(work->arena, old->partitions[i].schema, old->partitions[i].name))
                ->destroys = arena_format(work->arena, "partition %s", old->partitions[i].name);
    for (size_t i = 0; i < new->partition_count; i++) {
        if (has_partition(old, &new->partitions[i]))
            continue;
        added.partitions = &new->partitions[i];
        added.partition_count = 1;
        create_partitions(work, &added);
    }
}

static void change_tables(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind != OBJECT_TABLE || change->action != CHANGE_ALTER)
            continue;
        for (size_t k = 0; k < change->property_count; k++) {
            const char *name = change->properties[k].name;

            if (strcmp(name, "logged") == 0)
                plan_add(work->plan, "ALTER TABLE %s SET %s", table_text(work, change->new),
                         strcmp(change->properties[k].new, "no") == 0 ? "UNLOGGED" : "LOGGED");
            else if (strcmp(name, "partitions") == 0)
                change_partitions(work, change);
            else if (strcmp(name, "comment") != 0 && strcmp(name, "order of columns") != 0)
                pointers_add(work->arena, &work->plan->faults,
                             arena_format(work->arena,
                                          "the %s of the table %s can't be changed; make a new "
                                          "table and copy the rows by hand",
                                          name, change->name));
        }
    }
}

void plan_postgresql(struct plan *plan)
{
    struct work work = {.plan = plan, .arena = plan->arena, .changes = plan->changes};

    types_judge(&work);
    parts_find(&work);
    rename_all(&work);
    parts_drop_readers(&work);
    others_drop(&work, STAGE_TABLES, STAGE_TABLES);
    drop_tables(&work);
    parts_drop(&work);
    parts_rename(&work);
    types_add(&work);
    others_add(&work, STAGE_EARLY);
    create_tables(&work);
    change_tables(&work);
    columns_change(&work);
    others_add(&work, STAGE_TABLES);
    parts_add(&work);
    others_add(&work, STAGE_LAST);
    others_drop(&work, STAGE_FIRST, STAGE_EARLY);
    types_drop(&work);
    change_comments(&work);
}
