/* In which order rows of several models can be inserted. */
#ifndef ORM_SESSION_ORDER_H
#define ORM_SESSION_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include <orm/model.h>

#include "base/arena.h"

/*
 * Puts models so that each stands behind those its foreign keys lead to. In a cycle nullable keys
 * give way first. False: out of memory.
 */
bool orm__models_order(const orm_model **models, size_t count, orm__arena *arena);

/* Whether every own column of a relation may be NULL. */
bool orm__relation_is_nullable(const orm_model *owner, const orm_relation *relation);

#endif
