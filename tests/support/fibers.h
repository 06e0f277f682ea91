/*
 * The suite inside tasks: with ORM_TEST_FIBERS set in the environment every engine is bound to one
 * loop, and all tests, their setups and teardowns run in a task of it. Threads that a test starts
 * use the same engines from outside of tasks.
 */
#ifndef TESTS_SUPPORT_FIBERS_H
#define TESTS_SUPPORT_FIBERS_H

#include <stdbool.h>

#include <orm/engine.h>

#include "support/testing.h"

bool test_in_fibers(void);

/* For engines that are opened past it; NULL: that of threads. */
const orm_runtime *test_runtime(void);

/* As orm_engine_open, on the loop where there is one. */
orm_status test_engine_open(const orm_engine_options *options, orm_engine **engine_out,
                            orm_error *error);

/* As cmocka's group of tests. */
int test_run_group(const char *name, const struct CMUnitTest *tests, size_t count,
                   CMFixtureFunction setup, CMFixtureFunction teardown);

#define orm_engine_open(...) test_engine_open(__VA_ARGS__)
#undef cmocka_run_group_tests
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    test_run_group(#tests, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#endif
