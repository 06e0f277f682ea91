/* Requests by tasks on one event loop: a request that waits takes no thread. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include <orm/uv.h>

#include "http.h"
#include "problem.h"
#include "router.h"

struct loop {
    struct http http; /* first: what http_answer is given is the loop */
    orm_uv *tasks;
    uv_loop_t uv;
    uv_poll_t sockets; /* those of libmicrohttpd, by its epoll */
    uv_timer_t due;    /* when libmicrohttpd wants to go on without one */
    uv_idle_t kick;    /* an answer is ready */
    uv_timer_t tick;   /* sweeps, then drains */
    uv_signal_t terminate, interrupt;
};

/* --- libmicrohttpd --- */

static void on_due(uv_timer_t *timer);

static void go_on(struct loop *loop)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    (void)MHD_run(loop->http.daemon);
    if (MHD_get_timeout(loop->http.daemon, &wait_ms) == MHD_YES)
        (void)uv_timer_start(&loop->due, on_due, wait_ms, 0);
    else
        (void)uv_timer_stop(&loop->due);
}

static void on_due(uv_timer_t *timer)
{
    go_on(timer->data);
}

static void on_sockets(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    go_on(poll->data);
}

static void on_kick(uv_idle_t *idle)
{
    (void)uv_idle_stop(idle);
    go_on(idle->data);
}

/* --- one request --- */

struct work {
    struct loop *loop;
    struct MHD_Connection *connection;
    struct request *request;
};

static orm_status handle(void *context)
{
    struct work *work = context;
    router_answer(work->request);
    return ORM_OK;
}

static void on_handled(void *context, orm_status status)
{
    struct work *work = context;
    /* One that never began, for want of time or memory. */
    if (work->request->status == 0)
        problem_of_failure(work->request, status, &(orm_error){.status = status});
    MHD_resume_connection(work->connection);
    (void)uv_idle_start(&work->loop->kick, on_kick);
    free(work);
}

static bool answer(struct http *http, struct MHD_Connection *connection, struct request *request)
{
    struct loop *loop = (struct loop *)http;
    struct work *made = malloc(sizeof *made);
    orm_status status = ORM_NOMEM;
    if (made != NULL) {
        *made = (struct work){loop, connection, request};
        status = orm_task_start(loop->tasks, &(orm_task_options){
            .name        = request->route->name,
            .deadline_ms = loop->http.service->config->request_ms,
            .scope       = orm_request_scope(request->watched),
            .ended       = on_handled,
        }, handle, made, NULL);
    }
    if (status == ORM_OK) {
        MHD_suspend_connection(connection);
        return false;
    }
    free(made);
    problem_of_failure(request, status, &(orm_error){.status = status});
    return true;
}

/* --- the end --- */

static void on_drain(uv_timer_t *timer)
{
    struct loop *loop = timer->data;
    bool ended = http_drain_step(&loop->http);
    go_on(loop);
    if (ended)
        uv_stop(&loop->uv);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct loop *loop = handle->data;
    (void)number;
    if (loop->http.drain_started != 0)
        return;
    http_drain_begin(&loop->http);
    (void)uv_timer_start(&loop->tick, on_drain, 0, 10);
}

static void on_tick(uv_timer_t *timer)
{
    struct loop *loop = timer->data;
    http_sweep(&loop->http);
    go_on(loop);
}

/* Answers still under way end by their deadline. */
static void finish(struct loop *loop)
{
    orm_uv_status status;
    do {
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
        orm_uv_get_status(loop->tasks, &status);
        if (status.tasks > 0)
            (void)uv_run(&loop->uv, UV_RUN_ONCE);
    } while (status.tasks > 0);
    go_on(loop);
    http_stop(&loop->http);
}

static void close_handle(uv_handle_t *handle, void *context)
{
    struct loop *loop = context;
    if (handle->data == loop && !uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* --- the beginning --- */

static bool open_tasks(struct loop *loop)
{
    orm_error error;
    struct service *service = loop->http.service;
    orm_uv_options options = {.report_overflow = true};
    if (service->config->development) {
        options.held = orm_uv_print_held;
        options.held_context = stderr;
    }
    orm_status status = orm_uv_open(&loop->uv, &options, &loop->tasks, &error);
    if (status == ORM_OK)
        status = service_open(service, orm_uv_runtime(loop->tasks), &error);
    if (status != ORM_OK)
        (void)service_complain("the database", &error);
    return status == ORM_OK;
}

static void start_handles(struct loop *loop)
{
    int epoll = MHD_get_daemon_info(loop->http.daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    (void)uv_poll_init(&loop->uv, &loop->sockets, epoll);
    (void)uv_timer_init(&loop->uv, &loop->due);
    (void)uv_timer_init(&loop->uv, &loop->tick);
    (void)uv_idle_init(&loop->uv, &loop->kick);
    (void)uv_signal_init(&loop->uv, &loop->terminate);
    (void)uv_signal_init(&loop->uv, &loop->interrupt);
    loop->sockets.data = loop->due.data = loop->tick.data = loop;
    loop->kick.data = loop->terminate.data = loop->interrupt.data = loop;
    (void)uv_poll_start(&loop->sockets, UV_READABLE, on_sockets);
    (void)uv_timer_start(&loop->tick, on_tick, 1000, 1000);
    (void)uv_signal_start(&loop->terminate, on_signal, SIGTERM);
    (void)uv_signal_start(&loop->interrupt, on_signal, SIGINT);
    go_on(loop);
}

int serve_by_loop(struct service *service, int listening)
{
    struct loop loop = {.http = {.service = service, .answer = answer, .listening = listening}};
    bool started = false;
    if (uv_loop_init(&loop.uv) != 0)
        return 1;
    if (open_tasks(&loop))
        started = http_start(&loop.http, MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME);
    if (started) {
        start_handles(&loop);
        (void)uv_run(&loop.uv, UV_RUN_DEFAULT);
        (void)uv_timer_stop(&loop.tick);
        finish(&loop);
        uv_walk(&loop.uv, close_handle, &loop);
    }
    bool closed = service_close(service);
    (void)orm_uv_close(loop.tasks, NULL);
    (void)uv_run(&loop.uv, UV_RUN_DEFAULT);
    return uv_loop_close(&loop.uv) == 0 && closed && started ? 0 : 1;
}
