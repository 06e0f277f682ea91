/* What a scope may do at most. */
#ifndef ORM_OBSERVE_BUDGET_H
#define ORM_OBSERVE_BUDGET_H

#include "observe/scope.h"

/* After a statement was counted: makes a finding of each budget that is exceeded, or brings it up
 * to date. The scope is locked. */
void orm__judge_budget(orm_scope *scope, const orm_event *event);

#endif
