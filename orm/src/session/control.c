/* What is said to a session from outside its transaction. */
#include "session/session.h"

void orm_session_cancel(orm_session *session)
{
    atomic_store(&session->cancelled, true);
    orm__pool_wake(session->pool, &session->cancelled);
}

void orm_session_invalidate(orm_session *session)
{
    if (session->connection != NULL)
        session->connection->doomed = true;
}
