/* Waiting for the server, and giving up. */
#include "base/clock.h"
#include "base/present.h"
#include "driver/postgres/pg_run.h"

/*
 * After the deadline there is this much to stop the server and hear from it; then the connection is
 * dropped.
 */
#define GRACE_NS      (INT64_C(85) * 1000 * 1000)
#define LATE_GRACE_NS (INT64_C(40) * 1000 * 1000)
/* A cancel from another thread is noticed within this time. */
#define CANCEL_SLICE_NS (INT64_C(20) * 1000 * 1000)
/* A cancelled flight whose own deadline is far has more time to end well. */
#define DRAIN_NS (INT64_C(2) * 1000 * 1000 * 1000)

static orm_deadline grace_end(const orm__pg_run *run)
{
    int64_t now = orm__now();
    orm_deadline end = now + DRAIN_NS;
    if (run->deadline < end - GRACE_NS) end = run->deadline + GRACE_NS;
    /* Nothing of this is the network's fault if our own work ran past the deadline. */
    return end < now + LATE_GRACE_NS ? now + LATE_GRACE_NS : end;
}

/*
 * Gives up: the server is asked to cancel, that is awaited (a late request would hit the next
 * statement), and what is under way is drained.
 */
static void stop(orm__pg_run *run, orm_status why)
{
    if (run->stopping != ORM_OK || run->flight->count == 0) {
        run->lost = true;
        if (run->stopping == ORM_OK) run->stopping = why;
        return;
    }
    run->stopping = why;
    run->deadline = grace_end(run);
    orm_status status = orm__pg_cancel(run->link, run->deadline);
    /* Without a cancel the server's own timeout may still end the statement in time. */
    if (status != ORM_OK && status != ORM_UNSUPPORTED) run->lost = true;
}

/* What the time has come for, if anything; then there is nothing to wait for. */
static bool is_over(orm__pg_run *run, orm_deadline ping_deadline)
{
    const atomic_bool *cancel = run->flight->cancel;
    if (run->stopping == ORM_OK && orm__is_cancelled(run->link->target->runtime, cancel)) {
        stop(run, ORM_CANCELLED);
        return true;
    }
    if (run->deadline == ORM_NO_DEADLINE && ping_deadline == ORM_NO_DEADLINE) return false;
    int64_t now = orm__now();
    if (now >= run->deadline) stop(run, ORM_TIMEOUT);
    else if (now >= ping_deadline) run->lost = true; /* no sign of life: there is nobody to stop */
    else return false;
    return true;
}

static void wait_once(orm__pg_run *run, int events)
{
    const orm_runtime *runtime = run->link->target->runtime;
    const orm__flight *flight = run->flight;
    bool proving = flight->ping && !flight->answered && run->stopping == ORM_OK;
    bool slicing = flight->cancel != NULL && run->stopping == ORM_OK;
    orm_deadline ping_deadline = proving ? flight->ping_deadline : ORM_NO_DEADLINE;
    int ready = 0;
    orm__pg_note_socket(run->link);
    if (is_over(run, ping_deadline)) return;
    orm_deadline until = run->deadline < ping_deadline ? run->deadline : ping_deadline;
    orm_deadline slice = slicing ? orm__now() + CANCEL_SLICE_NS : ORM_NO_DEADLINE;
    orm_status status = runtime->wait(runtime->context, PQsocket(run->link->pg), events,
                                      slice < until ? slice : until, &ready);
    /* A rollback, or what is being stopped, goes on to its end. */
    if (status == ORM_CANCELLED && slicing) stop(run, status);
    else if (status == ORM_CANCELLED) (void)is_over(run, ping_deadline);
    else if (status == ORM_TIMEOUT) (void)is_over(run, ping_deadline);
    else if (status != ORM_OK) run->lost = true;
}

bool orm__pg_await(orm__pg_run *run)
{
    PGconn *pg = run->link->pg;
    while (!run->lost) {
        int unsent = PQflush(pg);
        if (!PQisBusy(pg)) return true;
        /*
         * What the server said before it hung up is still to be read, so a failed flush is no end.
         */
        if (!PQconsumeInput(pg) || unsent < 0) run->lost = true;
        if (!PQisBusy(pg)) return true;
        if (!run->lost) wait_once(run, unsent > 0 ? ORM_WAIT_READ | ORM_WAIT_WRITE : ORM_WAIT_READ);
    }
    orm__pg_note_socket(run->link);
    return !run->over && !PQisBusy(pg);
}

bool orm__pg_push(orm__pg_run *run)
{
    PGconn *pg = run->link->pg;
    while (!run->lost && run->stopping == ORM_OK) {
        if (is_over(run, ORM_NO_DEADLINE))
            continue;
        int unsent = PQflush(pg);
        /* Also read when all is sent: notices would fill the way back, and a hang-up is told so. */
        if (!PQconsumeInput(pg) || unsent < 0)
            run->lost = true;
        else if (unsent == 0)
            return true;
        else
            wait_once(run, ORM_WAIT_READ | ORM_WAIT_WRITE);
    }
    return false;
}
