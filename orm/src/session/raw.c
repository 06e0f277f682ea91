#include <string.h>

#include <orm/raw.h>

#include "base/fail.h"
#include "model/utf8.h"
#include "session/queue.h"

struct orm_row {
    const orm__driver *driver;
    orm__rows *rows;
    orm__arena *arena;
};

size_t orm_row_column_count(const orm_row *row)
{
    return row->driver->column_count(row->rows);
}

static bool has_column(const orm_row *row, size_t column)
{
    return column < row->driver->column_count(row->rows);
}

const char *orm_row_column_name(const orm_row *row, size_t column)
{
    return has_column(row, column) ? row->driver->column_name(row->rows, (uint16_t)column) : NULL;
}

bool orm_row_is_null(const orm_row *row, size_t column)
{
    return !has_column(row, column) || row->driver->is_null(row->rows, (uint16_t)column);
}

orm_status orm_row_int(const orm_row *row, size_t column, orm_opt_i64 *value_out)
{
    *value_out = (orm_opt_i64){0};
    return has_column(row, column) ? row->driver->raw_int(row->rows, (uint16_t)column, value_out)
                                   : ORM_INVALID;
}

orm_status orm_row_double(const orm_row *row, size_t column, orm_opt_double *value_out)
{
    *value_out = (orm_opt_double){0};
    return has_column(row, column) ? row->driver->raw_double(row->rows, (uint16_t)column, value_out)
                                   : ORM_INVALID;
}

orm_status orm_row_text(const orm_row *row, size_t column, const char **value_out)
{
    *value_out = NULL;
    if (!has_column(row, column))
        return ORM_INVALID;
    return row->driver->raw_text(row->rows, (uint16_t)column, row->arena, value_out);
}

/* What takes the rows of a raw statement. */
typedef struct raw_target {
    orm_session *session;
    const orm_model *model; /* mapped rows */
    orm__result *result;
    orm_row_callback *callback; /* or a callback */
    void *context;
} raw_target;

/* A raw value as drivers send it: text with its length, and without what no database takes. */
static orm_status gather_value(orm_session *db, size_t index, orm_value value)
{
    bool text = value.kind == ORM_KIND_TEXT || value.kind == ORM_KIND_NUMERIC ||
                value.kind == ORM_KIND_JSON;
    if (value.kind == ORM_KIND_NONE || value.kind == ORM_KIND_ARRAY)
        return orm__fail(&db->error, ORM_INVALID, "value $%zu is none that orm_bind made",
                         index + 1);
    if (value.kind == ORM_KIND_UINT_TOO_BIG)
        return orm__fail(&db->error, ORM_RANGE, "value $%zu is above the largest bigint",
                         index + 1);
    if (text && value.as.span.size == SIZE_MAX)
        value.as.span.size = strlen(value.as.span.data);
    if (text && orm__utf8_check(value.as.span.data, value.as.span.size) != ORM__UTF8_OK)
        return orm__fail(&db->error, ORM_INVALID, "value $%zu is not UTF-8 text, or holds a NUL",
                         index + 1);
    if (value.kind == ORM_KIND_NUMERIC && !orm_numeric_is_valid(value.as.span.data))
        return orm__fail(&db->error, ORM_INVALID, "value $%zu is not a number", index + 1);
    orm__gather_shape(&db->gathered, &value.kind, sizeof value.kind);
    orm__gather_value(&db->gathered, value);
    return db->gathered.status;
}

static orm_status keep_statement(orm_session *db, const char *sql, size_t count,
                                 orm__statement **statement_out)
{
    *statement_out = orm__session_lookup(db);
    if (*statement_out != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm__buffer_text(&compiled.sql, sql);
    orm__param *params = orm__arena_zero(&db->arena, (count + 1) * sizeof *params);
    compiled.params = params;
    compiled.param_count = count;
    compiled.column_count = UINT16_MAX;
    orm_status status = params == NULL || compiled.sql.failed
                            ? orm__session_nomem(db)
                            : orm__session_keep(db, &compiled, statement_out);
    compiled.params = NULL;
    orm__compiled_dispose(&compiled);
    return status;
}

static orm_status prepare(orm_session *db, orm_site site, const char *sql, const orm_value *values,
                          size_t count, orm__statement **statement_out)
{
    uint64_t purpose = ORM__PURPOSE_RAW;
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__session_enter(db, site);
    if (status != ORM_OK)
        return status;
    if (sql == NULL || count > UINT16_MAX)
        return orm__fail(&db->error, ORM_INVALID,
                         sql == NULL ? "the statement is NULL" : "more than 65,535 values");
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    orm__gather_shape(&db->gathered, &purpose, sizeof purpose);
    orm__gather_shape(&db->gathered, sql, strlen(sql) + 1);
    status = db->gathered.status;
    for (size_t i = 0; i < count && status == ORM_OK; i++)
        status = gather_value(db, i, values[i]);
    return status == ORM_OK ? keep_statement(db, sql, count, statement_out) : status;
}

static orm_status call_back(orm__call *call, orm__rows *rows, orm_error *error)
{
    const raw_target *target = call->context;
    orm_session *db = target->session;
    orm_row row = {.driver = db->engine->driver, .rows = rows, .arena = &db->arena};
    bool more = false;
    orm_status status = row.driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        db->in_callback = true;
        if (target->callback != NULL)
            status = target->callback(&row, target->context);
        db->in_callback = false;
        if (status != ORM_OK)
            return orm__fail(error, status, "the row callback returned %s",
                             orm_status_name(status));
        status = row.driver->next(rows, &more, error);
    }
    return status;
}

static orm_status run_raw(orm_site site, orm_session *db, const char *sql, const orm_value *values,
                          size_t value_count, orm_row_callback *callback, void *context,
                          int64_t *affected_out)
{
    orm__statement *statement = NULL;
    orm_status status = prepare(db, site, sql, values, value_count, &statement);
    raw_target target = {.session = db, .callback = callback, .context = context};
    orm__about about = {.kind = ORM_EVENT_RAW};
    if (status == ORM_OK)
        status =
            orm__session_send_one(db, site, statement, call_back, &target, &about, affected_out);
    if (status != ORM_OK)
        orm__fail_in(&db->error, sql, site);
    return status;
}

orm_status orm_raw_at(orm_site site, orm_session *db, const char *sql, const orm_value *values,
                      size_t value_count, orm_row_callback *callback, void *context,
                      int64_t *affected_out)
{
    if (affected_out != NULL)
        *affected_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(
        db, run_raw(site, db, sql, values, value_count, callback, context, affected_out));
}

/* Where the model's columns stand in a raw result, by name. */
static orm_status match_columns(const raw_target *target, orm__rows *rows, orm__field *fields,
                                orm_error *error)
{
    const orm__driver *driver = target->session->engine->driver;
    const orm_model *model = target->model;
    size_t count = driver->column_count(rows);
    for (uint16_t i = 0; i < model->column_count; i++) {
        size_t at = 0;
        while (at < count &&
               strcmp(driver->column_name(rows, (uint16_t)at), model->columns[i].name) != 0)
            at++;
        if (at == count) {
            (void)orm__fail(error, ORM_SCHEMA,
                            "the statement returns no column \"%s\", which every %s needs",
                            model->columns[i].name, model->name);
            orm__fail_at(error, model->name, model->columns[i].field);
            return ORM_SCHEMA;
        }
        fields[i] = (orm__field){.model = model,
                                 .column = &model->columns[i],
                                 .offset = model->columns[i].offset,
                                 .position = (uint16_t)at};
    }
    return ORM_OK;
}

static orm_status take_mapped(orm__call *call, orm__rows *rows, orm_error *error)
{
    const raw_target *target = call->context;
    orm_session *db = target->session;
    orm__mapper mapper;
    orm__field *fields =
        orm__arena_alloc(&db->arena, (target->model->column_count + (size_t)1) * sizeof *fields);
    if (fields == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    orm_status status = match_columns(target, rows, fields, error);
    if (status != ORM_OK)
        return status;
    if (!orm__mapper_init(&mapper, db, db->engine->driver, &db->arena, &db->map, target->model,
                          fields, target->result, false, false))
        return orm__fail(error, ORM_NOMEM, "out of memory");
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

static orm_status select_raw(orm_site site, orm_session *db, const orm_model *model,
                             const char *sql, const orm_value *values, size_t count,
                             orm_list *list)
{
    orm__statement *statement = NULL;
    orm_status status = prepare(db, site, sql, values, count, &statement);
    raw_target target = {
        .session = db, .model = model, .result = orm__session_result(db, site, model)};
    if (status == ORM_OK && target.result == NULL)
        status = orm__session_nomem(db);
    db->rows.count = 0;
    orm__about about = {.kind = ORM_EVENT_RAW, .model = model};
    if (status == ORM_OK)
        status = orm__session_send_one(db, site, statement, take_mapped, &target, &about, NULL);
    void **items = status == ORM_OK ? orm__row_list_keep(&db->rows, &db->arena) : NULL;
    if (status == ORM_OK && items == NULL)
        status = orm__session_nomem(db);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, sql, site);
        return status;
    }
    *list = (orm_list){.count = db->rows.count, .items = items};
    target.result->rows = items;
    target.result->count = list->count;
    return ORM_OK;
}

orm_status orm_gen_raw(orm_site site, orm_session *db, const orm_model *model, const char *sql,
                       const orm_value *values, size_t count, void *list_out)
{
    orm_list *list = list_out;
    *list = (orm_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, select_raw(site, db, model, sql, values, count, list));
}
