/* The findings of a scope, kept in the order of the reader. */
#ifndef ORM_OBSERVE_RECORD_H
#define ORM_OBSERVE_RECORD_H

#include "observe/scope.h"

/* NULL: there is none with this key. */
orm__record *orm__record_find(const orm_scope *scope, uint64_t key);

/* A record with room in the scope, not among its findings yet. NULL: there is no room, or no
 * memory. */
orm__record *orm__record_new(orm_scope *scope, uint64_t key, const orm_finding *finding);

/* Puts it among the findings; its subject and statement are set. */
void orm__record_insert(orm_scope *scope, orm__record *record);

/* How many are not ignored. */
size_t orm__record_told(const orm_scope *scope);

/* Takes a finding back. */
void orm__record_remove(orm_scope *scope, const orm__record *record);

/* Whether rows were asked for, or written, row by row by the call at `site`. */
bool orm__record_of_loop(const orm_scope *scope, orm_site site);

#endif
