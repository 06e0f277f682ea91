/* What is offloaded keeps nothing else from working: not the loop, nor the database's calls. */
#ifdef __linux__
#include <sys/resource.h>
#endif
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include <orm/orm.h>

#include "support/looping.h"

enum { HELD = 3 };

typedef struct held {
    sem_t go_on;
    atomic_int begun;
} held;

static void hold(void *argument)
{
    held *it = argument;
    atomic_fetch_add(&it->begun, 1);
    while (sem_wait(&it->go_on) != 0) {}
}

static orm_status hold_a_thread(void *context)
{
    return orm_offload(hold, context);
}

static orm_status make_table(orm_session *db, void *context)
{
    (void)context;
    return orm_raw(db, "CREATE TABLE t (x integer)", NULL, 0, NULL, NULL, NULL);
}

static orm_status ask(void *context)
{
    return orm_session_run(context, NULL, make_table, NULL, NULL);
}

/* Every thread for computing is taken, and more work waits for one. */
static void the_database_does_not_wait_for_what_computes(void **state)
{
    (void)state;
    test_loop own;
    held it = {.begun = 0};
    orm_engine *engine = NULL;
    orm_task *holding[HELD];
    assert_int_equal(sem_init(&it.go_on, 0, 0), 0);
    test_loop_open(&own, &(orm_uv_options){.computing_threads = 1});
    const orm_engine_options options = {.url = "sqlite::memory:",
                                        .runtime = orm_uv_runtime(own.uv)};
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    for (int i = 0; i < HELD; i++)
        assert_int_equal(orm_task_start(own.uv, NULL, hold_a_thread, &it, &holding[i]), ORM_OK);
    while (atomic_load(&it.begun) == 0)
        (void)uv_run(&own.loop, UV_RUN_NOWAIT);
    assert_int_equal(test_loop_run(&own, ask, engine), ORM_OK);
    assert_int_equal(atomic_load(&it.begun), 1);
    for (int i = 0; i < HELD; i++)
        assert_int_equal(sem_post(&it.go_on), 0);
    for (int i = 0; i < HELD; i++)
        assert_int_equal(orm_task_await(holding[i]), ORM_OK);
    assert_int_equal(atomic_load(&it.begun), HELD);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    test_loop_close(&own);
    assert_int_equal(sem_destroy(&it.go_on), 0);
}

#ifdef __linux__
static void read_niceness(void *argument)
{
    int *niceness = argument;
    *niceness = getpriority(PRIO_PROCESS, 0);
}

static orm_status offload_reading(void *context)
{
    return orm_offload(read_niceness, context);
}

typedef struct observed {
    orm_uv *uv;
    int niceness;
} observed;

static orm_status block(void *context)
{
    observed *it = context;
    const orm_runtime *runtime = orm_uv_runtime(it->uv);
    return runtime->offload(runtime->context, read_niceness, NULL, &it->niceness, ORM_NO_DEADLINE);
}

static void what_computes_gives_way_and_what_blocks_does_not(void **state)
{
    (void)state;
    test_loop own;
    int before = getpriority(PRIO_PROCESS, 0);
    int computing = -1;
    test_loop_open(&own, NULL);
    observed blocking = {.uv = own.uv, .niceness = -1};
    assert_int_equal(test_loop_run(&own, offload_reading, &computing), ORM_OK);
    assert_int_equal(test_loop_run(&own, block, &blocking), ORM_OK);
    test_loop_close(&own);
    assert_int_equal(computing, 19);
    assert_int_equal(blocking.niceness, before);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_database_does_not_wait_for_what_computes),
#ifdef __linux__
        cmocka_unit_test(what_computes_gives_way_and_what_blocks_does_not),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
