#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "session/related.h"

orm_status orm_session_run_at(orm_site site, orm_engine *engine, const orm_session_options *options,
                              orm_session_handler *handler, void *context, orm_error *error)
{
    orm_session *session = NULL;
    orm_status status = orm_session_open_at(site, engine, options, &session, error);
    if (status != ORM_OK)
        return status;
    status = handler(session, context);
    if (status == ORM_OK) {
        status = orm_session_commit_at(site, session);
    } else if (session->error.status != status) {
        (void)orm__fail(&session->error, status, "the handler returned %s",
                        orm_status_name(status));
        session->error.site = site;
    }
    if (status != ORM_OK && error != NULL)
        *error = session->error;
    orm_session_close(session);
    return status;
}

/* Runs one control statement by itself. */
static orm_status run_control(orm_session *session, orm_site site, orm__control control,
                              orm_error *error)
{
    orm_engine *engine = session->engine;
    orm__connection *connection = session->connection;
    orm__call call = {.statement = &connection->control[control]};
    bool timed = orm__is_timed(engine, session->sink);
    orm__flight flight = {.calls = &call, .count = 1, .timed = timed};
    if (control != ORM__CONTROL_ROLLBACK)
        flight.cancel = &session->cancelled;
    orm_status status = orm__pool_run(&engine->pool, connection, &flight,
                                            orm__deadline_in(session->timeout_ms), error);
    if (status != ORM_OK)
        orm__fail_in(error, call.statement->sql, site);
    if (orm__is_watched(engine, session->sink)) {
        orm_event event = {.kind = ORM_EVENT_CONTROL,
                           .sql = call.statement->sql,
                           .sql_size = call.statement->sql_size,
                           .fingerprint = call.statement->fingerprint,
                           .site = site,
                           .duration_ns = timed ? call.ended - call.started : 0,
                           .status = status,
                           .error = status == ORM_OK ? NULL : error,
                           .session = session};
        orm__publish(engine, session->sink, &event);
    }
    return status;
}

static void give_back(orm_session *session)
{
    if (session->connection != NULL)
        orm__pool_release(&session->engine->pool, session->connection);
    session->connection = NULL;
    session->begun = false;
    session->failed = false;
    atomic_store_explicit(&session->cancelled, false, memory_order_relaxed);
}

void orm_session_rollback_at(orm_site site, orm_session *session)
{
    if (session->connection != NULL && session->begun) {
        orm_error error;
        /* A connection that cannot roll back is closed by the pool. */
        (void)run_control(session, site, ORM__CONTROL_ROLLBACK, &error);
    }
    orm__session_undo(session);
    give_back(session);
}

orm_status orm_session_commit_at(orm_site site, orm_session *session)
{
    session->error.status = session->failed ? session->error.status : ORM_OK;
    if (session->failed) {
        orm_error cause = session->error;
        orm_session_rollback_at(site, session);
        orm__fail(&session->error, ORM_FAILED_TRANSACTION,
                  "nothing was committed: an earlier statement had failed with %s: %.300s",
                  orm_status_name(cause.status), cause.message);
        orm__fail_in(&session->error, cause.statement, cause.site);
        return ORM_FAILED_TRANSACTION;
    }
    orm_status status = ORM_OK;
    if (session->begun)
        status = run_control(session, site, ORM__CONTROL_COMMIT, &session->error);
    if (status != ORM_OK && status != ORM_COMMIT_UNKNOWN) {
        orm_error error = session->error;
        orm_session_rollback_at(site, session);
        session->error = error;
        return status;
    }
    session->undo = NULL;
    give_back(session);
    return status;
}

bool orm__session_undoable(orm_session *session, const orm_model *model, void *row,
                           orm__undo_kind what)
{
    orm__undo *undo = orm__arena_zero(&session->arena, sizeof *undo);
    void *before = NULL;
    if (what == ORM__UNDO_UPDATE)
        before = orm__arena_alloc(&session->arena, model->size);
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
static void forget_changed(orm_session *session)
{
    for (const orm__undo *undo = session->undo; undo != NULL; undo = undo->next) {
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

void orm__session_undo(orm_session *session)
{
    forget_changed(session);
    for (; session->undo != NULL; session->undo = session->undo->next) {
        if (session->undo->what == ORM__UNDO_RELATION)
            *session->undo->slot = session->undo->was;
        else
            undo_row(session, session->undo);
    }
}
