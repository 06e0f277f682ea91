/* What stands beside a loaded row: its relations and where it came from. */
#ifndef ORM_MAP_OBJECT_H
#define ORM_MAP_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <orm/gen.h>
#include <orm/model.h>

/* One list of rows a statement made, kept while the session lives. Results of one session form a
 * list, newest first. */
typedef struct orm__result {
    struct orm__result *next;
    const orm_model *model;
    orm_site site;                /* the call that asked for it */
    const orm_relation *relation; /* when a relation load made it; else NULL */
    void *const *rows;            /* session */
    size_t count;
    uint64_t number; /* from 1; one is never given twice in a session */
    bool of_stream;  /* a stream fills it again with each batch */
} orm__result;

/* One load of one relation, for one row or many. */
typedef struct orm__load {
    orm_site site;
    bool partial;                     /* filtered or limited: not the complete relation */
    uint32_t epoch;                   /* the session's at the time; older loads are made again */
    uint64_t call;                    /* of the session's loading calls; 0: none in particular */
    const void *asked;                /* the generated query, while that call lasts */
    uint32_t order_by[ORM_ORDER_MAX]; /* the order asked for; all zero: the relation's own */
    const char *collation;            /* of its text; NULL: the database's */
    atomic_bool was_read;
} orm__load;

/* A relation of one object. */
typedef struct orm__slot {
    void *value;     /* to-many: orm_list *; to-one: the target's row or NULL */
    orm__load *load; /* NULL: not loaded */
} orm__slot;

/* One row on its way into a statement for many. */
typedef struct orm__line {
    const uint16_t *columns; /* what is written, and its values */
    orm_value *values;       /* UPDATE and DELETE: behind them those the row is found by */
    size_t count;
    void *row;    /* the object; INSERT makes one where it is NULL */
    void *before; /* UPDATE: the row struct as it was */
    bool adds;    /* the row is to be inserted: it has no key yet */
    bool hit;     /* the statement returned the row */
    bool late;    /* a key that had to wait */
    bool gone;    /* the row is deleted, its parents' removal included */
} orm__line;

struct orm_object {
    const orm_model *model;
    struct orm__line *queued; /* what a flush is to write of the row; else NULL */
    orm_session *session;
    orm__result
        *result; /* the list the row came in: the newest of several rows that a query made */
    void *row;
    bool detached;     /* inserted in a transaction that was rolled back, or deleted */
    uint8_t stream;    /* the number of the stream whose row it is; 0: the session's own */
    uint16_t depth;    /* marks of the session when it was made */
    uint32_t epoch;    /* the session's when its fields were read; older ones are read again */
    orm__slot *counts; /* of relations to many, one per relation; NULL: none is loaded */
    orm__slot slots[]; /* one per relation of the model */
};

/* The list of a many_to_many whose link has a model. */
typedef struct orm__linked_list {
    orm_list list;
    void **links;       /* one per item */
    atomic_size_t last; /* where the last one asked for stands: the next is likely behind it */
} orm__linked_list;

/* The number that a slot of `counts` holds. */
static inline int64_t orm__slot_count(const orm__slot *slot)
{
    return (int64_t)(intptr_t)slot->value;
}

/* Whether the row only waits to be inserted. */
static inline bool orm__object_is_added(const orm_object *object)
{
    return object->queued != NULL && object->queued->adds;
}

/* The object of a row that the library made. */
static inline orm_object *orm__object_of(const orm_model *model, const void *row)
{
    return *(orm_object *const *)((const char *)row + model->object_offset);
}

#endif
