/* Values that hand-written SQL carries as literals, which its fingerprint leaves out. */
#ifndef ORM_OBSERVE_LITERALS_H
#define ORM_OBSERVE_LITERALS_H

#include <orm/events.h>

#include "observe/group.h"
#include "observe/parameters.h"

/*
 * Notes the literals of a text that the group did not see last, and returns `extended`: the event
 * with them behind its values, which `values` has room for. Returns the event itself, and leaves
 * `reading` alone, when the text is the same.
 */
const orm_event *orm__literals_read(orm__group *group, const orm_event *event,
                                    orm__reading *reading, orm_event *extended, orm_value *values);

#endif
