/* Running a worker: one thread hands jobs out and keeps their leases, others run them. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "worker.h"

#define MS INT64_C(1000000)

enum {
    CLEANING_MS = 60000,
    BUSY_MS = 20,    /* others are just taking what is due */
    FAILED_MS = 5000 /* the longest rest after a failure */
};

static orm_status fail(orm_error *error, orm_status status, const char *message)
{
    if (error == NULL)
        return status;
    memset(error, 0, sizeof *error);
    error->status = status;
    (void)snprintf(error->message, sizeof error->message, "%s", message);
    return status;
}

static bool is_stopping(orm_worker *worker)
{
    return atomic_load(&worker->stopping);
}

/* --- the threads that run jobs --- */

static void *serve(void *context)
{
    orm__slot *slot = context;
    orm_worker *worker = slot->worker;
    (void)pthread_mutex_lock(&worker->mutex);
    for (;;) {
        while (!slot->busy && !worker->quitting)
            (void)pthread_cond_wait(&worker->changed, &worker->mutex);
        if (!slot->busy)
            break;
        (void)pthread_mutex_unlock(&worker->mutex);
        orm__slot_run(slot);
        (void)pthread_mutex_lock(&worker->mutex);
        slot->busy = false;
        orm__worker_wake(worker);
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

/* --- the thread that listens --- */

static bool is_ours(const orm_worker *worker, const char *queue)
{
    const orm_worker_options *options = &worker->options;
    for (size_t i = 0; i < options->queue_count; i++)
        if (strcmp(options->queues[i], queue) == 0)
            return true;
    return queue[0] == '\0';
}

/* With the mutex held: rests for as long as the worker would between two looks. */
static void rest(orm_worker *worker)
{
    int64_t until = orm__jobs_clock() + worker->options.poll_ms * MS;
    struct timespec time = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    int status = 0;
    while (!worker->quitting && status == 0)
        status = pthread_cond_timedwait(&worker->changed, &worker->mutex, &time);
}

static orm_status hear(orm_worker *worker)
{
    static const char *const channels[] = {"orm_jobs"};
    orm_notification told;
    orm_listener *listener = worker->listener;
    orm_status status = ORM_OK;
    (void)pthread_mutex_unlock(&worker->mutex);
    if (listener == NULL)
        status = orm_listener_open(worker->engine, channels, 1, &listener, NULL);
    else
        status = orm_listener_wait(listener, worker->options.poll_ms, &told, NULL);
    /* What was told while nobody listened is to be found too. */
    if (status == ORM_DISCONNECTED ||
        (status == ORM_OK && (worker->listener == NULL || is_ours(worker, told.payload))))
        orm__worker_wake(worker);
    (void)pthread_mutex_lock(&worker->mutex);
    worker->listener = listener;
    return status;
}

static void *listen_on(void *context)
{
    orm_worker *worker = context;
    orm_status status = ORM_OK;
    (void)pthread_mutex_lock(&worker->mutex);
    while (!worker->quitting && status != ORM_UNSUPPORTED) {
        status = hear(worker);
        if (status != ORM_OK && status != ORM_TIMEOUT && status != ORM_CANCELLED)
            rest(worker);
    }
    orm_listener *listener = worker->listener;
    worker->listener = NULL;
    (void)pthread_mutex_unlock(&worker->mutex);
    orm_listener_close(listener);
    return NULL;
}

/* --- starting and ending them --- */

/* Signals are the program's; its own threads get them. */
static bool start_threads(orm_worker *worker)
{
    sigset_t all;
    sigset_t before;
    bool started = true;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    for (int i = 0; started && i < worker->options.concurrency; i++) {
        orm__slot *slot = &worker->slots[i];
        started = slot->started = pthread_create(&slot->thread, NULL, serve, slot) == 0;
    }
    if (started && orm_engine_dialect(worker->engine) == ORM_DIALECT_POSTGRESQL)
        started = worker->has_ear = pthread_create(&worker->ear, NULL, listen_on, worker) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void end_threads(orm_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    worker->quitting = true;
    if (worker->listener != NULL)
        orm_listener_cancel(worker->listener);
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->mutex);
    for (int i = 0; i < worker->options.concurrency; i++)
        if (worker->slots[i].started)
            (void)pthread_join(worker->slots[i].thread, NULL);
    if (worker->has_ear)
        (void)pthread_join(worker->ear, NULL);
    for (int i = 0; i < worker->options.concurrency; i++)
        worker->slots[i].started = false;
    worker->has_ear = false;
    worker->quitting = false;
}

/* --- handing out --- */

static size_t count_idle(orm_worker *worker)
{
    size_t idle = 0;
    (void)pthread_mutex_lock(&worker->mutex);
    for (int i = 0; i < worker->options.concurrency; i++)
        idle += !worker->slots[i].busy;
    (void)pthread_mutex_unlock(&worker->mutex);
    return idle;
}

static int64_t sooner(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

/* Sleeps until then, or until woken. True: woken. */
static bool sleep_until(orm_worker *worker, int64_t until)
{
    struct pollfd entry = {.fd = worker->wake[0], .events = POLLIN};
    char bytes[64];
    int64_t left = (until - orm__jobs_clock() + MS - 1) / MS;
    int timeout = left <= 0 ? 0 : left > 60000 ? 60000 : (int)left;
    if (poll(&entry, 1, timeout) <= 0)
        return false;
    while (read(worker->wake[0], bytes, sizeof bytes) > 0) {}
    return true;
}

/* Takes what is due, and says when to look again. */
static orm_status look(orm_worker *worker, size_t idle, orm_error *error)
{
    const int64_t poll_ms = worker->options.poll_ms;
    int64_t ms = -1;
    size_t taken = 0;
    orm_status status = orm__worker_next(worker, &ms, error);
    if (status == ORM_OK && ms == 0)
        status = orm__worker_take(worker, idle, &taken, error);
    int64_t wait = ms < 0 || ms > poll_ms ? poll_ms : ms;
    if (status != ORM_OK)
        wait = sooner(poll_ms, FAILED_MS);
    else if (ms == 0)
        wait = taken > 0 ? 0 : sooner(poll_ms, BUSY_MS);
    else if (wait < 1)
        wait = 1;
    worker->next_look = orm__jobs_clock() + wait * MS;
    return status;
}

/* Cancels what takes too long; says when the next one will. */
static int64_t check_times(orm_worker *worker)
{
    int64_t now = orm__jobs_clock();
    int64_t next = INT64_MAX;
    (void)pthread_mutex_lock(&worker->mutex);
    for (int i = 0; i < worker->options.concurrency; i++) {
        orm__slot *slot = &worker->slots[i];
        if (!slot->busy || slot->kind->timeout_ms <= 0)
            continue;
        int64_t end = slot->since + slot->kind->timeout_ms * MS;
        if (atomic_load(&slot->why) != ORM__WHY_NOT)
            continue;
        if (now >= end)
            orm__slot_cancel(slot, ORM__WHY_LATE);
        else
            next = sooner(next, end);
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    return next;
}

/* What running jobs need; says when it is to be done again. */
static int64_t keep(orm_worker *worker)
{
    int64_t next = check_times(worker);
    if (orm__jobs_clock() >= worker->next_renewal) {
        (void)orm__worker_renew(worker);
        worker->next_renewal = orm__jobs_clock() + worker->options.lease_ms * MS / 3;
    }
    return sooner(next, worker->next_renewal);
}

static void hand_out(orm_worker *worker)
{
    while (!is_stopping(worker)) {
        int64_t until = keep(worker);
        size_t idle = count_idle(worker);
        if (orm__jobs_clock() >= worker->next_cleaning) {
            bool more = orm__worker_clean(worker);
            worker->next_cleaning = orm__jobs_clock() + (more ? 1 : CLEANING_MS * MS);
        }
        until = sooner(until, worker->next_cleaning);
        if (idle > 0 && orm__jobs_clock() >= worker->next_look)
            (void)look(worker, idle, NULL);
        else if (sleep_until(worker, idle > 0 ? sooner(until, worker->next_look) : until))
            worker->next_look = 0;
    }
}

static void cancel_all(orm_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    for (int i = 0; i < worker->options.concurrency; i++)
        if (worker->slots[i].busy)
            orm__slot_cancel(&worker->slots[i], ORM__WHY_STOPPED);
    (void)pthread_mutex_unlock(&worker->mutex);
}

/* Waits for the jobs that run, with their leases kept. */
static orm_status finish(orm_worker *worker)
{
    const int64_t stop_ms = worker->options.stop_ms;
    int64_t end = stop_ms < 0 ? INT64_MAX : orm__jobs_clock() + stop_ms * MS;
    orm_status status = ORM_OK;
    while (count_idle(worker) < (size_t)worker->options.concurrency) {
        if (status == ORM_OK && orm__jobs_clock() >= end) {
            cancel_all(worker);
            status = ORM_TIMEOUT;
        }
        (void)sleep_until(worker, sooner(keep(worker), status == ORM_OK ? end : INT64_MAX));
    }
    return status;
}

static orm_status begin(orm_worker *worker, orm_error *error)
{
    (void)pthread_mutex_lock(&worker->mutex);
    bool running = worker->running;
    worker->running = true;
    (void)pthread_mutex_unlock(&worker->mutex);
    return running ? fail(error, ORM_MISUSE, "the worker runs already") : ORM_OK;
}

static void end(orm_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    worker->running = false;
    (void)pthread_mutex_unlock(&worker->mutex);
}

orm_status orm_worker_run(orm_worker *worker, orm_error *error)
{
    int64_t ms = 0;
    orm_status status = begin(worker, error);
    if (status != ORM_OK)
        return status;
    /* Whether there is a queue at all. */
    if (!is_stopping(worker))
        status = orm__worker_next(worker, &ms, error);
    if (status == ORM_OK && !start_threads(worker))
        status = fail(error, ORM_RESOURCE, "cannot start the worker's threads");
    if (status == ORM_OK) {
        worker->next_look = 0;
        hand_out(worker);
        status = finish(worker);
        if (status != ORM_OK)
            (void)fail(error, status, "running jobs were cancelled: their time to end was over");
    }
    end_threads(worker);
    end(worker);
    return status;
}

orm_status orm_worker_drain(orm_worker *worker, int64_t *count_out, orm_error *error)
{
    orm__slot *slot = &worker->slots[0];
    size_t taken = 1;
    *count_out = 0;
    orm_status status = begin(worker, error);
    if (status != ORM_OK)
        return status;
    while (status == ORM_OK && taken > 0 && !is_stopping(worker)) {
        int64_t ms = -1;
        taken = 0;
        worker->next_expiry = 0;
        status = orm__worker_next(worker, &ms, error);
        if (status == ORM_OK && ms == 0)
            status = orm__worker_take(worker, 1, &taken, error);
        if (taken == 0)
            break;
        orm__slot_run(slot);
        slot->busy = false;
        ++*count_out;
    }
    end(worker);
    return status;
}
