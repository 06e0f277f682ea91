/* Deferred columns: which are read, and which a row has. */
#ifndef ORM_MODEL_DEFERRED_H
#define ORM_MODEL_DEFERRED_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/model.h>

/* In all of these `undefer` has a bool for each deferred column in order; NULL: none is wanted. */

/* How many columns are read. */
uint16_t orm__deferred_read_count(const orm_model *model, const bool *undefer);
/* Whether a column is read. */
bool orm__deferred_is_read(const orm_model *model, uint16_t column, const bool *undefer);
/* NULL when it asks for nothing. */
const bool *orm__deferred_wanted(const orm_model *model, const bool *undefer);

/* Where a row says whether it has the value of a deferred column. */
bool *orm__deferred_loaded(const orm_model *model, void *row, uint16_t column);
/* Whether a row has all that is wanted. */
bool orm__deferred_has(const orm_model *model, const void *row, const bool *undefer);
/* Says that a row just read has what was wanted. */
void orm__deferred_mark(const orm_model *model, void *row, const bool *undefer);
/* Gives `row` the wanted values that it lacks and `from` has. */
void orm__deferred_fill(const orm_model *model, void *row, const void *from, const bool *undefer);
/* The row has the values of these columns no more: they were written. */
void orm__deferred_forget(const orm_model *model, void *row, const uint16_t *columns, size_t count);

#endif
