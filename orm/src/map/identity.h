/* The identity map: in one session, one row is one object. */
#ifndef ORM_MAP_IDENTITY_H
#define ORM_MAP_IDENTITY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/region.h"
#include "map/object.h"

/* Rows that were loaded when no other row of the model was, and are hashed only when somebody
 * looks. */
typedef struct orm__pending {
    struct orm__pending *next;
    void *const *rows;
    size_t count;
} orm__pending;

/* The rows of one model. */
typedef struct orm__identity {
    struct orm__identity *next;
    const orm_model *model;
    void **slots; /* open addressing; a row or NULL */
    size_t capacity;
    size_t count;
    orm__pending *pending;
    bool doubted; /* rows may have been deleted: only the database knows which still exist */
} orm__identity;

enum { ORM__MAP_KEY_MAX = 8 }; /* columns of a primary key */

typedef struct orm__identity_map {
    const orm_allocator *allocator;
    orm__identity *first; /* the last one used stands first */
    uint32_t epoch;       /* counts up whenever all that is in memory expires */
    uint16_t depth;       /* marks memory may be released to */
    uint8_t stream;       /* the number of the stream whose rows these are; 0: the session's own */
    orm__arena *lasting;  /* for fields of objects made before the newest mark */
} orm__identity_map;

void orm__identity_map_init(orm__identity_map *map, const orm_allocator *allocator);
void orm__identity_map_dispose(orm__identity_map *map);

/* The table of a model, made when missing; NULL: out of memory. */
orm__identity *orm__identity_of(orm__identity_map *map, const orm_model *model);

static inline bool orm__identity_is_empty(const orm__identity *identity)
{
    return identity->count == 0 && identity->pending == NULL;
}

bool orm__identity_is_doubted(const orm__identity_map *map, const orm_model *model);

/* Brings every row into the slots. False: out of memory. */
bool orm__identity_settle(orm__identity_map *map, orm__identity *identity);

/* The row with these key values, or NULL. False in `*ok_out`: out of memory. */
void *orm__identity_find(orm__identity_map *map, orm__identity *identity, const orm_value *key,
                         bool *ok_out);

/* Adds a row that is not in the map. False: out of memory. */
bool orm__identity_add(orm__identity_map *map, orm__identity *identity, void *row);

/* Takes a row out. */
void orm__identity_remove(orm__identity_map *map, orm__identity *identity, const void *row);

/* Adds rows of distinct keys to an empty table without hashing them. False: out of memory. */
bool orm__identity_defer(orm__identity *identity, orm__arena *arena, void *const *rows,
                         size_t count);

/* Takes out all rows that stand in that memory. */
void orm__identity_release(orm__identity *identity, const orm__region *region);

/* Values of a row's primary key. */
void orm__row_key(const orm_model *model, const void *row, orm_value *key_out);

#endif
