/*
 * Nested scopes. SAVEPOINT and RELEASE wait for the next flight and travel with it; those that
 * nothing happened in are never sent. Only going back is done at once.
 */
#include "base/clock.h"
#include "base/fail.h"
#include "base/hash.h"
#include "session/queue.h"
#include "session/stream.h"

typedef enum savepoint_verb { VERB_SAVEPOINT, VERB_RELEASE, VERB_GO_BACK } savepoint_verb;

/* Kept on the connection like any other statement, one for each depth. */
static orm_status statement_of(orm_session *session, savepoint_verb verb, uint32_t depth,
                               orm__statement **statement_out)
{
    static const char *const words[] = {"SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT"};
    struct {
        uint64_t kind; /* neither a model's address nor a purpose */
        uint32_t verb;
        uint32_t depth;
    } shape = {UINT64_MAX, verb, depth};
    const char *bytes = (const char *)&shape;
    uint64_t hash = orm__hash_bytes(bytes, sizeof shape);
    *statement_out = orm__connection_lookup(session->connection, bytes, sizeof shape, hash);
    if (*statement_out != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &session->engine->allocator);
    orm__buffer_printf(&compiled.sql, "%s orm_%u", words[verb], (unsigned)depth);
    compiled.column_count = UINT16_MAX;
    orm_status status = compiled.sql.failed
                            ? ORM_NOMEM
                            : orm__connection_keep(session->connection, bytes, sizeof shape, hash,
                                                   &compiled, statement_out);
    orm__compiled_dispose(&compiled);
    return status == ORM_OK ? ORM_OK : orm__session_nomem(session);
}

static size_t unsent(const orm_session *session)
{
    size_t count = 0;
    for (const orm__savepoint *at = session->savepoints; at != NULL && !at->sent; at = at->outer)
        count++;
    return count;
}

size_t orm__savepoint_pending(const orm_session *session)
{
    return unsent(session) + (session->release_depth > 0 ? 1 : 0);
}

orm_status orm__savepoint_fill(orm_session *session, orm__call *calls)
{
    orm_status status = ORM_OK;
    size_t releases = session->release_depth > 0 ? 1 : 0;
    if (releases > 0)
        status = statement_of(session, VERB_RELEASE, session->release_depth, &calls[0].statement);
    size_t at = releases + unsent(session);
    for (const orm__savepoint *savepoint = session->savepoints; at > releases && status == ORM_OK;
         savepoint = savepoint->outer)
        status =
            statement_of(session, VERB_SAVEPOINT, savepoint->depth, &calls[--at].statement);
    return status;
}

void orm__savepoint_sent(orm_session *session, const orm__call *calls)
{
    size_t releases = session->release_depth > 0 ? 1 : 0;
    size_t at = releases + unsent(session);
    for (orm__savepoint *savepoint = session->savepoints; at > releases;
         savepoint = savepoint->outer)
        savepoint->sent = calls[--at].status == ORM_OK;
    if (releases > 0 && calls[0].status == ORM_OK)
        session->release_depth = 0;
}

static orm_status make(orm_session *session, orm_site site, orm_savepoint *savepoint_out)
{
    orm_status status = orm__session_refuse_failed(session);
    /* What was queued before is not to be undone with it. */
    if (status == ORM_OK)
        status = orm__queue_flush(session, site);
    if (status != ORM_OK)
        return status;
    session->error.status = ORM_OK;
    orm__savepoint *savepoint = orm__arena_zero(&session->transaction, sizeof *savepoint);
    if (savepoint == NULL) {
        (void)orm__session_nomem(session);
        orm__fail_in(&session->error, "", site);
        return ORM_NOMEM;
    }
    savepoint->outer = session->savepoints;
    savepoint->number = ++session->savepoint_count;
    savepoint->depth = session->savepoints == NULL ? 1 : session->savepoints->depth + 1;
    savepoint->undo = session->undo;
    savepoint->memory = orm__arena_get_mark(&session->transaction);
    session->savepoints = savepoint;
    savepoint_out->number = savepoint->number;
    return ORM_OK;
}

orm_status orm_session_savepoint_at(orm_site site, orm_session *session,
                                    orm_savepoint *savepoint_out)
{
    *savepoint_out = (orm_savepoint){0};
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, make(session, site, savepoint_out));
}

static orm__savepoint *find(orm_session *session, orm_site site, orm_savepoint handle)
{
    orm__savepoint *at = session->savepoints;
    bool older = session->stream != NULL && handle.number <= session->stream->savepoint_count;
    if (older && !session->failed)
        (void)orm__stream_refuse(session, site, "a scope older than a stream can't be ended");
    if (older)
        return NULL;
    while (at != NULL && at->number != handle.number)
        at = at->outer;
    if (at != NULL)
        return at;
    /* The cause of a failed transaction is still wanted. */
    if (!session->failed) {
        (void)orm__fail(&session->error, ORM_MISUSE,
                        "the savepoint is over: it was released or rolled back, an outer one was, "
                        "or its transaction ended");
        orm__fail_in(&session->error, "", site);
    }
    return NULL;
}

static orm_status release(orm_session *session, orm_site site, orm_savepoint handle)
{
    orm__savepoint *savepoint = find(session, site, handle);
    if (savepoint == NULL)
        return ORM_MISUSE;
    orm_status status = orm__session_refuse_failed(session);
    if (status != ORM_OK)
        return status;
    session->error.status = ORM_OK;
    /* Releasing one releases those within it, so the outermost is enough. */
    if (savepoint->sent)
        session->release_depth = savepoint->depth;
    session->savepoints = savepoint->outer;
    return ORM_OK;
}

orm_status orm_savepoint_release_at(orm_site site, orm_session *session, orm_savepoint savepoint)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, release(session, site, savepoint));
}

static orm_status go_back(orm_session *session, orm_site site, const orm__savepoint *savepoint,
                          orm_error *error)
{
    orm__call calls[2] = {{.statement = NULL}, {.statement = NULL}};
    orm__connection_start_flight(session->connection);
    orm_status status =
        statement_of(session, VERB_GO_BACK, savepoint->depth, &calls[0].statement);
    if (status == ORM_OK)
        status = statement_of(session, VERB_RELEASE, savepoint->depth, &calls[1].statement);
    if (status != ORM_OK) {
        *error = session->error;
        return status;
    }
    return orm__session_control(session, site, calls, 2, orm__deadline_in(session->timeout_ms),
                                error);
}

static orm_status roll_back(orm_session *session, orm_site site, orm_savepoint handle)
{
    orm__savepoint *savepoint = find(session, site, handle);
    if (savepoint == NULL)
        return ORM_MISUSE;
    /* What failed before the database heard of the savepoint is not undone by going back to it. */
    if (!savepoint->sent && session->failed)
        return orm__session_refuse_failed(session);
    if (savepoint->sent) {
        orm_error cause = session->error;
        orm_error error;
        orm_status status = go_back(session, site, savepoint, &error);
        session->error = status == ORM_OK ? cause : error;
        session->failed = status != ORM_OK;
        if (status != ORM_OK)
            return status;
        session->release_depth = 0;
    }
    orm__session_undo(session, savepoint->undo);
    orm__queue_clear(session);
    if (session->wrote)
        session->map.epoch++;
    session->savepoints = savepoint->outer;
    orm__arena_release(&session->transaction, savepoint->memory);
    return ORM_OK;
}

orm_status orm_savepoint_rollback_at(orm_site site, orm_session *session, orm_savepoint savepoint)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    return orm__session_leave(session, roll_back(session, site, savepoint));
}

orm_status orm_session_nested_at(orm_site site, orm_session *session, orm_session_handler *handler,
                                 void *context)
{
    orm_savepoint scope;
    orm_status status = orm_session_savepoint_at(site, session, &scope);
    if (status != ORM_OK)
        return status;
    status = handler(session, context);
    if (status == ORM_OK)
        status = orm_savepoint_release_at(site, session, scope);
    else if (session->error.status != status)
        orm__session_fail_handler(session, site, status);
    if (status == ORM_OK)
        return ORM_OK;
    orm_error error = session->error;
    orm_status undone = orm_savepoint_rollback_at(site, session, scope);
    /* A transaction that failed before the scope says so at the next call. */
    if (undone != ORM_OK && undone != ORM_FAILED_TRANSACTION)
        return undone;
    session->error = error;
    return status;
}
