/* What an INSERT or UPDATE sets: the columns here, their values in the session's gathered ones. */
#ifndef ORM_SESSION_GIVEN_H
#define ORM_SESSION_GIVEN_H

#include "session/session.h"

enum { ORM__SQLITE_LISTS_MAX = 900 }; /* columns of its widest table of values */

typedef struct orm__given {
    const orm_model *model;
    int64_t now; /* 0 until a stamp is needed */
    size_t count;
    uint16_t columns[ORM__WRITE_MAX];
} orm__given;

static inline void orm__given_init(orm__given *set, const orm_model *model)
{
    set->model = model;
    set->now = 0;
    set->count = 0;
}

/* Gathers a <model>_new, with the stamps and the first version it leaves out. ORM_INVALID for a
 * required column that was not set, or what the check of a value says. */
orm_status orm__given_new(orm_session *db, orm__given *set, const void *values);

/* Gathers a <model>_changes, and when it sets anything the stamps it leaves out. */
orm_status orm__given_changes(orm_session *db, orm__given *set, const void *values);

#endif
