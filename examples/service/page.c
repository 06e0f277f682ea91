#include "page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100 };

static int64_t read_limit(struct request *request)
{
    const char *text = request_parameter(request, "limit");
    long limit = PAGE_DEFAULT;
    if (text != NULL) {
        bool digits = *text != '\0' && strspn(text, "0123456789") == strlen(text);
        limit = digits && strlen(text) < 6 ? strtol(text, NULL, 10) : 0;
    }
    if (limit < 1 || limit > PAGE_MAX)
        problem_add(request, "limit", "range", "must be a number from 1 to %d", PAGE_MAX);
    return limit;
}

static void check_names(struct request *request)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        const char *name = request->parameters[i].name;
        if (strcmp(name, "limit") != 0 && strcmp(name, "after") != 0 && strcmp(name, "before") != 0)
            problem_add(request, name, "unknown", "is no parameter of this list");
        for (size_t j = 0; j < i; j++)
            if (strcmp(name, request->parameters[j].name) == 0)
                problem_add(request, name, "twice", "is given more than once");
    }
}

page_request page_read(struct request *request)
{
    page_request page = {
        .limit  = read_limit(request),
        .after  = request_parameter(request, "after"),
        .before = request_parameter(request, "before"),
    };
    check_names(request);
    if (page.after != NULL && page.before != NULL)
        problem_add(request, "before", "both", "can't be given together with after");
    return page;
}

static void put_path(const struct request *request, char *text, size_t size)
{
    for (size_t i = 0; i < request->segment_count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "/%s", request->segments[i]);
    }
}

/*
 * Paths of lists are words and numbers, and cursors letters, digits, '-' and '_': no need to
 * encode.
 */
void page_link(struct request *request, int64_t limit, const char *next, const char *previous)
{
    char path[128] = "";
    put_path(request, path, sizeof path);
    if (next != NULL)
        reply_header_set(request, "Link", "<%s?limit=%" PRId64 "&after=%s>; rel=\"next\"", path,
                         limit, next);
    if (previous != NULL)
        reply_header_set(request, "Link", "<%s?limit=%" PRId64 "&before=%s>; rel=\"prev\"", path,
                         limit, previous);
}
