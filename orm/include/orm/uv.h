/*
 * Tasks on an event loop of libuv: the code of plain threads, with thousands of calls waiting at
 * once on one thread. A library of its own: orm::uv in CMake, orm-uv in pkg-config.
 *
 *     orm_uv_open(loop, NULL, &uv, &error);
 *     options.runtime = orm_uv_runtime(uv);
 *     orm_engine_open(&options, &engine, &error);
 *     orm_task_start(uv, &(orm_task_options){.name = "request"}, handle, request, NULL);
 *     uv_run(loop, UV_RUN_DEFAULT);
 *
 * A task has a stack of its own. Whenever a call in it waits, for the database, a connection, a
 * moment or another task, the loop goes on with others; so what a task shares with others may
 * change at every call that waits, and only there. It must not block (in files, sleep(), locks held
 * by others) nor compute for long: orm_offload is for that. It must not hold a mutex over a call
 * that waits, and must return rather than leave by longjmp. Row callbacks run in the task.
 *
 * One thread runs a loop and everything on it: the functions below are called there, unless they
 * say otherwise. To use several cores, run several loops, each with its own orm_uv and engine.
 * Outside of tasks (at start, in callbacks of the loop, on other threads) an engine bound to the
 * loop works as usual, and blocks its caller.
 *
 * SQLite runs on threads, a whole statement or flight at a time, and so do what `.on_connect` has
 * registered and the engine's allocator. One writer of an engine runs at a time, in turn.
 */
#ifndef ORM_UV_H
#define ORM_UV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/memory.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

struct uv_loop_s;
struct orm_scope;

ORM_BEGIN_DECLS

typedef struct orm_uv orm_uv;
typedef struct orm_task orm_task;

/* Told of a task that kept the loop from others for long; it must not wait. */
typedef void orm_uv_held(void *context, const char *task, int64_t duration_ns);

/* All-zero means the defaults given in brackets. */
typedef struct orm_uv_options {
    orm_allocator allocator; /* [the C library's heap] */
    /* Of a task, at least 64 KiB; only what it uses takes memory. A guard page lies below it: what
     * goes beyond ends the program. [128 KiB] */
    size_t stack_size;
    /*
     * Tasks begun at a time, those started by tasks not counted; others begin as these end. Each
     * takes two memory maps of the system's vm.max_map_count (65,530); a task that finds none left
     * ends with ORM_RESOURCE. [16,000]
     */
    size_t max_tasks;
    /* Threads for what blocks in the library: connecting, cancelling, closing, SQLite. [32] */
    int blocking_threads;
    /* Threads for orm_offload. On Linux they have niceness 19, so that computing does not keep the
     * loop, nor a server on the same machine, from working. [the processors but one] */
    int computing_threads;
    /*
     * The watchdog, for debug builds: told of each task that ran longer than `held_ms` [20] without
     * a wait. It costs two readings of the clock each time a task goes on. [none]
     */
    orm_uv_held *held;
    void *held_context; /* borrowed */
    int held_ms;
    /*
     * Has a task that overflows its stack named on the standard error before the program dies of
     * it. Installs a handler of SIGSEGV and SIGBUS for the process, which stays and hands all other
     * faults on to the one before it, and an alternate signal stack on the loop's thread until
     * orm_uv_close. [no]
     */
    bool report_overflow;
} orm_uv_options;

/*
 * Binds to a loop, which is run by the calling thread and must outlive it. `options` may be NULL.
 * `*uv_out` is owned: orm_uv_close; NULL on failure. ORM_INVALID (options), ORM_NOMEM,
 * ORM_RESOURCE. `error` may be NULL.
 */
ORM_API ORM_MUST_USE orm_status orm_uv_open(struct uv_loop_s *loop, const orm_uv_options *options,
                                            orm_uv **uv_out, orm_error *error);

/*
 * Every task must have ended and every engine with this runtime been closed: ORM_MISUSE names a
 * task that has not, and nothing is done. Waits for what runs on threads, a few seconds at most. Of
 * tasks that nobody awaited the rest goes with it. As with all handles of libuv, the memory goes
 * when the loop runs next; uv_loop_close is refused before. Not within a task. NULL is allowed.
 */
ORM_API orm_status orm_uv_close(orm_uv *uv, orm_error *error);

/* What `.runtime` of an engine's options takes. borrowed: until orm_uv_close. */
ORM_API const orm_runtime *orm_uv_runtime(orm_uv *uv);

/* For `.held`: a line on the FILE in `.held_context`. */
ORM_API void orm_uv_print_held(void *stream, const char *task, int64_t duration_ns);

/* A moment's counts. */
typedef struct orm_uv_status {
    size_t tasks;   /* that have not ended */
    size_t begun;   /* of these, with a stack */
    size_t waiting; /* of these, not about to run */
    size_t stacks;  /* made and not given back, those kept for further tasks included */
    uint64_t ended; /* tasks ended since the start */
} orm_uv_status;

ORM_API void orm_uv_get_status(const orm_uv *uv, orm_uv_status *status_out);

/* What a task does. Its status is the task's. */
typedef orm_status orm_task_handler(void *context);

/* Called on the loop's thread, outside of tasks, when a task has ended. */
typedef void orm_task_ended(void *context, orm_status status);

/* All-zero means the defaults. */
typedef struct orm_task_options {
    const char *name; /* for reports; copied, up to 63 bytes ["task"] */
    /* The task is cancelled when it has not ended so long after its start; its status is then
     * ORM_TIMEOUT instead of ORM_CANCELLED. [never] */
    int64_t deadline_ms;
    /* Of its sessions that are given none, and of the tasks it starts; must outlive it. What tasks
     * that have it from one parent ask alike, once each, is a loop of that parent's. borrowed
     * [that of the task that starts it] */
    struct orm_scope *scope;
    orm_task_ended *ended; /* told when it has ended, with the handler's context [nobody] */
} orm_task_options;

/*
 * Starts a task: `handler(context)` begins when the loop goes on. `options` may be NULL. With
 * `task_out` NULL nobody can await it; else `*task_out` is owned: orm_task_await, orm_task_all or
 * orm_task_forget; NULL on failure. ORM_NOMEM, ORM_MISUSE (another thread than the loop's).
 */
ORM_API ORM_MUST_USE orm_status orm_task_start(orm_uv *uv, const orm_task_options *options,
                                               orm_task_handler *handler, void *context,
                                               orm_task **task_out);

/*
 * Waits until the task has ended, always: what it works on may be the caller's. Frees it and
 * returns its status. When the calling task is cancelled, so is the one it awaits. Outside of tasks
 * it runs the loop, which must not be running. ORM_MISUSE when a task awaits itself.
 */
ORM_API orm_status orm_task_await(orm_task *task);

/*
 * The same for several, which go on side by side: all of them end, whatever becomes of the others.
 * Returns ORM_OK, or the first status in their order that is not. `statuses_out` (may be NULL) gets
 * that of each; NULL among the tasks counts as ORM_OK.
 */
ORM_API orm_status orm_task_all(orm_task *const *tasks, size_t count, orm_status *statuses_out);

/* Nobody will await the task; it goes on, and is freed when it ends. NULL is allowed. */
ORM_API void orm_task_forget(orm_task *task);

/*
 * Cancels a task: the call in which it waits returns ORM_CANCELLED as soon as that leaves nothing
 * behind (a statement is stopped on the server, what it sent was rolled back or not done), and so
 * do later ones. What ends things is still done: rollbacks, closing, giving connections back. A
 * connection being made is waited for, and a COMMIT that the server has done is success. A task not
 * begun yet never begins. NULL is allowed.
 */
ORM_API void orm_task_cancel(orm_task *task);

/* The task that runs; NULL outside of tasks. borrowed: until it ends. Any thread. */
ORM_API orm_task *orm_task_running(void);
/* Whether the task that runs was cancelled; false outside of tasks. Any thread. */
ORM_API bool orm_task_is_cancelled(void);
/* borrowed: as long as the task. */
ORM_API const char *orm_task_name(const orm_task *task);

/*
 * Lets others run for so long; 0: lets those run that are ready. Outside of tasks the thread
 * sleeps. ORM_CANCELLED.
 */
ORM_API orm_status orm_sleep(int64_t milliseconds);

/*
 * Runs `work(argument)` on a thread and waits for its end: for what computes or blocks. It may use
 * no session. As many run at a time as there are computing_threads, at the lowest priority: others'
 * requests stay quick, and it takes longer while they keep the processors busy. Outside of tasks it
 * is simply called. ORM_CANCELLED when the task was cancelled before the work began (it is then not
 * done); ORM_NOMEM, ORM_RESOURCE.
 */
ORM_API ORM_MUST_USE orm_status orm_offload(void (*work)(void *argument), void *argument);

ORM_END_DECLS

#endif
