#include "exec/publish.h"

#include "base/allocator.h"

void orm__publish(orm_engine *engine, const orm__sink *sink, const orm_event *event)
{
    if (sink != NULL)
        sink->publish(sink->context, event);
    if (atomic_load_explicit(&engine->subscription_count, memory_order_relaxed) == 0)
        return;
    (void)pthread_rwlock_rdlock(&engine->subscription_lock);
    for (const orm_subscription *s = engine->subscriptions; s != NULL; s = s->next)
        if (s->sink.publish != NULL)
            s->sink.publish(s->sink.context, event);
    (void)pthread_rwlock_unlock(&engine->subscription_lock);
}

void orm__publish_pool(orm_engine *engine, const orm_pool_event *event)
{
    (void)pthread_rwlock_rdlock(&engine->subscription_lock);
    for (const orm_subscription *s = engine->subscriptions; s != NULL; s = s->next)
        if (s->pool_sink != NULL)
            s->pool_sink(s->sink.context, event);
    (void)pthread_rwlock_unlock(&engine->subscription_lock);
}

/* Puts a subscription among the others. */
static orm_status add_subscription(orm_engine *engine, const orm_subscription *wanted,
                                   orm_subscription **subscription_out)
{
    *subscription_out = NULL;
    orm_subscription *subscription = orm__alloc_zero(&engine->allocator, sizeof *subscription);
    if (subscription == NULL)
        return ORM_NOMEM;
    *subscription = *wanted;
    (void)pthread_rwlock_wrlock(&engine->subscription_lock);
    subscription->next = engine->subscriptions;
    engine->subscriptions = subscription;
    (void)pthread_rwlock_unlock(&engine->subscription_lock);
    *subscription_out = subscription;
    return ORM_OK;
}

orm_status orm_engine_subscribe(orm_engine *engine, orm_event_sink *sink, void *context, bool timed,
                                orm_subscription **subscription_out)
{
    const orm_subscription wanted = {
        .sink = {.publish = sink, .context = context, .timed = timed}};
    orm_status status = add_subscription(engine, &wanted, subscription_out);
    if (status != ORM_OK)
        return status;
    atomic_fetch_add(&engine->subscription_count, 1);
    if (timed)
        atomic_fetch_add(&engine->timed_count, 1);
    return ORM_OK;
}

orm_status orm_engine_subscribe_pool(orm_engine *engine, orm_pool_event_sink *sink, void *context,
                                     orm_subscription **subscription_out)
{
    const orm_subscription wanted = {.sink = {.context = context}, .pool_sink = sink};
    orm_status status = add_subscription(engine, &wanted, subscription_out);
    if (status == ORM_OK)
        atomic_fetch_add(&engine->pool_subscription_count, 1);
    return status;
}

void orm_engine_unsubscribe(orm_engine *engine, orm_subscription *subscription)
{
    if (subscription == NULL)
        return;
    if (subscription->pool_sink != NULL)
        atomic_fetch_sub(&engine->pool_subscription_count, 1);
    else
        atomic_fetch_sub(&engine->subscription_count, 1);
    if (subscription->sink.timed)
        atomic_fetch_sub(&engine->timed_count, 1);
    (void)pthread_rwlock_wrlock(&engine->subscription_lock);
    orm_subscription **at = &engine->subscriptions;
    while (*at != subscription)
        at = &(*at)->next;
    *at = subscription->next;
    (void)pthread_rwlock_unlock(&engine->subscription_lock);
    orm__free(&engine->allocator, subscription, sizeof *subscription);
}
