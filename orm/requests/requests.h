/* The insides of orm_requests and orm_request, and what is kept of a request that ended. */
#ifndef ORM_REQUESTS_REQUESTS_H
#define ORM_REQUESTS_REQUESTS_H

#include <pthread.h>

#include <orm/requests.h>

#include "text.h"

enum {
    METHOD_SIZE = 33,
    ROUTE_SIZE = 257,
    NAME_SIZE = METHOD_SIZE + ROUTE_SIZE,
    TARGET_SIZE = 1025,
    TRACEPARENT_SIZE = 56,
    TRACE_ID_SIZE = 33,
    FINDINGS_TOLD = 8, /* in the log */
    FINDINGS_KEPT = 16
};

/* What is known of a request without its statements. */
struct facts {
    uint64_t number;
    int64_t wall_us; /* when it began, since 1970 */
    int64_t duration_ns;
    int status;
    bool slow;
    bool failed;
    bool watched;
    const char *method;
    const char *route;  /* or NULL */
    const char *target; /* or NULL */
    char trace_id[TRACE_ID_SIZE];
    orm_scope_statistics statistics;
    orm_verdict verdict;
    size_t finding_count;
    int64_t trace_lost;
};

/* One allocation with all its text. */
struct kept {
    size_t size;
    struct facts facts;
    size_t finding_count;
    orm_finding *findings; /* without .fix and .caller */
    size_t traced_count;
    orm_traced *traced;
};

struct orm_requests {
    orm_allocator allocator;
    orm_requests_options options; /* defaults filled in */
    char *root;                   /* owned; or NULL */
    pthread_mutex_t mutex;        /* guards all that follows; never held over a wait */
    orm_requests_status status;
    uint64_t begun;
    uint64_t written;   /* ever kept: the newest is at (written - 1) % options.kept */
    struct kept **ring; /* owned: options.kept of them; NULL when not in development */
};

struct orm_request {
    orm_requests *requests;
    orm_scope *scope; /* owned */
    struct facts facts;
    int64_t began_ns; /* monotonic */
    struct text timing;
    char name[NAME_SIZE];
    char method[METHOD_SIZE];
    char route[ROUTE_SIZE];
    char target[TARGET_SIZE];
    char traceparent[TRACEPARENT_SIZE];
};

int64_t orm__requests_now(void);

/* A copy of all that the page shows. NULL when out of memory. */
struct kept *orm__requests_keep(const orm_allocator *allocator, const struct facts *facts,
                                orm_scope *scope);
void orm__requests_forget(const orm_allocator *allocator, struct kept *kept);

/* The i-th kept, the newest is 0; NULL past the end. The mutex is held. */
const struct kept *orm__requests_kept(const orm_requests *requests, size_t i);

/* The line of the log, without its newline. */
void orm__requests_line(const orm_requests *requests, const struct facts *facts, orm_scope *scope,
                        struct text *to);
void orm__requests_write_json(const orm_requests *requests, struct text *to);
void orm__requests_write_page(const orm_requests *requests, struct text *to);

#endif
