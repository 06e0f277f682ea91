#include "base/helpers.h"

#include <pthread.h>
#include <signal.h>
#ifdef __linux__
#include <sys/resource.h>
#endif

#include "base/allocator.h"
#include "base/clock.h"
#include "base/condition.h"

struct orm__job {
    orm__helpers *helpers;
    orm__work *work;
    orm__work *abandon;
    orm__work *notify;
    void *argument;
    void *context;
    orm__job *next;
    bool begun;
    bool done;
    bool abandoned; /* nobody waits any more: the helper frees it */
};

typedef struct helper {
    struct helper *next;
    orm__helpers *helpers;
    pthread_t thread;
    bool ended;
    bool extra; /* made while another waited within its work */
} helper;

struct orm__helpers {
    orm_allocator allocator;
    pthread_mutex_t mutex;
    pthread_cond_t work; /* something is queued, or `closing` was set */
    pthread_cond_t left; /* a thread has ended */
    orm__job *first;
    orm__job *last;
    helper *threads; /* those of `places`, and extra ones */
    int max_threads;
    int thread_count;
    int alive;  /* threads that have not ended */
    int idle;   /* threads waiting for work */
    int lent;   /* threads that wait within their work */
    int queued; /* jobs no thread has taken yet */
    bool closing;
    bool gives_way;
    bool deserted; /* the owner is gone: the last thread frees this */
    helper places[];
};

static size_t size_of(int max_threads)
{
    return sizeof(orm__helpers) + (size_t)max_threads * sizeof(helper);
}

static void free_job(orm__job *job)
{
    orm__free(&job->helpers->allocator, job, sizeof *job);
}

static void free_helpers(orm__helpers *helpers)
{
    orm_allocator allocator = helpers->allocator;
    while (helpers->threads != NULL) {
        helper *thread = helpers->threads;
        helpers->threads = thread->next;
        if (thread->extra)
            orm__free(&allocator, thread, sizeof *thread);
    }
    (void)pthread_cond_destroy(&helpers->left);
    (void)pthread_cond_destroy(&helpers->work);
    (void)pthread_mutex_destroy(&helpers->mutex);
    orm__free(&allocator, helpers, size_of(helpers->max_threads));
}

/* Runs one job without the lock held; the mutex is held before and after. */
static void run_job(orm__helpers *helpers, orm__job *job)
{
    job->begun = true;
    (void)pthread_mutex_unlock(&helpers->mutex);
    job->work(job->argument);
    (void)pthread_mutex_lock(&helpers->mutex);
    job->done = true;
    if (!job->abandoned) {
        job->notify(job->context);
        return;
    }
    (void)pthread_mutex_unlock(&helpers->mutex);
    job->abandon(job->argument);
    free_job(job);
    (void)pthread_mutex_lock(&helpers->mutex);
}

static orm__job *take_job(orm__helpers *helpers)
{
    orm__job *job = helpers->first;
    helpers->first = job->next;
    if (helpers->first == NULL)
        helpers->last = NULL;
    helpers->queued--;
    return job;
}

/*
 * Not SCHED_IDLE: a thread could be kept from giving back the mutex. On Linux threads have a
 * niceness each; elsewhere it would be the whole process'.
 */
static void give_way(void)
{
#ifdef __linux__
    (void)setpriority(PRIO_PROCESS, 0, 19);
#endif
}

void orm__helpers_give_way(orm__helpers *helpers)
{
    helpers->gives_way = true;
}

static void *help(void *context)
{
    helper *self = context;
    orm__helpers *helpers = self->helpers;
    if (helpers->gives_way)
        give_way();
    (void)pthread_mutex_lock(&helpers->mutex);
    for (;;) {
        if (helpers->first != NULL) {
            run_job(helpers, take_job(helpers));
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

/* Adds a thread; signals of the program are none of its business. The mutex is held. */
static bool add_thread(orm__helpers *helpers)
{
    if (helpers->thread_count >= helpers->max_threads + helpers->lent)
        return false;
    bool extra = helpers->thread_count >= helpers->max_threads;
    helper *added = extra ? orm__alloc_zero(&helpers->allocator, sizeof *added)
                          : &helpers->places[helpers->thread_count];
    if (added == NULL)
        return false;
    added->extra = extra;
    added->helpers = helpers;
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    bool made = false;
    if (pthread_sigmask(SIG_SETMASK, &all, &before) == 0) {
        made = pthread_create(&added->thread, NULL, help, added) == 0;
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!made && extra)
        orm__free(&helpers->allocator, added, sizeof *added);
    if (!made)
        return false;
    added->next = helpers->threads;
    helpers->threads = added;
    helpers->thread_count++;
    helpers->alive++;
    return true;
}

/* Queues a job, with a new thread when no idle one is left for it. The mutex is held. */
static bool queue_job(orm__helpers *helpers, orm__job *job)
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

orm_status orm__helpers_start(orm__helpers *helpers, orm__work *work, void *argument,
                              orm__work *notify, void *context, orm__job **job_out)
{
    orm__job *job = orm__alloc_zero(&helpers->allocator, sizeof *job);
    *job_out = job;
    if (job == NULL)
        return ORM_NOMEM;
    job->helpers = helpers;
    job->work = work;
    job->argument = argument;
    job->notify = notify;
    job->context = context;
    (void)pthread_mutex_lock(&helpers->mutex);
    bool queued = queue_job(helpers, job);
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (queued)
        return ORM_OK;
    free_job(job);
    *job_out = NULL;
    return ORM_RESOURCE;
}

bool orm__job_is_done(orm__job *job)
{
    (void)pthread_mutex_lock(&job->helpers->mutex);
    bool done = job->done;
    (void)pthread_mutex_unlock(&job->helpers->mutex);
    return done;
}

void orm__job_end(orm__job *job)
{
    free_job(job);
}

void orm__job_abandon(orm__job *job, orm__work *abandon)
{
    orm__helpers *helpers = job->helpers;
    (void)pthread_mutex_lock(&helpers->mutex);
    bool done = job->done;
    job->abandoned = true;
    job->abandon = abandon;
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (!done)
        return;
    abandon(job->argument);
    free_job(job);
}

bool orm__job_take_back(orm__job *job)
{
    orm__helpers *helpers = job->helpers;
    orm__job *before = NULL;
    (void)pthread_mutex_lock(&helpers->mutex);
    bool waits = !job->begun;
    if (waits) {
        for (orm__job *at = helpers->first; at != job; at = at->next)
            before = at;
        if (before != NULL)
            before->next = job->next;
        else
            helpers->first = job->next;
        if (helpers->last == job)
            helpers->last = before;
        helpers->queued--;
    }
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (waits)
        free_job(job);
    return waits;
}

static void signal_end(void *context)
{
    (void)pthread_cond_signal(context);
}

/* The job's end is told with the mutex held, so a condition on the caller's stack will do. */
static orm_status await_job(orm__helpers *helpers, orm__job *job, pthread_cond_t *ended,
                            orm__work *abandon, orm_deadline deadline)
{
    if (abandon == NULL)
        deadline = ORM_NO_DEADLINE;
    (void)pthread_mutex_lock(&helpers->mutex);
    while (!job->done && orm__condition_wait(ended, &helpers->mutex, deadline)) {}
    bool done = job->done;
    job->abandoned = !done;
    job->abandon = abandon;
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (!done)
        return ORM_TIMEOUT;
    free_job(job);
    return ORM_OK;
}

orm_status orm__helpers_run(orm__helpers *helpers, orm__work *work, orm__work *abandon,
                            void *argument, orm_deadline deadline)
{
    pthread_cond_t ended;
    orm__job *job = NULL;
    if (!orm__condition_init(&ended))
        return ORM_RESOURCE;
    orm_status status = orm__helpers_start(helpers, work, argument, signal_end, &ended, &job);
    if (status == ORM_OK)
        status = await_job(helpers, job, &ended, abandon, deadline);
    (void)pthread_cond_destroy(&ended);
    return status;
}

void orm__helpers_lend(orm__helpers *helpers, bool waits)
{
    (void)pthread_mutex_lock(&helpers->mutex);
    helpers->lent += waits ? 1 : -1;
    /* What is queued already may wait for this one. */
    if (waits && helpers->queued > helpers->idle)
        (void)add_thread(helpers);
    (void)pthread_mutex_unlock(&helpers->mutex);
}

/* Initialises the mutex and both conditions, or none of them. */
static bool init_locks(orm__helpers *helpers)
{
    if (pthread_mutex_init(&helpers->mutex, NULL) != 0)
        return false;
    if (pthread_cond_init(&helpers->work, NULL) == 0) {
        if (orm__condition_init(&helpers->left))
            return true;
        (void)pthread_cond_destroy(&helpers->work);
    }
    (void)pthread_mutex_destroy(&helpers->mutex);
    return false;
}

orm_status orm__helpers_new(const orm_allocator *allocator, int max_threads,
                            orm__helpers **helpers_out)
{
    *helpers_out = NULL;
    orm__helpers *helpers = orm__alloc_zero(allocator, size_of(max_threads));
    if (helpers == NULL)
        return ORM_NOMEM;
    if (allocator != NULL)
        helpers->allocator = *allocator;
    helpers->max_threads = max_threads;
    if (!init_locks(helpers)) {
        orm__free(allocator, helpers, size_of(max_threads));
        return ORM_RESOURCE;
    }
    *helpers_out = helpers;
    return ORM_OK;
}

int orm__helpers_threads(orm__helpers *helpers)
{
    (void)pthread_mutex_lock(&helpers->mutex);
    int count = helpers->thread_count;
    (void)pthread_mutex_unlock(&helpers->mutex);
    return count;
}

/* With the mutex held, which those that have ended need no more. The others are left alone. */
static void part_with_threads(orm__helpers *helpers)
{
    for (helper **at = &helpers->threads; *at != NULL;) {
        helper *thread = *at;
        if (!thread->ended) {
            (void)pthread_detach(thread->thread);
            at = &thread->next;
            continue;
        }
        *at = thread->next;
        (void)pthread_join(thread->thread, NULL);
        if (thread->extra)
            orm__free(&helpers->allocator, thread, sizeof *thread);
    }
}

void orm__helpers_dispose(orm__helpers *helpers)
{
    if (helpers == NULL)
        return;
    orm_deadline deadline = orm__now() + (int64_t)ORM_HELPERS_PATIENCE_MS * 1000000;
    (void)pthread_mutex_lock(&helpers->mutex);
    helpers->closing = true;
    (void)pthread_cond_broadcast(&helpers->work);
    while (helpers->alive > 0 && orm__condition_wait(&helpers->left, &helpers->mutex, deadline)) {}
    bool all_ended = helpers->alive == 0;
    part_with_threads(helpers);
    /* From here on a thread that was detached may free the helpers. */
    helpers->deserted = !all_ended;
    (void)pthread_mutex_unlock(&helpers->mutex);
    if (all_ended)
        free_helpers(helpers);
}
