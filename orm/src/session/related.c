#include "session/related.h"

#include <string.h>

#include "map/related.h"
#include "model/column_value.h"

void orm__related_forget_slot(orm_session *session, orm__slot *slot, bool undoable)
{
    if (slot->load == NULL)
        return;
    /* Without memory to remember it, the relation is merely loaded again. */
    orm__undo *undo = undoable ? orm__arena_zero(&session->transaction, sizeof *undo) : NULL;
    if (undo != NULL) {
        undo->what = ORM__UNDO_RELATION;
        undo->slot = slot;
        undo->was = *slot;
        undo->next = session->undo;
        session->undo = undo;
    }
    *slot = (orm__slot){NULL, NULL};
}

void orm__related_forget(orm_session *session, orm_object *object, uint16_t relation, bool undoable)
{
    orm__related_forget_slot(session, &object->slots[relation], undoable);
    if (object->counts != NULL)
        orm__related_forget_slot(session, &object->counts[relation], undoable);
}

static bool same_name(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* Whether rows of `model` decide what is in `relation`: they are its rows, or its links. */
bool orm__related_is_made_of(const orm_relation *relation, const orm_model *model)
{
    const orm_link *link = relation->link;
    if (link != NULL)
        return same_name(link->table, model->table) && same_name(link->schema, model->schema);
    return relation->kind != ORM_BELONGS_TO && relation->target == model;
}

/* The values that lead to the target. False when one is NULL: then they lead nowhere. */
static bool own_key(const orm_model *model, const orm_relation *relation, const void *row,
                    orm_value *key)
{
    for (uint16_t i = 0; i < relation->own_count; i++) {
        key[i] = orm__column_get(&model->columns[relation->own_columns[i]], row);
        if (key[i].kind == ORM_KIND_NULL)
            return false;
    }
    return true;
}

static bool has_key(const orm_relation *relation, const void *target, const orm_value *key)
{
    for (uint16_t i = 0; i < relation->own_count; i++) {
        const orm_column *column = &relation->target->columns[relation->target_columns[i]];
        orm_value value = orm__column_get(column, target);
        if (!orm__value_same(&value, &key[i]))
            return false;
    }
    return true;
}

/* The known rows of the target, all of them in slots; NULL when there are none. */
static orm__identity *known_targets(orm_session *session, const orm_relation *relation)
{
    orm__identity *identity = orm__identity_of(&session->map, relation->target);
    if (identity == NULL || orm__identity_is_empty(identity) ||
        !orm__identity_settle(&session->map, identity))
        return NULL;
    return identity;
}

void *orm__related_target(orm_session *session, const orm_model *model,
                          const orm_relation *relation, const void *row)
{
    orm_value key[ORM__MAP_KEY_MAX];
    bool ok = true;
    if (relation->kind != ORM_BELONGS_TO || !own_key(model, relation, row, key))
        return NULL;
    orm__identity *identity = known_targets(session, relation);
    if (identity == NULL)
        return NULL;
    if (orm__relation_leads_to_key(relation))
        return orm__identity_find(&session->map, identity, key, &ok);
    for (size_t i = 0; i < identity->capacity; i++)
        if (identity->slots[i] != NULL && has_key(relation, identity->slots[i], key))
            return identity->slots[i];
    return NULL;
}

static void forget_lists_of(orm_session *session, const orm_model *model, const orm_model *target,
                            const void *parent, bool undoable)
{
    for (uint16_t i = 0; i < target->relation_count; i++)
        if (orm__related_is_made_of(&target->relations[i], model))
            orm__related_forget(session, orm__object_of(target, parent), i, undoable);
}

/* Whether values of the type are equal to the database exactly when their bytes are. */
static bool is_exact(orm_type type)
{
    switch (type) {
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_NUMERIC:
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
    case ORM_TYPE_INTERVAL:
        return false;
    default:
        return true;
    }
}

/* Whether a relation of the target is over columns that `relation` is over, or through links. */
static bool may_lead_back(const orm_relation *back, const orm_relation *relation)
{
    bool shares = back->link != NULL;
    for (uint16_t i = 0; i < back->own_count && !shares; i++)
        shares = back->target_columns[i] == relation->own_columns[0];
    return shares;
}

void orm__related_forget_unsure(orm_session *session, const orm_model *model,
                                const orm_relation *relation, const void *row, bool undoable)
{
    orm_value key[ORM__MAP_KEY_MAX];
    bool exact = true;
    for (uint16_t i = 0; i < relation->own_count; i++)
        exact = exact && is_exact((orm_type)model->columns[relation->own_columns[i]].type);
    if (exact || relation->kind != ORM_BELONGS_TO || !own_key(model, relation, row, key))
        return;
    orm__identity *identity = known_targets(session, relation);
    const orm_model *target = relation->target;
    for (size_t i = 0; identity != NULL && i < identity->capacity; i++)
        for (uint16_t r = 0; identity->slots[i] != NULL && r < target->relation_count; r++)
            if (orm__related_is_made_of(&target->relations[r], model) &&
                may_lead_back(&target->relations[r], relation))
                orm__related_forget(session, orm__object_of(target, identity->slots[i]), r,
                                    undoable);
}

void orm__related_forget_lists(orm_session *session, const orm_model *model, const void *row,
                               bool undoable)
{
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        void *parent = orm__related_target(session, model, relation, row);
        if (parent != NULL)
            forget_lists_of(session, model, relation->target, parent, undoable);
        else
            orm__related_forget_unsure(session, model, relation, row, undoable);
    }
}

/* Where a loaded belongs_to leads now, if that is nowhere or to a row that is known. */
static bool leads_on(orm_session *session, const orm_model *model, const orm_relation *relation,
                     const void *row, const orm__slot *slot, orm__slot *led_out)
{
    orm_value key[ORM__MAP_KEY_MAX];
    orm__identity *identity = orm__identity_of(&session->map, relation->target);
    if (relation->kind != ORM_BELONGS_TO || slot->load == NULL || slot->load->partial)
        return false;
    *led_out = (orm__slot){NULL, slot->load};
    if (!own_key(model, relation, row, key))
        return true;
    if (identity == NULL || identity->doubted)
        return false;
    led_out->value = orm__related_target(session, model, relation, row);
    return led_out->value != NULL;
}

void orm__related_forget_moved(orm_session *session, const orm_model *model, void *row,
                               const void *before, bool undoable)
{
    orm_object *object = orm__object_of(model, row);
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        if (orm__relation_same_key(model, relation, row, before))
            continue;
        orm__slot led = {NULL, NULL};
        bool known = undoable && leads_on(session, model, relation, row, &object->slots[r], &led);
        orm__related_forget(session, object, r, undoable);
        if (known)
            object->slots[r] = led;
    }
}

static bool refers_to_doubted(const orm__identity_map *map, const orm_model *model,
                              const orm_model *deleted)
{
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        if (relation->kind != ORM_BELONGS_TO)
            continue;
        if (relation->target == deleted || orm__identity_is_doubted(map, relation->target))
            return true;
    }
    return false;
}

void orm__related_doubt(orm_session *session, const orm_model *model, bool all)
{
    bool more = true;
    while (more) {
        more = false;
        for (orm__identity *at = session->map.first; at != NULL; at = at->next) {
            if (at->doubted || !((all && at->model == model) ||
                                 refers_to_doubted(&session->map, at->model, model)))
                continue;
            at->doubted = true;
            more = true;
        }
    }
}
