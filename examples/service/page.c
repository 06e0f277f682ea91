#include "page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100, PAGE_LINK_SIZE = 4096 };

static const char *const own_names[] = {"limit", "after", "before", NULL};

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

static bool is_one_of(const char *name, const char *const *names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void check_names(struct request *request, const char *const *filters)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        const char *name = request->parameters[i].name;
        if (!is_one_of(name, own_names) && !is_one_of(name, filters))
            problem_add(request, name, "unknown", "is no parameter of this list");
        for (size_t j = 0; j < i; j++)
            if (strcmp(name, request->parameters[j].name) == 0)
                problem_add(request, name, "twice", "is given more than once");
    }
}

page_request page_read(struct request *request, const char *const *filters)
{
    page_request page = {
        .limit  = read_limit(request),
        .after  = request_parameter(request, "after"),
        .before = request_parameter(request, "before"),
    };
    check_names(request, filters);
    if (page.after != NULL && page.before != NULL)
        problem_add(request, "before", "both", "can't be given together with after");
    return page;
}

orm_status page_check(struct request *request, const page_request *page, orm_status status)
{
    const char *name = page->after != NULL ? "after" : page->before != NULL ? "before" : NULL;
    if (status == ORM_INVALID && name != NULL && problem_check(request) == ORM_OK)
        problem_add(request, name, "cursor", "is no cursor of this list");
    return status;
}

/* The target of the other pages, as far as it is that of this one: percent-encoded. */
struct target {
    char text[PAGE_LINK_SIZE];
    size_t size;
    bool too_long;
};

static void put_byte(struct target *to, char byte)
{
    if (to->size + 1 < sizeof to->text)
        to->text[to->size++] = byte;
    else
        to->too_long = true;
}

static void put_encoded(struct target *to, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (strchr(plain, *text) != NULL) {
            put_byte(to, *text);
            continue;
        }
        put_byte(to, '%');
        put_byte(to, digits[byte >> 4]);
        put_byte(to, digits[byte & 15]);
    }
}

static void put_target(const struct request *request, struct target *to)
{
    for (size_t i = 0; i < request->segment_count; i++) {
        put_byte(to, '/');
        put_encoded(to, request->segments[i]);
    }
    put_byte(to, '?');
    for (size_t i = 0; i < request->parameter_count; i++) {
        if (is_one_of(request->parameters[i].name, own_names))
            continue;
        put_encoded(to, request->parameters[i].name);
        put_byte(to, '=');
        put_encoded(to, request->parameters[i].value);
        put_byte(to, '&');
    }
}

static void put_link(struct request *request, const char *target, int64_t limit, const char *way,
                 const char *cursor, const char *meaning)
{
    if (cursor != NULL)
        reply_header_set(request, "Link", "<%slimit=%" PRId64 "&%s=%s>; rel=\"%s\"", target,
                         limit, way, cursor, meaning);
}

/* Cursors are letters, digits, '-' and '_': no need to encode. */
void page_link(struct request *request, int64_t limit, const char *next, const char *previous)
{
    struct target target = {.size = 0};
    put_target(request, &target);
    target.text[target.size] = '\0';
    if (target.too_long)
        return;
    put_link(request, target.text, limit, "after", next, "next");
    put_link(request, target.text, limit, "before", previous, "prev");
}
