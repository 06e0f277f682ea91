/* Rows of hand-written SQL as objects of a model or structs of a shape. */
#include <string.h>

#include "base/fail.h"
#include "model/deferred.h"
#include "session/raw.h"

typedef struct raw_target {
    orm_session *session;
    const orm_model *model; /* or shape */
    orm__result *result;
    bool objects;
    bool refresh;
} raw_target;

/* Where the model's columns stand in a raw result, by name; deferred ones may be left out. */
static orm_status match_columns(const raw_target *target, orm__rows *rows, orm__field *fields,
                                bool *undefer, orm_error *error)
{
    const orm__driver *driver = target->session->engine->driver;
    const orm_model *model = target->model;
    size_t count = driver->column_count(rows);
    for (uint16_t i = 0; i < model->column_count; i++) {
        bool deferred =
            model->deferred_count > 0 && (model->columns[i].flags & ORM_COLUMN_DEFERRED) != 0;
        size_t at = 0;
        while (at < count &&
               strcmp(driver->column_name(rows, (uint16_t)at), model->columns[i].name) != 0)
            at++;
        if (deferred)
            *undefer++ = at < count;
        if (deferred && at == count)
            continue;
        if (at == count) {
            (void)orm__fail(error, ORM_SCHEMA,
                            "the statement returns no column \"%s\", which every %s needs",
                            model->columns[i].name, model->name);
            orm__fail_at(error, model->name, model->columns[i].field);
            return ORM_SCHEMA;
        }
        *fields++ = (orm__field){.model = model,
                                 .column = &model->columns[i],
                                 .offset = model->columns[i].offset,
                                 .position = (uint16_t)at};
    }
    return ORM_OK;
}

static orm_status make_fields(const raw_target *target, orm__rows *rows, orm__field **fields_out,
                              bool **undefer_out, orm_error *error)
{
    orm__arena *arena = &target->session->arena;
    orm__field *fields =
        orm__arena_alloc(arena, (target->model->column_count + (size_t)1) * sizeof *fields);
    bool *undefer = orm__arena_zero(arena, (target->model->deferred_count + (size_t)1));
    *fields_out = fields;
    *undefer_out = undefer;
    if (fields == NULL || undefer == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return match_columns(target, rows, fields, undefer, error);
}

static orm_status take_objects(orm__call *call, orm__rows *rows, orm_error *error)
{
    const raw_target *target = call->context;
    orm_session *db = target->session;
    orm__mapper mapper;
    orm__field *fields = NULL;
    bool *undefer = NULL;
    orm_status status = make_fields(target, rows, &fields, &undefer, error);
    if (status != ORM_OK)
        return status;
    if (!orm__mapper_init(&mapper, db, db->engine->driver, &db->arena, &db->map, target->model,
                          fields, target->result, false, target->refresh))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    mapper.lists = true;
    orm__mapper_undefer(&mapper, orm__deferred_wanted(target->model, undefer));
    bool more = false;
    status = mapper.driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        void *row = NULL;
        status = orm__mapper_take(&mapper, rows, &row, error);
        if (status == ORM_OK && !orm__row_list_add(&db->rows, row))
            status = orm__fail(error, ORM_NOMEM, "out of memory");
        if (status == ORM_OK)
            status = mapper.driver->next(rows, &more, error);
    }
    return status;
}

static orm_status take_structs(orm__call *call, orm__rows *rows, orm_error *error)
{
    const raw_target *target = call->context;
    orm_session *db = target->session;
    const orm__driver *driver = db->engine->driver;
    const orm_shape *shape = target->model;
    orm__field *fields = NULL;
    bool *undefer = NULL;
    bool more = false;
    orm_status status = make_fields(target, rows, &fields, &undefer, error);
    if (status == ORM_OK)
        status = driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        void *row = orm__arena_zero(&db->arena, shape->size);
        if (row == NULL || !orm__row_list_add(&db->rows, row))
            return orm__fail(error, ORM_NOMEM, "out of memory");
        status = driver->read(rows, fields, shape->column_count, row, &db->arena, error);
        if (status == ORM_OK)
            status = driver->next(rows, &more, error);
    }
    return status;
}

static orm_status send(orm_session *db, orm_site site, orm__statement *statement,
                       raw_target *target, orm__consume *consume, orm_list *list)
{
    orm__about about = {.kind = ORM_EVENT_RAW, .model = target->objects ? target->model : NULL};
    db->rows.count = 0;
    orm_status status = orm__session_send_one(db, site, statement, consume, target, &about, NULL);
    if (status != ORM_OK)
        return status;
    void **items = orm__row_list_keep(&db->rows, &db->arena);
    if (items == NULL)
        return orm__session_nomem(db);
    list->count = db->rows.count;
    list->items = items;
    target->result->rows = items;
    target->result->count = list->count;
    return ORM_OK;
}

orm_status orm__raw_objects(orm_session *db, orm_site site, orm__statement *statement,
                            const orm_model *model, bool refresh, orm_list *list)
{
    raw_target target = {.session = db,
                         .model = model,
                         .result = orm__session_result(db, site, model),
                         .objects = true,
                         .refresh = refresh};
    if (target.result == NULL)
        return orm__session_nomem(db);
    return send(db, site, statement, &target, take_objects, list);
}

orm_status orm__raw_structs(orm_session *db, orm_site site, orm__statement *statement,
                            const orm_shape *shape, orm_list *list)
{
    raw_target target = {
        .session = db, .model = shape, .result = orm__session_result(db, site, shape)};
    if (target.result == NULL)
        return orm__session_nomem(db);
    return send(db, site, statement, &target, take_structs, list);
}

/* What a <model>_list and the list of a shape's structs have in common. */
typedef struct plain_list {
    size_t count;
    void **items;
} plain_list;

static orm_status select_rows(orm_site site, orm_session *db, const orm_model *model, bool mapped,
                              const char *sql, const orm_value *values, size_t count,
                              orm_list *list)
{
    orm__statement *statement = NULL;
    orm_status status = orm__raw_prepare(db, site, sql, values, count, &statement);
    if (status == ORM_OK && mapped)
        status = orm__raw_objects(db, site, statement, model, false, list);
    else if (status == ORM_OK)
        status = orm__raw_structs(db, site, statement, model, list);
    if (status != ORM_OK)
        orm__fail_in(&db->error, sql, site);
    return status;
}

orm_status orm_gen_raw(orm_site site, orm_session *db, const orm_model *model, const char *sql,
                       const orm_value *values, size_t count, void *list_out)
{
    orm_list *list = list_out;
    *list = (orm_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, select_rows(site, db, model, true, sql, values, count, list));
}

orm_status orm_raw_rows_at(orm_site site, orm_session *db, const orm_shape *shape, const char *sql,
                           const orm_value *values, size_t count, void *list_out)
{
    orm_list list = {0};
    *(plain_list *)list_out = (plain_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = select_rows(site, db, shape, false, sql, values, count, &list);
    if (status == ORM_OK)
        *(plain_list *)list_out = (plain_list){list.count, list.items};
    return orm__session_leave(db, status);
}
