/* Rows one by one, read batch by batch in memory of their own, with their relations. */
#include "base/fail.h"
#include "relation/loader.h"
#include "session/queue.h"
#include "session/stream.h"

enum { BATCH_DEFAULT = 500, BATCH_MAX = 1000000 };

/* A query being gone through. */
typedef struct each {
    orm_session *session;
    orm_site site;
    orm__stream stream;
    orm__view view;
    orm__query query;
    orm__tables tables;
    orm__loader loader;
    size_t batch;
    orm__row_list rows; /* of the batch */
    orm_gen_call *call;
    orm_gen_function *take;
    void *context;
} each;

static orm_status take_batch(orm__call *call, orm__rows *rows, orm_error *error)
{
    each *e = call->context;
    const orm__driver *driver = e->session->engine->driver;
    orm_status status = ORM_OK;
    bool more = true;
    e->rows.count = 0;
    while (status == ORM_OK && e->rows.count < e->batch) {
        void *row = NULL;
        status = driver->next(rows, &more, error);
        if (status != ORM_OK || !more)
            break;
        status = orm__tables_take(&e->tables, rows, &row, error);
        if (status == ORM_OK && !orm__row_list_add(&e->rows, row))
            status = orm__fail(error, ORM_NOMEM, "out of memory");
    }
    e->stream.fetched = (int64_t)e->rows.count;
    return status;
}

/* The rows of the next batch, before their relations. */
static orm_status fetch(each *e)
{
    orm_session *session = e->session;
    const orm__statement statement = {
        .fields = e->stream.compiled.fields,
        .field_count = (uint16_t)e->stream.compiled.field_count,
    };
    orm__result *result = orm__session_result(session, e->site, e->query.model);
    if (result == NULL)
        return orm__session_nomem(session);
    orm_status status = orm__session_enter(session, e->site);
    if (status == ORM_OK)
        status = orm__tables_init(&e->tables, session, e->site, &e->query, &statement, result,
                                  !e->query.model->view, false, &e->loader.assigned);
    if (status == ORM_OK)
        status = orm__stream_fetch(&e->stream, take_batch, e);
    result->rows = status == ORM_OK ? e->rows.items : NULL;
    result->count = status == ORM_OK ? e->rows.count : 0;
    const orm__mapper *mapper = &e->tables.mappers[0];
    if (status == ORM_OK && mapper->distinct &&
        !orm__identity_defer(mapper->identity, &session->arena, e->rows.items, e->rows.count))
        status = orm__session_nomem(session);
    return status;
}

/* The next batch with its relations; read inside of the stream. */
static orm_status read_batch(each *e)
{
    orm__stream_enter(e->session, &e->stream);
    orm__loader_init(&e->loader, e->session, e->site);
    e->tables.query = NULL;
    orm_status status = fetch(e);
    if (status == ORM_OK && (e->view.with != NULL || e->view.counts != NULL))
        status = orm__loader_add_with(&e->loader, &e->view, e->rows.items, e->rows.count, NULL,
                                      &e->query, 0);
    if (status == ORM_OK && e->query.join_count > 0)
        status = orm__loader_add_joined(&e->loader, &e->tables, NULL);
    if (status == ORM_OK)
        status = orm__loader_run(&e->loader);
    if (e->tables.query != NULL)
        orm__tables_dispose(&e->tables);
    orm__loader_dispose(&e->loader);
    orm__stream_leave(e->session, &e->stream);
    return status;
}

/* What a callback must leave as it was. */
static orm_status check_after(each *e)
{
    orm_session *session = e->session;
    if (e->stream.cut)
        return orm__fail(&session->error, ORM_MISUSE,
                         "the callback rolled back the transaction whose rows it was given");
    orm_status status = orm__session_refuse_failed(session);
    if (status == ORM_OK && session->savepoints != e->stream.savepoint)
        return orm__fail(&session->error, ORM_MISUSE,
                         "the callback opened a nested scope and did not end it");
    return status;
}

/* Its calls on the session have deadlines of their own. */
static orm_status give_row(each *e, void *row)
{
    orm_session *session = e->session;
    uint32_t outer = session->waiting;
    session->waiting = session->calls;
    orm_status status = e->call(e->take, session, row, e->context);
    session->waiting = outer;
    return status;
}

static orm_status give_rows(each *e)
{
    orm_session *session = e->session;
    orm_status status = ORM_OK;
    for (size_t i = 0; i < e->rows.count && status == ORM_OK && !e->stream.stopped; i++) {
        if (orm__is_cancelled(session->engine->target.runtime, &session->cancelled))
            return orm__fail(&session->error, ORM_CANCELLED, "the session was cancelled");
        status = give_row(e, e->rows.items[i]);
        if (status == ORM_OK)
            status = check_after(e);
        else if (session->error.status != status)
            orm__session_fail_handler(session, e->site, status);
    }
    return status;
}

static orm_status run(each *e)
{
    orm_status status = ORM_OK;
    bool more = true;
    while (status == ORM_OK && more && !e->stream.stopped) {
        orm__session_renew(e->session);
        status = read_batch(e);
        more = e->rows.count == e->batch;
        if (status == ORM_OK)
            status = give_rows(e);
        orm__stream_clear(&e->stream);
    }
    return status;
}

static orm_status prepare(each *e)
{
    orm_session *session = e->session;
    orm_status status = orm__queue_before(session, e->site, NULL);
    if (status == ORM_OK)
        status = orm__session_enter(session, e->site);
    if (status == ORM_OK)
        status = orm__stream_begin(&e->stream, session, e->site, e->query.model);
    if (status == ORM_OK)
        status = orm__view_fill(&e->view, NULL, &e->query, &session->error);
    if (status == ORM_OK)
        status = orm__session_check_lock(session, &e->query);
    if (status != ORM_OK)
        return status;
    orm__gathered_reset(&session->gathered, &e->stream.frame, &session->error);
    status = orm__gather_query(&session->gathered, &e->query, NULL, 0);
    return status == ORM_OK ? orm__stream_prepare(&e->stream, &e->query, (int64_t)e->batch)
                            : status;
}

static orm_status go_through(each *e)
{
    orm_session *session = e->session;
    orm_status status = prepare(e);
    if (status == ORM_OK)
        status = run(e);
    orm__row_list_dispose(&e->rows);
    status = orm__stream_end(&e->stream, status);
    if (status != ORM_OK)
        orm__fail_in(&session->error, "", e->site);
    return status;
}

static orm_status check_options(orm_session *db, const orm_each *options, orm_gen_function *take)
{
    if (take == NULL)
        return orm__fail(&db->error, ORM_MISUSE, "the callback is NULL");
    if (options != NULL && options->batch > BATCH_MAX)
        return orm__fail(&db->error, ORM_INVALID, "a batch of more than %d rows", BATCH_MAX);
    return ORM_OK;
}

orm_status orm_gen_each(orm_site site, orm_session *db, const orm_model *model, const void *query,
                        const orm_each *options, orm_gen_call *call, orm_gen_function *take,
                        void *context)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = check_options(db, options, take);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", site);
        return orm__session_leave(db, status);
    }
    each e = {.session = db,
              .site = site,
              .query = {.purpose = ORM__PURPOSE_SELECT, .model = model},
              .batch = options == NULL || options->batch == 0 ? BATCH_DEFAULT : options->batch,
              .rows = {.arena = &db->arena},
              .call = call,
              .take = take,
              .context = context};
    orm__view_read(&e.view, model, query);
    e.view.lists_apart = true;
    return orm__session_leave(db, go_through(&e));
}

orm_status orm_each_stop(orm_session *session)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    if (session->stream == NULL)
        return orm__session_leave(
            session, orm__fail(&session->error, ORM_MISUSE, "no stream's rows are being given"));
    session->stream->stopped = true;
    return orm__session_leave(session, ORM_OK);
}
