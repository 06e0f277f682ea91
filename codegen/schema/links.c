#include <string.h>

#include "base/suggest.h"
#include "schema/build.h"
#include "types/types.h"

/* many_to_many: the link between the two sides, a model or a bare table. */

static yaml_node_t *through_node(const struct relation_build *rb)
{
    return document_get(rb->owner->document, rb->node, "through");
}

static struct span at(const struct relation_build *rb, const char *key)
{
    struct document *document = rb->owner->document;
    yaml_node_t *node = document_get(document, through_node(rb), key);

    return node ? document_span(document, node) : document_value_span(document, rb->node, "name");
}

static struct span item_at(const struct relation_build *rb, const char *key, size_t index)
{
    return document_item_span(rb->owner->document, through_node(rb), key, index);
}

/* The belongs_to of the link that leads to side, when there is exactly one. */
static const struct key *only_key_to(const struct model_build *link, const struct model_build *side)
{
    const struct key *found = NULL;

    for (size_t i = 0; i < link->model->relation_count; i++) {
        const struct relation_build *rb = &link->relations[i];

        if (rb->relation->kind != RELATION_BELONGS_TO || rb->target != side || !rb->resolved)
            continue;
        if (found)
            return NULL;
        found = &rb->relation->own_key;
    }
    return found;
}

static bool link_list(struct builder *b, struct relation_build *rb, struct model_build *link,
                      struct model_build *side, const char *key, char **names, size_t count,
                      struct key *key_out)
{
    const struct key *only;

    if (count)
        return build_key(b, link, rb->owner->document, through_node(rb), key, names, count,
                         key_out);
    only = rb->owner == rb->target ? NULL : only_key_to(link, side);
    if (only) {
        *key_out = *only;
        return true;
    }
    if (!document_is_faulty(link->document, link->node))
        diagnostics_error(b->diags, at(rb, "model"),
                          "the 'through' of relation '%s' needs '%s': "
                          "model '%s' has not exactly one belongs_to that leads to '%s'",
                          rb->relation->name, key, link->model->name, side->model->name);
    return false;
}

static void through_model(struct builder *b, struct relation_build *rb)
{
    const struct parsed_through *through = rb->parsed->through;
    struct relation *relation = rb->relation;
    struct model_build *link = map_get(&b->model_names, through->model);
    struct suggestion near = suggest_for(through->model);
    bool ok;

    if (!link) {
        for (size_t i = 0; i < b->models.count; i++)
            suggest_offer(&near, ((const struct model_build *)b->models.items[i])->model->name);
        if (!b->lost_models)
            diagnostics_error(b->diags, at(rb, "model"),
                              "relation '%s' goes through the unknown "
                              "model '%s'%s",
                              relation->name, through->model, suggest_text(b->arena, &near));
        return;
    }
    relation->link = link->model;
    ok = link_list(b, rb, link, rb->owner, "foreign_key", through->foreign_key,
                   through->foreign_key_count, &relation->link_own_key);
    ok = link_list(b, rb, link, rb->target, "target_key", through->target_key,
                   through->target_key_count, &relation->link_target_key) &&
         ok;
    rb->resolved = ok && build_check_pair(b, at(rb, "foreign_key"), &relation->link_own_key,
                                          &relation->own_key);
    rb->resolved = ok &&
                   build_check_pair(b, at(rb, "target_key"), &relation->link_target_key,
                                    &relation->target_key) &&
                   rb->resolved;
}

static struct model_build *new_link_table(struct builder *b, struct relation_build *rb)
{
    const struct parsed_through *through = rb->parsed->through;
    size_t room = through->foreign_key_count + through->target_key_count;
    struct model_build *link = arena_alloc(b->arena, sizeof *link);
    struct model *model = arena_alloc(b->arena, sizeof *model);
    static const struct parsed_model nothing;

    link->model = model;
    link->document = rb->owner->document;
    link->parsed = &nothing;
    link->node = through_node(rb);
    link->prefix = "";
    link->columns = arena_array(b->arena, room, sizeof *link->columns);
    model->table = arena_text(b->arena, through->table);
    model->db_schema = arena_text(b->arena, through->schema);
    model->name = model->table;
    model->c_name = "";
    model->c_upper = "";
    model->source = rb->owner->model->source;
    model->place = rb->relation->place;
    model->link_only = true;
    model->index = b->models.count;
    model->columns = arena_array(b->arena, room, sizeof *model->columns);
    model->primary_key.columns = arena_array(b->arena, room, sizeof *model->primary_key.columns);
    pointers_add(b->arena, &b->models, link);
    return link;
}

static struct column *new_link_column(struct builder *b, struct model_build *link,
                                      const struct column *target, const char *name)
{
    struct model *model = link->model;
    struct column *column = &model->columns[model->column_count];

    column->name = arena_text(b->arena, name);
    column->db_name = column->name;
    column->c_name = "";
    column->c_upper = "";
    column->yaml = "";
    column->index = model->column_count++;
    column->model = model;
    column->type = target->type;
    column->primary_key = true;
    column->place = model->place;
    link->columns[column->index].node = link->node;
    model->primary_key.columns[model->primary_key.count++] = column;
    map_add(b->arena, &link->column_names, column->name, column);
    return column;
}

static bool link_columns(struct builder *b, struct relation_build *rb, struct model_build *link,
                         bool created, const char *list, char **names, size_t count,
                         const struct key *target, struct key *key)
{
    bool ok = true;

    key->columns = arena_array(b->arena, count, sizeof *key->columns);
    for (size_t i = 0; i < count; i++) {
        struct column *column = build_find_column(link, names[i]);

        build_database_name(b, rb->owner->document,
                            document_item(rb->owner->document,
                                          document_get(rb->owner->document, through_node(rb), list),
                                          i),
                            list, names[i], NULL);
        if (!column && created && i < target->count)
            column = new_link_column(b, link, target->columns[i], names[i]);
        if (!column && !created) {
            diagnostics_error(b->diags, item_at(rb, list, i),
                              "the link table '%s' has no column "
                              "'%s'",
                              link->model->table, names[i]);
            diagnostics_note(b->diags, document_span(link->document, link->node),
                             "its columns are given here");
        }
        for (size_t k = 0; k < key->count; k++)
            if (key->columns[k] == column) {
                diagnostics_error(b->diags, item_at(rb, list, i),
                                  "column '%s' is named twice in '%s'", names[i], list);
                return false;
            }
        if (column)
            key->columns[key->count++] = column;
        else
            ok = ok && created;
    }
    if (count > key->count && ok && count != target->count) {
        diagnostics_error(b->diags, at(rb, list),
                          "'%s' has %zu columns, but the key %s of model "
                          "'%s' has %zu",
                          list, count, build_key_text(b, target), target->columns[0]->model->name,
                          target->count);
        return false;
    }
    return ok && build_check_pair(b, at(rb, list), key, target);
}

static bool check_table_words(struct builder *b, struct relation_build *rb)
{
    const struct parsed_through *through = rb->parsed->through;
    struct span where = at(rb, "table");

    if (through->foreign_key_count && through->target_key_count)
        return true;
    diagnostics_error(b->diags, where,
                      "a 'through' with a table needs both 'foreign_key' (its "
                      "columns that refer to '%s') and 'target_key' (to '%s')",
                      rb->owner->model->name, rb->target->model->name);
    return false;
}

static bool same_list(char **a, size_t a_count, char **b, size_t b_count)
{
    if (a_count != b_count || !a_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

static void through_table(struct builder *b, struct relation_build *rb)
{
    const struct parsed_through *through = rb->parsed->through;
    struct relation *relation = rb->relation;
    struct document *document = rb->owner->document;
    const char *table =
        build_database_name(b, document, through_node(rb), "table", through->table, NULL);
    const char *schema =
        build_database_name(b, document, through_node(rb), "schema", through->schema, NULL);
    struct model_build *link = map_get(&b->tables, build_qualified(b, schema, table));
    bool created = !link;
    bool ok;

    if (link && !link->model->link_only) {
        diagnostics_error(b->diags, at(rb, "table"),
                          "table '%s' belongs to model '%s'; write "
                          "'model: %s'",
                          table, link->model->name, link->model->name);
        return;
    }
    if (!check_table_words(b, rb))
        return;
    if (created) {
        link = new_link_table(b, rb);
        map_add(b->arena, &b->tables, build_qualified(b, schema, table), link);
    }
    relation->link = link->model;
    ok = link_columns(b, rb, link, created, "foreign_key", through->foreign_key,
                      through->foreign_key_count, &relation->own_key, &relation->link_own_key);
    ok = link_columns(b, rb, link, created, "target_key", through->target_key,
                      through->target_key_count, &relation->target_key,
                      &relation->link_target_key) &&
         ok;
    rb->resolved = ok;
}

void build_through(struct builder *b, struct relation_build *rb)
{
    const struct parsed_through *through = rb->parsed->through;
    struct relation *relation = rb->relation;
    bool ok = true;

    relation->own_key = rb->owner->model->primary_key;
    relation->target_key = rb->target->model->primary_key;
    if (rb->parsed->references_count)
        ok = build_key(b, rb->owner, rb->owner->document, rb->node, "references",
                       rb->parsed->references, rb->parsed->references_count, &relation->own_key);
    if (through->references_count)
        ok = build_key(b, rb->target, rb->owner->document, through_node(rb), "references",
                       through->references, through->references_count, &relation->target_key) &&
             ok;
    if (!through->model == !through->table) {
        diagnostics_error(b->diags, document_value_span(rb->owner->document, rb->node, "through"),
                          "'through' needs either 'model' or 'table'");
        return;
    }
    if (same_list(through->foreign_key, through->foreign_key_count, through->target_key,
                  through->target_key_count)) {
        diagnostics_error(b->diags, at(rb, "target_key"),
                          "'foreign_key' and 'target_key' name the "
                          "same columns, so they can't tell the two sides apart");
        return;
    }
    if (!ok || !relation->own_key.count || !relation->target_key.count)
        return;
    if (through->model)
        through_model(b, rb);
    else
        through_table(b, rb);
}
