/* Making workers. */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CONCURRENCY_MAX = 256 };

int64_t orm__jobs_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

ORM_PRINTF(3, 4)
static orm_status fail(orm_error *error, orm_status status, const char *format, ...)
{
    va_list arguments;
    if (error == NULL)
        return status;
    memset(error, 0, sizeof *error);
    error->status = status;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

static int64_t given(int64_t value, int64_t otherwise)
{
    return value == 0 ? otherwise : value;
}

static void fill_defaults(orm_worker_options *options, bool postgresql)
{
    static const char *const default_queue[] = {"default"};
    if (options->queue_count == 0) {
        options->queues = default_queue;
        options->queue_count = 1;
    }
    options->concurrency = (int)given(options->concurrency, 1);
    options->poll_ms = given(options->poll_ms, postgresql ? 1000 : 200);
    options->lease_ms = given(options->lease_ms, 30000);
    options->retry_wait_ms = given(options->retry_wait_ms, 1000);
    options->retry_wait_max_ms = given(options->retry_wait_max_ms, 3600000);
    options->stop_ms = given(options->stop_ms, 30000);
    options->keep_done_ms = given(options->keep_done_ms, 86400000);
    options->keep_dead_ms = given(options->keep_dead_ms, -1);
}

static orm_status check_kinds(const orm_worker_options *options, orm_error *error)
{
    if (options->kind_count == 0)
        return fail(error, ORM_INVALID, "a worker needs .kinds: the handlers of its jobs");
    for (size_t i = 0; i < options->kind_count; i++) {
        const orm_job_kind *kind = &options->kinds[i];
        if (kind->name == NULL || kind->name[0] == '\0' || kind->handler == NULL)
            return fail(error, ORM_INVALID, "kind %zu of the worker needs a name and a handler", i);
        for (size_t k = 0; k < i; k++)
            if (strcmp(options->kinds[k].name, kind->name) == 0)
                return fail(error, ORM_INVALID, "the worker has two kinds called %s", kind->name);
    }
    return ORM_OK;
}

static orm_status check(const orm_worker_options *options, orm_error *error)
{
    if (options->concurrency < 1 || options->concurrency > CONCURRENCY_MAX)
        return fail(error, ORM_INVALID, "concurrency must be 1 to %d", CONCURRENCY_MAX);
    if (options->poll_ms < 1 || options->lease_ms < 1 || options->retry_wait_ms < 1 ||
        options->retry_wait_max_ms < 1)
        return fail(error, ORM_INVALID,
                    "poll_ms, lease_ms, retry_wait_ms and retry_wait_max_ms must be positive");
    return check_kinds(options, error);
}

/* Differs from worker to worker, also of other processes and machines. */
static void name_worker(orm_worker *worker)
{
    char host[64] = "";
    (void)gethostname(host, sizeof host - 1);
    uint64_t now = (uint64_t)orm__jobs_clock();
    uint64_t salt = (now ^ (uint64_t)(uintptr_t)worker ^ (uint64_t)getpid() << 40) *
                    UINT64_C(0x9E3779B97F4A7C15);
    atomic_init(&worker->dice, salt);
    (void)snprintf(worker->name, sizeof worker->name, "%s:%ld:%08lx", host, (long)getpid(),
                   (unsigned long)(salt >> 32));
}

static bool make_pipe(orm_worker *worker)
{
    if (pipe(worker->wake) != 0) {
        worker->wake[0] = worker->wake[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++)
        if (fcntl(worker->wake[i], F_SETFD, FD_CLOEXEC) != 0 ||
            fcntl(worker->wake[i], F_SETFL, O_NONBLOCK) != 0)
            return false;
    return true;
}

/* Waits go by the monotonic clock. */
static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
}

static void free_parts(orm_worker *worker)
{
    for (int i = 0; i < 2; i++)
        if (worker->wake[i] >= 0)
            (void)close(worker->wake[i]);
    free(worker->ids);
    free(worker->slots);
    free(worker->kind_names);
    free(worker);
}

static bool make_parts(orm_worker *worker)
{
    const orm_worker_options *options = &worker->options;
    size_t count = (size_t)options->concurrency;
    worker->kind_names = calloc(options->kind_count, sizeof *worker->kind_names);
    worker->slots = calloc(count, sizeof *worker->slots);
    worker->ids = calloc(count, sizeof *worker->ids);
    if (worker->kind_names == NULL || worker->slots == NULL || worker->ids == NULL)
        return false;
    for (size_t i = 0; i < options->kind_count; i++)
        worker->kind_names[i] = options->kinds[i].name;
    for (size_t i = 0; i < count; i++) {
        worker->slots[i].worker = worker;
        atomic_init(&worker->slots[i].why, ORM__WHY_NOT);
    }
    return true;
}

orm_status orm_worker_open(orm_engine *engine, const orm_worker_options *options,
                           orm_worker **worker_out, orm_error *error)
{
    *worker_out = NULL;
    if (engine == NULL || options == NULL)
        return fail(error, ORM_MISUSE, "orm_worker_open: there is no engine or no options");
    orm_worker_options filled = *options;
    fill_defaults(&filled, orm_engine_dialect(engine) == ORM_DIALECT_POSTGRESQL);
    orm_status status = check(&filled, error);
    if (status != ORM_OK)
        return status;
    orm_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return fail(error, ORM_NOMEM, "out of memory");
    worker->engine = engine;
    worker->options = filled;
    worker->wake[0] = worker->wake[1] = -1;
    atomic_init(&worker->stopping, false);
    name_worker(worker);
    bool parts = make_parts(worker) && make_pipe(worker);
    bool mutex = parts && pthread_mutex_init(&worker->mutex, NULL) == 0;
    if (mutex && make_condition(&worker->changed)) {
        *worker_out = worker;
        return ORM_OK;
    }
    if (mutex)
        (void)pthread_mutex_destroy(&worker->mutex);
    free_parts(worker);
    return parts ? fail(error, ORM_RESOURCE, "cannot make a mutex or condition variable")
                 : fail(error, ORM_NOMEM, "out of memory, or of file descriptors");
}

void orm_worker_close(orm_worker *worker)
{
    if (worker == NULL)
        return;
    (void)pthread_cond_destroy(&worker->changed);
    (void)pthread_mutex_destroy(&worker->mutex);
    free_parts(worker);
}

void orm__worker_wake(orm_worker *worker)
{
    int kept = errno;
    /* A pipe that is full wakes as well. */
    ssize_t ignored = write(worker->wake[1], "", 1);
    (void)ignored;
    errno = kept;
}

void orm_worker_stop(orm_worker *worker)
{
    atomic_store(&worker->stopping, true);
    orm__worker_wake(worker);
}
