/* Named statements. */
#include <string.h>

#include <orm/named.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "model/type_rules.h"
#include "session/queue.h"
#include "session/raw.h"

orm_value orm_named_array(const orm_named *named, size_t param, bool has, const void *items,
                          size_t count)
{
    return has ? orm__array_value(&named->params->columns[param], items, count) : orm_bind_null();
}

static orm_status gather_param(orm_session *db, const orm_named *named, uint16_t index,
                               orm_value value)
{
    const orm_column *column = &named->params->columns[index];
    if (column->type == ORM_TYPE_ENUM && value.kind == ORM_KIND_INT && value.as.integer == 0)
        value = orm_bind_null();
    orm_status status =
        orm__column_check(named->params, column, &value, false, &db->arena, &db->error);
    if (status == ORM_OK)
        orm__gather_value(&db->gathered, value);
    return status == ORM_OK ? db->gathered.status : status;
}

static orm_status gather(orm_session *db, const orm_named *named, const orm_value *values)
{
    uint64_t purpose = ORM__PURPOSE_NAMED;
    uint16_t count = named->params == NULL ? 0 : named->params->column_count;
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    orm__gather_shape(&db->gathered, &purpose, sizeof purpose);
    orm__gather_shape(&db->gathered, &named, sizeof named);
    orm__gather_shape(&db->gathered, named->sql, strlen(named->sql) + 1);
    orm_status status = db->gathered.status;
    for (uint16_t i = 0; i < count && status == ORM_OK; i++)
        status = gather_param(db, named, i, values[i]);
    return status;
}

/* The statement with its parameters as they are declared. */
static orm_status keep(orm_session *db, const orm_named *named, orm__statement **statement_out)
{
    const orm_shape *declared = named->params;
    uint16_t count = declared == NULL ? 0 : declared->column_count;
    orm__param *params = orm__arena_zero(&db->arena, ((size_t)count + 1) * sizeof *params);
    if (params == NULL)
        return orm__session_nomem(db);
    for (uint16_t i = 0; i < count; i++)
        params[i] = (orm__param){.type = declared->columns[i].type,
                                 .array = (declared->columns[i].flags & ORM_COLUMN_ARRAY) != 0,
                                 .declared = true,
                                 .model = declared,
                                 .column = &declared->columns[i]};
    return orm__raw_keep(db, named->sql, params, count, statement_out);
}

static orm_status prepare(orm_session *db, orm_site site, const orm_named *named,
                          const orm_value *values, orm__statement **statement_out)
{
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__session_check(db, site);
    if (status == ORM_OK)
        status = orm__session_connect(db, site, named->sql, strlen(named->sql));
    if (status == ORM_OK)
        status = gather(db, named, values);
    return status == ORM_OK ? keep(db, named, statement_out) : status;
}

/* Gives a failure the statement's name, where nothing says more. */
static orm_status fail_named(orm_session *db, orm_site site, const orm_named *named,
                             orm_status status)
{
    if (db->error.model[0] == '\0')
        orm__fail_at(&db->error, named->name, NULL);
    orm__fail_in(&db->error, named->sql, site);
    return status;
}

static orm_status select_named(orm_site site, orm_session *db, const orm_named *named,
                               const orm_value *values, orm_list *list)
{
    orm__statement *statement = NULL;
    orm_status status = prepare(db, site, named, values, &statement);
    if (status == ORM_OK && named->model != NULL)
        status = orm__raw_objects(db, site, statement, named->model, false, list);
    else if (status == ORM_OK)
        status = orm__raw_structs(db, site, statement, named->rows, list);
    return status == ORM_OK ? ORM_OK : fail_named(db, site, named, status);
}

/* The list of a statement's own structs has no more members. */
typedef struct plain_list {
    size_t count;
    void **items;
} plain_list;

orm_status orm_named_list(orm_site site, orm_session *db, const orm_named *named,
                          const orm_value *values, void *list_out)
{
    orm_list list = {0};
    *(plain_list *)list_out = (plain_list){0};
    if (named->model != NULL)
        *(orm_list *)list_out = list;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = select_named(site, db, named, values, &list);
    if (status == ORM_OK)
        *(plain_list *)list_out = (plain_list){list.count, list.items};
    return orm__session_leave(db, status);
}

static orm_status take_one(orm_session *db, orm_site site, const orm_named *named,
                           const orm_list *list, void *row_out)
{
    if (list->count == 1) {
        *(void **)row_out = list->items[0];
        return ORM_OK;
    }
    orm_status status =
        list->count == 0 ? orm__fail(&db->error, ORM_NOT_FOUND, "%s found no row", named->name)
                         : orm__fail(&db->error, ORM_INVALID, "%s is to give one row and gave %zu",
                                     named->name, list->count);
    return fail_named(db, site, named, status);
}

orm_status orm_named_one(orm_site site, orm_session *db, const orm_named *named,
                         const orm_value *values, void *row_out)
{
    orm_list list = {0};
    *(void **)row_out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = select_named(site, db, named, values, &list);
    if (status == ORM_OK)
        status = take_one(db, site, named, &list, row_out);
    return orm__session_leave(db, status);
}

orm_status orm_named_exec(orm_site site, orm_session *db, const orm_named *named,
                          const orm_value *values, int64_t *count_out)
{
    orm__statement *statement = NULL;
    orm__about about = {.kind = ORM_EVENT_RAW};
    if (count_out != NULL)
        *count_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = prepare(db, site, named, values, &statement);
    if (status == ORM_OK)
        status = orm__session_send_one(db, site, statement, NULL, NULL, &about, count_out);
    if (status != ORM_OK)
        status = fail_named(db, site, named, status);
    return orm__session_leave(db, status);
}
