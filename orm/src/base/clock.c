#include "base/clock.h"

#include <time.h>

int64_t orm__now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

orm_deadline orm__deadline_in(int64_t ms)
{
    if (ms <= 0 || ms > INT64_MAX / 2000000) return ORM_NO_DEADLINE;
    return orm__now() + ms * 1000000;
}

int64_t orm__wall_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
