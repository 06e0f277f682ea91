#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

/* What a client is told of a failure of the database; nothing that only the team should know. */
typedef struct answer {
    orm_status status;
    int http;
    const char *code;
    const char *detail;
} answer;

static const answer answers[] = {
    {ORM_NOT_FOUND, 404, "not_found", "There is no such thing."},
    {ORM_UNIQUE, 409, "unique", "This value is taken already."},
    {ORM_STALE, 412, "stale", "It was changed meanwhile; get it again."},
    {ORM_FOREIGN_KEY, 422, "foreign_key", "A value refers to nothing."},
    {ORM_NOT_NULL, 422, "invalid", "A value is missing."},
    {ORM_CHECK, 422, "invalid", "A value is not allowed."},
    {ORM_RANGE, 422, "invalid", "A value is out of range."},
    {ORM_INVALID, 422, "invalid", "A value is not valid."},
    {ORM_TIMEOUT, 503, "timeout", "It took too long."},
    {ORM_CANCELLED, 503, "cancelled", "It was given up."},
    {ORM_AUTH, 503, "unavailable", "The database can't be used at the moment."},
    {ORM_RESOURCE, 503, "unavailable", "The database can't be used at the moment."},
};

static const char *title_of(int status)
{
    switch (status) {
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 503: return "Service Unavailable";
    default:  return "Internal Server Error";
    }
}

static void put_text(orm_json_writer *json, const char *key, const char *text)
{
    orm_json_put_key(json, key);
    orm_json_put_text(json, text);
}

static void begin(struct request *request, int status, const char *code, const char *detail)
{
    reply_status(request, status);
    request->reply_type = "application/problem+json";
    orm_json_begin_object(request->json);
    put_text(request->json, "type", "about:blank");
    put_text(request->json, "title", title_of(status));
    orm_json_put_key(request->json, "status");
    orm_json_put_int(request->json, status);
    put_text(request->json, "code", code);
    put_text(request->json, "detail", detail);
}

orm_status problem_refuse(struct request *request, int status, const char *code,
                          const char *format, ...)
{
    char detail[512];
    va_list values;
    va_start(values, format);
    vsnprintf(detail, sizeof detail, format, values);
    va_end(values);
    reply_reset(request);
    begin(request, status, code, detail);
    orm_json_end_object(request->json);
    return ORM_INVALID;
}

/* --- what is wrong with single fields --- */

static void put_fault(orm_json_writer *json, const char *field, const char *code,
                      const char *message)
{
    orm_json_begin_object(json);
    put_text(json, "field", field);
    put_text(json, "code", code);
    put_text(json, "message", message);
    orm_json_end_object(json);
}

void problem_add(struct request *request, const char *field, const char *code,
                 const char *format, ...)
{
    char message[256];
    va_list values;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    if (request->faults == NULL) {
        if (orm_json_writer_open(NULL, &request->faults) != ORM_OK)
            return;
        orm_json_begin_array(request->faults);
    }
    put_fault(request->faults, field, code, message);
}

orm_status problem_check(const struct request *request)
{
    return request->faults == NULL ? ORM_OK : ORM_INVALID;
}

orm_status problem_taken(struct request *request, const char *field)
{
    reply_reset(request);
    begin(request, 409, "unique", "This value is taken already.");
    orm_json_put_key(request->json, "errors");
    orm_json_begin_array(request->json);
    put_fault(request->json, field, "unique", "is taken already");
    orm_json_end_array(request->json);
    orm_json_end_object(request->json);
    return ORM_INVALID;
}

static size_t input_faults(const struct request *request)
{
    size_t count = 0;
    if (request->input != NULL)
        orm_json_faults(request->input, &count);
    return count;
}

/* 422 with all that is wrong with the body, or else with the parameters. */
static void of_faults(struct request *request)
{
    orm_json_writer *faults = request->faults;
    request->faults = NULL;
    reply_reset(request);
    begin(request, 422, "invalid", "Some fields are not valid.");
    orm_json_put_key(request->json, "errors");
    if (faults != NULL) {
        orm_json list = {0};
        orm_json_end_array(faults);
        if (orm_json_finish(faults, &list.text, NULL) == ORM_OK)
            orm_json_put_json(request->json, list);
        orm_json_writer_close(faults);
    } else {
        orm_json_put_faults(request->json, request->input);
    }
    orm_json_end_object(request->json);
}

/* --- what the database said --- */

static const answer *find_answer(orm_status status, const orm_error *error)
{
    static const answer retryable = {
        ORM_BUSY, 503, "unavailable", "The database can't be used at the moment; try again."};
    static const answer internal = {
        ORM_DATABASE, 500, "internal", "Something went wrong; it was noted."};
    if (error->retryable || orm_status_is_retryable(status))
        return &retryable;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (answers[i].status == status)
            return &answers[i];
    return &internal;
}

void problem_of_failure(struct request *request, orm_status status, const orm_error *error)
{
    if (request->status >= 400)
        return;
    if (status == ORM_INVALID && (request->faults != NULL || input_faults(request) > 0)) {
        of_faults(request);
        return;
    }
    const answer *found = find_answer(status, error);
    if (found->http >= 500)
        (void)service_complain(request->method, error);
    reply_reset(request);
    if (found->http == 503)
        reply_header_set(request, "Retry-After", "1");
    begin(request, found->http, found->code, found->detail);
    if (found->http == 409 || found->http == 422) {
        const char *field = error->column[0] != '\0' ? error->column : error->constraint;
        orm_json_put_key(request->json, "errors");
        orm_json_begin_array(request->json);
        if (field[0] != '\0')
            put_fault(request->json, field, found->code, found->detail);
        orm_json_end_array(request->json);
    }
    orm_json_end_object(request->json);
}
