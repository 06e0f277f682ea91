/* One request and its answer, whatever brought it: nothing here knows the HTTP library. */
#ifndef SERVICE_REQUEST_H
#define SERVICE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/json.h>
#include <orm/orm.h>
#include <orm/requests.h>

#include "service.h"

enum { MAX_SEGMENTS = 8, MAX_PARAMETERS = 16, MAX_REPLY_HEADERS = 8, MAX_KEYS = 2 };

typedef struct parameter {
    const char *name;
    const char *value;
} parameter;

typedef struct reply_header {
    const char *name; /* static */
    char *value;
} reply_header;

struct request {
    struct service *service;
    const struct route *route;
    orm_request *watched; /* by the log; NULL: not */

    /* What came. */
    const char *method;
    const char *content_type; /* or NULL, as all headers */
    const char *if_match;
    const char *traceparent;
    char *target; /* the path and the query, decoded in place; the texts below are in it */
    const char *segments[MAX_SEGMENTS];
    size_t segment_count;
    parameter parameters[MAX_PARAMETERS];
    size_t parameter_count;
    int64_t keys[MAX_KEYS]; /* those of the path */
    char *body;
    size_t body_size, body_room;
    bool body_too_large;

    /* While a handler works on it. */
    orm_json_input *input;     /* the body, where the route takes one */
    orm_json_writer *faults;   /* what is wrong with parameters: an array of objects, or NULL */

    /* The answer. */
    int status; /* 0: there is none yet */
    const char *reply_type;
    reply_header reply_headers[MAX_REPLY_HEADERS];
    size_t reply_header_count;
    orm_json_writer *json; /* its body */
    orm_requests_text page; /* instead of it, unless its data is NULL */
};

/* NULL without memory. */
struct request *request_new(struct service *service, const char *method);
void request_free(struct request *request); /* NULL is allowed */

/*
 * Takes the raw target apart: segments of the path and parameters, percent-decoded. False when it
 * is not well-formed: "%zz", "%00", bytes that are no UTF-8, more than there is room for.
 */
bool request_parse_target(struct request *request, const char *raw);

/* Adds to the body; false without memory. What is beyond the service's limit only sets
 * body_too_large. */
bool request_append(struct request *request, const char *data, size_t size);

/* Reads a key: digits alone, no more than a bigint holds. */
bool key_read(const char *text, int64_t *key_out);

/* The value of a parameter, or NULL. */
const char *request_parameter(const struct request *request, const char *name);

/* --- what handlers answer with --- */

/* Forgets the answer made so far. */
void reply_reset(struct request *request);
void reply_status(struct request *request, int status);
/* `name` is static. */
ORM_PRINTF(3, 4) void reply_header_set(struct request *request, const char *name,
                                       const char *format, ...);
/* The text of the answer; "" and 0 when it has none. False when it could not be made. */
bool reply_text(struct request *request, const char **text_out, size_t *size_out);

#endif
