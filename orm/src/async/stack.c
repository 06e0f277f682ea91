#include "async/stack.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/sanitizers.h"
#include "base/allocator.h"

enum { SANITIZER_FACTOR = 4, DISTANCE = 512 };

void orm__stacks_init(orm__stacks *stacks, const orm_allocator *allocator, size_t size)
{
    long page = sysconf(_SC_PAGESIZE);
    *stacks = (orm__stacks){.allocator = allocator, .guard = page > 0 ? (size_t)page : 4096};
    if (ORM_ASAN || ORM_TSAN)
        size *= SANITIZER_FACTOR;
    stacks->size = (size + stacks->guard - 1) / stacks->guard * stacks->guard;
}

static void *map_stack(orm__stacks *stacks)
{
    size_t whole = stacks->size + stacks->guard;
    char *start = mmap(NULL, whole, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    if (mprotect(start, stacks->guard, PROT_NONE) != 0) {
        (void)munmap(start, whole);
        return NULL;
    }
    stacks->count++;
#if ORM_ASAN
    __lsan_register_root_region(start + stacks->guard, stacks->size);
#endif
    return start + stacks->guard;
}

static void unmap_stack(orm__stacks *stacks, void *stack)
{
#if ORM_ASAN
    __lsan_unregister_root_region(stack, stacks->size);
#endif
    (void)munmap((char *)stack - stacks->guard, stacks->size + stacks->guard);
    stacks->count--;
}

void *orm__stack_take(orm__stacks *stacks)
{
    if (stacks->warm_count > 0)
        return stacks->warm[--stacks->warm_count];
    if (stacks->cold_count > 0)
        return stacks->cold[--stacks->cold_count];
    return map_stack(stacks);
}

static bool has_room(orm__stacks *stacks)
{
    size_t capacity = stacks->cold_capacity;
    if (stacks->cold_count < capacity)
        return true;
    size_t wider = capacity == 0 ? ORM__STACKS_WARM : 2 * capacity;
    void **cold = capacity >= ORM__STACKS_COLD
                      ? NULL
                      : orm__resize(stacks->allocator, stacks->cold, capacity * sizeof *cold,
                                    wider * sizeof *cold);
    if (cold == NULL)
        return false;
    stacks->cold = cold;
    stacks->cold_capacity = wider;
    return true;
}

void orm__stack_give(orm__stacks *stacks, void *stack)
{
#if ORM_ASAN
    __asan_unpoison_memory_region(stack, stacks->size);
#endif
    if (stacks->warm_count < ORM__STACKS_WARM)
        stacks->warm[stacks->warm_count++] = stack;
    else if (has_room(stacks) && madvise(stack, stacks->size, MADV_DONTNEED) == 0)
        stacks->cold[stacks->cold_count++] = stack;
    else
        unmap_stack(stacks, stack);
}

void orm__stacks_dispose(orm__stacks *stacks)
{
    while (stacks->warm_count > 0)
        unmap_stack(stacks, stacks->warm[--stacks->warm_count]);
    while (stacks->cold_count > 0)
        unmap_stack(stacks, stacks->cold[--stacks->cold_count]);
    orm__free(stacks->allocator, stacks->cold, stacks->cold_capacity * sizeof *stacks->cold);
    stacks->cold = NULL;
    stacks->cold_capacity = 0;
}

void orm__stack_trim(const orm__stacks *stacks, void *stack, const void *used)
{
    /* Some distance, for what an ABI lets code use below its stack pointer. Sanitizers keep books
     * on the rest. */
    size_t unused = (size_t)((const char *)used - (const char *)stack);
    unused = unused < DISTANCE ? 0 : (unused - DISTANCE) / stacks->guard;
    if (unused > 0 && !ORM_ASAN && !ORM_TSAN)
        (void)madvise(stack, unused * stacks->guard, MADV_DONTNEED);
}

bool orm__stack_guards(const orm__stacks *stacks, const void *stack, const void *address)
{
    uintptr_t low = (uintptr_t)stack;
    uintptr_t at = (uintptr_t)address;
    return at < low && at >= low - stacks->guard;
}
