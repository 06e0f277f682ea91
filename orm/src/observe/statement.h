/* What can be said of one statement by itself. */
#ifndef ORM_OBSERVE_STATEMENT_H
#define ORM_OBSERVE_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/events.h>

/* What makes statements one cause, whatever session sends them. */
uint64_t orm__cause_of(const orm_event *event);

/* Whether a statement writes rows; for raw SQL by its first word. */
bool orm__is_write(const orm_event *event);

/* A select of everything: its query names no condition, order or limit. */
bool orm__is_plain(const orm_event *event);

/* A list of several values, or several rows in one INSERT, is a batch, not one row at a time. */
bool orm__is_batch(const orm_event *event);

/* Positions whose values do not tell one row from another. */
uint32_t orm__ignored_positions(const orm_event *event);

/* Whether a row that a relation of its model to itself gave is asked for that relation again. */
bool orm__is_walk(const orm_event *event);

/* Whether it begins or ends a transaction or a part of one; the batches of a stream do not. */
bool orm__is_boundary(const orm_event *event);

#endif
