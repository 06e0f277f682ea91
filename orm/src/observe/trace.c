#include "observe/trace.h"

#include <string.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "observe/advice.h"
#include "observe/scope.h"

enum { SQL_MAX = 400, LOOK_BACK = 64 };

void orm__trace_init(orm__trace *trace, const orm_allocator *allocator, size_t limit)
{
    *trace = (orm__trace){.allocator = allocator, .limit = limit};
    trace->began = limit == 0 ? 0 : orm__now();
}

void orm__trace_dispose(orm__trace *trace)
{
    orm__free(trace->allocator, trace->items, trace->capacity * sizeof *trace->items);
    trace->items = NULL;
    trace->capacity = 0;
}

void orm__trace_clear(orm__trace *trace)
{
    trace->count = 0;
    trace->lost = 0;
    trace->began = trace->limit == 0 ? 0 : orm__now();
}

static orm_traced *next_item(orm__trace *trace)
{
    if (trace->count >= trace->limit)
        return NULL;
    if (trace->count == trace->capacity) {
        size_t capacity = trace->capacity == 0 ? 32 : trace->capacity * 2;
        orm_traced *items = orm__resize(trace->allocator, trace->items,
                                        trace->capacity * sizeof *items, capacity * sizeof *items);
        if (items == NULL)
            return NULL;
        trace->items = items;
        trace->capacity = capacity;
    }
    return &trace->items[trace->count];
}

static bool is_alike(const orm_traced *item, const orm_event *event)
{
    return item->fingerprint == event->fingerprint && item->kind == event->kind &&
           item->site.file == event->site.file && item->site.line == event->site.line;
}

/* Texts of a statement repeated by one call are kept once. */
static bool share_texts(const orm__trace *trace, const orm_event *event, orm_traced *item)
{
    size_t oldest = trace->count < LOOK_BACK ? 0 : trace->count - LOOK_BACK;
    for (size_t i = trace->count; i > oldest; i--) {
        const orm_traced *earlier = &trace->items[i - 1];
        if (!is_alike(earlier, event))
            continue;
        item->sql = earlier->sql;
        item->subject = earlier->subject;
        return true;
    }
    return false;
}

static bool write_texts(const orm__trace *trace, const orm_event *event, orm__arena *arena,
                        orm_traced *item)
{
    orm__buffer line;
    orm__buffer_init(&line, trace->allocator, 4 * SQL_MAX);
    orm__sql_line(&line, event->sql, event->sql_size, SQL_MAX, false);
    item->sql = line.failed ? NULL : orm__arena_copy(arena, line.data, line.size);
    orm__buffer_dispose(&line);
    if (event->relation != NULL && event->owner != NULL)
        item->subject =
            orm__arena_printf(arena, "%s.%s", event->owner->name, event->relation->name);
    else if (event->model != NULL)
        item->subject = event->model->name;
    return item->sql != NULL;
}

void orm__trace_add(orm__trace *trace, const orm_event *event, orm__arena *arena)
{
    orm_traced *item = next_item(trace);
    if (item == NULL) {
        trace->lost++;
        return;
    }
    memset(item, 0, sizeof *item);
    int64_t ended = event->ended_ns == 0 ? orm__now() : event->ended_ns;
    item->start_ns = ended - event->duration_ns - trace->began;
    item->duration_ns = event->duration_ns;
    item->rows = event->affected > event->rows ? event->affected : event->rows;
    item->fingerprint = event->fingerprint;
    item->site = event->site;
    item->kind = event->kind;
    item->status = event->status;
    item->row_by_row = event->row_by_row;
    if (share_texts(trace, event, item) || write_texts(trace, event, arena, item))
        trace->count++;
    else
        trace->lost++;
}

size_t orm_scope_traced_count(orm_scope *scope, int64_t *lost_out)
{
    (void)pthread_mutex_lock(&scope->lock);
    size_t count = scope->trace.count;
    if (lost_out != NULL)
        *lost_out = scope->trace.lost;
    (void)pthread_mutex_unlock(&scope->lock);
    return count;
}

bool orm_scope_traced(orm_scope *scope, size_t index, orm_traced *traced_out)
{
    (void)pthread_mutex_lock(&scope->lock);
    bool known = index < scope->trace.count;
    if (known)
        *traced_out = scope->trace.items[index];
    (void)pthread_mutex_unlock(&scope->lock);
    return known;
}
