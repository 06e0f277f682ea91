#include <string.h>

#include "naming/names.h"
#include "schema/build.h"

/* Models and their columns by name; what the columns are comes later, when all enums are known. */

static void report_twice(struct builder *b, struct document *document, yaml_node_t *node,
                         const char *key, struct document *first_document, yaml_node_t *first,
                         const char *what)
{
    diagnostics_error(b->diags, document_value_span(document, node, key), "%s", what);
    diagnostics_note(b->diags, document_value_span(first_document, first, key),
                     "the first one "
                     "is here");
}

static void name_column(struct builder *b, struct model_build *mb, size_t index,
                        struct map *db_names)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    struct span at = document_value_span(mb->document, cb->node, "name");
    const struct column *first;

    column->name = arena_text(b->arena, cb->parsed->name);
    column->place = build_place(&at);
    column->index = index;
    column->model = mb->model;
    column->c_name = name_member(b->arena, column->name);
    column->c_upper = name_upper(b->arena, column->name);
    column->yaml = document_flow_text(mb->document, cb->node, "columns");
    build_check_name(b, mb->document, cb->node, "name", column->name, "a column", "column");
    column->db_name =
        build_database_name(b, mb->document, cb->node, "column", cb->parsed->column, column->name);
    first = map_add(b->arena, &mb->column_names, column->name, column);
    if (first) {
        report_twice(b, mb->document, cb->node, "name", mb->document,
                     mb->columns[first->index].node,
                     arena_format(b->arena, "model '%s' has two columns named '%s'",
                                  mb->model->name, column->name));
        return;
    }
    first = map_add(b->arena, db_names, column->db_name, column);
    if (first)
        report_twice(b, mb->document, cb->node, "column", mb->document,
                     mb->columns[first->index].node,
                     arena_format(b->arena, "two columns of model '%s' have the database name '%s'",
                                  mb->model->name, column->db_name));
}

static void name_columns(struct builder *b, struct model_build *mb)
{
    yaml_node_t *list = document_get(mb->document, mb->node, "columns");
    struct map db_names = {0};
    size_t count = mb->parsed->columns_count;

    mb->model->column_count = count;
    mb->model->columns = arena_array(b->arena, count, sizeof *mb->model->columns);
    mb->columns = arena_array(b->arena, count, sizeof *mb->columns);
    for (size_t i = 0; i < count; i++) {
        mb->columns[i].parsed = &mb->parsed->columns[i];
        mb->columns[i].node = document_item(mb->document, list, i);
        name_column(b, mb, i, &db_names);
    }
    if (!count && !document_is_faulty(mb->document, mb->node))
        diagnostics_error(b->diags, document_value_span(mb->document, mb->node, "name"),
                          "model '%s' has no columns", mb->model->name);
}

static void add_model(struct builder *b, struct model_build *mb)
{
    struct model *model = mb->model;
    struct model_build *first = map_add(b->arena, &b->model_names, model->name, mb);

    if (first) {
        report_twice(b, mb->document, mb->node, "name", first->document, first->node,
                     arena_format(b->arena, "model '%s' is defined twice", model->name));
    } else {
        first =
            map_add(b->arena, &b->tables, build_qualified(b, model->db_schema, model->table), mb);
        if (first)
            report_twice(b, mb->document, mb->node, "table", first->document, first->node,
                         arena_format(b->arena, "the models '%s' and '%s' have the same table '%s'",
                                      first->model->name, model->name, model->table));
    }
    model->index = b->models.count;
    pointers_add(b->arena, &b->models, mb);
}

static void build_model(struct builder *b, struct document *document, yaml_node_t *node,
                        const struct parsed_model *parsed)
{
    struct span at = document_value_span(document, node, "name");
    struct model_build *mb = arena_alloc(b->arena, sizeof *mb);
    struct model *model = arena_alloc(b->arena, sizeof *model);

    mb->model = model;
    mb->document = document;
    mb->parsed = parsed;
    mb->node = node;
    mb->prefix = document->parsed->prefix ? document->parsed->prefix : "";
    model->name = arena_text(b->arena, parsed->name);
    model->source = document->source->path;
    model->place = build_place(&at);
    model->view = parsed->view;
    model->keyless = parsed->keyless;
    model->options = build_sql(b, document, node, "options", parsed->options);
    model->key_name =
        build_database_name(b, document, node, "primary_key_name", parsed->primary_key_name, NULL);
    model->comment = arena_text(b->arena, parsed->comment);
    build_check_name(b, document, node, "name", model->name, "a model", "table");
    model->c_name = name_join(b->arena, mb->prefix, model->name);
    model->c_upper = name_upper(b->arena, model->c_name);
    model->table = build_database_name(b, document, node, "table", parsed->table, model->name);
    model->db_schema = build_database_name(b, document, node, "schema", parsed->schema, NULL);
    model->was = build_database_name(b, document, node, "was", parsed->was, NULL);
    add_model(b, mb);
    name_columns(b, mb);
}

void build_models(struct builder *b)
{
    for (size_t i = 0; i < b->documents.count; i++) {
        struct document *document = b->documents.items[i];
        yaml_node_t *list = document_get(document, document_root(document), "models");

        b->lost_models = b->lost_models || document->lost_models || !document->parsed;
        b->lost_enums = b->lost_enums || document->lost_enums || !document->parsed;
        for (size_t m = 0; document->parsed && m < document->parsed->models_count; m++)
            build_model(b, document, document_item(document, list, m),
                        &document->parsed->models[m]);
    }
}
