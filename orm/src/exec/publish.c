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
        s->sink.publish(s->sink.context, event);
    (void)pthread_rwlock_unlock(&engine->subscription_lock);
}

orm_status orm_engine_subscribe(orm_engine *engine, orm_event_sink *sink, void *context, bool timed,
                                orm_subscription **subscription_out)
{
    *subscription_out = NULL;
    orm_subscription *subscription = orm__alloc_zero(&engine->allocator, sizeof *subscription);
    if (subscription == NULL)
        return ORM_NOMEM;
    subscription->sink = (orm__sink){.publish = sink, .context = context, .timed = timed};
    (void)pthread_rwlock_wrlock(&engine->subscription_lock);
    subscription->next = engine->subscriptions;
    engine->subscriptions = subscription;
    (void)pthread_rwlock_unlock(&engine->subscription_lock);
    atomic_fetch_add(&engine->subscription_count, 1);
    if (timed)
        atomic_fetch_add(&engine->timed_count, 1);
    *subscription_out = subscription;
    return ORM_OK;
}

void orm_engine_unsubscribe(orm_engine *engine, orm_subscription *subscription)
{
    if (subscription == NULL)
        return;
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
