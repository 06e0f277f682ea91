/* What the removal of rows does to known rows that refer to them. */
#ifndef ORM_SESSION_CASCADE_H
#define ORM_SESSION_CASCADE_H

#include "session/lists.h"

/*
 * Rows of `model` whose line was hit are gone from the database but still in the identity map:
 * known rows that refer to them go with them or let go, as the models say, and so on. False: out of
 * memory.
 */
bool orm__cascade(orm__lists *lists, const orm_model *model);

#endif
