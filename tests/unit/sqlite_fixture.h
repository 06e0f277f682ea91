/* A connection of the SQLite driver without the layers above it. */
#ifndef TESTS_SQLITE_FIXTURE_H
#define TESTS_SQLITE_FIXTURE_H

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
#include "driver/driver.h"

#define DRIVER (&orm__driver_sqlite)

static inline orm_status fixture_sleep(void *context, int64_t nanoseconds)
{
    struct timespec time = {.tv_sec = 0, .tv_nsec = (long)nanoseconds};
    if (context != NULL) ++*(int *)context;
    (void)nanosleep(&time, NULL);
    return ORM_OK;
}

typedef struct fixture {
    orm_engine_options options;
    orm_runtime runtime;
    orm_allocator allocator;
    orm__target target;
    orm__link *link;
    orm__arena arena;
    orm_error error;
    int naps;
    int64_t affected; /* of the last statement */
    int64_t rows;
} fixture;

static inline void fixture_prepare(fixture *f, const char *url)
{
    memset(f, 0, sizeof *f);
    f->options.url = url;
    f->runtime.sleep = fixture_sleep;
    f->runtime.context = &f->naps;
    f->target =
        (orm__target){.options = &f->options, .allocator = &f->allocator, .runtime = &f->runtime};
    orm__arena_init(&f->arena, &f->allocator, NULL);
}

static inline void fixture_open(fixture *f, const char *url)
{
    fixture_prepare(f, url);
    orm_status status = DRIVER->open(&f->target, orm__deadline_in(5000), &f->link, &f->error);
    if (status != ORM_OK) fail_msg("%s: %s", orm_status_name(status), f->error.message);
}

static inline void fixture_close(fixture *f)
{
    DRIVER->close(f->link);
    orm__arena_dispose(&f->arena);
}

static inline orm__statement fixture_statement(const char *sql, const orm__param *params,
                                               size_t count)
{
    return (orm__statement){.sql = sql,
                            .sql_size = strlen(sql),
                            .params = params,
                            .param_count = (uint16_t)count,
                            .column_count = UINT16_MAX};
}

/* Runs one statement that is forgotten afterwards. */
static inline orm_status fixture_run(fixture *f, orm__statement *statement, const orm_value *values,
                                     size_t count, orm__consume *consume, void *context,
                                     orm_deadline deadline)
{
    orm__call call = {.statement = statement,
                      .values = values,
                      .value_count = count,
                      .consume = consume,
                      .context = context};
    orm__flight flight = {.calls = &call, .count = 1};
    memset(&f->error, 0, sizeof f->error);
    orm_status status = DRIVER->run(f->link, &flight, deadline, &f->error);
    assert_int_equal(call.status, status);
    f->affected = call.affected;
    f->rows = call.rows;
    DRIVER->forget(f->link, statement);
    assert_null(statement->handle);
    return status;
}

static inline orm_status fixture_try(fixture *f, const char *sql)
{
    orm__statement statement = fixture_statement(sql, NULL, 0);
    return fixture_run(f, &statement, NULL, 0, NULL, NULL, orm__deadline_in(5000));
}

static inline void fixture_sql(fixture *f, const char *sql)
{
    if (fixture_try(f, sql) != ORM_OK)
        fail_msg("%s\n%s: %s", sql, orm_status_name(f->error.status), f->error.message);
}

static inline orm_status fixture_control(fixture *f, orm__control control, orm_deadline deadline)
{
    orm__statement statement = fixture_statement(DRIVER->control[control], NULL, 0);
    statement.control = control;
    statement.column_count = 0;
    return fixture_run(f, &statement, NULL, 0, NULL, NULL, deadline);
}

/* Texts of the first column of all rows, each followed by ';'. */
typedef struct fixture_texts {
    orm__arena *arena;
    char text[1024];
} fixture_texts;

static inline orm_status fixture_collect(orm__call *call, orm__rows *rows, orm_error *error)
{
    fixture_texts *texts = call->context;
    bool more = false;
    for (;;) {
        const char *text = NULL;
        orm_status status = DRIVER->next(rows, &more, error);
        if (status != ORM_OK || !more) return status;
        assert_int_equal(DRIVER->raw_text(rows, 0, texts->arena, &text), ORM_OK);
        size_t used = strlen(texts->text);
        (void)snprintf(texts->text + used, sizeof texts->text - used, "%s;",
                       text == NULL ? "NULL" : text);
    }
}

static inline void fixture_expect(fixture *f, const char *sql, const orm__param *params,
                                  const orm_value *values, size_t count, const char *expected)
{
    fixture_texts texts = {.arena = &f->arena, .text = ""};
    orm__statement statement = fixture_statement(sql, params, count);
    orm_status status =
        fixture_run(f, &statement, values, count, fixture_collect, &texts, orm__deadline_in(5000));
    if (status != ORM_OK) fail_msg("%s\n%s: %s", sql, orm_status_name(status), f->error.message);
    assert_string_equal(texts.text, expected);
}

/* A file name of its own in the temporary directory. */
static inline void fixture_path(char *url, size_t size, const char *name)
{
    (void)snprintf(url, size, "sqlite:/tmp/orm-%ld-%s.db", (long)getpid(), name);
}

static inline void fixture_remove(const char *url)
{
    char path[256];
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s%s", url + strlen("sqlite:"), suffixes[i]);
        (void)unlink(path);
    }
}

static inline orm_value value_int(int64_t integer)
{
    return (orm_value){.kind = ORM_KIND_INT, .as.integer = integer};
}

static inline orm_value value_span(orm_kind kind, const char *text)
{
    return (orm_value){.kind = kind, .as.span = {text, strlen(text)}};
}

static inline orm_value value_text(const char *text)
{
    return value_span(ORM_KIND_TEXT, text);
}

static inline orm_value value_null(void)
{
    return (orm_value){.kind = ORM_KIND_NULL};
}

static inline orm_value value_list(const orm_value *items, size_t count)
{
    return (orm_value){.kind = ORM_KIND_ARRAY, .as.span = {items, count}};
}

#endif
