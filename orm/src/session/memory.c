/*
 * Giving memory back in long sessions. What was allocated since a mark goes at once; everything
 * older that points there is found first. Fields of older objects never do: their text is kept in
 * memory of its own while a mark stands.
 */
#include "base/fail.h"
#include "base/region.h"
#include "session/digest.h"
#include "session/queue.h"
#include "session/stream.h"

static orm_status make(orm_session *session, orm_mark *mark_out)
{
    orm__arena_mark memory = orm__arena_get_mark(&session->arena);
    orm__mark *mark = session->map.depth == UINT16_MAX
                          ? NULL
                          : orm__arena_zero(&session->arena, sizeof *mark);
    if (mark == NULL && session->map.depth == UINT16_MAX)
        return orm__fail(&session->error, ORM_MISUSE, "%d marks are set", UINT16_MAX);
    if (mark == NULL)
        return orm__session_nomem(session);
    mark->outer = session->marks;
    mark->number = ++session->mark_count;
    mark->memory = memory;
    mark->results = session->results;
    session->marks = mark;
    session->map.depth++;
    mark_out->number = mark->number;
    return ORM_OK;
}

orm_status orm_session_mark(orm_session *session, orm_mark *mark_out)
{
    *mark_out = (orm_mark){0};
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, make(session, mark_out));
}

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

static bool list_leads_into(const orm_list *list, const orm__region *region)
{
    bool leads = orm__region_has(region, list) || orm__region_has(region, list->items);
    for (size_t i = 0; i < list->count && !leads; i++)
        leads = orm__region_has(region, list->items[i]);
    return leads;
}

static bool leads_into(const orm_relation *relation, const orm__slot *slot,
                       const orm__region *region)
{
    if (slot->load == NULL)
        return false;
    if (orm__region_has(region, slot->load))
        return true;
    return is_to_many(relation) ? list_leads_into(slot->value, region)
                                : orm__region_has(region, slot->value);
}

/* Relations of an object that stays: those that lead to what goes are not loaded any more. */
static void forget_relations(const orm_model *model, void *row, const orm__region *region)
{
    if (model->relation_count == 0)
        return; /* it may be a struct that is no object */
    orm_object *object = row == NULL ? NULL : orm__object_of(model, row);
    if (object != NULL && orm__region_has(region, object->counts))
        object->counts = NULL;
    for (uint16_t i = 0; object != NULL && object->counts != NULL && i < model->relation_count; i++)
        if (orm__region_has(region, object->counts[i].load))
            object->counts[i] = (orm__slot){NULL, NULL};
    for (uint16_t i = 0; object != NULL && i < model->relation_count; i++)
        if (leads_into(&model->relations[i], &object->slots[i], region))
            object->slots[i] = (orm__slot){NULL, NULL};
}

static void forget_in_map(orm_session *session, const orm__region *region)
{
    for (orm__identity *at = session->map.first; at != NULL; at = at->next) {
        orm__identity_release(at, region);
        for (size_t i = 0; i < at->capacity; i++)
            if (at->slots[i] != NULL)
                forget_relations(at->model, at->slots[i], region);
        for (const orm__pending *pending = at->pending; pending != NULL; pending = pending->next)
            for (size_t i = 0; i < pending->count; i++)
                forget_relations(at->model, pending->rows[i], region);
    }
}

/* Objects that are in no map: of models without a key, and those that are gone from the database.
 */
static void forget_in_results(const orm__mark *mark, const orm__region *region)
{
    for (const orm__result *at = mark->results; at != NULL; at = at->next)
        for (size_t i = 0; i < at->count; i++)
            if (at->rows[i] != NULL && !orm__region_has(region, at->rows[i]))
                forget_relations(at->model, at->rows[i], region);
}

static bool is_gone(const orm__undo *undo, const orm__region *region)
{
    const void *place = undo->what == ORM__UNDO_RELATION ? (const void *)undo->slot : undo->row;
    return orm__region_has(region, place);
}

static void forget_undo(orm_session *session, const orm__region *region)
{
    for (orm__savepoint *at = session->savepoints; at != NULL; at = at->outer)
        while (at->undo != NULL && is_gone(at->undo, region))
            at->undo = at->undo->next;
    for (orm__undo **at = &session->undo; *at != NULL;) {
        orm__undo *undo = *at;
        if (is_gone(undo, region)) {
            *at = undo->next;
            continue;
        }
        if (undo->what == ORM__UNDO_RELATION &&
            (orm__region_has(region, undo->was.load) || orm__region_has(region, undo->was.value)))
            undo->was = (orm__slot){NULL, NULL};
        if (undo->what == ORM__UNDO_DELETE)
            forget_relations(undo->model, undo->row, region);
        at = &undo->next;
    }
}

static orm_status release(orm_session *session, orm_mark handle)
{
    orm__region region;
    const orm__mark *mark = session->marks;
    uint16_t depth = session->map.depth;
    while (mark != NULL && mark->number != handle.number) {
        mark = mark->outer;
        depth--;
    }
    if (mark == NULL)
        return orm__fail(&session->error, ORM_MISUSE, "the mark was released before");
    if (session->stream != NULL && handle.number <= session->stream->mark_count)
        return orm__fail(&session->error, ORM_MISUSE,
                         "the mark is older than the stream whose rows are being given");
    if (session->calls > 1 + session->waiting)
        return orm__fail(&session->error, ORM_MISUSE,
                         "memory can't be released while a call on the session is under way");
    if (session->queue != NULL && session->queue->first != NULL)
        return orm__fail(&session->error, ORM_MISUSE,
                         "rows wait to be written; flush or roll back before memory is released");
    if (!orm__region_init(&region, &session->arena, mark->memory))
        return orm__session_nomem(session);
    forget_in_map(session, &region);
    forget_in_results(mark, &region);
    forget_undo(session, &region);
    orm__digest_release(session, mark->results);
    orm__eager_release(session, &region);
    orm__region_dispose(&region);
    orm__arena_mark memory = mark->memory;
    session->marks = mark->outer;
    session->map.depth = (uint16_t)(depth - 1);
    orm__arena_release(&session->arena, memory);
    return ORM_OK;
}

orm_status orm_session_release(orm_session *session, orm_mark mark)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, release(session, mark));
}
