/* Running flights on lent connections, and the few cases in which one is sent again. */
#include "base/clock.h"
#include "base/fail.h"
#include "base/present.h"
#include "exec/publish.h"

/* Why nothing can be sent on a connection, if so. */
static orm_status check_sendable(const orm__pool *pool, const orm__connection *connection,
                                 const atomic_bool *cancel, orm_error *error)
{
    if (!orm__pool_is_ours(pool))
        return orm__fail(error, ORM_MISUSE,
                         "the session is the parent's: it was used before fork()");
    if (orm__is_cancelled(pool->target->runtime, cancel))
        return orm__fail(error, ORM_CANCELLED, "the session was cancelled");
    if (connection->link == NULL)
        return orm__fail(error, ORM_DISCONNECTED, "the connection was lost before");
    return ORM_OK;
}

static orm_status refuse(orm__flight *flight, orm_status status)
{
    for (size_t i = 0; i < flight->count; i++) {
        orm__call *call = &flight->calls[i];
        call->status = i == 0 ? status : ORM_FAILED_TRANSACTION;
        call->affected = call->rows = call->bytes = call->started = call->ended = 0;
    }
    return status;
}

static bool begins(const orm__flight *flight)
{
    if (flight->count == 0)
        return false;
    orm__control control = flight->calls[0].statement->control;
    return control == ORM__CONTROL_BEGIN || control == ORM__CONTROL_BEGIN_READ_ONLY;
}

static bool commits(const orm__flight *flight)
{
    for (size_t i = 0; i < flight->count; i++)
        if (flight->calls[i].statement->control == ORM__CONTROL_COMMIT)
            return true;
    return false;
}

void orm__pool_note_ping_failure(orm__pool *pool, const orm__connection *connection,
                                 const orm_error *error)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->ping_failures++;
    (void)pthread_mutex_unlock(&pool->mutex);
    orm__pool_retire(pool, connection);
    if (orm__is_pool_watched(pool->engine))
        orm__publish_pool(pool->engine, &(orm_pool_event){.kind = ORM_POOL_PING_FAILURE,
                                                          .connection = connection->number,
                                                          .site = connection->holder,
                                                          .status = error->status,
                                                          .error = error});
}

/* A fresh link in the place of a dead one; the slot stays the holder's. */
static orm_status replace(orm__pool *pool, orm__connection *connection, orm_deadline deadline,
                          orm_error *error)
{
    bool watched = orm__is_pool_watched(pool->engine);
    orm_pool_event event = {.kind = ORM_POOL_CLOSE,
                            .connection = connection->number,
                            .site = connection->holder,
                            .reason = "ping"};
    int64_t began = watched ? orm__now() : 0;
    event.duration_ns = began - connection->opened_at;
    if (watched)
        orm__publish_pool(pool->engine, &event);
    (void)pthread_mutex_lock(&pool->mutex);
    pool->closed++;
    (void)pthread_mutex_unlock(&pool->mutex);
    uint64_t generation = orm__pool_generation(pool);
    event.kind = ORM_POOL_OPEN;
    event.reason = NULL;
    event.status = orm__connection_reopen(
        connection, pool->target,
        orm__sooner(deadline, pool->target->options->connect_timeout_ms), error);
    if (event.status == ORM_OK)
        orm__pool_stamp(pool, connection, generation);
    if (watched) {
        event.connection = event.status == ORM_OK ? connection->number : 0;
        event.error = event.status == ORM_OK ? NULL : error;
        event.duration_ns = orm__now() - began;
        orm__publish_pool(pool->engine, &event);
    }
    return event.status;
}

/* The sign of life must leave time to do without it. */
static orm_deadline ping_deadline(const orm__pool *pool, orm_deadline deadline)
{
    orm_deadline until = orm__deadline_in(pool->target->options->ping_timeout_ms);
    if (deadline == ORM_NO_DEADLINE)
        return until;
    int64_t now = orm__now();
    orm_deadline half = now + (deadline - now) / 2;
    return half < until ? half : until;
}

/* The first flight of a connection that was idle. Sets `*alive_out`. */
static orm_status run_unproven(orm__pool *pool, orm__connection *connection, orm__flight *flight,
                               orm_deadline deadline, bool *alive_out, orm_error *error)
{
    const orm__driver *driver = pool->driver;
    orm_status status;
    connection->unproven = false;
    if (!begins(flight) || commits(flight)) {
        /* This flight can't be repeated, so the sign of life has to come first. */
        status = driver->ping(connection->link, ping_deadline(pool, deadline), error);
        *alive_out = status == ORM_OK;
        return *alive_out ? driver->run(connection->link, flight, deadline, error) : status;
    }
    flight->ping = true;
    flight->ping_deadline = ping_deadline(pool, deadline);
    status = driver->run(connection->link, flight, deadline, error);
    flight->ping = false;
    bool broken = orm__connection_state(connection) == ORM__TRANSACTION_BROKEN;
    *alive_out = status != ORM_DISCONNECTED || flight->answered || !broken;
    /* Nothing may have been sent at all. */
    connection->unproven = !flight->answered && !broken;
    return status;
}

/* Whether nobody took a row before the statement that failed. */
static bool is_untouched(const orm__flight *flight)
{
    for (size_t i = 0; i < flight->count && flight->calls[i].status == ORM_OK; i++)
        if (flight->calls[i].consume != NULL)
            return false;
    return true;
}

/*
 * A schema change met: everything is prepared anew from here on, on every connection. If the
 * transaction consists of this flight, it is begun once more.
 */
static orm_status after_stale_plan(orm__pool *pool, orm__connection *connection,
                                   orm__flight *flight, orm_deadline deadline, orm_error *error)
{
    orm__connection_forget_plans(connection);
    (void)pthread_mutex_lock(&pool->mutex);
    connection->plans = ++pool->plans;
    (void)pthread_mutex_unlock(&pool->mutex);
    if (!begins(flight) || !is_untouched(flight) ||
        orm__connection_state(connection) != ORM__TRANSACTION_FAILED)
        return ORM_STALE_PLAN;
    orm__call undo = {.statement = &connection->control[ORM__CONTROL_ROLLBACK]};
    orm__flight rollback = {.calls = &undo, .count = 1};
    if (pool->driver->run(connection->link, &rollback, deadline, NULL) != ORM_OK)
        return ORM_STALE_PLAN;
    return pool->driver->run(connection->link, flight, deadline, error);
}

/* Those as old as one that was lost are no better. */
static void retire_lost(orm__pool *pool, const orm__connection *connection, orm_status status)
{
    if ((status == ORM_DISCONNECTED || status == ORM_COMMIT_UNKNOWN) &&
        orm__connection_state(connection) == ORM__TRANSACTION_BROKEN)
        orm__pool_retire(pool, connection);
}

orm_status orm__pool_run(orm__pool *pool, orm__connection *connection, orm__flight *flight,
                         orm_deadline deadline, orm_error *error)
{
    bool alive = true;
    orm_status status = check_sendable(pool, connection, flight->cancel, error);
    if (status != ORM_OK)
        return refuse(flight, status);
    if (connection->unproven)
        status = run_unproven(pool, connection, flight, deadline, &alive, error);
    else
        status = pool->driver->run(connection->link, flight, deadline, error);
    if (!alive) {
        orm__pool_note_ping_failure(pool, connection, error);
        status = replace(pool, connection, deadline, error);
        if (status != ORM_OK)
            return refuse(flight, status);
        status = pool->driver->run(connection->link, flight, deadline, error);
    }
    if (status == ORM_STALE_PLAN)
        status = after_stale_plan(pool, connection, flight, deadline, error);
    retire_lost(pool, connection, status);
    return status;
}

orm_status orm__pool_copy(orm__pool *pool, orm__connection *connection, orm__copy *copy,
                          orm_deadline deadline, orm_error *error)
{
    orm_status status = check_sendable(pool, connection, copy->cancel, error);
    copy->asked = (orm__call){.statement = NULL};
    copy->unfit = false;
    copy->failed_row = SIZE_MAX;
    copy->call.status = status;
    if (status != ORM_OK)
        return status;
    status = pool->driver->copy(connection->link, copy, deadline, error);
    retire_lost(pool, connection, status);
    return status;
}
