/* The queue's table, a table for what handlers do, and handlers. */
#ifndef TESTS_JOBS_FIXTURE_H
#define TESTS_JOBS_FIXTURE_H

#include <orm/jobs.h>
#include <orm/raw.h>

#include "support/fixture.h"

enum { HOUR_MS = 3600000 };

static inline int open_jobs(void **state)
{
    (void)state;
    test_open(&database, NULL, "../orm/jobs/jobs.yaml", NULL);
    test_execute(&database, "create table effects (job bigint not null, note text)");
    return 0;
}

static inline int start_jobs(void **state)
{
    test_execute(&database, "delete from orm_jobs");
    test_execute(&database, "delete from effects");
    return start_test(state);
}

#define jobs_test(function) cmocka_unit_test_setup_teardown(function, start_jobs, end_test)

static inline int64_t enqueue(const orm_job_new *job)
{
    orm_session *db = test_session(&database);
    int64_t id = 0;
    assert_ok(db, orm_job_enqueue(db, job, &id, NULL));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    return id;
}

/* What a handler does in its session, seen only when it was committed. */
static inline orm_status leave_effect(orm_session *db, const orm_job *job, const char *note)
{
    const orm_value values[] = {orm_bind_int(job->id), orm_bind_text(note)};
    return orm_raw(db, "insert into effects values ($1, $2)", values, 2, NULL, NULL, NULL);
}

static inline orm_status leave_payload(orm_session *db, orm_job *job, void *context)
{
    (void)context;
    return leave_effect(db, job, job->payload);
}

static inline orm_worker *open_worker(orm_job_kind *kinds, size_t count, orm_worker_options options)
{
    orm_worker *worker = NULL;
    orm_error error;
    options.kinds = kinds;
    options.kind_count = count;
    if (orm_worker_open(database.engine, &options, &worker, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return worker;
}

static inline int64_t drain(orm_worker *worker)
{
    int64_t count = -1;
    orm_error error;
    if (orm_worker_drain(worker, &count, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return count;
}

/* A worker of one kind takes what is due. */
static inline int64_t drain_with(orm_job_handler *handler, void *context)
{
    orm_job_kind kind = {.name = "note", .handler = handler, .context = context};
    orm_worker *worker = open_worker(&kind, 1, (orm_worker_options){.retry_wait_ms = HOUR_MS});
    int64_t count = drain(worker);
    orm_worker_close(worker);
    return count;
}

/* The row of a job: state, attempts, and whether it has an error. */
static inline void assert_job(int64_t id, const char *expected)
{
    char *row = test_query(&database,
                           "select cast(state as text), attempts, coalesce(last_error, '') "
                           "from orm_jobs where id = %lld",
                           (long long)id);
    if (strncmp(row, expected, strlen(expected)) != 0)
        fail_msg("the job is %s, not %s", row, expected);
    free(row);
}

#endif
