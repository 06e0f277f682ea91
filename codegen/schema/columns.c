#include <string.h>

#include "base/suggest.h"
#include "naming/names.h"
#include "schema/build.h"
#include "types/types.h"

static struct span at(struct model_build *mb, const struct column_build *cb, const char *key)
{
    return document_value_span(mb->document, cb->node, key);
}

static void report_unknown_type(struct builder *b, struct model_build *mb,
                                const struct column_build *cb, const char *name)
{
    const char *usual = type_usual_name(name);
    struct suggestion near = suggest_for(name);

    if (b->lost_enums || (document_is_faulty(mb->document, cb->node) && strchr(name, '(')))
        return;
    for (int kind = 0; kind < TYPE_KIND_COUNT; kind++)
        suggest_offer(&near, type_info((enum type_kind)kind)->name);
    for (size_t i = 0; i < b->enums.count; i++)
        suggest_offer(&near, ((const struct enum_type *)b->enums.items[i])->name);
    if (usual)
        near.best = usual;
    diagnostics_error(b->diags, at(mb, cb, "type"), "'%s' is no type and no enum%s", name,
                      suggest_text(b->arena, &near));
}

static void build_inline_enum(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    struct enum_type *type = arena_alloc(b->arena, sizeof *type);
    const char *const parts[] = {mb->model->table, column->db_name};

    if (!cb->parsed->values_count) {
        if (!document_is_faulty(mb->document, cb->node))
            diagnostics_error(b->diags, at(mb, cb, "type"),
                              "an enum column needs 'values', or the "
                              "name of an enum as its type");
        cb->broken = true;
        return;
    }
    type->name = arena_format(b->arena, "%s_%s", mb->model->name, column->name);
    type->c_name = arena_format(b->arena, "%s_%s", mb->model->c_name, column->name);
    type->c_upper = name_upper(b->arena, type->c_name);
    type->db_name = name_constraint(b->arena, parts, 2);
    type->db_schema = mb->model->db_schema;
    type->source = mb->model->source;
    type->inline_of = column;
    type->place = column->place;
    build_enum_labels(b, mb->document, cb->node, type, cb->parsed->values, cb->parsed->values_count,
                      cb->parsed->names, cb->parsed->names_count);
    build_enum_renames(b, mb->document, cb->node, type, cb->parsed->renamed,
                       cb->parsed->renamed_count);
    build_add_enum(b, type, at(mb, cb, "name"));
    column->type.kind = TYPE_ENUM;
    column->type.enumeration = type;
    column->type.text = type->name;
}

static void find_enum(struct builder *b, struct model_build *mb, size_t index, const char *name)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    const struct enum_build *found = map_get(&b->enum_names, name);

    if (!found) {
        report_unknown_type(b, mb, cb, name);
        cb->broken = true;
        return;
    }
    column->type.kind = TYPE_ENUM;
    column->type.enumeration = found->type;
    column->type.text = found->type->name;
}

static void build_type(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    const char *text = cb->parsed->type;
    const char *named = type_enum_name(b->arena, text);
    const char *why = NULL;

    if (strcmp(text, "enum") == 0) {
        build_inline_enum(b, mb, index);
    } else if (named) {
        find_enum(b, mb, index, named);
    } else {
        switch (type_parse(b->arena, text, &column->type, &why)) {
        case TYPE_UNKNOWN:
            find_enum(b, mb, index, text);
            break;
        case TYPE_WRONG:
            cb->broken = true;
            if (!document_is_faulty(mb->document, cb->node) || !strchr(text, '('))
                diagnostics_error(b->diags, at(mb, cb, "type"), "'%s' is no type: %s", text, why);
            break;
        case TYPE_PARSED:
            break;
        }
    }
    if (cb->parsed->values_count && strcmp(text, "enum") != 0)
        diagnostics_error(b->diags, at(mb, cb, "values"), "'values' belongs to 'type: enum' only");
    else if (cb->parsed->names_count && strcmp(text, "enum") != 0)
        diagnostics_error(b->diags, at(mb, cb, "names"), "'names' belongs to 'type: enum' only");
    column->type.array = cb->parsed->array;
    if (column->type.kind == TYPE_RAW && !column->sql_type && !cb->broken)
        diagnostics_error(b->diags, at(mb, cb, "type"),
                          "a raw column needs 'sql_type', the database's name of its type");
    if (column->type.kind == TYPE_RAW && column->type.array)
        diagnostics_error(b->diags, at(mb, cb, "array"),
                          "a raw column is no array; write '%s[]' as its 'sql_type'",
                          column->sql_type ? column->sql_type : "type");
    if (column->type.array && !cb->broken)
        column->type.text = arena_format(b->arena, "%s[]", column->type.text);
}

static void build_generated(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    const char *text = cb->parsed->generated;
    bool counts;

    if (!text) {
        if (column->computed)
            diagnostics_error(b->diags, at(mb, cb, "virtual"),
                              "'virtual' belongs to a column generated by an expression");
        return;
    }
    column->always = strcmp(text, "identity always") == 0;
    column->rowid = strcmp(text, "rowid") == 0;
    if (column->always || column->rowid)
        text = "identity";
    counts = strcmp(text, "identity") == 0 || strcmp(text, "serial") == 0;
    if (!counts) {
        struct suggestion near = suggest_for(text);

        suggest_offer(&near, "identity");
        suggest_offer(&near, "serial");
        if (strcmp(text, "always") == 0 || strcmp(text, "true") == 0) {
            near.best = "identity";
            near.distance = 0;
        }
        column->generated = GENERATED_EXPRESSION;
        column->expression = build_sql(b, mb->document, cb->node, "generated", text);
        if (near.best && near.distance <= 2 && !build_find_column(mb, text))
            diagnostics_error(b->diags, at(mb, cb, "generated"),
                              "'%s' is neither identity, serial nor an expression%s", text,
                              suggest_text(b->arena, &near));
    } else {
        column->generated = strcmp(text, "serial") == 0 ? GENERATED_SERIAL : GENERATED_IDENTITY;
        if (!cb->broken && (!type_info(column->type.kind)->integer || column->type.array))
            diagnostics_error(b->diags, at(mb, cb, "generated"),
                              "'generated: %s' needs an integer column, '%s' is %s", text,
                              column->name, column->type.text);
    }
    if (cb->parsed->default_value || cb->parsed->default_sql)
        diagnostics_error(b->diags,
                          at(mb, cb, cb->parsed->default_value ? "default" : "default_sql"),
                          "a generated column can't have a default");
    if (column->computed && counts)
        diagnostics_error(b->diags, at(mb, cb, "virtual"),
                          "'virtual' belongs to a column generated by an expression");
    if (counts && column->nullable)
        diagnostics_error(b->diags, at(mb, cb, "nullable"),
                          "'generated: %s' and 'nullable: true' exclude each other", text);
}

/* The columns that the runtime itself writes. */
static void build_roles(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    bool moment = column->type.kind == TYPE_TIMESTAMP || column->type.kind == TYPE_TIMESTAMPTZ;

    if (column->version && !cb->broken &&
        (!type_info(column->type.kind)->integer || column->type.array || column->nullable))
        diagnostics_error(b->diags, at(mb, cb, "version"),
                          "a version column must be an integer that is not nullable, '%s' is %s%s",
                          column->name, column->nullable ? "nullable " : "", column->type.text);
    if ((column->created || column->updated) && !cb->broken && (!moment || column->type.array))
        diagnostics_error(b->diags, at(mb, cb, column->created ? "created" : "updated"),
                          "a column marked '%s' must be timestamp or timestamptz, '%s' is %s",
                          column->created ? "created" : "updated", column->name, column->type.text);
    if (column->version && mb->model->version)
        diagnostics_error(b->diags, at(mb, cb, "version"),
                          "model '%s' has two version columns, '%s' and '%s'", mb->model->name,
                          mb->model->version->name, column->name);
    if ((column->version || column->created || column->updated) &&
        column->generated != GENERATED_NONE)
        diagnostics_error(b->diags, at(mb, cb, "generated"),
                          "a version, created or updated column can't be generated");
    if (column->version)
        mb->model->version = column;
}

static void build_column(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];

    column->nullable = cb->parsed->nullable;
    column->unique = cb->parsed->unique;
    column->deferred = cb->parsed->deferred;
    column->json = (enum json_access)cb->parsed->json;
    column->version = cb->parsed->version;
    column->created = cb->parsed->created;
    column->updated = cb->parsed->updated;
    column->comment = arena_text(b->arena, cb->parsed->comment);
    column->computed = cb->parsed->computed;
    /* SQLite's columns may have no type at all */
    column->sql_type = cb->parsed->sql_type && !*cb->parsed->sql_type
                           ? ""
                           : build_sql(b, mb->document, cb->node, "sql_type", cb->parsed->sql_type);
    column->collation = build_sql(b, mb->document, cb->node, "collation", cb->parsed->collation);
    column->was = build_database_name(b, mb->document, cb->node, "was", cb->parsed->was, NULL);
    column->check = build_sql(b, mb->document, cb->node, "check", cb->parsed->check);
    build_type(b, mb, index);
    build_generated(b, mb, index);
    build_default(b, mb, index);
    build_limits(b, mb, index);
    build_roles(b, mb, index);
}

static void check_identities(struct builder *b, struct model_build *mb)
{
    const struct column *first = NULL;

    for (size_t i = 0; i < mb->model->column_count; i++) {
        struct column *column = &mb->model->columns[i];

        if (column->generated != GENERATED_IDENTITY && column->generated != GENERATED_SERIAL)
            continue;
        if (first)
            diagnostics_error(b->diags, at(mb, &mb->columns[i], "generated"),
                              "model '%s' has two generated numbers, '%s' and '%s'; one is allowed",
                              mb->model->name, first->name, column->name);
        first = first ? first : column;
    }
}

void build_columns(struct builder *b)
{
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];

        for (size_t c = 0; c < mb->model->column_count; c++)
            build_column(b, mb, c);
        check_identities(b, mb);
    }
}
