#include <stdio.h>

#include "bench.orm.h"
#include "bench/rows.h"
#include "bench/side.h"

typedef struct work {
    int from;
    uint64_t sum;
} work;

static uint64_t fold_orm_task(uint64_t sum, const bench_task *task)
{
    plain_task plain = {.id = task->id,
                        .title = task->title,
                        .due_at = task->due_at.micros,
                        .priority = task->priority.value,
                        .has_priority = task->priority.has,
                        .done = task->done};
    return fold_task(sum, &plain);
}

static uint64_t fold_orm_project(uint64_t sum, const bench_project *project)
{
    plain_project plain = {
        .id = project->id, .name = project->name, .created_at = project->created_at.micros};
    return fold_project(sum, &plain);
}

static orm_status find_some(orm_session *db, void *context)
{
    work *target = context;
    for (int i = 0; i < 1000; i++) {
        bench_task *task = NULL;
        orm_status status = bench_task_find(db, bench_key(target->from + i), &task);
        if (status != ORM_OK)
            return status;
        target->sum = fold_orm_task(target->sum, task);
    }
    target->from += 1000;
    return ORM_OK;
}

static orm_status list_projects(orm_session *db, void *context)
{
    work *target = context;
    bench_project_list projects;
    orm_status status = bench_project_select(
        db, &(bench_project_query){.order_by = {BENCH_PROJECT_BY_ID}}, &projects);
    for (size_t i = 0; status == ORM_OK && i < projects.count; i++)
        target->sum = fold_orm_project(target->sum, projects.items[i]);
    return status;
}

static orm_status fold_users(work *target, const bench_user_list *users)
{
    for (size_t u = 0; u < users->count; u++) {
        const bench_user *user = users->items[u];
        plain_user plain = {.id = user->id,
                            .name = user->name,
                            .email = user->email,
                            .created_at = user->created_at.micros,
                            .active = user->active};
        bench_project_list projects;
        orm_status status = bench_user_projects(user, &projects);
        target->sum = fold_user(target->sum, &plain);
        for (size_t p = 0; status == ORM_OK && p < projects.count; p++) {
            bench_task_list tasks;
            target->sum = fold_orm_project(target->sum, projects.items[p]);
            status = bench_project_tasks(projects.items[p], &tasks);
            for (size_t t = 0; t < tasks.count; t++)
                target->sum = fold_orm_task(target->sum, tasks.items[t]);
        }
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

static orm_status load_graph(orm_session *db, void *context)
{
    bench_user_list users;
    orm_status status = bench_user_select(
        db,
        &(bench_user_query){
            .order_by = {BENCH_USER_BY_ID},
            .with = {.projects =
                         &(bench_project_query){
                             .order_by = {BENCH_PROJECT_BY_ID},
                             .with = {.tasks =
                                          &(bench_task_query){.order_by = {BENCH_TASK_BY_ID}}}}}},
        &users);
    return status == ORM_OK ? fold_users(context, &users) : status;
}

static bool run(const char *url, int rounds, uint64_t *checksum_out, orm_session_handler *handler)
{
    orm_error error;
    orm_engine *engine = NULL;
    work target = {0, 1};
    orm_status status =
        orm_engine_open(&(orm_engine_options){.url = url, .pool_size = 1}, &engine, &error);
    orm_session_options options = {.read_only = true};
    for (int i = 0; i < rounds && status == ORM_OK; i++)
        status = orm_session_run(engine, &options, handler, &target, &error);
    if (status != ORM_OK) {
        char text[2048];
        (void)orm_error_format(&error, text, sizeof text);
        (void)fprintf(stderr, "%s\n", text);
    }
    if (orm_engine_close(engine, &error) != ORM_OK)
        return false;
    *checksum_out = target.sum;
    return status == ORM_OK;
}

static bool find(const char *url, int rounds, uint64_t *checksum_out)
{
    return run(url, rounds, checksum_out, find_some);
}

static bool list(const char *url, int rounds, uint64_t *checksum_out)
{
    return run(url, rounds, checksum_out, list_projects);
}

static bool graph(const char *url, int rounds, uint64_t *checksum_out)
{
    return run(url, rounds, checksum_out, load_graph);
}

const bench_side bench_side_orm = {find, list, graph};
