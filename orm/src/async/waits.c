/* The runtime: in a task each wait lets the loop go on; anywhere else it blocks. */
#include "async/loop.h"
#include "base/allocator.h"
#include "base/clock.h"
#include "base/condition.h"

/* A place to wait for another task or thread. The loop's mutex guards it. */
typedef struct parking {
    orm_task *task;         /* that waits here */
    pthread_cond_t *thread; /* or a thread that does */
    bool woken;
} parking;

static orm_status wait_socket(void *context, int socket, int events, orm_deadline deadline,
                              int *ready_out)
{
    orm_uv *uv = context;
    const orm_runtime *plain = &uv->threads.runtime;
    orm_task *task = orm__waiting_task(uv);
    if (task == NULL)
        return plain->wait(plain->context, socket, events, deadline, ready_out);
    return orm__socket_wait(uv, task, socket, events, deadline, ready_out);
}

/* Work that is waited for whatever happens, so it may be on the stack of the task. */
typedef struct orm__errand {
    orm_task *task;
    orm__work *work;
    void *argument;
    orm__helpers *helpers;
    /* What the task is to run meanwhile; the loop's mutex guards it. */
    orm__work *back;
    void *back_argument;
    pthread_cond_t returned;
} orm__errand;

static void run_errand(void *argument)
{
    orm__errand *errand = argument;
    orm__present *present = orm__thread_present();
    *present = (orm__present){.task = errand->task, .errand = errand};
    errand->work(errand->argument);
    *present = (orm__present){.task = NULL};
}

/* Called by the thread that did the work. */
static void notify(void *context)
{
    orm_task *task = context;
    orm_uv *uv = task->uv;
    (void)pthread_mutex_lock(&uv->mutex);
    orm__task_tell(task);
    (void)pthread_mutex_unlock(&uv->mutex);
}

static void serve(orm_uv *uv, orm__errand *errand)
{
    (void)pthread_mutex_lock(&uv->mutex);
    orm__work *back = errand->back;
    void *argument = errand->back_argument;
    (void)pthread_mutex_unlock(&uv->mutex);
    if (back == NULL)
        return;
    back(argument);
    (void)pthread_mutex_lock(&uv->mutex);
    errand->back = NULL;
    (void)pthread_cond_signal(&errand->returned);
    (void)pthread_mutex_unlock(&uv->mutex);
}

/* `retractable`: a cancel before a thread has begun takes it back: ORM_CANCELLED. */
static orm_status run_away(orm__helpers *helpers, orm_task *task, orm__work *work, void *argument,
                           bool retractable)
{
    orm_uv *uv = task->uv;
    orm__errand errand = {.task = task, .work = work, .argument = argument, .helpers = helpers};
    orm__job *job = NULL;
    if (pthread_cond_init(&errand.returned, NULL) != 0)
        return ORM_RESOURCE;
    orm_status status = orm__helpers_start(helpers, run_errand, &errand, notify, task, &job);
    while (status == ORM_OK && !orm__job_is_done(job)) {
        orm_status stopped = orm__task_stop(task, ORM_NO_DEADLINE);
        if (stopped == ORM_CANCELLED && retractable && orm__job_take_back(job)) {
            status = ORM_CANCELLED;
            job = NULL;
        } else {
            serve(uv, &errand);
        }
    }
    if (status == ORM_OK)
        orm__job_end(job);
    (void)pthread_cond_destroy(&errand.returned);
    return status;
}

/*
 * Work that may be given up at its deadline has all it needs by itself. A cancel does not end the
 * wait: a connection under way would be one too many for the server, and what is to be stopped is
 * stopped by such work.
 */
static orm_status run_until(orm__helpers *helpers, orm_task *task, orm__work *work,
                            orm__work *abandon, void *argument, orm_deadline deadline)
{
    orm__job *job = NULL;
    orm_status status = orm__helpers_start(helpers, work, argument, notify, task, &job);
    if (status != ORM_OK)
        return status;
    /* What nobody means to wait for is not waited for. */
    if (deadline <= 0)
        status = ORM_TIMEOUT;
    while (status == ORM_OK && !orm__job_is_done(job))
        status = orm__task_stop(task, deadline) == ORM_TIMEOUT ? ORM_TIMEOUT : ORM_OK;
    if (status != ORM_OK && deadline > 0 && orm__job_is_done(job))
        status = ORM_OK;
    if (status == ORM_OK)
        orm__job_end(job);
    else
        orm__job_abandon(job, abandon);
    return status;
}

static orm_status offload(void *context, void (*work)(void *argument),
                          void (*abandon)(void *argument), void *argument, orm_deadline deadline)
{
    orm_uv *uv = context;
    orm__helpers *helpers = uv->threads.helpers;
    orm_task *task = orm__waiting_task(uv);
    if (task == NULL)
        return orm__helpers_run(helpers, work, abandon, argument, deadline);
    if (abandon == NULL)
        return run_away(helpers, task, work, argument, false);
    return run_until(helpers, task, work, abandon, argument, deadline);
}

static void call_back(void *context, void (*work)(void *argument), void *argument)
{
    orm_uv *uv = context;
    orm__errand *errand = orm__thread_present()->errand;
    if (errand == NULL) {
        work(argument);
        return;
    }
    orm__helpers_lend(errand->helpers, true);
    (void)pthread_mutex_lock(&uv->mutex);
    errand->back_argument = argument;
    errand->back = work;
    orm__task_tell(errand->task);
    while (errand->back != NULL)
        (void)pthread_cond_wait(&errand->returned, &uv->mutex);
    (void)pthread_mutex_unlock(&uv->mutex);
    orm__helpers_lend(errand->helpers, false);
}

static orm_status parking_new(void *context, void **parking_out)
{
    orm_uv *uv = context;
    *parking_out = orm__alloc_zero(&uv->allocator, sizeof(parking));
    return *parking_out != NULL ? ORM_OK : ORM_NOMEM;
}

static void parking_free(void *context, void *place)
{
    orm_uv *uv = context;
    orm__free(&uv->allocator, place, sizeof(parking));
}

/* With the mutex held, which the task gives up while it waits. */
static orm_status park_task(orm_uv *uv, parking *place, orm_task *task, orm_deadline deadline)
{
    orm_status status = ORM_OK;
    while (!place->woken && status == ORM_OK) {
        place->task = task;
        task->rests = true;
        (void)pthread_mutex_unlock(&uv->mutex);
        status = orm__task_stop(task, deadline);
        (void)pthread_mutex_lock(&uv->mutex);
        place->task = NULL;
    }
    return status == ORM_CANCELLED || !place->woken ? status : ORM_OK;
}

static orm_status park_thread(orm_uv *uv, parking *place, orm_deadline deadline)
{
    pthread_cond_t woken;
    if (!orm__condition_init(&woken))
        return ORM_RESOURCE;
    place->thread = &woken;
    while (!place->woken && orm__condition_wait(&woken, &uv->mutex, deadline)) {}
    place->thread = NULL;
    (void)pthread_cond_destroy(&woken);
    return place->woken ? ORM_OK : ORM_TIMEOUT;
}

static orm_status park(void *context, void *pointer, orm_deadline deadline)
{
    orm_uv *uv = context;
    parking *place = pointer;
    orm_task *task = orm__waiting_task(uv);
    (void)pthread_mutex_lock(&uv->mutex);
    orm_status status =
        task != NULL ? park_task(uv, place, task, deadline) : park_thread(uv, place, deadline);
    if (status == ORM_OK)
        place->woken = false;
    (void)pthread_mutex_unlock(&uv->mutex);
    return status;
}

static void wake(void *context, void *pointer)
{
    orm_uv *uv = context;
    parking *place = pointer;
    (void)pthread_mutex_lock(&uv->mutex);
    place->woken = true;
    if (place->thread != NULL)
        (void)pthread_cond_signal(place->thread);
    else if (place->task != NULL && orm__is_on_loop(uv))
        orm__task_ready(place->task);
    else if (place->task != NULL)
        orm__task_tell(place->task);
    (void)pthread_mutex_unlock(&uv->mutex);
}

static orm_status rest(orm_task *task, int64_t nanoseconds)
{
    int64_t now = orm__now();
    bool endless = nanoseconds > INT64_MAX - now;
    orm_status status = ORM_OK;
    task->rests = true;
    while (status == ORM_OK)
        status = orm__task_stop(task, endless ? ORM_NO_DEADLINE : now + nanoseconds);
    return status == ORM_TIMEOUT ? ORM_OK : status;
}

static orm_status nap(void *context, int64_t nanoseconds)
{
    orm_uv *uv = context;
    const orm_runtime *plain = &uv->threads.runtime;
    orm_task *task = orm__waiting_task(uv);
    if (task == NULL)
        return plain->sleep(plain->context, nanoseconds);
    return nanoseconds > 0 ? rest(task, nanoseconds) : ORM_OK;
}

static uintptr_t number(void *context)
{
    const orm_task *task = orm__thread_present()->task;
    return task != NULL && task->uv == context ? (uintptr_t)task : 0;
}

static bool is_cancelled(void *context)
{
    (void)context;
    return orm_task_is_cancelled();
}

static struct orm_scope *scope(void *context, uint64_t *family_out)
{
    (void)context;
    const orm_task *task = orm__thread_present()->task;
    *family_out = task != NULL ? task->family : 0;
    return task != NULL ? task->scope : NULL;
}

static bool may_block(void *context)
{
    return orm__waiting_task(context) == NULL;
}

static void forget(void *context, int socket)
{
    orm__socket_forget(context, socket);
}

void orm__runtime_fill(orm_uv *uv)
{
    uv->runtime = (orm_runtime){
        .context = uv,
        .wait = wait_socket,
        .offload = offload,
        .parking_new = parking_new,
        .parking_free = parking_free,
        .park = park,
        .wake = wake,
        .sleep = nap,
        .task = number,
        .is_cancelled = is_cancelled,
        .scope = scope,
        .may_block = may_block,
        .call_back = call_back,
        .forget = forget,
    };
}

/* The running task when it may wait. */
static orm_task *running(void)
{
    const orm__present *present = orm__thread_present();
    return present->errand == NULL ? present->task : NULL;
}

static orm_status nap_thread(int64_t milliseconds)
{
    struct timespec left = {.tv_sec = (time_t)(milliseconds / 1000),
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    while (milliseconds > 0 && nanosleep(&left, &left) != 0) {}
    return ORM_OK;
}

orm_status orm_sleep(int64_t milliseconds)
{
    orm_task *task = running();
    if (task == NULL)
        return nap_thread(milliseconds);
    orm_status status = ORM_OK;
    if (atomic_load(&task->cancelled)) {
        task->cancel_due = false;
        return ORM_CANCELLED;
    }
    if (milliseconds > 0)
        return rest(task, milliseconds > INT64_MAX / 1000000 ? INT64_MAX : milliseconds * 1000000);
    orm__task_ready(task);
    status = orm__task_stop(task, ORM_NO_DEADLINE);
    return status == ORM_CANCELLED ? status : ORM_OK;
}

orm_status orm_offload(void (*work)(void *argument), void *argument)
{
    orm_task *task = running();
    if (task == NULL) {
        work(argument);
        return ORM_OK;
    }
    if (atomic_load(&task->cancelled)) {
        task->cancel_due = false;
        return ORM_CANCELLED;
    }
    return run_away(task->uv->computing, task, work, argument, true);
}
