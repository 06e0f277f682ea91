#include "observe/unused.h"

#include <string.h>

#include "base/hash.h"
#include "observe/provenance.h"
#include "observe/record.h"
#include "session/results.h"

static uint64_t path_of(orm_site site, const char *path, size_t size)
{
    uint64_t file = site.file == NULL ? 0 : orm__hash_bytes(site.file, strlen(site.file));
    uint64_t place =
        file ^ orm__hash_word(((uint64_t)(uint32_t)site.line << 32) | (uint32_t)site.counter);
    return orm__hash_word(orm__hash_word(place) + orm__hash_bytes(path, size));
}

/* One call that loads one path is one cause, whatever session makes it. */
static uint64_t cause_of(const orm__eager *eager)
{
    return orm__hash_word(path_of(eager->site, eager->path, strlen(eager->path)) + eager->counting +
                          (uint64_t)(uintptr_t)eager->relation * 0x9e3779b97f4a7c15ULL);
}

/* What hangs below a relation that nothing read is part of that finding; so are the further levels
 * of a relation that is walked several levels deep. */
static bool is_below_unread(const orm__value_set *unread, const orm__eager *eager)
{
    for (const char *dot = strchr(eager->path, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
        if (orm__value_set_has(unread,
                               path_of(eager->site, eager->path, (size_t)(dot - eager->path))))
            return true;
    return false;
}

static bool advise(orm_scope *scope, orm_finding *finding, const orm__eager *eager)
{
    const char *path = eager->path;
    const char *owner = eager->owner->name;
    const char *relation = eager->relation->name;
    finding->subject = orm__arena_printf(&scope->arena, "%s.%s", owner, relation);
    finding->statement = orm__arena_printf(&scope->arena, "eager %s of %s",
                                           eager->counting ? "count" : "load", path);
    const char *subject = finding->subject == NULL ? relation : finding->subject;
    finding->advice =
        eager->counting
            ? orm__arena_printf(&scope->arena,
                                "nothing read how many %s there are: leave .counts.%s out of the "
                                "query (or the preload out), or count only where it is read",
                                subject, relation)
            : orm__arena_printf(&scope->arena,
                                "nothing read %s: leave .with.%s out of the query (or the preload "
                                "out), or load it only where it is read",
                                subject, path);
    finding->fix.omit = orm__arena_printf(&scope->arena, "%s", path);
    finding->fix.counts = eager->counting;
    return finding->fix.omit != NULL && finding->subject != NULL && finding->statement != NULL &&
           finding->advice != NULL;
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

static void judge(orm_scope *scope, const orm__value_set *unread, const orm__eager *eager)
{
    uint64_t key = cause_of(eager);
    orm__record *record = orm__record_find(scope, key);
    if (orm__eager_was_read(eager)) {
        (void)orm__value_set_add(&scope->read, key);
        orm__record_remove(scope, record);
        return;
    }
    if (orm__value_set_has(&scope->read, key) || is_below_unread(unread, eager))
        return;
    if (record == NULL)
        record = add(scope, key, eager);
    if (record == NULL)
        return;
    record->finding.statements += eager->loads;
    record->finding.sessions++;
    record->finding.rows += eager->rows;
    record->finding.origin_rows += eager->parents;
}

void orm__judge_unused(orm_scope *scope, const orm_session *session)
{
    const orm__eager *first = orm__session_eagers(session);
    orm__value_set unread;
    orm__value_set_init(&unread, &scope->allocator, SIZE_MAX / 8);
    for (const orm__eager *at = first; at != NULL; at = at->next)
        if (!at->counting && !orm__eager_was_read(at))
            (void)orm__value_set_add(&unread, path_of(at->site, at->path, strlen(at->path)));
    for (const orm__eager *at = first; at != NULL; at = at->next)
        judge(scope, &unread, at);
    orm__value_set_dispose(&unread);
    scope->statistics.dropped += orm__session_unjudged(session);
}
