/* One aggregate of one column. */
#include <orm/aggregate.h>

#include "base/fail.h"
#include "session/queue.h"
#include "sql/view.h"

/* The only value of a result, and where it goes. */
typedef struct answer {
    orm_session *db;
    const orm__field *field;
    void *value;
} answer;

static orm_status take_answer(orm__call *call, orm__rows *rows, orm_error *error)
{
    answer *target = call->context;
    const orm__driver *driver = target->db->engine->driver;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    if (status != ORM_OK || !more)
        return status;
    return driver->read(rows, target->field, 1, target->value, &target->db->arena, error);
}

/* Entered, flushed and gathered: what is left is to send it. */
static orm_status prepare(orm_site site, orm_session *db, orm_rows rows, orm__query *query,
                          orm__statement **statement_out)
{
    orm__view view;
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__session_enter(db, site);
    if (status != ORM_OK)
        return status;
    orm__view_read(&view, rows.model, rows.query);
    view.with = NULL;
    status = orm__view_fill(&view, NULL, query, &db->error);
    if (status != ORM_OK)
        return status;
    if (!query->limited && !query->skipping) {
        query->order_count = 0;
        query->order_path_count = 0;
    }
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    status = orm__gather_query(&db->gathered, query, NULL, 0);
    return status == ORM_OK ? orm__session_statement(db, query, statement_out) : status;
}

static orm_status run(orm_site site, orm_session *db, orm_rows rows, orm_aggregate_kind kind,
                      orm_col col, uint8_t type, void *value)
{
    if (rows.model == NULL || col.model != rows.model || col.column >= rows.model->column_count) {
        (void)orm__fail(&db->error, ORM_MISUSE, "the column to aggregate is not one of the rows'");
        orm__fail_in(&db->error, "", site);
        return ORM_MISUSE;
    }
    const orm_model *model = rows.model;
    const orm_column *column = &model->columns[col.column];
    orm__query query = {.purpose = ORM__PURPOSE_AGGREGATE,
                        .model = model,
                        .aggregate = kind,
                        .aggregate_column = col.column};
    orm_column result = {.field = column->field,
                         .name = column->name,
                         .labels = column->labels,
                         .type = type == ORM_TYPE_NONE ? column->type : type,
                         .flags = ORM_COLUMN_NULLABLE};
    if (result.type == ORM_TYPE_CHAR)
        result.length = column->length;
    orm__field field = {.model = model, .column = &result};
    answer target = {db, &field, value};
    orm__statement *statement = NULL;
    orm_status status = prepare(site, db, rows, &query, &statement);
    orm__about about = {.kind = ORM_EVENT_AGGREGATE, .model = model};
    if (status == ORM_OK)
        status = orm__session_send_one(db, site, statement, take_answer, &target, &about, NULL);
    if (status != ORM_OK) {
        if (db->error.model[0] == '\0')
            orm__fail_at(&db->error, model->name, column->field);
        orm__fail_in(&db->error, "", site);
    }
    return status;
}

/* `type` NONE: the column's own. */
static orm_status aggregate(orm_site site, orm_session *db, orm_rows rows, orm_aggregate_kind kind,
                            orm_col col, orm_type type, void *value)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, run(site, db, rows, kind, col, (uint8_t)type, value));
}

/* The type that a value of each kind is read as. */
enum {
    TYPE_int = ORM_TYPE_BIGINT,
    TYPE_double = ORM_TYPE_DOUBLE,
    TYPE_numeric = ORM_TYPE_NUMERIC,
    TYPE_interval = ORM_TYPE_INTERVAL,
    TYPE_text = ORM_TYPE_NONE,
    TYPE_date = ORM_TYPE_DATE,
    TYPE_time = ORM_TYPE_TIME,
    TYPE_timestamp = ORM_TYPE_TIMESTAMP,
    TYPE_timestamptz = ORM_TYPE_TIMESTAMPTZ
};

#define DEFINE_AS(word, name, kind, type, as)                                                      \
    orm_status orm_##name##_##kind##_at(orm_site site, orm_session *db, orm_rows rows,             \
                                        orm_col_##kind column, type *value_out)                    \
    {                                                                                              \
        type none = {0};                                                                           \
        *value_out = none;                                                                         \
        return aggregate(site, db, rows, word, column.col, (orm_type)(as), value_out);             \
    }

#define DEFINE_SUM(name, kind, type) DEFINE_AS(ORM_AGGREGATE_SUM, name, kind, type, TYPE_##kind)
ORM_SUM_KINDS(DEFINE_SUM)

#define DEFINE_AVG(name, kind, type)                                                               \
    DEFINE_AS(ORM_AGGREGATE_AVG, name, kind, type,                                                 \
              (int)TYPE_##kind == (int)ORM_TYPE_BIGINT ? (int)ORM_TYPE_DOUBLE : (int)TYPE_##kind)
ORM_AVG_KINDS(DEFINE_AVG)

#define DEFINE_MIN(name, kind, type) DEFINE_AS(ORM_AGGREGATE_MIN, name, kind, type, TYPE_##kind)
ORM_EXTREME_KINDS(DEFINE_MIN, min)

#define DEFINE_MAX(name, kind, type) DEFINE_AS(ORM_AGGREGATE_MAX, name, kind, type, TYPE_##kind)
ORM_EXTREME_KINDS(DEFINE_MAX, max)
