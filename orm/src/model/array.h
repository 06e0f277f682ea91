/* Items of array values, one at a time. */
#ifndef ORM_MODEL_ARRAY_H
#define ORM_MODEL_ARRAY_H

#include <stddef.h>

#include <orm/condition.h>
#include <orm/model.h>

/* The type whose orm_array_<type> holds a column type's elements: TEXT for varchar, JSON for jsonb
 * and so on. */
orm_type orm__array_item_type(orm_type type);

/* Bytes of one item of an array of such elements. */
size_t orm__array_item_size(orm_type type);

/*
 * Item `index` at `items` as a value (ORM_KIND_NULL for a NULL element). Enum items are their
 * number (ORM_KIND_INT). Text has its length set; nothing is copied.
 */
orm_value orm__array_item(orm_type type, const void *items, size_t index);

/* Writes a value made as orm__array_item makes them (or ORM_KIND_NULL) to item `index`; the reverse
 * of the above. */
void orm__array_put(orm_type type, void *items, size_t index, const orm_value *value);

#endif
