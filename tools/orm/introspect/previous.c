#include "introspect/previous.h"

#include <string.h>
#include <unistd.h>

#include "schema/load.h"
#include "yaml/document.h"

struct previous {
    struct arena *arena;
    struct diagnostics *diags;
    struct schema *schema;
    struct document *document;
    struct pointers lines; /* const char * */
    bool **used;           /* by model and relation: it was asked for */
};

static void split_lines(struct previous *previous)
{
    const struct source *source = previous->document->source;
    char *text = arena_copy(previous->arena, source->text, source->length);

    for (char *end; text; text = end ? end + 1 : NULL) {
        end = strchr(text, '\n');
        if (end)
            *end = '\0';
        pointers_add(previous->arena, &previous->lines, text);
    }
}

bool previous_open(struct arena *arena, const char *path, const struct previous **previous_out)
{
    struct previous *previous = arena_alloc(arena, sizeof *previous);

    *previous_out = NULL;
    if (access(path, F_OK) != 0)
        return true;
    previous->arena = arena;
    previous->diags = diagnostics_new();
    if (!schema_load_draft(&path, 1, &previous->schema, previous->diags)) {
        report_print(previous->diags);
        report_error("%s: what people changed there can't be kept before this is mended", path);
        diagnostics_free(previous->diags);
        return false;
    }
    previous->document = document_read(arena, previous->diags, path, (struct span){0});
    split_lines(previous);
    previous->used = arena_array(arena, previous->schema->model_count, sizeof *previous->used);
    for (size_t i = 0; i < previous->schema->model_count; i++)
        previous->used[i] = arena_array(arena, previous->schema->models[i]->relation_count,
                                        sizeof **previous->used);
    *previous_out = previous;
    return true;
}

void previous_close(const struct previous *previous)
{
    if (!previous)
        return;
    document_close(previous->document);
    schema_free(previous->schema);
    diagnostics_free(previous->diags);
}

const char *previous_prefix(const struct previous *previous)
{
    return previous->document->parsed->prefix ? previous->document->parsed->prefix : "";
}

const yaml_node_t *previous_root(const struct previous *previous)
{
    return document_root(previous->document);
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static yaml_node_t *named_node(const struct previous *previous, const char *list, const char *name)
{
    struct document *document = previous->document;
    yaml_node_t *nodes = document_get(document, document_root(document), list);
    yaml_node_t *item;

    for (size_t i = 0; nodes && (item = document_item(document, nodes, i)); i++) {
        const yaml_node_t *value = document_get(document, item, "name");

        if (value && value->type == YAML_SCALAR_NODE &&
            strcmp((const char *)value->data.scalar.value, name) == 0)
            return item;
    }
    return NULL;
}

struct previous_entry previous_model(const struct previous *previous, const char *schema,
                                     const char *table)
{
    const struct schema *models = previous->schema;

    for (size_t i = 0; i < models->model_count; i++) {
        const struct model *model = models->models[i];
        const yaml_node_t *node;

        if (model->link_only || strcmp(model->table, table) != 0 ||
            !is_same(model->db_schema, schema))
            continue;
        node = named_node(previous, "models", model->name);
        if (node)
            return (struct previous_entry){.name = model->name, .node = node, .model = model};
    }
    return (struct previous_entry){0};
}

struct previous_entry previous_column(const struct previous *previous, const struct model *model,
                                      const char *db_name)
{
    struct document *document = previous->document;
    yaml_node_t *node = named_node(previous, "models", model->name);

    for (size_t i = 0; node && i < model->column_count; i++)
        if (strcmp(model->columns[i].db_name, db_name) == 0)
            return (struct previous_entry){
                .name = model->columns[i].name,
                .node = document_item(document, document_get(document, node, "columns"), i),
                .model = model,
            };
    return (struct previous_entry){0};
}

struct previous_entry previous_enum(const struct previous *previous, const char *schema,
                                    const char *type)
{
    for (size_t i = 0; i < previous->schema->enum_count; i++) {
        const struct enum_type *found = previous->schema->enums[i];

        if (!found->inline_of && strcmp(found->db_name, type) == 0 &&
            is_same(found->db_schema, schema))
            return (struct previous_entry){.name = found->name,
                                           .node = named_node(previous, "enums", found->name)};
    }
    return (struct previous_entry){0};
}

/* The same columns in the same order. */
static bool is_key(const struct key *key, struct catalog_names names)
{
    if (key->count != names.count)
        return false;
    for (size_t i = 0; i < key->count; i++)
        if (strcmp(key->columns[i]->db_name, names.items[i]) != 0)
            return false;
    return true;
}

static bool is_table(const struct model *model, const struct catalog_table *table)
{
    return strcmp(model->table, table->name) == 0 && is_same(model->db_schema, table->schema);
}

static bool is_relation(const struct relation *said, const struct draft_relation *found)
{
    const struct catalog_foreign_key *key = found->key;

    if (!is_table(said->target, found->target->table))
        return false;
    switch (found->kind) {
    case RELATION_BELONGS_TO:
        return said->kind == RELATION_BELONGS_TO && is_key(&said->own_key, key->columns) &&
               is_key(&said->target_key, key->target_columns);
    case RELATION_MANY_TO_MANY:
        return said->kind == RELATION_MANY_TO_MANY &&
               is_table(said->link, found->key_owner->table) &&
               is_key(&said->link_own_key, key->columns) &&
               is_key(&said->link_target_key, found->link_key->columns);
    default:
        return (said->kind == RELATION_HAS_MANY || said->kind == RELATION_HAS_ONE) &&
               is_key(&said->target_key, key->columns) &&
               is_key(&said->own_key, key->target_columns);
    }
}

static yaml_node_t *relation_node(const struct previous *previous, const struct model *model,
                                  size_t index)
{
    struct document *document = previous->document;
    yaml_node_t *node = named_node(previous, "models", model->name);

    return node ? document_item(document, document_get(document, node, "relations"), index) : NULL;
}

struct previous_entry previous_relation(const struct previous *previous, const struct model *model,
                                        const struct draft_relation *relation)
{
    for (size_t i = 0; i < model->relation_count; i++) {
        const struct relation *said = &model->relations[i];

        if (!is_relation(said, relation))
            continue;
        previous->used[model->index][i] = true;
        return (struct previous_entry){
            .name = said->name, .node = relation_node(previous, model, i), .model = model};
    }
    return (struct previous_entry){0};
}

static const struct relation *left(const struct previous *previous, const struct model *model,
                                   size_t index)
{
    for (size_t i = 0; i < model->relation_count; i++)
        if (!previous->used[model->index][i] && !index--)
            return &model->relations[i];
    return NULL;
}

size_t previous_left_count(const struct previous *previous, const struct model *model)
{
    size_t count = 0;

    while (left(previous, model, count))
        count++;
    return count;
}

const struct relation *previous_left_relation(const struct previous *previous,
                                              const struct model *model, size_t index)
{
    return left(previous, model, index);
}

const char *previous_left(const struct previous *previous, const struct model *model, size_t index,
                          const yaml_node_t **node_out)
{
    const struct relation *relation = left(previous, model, index);
    yaml_node_t *node = relation_node(previous, model, relation->index);

    *node_out = node;
    return document_inline_text(previous->document, node, "relations");
}

static const yaml_node_t *node_of(const struct previous *previous, int id)
{
    return yaml_document_get_node(&previous->document->tree, id);
}

const char *previous_rest(const struct previous *previous, const yaml_node_t *node,
                          const char *known)
{
    struct arena *arena = previous->arena;
    struct text made = {0};

    text_add_string(arena, &made, "");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *key = (const char *)node_of(previous, pair->key)->data.scalar.value;

        if (!strstr(known, arena_format(arena, " %s ", key)))
            text_add_string(
                arena, &made,
                arena_format(
                    arena, ", %s: %s", key,
                    document_inline_text(previous->document, node_of(previous, pair->value), key)));
    }
    return made.text;
}

const char *previous_value(const struct previous *previous, const yaml_node_t *node,
                           const char *key)
{
    const yaml_node_t *value = document_get(previous->document, node, key);

    return value ? document_inline_text(previous->document, value, key) : NULL;
}

size_t previous_label_count(const struct previous *previous, const yaml_node_t *node)
{
    const yaml_node_t *list = document_get(previous->document, node, "values");

    return list ? (size_t)(list->data.sequence.items.top - list->data.sequence.items.start) : 0;
}

/* Lines from 0. */
static const char *line_text(const struct previous *previous, size_t line)
{
    return line < previous->lines.count ? previous->lines.items[line] : "";
}

static bool is_comment(const char *line)
{
    return line[strspn(line, " ")] == '#';
}

const char *previous_comments(const struct previous *previous, const yaml_node_t *node)
{
    struct text made = {0};
    size_t last = node->start_mark.line;
    size_t first = last;

    while (first && is_comment(line_text(previous, first - 1)))
        first--;
    text_add_string(previous->arena, &made, "");
    for (; first && first < last; first++) {
        const char *line = line_text(previous, first);

        text_add_string(previous->arena, &made,
                        arena_format(previous->arena, "%s\n", line + strspn(line, " ")));
    }
    return made.text;
}

const char *previous_remark(const struct previous *previous, const yaml_node_t *node)
{
    const yaml_node_t *end = node;
    const char *line;
    size_t column;

    if (node->data.mapping.style != YAML_FLOW_MAPPING_STYLE)
        end = document_get(previous->document, node, "name");
    line = line_text(previous, end->end_mark.line);
    column = end->end_mark.column;
    if (column > strlen(line) || !strchr(" ", line[column]))
        return "";
    line += column;
    line += strspn(line, " ");
    return *line == '#' ? arena_format(previous->arena, " %s", line) : "";
}

const char *previous_head(const struct previous *previous)
{
    struct text made = {0};

    text_add_string(previous->arena, &made, "");
    for (size_t line = 0;; line++) {
        const char *text = line_text(previous, line);

        if (!is_comment(text))
            return made.text;
        /* our own are written anew */
        if (strncmp(text, "# introspect:", 13) != 0)
            text_add_string(previous->arena, &made, arena_format(previous->arena, "%s\n", text));
    }
}

/* The lines of a key and its value, moved to stand four columns from the left. */
const char *previous_block(const struct previous *previous, const yaml_node_t *node,
                           const char *key)
{
    struct arena *arena = previous->arena;
    struct text made = {0};
    const yaml_node_t *value = document_get(previous->document, node, key);
    size_t first = 0;
    size_t indent = 0;
    size_t last;

    if (!value)
        return NULL;
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
        if (pair->value == (int)(value - previous->document->tree.nodes.start) + 1) {
            first = node_of(previous, pair->key)->start_mark.line;
            indent = node_of(previous, pair->key)->start_mark.column;
        }
    last = value->end_mark.line + (value->end_mark.column > indent);
    while (last > first + 1 &&
           strspn(line_text(previous, last - 1), " ") == strlen(line_text(previous, last - 1)))
        last--;
    text_add_string(arena, &made, "");
    for (size_t i = first; i < last; i++) {
        const char *line = line_text(previous, i);
        size_t blanks = strspn(line, " ");

        text_add_string(
            arena, &made,
            blanks >= indent
                ? arena_format(arena, "%*s%s\n", (int)(blanks - indent + 4), "", line + blanks)
                : arena_format(arena, "    %s\n", line + blanks));
    }
    return made.text;
}
