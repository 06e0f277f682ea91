/* The unit of work: what a session is to write at the next flush. */
#ifndef ORM_SESSION_QUEUE_H
#define ORM_SESSION_QUEUE_H

#include "session/given.h"

typedef enum orm__queued_kind {
    ORM__QUEUED_ADD,
    ORM__QUEUED_CHANGE,
    ORM__QUEUED_REMOVE
} orm__queued_kind;

/* One row that waits. An object has at most one: later calls alter it. */
typedef struct orm__queued {
    orm__line line; /* first: objects point to it */
    struct orm__queued *next;
    const orm_model *model;
    orm_site site; /* the call that queued it */
    orm__reference *references;
    size_t reference_count;
    orm__queued_kind kind;
    bool dropped; /* taken back before it was sent */
    bool done;    /* written */
    bool missed;  /* the row was gone or newer when it was tried; only an explicit flush tries again
                   */
} orm__queued;

typedef struct orm__queue {
    orm__arena arena; /* everything that waits; freed when nothing does any more */
    orm__queued *first;
    orm__queued **end;
    size_t count; /* that wait and are not missed */
} orm__queue;

/* Whether anything of a model waits that queries could see; NULL: of any model. */
bool orm__queue_holds(const orm_session *db, const orm_model *model);

/* Whether what waits could change what a relation gives for the row. */
bool orm__queue_alters(const orm_session *db, const orm_relation *relation,
                       const orm_object *object);

/* Forgets what waits, after a rollback: rows that were only added are detached. */
void orm__queue_clear(orm_session *db);

/* Drops what is done; frees the queue when that is all. */
void orm__queue_sweep(orm_session *db);

/*
 * Writes all that waits: rows that are added in the order of their foreign keys, then changes, then
 * removals. Rows that were gone or newer stay queued, and the flush is ORM_STALE or ORM_NOT_FOUND
 * once the others are written.
 */
orm_status orm__queue_flush(orm_session *db, orm_site site);

/* The same for a commit. COMMIT travels behind the last statements where the server judges them by
 * itself: `*committed_out` then, whatever became of their rows in memory. */
orm_status orm__queue_commit(orm_session *db, orm_site site, bool *committed_out);

/* The same before a query of `model` (NULL: of anything), if it could see what waits. */
orm_status orm__queue_before(orm_session *db, orm_site site, const orm_model *model);

#endif
