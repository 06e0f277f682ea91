#include "naming/symbols.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "naming/generated.h"
#include "naming/reserved.h"

struct symbol {
    const char *name;
    const char *origin; /* "column 'role' of model 'user'" */
    const char *fix;
    struct place place;
    unsigned width;
    size_t order;
    bool is_tag;
    bool whole; /* of a model or enum itself, not of something in a model */
};

struct table {
    struct arena *arena;
    struct diagnostics *diags;
    struct pointers symbols;
};

static void add(struct table *table, const char *name, const char *origin, const char *fix,
                struct place place, const char *written)
{
    struct symbol *symbol = arena_alloc(table->arena, sizeof *symbol);

    *symbol = (struct symbol){.name = name,
                              .origin = origin,
                              .fix = fix,
                              .place = place,
                              .width = (unsigned)strlen(written),
                              .order = table->symbols.count};
    pointers_add(table->arena, &table->symbols, symbol);
}

/* The same for a name that is, or is also, the tag of a struct or enum. */
static void add_in(struct table *table, enum name_space space, const char *name, const char *origin,
                   const char *fix, struct place place, const char *written)
{
    if (space != NAME_TAG)
        add(table, name, origin, fix, place, written);
    if (space == NAME_ORDINARY)
        return;
    add(table, name, origin, fix, place, written);
    ((struct symbol *)table->symbols.items[table->symbols.count - 1])->is_tag = true;
}

static void set_whole(struct table *table, size_t first, bool whole)
{
    for (size_t i = first; i < table->symbols.count; i++)
        ((struct symbol *)table->symbols.items[i])->whole = whole;
}

static void add_enum(struct table *table, const struct enum_type *type)
{
    const char *written = type->inline_of ? type->inline_of->name : type->name;
    const char *origin;
    const char *fix = "rename the enum or give the file a 'prefix'";
    size_t first = table->symbols.count;

    if (type->inline_of) {
        origin = arena_format(table->arena, "the enum of column '%s' of model '%s'",
                              type->inline_of->name, type->inline_of->model->name);
        fix = "rename the column";
    } else {
        origin = arena_format(table->arena, "enum '%s'", type->name);
    }
    add_in(table, NAME_TAG, type->c_name, origin, fix, type->place, written);
    add(table, arena_format(table->arena, "%s_UNSET", type->c_upper), origin, fix, type->place,
        written);
    for (size_t i = 0; i < type->label_count; i++)
        add(table, type->labels[i].c_name,
            arena_format(table->arena, "value '%s' of %s", type->labels[i].label, origin),
            "give the values C names with 'names'", type->place, written);
    set_whole(table, first, !type->inline_of);
}

/* What a model or a result struct is called in messages. */
static const char *whole_origin(const struct table *table, const struct model *model)
{
    if (model->row)
        return arena_format(table->arena, "row '%s' of model '%s'", model->row->name,
                            model->row->model->name);
    return arena_format(table->arena, "model '%s'", model->name);
}

static void add_scope(struct table *table, const struct model *model, enum name_scope scope,
                      const struct column *column, const struct relation *relation)
{
    const char *written = column ? column->name : relation ? relation->name : model->name;
    struct place place = column ? column->place : relation ? relation->place : model->place;
    const char *noun = column ? "column" : "relation";
    const char *origin = whole_origin(table, model);
    const char *fix = "rename the model ('table' keeps its name in the database) or give the file "
                      "a 'prefix'";
    size_t first = table->symbols.count;

    if (scope == NAME_OF_ROW) {
        fix = "rename the row";
        written = model->row->name;
    } else if (model->row) {
        origin = arena_format(table->arena, "field '%s' of %s", written, origin);
        fix = "rename the field";
    } else if (scope != NAME_OF_MODEL) {
        origin = arena_format(table->arena, "%s '%s' of %s", noun, written, origin);
        fix = column ? "rename the column ('column' keeps its name in the database)"
                     : "rename the relation";
    }
    for (size_t i = 0; i < generated_names_count; i++)
        if (generated_names[i].scope == scope && name_is_made(&generated_names[i], relation))
            add_in(table, generated_names[i].space,
                   name_generated(table->arena, &generated_names[i], model, column, relation),
                   origin, fix, place, written);
    set_whole(table, first, scope == NAME_OF_MODEL);
}

/* That is an error by itself. */
static bool is_named_like_column(const struct model *model, const struct relation *relation)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (strcmp(model->columns[i].name, relation->name) == 0)
            return true;
    return false;
}

static void add_row(struct table *table, const struct row *row)
{
    add_scope(table, row->shape, NAME_OF_ROW, NULL, NULL);
    for (size_t i = 0; i < row->shape->column_count; i++)
        add_scope(table, row->shape, NAME_OF_COLUMN, &row->shape->columns[i], NULL);
}

static void add_model(struct table *table, const struct model *model)
{
    add_scope(table, model, NAME_OF_MODEL, NULL, NULL);
    for (size_t i = 0; i < model->column_count; i++)
        add_scope(table, model, NAME_OF_COLUMN, &model->columns[i], NULL);
    for (size_t i = 0; i < model->column_count; i++)
        if (model->columns[i].deferred)
            add_scope(table, model, NAME_OF_DEFERRED, &model->columns[i], NULL);
    for (size_t i = 0; i < model->relation_count; i++)
        if (!is_named_like_column(model, &model->relations[i]))
            add_scope(table, model, NAME_OF_RELATION, NULL, &model->relations[i]);
    for (size_t i = 0; i < model->row_count; i++)
        add_row(table, &model->rows[i]);
}

static void add_statement(struct table *table, const struct statement *statement)
{
    const char *origin = arena_format(table->arena, "statement '%s'", statement->name);
    const char *fix = "rename the statement or give its file a '-- prefix: NAME'";
    size_t first = table->symbols.count;

    for (size_t i = 0; i < statement_names_count; i++)
        add_in(table, statement_names[i].space,
               arena_format(table->arena, "%s%s", statement->c_name, statement_names[i].ending),
               origin, fix, statement->place, statement->name);
    set_whole(table, first, true);
}

static struct span span_of(const struct table *table, const struct symbol *symbol)
{
    return (struct span){.source = diagnostics_source(table->diags, symbol->place.file),
                         .line = symbol->place.line,
                         .column = symbol->place.column,
                         .width = symbol->width};
}

static int compare_symbols(const void *a, const void *b)
{
    const struct symbol *left = *(const struct symbol *const *)a;
    const struct symbol *right = *(const struct symbol *const *)b;
    int order = strcmp(left->name, right->name);

    order = order ? order : left->is_tag - right->is_tag;
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

/* Two things that clash in one name usually clash in several; once is enough. */
static bool is_told(struct map *told, struct arena *arena, const char *origin, const char *other)
{
    return map_add(arena, told, arena_format(arena, "%s\n%s", origin, other), told) != NULL;
}

static void report_reserved(struct table *table, struct map *told, const struct symbol *symbol,
                            const char *owner)
{
    if (is_told(told, table->arena, symbol->origin, owner))
        return;
    diagnostics_error(table->diags, span_of(table, symbol),
                      "%s needs the C name '%s', which is %s; %s", symbol->origin, symbol->name,
                      owner, symbol->fix);
}

/* A column or relation gives way to a model: renaming its own model would not part them. */
static void report_clash(struct table *table, struct map *told, const struct symbol *first,
                         const struct symbol *second)
{
    if (strcmp(first->origin, second->origin) == 0 ||
        is_told(told, table->arena, first->origin, second->origin))
        return;
    if (second->whole && !first->whole) {
        const struct symbol *inner = first;

        first = second;
        second = inner;
    }
    diagnostics_error(table->diags, span_of(table, second),
                      "%s and %s both need the C name '%s'; %s", first->origin, second->origin,
                      second->name, second->fix);
    diagnostics_note(table->diags, span_of(table, first), "the other one is here");
}

static void check_table(struct table *table)
{
    struct symbol **symbols = (struct symbol **)table->symbols.items;
    struct map told = {0};

    if (table->symbols.count)
        qsort(symbols, table->symbols.count, sizeof *symbols, compare_symbols);
    for (size_t i = 0; i < table->symbols.count; i++) {
        const char *owner = reserved_owner(symbols[i]->name);

        if (owner)
            report_reserved(table, &told, symbols[i], owner);
        if (i && symbols[i - 1]->is_tag == symbols[i]->is_tag &&
            strcmp(symbols[i - 1]->name, symbols[i]->name) == 0)
            report_clash(table, &told, symbols[i - 1], symbols[i]);
    }
}

void symbols_check(const struct schema *schema, struct arena *arena, struct diagnostics *diags)
{
    struct table table = {.arena = arena, .diags = diags};

    for (size_t i = 0; i < schema->enum_count; i++)
        add_enum(&table, schema->enums[i]);
    for (size_t i = 0; i < schema->model_count; i++)
        if (!schema->models[i]->link_only)
            add_model(&table, schema->models[i]);
    for (size_t i = 0; i < schema->statement_file_count; i++)
        for (size_t k = 0; k < schema->statement_files[i].statement_count; k++)
            add_statement(&table, &schema->statement_files[i].statements[k]);
    check_table(&table);
}
