#include <stdlib.h>
#include <string.h>

#include "schema/build.h"

/* The constraints behind the relations, each once, and the order of the tables they ask for. */

struct declared_key {
    struct foreign_key key;
    bool raw;                               /* one of the model's `constraints` makes it */
    const struct relation_build *by;        /* that first declared it */
    const struct relation_build *delete_by; /* that said on_delete, NULL: nobody */
    const struct relation_build *update_by;
};

static struct span at(const struct relation_build *rb, const char *key)
{
    return document_value_span(rb->owner->document, rb->node, key);
}

static void merge_action(struct builder *b, const char *word, const struct relation_build *rb,
                         int said, const struct relation_build **by, enum key_action *action)
{
    if (!said)
        return;
    if (!*by) {
        *by = rb;
        *action = (enum key_action)(said - 1);
        return;
    }
    if (*action == (enum key_action)(said - 1))
        return;
    diagnostics_error(b->diags, at(rb, word),
                      "'%s' differs from that of relation '%s' of model "
                      "'%s', which is over the same foreign key",
                      word, (*by)->relation->name, (*by)->owner->model->name);
    diagnostics_note(b->diags, at(*by, word), "the other one is here");
}

/* The name that the relation gives its constraint, NULL when it gives none. */
static const char *given_name(struct builder *b, const struct relation_build *rb)
{
    if (rb->relation->kind == RELATION_MANY_TO_MANY)
        return NULL;
    return build_database_name(b, rb->owner->document, rb->node, "constraint",
                               rb->parsed->constraint, NULL);
}

/* One of the model's own `constraints` is what the relation stands on. */
static bool is_raw(const struct model *model, const char *name)
{
    for (size_t i = 0; name && i < model->constraint_count; i++)
        if (strcmp(model->constraints[i].db_name, name) == 0)
            return true;
    return false;
}

static struct declared_key *declare(struct builder *b, const struct relation_build *rb,
                                    const struct key *key, const struct key *target_key)
{
    struct model_build *mb = build_find_model(b, key->columns[0]->model);
    struct model_build *target = build_find_model(b, target_key->columns[0]->model);
    struct declared_key *made;
    const char *given = given_name(b, rb);

    if (mb->model->view || target->model->view)
        return NULL;
    for (size_t i = 0; i < mb->foreign_keys.count; i++) {
        made = mb->foreign_keys.items[i];
        if (build_key_equal(&made->key.key, key) &&
            build_key_equal(&made->key.target_key, target_key))
            return made;
    }
    made = arena_alloc(b->arena, sizeof *made);
    made->by = rb;
    made->key.key = *key;
    made->key.target = target->model;
    made->key.target_key = *target_key;
    made->key.relation = rb->relation;
    made->key.place = rb->relation->place;
    made->raw = is_raw(mb->model, given);
    made->key.db_name =
        made->raw ? given : build_constraint_name(b, mb, rb->node, given, key, "fkey");
    made->key.deferrable = (enum deferral)rb->parsed->deferrable;
    pointers_add(b->arena, &mb->foreign_keys, made);
    return made;
}

static void declare_relation(struct builder *b, const struct relation_build *rb)
{
    const struct relation *r = rb->relation;
    struct declared_key *made = NULL;

    switch (r->kind) {
    case RELATION_BELONGS_TO:
        made = declare(b, rb, &r->own_key, &r->target_key);
        break;
    case RELATION_HAS_MANY:
    case RELATION_HAS_ONE:
        made = declare(b, rb, &r->target_key, &r->own_key);
        break;
    case RELATION_MANY_TO_MANY:
        made = declare(b, rb, &r->link_own_key, &r->own_key);
        declare(b, rb, &r->link_target_key, &r->target_key);
        break;
    }
    if (!made)
        return;
    merge_action(b, "on_delete", rb, rb->parsed->on_delete, &made->delete_by, &made->key.on_delete);
    merge_action(b, "on_update", rb, rb->parsed->on_update, &made->update_by, &made->key.on_update);
}

static void declare_kind(struct builder *b, bool belongs_to, bool many)
{
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];

        for (size_t r = 0; r < mb->model->relation_count; r++) {
            const struct relation_build *rb = &mb->relations[r];
            enum relation_kind kind = rb->relation->kind;

            if (rb->resolved && (kind == RELATION_BELONGS_TO) == belongs_to &&
                (kind == RELATION_MANY_TO_MANY) == many)
                declare_relation(b, rb);
        }
    }
}

static void check_set_null(struct builder *b, const struct declared_key *made,
                           const struct relation_build *by, const char *word,
                           enum key_action action)
{
    const struct model_build *mb = build_find_model(b, made->key.key.columns[0]->model);

    if (!by || action != ACTION_SET_NULL)
        return;
    for (size_t i = 0; i < made->key.key.count; i++) {
        const struct column *column = made->key.key.columns[i];

        if (column->nullable || document_is_faulty(mb->document, mb->columns[column->index].node))
            continue;
        diagnostics_error(b->diags, at(by, word),
                          "'%s: set_null' needs nullable columns, and '%s' "
                          "of model '%s' is not",
                          word, column->name, column->model->name);
        return;
    }
}

/* What a statement computes, no action can write. */
static void check_generated(struct builder *b, const struct declared_key *made,
                            const struct relation_build *by, const char *word, int said)
{
    bool writes = said == ACTION_SET_NULL || said == ACTION_SET_DEFAULT ||
                  (said == ACTION_CASCADE && strcmp(word, "on_update") == 0);

    for (size_t i = 0; by && writes && i < made->key.key.count; i++) {
        const struct column *column = made->key.key.columns[i];

        if (column->generated == GENERATED_EXPRESSION)
            diagnostics_error(b->diags, at(by, word),
                              "'%s' would write '%s' of model '%s', which is a generated column; "
                              "use restrict or no_action",
                              word, column->name, column->model->name);
    }
}

static void mark_columns(struct model *model, const struct foreign_key *key)
{
    for (size_t i = 0; i < key->key.count; i++) {
        struct column *column = &model->columns[key->key.columns[i]->index];

        if (column->foreign_key)
            continue;
        column->foreign_key = key;
        column->references = key->target_key.columns[i];
    }
}

static void finish_model(struct builder *b, struct model_build *mb)
{
    struct model *model = mb->model;
    size_t count = mb->foreign_keys.count;

    model->foreign_keys = arena_array(b->arena, count, sizeof *model->foreign_keys);
    for (size_t i = 0; i < count; i++) {
        const struct declared_key *made = mb->foreign_keys.items[i];
        struct foreign_key *key = &model->foreign_keys[model->foreign_key_count];

        if (made->raw)
            continue;
        *key = made->key;
        model->foreign_key_count++;
        check_set_null(b, made, made->delete_by, "on_delete", made->key.on_delete);
        check_set_null(b, made, made->update_by, "on_update", made->key.on_update);
        check_generated(b, made, made->delete_by, "on_delete", (int)made->key.on_delete);
        check_generated(b, made, made->update_by, "on_update", (int)made->key.on_update);
        mark_columns(model, key);
    }
}

/* A relation shows the actions of its constraint, wherever they were said. */
static void show_actions(struct builder *b, struct relation_build *rb)
{
    struct relation *r = rb->relation;
    const struct key *key = r->kind == RELATION_BELONGS_TO     ? &r->own_key
                            : r->kind == RELATION_MANY_TO_MANY ? &r->link_own_key
                                                               : &r->target_key;
    const struct key *to = r->kind == RELATION_BELONGS_TO ? &r->target_key : &r->own_key;
    const struct model *model;

    if (!rb->resolved)
        return;
    model = build_find_model(b, key->columns[0]->model)->model;
    for (size_t i = 0; i < model->foreign_key_count; i++) {
        const struct foreign_key *made = &model->foreign_keys[i];

        if (!build_key_equal(&made->key, key) || !build_key_equal(&made->target_key, to))
            continue;
        r->on_delete = made->on_delete;
        r->on_update = made->on_update;
    }
}

void build_foreign_keys(struct builder *b)
{
    declare_kind(b, true, false);
    declare_kind(b, false, false);
    declare_kind(b, false, true);
    for (size_t i = 0; i < b->models.count; i++)
        finish_model(b, b->models.items[i]);
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];

        for (size_t r = 0; r < mb->model->relation_count; r++)
            show_actions(b, &mb->relations[r]);
    }
}
