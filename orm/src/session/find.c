#include "session/find.h"
#include "base/fail.h"
#include "model/column_value.h"
#include "session/queue.h"

orm_status orm__take_found(orm__call *call, orm__rows *rows, orm_error *error)
{
    orm__found *target = call->context;
    bool more = false;
    orm_status status = target->mapper.driver->next(rows, &more, error);
    if (status != ORM_OK || !more)
        return status;
    return orm__mapper_take(&target->mapper, rows, &target->row, error);
}

/* The row of a key that the session already has, without asking the database. */
static void *known_row(orm_session *db, const orm_model *model, const orm_value *key)
{
    orm__identity *identity = orm__identity_of(&db->map, model);
    if (identity == NULL || identity->doubted || orm__identity_is_empty(identity))
        return NULL;
    bool ok = true;
    void *row = orm__identity_find(&db->map, identity, key, &ok);
    return row != NULL && orm__object_of(model, row)->epoch == db->map.epoch ? row : NULL;
}

/* The statement of what was gathered, and what takes its row. */
orm_status orm__find_prepare(orm_session *db, orm_site site, const orm_model *model,
                             const orm__query *query, bool refresh, orm__found *found,
                             orm__statement **statement_out)
{
    orm_status status = orm__session_statement(db, query, statement_out);
    if (status != ORM_OK)
        return status;
    *found = (orm__found){.result = orm__session_result(db, site, model)};
    if (found->result == NULL ||
        !orm__mapper_init(&found->mapper, db, db->engine->driver, &db->arena, &db->map, model,
                          (*statement_out)->fields, found->result, false, refresh))
        return orm__session_nomem(db);
    return ORM_OK;
}

orm_status orm__find_finish(orm_session *db, const orm__found *found)
{
    void **kept = orm__arena_alloc(&db->arena, sizeof *kept);
    if (kept == NULL)
        return orm__session_nomem(db);
    *kept = found->row;
    found->result->rows = kept;
    found->result->count = found->row != NULL ? 1 : 0;
    return ORM_OK;
}

orm_status orm__find_gather(orm_session *db, const orm_model *model, const orm_value *key,
                            bool refresh, orm__query *query, void **known_out)
{
    orm__gathered *gathered = &db->gathered;
    orm__gathered_reset(gathered, &db->arena, &db->error);
    query->purpose = ORM__PURPOSE_FIND;
    query->model = model;
    query->undefer = NULL;
    query->distinct = false;
    query->join_count = 0;
    query->order_count = 0;
    query->order_path_count = 0;
    struct {
        const orm_model *model;
        uint64_t purpose;
    } shape = {model, ORM__PURPOSE_FIND};
    orm__gather_shape(gathered, &shape, sizeof shape);
    for (uint16_t i = 0; i < model->key_count; i++) {
        if (key[i].kind == ORM_KIND_NULL) {
            (void)orm__fail(&db->error, ORM_MISUSE, "%s was looked up by a NULL key", model->name);
            orm__fail_at(&db->error, model->name, model->columns[model->key[i]].field);
            return ORM_MISUSE;
        }
        orm__gather_column(gathered, model, model->key[i], key[i], true);
    }
    if (gathered->status == ORM_OK)
        *known_out = refresh ? NULL : known_row(db, model, gathered->values);
    return gathered->status;
}

orm_status orm__find_nothing(orm_session *db, orm_site site, const orm_model *model)
{
    (void)orm__fail(&db->error, ORM_NOT_FOUND, "there is no %s with this key", model->name);
    orm__fail_at(&db->error, model->name, NULL);
    orm__fail_in(&db->error, "", site);
    return ORM_NOT_FOUND;
}

static orm_status send_find(orm_site site, orm_session *db, const orm_model *model,
                            const orm__query *query, bool refresh, void **row_out)
{
    orm__statement *statement = NULL;
    orm__found found;
    orm_status status = orm__find_prepare(db, site, model, query, refresh, &found, &statement);
    if (status != ORM_OK)
        return status;
    orm__about about = {.kind = ORM_EVENT_FIND, .model = model, .refreshes = refresh};
    status = orm__session_send_one(db, site, statement, orm__take_found, &found, &about, NULL);
    if (status != ORM_OK)
        return status;
    *row_out = found.row;
    return orm__find_finish(db, &found);
}

/* `refresh`: what is known is asked for all the same. */
static orm_status find(orm_site site, orm_session *db, const orm_model *model, const orm_value *key,
                       bool refresh, void **out)
{
    orm__query query;
    orm_status status = orm__queue_before(db, site, model);
    if (status == ORM_OK)
        status = orm__session_enter(db, site);
    if (status != ORM_OK)
        return status;
    status = orm__find_gather(db, model, key, refresh, &query, out);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", site);
        return status;
    }
    if (*out == NULL)
        status = send_find(site, db, model, &query, refresh, out);
    return status != ORM_OK || *out != NULL ? status : orm__find_nothing(db, site, model);
}

orm_status orm_gen_find(orm_site site, orm_session *db, const orm_model *model,
                        const orm_value *key, void *row_out)
{
    void **out = row_out;
    *out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, find(site, db, model, key, false, out));
}

static orm_status refresh(orm_site site, orm_session *db, const orm_model *model, void *row)
{
    orm_value key[ORM__MAP_KEY_MAX];
    void *known = NULL;
    orm_status status = orm__session_refuse_failed(db);
    if (status == ORM_OK)
        status = orm__session_check_row(db, model, row);
    /* A row that is only added has no key before it is written. */
    if (status == ORM_OK && orm__object_is_added(orm__object_of(model, row)))
        status = orm__queue_flush(db, site);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", site);
        return status;
    }
    orm__row_key(model, row, key);
    status = find(site, db, model, key, true, &known);
    if (status != ORM_OK || known == row)
        return status;
    /* Equal for the database, but another key: this one is gone. */
    (void)orm__fail(&db->error, ORM_NOT_FOUND, "the %s has another key now", model->name);
    orm__fail_at(&db->error, model->name, NULL);
    orm__fail_in(&db->error, "", site);
    return ORM_NOT_FOUND;
}

orm_status orm_gen_refresh(orm_site site, orm_session *db, const orm_model *model, void *row)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, refresh(site, db, model, row));
}
