/* A loop with tasks for a test. */
#ifndef TESTS_SUPPORT_LOOPING_H
#define TESTS_SUPPORT_LOOPING_H

#include <uv.h>

#include <orm/uv.h>

#include "support/testing.h"

typedef struct test_loop {
    uv_loop_t loop;
    orm_uv *uv;
} test_loop;

static inline void test_loop_open(test_loop *it, const orm_uv_options *options)
{
    orm_error error;
    assert_int_equal(uv_loop_init(&it->loop), 0);
    if (orm_uv_open(&it->loop, options, &it->uv, &error) != ORM_OK)
        fail_msg("%s", error.message);
}

static inline void test_loop_close(test_loop *it)
{
    orm_error error = {.status = ORM_OK};
    if (orm_uv_close(it->uv, &error) != ORM_OK)
        fail_msg("%s", error.message);
    assert_int_equal(uv_run(&it->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&it->loop), 0);
}

/* Runs one task to its end, with the loop. */
static inline orm_status test_loop_run(test_loop *it, orm_task_handler *handler, void *context)
{
    orm_task *task = NULL;
    assert_int_equal(orm_task_start(it->uv, NULL, handler, context, &task), ORM_OK);
    return orm_task_await(task);
}

#endif
