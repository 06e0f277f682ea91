#include "sql/lock_text.h"

#include "base/fail.h"

static orm_status refuse(const orm__view *view, const char *why, orm_error *error)
{
    return orm__fail(error, ORM_INVALID, "a query of %s %s", view->model->name, why);
}

orm_status orm__view_lock(const orm__view *view, orm__query *query, orm_error *error)
{
    bool related = query->purpose == ORM__PURPOSE_RELATED;
    query->lock = view->lock;
    query->lock_wait = view->lock_wait;
    if ((unsigned)view->lock > ORM_LOCK_KEY_SHARE ||
        (unsigned)view->lock_wait > ORM_LOCK_SKIP_LOCKED)
        return refuse(view, "has a lock that is none of orm_lock or orm_lock_wait", error);
    if (view->lock == ORM_LOCK_NONE)
        return view->lock_wait == ORM_LOCK_WAIT
                   ? ORM_OK
                   : refuse(view, "says how to wait for a lock (lock_wait) but takes none", error);
    if ((query->purpose != ORM__PURPOSE_SELECT && !related) || (related && query->counting))
        return refuse(view, "locks rows, which only reading them can; leave out its lock", error);
    if (related && (query->limited || query->skipping))
        return refuse(view,
                      "locks the rows of a relation; with a limit or offset per parent it can't",
                      error);
    return ORM_OK;
}

void orm__write_lock(orm__text *text, const orm__query *query)
{
    static const char *const strengths[] = {"", " FOR UPDATE", " FOR NO KEY UPDATE", " FOR SHARE",
                                            " FOR KEY SHARE"};
    static const char *const waits[] = {"", " NOWAIT", " SKIP LOCKED"};
    if (query->lock == ORM_LOCK_NONE || !text->dialect->locks_rows)
        return;
    orm__text_add(text, strengths[query->lock]);
    orm__text_add(text, " OF t0");
    orm__text_add(text, waits[query->lock_wait]);
}
