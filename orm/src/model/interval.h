/* Order of intervals. */
#ifndef ORM_MODEL_INTERVAL_H
#define ORM_MODEL_INTERVAL_H

#include <orm/value.h>

/*
 * Compares as PostgreSQL does: a month is 30 days and a day 24 hours, so different parts can be
 * equal ("1 mon" and "30 days"). Returns <0, 0 or >0; exact for all values.
 */
int orm__interval_compare(orm_interval left, orm_interval right);

#endif
