#include "router.h"

#include <string.h>
#include <strings.h>

#include "comments.h"
#include "development.h"
#include "health.h"
#include "posts.h"
#include "problem.h"
#include "reports.h"
#include "tags.h"
#include "users.h"

static const route routes[] = {
    {"GET", "/healthz", "GET /healthz", .plain = health_show},
    {"GET", "/readyz", "GET /readyz", .handler = readiness_show},
    {"GET", "/_orm", "GET /_orm", .plain = development_page, .unlogged = true},
    {"GET", "/_orm/requests", "GET /_orm/requests", .plain = development_requests,
     .unlogged = true},

    {"GET", "/users", "GET /users", .handler = users_list},
    {"POST", "/users", "POST /users", .handler = users_create, .writes = true, .takes_body = true},
    {"GET", "/users/{id}", "GET /users/{id}", .handler = users_show},
    {"PATCH", "/users/{id}", "PATCH /users/{id}", .handler = users_change, .writes = true,
     .takes_body = true},
    {"DELETE", "/users/{id}", "DELETE /users/{id}", .handler = users_delete, .writes = true},

    {"GET", "/posts", "GET /posts", .handler = posts_list},
    {"POST", "/posts", "POST /posts", .handler = posts_create, .writes = true, .takes_body = true},
    {"GET", "/posts/{id}", "GET /posts/{id}", .handler = posts_show},
    {"PATCH", "/posts/{id}", "PATCH /posts/{id}", .handler = posts_change, .writes = true,
     .takes_body = true},
    {"DELETE", "/posts/{id}", "DELETE /posts/{id}", .handler = posts_delete, .writes = true},

    {"GET", "/posts/{id}/comments", "GET /posts/{id}/comments", .handler = comments_of_post},
    {"POST", "/posts/{id}/comments", "POST /posts/{id}/comments", .handler = comments_create,
     .writes = true, .takes_body = true},
    {"GET", "/comments", "GET /comments", .handler = comments_list},
    {"GET", "/comments/{id}", "GET /comments/{id}", .handler = comments_show},
    {"PATCH", "/comments/{id}", "PATCH /comments/{id}", .handler = comments_change,
     .writes = true, .takes_body = true},
    {"DELETE", "/comments/{id}", "DELETE /comments/{id}", .handler = comments_delete,
     .writes = true},

    {"GET", "/tags", "GET /tags", .handler = tags_list},
    {"POST", "/tags", "POST /tags", .handler = tags_create, .writes = true, .takes_body = true},
    {"GET", "/tags/{id}", "GET /tags/{id}", .handler = tags_show},
    {"PATCH", "/tags/{id}", "PATCH /tags/{id}", .handler = tags_change, .writes = true,
     .takes_body = true},
    {"DELETE", "/tags/{id}", "DELETE /tags/{id}", .handler = tags_delete, .writes = true},
    {"PUT", "/posts/{id}/tags/{id}", "PUT /posts/{id}/tags/{id}", .handler = tags_attach,
     .writes = true},
    {"DELETE", "/posts/{id}/tags/{id}", "DELETE /posts/{id}/tags/{id}", .handler = tags_detach,
     .writes = true},

    {"GET", "/reports", "GET /reports", .handler = reports_list},
    {"POST", "/reports", "POST /reports", .handler = reports_order, .writes = true,
     .takes_body = true},
    {"GET", "/reports/{id}", "GET /reports/{id}", .handler = reports_show},
};

enum { ROUTE_COUNT = sizeof routes / sizeof routes[0] };

static bool path_matches(const char *path, struct request *request)
{
    size_t keys = 0, at = 0;
    while (*path == '/') {
        const char *word = ++path;
        size_t length = strcspn(word, "/");
        path += length;
        if (at == request->segment_count)
            return false;
        const char *segment = request->segments[at++];
        if (length == 4 && memcmp(word, "{id}", 4) == 0) {
            if (keys == MAX_KEYS || !key_read(segment, &request->keys[keys++]))
                return false;
        } else if (strlen(segment) != length || memcmp(word, segment, length) != 0) {
            return false;
        }
    }
    return at == request->segment_count;
}

/* What a resource can be asked, for a method it can't. */
static bool refuse_method(struct request *request, const bool *matches)
{
    char allowed[64] = "";
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (matches[i]) {
            strncat(allowed, *allowed != '\0' ? ", " : "", sizeof allowed - strlen(allowed) - 1);
            strncat(allowed, routes[i].method, sizeof allowed - strlen(allowed) - 1);
            if (strcmp(routes[i].method, "GET") == 0)
                strncat(allowed, ", HEAD", sizeof allowed - strlen(allowed) - 1);
        }
    (void)problem_refuse(request, 405, "method", "This can be asked for by %s.", allowed);
    reply_header_set(request, "Allow", "%s", allowed);
    return false;
}

static bool find_route(struct request *request)
{
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    bool matches[ROUTE_COUNT] = {false}, any = false;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        matches[i] = path_matches(routes[i].path, request);
        any = any || matches[i];
        if (matches[i] && strcmp(routes[i].method, method) == 0) {
            request->route = &routes[i];
            return true;
        }
    }
    if (any)
        return refuse_method(request, matches);
    (void)problem_refuse(request, 404, "not_found", "There is no such thing.");
    return false;
}

/* "application/json", in any case and with any parameters. */
static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    return type != NULL && strncasecmp(type, json, sizeof json - 1) == 0 &&
           strchr("; \t", type[sizeof json - 1]) != NULL;
}

static void refuse_size(struct request *request)
{
    (void)problem_refuse(request, 413, "too_large", "A body has at most %lld bytes.",
                         (long long)request->service->config->max_body);
}

bool router_find(struct request *request, const char *target, uint64_t body_size)
{
    reply_reset(request);
    if (!request_parse_target(request, target)) {
        (void)problem_refuse(request, 400, "target", "The target is not well-formed.");
        return false;
    }
    if (!find_route(request))
        return false;
    if (body_size > (uint64_t)request->service->config->max_body) {
        refuse_size(request);
        return false;
    }
    if (request->route->takes_body && !is_json(request->content_type)) {
        (void)problem_refuse(request, 415, "media_type", "The body must be application/json.");
        return false;
    }
    return true;
}

/* Reads the body anew each time, as a handler that is run again takes it apart again. */
static orm_status read_body(struct request *request)
{
    orm_error error;
    orm_json_close(request->input);
    request->input = NULL;
    if (!request->route->takes_body)
        return ORM_OK;
    orm_status status = orm_json_open(request->body != NULL ? request->body : "",
                                      request->body_size, NULL, &request->input, &error);
    if (status == ORM_INVALID)
        return problem_refuse(request, 400, "malformed", "%s", error.message);
    return status;
}

static orm_status attempt(orm_session *db, void *context)
{
    struct request *request = context;
    reply_reset(request);
    orm_status status = read_body(request);
    return status == ORM_OK ? request->route->handler(db, request) : status;
}

static void run(struct request *request)
{
    orm_error error = {0};
    orm_session_options options = {
        .read_only   = !request->route->writes,
        .deadline_ms = request->service->config->request_ms,
        .route       = request->route->name,
        .traceparent = request->traceparent,
        .retries     = 2,
    };
    orm_request_watch(request->watched, &options);
    orm_status status =
        orm_session_run(request->service->engine, &options, attempt, request, &error);
    if (status != ORM_OK)
        problem_of_failure(request, status, &error);
}

void router_answer(struct request *request)
{
    if (request->body_too_large)
        refuse_size(request);
    else if (request->route->plain != NULL)
        request->route->plain(request);
    else
        run(request);
}
