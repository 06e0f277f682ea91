/* The distinct keys of the parents whose relation is to be loaded, and which parents have them. */
#ifndef ORM_RELATION_KEYSET_H
#define ORM_RELATION_KEYSET_H

#include "base/arena.h"
#include "map/object.h"
#include "sql/query.h"

#define ORM__NO_PARENT UINT32_MAX

typedef struct orm__keyset {
    orm__arena *arena;
    const orm_model *owner;
    const orm_relation *relation;
    orm_value *values; /* count * own_count, in order of arrival */
    uint32_t *first;   /* per key: a parent that has it */
    uint32_t *next;    /* per parent: another parent with the same key, or ORM__NO_PARENT */
    uint32_t *slots;   /* hash table of key number + 1 */
    size_t slot_mask;
    size_t count;
    uint32_t *order; /* sorted position → key number; NULL until orm__keyset_sort */
    orm_value *sorted[ORM__KEY_MAX]; /* per column: the values in sorted order */
} orm__keyset;

/* Room for the keys of `parents` parents. False: out of memory. */
bool orm__keyset_init(orm__keyset *keys, orm__arena *arena, const orm_model *owner,
                      const orm_relation *relation, size_t parents);

/* Reads the key of a row; false when a part of it is NULL. */
bool orm__keyset_read(const orm__keyset *keys, const void *row, orm_value *key_out);

void orm__keyset_add(orm__keyset *keys, const orm_value *key, uint32_t parent);

/*
 * Sorts integer keys (scattered ones cost the database more) and lays the values out by column, in
 * the form drivers send. ORM_NOMEM, or what a value is refused for.
 */
orm_status orm__keyset_sort(orm__keyset *keys, orm_error *error);

/* The number of a key, or ORM__NO_PARENT when it is not among them. */
uint32_t orm__keyset_find(const orm__keyset *keys, const orm_value *key);

/* The number of a single integer key, or ORM__NO_PARENT when it is not among them. */
uint32_t orm__keyset_find_int(const orm__keyset *keys, int64_t key);

#endif
