/* Running a flight: the only way anything is sent. */
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "driver/postgres/pg_run.h"

static void reset_calls(orm__flight *flight)
{
    for (size_t i = 0; i < flight->count; i++) {
        orm__call *call = &flight->calls[i];
        call->status = ORM_FAILED_TRANSACTION;
        call->affected = 0;
        call->rows = 0;
        call->bytes = 0;
        call->started = 0;
        call->ended = 0;
    }
}

/*
 * All values are encoded before anything is sent: a value that can't be must not leave half a
 * flight done.
 */
static orm_status encode(orm__pg_run *run)
{
    orm__flight *flight = run->flight;
    orm__arena *arena = &run->link->scratch;
    run->params = orm__arena_alloc(arena, (flight->count + 1) * sizeof *run->params);
    size_t entries = 2 * flight->count + run->link->doomed_count + 3;
    run->entries = orm__arena_alloc(arena, entries * sizeof *run->entries);
    if (run->params == NULL || run->entries == NULL)
        return orm__fail(run->error, ORM_NOMEM, "no memory for the statements");
    for (size_t i = 0; i < flight->count; i++) {
        const orm__call *call = &flight->calls[i];
        const orm__pg_prepared *prepared = call->statement->handle;
        bool comparable = prepared != NULL && prepared->oid_count == call->value_count;
        orm_status status = orm__pg_params_encode(call, comparable ? prepared->oids : NULL, arena,
                                                  &run->params[i], run->error);
        if (status == ORM_OK) continue;
        flight->calls[i].status = status;
        return status;
    }
    return ORM_OK;
}

orm__transaction orm__pg_transaction_of(const PGconn *pg)
{
    switch (PQtransactionStatus(pg)) {
    case PQTRANS_IDLE: return ORM__TRANSACTION_IDLE;
    case PQTRANS_INTRANS: return ORM__TRANSACTION_ACTIVE;
    case PQTRANS_INERROR: return ORM__TRANSACTION_FAILED;
    case PQTRANS_ACTIVE:
    case PQTRANS_UNKNOWN: break;
    }
    return ORM__TRANSACTION_BROKEN;
}

static void fly(orm__pg_run *run)
{
    orm__pg_send(run);
    while (run->answered < run->sent && orm__pg_await(run)) {
        orm__pg_take(run);
        orm__pg_send(run);
    }
    /* The state libpq knows is right only here, after the Sync. */
    bool ended = run->sync_sent && run->answered == run->sent && !run->lost;
    if (!ended) run->lost = true;
    run->link->transaction =
        ended ? orm__pg_transaction_of(run->link->pg) : ORM__TRANSACTION_BROKEN;
    orm__pg_conclude(run);
    orm__pg_note_socket(run->link);
}

static orm_status run_once(orm__link *link, orm__flight *flight, orm_deadline deadline,
                           bool *stale_out, orm_error *error)
{
    orm__pg_run run;
    memset(&run, 0, sizeof run);
    run.link = link;
    run.flight = flight;
    run.deadline = deadline;
    run.error = error;
    if (error != NULL) error->status = ORM_OK;
    flight->answered = false;
    reset_calls(flight);
    orm__arena_mark mark = orm__arena_get_mark(&link->scratch);
    orm_status status = encode(&run);
    if (status == ORM_OK) {
        fly(&run);
        status = run.failed ? run.status : ORM_OK;
    }
    orm__arena_release(&link->scratch, mark);
    *stale_out = run.stale;
    return status;
}

/*
 * A single statement outside a transaction did nothing when its plan was stale: it can be prepared
 * anew.
 */
static bool may_repeat(const orm__flight *flight, orm__transaction before)
{
    return flight->count == 1 && before == ORM__TRANSACTION_IDLE &&
           flight->calls[0].statement->control == ORM__CONTROL_NONE;
}

orm_status orm__pg_run_flight(orm__link *link, orm__flight *flight, orm_deadline deadline,
                              orm_error *error)
{
    orm__transaction before = link->transaction;
    bool stale = false;
    if (before == ORM__TRANSACTION_BROKEN) {
        reset_calls(flight);
        if (flight->count > 0) flight->calls[0].status = ORM_DISCONNECTED;
        return orm__fail(error, ORM_DISCONNECTED, "the connection was lost before");
    }
    orm_status status = run_once(link, flight, deadline, &stale, error);
    if (status == ORM_STALE_PLAN && stale && may_repeat(flight, before) &&
        link->transaction == ORM__TRANSACTION_IDLE)
        status = run_once(link, flight, deadline, &stale, error);
    return status;
}

orm_status orm__pg_ping(orm__link *link, orm_deadline deadline, orm_error *error)
{
    orm__flight nothing = {.count = 0};
    return orm__pg_run_flight(link, &nothing, deadline, error);
}
