/* Work taken from a queue one row at a time: no loop over rows that are known before. */
#ifndef ORM_OBSERVE_DRAIN_H
#define ORM_OBSERVE_DRAIN_H

#include "observe/scope.h"

/*
 * Whether every execution of what the group watches followed on a statement of the session that is
 * sent with the same values each time and gives another row each time.
 */
bool orm__is_draining(const orm_scope *scope, const orm__group *group, const orm__witness *witness);

#endif
