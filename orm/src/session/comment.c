/* Comments on the statements of a session. */
#include "sql/comment.h"

#include "session/session.h"
#include "sql/fingerprint.h"

static bool wants(const orm_session *session, unsigned what)
{
    return (session->engine->options.comments & what) != 0;
}

bool orm__session_comments(const orm_session *session)
{
    return wants(session, ORM_COMMENT_SITE) ||
           (session->route != NULL && wants(session, ORM_COMMENT_ROUTE));
}

static void append(const orm_session *session, orm__buffer *text)
{
    static const orm_site nowhere;
    orm__comment comment = {
        .site = wants(session, ORM_COMMENT_SITE) ? session->site : nowhere,
        .route = wants(session, ORM_COMMENT_ROUTE) ? session->route : NULL,
    };
    orm__comment_append(text, &comment);
}

const orm__buffer *orm__session_shape(orm_session *session)
{
    const orm__buffer *shape = &session->gathered.shape;
    orm__buffer *marked = &session->shape;
    if (!orm__session_comments(session))
        return shape;
    /* What differs in its comment is another statement. */
    orm__buffer_clear(marked);
    orm__buffer_append(marked, shape->data, shape->size);
    append(session, marked);
    return marked;
}

void orm__session_comment(const orm_session *session, orm__compiled *compiled)
{
    orm__buffer *sql = &compiled->sql;
    if (orm__session_comments(session) && !sql->failed && !orm__comment_is_in(sql->data))
        append(session, sql);
}

/*
 * What differs from request to request stands in BEGIN, which is not prepared. Where BEGIN is
 * prepared, it stands nowhere.
 */
void orm__session_comment_begin(orm_session *session)
{
    const orm__driver *driver = session->engine->driver;
    orm__comment comment = {
        .route = wants(session, ORM_COMMENT_ROUTE) ? session->route : NULL,
        .traceparent = wants(session, ORM_COMMENT_TRACE) ? session->traceparent : NULL,
    };
    orm__control control = session->read_only ? ORM__CONTROL_BEGIN_READ_ONLY : ORM__CONTROL_BEGIN;
    orm__buffer *text = &session->begin_text;
    if (comment.traceparent == NULL || session->engine->options.sandbox ||
        driver->dialect == ORM_DIALECT_SQLITE)
        return;
    orm__buffer_text(text,
                     session->begin.sql != NULL ? session->begin.sql : driver->control[control]);
    orm__comment_append(text, &comment);
    /* Without memory the transaction begins as it would without a comment. */
    if (text->failed)
        return;
    session->begin = (orm__statement){
        .sql = text->data,
        .sql_size = text->size,
        .control = control,
        .once = true,
        .fingerprint = orm__fingerprint(text->data, text->size),
    };
}
