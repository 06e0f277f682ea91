#include <string.h>

#include "base/suggest.h"
#include "naming/names.h"
#include "schema/build.h"
#include "types/types.h"

static struct span at(const struct relation_build *rb, const char *key)
{
    return document_value_span(rb->owner->document, rb->node, key);
}

static void find_target(struct builder *b, struct relation_build *rb)
{
    struct suggestion near = suggest_for(rb->parsed->model);

    rb->target = map_get(&b->model_names, rb->parsed->model);
    if (rb->target) {
        rb->relation->target = rb->target->model;
        rb->relation->self_referential = rb->target == rb->owner;
        return;
    }
    rb->broken = true;
    if (b->lost_models)
        return;
    for (size_t i = 0; i < b->models.count; i++)
        suggest_offer(&near, ((const struct model_build *)b->models.items[i])->model->name);
    diagnostics_error(b->diags, at(rb, "model"),
                      "relation '%s' of model '%s' leads to the unknown "
                      "model '%s'%s",
                      rb->relation->name, rb->owner->model->name, rb->parsed->model,
                      suggest_text(b->arena, &near));
}

static void check_relation_name(struct builder *b, struct relation_build *rb)
{
    struct model_build *mb = rb->owner;
    const char *name = rb->relation->name;
    const struct column *column = build_find_column(mb, name);
    const struct relation_build *first;

    build_check_name(b, mb->document, rb->node, "name", name, "a relation", NULL);
    if (column) {
        diagnostics_error(b->diags, at(rb, "name"),
                          "relation '%s' of model '%s' has the name of a "
                          "column; rename one of them",
                          name, mb->model->name);
        diagnostics_note(b->diags,
                         document_value_span(mb->document, mb->columns[column->index].node, "name"),
                         "the column is here");
    }
    first = map_add(b->arena, &mb->relation_names, name, rb);
    if (first) {
        diagnostics_error(b->diags, at(rb, "name"), "model '%s' has two relations named '%s'",
                          mb->model->name, name);
        diagnostics_note(b->diags, at(first, "name"), "the first one is here");
    }
}

static void create_relation(struct builder *b, struct model_build *mb, size_t index)
{
    struct relation_build *rb = &mb->relations[index];
    struct relation *relation = &mb->model->relations[index];
    yaml_node_t *list = document_get(mb->document, mb->node, "relations");
    struct span place;

    rb->parsed = &mb->parsed->relations[index];
    rb->node = document_item(mb->document, list, index);
    rb->relation = relation;
    rb->owner = mb;
    place = at(rb, "name");
    relation->name = arena_text(b->arena, rb->parsed->name);
    relation->c_name = name_member(b->arena, relation->name);
    relation->index = index;
    relation->kind = (enum relation_kind)(rb->parsed->kind - 1);
    relation->to_many =
        relation->kind == RELATION_HAS_MANY || relation->kind == RELATION_MANY_TO_MANY;
    relation->model = mb->model;
    relation->place = build_place(&place);
    relation->comment = arena_text(b->arena, rb->parsed->comment);
    relation->yaml = document_flow_text(mb->document, rb->node, "relations");
    check_relation_name(b, rb);
    find_target(b, rb);
}

/* The side that a foreign key points to: `references`, or the primary key. */
static bool referenced_key(struct builder *b, struct relation_build *rb, struct model_build *side,
                           struct key *key)
{
    if (rb->parsed->references_count)
        return build_key(b, side, rb->owner->document, rb->node, "references",
                         rb->parsed->references, rb->parsed->references_count, key);
    *key = side->model->primary_key;
    if ((side->model->view || side->model->keyless) && !key->count)
        diagnostics_error(b->diags, at(rb, "name"),
                          "relation '%s' needs 'references': the view "
                          "'%s' has no primary key",
                          rb->relation->name, side->model->name);
    return key->count && !side->broken_key;
}

/* With no foreign_key given, owner and a key of id stand for owner_id. */
static bool guess_own_key(struct builder *b, struct relation_build *rb, const struct key *target,
                          struct key *key)
{
    key->columns = arena_array(b->arena, target->count, sizeof *key->columns);
    for (size_t i = 0; i < target->count; i++) {
        const char *name = name_join(b->arena, rb->relation->name, target->columns[i]->name);
        const struct column *column = build_find_column(rb->owner, name);

        if (!column) {
            if (!document_is_faulty(rb->owner->document, rb->owner->node))
                diagnostics_error(b->diags, at(rb, "name"),
                                  "relation '%s' needs 'foreign_key': "
                                  "model '%s' has no column '%s'",
                                  rb->relation->name, rb->owner->model->name, name);
            return false;
        }
        key->columns[key->count++] = column;
    }
    return true;
}

static void report_types(struct builder *b, struct span where, const struct column *from,
                         const struct column *to)
{
    diagnostics_error(b->diags, where,
                      "column '%s' of model '%s' is %s, but '%s' of model '%s', which it refers "
                      "to, is %s",
                      from->name, from->model->name, from->type.text, to->name, to->model->name,
                      to->type.text);
}

bool build_check_pair(struct builder *b, struct span where, const struct key *from,
                      const struct key *to)
{
    const struct model *model = to->columns[0]->model;
    bool ok = true;

    if (from->count != to->count) {
        diagnostics_error(b->diags, where,
                          "the foreign key %s has %zu column%s, but the key %s of "
                          "model '%s' has %zu",
                          build_key_text(b, from), from->count, from->count == 1 ? "" : "s",
                          build_key_text(b, to), model->name, to->count);
        return false;
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct column *left = from->columns[i];
        const struct column *right = to->columns[i];

        if (build_find_model(b, left->model)->columns[left->index].broken ||
            build_find_model(b, right->model)->columns[right->index].broken ||
            type_equal(&left->type, &right->type))
            continue;
        report_types(b, where, left, right);
        ok = false;
    }
    if (!model->view && !build_key_is_unique(model, to) &&
        !build_find_model(b, model)->broken_key) {
        diagnostics_error(b->diags, where,
                          "the columns %s of model '%s' are neither its primary "
                          "key nor unique, so nothing can refer to them",
                          build_key_text(b, to), model->name);
        ok = false;
    }
    return ok;
}

static bool is_optional(const struct relation *relation)
{
    if (relation->kind == RELATION_HAS_ONE || relation->target->view)
        return true;
    for (size_t i = 0; i < relation->own_key.count; i++)
        if (relation->own_key.columns[i]->nullable)
            return true;
    return false;
}

static void resolve_belongs_to(struct builder *b, struct relation_build *rb)
{
    struct relation *relation = rb->relation;
    bool ok = referenced_key(b, rb, rb->target, &relation->target_key);

    if (rb->parsed->foreign_key_count)
        ok =
            build_key(b, rb->owner, rb->owner->document, rb->node, "foreign_key",
                      rb->parsed->foreign_key, rb->parsed->foreign_key_count, &relation->own_key) &&
            ok;
    else
        ok = ok && guess_own_key(b, rb, &relation->target_key, &relation->own_key);
    rb->resolved =
        ok && build_check_pair(b, at(rb, "foreign_key"), &relation->own_key, &relation->target_key);
    relation->optional = rb->resolved && is_optional(relation);
}

/* The belongs_to of the target that a has_many without foreign_key is the other side of. */
static struct relation_build *other_side(struct builder *b, struct relation_build *rb)
{
    struct relation_build *found = NULL;

    for (size_t i = 0; i < rb->target->model->relation_count; i++) {
        struct relation_build *other = &rb->target->relations[i];

        if (other->relation->kind != RELATION_BELONGS_TO || other->target != rb->owner ||
            (rb->parsed->inverse && strcmp(rb->parsed->inverse, other->relation->name) != 0))
            continue;
        if (found) {
            diagnostics_error(b->diags, at(rb, "name"),
                              "relation '%s' could be the other side of "
                              "'%s' or '%s' of model '%s'; say which with 'inverse' or "
                              "'foreign_key'",
                              rb->relation->name, found->relation->name, other->relation->name,
                              rb->target->model->name);
            return NULL;
        }
        found = other;
    }
    if (!found && !rb->parsed->inverse &&
        !document_is_faulty(rb->target->document, rb->target->node))
        diagnostics_error(b->diags, at(rb, "name"),
                          "relation '%s' needs 'foreign_key': model '%s' "
                          "has no belongs_to that leads back to '%s'",
                          rb->relation->name, rb->target->model->name, rb->owner->model->name);
    return found;
}

static void resolve_has(struct builder *b, struct relation_build *rb)
{
    struct relation *relation = rb->relation;
    struct relation_build *other;
    bool ok;

    if (rb->parsed->foreign_key_count) {
        ok = referenced_key(b, rb, rb->owner, &relation->own_key);
        ok = build_key(b, rb->target, rb->owner->document, rb->node, "foreign_key",
                       rb->parsed->foreign_key, rb->parsed->foreign_key_count,
                       &relation->target_key) &&
             ok;
        rb->resolved = ok && build_check_pair(b, at(rb, "foreign_key"), &relation->target_key,
                                              &relation->own_key);
    } else {
        other = other_side(b, rb);
        rb->resolved = other && other->resolved;
        if (rb->resolved) {
            relation->own_key = other->relation->target_key;
            relation->target_key = other->relation->own_key;
        }
    }
    relation->optional = relation->kind == RELATION_HAS_ONE;
}

static void resolve_order(struct builder *b, struct relation_build *rb)
{
    struct relation *relation = rb->relation;
    size_t count = rb->parsed->order_by_count;

    relation->order_by = arena_array(b->arena, count, sizeof *relation->order_by);
    if (count && relation->kind == RELATION_BELONGS_TO)
        diagnostics_error(b->diags, at(rb, "order_by"), "'order_by' does not apply to belongs_to");
    for (size_t i = 0; i < count; i++) {
        bool descending = rb->parsed->order_by[i][0] == '-';
        const char *name = rb->parsed->order_by[i] + descending;
        const struct column *column = build_find_column(rb->target, name);
        struct span where = document_item_span(rb->owner->document, rb->node, "order_by", i);

        if (!column) {
            build_unknown_ordered(b, rb->target, where, rb->parsed->order_by[i]);
            continue;
        }
        if (!type_info(column->type.kind)->comparable || column->type.array)
            diagnostics_error(b->diags, where, "rows can't be ordered by '%s', which is %s", name,
                              column->type.text);
        for (size_t k = 0; k < relation->order_count; k++)
            if (relation->order_by[k].column == column)
                diagnostics_error(b->diags, where, "column '%s' is named twice in 'order_by'",
                                  name);
        relation->order_by[relation->order_count++] =
            (struct order_term){.column = column, .descending = descending};
    }
}

static void check_words(struct builder *b, struct relation_build *rb)
{
    bool many = rb->relation->kind == RELATION_MANY_TO_MANY;
    bool faulty = document_is_faulty(rb->owner->document, rb->node);

    if (rb->parsed->through && !many)
        diagnostics_error(b->diags, at(rb, "through"),
                          "'through' belongs to 'kind: many_to_many' only");
    if (many && !rb->parsed->through && !faulty)
        diagnostics_error(b->diags, at(rb, "name"),
                          "relation '%s' needs 'through': the model or "
                          "table that links '%s' and '%s'",
                          rb->relation->name, rb->owner->model->name, rb->parsed->model);
    if (many && rb->parsed->foreign_key_count)
        diagnostics_error(b->diags, at(rb, "foreign_key"),
                          "the 'foreign_key' of a many_to_many belongs inside its 'through'");
    rb->broken = rb->broken || faulty || (many && !rb->parsed->through);
}

static void create_relations(struct builder *b, struct model_build *mb)
{
    size_t count = mb->parsed->relations_count;

    mb->model->relation_count = count;
    mb->model->relations = arena_array(b->arena, count, sizeof *mb->model->relations);
    mb->relations = arena_array(b->arena, count, sizeof *mb->relations);
    for (size_t i = 0; i < count; i++) {
        create_relation(b, mb, i);
        check_words(b, &mb->relations[i]);
    }
}

typedef void resolver(struct builder *b, struct relation_build *rb);

static void resolve_kind(struct builder *b, size_t models, enum relation_kind kind, resolver *how)
{
    for (size_t i = 0; i < models; i++) {
        struct model_build *mb = b->models.items[i];

        for (size_t r = 0; r < mb->model->relation_count; r++)
            if (mb->relations[r].relation->kind == kind && !mb->relations[r].broken)
                how(b, &mb->relations[r]);
    }
}

void build_relations(struct builder *b)
{
    size_t count = b->models.count;

    for (size_t i = 0; i < count; i++)
        create_relations(b, b->models.items[i]);
    resolve_kind(b, count, RELATION_BELONGS_TO, resolve_belongs_to);
    resolve_kind(b, count, RELATION_HAS_MANY, resolve_has);
    resolve_kind(b, count, RELATION_HAS_ONE, resolve_has);
    resolve_kind(b, count, RELATION_MANY_TO_MANY, build_through);
    for (int kind = RELATION_BELONGS_TO; kind <= RELATION_MANY_TO_MANY; kind++)
        resolve_kind(b, count, (enum relation_kind)kind, resolve_order);
}
