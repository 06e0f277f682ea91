/* Does one task in two ways, watched for the counts and unwatched for the times, and shows both. */
#include "demo.h"

#include <stdio.h>
#include <time.h>

#include "chinook.h"

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* One unit of work; a scope counts its statements and looks for loops that ask row by row. */
static orm_status run_watched(orm_engine *engine, way *it, orm_error *error)
{
    orm_session_options watched = {.read_only = true, .scope = it->scope};
    it->result = (catalog){0};
    orm_status status = orm_session_run(engine, &watched, it->handler, &it->result, error);
    orm_scope_statistics statistics;
    orm_scope_get_statistics(it->scope, &statistics);
    it->statements = statistics.statements;
    it->findings = orm_scope_finding_count(it->scope);
    return status;
}

/* The same without a watcher, as in production. */
static orm_status run_timed(orm_engine *engine, way *it, orm_error *error)
{
    orm_session_options plain = {.read_only = true};
    catalog result = {0};
    int64_t start = now_ns();
    orm_status status = orm_session_run(engine, &plain, it->handler, &result, error);
    int64_t duration = now_ns() - start;
    if (it->best_ns == 0 || duration < it->best_ns)
        it->best_ns = duration;
    return status;
}

/* By turns, so that whatever slows the machine down slows both. */
static orm_status measure(orm_engine *engine, way *naive, way *eager, orm_error *error)
{
    orm_status status = run_watched(engine, naive, error);
    if (status == ORM_OK)
        status = run_watched(engine, eager, error);
    for (int i = 0; status == ORM_OK && i < DEMO_RUNS; i++) {
        status = run_timed(engine, naive, error);
        if (status == ORM_OK)
            status = run_timed(engine, eager, error);
    }
    return status;
}

static bool equal(const catalog *left, const catalog *right)
{
    return left->artists == right->artists && left->albums == right->albums &&
           left->tracks == right->tracks && left->milliseconds == right->milliseconds;
}

/* The demo is also a test of itself. */
static bool makes_its_point(const way *naive, const way *eager)
{
    const char *fault = NULL;
    if (!equal(&naive->result, &eager->result))
        fault = "the two ways disagree";
    else if (naive->findings == 0)
        fault = "the row-by-row loads were not found";
    else if (eager->findings > 0)
        fault = "the eager way was taken for row-by-row loads";
    if (fault != NULL)
        fprintf(stderr, "chinook: %s\n", fault);
    return fault == NULL;
}

static bool run_demo(orm_engine *engine)
{
    way naive = {.handler = catalog_naive};
    way eager = {.handler = catalog_eager};
    orm_error error;
    orm_status status = orm_scope_open(NULL, &naive.scope, &error);
    if (status == ORM_OK)
        status = orm_scope_open(NULL, &eager.scope, &error);
    if (status == ORM_OK)
        status = measure(engine, &naive, &eager, &error);
    bool fine = status == ORM_OK;
    if (!fine)
        error_print(&error);
    if (fine)
        fine = demo_print(&naive, &eager, orm_engine_dialect(engine)) &&
               makes_its_point(&naive, &eager);
    orm_scope_close(eager.scope);
    orm_scope_close(naive.scope);
    return fine;
}

int demo_command(const options *given)
{
    orm_engine *engine = NULL;
    if (!database_open(given->url == NULL ? "sqlite::memory:" : given->url, &engine))
        return EXIT_FAILED;
    bool fine = given->url != NULL || database_fill(engine, given->data);
    fine = fine && run_demo(engine);
    database_close(engine);
    return fine ? EXIT_FINE : EXIT_FAILED;
}
