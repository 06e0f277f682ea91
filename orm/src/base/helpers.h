/* Threads that do what would block others: made when needed, up to a bound, and kept. */
#ifndef ORM_BASE_HELPERS_H
#define ORM_BASE_HELPERS_H

#include <orm/memory.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

/* How long a disposal waits for calls that hang. */
enum { ORM_HELPERS_PATIENCE_MS = 3000 };

typedef struct orm__helpers orm__helpers; /* the last to leave, thread or owner, frees it */
typedef struct orm__job orm__job;

typedef void orm__work(void *argument);

/*
 * `max_threads` run at once, each made when all others are busy. `allocator` is copied.
 * `*helpers_out` is owned: orm__helpers_dispose. ORM_NOMEM, ORM_RESOURCE.
 */
ORM_MUST_USE orm_status orm__helpers_new(const orm_allocator *allocator, int max_threads,
                                         orm__helpers **helpers_out);

/* Its threads run behind all others of the machine, on Linux. To be said before any work. */
void orm__helpers_give_way(orm__helpers *helpers);

/*
 * Waits for everything started to end, what was given up too, and for the threads; but no longer
 * than ORM_HELPERS_PATIENCE_MS: a call that hangs on a silent network is left to its thread, which
 * cleans up after itself. NULL is allowed.
 */
void orm__helpers_dispose(orm__helpers *helpers);

/* How many threads were made so far. */
int orm__helpers_threads(orm__helpers *helpers);

/* Runs `work` and blocks the caller for it: `offload` of a runtime. */
orm_status orm__helpers_run(orm__helpers *helpers, orm__work *work, orm__work *abandon,
                            void *argument, orm_deadline deadline);

/*
 * Starts `work`. `notify(context)` is called when it has ended, by the thread that ran it and with
 * a lock held: it must not call back. `*job_out` is owned: orm__job_end or orm__job_abandon.
 * ORM_NOMEM, ORM_RESOURCE.
 */
orm_status orm__helpers_start(orm__helpers *helpers, orm__work *work, void *argument,
                              orm__work *notify, void *context, orm__job **job_out);

bool orm__job_is_done(orm__job *job);
/* Frees one that is done. */
void orm__job_end(orm__job *job);
/* Nobody waits for it any more: `abandon(argument)` is called when it has ended; at once if it
 * has. Nobody is notified. */
void orm__job_abandon(orm__job *job, orm__work *abandon);
/* Takes back and frees one that no thread has begun. False: one has. */
bool orm__job_take_back(orm__job *job);

/* A thread waits within its work (true) or goes on (false): another may run instead of it. */
void orm__helpers_lend(orm__helpers *helpers, bool waits);

#endif
