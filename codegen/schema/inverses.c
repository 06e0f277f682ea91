#include <string.h>

#include "base/suggest.h"
#include "schema/build.h"

/* Which relation is the way back. */

static struct span at(const struct relation_build *rb, const char *key)
{
    return document_value_span(rb->owner->document, rb->node, key);
}

static bool opposite_kinds(enum relation_kind a, enum relation_kind b)
{
    if (a == RELATION_MANY_TO_MANY || b == RELATION_MANY_TO_MANY)
        return a == b;
    return (a == RELATION_BELONGS_TO) != (b == RELATION_BELONGS_TO);
}

static bool leads_back(const struct relation_build *rb, const struct relation_build *other)
{
    const struct relation *a = rb->relation;
    const struct relation *b = other->relation;

    if (!other->resolved || a == b || other->target != rb->owner ||
        !opposite_kinds(a->kind, b->kind) || !build_key_equal(&a->own_key, &b->target_key) ||
        !build_key_equal(&a->target_key, &b->own_key))
        return false;
    return a->link == b->link && build_key_equal(&a->link_own_key, &b->link_target_key) &&
           build_key_equal(&a->link_target_key, &b->link_own_key);
}

static bool names(const struct relation_build *rb, const struct relation_build *other)
{
    return rb->parsed->inverse && strcmp(rb->parsed->inverse, other->relation->name) == 0;
}

static void use_named(struct builder *b, struct relation_build *rb)
{
    struct relation_build *other = map_get(&rb->target->relation_names, rb->parsed->inverse);
    struct suggestion near = suggest_for(rb->parsed->inverse);

    if (!other) {
        if (document_is_faulty(rb->target->document, rb->target->node))
            return;
        for (size_t i = 0; i < rb->target->model->relation_count; i++)
            suggest_offer(&near, rb->target->model->relations[i].name);
        diagnostics_error(b->diags, at(rb, "inverse"), "model '%s' has no relation '%s'%s",
                          rb->target->model->name, rb->parsed->inverse,
                          suggest_text(b->arena, &near));
        return;
    }
    if (!other->resolved || !rb->resolved)
        return;
    if (leads_back(rb, other)) {
        rb->relation->inverse = other->relation;
        return;
    }
    diagnostics_error(b->diags, at(rb, "inverse"),
                      "'%s' of model '%s' is not the inverse of '%s': "
                      "it does not lead back over the same columns",
                      other->relation->name, rb->target->model->name, rb->relation->name);
    diagnostics_note(b->diags, at(other, "name"), "'%s' is here", other->relation->name);
}

static void find_unnamed(struct builder *b, struct relation_build *rb)
{
    const struct relation_build *claimed = NULL;
    const struct relation_build *found = NULL;
    const struct relation_build *second = NULL;
    size_t claims = 0;

    for (size_t i = 0; i < rb->target->model->relation_count; i++) {
        const struct relation_build *other = &rb->target->relations[i];

        if (!leads_back(rb, other) || (other->parsed->inverse && !names(other, rb)))
            continue;
        if (names(other, rb)) {
            claimed = other;
            claims++;
        } else {
            second = found;
            found = other;
        }
    }
    if (claims)
        rb->relation->inverse = claims == 1 ? claimed->relation : NULL;
    else if (!second)
        rb->relation->inverse = found ? found->relation : NULL;
    else
        diagnostics_error(b->diags, at(rb, "name"),
                          "the inverse of relation '%s' could be '%s' or "
                          "'%s' of model '%s'; say which with 'inverse'",
                          rb->relation->name, second->relation->name, found->relation->name,
                          rb->target->model->name);
}

void build_inverses(struct builder *b)
{
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];

        for (size_t r = 0; r < mb->model->relation_count; r++) {
            struct relation_build *rb = &mb->relations[r];

            if (rb->parsed->inverse && rb->target && !rb->broken)
                use_named(b, rb);
            else if (rb->resolved)
                find_unnamed(b, rb);
        }
    }
}
