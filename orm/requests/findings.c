/* The page's findings: what several requests did in one place is told once, the worst first. */
#include <string.h>

#include "page.h"

enum { CAUSES_TOLD = 50 };

/* One cause, as the newest request that had it shows it. */
struct cause {
    const struct kept *newest;
    const orm_finding *finding;
    int64_t requests;
    int64_t statements;
};

struct causes {
    struct cause items[CAUSES_TOLD];
    size_t count;
    size_t seen;
};

static bool is_same(const orm_finding *left, const orm_finding *right)
{
    return left->kind == right->kind && left->site.line == right->site.line &&
           left->site.counter == right->site.counter &&
           strcmp(orm__requests_path(NULL, left->site.file),
                  orm__requests_path(NULL, right->site.file)) == 0 &&
           strcmp(left->subject, right->subject) == 0;
}

static const orm_finding *find_in(const struct kept *kept, const orm_finding *finding)
{
    for (size_t i = 0; i < kept->finding_count; i++)
        if (is_same(&kept->findings[i], finding))
            return &kept->findings[i];
    return NULL;
}

/* Whether a newer request has told it. */
static bool is_told(const orm_requests *requests, size_t index, const orm_finding *finding)
{
    for (size_t i = 0; i < index; i++)
        if (find_in(orm__requests_kept(requests, i), finding) != NULL)
            return true;
    return false;
}

static struct cause cause_of(const orm_requests *requests, size_t index, const orm_finding *finding)
{
    const struct kept *kept = orm__requests_kept(requests, index);
    struct cause cause = {.newest = kept, .finding = finding};
    for (size_t i = index; (kept = orm__requests_kept(requests, i)) != NULL; i++) {
        const orm_finding *same = find_in(kept, finding);
        cause.requests += same != NULL;
        cause.statements += same == NULL ? 0 : same->statements;
    }
    return cause;
}

static void begin_fact(struct text *to, const char *name)
{
    orm__requests_format(to, "<dt>%s</dt><dd>", name);
}

static void write_fact(struct text *to, const char *name, const char *text)
{
    if (text == NULL)
        return;
    begin_fact(to, name);
    orm__requests_html(to, text);
    orm__requests_add(to, "</dd>\n");
}

static void write_fact_place(const orm_requests *requests, struct text *to, const char *name,
                             orm_site site)
{
    if (site.line == 0)
        return;
    begin_fact(to, name);
    orm__requests_write_place(requests, to, site);
    orm__requests_add(to, "</dd>\n");
}

static void write_evidence(struct text *to, const orm_finding *it)
{
    if (it->evidence == ORM_EVIDENCE_NONE || it->column == NULL)
        return;
    begin_fact(to, "Evidence");
    orm__requests_format(to, "%lld of %lld values %s <code>", (long long)it->matched,
                         (long long)it->distinct,
                         it->evidence == ORM_EVIDENCE_STEMS ? "are" : "are equal to");
    orm__requests_html(to, it->column);
    orm__requests_add(to, "</code> of that list</dd>\n");
}

static void write_where(struct text *to, const struct cause *it)
{
    const struct facts *facts = &it->newest->facts;
    begin_fact(to, "Requests");
    orm__requests_format(to, "%lld, %lld statement%s; the last is <a href=\"#r%llu\">",
                         (long long)it->requests, (long long)it->statements,
                         it->statements == 1 ? "" : "s", (unsigned long long)facts->number);
    orm__requests_html(to, facts->method);
    orm__requests_add(to, " ");
    orm__requests_html(to, facts->route == NULL ? "without a route" : facts->route);
    orm__requests_add(to, "</a></dd>\n");
}

static void write_code(const orm_requests *requests, struct text *to, const char *said,
                       orm_site site, const char *code)
{
    if (code == NULL)
        return;
    orm__requests_format(to, "<div>%s", said);
    if (site.line != 0) {
        orm__requests_add(to, " ");
        orm__requests_write_place(requests, to, site);
    }
    orm__requests_add(to, "</div>\n<pre>");
    orm__requests_html(to, code);
    orm__requests_add(to, "</pre>\n");
}

static void write_remedy(const orm_requests *requests, struct text *to, const orm_finding *it)
{
    const orm_site nowhere = {.line = 0};
    write_code(requests, to, it->within_query ? "Add to the query at" : "Write at",
               it->replacement_site, it->replacement);
    write_code(requests, to,
               it->kind == ORM_FINDING_WRITE ? "Or in place of the loop" : "Or behind that line",
               nowhere, it->alternative);
    write_code(requests, to, "In the loop; this sends nothing", nowhere, it->in_loop);
}

static const char *site_name(orm_finding_kind kind)
{
    if (kind == ORM_FINDING_UNUSED)
        return "Loaded at";
    return kind == ORM_FINDING_BUDGET ? "Exceeded at" : "Call in the loop";
}

static void write_title_end(struct text *to, const orm_finding *it)
{
    long long statements = (long long)it->statements;
    switch (it->kind) {
    case ORM_FINDING_N1:
        orm__requests_format(to, ": %lld statements where one would do", statements);
        break;
    case ORM_FINDING_DUP:
        orm__requests_format(to, ": the same %lld times", statements);
        break;
    case ORM_FINDING_WRITE:
        orm__requests_format(to, ": written row by row, %lld statements", statements);
        break;
    case ORM_FINDING_UNUSED:
        orm__requests_add(to, ": loaded, never read");
        break;
    case ORM_FINDING_BUDGET:
        orm__requests_add(to, ": over the budget");
        break;
    case ORM_FINDING_LATENT:
        orm__requests_add(to, ": with more rows, a statement for each");
        break;
    }
}

static void write_cause(const orm_requests *requests, struct text *to, const struct cause *cause)
{
    const orm_finding *it = cause->finding;
    orm__requests_format(to, "<article class=\"finding\">\n<h3><span class=\"kind\">%s</span> ",
                         orm_finding_kind_name(it->kind));
    orm__requests_html(to, it->subject);
    write_title_end(to, it);
    orm__requests_add(to, "</h3>\n<dl>\n");
    write_fact_place(requests, to, site_name(it->kind), it->site);
    write_fact_place(requests, to, "List made at", it->origin);
    write_evidence(to, it);
    write_where(to, cause);
    write_fact(to, "Statement", it->statement);
    write_fact(to, "What to do", it->advice);
    orm__requests_add(to, "</dl>\n");
    write_remedy(requests, to, it);
    orm__requests_add(to, "</article>\n");
}

/* In front of those with fewer statements; the last falls out of a full list. */
static void insert(struct causes *list, struct cause cause)
{
    size_t at = list->count < CAUSES_TOLD ? list->count++ : CAUSES_TOLD;
    list->seen++;
    while (at > 0 && list->items[at - 1].statements < cause.statements) {
        if (at < CAUSES_TOLD)
            list->items[at] = list->items[at - 1];
        at--;
    }
    if (at < CAUSES_TOLD)
        list->items[at] = cause;
}

void orm__requests_write_findings(const orm_requests *requests, struct text *to)
{
    struct causes list = {.count = 0};
    const struct kept *kept = NULL;
    for (size_t i = 0; (kept = orm__requests_kept(requests, i)) != NULL; i++)
        for (size_t k = 0; k < kept->finding_count; k++)
            if (!is_told(requests, i, &kept->findings[k]))
                insert(&list, cause_of(requests, i, &kept->findings[k]));
    orm__requests_add(to, "<h2>Findings</h2>\n");
    for (size_t i = 0; i < list.count; i++)
        write_cause(requests, to, &list.items[i]);
    if (list.count == 0)
        orm__requests_add(to, "<p class=\"clean\">None in these requests.</p>\n");
    if (list.seen > list.count)
        orm__requests_format(to, "<p class=\"lead\">and %zu more</p>\n", list.seen - list.count);
}
