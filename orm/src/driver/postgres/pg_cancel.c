#include "base/allocator.h"
#include "driver/postgres/pg_link.h"
#include "driver/postgres/pg_settings.h"

/* One blocking call of libpq on its way through the runtime. */
typedef struct errand {
    orm__pg_settings *settings; /* held: the engine waits for it */
    orm_allocator allocator;
    PGcancel *cancel; /* owned */
    PGconn *pg;       /* owned */
    bool asked;
} errand;

static errand *errand_new(const orm__target *target)
{
    errand *made = orm__alloc_zero(target->allocator, sizeof *made);
    if (made == NULL) return NULL;
    if (target->allocator != NULL) made->allocator = *target->allocator;
    if (target->shared != NULL) made->settings = orm__pg_settings_hold(target->shared);
    return made;
}

static void errand_free(void *argument)
{
    errand *done = argument;
    orm_allocator allocator = done->allocator;
    orm__pg_settings *settings = done->settings;
    if (done->cancel != NULL) PQfreeCancel(done->cancel);
    if (done->pg != NULL) PQfinish(done->pg);
    orm__free(&allocator, done, sizeof *done);
    orm__pg_settings_release(settings);
}

static void send_cancel(void *argument)
{
    errand *job = argument;
    char message[256];
    job->asked = PQcancel(job->cancel, message, sizeof message) == 1;
}

orm_status orm__pg_cancel(orm__link *link, orm_deadline deadline)
{
    const orm__target *target = link->target;
    if (PQsslInUse(link->pg) && !target->options->allow_plain_cancel) return ORM_UNSUPPORTED;
    errand *job = errand_new(target);
    if (job == NULL) return ORM_NOMEM;
    job->cancel = PQgetCancel(link->pg);
    if (job->cancel == NULL) {
        errand_free(job);
        return ORM_NOMEM;
    }
    orm_status status = target->runtime->offload(target->runtime->context, send_cancel, errand_free,
                                                 job, deadline);
    if (status == ORM_TIMEOUT || status == ORM_CANCELLED) return status; /* freed when it ends */
    if (status == ORM_OK && !job->asked) status = ORM_UNSUPPORTED;
    errand_free(job);
    return status;
}

static void finish(void *argument)
{
    errand *job = argument;
    PQfinish(job->pg);
    job->pg = NULL;
}

void orm__pg_note_socket(orm__link *link)
{
    const orm_runtime *runtime = link->target->runtime;
    int now = PQsocket(link->pg);
    if (link->socket >= 0 && link->socket != now && runtime->forget != NULL)
        runtime->forget(runtime->context, link->socket);
    link->socket = now;
}

void orm__pg_finish(const orm__target *target, PGconn *pg)
{
    errand *job = errand_new(target);
    if (job == NULL) {
        PQfinish(pg);
        return;
    }
    job->pg = pg;
    /* A deadline long past: it is done some time, and nobody waits. */
    orm_status status =
        target->runtime->offload(target->runtime->context, finish, errand_free, job, 0);
    if (status != ORM_TIMEOUT && status != ORM_CANCELLED) errand_free(job);
}
