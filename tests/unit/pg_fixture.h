/* A connection of the PostgreSQL driver without the layers above it. */
#ifndef TESTS_PG_FIXTURE_H
#define TESTS_PG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/thread_runtime.h"
#include "driver/driver.h"

#define DRIVER (&orm__driver_postgresql)

typedef struct fixture {
    orm__thread_runtime runtime;
    orm_allocator allocator;
    orm_engine_options options;
    orm__target target;
    orm__link *link;
    orm__arena arena;
    orm_error error;
    int64_t held;    /* bytes allocated and not freed */
    int64_t asked;   /* allocations so far */
    int64_t fail_at; /* the one that fails; 0: none */
} fixture;

static inline void *fixture_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    fixture *f = context;
    if (new_size > 0 && __atomic_add_fetch(&f->asked, 1, __ATOMIC_RELAXED) == f->fail_at)
        return NULL;
    __atomic_add_fetch(&f->held, (int64_t)new_size - (pointer == NULL ? 0 : (int64_t)old_size),
                       __ATOMIC_RELAXED);
    if (new_size > 0) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static inline void fixture_prepare(fixture *f, const char *url)
{
    memset(f, 0, sizeof *f);
    f->allocator = (orm_allocator){fixture_resize, f};
    assert_int_equal(orm__thread_runtime_init(&f->runtime, &f->allocator, 0), ORM_OK);
    f->options.url = url;
    f->options.connect_timeout_ms = 10000;
    f->target.options = &f->options;
    f->target.allocator = &f->allocator;
    f->target.runtime = &f->runtime.runtime;
    orm__arena_init(&f->arena, &f->allocator, NULL);
}

/* Also checks that nothing was kept. */
static inline void fixture_dispose(fixture *f)
{
    DRIVER->close(f->link);
    f->link = NULL;
    if (f->target.shared != NULL) DRIVER->teardown(&f->target, f->target.shared);
    orm__arena_dispose(&f->arena);
    orm__thread_runtime_dispose(&f->runtime);
    assert_int_equal(f->held, 0);
}

static inline void fixture_open(fixture *f, const char *url)
{
    fixture_prepare(f, url);
    orm_status status = DRIVER->setup(&f->target, &f->target.shared, &f->error);
    if (status == ORM_OK)
        status = DRIVER->open(&f->target, orm__deadline_in(5000), &f->link, &f->error);
    if (status != ORM_OK) print_error("%s\n", f->error.message);
    assert_int_equal(status, ORM_OK);
}

static inline const char *fixture_url(void)
{
    const char *url = getenv("ORM_TEST_POSTGRESQL_URL");
    return url == NULL || url[0] == '\0' ? NULL : url;
}

static inline void statement_init(orm__statement *s, const char *sql)
{
    memset(s, 0, sizeof *s);
    s->sql = sql;
    s->sql_size = strlen(sql);
    s->column_count = UINT16_MAX;
}

static inline orm_status fixture_call(fixture *f, orm__statement *s, const orm_value *values,
                                      size_t count, orm__consume *consume, void *context)
{
    orm__call call = {.statement = s, .values = values, .value_count = count, .consume = consume,
                      .context = context};
    orm__flight flight = {.calls = &call, .count = 1};
    orm_status status = DRIVER->run(f->link, &flight, orm__deadline_in(10000), &f->error);
    assert_int_equal(status, call.status);
    return status;
}

/* Runs SQL once. */
static inline orm_status fixture_try(fixture *f, const char *sql)
{
    orm__statement s;
    statement_init(&s, sql);
    s.once = true;
    return fixture_call(f, &s, NULL, 0, NULL, NULL);
}

static inline void fixture_sql(fixture *f, const char *sql)
{
    orm_status status = fixture_try(f, sql);
    if (status != ORM_OK) print_error("%s: %s\n", sql, f->error.message);
    assert_int_equal(status, ORM_OK);
}

static inline orm_status take_int(orm__call *call, orm__rows *rows, orm_error *error)
{
    bool more = false;
    orm_status status = DRIVER->next(rows, &more, error);
    if (status != ORM_OK || !more) return status != ORM_OK ? status : ORM_NOT_FOUND;
    orm_opt_i64 value = {0, false};
    status = DRIVER->raw_int(rows, 0, &value);
    *(int64_t *)call->context = value.value;
    return status;
}

static inline int64_t fixture_int(fixture *f, const char *sql)
{
    int64_t value = -1;
    orm__statement s;
    statement_init(&s, sql);
    s.once = true;
    orm_status status = fixture_call(f, &s, NULL, 0, take_int, &value);
    if (status != ORM_OK) print_error("%s: %s\n", sql, f->error.message);
    assert_int_equal(status, ORM_OK);
    return value;
}

enum { MS = 1000000 };

static inline int open_server(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL) return -1;
    if (fixture_url() != NULL) fixture_open(f, fixture_url());
    return 0;
}

static inline int close_server(void **state)
{
    fixture *f = *state;
    if (fixture_url() != NULL) fixture_dispose(f);
    free(f);
    return 0;
}

#define NEED_SERVER(f)                                                                             \
    fixture *f = *state;                                                                           \
    if (fixture_url() == NULL) skip()

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_server, close_server)

#endif
