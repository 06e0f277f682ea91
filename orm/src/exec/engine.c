#include "exec/engine.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "exec/readers.h"

enum { CURSOR_KEY_SIZE = 16 };

static const orm__driver *const drivers[] = {&orm__driver_sqlite, &orm__driver_postgresql};

static int given(int value, int otherwise)
{
    return value == 0 ? otherwise : value;
}

static void fill_defaults(orm_engine_options *options)
{
    options->pool_size = given(options->pool_size, 10);
    options->max_overflow = given(options->max_overflow, 20);
    options->pool_timeout_ms = given(options->pool_timeout_ms, 30000);
    options->connect_timeout_ms = given(options->connect_timeout_ms, 10000);
    options->statement_timeout_ms = given(options->statement_timeout_ms, 30000);
    options->ping_timeout_ms = given(options->ping_timeout_ms, 2000);
    options->pool_quick_percent = given(options->pool_quick_percent, 25);
    options->statement_cache_size = given(options->statement_cache_size, 256);
}

static orm_status check_options(const orm_engine_options *options, orm_error *error)
{
    if (options->pool_size < 1)
        return orm__fail(error, ORM_INVALID, "pool_size must be 1 or more");
    if (options->max_overflow < ORM_POOL_UNLIMITED_OVERFLOW)
        return orm__fail(error, ORM_INVALID,
                         "max_overflow must be 0 or more, or one of ORM_POOL_…_OVERFLOW");
    if (options->max_overflow > INT_MAX - options->pool_size)
        return orm__fail(error, ORM_INVALID, "pool_size + max_overflow is too large");
    if (options->pool_timeout_ms < 0 || options->pool_recycle_ms < 0 ||
        options->connect_timeout_ms < 0 || options->pool_idle_timeout_ms < 0 ||
        options->ping_timeout_ms < 0)
        return orm__fail(error, ORM_INVALID,
                         "pool_timeout_ms, pool_recycle_ms, pool_idle_timeout_ms, ping_timeout_ms "
                         "and connect_timeout_ms must not be negative");
    if (options->pool_quick_percent < ORM_POOL_FIRST_COME || options->pool_quick_percent > 90)
        return orm__fail(error, ORM_INVALID,
                         "pool_quick_percent must be 1 to 90, or ORM_POOL_FIRST_COME");
    if (options->min_idle < 0 || options->min_idle > options->pool_size)
        return orm__fail(error, ORM_INVALID, "min_idle must be 0 to pool_size");
    if (options->statement_cache_size < 1 || options->statement_cache_size > 65536)
        return orm__fail(error, ORM_INVALID, "statement_cache_size must be 1 to 65536");
    if (options->sandbox && options->reader_count > 0)
        return orm__fail(error, ORM_INVALID, "a sandbox has one connection and no readers");
    if (options->cursor_key_size > 0 && options->cursor_key == NULL)
        return orm__fail(error, ORM_INVALID, "cursor_key is NULL but cursor_key_size is not 0");
    if (options->cursor_key != NULL && options->cursor_key_size < CURSOR_KEY_SIZE)
        return orm__fail(error, ORM_INVALID, "cursor_key must have at least %d bytes",
                         CURSOR_KEY_SIZE);
    return ORM_OK;
}

/* With the mutex held: the first large block that fits and is not more than twice as large. */
static orm__block *take_large(orm_engine *engine, size_t size)
{
    for (orm__block **at = &engine->large_blocks; *at != NULL; at = &(*at)->next) {
        orm__block *block = *at;
        if (block->size < size || block->size / 2 > size)
            continue;
        *at = block->next;
        engine->large_block_count--;
        return block;
    }
    return NULL;
}

static orm__block *take_block(void *context, size_t size)
{
    orm_engine *engine = context;
    orm__block *block = NULL;
    (void)pthread_mutex_lock(&engine->block_mutex);
    if (size > ORM_ARENA_BLOCK_SIZE) {
        block = take_large(engine, size);
    } else if (size == ORM_ARENA_BLOCK_SIZE && engine->blocks != NULL) {
        block = engine->blocks;
        engine->blocks = block->next;
    }
    if (block != NULL)
        engine->block_bytes -= block->size;
    (void)pthread_mutex_unlock(&engine->block_mutex);
    return block;
}

static bool give_block(void *context, orm__block *block)
{
    orm_engine *engine = context;
    bool large = block->size > ORM_ARENA_BLOCK_SIZE;
    if (block->size < ORM_ARENA_BLOCK_SIZE || block->size > ORM__BLOCK_SIZE_KEPT)
        return false;
    (void)pthread_mutex_lock(&engine->block_mutex);
    bool room = block->size <= ORM__BLOCK_BYTES_KEPT - engine->block_bytes &&
                (!large || engine->large_block_count < ORM__LARGE_BLOCKS_KEPT);
    if (room) {
        orm__block **list = large ? &engine->large_blocks : &engine->blocks;
        block->next = *list;
        *list = block;
        engine->large_block_count += large;
        engine->block_bytes += block->size;
    }
    (void)pthread_mutex_unlock(&engine->block_mutex);
    return room;
}

static orm_status init_locks(orm_engine *engine, orm_error *error)
{
    if (pthread_mutex_init(&engine->block_mutex, NULL) != 0)
        return orm__fail(error, ORM_RESOURCE, "cannot make a mutex");
    bool tenants = pthread_mutex_init(&engine->tenant_mutex, NULL) == 0;
    bool starts = tenants && orm__starts_init(&engine->starts);
    if (starts && pthread_rwlock_init(&engine->subscription_lock, NULL) == 0)
        return ORM_OK;
    if (starts)
        orm__starts_dispose(&engine->starts);
    if (tenants)
        (void)pthread_mutex_destroy(&engine->tenant_mutex);
    (void)pthread_mutex_destroy(&engine->block_mutex);
    return orm__fail(error, ORM_RESOURCE, "cannot make a lock");
}

static void dispose_locks(orm_engine *engine)
{
    (void)pthread_rwlock_destroy(&engine->subscription_lock);
    orm__starts_dispose(&engine->starts);
    (void)pthread_mutex_destroy(&engine->tenant_mutex);
    (void)pthread_mutex_destroy(&engine->block_mutex);
}

static orm_status choose_driver(orm_engine *engine, orm_error *error)
{
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
        if (engine->driver == NULL && drivers[i]->accepts(engine->options.url))
            engine->driver = drivers[i];
    if (engine->driver != NULL)
        return ORM_OK;
    return orm__fail(error, ORM_INVALID,
                     "the database URL is of no known kind; write sqlite:PATH, sqlite::memory:, "
                     "postgresql://… or "
                     "libpq's keyword form (host=… dbname=…)");
}

static orm_status copy_url(orm_engine *engine, orm_error *error)
{
    const char *url =
        engine->options.url != NULL ? engine->options.url : getenv("ORM_DATABASE_URL");
    engine->options.url = NULL;
    if (url == NULL || url[0] == '\0')
        return orm__fail(error, ORM_INVALID,
                         "no database URL: set .url or the environment's ORM_DATABASE_URL");
    size_t size = strlen(url) + 1;
    char *copy = orm__alloc(&engine->allocator, size);
    if (copy == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    memcpy(copy, url, size);
    engine->options.url = copy;
    return ORM_OK;
}

static void free_url(orm_engine *engine)
{
    char *url = (char *)(uintptr_t)engine->options.url;
    if (url != NULL)
        orm__free(&engine->allocator, url, strlen(url) + 1);
}

static orm_status start_runtime(orm_engine *engine, orm_error *error)
{
    engine->target.runtime = engine->options.runtime;
    if (engine->options.runtime != NULL)
        return ORM_OK;
    orm_status status = orm__thread_runtime_init(&engine->threads, &engine->allocator, 0);
    if (status != ORM_OK)
        return orm__fail(error, status, "cannot start the thread runtime");
    engine->own_threads = true;
    engine->target.runtime = &engine->threads.runtime;
    return ORM_OK;
}

static void bound_to_one(orm_engine *engine)
{
    engine->options.pool_size = 1;
    engine->options.max_overflow = ORM_POOL_NO_OVERFLOW;
    engine->options.pool_recycle_ms = 0;
    engine->options.pool_idle_timeout_ms = 0;
    if (engine->options.min_idle > 1)
        engine->options.min_idle = 1;
}

/* sqlite::memory: is one database on one connection. */
static void bound_memory_pool(orm_engine *engine)
{
    if (engine->driver->dialect == ORM_DIALECT_SQLITE &&
        strcmp(engine->options.url, "sqlite::memory:") == 0)
        bound_to_one(engine);
}

static orm_status make_cursor_key(orm_engine *engine, orm_error *error)
{
    orm_engine_options *options = &engine->options;
    bool made = options->cursor_key == NULL
                    ? orm__mac_key_random(&engine->cursor_key)
                    : orm__mac_key_derive(options->cursor_key, options->cursor_key_size,
                                          &engine->cursor_key);
    options->cursor_key = NULL;
    return made ? ORM_OK : orm__fail(error, ORM_RESOURCE, "cannot make a key for cursors");
}

static orm_status open_parts(orm_engine *engine, orm_error *error)
{
    orm_status status = copy_url(engine, error);
    if (status == ORM_OK)
        status = choose_driver(engine, error);
    if (status == ORM_OK)
        status = make_cursor_key(engine, error);
    if (status == ORM_OK)
        status = start_runtime(engine, error);
    if (status != ORM_OK)
        return status;
    bound_memory_pool(engine);
    if (engine->options.sandbox)
        bound_to_one(engine);
    engine->target.options = &engine->options;
    engine->target.allocator = &engine->allocator;
    status = engine->driver->setup(&engine->target, &engine->target.shared, error);
    if (status != ORM_OK)
        return status;
    status = orm__pool_init(&engine->pool, engine, &engine->target, error);
    if (status == ORM_OK) {
        status = orm__readers_open(engine, error);
        if (status != ORM_OK)
            orm__pool_dispose(&engine->pool);
    }
    if (status != ORM_OK)
        engine->driver->teardown(&engine->target, engine->target.shared);
    return status;
}

static void free_blocks(orm_engine *engine, orm__block *blocks)
{
    while (blocks != NULL) {
        orm__block *block = blocks;
        blocks = block->next;
        orm__free(&engine->allocator, block, block->size);
    }
}

static void free_engine(orm_engine *engine)
{
    orm_allocator allocator = engine->allocator;
    if (engine->own_threads)
        orm__thread_runtime_dispose(&engine->threads);
    free_blocks(engine, engine->blocks);
    free_blocks(engine, engine->large_blocks);
    free_url(engine);
    orm__mac_key_erase(&engine->cursor_key);
    dispose_locks(engine);
    orm__free(&allocator, engine, sizeof *engine);
}

orm_status orm_engine_open(const orm_engine_options *options, orm_engine **engine_out,
                           orm_error *error)
{
    static const orm_engine_options none;
    orm_engine_options filled = options != NULL ? *options : none;
    *engine_out = NULL;
    if (error != NULL)
        memset(error, 0, sizeof *error);
    fill_defaults(&filled);
    orm_status status = check_options(&filled, error);
    if (status != ORM_OK)
        return status;
    orm_engine *engine = orm__alloc_zero(&filled.allocator, sizeof *engine);
    if (engine == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    engine->options = filled;
    engine->allocator = filled.allocator;
    engine->block_cache =
        (orm__block_cache){.context = engine, .take = take_block, .give = give_block};
    status = init_locks(engine, error);
    if (status != ORM_OK) {
        orm__free(&filled.allocator, engine, sizeof *engine);
        return status;
    }
    status = open_parts(engine, error);
    if (status != ORM_OK) {
        free_engine(engine);
        return status;
    }
    *engine_out = engine;
    return ORM_OK;
}

orm_status orm_engine_close(orm_engine *engine, orm_error *error)
{
    /* In a forked child the parent's locks and sockets are not to be touched. */
    if (engine == NULL || !orm__pool_is_ours(&engine->pool))
        return ORM_OK;
    orm_status status = orm__tenants_check(engine, error);
    /* What a test left open must not keep the next one waiting. */
    if (status != ORM_OK && engine->options.sandbox)
        orm__pool_cut(&engine->pool);
    if (status != ORM_OK)
        return status;
    orm__pool_dispose(&engine->pool);
    orm__readers_close(engine);
    while (engine->subscriptions != NULL)
        orm_engine_unsubscribe(engine, engine->subscriptions);
    engine->driver->teardown(&engine->target, engine->target.shared);
    free_engine(engine);
    return ORM_OK;
}

void orm_engine_dispose(orm_engine *engine)
{
    orm__pool_retire_all(&engine->pool);
    for (size_t i = 0; i < engine->reader_count; i++)
        orm__pool_retire_all(&engine->readers[i].pool);
}

orm_dialect_name orm_engine_dialect(const orm_engine *engine)
{
    return engine->driver->dialect;
}

void orm_engine_get_status(orm_engine *engine, orm_engine_status *status_out)
{
    orm__pool_status(&engine->pool, status_out);
}
