#include "migrate/plan_postgresql.h"

/* Enums, domains, sequences, schemas and extensions. */

static bool has_label(const struct catalog_enum *type, const char *label)
{
    for (size_t i = 0; i < type->labels.count; i++)
        if (strcmp(type->labels.items[i], label) == 0)
            return true;
    return false;
}

/* The old labels stay in their order: the new ones can be put between them. */
static bool only_adds(const struct catalog_enum *old, const struct catalog_enum *new)
{
    size_t at = 0;

    for (size_t i = 0; i < new->labels.count; i++)
        if (at < old->labels.count && strcmp(old->labels.items[at], new->labels.items[i]) == 0)
            at++;
    return at == old->labels.count;
}

static bool is_said(struct work *work, const char *text, const char *label)
{
    return text && strstr(text, words_string(work->arena, label)) != NULL;
}

static bool table_says(struct work *work, const struct catalog_table *table, const char *label)
{
    bool said = false;

    for (size_t i = 0; i < table->column_count; i++)
        said = said || is_said(work, table->columns[i].default_sql, label) ||
               is_said(work, table->columns[i].expression, label);
    for (size_t i = 0; i < table->check_count; i++)
        said = said || is_said(work, table->checks[i].expression, label);
    for (size_t i = 0; i < table->index_count; i++)
        said = said || is_said(work, definition_index(work->arena, &table->indexes[i]), label);
    return said;
}

/* A label added by ALTER TYPE can't be used before COMMIT. */
static bool uses_new_label(struct work *work, const struct catalog_enum *old,
                           const struct catalog_enum *new)
{
    const struct catalog *to = work->changes->to;

    for (size_t i = 0; i < new->labels.count; i++) {
        if (has_label(old, new->labels.items[i]))
            continue;
        for (size_t k = 0; k < to->table_count; k++)
            if (table_says(work, &to->tables[k], new->labels.items[i]))
                return true;
    }
    return false;
}

static bool changes_labels(const struct change *change)
{
    for (size_t i = 0; i < change->property_count; i++)
        if (strcmp(change->properties[i].name, "labels") == 0)
            return true;
    return false;
}

void types_judge(struct work *work)
{
    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];

        if (change->kind == OBJECT_ENUM && change->action == CHANGE_ALTER &&
            changes_labels(change) &&
            (!only_adds(change->old, change->new) ||
             uses_new_label(work, change->old, change->new)))
            pointers_add(work->arena, &work->remade, (void *)change->new);
    }
}

static const char *removed_labels(struct work *work, const struct change *change)
{
    const struct catalog_enum *old = change->old;
    struct text lost = {0};

    for (size_t i = 0; i < old->labels.count; i++) {
        if (has_label(change->new, old->labels.items[i]))
            continue;
        text_add_string(work->arena, &lost, lost.length ? ", " : "");
        text_add_string(work->arena, &lost,
                        arena_format(work->arena,
                                     "label %s of enum %s (it fails on rows that "
                                     "have it)",
                                     words_string(work->arena, old->labels.items[i]),
                                     change->name));
    }
    return lost.text;
}

static void create_enum(struct work *work, const struct catalog_enum *type)
{
    plan_add(work->plan, "CREATE TYPE %s AS ENUM %s",
             words_qualified(work->arena, type->schema, type->name),
             definition_labels(work->arena, &type->labels));
}

static void alter_enum(struct work *work, const struct change *change)
{
    const struct catalog_enum *old = change->old;
    const struct catalog_enum *new = change->new;
    const char *name = words_qualified(work->arena, new->schema, new->name);

    if (!changes_labels(change))
        return;
    if (is_listed(&work->remade, new)) {
        struct step *step =
            plan_add(work->plan, "ALTER TYPE %s RENAME TO %s", name,
                     words_quoted(work->arena, arena_format(work->arena, "%s__old", new->name)));

        step->note = "The enum is made anew: labels can't be removed, moved or used at once.";
        step->destroys = removed_labels(work, change);
        step->locks = "columns of this type are rewritten; their tables can't be read meanwhile";
        create_enum(work, new);
        return;
    }
    for (size_t i = 0; i < new->labels.count; i++) {
        const char *label = words_string(work->arena, new->labels.items[i]);

        if (has_label(old, new->labels.items[i]))
            continue;
        if (i)
            plan_add(work->plan, "ALTER TYPE %s ADD VALUE %s AFTER %s", name, label,
                     words_string(work->arena, new->labels.items[i - 1]));
        else
            plan_add(work->plan, "ALTER TYPE %s ADD VALUE %s BEFORE %s", name, label,
                     words_string(work->arena, old->labels.items[0]));
    }
}

/* Where another one has it: indexes and columns name its parts with its schema. */
static void create_extension(struct work *work, const struct catalog_extension *extension)
{
    bool usual = strcmp(extension->schema, work->changes->to->default_schema) == 0 ||
                 strcmp(extension->schema, "pg_catalog") == 0;

    plan_add(work->plan, "CREATE EXTENSION %s%s%s", words_quoted(work->arena, extension->name),
             usual ? "" : " SCHEMA ", usual ? "" : words_quoted(work->arena, extension->schema));
}

static void add_one(struct work *work, const struct change *change)
{
    const char *name = words_qualified(work->arena, change->schema, change->name);

    switch (change->kind) {
    case OBJECT_SCHEMA:
        plan_add(work->plan, "CREATE SCHEMA %s", words_quoted(work->arena, change->name));
        break;
    case OBJECT_EXTENSION:
        create_extension(work, change->new);
        break;
    case OBJECT_ENUM:
        create_enum(work, change->new);
        if (((const struct catalog_enum *)change->new)->comment)
            plan_add(
                work->plan, "COMMENT ON TYPE %s IS %s", name,
                words_string(work->arena, ((const struct catalog_enum *)change->new)->comment));
        break;
    case OBJECT_DOMAIN:
        plan_add(work->plan, "CREATE DOMAIN %s %s", name,
                 definition_domain(work->arena, change->new));
        break;
    case OBJECT_TYPE:
        plan_add(work->plan, "CREATE TYPE %s %s", name,
                 ((const struct catalog_type *)change->new)->definition);
        break;
    case OBJECT_SEQUENCE:
        plan_add(work->plan, "CREATE SEQUENCE %s %s", name,
                 ((const struct catalog_sequence *)change->new)->options);
        break;
    default:
        break;
    }
}

static void alter_one(struct work *work, const struct change *change)
{
    bool only_comment =
        change->property_count == 1 && strcmp(change->properties[0].name, "comment") == 0;

    if (change->kind == OBJECT_ENUM)
        alter_enum(work, change);
    else if (change->kind == OBJECT_SEQUENCE)
        plan_add(work->plan, "ALTER SEQUENCE %s %s",
                 words_qualified(work->arena, change->schema, change->name),
                 ((const struct catalog_sequence *)change->new)->options);
    else if (!only_comment && (change->kind == OBJECT_DOMAIN || change->kind == OBJECT_TYPE))
        pointers_add(work->arena, &work->plan->faults,
                     arena_format(work->arena, "the %s %s is to be changed by hand",
                                  object_word(change->kind), change->name));
}

void types_add(struct work *work)
{
    for (enum object_kind kind = OBJECT_SCHEMA; kind <= OBJECT_SEQUENCE; kind++) {
        if (kind == OBJECT_ENUM) /* behind schemas and extensions */
            others_add(work, STAGE_FIRST);
        for (size_t i = 0; i < work->changes->items.count; i++) {
            const struct change *change = work->changes->items.items[i];

            if (change->kind == kind && change->action == CHANGE_ADD)
                add_one(work, change);
            else if (change->kind == kind && change->action == CHANGE_ALTER)
                alter_one(work, change);
        }
    }
}

void types_drop(struct work *work)
{
    static const char *const words[] = {
        [OBJECT_SCHEMA] = "SCHEMA", [OBJECT_EXTENSION] = "EXTENSION",
        [OBJECT_ENUM] = "TYPE",     [OBJECT_DOMAIN] = "DOMAIN",
        [OBJECT_TYPE] = "TYPE",     [OBJECT_SEQUENCE] = "SEQUENCE",
    };

    for (size_t i = 0; i < work->remade.count; i++) {
        const struct catalog_enum *type = work->remade.items[i];

        plan_add(work->plan, "DROP TYPE %s",
                 words_qualified(work->arena, type->schema,
                                 arena_format(work->arena, "%s__old", type->name)));
    }
    for (int kind = OBJECT_SEQUENCE; kind >= OBJECT_SCHEMA; kind--)
        for (size_t i = work->changes->items.count; i-- > 0;) { /* those that need others first */
            const struct change *change = work->changes->items.items[i];

            if (change->kind == (enum object_kind)kind && change->action == CHANGE_DROP)
                plan_add(work->plan, "DROP %s %s", words[kind],
                         words_qualified(work->arena, change->schema, change->name));
        }
}
