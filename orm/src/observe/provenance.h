/* Which list of the session the values of a repeated statement come from. */
#ifndef ORM_OBSERVE_PROVENANCE_H
#define ORM_OBSERVE_PROVENANCE_H

#include <stdbool.h>

#include <orm/events.h>

#include "base/site.h"
#include "observe/group.h"
#include "observe/parameters.h"
#include "observe/witness.h"

/* The value of a statement that varies, and what it is compared with. */
typedef struct orm__bound {
    const orm_event *event;
    const orm_value *value;
    uint64_t hash;
    const orm__parameter *parameter;
    const orm__reading *reading; /* of the statement; borrowed */
    size_t bound_count;          /* values before the literals of hand-written SQL */
    size_t position;
    bool written; /* by an INSERT, so that the other values may be from anywhere */
    uint16_t
        column; /* of the event's model; UINT16_MAX: not known, `parameter` has a name or nothing */
} orm__bound;

typedef enum orm__search {
    ORM_SEARCH_FOUND,
    ORM_SEARCH_NOTHING,
    ORM_SEARCH_CUT /* nothing where it looked, which a bound made less than everything */
} orm__search;

/* A list of one key stands for that key. */
const orm_value *orm__single(const orm_value *value);

/* What the value at `position` is compared with: from `bound_count` on the values are literals of
 * the statement. The answer points into `reading`. */
orm__bound orm__bound_make(const orm_event *event, size_t bound_count, size_t position,
                           const orm__reading *reading);

/* Hashes of values that were sent before; any of them will do. */
typedef struct orm__earlier {
    uint64_t hashes[ORM_GROUP_SEEN];
    size_t count;
} orm__earlier;

/*
 * Searches the session's newest lists, and what is left of those whose memory was given back, for
 * a column that holds this value, and an `earlier` one in the same list or another made by the same
 * call; lists of one row may be made by several. A column joined to the bound one by relations is
 * taken first, in one list that holds both; other columns, and lists of one row, only when there
 * were `many` values. What the statement itself has brought counts last, and only joined.
 */
orm__search orm__link_find(const orm__bound *bound, const orm__witness *witness,
                           const orm__earlier *earlier, bool many, orm__link *link_out);

/* Whether a later value is in that list too, or in another one made by the same call. Work is
 * bounded per link. */
bool orm__link_follow(orm__link *link, const orm__witness *witness, const orm_value *value);

/* Whether the linked column holds a value with this hash. */
bool orm__link_holds(const orm__link *link, const orm__witness *witness, uint64_t hash);

/* Whether the value is a key to another row in the one row that the same call returned last: a
 * step of a walk. */
bool orm__is_step(const orm__bound *bound, const orm__witness *witness, orm__link *link_out);

/* The relation of the list's model that leads to what the statement asks for, or NULL. */
const orm_relation *orm__link_relation(const orm__link *link, const orm__bound *bound);

/* Whether the session holds a list that long, made elsewhere, that a loop may be running over. */
bool orm__has_list(const orm__witness *witness, size_t rows, orm_site elsewhere);

#endif
