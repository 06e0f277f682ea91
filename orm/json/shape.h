/* How values of a type lie in memory. */
#ifndef ORM_JSON_SHAPE_H
#define ORM_JSON_SHAPE_H

#include <stddef.h>

#include <orm/model.h>

/* The size of a scalar's bare value, which stands at the start of its orm_opt_ form with `has`
 * right behind it; 0 for what says NULL by itself (a NULL pointer, an enum's 0). */
size_t orm__json_scalar_size(uint8_t type);

/* The size of an element of the type's orm_array_. */
size_t orm__json_item_size(uint8_t type);

#endif
