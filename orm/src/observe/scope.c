#include "observe/scope.h"

#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "observe/budget.h"
#include "observe/detector.h"
#include "observe/record.h"
#include "observe/statement.h"
#include "observe/unused.h"
#include "session/results.h"

enum { STATEMENTS_DEFAULT = 2048, VALUES_DEFAULT = 65536, FINDINGS_DEFAULT = 256 };

/* What of its time was not another's, that ended before. */
static void count_busy(orm_scope *scope, const orm_event *event)
{
    int64_t own = event->duration_ns;
    if (event->ended_ns != 0 && event->ended_ns - own < scope->busy_until)
        own = event->ended_ns - scope->busy_until;
    if (own > 0)
        scope->statistics.busy_ns += own;
    if (event->ended_ns > scope->busy_until)
        scope->busy_until = event->ended_ns;
}

static void count_event(orm_scope_statistics *statistics, const orm_event *event)
{
    if (event->status != ORM_OK)
        statistics->errors++;
    statistics->duration_ns += event->duration_ns;
    if (event->kind >= 0 && (int)event->kind < ORM_EVENT_KIND_COUNT)
        statistics->by_kind[event->kind]++;
    /* Further batches of a stream are controls that give rows. */
    statistics->rows += event->rows;
    statistics->affected += event->affected;
    statistics->bytes += event->bytes;
    if (event->kind == ORM_EVENT_CONTROL) {
        statistics->controls++;
        return;
    }
    statistics->statements++;
    if (event->kind == ORM_EVENT_RELATION && event->row_by_row)
        statistics->row_by_row++;
}

/* The session is under way until it ends. */
static void note_open(orm_scope *scope, uint64_t session)
{
    scope->newest = session;
    for (size_t i = 0; i < scope->open_count; i++)
        if (scope->open[i] == session)
            return;
    if (scope->open_count < ORM_SCOPE_OPEN)
        scope->open[scope->open_count++] = session;
}

static void note_end(orm_scope *scope, uint64_t session)
{
    for (size_t i = 0; i < scope->open_count; i++)
        if (scope->open[i] == session)
            scope->open[i] = scope->open[--scope->open_count];
    scope->newest = 0;
}

/*
 * Sessions of other threads than the one that made the scope, and those opened while another one is
 * under way, do a part of its work each. Those that follow each other may be requests of a test. A
 * scope that samples watches whole applications.
 */
static uint64_t joined(void *context)
{
    orm_scope *scope = context;
    (void)pthread_mutex_lock(&scope->lock);
    bool worker = scope->open_count > 0 || !pthread_equal(scope->maker, pthread_self());
    (void)pthread_mutex_unlock(&scope->lock);
    return worker && scope->options.one_of < 2 ? scope->number | ORM_FAMILY_WORKERS : 0;
}

static void look_at(orm_scope *scope, const orm_event *event, const orm__witness *witness)
{
    count_event(&scope->statistics, event);
    count_busy(scope, event);
    if (witness->session != scope->newest && event->kind != ORM_EVENT_CONTROL)
        note_open(scope, witness->session);
    if (scope->trace.limit > 0)
        orm__trace_add(&scope->trace, event, &scope->arena);
    if (event->kind != ORM_EVENT_CONTROL)
        orm__judge_budget(scope, event);
    if (event->kind == ORM_EVENT_CONTROL)
        scope->epoch += orm__is_boundary(event);
    else if (!scope->options.no_detector)
        orm__detect(scope, event, witness);
}

void orm__scope_note(orm_scope *scope, const orm_event *event, const orm__witness *witness)
{
    (void)pthread_mutex_lock(&scope->lock);
    if (scope->pauses == 0)
        look_at(scope, event, witness);
    else
        scope->statistics.paused++;
    (void)pthread_mutex_unlock(&scope->lock);
    if (scope->options.parent != NULL)
        orm__scope_note(scope->options.parent, event, witness);
}

static void receive(void *context, const orm_event *event)
{
    orm__witness witness = {.frame = __builtin_frame_address(0)};
    if (event->session != NULL) {
        witness.session = orm__session_number(event->session);
        witness.results = orm__session_results(event->session);
        witness.call = orm__session_call(event->session);
        witness.family = orm__session_family(event->session);
        witness.owner = event->session;
    }
    orm__scope_note(context, event, &witness);
}

static void waited(void *context, int64_t duration_ns)
{
    orm_scope *scope = context;
    (void)pthread_mutex_lock(&scope->lock);
    if (scope->pauses == 0)
        scope->statistics.waited_ns += duration_ns;
    (void)pthread_mutex_unlock(&scope->lock);
    if (scope->options.parent != NULL)
        waited(scope->options.parent, duration_ns);
}

static void end(void *context, const orm_session *session)
{
    orm_scope *scope = context;
    (void)pthread_mutex_lock(&scope->lock);
    if (!scope->options.no_detector && scope->pauses == 0)
        orm__judge_unused(scope, session);
    note_end(scope, orm__session_number(session));
    (void)pthread_mutex_unlock(&scope->lock);
    if (scope->options.parent != NULL)
        end(scope->options.parent, session);
}

static void set_threshold(uint32_t *threshold, uint32_t by_default)
{
    if (*threshold < 2)
        *threshold = by_default;
}

static bool is_timed(const orm_scope_options *options)
{
    return options->timed || (options->parent != NULL && is_timed(&options->parent->options));
}

static void set_options(orm_scope *scope, const orm_scope_options *options)
{
    if (options != NULL)
        scope->options = *options;
    orm_scope_options *set = &scope->options;
    if (set->max_statements == 0)
        set->max_statements = STATEMENTS_DEFAULT;
    if (set->max_values == 0)
        set->max_values = VALUES_DEFAULT;
    if (set->max_findings == 0)
        set->max_findings = FINDINGS_DEFAULT;
    set_threshold(&set->thresholds.stems, 2);
    set_threshold(&set->thresholds.matches, 3);
    set_threshold(&set->thresholds.writes, 3);
    set_threshold(&set->thresholds.repeats, 3);
    scope->allocator = set->allocator;
    scope->sink =
        (orm__sink){.publish = receive,
                    .ended = end,
                    .joined = joined,
                    .waited = waited,
                    .context = scope,
                    .sessions = set->parent == NULL ? &scope->sessions : set->parent->sink.sessions,
                    .draws = &scope->draws,
                    .one_of = set->one_of,
                    .timed = is_timed(set)};
}

/* The options' name, as the scope's own. */
static bool copy_name(orm_scope *scope)
{
    const char *name = scope->options.name;
    scope->options.name = NULL;
    if (name == NULL)
        return true;
    scope->name = orm__alloc_zero(&scope->allocator, strlen(name) + 1);
    if (scope->name == NULL)
        return false;
    memcpy(scope->name, name, strlen(name));
    return true;
}

orm_status orm_scope_open(const orm_scope_options *options, orm_scope **scope_out, orm_error *error)
{
    orm_allocator allocator = {.resize = NULL};
    if (options != NULL)
        allocator = options->allocator;
    *scope_out = NULL;
    orm_scope *scope = orm__alloc_zero(&allocator, sizeof *scope);
    if (scope == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory for a scope");
    set_options(scope, options);
    scope->maker = pthread_self();
    scope->number = atomic_fetch_add(scope->sink.sessions, 1) + 1;
    if (pthread_mutex_init(&scope->lock, NULL) != 0) {
        orm__free(&allocator, scope, sizeof *scope);
        return orm__fail(error, ORM_NOMEM, "no mutex for a scope");
    }
    if (!copy_name(scope)) {
        (void)pthread_mutex_destroy(&scope->lock);
        orm__free(&allocator, scope, sizeof *scope);
        return orm__fail(error, ORM_NOMEM, "out of memory for a scope");
    }
    orm__trace_init(&scope->trace, &scope->allocator, scope->options.max_trace);
    orm__group_table_init(&scope->groups, &scope->allocator, scope->options.max_statements);
    orm__value_set_init(&scope->values, &scope->allocator, scope->options.max_values);
    orm__value_set_init(&scope->read, &scope->allocator, scope->options.max_statements);
    orm__arena_init(&scope->arena, &scope->allocator, NULL);
    orm__arena_init(&scope->lasting, &scope->allocator, NULL);
    orm__buffer_init(&scope->report, &scope->allocator, SIZE_MAX / 2);
    *scope_out = scope;
    return ORM_OK;
}

void orm_scope_close(orm_scope *scope)
{
    if (scope == NULL)
        return;
    orm_allocator allocator = scope->allocator;
    orm__buffer_dispose(&scope->report);
    orm__trace_dispose(&scope->trace);
    if (scope->name != NULL)
        orm__free(&allocator, scope->name, strlen(scope->name) + 1);
    orm__arena_dispose(&scope->arena);
    orm__arena_dispose(&scope->lasting);
    orm__free(&allocator, scope->records, scope->record_capacity * sizeof *scope->records);
    orm__value_set_dispose(&scope->read);
    orm__value_set_dispose(&scope->values);
    orm__group_table_dispose(&scope->groups);
    (void)pthread_mutex_destroy(&scope->lock);
    orm__free(&allocator, scope, sizeof *scope);
}

void orm_scope_clear(orm_scope *scope)
{
    (void)pthread_mutex_lock(&scope->lock);
    memset(&scope->statistics, 0, sizeof scope->statistics);
    orm__group_table_clear(&scope->groups);
    scope->early_count = 0;
    orm__value_set_clear(&scope->values);
    orm__value_set_clear(&scope->read);
    orm__trace_clear(&scope->trace);
    orm__arena_dispose(&scope->arena);
    orm__arena_init(&scope->arena, &scope->allocator, NULL);
    orm__buffer_clear(&scope->report);
    scope->record_count = 0;
    scope->parts = NULL;
    (void)pthread_mutex_unlock(&scope->lock);
}

void orm_scope_get_statistics(orm_scope *scope, orm_scope_statistics *statistics_out)
{
    (void)pthread_mutex_lock(&scope->lock);
    *statistics_out = scope->statistics;
    statistics_out->unwatched += scope->groups.forgotten;
    (void)pthread_mutex_unlock(&scope->lock);
}

size_t orm_scope_finding_count(orm_scope *scope)
{
    (void)pthread_mutex_lock(&scope->lock);
    size_t count = orm__record_told(scope);
    (void)pthread_mutex_unlock(&scope->lock);
    return count;
}

size_t orm_scope_ignored_count(orm_scope *scope)
{
    (void)pthread_mutex_lock(&scope->lock);
    size_t count = scope->record_count - orm__record_told(scope);
    (void)pthread_mutex_unlock(&scope->lock);
    return count;
}

void orm_scope_pause(orm_scope *scope)
{
    (void)pthread_mutex_lock(&scope->lock);
    scope->pauses++;
    (void)pthread_mutex_unlock(&scope->lock);
}

void orm_scope_resume(orm_scope *scope)
{
    (void)pthread_mutex_lock(&scope->lock);
    if (scope->pauses > 0)
        scope->pauses--;
    (void)pthread_mutex_unlock(&scope->lock);
}

const orm_finding *orm_scope_finding(orm_scope *scope, size_t index)
{
    const orm_finding *finding = NULL;
    (void)pthread_mutex_lock(&scope->lock);
    for (size_t i = 0; i < scope->record_count && finding == NULL; i++)
        if (!scope->records[i]->ignored && index-- == 0)
            finding = &scope->records[i]->finding;
    (void)pthread_mutex_unlock(&scope->lock);
    return finding;
}

const char *orm_finding_kind_name(orm_finding_kind kind)
{
    switch (kind) {
    case ORM_FINDING_N1:
        return "N1";
    case ORM_FINDING_DUP:
        return "DUP";
    case ORM_FINDING_WRITE:
        return "WRITE";
    case ORM_FINDING_UNUSED:
        return "UNUSED";
    case ORM_FINDING_BUDGET:
        return "BUDGET";
    case ORM_FINDING_LATENT:
        return "LATENT";
    }
    return "?";
}
