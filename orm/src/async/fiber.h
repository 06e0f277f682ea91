/* A stack to run on and the switches to it and back. The only place that knows ucontext. */
#ifndef ORM_ASYNC_FIBER_H
#define ORM_ASYNC_FIBER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct orm__fiber {
    void *stack; /* lowest address */
    size_t size;
    void *inside;  /* where it stopped: a ucontext on its own stack; NULL: it has not begun */
    void *outside; /* and who runs it */
    void (*enter)(void *context);
    void *context;
    bool done;        /* `enter` has returned: it is not run again */
    void *fake_stack; /* of AddressSanitizer */
    const void *outside_stack;
    size_t outside_size;
    void *thread; /* of ThreadSanitizer */
    void *outside_thread;
} orm__fiber;

/* `enter(context)` is what it runs. */
void orm__fiber_init(orm__fiber *fiber, void *stack, size_t size, void (*enter)(void *context),
                     void *context);
/* The stack is the caller's again. */
void orm__fiber_dispose(orm__fiber *fiber);

/* Runs it until it stops or is done. Not within a fiber. */
void orm__fiber_resume(orm__fiber *fiber);
/* Within it: stops until it is resumed. */
void orm__fiber_stop(orm__fiber *fiber);

#endif
