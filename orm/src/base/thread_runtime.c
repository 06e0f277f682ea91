#include "base/thread_runtime.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/condition.h"

typedef struct parking {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool wake;
} parking;

static struct timespec timespec_of(orm_deadline deadline)
{
    struct timespec time = {0, 0};
    if (deadline > 0) {
        time.tv_sec = (time_t)(deadline / 1000000000);
        time.tv_nsec = (long)(deadline % 1000000000);
    }
    return time;
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

static orm__helpers *helpers_of(void *context)
{
    return ((orm__thread_runtime *)context)->helpers;
}

static orm_status offload(void *context, void (*work)(void *argument),
                          void (*abandon)(void *argument), void *argument, orm_deadline deadline)
{
    return orm__helpers_run(helpers_of(context), work, abandon, argument, deadline);
}

static const orm_allocator *allocator_of(void *context)
{
    return &((orm__thread_runtime *)context)->allocator;
}

static orm_status parking_new(void *context, void **parking_out)
{
    const orm_allocator *allocator = allocator_of(context);
    parking *place = orm__alloc_zero(allocator, sizeof *place);
    if (place == NULL)
        return ORM_NOMEM;
    bool mutex = pthread_mutex_init(&place->mutex, NULL) == 0;
    if (!mutex || !orm__condition_init(&place->woken)) {
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
    orm__free(allocator_of(context), place, sizeof *place);
}

static orm_status park(void *context, void *pointer, orm_deadline deadline)
{
    (void)context;
    parking *place = pointer;
    (void)pthread_mutex_lock(&place->mutex);
    while (!place->wake && orm__condition_wait(&place->woken, &place->mutex, deadline)) {}
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

orm_status orm__thread_runtime_init(orm__thread_runtime *runtime, const orm_allocator *allocator,
                                    int max_threads)
{
    if (max_threads <= 0)
        max_threads = ORM_THREAD_RUNTIME_MAX;
    orm_status status = orm__helpers_new(allocator, max_threads, &runtime->helpers);
    if (status != ORM_OK)
        return status;
    if (allocator != NULL)
        runtime->allocator = *allocator;
    else
        memset(&runtime->allocator, 0, sizeof runtime->allocator);
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
    return orm__helpers_threads(runtime->helpers);
}

void orm__thread_runtime_dispose(orm__thread_runtime *runtime)
{
    orm__helpers_dispose(runtime->helpers);
}
