/* The call above the function that has a finding's call: where its helper was called. */
#ifndef ORM_OBSERVE_CALLED_FROM_H
#define ORM_OBSERVE_CALLED_FROM_H

#include "observe/scope.h"

/* Sets the finding's .caller from the path of calls that its record keeps, once. */
void orm__called_from(orm_scope *scope);

#endif
