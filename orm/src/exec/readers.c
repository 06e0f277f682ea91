#include "exec/readers.h"

#include <string.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"

#define REST_NS INT64_C(2000000000)

static orm__reader *reader_of(orm_engine *engine, const orm__pool *pool)
{
    for (size_t i = 0; i < engine->reader_count; i++)
        if (&engine->readers[i].pool == pool)
            return &engine->readers[i];
    return NULL;
}

static void free_url(orm_engine *engine, orm__reader *reader)
{
    char *url = (char *)(uintptr_t)reader->options.url;
    if (url != NULL)
        orm__free(&engine->allocator, url, strlen(url) + 1);
    reader->options.url = NULL;
}

static orm_status open_reader(orm_engine *engine, orm__reader *reader, const char *url,
                              orm_error *error)
{
    size_t size = url == NULL ? 0 : strlen(url) + 1;
    if (size <= 1 || !engine->driver->accepts(url) || strcmp(url, "sqlite::memory:") == 0)
        return orm__fail(error, ORM_INVALID,
                         "a reader's URL must be of the same kind as the engine's, and can't be "
                         "sqlite::memory:");
    char *copy = orm__alloc(&engine->allocator, size);
    if (copy == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    memcpy(copy, url, size);
    reader->options = engine->options;
    reader->options.url = copy;
    reader->target = engine->target;
    reader->target.options = &reader->options;
    reader->target.shared = NULL;
    orm_status status = engine->driver->setup(&reader->target, &reader->target.shared, error);
    if (status == ORM_OK) {
        status = orm__pool_init(&reader->pool, engine, &reader->target, error);
        if (status != ORM_OK)
            engine->driver->teardown(&reader->target, reader->target.shared);
    }
    if (status != ORM_OK)
        free_url(engine, reader);
    return status;
}

orm_status orm__readers_open(orm_engine *engine, orm_error *error)
{
    size_t wanted = engine->options.reader_count;
    const char *const *urls = engine->options.reader_urls;
    engine->options.reader_urls = NULL;
    if (wanted == 0)
        return ORM_OK;
    if (urls == NULL || wanted > 1024)
        return orm__fail(error, ORM_INVALID, "reader_count is that of reader_urls, at most 1024");
    engine->readers = orm__alloc_zero(&engine->allocator, wanted * sizeof *engine->readers);
    if (engine->readers == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    orm_status status = ORM_OK;
    for (size_t i = 0; i < wanted && status == ORM_OK; i++) {
        status = open_reader(engine, &engine->readers[i], urls[i], error);
        if (status == ORM_OK)
            engine->reader_count++;
    }
    if (status != ORM_OK)
        orm__readers_close(engine);
    return status;
}

void orm__readers_close(orm_engine *engine)
{
    for (size_t i = 0; i < engine->reader_count; i++) {
        orm__reader *reader = &engine->readers[i];
        orm__pool_dispose(&reader->pool);
        engine->driver->teardown(&reader->target, reader->target.shared);
        free_url(engine, reader);
    }
    orm__free(&engine->allocator, engine->readers,
              engine->options.reader_count * sizeof *engine->readers);
    engine->readers = NULL;
    engine->reader_count = 0;
}

static bool is_unreachable(orm_status status)
{
    return status == ORM_DISCONNECTED || status == ORM_TOO_MANY_CONNECTIONS || status == ORM_AUTH ||
           status == ORM_TIMEOUT || status == ORM_CORRUPT || status == ORM_DATABASE;
}

static void rest(orm__reader *reader)
{
    atomic_store_explicit(&reader->rests_until, orm__now() + REST_NS, memory_order_relaxed);
}

orm_status orm__readers_acquire(orm_engine *engine, const orm__asker *asker,
                                orm__pool *_Atomic *pool_out, orm__connection **connection_out,
                                orm_error *error)
{
    size_t start = atomic_fetch_add_explicit(&engine->next_reader, 1, memory_order_relaxed);
    for (size_t i = 0; i < engine->reader_count; i++) {
        orm__reader *reader = &engine->readers[(start + i) % engine->reader_count];
        if (atomic_load_explicit(&reader->rests_until, memory_order_relaxed) > orm__now())
            continue;
        *pool_out = &reader->pool;
        orm_status status = orm__pool_acquire(&reader->pool, asker, connection_out, error);
        if (status == ORM_OK || !is_unreachable(status))
            return status;
        rest(reader);
    }
    *pool_out = &engine->pool;
    return orm__pool_acquire(&engine->pool, asker, connection_out, error);
}

void orm__readers_note_loss(orm_engine *engine, const orm__pool *pool)
{
    orm__reader *reader = reader_of(engine, pool);
    if (reader != NULL)
        rest(reader);
}

orm_status orm_engine_get_reader_status(orm_engine *engine, size_t index,
                                        orm_engine_status *status_out)
{
    *status_out = (orm_engine_status){0};
    if (index >= engine->reader_count)
        return ORM_INVALID;
    orm__pool_status(&engine->readers[index].pool, status_out);
    return ORM_OK;
}
