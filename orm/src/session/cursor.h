/* Positions as text that applications hand out: opaque, and refused when anything was changed. */
#ifndef ORM_SESSION_CURSOR_H
#define ORM_SESSION_CURSOR_H

#include "session/session.h"
#include "sql/position.h"

/*
 * `query` has the order that the position is in; turned round or not is the same. `*text_out` is
 * session. ORM_NOMEM, ORM_RESOURCE.
 */
orm_status orm__cursor_write(orm_session *session, const orm__query *query, bool reversed,
                             const orm__position *position, const char **text_out);
/* Text of the position is session. ORM_INVALID, ORM_NOMEM, ORM_RESOURCE. */
orm_status orm__cursor_read(orm_session *session, const orm__query *query, bool reversed,
                            const char *text, orm__position *position_out);

#endif
