/*
 * Requests of a service: for each a line of JSON for the log, a Server-Timing header, the details
 * of a slow one; and while developing a page of the newest requests, with their statements in time
 * and the loops that ask row by row first. Library orm::requests, beside orm::orm or
 * orm::orm_static; it knows no HTTP library.
 *
 *     orm_request_begin(requests, &(orm_request_start){.method = "GET", .route = "/users/{id}",
 *                                                      .target = target}, &request);
 *     orm_session_options options = {.retries = 2};
 *     orm_request_watch(request, &options);
 *     status = orm_session_run(engine, &options, handler, context, &error);
 *     orm_request_server_timing(request, &timing);
 *     orm_request_end(request, 200);
 *
 * A request is used by one thread or task at a time, its sessions by any. A task of orm::uv that is
 * started with orm_request_scope as its .scope works for the request, and so do those it starts.
 *
 * A request that is counted and logged takes about 7 us of a processor and a few KiB, one
 * that is watched for findings about 20 us. 50 requests that are kept take 14 MiB when each has 200
 * long statements and 16 findings, and seldom 1 MiB. No values are told, of statements neither
 * parameters nor literals.
 */
#ifndef ORM_REQUESTS_H
#define ORM_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <orm/engine.h>
#include <orm/export.h>
#include <orm/log.h>
#include <orm/memory.h>
#include <orm/nplusone.h>
#include <orm/session.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

typedef struct orm_requests orm_requests;
typedef struct orm_request orm_request;

/* All-zero means the defaults given in brackets. */
typedef struct orm_requests_options {
    /* Every request is watched for findings, and the newest are kept for the page. [no] */
    bool development;
    FILE *stream; /* for the log; borrowed while this is open: each line is one fwrite [stderr] */
    orm_log_writer *writer; /* instead of `stream`, called by the thread that ends the request */
    void *writer_context;   /* borrowed while this is open */
    bool no_log;
    bool queries;      /* log the target's query string too, which may hold secrets */
    int64_t slow_ns;   /* the log lists the statements of requests that take so long [1 s] */
    uint32_t one_of;   /* of so many requests one is watched for findings [100; 1 in development] */
    size_t kept;       /* requests on the page, at most 1,000 [50] */
    size_t statements; /* listed of a request, at most 10,000 [200; 50 when not in development] */
    const char *root;  /* source files below it are named from there; copied [the whole path] */
    orm_engine *const *engines; /* whose pools the page shows; borrowed while this is open [none] */
    size_t engine_count;
    orm_allocator allocator; /* [the C library's heap] */
} orm_requests_options;

/*
 * Made once, when the service starts. `options` may be NULL. `*requests_out` is owned:
 * orm_requests_close; NULL on failure. `error` may be NULL. ORM_NOMEM; ORM_INVALID: a number out of
 * range.
 */
ORM_MUST_USE orm_status orm_requests_open(const orm_requests_options *options,
                                          orm_requests **requests_out, orm_error *error);
/* Every request must have ended. NULL is allowed. */
void orm_requests_close(orm_requests *requests);

/* What begins. Text is borrowed for the call. */
typedef struct orm_request_start {
    const char *method; /* "GET"; cut after 32 bytes */
    const char *route;  /* its pattern, "/users/{id}", by which requests are told apart; NULL: none
                           was found; cut after 256 bytes */
    const char *target; /* as it came, "/users/5?all=1"; or NULL; cut after 1,024 bytes */
    const char *traceparent; /* the header of that name, or NULL; passed over when it is malformed
                              */
} orm_request_start;

/*
 * A request begins; its time runs from here. `*request_out` is owned: orm_request_end; NULL on
 * failure. All that takes a request takes NULL, and does nothing: a service may go on without.
 * ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_request_begin(orm_requests *requests, const orm_request_start *start,
                                          orm_request **request_out);

/*
 * Sets what a session of the request needs: .scope, and for comments .route and .traceparent. They
 * are the request's: sessions must have been closed when it ends.
 */
void orm_request_watch(orm_request *request, orm_session_options *options);

/* What is counted there, is the request's. borrowed: until it ends. NULL of NULL. */
orm_scope *orm_request_scope(orm_request *request);

/*
 * The value of a header Server-Timing for the time until now: "total;dur=12.310, db;dur=3.101;
 * desc=…, pool;dur=0.020", which browsers show. `*text_out` is borrowed: until the next call with
 * this request; NULL of NULL and on failure. ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_request_server_timing(orm_request *request, const char **text_out);

/*
 * The request is answered by `http_status` (0: it was not answered). Its sessions must have been
 * closed. Writes the line of the log, keeps it for the page, and frees it. NULL is allowed. What
 * finds no memory is left out and counted as lost.
 *
 * The line is one object, ended by a newline (share/orm/schemas/request-log.schema.json). Members
 * keep their names, types and meaning; new ones may come at the end.
 *  - "time" (when it began, UTC), "method", "route" (or null), "target" (or null), "status",
 *    "duration_ns", "trace_id" (of the traceparent, or null);
 *  - "statements", "database_ns" (while statements were under way), "pool_wait_ns" (for
 * connections), "row_by_row", "rows", "affected", "bytes", "errors" (statements that failed);
 *  - "verdict": "clean", "findings", "inconclusive", or "unwatched" for those that sampling passed
 *    over; "finding_count"; "findings": the first eight, each with "kind", "subject", "site",
 *    "statements", and "advice";
 *  - of slow requests, and those with a status from 500 on, "trace" and "trace_lost": as in a
 *    scope's record (see orm/nplusone.h).
 */
void orm_request_end(orm_request *request, int http_status);

/* Text that was made. */
typedef struct orm_requests_text {
    char *data;  /* NUL-terminated; owned: orm_requests_text_dispose */
    size_t size; /* without the NUL */
    size_t capacity;
} orm_requests_text;

/*
 * The page, one HTML document (text/html; charset=utf-8) without scripts or other files, so that
 * `Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'` lets it be: findings
 * of the requests that are kept, each with the line to write instead; then these requests, the
 * newest first, with their statements in time. For developers alone: it shows sources' names and
 * statements. `*text_out` is owned. ORM_NOT_FOUND: not in development; ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_requests_page(orm_requests *requests, orm_requests_text *text_out);

/*
 * The same as JSON: {"requests": […]}, the newest first, each as in the log with "number", all its
 * statements in "trace", and with findings whole, their members as in a scope's record but for
 * "fix" and "caller". ORM_NOT_FOUND: not in development; ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_requests_json(orm_requests *requests, orm_requests_text *text_out);

/* Frees it. NULL data is allowed. */
void orm_requests_text_dispose(orm_requests *requests, orm_requests_text *text);

/* A moment's counts. */
typedef struct orm_requests_status {
    int64_t active; /* begun and not ended */
    int64_t ended;
    int64_t slow;
    int64_t failed;        /* with a status from 500 on, or none */
    int64_t with_findings; /* of those that were watched */
    int64_t lost;          /* lines, or requests for the page, that found no memory */
} orm_requests_status;

void orm_requests_get_status(orm_requests *requests, orm_requests_status *status_out);

ORM_END_DECLS

#endif
