#include "session/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"

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
    session->tenant.site = site;
    orm__tenant_enter(engine, &session->tenant);
    session->site = site;
    session->number = atomic_fetch_add(&engine->session_count, 1) + 1;
    session->read_only = options->read_only;
    session->sink = (const orm__sink *)(const void *)options->scope;
    session->timeout_ms =
        options->deadline_ms > 0 ? options->deadline_ms : engine->options.statement_timeout_ms;
    session->call_ms = options->deadline_ms > 0 ? options->deadline_ms : 0;
    session->deadline = ORM_NO_DEADLINE;
    orm__arena_init(&session->arena, &engine->allocator, &engine->block_cache);
    orm__identity_map_init(&session->map, &engine->allocator);
    orm__gathered_init(&session->gathered, &engine->allocator, engine->driver->dialect);
    session->rows.allocator = &engine->allocator;
    return session;
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
    *session_out = new_session(site, engine, options);
    return *session_out != NULL ? ORM_OK : orm__fail(error, ORM_NOMEM, "out of memory");
}

void orm_session_close(orm_session *session)
{
    if (session == NULL)
        return;
    orm_engine *engine = session->engine;
    orm_session_rollback(session);
    orm__tenant_leave(engine, &session->tenant);
    orm__row_list_dispose(&session->rows);
    orm__gathered_dispose(&session->gathered);
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
    return orm__arena_alloc(&session->arena, size);
}

char *orm_session_printf(orm_session *session, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = orm__arena_vprintf(&session->arena, format, values);
    va_end(values);
    return text;
}

const orm__result *orm__session_results(const orm_session *session)
{
    return session->results;
}

uint64_t orm__session_number(const orm_session *session)
{
    return session->number;
}

orm_status orm__session_nomem(orm_session *session)
{
    return orm__fail(&session->error, ORM_NOMEM, "out of memory");
}

orm__result *orm__session_result(orm_session *session, orm_site site, const orm_model *model)
{
    orm__result *result = orm__arena_zero(&session->arena, sizeof *result);
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
