/* One request of the page: a line of numbers, and its statements in time. */
#include <string.h>

#include "page.h"

/* A run of one statement longer than this is folded behind its first. */
enum { RUN_MAX = 6, RUN_SHOWN = 3 };

struct fall {
    const orm_requests *requests;
    const struct kept *kept;
    struct text *to;
    int64_t span_ns;
};

static double milliseconds(int64_t duration_ns)
{
    return (double)duration_ns / 1e6;
}

static int64_t span_of(const struct kept *kept)
{
    int64_t span = kept->facts.duration_ns > 0 ? kept->facts.duration_ns : 1;
    for (size_t i = 0; i < kept->traced_count; i++) {
        int64_t end = kept->traced[i].start_ns + kept->traced[i].duration_ns;
        if (end > span)
            span = end;
    }
    return span;
}

static bool is_bad(const struct fall *fall, const orm_traced *it)
{
    for (size_t i = 0; i < fall->kept->finding_count; i++)
        if (orm__requests_is_of(&fall->kept->findings[i], it))
            return true;
    return it->status != ORM_OK;
}

static double share(const struct fall *fall, int64_t part_ns)
{
    return part_ns <= 0 ? 0 : 100.0 * (double)part_ns / (double)fall->span_ns;
}

static void write_statement(const struct fall *fall, const orm_traced *it)
{
    struct text *to = fall->to;
    orm__requests_format(to, "<details class=\"fall%s\"><summary><span class=\"what\"><i>%s</i> ",
                         is_bad(fall, it) ? " bad" : "", orm_event_kind_name(it->kind));
    orm__requests_html(to, it->subject == NULL ? it->sql : it->subject);
    orm__requests_format(to,
                         "</span> <span class=\"track\"><b style=\"left:%.2f%%;width:%.2f%%\">"
                         "</b></span> <span class=\"time\">%.2f ms</span></summary>\n<pre>",
                         share(fall, it->start_ns), share(fall, it->duration_ns),
                         milliseconds(it->duration_ns));
    orm__requests_html(to, it->sql);
    orm__requests_add(to, "</pre>\n<p class=\"said\">");
    if (it->site.line != 0) {
        orm__requests_write_place(fall->requests, to, it->site);
        orm__requests_add(to, ", ");
    }
    orm__requests_format(to, "%lld %s, begun after %.2f ms%s%s</p></details>\n",
                         (long long)it->rows, it->rows == 1 ? "row" : "rows",
                         milliseconds(it->start_ns), it->status == ORM_OK ? "" : ", ",
                         it->status == ORM_OK ? "" : orm_status_name(it->status));
}

static size_t run_at(const struct kept *kept, size_t first)
{
    const orm_traced *it = &kept->traced[first];
    size_t count = 1;
    while (first + count < kept->traced_count) {
        const orm_traced *next = &kept->traced[first + count];
        if (next->kind != it->kind || next->fingerprint != it->fingerprint ||
            next->site.line != it->site.line || next->site.counter != it->site.counter)
            break;
        count++;
    }
    return count;
}

static void write_folded(const struct fall *fall, size_t first, size_t count)
{
    int64_t total_ns = 0;
    for (size_t i = first; i < first + count; i++)
        total_ns += fall->kept->traced[i].duration_ns;
    orm__requests_format(fall->to,
                         "<details class=\"more\"><summary>%zu more like it, %.2f ms</summary>\n",
                         count, milliseconds(total_ns));
    for (size_t i = first; i < first + count; i++)
        write_statement(fall, &fall->kept->traced[i]);
    orm__requests_add(fall->to, "</details>\n");
}

static void write_statements(const struct fall *fall)
{
    const struct kept *kept = fall->kept;
    for (size_t i = 0; i < kept->traced_count;) {
        size_t count = run_at(kept, i);
        size_t shown = count > RUN_MAX ? RUN_SHOWN : count;
        for (size_t k = 0; k < shown; k++)
            write_statement(fall, &kept->traced[i + k]);
        if (count > shown)
            write_folded(fall, i + shown, count - shown);
        i += count;
    }
    if (kept->facts.trace_lost > 0)
        orm__requests_format(fall->to, "<p class=\"said\">and %lld more that were not kept</p>\n",
                             (long long)kept->facts.trace_lost);
}

static const char *class_of(int status)
{
    if (status == 0 || status >= 500)
        return "code server";
    return status >= 400 ? "code client" : "code";
}

static void write_summary(const struct facts *it, struct text *to)
{
    orm__requests_format(to, "<summary><span class=\"%s\">%d</span> <span>", class_of(it->status),
                         it->status);
    orm__requests_html(to, it->method);
    orm__requests_add(to, " <bdi>");
    orm__requests_html(to, it->route == NULL ? "(no route)" : it->route);
    orm__requests_add(to, "</bdi>");
    if (it->finding_count > 0)
        orm__requests_format(to, " <span class=\"kind\">%zu finding%s</span>", it->finding_count,
                             it->finding_count == 1 ? "" : "s");
    orm__requests_format(to,
                         "</span> <span class=\"figures\">%lld statement%s, %lld row%s, "
                         "<span class=\"%s\">%.1f ms</span></span></summary>\n",
                         (long long)it->statistics.statements,
                         it->statistics.statements == 1 ? "" : "s", (long long)it->statistics.rows,
                         it->statistics.rows == 1 ? "" : "s", it->slow ? "slow" : "fast",
                         milliseconds(it->duration_ns));
}

static void write_about(const struct facts *it, struct text *to)
{
    orm__requests_add(to, "<p class=\"about\">");
    if (it->target != NULL) {
        orm__requests_add(to, "<code><bdi>");
        orm__requests_html(to, it->target);
        orm__requests_add(to, "</bdi></code>, ");
    }
    orm__requests_format(to, "%.2f ms in the database, %.2f ms waiting for a connection",
                         milliseconds(it->statistics.busy_ns),
                         milliseconds(it->statistics.waited_ns));
    if (it->statistics.errors > 0)
        orm__requests_format(to, ", %lld failed", (long long)it->statistics.errors);
    if (it->trace_id[0] != '\0')
        orm__requests_format(to, ", trace <code>%s</code>", it->trace_id);
    if (it->watched && it->verdict == ORM_VERDICT_INCONCLUSIVE)
        orm__requests_add(to, "; too much to look at all of it");
    orm__requests_add(to, "</p>\n<div class=\"falls\">\n");
}

void orm__requests_write_request(const orm_requests *requests, const struct kept *kept,
                                 struct text *to)
{
    const struct fall fall = {requests, kept, to, span_of(kept)};
    orm__requests_format(to, "<details class=\"request\" id=\"r%llu\"%s>\n",
                         (unsigned long long)kept->facts.number,
                         kept->facts.finding_count > 0 || kept->facts.slow ? " open" : "");
    write_summary(&kept->facts, to);
    write_about(&kept->facts, to);
    write_statements(&fall);
    orm__requests_add(to, "</div>\n</details>\n");
}
