/* Tasks by themselves: turns, waits, cancels, deadlines, stacks, threads beside them. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async/loop.h"
#include "async/sanitizers.h"
#include "base/clock.h"
#include "support/looping.h"

static test_loop loop;

static int open_loop(void **state)
{
    (void)state;
    test_loop_open(&loop, NULL);
    return 0;
}

static int close_loop(void **state)
{
    (void)state;
    test_loop_close(&loop);
    return 0;
}

typedef struct diary {
    char text[64];
    size_t size;
} diary;

typedef struct entry {
    diary *diary;
    char letter;
} entry;

static void write_down(diary *it, char letter)
{
    if (it->size + 1 < sizeof it->text)
        it->text[it->size++] = letter;
}

static orm_status write_thrice(void *context)
{
    const entry *mine = context;
    orm_status status = ORM_OK;
    for (int i = 0; i < 3 && status == ORM_OK; i++) {
        write_down(mine->diary, mine->letter);
        status = orm_sleep(0);
    }
    return status;
}

static void tasks_take_turns(void **state)
{
    (void)state;
    diary text = {.size = 0};
    entry entries[3] = {{&text, 'a'}, {&text, 'b'}, {&text, 'c'}};
    orm_task *tasks[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(orm_task_start(loop.uv, NULL, write_thrice, &entries[i], &tasks[i]),
                         ORM_OK);
    assert_int_equal(text.size, 0); /* they begin with the loop */
    assert_int_equal(orm_task_all(tasks, 3, NULL), ORM_OK);
    assert_string_equal(text.text, "abcabcabc");
}

static orm_status give_status(void *context)
{
    (void)orm_sleep(0);
    return *(const orm_status *)context;
}

static orm_status start_three(void *context)
{
    orm_status *found = context;
    static orm_status wanted[3] = {ORM_OK, ORM_STALE, ORM_UNIQUE};
    orm_task *tasks[3];
    for (int i = 0; i < 3; i++)
        if (orm_task_start(loop.uv, NULL, give_status, &wanted[i], &tasks[i]) != ORM_OK)
            return ORM_NOMEM;
    return orm_task_all(tasks, 3, found);
}

static void all_are_awaited(void **state)
{
    (void)state;
    orm_status found[3] = {ORM_NOMEM, ORM_NOMEM, ORM_NOMEM};
    assert_int_equal(test_loop_run(&loop, start_three, found), ORM_STALE);
    assert_int_equal(found[0], ORM_OK);
    assert_int_equal(found[1], ORM_STALE);
    assert_int_equal(found[2], ORM_UNIQUE);
}

static orm_status sleep_long(void *context)
{
    int *woken = context;
    orm_status status = orm_sleep(600000);
    ++*woken;
    /* From here on every wait says so at once. */
    if (status != ORM_CANCELLED || !orm_task_is_cancelled() || orm_sleep(600000) != ORM_CANCELLED)
        return ORM_DATABASE;
    return status;
}

static orm_status cancel_it(void *context)
{
    orm_status status = orm_sleep(1);
    orm_task_cancel(context);
    return status;
}

static void a_sleep_is_cancelled(void **state)
{
    (void)state;
    int woken = 0;
    orm_task *sleeper = NULL;
    assert_int_equal(orm_task_start(loop.uv, NULL, sleep_long, &woken, &sleeper), ORM_OK);
    assert_int_equal(orm_task_start(loop.uv, NULL, cancel_it, sleeper, NULL), ORM_OK);
    assert_int_equal(orm_task_await(sleeper), ORM_CANCELLED);
    assert_int_equal(woken, 1);
}

static void what_has_not_begun_never_does(void **state)
{
    (void)state;
    int woken = 0;
    orm_task *sleeper = NULL;
    assert_int_equal(orm_task_start(loop.uv, NULL, sleep_long, &woken, &sleeper), ORM_OK);
    orm_task_cancel(sleeper);
    assert_int_equal(orm_task_await(sleeper), ORM_CANCELLED);
    assert_int_equal(woken, 0);
}

static orm_status await_sleepers(void *context)
{
    orm_task *tasks[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++)
        if (orm_task_start(loop.uv, NULL, sleep_long, context, &tasks[i]) != ORM_OK)
            return ORM_NOMEM;
    return orm_task_all(tasks, 2, NULL);
}

static void a_cancel_reaches_those_awaited(void **state)
{
    (void)state;
    int woken = 0;
    orm_task *task = NULL;
    assert_int_equal(orm_task_start(loop.uv, NULL, await_sleepers, &woken, &task), ORM_OK);
    assert_int_equal(orm_task_start(loop.uv, NULL, cancel_it, task, NULL), ORM_OK);
    assert_int_equal(orm_task_await(task), ORM_CANCELLED);
    assert_int_equal(woken, 2);
}

static void a_deadline_cancels(void **state)
{
    (void)state;
    int woken = 0;
    orm_task *task = NULL;
    int64_t began = orm__now();
    assert_int_equal(
        orm_task_start(loop.uv, &(orm_task_options){.deadline_ms = 30}, sleep_long, &woken, &task),
        ORM_OK);
    assert_int_equal(orm_task_await(task), ORM_TIMEOUT);
    assert_int_equal(woken, 1);
    assert_true(orm__now() - began >= 20 * 1000000);
}

static void note_end(void *context, orm_status status)
{
    *(orm_status *)context = status;
    assert_null(orm_task_running());
}

static orm_status end_well(void *context)
{
    (void)context;
    return orm_task_running() != NULL && strcmp(orm_task_name(orm_task_running()), "short") == 0
               ? ORM_NOT_FOUND
               : ORM_DATABASE;
}

static void an_end_is_told(void **state)
{
    (void)state;
    orm_status status = ORM_OK;
    orm_task_options options = {.name = "short", .ended = note_end};
    assert_int_equal(orm_task_start(loop.uv, &options, end_well, &status, NULL), ORM_OK);
    assert_int_equal(uv_run(&loop.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(status, ORM_NOT_FOUND);
}

typedef struct work {
    pthread_t loop_thread;
    atomic_int done;
    bool elsewhere;
} work;

static void compute(void *argument)
{
    work *it = argument;
    it->elsewhere = !pthread_equal(pthread_self(), it->loop_thread);
    usleep(20000);
    atomic_fetch_add(&it->done, 1);
}

static orm_status offload_work(void *context)
{
    return orm_offload(compute, context);
}

static orm_status count_turns(void *context)
{
    int *turns = context;
    orm_status status = ORM_OK;
    while (status == ORM_OK) {
        ++*turns;
        status = orm_sleep(0);
    }
    return status;
}

static void work_is_done_elsewhere(void **state)
{
    (void)state;
    work it = {.loop_thread = pthread_self()};
    int turns = 0;
    orm_task *counter = NULL;
    assert_int_equal(orm_task_start(loop.uv, NULL, count_turns, &turns, &counter), ORM_OK);
    assert_int_equal(test_loop_run(&loop, offload_work, &it), ORM_OK);
    orm_task_cancel(counter);
    assert_int_equal(orm_task_await(counter), ORM_CANCELLED);
    assert_true(it.elsewhere);
    assert_int_equal(it.done, 1);
    assert_true(turns > 2); /* the loop went on meanwhile */
    /* Outside of tasks it is called. */
    assert_int_equal(orm_offload(compute, &it), ORM_OK);
    assert_false(it.elsewhere);
}

/* What is begun is waited for, for it may use the task's stack; what is not is taken back. */
static void work_that_waits_is_taken_back(void **state)
{
    (void)state;
    enum { MANY = 40 };
    test_loop own;
    work it = {.loop_thread = pthread_self()};
    orm_task *tasks[MANY];
    orm_status found[MANY];
    test_loop_open(&own, &(orm_uv_options){.computing_threads = 1});
    for (int i = 0; i < MANY; i++)
        assert_int_equal(orm_task_start(own.uv, NULL, offload_work, &it, &tasks[i]), ORM_OK);
    while (atomic_load(&it.done) == 0)
        (void)uv_run(&own.loop, UV_RUN_ONCE);
    for (int i = 0; i < MANY; i++)
        orm_task_cancel(tasks[i]);
    (void)orm_task_all(tasks, MANY, found);
    int done = 0;
    for (int i = 0; i < MANY; i++) {
        assert_true(found[i] == ORM_OK || found[i] == ORM_CANCELLED);
        done += found[i] == ORM_OK ? 1 : 0;
    }
    assert_int_equal(done, it.done);
    assert_true(done < MANY);
    test_loop_close(&own);
}

typedef struct reading {
    int fd;
    orm_deadline deadline;
    int ready;
} reading;

static orm_status wait_to_read(void *context)
{
    reading *it = context;
    const orm_runtime *runtime = orm_uv_runtime(loop.uv);
    return runtime->wait(runtime->context, it->fd, ORM_WAIT_READ, it->deadline, &it->ready);
}

static orm_status send_a_byte(void *context)
{
    orm_status status = orm_sleep(1);
    return write(*(const int *)context, "x", 1) == 1 ? status : ORM_RESOURCE;
}

static void sockets_wake_tasks(void **state)
{
    (void)state;
    const orm_runtime *runtime = orm_uv_runtime(loop.uv);
    /* The same numbers come back as other sockets. */
    for (int round = 0; round < 3; round++) {
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        reading it = {.fd = pair[0], .deadline = ORM_NO_DEADLINE};
        assert_int_equal(orm_task_start(loop.uv, NULL, send_a_byte, &pair[1], NULL), ORM_OK);
        assert_int_equal(test_loop_run(&loop, wait_to_read, &it), ORM_OK);
        assert_int_equal(it.ready, ORM_WAIT_READ);
        char byte;
        assert_int_equal(read(pair[0], &byte, 1), 1);
        it.deadline = orm__now() + 10 * 1000000;
        assert_int_equal(test_loop_run(&loop, wait_to_read, &it), ORM_TIMEOUT);
        assert_int_equal(it.ready, 0);
        assert_int_equal(close(pair[1]), 0);
        it.deadline = ORM_NO_DEADLINE;
        assert_int_equal(test_loop_run(&loop, wait_to_read, &it), ORM_OK);
        runtime->forget(runtime->context, pair[0]);
        assert_int_equal(close(pair[0]), 0);
    }
}

static void *forget_elsewhere(void *context)
{
    const orm_runtime *runtime = orm_uv_runtime(loop.uv);
    int fd = *(const int *)context;
    runtime->forget(runtime->context, fd);
    (void)close(fd);
    return NULL;
}

static void other_threads_close_sockets(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        int pair[2];
        pthread_t thread;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        reading it = {.fd = pair[0], .deadline = ORM_NO_DEADLINE};
        assert_int_equal(write(pair[1], "x", 1), 1);
        assert_int_equal(test_loop_run(&loop, wait_to_read, &it), ORM_OK);
        assert_int_equal(it.ready, ORM_WAIT_READ);
        assert_int_equal(pthread_create(&thread, NULL, forget_elsewhere, &pair[0]), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(close(pair[1]), 0);
    }
}

typedef struct place {
    void *parking;
    const orm_runtime *runtime;
} place;

static orm_status park_here(void *context)
{
    const place *it = context;
    return it->runtime->park(it->runtime->context, it->parking, ORM_NO_DEADLINE);
}

static void *wake_from_thread(void *context)
{
    const place *it = context;
    usleep(5000);
    it->runtime->wake(it->runtime->context, it->parking);
    return NULL;
}

static orm_status wake_from_task(void *context)
{
    const place *it = context;
    it->runtime->wake(it->runtime->context, it->parking);
    return ORM_OK;
}

static void threads_and_tasks_wake_each_other(void **state)
{
    (void)state;
    pthread_t thread;
    place it = {.runtime = orm_uv_runtime(loop.uv)};
    void *context = it.runtime->context;
    assert_int_equal(it.runtime->parking_new(context, &it.parking), ORM_OK);
    assert_int_equal(pthread_create(&thread, NULL, wake_from_thread, &it), 0);
    assert_int_equal(test_loop_run(&loop, park_here, &it), ORM_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    /* Outside of a task the thread waits. */
    assert_int_equal(pthread_create(&thread, NULL, wake_from_thread, &it), 0);
    assert_int_equal(park_here(&it), ORM_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    /* A wake before the park counts, once. */
    assert_int_equal(test_loop_run(&loop, wake_from_task, &it), ORM_OK);
    assert_int_equal(test_loop_run(&loop, park_here, &it), ORM_OK);
    assert_int_equal(it.runtime->park(context, it.parking, orm__now() + 1000000), ORM_TIMEOUT);
    it.runtime->parking_free(context, it.parking);
}

static orm_status use_stack(void *context)
{
    char text[32 * 1024];
    memset(text, (int)(uintptr_t)context, sizeof text);
    orm_status status = orm_sleep(0);
    for (size_t i = 0; i < sizeof text; i++)
        if (text[i] != (char)(uintptr_t)context)
            return ORM_CORRUPT;
    return status;
}

static void stacks_are_used_again(void **state)
{
    (void)state;
    enum { MANY = 500, ROUNDS = 4 };
    test_loop own;
    orm_uv_status counts;
    orm_task *tasks[MANY];
    test_loop_open(&own, &(orm_uv_options){.max_tasks = 100});
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < MANY; i++)
            assert_int_equal(
                orm_task_start(own.uv, NULL, use_stack, (void *)(uintptr_t)(i + 1), &tasks[i]),
                ORM_OK);
        orm_task_cancel(tasks[MANY - 1]); /* waits for room, as a rule */
        orm_status found[MANY];
        assert_int_equal(orm_task_all(tasks, MANY, found), ORM_CANCELLED);
        for (int i = 0; i < MANY - 1; i++)
            assert_int_equal(found[i], ORM_OK);
        orm_uv_get_status(own.uv, &counts);
        assert_int_equal(counts.tasks, 0);
        assert_int_equal(counts.begun, 0);
        assert_in_range(counts.stacks, 1, 100);
        assert_int_equal(counts.ended, (uint64_t)(round + 1) * MANY);
    }
    test_loop_close(&own);
}

static orm_status be_slow(void *context)
{
    (void)context;
    int64_t end = orm__now() + 30 * 1000000;
    while (orm__now() < end) {}
    return ORM_OK;
}

typedef struct accusation {
    char name[64];
    int64_t duration;
    int count;
} accusation;

static void accuse(void *context, const char *task, int64_t duration_ns)
{
    accusation *it = context;
    (void)snprintf(it->name, sizeof it->name, "%s", task);
    it->duration = duration_ns;
    it->count++;
}

static void who_holds_the_loop_is_named(void **state)
{
    (void)state;
    test_loop own;
    accusation it = {.count = 0};
    test_loop_open(&own, &(orm_uv_options){.held = accuse, .held_context = &it});
    assert_int_equal(
        orm_task_start(own.uv, &(orm_task_options){.name = "hog"}, be_slow, NULL, NULL), ORM_OK);
    assert_int_equal(uv_run(&own.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(it.count, 1);
    assert_string_equal(it.name, "hog");
    assert_true(it.duration >= 30 * 1000000);
    test_loop_close(&own);
}

static void *use_from_thread(void *context)
{
    int *wrong = context;
    orm_task *task = NULL;
    *wrong += orm_task_start(loop.uv, NULL, end_well, NULL, &task) == ORM_MISUSE ? 0 : 1;
    *wrong += orm_uv_close(loop.uv, NULL) == ORM_MISUSE ? 0 : 1;
    *wrong += orm_task_running() == NULL ? 0 : 1;
    return NULL;
}

static orm_status close_within(void *context)
{
    (void)context;
    return orm_uv_close(loop.uv, NULL);
}

static orm_status await_itself(void *context)
{
    (void)context;
    return orm_task_await(orm_task_running());
}

static void misuse_is_told(void **state)
{
    (void)state;
    int wrong = 0;
    pthread_t thread;
    orm_error error;
    orm_uv *uv = NULL;
    assert_int_equal(pthread_create(&thread, NULL, use_from_thread, &wrong), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(test_loop_run(&loop, close_within, NULL), ORM_MISUSE);
    assert_int_equal(test_loop_run(&loop, await_itself, NULL), ORM_MISUSE);
    orm_task *task = NULL;
    assert_int_equal(
        orm_task_start(loop.uv, &(orm_task_options){.name = "late"}, end_well, NULL, &task),
        ORM_OK);
    assert_int_equal(orm_uv_close(loop.uv, &error), ORM_MISUSE);
    assert_non_null(strstr(error.message, "\"late\""));
    orm_task_forget(task);
    assert_int_equal(uv_run(&loop.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(orm_uv_open(&loop.loop, &(orm_uv_options){.stack_size = 1000}, &uv, &error),
                     ORM_INVALID);
    assert_null(uv);
}

#if !ORM_ASAN && !ORM_TSAN
static volatile int never_zero = 1;

__attribute__((noinline)) static int dig(int depth)
{
    volatile char room[1024];
    room[0] = (char)depth;
    return never_zero ? dig(depth + 1) + room[0] : room[1];
}

static orm_status overflow(void *context)
{
    (void)context;
    return dig(0) == 0 ? ORM_OK : ORM_DATABASE;
}

static void overflow_in_child(int out)
{
    test_loop own;
    (void)dup2(out, STDERR_FILENO);
    (void)signal(SIGSEGV, SIG_DFL); /* cmocka has a handler of its own */
    test_loop_open(&own, &(orm_uv_options){.report_overflow = true});
    if (orm_task_start(own.uv, &(orm_task_options){.name = "deep"}, overflow, NULL, NULL) == ORM_OK)
        (void)uv_run(&own.loop, UV_RUN_DEFAULT);
    _exit(0);
}

static void an_overflow_names_its_task(void **state)
{
    (void)state;
    int ends[2];
    char text[512] = "";
    size_t size = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        overflow_in_child(ends[1]);
    (void)close(ends[1]);
    for (ssize_t got; (got = read(ends[0], text + size, sizeof text - 1 - size)) > 0;)
        size += (size_t)got;
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_non_null(strstr(text, "the task \"deep\" overflowed its stack of 128 KiB"));
}
#endif

enum { LOOPS = 4, TASKS = 200 };

static orm_status add_one(void *context)
{
    int *sum = context;
    for (int i = 0; i < 5; i++) {
        int before = *sum;
        if (orm_sleep(0) != ORM_OK)
            return ORM_DATABASE;
        *sum = before < *sum ? *sum + 1 : before + 1;
    }
    return orm_sleep(1);
}

static void *run_a_loop(void *context)
{
    test_loop own;
    int sums[TASKS] = {0};
    int *right = context;
    test_loop_open(&own, NULL);
    for (int i = 0; i < TASKS; i++)
        if (orm_task_start(own.uv, NULL, add_one, &sums[i], NULL) != ORM_OK)
            return NULL;
    (void)uv_run(&own.loop, UV_RUN_DEFAULT);
    for (int i = 0; i < TASKS; i++)
        *right += sums[i] == 5 ? 1 : 0;
    test_loop_close(&own);
    return NULL;
}

static void loops_share_nothing(void **state)
{
    (void)state;
    pthread_t threads[LOOPS];
    int right[LOOPS] = {0};
    for (int i = 0; i < LOOPS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_a_loop, &right[i]), 0);
    for (int i = 0; i < LOOPS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < LOOPS; i++)
        assert_int_equal(right[i], TASKS);
}

#define loop_test(function) cmocka_unit_test_setup_teardown(function, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        loop_test(tasks_take_turns),
        loop_test(all_are_awaited),
        loop_test(a_sleep_is_cancelled),
        loop_test(what_has_not_begun_never_does),
        loop_test(a_cancel_reaches_those_awaited),
        loop_test(a_deadline_cancels),
        loop_test(an_end_is_told),
        loop_test(work_is_done_elsewhere),
        cmocka_unit_test(work_that_waits_is_taken_back),
        loop_test(sockets_wake_tasks),
        loop_test(other_threads_close_sockets),
        loop_test(threads_and_tasks_wake_each_other),
        cmocka_unit_test(stacks_are_used_again),
        cmocka_unit_test(who_holds_the_loop_is_named),
        loop_test(misuse_is_told),
#if !ORM_ASAN && !ORM_TSAN
        cmocka_unit_test(an_overflow_names_its_task),
#endif
        cmocka_unit_test(loops_share_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
