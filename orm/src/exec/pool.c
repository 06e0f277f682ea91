#include "exec/pool.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/present.h"
#include "exec/publish.h"

/* A share of the connections, at least one, and never all. */
static int reserve_of(const orm__pool *pool)
{
    int percent = pool->target->options->pool_quick_percent;
    if (percent <= 0 || pool->max_open == INT_MAX || pool->max_open < 2)
        return 0;
    int reserve = (int)(((int64_t)pool->max_open * percent + 99) / 100);
    return reserve < pool->max_open ? reserve : pool->max_open - 1;
}

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
    pool->reserve = reserve_of(pool);
    orm__kinds_init(&pool->kinds, pool->reserve == 0);
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

orm_deadline orm__sooner(orm_deadline deadline, int ms)
{
    orm_deadline own = orm__deadline_in(ms);
    return own < deadline ? own : deadline;
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
    event.status = orm__connection_open(pool->driver, pool->target, until, connection_out, error);
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

static void note_checkout(orm__pool *pool, orm__connection *connection, const orm__asker *asker,
                          orm__kind *kind, int64_t began)
{
    connection->holder = asker->site;
    connection->user = asker->user;
    connection->kind = kind;
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
                                            .site = asker->site,
                                            .duration_ns = connection->held_since - began});
}

orm_status orm__pool_acquire(orm__pool *pool, const orm__asker *asker,
                             orm__connection **connection_out, orm_error *error)
{
    *connection_out = NULL;
    if (!orm__pool_is_ours(pool))
        return orm__fail(error, ORM_MISUSE,
                         "the engine was opened before fork(); open one in the child");
    int64_t began = orm__is_pool_watched(pool->engine) ? orm__now() : 0;
    orm__connection *connection = NULL;
    orm_error own; /* events tell of failures although the caller may not ask */
    orm_error *place = error != NULL ? error : &own;
    orm__kind *kind = NULL;
    orm_status status = orm__pool_claim(pool, asker, &kind, &connection, place);
    if (status != ORM_OK)
        return status;
    const char *fault = connection == NULL ? NULL : check_idle(pool, connection, asker->deadline);
    if (fault != NULL) {
        /* A retired one is likely dead as those that told on it. */
        if (strcmp(fault, "age") == 0)
            (void)orm__pool_leave(pool, connection, fault);
        else
            orm__pool_close(pool, connection, fault);
        connection = NULL;
    }
    if (connection == NULL)
        status = orm__pool_open(pool, asker->site, asker->deadline, &connection, place);
    if (status != ORM_OK) {
        orm__pool_unclaim(pool, kind);
        return status;
    }
    note_checkout(pool, connection, asker, kind, began);
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
    int64_t now = orm__now();
    (void)pthread_mutex_lock(&pool->mutex);
    forget_lent(pool, connection);
    orm__kinds_end(&pool->kinds, connection->kind, now - connection->held_since, now);
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
