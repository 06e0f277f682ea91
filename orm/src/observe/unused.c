#include "observe/unused.h"

#include <string.h>

#include "base/hash.h"
#include "observe/provenance.h"
#include "observe/record.h"
#include "session/results.h"

static bool was_read(const orm__eager *eager)
{
    return atomic_load_explicit(&eager->load->was_read, memory_order_relaxed);
}

/* One call that loads one path is one cause, whatever session makes it. */
static uint64_t cause_of(const orm__eager *eager)
{
    uint64_t site = (uint64_t)(uintptr_t)eager->site.file ^
                    orm__hash_word(((uint64_t)(uint32_t)eager->site.line << 32) |
                                   (uint32_t)eager->site.counter);
    uint64_t path = orm__hash_bytes(eager->path, strlen(eager->path));
    return orm__hash_word(orm__hash_word(site) + path +
                          (uint64_t)(uintptr_t)eager->relation * 0x9e3779b97f4a7c15ULL);
}

/* Whether `outer` is the relation that the rows of `inner` were reached through. */
static bool leads_to(const orm__eager *outer, const orm__eager *inner)
{
    size_t size = strlen(outer->path);
    return orm__same_site(outer->site, inner->site) &&
           strncmp(inner->path, outer->path, size) == 0 && inner->path[size] == '.';
}

/* What hangs below a relation that nothing read is part of that finding; so are the further levels
 * of a relation that is walked several levels deep. */
static bool is_below_unread(const orm__eager *newest, const orm__eager *eager)
{
    for (const orm__eager *other = newest; other != NULL; other = other->next)
        if (leads_to(other, eager) && !was_read(other))
            return true;
    return false;
}

static bool advise(orm_scope *scope, orm_finding *finding, const orm__eager *eager)
{
    const char *path = eager->path;
    const char *owner = eager->owner->name;
    const char *relation = eager->relation->name;
    finding->subject = orm__arena_printf(&scope->arena, "%s.%s", owner, relation);
    finding->statement = orm__arena_printf(&scope->arena, "eager load of %s", path);
    finding->advice = orm__arena_printf(
        &scope->arena,
        "nothing read %s: leave .with.%s out of the query (or the preload out), or load it only "
        "where it is read",
        finding->subject == NULL ? relation : finding->subject, path);
    return finding->subject != NULL && finding->statement != NULL && finding->advice != NULL;
}

static orm__record *add(orm_scope *scope, uint64_t key, const orm__eager *eager)
{
    orm_finding finding = {.kind = ORM_FINDING_UNUSED, .site = eager->site};
    orm__record *record = orm__record_new(scope, key, &finding);
    if (record == NULL || !advise(scope, &record->finding, eager)) {
        scope->statistics.dropped++;
        return NULL;
    }
    orm__record_insert(scope, record);
    return record;
}

static void judge(orm_scope *scope, const orm__eager *newest, const orm__eager *eager)
{
    uint64_t key = cause_of(eager);
    orm__record *record = orm__record_find(scope, key);
    if (was_read(eager)) {
        (void)orm__value_set_add(&scope->read, key);
        orm__record_remove(scope, record);
        return;
    }
    if (orm__value_set_has(&scope->read, key) || is_below_unread(newest, eager))
        return;
    if (record == NULL)
        record = add(scope, key, eager);
    if (record == NULL)
        return;
    record->finding.statements++;
    record->finding.sessions++;
    record->finding.rows += (int64_t)eager->rows;
    record->finding.origin_rows += (int64_t)eager->parents;
}

void orm__judge_unused(orm_scope *scope, const orm_session *session)
{
    const orm__eager *newest = orm__session_eagers(session);
    for (const orm__eager *eager = newest; eager != NULL; eager = eager->next)
        judge(scope, newest, eager);
}
