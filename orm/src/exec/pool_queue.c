/*
 * Who gets a connection next. Work of one kind is served in the order it came, and so are kinds,
 * but that work which holds connections for long leaves some of them to quick work while there is
 * any. It must end up with a connection whatever it waits for: a caller that holds one already is
 * never held back, and where nothing long moves any more, what is kept is given out bit by bit.
 */
#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/present.h"
#include "exec/publish.h"

/* With the mutex held: too few connections may be waiting. */
static void call_keeper(orm__pool *pool)
{
    if (pool->keeping && pool->idle_count < pool->target->options->min_idle)
        (void)pthread_cond_signal(&pool->keeper_wake);
}

static bool is_free(const orm__pool *pool)
{
    return pool->idle != NULL || pool->open < pool->max_open;
}

/* What is held for so long as only long work does it. */
static void count_old(const orm__pool *pool, int64_t now, orm__survey *survey)
{
    const orm__kinds *kinds = &pool->kinds;
    for (const orm__connection *c = pool->lent; c != NULL; c = c->next) {
        orm__pace pace = orm__kinds_pace(kinds, c->kind);
        if (pace == ORM__PACE_LONG || now - c->held_since < kinds->bound)
            continue;
        survey->held_new -= pace == ORM__PACE_NEW ? 1 : 0;
        survey->held_long++;
    }
}

static orm__survey survey_pool(const orm__pool *pool, int64_t now)
{
    orm__survey survey = orm__kinds_survey(&pool->kinds, now);
    count_old(pool, now, &survey);
    return survey;
}

static int64_t half_timeout(const orm__pool *pool)
{
    return (int64_t)pool->target->options->pool_timeout_ms * 500000;
}

/* So long nothing long has begun or ended that those who hold may be waiting for those who ask. */
static bool is_stuck(const orm__pool *pool, const orm__survey *survey, int64_t now)
{
    int64_t patience =
        2 * survey->longest > ORM__KINDS_ABOUT_NS ? 2 * survey->longest : ORM__KINDS_ABOUT_NS;
    if (patience > half_timeout(pool))
        patience = half_timeout(pool);
    return now - pool->kinds.moved >= patience;
}

/* Whether work of this kind may have a connection that is free. */
static bool may_start(const orm__pool *pool, const orm__kind *kind, const orm__survey *survey,
                      int64_t now)
{
    orm__pace pace = orm__kinds_pace(&pool->kinds, kind);
    int most = pool->max_open - pool->reserve;
    if (pace == ORM__PACE_QUICK || kind->exempt)
        return true;
    if (pace == ORM__PACE_LONG)
        return (!survey->quick && !survey->fresh) || survey->held_long < most ||
               is_stuck(pool, survey, now);
    /* One at a time is tried out in any case; who holds one already for long is none of these. */
    bool tried = survey->held_new == 0 && kind->held == 0;
    return !survey->quick || tried || survey->held_long + survey->held_new < most ||
           is_stuck(pool, survey, now);
}

static void note_held_back(orm__pool *pool, orm__waiter *waiter)
{
    pool->held_back += waiter->held_back ? 0 : 1;
    waiter->held_back = true;
}

/* With the mutex held: who is next; NULL: nobody may. */
static orm__waiter *choose(orm__pool *pool)
{
    orm__survey survey = {0};
    orm__waiter *chosen = NULL;
    int64_t now = 0;
    for (orm__kind *kind = pool->kinds.busy.newest; kind != NULL; kind = kind->older) {
        orm__waiter *first = kind->first_waiter;
        if (first == NULL || (chosen != NULL && first->ticket > chosen->ticket))
            continue;
        if (now == 0 && orm__kinds_pace(&pool->kinds, kind) != ORM__PACE_QUICK) {
            now = orm__now();
            survey = survey_pool(pool, now);
        }
        if (may_start(pool, kind, &survey, now))
            chosen = first;
        else
            note_held_back(pool, first);
    }
    return chosen;
}

static void leave_line(orm__pool *pool, orm__waiter *waiter)
{
    orm__kind *kind = waiter->kind;
    orm__waiter *before = NULL;
    for (orm__waiter *w = kind->first_waiter; w != waiter; w = w->next)
        before = w;
    if (before != NULL)
        before->next = waiter->next;
    else
        kind->first_waiter = waiter->next;
    if (kind->last_waiter == waiter)
        kind->last_waiter = before;
    pool->waiting--;
}

/* With the mutex held: gives a connection (NULL: the right to open one) to the one whose turn it
 * is. False: nobody's. */
static bool hand_over(orm__pool *pool, orm__connection *connection)
{
    const orm_runtime *runtime = pool->target->runtime;
    orm__waiter *waiter = pool->waiting == 0 ? NULL : choose(pool);
    if (waiter == NULL)
        return false;
    leave_line(pool, waiter);
    orm__kinds_start(&pool->kinds, waiter->kind, orm__now());
    waiter->connection = connection;
    waiter->granted = true;
    runtime->wake(runtime->context, waiter->parking);
    return true;
}

static orm__connection *pop_idle(orm__pool *pool)
{
    orm__connection *connection = pool->idle;
    if (connection == NULL)
        return NULL;
    pool->idle = connection->next;
    pool->idle_count--;
    return connection;
}

/* With the mutex held: nothing will tell the one who is held back that quick work is over but the
 * clock. */
static void set_clock(const orm__pool *pool)
{
    const orm_runtime *runtime = pool->target->runtime;
    orm__waiter *first = NULL;
    for (const orm__kind *kind = pool->kinds.busy.newest; kind != NULL; kind = kind->older)
        if (kind->first_waiter != NULL &&
            (first == NULL || kind->first_waiter->ticket < first->ticket))
            first = kind->first_waiter;
    if (first == NULL || first->clocked)
        return;
    first->clocked = true;
    runtime->wake(runtime->context, first->parking);
}

/* With the mutex held: gives out what is free. */
static void serve(orm__pool *pool)
{
    while (pool->waiting > 0 && is_free(pool)) {
        orm__connection *idle = pool->idle;
        if (!hand_over(pool, idle)) {
            set_clock(pool);
            return;
        }
        if (idle != NULL)
            (void)pop_idle(pool);
        else
            pool->open++;
    }
}

void orm__pool_free_slot(orm__pool *pool)
{
    pool->open--;
    serve(pool);
    call_keeper(pool);
}

bool orm__pool_keep(orm__pool *pool, orm__connection *connection)
{
    bool taken = hand_over(pool, connection);
    if (!taken && pool->idle_count >= pool->size)
        return false;
    if (!taken) {
        connection->idle_since = pool->keeping ? orm__now() : 0;
        connection->next = pool->idle;
        pool->idle = connection;
        pool->idle_count++;
        if (pool->keeping && pool->keeper_rests)
            (void)pthread_cond_signal(&pool->keeper_wake);
    }
    serve(pool);
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

static orm_status fail_timeout(orm__pool *pool, const orm__waiter *waiter, orm_error *error)
{
    char holders[320];
    pool->timeouts++;
    list_holders(pool, holders, sizeof holders);
    return orm__fail(
        error, ORM_POOL_TIMEOUT,
        "no connection became free in time (at most %d ms): %d of size %d and "
        "overflow %d are open, %d more calls wait; "
        "held by %s%s; raise pool_size or close sessions sooner",
        pool->target->options->pool_timeout_ms, pool->open, pool->size, pool->max_open - pool->size,
        pool->waiting, holders[0] != '\0' ? holders : "nobody, they are being made",
        waiter->held_back ? "; some are kept for quick work (pool_quick_percent)" : "");
}

static void join_line(orm__pool *pool, orm__waiter *waiter)
{
    orm__kind *kind = waiter->kind;
    waiter->ticket = ++pool->tickets;
    if (kind->last_waiter != NULL)
        kind->last_waiter->next = waiter;
    else
        kind->first_waiter = waiter;
    kind->last_waiter = waiter;
    pool->waiting++;
}

static bool is_cancelled(const orm__pool *pool, const orm__waiter *waiter)
{
    return orm__is_cancelled(pool->target->runtime, waiter->cancel);
}

/* When the waiter has to look by itself. */
static orm_deadline next_look(const orm__pool *pool, const orm__waiter *waiter,
                              orm_deadline deadline)
{
    int64_t nap =
        half_timeout(pool) < ORM__KINDS_ABOUT_NS ? half_timeout(pool) : ORM__KINDS_ABOUT_NS;
    orm_deadline look = waiter->clocked ? orm__now() + nap : ORM_NO_DEADLINE;
    return look < deadline ? look : deadline;
}

/* With the mutex held; gives it up while parked. */
static orm_status park(orm__pool *pool, orm__waiter *waiter, orm_deadline deadline)
{
    const orm_runtime *runtime = pool->target->runtime;
    orm_status status = ORM_OK;
    while (status == ORM_OK && !waiter->granted && !is_cancelled(pool, waiter)) {
        orm_deadline until = next_look(pool, waiter, deadline);
        (void)pthread_mutex_unlock(&pool->mutex);
        status = runtime->park(runtime->context, waiter->parking, until);
        (void)pthread_mutex_lock(&pool->mutex);
        if (status == ORM_TIMEOUT && until < deadline) {
            serve(pool);
            status = ORM_OK;
        }
    }
    return status;
}

/* With the mutex held; gives it up while parked. On ORM_OK the waiter holds a slot, with or without
 * a connection. A waiter that was cancelled may hold one, too. */
static orm_status wait_in_line(orm__pool *pool, orm__waiter *waiter, orm_deadline deadline,
                               orm_error *error)
{
    const orm_runtime *runtime = pool->target->runtime;
    orm_status status = runtime->parking_new(runtime->context, &waiter->parking);
    if (status != ORM_OK) {
        orm__kinds_leave(&pool->kinds, waiter->kind);
        return orm__fail(error, status, "cannot wait for a connection");
    }
    join_line(pool, waiter);
    serve(pool);
    status = park(pool, waiter, deadline);
    if (is_cancelled(pool, waiter))
        status = ORM_CANCELLED;
    if (status == ORM_CANCELLED)
        (void)orm__fail(error, status, "cancelled while waiting for a connection");
    else if (waiter->granted)
        status = ORM_OK;
    if (!waiter->granted) {
        leave_line(pool, waiter);
        orm__kinds_leave(&pool->kinds, waiter->kind);
        serve(pool);
    }
    if (status == ORM_TIMEOUT)
        status = fail_timeout(pool, waiter, error);
    else if (status != ORM_OK && status != ORM_CANCELLED)
        (void)orm__fail(error, status, "waiting for a connection");
    runtime->parking_free(runtime->context, waiter->parking);
    return status;
}

void orm__pool_wake(orm__pool *pool, const atomic_bool *cancel)
{
    const orm_runtime *runtime = pool->target->runtime;
    (void)pthread_mutex_lock(&pool->mutex);
    for (const orm__kind *kind = pool->kinds.busy.newest; kind != NULL; kind = kind->older)
        for (orm__waiter *w = kind->first_waiter; w != NULL; w = w->next)
            if (w->cancel == cancel)
                runtime->wake(runtime->context, w->parking);
    (void)pthread_mutex_unlock(&pool->mutex);
}

void orm__pool_unclaim(orm__pool *pool, orm__kind *kind)
{
    (void)pthread_mutex_lock(&pool->mutex);
    orm__kinds_end(&pool->kinds, kind, -1, orm__now());
    serve(pool);
    (void)pthread_mutex_unlock(&pool->mutex);
}

/* A slot or connection its owner has no use for: the next one gets it. */
static void pass_on(orm__pool *pool, const orm__waiter *waiter)
{
    orm__connection *connection = waiter->connection;
    (void)pthread_mutex_lock(&pool->mutex);
    orm__kinds_end(&pool->kinds, waiter->kind, -1, orm__now());
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

static orm_status queue_for_slot(orm__pool *pool, const orm__asker *asker, orm__waiter *waiter,
                                 orm_error *error)
{
    bool watched = orm__is_pool_watched(pool->engine);
    int64_t began = watched ? orm__now() : 0;
    orm_deadline deadline = orm__sooner(asker->deadline, pool->target->options->pool_timeout_ms);
    orm_status status = wait_in_line(pool, waiter, deadline, error);
    (void)pthread_mutex_unlock(&pool->mutex);
    if (status != ORM_OK && waiter->granted)
        pass_on(pool, waiter);
    if (watched)
        orm__publish_pool(pool->engine, &(orm_pool_event){.kind = ORM_POOL_WAIT,
                                                          .site = asker->site,
                                                          .duration_ns = orm__now() - began,
                                                          .status = status});
    return status;
}

static bool holds_one(const orm__pool *pool, uintptr_t user)
{
    for (const orm__connection *c = pool->lent; c != NULL; c = c->next)
        if (c->user == user)
            return true;
    return false;
}

/* Those who hold a connection already would wait for themselves. */
static orm__kind *kind_of(orm__pool *pool, const orm__asker *asker)
{
    orm__kinds *kinds = &pool->kinds;
    orm__kind *kind = orm__kinds_find(kinds, asker->work, asker->work == 0);
    if (orm__kinds_pace(kinds, kind) != ORM__PACE_QUICK && holds_one(pool, asker->user))
        kind = orm__kinds_find(kinds, asker->work, true);
    return kind;
}

/* Whether one that just came may have what is free. */
static bool is_next(const orm__pool *pool, const orm__kind *kind, int64_t now)
{
    if (orm__kinds_pace(&pool->kinds, kind) == ORM__PACE_QUICK || kind->exempt)
        return true;
    orm__survey survey = survey_pool(pool, now);
    return pool->waiting == 0 && may_start(pool, kind, &survey, now);
}

orm_status orm__pool_claim(orm__pool *pool, const orm__asker *asker, orm__kind **kind_out,
                           orm__connection **connection_out, orm_error *error)
{
    int64_t now = orm__now();
    *connection_out = NULL;
    (void)pthread_mutex_lock(&pool->mutex);
    orm__kind *kind = *kind_out = kind_of(pool, asker);
    orm__kinds_ask(&pool->kinds, kind, now);
    if (!is_free(pool) || !is_next(pool, kind, now)) {
        orm__waiter waiter = {.cancel = asker->cancel, .kind = kind};
        orm_status status = queue_for_slot(pool, asker, &waiter, error);
        *connection_out = status == ORM_OK ? waiter.connection : NULL;
        return status;
    }
    orm__kinds_start(&pool->kinds, kind, now);
    *connection_out = pop_idle(pool);
    if (*connection_out != NULL)
        call_keeper(pool);
    else
        pool->open++;
    (void)pthread_mutex_unlock(&pool->mutex);
    return ORM_OK;
}

void orm__pool_status(orm__pool *pool, orm_engine_status *status_out)
{
    (void)pthread_mutex_lock(&pool->mutex);
    orm__survey survey = survey_pool(pool, orm__now());
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
        .kept_for_quick = pool->reserve,
        .long_in_use = pool->reserve == 0 ? 0 : survey.held_long,
        .long_waiting = survey.waiting_long,
        .held_back = pool->held_back,
    };
    (void)pthread_mutex_unlock(&pool->mutex);
}
