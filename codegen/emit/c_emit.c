#include "emit/c_emit.h"

#include <string.h>

#include "emit/c_text.h"
#include "emit/c_types.h"
#include "naming/generated.h"

/* Parameters of generated functions, as the templates spell them: $.db$ is the name of db. */
static const char *const parameters[] = {
    ".site",      ".db",         ".query",       ".row",        ".rows",     ".values",
    ".changes",   ".where",      ".pred",        ".preds",      ".count",    ".target",
    ".sql",       ".value",      ".key",         ".condition",  ".list_out", ".row_out",
    ".count_out", ".page_out",   ".link_out",    ".exists_out", ".conflict", ".options",
    ".text_out",  ".value_out",  ".callback",    ".context",    ".maker",    ".json",
    ".page",      ".values_out", ".changes_out", ".batch",
};

static void set_names(struct c_emit *emit, enum name_scope scope, const struct column *column,
                      const struct relation *relation)
{
    for (size_t i = 0; i < generated_names_count; i++) {
        const struct generated_name *name = &generated_names[i];

        if (name->key && name->scope == scope)
            writer_set(&emit->writer, name->key,
                       name_generated(emit->arena, name, emit->model, column, relation));
    }
}

void c_emit_init(struct c_emit *emit, const struct schema *schema, const struct model *model,
                 const char *version)
{
    *emit = (struct c_emit){.arena = schema->arena, .schema = schema, .model = model};
    writer_init(&emit->writer, schema->arena);
    writer_set(&emit->writer, "version", c_comment_text(emit->arena, version));
    writer_set_number(&emit->writer, "abi", ORM_CODEGEN_ABI_WRITTEN);
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        writer_set(&emit->writer, parameters[i],
                   name_parameter(emit->arena, schema, parameters[i] + 1));
    if (!model)
        return;
    set_names(emit, model->row ? NAME_OF_ROW : NAME_OF_MODEL, NULL, NULL);
    writer_set(&emit->writer, "model_name", model->name);
    writer_set(&emit->writer, "guard", name_guard(emit->arena, model->c_upper));
    writer_set(&emit->writer, "file", c_comment_text(emit->arena, name_base(model->source)));
    writer_set(&emit->writer, "header", name_file(emit->arena, model->c_name, "h"));
    writer_set(&emit->writer, "table_text", c_comment_text(emit->arena, model->table));
}

bool c_emit_finish(struct c_emit *emit, const char *name, struct outputs *outputs,
                   const char **fault_out)
{
    struct output output = {.name = name};

    *fault_out = writer_fault(&emit->writer);
    output.text = writer_text(&emit->writer, &output.length);
    outputs_add(emit->arena, outputs, output);
    return !*fault_out;
}

const char *c_umbrella_file(struct arena *arena, const struct schema *schema, size_t index,
                            const char *ending)
{
    const char *header = name_umbrellas(arena, schema)[index];
    const char *stem = arena_copy(arena, header, strlen(header) - strlen(".orm.h"));

    for (size_t i = 0; i < schema->model_count; i++)
        if (strcmp(schema->models[i]->c_name, stem) == 0)
            stem = arena_format(arena, "%s_models", stem);
    return arena_format(arena, "%s.%s", stem, ending);
}

void c_emit_column(struct c_emit *emit, const struct column *column)
{
    struct writer *writer = &emit->writer;

    set_names(emit, NAME_OF_COLUMN, column, NULL);
    if (column->deferred)
        set_names(emit, NAME_OF_DEFERRED, column, NULL);
    writer_set(writer, "field", column->c_name);
    writer_set_number(writer, "column_index", column->index);
    writer_set(writer, "condition_type", c_condition_type(emit->arena, column));
}

void c_emit_target(struct c_emit *emit, const struct model *target)
{
    static const char *const keys[][2] = {
        {"type", "to_type"},   {"list", "to_list"},   {"pred", "to_pred"},
        {"query", "to_query"}, {"order", "to_order"}, {"descriptor", "to_descriptor"},
    };

    for (size_t i = 0; i < generated_names_count; i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (generated_names[i].key && generated_names[i].scope == NAME_OF_MODEL &&
                strcmp(generated_names[i].key, keys[k][0]) == 0)
                writer_set(&emit->writer, keys[k][1],
                           name_generated(emit->arena, &generated_names[i], target, NULL, NULL));
    writer_set(&emit->writer, "to_header", name_file(emit->arena, target->c_name, "h"));
}

static void set_link(struct c_emit *emit, const struct model *link)
{
    for (size_t i = 0; i < generated_names_count; i++)
        if (generated_names[i].key && strcmp(generated_names[i].key, "descriptor") == 0)
            writer_set(&emit->writer, "link_descriptor",
                       name_generated(emit->arena, &generated_names[i], link, NULL, NULL));
    writer_set(&emit->writer, "link_type", link->c_name);
}

void c_emit_relation(struct c_emit *emit, const struct relation *relation)
{
    set_names(emit, NAME_OF_RELATION, NULL, relation);
    c_emit_target(emit, relation->target);
    if (c_has_link(relation))
        set_link(emit, relation->link);
    writer_set(&emit->writer, "relation", relation->c_name);
    writer_set_number(&emit->writer, "relation_index", relation->index);
}

void c_emit_key(struct c_emit *emit)
{
    struct text arguments = {0};
    struct text binds = {0};
    const char *taken[] = {name_parameter(emit->arena, emit->schema, "site"),
                           name_parameter(emit->arena, emit->schema, "db"),
                           name_parameter(emit->arena, emit->schema, "batch"),
                           name_parameter(emit->arena, emit->schema, "row_out"),
                           name_parameter(emit->arena, emit->schema, "key")};

    text_add_string(emit->arena, &arguments, "");
    text_add_string(emit->arena, &binds, "");
    for (size_t i = 0; i < emit->model->primary_key.count; i++) {
        const struct column *column = emit->model->primary_key.columns[i];
        const char *name = name_key_parameter(emit->arena, emit->schema, column, taken,
                                              sizeof taken / sizeof *taken);

        text_add_string(emit->arena, &arguments,
                        arena_format(emit->arena, "%s%s%s", i ? ", " : "",
                                     c_key_type(emit->arena, column), name));
        text_add_string(
            emit->arena, &binds,
            arena_format(emit->arena, "%s%s(%s)", i ? ", " : "", c_bind_function(column), name));
    }
    writer_set(&emit->writer, "key_arguments", arguments.text);
    writer_set(&emit->writer, "key_binds", binds.text);
}

static bool is_known(const struct model **models, size_t count, const struct model *model)
{
    for (size_t i = 0; i < count; i++)
        if (models[i] == model)
            return true;
    return false;
}

const struct model **c_emit_targets(struct c_emit *emit, size_t *count_out)
{
    const struct model *model = emit->model;
    const struct model **targets = arena_array(emit->arena, model->relation_count, sizeof *targets);
    size_t count = 0;

    for (size_t i = 0; i < model->relation_count; i++) {
        const struct model *target = model->relations[i].target;

        if (target != model && !is_known(targets, count, target))
            targets[count++] = target;
    }
    *count_out = count;
    return targets;
}

const struct model **c_emit_links(struct c_emit *emit, size_t *count_out)
{
    const struct model *model = emit->model;
    const struct model **links = arena_array(emit->arena, model->relation_count, sizeof *links);
    size_t targets;
    const struct model **known = c_emit_targets(emit, &targets);
    size_t count = 0;

    for (size_t i = 0; i < model->relation_count; i++) {
        const struct model *link = model->relations[i].link;

        if (c_has_link(&model->relations[i]) && link != model && !is_known(known, targets, link) &&
            !is_known(links, count, link))
            links[count++] = link;
    }
    *count_out = count;
    return links;
}

bool c_has_link(const struct relation *relation)
{
    return relation->link && !relation->link->link_only;
}

size_t c_deferred_count(const struct model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->column_count; i++)
        count += model->columns[i].deferred;
    return count;
}

bool c_is_insertable(const struct column *column)
{
    return !column->model->view && !column->model->keyless &&
           column->generated != GENERATED_EXPRESSION;
}

bool c_is_changeable(const struct column *column)
{
    return c_is_insertable(column) && !column->primary_key;
}

bool c_has_find(const struct model *model)
{
    return model->primary_key.count > 0;
}

bool c_has_delete(const struct model *model)
{
    return !model->view && !model->keyless && c_has_find(model);
}

bool c_has_insert(const struct model *model)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (c_is_insertable(&model->columns[i]))
            return true;
    return false;
}

bool c_has_update(const struct model *model)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (c_is_changeable(&model->columns[i]))
            return c_has_find(model);
    return false;
}

static bool all_columns(const struct relation *relation, bool (*is_member)(const struct column *))
{
    for (size_t i = 0; i < relation->own_key.count; i++)
        if (!is_member(relation->own_key.columns[i]))
            return false;
    return relation->kind == RELATION_BELONGS_TO;
}

bool c_is_insertable_relation(const struct relation *relation)
{
    return all_columns(relation, c_is_insertable);
}

bool c_is_changeable_relation(const struct relation *relation)
{
    return all_columns(relation, c_is_changeable);
}
