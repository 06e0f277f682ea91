/*
 * What became of a COMMIT that was not answered. The transaction's id is asked for with the first
 * statements that may write, so that it is known whatever happens to COMMIT's own flight; a fresh
 * connection then asks the server how that transaction ended.
 */
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/hash.h"
#include "session/session.h"

enum {
    FIRST_PAUSE_MS = 5,
    LONGEST_PAUSE_MS = 200,
    BOUND_MS = 30000 /* when the engine has none */
};

bool orm__resolve_is_wanted(const orm_session *session)
{
    const orm_engine *engine = session->engine;
    return engine->options.resolve_commit && engine->driver->dialect == ORM_DIALECT_POSTGRESQL;
}

orm_deadline orm__resolve_deadline(const orm_session *session)
{
    return orm__deadline_in(session->timeout_ms > 0 ? session->timeout_ms : BOUND_MS);
}

/* The text of the only row's only column; longer ones are no answer. */
typedef struct answer {
    const orm__driver *driver;
    orm__arena *arena;
    char text[ORM__XID_SIZE];
} answer;

static orm_status read_text(orm__rows *rows, const orm__driver *driver, orm__arena *arena,
                            char *text_out, orm_error *error)
{
    bool more = false;
    const char *text = NULL;
    orm_status status = driver->next(rows, &more, error);
    if (status == ORM_OK && more)
        status = driver->raw_text(rows, 0, arena, &text);
    if (status == ORM_OK && text != NULL && strlen(text) < ORM__XID_SIZE)
        orm__copy_text(text_out, ORM__XID_SIZE, text);
    return status;
}

static orm_status take_xid(orm__call *call, orm__rows *rows, orm_error *error)
{
    orm_session *session = call->context;
    return read_text(rows, session->engine->driver, &session->arena, session->xid, error);
}

static orm_status take_answer(orm__call *call, orm__rows *rows, orm_error *error)
{
    answer *target = call->context;
    return read_text(rows, target->driver, target->arena, target->text, error);
}

orm_status orm__resolve_fill(orm_session *session, orm__call *call)
{
    static const char sql[] = "SELECT pg_current_xact_id_if_assigned()::text";
    static const uint64_t shape[2] = {UINT64_MAX, UINT64_MAX};
    const char *bytes = (const char *)shape;
    uint64_t hash = orm__hash_bytes(bytes, sizeof shape);
    *call = (orm__call){.consume = take_xid, .context = session};
    call->statement = orm__connection_lookup(session->connection, bytes, sizeof shape, hash);
    if (call->statement != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &session->engine->allocator);
    orm__buffer_text(&compiled.sql, sql);
    compiled.column_count = UINT16_MAX;
    orm_status status = compiled.sql.failed
                            ? ORM_NOMEM
                            : orm__connection_keep(session->connection, bytes, sizeof shape, hash,
                                                   &compiled, &call->statement);
    orm__compiled_dispose(&compiled);
    return status == ORM_OK ? ORM_OK : orm__session_nomem(session);
}

/* Asks on a connection of its own. */
static orm_status ask(orm_session *session, orm_site site, const orm_value *xid,
                      orm_deadline deadline, answer *answer_out, orm_error *error)
{
    static const char sql[] = "SELECT pg_xact_status($1::text::xid8)";
    static const orm__param param = {.type = ORM_TYPE_NONE};
    orm__statement statement = {.sql = sql,
                                .sql_size = sizeof sql - 1,
                                .params = &param,
                                .param_count = 1,
                                .column_count = UINT16_MAX,
                                .once = true};
    orm__call call = {.statement = &statement,
                      .values = xid,
                      .value_count = 1,
                      .consume = take_answer,
                      .context = answer_out};
    orm_status status = orm__pool_acquire(session->pool, session->tenant.site, deadline,
                                          &session->cancelled, &session->connection, error);
    if (status != ORM_OK)
        return status;
    status = orm__session_control(session, site, &call, 1, deadline, error);
    if (statement.handle != NULL)
        session->engine->driver->forget(session->connection->link, &statement);
    orm__pool_release(session->pool, session->connection);
    session->connection = NULL;
    return status;
}

/* Whether asking again may help: the server is not there yet, or the transaction not over. */
static bool may_change(orm_status status, const answer *told)
{
    if (status == ORM_OK)
        return strcmp(told->text, "in progress") == 0;
    return status == ORM_DISCONNECTED || status == ORM_TOO_MANY_CONNECTIONS ||
           status == ORM_TIMEOUT || status == ORM_POOL_TIMEOUT;
}

static bool pause_before(const orm_session *session, int64_t *pause_ms, orm_deadline deadline)
{
    const orm_runtime *runtime = session->engine->target.runtime;
    int64_t left = deadline - orm__now();
    int64_t pause = *pause_ms * 1000000;
    *pause_ms = *pause_ms * 2 < LONGEST_PAUSE_MS ? *pause_ms * 2 : LONGEST_PAUSE_MS;
    return left > pause && runtime->sleep(runtime->context, pause) == ORM_OK;
}

static orm_status conclude(orm_session *session, const orm_error *unknown, const answer *told)
{
    session->error = *unknown;
    if (strcmp(told->text, "committed") == 0) {
        session->error.status = ORM_OK;
        return ORM_OK;
    }
    if (strcmp(told->text, "aborted") != 0)
        return ORM_COMMIT_UNKNOWN;
    (void)orm__fail(&session->error, ORM_DISCONNECTED,
                    "the connection was lost during COMMIT, and the server says that nothing was "
                    "committed");
    orm__fail_in(&session->error, unknown->statement, unknown->site);
    return ORM_DISCONNECTED;
}

orm_status orm__resolve_commit(orm_session *session, orm_site site, orm_deadline deadline)
{
    orm_error unknown = session->error;
    answer told = {.driver = session->engine->driver, .arena = &session->arena};
    orm_value xid = orm_bind_text(session->xid);
    orm_error ignored;
    int64_t pause_ms = FIRST_PAUSE_MS;
    xid.as.span.size = strlen(session->xid);
    orm__pool_release(session->pool, session->connection);
    session->connection = NULL;
    /* Without an id it changed no row: there is nothing that could be lost. */
    if (session->xid[0] == '\0')
        orm__copy_text(told.text, sizeof told.text, "committed");
    bool again = session->xid[0] != '\0';
    while (again) {
        told.text[0] = '\0';
        orm_status status = ask(session, site, &xid, deadline, &told, &ignored);
        again = may_change(status, &told) && pause_before(session, &pause_ms, deadline);
    }
    return conclude(session, &unknown, &told);
}
