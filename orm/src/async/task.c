/* The life of a task: start, run, wait, end. */
#include <stdio.h>
#include <string.h>

#include "async/loop.h"
#include "base/allocator.h"
#include "base/clock.h"

/* Of so many that wait memory counts for more than the time to give it back. */
enum { MANY = 256 };

static void link_task(orm_uv *uv, orm_task *task)
{
    task->older = uv->newest;
    if (uv->newest != NULL)
        uv->newest->newer = task;
    uv->newest = task;
}

static void free_task(orm_task *task)
{
    orm_uv *uv = task->uv;
    if (task->newer != NULL)
        task->newer->older = task->older;
    else
        uv->newest = task->older;
    if (task->older != NULL)
        task->older->newer = task->newer;
    orm__free(&uv->allocator, task, sizeof *task);
}

static orm_task *task_of(orm__alarm *alarm, size_t offset)
{
    return (orm_task *)(void *)((char *)alarm - offset);
}

static void on_wake_up(orm__alarm *alarm)
{
    orm_task *task = task_of(alarm, offsetof(orm_task, wake_up));
    task->timed_out = true;
    orm__task_ready(task);
}

static void cancel_for(orm_task *task, orm_status reason)
{
    if (task->done || atomic_load(&task->cancelled))
        return;
    task->reason = reason;
    task->cancel_due = true;
    atomic_store(&task->cancelled, true);
    orm__task_ready(task);
}

static void on_deadline(orm__alarm *alarm)
{
    cancel_for(task_of(alarm, offsetof(orm_task, deadline)), ORM_TIMEOUT);
}

static void fill(orm_task *task, const orm_task_options *options, const orm_task *parent)
{
    const char *name = options->name != NULL ? options->name : "task";
    (void)snprintf(task->name, sizeof task->name, "%s", name);
    task->scope = options->scope;
    task->number = ((uint64_t)(uintptr_t)task->uv << 16) + ++task->uv->started_count;
    if (task->scope == NULL && parent != NULL) {
        task->scope = parent->scope;
        task->family = parent->number;
    }
    task->is_child = parent != NULL;
    task->ended = options->ended;
    task->wake_up.ring = on_wake_up;
    task->deadline.ring = on_deadline;
}

orm_status orm_task_start(orm_uv *uv, const orm_task_options *options, orm_task_handler *handler,
                          void *context, orm_task **task_out)
{
    static const orm_task_options none;
    if (task_out != NULL)
        *task_out = NULL;
    if (!orm__is_on_loop(uv))
        return ORM_MISUSE;
    if (options == NULL)
        options = &none;
    /* Two alarms for each: no wait may fail for want of them. */
    if (orm__alarms_reserve(&uv->alarms, 2 * (uv->task_count + 1)) != ORM_OK)
        return ORM_NOMEM;
    orm_task *task = orm__alloc_zero(&uv->allocator, sizeof *task);
    if (task == NULL)
        return ORM_NOMEM;
    task->uv = uv;
    task->handler = handler;
    task->context = context;
    task->forgotten = task_out == NULL;
    fill(task, options, orm__waiting_task(uv));
    link_task(uv, task);
    if (uv->task_count++ == 0)
        orm__loop_hold(uv);
    if (options->deadline_ms > 0) {
        orm__alarm_set(&uv->alarms, &task->deadline, orm__deadline_in(options->deadline_ms));
        orm__alarms_arm(uv);
    }
    orm__task_ready(task);
    if (task_out != NULL)
        *task_out = task;
    return ORM_OK;
}

static void enter(void *context)
{
    orm_task *task = context;
    task->status = task->handler(task->context);
}

static void end(orm_task *task)
{
    orm_uv *uv = task->uv;
    orm_task_ended *ended = task->ended;
    void *context = task->context;
    orm_status status = task->status;
    if (status == ORM_CANCELLED && task->reason == ORM_TIMEOUT)
        status = task->status = ORM_TIMEOUT;
    orm__alarm_clear(&uv->alarms, &task->deadline);
    orm__task_untell(task);
    task->done = true;
    uv->ended_count++;
    if (--uv->task_count == 0)
        orm__loop_hold(uv);
    if (task->awaited_by != NULL)
        orm__task_ready(task->awaited_by);
    if (task->forgotten)
        free_task(task);
    if (ended != NULL)
        ended(context, status);
}

/* False: it ends without having begun. */
static bool begin(orm_task *task)
{
    orm_uv *uv = task->uv;
    if (atomic_load(&task->cancelled)) {
        task->status = ORM_CANCELLED;
        return false;
    }
    void *stack = orm__stack_take(&uv->stacks);
    if (stack == NULL) {
        task->status = ORM_RESOURCE;
        return false;
    }
    orm__fiber_init(&task->fiber, stack, uv->stacks.size, enter, task);
    task->begun = true;
    uv->begun_count++;
    uv->begun_roots += task->is_child ? 0 : 1;
    return true;
}

static void give_stack(orm_task *task)
{
    orm_uv *uv = task->uv;
    void *stack = task->fiber.stack;
    orm__fiber_dispose(&task->fiber);
    orm__stack_give(&uv->stacks, stack);
    uv->begun_count--;
    uv->begun_roots -= task->is_child ? 0 : 1;
}

void orm__task_run(orm_task *task)
{
    orm_uv *uv = task->uv;
    if (task->begun || begin(task)) {
        int64_t began = uv->held != NULL ? orm__now() : 0;
        orm_task *outer = orm__thread_present()->task; /* of another loop, run within it */
        orm__thread_present()->task = task;
        orm__fiber_resume(&task->fiber);
        orm__thread_present()->task = outer;
        int64_t took = uv->held != NULL ? orm__now() - began : 0;
        if (took > uv->held_ns)
            uv->held(uv->held_context, task->name, took);
        if (!task->fiber.done) {
            if (task->rests && uv->begun_count > MANY)
                orm__stack_trim(&uv->stacks, task->fiber.stack, task->fiber.inside);
            task->rests = false;
            return;
        }
        give_stack(task);
    }
    end(task);
}

orm_status orm__task_stop(orm_task *task, orm_deadline deadline)
{
    orm_uv *uv = task->uv;
    task->timed_out = false;
    if (!task->cancel_due) {
        if (deadline != ORM_NO_DEADLINE) {
            orm__alarm_set(&uv->alarms, &task->wake_up, deadline);
            orm__alarms_arm(uv);
        }
        orm__fiber_stop(&task->fiber);
        orm__alarm_clear(&uv->alarms, &task->wake_up);
    }
    bool cancelled = task->cancel_due;
    task->cancel_due = false;
    return cancelled ? ORM_CANCELLED : task->timed_out ? ORM_TIMEOUT : ORM_OK;
}

void orm_task_cancel(orm_task *task)
{
    if (task != NULL)
        cancel_for(task, ORM_CANCELLED);
}

void orm_task_forget(orm_task *task)
{
    if (task == NULL)
        return;
    task->forgotten = true;
    if (task->done)
        free_task(task);
}

/* Waits for one task of several; whoever is cancelled cancels them all. */
static void wait_for(orm_task *self, orm_task *task, orm_task *const *tasks, size_t count)
{
    bool passed_on = false;
    task->awaited_by = self;
    while (!task->done) {
        if (atomic_load(&self->cancelled) && !passed_on) {
            for (size_t i = 0; i < count; i++)
                orm_task_cancel(tasks[i]);
            passed_on = true;
        }
        (void)orm__task_stop(self, ORM_NO_DEADLINE);
    }
}

static orm_status await_one(orm_task *task, orm_task *const *tasks, size_t count)
{
    orm_uv *uv = task->uv;
    orm_task *self = orm__waiting_task(uv);
    if (self == task || !orm__is_on_loop(uv) || task->awaited_by != NULL)
        return ORM_MISUSE;
    if (self != NULL)
        wait_for(self, task, tasks, count);
    while (!task->done)
        (void)uv_run(uv->loop, UV_RUN_ONCE);
    orm_status status = task->status;
    free_task(task);
    return status;
}

orm_status orm_task_await(orm_task *task)
{
    return await_one(task, &task, 1);
}

orm_status orm_task_all(orm_task *const *tasks, size_t count, orm_status *statuses_out)
{
    orm_status first = ORM_OK;
    for (size_t i = 0; i < count; i++) {
        orm_status status = tasks[i] == NULL ? ORM_OK : await_one(tasks[i], tasks + i, count - i);
        if (statuses_out != NULL)
            statuses_out[i] = status;
        if (first == ORM_OK)
            first = status;
    }
    return first;
}

orm_task *orm_task_running(void)
{
    return orm__thread_present()->task;
}

bool orm_task_is_cancelled(void)
{
    const orm_task *task = orm__thread_present()->task;
    return task != NULL && atomic_load(&task->cancelled);
}

const char *orm_task_name(const orm_task *task)
{
    return task->name;
}
