#include <orm/listener.h>

#include <string.h>

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/fail.h"
#include "exec/engine.h"
#include "exec/listener.h"

enum { LISTEN_SIZE = 256 };

struct orm_listener {
    orm_engine *engine;
    orm__tenant tenant;
    char (*statements)[LISTEN_SIZE]; /* owned: count of them */
    size_t count;
    orm__link *link; /* owned; NULL: it was lost */
    bool quiet;      /* the last wait heard nothing */
    atomic_bool cancelled;
};

/* No channel has that many bytes in quotes, each of them doubled. */
_Static_assert(sizeof "LISTEN \"\"" + 2 * ORM__CHANNEL_MAX <= LISTEN_SIZE, "room for a channel");

bool orm__channel_is_valid(const char *channel)
{
    size_t size = channel != NULL ? strlen(channel) : 0;
    return size > 0 && size <= ORM__CHANNEL_MAX;
}

/* An identifier in double quotes, its own ones doubled. */
static void write_listen(const char *channel, char *statement)
{
    static const char begin[] = "LISTEN \"";
    char *at = statement + sizeof begin - 1;
    memcpy(statement, begin, sizeof begin - 1);
    for (; *channel != '\0'; channel++) {
        if (*channel == '"')
            *at++ = '"';
        *at++ = *channel;
    }
    memcpy(at, "\"", 2);
}

static orm_status listen_on(orm_listener *listener, size_t index, orm_deadline deadline,
                            orm_error *error)
{
    const char *sql = listener->statements[index];
    orm__statement statement = {.sql = sql, .sql_size = strlen(sql), .once = true};
    orm__call call = {.statement = &statement};
    orm__flight flight = {.calls = &call, .count = 1, .cancel = &listener->cancelled};
    return listener->engine->driver->run(listener->link, &flight, deadline, error);
}

static void drop_link(orm_listener *listener)
{
    if (listener->link != NULL)
        listener->engine->driver->close(listener->link);
    listener->link = NULL;
}

static orm_status connect_link(orm_listener *listener, orm_error *error)
{
    orm_engine *engine = listener->engine;
    orm_deadline deadline = orm__sooner(ORM_NO_DEADLINE, engine->options.connect_timeout_ms);
    orm_status status = engine->driver->open(&engine->target, deadline, &listener->link, error);
    for (size_t i = 0; status == ORM_OK && i < listener->count; i++)
        status = listen_on(listener, i, deadline, error);
    if (status != ORM_OK)
        drop_link(listener);
    listener->quiet = false;
    return status;
}

static orm_status check(const orm_engine *engine, const char *const *channels, size_t count,
                        orm_error *error)
{
    if (engine == NULL)
        return orm__fail(error, ORM_MISUSE, "orm_listener_open: there is no engine");
    if (!orm__pool_is_ours(&engine->pool))
        return orm__fail(error, ORM_MISUSE, "the engine was opened by another process");
    if (engine->driver->notified == NULL)
        return orm__fail(error, ORM_UNSUPPORTED, "SQLite has no notifications: poll instead");
    if (engine->options.sandbox)
        return orm__fail(error, ORM_UNSUPPORTED,
                         "in a sandbox nothing is committed, so nothing is told");
    if (count == 0)
        return orm__fail(error, ORM_INVALID, "a listener needs a channel");
    for (size_t i = 0; i < count; i++)
        if (!orm__channel_is_valid(channels[i]))
            return orm__fail(error, ORM_INVALID, "a channel's name has 1 to %d bytes",
                             ORM__CHANNEL_MAX);
    return ORM_OK;
}

static void free_listener(orm_listener *listener)
{
    const orm_allocator *allocator = &listener->engine->allocator;
    drop_link(listener);
    orm__free(allocator, listener->statements, listener->count * LISTEN_SIZE);
    orm__free(allocator, listener, sizeof *listener);
}

orm_status orm_listener_open_at(orm_site site, orm_engine *engine, const char *const *channels,
                                size_t count, orm_listener **listener_out, orm_error *error)
{
    *listener_out = NULL;
    if (error != NULL)
        memset(error, 0, sizeof *error);
    orm_status status = check(engine, channels, count, error);
    if (status != ORM_OK)
        return status;
    orm_listener *listener = orm__alloc_zero(&engine->allocator, sizeof *listener);
    if (listener == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    listener->engine = engine;
    listener->statements = orm__alloc_zero(&engine->allocator, count * LISTEN_SIZE);
    listener->count = listener->statements != NULL ? count : 0;
    atomic_init(&listener->cancelled, false);
    for (size_t i = 0; i < listener->count; i++)
        write_listen(channels[i], listener->statements[i]);
    status = listener->statements != NULL ? connect_link(listener, error)
                                          : orm__fail(error, ORM_NOMEM, "out of memory");
    if (status != ORM_OK) {
        free_listener(listener);
        return status;
    }
    listener->tenant.site = site;
    orm__tenant_enter(engine, &listener->tenant);
    *listener_out = listener;
    return ORM_OK;
}

/* Connects again, or asks a connection that was silent for a sign of life. */
static orm_status make_sure(orm_listener *listener, orm_error *error)
{
    orm_engine *engine = listener->engine;
    if (listener->link == NULL)
        return connect_link(listener, error);
    if (!listener->quiet)
        return ORM_OK;
    orm_deadline deadline = orm__sooner(ORM_NO_DEADLINE, engine->options.ping_timeout_ms);
    orm_status status = engine->driver->ping(listener->link, deadline, error);
    if (status == ORM_OK)
        return ORM_OK;
    drop_link(listener);
    return orm__fail(error, ORM_DISCONNECTED, "the connection that listens was lost");
}

static orm_status wait_for(orm_listener *listener, int64_t timeout_ms, orm__notice *notice,
                           orm_error *error)
{
    orm_engine *engine = listener->engine;
    if (!orm__pool_is_ours(&engine->pool))
        return orm__fail(error, ORM_MISUSE, "the listener was opened by another process");
    orm_status status = make_sure(listener, error);
    if (status != ORM_OK)
        return status;
    orm_deadline deadline = ORM_NO_DEADLINE;
    int64_t now = orm__now();
    if (timeout_ms >= 0 && timeout_ms < (ORM_NO_DEADLINE - now) / 1000000)
        deadline = now + timeout_ms * 1000000;
    status =
        engine->driver->notified(listener->link, deadline, &listener->cancelled, notice, error);
    listener->quiet = status != ORM_OK;
    if (status == ORM_DISCONNECTED)
        drop_link(listener);
    return status;
}

orm_status orm_listener_wait(orm_listener *listener, int64_t timeout_ms,
                             orm_notification *notification_out, orm_error *error)
{
    orm__notice notice = {NULL, NULL, 0};
    memset(notification_out, 0, sizeof *notification_out);
    if (error != NULL)
        memset(error, 0, sizeof *error);
    orm_status status = wait_for(listener, timeout_ms, &notice, error);
    if (status == ORM_CANCELLED)
        atomic_store(&listener->cancelled, false);
    if (status != ORM_OK)
        return status;
    notification_out->channel = notice.channel;
    notification_out->payload = notice.payload;
    notification_out->process = notice.process;
    return ORM_OK;
}

void orm_listener_cancel(orm_listener *listener)
{
    atomic_store(&listener->cancelled, true);
}

void orm_listener_close(orm_listener *listener)
{
    if (listener == NULL || !orm__pool_is_ours(&listener->engine->pool))
        return;
    orm__tenant_leave(listener->engine, &listener->tenant);
    free_listener(listener);
}
