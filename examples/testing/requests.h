/* The requests under test. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "models.orm.h"

/* How many projects the adult users have: adds to the size_t that `context` is. */
orm_status count_projects(orm_session *db, void *context);

typedef struct rename_request {
    const char *from;
    const char *to;
} rename_request;

/* ORM_NOT_FOUND when nobody has the name. */
orm_status rename_user(orm_session *db, void *context);

#endif
