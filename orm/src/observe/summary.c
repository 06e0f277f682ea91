#include "base/hash.h"
#include "observe/json.h"
#include "observe/record.h"
#include "observe/verdict.h"

enum { FINDINGS_NAMED = 8 };

static double milliseconds(const orm_scope_statistics *it)
{
    return (double)it->duration_ns / 1e6;
}

/* Two metrics: a description is shown beside the time. */
static void write_server_timing(orm__buffer *out, const orm_scope_statistics *it, size_t findings)
{
    orm__buffer_printf(out, "db;dur=%.3f;desc=\"%lld statements, %lld rows\"",
                       (double)it->busy_ns / 1e6, (long long)it->statements, (long long)it->rows);
    if (findings > 0)
        orm__buffer_printf(out, ", db-findings;desc=\"%zu\"", findings);
}

static void write_header(orm__buffer *out, const orm_scope_statistics *it, size_t findings,
                         orm_verdict verdict)
{
    orm__buffer_printf(out,
                       "statements=%lld, row-by-row=%lld, rows=%lld, written=%lld, bytes=%lld, "
                       "errors=%lld, ms=%.3f, findings=%zu, verdict=%s",
                       (long long)it->statements, (long long)it->row_by_row, (long long)it->rows,
                       (long long)it->affected, (long long)it->bytes, (long long)it->errors,
                       milliseconds(it), findings, orm_verdict_name(verdict));
}

static void write_finding(orm__buffer *out, const orm_finding *it)
{
    orm__buffer_printf(out, "{\"kind\":\"%s\",\"subject\":", orm_finding_kind_name(it->kind));
    orm__json_text(out, it->subject);
    orm__buffer_text(out, ",\"site\":");
    orm__json_site(out, it->site);
    orm__buffer_printf(out, ",\"statements\":%lld}", (long long)it->statements);
}

static void write_json(orm__buffer *out, const orm_scope *scope, const orm_scope_statistics *it,
                       orm_verdict verdict)
{
    size_t named = 0;
    orm__buffer_text(out, "{\"scope\":");
    orm__json_text(out, scope->name);
    orm__buffer_printf(out,
                       ",\"statements\":%lld,\"row_by_row\":%lld,\"rows\":%lld,\"affected\":%lld,"
                       "\"bytes\":%lld,\"errors\":%lld,\"duration_ns\":%lld,\"verdict\":\"%s\","
                       "\"finding_count\":%zu,\"findings\":[",
                       (long long)it->statements, (long long)it->row_by_row, (long long)it->rows,
                       (long long)it->affected, (long long)it->bytes, (long long)it->errors,
                       (long long)it->duration_ns, orm_verdict_name(verdict),
                       orm__record_told(scope));
    for (size_t i = 0; i < scope->record_count && named < FINDINGS_NAMED; i++) {
        if (scope->records[i]->ignored)
            continue;
        if (named++ > 0)
            orm__buffer_char(out, ',');
        write_finding(out, &scope->records[i]->finding);
    }
    orm__buffer_text(out, "]}\n");
}

orm_status orm_scope_summary(orm_scope *scope, orm_summary_format format, const char **text_out)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(scope, &statistics);
    (void)pthread_mutex_lock(&scope->lock);
    orm_verdict verdict = orm__verdict(scope, &statistics);
    orm__buffer_clear(&scope->report);
    if (format == ORM_SUMMARY_JSON)
        write_json(&scope->report, scope, &statistics, verdict);
    else if (format == ORM_SUMMARY_HEADER)
        write_header(&scope->report, &statistics, orm__record_told(scope), verdict);
    else
        write_server_timing(&scope->report, &statistics, orm__record_told(scope));
    *text_out = scope->report.failed ? NULL : scope->report.data;
    (void)pthread_mutex_unlock(&scope->lock);
    return *text_out == NULL ? ORM_NOMEM : ORM_OK;
}

bool orm_scope_draw(orm_scope *scope)
{
    return orm__sink_draws(&scope->sink);
}
