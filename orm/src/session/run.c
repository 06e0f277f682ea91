#include "base/clock.h"
#include "base/fail.h"
#include "base/hash.h"
#include "session/session.h"

enum { WAIT_DEFAULT_MS = 20, WAIT_MAX_DEFAULT_MS = 1000 };

void orm__session_fail_handler(orm_session *session, orm_site site, orm_status status)
{
    (void)orm__fail(&session->error, status, "the handler returned %s", orm_status_name(status));
    session->error.site = site;
}

static orm_status run_once(orm_site site, orm_engine *engine, const orm_session_options *options,
                           orm_session_handler *handler, void *context, orm_error *error)
{
    orm_session *session = NULL;
    orm_status status = orm_session_open_at(site, engine, options, &session, error);
    if (status != ORM_OK)
        return status;
    session->work = orm__hash_word(session->work ^ (uint64_t)(uintptr_t)handler);
    status = handler(session, context);
    if (status == ORM_OK)
        status = orm_session_commit_at(site, session);
    else if (session->error.status != status)
        orm__session_fail_handler(session, site, status);
    if (status != ORM_OK)
        *error = session->error;
    orm_session_close(session);
    return status;
}

/* Twice as long each time up to the bound, and of that a random half, so that those who met once
 * do not meet again. */
static int64_t pause_ns(const orm_session_options *options, int attempt)
{
    int64_t wait = options->retry_wait_ms > 0 ? options->retry_wait_ms : WAIT_DEFAULT_MS;
    int64_t most = options->retry_wait_max_ms;
    if (most <= 0)
        most = WAIT_MAX_DEFAULT_MS;
    for (int i = 0; i < attempt && wait < most; i++)
        wait *= 2;
    if (wait > most)
        wait = most;
    uint64_t chance = orm__hash_word((uint64_t)orm__now() ^ (uint64_t)orm__thread_number());
    return wait * 500000 + (int64_t)(chance % 1000) * wait * 500;
}

orm_status orm_session_run_at(orm_site site, orm_engine *engine, const orm_session_options *options,
                              orm_session_handler *handler, void *context, orm_error *error)
{
    orm_error own;
    if (error == NULL)
        error = &own;
    int retries = options == NULL ? 0 : options->retries;
    orm_status status = run_once(site, engine, options, handler, context, error);
    for (int i = 0; i < retries && status != ORM_OK && error->retryable; i++) {
        const orm_runtime *runtime = engine->target.runtime;
        if (runtime->sleep(runtime->context, pause_ns(options, i)) != ORM_OK)
            break;
        status = run_once(site, engine, options, handler, context, error);
    }
    return status;
}
