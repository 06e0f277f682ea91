/* Relations to many that are joined: rows of a result that belong to one object above them. */
#ifndef ORM_RELATION_SPREAD_H
#define ORM_RELATION_SPREAD_H

#include "relation/visited.h"
#include "session/session.h"

/* The list of one join to many, of all owners. */
typedef struct orm__spread_list {
    orm__row_list owners;
    orm__row_list items; /* with the owners; NULL where an owner begins */
    orm__row_list links; /* with the items, when the link has a model */
    orm__mapper link;
    orm__visited visited; /* owners that have their list */
    bool active;          /* the present owner has not had it before */
    bool last;            /* no list is joined below: every row is an item */
} orm__spread_list;

typedef struct orm__spread {
    int64_t number;                 /* of the present row of table 0; they begin at 1 */
    void *taken[ORM__JOIN_MAX + 1]; /* the present row of each table; NULL: there is none */
    bool fresh[ORM__JOIN_MAX + 1];  /* it came with the present row of the result */
    orm__spread_list *lists;        /* by join; those of relations to one are unused */
} orm__spread;

#endif
