/* Who writes, and who is next. */
#include <pthread.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"

/* A cancel that wakes nobody is noticed within this time. */
#define SLICE_NS (INT64_C(20) * 1000 * 1000)

typedef struct waiter {
    struct waiter *next;
    orm__link *link;
    void *parking;
} waiter;

struct orm__sqlite_turns {
    orm_allocator allocator;
    pthread_mutex_t mutex;
    orm__link *writer;
    waiter *first;
};

orm_status orm__sqlite_turns_new(const orm_allocator *allocator, orm__sqlite_turns **turns_out)
{
    *turns_out = NULL;
    orm__sqlite_turns *turns = orm__alloc_zero(allocator, sizeof *turns);
    if (turns == NULL)
        return ORM_NOMEM;
    if (allocator != NULL)
        turns->allocator = *allocator;
    if (pthread_mutex_init(&turns->mutex, NULL) != 0) {
        orm__free(allocator, turns, sizeof *turns);
        return ORM_RESOURCE;
    }
    *turns_out = turns;
    return ORM_OK;
}

void orm__sqlite_turns_free(orm__sqlite_turns *turns)
{
    if (turns == NULL)
        return;
    orm_allocator allocator = turns->allocator;
    (void)pthread_mutex_destroy(&turns->mutex);
    orm__free(&allocator, turns, sizeof *turns);
}

static bool begins_to_write(const orm__link *link, const orm__flight *flight)
{
    return flight->count > 0 && flight->calls[0].statement->control == ORM__CONTROL_BEGIN &&
           sqlite3_get_autocommit(link->handle) != 0;
}

/* With the mutex held. */
static void leave_queue(orm__sqlite_turns *turns, waiter *self)
{
    waiter **at = &turns->first;
    while (*at != self)
        at = &(*at)->next;
    *at = self->next;
}

static void join_queue(orm__sqlite_turns *turns, waiter *self)
{
    waiter **at = &turns->first;
    while (*at != NULL)
        at = &(*at)->next;
    *at = self;
}

/* With the mutex held, which is given up while it waits. Having the turn ends it. */
static orm_status wait_for_turn(waiter *self, const orm__flight *flight, orm_deadline deadline)
{
    orm__sqlite_turns *turns = self->link->turns;
    const orm_runtime *runtime = self->link->runtime;
    orm_status status = ORM_OK;
    while (turns->writer != self->link && status == ORM_OK) {
        (void)pthread_mutex_unlock(&turns->mutex);
        orm_deadline slice = flight->cancel == NULL ? deadline : orm__now() + SLICE_NS;
        status =
            runtime->park(runtime->context, self->parking, slice < deadline ? slice : deadline);
        if (orm__is_cancelled(runtime, flight->cancel))
            status = ORM_CANCELLED;
        else if (status == ORM_CANCELLED || (status == ORM_TIMEOUT && slice < deadline))
            status = ORM_OK;
        (void)pthread_mutex_lock(&turns->mutex);
    }
    if (turns->writer == self->link)
        return ORM_OK;
    leave_queue(turns, self);
    return status;
}

static orm_status queue(orm__link *link, const orm__flight *flight, orm_deadline deadline)
{
    orm__sqlite_turns *turns = link->turns;
    const orm_runtime *runtime = link->runtime;
    waiter self = {.link = link};
    orm_status status = runtime->parking_new(runtime->context, &self.parking);
    if (status != ORM_OK)
        return status;
    (void)pthread_mutex_lock(&turns->mutex);
    if (turns->writer == NULL) {
        turns->writer = link;
    } else {
        join_queue(turns, &self);
        status = wait_for_turn(&self, flight, deadline);
    }
    (void)pthread_mutex_unlock(&turns->mutex);
    runtime->parking_free(runtime->context, self.parking);
    return status;
}

orm_status orm__sqlite_take_turn(orm__link *link, const orm__flight *flight, orm_deadline deadline,
                                 orm_error *error)
{
    orm__sqlite_turns *turns = link->turns;
    if (turns == NULL || !begins_to_write(link, flight))
        return ORM_OK;
    (void)pthread_mutex_lock(&turns->mutex);
    bool has_it = turns->writer == NULL || turns->writer == link;
    if (has_it)
        turns->writer = link;
    (void)pthread_mutex_unlock(&turns->mutex);
    if (has_it)
        return ORM_OK;
    orm_status status = queue(link, flight, deadline);
    if (status == ORM_TIMEOUT) {
        status = orm__fail(error, ORM_BUSY, "the database was locked until the deadline");
        if (error != NULL)
            error->native_code = SQLITE_BUSY;
    } else if (status == ORM_CANCELLED) {
        (void)orm__fail(error, status, "cancelled while the database was locked");
    } else if (status != ORM_OK) {
        (void)orm__fail(error, status, "cannot wait for the turn to write");
    }
    return status;
}

void orm__sqlite_end_turn(orm__link *link)
{
    orm__sqlite_turns *turns = link->turns;
    const orm_runtime *runtime = link->runtime;
    if (turns == NULL || (link->handle != NULL && sqlite3_get_autocommit(link->handle) == 0))
        return;
    (void)pthread_mutex_lock(&turns->mutex);
    if (turns->writer == link) {
        waiter *next = turns->first;
        turns->writer = next == NULL ? NULL : next->link;
        if (next != NULL) {
            turns->first = next->next;
            runtime->wake(runtime->context, next->parking);
        }
    }
    (void)pthread_mutex_unlock(&turns->mutex);
}
