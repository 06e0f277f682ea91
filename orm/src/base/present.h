/* What a runtime knows of the task that calls, if its threads run tasks in turn. */
#ifndef ORM_BASE_PRESENT_H
#define ORM_BASE_PRESENT_H

#include <stdatomic.h>

#include <orm/sys/runtime.h>

/* Whether the caller may block its thread; other calls are offloaded. */
static inline bool orm__may_block(const orm_runtime *runtime)
{
    return runtime->may_block == NULL || runtime->may_block(runtime->context);
}

/* Whether what has this flag is to end: by the flag, or with its task. NULL: nothing ends it. */
static inline bool orm__is_cancelled(const orm_runtime *runtime, const atomic_bool *flag)
{
    if (flag == NULL)
        return false;
    return atomic_load_explicit(flag, memory_order_relaxed) ||
           (runtime->is_cancelled != NULL && runtime->is_cancelled(runtime->context));
}

/* Runs `work` where blocking harms nobody, and waits for its end. What `offload` returns. */
static inline orm_status orm__run_blocking(const orm_runtime *runtime, void (*work)(void *argument),
                                           void *argument)
{
    if (!orm__may_block(runtime))
        return runtime->offload(runtime->context, work, NULL, argument, ORM_NO_DEADLINE);
    work(argument);
    return ORM_OK;
}

/* In such work: has `work` run by whoever waits for it. */
static inline void orm__call_back(const orm_runtime *runtime, void (*work)(void *argument),
                                  void *argument)
{
    if (runtime->call_back == NULL)
        work(argument);
    else
        runtime->call_back(runtime->context, work, argument);
}

#endif
