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

/* The object a belongs_to leads to, if it leads to a primary key and the session has the object. */
void *orm__related_target(orm_session *session, const orm_model *model,
                          const orm_relation *relation, const void *row)
{
    const orm_model *target = relation->target;
    orm_value key[ORM__MAP_KEY_MAX];
    bool ok = true;
    if (relation->kind != ORM_BELONGS_TO || !orm__relation_leads_to_key(relation))
        return NULL;
    for (uint16_t i = 0; i < relation->own_count; i++) {
        key[i] = orm__column_get(&model->columns[relation->own_columns[i]], row);
        if (key[i].kind == ORM_KIND_NULL)
            return NULL;
    }
    orm__identity *identity = orm__identity_of(&session->map, target);
    if (identity == NULL || orm__identity_is_empty(identity))
        return NULL;
    return orm__identity_find(&session->map, identity, key, &ok);
}

void orm__related_forget_lists(orm_session *session, const orm_model *model, const void *row,
                               bool undoable)
{
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_model *target = model->relations[r].target;
        void *parent = orm__related_target(session, model, &model->relations[r], row);
        for (uint16_t i = 0; parent != NULL && i < target->relation_count; i++)
            if (orm__related_is_made_of(&target->relations[i], model))
                orm__related_forget_slot(session, &orm__object_of(target, parent)->slots[i],
                                         undoable);
    }
}

void orm__related_forget_moved(orm_session *session, const orm_model *model, void *row,
                               const void *before, bool undoable)
{
    orm_object *object = orm__object_of(model, row);
    for (uint16_t r = 0; r < model->relation_count; r++)
        if (!orm__relation_same_key(model, &model->relations[r], row, before))
            orm__related_forget_slot(session, &object->slots[r], undoable);
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
