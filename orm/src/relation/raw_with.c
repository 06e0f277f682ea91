/* Rows of hand-written SQL with their relations. */
#include "base/fail.h"
#include "relation/loader.h"
#include "session/raw.h"

/* A member of the query that would have to be in the SQL; NULL: there is none. */
static const char *member_in_the_way(const orm__view *view)
{
    if (view->where != NULL && view->where->kind != ORM_PRED_NONE)
        return "where";
    if (view->order_by[0] != 0)
        return "order_by";
    if (view->limit != 0)
        return "limit";
    if (view->offset != 0)
        return "offset";
    if (view->after != NULL || view->before != NULL)
        return view->after != NULL ? "after" : "before";
    return view->lock != 0 ? "lock" : NULL;
}

static orm_status select_rows(orm_site site, orm_session *db, const orm__view *view,
                              const char *sql, const orm_value *values, size_t count,
                              orm_list *list)
{
    orm__statement *statement = NULL;
    orm__loader loader;
    const char *member = member_in_the_way(view);
    orm_status status = ORM_OK;
    if (member != NULL)
        status = orm__fail(&db->error, ORM_INVALID,
                           "raw rows of %s are chosen by the SQL: the query can't have .%s",
                           view->model->name, member);
    orm__loader_init(&loader, db, site);
    if (status == ORM_OK)
        status = orm__raw_prepare(db, site, sql, values, count, &statement);
    if (status == ORM_OK)
        status = orm__raw_objects(db, site, statement, view->model, view->refresh, list);
    if (status != ORM_OK)
        orm__fail_in(&db->error, sql == NULL ? "" : sql, site);
    if (status == ORM_OK && (view->with != NULL || view->counts != NULL))
        status = orm__loader_add_with(&loader, view, list->items, list->count, NULL, NULL, 0);
    if (status == ORM_OK)
        status = orm__loader_run(&loader);
    if (status != ORM_OK) {
        orm__assigned_undo(&loader.assigned);
        *list = (orm_list){0};
    }
    orm__loader_dispose(&loader);
    return status;
}

orm_status orm_gen_raw_with(orm_site site, orm_session *db, const orm_model *model, const char *sql,
                            const orm_value *values, size_t count, const void *query,
                            void *list_out)
{
    orm_list *list = list_out;
    orm__view view;
    *list = (orm_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm__view_read(&view, model, query);
    return orm__session_leave(db, select_rows(site, db, &view, sql, values, count, list));
}
