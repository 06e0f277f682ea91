#include "base/thread_runtime.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/allocator.h"
#include "base/clock.h"

typedef struct orm__offload {
    void (*work)(void *argument);
    void (*abandon)(void *argument);
    void *argument;
    struct orm__offload *next;
    pthread_cond_t ended;
    bool done;
    bool abandoned; /* nobody waits any more: the helper frees it */
} orm__offload;

typedef struct parking {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool wake;
} parking;

static bool init_monotonic(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
}

static struct timespec timespec_of(orm_deadline deadline)
{
    struct timespec time = {0, 0};
    if (deadline > 0) {
        time.tv_sec = (time_t)(deadline / 1000000000);
        time.tv_nsec = (long)(deadline % 1000000000);
    }
    return time;
}

/* Waits on `condition` once; false when the deadline has passed. */
static bool wait_condition(pthread_cond_t *condition, pthread_mutex_t *mutex, orm_deadline deadline)
{
    if (deadline == ORM_NO_DEADLINE) {
        (void)pthread_cond_wait(condition, mutex);
        return true;
    }
    struct timespec until = timespec_of(deadline);
    return pthread_cond_timedwait(condition, mutex, &until) != ETIMEDOUT;
}

/* Milliseconds for poll(), rounded up so that it does not return just before the deadline. */
static int poll_timeout(orm_deadline deadline)
{
    if (deadline == ORM_NO_DEADLINE)
        return -1;
    int64_t now = orm__now();
    if (deadline <= now)
        return 0;
    int64_t ms = (deadline - now - 1) / 1000000 + 1;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

static orm_status wait_socket(void *context, int socket, int events, orm_deadline deadline,
                              int *ready_out)
{
    (void)context;
    struct pollfd entry = {.fd = socket};
    if (events & ORM_WAIT_READ)
        entry.events = (short)(entry.events | POLLIN);
    if (events & ORM_WAIT_WRITE)
        entry.events = (short)(entry.events | POLLOUT);
    *ready_out = 0;
    for (;;) {
        int timeout = poll_timeout(deadline);
        int count = poll(&entry, 1, timeout);
        if (count > 0)
            break;
        if (count < 0 && errno != EINTR)
            return errno == ENOMEM ? ORM_NOMEM : ORM_RESOURCE;
        if (timeout == 0)
            return ORM_TIMEOUT;
    }
    if (entry.revents & POLLNVAL)
        return ORM_MISUSE;
    /* An error or hang-up is met by whichever operation is tried next. */
    if (entry.revents & (POLLERR | POLLHUP))
        *ready_out = events;
    if (entry.revents & POLLIN)
        *ready_out |= ORM_WAIT_READ;
    if (entry.revents & POLLOUT)
        *ready_out |= ORM_WAIT_WRITE;
    return ORM_OK;
}

static void free_offload(orm__thread_runtime *runtime, orm__offload *job)
{
    (void)pthread_cond_destroy(&job->ended);
    orm__free(runtime->allocator, job, sizeof *job);
}

/* Runs one job without the lock held; the mutex is held before and after. */
static void run_offload(orm__thread_runtime *runtime, orm__offload *job)
{
    (void)pthread_mutex_unlock(&runtime->mutex);
    job->work(job->argument);
    (void)pthread_mutex_lock(&runtime->mutex);
    job->done = true;
    if (!job->abandoned) {
        (void)pthread_cond_signal(&job->ended);
        return;
    }
    (void)pthread_mutex_unlock(&runtime->mutex);
    job->abandon(job->argument);
    free_offload(runtime, job);
    (void)pthread_mutex_lock(&runtime->mutex);
}

static orm__offload *take_offload(orm__thread_runtime *runtime)
{
    orm__offload *job = runtime->first;
    runtime->first = job->next;
    if (runtime->first == NULL)
        runtime->last = NULL;
    runtime->queued--;
    return job;
}

static void *help(void *context)
{
    orm__thread_runtime *runtime = context;
    (void)pthread_mutex_lock(&runtime->mutex);
    for (;;) {
        if (runtime->first != NULL) {
            run_offload(runtime, take_offload(runtime));
            continue;
        }
        if (runtime->closing)
            break;
        runtime->idle++;
        (void)pthread_cond_wait(&runtime->work, &runtime->mutex);
        runtime->idle--;
    }
    (void)pthread_mutex_unlock(&runtime->mutex);
    return NULL;
}

/* Adds a helper thread; signals of the program are none of its business. The mutex is held. */
static bool add_thread(orm__thread_runtime *runtime)
{
    if (runtime->thread_count == ORM_THREAD_RUNTIME_MAX)
        return false;
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool made = pthread_create(&runtime->threads[runtime->thread_count], NULL, help, runtime) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (made)
        runtime->thread_count++;
    return made;
}

/* Queues a job, with a new thread when no idle one is left for it. The mutex is held. */
static bool queue_offload(orm__thread_runtime *runtime, orm__offload *job)
{
    bool served = runtime->queued < runtime->idle || add_thread(runtime);
    if (!served && runtime->thread_count == 0)
        return false;
    if (runtime->last != NULL)
        runtime->last->next = job;
    else
        runtime->first = job;
    runtime->last = job;
    runtime->queued++;
    (void)pthread_cond_signal(&runtime->work);
    return true;
}

static orm_status offload(void *context, void (*work)(void *argument),
                          void (*abandon)(void *argument), void *argument, orm_deadline deadline)
{
    orm__thread_runtime *runtime = context;
    orm__offload *job = orm__alloc_zero(runtime->allocator, sizeof *job);
    if (job == NULL)
        return ORM_NOMEM;
    if (!init_monotonic(&job->ended)) {
        orm__free(runtime->allocator, job, sizeof *job);
        return ORM_RESOURCE;
    }
    job->work = work;
    job->abandon = abandon;
    job->argument = argument;
    (void)pthread_mutex_lock(&runtime->mutex);
    bool queued = queue_offload(runtime, job);
    while (queued && !job->done && wait_condition(&job->ended, &runtime->mutex, deadline)) {}
    bool done = job->done;
    job->abandoned = queued && !done;
    (void)pthread_mutex_unlock(&runtime->mutex);
    if (queued && !done)
        return ORM_TIMEOUT;
    free_offload(runtime, job);
    return queued ? ORM_OK : ORM_RESOURCE;
}

static orm_status parking_new(void *context, void **parking_out)
{
    orm__thread_runtime *runtime = context;
    parking *place = orm__alloc_zero(runtime->allocator, sizeof *place);
    if (place == NULL)
        return ORM_NOMEM;
    bool mutex = pthread_mutex_init(&place->mutex, NULL) == 0;
    if (!mutex || !init_monotonic(&place->woken)) {
        if (mutex)
            (void)pthread_mutex_destroy(&place->mutex);
        orm__free(runtime->allocator, place, sizeof *place);
        return ORM_RESOURCE;
    }
    *parking_out = place;
    return ORM_OK;
}

static void parking_free(void *context, void *pointer)
{
    orm__thread_runtime *runtime = context;
    parking *place = pointer;
    if (place == NULL)
        return;
    (void)pthread_cond_destroy(&place->woken);
    (void)pthread_mutex_destroy(&place->mutex);
    orm__free(runtime->allocator, place, sizeof *place);
}

static orm_status park(void *context, void *pointer, orm_deadline deadline)
{
    (void)context;
    parking *place = pointer;
    (void)pthread_mutex_lock(&place->mutex);
    while (!place->wake && wait_condition(&place->woken, &place->mutex, deadline)) {}
    bool woken = place->wake;
    place->wake = false;
    (void)pthread_mutex_unlock(&place->mutex);
    return woken ? ORM_OK : ORM_TIMEOUT;
}

static void wake(void *context, void *pointer)
{
    (void)context;
    parking *place = pointer;
    /* Signalled under the lock: whoever is woken may free the parking at once. */
    (void)pthread_mutex_lock(&place->mutex);
    place->wake = true;
    (void)pthread_cond_signal(&place->woken);
    (void)pthread_mutex_unlock(&place->mutex);
}

static orm_status nap(void *context, int64_t nanoseconds)
{
    (void)context;
    if (nanoseconds <= 0)
        return ORM_OK;
    int64_t now = orm__now();
    bool endless = nanoseconds > INT64_MAX - now;
    struct timespec until = timespec_of(endless ? INT64_MAX : now + nanoseconds);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
    return ORM_OK;
}

orm_status orm__thread_runtime_init(orm__thread_runtime *runtime, const orm_allocator *allocator)
{
    memset(runtime, 0, sizeof *runtime);
    if (pthread_mutex_init(&runtime->mutex, NULL) != 0)
        return ORM_RESOURCE;
    if (pthread_cond_init(&runtime->work, NULL) != 0) {
        (void)pthread_mutex_destroy(&runtime->mutex);
        return ORM_RESOURCE;
    }
    runtime->allocator = allocator;
    runtime->runtime = (orm_runtime){
        .context = runtime,
        .wait = wait_socket,
        .offload = offload,
        .parking_new = parking_new,
        .parking_free = parking_free,
        .park = park,
        .wake = wake,
        .sleep = nap,
    };
    return ORM_OK;
}

void orm__thread_runtime_dispose(orm__thread_runtime *runtime)
{
    (void)pthread_mutex_lock(&runtime->mutex);
    runtime->closing = true;
    (void)pthread_cond_broadcast(&runtime->work);
    (void)pthread_mutex_unlock(&runtime->mutex);
    for (int i = 0; i < runtime->thread_count; i++)
        (void)pthread_join(runtime->threads[i], NULL);
    (void)pthread_cond_destroy(&runtime->work);
    (void)pthread_mutex_destroy(&runtime->mutex);
}
