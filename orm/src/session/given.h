/* What an INSERT or UPDATE sets: the columns here, their values in the session's gathered ones. */
#ifndef ORM_SESSION_GIVEN_H
#define ORM_SESSION_GIVEN_H

#include "session/session.h"

enum { ORM__REFERENCES_MAX = 64 }; /* relations given rows in one call */

/* A row given in place of the columns that refer to it. */
typedef struct orm__reference {
    const orm_relation *relation;
    void *row;
} orm__reference;

typedef struct orm__given {
    const orm_model *model;
    int64_t now; /* 0 until a stamp is needed */
    size_t count;
    size_t reference_count;
    orm__reference references[ORM__REFERENCES_MAX];
    uint16_t columns[ORM__WRITE_MAX];
} orm__given;

static inline void orm__given_init(orm__given *set, const orm_model *model)
{
    set->model = model;
    set->now = 0;
    set->count = 0;
    set->reference_count = 0;
}

/* Whether a <model>_new or <model>_changes refers to a row that is queued and has no key yet. */
bool orm__given_waits(const orm_model *model, const void *values, bool insert);

/* Gathers a <model>_new, with the stamps and the first version it leaves out. ORM_INVALID for a
 * required column that was not set, or what the check of a value says. Columns that refer to a row
 * without a key yet are given NULL. */
orm_status orm__given_new(orm_session *db, orm__given *set, const void *values);

/* The value of a relation's own column, of the row it leads to. */
orm_value orm__reference_value(const orm__reference *reference, uint16_t own);

/* Gathers a <model>_changes, and when it sets anything the stamps it leaves out. */
orm_status orm__given_changes(orm_session *db, orm__given *set, const void *values);

#endif
