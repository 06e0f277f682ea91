/* The runtime of plain threads: poll, helper threads, condition variables. */
#ifndef ORM_BASE_THREAD_RUNTIME_H
#define ORM_BASE_THREAD_RUNTIME_H

#include <orm/memory.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

#include "base/helpers.h"

/*
 * So many offloaded calls run at once, each on a thread that is made when all others are busy: name
 * resolution that hangs holds up nobody else until this many hang.
 */
enum { ORM_THREAD_RUNTIME_MAX = 32 };

typedef struct orm__thread_runtime {
    orm_runtime runtime; /* what is handed on; its context is this value, which must not move */
    orm_allocator allocator;
    orm__helpers *helpers; /* owned */
} orm__thread_runtime;

/*
 * `max_threads` [ORM_THREAD_RUNTIME_MAX] run offloaded calls. `allocator` is copied. ORM_NOMEM,
 * ORM_RESOURCE when the system gives no mutex; `runtime` is then not to be disposed.
 */
ORM_MUST_USE orm_status orm__thread_runtime_init(orm__thread_runtime *runtime,
                                                 const orm_allocator *allocator, int max_threads);

/* How many helper threads were made so far. */
int orm__thread_runtime_threads(const orm__thread_runtime *runtime);

/* As orm__helpers_dispose. */
void orm__thread_runtime_dispose(orm__thread_runtime *runtime);

#endif
