#include <orm/listener.h>
#include <orm/raw.h>

#include "base/fail.h"
#include "exec/listener.h"
#include "session/session.h"

static orm_status check(orm_session *db, const char *channel)
{
    orm_status status = ORM_OK;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    if (db->engine->driver->notified == NULL)
        status = orm__fail(&db->error, ORM_UNSUPPORTED, "SQLite has no notifications");
    else if (!orm__channel_is_valid(channel))
        status = orm__fail(&db->error, ORM_INVALID, "a channel's name has 1 to %d bytes",
                           ORM__CHANNEL_MAX);
    return orm__session_leave(db, status);
}

orm_status orm_notify_at(orm_site site, orm_session *db, const char *channel, const char *payload)
{
    orm_status status = check(db, channel);
    if (status != ORM_OK)
        return status;
    const orm_value values[] = {orm_bind_text(channel),
                                orm_bind_text(payload != NULL ? payload : "")};
    return orm_raw_at(site, db, "SELECT pg_notify($1, $2)", values, 2, NULL, NULL, NULL);
}
