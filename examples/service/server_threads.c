/* Requests by threads: one for each connection, which waits wherever its request waits. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "http.h"
#include "router.h"

static bool answer(struct http *http, struct MHD_Connection *connection, struct request *request)
{
    (void)http;
    (void)connection;
    router_answer(request);
    return true;
}

/* Until SIGTERM or SIGINT, which every thread has blocked. */
static void serve(struct http *http)
{
    const struct timespec second = {.tv_sec = 1};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    while (sigtimedwait(&ends, NULL, &second) < 0)
        http_sweep(http);
}

static void drain(struct http *http)
{
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    http_drain_begin(http);
    while (!http_drain_step(http))
        (void)nanosleep(&moment, NULL);
}

int serve_by_threads(struct service *service, int listening)
{
    struct http http = {.service = service, .answer = answer, .listening = listening};
    orm_error error;
    bool started = service_open(service, NULL, &error) == ORM_OK;
    if (!started)
        (void)service_complain("the database", &error);
    started = started && http_start(&http, MHD_USE_THREAD_PER_CONNECTION |
                                           MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                                           MHD_USE_ITC);
    if (started) {
        serve(&http);
        drain(&http);
        http_stop(&http);
    }
    return service_close(service) && started ? 0 : 1;
}
