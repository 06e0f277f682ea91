/*
 * Lists that known parents have loaded, kept true while many rows come, go and move: what a batch
 * does is noted row by row, and each list is made anew once.
 */
#ifndef ORM_SESSION_LISTS_H
#define ORM_SESSION_LISTS_H

#include "session/session.h"

typedef struct orm__list_note {
    orm_object *parent;
    const orm_relation *relation;
    orm__slot *slot;
    void *row;
    size_t number;
    bool comes; /* else it goes */
    bool stays; /* or stands elsewhere in the list */
} orm__list_note;

typedef struct orm__lists {
    orm_session *session;
    orm__arena *arena; /* for the notes */
    orm__list_note *notes;
    size_t count;
    size_t capacity;
    size_t longest; /* lists with more rows are not made anew but loaded again; 0: all are */
} orm__lists;

/* `row` is now, or was, among the rows of the parents that the fields of `fields` refer to. */
void orm__lists_note(orm__lists *lists, const orm_model *model, void *row, const void *fields,
                     bool comes);

/*
 * A row whose fields were `before`: out of the lists it left, into those it entered, and to its new
 * place in those it stays in.
 */
void orm__lists_note_moved(orm__lists *lists, const orm_model *model, void *row,
                           const void *before);

/*
 * The same for one row that is written at once: it came, or went, or its fields were `before` (else
 * NULL).
 */
void orm__lists_write(orm_session *session, const orm_model *model, void *row, const void *before,
                      bool comes);

/* Makes the lists anew; a rollback brings the old ones back. */
void orm__lists_apply(orm__lists *lists);

#endif
