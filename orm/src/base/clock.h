/* The monotonic clock and deadlines on it. */
#ifndef ORM_BASE_CLOCK_H
#define ORM_BASE_CLOCK_H

#include <orm/sys/runtime.h>

/* Nanoseconds on the monotonic clock. */
int64_t orm__now(void);
/* The deadline `ms` milliseconds from now; none when `ms` is not positive. */
orm_deadline orm__deadline_in(int64_t ms);
/* Microseconds since 1970-01-01 UTC, of the wall clock. */
int64_t orm__wall_clock(void);

#endif
