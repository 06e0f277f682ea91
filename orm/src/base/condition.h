/* Condition variables on the monotonic clock. */
#ifndef ORM_BASE_CONDITION_H
#define ORM_BASE_CONDITION_H

#include <pthread.h>
#include <stdbool.h>

#include <orm/sys/runtime.h>

/* False: the system gives none. */
bool orm__condition_init(pthread_cond_t *condition);

/* Waits once; false when the deadline has passed. */
bool orm__condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, orm_deadline deadline);

#endif
