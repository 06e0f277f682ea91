/* How the rows that a loop runs over were loaded. */
#ifndef ORM_OBSERVE_LINEAGE_H
#define ORM_OBSERVE_LINEAGE_H

#include "observe/scope.h"

enum { ORM_LINEAGE_MAX = 8 };

/* A list, and the relations walked from it to the rows in question, outermost first. */
typedef struct orm__lineage {
    const orm_model *root;
    orm_site site;       /* the call that made the list */
    orm_event_kind kind; /* of that call; RELATION: the list is a relation's own; 0: not known */
    bool plain;          /* a select of everything */
    bool streamed;       /* its rows are given one by one: there is no list */
    const orm_relation *path[ORM_LINEAGE_MAX];
    size_t count;
} orm__lineage;

/* Follows rows of `model` made by the call at `site` to the list where it began. */
void orm__lineage_trace(const orm_scope *scope, const orm__witness *witness, orm_site site,
                        const orm_model *model, orm__lineage *lineage_out);

#endif
