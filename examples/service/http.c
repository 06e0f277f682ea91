#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "listener.h"
#include "problem.h"
#include "router.h"
#include "worker.h"

/* One connection of a client's. */
struct connection {
    struct connection *next, *previous;
    int socket;
    bool busy;        /* the head of a request was read, and it is not answered in full */
    int64_t since_ms; /* when it was last made busy, or not */
    char *target;     /* of the request whose head is being read, as it came */
};

static void link_connection(struct http *http, struct connection *made)
{
    pthread_mutex_lock(&http->mutex);
    made->next = http->connections;
    if (made->next != NULL)
        made->next->previous = made;
    http->connections = made;
    http->connection_count++;
    pthread_mutex_unlock(&http->mutex);
}

static void unlink_connection(struct http *http, struct connection *gone)
{
    pthread_mutex_lock(&http->mutex);
    if (gone->next != NULL)
        gone->next->previous = gone->previous;
    *(gone->previous != NULL ? &gone->previous->next : &http->connections) = gone->next;
    http->connection_count--;
    pthread_mutex_unlock(&http->mutex);
}

static void on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct connection *found = *socket_context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (found != NULL) {
            unlink_connection(context, found);
            free(found->target);
            free(found);
        }
        return;
    }
    found = calloc(1, sizeof *found);
    if (found == NULL)
        return;
    found->socket = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    found->since_ms = now_ms();
    *socket_context = found;
    link_connection(context, found);
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The target as it came: the library decodes it without telling what it could not. */
static void *on_target(void *context, const char *target, struct MHD_Connection *mhd)
{
    (void)context;
    struct connection *found = connection_of(mhd);
    if (found != NULL) {
        free(found->target);
        found->target = strdup(target);
    }
    return NULL;
}

static void set_busy(struct http *http, struct MHD_Connection *mhd, bool busy)
{
    struct connection *found = connection_of(mhd);
    if (found == NULL)
        return;
    pthread_mutex_lock(&http->mutex);
    found->busy = busy;
    found->since_ms = now_ms();
    pthread_mutex_unlock(&http->mutex);
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    struct request *request = *request_context;
    if (request != NULL)
        orm_request_end(request->watched,
                        code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? request->status : 0);
    request_free(request);
    *request_context = NULL;
    set_busy(context, mhd, false);
}

/* --- one request --- */

/* What the browser shows of where the time went. */
static void add_timing(struct MHD_Response *response, struct request *request)
{
    const char *timing = NULL;
    if (orm_request_server_timing(request->watched, &timing) == ORM_OK && timing != NULL)
        MHD_add_response_header(response, "Server-Timing", timing);
}

static enum MHD_Result send_reply(struct http *http, struct MHD_Connection *mhd,
                                  struct request *request)
{
    const char *text;
    size_t size;
    if (!reply_text(request, &text, &size)) {
        (void)problem_refuse(request, 500, "internal", "Something went wrong; it was noted.");
        if (!reply_text(request, &text, &size))
            return MHD_NO;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (char *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    if (size > 0)
        MHD_add_response_header(response, "Content-Type", request->reply_type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    for (size_t i = 0; i < request->reply_header_count; i++)
        MHD_add_response_header(response, request->reply_headers[i].name,
                                request->reply_headers[i].value);
    add_timing(response, request);
    if (atomic_load(&http->service->draining) || request->status == 413)
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = MHD_queue_response(mhd, (unsigned)request->status, response);
    MHD_destroy_response(response);
    return result;
}

static const char *header(struct MHD_Connection *mhd, const char *name)
{
    return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

/* From here on the log counts for the request; without memory the request goes on without. */
static void watch(struct http *http, struct request *request, const char *target)
{
    const route *found = request->route;
    if (found != NULL && found->unlogged)
        return;
    if (orm_request_begin(http->service->requests, &(orm_request_start){
            .method      = request->method,
            .route       = found != NULL ? found->path : NULL,
            .target      = target,
            .traceparent = request->traceparent,
        }, &request->watched) != ORM_OK)
        fprintf(stderr, "service: no memory to log a request\n");
}

/* The head is there. */
static enum MHD_Result begin(struct http *http, struct MHD_Connection *mhd, const char *method,
                             void **request_context)
{
    struct connection *found = connection_of(mhd);
    struct request *made = request_new(http->service, method);
    *request_context = made;
    set_busy(http, mhd, true);
    if (made == NULL || found == NULL || found->target == NULL)
        return MHD_NO;
    const char *length = header(mhd, "Content-Length");
    made->content_type = header(mhd, "Content-Type");
    made->if_match = header(mhd, "If-Match");
    made->traceparent = header(mhd, "traceparent");
    bool wanted = router_find(made, found->target,
                              length != NULL ? strtoull(length, NULL, 10) : 0);
    watch(http, made, found->target);
    if (wanted)
        return MHD_YES;
    return send_reply(http, mhd, made);
}

/* A body that does not end is not waited for, nor read for ever. */
static bool is_too_slow(struct http *http, struct MHD_Connection *mhd)
{
    return now_ms() - connection_of(mhd)->since_ms > http->service->config->idle_ms;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **request_context)
{
    struct http *http = context;
    struct request *request = *request_context;
    (void)url;
    (void)version;
    if (request == NULL)
        return begin(http, mhd, method, request_context);
    if (*size > 0) {
        if (is_too_slow(http, mhd) || !request_append(request, data, *size))
            return MHD_NO;
        *size = 0;
        return MHD_YES;
    }
    if (request->status == 0 && !http->answer(http, mhd, request))
        return MHD_YES;
    return send_reply(http, mhd, request);
}

bool http_start(struct http *http, unsigned flags)
{
    const service_config *config = http->service->config;
    pthread_mutex_init(&http->mutex, NULL);
    http->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, http,
        MHD_OPTION_LISTEN_SOCKET, http->listening,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)config->max_head,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(config->idle_ms / 1000 + 1),
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
        MHD_OPTION_END);
    if (http->daemon == NULL)
        fprintf(stderr, "service: libmicrohttpd can't be started\n");
    return http->daemon != NULL;
}

/* --- connections on which nothing comes, and the end --- */

/* `how` as of shutdown(2), for those that have waited for a request since `before_ms`. */
static void shut_idle(struct http *http, int64_t before_ms, int how)
{
    pthread_mutex_lock(&http->mutex);
    for (struct connection *at = http->connections; at != NULL; at = at->next)
        if (!at->busy && at->since_ms < before_ms)
            (void)shutdown(at->socket, how);
    pthread_mutex_unlock(&http->mutex);
}

void http_sweep(struct http *http)
{
    shut_idle(http, now_ms() - http->service->config->idle_ms, SHUT_RDWR);
}

static int64_t count_connections(struct http *http)
{
    pthread_mutex_lock(&http->mutex);
    int64_t count = http->connection_count;
    pthread_mutex_unlock(&http->mutex);
    return count;
}

void http_drain_begin(struct http *http)
{
    atomic_store(&http->service->draining, true);
    http->drain_started = now_ms();
    listener_refuse(http->listening);
    (void)MHD_quiesce_daemon(http->daemon);
    worker_stop(http->service->worker);
}

static bool accept_waiting(struct http *http)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    if (count_connections(http) >= http->service->config->connections)
        return false;
    int socket = accept4(http->listening, (struct sockaddr *)&from, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0)
        (void)MHD_add_connection(http->daemon, socket, (struct sockaddr *)&from, size);
    return socket >= 0;
}

bool http_drain_step(struct http *http)
{
    enum { SETTLE_MS = 100 }; /* for handshakes that were under way */
    const service_config *config = http->service->config;
    int64_t spent = now_ms() - http->drain_started;
    while (accept_waiting(http))
        ;
    if (spent >= config->linger_ms) /* what has come is still read; after it the end */
        shut_idle(http, INT64_MAX, SHUT_RD);
    return (count_connections(http) == 0 && spent >= SETTLE_MS) ||
           spent >= config->linger_ms + config->stop_ms;
}

void http_stop(struct http *http)
{
    MHD_stop_daemon(http->daemon);
    listener_close(http->listening);
    pthread_mutex_destroy(&http->mutex);
}
