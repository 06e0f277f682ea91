/* Judges the statements of a scope. */
#ifndef ORM_OBSERVE_DETECTOR_H
#define ORM_OBSERVE_DETECTOR_H

#include "observe/scope.h"
#include "observe/statement.h"

/*
 * Looks at one statement that is not transaction control: as its session's, and, where there is
 * nothing to say of that alone, as one of its family's. A loop may be made of tasks, or of workers
 * of one scope, each with a session of its own. The scope is locked.
 */
void orm__detect(orm_scope *scope, const orm_event *event, const orm__witness *witness);

#endif
