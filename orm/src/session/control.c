/* What is said to a session from outside its transaction. */
#include "base/fail.h"
#include "session/session.h"

void orm_session_cancel(orm_session *session)
{
    atomic_store(&session->cancelled, true);
    orm__pool_wake(session->pool, &session->cancelled);
}

orm_engine *orm_session_engine(const orm_session *session)
{
    return session->engine;
}

void orm_session_invalidate(orm_session *session)
{
    if (session->connection != NULL)
        session->connection->doomed = true;
}

orm_status orm__session_check_lock(orm_session *session, const orm__query *query)
{
    if (query->lock == ORM_LOCK_NONE || !session->read_only)
        return ORM_OK;
    return orm__fail(&session->error, ORM_READ_ONLY,
                     "a query of %s locks rows, but the session is read-only", query->model->name);
}
