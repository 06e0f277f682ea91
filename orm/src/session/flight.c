#include <string.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/hash.h"
#include "exec/readers.h"
#include "session/session.h"
#include "sql/dialect.h"

orm_status orm__session_refuse_failed(orm_session *session)
{
    if (!session->failed)
        return ORM_OK;
    if (session->error.status != ORM_FAILED_TRANSACTION) {
        orm_error cause = session->error;
        orm__fail(&session->error, ORM_FAILED_TRANSACTION,
                  "the transaction failed with %s: %.300s; roll back before going on",
                  orm_status_name(cause.status), cause.message);
        session->error.retryable = cause.retryable;
        orm__fail_in(&session->error, cause.statement, cause.site);
    }
    return ORM_FAILED_TRANSACTION;
}

static orm_status acquire(orm_session *session, orm_site site, const void *statement, size_t size)
{
    orm_engine *engine = session->engine;
    uint64_t work = session->work ^ orm__hash_site(site);
    if (statement != NULL)
        work ^= orm__hash_bytes(statement, size);
    const orm__asker asker = {.site = session->tenant.site,
                              .deadline = session->deadline,
                              .cancel = &session->cancelled,
                              .work = orm__hash_word(work) | 1,
                              .user = orm__session_caller(session)};
    if (session->read_only && engine->reader_count > 0)
        return orm__readers_acquire(engine, &asker, &session->pool, &session->connection,
                                    &session->error);
    return orm__pool_acquire(session->pool, &asker, &session->connection, &session->error);
}

/* Tells the scope how long it took. */
static orm_status acquire_timed(orm_session *session, orm_site site, const void *statement,
                                size_t size)
{
    const orm__sink *sink = session->sink;
    if (sink == NULL || !sink->timed || sink->waited == NULL)
        return acquire(session, site, statement, size);
    int64_t began = orm__now();
    orm_status status = acquire(session, site, statement, size);
    sink->waited(sink->context, orm__now() - began);
    return status;
}

orm_status orm__session_check(orm_session *session, orm_site site)
{
    if (session->in_callback) {
        (void)orm__fail(&session->error, ORM_MISUSE,
                        "a row callback can't use the session whose statement gives it the rows");
        orm__fail_in(&session->error, "", site);
        return ORM_MISUSE;
    }
    orm_status failed = orm__session_refuse_failed(session);
    if (failed != ORM_OK)
        return failed;
    session->error.status = ORM_OK;
    session->site = site;
    return ORM_OK;
}

orm_status orm__session_connect(orm_session *session, orm_site site, const void *statement,
                                size_t size)
{
    if (session->call_ms > 0 && !session->clocked)
        session->deadline = orm__deadline_in(session->call_ms);
    session->clocked = true;
    if (session->connection == NULL) {
        orm_status status = acquire_timed(session, site, statement, size);
        if (status != ORM_OK) {
            orm__fail_in(&session->error, "", site);
            return status;
        }
    }
    orm__connection_start_flight(session->connection);
    return ORM_OK;
}

orm_status orm__session_enter(orm_session *session, orm_site site)
{
    orm_status status = orm__session_check(session, site);
    return status == ORM_OK ? orm__session_connect(session, site, NULL, 0) : status;
}

orm__statement *orm__session_lookup(orm_session *session)
{
    const orm__buffer *shape = orm__session_shape(session);
    if (shape->failed)
        return NULL;
    return orm__connection_lookup(session->connection, shape->data, shape->size,
                                  orm__hash_bytes(shape->data, shape->size));
}

orm_status orm__session_keep(orm_session *session, orm__compiled *compiled,
                             orm__statement **statement_out)
{
    const orm__buffer *shape = orm__session_shape(session);
    orm__session_comment(session, compiled);
    if (shape->failed || compiled->sql.failed)
        return orm__session_nomem(session);
    orm_status status =
        orm__connection_keep(session->connection, shape->data, shape->size,
                             orm__hash_bytes(shape->data, shape->size), compiled, statement_out);
    return status == ORM_OK ? ORM_OK : orm__session_nomem(session);
}

orm_status orm__session_statement(orm_session *session, const orm__query *query,
                                  orm__statement **statement_out)
{
    *statement_out = orm__session_lookup(session);
    if (*statement_out != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &session->engine->allocator);
    orm_status status =
        orm__compile_query(orm__dialect_of(session->engine->driver->dialect), query, &compiled);
    if (status == ORM_OK)
        status = orm__session_keep(session, &compiled, statement_out);
    else
        status = orm__session_nomem(session);
    orm__compiled_dispose(&compiled);
    return status;
}

static void publish_call(orm_session *session, orm_site site, const orm__call *call,
                         const orm__about *about, bool timed)
{
    if (about->site.file != NULL)
        site = about->site;
    orm_event event = {
        .kind = about->kind,
        .sql = call->statement->sql,
        .sql_size = call->statement->sql_size,
        .fingerprint = call->statement->fingerprint,
        .model = about->model,
        .relation = about->relation,
        .owner = about->owner,
        .path = about->path,
        .row_by_row = about->row_by_row,
        .refreshes = about->refreshes,
        .streamed = about->streamed,
        .paged = about->paged,
        .one_row = about->one_row,
        .by_condition = about->by_condition,
        .column = about->column,
        .site = site,
        .origin = about->origin,
        .origin_rows = about->origin_rows,
        .values = call->values,
        .value_count = call->value_count,
        .rows = call->rows,
        .affected = call->affected,
        .bytes = call->bytes,
        .duration_ns = timed ? call->ended - call->started : 0,
        .ended_ns = timed ? call->ended : 0,
        .status = call->status,
        .error = call->status == ORM_OK ? NULL : &session->error,
        .session = session,
    };
    orm__publish(session->engine, session->sink, &event);
}

/*
 * All statements went well, and yet no transaction is open: what follows would be alone, and a
 * commit would pass for one of what is lost.
 */
static orm_status fail_ended(orm_session *session, orm__transaction state)
{
    if (state != ORM__TRANSACTION_IDLE)
        return orm__fail(&session->error, ORM_DISCONNECTED,
                         "the connection was lost, and the transaction with it");
    return orm__fail(&session->error, ORM_MISUSE,
                     "the statement ended the session's transaction; that is for "
                     "orm_session_commit() and orm_session_rollback()");
}

/* After a flight: what became of the transaction, and where a failure was. */
static orm_status settle(orm_session *session, orm_site site, orm_status status,
                         const orm__call *calls, size_t count)
{
    orm__transaction state = orm__connection_state(session->connection);
    bool was_begun = session->begun;
    bool open = state == ORM__TRANSACTION_ACTIVE;
    session->begun = was_begun || open || state == ORM__TRANSACTION_FAILED;
    if (status == ORM_OK && open)
        return ORM_OK;
    /* A transaction that is gone although nobody ended it has failed as well. */
    if (status == ORM_OK || (state == ORM__TRANSACTION_IDLE ? was_begun : !open))
        session->failed = true;
    if (status == ORM_OK)
        status = fail_ended(session, state);
    const orm__call *failed = calls;
    bool commit = status == ORM_COMMIT_UNKNOWN; /* those before it got no answer either */
    while (failed < calls + count - 1 &&
           (commit ? failed->status != status : failed->status == ORM_OK))
        failed++;
    orm__fail_in(&session->error, failed->statement->sql, site);
    return status;
}

static bool is_broken_rule(orm_status status)
{
    return status == ORM_UNIQUE || status == ORM_NOT_NULL || status == ORM_CHECK ||
           status == ORM_FOREIGN_KEY;
}

/* For drivers that are told tables and columns by the names the database has for them. */
static void name_rule(orm_error *error, const orm_model *model)
{
    if (model == NULL || error->model[0] != '\0' || !is_broken_rule(error->status))
        return;
    size_t size = strlen(model->table);
    bool named = error->column[0] != '\0';
    if (named &&
        (strncmp(error->constraint, model->table, size) != 0 || error->constraint[size] != '.'))
        return;
    orm__fail_at(error, model->name, NULL);
    for (uint16_t i = 0; named && i < model->column_count; i++) {
        if (strcmp(model->columns[i].name, error->column) != 0)
            continue;
        orm__fail_at(error, NULL, model->columns[i].field);
        return;
    }
}

/* A call with a bound of its own shares it among its flights. */
static orm_deadline flight_deadline(const orm_session *session)
{
    return session->call_ms > 0 ? session->deadline : orm__deadline_in(session->timeout_ms);
}

/* What is sent at once: controls, the caller's calls from `leading` on, and controls again. */
typedef struct cargo {
    orm__call *calls; /* [0] is room for BEGIN */
    size_t total;
    size_t leading;
    const orm__about *abouts; /* of the caller's calls */
    size_t count;
} cargo;

static void publish_all(orm_session *session, orm_site site, const cargo *sent, size_t first,
                        bool timed)
{
    static const orm__about control = {.kind = ORM_EVENT_CONTROL};
    for (size_t i = first; i < sent->total; i++) {
        bool own = i >= sent->leading && i < sent->leading + sent->count;
        publish_call(session, site, &sent->calls[i],
                     own ? &sent->abouts[i - sent->leading] : &control, timed);
    }
}

/* What the call that failed was about; NULL: a control statement. */
static const orm__about *failed_about(const cargo *sent, size_t first)
{
    size_t i = first;
    while (i < sent->total && sent->calls[i].status == ORM_OK)
        i++;
    bool own = i >= sent->leading && i < sent->leading + sent->count;
    return own ? &sent->abouts[i - sent->leading] : NULL;
}

/* Where a flight failed: at the place of its call, if that has one of its own. */
static orm_status settle_cargo(orm_session *session, orm_site site, orm_status status,
                               const cargo *sent, size_t first)
{
    const orm__about *about = failed_about(sent, first);
    if (about != NULL && about->site.file != NULL)
        site = about->site;
    /* A COMMIT that travels along is to end the transaction. */
    if (status == ORM_OK && sent->calls[sent->total - 1].statement->control == ORM__CONTROL_COMMIT)
        return ORM_OK;
    status = settle(session, site, status, sent->calls + first, sent->total - first);
    if (status != ORM_OK)
        name_rule(&session->error, about == NULL ? NULL : about->model);
    return status;
}

static void note_loss(orm_session *session, orm_status status)
{
    if (status != ORM_DISCONNECTED)
        return;
    session->error.retryable = session->error.retryable && !session->wrote;
    orm__readers_note_loss(session->engine, session->pool);
}

static orm_status send_cargo(orm_session *session, orm_site site, const cargo *sent)
{
    orm_engine *engine = session->engine;
    size_t first = session->begun ? 1 : 0;
    bool timed = orm__is_timed(engine, session->sink);
    if (first == 0) {
        orm__control control =
            session->read_only ? ORM__CONTROL_BEGIN_READ_ONLY : ORM__CONTROL_BEGIN;
        sent->calls[0] = (orm__call){.statement = session->begin.sql != NULL
                                                      ? &session->begin
                                                      : &session->connection->control[control]};
    }
    orm__flight flight = {.cancel = &session->cancelled,
                          .calls = sent->calls + first,
                          .count = sent->total - first,
                          .timed = timed};
    orm_status status = orm__pool_run(session->pool, session->connection, &flight,
                                      flight_deadline(session), &session->error);
    status = settle_cargo(session, site, status, sent, first);
    note_loss(session, status);
    if (orm__is_watched(engine, session->sink))
        publish_all(session, site, sent, first, timed);
    return status;
}

/* Whether any of the calls may write. */
static bool writes(const orm_session *session, const orm__about *abouts, size_t count)
{
    for (size_t i = 0; i < count && !session->read_only; i++) {
        switch (abouts[i].kind) {
        case ORM_EVENT_CONTROL:
        case ORM_EVENT_FIND:
        case ORM_EVENT_SELECT:
        case ORM_EVENT_COUNT:
        case ORM_EVENT_EXISTS:
        case ORM_EVENT_AGGREGATE:
        case ORM_EVENT_ROWS:
        case ORM_EVENT_RELATION:
            continue;
        default:
            return true;
        }
    }
    return false;
}

/*
 * A flight with more than BEGIN besides the caller's calls: savepoints come first, the question for
 * the transaction's id comes last.
 */
static orm_status send_with_controls(orm_session *session, orm_site site, orm__call *calls,
                                     const orm__about *abouts, size_t count, size_t controls,
                                     bool asks)
{
    const orm_allocator *allocator = &session->engine->allocator;
    cargo sent = {.total = 1 + controls + count + (asks ? 1 : 0),
                  .leading = 1 + controls,
                  .abouts = abouts,
                  .count = count};
    sent.calls = orm__alloc_zero(allocator, sent.total * sizeof *sent.calls);
    if (sent.calls == NULL)
        return orm__session_nomem(session);
    memcpy(sent.calls + sent.leading, calls + 1, count * sizeof *calls);
    orm_status status = orm__savepoint_fill(session, sent.calls + 1);
    if (status == ORM_OK && asks)
        status = orm__resolve_fill(session, &sent.calls[sent.total - 1]);
    if (status == ORM_OK) {
        status = send_cargo(session, site, &sent);
        orm__savepoint_sent(session, sent.calls + 1);
        memcpy(calls + 1, sent.calls + sent.leading, count * sizeof *calls);
    }
    orm__free(allocator, sent.calls, sent.total * sizeof *sent.calls);
    return status;
}

orm_status orm__session_send(orm_session *session, orm_site site, orm__call *calls,
                             const orm__about *abouts, size_t count)
{
    size_t controls = orm__savepoint_pending(session);
    bool may_write = writes(session, abouts, count);
    bool asks = may_write && session->xid[0] == '\0' && orm__resolve_is_wanted(session);
    session->wrote = session->wrote || may_write;
    if (controls > 0 || asks)
        return send_with_controls(session, site, calls, abouts, count, controls, asks);
    cargo sent = {
        .calls = calls, .total = count + 1, .leading = 1, .abouts = abouts, .count = count};
    return send_cargo(session, site, &sent);
}

orm_status orm__session_send_one(orm_session *session, orm_site site, orm__statement *statement,
                                 orm__consume *consume, void *context, const orm__about *about,
                                 int64_t *affected_out)
{
    orm__call calls[2];
    calls[1] = (orm__call){.statement = statement,
                           .values = session->gathered.values,
                           .value_count = session->gathered.value_count,
                           .consume = consume,
                           .context = context};
    orm_status status = orm__session_send(session, site, calls, about, 1);
    if (affected_out != NULL)
        *affected_out = calls[1].affected;
    return status;
}

/* A transaction with all its scopes, for what can't travel with them. */
static orm_status open_transaction(orm_session *session, orm_site site)
{
    orm__call room;
    if (session->begun && orm__savepoint_pending(session) == 0)
        return ORM_OK;
    return orm__session_send(session, site, &room, NULL, 0);
}

/* The question for the transaction's id, behind the first that may have written. */
static orm_status ask_for_id(orm_session *session, orm_site site)
{
    orm__call room;
    if (session->xid[0] != '\0' || !orm__resolve_is_wanted(session))
        return ORM_OK;
    return send_with_controls(session, site, &room, NULL, 0, 0, true);
}

static void publish_copy(orm_session *session, orm_site site, const orm__copy *copy,
                         const orm__about *about)
{
    static const orm__about control = {.kind = ORM_EVENT_CONTROL};
    if (!orm__is_watched(session->engine, session->sink))
        return;
    if (copy->asked.statement != NULL)
        publish_call(session, site, &copy->asked, &control, copy->timed);
    if (!copy->unfit && (copy->asked.statement == NULL || copy->asked.status == ORM_OK))
        publish_call(session, site, &copy->call, about, copy->timed);
}

orm_status orm__session_copy(orm_session *session, orm_site site, orm__copy *copy,
                             const orm__about *about)
{
    orm_status status = open_transaction(session, site);
    if (status != ORM_OK)
        return status;
    session->wrote = true;
    copy->timed = orm__is_timed(session->engine, session->sink);
    copy->cancel = &session->cancelled;
    status = orm__pool_copy(session->pool, session->connection, copy, flight_deadline(session),
                            &session->error);
    if (status != ORM_OK && !copy->unfit)
        (void)settle(session, site, status, &copy->call, 1);
    note_loss(session, status);
    publish_copy(session, site, copy, about);
    return status == ORM_OK ? ask_for_id(session, site) : status;
}
