#include "session/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "base/hash.h"
#include "session/stream.h"
#include "sql/fingerprint.h"

uintptr_t orm__thread_number(void)
{
    static _Thread_local char mine;
    return (uintptr_t)&mine;
}

/* SQLite's transactions are serializable, whatever is asked for. */
static void write_begin(orm_session *session, const orm_session_options *options)
{
    static const char *const levels[] = {"", " ISOLATION LEVEL READ COMMITTED",
                                         " ISOLATION LEVEL REPEATABLE READ",
                                         " ISOLATION LEVEL SERIALIZABLE"};
    if (options->isolation == ORM_ISOLATION_DEFAULT || session->engine->options.sandbox ||
        session->engine->driver->dialect == ORM_DIALECT_SQLITE)
        return;
    int size = snprintf(session->begin_sql, sizeof session->begin_sql, "BEGIN%s%s%s",
                        levels[options->isolation], options->read_only ? " READ ONLY" : "",
                        options->deferrable ? " DEFERRABLE" : "");
    session->begin = (orm__statement){
        .sql = session->begin_sql,
        .sql_size = (size_t)size,
        .control = options->read_only ? ORM__CONTROL_BEGIN_READ_ONLY : ORM__CONTROL_BEGIN,
        .once = true,
        .fingerprint = orm__fingerprint(session->begin_sql, (size_t)size),
    };
}

/* Its own scope, that of its task, or the engine's; and the number of those judged with it. */
static const orm_scope *scope_of(const orm_engine *engine, const orm_session_options *options,
                                 uint64_t *family_out)
{
    const orm_runtime *runtime = engine->target.runtime;
    const orm_scope *scope = options->scope;
    if (scope == NULL && runtime->scope != NULL)
        scope = runtime->scope(runtime->context, family_out);
    if (scope == NULL || scope == options->scope)
        *family_out = 0;
    const orm__sink *sink = (const orm__sink *)(const void *)options->scope;
    if (sink != NULL && sink->joined != NULL)
        *family_out = sink->joined(sink->context);
    return scope != NULL ? scope : engine->options.scope;
}

static orm_session *new_session(orm_site site, orm_engine *engine,
                                const orm_session_options *options)
{
    static const orm_session_options none;
    if (options == NULL)
        options = &none;
    orm_session *session = orm__alloc_zero(&engine->allocator, sizeof *session);
    if (session == NULL)
        return NULL;
    session->engine = engine;
    session->pool = &engine->pool;
    session->keeps_queue = options->no_autoflush;
    session->loads_siblings = options->load_siblings;
    session->tenant.site = site;
    session->work = orm__hash_site(site);
    if (options->route != NULL)
        session->work ^= orm__hash_bytes(options->route, strlen(options->route));
    session->read_only = options->read_only;
    session->sink = (const orm__sink *)(const void *)scope_of(engine, options, &session->family);
    if (session->sink != NULL && !orm__sink_draws(session->sink))
        session->sink = NULL;
    session->number = session->sink == NULL ? 0 : atomic_fetch_add(session->sink->sessions, 1) + 1;
    session->timeout_ms =
        options->deadline_ms > 0 ? options->deadline_ms : engine->options.statement_timeout_ms;
    session->call_ms = options->deadline_ms > 0 ? options->deadline_ms : 0;
    session->deadline = ORM_NO_DEADLINE;
    session->route = options->route;
    session->traceparent = options->traceparent;
    orm__buffer_init(&session->shape, &engine->allocator, SIZE_MAX);
    orm__buffer_init(&session->begin_text, &engine->allocator, SIZE_MAX);
    write_begin(session, options);
    orm__session_comment_begin(session);
    orm__arena_init(&session->arena, &engine->allocator, &engine->block_cache);
    orm__arena_init(&session->lasting, &engine->allocator, &engine->block_cache);
    orm__arena_init(&session->transaction, &engine->allocator, &engine->block_cache);
    orm__identity_map_init(&session->map, &engine->allocator);
    session->map.lasting = &session->lasting;
    orm__value_set_init(&session->digested, &engine->allocator, ORM_DIGEST_KEYS_MAX);
    orm__gathered_init(&session->gathered, &engine->allocator, engine->driver->dialect);
    session->rows.arena = &session->arena;
    orm__tenant_enter(engine, &session->tenant);
    return session;
}

static orm_status check_options(const orm_session_options *options, orm_error *error)
{
    if (options->isolation < ORM_ISOLATION_DEFAULT ||
        options->isolation > ORM_ISOLATION_SERIALIZABLE)
        return orm__fail(error, ORM_INVALID, "isolation is none of ORM_ISOLATION_…");
    if (options->deferrable &&
        (!options->read_only || options->isolation != ORM_ISOLATION_SERIALIZABLE))
        return orm__fail(error, ORM_INVALID,
                         "deferrable means something to read-only serializable transactions only");
    if (options->retries < 0 || options->retry_wait_ms < 0 || options->retry_wait_max_ms < 0 ||
        options->deadline_ms < 0)
        return orm__fail(error, ORM_INVALID,
                         "retries, retry_wait_ms, retry_wait_max_ms and deadline_ms must not be "
                         "negative");
    return ORM_OK;
}

orm_status orm_session_open_at(orm_site site, orm_engine *engine,
                               const orm_session_options *options, orm_session **session_out,
                               orm_error *error)
{
    *session_out = NULL;
    if (error != NULL)
        memset(error, 0, sizeof *error);
    if (engine == NULL)
        return orm__fail(error, ORM_MISUSE, "a session needs an engine");
    orm_status status = options == NULL ? ORM_OK : check_options(options, error);
    if (status != ORM_OK)
        return status;
    *session_out = new_session(site, engine, options);
    return *session_out != NULL ? ORM_OK : orm__fail(error, ORM_NOMEM, "out of memory");
}

void orm_session_close(orm_session *session)
{
    if (session == NULL || !orm__session_take(session))
        return;
    if (orm__stream_refuse(session, ORM_SITE, "a session can't be closed") != ORM_OK) {
        (void)orm__session_leave(session, ORM_OK);
        return;
    }
    orm_engine *engine = session->engine;
    if (session->sink != NULL && session->sink->ended != NULL)
        session->sink->ended(session->sink->context, session);
    orm_session_rollback(session);
    orm__tenant_leave(engine, &session->tenant);
    orm__arena_dispose(&session->transaction);
    orm__arena_dispose(&session->lasting);
    orm__value_set_dispose(&session->digested);
    orm__row_list_dispose(&session->rows);
    orm__gathered_dispose(&session->gathered);
    orm__buffer_dispose(&session->shape);
    orm__buffer_dispose(&session->begin_text);
    orm__identity_map_dispose(&session->map);
    orm__arena_dispose(&session->arena);
    orm__free(&engine->allocator, session, sizeof *session);
}

const orm_error *orm_session_error(const orm_session *session)
{
    return &session->error;
}

orm_status orm_session_fail(orm_session *session, orm_status status, const char *format, ...)
{
    char message[ORM_ERROR_MESSAGE_SIZE];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(message, sizeof message, format, values);
    va_end(values);
    return orm__fail(&session->error, status, "%s", message);
}

void *orm_session_alloc(orm_session *session, size_t size)
{
    if (!orm__session_take(session))
        return NULL;
    void *memory = orm__arena_alloc(&session->arena, size);
    (void)orm__session_leave(session, ORM_OK);
    return memory;
}

char *orm_session_printf(orm_session *session, const char *format, ...)
{
    va_list values;
    if (!orm__session_take(session))
        return NULL;
    va_start(values, format);
    char *text = orm__arena_vprintf(&session->arena, format, values);
    va_end(values);
    (void)orm__session_leave(session, ORM_OK);
    return text;
}

const orm__result *orm__session_results(const orm_session *session)
{
    return session->results;
}

uint64_t orm__session_family(const orm_session *session)
{
    return session->family;
}

uint64_t orm__session_number(const orm_session *session)
{
    return session->number;
}

uint64_t orm__session_call(const orm_session *session)
{
    return session->call_number;
}

orm_status orm__session_nomem(orm_session *session)
{
    return orm__fail(&session->error, ORM_NOMEM, "out of memory");
}

orm__result *orm__session_new_result(orm_session *session, orm__arena *arena)
{
    orm__result *result = session->spare_results;
    if (result != NULL)
        session->spare_results = result->next;
    else /* those who watch the session may remember it beyond a release of memory */
        result =
            orm__arena_alloc(session->sink != NULL ? &session->lasting : arena, sizeof *result);
    if (result != NULL)
        *result = (orm__result){.number = ++session->result_count};
    return result;
}

orm__result *orm__session_result(orm_session *session, orm_site site, const orm_model *model)
{
    if (session->inside != NULL)
        return orm__stream_result_for(session->inside, site, model);
    orm__result *result = orm__session_new_result(session, &session->arena);
    if (result == NULL)
        return NULL;
    result->model = model;
    result->site = site;
    result->next = session->results;
    session->results = result;
    return result;
}

orm_status orm__session_check_row(orm_session *session, const orm_model *model, const void *row)
{
    orm_status status = orm__session_check_any(session, model, row);
    if (status == ORM_OK && orm__object_of(model, row)->stream != 0)
        return orm__fail(&session->error, ORM_MISUSE,
                         "the row of %s is one of a stream, which can only be read; write by key, "
                         "or find the row in the session first",
                         model->name);
    return status;
}

orm_status orm__session_check_any(orm_session *session, const orm_model *model, const void *row)
{
    const orm_object *object = row == NULL ? NULL : orm__object_of(model, row);
    if (object == NULL || object->row != row)
        return orm__fail(&session->error, ORM_MISUSE,
                         "the row of %s was not loaded by a session (a copy is not)", model->name);
    if (object->session != session)
        return orm__fail(&session->error, ORM_MISUSE, "the row of %s belongs to another session",
                         model->name);
    if (object->detached)
        return orm__fail(&session->error, ORM_MISUSE,
                         "the row of %s is detached: it was deleted, or its insert rolled back",
                         model->name);
    return ORM_OK;
}

orm_status orm_session_expire_all(orm_session *session)
{
    if (!orm__session_take(session))
        return ORM_MISUSE;
    session->map.epoch++;
    return orm__session_leave(session, ORM_OK);
}
