#include "exec/pool.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/present.h"
#include "exec/publish.h"

orm_status orm__pool_init(orm__pool *pool, orm_engine *engine, const orm__target *target,
                          orm_error *error)
{
    const orm_engine_options *options = target->options;
    memset(pool, 0, sizeof *pool);
    pool->engine = engine;
    pool->driver = engine->driver;
    pool->target = target;
    pool->size = options->pool_size;
    pool->max_open = options->max_overflow == ORM_POOL_UNLIMITED_OVERFLOW ? INT_MAX
                     : options->max_overflow == ORM_POOL_NO_OVERFLOW
                         ? options->pool_size
                         : options->pool_size + options->max_overflow;
    if (pthread_mutex_init(&pool->mutex, NULL) != 0)
        return orm__fail(error, ORM_RESOURCE, "cannot make a mutex");
    orm__process_note(&pool->process);
    orm_status status = orm__keeper_start(pool, error);
    if (status != ORM_OK) {
        orm__process_dispose(&pool->process);
        (void)pthread_mutex_destroy(&pool->mutex);
    }
    return status;
}

bool orm__pool_is_ours(const orm__pool *pool)
{
    return orm__process_is_same(&pool->process);
}

void orm__pool_dispose(orm__pool *pool)
{
    /* A forked child shares the parent's sockets: it must not say goodbye on them. */
    if (!orm__pool_is_ours(pool))
        return;
    orm__keeper_stop(pool);
    while (pool->idle != NULL) {
        orm__connection *connection = pool->idle;
        pool->idle = connection->next;
        orm__pool_close(pool, connection, "the engine closes");
    }
    (void)pthread_mutex_destroy(&pool->mutex);
    orm__process_dispose(&pool->process);
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

/* With the mutex held: too few connections may be waiting. */
static void call_keeper(orm__pool *pool)
{
    if (pool->keeping && pool->idle_count < pool->target->options->min_idle)
        (void)pthread_cond_signal(&pool->keeper_wake);
}

void orm__pool_free_slot(orm__pool *pool)
{
    if (hand_over(pool, NULL))
        return;
    pool->open--;
    call_keeper(pool);
}

bool orm__pool_keep(orm__pool *pool, orm__connection *connection)
{
    if (hand_over(pool, connection))
        return true;
    if (pool->idle_count >= pool->size)
        return false;
    connection->idle_since = pool->keeping ? orm__now() : 0;
    connection->next = pool->idle;
    pool->idle = connection;
    pool->idle_count++;
    if (pool->keeping && pool->keeper_rests)
        (void)pthread_cond_signal(&pool->keeper_wake);
    return true;
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
                     pool->max_open - pool->size, pool->waiting,
                     holders[0] != '\0' ? holders : "nobody, they are being made");
}

static void join_queue(orm__pool *pool, orm__waiter *waiter)
{
    if (pool->last_waiter != NULL)
        pool->last_waiter->next = waiter;
    else
        pool->first_waiter = waiter;
    pool->last_waiter = waiter;
    pool->waiting++;
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

static bool is_cancelled(const orm__pool *pool, const orm__waiter *waiter)
{
    return orm__is_cancelled(pool->target->runtime, waiter->cancel);
}

/* With the mutex held; gives it up while parked. On ORM_OK the waiter holds a slot, with or without
 * a connection. A waiter that was cancelled may hold one, too. */
static orm_status wait_in_queue(orm__pool *pool, orm__waiter *waiter, orm_deadline deadline,
                                orm_error *error)
{
    const orm_runtime *runtime = pool->target->runtime;
    orm_status status = runtime->parking_new(runtime->context, &waiter->parking);
    if (status != ORM_OK)
        return orm__fail(error, status, "cannot wait for a connection");
    join_queue(pool, waiter);
    while (status == ORM_OK && !waiter->granted && !is_cancelled(pool, waiter)) {
        (void)pthread_mutex_unlock(&pool->mutex);
        status = runtime->park(runtime->context, waiter->parking, deadline);
        (void)pthread_mutex_lock(&pool->mutex);
    }
    if (!waiter->granted)
        leave_queue(pool, waiter);
    if (is_cancelled(pool, waiter))
        status = ORM_CANCELLED;
    if (status == ORM_CANCELLED)
        (void)orm__fail(error, status, "cancelled while waiting for a connection");
    else if (waiter->granted)
        status = ORM_OK;
    else
        status = status == ORM_TIMEOUT ? fail_timeout(pool, error)
                                       : orm__fail(error, status, "waiting for a connection");
    runtime->parking_free(runtime->context, waiter->parking);
    return status;
}

void orm__pool_wake(orm__pool *pool, const atomic_bool *cancel)
{
    const orm_runtime *runtime = pool->target->runtime;
    (void)pthread_mutex_lock(&pool->mutex);
    for (orm__waiter *w = pool->first_waiter; w != NULL; w = w->next)
        if (w->cancel == cancel)
            runtime->wake(runtime->context, w->parking);
    (void)pthread_mutex_unlock(&pool->mutex);
}

orm_deadline orm__sooner(orm_deadline deadline, int ms)
{
    orm_deadline own = orm__deadline_in(ms);
    return own < deadline ? own : deadline;
}

/* A slot or connection its owner has no use for: the next one gets it. */
static void pass_on(orm__pool *pool, orm__connection *connection)
{
    (void)pthread_mutex_lock(&pool->mutex);
    bool kept = connection != NULL && orm__pool_keep(pool, connection);
    if (connection == NULL)
        orm__pool_free_slot(pool);
    (void)pthread_mutex_unlock(&pool->mutex);
    if (kept || connection == NULL)
        return;
    (void)orm__pool_leave(pool, connection, "overflow");
    (void)pthread_mutex_lock(&pool->mutex);
    orm__pool_free_slot(pool);
    (void)pthread_mutex_unlock(&pool->mutex);
}

static orm_status queue_for_slot(orm__pool *pool, orm_site site, orm_deadline deadline,
                                 orm__waiter *waiter, orm_error *error)
{
    bool watched = orm__is_pool_watched(pool->engine);
    int64_t began = watched ? orm__now() : 0;
    orm_status status = wait_in_queue(pool, waiter, deadline, error);
    (void)pthread_mutex_unlock(&pool->mutex);
    if (status != ORM_OK && waiter->granted)
        pass_on(pool, waiter->connection);
    if (watched)
        orm__publish_pool(pool->engine, &(orm_pool_event){.kind = ORM_POOL_WAIT,
                                                          .site = site,
                                                          .duration_ns = orm__now() - began,
                                                          .status = status});
    return status;
}

/* A slot for the caller; with it an idle connection or the right to open one (NULL). */
static orm_status take_slot(orm__pool *pool, orm_site site, orm_deadline deadline,
                            const atomic_bool *cancel, orm__connection **connection_out,
                            orm_error *error)
{
    orm_status status = ORM_OK;
    (void)pthread_mutex_lock(&pool->mutex);
    *connection_out = NULL;
    if (pool->idle != NULL) {
        *connection_out = pool->idle;
        pool->idle = pool->idle->next;
        pool->idle_count--;
        call_keeper(pool);
    } else if (pool->open < pool->max_open) {
        pool->open++;
    } else {
        orm__waiter waiter = {.cancel = cancel};
        orm_deadline until = orm__sooner(deadline, pool->target->options->pool_timeout_ms);
        status = queue_for_slot(pool, site, until, &waiter, error);
        *connection_out = status == ORM_OK ? waiter.connection : NULL;
        return status;
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return status;
}

void orm__pool_close(orm__pool *pool, orm__connection *connection, const char *why)
{
    orm_pool_event event = {.kind = ORM_POOL_CLOSE,
                            .connection = connection->number,
                            .site = connection->holder,
                            .reason = why};
    /* One that was lost and could not be replaced has been told of. */
    bool lost = connection->link == NULL;
    bool watched = !lost && orm__is_pool_watched(pool->engine);
    if (watched)
        event.duration_ns = orm__now() - connection->opened_at;
    orm__connection_close(connection);
    (void)pthread_mutex_lock(&pool->mutex);
    pool->closed += lost ? 0 : 1;
    (void)pthread_mutex_unlock(&pool->mutex);
    if (watched)
        orm__publish_pool(pool->engine, &event);
}

bool orm__pool_leave(orm__pool *pool, orm__connection *connection, const char *why)
{
    bool left = connection->link == NULL || pool->driver->leave == NULL ||
                pool->driver->leave(connection->link);
    orm__pool_close(pool, connection, why);
    return left;
}

/* Why an idle connection can't be lent; NULL: it can. Brings what it knows up to date. */
static const char *find_fault(orm__pool *pool, orm__connection *connection)
{
    (void)pthread_mutex_lock(&pool->mutex);
    bool fresh = connection->generation == pool->generation;
    uint64_t plans = pool->plans;
    (void)pthread_mutex_unlock(&pool->mutex);
    if (!fresh)
        return "retired";
    if (orm__now() >= connection->recycle_at)
        return "age";
    if (connection->plans != plans)
        orm__connection_forget_plans(connection);
    connection->plans = plans;
    return NULL;
}

/* Checks a connection that was idle; where the check can ride with a flight it is left to that. */
static const char *check_idle(orm__pool *pool, orm__connection *connection, orm_deadline deadline)
{
    const orm_engine_options *options = pool->target->options;
    const char *fault = find_fault(pool, connection);
    if (fault != NULL || options->no_pre_ping)
        return fault;
    connection->unproven = pool->driver->ping_rides;
    if (connection->unproven)
        return NULL;
    orm_error ignored;
    orm_deadline until = orm__sooner(deadline, options->ping_timeout_ms);
    if (pool->driver->ping(connection->link, until, &ignored) == ORM_OK)
        return NULL;
    orm__pool_note_ping_failure(pool, connection, &ignored);
    return "ping";
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

void orm__pool_stamp(orm__pool *pool, orm__connection *connection, uint64_t generation)
{
    (void)pthread_mutex_lock(&pool->mutex);
    connection->number = (uint64_t)++pool->opened;
    connection->plans = pool->plans;
    (void)pthread_mutex_unlock(&pool->mutex);
    connection->generation = generation;
    connection->recycle_at = recycle_time(pool, connection);
    connection->unproven = false;
}

uint64_t orm__pool_generation(orm__pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    uint64_t generation = pool->generation;
    (void)pthread_mutex_unlock(&pool->mutex);
    return generation;
}

orm_status orm__pool_open(orm__pool *pool, orm_site site, orm_deadline deadline,
                          orm__connection **connection_out, orm_error *error)
{
    orm_deadline until = orm__sooner(deadline, pool->target->options->connect_timeout_ms);
    /* As of before: a connection made while others are retired may be to the old server. */
    uint64_t generation = orm__pool_generation(pool);
    bool watched = orm__is_pool_watched(pool->engine);
    orm_pool_event event = {.kind = ORM_POOL_OPEN, .site = site};
    int64_t began = watched ? orm__now() : 0;
    event.status =
        orm__connection_open(pool->driver, pool->target, until, connection_out, error);
    if (event.status == ORM_OK) {
        orm__pool_stamp(pool, *connection_out, generation);
        (*connection_out)->holder = site;
        event.connection = (*connection_out)->number;
    } else {
        (void)pthread_mutex_lock(&pool->mutex);
        orm__pool_free_slot(pool);
        (void)pthread_mutex_unlock(&pool->mutex);
    }
    if (watched) {
        event.duration_ns = orm__now() - began;
        event.error = event.status == ORM_OK ? NULL : error;
        orm__publish_pool(pool->engine, &event);
    }
    return event.status;
}

static void note_checkout(orm__pool *pool, orm__connection *connection, orm_site site,
                          int64_t began)
{
    connection->holder = site;
    connection->held_since = orm__now();
    connection->doomed = false;
    (void)pthread_mutex_lock(&pool->mutex);
    connection->next = pool->lent;
    pool->lent = connection;
    pool->lent_count++;
    pool->checkouts++;
    (void)pthread_mutex_unlock(&pool->mutex);
    if (began != 0)
        orm__publish_pool(pool->engine,
                          &(orm_pool_event){.kind = ORM_POOL_CHECKOUT,
                                            .connection = connection->number,
                                            .site = site,
                                            .duration_ns = connection->held_since - began});
}

orm_status orm__pool_acquire(orm__pool *pool, orm_site site, orm_deadline deadline,
                             const atomic_bool *cancel, orm__connection **connection_out,
                             orm_error *error)
{
    *connection_out = NULL;
    if (!orm__pool_is_ours(pool))
        return orm__fail(error, ORM_MISUSE,
                         "the engine was opened before fork(); open one in the child");
    int64_t began = orm__is_pool_watched(pool->engine) ? orm__now() : 0;
    orm__connection *connection = NULL;
    orm_error own; /* events tell of failures although the caller may not ask */
    orm_error *place = error != NULL ? error : &own;
    orm_status status = take_slot(pool, site, deadline, cancel, &connection, place);
    if (status != ORM_OK)
        return status;
    const char *fault = connection == NULL ? NULL : check_idle(pool, connection, deadline);
    if (fault != NULL) {
        /* A retired one is likely dead as those that told on it. */
        if (strcmp(fault, "age") == 0)
            (void)orm__pool_leave(pool, connection, fault);
        else
            orm__pool_close(pool, connection, fault);
        connection = NULL;
    }
    if (connection == NULL)
        status = orm__pool_open(pool, site, deadline, &connection, place);
    if (status != ORM_OK)
        return status;
    note_checkout(pool, connection, site, began);
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

/* What SET, temporary tables and advisory locks left behind must not reach the next user. */
static bool reset(orm__pool *pool, orm__connection *connection)
{
    const char *const *sql = pool->driver->reset;
    orm__statement statements[8];
    orm__call calls[8];
    size_t count = 0;
    /* One that was never used has nothing to be reset. */
    if (!pool->target->options->reset_on_return || sql == NULL || connection->unproven ||
        connection->sandbox)
        return true;
    memset(statements, 0, sizeof statements);
    for (; count < sizeof calls / sizeof calls[0] && sql[count] != NULL; count++) {
        statements[count].sql = sql[count];
        statements[count].sql_size = strlen(sql[count]);
        statements[count].column_count = UINT16_MAX;
        statements[count].once = true;
        calls[count] = (orm__call){.statement = &statements[count]};
    }
    orm__flight flight = {.calls = calls, .count = count};
    orm_deadline deadline = orm__deadline_in(pool->target->options->ping_timeout_ms);
    return pool->driver->run(connection->link, &flight, deadline, NULL) == ORM_OK &&
           orm__connection_state(connection) == ORM__TRANSACTION_IDLE;
}

static void publish_return(orm__pool *pool, const orm__connection *connection)
{
    if (!orm__is_pool_watched(pool->engine))
        return;
    orm__publish_pool(pool->engine,
                      &(orm_pool_event){.kind = ORM_POOL_RETURN,
                                        .connection = connection->number,
                                        .site = connection->holder,
                                        .duration_ns = orm__now() - connection->held_since});
}

void orm__pool_release(orm__pool *pool, orm__connection *connection)
{
    if (!orm__pool_is_ours(pool))
        return;
    const char *why = NULL;
    if (connection->doomed)
        why = "invalidated";
    else if (orm__connection_state(connection) !=
             (connection->sandbox ? ORM__TRANSACTION_ACTIVE : ORM__TRANSACTION_IDLE))
        why = "broken";
    else if (!reset(pool, connection))
        why = "reset failed";
    publish_return(pool, connection);
    (void)pthread_mutex_lock(&pool->mutex);
    forget_lent(pool, connection);
    if (why == NULL && connection->generation != pool->generation)
        why = "retired";
    bool taken = why == NULL && orm__pool_keep(pool, connection);
    (void)pthread_mutex_unlock(&pool->mutex);
    if (taken)
        return;
    (void)orm__pool_leave(pool, connection, why != NULL ? why : "overflow");
    (void)pthread_mutex_lock(&pool->mutex);
    orm__pool_free_slot(pool);
    (void)pthread_mutex_unlock(&pool->mutex);
}

void orm__pool_cut(orm__pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    orm__connection *lent = pool->lent;
    (void)pthread_mutex_unlock(&pool->mutex);
    /* Closing may wait, which no mutex is held for; nobody is in a call that changes the list. */
    for (; lent != NULL; lent = lent->next)
        orm__connection_cut(lent);
}

void orm__pool_retire(orm__pool *pool, const orm__connection *connection)
{
    (void)pthread_mutex_lock(&pool->mutex);
    if (connection->generation == pool->generation)
        pool->generation++;
    (void)pthread_mutex_unlock(&pool->mutex);
}

void orm__pool_retire_all(orm__pool *pool)
{
    if (!orm__pool_is_ours(pool))
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    orm__connection *idle = pool->idle;
    pool->generation++;
    pool->idle = NULL;
    pool->idle_count = 0;
    (void)pthread_mutex_unlock(&pool->mutex);
    /* A server that does not hear is not waited for again. */
    bool hears = true;
    while (idle != NULL) {
        orm__connection *connection = idle;
        idle = connection->next;
        if (hears)
            hears = orm__pool_leave(pool, connection, "retired");
        else
            orm__pool_close(pool, connection, "retired");
        (void)pthread_mutex_lock(&pool->mutex);
        orm__pool_free_slot(pool);
        (void)pthread_mutex_unlock(&pool->mutex);
    }
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
