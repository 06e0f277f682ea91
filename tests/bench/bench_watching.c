/*
 * What it costs to be watched by a scope: this library watching over the same not watching, CPU of
 * the calling thread, medians of the ratios of neighbouring runs. Meant for SQLite, where a
 * statement costs least. Fails when a ratio is above what is allowed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <orm/orm.h>

#include "bench.orm.h"
#include "bench/side.h"
#include "exec/publish.h"

enum { PAIRS = 41, LOOKUPS = 2000, SMALL = 10, SMALL_SESSIONS = 200, SHALLOW = 5, DEEP = 200 };

/* One timed run within a session. */
typedef struct run {
    orm_engine *engine;
    orm_scope *scope; /* NULL: not watched */
    int from;
    int depth;
    int64_t ns;
    uint64_t sum;
} run;

typedef orm_status run_function(run *at);

static int64_t cpu_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static orm_status open_session(const run *at, orm_session **db_out)
{
    return orm_session_open(
        at->engine, &(orm_session_options){.scope = at->scope, .read_only = true}, db_out, NULL);
}

static orm_status look_up(orm_session *db, run *at, int count)
{
    orm_status status = ORM_OK;
    for (int i = 0; status == ORM_OK && i < count; i++) {
        bench_task *task = NULL;
        status = bench_task_find(db, bench_key(at->from + i), &task);
        at->sum += status == ORM_OK ? (uint64_t)task->priority.value : 0;
    }
    at->from += count;
    return status;
}

/* Keys from nowhere known. */
static orm_status run_lookup(run *at)
{
    orm_session *db = NULL;
    orm_status status = open_session(at, &db);
    int64_t began = cpu_now();
    if (status == ORM_OK)
        status = look_up(db, at, LOOKUPS);
    at->ns = cpu_now() - began;
    orm_session_close(db);
    return status;
}

static orm_status list_projects(orm_session *db, bench_project_list *projects_out)
{
    return bench_project_select(
        db, &(bench_project_query){.order_by = {BENCH_PROJECT_BY_ID}, .limit = LOOKUPS},
        projects_out);
}

/* Keys that stem from a list of the session: a proven N+1. */
static orm_status run_list(run *at)
{
    orm_session *db = NULL;
    bench_project_list projects;
    orm_status status = open_session(at, &db);
    if (status == ORM_OK)
        status = list_projects(db, &projects);
    int64_t began = cpu_now();
    for (size_t i = 0; status == ORM_OK && i < projects.count; i++) {
        bench_user *owner = NULL;
        status = bench_user_find(db, projects.items[i]->owner_id, &owner);
        if (status == ORM_OK)
            status = bench_user_refresh(db, owner);
    }
    at->ns = cpu_now() - began;
    orm_session_close(db);
    return status;
}

/* Many small sessions, as requests are: opening and closing counts. */
static orm_status run_small(run *at)
{
    orm_status status = ORM_OK;
    int64_t began = cpu_now();
    for (int i = 0; status == ORM_OK && i < SMALL_SESSIONS; i++) {
        orm_session *db = NULL;
        status = open_session(at, &db);
        if (status == ORM_OK)
            status = look_up(db, at, SMALL);
        orm_session_close(db);
    }
    at->ns = cpu_now() - began;
    return status;
}

static orm_status read_users(const bench_user_list *users, run *at)
{
    orm_status status = ORM_OK;
    for (size_t i = 0; status == ORM_OK && i < users->count; i++) {
        bench_project_list projects;
        status = bench_user_projects(users->items[i], &projects);
        at->sum += status == ORM_OK ? projects.count : 0;
    }
    return status;
}

/* 1,000 parents with 10 children each. */
static orm_status run_eager(run *at)
{
    orm_status status = ORM_OK;
    int64_t began = cpu_now();
    orm_session *db = NULL;
    bench_user_list users;
    status = open_session(at, &db);
    if (status == ORM_OK)
        status = bench_user_select(
            db, &(bench_user_query){.with = {.projects = &bench_project_all}}, &users);
    if (status == ORM_OK)
        status = read_users(&users, at);
    orm_session_close(db);
    at->ns = cpu_now() - began;
    return status;
}

static __attribute__((noinline)) orm_status descend(orm_session *db, run *at, int depth)
{
    orm_status status = depth > 0 ? descend(db, at, depth - 1) : look_up(db, at, SMALL);
    at->sum += (uint64_t)depth; /* the call above is no tail call */
    return status;
}

/* Below many calls; sessions are small, so that what the first statements cost shows. */
static orm_status run_deep(run *at)
{
    orm_status status = ORM_OK;
    int64_t began = cpu_now();
    for (int i = 0; status == ORM_OK && i < SMALL_SESSIONS; i++) {
        orm_session *db = NULL;
        status = open_session(at, &db);
        if (status == ORM_OK)
            status = descend(db, at, at->depth);
        orm_session_close(db);
    }
    at->ns = cpu_now() - began;
    return status;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

static bool run_once(run_function *function, run *at, orm_scope *scope, int depth)
{
    at->scope = scope;
    at->depth = depth;
    at->ns = 0;
    if (scope != NULL)
        orm_scope_clear(scope);
    orm_status status = function(at);
    if (status != ORM_OK)
        (void)fprintf(stderr, "a run failed: %s\n", orm_status_name(status));
    return status == ORM_OK;
}

typedef struct comparison {
    const char *name;
    run_function *function;
    int depth;
    int operations; /* of one run */
    double allowed;
} comparison;

static bool measure(const comparison *it, run *at, orm_scope *scope, double *ratio_out)
{
    double ratios[PAIRS];
    double plain[PAIRS];
    for (int pair = -1; pair < PAIRS; pair++) {
        double ns[2] = {0, 0};
        for (int i = 0; i < 2; i++) {
            int side = pair % 2 == 0 ? i : 1 - i; /* neither goes first always */
            if (!run_once(it->function, at, side == 1 ? scope : NULL, it->depth))
                return false;
            ns[side] = (double)at->ns;
        }
        if (pair < 0)
            continue;
        ratios[pair] = ns[1] / ns[0];
        plain[pair] = ns[0] / it->operations;
    }
    *ratio_out = median(ratios, PAIRS);
    (void)printf("%-34s %8.3f %8.2f %10.0f ns\n", it->name, *ratio_out, it->allowed,
                 median(plain, PAIRS));
    return *ratio_out <= it->allowed;
}

/* The test that stands in front of every event: nanoseconds when nobody listens. */
static bool measure_off(void)
{
    enum { TURNS = 20000000 };
    static orm_engine engine;
    double costs[9];
    int64_t heard = 0;
    for (int turn = 0; turn < 9; turn++) {
        const orm_engine *at = &engine;
        const orm__sink *sink = NULL;
        int64_t began = cpu_now();
        for (int i = 0; i < TURNS; i++)
            __asm__ volatile("" : "+r"(at), "+r"(sink)::"memory");
        int64_t empty = cpu_now() - began;
        began = cpu_now();
        for (int i = 0; i < TURNS; i++) {
            __asm__ volatile("" : "+r"(at), "+r"(sink)::"memory");
            heard += orm__is_timed(at, sink);
            heard += orm__is_watched(at, sink);
        }
        costs[turn] = (double)(cpu_now() - began - empty) / TURNS;
    }
    double cost = median(costs, 9);
    (void)printf("%-34s %8.3f %8.2f ns a statement%s\n", "off: nobody listens", cost, 1.0,
                 heard == 0 ? "" : " (somebody listens)");
    return heard == 0 && cost <= 1.0;
}

/* `name`: only the comparisons whose names begin with it, for a profiler. */
static bool measure_all(run *at, orm_scope *scope, const char *name)
{
    enum { SMALLEST = SMALL * SMALL_SESSIONS };
    static const comparison comparisons[] = {
        {"lookup by key", run_lookup, 0, LOOKUPS, 1.15},
        {"lookup of a list's keys", run_list, 0, LOOKUPS * 11 / 10, 1.15},
        {"10 lookups a session", run_small, 0, SMALLEST, 1.15},
        {"eager load of 1,000 x 10", run_eager, 0, 1, 1.05},
        {"below 5 calls", run_deep, SHALLOW, SMALLEST, 1.15},
        {"below 200 calls", run_deep, DEEP, SMALLEST, 1.15},
    };
    enum { COUNT = sizeof comparisons / sizeof *comparisons };
    double ratios[COUNT] = {0};
    bool ok = *name != '\0' || measure_off();
    (void)printf("%-34s %8s %8s %13s\n", "", "ratio", "allowed", "not watched");
    for (size_t i = 0; i < COUNT; i++)
        if (strncmp(name, comparisons[i].name, strlen(name)) == 0)
            ok = measure(&comparisons[i], at, scope, &ratios[i]) && ok;
    if (*name == '\0') {
        double growth = ratios[COUNT - 1] / ratios[COUNT - 2];
        (void)printf("%-34s %8.3f %8.2f\n", "200 calls over 5", growth, 1.05);
        ok = growth <= 1.05 && ok;
    }
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "usage: bench_watching URL [NAME]\n"
                              "the database is one that bench_loading filled\n");
        return 2;
    }
    orm_error error;
    orm_scope *scope = NULL;
    run at = {.from = 0};
    orm_status status = orm_engine_open(&(orm_engine_options){.url = argv[1]}, &at.engine, &error);
    if (status == ORM_OK)
        status = orm_scope_open(NULL, &scope, &error);
    if (status != ORM_OK)
        (void)fprintf(stderr, "%s\n", error.message);
    bool ok = status == ORM_OK && measure_all(&at, scope, argc == 3 ? argv[2] : "");
    orm_scope_close(scope);
    return orm_engine_close(at.engine, NULL) == ORM_OK && ok ? 0 : 1;
}
