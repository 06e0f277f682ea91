/*
 * bench_requests URL: what a service's log of requests costs a request, on the tables of bench.yaml
 * filled by bench_loading. CPU of the calling thread, the median of neighbouring runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <orm/requests.h>

#include "bench.orm.h"
#include "bench/side.h"

enum { RUNS = 31, REQUESTS = 300 };

/* What is between two ways of serving the same request. */
typedef struct bench {
    orm_engine *engine;
    orm_requests *requests; /* NULL: nobody listens */
} bench;

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void check(orm_status status, const char *what)
{
    if (status == ORM_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, orm_status_text(status));
    exit(1);
}

/* A user with its projects and their tasks, all read: 3 statements, 111 rows. */
static orm_status handle(orm_session *db, void *context)
{
    int *next = context;
    bench_user_list users;
    bench_project_list projects;
    bench_task_list tasks;
    orm_status status = bench_user_select(
        db,
        &(bench_user_query){.where = bench_user_id_is(orm_eq(1 + (*next)++ % BENCH_USERS)),
                            .with.projects = &(bench_project_query){.with.tasks = &bench_task_all}},
        &users);
    if (status == ORM_OK)
        status = bench_user_projects(users.items[0], &projects);
    for (size_t i = 0; status == ORM_OK && i < projects.count; i++)
        status = bench_project_tasks(projects.items[i], &tasks);
    return status;
}

static double serve(const bench *it)
{
    int next = 0;
    double began = now();
    for (int i = 0; i < REQUESTS; i++) {
        orm_session_options options = {.read_only = true};
        orm_request *request = NULL;
        const char *timing = NULL;
        orm_error error = {.message = ""};
        if (it->requests != NULL) {
            check(orm_request_begin(it->requests,
                                    &(orm_request_start){.method = "GET",
                                                         .route = "/users/{id}",
                                                         .target = "/users/5"},
                                    &request),
                  "begin");
            orm_request_watch(request, &options);
        }
        check(orm_session_run(it->engine, &options, handle, &next, &error), error.message);
        check(orm_request_server_timing(request, &timing), "header");
        orm_request_end(request, 200);
    }
    return (now() - began) / REQUESTS / 1000;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void discard(void *context, const char *line, size_t size)
{
    size_t *bytes = context;
    (void)line;
    *bytes += size;
}

static void measure(const char *name, bench *plain, const orm_requests_options *wanted)
{
    double more[RUNS];
    double alone[RUNS];
    size_t bytes = 0;
    orm_requests_options options = *wanted;
    bench watched = *plain;
    options.writer = discard;
    options.writer_context = &bytes;
    check(orm_requests_open(&options, &watched.requests, NULL), "open");
    (void)serve(plain);
    (void)serve(&watched);
    for (int i = 0; i < RUNS; i++) {
        alone[i] = serve(plain);
        more[i] = serve(&watched) - alone[i];
    }
    qsort(more, RUNS, sizeof *more, compare);
    qsort(alone, RUNS, sizeof *alone, compare);
    (void)printf("%-36s %8.1f us, and %6.1f us more\n", name, alone[RUNS / 2], more[RUNS / 2]);
    orm_requests_close(watched.requests);
}

int main(int count, char **arguments)
{
    bench plain = {.requests = NULL};
    if (count != 2) {
        (void)fprintf(stderr, "usage: bench_requests URL\n");
        return 2;
    }
    check(orm_engine_open(&(orm_engine_options){.url = arguments[1]}, &plain.engine, NULL), "open");
    measure("counted and logged", &plain, &(orm_requests_options){.one_of = UINT32_MAX});
    measure("one of a hundred is watched", &plain, &(orm_requests_options){.one_of = 100});
    measure("each is watched", &plain, &(orm_requests_options){.one_of = 1});
    measure("in development", &plain, &(orm_requests_options){.development = true});
    (void)orm_engine_close(plain.engine, NULL);
    return 0;
}
