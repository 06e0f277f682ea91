/* The inside of orm_uv: what is ready to run, what runs, and how the loop learns of it. */
#ifndef ORM_ASYNC_LOOP_H
#define ORM_ASYNC_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include <uv.h>

#include <orm/uv.h>

#include "async/alarms.h"
#include "async/fiber.h"
#include "async/stack.h"
#include "base/helpers.h"
#include "base/thread_runtime.h"

enum { ORM__TASK_NAME_SIZE = 64 };

typedef struct orm__tasks {
    orm_task *first;
    orm_task *last;
} orm__tasks;

struct orm_task {
    orm_uv *uv;
    orm_task *newer; /* of all that have not been freed */
    orm_task *older;
    orm_task *next;        /* in the queue of those ready, or not begun for want of room */
    orm_task *told_before; /* in the list of those other threads have woken */
    orm_task *told_after;
    orm_task_handler *handler;
    void *context;
    orm_task_ended *ended;
    struct orm_scope *scope;
    uint64_t number; /* of all tasks of the process, as good as */
    uint64_t family; /* the parent's number if the scope is the parent's; else 0 */
    orm_task *awaited_by;
    orm__fiber fiber;
    orm__alarm wake_up;
    orm__alarm deadline;
    orm_status status;
    orm_status reason; /* why it was cancelled */
    atomic_bool cancelled;
    bool told;       /* another thread has woken it; with the loop's mutex */
    bool cancel_due; /* the present or next wait is to say so */
    bool timed_out;  /* the present wait is */
    bool is_child;   /* started by a task */
    bool rests;      /* the present wait may be long */
    bool begun;
    bool ready; /* in the queue */
    bool waits_for_room;
    bool done;
    bool forgotten; /* freed when it ends */
    char name[ORM__TASK_NAME_SIZE];
};

struct orm__socket;

struct orm_uv {
    orm_runtime runtime;
    orm_allocator allocator;
    uv_loop_t *loop;
    pthread_t thread;
    uv_async_t async; /* other threads call; referenced while there are tasks */
    uv_idle_t idle;   /* keeps the loop from sleeping while tasks are ready */
    uv_check_t check; /* runs tasks after sockets were looked at */
    uv_timer_t timer; /* the soonest alarm */
    int handles;      /* not closed yet */
    bool idling;
    bool closing;
    int64_t timer_at;            /* INT64_MAX: it is not set */
    orm__thread_runtime threads; /* waits outside of tasks; its helpers are those for blocking */
    orm__helpers *computing;
    orm__stacks stacks;
    orm__alarms alarms;
    orm__tasks ready;
    orm__tasks backlog; /* not begun for want of room */
    orm_task *newest;
    size_t task_count; /* that have not ended */
    size_t begun_count;
    size_t begun_roots; /* of these, not started by tasks */
    size_t ready_count;
    size_t max_tasks;
    uint64_t ended_count;
    uint64_t started_count;
    orm_uv_held *held;
    void *held_context;
    int64_t held_ns;
    struct orm__socket **sockets; /* owned array, by file descriptor */
    size_t socket_capacity;
    void *signal_stack;    /* owned */
    pthread_mutex_t mutex; /* guards what follows, and parkings */
    orm_task *first_told;
    int *forgotten; /* owned array of sockets that other threads close */
    size_t forgotten_count;
    size_t forgotten_capacity;
    bool forgot_too_many; /* there was no memory for the list: any may be closed */
    atomic_bool has_forgotten;
};

/* What the thread does: the task that runs on it, or for which it runs offloaded work. */
typedef struct orm__present {
    orm_task *task;
    struct orm__errand *errand; /* the offloaded work; NULL: it runs on the loop */
} orm__present;

/* Of the calling thread. Not to be inlined: a task may not remember where it is. */
orm__present *orm__thread_present(void);

/* The task of this loop that runs and may wait; NULL: there is none. */
orm_task *orm__waiting_task(const orm_uv *uv);

static inline bool orm__is_on_loop(const orm_uv *uv)
{
    return pthread_equal(pthread_self(), uv->thread) != 0;
}

/* On the loop's thread: the task goes on when its turn comes. */
void orm__task_ready(orm_task *task);
/* The same from any thread, with the mutex held. */
void orm__task_tell(orm_task *task);
/* Forgets what others have told it, which is about to be freed. */
void orm__task_untell(orm_task *task);

/*
 * In the running task: stops until it is made ready. ORM_OK, possibly for no reason: look whether
 * what is waited for has come. ORM_TIMEOUT; ORM_CANCELLED, once.
 */
orm_status orm__task_stop(orm_task *task, orm_deadline deadline);

/* Sets the timer for the soonest alarm. */
void orm__alarms_arm(orm_uv *uv);

/* Runs a task until it stops; ends it when it is done. task.c */
void orm__task_run(orm_task *task);

/* The loop has something to live for, or not. */
void orm__loop_hold(orm_uv *uv);

/* Waits. */
void orm__runtime_fill(orm_uv *uv);

/* Sockets. */
orm_status orm__socket_wait(orm_uv *uv, orm_task *task, int socket, int events,
                            orm_deadline deadline, int *ready_out);
void orm__socket_forget(orm_uv *uv, int socket);
/* Starts closing their handles, which count in uv->handles. */
void orm__sockets_close(orm_uv *uv);

/* A handle of the loop is closed; the last one frees everything. */
void orm__handle_closed(orm_uv *uv);

/* The handler of overflows. */
orm_status orm__overflow_watch(orm_uv *uv, orm_error *error);
void orm__overflow_unwatch(orm_uv *uv);

#endif
