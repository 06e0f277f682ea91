#include <string.h>

#include "session/results.h"
#include "session/session.h"

/* Of one session; further ones are not judged. */
enum { EAGERS_MAX = 4096 };

/* Memory that those who watch the session may look at until it closes. */
static orm__arena *watched_arena(orm_session *session)
{
    bool lasts = session->sink != NULL && session->inside == NULL;
    return lasts ? &session->lasting : &session->arena;
}

orm__load *orm__session_load(orm_session *session, orm_site site)
{
    orm__load *load = orm__arena_zero(watched_arena(session), sizeof *load);
    if (load == NULL)
        return NULL;
    load->site = site;
    load->epoch = session->map.epoch;
    return load;
}

void orm__session_note_eager(orm_session *session, const orm_model *owner,
                             const orm_relation *relation, const char *path, const orm__load *load,
                             size_t parents, size_t rows)
{
    /* What a stream loads goes with its batch. */
    bool watched = session->sink != NULL && session->inside == NULL && path != NULL;
    if (!watched || session->eager_count >= EAGERS_MAX)
        return;
    orm__eager *eager = orm__arena_zero(&session->lasting, sizeof *eager);
    char *kept = orm__arena_copy(&session->lasting, path, strlen(path));
    if (eager == NULL || kept == NULL)
        return;
    *eager = (orm__eager){.next = session->eagers,
                          .site = load->site,
                          .owner = owner,
                          .relation = relation,
                          .path = kept,
                          .load = load,
                          .parents = parents,
                          .rows = rows};
    session->eagers = eager;
    session->eager_count++;
}

const orm__eager *orm__session_eagers(const orm_session *session)
{
    orm_status status = session->error.status;
    bool given_up = session->failed || (status != ORM_OK && status != ORM_NOT_FOUND);
    return given_up ? NULL : session->eagers;
}
