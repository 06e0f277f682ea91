#include "base/condition.h"

#include <errno.h>
#include <time.h>

bool orm__condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
}

bool orm__condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, orm_deadline deadline)
{
    if (deadline == ORM_NO_DEADLINE) {
        (void)pthread_cond_wait(condition, mutex);
        return true;
    }
    struct timespec until = {0, 0};
    if (deadline > 0) {
        until.tv_sec = (time_t)(deadline / 1000000000);
        until.tv_nsec = (long)(deadline % 1000000000);
    }
    return pthread_cond_timedwait(condition, mutex, &until) != ETIMEDOUT;
}
