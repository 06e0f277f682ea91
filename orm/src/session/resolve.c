/*
 * What became of a COMMIT that was not answered. The transaction's id is asked for with the first
 * statements that may write, so that it is known whatever happens to COMMIT's own flight; a fresh
 * connection then asks the server how that transaction ended.
 *
 * A server that crashed forgets what it had not written yet, ids included, and gives them out
 * again: another transaction's end would be told for ours. So the server's start is asked for as
 * well, and after another one an id counts only if it is older than the new start's first, and than
 * those the engine met in starts between.
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

/* What differs after every start of the server, a recovery from a crash included. */
#define SERVER_START                                                                               \
    "(extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint || ' ' || "                \
    "coalesce((extract(epoch from pg_stat_get_bgwriter_stat_reset_time()) * 1000000)::bigint, 0)"

/* The texts of the only row. */
typedef struct answer {
    const orm__driver *driver;
    orm__arena *arena;
    char text[ORM__XID_SIZE];
    char start[ORM__START_SIZE];
} answer;

/* One column of the present row; longer texts are no answer. */
static orm_status read_text(orm__rows *rows, const answer *target, uint16_t column, char *text_out,
                            size_t size)
{
    const char *text = NULL;
    orm_status status = target->driver->raw_text(rows, column, target->arena, &text);
    if (status == ORM_OK && text != NULL && strlen(text) < size)
        orm__copy_text(text_out, size, text);
    return status;
}

static orm_status take_answer(orm__call *call, orm__rows *rows, orm_error *error)
{
    answer *target = call->context;
    bool more = false;
    orm_status status = target->driver->next(rows, &more, error);
    if (status == ORM_OK && more)
        status = read_text(rows, target, 0, target->text, sizeof target->text);
    if (status == ORM_OK && more)
        status = read_text(rows, target, 1, target->start, sizeof target->start);
    return status;
}

static orm_status take_xid(orm__call *call, orm__rows *rows, orm_error *error)
{
    orm_session *session = call->context;
    answer told = {.driver = session->engine->driver, .arena = &session->arena};
    orm__call inner = {.context = &told};
    orm_status status = take_answer(&inner, rows, error);
    memcpy(session->xid, told.text, sizeof session->xid);
    memcpy(session->server_start, told.start, sizeof session->server_start);
    if (session->xid[0] != '\0')
        orm__starts_note(&session->engine->starts, told.start, told.text);
    return status;
}

orm_status orm__resolve_fill(orm_session *session, orm__call *call)
{
    static const char sql[] = "SELECT pg_current_xact_id_if_assigned()::text, " SERVER_START;
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

/* How the transaction ended; a server that only follows another does not know yet. */
static const char ask_end[] = "SELECT CASE WHEN pg_is_in_recovery() THEN 'in progress' "
                              "ELSE pg_xact_status($1::text::xid8) END, " SERVER_START;

/*
 * Whether a server started since knew the id at its start: the checkpoint it then made, or found,
 * says which comes next. One that took over from another has yet to make its own.
 */
static const char ask_kept[] =
    "SELECT CASE WHEN timeline_id <> ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, "
    "8))::bit(32)::int THEN 'in progress' WHEN $1::text::numeric < split_part(next_xid, ':', "
    "1)::numeric * 4294967296 + split_part(next_xid, ':', 2)::numeric THEN 'kept' ELSE 'aborted' "
    "END, '' FROM pg_control_checkpoint()";

static orm_status put(orm_session *session, orm_site site, const char *sql, const orm_value *xid,
                      orm_deadline deadline, answer *answer_out, orm_error *error)
{
    static const orm__param param = {.type = ORM_TYPE_NONE};
    orm__statement statement = {.sql = sql,
                                .sql_size = strlen(sql),
                                .params = &param,
                                .param_count = 1,
                                .column_count = UINT16_MAX,
                                .once = true};
    orm__call call = {.statement = &statement,
                      .values = xid,
                      .value_count = 1,
                      .consume = take_answer,
                      .context = answer_out};
    orm_status status = orm__session_control(session, site, &call, 1, deadline, error);
    if (statement.handle != NULL)
        session->engine->driver->forget(session->connection->link, &statement);
    return status;
}

/* Several crashes may have passed before anything could be asked. */
static bool was_reused(orm_session *session)
{
    return orm__starts_reused(&session->engine->starts, session->server_start, session->xid);
}

/* Asks on a connection of its own. */
static orm_status ask(orm_session *session, orm_site site, const orm_value *xid,
                      orm_deadline deadline, answer *answer_out, orm_error *error)
{
    const orm__asker asker = {.site = session->tenant.site,
                              .deadline = deadline,
                              .cancel = &session->cancelled,
                              .user = orm__session_caller(session)};
    orm_status status = orm__pool_acquire(session->pool, &asker, &session->connection, error);
    if (status != ORM_OK)
        return status;
    status = put(session, site, ask_end, xid, deadline, answer_out, error);
    /* An id the server has not given out yet: it lost the transaction in a crash. */
    if (status != ORM_OK && strcmp(error->sqlstate, "22023") == 0) {
        orm__copy_text(answer_out->text, sizeof answer_out->text, "aborted");
        status = ORM_OK;
    } else if (status == ORM_OK && strcmp(answer_out->text, "committed") == 0 &&
               strcmp(answer_out->start, session->server_start) != 0) {
        status = put(session, site, ask_kept, xid, deadline, answer_out, error);
        if (status == ORM_OK && strcmp(answer_out->text, "kept") == 0)
            orm__copy_text(answer_out->text, sizeof answer_out->text,
                           was_reused(session) ? "aborted" : "committed");
    }
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
        told.text[0] = told.start[0] = '\0';
        orm_status status = ask(session, site, &xid, deadline, &told, &ignored);
        if (status != ORM_OK) /* half an answer is none */
            told.text[0] = '\0';
        again = may_change(status, &told) && pause_before(session, &pause_ms, deadline);
    }
    return conclude(session, &unknown, &told);
}
