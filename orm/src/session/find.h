/* Looking one row up by its key, in the parts that calls of several queries need. */
#ifndef ORM_SESSION_FIND_H
#define ORM_SESSION_FIND_H

#include "session/session.h"

/* What takes the row. */
typedef struct orm__found {
    orm__mapper mapper;
    orm__result *result;
    void *row; /* NULL: there is none */
} orm__found;

/* Gathers the key; `*known_out` is the row when the session has it and need not ask. ORM_MISUSE for
 * NULL, or what the check of a value says. */
orm_status orm__find_gather(orm_session *db, const orm_model *model, const orm_value *key,
                            bool refresh, orm__query *query, void **known_out);
/* The statement of what was gathered; its consumer is orm__take_found. */
orm_status orm__find_prepare(orm_session *db, orm_site site, const orm_model *model,
                             const orm__query *query, bool refresh, orm__found *found,
                             orm__statement **statement_out);
orm_status orm__take_found(orm__call *call, orm__rows *rows, orm_error *error);
orm_status orm__find_finish(orm_session *db, const orm__found *found);
/* ORM_NOT_FOUND, with the session's error saying so. */
orm_status orm__find_nothing(orm_session *db, orm_site site, const orm_model *model);

#endif
