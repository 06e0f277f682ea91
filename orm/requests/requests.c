#include "requests.h"

#include <string.h>
#include <time.h>

enum {
    SLOW_NS = 1000000000,
    ONE_OF = 100,
    KEPT = 50,
    KEPT_MAX = 1000,
    STATEMENTS = 200,
    STATEMENTS_SLOW = 50,
    STATEMENTS_MAX = 10000
};

static int64_t clock_of(clockid_t id)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t orm__requests_now(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

static orm_status fail(orm_error *error, orm_status status, const char *message)
{
    if (error == NULL)
        return status;
    *error = (orm_error){.status = status};
    size_t size = strlen(message);
    memcpy(error->message, message, size + 1);
    return status;
}

static orm_status check_options(const orm_requests_options *options, orm_error *error)
{
    if (options->slow_ns < 0)
        return fail(error, ORM_INVALID, "orm_requests: slow_ns is negative");
    if (options->kept > KEPT_MAX)
        return fail(error, ORM_INVALID, "orm_requests: kept is above 1,000");
    if (options->statements > STATEMENTS_MAX)
        return fail(error, ORM_INVALID, "orm_requests: statements is above 10,000");
    if (options->engine_count > 0 && options->engines == NULL)
        return fail(error, ORM_INVALID, "orm_requests: engine_count without engines");
    return ORM_OK;
}

static void set_defaults(orm_requests_options *options)
{
    if (options->stream == NULL)
        options->stream = stderr;
    if (options->slow_ns == 0)
        options->slow_ns = SLOW_NS;
    if (options->one_of == 0)
        options->one_of = options->development ? 1 : ONE_OF;
    if (options->kept == 0)
        options->kept = KEPT;
    if (options->statements == 0)
        options->statements = options->development ? STATEMENTS : STATEMENTS_SLOW;
}

static orm_status allocate(orm_requests *requests, const char *root)
{
    const orm_allocator *allocator = &requests->allocator;
    if (root != NULL) {
        requests->root = orm__requests_resize(allocator, NULL, 0, strlen(root) + 1);
        if (requests->root == NULL)
            return ORM_NOMEM;
        memcpy(requests->root, root, strlen(root) + 1);
    }
    if (!requests->options.development)
        return ORM_OK;
    size_t size = requests->options.kept * sizeof *requests->ring;
    requests->ring = orm__requests_resize(allocator, NULL, 0, size);
    if (requests->ring == NULL)
        return ORM_NOMEM;
    memset(requests->ring, 0, size);
    return ORM_OK;
}

orm_status orm_requests_open(const orm_requests_options *options, orm_requests **requests_out,
                             orm_error *error)
{
    orm_requests_options given = {.development = false};
    *requests_out = NULL;
    if (options != NULL)
        given = *options;
    orm_status status = check_options(&given, error);
    if (status != ORM_OK)
        return status;
    orm_requests *requests = orm__requests_resize(&given.allocator, NULL, 0, sizeof *requests);
    if (requests == NULL)
        return fail(error, ORM_NOMEM, "out of memory for the log of requests");
    memset(requests, 0, sizeof *requests);
    requests->allocator = given.allocator;
    requests->options = given;
    requests->options.root = NULL;
    set_defaults(&requests->options);
    if (pthread_mutex_init(&requests->mutex, NULL) != 0) {
        (void)orm__requests_resize(&given.allocator, requests, sizeof *requests, 0);
        return fail(error, ORM_NOMEM, "no mutex for the log of requests");
    }
    if (allocate(requests, given.root) != ORM_OK) {
        orm_requests_close(requests);
        return fail(error, ORM_NOMEM, "out of memory for the log of requests");
    }
    *requests_out = requests;
    return ORM_OK;
}

void orm_requests_close(orm_requests *requests)
{
    if (requests == NULL)
        return;
    orm_allocator allocator = requests->allocator;
    for (size_t i = 0; requests->ring != NULL && i < requests->options.kept; i++)
        orm__requests_forget(&allocator, requests->ring[i]);
    if (requests->ring != NULL)
        (void)orm__requests_resize(&allocator, requests->ring,
                                   requests->options.kept * sizeof *requests->ring, 0);
    if (requests->root != NULL)
        (void)orm__requests_resize(&allocator, requests->root, strlen(requests->root) + 1, 0);
    (void)pthread_mutex_destroy(&requests->mutex);
    (void)orm__requests_resize(&allocator, requests, sizeof *requests, 0);
}

/* --- a request --- */

static void copy_cut(char *to, size_t size, const char *text)
{
    size_t length = text == NULL ? 0 : strnlen(text, size - 1);
    if (length > 0)
        memcpy(to, text, length);
    to[length] = '\0';
}

/* Hexadecimal digits, lower case, not all of them 0 unless `zero`. */
static bool is_hex(const char *text, size_t size, bool zero)
{
    bool other = zero;
    for (size_t i = 0; i < size; i++) {
        if (strchr("0123456789abcdef", text[i]) == NULL || text[i] == '\0')
            return false;
        other |= text[i] != '0';
    }
    return other;
}

/* As W3C's Trace Context says: later versions may go on after a dash. */
static bool is_traceparent(const char *text)
{
    size_t size = text == NULL ? 0 : strnlen(text, TRACEPARENT_SIZE);
    if (size < TRACEPARENT_SIZE - 1 || !is_hex(text, 2, true) || strncmp(text, "ff", 2) == 0 ||
        text[2] != '-' || !is_hex(text + 3, 32, false) || text[35] != '-' ||
        !is_hex(text + 36, 16, false) || text[52] != '-' || !is_hex(text + 53, 2, true))
        return false;
    return text[55] == '\0' || (text[55] == '-' && strncmp(text, "00", 2) != 0);
}

static void set_texts(orm_request *request, const orm_request_start *start)
{
    copy_cut(request->method, sizeof request->method, start->method);
    copy_cut(request->route, sizeof request->route, start->route);
    copy_cut(request->target, sizeof request->target, start->target);
    if (!request->requests->options.queries)
        request->target[strcspn(request->target, "?#")] = '\0';
    request->facts.method = request->method;
    request->facts.route = start->route == NULL ? NULL : request->route;
    request->facts.target = start->target == NULL ? NULL : request->target;
    (void)snprintf(request->name, sizeof request->name, "%s %s", request->method,
                   start->route == NULL ? "-" : request->route);
    if (!is_traceparent(start->traceparent))
        return;
    copy_cut(request->traceparent, sizeof request->traceparent, start->traceparent);
    copy_cut(request->facts.trace_id, sizeof request->facts.trace_id, request->traceparent + 3);
}

/* One in each row of `one_of`, at a place that varies. */
static bool is_drawn(uint64_t number, uint32_t one_of)
{
    uint64_t row = number / one_of * 0x9e3779b97f4a7c15U;
    return one_of < 2 || number % one_of == (row >> 32) % one_of;
}

static void count_begun(orm_requests *requests, struct facts *facts)
{
    (void)pthread_mutex_lock(&requests->mutex);
    facts->number = ++requests->begun;
    requests->status.active++;
    (void)pthread_mutex_unlock(&requests->mutex);
    facts->watched = is_drawn(facts->number - 1, requests->options.one_of);
}

orm_status orm_request_begin(orm_requests *requests, const orm_request_start *start,
                             orm_request **request_out)
{
    const orm_allocator *allocator = &requests->allocator;
    *request_out = NULL;
    orm_request *request = orm__requests_resize(allocator, NULL, 0, sizeof *request);
    if (request == NULL)
        return ORM_NOMEM;
    request->requests = requests;
    request->timing = (struct text){.allocator = allocator};
    request->facts = (struct facts){.wall_us = clock_of(CLOCK_REALTIME) / 1000};
    request->traceparent[0] = '\0';
    request->began_ns = orm__requests_now();
    set_texts(request, start);
    count_begun(requests, &request->facts);
    orm_status status =
        orm_scope_open(&(orm_scope_options){.allocator = *allocator,
                                            .timed = true,
                                            .no_detector = !request->facts.watched,
                                            .max_trace = requests->options.statements,
                                            .name = request->name},
                       &request->scope, NULL);
    if (status == ORM_OK) {
        *request_out = request;
        return ORM_OK;
    }
    (void)pthread_mutex_lock(&requests->mutex);
    requests->status.active--;
    (void)pthread_mutex_unlock(&requests->mutex);
    (void)orm__requests_resize(allocator, request, sizeof *request, 0);
    return status;
}

void orm_request_watch(orm_request *request, orm_session_options *options)
{
    if (request == NULL)
        return;
    options->scope = request->scope;
    options->route = request->facts.route == NULL ? NULL : request->name;
    options->traceparent = request->traceparent[0] == '\0' ? NULL : request->traceparent;
}

orm_scope *orm_request_scope(orm_request *request)
{
    return request == NULL ? NULL : request->scope;
}

orm_status orm_request_server_timing(orm_request *request, const char **text_out)
{
    orm_scope_statistics numbers;
    const char *database = NULL;
    *text_out = NULL;
    if (request == NULL)
        return ORM_OK;
    orm_scope_get_statistics(request->scope, &numbers);
    orm_status status = orm_scope_summary(request->scope, ORM_SUMMARY_SERVER_TIMING, &database);
    if (status != ORM_OK)
        return status;
    orm__requests_text_clear(&request->timing);
    orm__requests_format(&request->timing, "total;dur=%.3f, %s, pool;dur=%.3f",
                         (double)(orm__requests_now() - request->began_ns) / 1e6, database,
                         (double)numbers.waited_ns / 1e6);
    if (request->timing.failed)
        return ORM_NOMEM;
    *text_out = request->timing.data;
    return ORM_OK;
}

static void finish_facts(orm_request *request, int http_status)
{
    struct facts *facts = &request->facts;
    facts->duration_ns = orm__requests_now() - request->began_ns;
    facts->status = http_status;
    facts->slow = facts->duration_ns >= request->requests->options.slow_ns;
    facts->failed = http_status == 0 || http_status >= 500;
    orm_scope_get_statistics(request->scope, &facts->statistics);
    facts->verdict = orm_scope_verdict(request->scope);
    facts->finding_count = orm_scope_finding_count(request->scope);
    (void)orm_scope_traced_count(request->scope, &facts->trace_lost);
}

/* Whether the line was written. */
static bool write_line(orm_request *request)
{
    const orm_requests_options *options = &request->requests->options;
    struct text line = {.allocator = &request->requests->allocator};
    orm__requests_line(request->requests, &request->facts, request->scope, &line);
    bool whole = !line.failed;
    if (whole && options->writer != NULL)
        options->writer(options->writer_context, line.data, line.size);
    else if (whole)
        whole = fwrite(line.data, 1, line.size, options->stream) == line.size;
    orm__requests_text_free(&line);
    return whole;
}

static void count_ended(orm_requests *requests, const struct facts *facts, struct kept *kept,
                        int64_t lost)
{
    struct kept *oldest = NULL;
    (void)pthread_mutex_lock(&requests->mutex);
    requests->status.active--;
    requests->status.ended++;
    requests->status.slow += facts->slow;
    requests->status.failed += facts->failed;
    requests->status.with_findings += facts->finding_count > 0;
    requests->status.lost += lost;
    if (kept != NULL) {
        struct kept **place = &requests->ring[requests->written++ % requests->options.kept];
        oldest = *place;
        *place = kept;
    }
    (void)pthread_mutex_unlock(&requests->mutex);
    orm__requests_forget(&requests->allocator, oldest);
}

void orm_request_end(orm_request *request, int http_status)
{
    struct kept *kept = NULL;
    int64_t lost = 0;
    if (request == NULL)
        return;
    orm_requests *requests = request->requests;
    finish_facts(request, http_status);
    if (!requests->options.no_log)
        lost += !write_line(request);
    if (requests->ring != NULL) {
        kept = orm__requests_keep(&requests->allocator, &request->facts, request->scope);
        lost += kept == NULL;
    }
    count_ended(requests, &request->facts, kept, lost);
    orm__requests_text_free(&request->timing);
    orm_scope_close(request->scope);
    (void)orm__requests_resize(&requests->allocator, request, sizeof *request, 0);
}

/* --- what is kept --- */

const struct kept *orm__requests_kept(const orm_requests *requests, size_t i)
{
    size_t size = requests->options.kept;
    if (requests->ring == NULL || i >= size || i >= requests->written)
        return NULL;
    return requests->ring[(requests->written - 1 - i) % size];
}

static orm_status make_text(orm_requests *requests,
                            void (*write)(const orm_requests *requests, struct text *to),
                            orm_requests_text *text_out)
{
    struct text text = {.allocator = &requests->allocator};
    *text_out = (orm_requests_text){.data = NULL};
    if (requests->ring == NULL)
        return ORM_NOT_FOUND;
    (void)pthread_mutex_lock(&requests->mutex);
    write(requests, &text);
    (void)pthread_mutex_unlock(&requests->mutex);
    if (text.failed) {
        orm__requests_text_free(&text);
        return ORM_NOMEM;
    }
    *text_out = (orm_requests_text){text.data, text.size, text.capacity};
    return ORM_OK;
}

orm_status orm_requests_page(orm_requests *requests, orm_requests_text *text_out)
{
    return make_text(requests, orm__requests_write_page, text_out);
}

orm_status orm_requests_json(orm_requests *requests, orm_requests_text *text_out)
{
    return make_text(requests, orm__requests_write_json, text_out);
}

void orm_requests_text_dispose(orm_requests *requests, orm_requests_text *text)
{
    struct text held = {
        .allocator = &requests->allocator, .data = text->data, .capacity = text->capacity};
    orm__requests_text_free(&held);
    *text = (orm_requests_text){.data = NULL};
}

void orm_requests_get_status(orm_requests *requests, orm_requests_status *status_out)
{
    (void)pthread_mutex_lock(&requests->mutex);
    *status_out = requests->status;
    (void)pthread_mutex_unlock(&requests->mutex);
}
