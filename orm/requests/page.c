/* The page: numbers, findings, requests. */
#include <string.h>

#include "page.h"

static void write_number(struct text *to, int64_t value, const char *what)
{
    orm__requests_format(to, "<li><b>%lld</b> <span>%s</span></li>\n", (long long)value, what);
}

static void write_pools(const orm_requests *requests, struct text *to)
{
    for (size_t i = 0; i < requests->options.engine_count; i++) {
        orm_engine_status pool;
        orm_engine_get_status(requests->options.engines[i], &pool);
        orm__requests_format(to,
                             "<li><b>%d of %d</b> <span>connections in use, %d waiting</span>"
                             "</li>\n",
                             pool.in_use, pool.size, pool.waiting);
    }
}

static void write_head(const orm_requests *requests, struct text *to)
{
    const orm_requests_status *status = &requests->status;
    orm__requests_add(to,
                      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                      "<title>Requests</title>\n<style>\n");
    orm__requests_add(to, orm__requests_style);
    orm__requests_add(to, "</style>\n</head>\n<body>\n<main>\n<h1>Requests</h1>\n"
                          "<p class=\"lead\">What the newest requests of this process asked of "
                          "the database.</p>\n<ul class=\"numbers\">\n");
    write_number(to, status->ended, status->ended == 1 ? "request" : "requests");
    write_number(to, status->active, "under way");
    write_number(to, status->with_findings, "with findings");
    write_number(to, status->slow, "slow");
    write_number(to, status->failed, "failed");
    write_pools(requests, to);
    orm__requests_add(to, "</ul>\n");
    if (status->lost > 0)
        orm__requests_format(to, "<p class=\"lead\">%lld found no memory.</p>\n",
                             (long long)status->lost);
}

void orm__requests_write_place(const orm_requests *requests, struct text *to, orm_site site)
{
    orm__requests_add(to, "<code>");
    orm__requests_html(to, orm__requests_path(requests->root, site.file));
    orm__requests_format(to, ":%d</code>", site.line);
    if (site.function == NULL)
        return;
    orm__requests_add(to, " (");
    orm__requests_html(to, site.function);
    orm__requests_add(to, ")");
}

bool orm__requests_is_of(const orm_finding *finding, const orm_traced *traced)
{
    return finding->site.line == traced->site.line && finding->site.line != 0 &&
           finding->site.counter == traced->site.counter &&
           strcmp(finding->site.file, traced->site.file) == 0 &&
           traced->kind != ORM_EVENT_CONTROL && finding->kind != ORM_FINDING_UNUSED;
}

void orm__requests_write_page(const orm_requests *requests, struct text *to)
{
    const struct kept *kept = NULL;
    write_head(requests, to);
    orm__requests_write_findings(requests, to);
    orm__requests_add(to, "<h2>Newest requests</h2>\n");
    for (size_t i = 0; (kept = orm__requests_kept(requests, i)) != NULL; i++)
        orm__requests_write_request(requests, kept, to);
    if (requests->written == 0)
        orm__requests_add(to, "<p class=\"lead\">None has ended yet.</p>\n");
    orm__requests_add(to, "</main>\n</body>\n</html>\n");
}
