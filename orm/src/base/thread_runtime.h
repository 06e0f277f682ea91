/* The runtime of plain threads: poll, helper threads, condition variables. */
#ifndef ORM_BASE_THREAD_RUNTIME_H
#define ORM_BASE_THREAD_RUNTIME_H

#include <orm/memory.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

/*
 * So many offloaded calls run at once, each on a thread that is made when all others are busy: name
 * resolution that hangs holds up nobody else until this many hang.
 */
enum { ORM_THREAD_RUNTIME_MAX = 32, ORM_THREAD_RUNTIME_PATIENCE_MS = 3000 };

struct orm__helpers;

typedef struct orm__thread_runtime {
    orm_runtime runtime; /* what is handed on; its context is this value, which must not move */
    struct orm__helpers *helpers; /* shared with the helper threads; the last to leave frees it */
} orm__thread_runtime;

/*
 * `allocator` is copied. ORM_NOMEM, ORM_RESOURCE when the system gives no mutex; `runtime` is then
 * not to be disposed.
 */
ORM_MUST_USE orm_status orm__thread_runtime_init(orm__thread_runtime *runtime,
                                                 const orm_allocator *allocator);

/* How many helper threads were made so far. */
int orm__thread_runtime_threads(const orm__thread_runtime *runtime);

/*
 * Waits for everything offloaded to end, abandoned calls too, and for the helper threads; but no
 * longer than ORM_THREAD_RUNTIME_PATIENCE_MS: a call that hangs on a silent network is left to its
 * thread, which cleans up after itself.
 */
void orm__thread_runtime_dispose(orm__thread_runtime *runtime);

#endif
