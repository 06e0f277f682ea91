#include <orm/statistics.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocator.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/fail.h"
#include "base/site.h"
#include "observe/advice.h"
#include "observe/json.h"
#include "observe/log_line.h"

enum { STATEMENTS_DEFAULT = 512, SQL_MAX = 300, REPORT_MAX = 16 * 1024 * 1024 };

/* An engine that is watched. */
typedef struct watched {
    struct watched *next;
    orm_engine *engine; /* borrowed */
    orm_subscription *subscription;
} watched;

struct orm_statistics {
    orm_allocator allocator;
    bool control;
    pthread_mutex_t lock; /* guards all that follows */
    size_t limit;
    size_t capacity;                   /* of places; a power of two */
    orm_statement_statistics *entries; /* owned; those with a count of 0 are free */
    size_t count;
    orm_statement_statistics others;
    orm__arena arena; /* their texts */
    watched *engines;
    orm_statement_statistics *sorted; /* owned; `limit` + 1 of them, for a report */
    orm__buffer report;
};

static void count_site(orm_statement_statistics *entry, orm_site site)
{
    for (size_t i = 0; i < ORM_STATISTICS_SITES; i++) {
        orm_statement_site *at = &entry->sites[i];
        if (at->count == 0)
            at->site = site;
        if (!orm__same_site(at->site, site))
            continue;
        at->count++;
        return;
    }
    entry->elsewhere++;
}

static const char *text_of(orm_statistics *it, const orm_event *event)
{
    orm__buffer line;
    orm__buffer_init(&line, &it->allocator, 4 * SQL_MAX);
    orm__sql_line(&line, event->sql, event->sql_size, SQL_MAX, false);
    const char *text = line.failed ? NULL : orm__arena_copy(&it->arena, line.data, line.size);
    orm__buffer_dispose(&line);
    return text;
}

/* The entry of this statement; those without a place have one together. */
static orm_statement_statistics *entry_of(orm_statistics *it, const orm_event *event)
{
    size_t at = (size_t)event->fingerprint & (it->capacity - 1);
    while (it->entries[at].count > 0 && it->entries[at].fingerprint != event->fingerprint)
        at = (at + 1) & (it->capacity - 1);
    orm_statement_statistics *entry = &it->entries[at];
    if (entry->count > 0)
        return entry;
    const char *text = it->count < it->limit ? text_of(it, event) : NULL;
    if (text == NULL)
        return &it->others;
    it->count++;
    *entry = (orm_statement_statistics){
        .fingerprint = event->fingerprint, .kind = event->kind, .sql = text};
    return entry;
}

static void count(orm_statement_statistics *entry, const orm_event *event)
{
    entry->count++;
    entry->errors += event->status != ORM_OK;
    entry->rows += event->rows;
    entry->affected += event->affected;
    entry->bytes += event->bytes;
    entry->duration_ns += event->duration_ns;
    if (event->duration_ns > entry->longest_ns)
        entry->longest_ns = event->duration_ns;
    count_site(entry, event->site);
}

static void receive(void *context, const orm_event *event)
{
    orm_statistics *it = context;
    if (event->kind == ORM_EVENT_CONTROL && !it->control)
        return;
    (void)pthread_mutex_lock(&it->lock);
    count(entry_of(it, event), event);
    (void)pthread_mutex_unlock(&it->lock);
}

static void reset(orm_statistics *it)
{
    memset(it->entries, 0, it->capacity * sizeof *it->entries);
    it->others = (orm_statement_statistics){.sql = "(others)"};
    it->count = 0;
}

static bool make_room(orm_statistics *it)
{
    it->capacity = 16;
    while (it->capacity < it->limit * 2)
        it->capacity *= 2;
    it->entries = orm__alloc_zero(&it->allocator, it->capacity * sizeof *it->entries);
    it->sorted = orm__alloc_zero(&it->allocator, (it->limit + 1) * sizeof *it->sorted);
    return it->entries != NULL && it->sorted != NULL;
}

static void give_back(orm_statistics *it)
{
    orm_allocator allocator = it->allocator;
    orm__free(&allocator, it->entries, it->capacity * sizeof *it->entries);
    orm__free(&allocator, it->sorted, (it->limit + 1) * sizeof *it->sorted);
    orm__free(&allocator, it, sizeof *it);
}

orm_status orm_statistics_open(const orm_statistics_options *options,
                               orm_statistics **statistics_out, orm_error *error)
{
    static const orm_statistics_options none;
    *statistics_out = NULL;
    if (options == NULL)
        options = &none;
    orm_statistics *it = orm__alloc_zero(&options->allocator, sizeof *it);
    if (it == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory for statistics");
    it->allocator = options->allocator;
    it->control = options->control;
    it->limit = options->max_statements == 0 ? STATEMENTS_DEFAULT : options->max_statements;
    if (!make_room(it) || pthread_mutex_init(&it->lock, NULL) != 0) {
        give_back(it);
        return orm__fail(error, ORM_NOMEM, "out of memory for statistics");
    }
    orm__arena_init(&it->arena, &it->allocator, NULL);
    orm__buffer_init(&it->report, &it->allocator, REPORT_MAX);
    reset(it);
    *statistics_out = it;
    return ORM_OK;
}

void orm_statistics_close(orm_statistics *statistics)
{
    if (statistics == NULL)
        return;
    while (statistics->engines != NULL) {
        watched *at = statistics->engines;
        statistics->engines = at->next;
        orm_engine_unsubscribe(at->engine, at->subscription);
        orm__free(&statistics->allocator, at, sizeof *at);
    }
    orm__buffer_dispose(&statistics->report);
    orm__arena_dispose(&statistics->arena);
    (void)pthread_mutex_destroy(&statistics->lock);
    give_back(statistics);
}

orm_status orm_statistics_watch(orm_statistics *statistics, orm_engine *engine, orm_error *error)
{
    watched *added = orm__alloc_zero(&statistics->allocator, sizeof *added);
    if (added == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory for statistics");
    added->engine = engine;
    if (orm_engine_subscribe(engine, receive, statistics, true, &added->subscription) != ORM_OK) {
        orm__free(&statistics->allocator, added, sizeof *added);
        return orm__fail(error, ORM_NOMEM, "out of memory for statistics");
    }
    (void)pthread_mutex_lock(&statistics->lock);
    added->next = statistics->engines;
    statistics->engines = added;
    (void)pthread_mutex_unlock(&statistics->lock);
    return ORM_OK;
}

void orm_statistics_clear(orm_statistics *statistics)
{
    (void)pthread_mutex_lock(&statistics->lock);
    reset(statistics);
    orm__arena_dispose(&statistics->arena);
    orm__arena_init(&statistics->arena, &statistics->allocator, NULL);
    (void)pthread_mutex_unlock(&statistics->lock);
}

static int compare(const void *left, const void *right)
{
    const orm_statement_statistics *a = left;
    const orm_statement_statistics *b = right;
    if (a->duration_ns != b->duration_ns)
        return a->duration_ns > b->duration_ns ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->fingerprint < b->fingerprint ? -1 : a->fingerprint > b->fingerprint;
}

/* Fills `sorted`; what has no place of its own comes last. The statistics are locked. */
static size_t sort(orm_statistics *it)
{
    size_t found = 0;
    for (size_t i = 0; i < it->capacity; i++)
        if (it->entries[i].count > 0)
            it->sorted[found++] = it->entries[i];
    qsort(it->sorted, found, sizeof *it->sorted, compare);
    if (it->others.count > 0)
        it->sorted[found++] = it->others;
    return found;
}

size_t orm_statistics_get(orm_statistics *statistics, orm_statement_statistics *entries_out,
                          size_t most)
{
    (void)pthread_mutex_lock(&statistics->lock);
    size_t found = sort(statistics);
    for (size_t i = 0; i < found && i < most; i++)
        entries_out[i] = statistics->sorted[i];
    (void)pthread_mutex_unlock(&statistics->lock);
    return found;
}

static void write_number(orm__buffer *out, const char *name, int64_t number)
{
    orm__buffer_printf(out, ",\"%s\":%lld", name, (long long)number);
}

static void write_sites(orm__buffer *out, const orm_statement_statistics *entry)
{
    orm__buffer_text(out, ",\"sites\":[");
    for (size_t i = 0; i < ORM_STATISTICS_SITES && entry->sites[i].count > 0; i++) {
        const orm_statement_site *at = &entry->sites[i];
        orm__buffer_text(out, i == 0 ? "{\"file\":" : ",{\"file\":");
        orm__json_text(out, at->site.file);
        orm__buffer_printf(out, ",\"line\":%d,\"function\":", at->site.line);
        orm__json_text(out, at->site.function);
        write_number(out, "count", at->count);
        orm__buffer_char(out, '}');
    }
    orm__buffer_char(out, ']');
}

static void write_json(orm__buffer *out, const orm_statement_statistics *entry)
{
    orm__buffer_printf(
        out, "{\"fingerprint\":\"%016llx\",\"kind\":", (unsigned long long)entry->fingerprint);
    orm__json_text(out, entry->fingerprint == 0 ? NULL : orm_event_kind_name(entry->kind));
    orm__buffer_text(out, ",\"sql\":");
    orm__json_text(out, entry->sql);
    write_number(out, "count", entry->count);
    write_number(out, "errors", entry->errors);
    write_number(out, "rows", entry->rows);
    write_number(out, "affected", entry->affected);
    write_number(out, "bytes", entry->bytes);
    write_number(out, "duration_ns", entry->duration_ns);
    write_number(out, "longest_ns", entry->longest_ns);
    write_sites(out, entry);
    write_number(out, "elsewhere", entry->elsewhere);
    orm__buffer_char(out, '}');
}

static void write_lines(orm__buffer *out, const orm_statement_statistics *entry)
{
    orm__buffer_printf(out, "%16llx %9lld %7lld %10lld %11.1f %10.2f %10.2f\n    %s\n",
                       (unsigned long long)entry->fingerprint, (long long)entry->count,
                       (long long)entry->errors, (long long)(entry->rows + entry->affected),
                       (double)entry->duration_ns / 1e6,
                       (double)entry->duration_ns / 1e6 / (double)entry->count,
                       (double)entry->longest_ns / 1e6, entry->sql);
    for (size_t i = 0; i < ORM_STATISTICS_SITES && entry->sites[i].count > 0; i++)
        if (entry->sites[i].site.line > 0)
            orm__buffer_printf(out, "    %lld at %s:%d (%s)\n", (long long)entry->sites[i].count,
                               entry->sites[i].site.file, entry->sites[i].site.line,
                               entry->sites[i].site.function);
    if (entry->elsewhere > 0)
        orm__buffer_printf(out, "    %lld elsewhere\n", (long long)entry->elsewhere);
}

static void write_report(orm_statistics *it, orm_report_format format)
{
    orm__buffer *out = &it->report;
    bool json = format == ORM_REPORT_JSON;
    size_t found = sort(it);
    orm__buffer_clear(out);
    if (json)
        orm__buffer_text(out, "{\"statements\":[");
    else
        orm__buffer_printf(out, "%16s %9s %7s %10s %11s %10s %10s\n", "fingerprint", "count",
                           "errors", "rows", "ms in all", "mean ms", "longest ms");
    for (size_t i = 0; i < found; i++) {
        if (json && i > 0)
            orm__buffer_char(out, ',');
        if (json)
            write_json(out, &it->sorted[i]);
        else
            write_lines(out, &it->sorted[i]);
    }
    orm__buffer_text(out, json ? "]}\n" : "");
}

orm_status orm_statistics_report(orm_statistics *statistics, orm_report_format format,
                                 const char **text_out)
{
    (void)pthread_mutex_lock(&statistics->lock);
    write_report(statistics, format);
    *text_out = statistics->report.failed ? NULL : statistics->report.data;
    (void)pthread_mutex_unlock(&statistics->lock);
    return *text_out == NULL ? ORM_NOMEM : ORM_OK;
}
