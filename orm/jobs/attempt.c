/* One attempt of one job. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statements.h"
#include "worker.h"

enum { WRITE_RETRIES = 6, ERROR_SIZE = 1024 };

bool orm_job_is_cancelled(const orm_job *job)
{
    const orm__slot *slot = (const orm__slot *)(const void *)job;
    return atomic_load(&slot->why) != ORM__WHY_NOT;
}

void orm_job_give_up(orm_job *job)
{
    ((orm__slot *)(void *)job)->give_up = true;
}

void orm_job_retry_after(orm_job *job, int64_t ms)
{
    ((orm__slot *)(void *)job)->retry_ms = ms < 0 ? 0 : ms;
}

void orm__slot_cancel(orm__slot *slot, orm__why why)
{
    int expected = ORM__WHY_NOT;
    (void)atomic_compare_exchange_strong(&slot->why, &expected, why);
    if (slot->db != NULL)
        orm_session_cancel(slot->db);
}

/* From here to NULL others may cancel the session. */
static void show_session(orm__slot *slot, orm_session *db)
{
    (void)pthread_mutex_lock(&slot->worker->mutex);
    slot->db = db;
    if (db != NULL && atomic_load(&slot->why) != ORM__WHY_NOT)
        orm_session_cancel(db);
    (void)pthread_mutex_unlock(&slot->worker->mutex);
}

static orm_status mark_done(orm_session *db, const orm__slot *slot)
{
    int64_t count = 0;
    if (orm_job_is_cancelled(&slot->job))
        return orm_session_fail(db, ORM_CANCELLED, "the job was cancelled");
    orm_status status =
        ORM__JOBS_CALL(ORM_SITE, db, done, slot->job.id, slot->job.attempts, &count);
    if (status == ORM_OK && count == 0)
        return orm_session_fail(db, ORM_STALE,
                                "the lease of job %lld was lost: another attempt has begun",
                                (long long)slot->job.id);
    return status;
}

static orm_status handle(orm_session *db, void *context)
{
    orm__slot *slot = context;
    show_session(slot, db);
    orm_status status = slot->kind->handler(db, &slot->job, slot->kind->context);
    if (status == ORM_OK)
        status = mark_done(db, slot);
    show_session(slot, NULL);
    return status;
}

/* Between half of the pause and all of it. */
static int64_t jitter(orm_worker *worker, int64_t ms)
{
    uint64_t x = atomic_fetch_add(&worker->dice, UINT64_C(0x9E3779B97F4A7C15));
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return ms / 2 + (int64_t)((x ^ (x >> 31)) % (uint64_t)(ms - ms / 2 + 1));
}

static int64_t pause_of(orm__slot *slot)
{
    const orm_worker_options *options = &slot->worker->options;
    int64_t ms = options->retry_wait_ms;
    if (slot->retry_ms >= 0)
        return slot->retry_ms;
    for (int i = 1; i < slot->job.attempts && ms < options->retry_wait_max_ms; i++)
        ms *= 2;
    if (ms > options->retry_wait_max_ms)
        ms = options->retry_wait_max_ms;
    return jitter(slot->worker, ms);
}

/* The failure for the job's row. */
static void describe(const orm_job_outcome *outcome, char *text, size_t size)
{
    const orm_error *error = &outcome->error;
    bool same = error->status == outcome->status && error->message[0] != '\0';
    const char *message = same ? error->message : orm_status_text(outcome->status);
    if (same && error->site.line > 0)
        (void)snprintf(text, size, "%s: %s (%s:%d)", orm_status_name(outcome->status), message,
                       error->site.file, error->site.line);
    else
        (void)snprintf(text, size, "%s: %s", orm_status_name(outcome->status), message);
}

typedef struct verdict {
    orm__slot *slot;
    bool release;
    bool dead;
    int64_t pause_ms;
    const char *error;
    int64_t count; /* answer: rows written */
} verdict;

static orm_status write_verdict(orm_session *db, void *context)
{
    verdict *it = context;
    const orm_job *job = &it->slot->job;
    if (it->release)
        return ORM__JOBS_CALL(ORM_SITE, db, release, job->id, job->attempts, &it->count);
    return ORM__JOBS_CALL(ORM_SITE, db, failed, job->id, job->attempts, it->dead, it->pause_ms,
                          it->error, &it->count);
}

/* Its state then. A row that can't be written has its lease end. */
static orm_job_state settle(orm__slot *slot, const orm_job_outcome *outcome)
{
    static const orm_session_options options = {.retries = WRITE_RETRIES, .retry_wait_ms = 100};
    char error[ERROR_SIZE];
    verdict it = {.slot = slot, .dead = slot->give_up, .pause_ms = pause_of(slot), .error = error};
    it.release = atomic_load(&slot->why) == ORM__WHY_STOPPED;
    describe(outcome, error, sizeof error);
    if (atomic_load(&slot->why) == ORM__WHY_LOST)
        return ORM_JOB_RUNNING;
    orm_status status = orm_session_run(slot->worker->engine, &options, write_verdict, &it, NULL);
    if (status != ORM_OK || it.count == 0)
        return ORM_JOB_RUNNING;
    if (it.release)
        return ORM_JOB_WAITING;
    return it.dead || slot->job.attempts >= slot->job.max_attempts ? ORM_JOB_DEAD : ORM_JOB_WAITING;
}

void orm__slot_run(orm__slot *slot)
{
    const orm_worker_options *options = &slot->worker->options;
    orm_job_outcome outcome = {.job = &slot->job, .state = ORM_JOB_DONE};
    outcome.status =
        orm_session_run(slot->worker->engine, slot->kind->session, handle, slot, &outcome.error);
    if (outcome.status != ORM_OK)
        outcome.state = settle(slot, &outcome);
    outcome.duration_ns = orm__jobs_clock() - slot->since;
    if (options->observer != NULL)
        options->observer(options->observer_context, &outcome);
    free(slot->text);
    slot->text = NULL;
}
