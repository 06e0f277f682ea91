/* The list that rows which are written one by one come from. */
#ifndef ORM_OBSERVE_SOURCE_LIST_H
#define ORM_OBSERVE_SOURCE_LIST_H

#include "observe/group.h"
#include "observe/parameters.h"
#include "observe/provenance.h"
#include "observe/witness.h"

/*
 * Searches the session's lists for the values of a repeated write, one of them after the other, and
 * sets the group's link and `source`, the position of that value. `known` is what was read of the
 * statement, or NULL; `earlier` are values of the position that varies first.
 */
void orm__source_list_find(const orm_event *event, size_t bound_count, const orm__reading *known,
                           const orm__witness *witness, const orm__earlier *earlier,
                           orm__group *group);

#endif
