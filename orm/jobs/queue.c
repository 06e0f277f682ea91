/* What a worker asks of the database. */
#include <stdlib.h>
#include <string.h>

#include "statements.h"
#include "worker.h"

enum { CLEANED_AT_ONCE = 1000 };

static orm_array_text names_of(const orm_worker *worker)
{
    return (orm_array_text){worker->kind_names, worker->options.kind_count, true};
}

/* Its own questions must not keep the worker from its other duties. */
static orm_session_options session_options(const orm_worker *worker, bool read_only)
{
    int64_t bound = worker->options.lease_ms / 2;
    return (orm_session_options){.read_only = read_only,
                                 .deadline_ms = bound < 1000 ? 1000 : bound};
}

typedef struct question {
    orm_worker *worker;
    int64_t ms;
} question;

static orm_status ask_next(orm_session *db, void *context)
{
    question *it = context;
    const orm_worker_options *options = &it->worker->options;
    orm_array_text queues = {options->queues, options->queue_count, true};
    ormq_pg_next_row *on_pg = NULL;
    ormq_lite_next_row *on_lite = NULL;
    orm_status status = on_postgresql(db)
                            ? ormq_pg_next(db, queues, names_of(it->worker), &on_pg)
                            : ormq_lite_next(db, queues, names_of(it->worker), &on_lite);
    if (status != ORM_OK)
        return status;
    orm_opt_i64 ms = on_pg != NULL ? on_pg->ms : on_lite->ms;
    it->ms = !ms.has ? -1 : ms.value < 0 ? 0 : ms.value;
    return ORM_OK;
}

orm_status orm__worker_next(orm_worker *worker, int64_t *ms_out, orm_error *error)
{
    question it = {worker, -1};
    orm_session_options options = session_options(worker, true);
    orm_status status = orm_session_run(worker->engine, &options, ask_next, &it, error);
    *ms_out = it.ms;
    return status;
}

/* --- taking --- */

static size_t measure(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static const char *keep(char **at, const char *text)
{
    size_t size = measure(text);
    char *kept = *at;
    if (text == NULL)
        return NULL;
    memcpy(kept, text, size);
    *at += size;
    return kept;
}

static const orm_job_kind *kind_of(const orm_worker *worker, const char *name)
{
    for (size_t i = 0; i < worker->options.kind_count; i++)
        if (strcmp(worker->options.kinds[i].name, name) == 0)
            return &worker->options.kinds[i];
    return NULL;
}

/* Copies the job, which outlives the session it was read in. False: no memory. */
static bool fill(orm__slot *slot, const ormq_job *row)
{
    orm_job *job = &slot->job;
    orm__job_of_row(row, job);
    size_t size = measure(job->queue) + measure(job->name) + measure(job->payload) +
                  measure(job->unique_key) + measure(job->worker) + measure(job->last_error);
    char *at = slot->text = malloc(size);
    if (at == NULL)
        return false;
    job->queue = keep(&at, job->queue);
    job->name = keep(&at, job->name);
    job->payload = keep(&at, job->payload);
    job->unique_key = keep(&at, job->unique_key);
    job->worker = keep(&at, job->worker);
    job->last_error = keep(&at, job->last_error);
    slot->kind = kind_of(slot->worker, job->name);
    slot->since = orm__jobs_clock();
    slot->give_up = false;
    slot->retry_ms = -1;
    atomic_store(&slot->why, ORM__WHY_NOT);
    return true;
}

static orm__slot *idle_slot(orm_worker *worker)
{
    for (int i = 0; i < worker->options.concurrency; i++)
        if (!worker->slots[i].busy)
            return &worker->slots[i];
    return NULL;
}

/* Jobs for which there is no memory have their lease end. */
static void assign(orm_worker *worker, const ormq_job_list *rows, size_t *taken)
{
    (void)pthread_mutex_lock(&worker->mutex);
    for (size_t i = 0; i < rows->count; i++) {
        orm__slot *slot = idle_slot(worker);
        if (slot == NULL || !fill(slot, rows->items[i]))
            continue;
        slot->busy = true;
        ++*taken;
    }
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->mutex);
}

static orm_status take_of(orm_worker *worker, orm_session *db, const char *queue, size_t count,
                          size_t *taken)
{
    const orm_worker_options *options = &worker->options;
    ormq_job_list rows = {0};
    orm_status status = ORM__JOBS_CALL(ORM_SITE, db, take, queue, names_of(worker), (int64_t)count,
                                       worker->name, options->lease_ms, &rows);
    /* Nobody may run what is not committed. */
    if (status == ORM_OK)
        status = orm_session_commit(db);
    if (status == ORM_OK)
        assign(worker, &rows, taken);
    return status;
}

orm_status orm__worker_take(orm_worker *worker, size_t count, size_t *taken_out, orm_error *error)
{
    const orm_worker_options *options = &worker->options;
    orm_session_options with = session_options(worker, false);
    orm_session *db = NULL;
    *taken_out = 0;
    orm_status status = orm_session_open(worker->engine, &with, &db, error);
    if (status != ORM_OK)
        return status;
    if (orm__jobs_clock() >= worker->next_expiry) {
        status = on_postgresql(db) ? ormq_pg_expire(db, NULL) : ormq_lite_expire(db, NULL);
        if (status == ORM_OK)
            worker->next_expiry = orm__jobs_clock() + options->poll_ms * 1000000;
    }
    for (size_t i = 0; status == ORM_OK && *taken_out < count && i < options->queue_count; i++)
        status = take_of(worker, db, options->queues[i], count - *taken_out, taken_out);
    if (status != ORM_OK && error != NULL)
        *error = *orm_session_error(db);
    orm_session_close(db);
    return status;
}

/* --- keeping --- */

typedef struct renewal {
    orm_worker *worker;
    size_t count;
} renewal;

static orm__slot *slot_of(orm_worker *worker, const ormq_job *row)
{
    for (int i = 0; i < worker->options.concurrency; i++) {
        orm__slot *slot = &worker->slots[i];
        if (slot->busy && slot->job.id == row->id && slot->job.attempts == row->attempts)
            return slot;
    }
    return NULL;
}

/* Cancels the jobs whose renewal was asked for and that this worker has no more. */
static void cancel_lost(orm_worker *worker, size_t count, const ormq_job_list *held)
{
    (void)pthread_mutex_lock(&worker->mutex);
    for (int i = 0; i < worker->options.concurrency; i++) {
        orm__slot *slot = &worker->slots[i];
        bool asked = false;
        bool have = false;
        for (size_t k = 0; k < count; k++)
            asked = asked || worker->ids[k] == slot->job.id;
        for (size_t k = 0; k < held->count; k++)
            have = have || slot_of(worker, held->items[k]) == slot;
        if (slot->busy && asked && !have)
            orm__slot_cancel(slot, ORM__WHY_LOST);
    }
    (void)pthread_mutex_unlock(&worker->mutex);
}

static orm_status renew(orm_session *db, void *context)
{
    renewal *it = context;
    orm_worker *worker = it->worker;
    orm_array_i64 ids = {.count = it->count, .has = true};
    orm_opt_i64 *items = orm_session_alloc(db, it->count * sizeof *items);
    ormq_job_list held;
    if (items == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < it->count; i++)
        items[i] = (orm_opt_i64){worker->ids[i], true};
    ids.items = items;
    orm_status status =
        ORM__JOBS_CALL(ORM_SITE, db, renew, ids, worker->name, worker->options.lease_ms, NULL);
    if (status == ORM_OK)
        status = ORM__JOBS_CALL(ORM_SITE, db, held, ids, worker->name, &held);
    if (status == ORM_OK)
        cancel_lost(worker, it->count, &held);
    return status;
}

orm_status orm__worker_renew(orm_worker *worker)
{
    renewal it = {worker, 0};
    orm_session_options options = session_options(worker, false);
    (void)pthread_mutex_lock(&worker->mutex);
    for (int i = 0; i < worker->options.concurrency; i++) {
        const orm__slot *slot = &worker->slots[i];
        /* What takes too long is let go, so that a handler that hangs does not keep its job. */
        if (slot->busy && atomic_load(&slot->why) != ORM__WHY_LATE)
            worker->ids[it.count++] = slot->job.id;
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    if (it.count == 0)
        return ORM_OK;
    return orm_session_run(worker->engine, &options, renew, &it, NULL);
}

typedef struct cleaning {
    const char *state;
    int64_t age_ms;
    int64_t count;
} cleaning;

static orm_status clean(orm_session *db, void *context)
{
    cleaning *it = context;
    return ORM__JOBS_CALL(ORM_SITE, db, clean, it->state, it->age_ms, &it->count);
}

bool orm__worker_clean(orm_worker *worker)
{
    const orm_worker_options *options = &worker->options;
    cleaning jobs[] = {{"done", options->keep_done_ms, 0}, {"dead", options->keep_dead_ms, 0}};
    orm_session_options with = session_options(worker, false);
    bool more = false;
    for (size_t i = 0; i < 2; i++)
        if (jobs[i].age_ms >= 0 &&
            orm_session_run(worker->engine, &with, clean, &jobs[i], NULL) == ORM_OK)
            more = more || jobs[i].count >= CLEANED_AT_ONCE;
    return more;
}
