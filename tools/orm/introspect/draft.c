#include "introspect/draft.h"

#include <stdarg.h>
#include <string.h>

#include "introspect/previous.h"
#include "naming/names.h"
#include "types/types.h"

void draft_add_note(struct draft *draft, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    pointers_add(draft->arena, &draft->notes, arena_vformat(draft->arena, format, arguments));
    va_end(arguments);
}

struct draft_model *draft_model_of(const struct draft *draft, const char *schema, const char *table)
{
    return map_get(&draft->model_names,
                   arena_format(draft->arena, "%s\n%s", schema ? schema : "", table));
}

struct draft_column *draft_column_of(const struct draft_model *model, const char *db_name)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (strcmp(model->columns[i].from->name, db_name) == 0)
            return &model->columns[i];
    return NULL;
}

/* Why a table can't be a model, NULL when it can. */
static const char *table_fault(struct arena *arena, const struct catalog_table *table)
{
    if (table->fault)
        return arena_format(arena, "it can't be read (%s); only its DDL is kept", table->fault);
    if (table->kind == CATALOG_VIRTUAL_TABLE)
        return "it is a virtual table; only its DDL is kept";
    if (table->kind == CATALOG_FOREIGN)
        return "it is a foreign table";
    if (!table->column_count)
        return "it has no columns; only its DDL is kept";
    for (size_t i = 0; i < table->column_count; i++)
        if (name_database_fault(table->columns[i].name))
            return "a column's name is empty, too long or can't be seen";
    return name_database_fault(table->name);
}

static bool is_possible(struct draft *draft, const struct catalog_table *table)
{
    const char *why = table_fault(draft->arena, table);

    if (why) {
        fprintf(stderr, "orm: %s is left out: %s\n", table->name, why);
        if (table->sql || !table->column_count) /* the note comes back with its DDL */
            draft_add_note(draft, "%s is left out: %s", table->name, why);
    }
    return !why;
}

/* The first of the candidates that is free, or one with a number behind it. */
static const char *free_name(struct arena *arena, struct map *taken, const char *const *candidates,
                             size_t count, void *what)
{
    const char *name = candidates[0];

    for (size_t i = 0; i < count; i++)
        if (!map_add(arena, taken, candidates[i], what))
            return candidates[i];
    for (unsigned number = 2; map_add(arena, taken, name, what); number++)
        name = word_numbered(arena, candidates[0], number);
    return name;
}

static void name_columns(struct draft *draft, struct draft_model *model, const struct model *before)
{
    const struct catalog_table *table = model->table;

    model->column_count = table->column_count;
    model->columns = arena_array(draft->arena, table->column_count, sizeof *model->columns);
    /* names that were kept come first, so that no new one takes them */
    for (size_t i = 0; i < table->column_count; i++) {
        struct draft_column *column = &model->columns[i];
        struct previous_entry entry = {0};

        column->from = &table->columns[i];
        column->name.ending = "value";
        if (before)
            entry = previous_column(draft->previous, before, column->from->name);
        if (!entry.name || map_add(draft->arena, &model->taken, entry.name, column))
            continue;
        column->name.text = entry.name;
        column->name.kept = true;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        struct draft_column *column = &model->columns[i];
        const char *const candidates[] = {word_of(draft->arena, column->from->name, "column")};

        if (!column->name.text)
            column->name.text = free_name(draft->arena, &model->taken, candidates, 1, column);
    }
}

static const char *schema_word(const struct draft *draft, const struct catalog_table *table)
{
    return table->schema ? word_of(draft->arena, table->schema, "other") : "main";
}

static void add_model(struct draft *draft, const struct catalog_table *table, struct map *taken)
{
    struct draft_model *model = arena_alloc(draft->arena, sizeof *model);
    struct previous_entry entry = {0};

    model->table = table;
    model->view = table->kind == CATALOG_VIEW || table->kind == CATALOG_MATERIALIZED_VIEW;
    model->name.ending = "row";
    if (draft->previous)
        entry = previous_model(draft->previous, table->schema, table->name);
    if (entry.name && !map_add(draft->arena, taken, entry.name, model)) {
        model->name.text = entry.name;
        model->name.kept = true;
    }
    map_add(draft->arena, &draft->model_names,
            arena_format(draft->arena, "%s\n%s", table->schema ? table->schema : "", table->name),
            model);
    draft->models[draft->model_count++] = model;
    name_columns(draft, model, entry.model);
}

static void name_model(struct draft *draft, struct draft_model *model, struct map *taken)
{
    struct arena *arena = draft->arena;
    const char *word = word_of(arena, model->table->name, "table");
    const char *const candidates[] = {
        word_singular(arena, word), word,
        name_join(arena, schema_word(draft, model->table), word_singular(arena, word))};
    const char *repaired = name_fault(candidates[2]) ? NULL : candidates[2];

    if (!model->name.text)
        model->name.text = free_name(arena, taken, candidates, repaired ? 3 : 2, model);
    if (!model->name.kept && strcmp(model->name.text, candidates[0]) != 0)
        model->name.note = arena_format(arena, "'%s' is the name of another model", candidates[0]);
}

static bool is_type_name(const char *name)
{
    for (int kind = 0; kind < TYPE_KIND_COUNT; kind++)
        if (strcmp(type_info((enum type_kind)kind)->name, name) == 0)
            return true;
    return false;
}

static bool can_be_enum(const struct catalog_enum *type)
{
    for (size_t i = 0; i < type->labels.count; i++)
        if (name_database_fault(type->labels.items[i]))
            return false;
    return type->labels.count && !name_database_fault(type->name);
}

static void name_enums(struct draft *draft)
{
    const struct catalog *catalog = draft->catalog;
    struct map taken = {0};

    draft->enums = arena_array(draft->arena, catalog->enum_count, sizeof *draft->enums);
    for (size_t i = 0; i < catalog->enum_count; i++) {
        struct draft_enum *made = &draft->enums[i];
        struct previous_entry entry = {0};
        const char *word = word_of(draft->arena, catalog->enums[i].name, "label");
        const char *names[1];

        made->from = &catalog->enums[i];
        made->used = can_be_enum(made->from);
        made->name.ending = "kind";
        if (draft->previous)
            entry = previous_enum(draft->previous, made->from->schema, made->from->name);
        names[0] = entry.name           ? entry.name
                   : is_type_name(word) ? arena_format(draft->arena, "%s_kind", word)
                                        : word;
        made->name.kept = entry.name != NULL;
        made->name.text = free_name(draft->arena, &taken, names, 1, made);
        if (!made->used)
            draft_add_note(draft,
                           "the enum %s is kept in SQL: it has labels that models can't have",
                           made->from->name);
    }
}

void draft_build(struct draft *draft)
{
    const struct catalog *catalog = draft->catalog;
    struct map taken = {0};

    draft->models = arena_array(draft->arena, catalog->table_count, sizeof *draft->models);
    for (size_t i = 0; i < catalog->table_count; i++) {
        if (!filter_takes(draft->filter, draft->arena, draft->catalog, &catalog->tables[i]))
            continue;
        if (is_possible(draft, &catalog->tables[i]))
            add_model(draft, &catalog->tables[i], &taken);
        else
            pointers_add(draft->arena, &draft->bare, &catalog->tables[i]);
    }
    for (size_t i = 0; i < draft->model_count; i++)
        name_model(draft, draft->models[i], &taken);
    name_enums(draft);
    draft_set_types(draft);
    draft_set_keys(draft);
    draft_set_relations(draft);
    draft_set_statements(draft);
}
