#include "base/thread_runtime.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
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

typedef struct helper {
    struct orm__helpers *helpers;
    pthread_t thread;
    bool ended;
} helper;

struct orm__helpers {
    orm_allocator allocator;
    pthread_mutex_t mutex;
    pthread_cond_t work; /* something is queued, or `closing` was set */
    pthread_cond_t left; /* a thread has ended */
    orm__offload *first;
    orm__offload *last;
    helper threads[ORM_THREAD_RUNTIME_MAX];
    int thread_count;
    int alive;  /* threads that have not ended */
    int idle;   /* threads waiting for work */
    int queued; /* jobs no thread has taken yet */
    bool closing;
    bool deserted; /* the runtime is gone: the last thread frees this */
};

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

static void free_offload(struct orm__helpers *helpers, orm__offload *job)
{
    (void)pthread_cond_destroy(&job->ended);
    orm__free(&helpers->allocator, job, sizeof *job);
}

static void free_helpers(struct orm__helpers *helpers)
{
    orm_allocator allocator = helpers->allocator;
    (void)pthread_cond_destroy(&helpers->left);
    (void)pthread_cond_destroy(&helpers->work);
    (void)pthread_mutex_destroy(&helpers->mutex);
    orm__free(&allocator, helpers, sizeof *helpers);
}

/* Runs one job without the lock held; the mutex is held before and after. */
static void run_offload(struct orm__helpers *helpers, orm__offload *job)
{
    (void)pthread_mutex_unlock(&helpers->mutex);
    job->work(job->argument);
    (void)pthread_mutex_lock(&helpers->mutex);
    job->done = true;
    if (!job->abandoned) {
        (void)pthread_cond_signal(&job->ended);
        return;
    }
    (void)pthread_mutex_unlock(&helpers->mutex);
    job->abandon(job->argument);
    free_offload(helpers, job);
    (void)pthread_mutex_lock(&helpers->mutex);
}

static orm__offload *take_offload(struct orm__helpers *helpers)
{
    orm__offload *job = helpers->first;
    helpers->first = job->next;
    if (helpers->first == NULL)
        helpers->last = NULL;
    helpers->queued--;
    return job;
}

static void *help(void *context)
{
    helper *self = context;
    struct orm__helpers *helpers = self->helpers;
    (void)pthread_mutex_lock(&helpers->mutex);
    for (;;) {
        if (helpers->first != NULL) {
            run_offload(helpers, take_offload(helpers));
            continue;
        }
        if (helpers->closing)
            break;
        helpers->idle++;
        (void)pthread_cond_wait(&helpers->work, &helpers->mutex);
        helpers->idle--;
    }
    self->ended = true;
    bool last = --helpers->alive == 0 && helpers->deserted;
    (void)pthread_cond_signal(&helpers->left);
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (last)
        free_helpers(helpers);
    return NULL;
}

/* Adds a helper thread; signals of the program are none of its business. The mutex is held. */
static bool add_thread(struct orm__helpers *helpers)
{
    if (helpers->thread_count == ORM_THREAD_RUNTIME_MAX)
        return false;
    helper *added = &helpers->threads[helpers->thread_count];
    added->helpers = helpers;
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool made = pthread_create(&added->thread, NULL, help, added) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (made) {
        helpers->thread_count++;
        helpers->alive++;
    }
    return made;
}

/* Queues a job, with a new thread when no idle one is left for it. The mutex is held. */
static bool queue_offload(struct orm__helpers *helpers, orm__offload *job)
{
    bool served = helpers->queued < helpers->idle || add_thread(helpers);
    if (!served && helpers->thread_count == 0)
        return false;
    if (helpers->last != NULL)
        helpers->last->next = job;
    else
        helpers->first = job;
    helpers->last = job;
    helpers->queued++;
    (void)pthread_cond_signal(&helpers->work);
    return true;
}

static struct orm__helpers *helpers_of(void *context)
{
    return ((orm__thread_runtime *)context)->helpers;
}

static orm_status offload(void *context, void (*work)(void *argument),
                          void (*abandon)(void *argument), void *argument, orm_deadline deadline)
{
    struct orm__helpers *helpers = helpers_of(context);
    orm__offload *job = orm__alloc_zero(&helpers->allocator, sizeof *job);
    if (job == NULL)
        return ORM_NOMEM;
    if (!init_monotonic(&job->ended)) {
        orm__free(&helpers->allocator, job, sizeof *job);
        return ORM_RESOURCE;
    }
    job->work = work;
    job->abandon = abandon;
    job->argument = argument;
    (void)pthread_mutex_lock(&helpers->mutex);
    bool queued = queue_offload(helpers, job);
    while (queued && !job->done && wait_condition(&job->ended, &helpers->mutex, deadline)) {}
    bool done = job->done;
    job->abandoned = queued && !done;
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (queued && !done)
        return ORM_TIMEOUT;
    free_offload(helpers, job);
    return queued ? ORM_OK : ORM_RESOURCE;
}

static orm_status parking_new(void *context, void **parking_out)
{
    const orm_allocator *allocator = &helpers_of(context)->allocator;
    parking *place = orm__alloc_zero(allocator, sizeof *place);
    if (place == NULL)
        return ORM_NOMEM;
    bool mutex = pthread_mutex_init(&place->mutex, NULL) == 0;
    if (!mutex || !init_monotonic(&place->woken)) {
        if (mutex)
            (void)pthread_mutex_destroy(&place->mutex);
        orm__free(allocator, place, sizeof *place);
        return ORM_RESOURCE;
    }
    *parking_out = place;
    return ORM_OK;
}

static void parking_free(void *context, void *pointer)
{
    parking *place = pointer;
    if (place == NULL)
        return;
    (void)pthread_cond_destroy(&place->woken);
    (void)pthread_mutex_destroy(&place->mutex);
    orm__free(&helpers_of(context)->allocator, place, sizeof *place);
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

/* Initialises the mutex and both conditions, or none of them. */
static bool init_locks(struct orm__helpers *helpers)
{
    if (pthread_mutex_init(&helpers->mutex, NULL) != 0)
        return false;
    if (pthread_cond_init(&helpers->work, NULL) == 0) {
        if (init_monotonic(&helpers->left))
            return true;
        (void)pthread_cond_destroy(&helpers->work);
    }
    (void)pthread_mutex_destroy(&helpers->mutex);
    return false;
}

orm_status orm__thread_runtime_init(orm__thread_runtime *runtime, const orm_allocator *allocator)
{
    struct orm__helpers *helpers = orm__alloc_zero(allocator, sizeof *helpers);
    if (helpers == NULL)
        return ORM_NOMEM;
    if (allocator != NULL)
        helpers->allocator = *allocator;
    if (!init_locks(helpers)) {
        orm__free(allocator, helpers, sizeof *helpers);
        return ORM_RESOURCE;
    }
    runtime->helpers = helpers;
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

int orm__thread_runtime_threads(const orm__thread_runtime *runtime)
{
    struct orm__helpers *helpers = runtime->helpers;
    (void)pthread_mutex_lock(&helpers->mutex);
    int count = helpers->thread_count;
    (void)pthread_mutex_unlock(&helpers->mutex);
    return count;
}

void orm__thread_runtime_dispose(orm__thread_runtime *runtime)
{
    struct orm__helpers *helpers = runtime->helpers;
    orm_deadline deadline = orm__now() + (int64_t)ORM_THREAD_RUNTIME_PATIENCE_MS * 1000000;
    (void)pthread_mutex_lock(&helpers->mutex);
    helpers->closing = true;
    (void)pthread_cond_broadcast(&helpers->work);
    while (helpers->alive > 0 && wait_condition(&helpers->left, &helpers->mutex, deadline)) {}
    bool all_ended = helpers->alive == 0;
    helpers->deserted = !all_ended;
    int count = helpers->thread_count;
    pthread_t joinable[ORM_THREAD_RUNTIME_MAX];
    int joinable_count = 0;
    for (int i = 0; i < count; i++) {
        if (helpers->threads[i].ended)
            joinable[joinable_count++] = helpers->threads[i].thread;
        else
            (void)pthread_detach(helpers->threads[i].thread);
    }
    (void)pthread_mutex_unlock(&helpers->mutex);
    /* From here on a thread that was detached may free the helpers. */
    for (int i = 0; i < joinable_count; i++)
        (void)pthread_join(joinable[i], NULL);
    if (all_ended)
        free_helpers(helpers);
}
