/* Findings that are meant to be. */
#ifndef ORM_OBSERVE_IGNORE_H
#define ORM_OBSERVE_IGNORE_H

#include "observe/scope.h"

/* Marks the record when something says that it is to be ignored. The scope is locked. */
void orm__ignore_judge(orm_scope *scope, orm__record *record);

#endif
