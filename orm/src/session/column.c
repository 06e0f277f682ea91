/* Deferred columns of one row: read from memory, and loaded by themselves. */
#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "model/deferred.h"
#include "session/queue.h"
#include "sql/dialect.h"

orm_status orm_gen_column(const orm_model *model, uint16_t column, const orm_object *object,
                          void *value_out)
{
    const orm_column *it = &model->columns[column];
    size_t size = orm__column_size(it);
    memset(value_out, 0, size);
    if (object == NULL || object->model != model)
        return ORM_MISUSE;
    if (!*orm__deferred_loaded(model, object->row, column))
        return ORM_NOT_LOADED;
    memcpy(value_out, (const char *)object->row + it->offset, size);
    return ORM_OK;
}

typedef struct column_target {
    orm_session *session;
    const orm__statement *statement;
    orm_object *object;
    bool found;
} column_target;

static orm_status take_column(orm__call *call, orm__rows *rows, orm_error *error)
{
    column_target *target = call->context;
    orm_session *db = target->session;
    const orm__driver *driver = db->engine->driver;
    bool lasts = target->object->depth < db->map.depth;
    orm_status status = driver->next(rows, &target->found, error);
    if (status != ORM_OK || !target->found)
        return status;
    return driver->read(rows, target->statement->fields, 1, target->object->row,
                        lasts ? db->map.lasting : &db->arena, error);
}

static orm_status find_statement(orm_session *db, const orm_model *model, uint16_t column,
                                 const void *row, orm__statement **statement_out)
{
    struct {
        const orm_model *model;
        uint64_t purpose;
        uint64_t column;
    } shape = {model, ORM__PURPOSE_COLUMN, column};
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    orm__gather_shape(&db->gathered, &shape, sizeof shape);
    for (uint16_t i = 0; i < model->key_count; i++)
        orm__gather_column(&db->gathered, model, model->key[i],
                           orm__column_get(&model->columns[model->key[i]], row), true);
    if (db->gathered.status != ORM_OK)
        return db->gathered.status;
    *statement_out = orm__session_lookup(db);
    if (*statement_out != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm_status status =
        orm__compile_column(orm__dialect_of(db->engine->driver->dialect), model, column, &compiled);
    status =
        status == ORM_OK ? orm__session_keep(db, &compiled, statement_out) : orm__session_nomem(db);
    orm__compiled_dispose(&compiled);
    return status;
}

static orm_status send(orm_session *db, orm_site site, const orm_model *model, uint16_t column,
                       void *row)
{
    orm__statement *statement = NULL;
    orm_status status = orm__queue_before(db, site, model);
    if (status == ORM_OK)
        status = orm__session_enter(db, site);
    if (status == ORM_OK)
        status = find_statement(db, model, column, row, &statement);
    if (status != ORM_OK)
        return status;
    orm_object *object = orm__object_of(model, row);
    column_target target = {.session = db, .statement = statement, .object = object};
    orm__about about = {
        .kind = ORM_EVENT_COLUMN, .model = model, .column = &model->columns[column]};
    if (object->result != NULL) {
        about.origin = object->result->site;
        about.origin_rows = object->result->count;
    }
    status = orm__session_send_one(db, site, statement, take_column, &target, &about, NULL);
    if (status == ORM_OK && !target.found) {
        status = orm__fail(&db->error, ORM_NOT_FOUND, "the row of %s does not exist any more",
                           model->name);
        orm__fail_at(&db->error, model->name, model->columns[column].field);
    }
    if (status == ORM_OK)
        *orm__deferred_loaded(model, row, column) = true;
    return status;
}

static orm_status load_column(orm_session *db, orm_site site, const orm_model *model,
                              uint16_t column, void *row, void *value_out)
{
    orm_status status = orm__session_check_row(db, model, row);
    if (status != ORM_OK)
        return status;
    const orm_object *object = orm__object_of(model, row);
    if (!*orm__deferred_loaded(model, row, column) || object->epoch != db->map.epoch)
        status = send(db, site, model, column, row);
    return status == ORM_OK ? orm_gen_column(model, column, object, value_out) : status;
}

orm_status orm_gen_load_column(orm_site site, orm_session *db, const orm_model *model,
                               uint16_t column, void *row, void *value_out)
{
    memset(value_out, 0, orm__column_size(&model->columns[column]));
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = load_column(db, site, model, column, row, value_out);
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    return orm__session_leave(db, status);
}
