/* Copies what a scope saw, which ends with the request. */
#include <stdalign.h>
#include <string.h>

#include "requests.h"

enum { LOOK_BACK = 64 };

/* Goes over a request twice: first with no memory, to see how much it takes. */
struct packer {
    char *base;
    size_t used;
};

static void *pack_bytes(struct packer *to, size_t size)
{
    size_t at = (to->used + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    to->used = at + size;
    return to->base == NULL ? NULL : to->base + at;
}

static const char *pack_text(struct packer *to, const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text) + 1;
    size_t at = to->used;
    to->used += size;
    return to->base == NULL ? text : memcpy(to->base + at, text, size);
}

static orm_finding pack_finding(struct packer *to, const orm_finding *it)
{
    orm_finding copy = *it;
    copy.fix = (orm_finding_fix){.call = NULL};
    copy.caller = (orm_site){.line = 0};
    copy.subject = pack_text(to, it->subject);
    copy.statement = pack_text(to, it->statement);
    copy.column = pack_text(to, it->column);
    copy.replacement = pack_text(to, it->replacement);
    copy.alternative = pack_text(to, it->alternative);
    copy.in_loop = pack_text(to, it->in_loop);
    copy.advice = pack_text(to, it->advice);
    return copy;
}

/* Repeated statements share their text in the scope, and do so here. */
static bool share_text(orm_scope *scope, size_t index, const orm_traced *copies, orm_traced *it)
{
    size_t oldest = index < LOOK_BACK ? 0 : index - LOOK_BACK;
    for (size_t i = index; i > oldest; i--) {
        orm_traced earlier;
        if (!orm_scope_traced(scope, i - 1, &earlier) || earlier.sql != it->sql ||
            earlier.subject != it->subject)
            continue;
        if (copies != NULL) {
            it->sql = copies[i - 1].sql;
            it->subject = copies[i - 1].subject;
        }
        return true;
    }
    return false;
}

static void pack_traced(struct packer *to, struct kept *kept, orm_scope *scope)
{
    orm_traced *copies = pack_bytes(to, kept->traced_count * sizeof *copies);
    for (size_t i = 0; i < kept->traced_count; i++) {
        orm_traced it;
        if (!orm_scope_traced(scope, i, &it))
            break;
        if (!share_text(scope, i, copies, &it)) {
            it.sql = pack_text(to, it.sql);
            it.subject = pack_text(to, it.subject);
        }
        if (copies != NULL)
            copies[i] = it;
    }
    kept->traced = copies;
}

static struct kept pack(struct packer *to, const struct facts *facts, orm_scope *scope)
{
    size_t findings = facts->finding_count < FINDINGS_KEPT ? facts->finding_count : FINDINGS_KEPT;
    struct kept kept = {.facts = *facts, .finding_count = findings};
    kept.traced_count = orm_scope_traced_count(scope, NULL);
    (void)pack_bytes(to, sizeof kept);
    kept.findings = pack_bytes(to, findings * sizeof *kept.findings);
    for (size_t i = 0; i < findings; i++) {
        orm_finding copy = pack_finding(to, orm_scope_finding(scope, i));
        if (kept.findings != NULL)
            kept.findings[i] = copy;
    }
    pack_traced(to, &kept, scope);
    kept.facts.method = pack_text(to, facts->method);
    kept.facts.route = pack_text(to, facts->route);
    kept.facts.target = pack_text(to, facts->target);
    kept.size = to->used;
    return kept;
}

struct kept *orm__requests_keep(const orm_allocator *allocator, const struct facts *facts,
                                orm_scope *scope)
{
    struct packer needed = {.base = NULL};
    (void)pack(&needed, facts, scope);
    struct packer to = {.base = orm__requests_resize(allocator, NULL, 0, needed.used)};
    if (to.base == NULL)
        return NULL;
    struct kept kept = pack(&to, facts, scope);
    return memcpy(to.base, &kept, sizeof kept);
}

void orm__requests_forget(const orm_allocator *allocator, struct kept *kept)
{
    if (kept != NULL)
        (void)orm__requests_resize(allocator, kept, kept->size, 0);
}
