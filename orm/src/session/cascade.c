#include "session/cascade.h"

#include <string.h>

#include "map/related.h"
#include "model/column_value.h"
#include "session/related.h"

/* Rows of one model that refer to rows of another by these columns. */
typedef struct path {
    const orm_model *child;
    const orm_model *parent;
    const uint16_t *columns; /* the child's, in the order of the parent's key */
    orm_delete_action action;
} path;

typedef struct cascade {
    orm__lists *lists;
    orm__line gone;     /* what rows that go with their parents point to meanwhile */
    orm__row_list rows; /* their objects */
} cascade;

static bool is_gone(const orm_model *model, const void *row)
{
    const orm__line *line = orm__object_of(model, row)->queued;
    return line != NULL && line->gone;
}

/* The known parent of a row, by its key. */
static bool refers_to_gone(orm_session *session, const path *way, const void *row)
{
    orm_value key[ORM__MAP_KEY_MAX];
    bool ok = true;
    for (uint16_t i = 0; i < way->parent->key_count; i++) {
        key[i] = orm__column_get(&way->child->columns[way->columns[i]], row);
        if (key[i].kind == ORM_KIND_NULL)
            return false;
    }
    orm__identity *identity = orm__identity_of(&session->map, way->parent);
    const void *parent =
        identity == NULL ? NULL : orm__identity_find(&session->map, identity, key, &ok);
    return parent != NULL && is_gone(way->parent, parent);
}

static bool let_go(orm_session *session, orm__lists *lists, const path *way, void *row)
{
    if (!orm__session_undoable(session, way->child, row, ORM__UNDO_UPDATE))
        return false;
    const void *before = session->undo->before;
    for (uint16_t i = 0; i < way->parent->key_count; i++) {
        const orm_column *column = &way->child->columns[way->columns[i]];
        memset((char *)row + column->offset, 0, orm__column_size(column));
    }
    orm__lists_note_moved(lists, way->child, row, before);
    return true;
}

/* All known rows of a model, apart from the map, which changes meanwhile. */
static void **known_rows(cascade *c, const orm_model *model, size_t *count_out)
{
    orm_session *session = c->lists->session;
    orm__identity *identity = orm__identity_of(&session->map, model);
    *count_out = 0;
    if (identity == NULL || !orm__identity_settle(&session->map, identity))
        return NULL;
    void **rows = orm__arena_alloc(c->lists->arena, (identity->count + 1) * sizeof *rows);
    for (size_t i = 0; rows != NULL && i < identity->capacity; i++)
        if (identity->slots[i] != NULL)
            rows[(*count_out)++] = identity->slots[i];
    return rows;
}

static bool follow(cascade *c, const path *way, bool *more)
{
    orm_session *session = c->lists->session;
    size_t count = 0;
    void **rows = known_rows(c, way->child, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_gone(way->child, rows[i]) || !refers_to_gone(session, way, rows[i]))
            continue;
        if (way->action == ORM_DELETE_SET_NULL) {
            if (!let_go(session, c->lists, way, rows[i]))
                return false;
            continue;
        }
        orm_object *object = orm__object_of(way->child, rows[i]);
        if (!orm__row_list_add(&c->rows, object))
            return false;
        object->queued = &c->gone;
        if (!orm__session_undoable(session, way->child, rows[i], ORM__UNDO_DELETE))
            return false;
        *more = true;
    }
    return rows != NULL;
}

static bool is_among(const orm_model *const *models, size_t count, const orm_model *model)
{
    for (size_t i = 0; i < count; i++)
        if (models[i] == model)
            return true;
    return false;
}

/* The models the session knows rows of; looking for rows changes their order in the map. */
static const orm_model **known_models(orm__lists *lists, size_t *count_out)
{
    size_t count = 0;
    const orm__identity *first = lists->session->map.first;
    for (const orm__identity *at = first; at != NULL; at = at->next)
        count++;
    const orm_model **models = orm__arena_alloc(lists->arena, (count + 1) * sizeof *models);
    count = 0;
    for (const orm__identity *at = first; models != NULL && at != NULL; at = at->next)
        models[count++] = at->model;
    *count_out = count;
    return models;
}

/* One round over all rows that may refer to rows of the first `gone_count` models in `gone`. */
static bool go_round(cascade *c, const orm_model *const *models, size_t count,
                     const orm_model *const *gone, size_t gone_count, bool *more)
{
    bool ok = true;
    for (size_t m = 0; m < count && ok; m++)
        for (uint16_t r = 0; r < models[m]->relation_count && ok; r++) {
            const orm_relation *relation = &models[m]->relations[r];
            path way = {models[m], relation->target, relation->own_columns,
                        (orm_delete_action)relation->on_delete};
            if (relation->kind == ORM_BELONGS_TO && way.action != ORM_DELETE_NOTHING &&
                orm__relation_leads_to_key(relation) &&
                is_among(gone, gone_count, relation->target))
                ok = follow(c, &way, more);
        }
    return ok;
}

/* Rows that went with their parents leave the map once nothing is looked up any more. */
static void settle(cascade *c)
{
    orm_session *session = c->lists->session;
    for (size_t i = 0; i < c->rows.count; i++) {
        orm_object *object = c->rows.items[i];
        orm__identity *identity = orm__identity_of(&session->map, object->model);
        if (identity != NULL)
            orm__identity_remove(&session->map, identity, object->row);
        object->detached = true;
        object->queued = NULL;
        orm__lists_note(c->lists, object->model, object->row, object->row, false);
    }
}

bool orm__cascade(orm__lists *lists, const orm_model *model)
{
    cascade c = {.lists = lists, .gone = {.gone = true}};
    size_t count = 0;
    size_t gone_count = 0;
    bool more = true;
    const orm_model **models = known_models(lists, &count);
    const orm_model **gone = orm__arena_alloc(lists->arena, (count + 2) * sizeof *gone);
    bool ok = models != NULL && gone != NULL;
    c.rows.arena = &lists->session->arena;
    if (ok)
        gone[gone_count++] = model;
    while (ok && more) {
        more = false;
        ok = go_round(&c, models, count, gone, gone_count, &more);
        for (size_t i = 0; ok && i < c.rows.count; i++) {
            const orm_object *object = c.rows.items[i];
            if (!is_among(gone, gone_count, object->model))
                gone[gone_count++] = object->model;
        }
    }
    settle(&c);
    orm__row_list_dispose(&c.rows);
    return ok;
}
