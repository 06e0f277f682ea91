/* The thread that closes connections idle for too long and makes connections ahead of demand. */
#include <signal.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/fail.h"
#include "exec/engine.h"

enum { RETRY_NS = 1000000000 }; /* after a connection could not be made ahead */

/* With the mutex held: takes the connection idle for longest off the pool if its time is over. */
static orm__connection *take_expired(orm__pool *pool, int64_t now, orm_deadline *next)
{
    int64_t limit = (int64_t)pool->target->options->pool_idle_timeout_ms * 1000000;
    orm__connection **at = &pool->idle;
    if (limit <= 0 || pool->idle == NULL || pool->idle_count <= pool->target->options->min_idle)
        return NULL;
    while ((*at)->next != NULL)
        at = &(*at)->next;
    orm__connection *oldest = *at;
    if (oldest->idle_since + limit > now) {
        *next = oldest->idle_since + limit;
        return NULL;
    }
    *at = NULL;
    pool->idle_count--;
    return oldest;
}

static void close_expired(orm__pool *pool, orm__connection *connection)
{
    (void)pthread_mutex_unlock(&pool->mutex);
    (void)orm__pool_leave(pool, connection, "idle");
    (void)pthread_mutex_lock(&pool->mutex);
    orm__pool_free_slot(pool);
}

/* False: it could not be made. */
static bool open_ahead(orm__pool *pool)
{
    orm__connection *connection = NULL;
    orm_error ignored;
    pool->open++;
    (void)pthread_mutex_unlock(&pool->mutex);
    orm_status status = orm__pool_open(pool, (orm_site){.file = "", .function = ""},
                                       ORM_NO_DEADLINE, &connection, &ignored);
    (void)pthread_mutex_lock(&pool->mutex);
    if (status != ORM_OK)
        return false;
    if (orm__pool_keep(pool, connection))
        return true;
    close_expired(pool, connection);
    return true;
}

static void wait_until(orm__pool *pool, orm_deadline until)
{
    pool->keeper_rests = until == ORM_NO_DEADLINE;
    (void)orm__condition_wait(&pool->keeper_wake, &pool->mutex, until);
    pool->keeper_rests = false;
}

static void *keep(void *context)
{
    orm__pool *pool = context;
    const int min_idle = pool->target->options->min_idle;
    int64_t retry_at = 0;
    (void)pthread_mutex_lock(&pool->mutex);
    while (!pool->closing) {
        int64_t now = orm__now();
        orm_deadline next = ORM_NO_DEADLINE;
        orm__connection *expired = take_expired(pool, now, &next);
        bool wanting = pool->idle_count < min_idle && pool->open < pool->size;
        if (expired != NULL) {
            close_expired(pool, expired);
        } else if (wanting && now >= retry_at) {
            if (!open_ahead(pool))
                retry_at = orm__now() + RETRY_NS;
        } else {
            wait_until(pool, wanting && retry_at < next ? retry_at : next);
        }
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

orm_status orm__keeper_start(orm__pool *pool, orm_error *error)
{
    const orm_engine_options *options = pool->target->options;
    sigset_t all;
    sigset_t before;
    if (options->pool_idle_timeout_ms <= 0 && options->min_idle <= 0)
        return ORM_OK;
    if (!orm__condition_init(&pool->keeper_wake))
        return orm__fail(error, ORM_RESOURCE, "cannot make a condition variable");
    /* Signals of the program are none of its business. */
    (void)sigfillset(&all);
    bool masked = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
    (void)pthread_mutex_lock(&pool->mutex);
    pool->keeping = masked && pthread_create(&pool->keeper, NULL, keep, pool) == 0;
    bool made = pool->keeping;
    (void)pthread_mutex_unlock(&pool->mutex);
    if (masked)
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (made)
        return ORM_OK;
    (void)pthread_cond_destroy(&pool->keeper_wake);
    return orm__fail(error, ORM_RESOURCE, "cannot start the pool's thread");
}

void orm__keeper_stop(orm__pool *pool)
{
    if (!pool->keeping)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    (void)pthread_cond_signal(&pool->keeper_wake);
    (void)pthread_mutex_unlock(&pool->mutex);
    (void)pthread_join(pool->keeper, NULL);
    (void)pthread_cond_destroy(&pool->keeper_wake);
    pool->keeping = false;
}
