/* What a session's own writes mean for the relations its objects have loaded. */
#ifndef ORM_SESSION_RELATED_H
#define ORM_SESSION_RELATED_H

#include "session/session.h"

/* Makes a relation not loaded any more; a rollback brings it back when `undoable`. */
void orm__related_forget_slot(orm_session *session, orm__slot *slot, bool undoable);
/* The same of one relation of an object, and of its count. */
void orm__related_forget(orm_session *session, orm_object *object, uint16_t relation,
                         bool undoable);

/* Whether rows of `model` decide what is in `relation`: they are its rows, or its links. */
bool orm__related_is_made_of(const orm_relation *relation, const orm_model *model);

/* The object a belongs_to leads to, if the session has one whose key has the same bytes. */
void *orm__related_target(orm_session *session, const orm_model *model,
                          const orm_relation *relation, const void *row);

/*
 * For when there is no such object: where equal keys may differ in their bytes (collated text, for
 * one), any known row may be the one, so what is made of rows of `model` is forgotten in all.
 */
void orm__related_forget_unsure(orm_session *session, const orm_model *model,
                                const orm_relation *relation, const void *row, bool undoable);

/*
 * A row of `model` came, went or left the parents that its present fields refer to: the lists of
 * those that the session knows do not show it, so they are not loaded any more. A rollback brings
 * them back when `undoable`.
 */
void orm__related_forget_lists(orm_session *session, const orm_model *model, const void *row,
                               bool undoable);

/*
 * The row's own relations whose key differs from `before`: they lead elsewhere now. When
 * `undoable`, what was loaded is led on to a row that the session knows; the rest is not loaded any
 * more.
 */
void orm__related_forget_moved(orm_session *session, const orm_model *model, void *row,
                               const void *before, bool undoable);

/*
 * Rows of `model` that the session may know were deleted, and by cascade rows that refer to them:
 * whether a known object still exists is asked of the database from now on. `all` for rows that
 * nobody named; else only what refers to the model.
 */
void orm__related_doubt(orm_session *session, const orm_model *model, bool all);

#endif
