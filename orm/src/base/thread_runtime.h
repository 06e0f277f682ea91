/* The runtime of plain threads: poll, helper threads, condition variables. */
#ifndef ORM_BASE_THREAD_RUNTIME_H
#define ORM_BASE_THREAD_RUNTIME_H

#include <pthread.h>
#include <stdbool.h>

#include <orm/memory.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

/*
 * So many offloaded calls run at once, each on a thread that is made when all others are busy: name
 * resolution that hangs holds up nobody else until this many hang.
 */
enum { ORM_THREAD_RUNTIME_MAX = 32 };

struct orm__offload;

typedef struct orm__thread_runtime {
    orm_runtime runtime; /* to be handed on; its context is this value, which must not move */
    const orm_allocator *allocator; /* borrowed */
    pthread_mutex_t mutex;
    pthread_cond_t work; /* something is queued, or `closing` was set */
    struct orm__offload *first;
    struct orm__offload *last;
    pthread_t threads[ORM_THREAD_RUNTIME_MAX];
    int thread_count;
    int idle;   /* threads waiting for work */
    int queued; /* jobs no thread has taken yet */
    bool closing;
} orm__thread_runtime;

/* ORM_RESOURCE when the system gives no mutex. `runtime` is then not to be disposed. */
ORM_MUST_USE orm_status orm__thread_runtime_init(orm__thread_runtime *runtime,
                                                 const orm_allocator *allocator);

/* Waits for everything offloaded to end, abandoned calls too, and for the helper threads. */
void orm__thread_runtime_dispose(orm__thread_runtime *runtime);

#endif
