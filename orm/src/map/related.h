/* Relations as they stand between rows in hand. */
#ifndef ORM_MAP_RELATED_H
#define ORM_MAP_RELATED_H

#include <stdbool.h>

#include <orm/model.h>

/* Whether a relation's keys are the target's primary key, in its order. */
bool orm__relation_leads_to_key(const orm_relation *relation);

/* Whether the key columns on the owner's side hold the same values in both row structs. */
bool orm__relation_same_key(const orm_model *owner, const orm_relation *relation, const void *left,
                            const void *right);

#endif
