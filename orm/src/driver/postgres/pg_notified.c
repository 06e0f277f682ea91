/* Notifications that the server sends by itself. */
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/present.h"
#include "driver/postgres/pg_link.h"

/* A cancel from another thread is noticed within this time. */
#define SLICE_NS (INT64_C(50) * 1000 * 1000)

void orm__pg_drop_notice(orm__link *link)
{
    if (link->notice != NULL)
        PQfreemem(link->notice);
    link->notice = NULL;
}

static orm_status lose(orm__link *link, orm_error *error)
{
    link->transaction = ORM__TRANSACTION_BROKEN;
    orm__pg_note_socket(link);
    return orm__fail(error, ORM_DISCONNECTED, "the connection that listens was lost");
}

static bool take(orm__link *link, orm__notice *notice_out)
{
    link->notice = PQnotifies(link->pg);
    if (link->notice == NULL)
        return false;
    notice_out->channel = link->notice->relname;
    notice_out->payload = link->notice->extra != NULL ? link->notice->extra : "";
    notice_out->process = link->notice->be_pid;
    return true;
}

static orm_status wait_slice(orm__link *link, orm_deadline deadline)
{
    const orm_runtime *runtime = link->target->runtime;
    orm_deadline slice = orm__now() + SLICE_NS;
    int ready = 0;
    orm__pg_note_socket(link);
    return runtime->wait(runtime->context, PQsocket(link->pg), ORM_WAIT_READ,
                         slice < deadline ? slice : deadline, &ready);
}

orm_status orm__pg_notified(orm__link *link, orm_deadline deadline, const atomic_bool *cancel,
                            orm__notice *notice_out, orm_error *error)
{
    orm__pg_drop_notice(link);
    for (;;) {
        if (link->transaction == ORM__TRANSACTION_BROKEN)
            return lose(link, error);
        if (take(link, notice_out))
            return ORM_OK;
        if (!PQconsumeInput(link->pg))
            return lose(link, error);
        if (take(link, notice_out))
            return ORM_OK;
        if (orm__is_cancelled(link->target->runtime, cancel))
            return orm__fail(error, ORM_CANCELLED, "the wait for a notification was cancelled");
        if (orm__now() >= deadline)
            return orm__fail(error, ORM_TIMEOUT, "no notification came in time");
        orm_status status = wait_slice(link, deadline);
        if (status == ORM_CANCELLED)
            return orm__fail(error, status, "the wait for a notification was cancelled");
        if (status != ORM_OK && status != ORM_TIMEOUT)
            return orm__fail(error, status, "cannot wait for notifications");
    }
}
