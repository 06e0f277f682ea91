/* A walk along a self relation, and what it tells of the rows' relations. */
#ifndef ORM_RELATION_WALK_H
#define ORM_RELATION_WALK_H

#include "relation/loader.h"
#include "sql/walk.h"

typedef struct orm__walking {
    orm_session *session;
    orm_site site;
    const orm_model *model;
    uint16_t relation; /* by index */
    orm__walk walk;
    orm__keyset keys; /* of the first rows */
    const orm_list *from;
    bool streamed;   /* these are a stream's */
    bool complete;   /* every row that is reached comes back, the first ones too */
    bool drop_start; /* these are not in the list */
    bool moved;      /* a row that was known refers to others than its fields say */
    void *stored;    /* a row struct with what the database holds */
} orm__walking;

/* The lists of keys to gather, one per key column. */
void orm__walk_keys(const orm__walking *walking, orm_value *lists);
/* The present row, which became `row`, is one of those that were reached. */
orm_status orm__walk_note(orm__walking *walking, const orm__mapper *mapper, orm__rows *rows,
                          const void *row, orm_error *error);
/* Sets what is known now of the relations between the rows, and leaves the list as asked for. */
orm_status orm__walk_finish(orm__walking *walking, orm__loader *loader, const orm__view *view,
                            orm__result *result, orm_list *list);

/* Runs a query whose rows are those of a walk. */
orm_status orm__select_walk(orm__walking *walking, orm__view *view, orm_list *list);

#endif
