#include "exec/pool.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"

orm_status orm__pool_init(orm__pool *pool, const orm__driver *driver, const orm__target *target,
                          orm_error *error)
{
    const orm_engine_options *options = target->options;
    memset(pool, 0, sizeof *pool);
    pool->driver = driver;
    pool->target = target;
    pool->size = options->pool_size;
    pool->max_open = options->max_overflow == ORM_POOL_UNLIMITED_OVERFLOW ? INT_MAX
                     : options->max_overflow == ORM_POOL_NO_OVERFLOW
                         ? options->pool_size
                         : options->pool_size + options->max_overflow;
    pool->process = (long)getpid();
    if (pthread_mutex_init(&pool->mutex, NULL) != 0)
        return orm__fail(error, ORM_RESOURCE, "cannot make a mutex");
    return ORM_OK;
}

void orm__pool_dispose(orm__pool *pool)
{
    /* A forked child shares the parent's sockets: it must not say goodbye on them. */
    bool ours = pool->process == (long)getpid();
    while (ours && pool->idle != NULL) {
        orm__connection *connection = pool->idle;
        pool->idle = connection->next;
        orm__connection_close(connection);
    }
    (void)pthread_mutex_destroy(&pool->mutex);
}

/* With the mutex held: gives a connection (NULL: the right to open one) to the first waiter. False:
 * nobody waits. */
static bool hand_over(orm__pool *pool, orm__connection *connection)
{
    orm__waiter *waiter = pool->first_waiter;
    if (waiter == NULL)
        return false;
    pool->first_waiter = waiter->next;
    if (pool->first_waiter == NULL)
        pool->last_waiter = NULL;
    pool->waiting--;
    waiter->connection = connection;
    waiter->granted = true;
    const orm_runtime *runtime = pool->target->runtime;
    runtime->wake(runtime->context, waiter->parking);
    return true;
}

/* With the mutex held: a slot is free again. */
static void free_slot(orm__pool *pool)
{
    if (!hand_over(pool, NULL))
        pool->open--;
}

/* With the mutex held: where the lent connections are, as text. */
static void list_holders(const orm__pool *pool, char *text, size_t size)
{
    size_t length = 0;
    int listed = 0;
    text[0] = '\0';
    for (const orm__connection *c = pool->lent; c != NULL && listed < 5; c = c->next, listed++) {
        int written = snprintf(text + length, size - length, "%s%s:%d (%lld ms)",
                               listed > 0 ? ", " : "", c->holder.file, c->holder.line,
                               (long long)((orm__now() - c->held_since) / 1000000));
        if (written < 0 || (size_t)written >= size - length)
            break;
        length += (size_t)written;
    }
}

static orm_status fail_timeout(orm__pool *pool, orm_error *error)
{
    char holders[320];
    pool->timeouts++;
    list_holders(pool, holders, sizeof holders);
    return orm__fail(error, ORM_POOL_TIMEOUT,
                     "no connection became free in time (at most %d ms): %d of size %d and "
                     "overflow %d are open, %d more calls wait; "
                     "held by %s; raise pool_size or close sessions sooner",
                     pool->target->options->pool_timeout_ms, pool->open, pool->size,
                     pool->max_open == INT_MAX ? -1 : pool->max_open - pool->size, pool->waiting,
                     holders);
}

static void leave_queue(orm__pool *pool, orm__waiter *waiter)
{
    orm__waiter *before = NULL;
    for (orm__waiter *w = pool->first_waiter; w != waiter; w = w->next)
        before = w;
    if (before != NULL)
        before->next = waiter->next;
    else
        pool->first_waiter = waiter->next;
    if (pool->last_waiter == waiter)
        pool->last_waiter = before;
    pool->waiting--;
}

/* With the mutex held; gives it up while parked. On ORM_OK the waiter holds a slot, with or without
 * a connection. */
static orm_status wait_in_queue(orm__pool *pool, orm__waiter *waiter, orm_deadline deadline,
                                orm_error *error)
{
    const orm_runtime *runtime = pool->target->runtime;
    orm_status status = runtime->parking_new(runtime->context, &waiter->parking);
    if (status != ORM_OK)
        return orm__fail(error, status, "cannot wait for a connection");
    if (pool->last_waiter != NULL)
        pool->last_waiter->next = waiter;
    else
        pool->first_waiter = waiter;
    pool->last_waiter = waiter;
    pool->waiting++;
    while (status == ORM_OK && !waiter->granted) {
        (void)pthread_mutex_unlock(&pool->mutex);
        status = runtime->park(runtime->context, waiter->parking, deadline);
        (void)pthread_mutex_lock(&pool->mutex);
    }
    if (waiter->granted) {
        status = ORM_OK;
    } else {
        leave_queue(pool, waiter);
        status = status == ORM_TIMEOUT ? fail_timeout(pool, error)
                                       : orm__fail(error, status, "waiting for a connection");
    }
    runtime->parking_free(runtime->context, waiter->parking);
    return status;
}

/* The caller's deadline, or `ms` from now if that is sooner. */
static orm_deadline sooner(orm_deadline deadline, int ms)
{
    orm_deadline own = orm__deadline_in(ms);
    return own < deadline ? own : deadline;
}

/* A slot for the caller; with it an idle connection or the right to open one (NULL). */
static orm_status take_slot(orm__pool *pool, orm_deadline deadline,
                            orm__connection **connection_out, orm_error *error)
{
    orm_status status = ORM_OK;
    (void)pthread_mutex_lock(&pool->mutex);
    *connection_out = NULL;
    if (pool->idle != NULL) {
        *connection_out = pool->idle;
        pool->idle = pool->idle->next;
        pool->idle_count--;
    } else if (pool->open < pool->max_open) {
        pool->open++;
    } else {
        orm__waiter waiter = {0};
        orm_deadline until = sooner(deadline, pool->target->options->pool_timeout_ms);
        status = wait_in_queue(pool, &waiter, until, error);
        *connection_out = waiter.connection;
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return status;
}

/* Closes a connection whose slot the caller keeps. */
static void discard(orm__pool *pool, orm__connection *connection)
{
    orm__connection_close(connection);
    (void)pthread_mutex_lock(&pool->mutex);
    pool->closed++;
    (void)pthread_mutex_unlock(&pool->mutex);
}

static bool is_fresh(orm__pool *pool, const orm__connection *connection)
{
    (void)pthread_mutex_lock(&pool->mutex);
    bool fresh = connection->generation == pool->generation;
    (void)pthread_mutex_unlock(&pool->mutex);
    return fresh && orm__now() < connection->recycle_at;
}

/* Whether an idle connection can be lent; a failed ping retires all that are older than now. */
static bool is_alive(orm__pool *pool, orm__connection *connection, orm_deadline deadline)
{
    const orm_engine_options *options = pool->target->options;
    if (!is_fresh(pool, connection))
        return false;
    if (options->no_pre_ping)
        return true;
    orm_error ignored;
    orm_deadline until = sooner(deadline, options->connect_timeout_ms);
    if (pool->driver->ping(connection->link, until, &ignored) == ORM_OK)
        return true;
    (void)pthread_mutex_lock(&pool->mutex);
    pool->ping_failures++;
    if (connection->generation == pool->generation)
        pool->generation++;
    (void)pthread_mutex_unlock(&pool->mutex);
    return false;
}

/* The moment a connection opened now is to be replaced: the recycle age, up to a tenth sooner. */
static int64_t recycle_time(const orm__pool *pool, const orm__connection *connection)
{
    int64_t age = (int64_t)pool->target->options->pool_recycle_ms * 1000000;
    if (age <= 0)
        return INT64_MAX;
    int64_t jitter = age / 10 * ((connection->opened_at / 1000) % 100) / 100;
    return connection->opened_at + age - jitter;
}

static orm_status open_connection(orm__pool *pool, orm_deadline deadline,
                                  orm__connection **connection_out, orm_error *error)
{
    orm_deadline until = sooner(deadline, pool->target->options->connect_timeout_ms);
    (void)pthread_mutex_lock(&pool->mutex);
    uint64_t generation = pool->generation;
    (void)pthread_mutex_unlock(&pool->mutex);
    orm_status status =
        orm__connection_open(pool->driver, pool->target, until, connection_out, error);
    (void)pthread_mutex_lock(&pool->mutex);
    if (status == ORM_OK) {
        pool->opened++;
        (*connection_out)->generation = generation;
        (*connection_out)->recycle_at = recycle_time(pool, *connection_out);
    } else {
        free_slot(pool);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return status;
}

orm_status orm__pool_acquire(orm__pool *pool, orm_site site, orm_deadline deadline,
                             orm__connection **connection_out, orm_error *error)
{
    *connection_out = NULL;
    if (pool->process != (long)getpid())
        return orm__fail(error, ORM_MISUSE,
                         "the engine was opened before fork(); open one in the child");
    orm__connection *connection = NULL;
    orm_status status = take_slot(pool, deadline, &connection, error);
    if (status != ORM_OK)
        return status;
    if (connection != NULL && !is_alive(pool, connection, deadline)) {
        discard(pool, connection);
        connection = NULL;
    }
    if (connection == NULL)
        status = open_connection(pool, deadline, &connection, error);
    if (status != ORM_OK)
        return status;
    connection->holder = site;
    connection->held_since = orm__now();
    (void)pthread_mutex_lock(&pool->mutex);
    connection->next = pool->lent;
    pool->lent = connection;
    pool->lent_count++;
    pool->checkouts++;
    (void)pthread_mutex_unlock(&pool->mutex);
    *connection_out = connection;
    return ORM_OK;
}

/* With the mutex held. */
static void forget_lent(orm__pool *pool, orm__connection *connection)
{
    orm__connection **at = &pool->lent;
    while (*at != connection)
        at = &(*at)->next;
    *at = connection->next;
    pool->lent_count--;
}

void orm__pool_release(orm__pool *pool, orm__connection *connection)
{
    bool usable = pool->driver->transaction(connection->link) == ORM__TRANSACTION_IDLE;
    (void)pthread_mutex_lock(&pool->mutex);
    forget_lent(pool, connection);
    bool keep = usable && connection->generation == pool->generation;
    bool taken = keep && hand_over(pool, connection);
    if (keep && !taken && pool->idle_count < pool->size) {
        connection->next = pool->idle;
        pool->idle = connection;
        pool->idle_count++;
        taken = true;
    }
    if (!taken)
        pool->closed++;
    (void)pthread_mutex_unlock(&pool->mutex);
    if (taken)
        return;
    orm__connection_close(connection);
    (void)pthread_mutex_lock(&pool->mutex);
    free_slot(pool);
    (void)pthread_mutex_unlock(&pool->mutex);
}

orm_status orm__pool_check_unused(orm__pool *pool, orm_error *error)
{
    char holders[320];
    (void)pthread_mutex_lock(&pool->mutex);
    int lent = pool->lent_count;
    list_holders(pool, holders, sizeof holders);
    (void)pthread_mutex_unlock(&pool->mutex);
    if (lent == 0)
        return ORM_OK;
    return orm__fail(error, ORM_MISUSE,
                     "%d connections are still held, by %s; close those sessions first", lent,
                     holders);
}

void orm__pool_status(orm__pool *pool, orm_engine_status *status_out)
{
    (void)pthread_mutex_lock(&pool->mutex);
    *status_out = (orm_engine_status){
        .size = pool->size,
        .max_overflow =
            pool->max_open == INT_MAX ? ORM_POOL_UNLIMITED_OVERFLOW : pool->max_open - pool->size,
        .open = pool->open,
        .in_use = pool->lent_count,
        .idle = pool->idle_count,
        .waiting = pool->waiting,
        .opened = pool->opened,
        .closed = pool->closed,
        .checkouts = pool->checkouts,
        .ping_failures = pool->ping_failures,
        .timeouts = pool->timeouts,
    };
    (void)pthread_mutex_unlock(&pool->mutex);
}
