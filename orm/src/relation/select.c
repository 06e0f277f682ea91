#include <string.h>

#include "base/fail.h"
#include "model/order_code.h"
#include "relation/loader.h"
#include "relation/page.h"
#include "relation/walk.h"
#include "session/number.h"
#include "session/queue.h"
#include "sql/predicate_text.h"

typedef struct selected {
    orm_session *session;
    orm__tables tables;
    orm__row_list *rows;
    orm__page *page; /* NULL: all rows are taken */
    orm__walking *walking;
} selected;

/* Takes the present row, unless it only tells that there are more than the page holds. */
static orm_status take_row(selected *target, orm__rows *rows, orm_error *error)
{
    orm__page *page = target->page;
    orm__tables *tables = &target->tables;
    void *row = NULL;
    if (page != NULL && target->rows->count == page->size) {
        page->more = true;
        return ORM_OK;
    }
    orm_status status = tables->query->join_count > 0
                            ? orm__tables_take(tables, rows, &row, error)
                            : orm__mapper_take(&tables->mappers[0], rows, &row, error);
    if (status == ORM_OK && row != NULL && !orm__row_list_add(target->rows, row))
        status = orm__fail(error, ORM_NOMEM, "out of memory");
    if (status == ORM_OK && page != NULL)
        status = orm__page_note(page, tables, target->rows->count, rows, error);
    if (status == ORM_OK && target->walking != NULL)
        status = orm__walk_note(target->walking, &tables->mappers[0], rows, row, error);
    return status;
}

static orm_status take_rows(orm__call *call, orm__rows *rows, orm_error *error)
{
    selected *target = call->context;
    const orm__driver *driver = target->session->engine->driver;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        status = take_row(target, rows, error);
        if (status == ORM_OK)
            status = driver->next(rows, &more, error);
    }
    return status;
}

/* The values of the query itself, where further statements are gathered before it is sent. */
static bool keep_values(orm_session *session, orm__call *call)
{
    const orm__gathered *gathered = &session->gathered;
    size_t size = (gathered->value_count + 1) * sizeof *call->values;
    orm_value *values = orm__arena_alloc(&session->arena, size);
    if (values != NULL && gathered->value_count > 0)
        memcpy(values, gathered->values, gathered->value_count * sizeof *values);
    call->values = values;
    call->value_count = gathered->value_count;
    return values != NULL;
}

/* The query itself and what travels with it. */
static orm_status send(orm__loader *loader, const orm__call *call, const orm__about *about)
{
    orm_session *session = loader->session;
    size_t count = 1 + loader->together_count;
    orm__call few[2];
    orm__call *calls = few;
    const orm__about *all = about;
    if (count > 1) {
        orm__about *abouts = orm__arena_alloc(&session->arena, count * sizeof *abouts);
        calls = orm__arena_alloc(&session->arena, (count + 1) * sizeof *calls);
        if (calls == NULL || abouts == NULL)
            return orm__session_nomem(session);
        abouts[0] = *about;
        orm__together_fill(loader, calls + 2, abouts + 1);
        all = abouts;
    }
    calls[1] = *call;
    return orm__session_send(session, loader->site, calls, all, count);
}

/* The rows of the query itself, as a list in the session's memory. */
static orm_status select_rows(orm__loader *loader, const orm__query *query, const orm__view *view,
                              selected *target, orm_list *list)
{
    orm_session *session = loader->session;
    orm__statement *statement = NULL;
    orm_status status = orm__session_statement(session, query, &statement);
    if (status != ORM_OK)
        return status;
    orm__result *result = orm__session_result(session, loader->site, query->model);
    if (result == NULL)
        return orm__session_nomem(session);
    target->session = session;
    target->rows = &session->rows;
    session->rows.count = 0;
    orm__call call = {.statement = statement, .consume = take_rows, .context = target};
    if (!keep_values(session, &call))
        return orm__session_nomem(session);
    status = orm__together_add(loader, view, query, target->rows);
    if (status != ORM_OK)
        return status;
    /* What travels along looks the rows up while they come. */
    bool distinct = !query->model->view && loader->together == NULL;
    status = orm__tables_init(&target->tables, session, loader->site, query, statement, result,
                              distinct, view->refresh, &loader->assigned);
    target->tables.mappers[0].lists = target->walking == NULL; /* which tells old rows from new */
    orm__about about = {
        .kind = ORM_EVENT_SELECT, .model = query->model, .paged = query->position != NULL};
    if (status == ORM_OK && target->page != NULL)
        orm__page_start(target->page, &target->tables);
    if (status == ORM_OK)
        status = send(loader, &call, &about);
    if (status == ORM_OK)
        status = orm__tables_finish(&target->tables);
    if (status == ORM_OK)
        status = orm__together_finish(loader);
    if (status != ORM_OK)
        return status;
    list->items = orm__row_list_keep(&session->rows, &session->arena);
    if (list->items == NULL)
        return orm__session_nomem(session);
    list->count = session->rows.count;
    result->rows = list->items;
    result->count = list->count;
    const orm__mapper *mapper = &target->tables.mappers[0];
    if (mapper->distinct &&
        !orm__identity_defer(mapper->identity, &session->arena, list->items, list->count))
        return orm__session_nomem(session);
    return ORM_OK;
}

/* The only model a query reads rows of, or NULL when it reads others besides. */
static const orm_model *only_model(const orm__view *view)
{
    for (uint16_t i = 0; i < view->model->relation_count; i++)
        if (orm__view_with(view, i) != NULL || orm__view_count(view, i) != NULL)
            return NULL;
    for (size_t i = 0; i < ORM_ORDER_MAX && view->order_by[i] != 0; i++) {
        orm__order_code code;
        if (!orm__order_decode(view->order_by[i], &code) || code.steps[0] != 0)
            return NULL;
    }
    if (view->union_with != NULL)
        return NULL;
    return orm__pred_reaches_out(view->where) ? NULL : view->model;
}

static orm_status gather(orm_session *db, orm_site site, orm__query *query, const orm__view *view,
                         orm__page *page, const orm__walking *walking)
{
    orm_value keys[ORM__KEY_MAX];
    const orm_relation *along = walking == NULL ? NULL : walking->walk.relation;
    bool alone = along == NULL || along->link == NULL;
    orm_status status = orm__queue_before(db, site, alone ? only_model(view) : NULL);
    if (status == ORM_OK)
        status = orm__session_check(db, site);
    if (status == ORM_OK)
        status = orm__view_fill(view, along, query, &db->error);
    if (status == ORM_OK)
        status = orm__session_check_lock(db, query);
    if (status == ORM_OK && page != NULL)
        status = orm__page_fill(page, db, query);
    if (status != ORM_OK)
        return status;
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    if (walking != NULL)
        orm__walk_keys(walking, keys);
    status = orm__gather_query(&db->gathered, query, keys,
                               walking == NULL ? 0 : query->model->key_count);
    const orm__buffer *shape = &db->gathered.shape;
    return status == ORM_OK ? orm__session_connect(db, site, shape->data, shape->size) : status;
}

static orm_status select_list(orm_site site, orm_session *db, orm__view *view, orm__page *page,
                              orm__walking *walking, orm_list *list)
{
    const orm_model *model = view->model;
    orm__query query;
    selected target;
    orm__loader loader;
    query.purpose = ORM__PURPOSE_SELECT;
    query.model = model;
    query.relation = NULL;
    query.owner = NULL;
    query.by_ordinal = false;
    query.counting = false;
    query.walk = walking == NULL ? NULL : &walking->walk;
    query.above = NULL;
    target.tables.query = NULL;
    target.page = page;
    target.walking = walking;
    orm__loader_init(&loader, db, site);
    orm_status status = gather(db, site, &query, view, page, walking);
    if (status == ORM_OK)
        status = select_rows(&loader, &query, view, &target, list);
    if (status == ORM_OK && walking != NULL)
        status = orm__walk_finish(walking, &loader, view, target.tables.mappers[0].result, list);
    if (status == ORM_OK && (view->with != NULL || view->counts != NULL))
        status = orm__loader_add_with(&loader, view, list->items, list->count, NULL, &query, 0);
    if (status == ORM_OK && query.join_count > 0)
        status = orm__loader_add_joined(&loader, &target.tables, NULL);
    if (status == ORM_OK)
        status = orm__loader_run(&loader);
    if (status != ORM_OK) {
        orm__assigned_undo(&loader.assigned);
        orm__fail_in(&db->error, "", site);
        *list = (orm_list){0};
    }
    if (target.tables.query != NULL)
        orm__tables_dispose(&target.tables);
    orm__loader_dispose(&loader);
    return status;
}

orm_status orm_gen_select(orm_site site, orm_session *db, const orm_model *model,
                          const void *generated, void *list_out)
{
    orm_list *list = list_out;
    *list = (orm_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm__view view;
    orm__view_read(&view, model, generated);
    return orm__session_leave(db, select_list(site, db, &view, NULL, NULL, list));
}

orm_status orm__select_walk(orm__walking *walking, orm__view *view, orm_list *list)
{
    return select_list(walking->site, walking->session, view, NULL, walking, list);
}

static orm_status select_page(orm_site site, orm_session *db, const orm_model *model,
                              const void *generated, orm_page *out)
{
    orm__view view;
    orm__page page;
    orm_list list = {0};
    orm__view_read(&view, model, generated);
    view.lists_apart = true;
    orm_status status = orm__page_open(&page, &view, &db->error);
    if (status == ORM_OK)
        status = select_list(site, db, &view, &page, NULL, &list);
    out->count = list.count;
    out->items = list.items;
    if (status == ORM_OK)
        status = orm__page_finish(&page, db, out);
    if (status == ORM_OK)
        return ORM_OK;
    *out = (orm_page){0};
    orm__fail_in(&db->error, "", site);
    return status;
}

orm_status orm_gen_select_page(orm_site site, orm_session *db, const orm_model *model,
                               const void *generated, void *page_out)
{
    orm_page *page = page_out;
    *page = (orm_page){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, select_page(site, db, model, generated, page));
}

/* A query whose result is one number. */
static orm_status select_number(orm_site site, orm_session *db, const orm_model *model,
                                const void *generated, orm__purpose purpose, int64_t *number_out)
{
    orm__view view;
    orm__query query = {.purpose = purpose, .model = model};
    orm__statement *statement = NULL;
    orm__view_read(&view, model, generated);
    /* Neither order nor relations change how many rows there are. */
    view.with = NULL;
    view.order_by[0] = 0;
    orm_status status = gather(db, site, &query, &view, NULL, NULL);
    if (status == ORM_OK)
        status = orm__session_statement(db, &query, &statement);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", site);
        return status;
    }
    orm__number answer = {db->engine->driver, 0};
    orm__about about = {.kind = purpose == ORM__PURPOSE_COUNT ? ORM_EVENT_COUNT : ORM_EVENT_EXISTS,
                        .model = model};
    status = orm__session_send_one(db, site, statement, orm__take_number, &answer, &about, NULL);
    *number_out = answer.value;
    return status;
}

orm_status orm_gen_count(orm_site site, orm_session *db, const orm_model *model, const void *query,
                         int64_t *count_out)
{
    *count_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db,
                              select_number(site, db, model, query, ORM__PURPOSE_COUNT, count_out));
}

orm_status orm_gen_exists(orm_site site, orm_session *db, const orm_model *model, const void *query,
                          bool *exists_out)
{
    int64_t found = 0;
    *exists_out = false;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = select_number(site, db, model, query, ORM__PURPOSE_EXISTS, &found);
    *exists_out = status == ORM_OK && found != 0;
    return orm__session_leave(db, status);
}
