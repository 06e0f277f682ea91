/* Work taken from a queue one row at a time: no loop over rows that are known before. */
#ifndef ORM_OBSERVE_DRAIN_H
#define ORM_OBSERVE_DRAIN_H

#include "observe/scope.h"

/*
 * Whether every execution of what the group watches followed on a statement of the session that is
 * sent with the same values each time and gives another row each time.
 */
bool orm__is_draining(const orm_scope *scope, const orm__group *group, const orm__witness *witness);

/* A member of a family is about to be judged: notes the rows that each of its statements gave it,
 * which for others of the family may be others. */
void orm__drain_note(orm_scope *scope, const orm__witness *family);

/*
 * Whether the row that came alone, and for which a relation is loaded, was fetched before the last
 * load, with others: a loop runs over them. One that was fetched since is worked on and left.
 */
bool orm__is_gathered(const orm__group *group, const orm_event *load, const orm__witness *witness);

#endif
