/* What is to be said of a scope as a whole. */
#ifndef ORM_OBSERVE_VERDICT_H
#define ORM_OBSERVE_VERDICT_H

#include "observe/scope.h"

/* The scope is locked; `statistics` are its own, with what its tables count. */
orm_verdict orm__verdict(const orm_scope *scope, const orm_scope_statistics *statistics);

/* Whether bounds left something out. */
bool orm__is_inconclusive(const orm_scope_statistics *statistics);

#endif
