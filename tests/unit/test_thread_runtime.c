/*
 * The runtime of plain threads: every wait ends at its deadline, and nothing is lost on the way.
 * It measures time; ctest: serial
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/thread_runtime.h"

enum { MS = 1000000 };

typedef struct fixture {
    orm__thread_runtime runtime;
    const orm_runtime *r;
    void *c;
    int pair[2];
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL || orm__thread_runtime_init(&f->runtime, NULL, 0) != ORM_OK) return -1;
    f->r = &f->runtime.runtime;
    f->c = f->r->context;
    *state = f;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, f->pair);
}

static int teardown(void **state)
{
    fixture *f = *state;
    orm__thread_runtime_dispose(&f->runtime);
    close(f->pair[0]);
    close(f->pair[1]);
    free(f);
    return 0;
}

static void socket_wait_tells_what_is_ready(void **state)
{
    fixture *f = *state;
    int ready = 0;
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ | ORM_WAIT_WRITE,
                                ORM_NO_DEADLINE, &ready), ORM_OK);
    assert_int_equal(ready, ORM_WAIT_WRITE);
    assert_int_equal(write(f->pair[1], "x", 1), 1);
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ, ORM_NO_DEADLINE, &ready), ORM_OK);
    assert_int_equal(ready, ORM_WAIT_READ);
}

static void socket_wait_ends_at_its_deadline(void **state)
{
    fixture *f = *state;
    int ready = 7;
    int64_t before = orm__now();
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ, before + 30 * MS, &ready),
                     ORM_TIMEOUT);
    int64_t took = orm__now() - before;
    assert_true(took >= 30 * MS);
    assert_true(took < 1000 * (int64_t)MS);
    assert_int_equal(ready, 0);
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ, 0, &ready), ORM_TIMEOUT);
}

static void what_is_ready_counts_after_the_deadline(void **state)
{
    fixture *f = *state;
    int ready = 0;
    assert_int_equal(write(f->pair[1], "x", 1), 1);
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ, 0, &ready), ORM_OK);
    assert_int_equal(ready, ORM_WAIT_READ);
}

static void hang_up_and_bad_sockets_do_not_wait(void **state)
{
    fixture *f = *state;
    int ready = 0;
    shutdown(f->pair[1], SHUT_RDWR);
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ, ORM_NO_DEADLINE, &ready), ORM_OK);
    assert_true(ready & ORM_WAIT_READ);
    assert_int_equal(f->r->wait(f->c, 1 << 20, ORM_WAIT_READ, ORM_NO_DEADLINE, &ready),
                     ORM_MISUSE);
}

static void ignore_signal(int number)
{
    (void)number;
}

typedef struct pest {
    pthread_t target;
    atomic_bool stop;
} pest;

static void *pester(void *context)
{
    pest *p = context;
    struct timespec pause = {0, 2 * MS};
    while (!atomic_load(&p->stop)) {
        pthread_kill(p->target, SIGUSR1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void signals_do_not_end_a_wait(void **state)
{
    fixture *f = *state;
    struct sigaction action = {.sa_handler = ignore_signal};
    struct sigaction old;
    pest p = {.target = pthread_self()};
    pthread_t thread;
    int ready = 0;
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    assert_int_equal(pthread_create(&thread, NULL, pester, &p), 0);
    int64_t before = orm__now();
    assert_int_equal(f->r->wait(f->c, f->pair[0], ORM_WAIT_READ, before + 40 * MS, &ready),
                     ORM_TIMEOUT);
    assert_true(orm__now() - before >= 40 * MS);
    before = orm__now();
    assert_int_equal(f->r->sleep(f->c, 40 * MS), ORM_OK);
    assert_true(orm__now() - before >= 40 * MS);
    atomic_store(&p.stop, true);
    pthread_join(thread, NULL);
    sigaction(SIGUSR1, &old, NULL);
}

/* ---- Offloading ---- */

typedef struct job {
    pthread_t thread;
    int sleep_ms;
    atomic_int ran;
    atomic_int abandoned;
} job;

static void work(void *argument)
{
    job *j = argument;
    struct timespec pause = {j->sleep_ms / 1000, (j->sleep_ms % 1000) * (long)MS};
    j->thread = pthread_self();
    if (j->sleep_ms > 0) nanosleep(&pause, NULL);
    atomic_fetch_add(&j->ran, 1);
}

static void abandon(void *argument)
{
    job *j = argument;
    atomic_fetch_add(&j->abandoned, 1);
}

static void offloaded_work_runs_elsewhere_and_is_awaited(void **state)
{
    fixture *f = *state;
    job j = {.sleep_ms = 5};
    assert_int_equal(f->r->offload(f->c, work, abandon, &j, ORM_NO_DEADLINE), ORM_OK);
    assert_int_equal(atomic_load(&j.ran), 1);
    assert_int_equal(atomic_load(&j.abandoned), 0);
    assert_false(pthread_equal(j.thread, pthread_self()));
    for (int i = 0; i < 50; i++)
        assert_int_equal(f->r->offload(f->c, work, abandon, &j, ORM_NO_DEADLINE), ORM_OK);
    /* One after the other needs one thread. */
    assert_int_equal(orm__thread_runtime_threads(&f->runtime), 1);
}

static void work_given_up_is_abandoned_once_when_it_ends(void **state)
{
    fixture *f = *state;
    job j = {.sleep_ms = 1000};
    int64_t before = orm__now();
    assert_int_equal(f->r->offload(f->c, work, abandon, &j, before + 10 * MS), ORM_TIMEOUT);
    assert_true(orm__now() - before < 800 * (int64_t)MS);
    assert_int_equal(atomic_load(&j.abandoned), 0);
    while (atomic_load(&j.abandoned) == 0) assert_int_equal(f->r->sleep(f->c, MS), ORM_OK);
    assert_int_equal(atomic_load(&j.ran), 1);
    assert_int_equal(f->r->sleep(f->c, 5 * MS), ORM_OK);
    assert_int_equal(atomic_load(&j.abandoned), 1);
}

static void stuck_work_does_not_hold_up_other_work(void **state)
{
    fixture *f = *state;
    job stuck[4] = {{.sleep_ms = 300}, {.sleep_ms = 300}, {.sleep_ms = 300}, {.sleep_ms = 300}};
    job quick = {.sleep_ms = 0};
    int64_t before = orm__now();
    for (int i = 0; i < 4; i++)
        assert_int_equal(f->r->offload(f->c, work, abandon, &stuck[i], 0), ORM_TIMEOUT);
    assert_int_equal(f->r->offload(f->c, work, abandon, &quick, before + 250 * MS), ORM_OK);
    assert_int_equal(atomic_load(&quick.ran), 1);
    orm__thread_runtime_dispose(&f->runtime);
    /* Dispose waited for what was under way. */
    for (int i = 0; i < 4; i++) assert_int_equal(atomic_load(&stuck[i].abandoned), 1);
    assert_int_equal(orm__thread_runtime_init(&f->runtime, NULL, 0), ORM_OK);
}

static void more_work_than_threads_is_all_done(void **state)
{
    fixture *f = *state;
    static job jobs[100];
    for (int i = 0; i < 100; i++) {
        memset(&jobs[i], 0, sizeof jobs[i]);
        jobs[i].sleep_ms = 5;
        assert_int_equal(f->r->offload(f->c, work, abandon, &jobs[i], 0), ORM_TIMEOUT);
    }
    assert_true(orm__thread_runtime_threads(&f->runtime) <= ORM_THREAD_RUNTIME_MAX);
    orm__thread_runtime_dispose(&f->runtime);
    for (int i = 0; i < 100; i++) assert_int_equal(atomic_load(&jobs[i].abandoned), 1);
    assert_int_equal(orm__thread_runtime_init(&f->runtime, NULL, 0), ORM_OK);
}

/* ---- Parking ---- */

static void a_wake_before_the_park_counts_once(void **state)
{
    fixture *f = *state;
    void *parking = NULL;
    assert_int_equal(f->r->parking_new(f->c, &parking), ORM_OK);
    f->r->wake(f->c, parking);
    f->r->wake(f->c, parking);
    assert_int_equal(f->r->park(f->c, parking, ORM_NO_DEADLINE), ORM_OK);
    int64_t before = orm__now();
    assert_int_equal(f->r->park(f->c, parking, before + 20 * MS), ORM_TIMEOUT);
    assert_true(orm__now() - before >= 20 * MS);
    f->r->parking_free(f->c, parking);
    f->r->parking_free(f->c, NULL);
}

typedef struct sleeper {
    const orm_runtime *runtime;
    void *parking;
    atomic_int turns;
} sleeper;

static void *park_often(void *context)
{
    sleeper *s = context;
    for (int i = 0; i < 200; i++) {
        if (s->runtime->park(s->runtime->context, s->parking, ORM_NO_DEADLINE) != ORM_OK) break;
        atomic_fetch_add(&s->turns, 1);
    }
    return NULL;
}

static void no_wake_is_lost_between_threads(void **state)
{
    fixture *f = *state;
    sleeper s = {.runtime = f->r};
    pthread_t thread;
    assert_int_equal(f->r->parking_new(f->c, &s.parking), ORM_OK);
    assert_int_equal(pthread_create(&thread, NULL, park_often, &s), 0);
    for (int i = 0; i < 200; i++) {
        f->r->wake(f->c, s.parking);
        while (atomic_load(&s.turns) <= i) sched_yield();
    }
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&s.turns), 200);
    f->r->parking_free(f->c, s.parking);
}

/* Gives memory `*context` times. */
static void *give_some(void *context, void *pointer, size_t old_size, size_t new_size)
{
    int *left = context;
    (void)old_size;
    if (new_size == 0) free(pointer);
    if (new_size == 0 || *left == 0) return NULL;
    (*left)--;
    return realloc(pointer, new_size);
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    int left = 0;
    const orm_allocator some = {give_some, &left};
    orm__thread_runtime runtime;
    void *parking = NULL;
    job j = {.sleep_ms = 0};
    assert_int_equal(orm__thread_runtime_init(&runtime, &some, 0), ORM_NOMEM);
    left = 1;
    assert_int_equal(orm__thread_runtime_init(&runtime, &some, 0), ORM_OK);
    const orm_runtime *r = &runtime.runtime;
    assert_int_equal(r->parking_new(r->context, &parking), ORM_NOMEM);
    assert_null(parking);
    assert_int_equal(r->offload(r->context, work, abandon, &j, ORM_NO_DEADLINE), ORM_NOMEM);
    assert_int_equal(atomic_load(&j.ran), 0);
    assert_int_equal(atomic_load(&j.abandoned), 0);
    orm__thread_runtime_dispose(&runtime);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void wait_for_byte(void *argument)
{
    char byte;
    (void)read(*(int *)argument, &byte, 1);
}

static void note_abandoned(void *argument)
{
    (void)write(*(int *)argument, "x", 1);
}

/* Work that hangs for good does not hold up disposing; it cleans up when it ends after all. */
static void disposing_leaves_stuck_work_behind(void **state)
{
    fixture *f = *state;
    orm__thread_runtime own;
    char byte = 0;
    assert_int_equal(orm__thread_runtime_init(&own, NULL, 0), ORM_OK);
    assert_int_equal(own.runtime.offload(own.runtime.context, wait_for_byte, note_abandoned,
                                         &f->pair[0], orm__now() + 10 * MS), ORM_TIMEOUT);
    int64_t started = orm__now();
    orm__thread_runtime_dispose(&own);
    int64_t took = (orm__now() - started) / MS;
    assert_in_range(took, ORM_HELPERS_PATIENCE_MS - 50,
                    ORM_HELPERS_PATIENCE_MS + 3000);
    assert_int_equal(write(f->pair[1], "x", 1), 1);
    assert_int_equal(read(f->pair[1], &byte, 1), 1);
    /* The thread frees what it shared right after. */
    struct timespec moment = {0, 20 * MS};
    (void)nanosleep(&moment, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(socket_wait_tells_what_is_ready),
        TEST(socket_wait_ends_at_its_deadline),
        TEST(what_is_ready_counts_after_the_deadline),
        TEST(hang_up_and_bad_sockets_do_not_wait),
        TEST(signals_do_not_end_a_wait),
        TEST(offloaded_work_runs_elsewhere_and_is_awaited),
        TEST(work_given_up_is_abandoned_once_when_it_ends),
        TEST(stuck_work_does_not_hold_up_other_work),
        TEST(more_work_than_threads_is_all_done),
        TEST(a_wake_before_the_park_counts_once),
        TEST(no_wake_is_lost_between_threads),
        TEST(lack_of_memory_is_told),
        TEST(disposing_leaves_stuck_work_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
