/* Rows of a result to objects of a session. */
#ifndef ORM_MAP_MAPPER_H
#define ORM_MAP_MAPPER_H

#include "driver/driver.h"
#include "map/identity.h"

/* How the rows of one result become objects of one model. */
typedef struct orm__mapper {
    orm_session *session;
    const orm__driver *driver;
    orm__arena *arena;
    orm__identity_map *map;
    orm__identity *identity; /* NULL: the model has no key */
    const orm_model *model;
    const orm__field *fields; /* of this model in the result, in the order of its columns */
    uint16_t field_count;
    const bool *undefer; /* deferred columns among them; NULL: none */
    orm__result *result;
    bool distinct; /* every row is a new object: no look-ups, the caller defers the whole result */
    bool refresh;  /* bring the fields of known objects to what was read */
    size_t object_size; /* object header with slots, before the row */
    bool lists;         /* the result is a list that people may loop over: set after init */
    bool begun;         /* it has a row */
    bool several;       /* it has more than one */
    orm_object *alone;  /* the first, when that is one of another list; else NULL */
} orm__mapper;

/* `distinct_rows`: the statement cannot give one row of the model twice. False: out of memory. */
bool orm__mapper_init(orm__mapper *mapper, orm_session *session, const orm__driver *driver,
                      orm__arena *arena, orm__identity_map *map, const orm_model *model,
                      const orm__field *fields, orm__result *result, bool distinct_rows,
                      bool refresh);

/* Tells that the fields have deferred columns among them. */
void orm__mapper_undefer(orm__mapper *mapper, const bool *undefer);

/* The field of a column, which the result has. */
const orm__field *orm__mapper_field(const orm__mapper *mapper, uint16_t column);

/* The present row as an object: a new one, or the one the session has. `*row_out` is session. */
orm_status orm__mapper_take(orm__mapper *mapper, orm__rows *rows, void **row_out, orm_error *error);

/* Where text of an object's fields goes: that of an object which outlives the newest mark must not
 * be released with it. */
static inline orm__arena *orm__mapper_arena(const orm__mapper *mapper, const orm_object *object)
{
    return object->depth < mapper->map->depth ? mapper->map->lasting : mapper->arena;
}

/* An object for a row that no statement gave yet, all zero; in no identity map. NULL: out of
 * memory. */
void *orm__mapper_new(orm__mapper *mapper);

/* A growing vector of rows. */
typedef struct orm__row_list {
    orm__arena *arena; /* whose cache the vector comes from; borrowed */
    void **items;
    size_t count;
    size_t capacity;
} orm__row_list;

/* False: out of memory. */
bool orm__row_list_grow(orm__row_list *list);
static inline bool orm__row_list_add(orm__row_list *list, void *row)
{
    if (list->count == list->capacity && !orm__row_list_grow(list))
        return false;
    list->items[list->count++] = row;
    return true;
}
void orm__row_list_dispose(orm__row_list *list);
/* A copy in `arena`; NULL only when out of memory. */
void **orm__row_list_keep(const orm__row_list *list, orm__arena *arena);

#endif
