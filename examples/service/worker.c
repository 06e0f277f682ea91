#include "worker.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <orm/jobs.h>
#include <orm/json.h>

#include "reports_service.h"
#include "service.h"

struct worker {
    orm_engine *engine;
    orm_worker *jobs;
    pthread_t thread;
    atomic_bool stopping;
};

/* Every kind of job that this process does. */
static const orm_job_kind kinds[] = {
    {.name = REPORT_JOB, .handler = report_make, .timeout_ms = 600000},
};

static void put_text(orm_json_writer *json, const char *key, const char *text)
{
    orm_json_put_key(json, key);
    orm_json_put_text(json, text);
}

static void put_int(orm_json_writer *json, const char *key, int64_t value)
{
    orm_json_put_key(json, key);
    orm_json_put_int(json, value);
}

/* One line of the log for each attempt. */
static void log_outcome(void *context, const orm_job_outcome *outcome)
{
    static const char *const states[] = {"", "waiting", "running", "done", "dead"};
    orm_json_writer *json = NULL;
    const char *line = "";
    (void)context;
    if (orm_json_writer_open(NULL, &json) != ORM_OK)
        return;
    orm_json_begin_object(json);
    put_text(json, "event", "job");
    put_text(json, "name", outcome->job->name);
    put_int(json, "id", outcome->job->id);
    put_int(json, "attempt", outcome->job->attempts);
    put_text(json, "state", states[outcome->state]);
    put_int(json, "ms", outcome->duration_ns / 1000000);
    if (outcome->status != ORM_OK)
        put_text(json, "error", outcome->error.message);
    orm_json_end_object(json);
    if (orm_json_finish(json, &line, NULL) == ORM_OK)
        fprintf(stderr, "%s\n", line);
    orm_json_writer_close(json);
}

/* A second, or until it is stopped. */
static void rest(struct worker *worker)
{
    const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
    for (int i = 0; i < 50 && !atomic_load(&worker->stopping); i++)
        (void)nanosleep(&moment, NULL);
}

static void *run(void *context)
{
    struct worker *worker = context;
    orm_error error;
    while (!atomic_load(&worker->stopping)) {
        orm_status status = orm_worker_run(worker->jobs, &error);
        if (status != ORM_OK)
            (void)service_complain(status == ORM_TIMEOUT ? "jobs given back" : "jobs", &error);
        rest(worker);
    }
    return NULL;
}

/* Signals are for the threads that serve. */
static bool start_thread(struct worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&worker->thread, NULL, run, worker) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static bool close_all(struct worker *worker)
{
    orm_error error;
    orm_worker_close(worker->jobs);
    orm_status status = orm_engine_close(worker->engine, &error);
    if (status != ORM_OK)
        (void)service_complain("closing", &error);
    free(worker);
    return status == ORM_OK;
}

bool worker_start(const service_config *config, struct worker **worker_out)
{
    orm_error error = {0};
    *worker_out = NULL;
    struct worker *made = config->jobs > 0 ? calloc(1, sizeof *made) : NULL;
    if (made == NULL)
        return config->jobs == 0;
    orm_status status = orm_engine_open(&(orm_engine_options){
        .url             = config->database_url,
        .pool_size       = (int)config->jobs + 1,
        .max_overflow    = ORM_POOL_NO_OVERFLOW,
        .pool_timeout_ms = (int)config->request_ms,
    }, &made->engine, &error);
    if (status == ORM_OK)
        status = orm_worker_open(made->engine, &(orm_worker_options){
            .kinds       = kinds,
            .kind_count  = sizeof kinds / sizeof kinds[0],
            .concurrency = (int)config->jobs,
            .stop_ms     = config->stop_ms > 0 ? config->stop_ms : 1,
            .observer    = log_outcome,
        }, &made->jobs, &error);
    if (status != ORM_OK)
        (void)service_complain("jobs", &error);
    else if (start_thread(made)) {
        *worker_out = made;
        return true;
    }
    (void)close_all(made);
    return false;
}

void worker_stop(struct worker *worker)
{
    if (worker == NULL)
        return;
    atomic_store(&worker->stopping, true);
    orm_worker_stop(worker->jobs);
}

bool worker_end(struct worker *worker)
{
    if (worker == NULL)
        return true;
    worker_stop(worker);
    (void)pthread_join(worker->thread, NULL);
    return close_all(worker);
}
