#include "request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request *request_new(struct service *service, const char *method)
{
    struct request *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->service = service;
    made->method = method;
    if (orm_json_writer_open(NULL, &made->json) == ORM_OK)
        return made;
    free(made);
    return NULL;
}

void request_free(struct request *request)
{
    if (request == NULL)
        return;
    reply_reset(request);
    orm_json_close(request->input);
    orm_json_writer_close(request->json);
    free(request->body);
    free(request->target);
    free(request);
}

/* --- the target --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* How many bytes follow the first one of a character of UTF-8; -1: none begins with it. */
static int followers(unsigned char first)
{
    if (first < 0x80)
        return 0;
    return first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
}

static bool is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != 0) {
        unsigned char first = *at++;
        int more = followers(first);
        /* Longer forms than needed, surrogates, beyond U+10FFFF. */
        if (more < 0 || (first == 0xe0 && *at < 0xa0) || (first == 0xed && *at > 0x9f) ||
            (first == 0xf0 && *at < 0x90) || (first == 0xf4 && *at > 0x8f))
            return false;
        for (; more > 0; more--)
            if ((*at++ & 0xc0) != 0x80)
                return false;
    }
    return true;
}

/* In place; in a query a plus is a blank. */
static bool decode(char *text, bool in_query)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '%') {
            int high = hex_digit(at[1]);
            int low = high < 0 ? -1 : hex_digit(at[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            *to++ = (char)(high * 16 + low);
            at += 2;
        } else {
            *to++ = in_query && *at == '+' ? ' ' : *at;
        }
    }
    *to = '\0';
    return is_utf8(text);
}

static bool parse_path(struct request *request, char *path)
{
    char *next = path;
    if (*next++ != '/')
        return false;
    while (next != NULL && *next != '\0') {
        char *segment = next;
        next = strchr(segment, '/');
        if (next != NULL)
            *next++ = '\0';
        if (request->segment_count == MAX_SEGMENTS || !decode(segment, false))
            return false;
        request->segments[request->segment_count++] = segment;
        if (next != NULL && *next == '\0') { /* "/users/" is not "/users" */
            if (request->segment_count == MAX_SEGMENTS)
                return false;
            request->segments[request->segment_count++] = next;
        }
    }
    return true;
}

static bool parse_query(struct request *request, char *query)
{
    while (query != NULL && *query != '\0') {
        char *name = query;
        query = strchr(name, '&');
        if (query != NULL)
            *query++ = '\0';
        char *value = strchr(name, '=');
        if (value != NULL)
            *value++ = '\0';
        else
            value = name + strlen(name);
        if (!decode(name, true) || !decode(value, true) ||
            request->parameter_count == MAX_PARAMETERS)
            return false;
        request->parameters[request->parameter_count++] = (parameter){name, value};
    }
    return true;
}

bool request_parse_target(struct request *request, const char *raw)
{
    request->target = strdup(raw);
    if (request->target == NULL)
        return false;
    char *query = strchr(request->target, '?');
    if (query != NULL)
        *query++ = '\0';
    return parse_path(request, request->target) && parse_query(request, query);
}

bool key_read(const char *text, int64_t *key_out)
{
    errno = 0;
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    *key_out = strtoll(text, NULL, 10);
    return errno == 0;
}

const char *request_parameter(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return NULL;
}

/* --- the body --- */

bool request_append(struct request *request, const char *data, size_t size)
{
    if (size > (size_t)request->service->config->max_body - request->body_size)
        request->body_too_large = true;
    if (request->body_too_large)
        return true;
    if (request->body_size + size > request->body_room) {
        size_t room = 2 * request->body_room + size;
        char *body = realloc(request->body, room);
        if (body == NULL)
            return false;
        request->body = body;
        request->body_room = room;
    }
    memcpy(request->body + request->body_size, data, size);
    request->body_size += size;
    return true;
}

/* --- the answer --- */

void reply_reset(struct request *request)
{
    request->status = 0;
    request->reply_type = "application/json";
    while (request->reply_header_count > 0)
        free(request->reply_headers[--request->reply_header_count].value);
    orm_requests_text_dispose(request->service->requests, &request->page);
    orm_json_reset(request->json);
    orm_json_writer_close(request->faults);
    request->faults = NULL;
}

void reply_status(struct request *request, int status)
{
    request->status = status;
}

void reply_header_set(struct request *request, const char *name, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int size = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *value = size < 0 ? NULL : malloc((size_t)size + 1);
    if (value == NULL || request->reply_header_count == MAX_REPLY_HEADERS) {
        free(value);
        return;
    }
    va_start(values, format);
    vsnprintf(value, (size_t)size + 1, format, values);
    va_end(values);
    request->reply_headers[request->reply_header_count++] = (reply_header){name, value};
}

bool reply_text(struct request *request, const char **text_out, size_t *size_out)
{
    *text_out = "";
    *size_out = 0;
    if (request->status == 204)
        return true;
    if (request->page.data != NULL) {
        *text_out = request->page.data;
        *size_out = request->page.size;
        return true;
    }
    return orm_json_finish(request->json, text_out, size_out) == ORM_OK;
}
