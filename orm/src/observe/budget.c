#include "observe/budget.h"

#include "observe/advice.h"
#include "observe/record.h"

enum { SQL_MAX = 200 };

/* Keys of findings that no statement causes. */
#define BUDGET_KEY 0x627564676574ULL

static const char *statement_text(orm_scope *scope, const orm_event *event)
{
    orm__buffer line;
    orm__buffer_init(&line, &scope->allocator, 4 * SQL_MAX);
    orm__sql_line(&line, event->sql, event->sql_size, SQL_MAX, false);
    const char *text = line.failed ? NULL : orm__arena_copy(&scope->arena, line.data, line.size);
    orm__buffer_dispose(&line);
    return text;
}

static orm__record *exceeded(orm_scope *scope, const orm_event *event, uint64_t key,
                             const char *what, int64_t allowed)
{
    orm_finding finding = {.kind = ORM_FINDING_BUDGET,
                           .subject = what,
                           .statement = statement_text(scope, event),
                           .site = event->site,
                           .distinct = allowed,
                           .sessions = 1,
                           .advice = "this call went beyond the scope's .budget: ask for less, or "
                                     "for more at once; or allow more"};
    orm__record *record = finding.statement == NULL ? NULL : orm__record_new(scope, key, &finding);
    if (record == NULL)
        scope->statistics.dropped++;
    else
        orm__record_insert(scope, record);
    return record;
}

static void compare(orm_scope *scope, const orm_event *event, const char *what, int64_t used,
                    int64_t allowed)
{
    const orm_scope_statistics *now = &scope->statistics;
    uint64_t key = BUDGET_KEY + (uint64_t)(uintptr_t)what;
    if (allowed <= 0 || used <= allowed)
        return;
    orm__record *record = orm__record_find(scope, key);
    if (record == NULL)
        record = exceeded(scope, event, key, what, allowed);
    if (record == NULL)
        return;
    record->finding.statements = now->statements;
    record->finding.matched = used;
    record->finding.rows = now->rows;
    record->finding.duration_ns = now->duration_ns;
}

void orm__judge_budget(orm_scope *scope, const orm_event *event)
{
    static const char *const names[] = {"statements", "rows", "bytes", "nanoseconds"};
    const orm_scope_budget *budget = &scope->options.budget;
    const orm_scope_statistics *now = &scope->statistics;
    compare(scope, event, names[0], now->statements, budget->statements);
    compare(scope, event, names[1], now->rows, budget->rows);
    compare(scope, event, names[2], now->bytes, budget->bytes);
    compare(scope, event, names[3], now->duration_ns, budget->duration_ns);
}
