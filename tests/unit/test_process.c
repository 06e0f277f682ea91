/* A forked child is told from its parent, with and without memory that is wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "exec/process.h"

static int child_of_child(const orm__process *process)
{
    int result = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(orm__process_is_same(process) ? 1 : 0);
    if (waitpid(child, &result, 0) != child || !WIFEXITED(result))
        return 2;
    return WEXITSTATUS(result);
}

static void check(const orm__process *process)
{
    int result = 0;
    assert_true(orm__process_is_same(process));
    pid_t child = fork();
    if (child == 0)
        _exit(orm__process_is_same(process) ? 1 : child_of_child(process));
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
    assert_true(orm__process_is_same(process));
}

static void children_are_told_apart(void **state)
{
    (void)state;
    orm__process process;
    orm__process_note(&process);
    assert_non_null(process.page);
    check(&process);
    orm__process_dispose(&process);
    assert_null(process.page);
}

static void children_are_told_apart_by_their_id(void **state)
{
    (void)state;
    orm__process process;
    orm__process_note(&process);
    orm__process_dispose(&process);
    check(&process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_told_apart),
        cmocka_unit_test(children_are_told_apart_by_their_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
