/* What to write instead. */
#ifndef ORM_OBSERVE_ADVICE_H
#define ORM_OBSERVE_ADVICE_H

#include <stdbool.h>

#include "observe/scope.h"

/*
 * Fills the text of a finding (subject, statement, column, replacement, advice) from the statement
 * that made it one; from `bound_count` on its values are literals. The text lives in the scope's
 * arena. False when out of memory.
 */
bool orm__advise(orm_scope *scope, orm_finding *finding, const orm_event *event, size_t bound_count,
                 const orm__group *group, const orm__witness *witness);

/* Appends a statement on one line: literals as '…' unless `literals`, cut to about `limit` bytes.
 */
void orm__sql_line(orm__buffer *buffer, const char *sql, size_t size, size_t limit, bool literals);

#endif
