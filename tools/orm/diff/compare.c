#include "diff/changes.h"

#include <strings.h>

#include "diff/definition.h"
#include "migrate/history.h"

/* One thing of a list, of either catalog. */
struct item {
    const char *name;       /* NULL: none */
    const char *definition; /* all that counts of it but its name */
    const void *source;
    bool matched;
};

struct items {
    struct item *items;
    size_t count;
};

/* Two catalogs, and the tables whose parts are compared. */
struct work {
    struct arena *arena;
    enum sql_dialect dialect;
    struct changes *changes;
    const struct comparison *comparison;
    const struct catalog_table *old_table;
    const struct catalog_table *new_table;
    bool compared[OBJECT_KINDS];
};

const char *object_word(enum object_kind kind)
{
    static const char *const words[] = {
        [OBJECT_SCHEMA] = "schema",       [OBJECT_EXTENSION] = "extension",
        [OBJECT_ENUM] = "enum",           [OBJECT_DOMAIN] = "domain",
        [OBJECT_TYPE] = "type",           [OBJECT_SEQUENCE] = "sequence",
        [OBJECT_TABLE] = "table",         [OBJECT_VIEW] = "view",
        [OBJECT_COLUMN] = "column",       [OBJECT_PRIMARY_KEY] = "primary key",
        [OBJECT_UNIQUE] = "unique",       [OBJECT_CHECK] = "check",
        [OBJECT_EXCLUSION] = "exclusion", [OBJECT_FOREIGN_KEY] = "foreign key",
        [OBJECT_INDEX] = "index",         [OBJECT_TRIGGER] = "trigger",
        [OBJECT_LABEL] = "label",         [OBJECT_OTHER] = "other",
    };

    return words[kind];
}

static struct change *add_change(struct work *work, enum change_action action,
                                 enum object_kind kind, const char *name)
{
    struct change *change = arena_alloc(work->arena, sizeof *change);

    change->action = action;
    change->kind = kind;
    change->name = name ? name : "";
    change->old_table = work->old_table;
    change->new_table = work->new_table;
    if (work->new_table || work->old_table) {
        change->schema = (work->new_table ? work->new_table : work->old_table)->schema;
        change->table = (work->new_table ? work->new_table : work->old_table)->name;
    }
    if (work->compared[kind])
        pointers_add(work->arena, &work->changes->items, change);
    return change;
}

static void add_property(struct change *change, const char *name, const char *old, const char *new)
{
    if (change->property_count < PROPERTIES)
        change->properties[change->property_count++] = (struct property){name, old, new};
}

/* On SQLite nobody ever sees the names of keys; those of checks stand in its messages. */
static bool names_count(const struct work *work, enum object_kind kind)
{
    return work->dialect == SQL_POSTGRESQL || kind == OBJECT_CHECK || kind == OBJECT_INDEX ||
           kind == OBJECT_TRIGGER || kind == OBJECT_VIEW;
}

static bool is_same_name(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A check that SQLite was told no name of is the same one with a name: models give every one. */
static bool lacks_name(const struct work *work, const char *a, const char *b)
{
    return work->dialect == SQL_SQLITE && (!a || !b);
}

static void match_same(struct work *work, enum object_kind kind, struct items old, struct items new)
{
    bool names = names_count(work, kind);

    for (size_t i = 0; i < old.count; i++)
        for (size_t k = 0; k < new.count && !old.items[i].matched; k++)
            if (!new.items[k].matched &&
                (!names || words_equal(old.items[i].name, new.items[k].name) ||
                 lacks_name(work, old.items[i].name, new.items[k].name)) &&
                words_same(work->dialect, old.items[i].definition, new.items[k].definition))
                old.items[i].matched = new.items[k].matched = true;
}

static void match_named(struct work *work, enum object_kind kind, struct items old,
                        struct items new)
{
    for (size_t i = 0; i < old.count; i++)
        for (size_t k = 0; k < new.count && !old.items[i].matched; k++) {
            struct change *change;

            if (new.items[k].matched || !is_same_name(old.items[i].name, new.items[k].name))
                continue;
            old.items[i].matched = new.items[k].matched = true;
            change = add_change(work, CHANGE_ALTER, kind, new.items[k].name);
            change->old = old.items[i].source;
            change->new = new.items[k].source;
            add_property(change, "definition", old.items[i].definition, new.items[k].definition);
        }
}

/* What is the same but for its name holds no rows: nothing is guessed by renaming it. */
static void match_renamed(struct work *work, enum object_kind kind, struct items old,
                          struct items new)
{
    for (size_t i = 0; i < old.count; i++)
        for (size_t k = 0; k < new.count && !old.items[i].matched; k++) {
            struct change *change;

            if (new.items[k].matched ||
                !words_same(work->dialect, old.items[i].definition, new.items[k].definition))
                continue;
            old.items[i].matched = new.items[k].matched = true;
            change = add_change(work, CHANGE_RENAME, kind, new.items[k].name);
            change->old_name = old.items[i].name ? old.items[i].name : "";
            change->old = old.items[i].source;
            change->new = new.items[k].source;
        }
}

static void compare_items(struct work *work, enum object_kind kind, struct items old,
                          struct items new)
{
    match_same(work, kind, old, new);
    match_named(work, kind, old, new);
    if (kind != OBJECT_VIEW && kind != OBJECT_TRIGGER && kind < OBJECT_KINDS)
        match_renamed(work, kind, old, new);
    for (size_t i = 0; i < old.count; i++)
        if (!old.items[i].matched)
            add_change(work, CHANGE_DROP, kind, old.items[i].name)->old = old.items[i].source;
    for (size_t k = 0; k < new.count; k++)
        if (!new.items[k].matched)
            add_change(work, CHANGE_ADD, kind, new.items[k].name)->new = new.items[k].source;
}

#define COMPARE_LIST(work, kind, list, count, text)                                                \
    do {                                                                                           \
        const struct catalog_table *old_side = (work)->old_table;                                  \
        const struct catalog_table *new_side = (work)->new_table;                                  \
        struct items old_items = room_for(work, old_side->count);                                  \
        struct items new_items = room_for(work, new_side->count);                                  \
                                                                                                   \
        for (size_t at = 0; at < old_side->count; at++)                                            \
            old_items.items[at] =                                                                  \
                (struct item){old_side->list[at].name, text((work)->arena, &old_side->list[at]),   \
                              &old_side->list[at], false};                                         \
        for (size_t at = 0; at < new_side->count; at++)                                            \
            new_items.items[at] =                                                                  \
                (struct item){new_side->list[at].name, text((work)->arena, &new_side->list[at]),   \
                              &new_side->list[at], false};                                         \
        compare_items(work, kind, old_items, new_items);                                           \
    } while (0)

static struct items room_for(struct work *work, size_t count)
{
    return (struct items){arena_array(work->arena, count, sizeof(struct item)), count};
}

static const char *exclusion_text(struct arena *arena, const struct catalog_exclusion *exclusion)
{
    (void)arena;
    return exclusion->definition;
}

static const char *trigger_text(struct arena *arena, const struct catalog_trigger *trigger)
{
    (void)arena;
    return trigger->definition;
}

static struct items key_items(struct work *work, const struct catalog_key *key)
{
    struct items items = room_for(work, key != NULL);

    if (key)
        items.items[0] =
            (struct item){key->name, definition_primary_key(work->arena, key), key, false};
    return items;
}

static void compare_constraints(struct work *work)
{
    compare_items(work, OBJECT_PRIMARY_KEY, key_items(work, work->old_table->primary_key),
                  key_items(work, work->new_table->primary_key));
    COMPARE_LIST(work, OBJECT_UNIQUE, uniques, unique_count, definition_unique);
    COMPARE_LIST(work, OBJECT_CHECK, checks, check_count, definition_check);
    COMPARE_LIST(work, OBJECT_EXCLUSION, exclusions, exclusion_count, exclusion_text);
    COMPARE_LIST(work, OBJECT_FOREIGN_KEY, foreign_keys, foreign_key_count, definition_foreign_key);
    COMPARE_LIST(work, OBJECT_INDEX, indexes, index_count, definition_index_whole);
    COMPARE_LIST(work, OBJECT_TRIGGER, triggers, trigger_count, trigger_text);
}

static bool is_same_type(const struct work *work, const struct catalog_column *old,
                         const struct catalog_column *new)
{
    if (work->dialect == SQL_SQLITE)
        return strcasecmp(old->type, new->type) == 0;
    return strcmp(old->type, new->type) == 0 && words_equal(old->type_schema, new->type_schema);
}

static void compare_column(struct work *work, const struct catalog_column *old,
                           const struct catalog_column *new)
{
    struct change found = {0};
    struct change *change;
    enum sql_dialect dialect = work->dialect;

    if (!is_same_type(work, old, new))
        add_property(&found, "type", old->type, new->type);
    if (!words_same(dialect, old->collation, new->collation))
        add_property(&found, "collation", old->collation, new->collation);
    if (old->not_null != new->not_null)
        add_property(&found, "nullable", old->not_null ? "no" : "yes",
                     new->not_null ? "no" : "yes");
    if (!words_same(dialect, old->default_sql, new->default_sql))
        add_property(&found, "default", old->default_sql, new->default_sql);
    if (old->generated != new->generated)
        add_property(&found, "generated", definition_generated(old), definition_generated(new));
    if (!words_same(dialect, old->expression, new->expression))
        add_property(&found, "expression", old->expression, new->expression);
    if (old->generated == new->generated &&
        strcmp(old->sequence_options, new->sequence_options) != 0)
        add_property(&found, "sequence", old->sequence_options, new->sequence_options);
    if (!words_equal(old->comment, new->comment))
        add_property(&found, "comment", old->comment, new->comment);
    if (!found.property_count)
        return;
    change = add_change(work, CHANGE_ALTER, OBJECT_COLUMN, new->name);
    memcpy(change->properties, found.properties, sizeof found.properties);
    change->property_count = found.property_count;
    change->old = old;
    change->new = new;
}

static const char *order_of(struct arena *arena, const struct catalog_table *table,
                            const struct catalog_table *other)
{
    struct text order = {0};

    text_add_string(arena, &order, "");
    for (size_t i = 0; i < table->column_count; i++) {
        if (!catalog_column_find(other, table->columns[i].name))
            continue;
        text_add_string(arena, &order, order.length ? ", " : "");
        text_add_string(arena, &order, table->columns[i].name);
    }
    return order.text;
}

static void compare_columns(struct work *work)
{
    const struct catalog_table *old = work->old_table;
    const struct catalog_table *new = work->new_table;

    for (size_t i = 0; i < old->column_count; i++)
        if (!catalog_column_find(new, old->columns[i].name))
            add_change(work, CHANGE_DROP, OBJECT_COLUMN, old->columns[i].name)->old =
                &old->columns[i];
    for (size_t i = 0; i < new->column_count; i++) {
        const struct catalog_column *found = catalog_column_find(old, new->columns[i].name);

        if (found)
            compare_column(work, found, &new->columns[i]);
        else
            add_change(work, CHANGE_ADD, OBJECT_COLUMN, new->columns[i].name)->new =
                &new->columns[i];
    }
}

static const char *kind_text(const struct catalog_table *table)
{
    static const char *const words[] = {
        [CATALOG_TABLE] = "table",
        [CATALOG_PARTITIONED] = "partitioned table",
        [CATALOG_FOREIGN] = "foreign table",
        [CATALOG_VIEW] = "view",
        [CATALOG_MATERIALIZED_VIEW] = "materialized view",
        [CATALOG_VIRTUAL_TABLE] = "virtual table",
    };

    return words[table->kind];
}

static const char *partitions_of(struct arena *arena, const struct catalog_table *table)
{
    struct text text = {0};

    text_add_string(arena, &text, "");
    for (size_t i = 0; i < table->partition_count; i++)
        text_add_string(arena, &text,
                        arena_format(arena, "%s%s %s", i ? ", " : "", table->partitions[i].name,
                                     table->partitions[i].bounds));
    return text.text;
}

static bool has_models(const struct work *work)
{
    return !work->comparison->complete &&
           (work->comparison->from_models || work->comparison->to_models);
}

static void compare_table_itself(struct work *work)
{
    const struct catalog_table *old = work->old_table;
    const struct catalog_table *new = work->new_table;
    struct change found = {0};
    struct change *change;
    bool models = has_models(work);

    if (!models && old->kind != new->kind)
        add_property(&found, "kind", kind_text(old), kind_text(new));
    if (!models && !words_same(work->dialect, old->partition_key, new->partition_key))
        add_property(&found, "partition key", old->partition_key, new->partition_key);
    if (!models && strcmp(partitions_of(work->arena, old), partitions_of(work->arena, new)) != 0)
        add_property(&found, "partitions", partitions_of(work->arena, old),
                     partitions_of(work->arena, new));
    if (!models && old->unlogged != new->unlogged)
        add_property(&found, "logged", old->unlogged ? "no" : "yes", new->unlogged ? "no" : "yes");
    if (!models && old->without_rowid != new->without_rowid)
        add_property(&found, "without rowid", old->without_rowid ? "yes" : "no",
                     new->without_rowid ? "yes" : "no");
    if (!models && old->strict != new->strict)
        add_property(&found, "strict", old->strict ? "yes" : "no", new->strict ? "yes" : "no");
    if (!words_equal(old->comment, new->comment))
        add_property(&found, "comment", old->comment, new->comment);
    if (work->comparison->order &&
        strcmp(order_of(work->arena, old, new), order_of(work->arena, new, old)) != 0)
        add_property(&found, "order of columns", order_of(work->arena, old, new),
                     order_of(work->arena, new, old));
    if (!found.property_count)
        return;
    change = add_change(work, CHANGE_ALTER, OBJECT_TABLE, new->name);
    change->old = old;
    change->new = new;
    memcpy(change->properties, found.properties, sizeof found.properties);
    change->property_count = found.property_count;
}

static bool is_view(const struct catalog_table *table)
{
    return table->kind == CATALOG_VIEW || table->kind == CATALOG_MATERIALIZED_VIEW;
}

static bool is_own(const struct catalog_table *table)
{
    return strcmp(table->name, HISTORY_TABLE) == 0;
}

static void compare_view(struct work *work)
{
    const struct catalog_table *old = work->old_table;
    const struct catalog_table *new = work->new_table;
    struct change *change;

    if (words_same(work->dialect, old->definition, new->definition) && old->kind == new->kind)
        return;
    change = add_change(work, CHANGE_ALTER, OBJECT_VIEW, new->name);
    change->old = old;
    change->new = new;
    add_property(change, "definition", old->definition, new->definition);
}

/* Whether models read the view, and leave it to others to make it. */
static bool is_made_elsewhere(const struct schema *models, const struct catalog_table *table)
{
    for (size_t i = 0; models && is_view(table) && i < models->model_count; i++) {
        const struct model *model = models->models[i];

        if (model->view && strcmp(model->table, table->name) == 0 &&
            (!model->db_schema || !table->schema || words_equal(model->db_schema, table->schema)))
            return true;
    }
    return false;
}

static void compare_tables(struct work *work)
{
    const struct catalog *from = work->changes->renamed;
    const struct catalog *to = work->changes->to;

    for (size_t i = 0; i < from->table_count; i++) {
        const struct catalog_table *table = &from->tables[i];
        const struct catalog_table *other = catalog_table_find(to, table->schema, table->name);

        work->old_table = table;
        work->new_table = NULL;
        if (is_own(table) || (other && is_view(other) == is_view(table)) ||
            is_made_elsewhere(work->comparison->to_models, table))
            continue;
        add_change(work, CHANGE_DROP, is_view(table) ? OBJECT_VIEW : OBJECT_TABLE, table->name)
            ->old = table;
    }
    for (size_t i = 0; i < to->table_count; i++) {
        const struct catalog_table *table = &to->tables[i];
        const struct catalog_table *other = catalog_table_find(from, table->schema, table->name);

        work->new_table = table;
        work->old_table = other && is_view(other) == is_view(table) ? other : NULL;
        if (is_own(table) ||
            (!work->old_table && is_made_elsewhere(work->comparison->from_models, table)))
            continue;
        if (!work->old_table) {
            add_change(work, CHANGE_ADD, is_view(table) ? OBJECT_VIEW : OBJECT_TABLE, table->name)
                ->new = table;
            continue;
        }
        if (is_view(table)) {
            compare_view(work);
            continue;
        }
        compare_table_itself(work);
        compare_columns(work);
        compare_constraints(work);
    }
    work->old_table = work->new_table = NULL;
}

/* Things of a catalog that are in no table, of the one schema. */
struct loose {
    const char *schema;
    const char *name;
    const char *definition;
    const char *comment;
    const void *source;
};

static struct pointers loose_of(struct work *work, const struct catalog *catalog,
                                enum object_kind kind)
{
    struct arena *arena = work->arena;
    struct pointers list = {0};
    size_t count = kind == OBJECT_ENUM       ? catalog->enum_count
                   : kind == OBJECT_DOMAIN   ? catalog->domain_count
                   : kind == OBJECT_TYPE     ? catalog->type_count
                   : kind == OBJECT_SEQUENCE ? catalog->sequence_count
                   : kind == OBJECT_OTHER    ? catalog->other_count
                   : kind == OBJECT_SCHEMA   ? catalog->schemas.count
                                             : catalog->extension_count;

    for (size_t i = 0; i < count; i++) {
        struct loose *one = arena_alloc(arena, sizeof *one);
        const struct catalog_enum *labels = kind == OBJECT_ENUM ? &catalog->enums[i] : NULL;
        const struct catalog_domain *domain = kind == OBJECT_DOMAIN ? &catalog->domains[i] : NULL;
        const struct catalog_type *type = kind == OBJECT_TYPE ? &catalog->types[i] : NULL;
        const struct catalog_sequence *sequence =
            kind == OBJECT_SEQUENCE ? &catalog->sequences[i] : NULL;

        if (labels)
            *one =
                (struct loose){labels->schema, labels->name,
                               definition_labels(arena, &labels->labels), labels->comment, labels};
        else if (domain)
            *one = (struct loose){domain->schema, domain->name, definition_domain(arena, domain),
                                  domain->base.comment, domain};
        else if (type)
            *one = (struct loose){type->schema, type->name, type->definition, type->comment, type};
        else if (sequence)
            *one =
                (struct loose){sequence->schema, sequence->name, sequence->options, NULL, sequence};
        else if (kind == OBJECT_OTHER)
            *one = (struct loose){NULL, catalog->others[i]->name, catalog->others[i]->definition,
                                  NULL, catalog->others[i]};
        else if (kind == OBJECT_SCHEMA)
            *one = (struct loose){NULL, catalog->schemas.items[i], "", NULL, ""};
        else
            *one = (struct loose){NULL, catalog->extensions[i].name, "", NULL,
                                  &catalog->extensions[i]};
        pointers_add(arena, &list, one);
    }
    return list;
}

static const struct loose *loose_find(const struct pointers *list, const struct loose *wanted)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct loose *one = list->items[i];

        if (strcmp(one->name, wanted->name) == 0 && words_equal(one->schema, wanted->schema))
            return one;
    }
    return NULL;
}

/* It goes with its table. */
static bool goes_along(const struct work *work, enum object_kind kind, const void *source)
{
    const struct catalog_other *other = kind == OBJECT_OTHER ? source : NULL;

    return other && other->table &&
           !catalog_table_find(work->changes->to, other->table_schema, other->table);
}

static void compare_loose(struct work *work, enum object_kind kind)
{
    struct pointers old = loose_of(work, work->changes->renamed, kind);
    struct pointers new = loose_of(work, work->changes->to, kind);

    for (size_t i = 0; i < old.count; i++) {
        const struct loose *one = old.items[i];

        if (!loose_find(&new, one) && !goes_along(work, kind, one->source)) {
            struct change *change = add_change(work, CHANGE_DROP, kind, one->name);

            change->schema = one->schema;
            change->old = one->source;
        }
    }
    for (size_t i = 0; i < new.count; i++) {
        const struct loose *one = new.items[i];
        const struct loose *other = loose_find(&old, one);
        struct change *change;

        if (other && words_same(work->dialect, other->definition, one->definition) &&
            words_equal(other->comment, one->comment))
            continue;
        change = add_change(work, other ? CHANGE_ALTER : CHANGE_ADD, kind, one->name);
        change->schema = one->schema;
        change->new = one->source;
        change->old = other ? other->source : NULL;
        if (other && !words_same(work->dialect, other->definition, one->definition))
            add_property(change, kind == OBJECT_ENUM ? "labels" : "definition", other->definition,
                         one->definition);
        if (other && !words_equal(other->comment, one->comment))
            add_property(change, "comment", other->comment, one->comment);
    }
}

static void add_renamings(struct work *work)
{
    static const enum object_kind kinds[] = {[RENAME_TABLE] = OBJECT_TABLE,
                                             [RENAME_COLUMN] = OBJECT_COLUMN,
                                             [RENAME_TYPE] = OBJECT_ENUM,
                                             [RENAME_LABEL] = OBJECT_LABEL};

    for (size_t i = 0; i < work->changes->renames.count; i++) {
        const struct rename *rename = &work->changes->renames.items[i];
        struct change *change = add_change(work, CHANGE_RENAME, kinds[rename->kind], rename->new);

        change->schema = rename->schema;
        change->table = rename->table;
        change->old_name = rename->old;
    }
}

/* What is told of views, triggers and exclusions. */
struct told {
    bool views;
    bool triggers;
    bool exclusions;
};

static struct told told_by(const struct catalog *catalog)
{
    struct told told = {false, false, false};

    for (size_t i = 0; i < catalog->table_count; i++) {
        told.views = told.views || is_view(&catalog->tables[i]);
        told.triggers = told.triggers || catalog->tables[i].trigger_count > 0;
        told.exclusions = told.exclusions || catalog->tables[i].exclusion_count > 0;
    }
    return told;
}

/* Where models say nothing of these, what a database has of them stays as it is. */
static void choose_kinds(struct work *work)
{
    const struct catalog *said =
        work->comparison->to_models ? work->comparison->to : work->comparison->from;
    struct told told = told_by(said);

    for (int i = 0; i < OBJECT_KINDS; i++)
        work->compared[i] = true;
    if (!has_models(work))
        return;
    work->compared[OBJECT_VIEW] = told.views;
    work->compared[OBJECT_TRIGGER] = told.triggers;
    work->compared[OBJECT_EXCLUSION] = told.exclusions;
    work->compared[OBJECT_EXTENSION] = said->extension_count > 0;
    work->compared[OBJECT_SEQUENCE] = said->sequence_count > 0;
    work->compared[OBJECT_OTHER] = said->other_count > 0;
    work->compared[OBJECT_DOMAIN] = said->domain_count > 0;
    work->compared[OBJECT_TYPE] = said->type_count > 0;
}

struct changes changes_find(struct arena *arena, const struct comparison *comparison)
{
    struct changes changes = {
        .arena = arena,
        .dialect = comparison->from->dialect == CATALOG_POSTGRESQL ? SQL_POSTGRESQL : SQL_SQLITE,
        .from = comparison->from,
        .to = comparison->to};
    struct work work = {
        .arena = arena, .dialect = changes.dialect, .changes = &changes, .comparison = comparison};

    choose_kinds(&work);
    for (int i = 0; i < OBJECT_KINDS; i++)
        changes.ignored[i] = !work.compared[i];
    changes.renames = renames_find(arena, comparison->from, comparison->to, comparison->from_models,
                                   comparison->to_models);
    changes.renamed = renames_apply(arena, comparison->from, &changes.renames);
    add_renamings(&work);
    for (enum object_kind kind = OBJECT_SCHEMA; kind <= OBJECT_OTHER; kind++)
        compare_loose(&work, kind);
    compare_tables(&work);
    return changes;
}
