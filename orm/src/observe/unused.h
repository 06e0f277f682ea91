/* Relations that were loaded and never read. */
#ifndef ORM_OBSERVE_UNUSED_H
#define ORM_OBSERVE_UNUSED_H

#include "observe/scope.h"

/* Judges the loads of a session that closes. The scope is locked. */
void orm__judge_unused(orm_scope *scope, const orm_session *session);

#endif
