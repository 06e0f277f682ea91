#include "async/loop.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"

enum { STACK_DEFAULT = 128 * 1024, STACK_LEAST = 64 * 1024, TASKS_DEFAULT = 16000, HELD_MS = 20 };

static void push(orm__tasks *tasks, orm_task *task)
{
    task->next = NULL;
    if (tasks->last != NULL)
        tasks->last->next = task;
    else
        tasks->first = task;
    tasks->last = task;
}

static orm_task *pop(orm__tasks *tasks)
{
    orm_task *task = tasks->first;
    if (task == NULL)
        return NULL;
    tasks->first = task->next;
    if (tasks->first == NULL)
        tasks->last = NULL;
    task->next = NULL;
    return task;
}

/* Takes out one that need not be the first. */
static void unlink_waiting(orm__tasks *tasks, orm_task *task)
{
    orm_task *before = NULL;
    for (orm_task *at = tasks->first; at != task; at = at->next)
        before = at;
    if (before == NULL) {
        (void)pop(tasks);
        return;
    }
    before->next = task->next;
    if (tasks->last == task)
        tasks->last = before;
}

void orm__loop_hold(orm_uv *uv)
{
    if (uv->task_count > 0)
        uv_ref((uv_handle_t *)&uv->async);
    else
        uv_unref((uv_handle_t *)&uv->async);
}

static void on_idle(uv_idle_t *handle)
{
    /* It is there for the loop not to sleep; on_check runs the tasks. */
    (void)handle;
}

static void idle_while_ready(orm_uv *uv)
{
    bool wanted = uv->ready.first != NULL;
    if (wanted && !uv->idling)
        (void)uv_idle_start(&uv->idle, on_idle);
    else if (!wanted && uv->idling)
        (void)uv_idle_stop(&uv->idle);
    uv->idling = wanted;
}

void orm__task_ready(orm_task *task)
{
    orm_uv *uv = task->uv;
    if (task->ready || task->done)
        return;
    if (task->waits_for_room)
        unlink_waiting(&uv->backlog, task);
    task->waits_for_room = false;
    task->ready = true;
    uv->ready_count++;
    push(&uv->ready, task);
    if (!uv->idling)
        idle_while_ready(uv);
}

/* No more than are ready now: sockets and timers have their turn, too. */
static void run_ready(orm_uv *uv)
{
    for (size_t left = uv->ready_count; left > 0; left--) {
        orm_task *task = pop(&uv->ready);
        uv->ready_count--;
        task->ready = false;
        bool has_room = uv->begun_roots < uv->max_tasks;
        task->waits_for_room =
            !task->begun && !task->is_child && !has_room && !atomic_load(&task->cancelled);
        if (task->waits_for_room)
            push(&uv->backlog, task);
        else
            orm__task_run(task);
    }
    for (size_t room = uv->max_tasks; uv->begun_roots < room && uv->backlog.first != NULL; room--)
        orm__task_ready(uv->backlog.first);
    idle_while_ready(uv);
}

static void on_check(uv_check_t *handle)
{
    run_ready(handle->data);
}

void orm__task_tell(orm_task *task)
{
    orm_uv *uv = task->uv;
    if (task->told)
        return;
    task->told = true;
    task->told_before = NULL;
    task->told_after = uv->first_told;
    if (uv->first_told != NULL)
        uv->first_told->told_before = task;
    uv->first_told = task;
    (void)uv_async_send(&uv->async);
}

static void unlink_told(orm_task *task)
{
    if (task->told_before != NULL)
        task->told_before->told_after = task->told_after;
    else
        task->uv->first_told = task->told_after;
    if (task->told_after != NULL)
        task->told_after->told_before = task->told_before;
    task->told = false;
}

void orm__task_untell(orm_task *task)
{
    (void)pthread_mutex_lock(&task->uv->mutex);
    if (task->told)
        unlink_told(task);
    (void)pthread_mutex_unlock(&task->uv->mutex);
}

static void on_async(uv_async_t *handle)
{
    orm_uv *uv = handle->data;
    (void)pthread_mutex_lock(&uv->mutex);
    /* The list is last in, first out; those told first go first. */
    orm_task *task = uv->first_told;
    while (task != NULL && task->told_after != NULL)
        task = task->told_after;
    while (task != NULL) {
        orm_task *before = task->told_before;
        unlink_told(task);
        orm__task_ready(task);
        task = before;
    }
    (void)pthread_mutex_unlock(&uv->mutex);
}

static void on_timer(uv_timer_t *handle)
{
    orm_uv *uv = handle->data;
    int64_t now = orm__now();
    uv->timer_at = INT64_MAX;
    for (orm__alarm *alarm = NULL;
         (alarm = orm__alarms_first(&uv->alarms)) != NULL && alarm->at <= now;) {
        orm__alarm_clear(&uv->alarms, alarm);
        alarm->ring(alarm);
    }
    orm__alarms_arm(uv);
}

/* An alarm that was cleared leaves the timer as it is: it rings once for nothing. */
void orm__alarms_arm(orm_uv *uv)
{
    const orm__alarm *first = orm__alarms_first(&uv->alarms);
    if (first == NULL || first->at >= uv->timer_at)
        return;
    int64_t left = first->at - orm__now();
    uint64_t ms = left <= 0 ? 0 : ((uint64_t)left + 999999) / 1000000;
    uv->timer_at = first->at;
    uv_update_time(uv->loop);
    (void)uv_timer_start(&uv->timer, on_timer, ms, 0);
}

/* Not to be inlined: the address differs from thread to thread. */
__attribute__((noinline)) orm__present *orm__thread_present(void)
{
    static _Thread_local orm__present present;
    return &present;
}

orm_task *orm__waiting_task(const orm_uv *uv)
{
    const orm__present *present = orm__thread_present();
    bool waits = present->task != NULL && present->errand == NULL && present->task->uv == uv;
    return waits ? present->task : NULL;
}

static orm_status check_options(const orm_uv_options *options, orm_error *error)
{
    if (options->stack_size != 0 &&
        (options->stack_size < STACK_LEAST || options->stack_size > SIZE_MAX / 16))
        return orm__fail(error, ORM_INVALID, "stack_size must be 64 KiB or more");
    if (options->blocking_threads < 0 || options->computing_threads < 0 || options->held_ms < 0)
        return orm__fail(error, ORM_INVALID,
                         "blocking_threads, computing_threads and held_ms must not be negative");
    return ORM_OK;
}

static int processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 256 ? 256 : (int)count;
}

/* One processor is left to the loop. */
static int computing_threads(const orm_uv_options *options)
{
    int others = processors() - 1;
    if (options->computing_threads > 0)
        return options->computing_threads;
    return others > 0 ? others : 1;
}

static orm_status start_threads(orm_uv *uv, const orm_uv_options *options)
{
    orm_status status =
        orm__thread_runtime_init(&uv->threads, &uv->allocator, options->blocking_threads);
    if (status != ORM_OK)
        return status;
    status = orm__helpers_new(&uv->allocator, computing_threads(options), &uv->computing);
    if (status == ORM_OK)
        orm__helpers_give_way(uv->computing);
    else
        orm__thread_runtime_dispose(&uv->threads);
    return status;
}

static void fill(orm_uv *uv, uv_loop_t *loop, const orm_uv_options *options)
{
    uv->loop = loop;
    uv->allocator = options->allocator;
    uv->thread = pthread_self();
    uv->timer_at = INT64_MAX;
    uv->max_tasks = options->max_tasks > 0 ? options->max_tasks : TASKS_DEFAULT;
    uv->held = options->held;
    uv->held_context = options->held_context;
    uv->held_ns = (int64_t)(options->held_ms > 0 ? options->held_ms : HELD_MS) * 1000000;
    uv->alarms.allocator = &uv->allocator;
    orm__stacks_init(&uv->stacks, &uv->allocator,
                     options->stack_size > 0 ? options->stack_size : STACK_DEFAULT);
    orm__runtime_fill(uv);
}

/* None of these but the first can fail. */
static bool init_handles(orm_uv *uv)
{
    uv_loop_t *loop = uv->loop;
    if (uv_async_init(loop, &uv->async, on_async) != 0)
        return false;
    (void)uv_idle_init(loop, &uv->idle);
    (void)uv_check_init(loop, &uv->check);
    (void)uv_timer_init(loop, &uv->timer);
    uv->async.data = uv->idle.data = uv->check.data = uv->timer.data = uv;
    uv->handles = 4;
    (void)uv_check_start(&uv->check, on_check);
    uv_unref((uv_handle_t *)&uv->async);
    uv_unref((uv_handle_t *)&uv->idle);
    uv_unref((uv_handle_t *)&uv->check);
    uv_unref((uv_handle_t *)&uv->timer);
    return true;
}

static void free_uv(orm_uv *uv)
{
    orm_allocator allocator = uv->allocator;
    orm__alarms_dispose(&uv->alarms);
    orm__stacks_dispose(&uv->stacks);
    orm__free(&allocator, uv->sockets, uv->socket_capacity * sizeof *uv->sockets);
    orm__free(&allocator, uv->forgotten, uv->forgotten_capacity * sizeof *uv->forgotten);
    (void)pthread_mutex_destroy(&uv->mutex);
    orm__free(&allocator, uv, sizeof *uv);
}

static orm_status open_parts(orm_uv *uv, const orm_uv_options *options, orm_error *error)
{
    orm_status status = options->report_overflow ? orm__overflow_watch(uv, error) : ORM_OK;
    if (status != ORM_OK)
        return status;
    status = start_threads(uv, options);
    if (status != ORM_OK)
        status = orm__fail(error, status, "cannot make the threads' queues");
    if (status == ORM_OK && !init_handles(uv)) {
        orm__helpers_dispose(uv->computing);
        orm__thread_runtime_dispose(&uv->threads);
        status = orm__fail(error, ORM_RESOURCE, "the loop takes no more handles");
    }
    if (status != ORM_OK)
        orm__overflow_unwatch(uv);
    return status;
}

orm_status orm_uv_open(struct uv_loop_s *loop, const orm_uv_options *options, orm_uv **uv_out,
                       orm_error *error)
{
    static const orm_uv_options none;
    *uv_out = NULL;
    if (options == NULL)
        options = &none;
    if (error != NULL)
        memset(error, 0, sizeof *error);
    orm_status status = check_options(options, error);
    if (status != ORM_OK)
        return status;
    orm_uv *uv = orm__alloc_zero(&options->allocator, sizeof *uv);
    if (uv == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    if (pthread_mutex_init(&uv->mutex, NULL) != 0) {
        orm__free(&options->allocator, uv, sizeof *uv);
        return orm__fail(error, ORM_RESOURCE, "cannot make a mutex");
    }
    fill(uv, loop, options);
    status = open_parts(uv, options, error);
    if (status != ORM_OK)
        free_uv(uv);
    else
        *uv_out = uv;
    return status;
}

void orm__handle_closed(orm_uv *uv)
{
    if (--uv->handles == 0)
        free_uv(uv);
}

static void on_closed(uv_handle_t *handle)
{
    orm__handle_closed(handle->data);
}

orm_status orm_uv_close(orm_uv *uv, orm_error *error)
{
    if (uv == NULL)
        return ORM_OK;
    if (orm__waiting_task(uv) != NULL || !orm__is_on_loop(uv))
        return orm__fail(error, ORM_MISUSE, "close it on the loop's thread, outside of tasks");
    const orm_task *task = uv->task_count > 0 ? uv->newest : NULL;
    while (task != NULL && task->done)
        task = task->older;
    if (task != NULL)
        return orm__fail(error, ORM_MISUSE, "the task \"%s\" has not ended, of %zu", task->name,
                         uv->task_count);
    while (uv->newest != NULL)
        orm_task_forget(uv->newest);
    orm__helpers_dispose(uv->computing);
    orm__thread_runtime_dispose(&uv->threads);
    orm__overflow_unwatch(uv);
    orm__sockets_close(uv);
    uv_close((uv_handle_t *)&uv->async, on_closed);
    uv_close((uv_handle_t *)&uv->idle, on_closed);
    uv_close((uv_handle_t *)&uv->check, on_closed);
    uv_close((uv_handle_t *)&uv->timer, on_closed);
    return ORM_OK;
}

const orm_runtime *orm_uv_runtime(orm_uv *uv)
{
    return &uv->runtime;
}

void orm_uv_print_held(void *stream, const char *task, int64_t duration_ns)
{
    char line[160];
    int size = snprintf(line, sizeof line, "the task \"%s\" held its loop for %lld ms\n", task,
                        (long long)(duration_ns / 1000000));
    if (size > 0 && (size_t)size < sizeof line)
        (void)fwrite(line, 1, (size_t)size, stream);
}

void orm_uv_get_status(const orm_uv *uv, orm_uv_status *status_out)
{
    *status_out = (orm_uv_status){
        .tasks = uv->task_count,
        .begun = uv->begun_count,
        .waiting = uv->task_count - uv->ready_count,
        .stacks = uv->stacks.count,
        .ended = uv->ended_count,
    };
}
