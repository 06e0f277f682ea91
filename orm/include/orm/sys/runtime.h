/* How the library waits. For those who bind it to an event loop; everybody else uses the default.
 */
#ifndef ORM_SYS_RUNTIME_H
#define ORM_SYS_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

enum { ORM_WAIT_READ = 1, ORM_WAIT_WRITE = 2 };

/* A point on the monotonic clock in nanoseconds; ORM_NO_DEADLINE never comes. */
typedef int64_t orm_deadline;
#define ORM_NO_DEADLINE INT64_MAX

/*
 * The four waits (wait, offload, park with wake, sleep) everything is built on. Each returns
 * ORM_OK, ORM_TIMEOUT once the deadline has passed, or ORM_CANCELLED. All functions may be called
 * from any thread that uses the engine.
 */
typedef struct orm_runtime {
    void *context;
    /* Waits until the socket is readable or writable as asked (ORM_WAIT_*); `*ready_out` says
     * which. */
    orm_status (*wait)(void *context, int socket, int events, orm_deadline deadline,
                       int *ready_out);
    /*
     * Runs `work(argument)` where blocking harms nobody and waits for it. On ORM_TIMEOUT or
     * ORM_CANCELLED the work may still run: `abandon(argument)` is then called, once, when it has
     * ended, by whichever thread ran it. With `abandon` NULL it is waited for whatever happens.
     */
    orm_status (*offload)(void *context, void (*work)(void *argument),
                          void (*abandon)(void *argument), void *argument, orm_deadline deadline);
    /* A place to park on. `*parking_out` is owned by the caller: parking_free. */
    orm_status (*parking_new)(void *context, void **parking_out);
    void (*parking_free)(void *context, void *parking);
    /* Waits until somebody wakes this parking; a wake before the park counts. */
    orm_status (*park)(void *context, void *parking, orm_deadline deadline);
    void (*wake)(void *context, void *parking);
    orm_status (*sleep)(void *context, int64_t nanoseconds);
    /*
     * The rest is for runtimes whose threads run several tasks that take turns; each may be NULL.
     * They are asked about the task that calls, or for which the calling thread runs offloaded
     * work.
     */
    /* A number that no other task has, an address of its own; 0: called by no task. */
    uintptr_t (*task)(void *context);
    /* Whether it was cancelled. A wait says so once, by ORM_CANCELLED, so that what has to be
     * brought to an end still can; this goes on saying so. */
    bool (*is_cancelled)(void *context);
    /* The scope of its sessions that are given none; NULL: none. borrowed. `*family_out` is a
     * number of the task it has that scope from, the same for all that have it from there; 0: its
     * own. */
    struct orm_scope *(*scope)(void *context, uint64_t *family_out);
    /* Whether the caller may block: what does is offloaded otherwise. */
    bool (*may_block)(void *context);
    /* In offloaded work: has the task that waits for it run `work(argument)`, and waits. */
    void (*call_back)(void *context, void (*work)(void *argument), void *argument);
    /* The socket closes next. Any thread. */
    void (*forget)(void *context, int socket);
} orm_runtime;

ORM_END_DECLS

#endif
