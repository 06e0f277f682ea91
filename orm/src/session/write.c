#include <string.h>

#include "base/fail.h"
#include "map/related.h"
#include "model/column_value.h"
#include "model/deferred.h"
#include "session/lists.h"
#include "session/queue.h"
#include "session/related.h"
#include "session/write.h"
#include "sql/dialect.h"

typedef struct written {
    orm__mapper mapper;
    void *row;
    void *into; /* UPDATE: the row to overwrite */
} written;

/* Key and version of a row in hand, for WHERE. */
static orm_status gather_row(orm_session *db, const orm_model *model, const void *row)
{
    int version = orm__model_version(model);
    for (uint16_t i = 0; i < model->key_count; i++)
        orm__gather_column(&db->gathered, model, model->key[i],
                           orm__column_get(&model->columns[model->key[i]], row), true);
    if (version >= 0)
        orm__gather_column(&db->gathered, model, (uint16_t)version,
                           orm__column_get(&model->columns[version], row), true);
    return db->gathered.status;
}

orm_status orm__write_start(orm_session *db, orm_site site, const orm_model *model,
                            orm__purpose purpose)
{
    orm_status status = orm__session_enter(db, site);
    if (status != ORM_OK)
        return status;
    if (db->read_only)
        return orm__fail(&db->error, ORM_READ_ONLY, "the session is read only");
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    struct {
        const orm_model *model;
        uint64_t purpose;
    } shape = {model, purpose};
    orm__gather_shape(&db->gathered, &shape, sizeof shape);
    return db->gathered.status;
}

static orm_status statement_for(orm_session *db, const orm__given *set, orm__purpose purpose,
                                orm__statement **statement_out)
{
    *statement_out = orm__session_lookup(db);
    if (*statement_out != NULL)
        return ORM_OK;
    const orm__dialect *dialect = orm__dialect_of(db->engine->driver->dialect);
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm_status status =
        purpose == ORM__PURPOSE_INSERT
            ? orm__compile_insert(dialect, set->model, set->columns, set->count, &compiled)
        : purpose == ORM__PURPOSE_UPDATE
            ? orm__compile_update(dialect, set->model, set->columns, set->count, &compiled)
            : orm__compile_delete(dialect, set->model, &compiled);
    status =
        status == ORM_OK ? orm__session_keep(db, &compiled, statement_out) : orm__session_nomem(db);
    orm__compiled_dispose(&compiled);
    return status;
}

static orm_status take_written(orm__call *call, orm__rows *rows, orm_error *error)
{
    written *target = call->context;
    const orm__driver *driver = target->mapper.driver;
    const orm_model *model = target->mapper.model;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    if (status == ORM_OK && more && target->into == NULL) {
        status = orm__mapper_take(&target->mapper, rows, &target->row, error);
    } else if (status == ORM_OK && more) {
        orm_object *object = orm__object_of(model, target->into);
        status = driver->read(rows, target->mapper.fields, target->mapper.field_count, target->into,
                              orm__mapper_arena(&target->mapper, object), error);
        *(orm_object **)(void *)((char *)target->into + model->object_offset) = object;
        target->row = target->into;
    }
    /* RETURNING's statement has only written once it was stepped to its end. */
    while (status == ORM_OK && more)
        status = driver->next(rows, &more, error);
    return status;
}

static orm_status send_written(orm_session *db, orm_site site, orm__statement *statement,
                               written *target, orm_event_kind kind, const orm_model *model)
{
    orm__result *result = orm__session_result(db, site, model);
    if (result == NULL ||
        !orm__mapper_init(&target->mapper, db, db->engine->driver, &db->arena, &db->map, model,
                          statement->fields, result, false, true))
        return orm__session_nomem(db);
    orm__about about = {.kind = kind, .model = model, .one_row = true};
    return orm__session_send_one(db, site, statement, take_written, target, &about, NULL);
}

orm_status orm__write_end(orm_session *db, orm_site site, orm_status status)
{
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    return status;
}

/* The list of one row that an insert makes, as a find does. */
static bool keep_result(orm_session *db, const orm_model *model, void *row)
{
    orm__result *result = orm__object_of(model, row)->result;
    void **kept = orm__arena_alloc(&db->arena, sizeof *kept);
    if (kept == NULL)
        return false;
    *kept = row;
    result->rows = kept;
    result->count = 1;
    return true;
}

static orm_status insert(orm_site site, orm_session *db, const orm_model *model, const void *values,
                         void **row_out)
{
    orm__given set;
    orm__given_init(&set, model);
    orm__statement *statement = NULL;
    orm_status status = ORM_OK;
    if (orm__given_waits(model, values, true))
        status = orm__queue_flush(db, site);
    if (status == ORM_OK)
        status = orm__write_start(db, site, model, ORM__PURPOSE_INSERT);
    if (status == ORM_OK)
        status = orm__given_new(db, &set, values);
    if (status == ORM_OK)
        status = statement_for(db, &set, ORM__PURPOSE_INSERT, &statement);
    if (status != ORM_OK)
        return status;
    written target = {.row = NULL};
    status = send_written(db, site, statement, &target, ORM_EVENT_INSERT, model);
    if (status != ORM_OK)
        return status;
    if (target.row == NULL)
        return orm__fail(
            &db->error, ORM_DATABASE,
            "the database did not return the row inserted into %s (a trigger or rule?)",
            model->table);
    *row_out = target.row;
    if (!keep_result(db, model, target.row) ||
        !orm__session_undoable(db, model, target.row, ORM__UNDO_INSERT))
        return orm__session_nomem(db);
    orm__lists_write(db, model, target.row, NULL, true);
    return ORM_OK;
}

orm_status orm_gen_insert(orm_site site, orm_session *db, const orm_model *model,
                          const void *values, void *row_out)
{
    void *row = NULL;
    if (row_out != NULL)
        *(void **)row_out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = insert(site, db, model, values, &row);
    if (row_out != NULL && status == ORM_OK)
        *(void **)row_out = row;
    return orm__session_leave(db, orm__write_end(db, site, status));
}

/* No row was hit: it is gone, or its version moved on. */
static orm_status missed(orm_session *db, const orm_model *model, const char *what)
{
    bool versioned = orm__model_version(model) >= 0;
    (void)orm__fail(
        &db->error, versioned ? ORM_STALE : ORM_NOT_FOUND, "the row of %s to %s %s", model->name,
        what, versioned ? "was changed or deleted since it was read" : "does not exist any more");
    orm__fail_at(&db->error, model->name, NULL);
    return db->error.status;
}

/* What waits for a row is written before the row is written at once. */
static orm_status flush_before(orm_session *db, orm_site site, const orm_model *model, void *row)
{
    orm_status status = db->failed ? ORM_OK : orm__session_check_row(db, model, row);
    if (status != ORM_OK || db->failed || orm__object_of(model, row)->queued == NULL)
        return status;
    return orm__queue_flush(db, site);
}

static orm_status update(orm_site site, orm_session *db, const orm_model *model, void *row,
                         const void *values)
{
    orm__given set;
    orm__given_init(&set, model);
    orm__statement *statement = NULL;
    orm_status status = flush_before(db, site, model, row);
    if (status == ORM_OK && orm__given_waits(model, values, false))
        status = orm__queue_flush(db, site);
    if (status == ORM_OK)
        status = orm__write_start(db, site, model, ORM__PURPOSE_UPDATE);
    if (status == ORM_OK)
        status = orm__session_check_row(db, model, row);
    if (status == ORM_OK)
        status = orm__given_changes(db, &set, values);
    if (status != ORM_OK || set.count == 0)
        return status;
    status = gather_row(db, model, row);
    if (status == ORM_OK)
        status = statement_for(db, &set, ORM__PURPOSE_UPDATE, &statement);
    if (status != ORM_OK)
        return status;
    if (!orm__session_undoable(db, model, row, ORM__UNDO_UPDATE))
        return orm__session_nomem(db);
    written target = {.into = row};
    status = send_written(db, site, statement, &target, ORM_EVENT_UPDATE, model);
    if (status == ORM_OK && target.row == NULL)
        status = missed(db, model, "update");
    void *before = db->undo->before;
    if (status == ORM_OK) {
        orm__deferred_forget(model, row, set.columns, set.count);
        orm__lists_write(db, model, row, before, false);
        return ORM_OK;
    }
    /* Nothing of a failed update is to be seen in the row. */
    memcpy(row, before, model->size);
    db->undo = db->undo->next;
    return status;
}

orm_status orm_gen_update(orm_site site, orm_session *db, const orm_model *model, void *row,
                          const void *changes_made)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = update(site, db, model, row, changes_made);
    return orm__session_leave(db, orm__write_end(db, site, status));
}

static orm_status delete_row(orm_site site, orm_session *db, const orm_model *model, void *row)
{
    orm__given set;
    orm__given_init(&set, model);
    orm__statement *statement = NULL;
    int64_t affected = 0;
    orm_status status = flush_before(db, site, model, row);
    if (status == ORM_OK)
        status = orm__write_start(db, site, model, ORM__PURPOSE_DELETE);
    if (status == ORM_OK)
        status = orm__session_check_row(db, model, row);
    if (status == ORM_OK)
        status = gather_row(db, model, row);
    if (status == ORM_OK)
        status = statement_for(db, &set, ORM__PURPOSE_DELETE, &statement);
    if (status != ORM_OK)
        return status;
    orm__about about = {.kind = ORM_EVENT_DELETE, .model = model, .one_row = true};
    status = orm__session_send_one(db, site, statement, NULL, NULL, &about, &affected);
    if (status == ORM_OK && affected == 0)
        status = missed(db, model, "delete");
    if (status != ORM_OK)
        return status;
    orm__identity *identity = orm__identity_of(&db->map, model);
    if (identity == NULL || !orm__session_undoable(db, model, row, ORM__UNDO_DELETE))
        return orm__session_nomem(db);
    orm__identity_remove(&db->map, identity, row);
    orm__object_of(model, row)->detached = true;
    orm__lists_write(db, model, row, NULL, false);
    orm__related_doubt(db, model, false);
    return ORM_OK;
}

orm_status orm_gen_delete(orm_site site, orm_session *db, const orm_model *model, void *row)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = delete_row(site, db, model, row);
    return orm__session_leave(db, orm__write_end(db, site, status));
}

static orm_status need_condition(orm_session *db, const orm_model *model, const orm_pred *where,
                                 const char *doing)
{
    if (where->kind != ORM_PRED_NONE)
        return ORM_OK;
    return orm__fail(&db->error, ORM_MISUSE,
                     "%s %s without a condition; for every row write %s_everything()", doing,
                     model->name, model->c_name);
}

static orm_status update_where(orm_site site, orm_session *db, const orm_model *model,
                               const orm_pred *where, const void *values, int64_t *count_out)
{
    orm__query query = {.purpose = ORM__PURPOSE_UPDATE_WHERE, .model = model, .where = where};
    orm__given set;
    orm__given_init(&set, model);
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__write_start(db, site, model, ORM__PURPOSE_UPDATE_WHERE);
    if (status == ORM_OK)
        status = need_condition(db, model, where, "updating");
    if (status == ORM_OK)
        status = orm__given_changes(db, &set, values);
    if (status == ORM_OK && set.count > 0)
        status = orm__gather_query(&db->gathered, &query, NULL, 0);
    if (status != ORM_OK || set.count == 0)
        return status;
    orm__statement *statement = orm__session_lookup(db);
    if (statement == NULL) {
        orm__compiled compiled;
        orm__compiled_init(&compiled, &db->engine->allocator);
        status = orm__compile_update_where(orm__dialect_of(db->engine->driver->dialect), model,
                                           set.columns, set.count, where, &compiled);
        status = status == ORM_OK ? orm__session_keep(db, &compiled, &statement)
                                  : orm__session_nomem(db);
        orm__compiled_dispose(&compiled);
    }
    orm__about about = {.kind = ORM_EVENT_UPDATE, .model = model, .by_condition = true};
    return status == ORM_OK
               ? orm__session_send_one(db, site, statement, NULL, NULL, &about, count_out)
               : status;
}

orm_status orm_gen_update_where(orm_site site, orm_session *db, const orm_model *model,
                                const orm_pred *where, const void *changes, int64_t *count_out)
{
    int64_t count = 0;
    if (count_out != NULL)
        *count_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = update_where(site, db, model, where, changes, &count);
    if (count_out != NULL && status == ORM_OK)
        *count_out = count;
    return orm__session_leave(db, orm__write_end(db, site, status));
}

static orm_status delete_where(orm_site site, orm_session *db, const orm_model *model,
                               const orm_pred *where, int64_t *count_out)
{
    orm__query query = {.purpose = ORM__PURPOSE_DELETE_WHERE, .model = model, .where = where};
    orm__statement *statement = NULL;
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__write_start(db, site, model, ORM__PURPOSE_DELETE_WHERE);
    if (status != ORM_OK)
        return status;
    status = need_condition(db, model, where, "deleting from");
    if (status == ORM_OK)
        status = orm__gather_query(&db->gathered, &query, NULL, 0);
    if (status == ORM_OK)
        status = orm__session_statement(db, &query, &statement);
    if (status != ORM_OK)
        return status;
    orm__about about = {.kind = ORM_EVENT_DELETE, .model = model, .by_condition = true};
    int64_t affected = 0;
    status = orm__session_send_one(db, site, statement, NULL, NULL, &about, &affected);
    if (count_out != NULL)
        *count_out = affected;
    if (status == ORM_OK && affected > 0)
        orm__related_doubt(db, model, true);
    return status;
}

orm_status orm_gen_delete_where(orm_site site, orm_session *db, const orm_model *model,
                                const orm_pred *where, int64_t *count_out)
{
    if (count_out != NULL)
        *count_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = delete_where(site, db, model, where, count_out);
    return orm__session_leave(db, orm__write_end(db, site, status));
}
