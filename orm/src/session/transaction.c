/* The transaction of a session: its begin and its ends. */
#include "base/clock.h"
#include "base/fail.h"
#include "session/queue.h"
#include "session/stream.h"

/* Control statements that make up no flight of others. */
static void publish_control(orm_session *session, orm_site site, const orm__call *call, bool timed,
                            const orm_error *error)
{
    orm_event event = {.kind = ORM_EVENT_CONTROL,
                       .sql = call->statement->sql,
                       .sql_size = call->statement->sql_size,
                       .fingerprint = call->statement->fingerprint,
                       .site = site,
                       .duration_ns = timed ? call->ended - call->started : 0,
                       .ended_ns = timed ? call->ended : 0,
                       .status = call->status,
                       .error = call->status == ORM_OK ? NULL : error,
                       .session = session};
    orm__publish(session->engine, session->sink, &event);
}

orm_status orm__session_control(orm_session *session, orm_site site, orm__call *calls, size_t count,
                                orm_deadline deadline, orm_error *error)
{
    orm_engine *engine = session->engine;
    bool timed = orm__is_timed(engine, session->sink);
    orm__flight flight = {.calls = calls, .count = count, .timed = timed};
    if (calls[0].statement->control != ORM__CONTROL_ROLLBACK)
        flight.cancel = &session->cancelled;
    orm_status status = orm__pool_run(session->pool, session->connection, &flight, deadline, error);
    if (status != ORM_OK)
        orm__fail_in(error, calls[0].statement->sql, site);
    if (orm__is_watched(engine, session->sink))
        for (size_t i = 0; i < count; i++)
            publish_control(session, site, &calls[i], timed, error);
    return status;
}

static orm_status end(orm_session *session, orm_site site, orm__control control,
                      orm_deadline deadline, orm_error *error)
{
    orm__call call = {.statement = &session->connection->control[control]};
    return orm__session_control(session, site, &call, 1, deadline, error);
}

static void give_back(orm_session *session)
{
    orm__session_forget(session);
    if (session->connection != NULL)
        orm__pool_release(session->pool, session->connection);
    session->connection = NULL;
    session->opened = false;
    session->begun = false;
    session->failed = false;
    atomic_store_explicit(&session->cancelled, false, memory_order_relaxed);
    session->wrote = false;
    session->xid[0] = '\0';
    session->cursors_left = 0;
}

static orm_status begin(orm_session *session, orm_site site)
{
    orm_status status = orm__session_enter(session, site);
    if (status != ORM_OK)
        return status;
    if (session->opened || session->begun) {
        (void)orm__fail(&session->error, ORM_MISUSE,
                        "the transaction has begun already; nested ones are savepoints");
        orm__fail_in(&session->error, "", site);
        return ORM_MISUSE;
    }
    /* BEGIN alone does nothing on a server, and travels with what comes first. */
    orm__call call;
    if (session->engine->driver->dialect == ORM_DIALECT_SQLITE)
        status = orm__session_send(session, site, &call, NULL, 0);
    session->opened = status == ORM_OK;
    if (status != ORM_OK)
        give_back(session);
    return status;
}

orm_status orm_session_begin_at(orm_site site, orm_session *session)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, begin(session, site));
}

static void roll_back(orm_session *session, orm_site site)
{
    orm__stream_cut_all(session);
    if (session->connection != NULL && session->begun) {
        orm_error error;
        /* A connection that cannot roll back is closed by the pool. */
        (void)end(session, site, ORM__CONTROL_ROLLBACK, orm__deadline_in(session->timeout_ms),
                  &error);
    }
    orm__session_undo(session, NULL);
    orm__queue_clear(session);
    if (session->wrote)
        session->map.epoch++;
    give_back(session);
}

void orm_session_rollback_at(orm_site site, orm_session *session)
{
    if (!orm__session_take(session))
        return;
    roll_back(session, site);
    (void)orm__session_leave(session, ORM_OK);
}

static orm_status refuse_commit(orm_session *session, orm_site site)
{
    orm_error cause = session->error;
    roll_back(session, site);
    orm__fail(&session->error, ORM_FAILED_TRANSACTION,
              "nothing was committed: an earlier statement had failed with %s: %.300s",
              orm_status_name(cause.status), cause.message);
    session->error.retryable = cause.retryable;
    orm__fail_in(&session->error, cause.statement, cause.site);
    return ORM_FAILED_TRANSACTION;
}

static orm_status send_commit(orm_session *session, orm_site site)
{
    if (!orm__resolve_is_wanted(session))
        return end(session, site, ORM__CONTROL_COMMIT, orm__deadline_in(session->timeout_ms),
                   &session->error);
    orm_deadline last = orm__resolve_deadline(session);
    orm_deadline half = last - (last - orm__now()) / 2;
    orm_status status = end(session, site, ORM__CONTROL_COMMIT, half, &session->error);
    return status == ORM_COMMIT_UNKNOWN ? orm__resolve_commit(session, site, last) : status;
}

/* After COMMIT was sent, or was not needed: what it was answered. */
static orm_status end_commit(orm_session *session, orm_site site, orm_status status)
{
    if (status != ORM_OK && status != ORM_COMMIT_UNKNOWN) {
        orm_error error = session->error;
        roll_back(session, site);
        session->error = error;
        return status;
    }
    /* What is in memory may be what never became true. */
    if (status == ORM_COMMIT_UNKNOWN) {
        session->map.epoch++;
        orm__queue_clear(session);
    }
    give_back(session);
    return status;
}

static orm_status commit(orm_session *session, orm_site site)
{
    if (session->failed)
        return refuse_commit(session, site);
    session->error.status = ORM_OK;
    return end_commit(session, site, session->begun ? send_commit(session, site) : ORM_OK);
}

static orm_status flush_and_commit(orm_session *session, orm_site site)
{
    bool committed = false;
    orm_status status = orm__stream_refuse(session, site, "nothing can be committed");
    if (status != ORM_OK)
        return status;
    if (!session->failed)
        status = orm__queue_commit(session, site, &committed);
    if (status == ORM_OK && !committed)
        return commit(session, site);
    /* A COMMIT that did not come to pass has ended the transaction on the server. */
    if (status != ORM_OK && session->connection != NULL &&
        orm__connection_state(session->connection) == ORM__TRANSACTION_IDLE)
        session->begun = false;
    return end_commit(session, site, status);
}

orm_status orm_session_commit_at(orm_site site, orm_session *session)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, flush_and_commit(session, site));
}
