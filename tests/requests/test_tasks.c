/* Requests served by tasks of a loop, and the tasks that these start. */
#include "requests_fixture.h"
#include "support/looping.h"

enum { FAN = 6 };

static test_loop loop;
static orm_engine *engine;
static orm_requests *requests;
static log_text logged;

static int open_all(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_unwatch(&database); /* loops are what is shown */
    test_graph_fill(&database, PEOPLE);
    open_folder();
    test_loop_open(&loop, NULL);
    const orm_engine_options options = {.url = database.url, .runtime = orm_uv_runtime(loop.uv)};
    return orm_engine_open(&options, &engine, NULL) == ORM_OK ? 0 : -1;
}

static int close_all(void **state)
{
    if (orm_engine_close(engine, NULL) != ORM_OK)
        return -1;
    test_loop_close(&loop);
    return remove_folder(state);
}

static orm_status find_team(orm_session *db, void *context)
{
    g_team *team = NULL;
    return g_team_find(db, *(const int64_t *)context, &team);
}

static orm_status ask_for_team(void *context)
{
    return orm_session_run(engine, &(orm_session_options){.read_only = true}, find_team, context,
                           NULL);
}

/* A task for each of the rows, which belongs to the request though its sessions name no scope. */
static orm_status fan_out(void)
{
    int64_t keys[FAN];
    orm_task *tasks[FAN] = {NULL};
    orm_status status = ORM_OK;
    for (int i = 0; i < FAN && status == ORM_OK; i++) {
        keys[i] = i + 1;
        status = orm_task_start(loop.uv, NULL, ask_for_team, &keys[i], &tasks[i]);
    }
    orm_status all = orm_task_all(tasks, FAN, NULL);
    return status == ORM_OK ? all : status;
}

typedef struct service_call {
    const char *route;
    orm_session_handler *does; /* NULL: fan_out */
    orm_request *request;
} service_call;

static orm_status handle(void *context)
{
    service_call *call = context;
    orm_session_options options = {.read_only = true};
    if (call->does == NULL)
        return fan_out();
    orm_request_watch(call->request, &options);
    return orm_session_run(engine, &options, call->does, NULL, NULL);
}

static orm_status serve_in_task(void *context)
{
    service_call *call = context;
    orm_task *task = NULL;
    orm_status status = orm_request_begin(
        requests, &(orm_request_start){.method = "GET", .route = call->route}, &call->request);
    if (status == ORM_OK)
        status =
            orm_task_start(loop.uv, &(orm_task_options){.scope = orm_request_scope(call->request)},
                           handle, call, &task);
    if (status == ORM_OK)
        status = orm_task_await(task);
    orm_request_end(call->request, status == ORM_OK ? 200 : 500);
    return status;
}

static orm_status serve_all(void *context)
{
    service_call *calls = context;
    orm_task *tasks[9] = {NULL};
    orm_status status = ORM_OK;
    for (int i = 0; i < 9 && status == ORM_OK; i++)
        status = orm_task_start(loop.uv, NULL, serve_in_task, &calls[i], &tasks[i]);
    orm_status all = orm_task_all(tasks, 9, NULL);
    return status == ORM_OK ? all : status;
}

static void tasks_belong_to_their_request(void **state)
{
    (void)state;
    const orm_requests_options options = {
        .one_of = 1, .writer = write_log, .writer_context = &logged};
    assert_int_equal(orm_requests_open(&options, &requests, NULL), ORM_OK);
    service_call calls[9] = {{.route = NULL}};
    for (int i = 0; i < 9; i++)
        calls[i] = i % 3 == 0   ? (service_call){"/fan", NULL, NULL}
                   : i % 3 == 1 ? (service_call){"/bad", row_by_row, NULL}
                                : (service_call){"/good", together, NULL};
    assert_int_equal(test_loop_run(&loop, serve_all, calls), ORM_OK);
    orm_requests_close(requests);
    write_file("log.jsonl", logged.text);
    assert_int_equal(
        shell("python3 -c \"import json, collections\n"
              "lines = [json.loads(line) for line in open('log.jsonl')]\n"
              "print(sorted(collections.Counter((r['route'], r['statements'], r['verdict'], "
              "*(f['kind'] for f in r['findings'])) for r in lines).items()))\""),
        0);
    assert_string_equal(output, "[(('/bad', 11, 'findings', 'N1'), 3), "
                                "(('/fan', 6, 'findings', 'N1'), 3), "
                                "(('/good', 2, 'clean'), 3)]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(tasks_belong_to_their_request),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
