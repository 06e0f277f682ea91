#include <string.h>

#include "base/fail.h"
#include "session/queue.h"
#include "session/raw.h"

orm_status orm__raw_keep(orm_session *db, const char *sql, const orm__param *given, size_t count,
                         orm__statement **statement_out)
{
    *statement_out = orm__session_lookup(db);
    if (*statement_out != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm__buffer_text(&compiled.sql, sql);
    orm__param *params = orm__arena_zero(&db->arena, (count + 1) * sizeof *params);
    if (params != NULL && given != NULL)
        memcpy(params, given, count * sizeof *params);
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

orm_status orm__raw_gather(orm_session *db, const char *sql, const orm_value *values, size_t count,
                           orm__statement **statement_out)
{
    uint64_t purpose = ORM__PURPOSE_RAW;
    if (sql == NULL || count > UINT16_MAX)
        return orm__fail(&db->error, ORM_INVALID,
                         sql == NULL ? "the statement is NULL" : "more than 65,535 values");
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    orm__gather_shape(&db->gathered, &purpose, sizeof purpose);
    orm__gather_shape(&db->gathered, sql, strlen(sql) + 1);
    for (size_t i = 0; i < count; i++)
        orm__gather_bound(&db->gathered, i, values[i]);
    orm_status status = db->gathered.status;
    return status == ORM_OK ? orm__raw_keep(db, sql, NULL, count, statement_out) : status;
}

orm_status orm__raw_prepare(orm_session *db, orm_site site, const char *sql,
                            const orm_value *values, size_t count, orm__statement **statement_out)
{
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__session_check(db, site);
    if (status == ORM_OK)
        status = orm__session_connect(db, site, sql, sql == NULL ? 0 : strlen(sql));
    return status == ORM_OK ? orm__raw_gather(db, sql, values, count, statement_out) : status;
}

/* One row for the user's callback, which runs in his own task or thread. */
typedef struct delivery {
    const orm__raw_target *target;
    orm_row *row;
    orm_status status;
} delivery;

static void deliver(void *argument)
{
    delivery *given = argument;
    given->status = given->target->callback(given->row, given->target->context);
}

static orm_status hand_over(const orm__raw_target *target, orm_row *row)
{
    delivery given = {.target = target, .row = row};
    if (target->callback != NULL)
        orm__call_back(target->session->engine->target.runtime, deliver, &given);
    return given.status;
}

orm_status orm__raw_call_back(orm__call *call, orm__rows *rows, orm_error *error)
{
    const orm__raw_target *target = call->context;
    orm_session *db = target->session;
    orm__row_access *accesses = NULL;
    orm__raw_noted noted = {.session = db->sink == NULL ? NULL : db, .site = target->site};
    orm_row row = {.driver = db->engine->driver,
                   .rows = rows,
                   .arena = &db->arena,
                   .error = error,
                   .accesses = &accesses,
                   .noted = &noted};
    bool more = false;
    orm_status status = row.driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        db->in_callback = true;
        orm__raw_note_row(&noted);
        status = hand_over(target, &row);
        db->in_callback = false;
        if (status != ORM_OK && status == error->status) /* what it passed on says more */
            return status;
        if (status != ORM_OK)
            return orm__fail(error, status, "the row callback returned %s",
                             orm_status_name(status));
        error->status = ORM_OK;
        status = row.driver->next(rows, &more, error);
    }
    orm__raw_note_end(&noted);
    return status;
}

static orm_status run_raw(orm_site site, orm_session *db, const char *sql, const orm_value *values,
                          size_t value_count, orm_row_callback *callback, void *context,
                          int64_t *affected_out)
{
    orm__statement *statement = NULL;
    orm_status status = orm__raw_prepare(db, site, sql, values, value_count, &statement);
    orm__raw_target target = {
        .session = db, .callback = callback, .context = context, .site = site};
    orm__about about = {.kind = ORM_EVENT_RAW};
    if (status == ORM_OK)
        status = orm__session_send_one(db, site, statement, orm__raw_call_back, &target, &about,
                                       affected_out);
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
