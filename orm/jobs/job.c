/* Jobs as those see them who enqueue them. */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <orm/listener.h>

#include "statements.h"

enum { DEFAULT_ATTEMPTS = 10, DEFAULT_LIMIT = 100 };

static const char channel[] = "orm_jobs";

void orm__job_of_row(const ormq_job *row, orm_job *job)
{
    *job = (orm_job){
        .id = row->id,
        .queue = row->queue,
        .name = row->name,
        .payload = row->payload.text,
        .state = (orm_job_state)row->state,
        .priority = row->priority,
        .attempts = row->attempts,
        .max_attempts = row->max_attempts,
        .run_at = row->run_at,
        .unique_key = row->unique_key,
        .worker = row->worker,
        .last_error = row->last_error,
        .created_at = row->created_at,
        .started_at = row->started_at,
        .lease_until = row->lease_until,
        .finished_at = row->finished_at,
    };
}

static orm_status check(orm_session *db, const orm_job_new *job)
{
    if (job == NULL || job->name == NULL || job->name[0] == '\0')
        return orm_session_fail(db, ORM_INVALID, "a job needs the name of its handler");
    if (job->queue != NULL && job->queue[0] == '\0')
        return orm_session_fail(db, ORM_INVALID, "job %s: the queue's name is empty", job->name);
    if (job->max_attempts < 0)
        return orm_session_fail(db, ORM_INVALID, "job %s: max_attempts must not be negative",
                                job->name);
    if (job->delay_ms < 0)
        return orm_session_fail(db, ORM_INVALID, "job %s: delay_ms must not be negative",
                                job->name);
    return ORM_OK;
}

static const char *queue_of(const orm_job_new *job)
{
    return job->queue != NULL ? job->queue : "default";
}

static orm_status insert(orm_site site, orm_session *db, const orm_job_new *job, const char *queue,
                         ormq_job_list *rows)
{
    return ORM__JOBS_CALL(site, db, enqueue, queue, job->name,
                          (orm_json){job->payload != NULL ? job->payload : "{}"}, job->priority,
                          job->max_attempts > 0 ? job->max_attempts : DEFAULT_ATTEMPTS,
                          job->unique_key, job->run_at, job->delay_ms, rows);
}

/* The one that has the key may end between the two statements: then it is free. */
static orm_status insert_or_find(orm_site site, orm_session *db, const orm_job_new *job,
                                 const char *queue, ormq_job_list *rows, bool *added)
{
    orm_status status = ORM_OK;
    rows->count = 0;
    for (int i = 0; status == ORM_OK && rows->count == 0 && i < 8; i++) {
        status = insert(site, db, job, queue, rows);
        *added = status == ORM_OK && rows->count > 0;
        if (status == ORM_OK && !*added)
            status = ormq_find_unique_at(site, db, job->name, job->unique_key, rows);
    }
    if (status == ORM_OK && rows->count == 0)
        return orm_session_fail(db, ORM_SERIALIZATION,
                                "job %s: this transaction can't see the one that has its key",
                                job->name);
    return status;
}

orm_status orm_job_enqueue_at(orm_site site, orm_session *db, const orm_job_new *job,
                              int64_t *id_out, bool *added_out)
{
    ormq_job_list rows;
    bool added = false;
    orm_status status = check(db, job);
    if (status != ORM_OK)
        return status;
    const char *queue = queue_of(job);
    status = insert_or_find(site, db, job, queue, &rows, &added);
    if (status == ORM_OK && added && !job->quiet && on_postgresql(db))
        status = orm_notify_at(site, db, channel, strlen(queue) < 1000 ? queue : NULL);
    if (status != ORM_OK)
        return status;
    if (id_out != NULL)
        *id_out = rows.items[0]->id;
    if (added_out != NULL)
        *added_out = added;
    return ORM_OK;
}

static orm_status check_all(orm_session *db, const orm_job_new *jobs, size_t count)
{
    orm_status status = ORM_OK;
    for (size_t i = 0; status == ORM_OK && i < count; i++) {
        status = check(db, &jobs[i]);
        if (status == ORM_OK && (jobs[i].unique_key != NULL || jobs[i].delay_ms != 0))
            status = orm_session_fail(db, ORM_INVALID,
                                      "job %s: unique_key and delay_ms take orm_job_enqueue",
                                      jobs[i].name);
    }
    return status;
}

static ormq_job_new row_of(const orm_job_new *job)
{
    ormq_job_new row = {
        .queue = ORM_SET(queue_of(job)),
        .name = ORM_SET(job->name),
        .payload = ORM_SET((orm_json){job->payload != NULL ? job->payload : "{}"}),
        .priority = ORM_SET(job->priority),
        .max_attempts = ORM_SET(job->max_attempts > 0 ? job->max_attempts : DEFAULT_ATTEMPTS),
    };
    if (job->run_at.has)
        row.run_at = ORM_SET(job->run_at.value);
    return row;
}

/* The workers of the only queue, or all. */
static orm_status tell(orm_site site, orm_session *db, const orm_job_new *jobs, size_t count)
{
    const char *queue = NULL;
    bool others = false;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].quiet)
            continue;
        others |= queue != NULL && strcmp(queue, queue_of(&jobs[i])) != 0;
        queue = queue_of(&jobs[i]);
    }
    if (queue == NULL || !on_postgresql(db))
        return ORM_OK;
    return orm_notify_at(site, db, channel, others || strlen(queue) >= 1000 ? NULL : queue);
}

orm_status orm_jobs_enqueue_at(orm_site site, orm_session *db, const orm_job_new *jobs,
                               size_t count, int64_t *ids_out)
{
    ormq_job_list list = {.count = 0};
    orm_status status = check_all(db, jobs, count);
    if (status != ORM_OK || count == 0)
        return status;
    ormq_job_new *rows =
        count > SIZE_MAX / sizeof *rows ? NULL : orm_session_alloc(db, count * sizeof *rows);
    if (rows == NULL)
        return orm_session_fail(db, ORM_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++)
        rows[i] = row_of(&jobs[i]);
    status = ormq_job_insert_all_at(site, db, rows, count, ids_out == NULL ? NULL : &list);
    if (status == ORM_OK)
        status = tell(site, db, jobs, count);
    for (size_t i = 0; status == ORM_OK && i < list.count; i++)
        ids_out[i] = list.items[i]->id;
    return status;
}

orm_status orm_job_find_at(orm_site site, orm_session *db, int64_t id, const orm_job **job_out)
{
    ormq_job *row = NULL;
    *job_out = NULL;
    orm_status status = ormq_find_at(site, db, id, &row);
    if (status != ORM_OK)
        return status;
    /* What the session knows of it may be older than this answer. */
    status = ormq_job_refresh_at(site, db, row);
    orm_job *job = status == ORM_OK ? orm_session_alloc(db, sizeof *job) : NULL;
    if (status != ORM_OK)
        return status;
    if (job == NULL)
        return orm_session_fail(db, ORM_NOMEM, "out of memory");
    orm__job_of_row(row, job);
    *job_out = job;
    return ORM_OK;
}

orm_status orm_job_cancel_at(orm_site site, orm_session *db, int64_t id)
{
    int64_t count = 0;
    orm_status status = ormq_cancel_at(site, db, id, &count);
    if (status == ORM_OK && count == 0)
        return orm_session_fail(db, ORM_NOT_FOUND, "there is no job %lld that waits",
                                (long long)id);
    return status;
}

orm_status orm_job_revive_at(orm_site site, orm_session *db, int64_t id, int attempts)
{
    int64_t count = 0;
    if (attempts < 1)
        return orm_session_fail(db, ORM_INVALID, "a job needs one attempt at least");
    orm_status status = ORM__JOBS_CALL(site, db, revive, id, attempts, &count);
    if (status == ORM_OK && count == 0)
        return orm_session_fail(db, ORM_NOT_FOUND, "there is no dead job %lld", (long long)id);
    return status;
}

static const char *name_of(orm_job_state state)
{
    static const char *const names[] = {
        [ORM_JOB_WAITING] = "waiting",
        [ORM_JOB_RUNNING] = "running",
        [ORM_JOB_DONE] = "done",
        [ORM_JOB_DEAD] = "dead",
    };
    return state >= ORM_JOB_WAITING && state <= ORM_JOB_DEAD ? names[state] : NULL;
}

orm_status orm_jobs_list_at(orm_site site, orm_session *db, const orm_job_filter *filter,
                            orm_job_list *list_out)
{
    static const orm_job_filter all;
    ormq_job_list rows = {0};
    memset(list_out, 0, sizeof *list_out);
    if (filter == NULL)
        filter = &all;
    size_t limit = filter->limit > 0 && filter->limit < INT_MAX ? filter->limit : DEFAULT_LIMIT;
    orm_opt_i64 before = {filter->before, filter->before != 0};
    orm_status status = ormq_list_at(site, db, filter->queue, filter->name, name_of(filter->state),
                                     before, (int64_t)limit, &rows);
    if (status != ORM_OK || rows.count == 0)
        return status;
    list_out->items = orm_session_alloc(db, rows.count * sizeof *list_out->items);
    if (list_out->items == NULL)
        return orm_session_fail(db, ORM_NOMEM, "out of memory");
    for (size_t i = 0; i < rows.count; i++)
        orm__job_of_row(rows.items[i], &list_out->items[i]);
    list_out->count = rows.count;
    return ORM_OK;
}

orm_status orm_jobs_count_at(orm_site site, orm_session *db, const char *queue,
                             orm_job_counts *counts_out)
{
    ormq_counts_list rows;
    memset(counts_out, 0, sizeof *counts_out);
    orm_status status = ormq_counts_at(site, db, queue, &rows);
    int64_t *const counts[] = {
        [ORM_JOB_WAITING] = &counts_out->waiting,
        [ORM_JOB_RUNNING] = &counts_out->running,
        [ORM_JOB_DONE] = &counts_out->done,
        [ORM_JOB_DEAD] = &counts_out->dead,
    };
    for (size_t i = 0; status == ORM_OK && i < rows.count; i++)
        for (orm_job_state state = ORM_JOB_WAITING; state <= ORM_JOB_DEAD; state++)
            if (strcmp(rows.items[i]->state, name_of(state)) == 0)
                *counts[state] = rows.items[i]->number;
    return status;
}
