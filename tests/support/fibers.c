#include "support/fibers.h"

#include "support/looping.h"

#undef orm_engine_open

/* Tests have large frames. */
enum { STACK_SIZE = 512 * 1024 };

static test_loop loop;

/* cmocka leaves a test by longjmp, so it runs as a whole where its tests do. */
typedef struct group {
    const char *name;
    const struct CMUnitTest *tests;
    size_t count;
    CMFixtureFunction setup;
    CMFixtureFunction teardown;
    int failed;
} group;

bool test_in_fibers(void)
{
    const char *wanted = getenv("ORM_TEST_FIBERS");
    return wanted != NULL && wanted[0] != '\0' && strcmp(wanted, "0") != 0;
}

const orm_runtime *test_runtime(void)
{
    return test_in_fibers() ? orm_uv_runtime(loop.uv) : NULL;
}

orm_status test_engine_open(const orm_engine_options *options, orm_engine **engine_out,
                            orm_error *error)
{
    orm_engine_options bound = {.url = NULL};
    if (options != NULL)
        bound = *options;
    if (bound.runtime == NULL)
        bound.runtime = test_runtime();
    return orm_engine_open(&bound, engine_out, error);
}

static orm_status run_in_task(void *context)
{
    group *it = context;
    it->failed = _cmocka_run_group_tests(it->name, it->tests, it->count, it->setup, it->teardown);
    return ORM_OK;
}

int test_run_group(const char *name, const struct CMUnitTest *tests, size_t count,
                   CMFixtureFunction setup, CMFixtureFunction teardown)
{
    group it = {name, tests, count, setup, teardown, 1};
    orm_task *task = NULL;
    orm_error error = {.message = ""};
    if (!test_in_fibers())
        return _cmocka_run_group_tests(name, tests, count, setup, teardown);
    if (uv_loop_init(&loop.loop) != 0 ||
        orm_uv_open(&loop.loop, &(orm_uv_options){.stack_size = STACK_SIZE}, &loop.uv, NULL) !=
            ORM_OK)
        return 1;
    if (orm_task_start(loop.uv, NULL, run_in_task, &it, &task) != ORM_OK ||
        orm_task_await(task) != ORM_OK || orm_uv_close(loop.uv, &error) != ORM_OK) {
        print_error("the loop: %s\n", error.message);
        return 1;
    }
    bool closed = uv_run(&loop.loop, UV_RUN_DEFAULT) == 0 && uv_loop_close(&loop.loop) == 0;
    return closed ? it.failed : it.failed + 1;
}
