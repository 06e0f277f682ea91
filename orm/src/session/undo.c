/* What a rollback takes back in memory. */
#include <string.h>

#include "session/related.h"

bool orm__session_undoable(orm_session *session, const orm_model *model, void *row,
                           orm__undo_kind what)
{
    orm__undo *undo = orm__arena_zero(&session->transaction, sizeof *undo);
    void *before = NULL;
    if (what == ORM__UNDO_UPDATE)
        before = orm__arena_alloc(&session->transaction, model->size);
    if (undo == NULL || (what == ORM__UNDO_UPDATE && before == NULL))
        return false;
    if (before != NULL)
        memcpy(before, row, model->size);
    undo->next = session->undo;
    undo->model = model;
    undo->row = row;
    undo->before = before;
    undo->what = what;
    session->undo = undo;
    return true;
}

/* Lists that were loaded while the changes stood show them; those from before come back later. */
static void forget_changed(orm_session *session, const orm__undo *until)
{
    for (const orm__undo *undo = session->undo; undo != until; undo = undo->next) {
        if (undo->what == ORM__UNDO_RELATION)
            continue;
        orm__related_forget_lists(session, undo->model, undo->row, false);
        if (undo->what != ORM__UNDO_UPDATE)
            continue;
        orm__related_forget_lists(session, undo->model, undo->before, false);
        orm__related_forget_moved(session, undo->model, undo->row, undo->before, false);
    }
}

static void undo_row(orm_session *session, const orm__undo *undo)
{
    orm_object *object = orm__object_of(undo->model, undo->row);
    orm__identity *identity = orm__identity_of(&session->map, undo->model);
    if (undo->what == ORM__UNDO_UPDATE)
        memcpy(undo->row, undo->before, undo->model->size);
    if (undo->what == ORM__UNDO_INSERT) {
        object->detached = true;
        if (identity != NULL)
            orm__identity_remove(&session->map, identity, undo->row);
    }
    if (undo->what == ORM__UNDO_DELETE) {
        object->detached = false;
        /* Out of memory here only means that the row may be loaded a second time. */
        if (identity != NULL)
            (void)orm__identity_add(&session->map, identity, undo->row);
    }
}

void orm__session_undo(orm_session *session, const orm__undo *until)
{
    forget_changed(session, until);
    for (; session->undo != until; session->undo = session->undo->next) {
        if (session->undo->what == ORM__UNDO_RELATION)
            *session->undo->slot = session->undo->was;
        else
            undo_row(session, session->undo);
    }
}

void orm__session_forget(orm_session *session)
{
    session->undo = NULL;
    session->savepoints = NULL;
    session->release_depth = 0;
    orm__arena_dispose(&session->transaction);
}
