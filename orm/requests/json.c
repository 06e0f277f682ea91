/* A request as JSON: a line of the log, or whole. */
#include <time.h>

#include "requests.h"

static void write_time(struct text *to, int64_t micros)
{
    time_t seconds = (time_t)(micros / 1000000);
    struct tm broken;
    char text[40] = "";
    if (gmtime_r(&seconds, &broken) != NULL)
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &broken);
    orm__requests_format(to, "%s.%06dZ", text, (int)(micros % 1000000));
}

static void write_facts(struct text *to, const struct facts *it)
{
    const orm_scope_statistics *numbers = &it->statistics;
    orm__requests_add(to, "\"time\":\"");
    write_time(to, it->wall_us);
    orm__requests_add(to, "\",\"method\":");
    orm__requests_json(to, it->method);
    orm__requests_json_member(to, "route", it->route);
    orm__requests_json_member(to, "target", it->target);
    orm__requests_json_number(to, "status", it->status);
    orm__requests_json_number(to, "duration_ns", it->duration_ns);
    orm__requests_json_member(to, "trace_id", it->trace_id[0] == '\0' ? NULL : it->trace_id);
    orm__requests_json_number(to, "statements", numbers->statements);
    orm__requests_json_number(to, "database_ns", numbers->busy_ns);
    orm__requests_json_number(to, "pool_wait_ns", numbers->waited_ns);
    orm__requests_json_number(to, "row_by_row", numbers->row_by_row);
    orm__requests_json_number(to, "rows", numbers->rows);
    orm__requests_json_number(to, "affected", numbers->affected);
    orm__requests_json_number(to, "bytes", numbers->bytes);
    orm__requests_json_number(to, "errors", numbers->errors);
    orm__requests_json_member(to, "verdict",
                              it->watched ? orm_verdict_name(it->verdict) : "unwatched");
    orm__requests_json_number(to, "finding_count", (int64_t)it->finding_count);
}

static void write_finding_head(struct text *to, const char *root, const orm_finding *it)
{
    orm__requests_format(to, "{\"kind\":\"%s\"", orm_finding_kind_name(it->kind));
    orm__requests_json_member(to, "subject", it->subject);
    orm__requests_json_site(to, "site", root, it->site);
    orm__requests_json_number(to, "statements", it->statements);
    orm__requests_json_member(to, "advice", it->advice);
}

static void write_finding_whole(struct text *to, const char *root, const orm_finding *it)
{
    static const char *const evidence[] = {"none", "matches", "stems"};
    write_finding_head(to, root, it);
    orm__requests_json_member(to, "statement", it->statement);
    orm__requests_json_site(to, "origin", root, it->origin);
    orm__requests_json_number(to, "origin_lists", it->origin_lists);
    orm__requests_json_number(to, "origin_rows", it->origin_rows);
    orm__requests_json_site(to, "other_origin", root, it->other_origin);
    orm__requests_json_member(to, "evidence", evidence[it->evidence]);
    orm__requests_json_member(to, "column", it->column);
    orm__requests_json_number(to, "distinct", it->distinct);
    orm__requests_json_number(to, "matched", it->matched);
    orm__requests_json_number(to, "sessions", it->sessions);
    orm__requests_json_number(to, "rows", it->rows);
    orm__requests_json_number(to, "duration_ns", it->duration_ns);
    orm__requests_json_member(to, "replacement", it->replacement);
    orm__requests_json_site(to, "replacement_site", root, it->replacement_site);
    orm__requests_format(to, ",\"within_query\":%s", it->within_query ? "true" : "false");
    orm__requests_json_member(to, "alternative", it->alternative);
    orm__requests_json_member(to, "in_loop", it->in_loop);
    orm__requests_json_site(to, "check_site", root, it->check_site);
    orm__requests_json_number(to, "checks", it->checks);
    orm__requests_add(to, "}");
}

static void write_traced(struct text *to, const char *root, size_t index, const orm_traced *it)
{
    orm__requests_format(to, "%s{\"start_ns\":%lld,\"duration_ns\":%lld", index > 0 ? "," : "",
                         (long long)it->start_ns, (long long)it->duration_ns);
    orm__requests_json_member(to, "kind", orm_event_kind_name(it->kind));
    orm__requests_json_member(to, "subject", it->subject);
    orm__requests_format(to, ",\"row_by_row\":%s", it->row_by_row ? "true" : "false");
    orm__requests_json_number(to, "rows", it->rows);
    orm__requests_json_member(to, "status", orm_status_name(it->status));
    orm__requests_json_site(to, "site", root, it->site);
    orm__requests_json_member(to, "sql", it->sql);
    orm__requests_add(to, "}");
}

static void write_trace(struct text *to, const char *root, orm_scope *scope, int64_t lost)
{
    orm_traced it;
    orm__requests_add(to, ",\"trace\":[");
    for (size_t i = 0; orm_scope_traced(scope, i, &it); i++)
        write_traced(to, root, i, &it);
    orm__requests_add(to, "]");
    orm__requests_json_number(to, "trace_lost", lost);
}

void orm__requests_line(const orm_requests *requests, const struct facts *facts, orm_scope *scope,
                        struct text *to)
{
    orm__requests_add(to, "{");
    write_facts(to, facts);
    orm__requests_add(to, ",\"findings\":[");
    for (size_t i = 0; i < facts->finding_count && i < FINDINGS_TOLD; i++) {
        if (i > 0)
            orm__requests_add(to, ",");
        write_finding_head(to, requests->root, orm_scope_finding(scope, i));
        orm__requests_add(to, "}");
    }
    orm__requests_add(to, "]");
    if (facts->slow || facts->failed)
        write_trace(to, requests->root, scope, facts->trace_lost);
    orm__requests_add(to, "}\n");
}

static void write_kept(struct text *to, const char *root, const struct kept *it)
{
    orm__requests_format(to, "{\"number\":%llu,", (unsigned long long)it->facts.number);
    write_facts(to, &it->facts);
    orm__requests_add(to, ",\"findings\":[");
    for (size_t i = 0; i < it->finding_count; i++) {
        if (i > 0)
            orm__requests_add(to, ",");
        write_finding_whole(to, root, &it->findings[i]);
    }
    orm__requests_add(to, "],\"trace\":[");
    for (size_t i = 0; i < it->traced_count; i++)
        write_traced(to, root, i, &it->traced[i]);
    orm__requests_add(to, "]");
    orm__requests_json_number(to, "trace_lost", it->facts.trace_lost);
    orm__requests_add(to, "}");
}

void orm__requests_write_json(const orm_requests *requests, struct text *to)
{
    const struct kept *it = NULL;
    orm__requests_add(to, "{\"requests\":[");
    for (size_t i = 0; (it = orm__requests_kept(requests, i)) != NULL; i++) {
        if (i > 0)
            orm__requests_add(to, ",\n");
        write_kept(to, requests->root, it);
    }
    orm__requests_add(to, "]}\n");
}
