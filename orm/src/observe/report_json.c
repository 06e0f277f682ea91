#include "observe/report.h"

#include "observe/json.h"
#include "observe/log_line.h"
#include "observe/record.h"
#include "observe/verdict.h"

static void write_number(orm__buffer *buffer, const char *name, int64_t number)
{
    orm__buffer_printf(buffer, ",\"%s\":%lld", name, (long long)number);
}

static void write_text(orm__buffer *buffer, const char *name, const char *text)
{
    orm__buffer_printf(buffer, ",\"%s\":", name);
    orm__json_text(buffer, text);
}

static void write_site(orm__buffer *buffer, const orm__report_root *root, const char *name,
                       orm_site site)
{
    site.file = orm__report_path(root, site.file);
    orm__buffer_printf(buffer, ",\"%s\":", name);
    orm__json_site(buffer, site);
}

static void write_statistics(orm__buffer *buffer, const orm_scope_statistics *it)
{
    static const char *const names[ORM_EVENT_KIND_COUNT] = {
        "",        "control", "finds",   "selects", "counts",     "exists",      "relations",
        "inserts", "updates", "deletes", "raw",     "aggregates", "row_structs", "columns",
    };
    orm__buffer_printf(buffer, "{\"statements\":%lld", (long long)it->statements);
    for (int kind = ORM_EVENT_CONTROL; kind < ORM_EVENT_KIND_COUNT; kind++)
        write_number(buffer, names[kind], it->by_kind[kind]);
    write_number(buffer, "row_by_row", it->row_by_row);
    write_number(buffer, "rows", it->rows);
    write_number(buffer, "affected", it->affected);
    write_number(buffer, "bytes", it->bytes);
    write_number(buffer, "errors", it->errors);
    write_number(buffer, "duration_ns", it->duration_ns);
    write_number(buffer, "paused", it->paused);
    write_number(buffer, "unwatched", it->unwatched);
    write_number(buffer, "untold", it->untold);
    write_number(buffer, "dropped", it->dropped);
    write_number(buffer, "unsearched", it->unsearched);
    write_number(buffer, "waited_ns", it->waited_ns);
    write_number(buffer, "busy_ns", it->busy_ns);
    orm__buffer_char(buffer, '}');
}

static void write_given(orm__buffer *buffer, const char *name, const char *text)
{
    if (text != NULL)
        write_text(buffer, name, text);
}

static void write_flag(orm__buffer *buffer, const char *name, bool flag)
{
    if (flag)
        orm__buffer_printf(buffer, ",\"%s\":true", name);
}

static void write_fix(orm__buffer *buffer, const orm_finding_fix *it)
{
    if (it->call == NULL && it->after == NULL && it->loop == NULL && it->omit == NULL &&
        it->hoist == NULL && !it->keep) {
        orm__buffer_text(buffer, ",\"fix\":null");
        return;
    }
    orm__buffer_text(buffer, ",\"fix\":{\"call\":");
    orm__json_text(buffer, it->call);
    write_text(buffer, "query", it->query);
    write_text(buffer, "member", it->member);
    write_text(buffer, "rename", it->rename);
    write_given(buffer, "after", it->after);
    write_given(buffer, "loop", it->loop);
    write_given(buffer, "load", it->load);
    write_given(buffer, "read", it->read);
    write_given(buffer, "key", it->key);
    write_given(buffer, "condition", it->condition);
    write_given(buffer, "list", it->list);
    write_given(buffer, "walk", it->walk);
    write_given(buffer, "walk_all", it->walk_all);
    write_given(buffer, "gather", it->gather);
    write_given(buffer, "order_by", it->order_by);
    write_given(buffer, "element", it->element);
    write_given(buffer, "field", it->field);
    write_given(buffer, "batch", it->batch);
    write_given(buffer, "hoist", it->hoist);
    write_given(buffer, "omit", it->omit);
    write_flag(buffer, "maybe", it->maybe);
    write_flag(buffer, "counts", it->counts);
    write_flag(buffer, "to_one", it->to_one);
    write_flag(buffer, "nullable", it->nullable);
    write_flag(buffer, "distinct", it->distinct);
    write_flag(buffer, "keep", it->keep);
    orm__buffer_char(buffer, '}');
}

static void write_caller(orm__buffer *buffer, const orm__report_root *root, orm_site caller)
{
    orm__buffer_text(buffer, ",\"caller\":");
    if (caller.function == NULL) {
        orm__buffer_text(buffer, "null");
        return;
    }
    orm__buffer_text(buffer, "{\"file\":");
    orm__json_text(buffer, orm__report_path(root, caller.file));
    orm__buffer_printf(buffer, ",\"line\":%d,\"function\":", caller.line);
    orm__json_text(buffer, caller.function);
    orm__buffer_char(buffer, '}');
}

static void write_finding(orm__buffer *buffer, const orm__report_root *root, const orm_finding *it)
{
    static const char *const evidence[] = {"none", "matches", "stems"};
    orm__buffer_printf(buffer, "{\"kind\":\"%s\"", orm_finding_kind_name(it->kind));
    write_text(buffer, "subject", it->subject);
    write_text(buffer, "statement", it->statement);
    write_site(buffer, root, "site", it->site);
    write_site(buffer, root, "origin", it->origin);
    write_number(buffer, "origin_lists", it->origin_lists);
    write_number(buffer, "origin_rows", it->origin_rows);
    write_site(buffer, root, "other_origin", it->other_origin);
    write_text(buffer, "evidence", evidence[it->evidence]);
    write_text(buffer, "column", it->column);
    write_number(buffer, "statements", it->statements);
    write_number(buffer, "distinct", it->distinct);
    write_number(buffer, "matched", it->matched);
    write_number(buffer, "sessions", it->sessions);
    write_number(buffer, "rows", it->rows);
    write_number(buffer, "duration_ns", it->duration_ns);
    write_text(buffer, "advice", it->advice);
    write_text(buffer, "replacement", it->replacement);
    write_site(buffer, root, "replacement_site", it->replacement_site);
    orm__buffer_printf(buffer, ",\"within_query\":%s", it->within_query ? "true" : "false");
    write_text(buffer, "alternative", it->alternative);
    write_text(buffer, "in_loop", it->in_loop);
    write_fix(buffer, &it->fix);
    write_site(buffer, root, "check_site", it->check_site);
    write_number(buffer, "checks", it->checks);
    write_caller(buffer, root, it->caller);
    orm__buffer_char(buffer, '}');
}

static void write_traced(orm__buffer *buffer, const orm__report_root *root, const orm_traced *it)
{
    orm__buffer_printf(buffer, "{\"start_ns\":%lld,\"duration_ns\":%lld", (long long)it->start_ns,
                       (long long)it->duration_ns);
    write_text(buffer, "kind", orm_event_kind_name(it->kind));
    write_text(buffer, "subject", it->subject);
    orm__buffer_printf(buffer, ",\"row_by_row\":%s", it->row_by_row ? "true" : "false");
    write_number(buffer, "rows", it->rows);
    write_text(buffer, "status", orm_status_name(it->status));
    write_site(buffer, root, "site", it->site);
    write_text(buffer, "sql", it->sql);
    orm__buffer_char(buffer, '}');
}

static void write_trace(orm__buffer *buffer, const orm__report_root *root, const orm__trace *trace)
{
    orm__buffer_text(buffer, ",\"trace\":[");
    for (size_t i = 0; i < trace->count; i++) {
        if (i > 0)
            orm__buffer_char(buffer, ',');
        write_traced(buffer, root, &trace->items[i]);
    }
    orm__buffer_char(buffer, ']');
    write_number(buffer, "trace_lost", trace->lost);
}

void orm__report_json(const orm_scope *scope, const orm_scope_statistics *statistics,
                      const orm__report_root *root, orm__buffer *buffer)
{
    orm__buffer_text(buffer, "{\"statistics\":");
    write_statistics(buffer, statistics);
    orm__buffer_text(buffer, ",\"findings\":[");
    bool first = true;
    for (size_t i = 0; i < scope->record_count; i++) {
        if (scope->records[i]->ignored)
            continue;
        if (!first)
            orm__buffer_char(buffer, ',');
        write_finding(buffer, root, &scope->records[i]->finding);
        first = false;
    }
    orm__buffer_char(buffer, ']');
    write_text(buffer, "scope", scope->name);
    if (scope->trace.limit > 0)
        write_trace(buffer, root, &scope->trace);
    write_number(buffer, "ignored", (int64_t)(scope->record_count - orm__record_told(scope)));
    write_text(buffer, "verdict", orm_verdict_name(orm__verdict(scope, statistics)));
    orm__buffer_text(buffer, "}\n");
}
