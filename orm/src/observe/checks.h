/* Reads that stand before writes, to see whether the row is there: one cause with the write. */
#ifndef ORM_OBSERVE_CHECKS_H
#define ORM_OBSERVE_CHECKS_H

#include "observe/scope.h"

/* The table that the statement reads first, or writes, as a number; 0: not known. */
uint64_t orm__checks_table(const orm_event *event);

/* Makes the reads of that table that the session sent between its last two of these writes part of
 * the write's finding. */
void orm__checks_claim(orm_scope *scope, const orm__group *write, orm__record *record);

/* One more execution of a read that may have been claimed. */
void orm__checks_count(const orm__group *read);

/* The read has a finding of its own: if it was claimed, that goes to the write's. */
void orm__checks_absorb(orm_scope *scope, const orm__group *read);

#endif
