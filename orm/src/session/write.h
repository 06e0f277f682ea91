/* What all writing calls share. */
#ifndef ORM_SESSION_WRITE_H
#define ORM_SESSION_WRITE_H

#include "session/session.h"

/* Enters a call that writes and starts a shape. ORM_READ_ONLY. */
orm_status orm__write_start(orm_session *db, orm_site site, const orm_model *model,
                            orm__purpose purpose);

/* Returns `status`; a failure found before anything was sent gets the call's place too. */
orm_status orm__write_end(orm_session *db, orm_site site, orm_status status);

#endif
