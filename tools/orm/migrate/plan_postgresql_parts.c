#include "migrate/plan_postgresql.h"

/* Constraints, indexes, triggers and views. Those that read a column whose type is replaced go
 * before and come back behind it. */

static bool is_part(enum object_kind kind)
{
    return (kind >= OBJECT_PRIMARY_KEY && kind != OBJECT_LABEL) || kind == OBJECT_VIEW;
}

const char *part_name(const struct part *part)
{
    switch (part->kind) {
    case OBJECT_PRIMARY_KEY:
    case OBJECT_UNIQUE:
        return ((const struct catalog_key *)part->source)->name;
    case OBJECT_CHECK:
        return ((const struct catalog_check *)part->source)->name;
    case OBJECT_EXCLUSION:
        return ((const struct catalog_exclusion *)part->source)->name;
    case OBJECT_FOREIGN_KEY:
        return ((const struct catalog_foreign_key *)part->source)->name;
    case OBJECT_INDEX:
        return ((const struct catalog_index *)part->source)->name;
    case OBJECT_TRIGGER:
        return ((const struct catalog_trigger *)part->source)->name;
    default:
        return ((const struct catalog_table *)part->source)->name;
    }
}

static bool has_part(const struct pointers *list, const void *source)
{
    for (size_t i = 0; i < list->count; i++)
        if (((const struct part *)list->items[i])->source == source)
            return true;
    return false;
}

static void note_part(struct work *work, struct pointers *list, enum object_kind kind,
                      const struct catalog_table *table, const void *source)
{
    struct part *part;

    if (has_part(list, source))
        return;
    part = arena_alloc(work->arena, sizeof *part);
    *part = (struct part){kind, table, source};
    pointers_add(work->arena, list, part);
}

/* The name stays free only when what has it now is dropped. */
static bool name_is_taken(const struct work *work, const struct change *renamed)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change != renamed && change->action == CHANGE_RENAME && is_part(change->kind) &&
            strcmp(change->old_name, renamed->name) == 0)
            return true;
    }
    return false;
}

/* A constraint that was NOT VALID and is the same but for that. */
static bool is_validated(struct work *work, const struct change *change)
{
    if (change->action != CHANGE_ALTER)
        return false;
    if (change->kind == OBJECT_FOREIGN_KEY) {
        struct catalog_foreign_key old = *(const struct catalog_foreign_key *)change->old;

        if (old.valid)
            return false;
        old.valid = true;
        return words_same(SQL_POSTGRESQL, definition_foreign_key(work->arena, &old),
                          definition_foreign_key(work->arena, change->new));
    }
    if (change->kind == OBJECT_CHECK) {
        struct catalog_check old = *(const struct catalog_check *)change->old;

        if (old.valid)
            return false;
        old.valid = true;
        return words_same(SQL_POSTGRESQL, definition_check(work->arena, &old),
                          definition_check(work->arena, change->new));
    }
    return false;
}

static void validate_all(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (is_validated(work, change) && !has_part(&work->drops, change->old))
            plan_add(work->plan, "ALTER TABLE %s VALIDATE CONSTRAINT %s",
                     table_text(work, change->new_table), words_quoted(work->arena, change->name));
    }
}

static void find_changed(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];
        bool moves = change->action == CHANGE_RENAME && name_is_taken(work, change);

        if (!is_part(change->kind) || is_validated(work, change))
            continue;
        if (change->old &&
            (change->action == CHANGE_DROP || change->action == CHANGE_ALTER || moves))
            note_part(work, &work->drops, change->kind, change->old_table, change->old);
        if (change->new &&
            (change->action == CHANGE_ADD || change->action == CHANGE_ALTER || moves))
            note_part(work, &work->adds, change->kind, change->new_table, change->new);
    }
}

/* Those of new tables, but for what CREATE TABLE makes. */
static void find_new_tables(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];
        const struct catalog_table *table = change->new;

        if (change->kind != OBJECT_TABLE || change->action != CHANGE_ADD)
            continue;
        for (size_t k = 0; k < table->exclusion_count; k++)
            note_part(work, &work->adds, OBJECT_EXCLUSION, table, &table->exclusions[k]);
        for (size_t k = 0; k < table->index_count; k++)
            note_part(work, &work->adds, OBJECT_INDEX, table, &table->indexes[k]);
        for (size_t k = 0; k < table->foreign_key_count; k++)
            note_part(work, &work->adds, OBJECT_FOREIGN_KEY, table, &table->foreign_keys[k]);
        for (size_t k = 0; k < table->trigger_count; k++)
            note_part(work, &work->adds, OBJECT_TRIGGER, table, &table->triggers[k]);
    }
}

static bool is_type_change(const struct change *change)
{
    for (size_t i = 0; i < change->property_count; i++)
        if (strcmp(change->properties[i].name, "type") == 0 ||
            strcmp(change->properties[i].name, "collation") == 0)
            return true;
    return false;
}

static void find_retyped(struct work *work)
{
    const struct catalog *old = work->changes->renamed;

    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind == OBJECT_COLUMN && change->action == CHANGE_ALTER &&
            (is_type_change(change) || column_is_replaced(change)))
            pointers_add(work->arena, &work->retyped, (void *)change->old);
    }
    for (size_t i = 0; i < old->table_count; i++)
        for (size_t k = 0; k < old->tables[i].column_count; k++)
            if ((column_is_remade(work, &old->tables[i].columns[k]) ||
                 column_reads_retyped(work, &old->tables[i], &old->tables[i].columns[k])) &&
                !is_listed(&work->retyped, &old->tables[i].columns[k]))
                pointers_add(work->arena, &work->retyped, &old->tables[i].columns[k]);
}

static bool reads_retyped(const struct work *work, const struct catalog_table *table,
                          const char *text)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (is_listed(&work->retyped, &table->columns[i]) &&
            words_mention(SQL_POSTGRESQL, text, table->columns[i].name))
            return true;
    return false;
}

static bool names_retyped(const struct work *work, const struct catalog_table *table,
                          const struct catalog_names *names)
{
    for (size_t i = 0; table && i < names->count; i++)
        if (is_listed(&work->retyped, catalog_column_find(table, names->items[i])))
            return true;
    return false;
}

/* What the old part became: the new one of its name, or of the name it gets. */
static void bring_back(struct work *work, enum object_kind kind, const struct catalog_table *table,
                       const void *old, const void *list, size_t size, size_t count)
{
    const struct part wanted = {kind, table, old};
    const char *name = part_name(&wanted);

    note_part(work, &work->drops, kind, table, old);
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->old == old && change->kind == kind) {
            if (change->new)
                note_part(work, &work->adds, kind, change->new_table, change->new);
            return;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const struct part found = {kind, table, (const char *)list + i * size};

        if (strcmp(part_name(&found), name) == 0) {
            note_part(work, &work->adds, kind,
                      catalog_table_find(work->changes->to, table->schema, table->name),
                      found.source);
            return;
        }
    }
    /* Models do not tell of it: as it was. */
    if (work->changes->ignored[kind])
        note_part(work, &work->adds, kind, table, old);
}

#define BRING_BACK(work, kind, old_table, new_table, old, list, count)                             \
    bring_back(work, kind, old_table, old, (new_table)->list, sizeof *(new_table)->list,           \
               (new_table)->count)

/* A computed column goes with its keys. */
static bool names_computed(const struct work *work, const struct catalog_table *table,
                           const struct catalog_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct catalog_column *column = catalog_column_find(table, names->items[i]);

        if (column && is_listed(&work->retyped, column) && column->generated == CATALOG_STORED)
            return true;
    }
    return false;
}

static void find_readers(struct work *work, const struct catalog_table *old,
                         const struct catalog_table *new)
{
    for (size_t i = 0; i < old->check_count; i++)
        if (reads_retyped(work, old, old->checks[i].expression))
            BRING_BACK(work, OBJECT_CHECK, old, new, &old->checks[i], checks, check_count);
    for (size_t i = 0; i < old->unique_count; i++)
        if (names_computed(work, old, &old->uniques[i].columns))
            BRING_BACK(work, OBJECT_UNIQUE, old, new, &old->uniques[i], uniques, unique_count);
    for (size_t i = 0; i < old->exclusion_count; i++)
        if (reads_retyped(work, old, old->exclusions[i].definition))
            BRING_BACK(work, OBJECT_EXCLUSION, old, new, &old->exclusions[i], exclusions,
                       exclusion_count);
    for (size_t i = 0; i < old->index_count; i++)
        if (reads_retyped(work, old, definition_index(work->arena, &old->indexes[i])))
            BRING_BACK(work, OBJECT_INDEX, old, new, &old->indexes[i], indexes, index_count);
    for (size_t i = 0; i < old->trigger_count; i++)
        if (reads_retyped(work, old, old->triggers[i].definition))
            BRING_BACK(work, OBJECT_TRIGGER, old, new, &old->triggers[i], triggers, trigger_count);
}

static bool loses_key(const struct work *work, const struct catalog_foreign_key *key)
{
    for (size_t i = 0; i < work->drops.count; i++) {
        const struct part *part = work->drops.items[i];

        bool unique =
            part->kind == OBJECT_PRIMARY_KEY || part->kind == OBJECT_UNIQUE ||
            (part->kind == OBJECT_INDEX && ((const struct catalog_index *)part->source)->unique);

        if (unique && words_equal(part->table->schema, key->target_schema) &&
            strcmp(part->table->name, key->target_table) == 0)
            return true;
    }
    return false;
}

static void find_foreign_keys(struct work *work, const struct catalog_table *old,
                              const struct catalog_table *new)
{
    for (size_t i = 0; i < old->foreign_key_count; i++) {
        const struct catalog_foreign_key *key = &old->foreign_keys[i];
        const struct catalog_table *target =
            catalog_table_find(work->changes->renamed, key->target_schema, key->target_table);

        if (names_retyped(work, old, &key->columns) ||
            names_retyped(work, target, &key->target_columns) || loses_key(work, key))
            BRING_BACK(work, OBJECT_FOREIGN_KEY, old, new, key, foreign_keys, foreign_key_count);
    }
}

/* A view reads what it mentions; its table's columns change, go, or it goes itself. */
static bool view_is_touched(struct work *work, const struct catalog_table *view)
{
    const struct changes *changes = work->changes;

    for (size_t i = 0; i < changes->items.count; i++) {
        const struct change *change = changes->items.items[i];
        bool goes = (change->kind == OBJECT_TABLE || change->kind == OBJECT_COLUMN) &&
                    change->action == CHANGE_DROP;
        bool retyped =
            change->kind == OBJECT_COLUMN && change->old && is_listed(&work->retyped, change->old);

        if ((goes || retyped) && change->old_table &&
            words_mention(SQL_POSTGRESQL, view->definition, change->old_table->name))
            return true;
    }
    for (size_t i = 0; i < work->drops.count; i++) {
        const struct part *part = work->drops.items[i];

        if (part->kind == OBJECT_VIEW &&
            words_mention(SQL_POSTGRESQL, view->definition, part_name(part)))
            return true;
    }
    return false;
}

static bool is_view(const struct catalog_table *table)
{
    return table->kind == CATALOG_VIEW || table->kind == CATALOG_MATERIALIZED_VIEW;
}

static void find_views(struct work *work)
{
    const struct catalog *old = work->changes->renamed;
    size_t before;

    do {
        before = work->drops.count;
        for (size_t i = 0; i < old->table_count; i++) {
            const struct catalog_table *view = &old->tables[i];

            if (is_view(view) && !has_part(&work->drops, view) && view_is_touched(work, view))
                bring_back(work, OBJECT_VIEW, view, view, work->changes->to->tables,
                           sizeof *work->changes->to->tables, work->changes->to->table_count);
        }
    } while (work->drops.count > before);
}

void parts_find(struct work *work)
{
    const struct catalog *old = work->changes->renamed;

    find_changed(work);
    find_new_tables(work);
    find_retyped(work);
    for (size_t i = 0; i < old->table_count; i++) {
        const struct catalog_table *new =
            catalog_table_find(work->changes->to, old->tables[i].schema, old->tables[i].name);

        if (new && !is_view(&old->tables[i]))
            find_readers(work, &old->tables[i], new);
    }
    for (size_t i = 0; i < old->table_count; i++) {
        const struct catalog_table *new =
            catalog_table_find(work->changes->to, old->tables[i].schema, old->tables[i].name);

        if (new && !is_view(&old->tables[i]))
            find_foreign_keys(work, &old->tables[i], new);
    }
    find_views(work);
}

static const char *view_word(const struct catalog_table *view)
{
    return view->kind == CATALOG_MATERIALIZED_VIEW ? "MATERIALIZED VIEW" : "VIEW";
}

/* Whether a view that has not been dropped yet reads this one. */
static bool is_read(const struct pointers *views, const struct catalog_table *view)
{
    for (size_t i = 0; i < views->count; i++) {
        const struct catalog_table *other = views->items[i];

        if (other && other != view && words_mention(SQL_POSTGRESQL, other->definition, view->name))
            return true;
    }
    return false;
}

static struct pointers views_of(struct work *work, const struct pointers *parts)
{
    struct pointers views = {0};

    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = parts->items[i];

        if (part->kind == OBJECT_VIEW)
            pointers_add(work->arena, &views, (void *)part->source);
    }
    return views;
}

/* Readers first. */
static struct pointers views_in_order(struct work *work, const struct pointers *parts)
{
    struct pointers views = views_of(work, parts);
    struct pointers order = {0};

    while (order.count < views.count) {
        size_t before = order.count;

        for (size_t i = 0; i < views.count; i++) {
            if (!views.items[i] || (is_read(&views, views.items[i])))
                continue;
            pointers_add(work->arena, &order, views.items[i]);
            views.items[i] = NULL;
        }
        if (order.count == before)
            break;
    }
    for (size_t i = 0; i < views.count; i++)
        if (views.items[i])
            pointers_add(work->arena, &order, views.items[i]);
    return order;
}

static void drop_views(struct work *work)
{
    struct pointers views = views_in_order(work, &work->drops);

    for (size_t i = 0; i < views.count; i++)
        plan_add(work->plan, "DROP %s %s", view_word(views.items[i]),
                 table_text(work, views.items[i]));
}

static void drop_kind(struct work *work, enum object_kind kind)
{
    for (size_t i = 0; i < work->drops.count; i++) {
        const struct part *part = work->drops.items[i];
        const char *name = words_quoted(work->arena, part_name(part));

        if (part->kind != kind)
            continue;
        if (kind == OBJECT_TRIGGER)
            plan_add(work->plan, "DROP TRIGGER %s ON %s", name, table_text(work, part->table));
        else if (kind == OBJECT_INDEX)
            plan_add(work->plan, "DROP INDEX %s%s",
                     work->plan->options.concurrent ? "CONCURRENTLY " : "",
                     words_qualified(work->arena, part->table->schema, part_name(part)));
        else
            plan_add(work->plan, "ALTER TABLE %s DROP CONSTRAINT %s", table_text(work, part->table),
                     name);
    }
}

void parts_drop_readers(struct work *work)
{
    drop_kind(work, OBJECT_TRIGGER);
    others_drop(work, STAGE_LATE, STAGE_LAST);
    drop_views(work);
    drop_kind(work, OBJECT_FOREIGN_KEY);
}

void parts_drop(struct work *work)
{
    static const enum object_kind order[] = {OBJECT_INDEX, OBJECT_EXCLUSION, OBJECT_CHECK,
                                             OBJECT_UNIQUE, OBJECT_PRIMARY_KEY};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        drop_kind(work, order[i]);
}

void parts_rename(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->action != CHANGE_RENAME || !is_part(change->kind) ||
            has_part(&work->drops, change->old))
            continue;
        if (change->kind == OBJECT_INDEX)
            plan_add(work->plan, "ALTER INDEX %s RENAME TO %s",
                     words_qualified(work->arena, change->schema, change->old_name),
                     words_quoted(work->arena, change->name));
        else
            plan_add(work->plan, "ALTER TABLE %s RENAME CONSTRAINT %s TO %s",
                     table_text(work, change->new_table),
                     words_quoted(work->arena, change->old_name),
                     words_quoted(work->arena, change->name));
    }
}

static void create_index(struct work *work, const struct part *part)
{
    const struct catalog_index *index = part->source;
    bool old = table_is_old(work, part->table);
    const char *rest =
        arena_format(work->arena, "%s ON %s %s", words_quoted(work->arena, index->name),
                     table_text(work, part->table), definition_index(work->arena, index));
    const char *unique = index->unique ? "UNIQUE " : "";
    struct step *step;

    if (work->plan->options.concurrent) {
        plan_add(work->plan, "CREATE %sINDEX CONCURRENTLY %s", unique, rest);
        return;
    }
    step = plan_add(work->plan, "CREATE %sINDEX %s", unique, rest);
    if (!old)
        return;
    step->locks =
        arena_format(work->arena, "writes to %s wait while the index is built", part->table->name);
    step->safe = arena_format(work->arena,
                              "CREATE %sINDEX CONCURRENTLY %s;\nin a file with '-- orm: no "
                              "transaction' (--online writes it)",
                              unique, rest);
}

static const char *constraint_text(struct work *work, const struct part *part)
{
    switch (part->kind) {
    case OBJECT_PRIMARY_KEY:
        return definition_primary_key(work->arena, part->source);
    case OBJECT_UNIQUE:
        return definition_unique(work->arena, part->source);
    case OBJECT_CHECK:
        return definition_check(work->arena, part->source);
    case OBJECT_EXCLUSION:
        return ((const struct catalog_exclusion *)part->source)->definition;
    default:
        return definition_foreign_key(work->arena, part->source);
    }
}

static void add_unique_concurrently(struct work *work, const struct part *part)
{
    const struct catalog_key *key = part->source;
    const char *name = words_quoted(work->arena, key->name);

    plan_add(work->plan, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", name,
             table_text(work, part->table), words_list(work->arena, &key->columns));
    plan_add(work->plan, "ALTER TABLE %s ADD CONSTRAINT %s UNIQUE USING INDEX %s",
             table_text(work, part->table), name, name);
}

static void note_locks(struct work *work, struct step *step, const struct part *part)
{
    const char *table = table_text(work, part->table);
    const char *name = words_quoted(work->arena, part_name(part));
    bool key = part->kind == OBJECT_UNIQUE || part->kind == OBJECT_PRIMARY_KEY;

    if (key) {
        step->locks = arena_format(work->arena, "%s can't be used while its index is built",
                                   part->table->name);
        if (part->kind == OBJECT_UNIQUE)
            step->safe = arena_format(
                work->arena,
                "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s);\nALTER TABLE %s ADD CONSTRAINT "
                "%s UNIQUE USING INDEX %s;\nin a file with '-- orm: no transaction' (--online "
                "writes it)",
                name, table,
                words_list(work->arena, &((const struct catalog_key *)part->source)->columns),
                table, name, name);
        return;
    }
    if (part->kind == OBJECT_EXCLUSION)
        return;
    step->locks = arena_format(work->arena, "%s can't be written while its rows are checked",
                               part->table->name);
    step->safe = arena_format(work->arena,
                              "ADD CONSTRAINT %s ... NOT VALID, then in a file with '-- orm: no "
                              "transaction'\nALTER TABLE %s VALIDATE CONSTRAINT %s (--online "
                              "writes it)",
                              name, table, name);
}

/* Made NOT VALID: nobody waits while rows are checked. */
static bool is_late(const struct part *part)
{
    if (part->kind == OBJECT_CHECK)
        return !((const struct catalog_check *)part->source)->valid;
    return part->kind == OBJECT_FOREIGN_KEY &&
           !((const struct catalog_foreign_key *)part->source)->valid;
}

static void add_constraint(struct work *work, const struct part *part)
{
    struct step *step;

    if (work->plan->options.concurrent && part->kind == OBJECT_UNIQUE) {
        add_unique_concurrently(work, part);
        return;
    }
    step =
        plan_add(work->plan, "ALTER TABLE %s ADD CONSTRAINT %s %s", table_text(work, part->table),
                 words_quoted(work->arena, part_name(part)), constraint_text(work, part));
    if (table_is_old(work, part->table) && !is_late(part))
        note_locks(work, step, part);
}

static void create_views(struct work *work)
{
    struct pointers views = views_in_order(work, &work->adds);

    for (size_t i = views.count; i-- > 0;) {
        const struct catalog_table *view = views.items[i];

        plan_add(work->plan, "CREATE %s %s AS\n%s", view_word(view), table_text(work, view),
                 view->definition);
        for (size_t k = 0; k < view->index_count; k++)
            create_index(work, &(struct part){OBJECT_INDEX, view, &view->indexes[k]});
    }
}

void parts_add(struct work *work)
{
    static const enum object_kind order[] = {OBJECT_PRIMARY_KEY, OBJECT_UNIQUE, OBJECT_CHECK,
                                             OBJECT_EXCLUSION,   OBJECT_INDEX,  OBJECT_FOREIGN_KEY};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (size_t k = 0; k < work->adds.count; k++) {
            const struct part *part = work->adds.items[k];

            if (part->kind != order[i])
                continue;
            if (part->kind == OBJECT_INDEX)
                create_index(work, part);
            else
                add_constraint(work, part);
        }
    validate_all(work);
    create_views(work);
    others_add(work, STAGE_LATE);
    for (size_t k = 0; k < work->adds.count; k++) {
        const struct part *part = work->adds.items[k];

        if (part->kind == OBJECT_TRIGGER) /* also of views */
            plan_add(work->plan, "%s", ((const struct catalog_trigger *)part->source)->definition);
    }
}
