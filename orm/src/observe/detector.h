/* Judges the statements of a scope. */
#ifndef ORM_OBSERVE_DETECTOR_H
#define ORM_OBSERVE_DETECTOR_H

#include "observe/scope.h"

/*
 * Looks at one statement that is not transaction control. The scope is locked. True: it is the
 * session's first of its kind there.
 */
bool orm__detect(orm_scope *scope, const orm_event *event, const orm__witness *witness);

/* Whether a statement writes rows; for raw SQL by its first word. */
bool orm__is_write(const orm_event *event);

/* Whether a row that a relation of its model to itself gave is asked for that relation again. */
bool orm__is_walk(const orm_event *event);

#endif
