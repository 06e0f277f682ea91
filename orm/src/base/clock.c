#include "base/clock.h"

#include <time.h>

#ifdef CLOCK_MONOTONIC_COARSE
#define COARSE_CLOCK CLOCK_MONOTONIC_COARSE
#else
#define COARSE_CLOCK CLOCK_MONOTONIC
#endif

int64_t orm__now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

orm_deadline orm__deadline_in(int64_t ms)
{
    if (ms <= 0 || ms > INT64_MAX / 2000000)
        return ORM_NO_DEADLINE;
    struct timespec now;
    /* Some milliseconds of slack do no harm here, and this clock costs a fifth of the exact one. */
    (void)clock_gettime(COARSE_CLOCK, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + ms * 1000000;
}

int64_t orm__wall_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
