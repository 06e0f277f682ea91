#include "async/fiber.h"

#include <stdint.h>
#include <ucontext.h>

#include "async/sanitizers.h"

void orm__fiber_init(orm__fiber *fiber, void *stack, size_t size, void (*enter)(void *context),
                     void *context)
{
    *fiber = (orm__fiber){.stack = stack, .size = size, .enter = enter, .context = context};
#if ORM_TSAN
    fiber->thread = __tsan_create_fiber(0);
#endif
}

void orm__fiber_dispose(orm__fiber *fiber)
{
#if ORM_TSAN
    __tsan_destroy_fiber(fiber->thread);
#endif
    fiber->stack = NULL;
}

/* AddressSanitizer clears the stack that a context names; one to return to names none. */
static void name_no_stack(ucontext_t *context)
{
    context->uc_stack.ss_sp = NULL;
    context->uc_stack.ss_size = 0;
}

/* The order of annotations and switch is the sanitizers'. */
static void switch_out(orm__fiber *fiber)
{
    ucontext_t inside;
    fiber->inside = &inside;
    name_no_stack(&inside);
#if ORM_ASAN
    /* The last time its fake stack goes. */
    __sanitizer_start_switch_fiber(fiber->done ? NULL : &fiber->fake_stack, fiber->outside_stack,
                                   fiber->outside_size);
#endif
#if ORM_TSAN
    __tsan_switch_to_fiber(fiber->outside_thread, 0);
#endif
    /* What was on the fake stack is gone the last time, this context, too. */
    if (fiber->done)
        (void)setcontext(fiber->outside);
    (void)swapcontext(&inside, fiber->outside);
#if ORM_ASAN
    __sanitizer_finish_switch_fiber(fiber->fake_stack, &fiber->outside_stack, &fiber->outside_size);
#endif
}

/* makecontext passes integers only. */
static void begin(unsigned high, unsigned low)
{
    uintptr_t address = low;
    address |= (uintptr_t)((uint64_t)high << 32);
    orm__fiber *fiber = (orm__fiber *)address;
#if ORM_ASAN
    __sanitizer_finish_switch_fiber(NULL, &fiber->outside_stack, &fiber->outside_size);
#endif
    fiber->enter(fiber->context);
    fiber->done = true;
    switch_out(fiber);
}

static void prepare(orm__fiber *fiber, ucontext_t *first)
{
    uint64_t address = (uintptr_t)fiber;
    (void)getcontext(first);
    first->uc_stack.ss_sp = fiber->stack;
    first->uc_stack.ss_size = fiber->size;
    first->uc_link = NULL;
    makecontext(first, (void (*)(void))begin, 2, (unsigned)(address >> 32), (unsigned)address);
}

void orm__fiber_resume(orm__fiber *fiber)
{
    ucontext_t outside;
    ucontext_t first;
    void *inside = fiber->inside;
    if (inside == NULL) {
        prepare(fiber, &first);
        inside = &first;
    }
    fiber->outside = &outside;
    name_no_stack(&outside);
#if ORM_ASAN
    void *fake_stack = NULL;
    __sanitizer_start_switch_fiber(&fake_stack, fiber->stack, fiber->size);
#endif
#if ORM_TSAN
    fiber->outside_thread = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber->thread, 0);
#endif
    (void)swapcontext(&outside, inside);
#if ORM_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
#endif
}

void orm__fiber_stop(orm__fiber *fiber)
{
    switch_out(fiber);
}
