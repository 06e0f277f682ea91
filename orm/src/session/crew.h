/*
 * Batches that travel together: rows of several models, none of which needs to know what became of
 * the others. A COMMIT may close the flight when the server judges everything in it by itself.
 */
#ifndef ORM_SESSION_CREW_H
#define ORM_SESSION_CREW_H

#include "session/batch.h"

typedef struct orm__member {
    struct orm__member *next;
    orm__batch batch;
    orm__load *load; /* of rows to insert: of their relations to rows in hand */
} orm__member;

typedef struct orm__crew {
    orm_session *db;
    orm_site site;
    orm__arena *arena; /* outlives the crew */
    orm__member *first;
    orm__member **end;
    bool commits;   /* the flush is a commit's and COMMIT can travel */
    bool inserts;   /* rows to insert are aboard: their keys are not known */
    bool sent;      /* something was ever sent */
    bool committed; /* COMMIT was answered so */
    /* After a failure: the first row the server says was missed, and how many were. */
    orm__line *missed;
    size_t missed_count;
} orm__crew;

void orm__crew_init(orm__crew *crew, orm_session *db, orm_site site, orm__arena *arena,
                    bool commits);

/* Takes rows of one model aboard. Rows of a late key ask for no version, and are not judged. */
orm_status orm__crew_add(orm__crew *crew, const orm_model *model, orm__purpose purpose,
                         orm__line **lines, size_t count, orm__load *load);

/*
 * Sends all aboard in one flight, behind them COMMIT when `commit` and nothing of it needs judging
 * here. ORM_OK once `committed`, though rows that came back could not be taken. The members stay
 * until they are disposed of.
 */
orm_status orm__crew_send(orm__crew *crew, bool commit);

/* Lets those aboard go. */
void orm__crew_dispose(orm__crew *crew);

#endif
