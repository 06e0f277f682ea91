/* Paths of calls: told apart, told the same again, and never read beyond the stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/stack.h"
#include "observe/caller.h"

/* Counters are volatile, so that loops are not unrolled: that makes several paths of one. */
enum { STACK_SIZE = 256 * 1024 };

static orm__known_paths known;

static __attribute__((noinline)) orm__path here(void)
{
    orm__path path;
    orm__caller_path(&known, __builtin_frame_address(0), (orm_site){.file = "x.c"}, &path);
    return path;
}

static __attribute__((noinline)) orm__path helper(void)
{
    orm__path path = here();
    __asm__ volatile("" ::: "memory"); /* no tail call */
    return path;
}

static __attribute__((noinline)) orm__path descend(int depth)
{
    orm__path path = depth > 0 ? descend(depth - 1) : helper();
    __asm__ volatile("" ::: "memory");
    return path;
}

static void test_paths_are_told_apart(void **state)
{
    (void)state;
    uint64_t first[2];
    for (volatile int i = 0; i < 2; i++)
        first[i] = helper().hash;
    uint64_t other = helper().hash;
    uint64_t direct = here().hash;
    assert_int_equal(first[0], first[1]);
    assert_int_not_equal(first[0], other);
    assert_int_not_equal(first[0], direct);
}

static void test_deep_paths_are_cut(void **state)
{
    (void)state;
    for (volatile int i = 0; i < 2; i++) {
        orm__path shallow = descend(3);
        orm__path deep = descend(200);
        assert_true(shallow.count > 3);
        /* Frames of a recursion count once, and no more than some are walked. */
        assert_in_range(deep.count, 3, ORM_CALLER_FRAMES);
        assert_int_equal(descend(200).hash, descend(200).hash);
        assert_int_not_equal(shallow.hash, deep.hash);
    }
}

/* What is found by frame pointers, once they were compared, is what the unwinder finds. */
static void test_both_ways_agree(void **state)
{
    (void)state;
    orm__path paths[2];
    memset(&known, 0, sizeof known);
    for (volatile int i = 0; i < 2; i++)
        paths[i] = helper();
    assert_true(paths[0].count >= 3);
    assert_int_equal(paths[0].hash, paths[1].hash);
    assert_memory_equal(paths[0].frames, paths[1].frames, paths[0].count * sizeof *paths[0].frames);
}

/* Code without frame pointers leaves anything where they should be. */
static void test_forged_frames_are_not_followed(void **state)
{
    (void)state;
    uintptr_t frames[4] = {0};
    uintptr_t own = (uintptr_t)&frames[0];
    const uintptr_t forged[] = {0,
                                1,
                                8,
                                own,
                                own - 64,
                                own + 3,
                                own + (1U << 20),
                                UINTPTR_MAX,
                                UINTPTR_MAX - 7,
                                orm__stack_top(frames),
                                orm__stack_top(frames) - 8};
    memset(&known, 0, sizeof known);
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        orm__path path;
        frames[0] = forged[i];
        frames[1] = (uintptr_t)&known;
        orm__caller_path(&known, frames, (orm_site){.file = "x.c"}, &path);
        assert_true(path.count <= ORM_CALLER_FRAMES);
    }
    for (size_t i = 0; i < ORM_CALLER_KNOWN; i++)
        assert_int_equal(known.hashes[i], 0);
}

static void *walk_in_thread(void *argument)
{
    uint64_t *hashes = argument;
    for (volatile int i = 0; i < 2; i++)
        hashes[i] = descend(10).hash;
    return NULL;
}

static void test_threads_have_stacks_of_their_own(void **state)
{
    (void)state;
    pthread_t threads[4];
    uint64_t hashes[4][2];
    memset(hashes, 0, sizeof hashes);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, walk_in_thread, hashes[i]), 0);
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_not_equal(hashes[i][0], 0);
        assert_int_equal(hashes[i][0], hashes[i][1]);
        assert_int_equal(hashes[i][0], hashes[0][0]);
    }
}

static ucontext_t main_context;
static uint64_t fiber_hashes[3];
static uintptr_t fiber_top;

static void run_fiber(void)
{
    int place = 0;
    fiber_top = orm__stack_top(&place);
    for (volatile int i = 0; i < 2; i++)
        fiber_hashes[i] = helper().hash;
    fiber_hashes[2] = helper().hash;
}

/* A fiber's stack is not the thread's: bounds are not known there. */
static void test_other_stacks_are_unwound(void **state)
{
    (void)state;
    static char stack[STACK_SIZE] __attribute__((aligned(16)));
    ucontext_t fiber;
    assert_int_equal(getcontext(&fiber), 0);
    fiber.uc_stack.ss_sp = stack;
    fiber.uc_stack.ss_size = sizeof stack;
    fiber.uc_link = &main_context;
    makecontext(&fiber, run_fiber, 0);
    assert_int_equal(swapcontext(&main_context, &fiber), 0);
    assert_int_equal(fiber_top, 0);
    assert_int_equal(fiber_hashes[0], fiber_hashes[1]);
    assert_int_not_equal(fiber_hashes[0], fiber_hashes[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_are_told_apart),
        cmocka_unit_test(test_deep_paths_are_cut),
        cmocka_unit_test(test_both_ways_agree),
        cmocka_unit_test(test_forged_frames_are_not_followed),
        cmocka_unit_test(test_threads_have_stacks_of_their_own),
        cmocka_unit_test(test_other_stacks_are_unwound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
