#include <string.h>

#include "base/site.h"
#include "session/digest.h"

/* Calls and paths of one session; what further ones load is not judged. */
enum { EAGERS_MAX = 1024 };

orm__load *orm__session_load(orm_session *session, orm_site site)
{
    orm__load *load = orm__arena_zero(&session->arena, sizeof *load);
    if (load == NULL)
        return NULL;
    load->site = site;
    load->epoch = session->map.epoch;
    return load;
}

/* Loads of one path by one call are judged together. The one found comes first. */
static orm__eager *find(orm_session *session, orm_site site, const orm_relation *relation,
                        const char *path, bool counting)
{
    for (orm__eager **at = &session->eagers; *at != NULL; at = &(*at)->next) {
        orm__eager *eager = *at;
        if (eager->relation != relation || eager->counting != counting ||
            !orm__same_site(eager->site, site) || strcmp(eager->path, path) != 0)
            continue;
        *at = eager->next;
        eager->next = session->eagers;
        session->eagers = eager;
        return eager;
    }
    return NULL;
}

static orm__eager *add(orm_session *session, const orm_model *owner, const orm_relation *relation,
                       const char *path, orm_site site)
{
    if (session->eager_count >= EAGERS_MAX)
        return NULL;
    orm__eager *eager = orm__arena_zero(&session->lasting, sizeof *eager);
    char *kept = orm__arena_copy(&session->lasting, path, strlen(path));
    if (eager == NULL || kept == NULL)
        return NULL;
    *eager = (orm__eager){
        .next = session->eagers, .site = site, .owner = owner, .relation = relation, .path = kept};
    session->eagers = eager;
    session->eager_count++;
    return eager;
}

static bool add_load(orm_session *session, orm__eager *eager, const orm__load *load)
{
    orm__eager_load **list = session->inside == NULL ? &eager->newest : &eager->streamed;
    if (*list != NULL && (*list)->load == load)
        return true; /* parts of one query may share it */
    orm__eager_load *added = orm__arena_alloc(&session->arena, sizeof *added);
    if (added == NULL)
        return false;
    *added = (orm__eager_load){*list, load, session->inside};
    *list = added;
    eager->loads++;
    return true;
}

void orm__session_note_eager(orm_session *session, const orm_model *owner,
                             const orm_relation *relation, const char *path, bool counting,
                             const orm__load *load, size_t parents, size_t rows)
{
    if (session->sink == NULL || path == NULL)
        return;
    orm__eager *eager = find(session, load->site, relation, path, counting);
    if (eager == NULL)
        eager = add(session, owner, relation, path, load->site);
    if (eager != NULL)
        eager->counting = counting;
    if (eager == NULL || !add_load(session, eager, load)) {
        session->unjudged++;
        return;
    }
    eager->parents += (int64_t)parents;
    eager->rows += (int64_t)rows;
}

static bool was_read(const orm__load *load)
{
    return atomic_load_explicit(&load->was_read, memory_order_relaxed);
}

static bool any_was_read(const orm__eager_load *newest)
{
    while (newest != NULL && !was_read(newest->load))
        newest = newest->before;
    return newest != NULL;
}

bool orm__eager_was_read(const orm__eager *eager)
{
    return eager->was_read || any_was_read(eager->newest) || any_was_read(eager->streamed);
}

void orm__eager_release(orm_session *session, const orm__region *region)
{
    for (orm__eager *at = session->eagers; at != NULL; at = at->next)
        for (; at->newest != NULL && orm__region_has(region, at->newest);
             at->newest = at->newest->before)
            at->was_read = at->was_read || was_read(at->newest->load);
}

void orm__eager_end_batch(orm_session *session, const struct orm__stream *stream)
{
    for (orm__eager *eager = session->eagers; eager != NULL; eager = eager->next)
        for (orm__eager_load **at = &eager->streamed; *at != NULL;) {
            if ((*at)->stream != stream) {
                at = &(*at)->before;
                continue;
            }
            eager->was_read = eager->was_read || was_read((*at)->load);
            *at = (*at)->before;
        }
}

const orm__eager *orm__session_eagers(const orm_session *session)
{
    orm_status status = session->error.status;
    bool given_up = session->failed || (status != ORM_OK && status != ORM_NOT_FOUND);
    return given_up ? NULL : session->eagers;
}

int64_t orm__session_unjudged(const orm_session *session)
{
    return session->unjudged;
}
