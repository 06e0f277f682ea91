#include "exec/connection.h"

#include <string.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"
#include "sql/fingerprint.h"

/* What a sandbox sends instead. */
static const char *const sandboxed[ORM__CONTROL_COUNT] = {
    [ORM__CONTROL_BEGIN] = "SAVEPOINT " ORM__SANDBOX,
    [ORM__CONTROL_BEGIN_READ_ONLY] = "SAVEPOINT " ORM__SANDBOX,
    [ORM__CONTROL_COMMIT] = "RELEASE SAVEPOINT " ORM__SANDBOX,
    [ORM__CONTROL_ROLLBACK] = "ROLLBACK TO SAVEPOINT " ORM__SANDBOX,
};

static void prepare_control(orm__connection *connection)
{
    const char *const *texts = connection->sandbox ? sandboxed : connection->driver->control;
    for (int i = ORM__CONTROL_BEGIN; i < ORM__CONTROL_COUNT; i++) {
        orm__statement *statement = &connection->control[i];
        statement->sql = texts[i];
        statement->sql_size = strlen(statement->sql);
        statement->control = (orm__control)i;
        statement->once = true;
        statement->fingerprint = orm__fingerprint(statement->sql, statement->sql_size);
        statement->number = connection->next_number++;
    }
}

/* The transaction that a sandbox never commits. */
static orm_status begin_sandbox(orm__connection *connection, orm_deadline deadline,
                                orm_error *error)
{
    const char *sql = connection->driver->control[ORM__CONTROL_BEGIN];
    orm__statement begin = {.sql = sql, .sql_size = strlen(sql), .once = true};
    orm__call call = {.statement = &begin};
    orm__flight flight = {.calls = &call, .count = 1};
    if (!connection->sandbox)
        return ORM_OK;
    return connection->driver->run(connection->link, &flight, deadline, error);
}

orm_status orm__connection_open(const orm__driver *driver, const orm__target *target,
                                orm_deadline deadline, orm__connection **connection_out,
                                orm_error *error)
{
    *connection_out = NULL;
    orm__connection *connection = orm__alloc_zero(target->allocator, sizeof *connection);
    if (connection == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    connection->driver = driver;
    connection->allocator = target->allocator;
    connection->cached_limit = (size_t)target->options->statement_cache_size;
    connection->next_number = 1;
    connection->flight = 1;
    connection->opened_at = orm__now();
    connection->sandbox = target->options->sandbox;
    orm_status status = driver->open(target, deadline, &connection->link, error);
    if (status == ORM_OK)
        status = begin_sandbox(connection, deadline, error);
    if (status != ORM_OK) {
        if (connection->link != NULL)
            driver->close(connection->link);
        orm__free(target->allocator, connection, sizeof *connection);
        return status;
    }
    prepare_control(connection);
    *connection_out = connection;
    return ORM_OK;
}

static void free_cached(orm__connection *connection, orm__cached *cached)
{
    const orm_allocator *allocator = connection->allocator;
    orm__statement *statement = &cached->statement;
    if (statement->handle != NULL)
        connection->driver->forget(connection->link, statement);
    orm__free(allocator, (void *)(uintptr_t)statement->sql, statement->sql_size + 1);
    orm__free(allocator, (void *)(uintptr_t)statement->params,
              statement->param_count * sizeof(orm__param));
    orm__free(allocator, (void *)(uintptr_t)statement->fields,
              statement->field_count * sizeof(orm__field));
    orm__free(allocator, cached->shape, cached->shape_size);
    orm__free(allocator, cached, sizeof *cached);
}

void orm__connection_forget_plans(orm__connection *connection)
{
    const orm__driver *driver = connection->driver;
    for (orm__cached *cached = connection->newest; cached != NULL; cached = cached->older)
        if (cached->statement.handle != NULL)
            driver->forget(connection->link, &cached->statement);
    for (int i = ORM__CONTROL_BEGIN; i < ORM__CONTROL_COUNT; i++)
        if (connection->control[i].handle != NULL)
            driver->forget(connection->link, &connection->control[i]);
}

static void close_link(orm__connection *connection)
{
    if (connection->link == NULL)
        return;
    orm__connection_forget_plans(connection);
    connection->driver->close(connection->link);
    connection->link = NULL;
}

void orm__connection_cut(orm__connection *connection)
{
    close_link(connection);
}

void orm__connection_close(orm__connection *connection)
{
    if (connection == NULL)
        return;
    close_link(connection);
    while (connection->newest != NULL) {
        orm__cached *cached = connection->newest;
        connection->newest = cached->older;
        free_cached(connection, cached);
    }
    orm__free(connection->allocator, connection, sizeof *connection);
}

orm_status orm__connection_reopen(orm__connection *connection, const orm__target *target,
                                  orm_deadline deadline, orm_error *error)
{
    close_link(connection);
    connection->opened_at = orm__now();
    orm_status status = connection->driver->open(target, deadline, &connection->link, error);
    return status == ORM_OK ? begin_sandbox(connection, deadline, error) : status;
}

orm__transaction orm__connection_state(const orm__connection *connection)
{
    return connection->link != NULL ? connection->driver->transaction(connection->link)
                                    : ORM__TRANSACTION_BROKEN;
}

static void unlink_from_use(orm__connection *connection, orm__cached *cached)
{
    if (cached->newer != NULL)
        cached->newer->older = cached->older;
    else
        connection->newest = cached->older;
    if (cached->older != NULL)
        cached->older->newer = cached->newer;
    else
        connection->oldest = cached->newer;
}

static void put_newest(orm__connection *connection, orm__cached *cached)
{
    cached->newer = NULL;
    cached->older = connection->newest;
    if (connection->newest != NULL)
        connection->newest->newer = cached;
    else
        connection->oldest = cached;
    connection->newest = cached;
}

orm__statement *orm__connection_lookup(orm__connection *connection, const char *shape, size_t size,
                                       uint64_t hash)
{
    orm__cached *cached = connection->buckets[hash % ORM__CACHE_BUCKETS];
    while (cached != NULL && (cached->hash != hash || cached->shape_size != size ||
                              memcmp(cached->shape, shape, size) != 0))
        cached = cached->chain;
    if (cached == NULL)
        return NULL;
    if (cached != connection->newest) {
        unlink_from_use(connection, cached);
        put_newest(connection, cached);
    }
    cached->used_in = connection->flight;
    return &cached->statement;
}

static void evict(orm__connection *connection)
{
    while (connection->cached_count >= connection->cached_limit && connection->oldest != NULL &&
           connection->oldest->used_in != connection->flight) {
        orm__cached *cached = connection->oldest;
        orm__cached **at = &connection->buckets[cached->hash % ORM__CACHE_BUCKETS];
        while (*at != cached)
            at = &(*at)->chain;
        *at = cached->chain;
        unlink_from_use(connection, cached);
        free_cached(connection, cached);
        connection->cached_count--;
    }
}

/* Exactly sized copies of what the compiler gathered. False: out of memory, some may be set. */
static bool copy_compiled(orm__connection *connection, orm__cached *cached,
                          const orm__compiled *compiled)
{
    const orm_allocator *allocator = connection->allocator;
    orm__statement *statement = &cached->statement;
    size_t param_size = compiled->param_count * sizeof(orm__param);
    size_t field_size = compiled->field_count * sizeof(orm__field);
    char *sql = orm__alloc(allocator, compiled->sql.size + 1);
    orm__param *params = orm__alloc(allocator, param_size);
    orm__field *fields = orm__alloc(allocator, field_size);
    if (sql != NULL)
        memcpy(sql, compiled->sql.data, compiled->sql.size + 1);
    if (params != NULL && param_size > 0)
        memcpy(params, compiled->params, param_size);
    if (fields != NULL && field_size > 0)
        memcpy(fields, compiled->fields, field_size);
    statement->sql = sql;
    statement->sql_size = compiled->sql.size;
    statement->params = params;
    statement->param_count = (uint16_t)compiled->param_count;
    statement->fields = fields;
    statement->field_count = (uint16_t)compiled->field_count;
    statement->column_count = compiled->column_count;
    return sql != NULL && params != NULL && fields != NULL;
}

orm_status orm__connection_keep(orm__connection *connection, const char *shape, size_t size,
                                uint64_t hash, orm__compiled *compiled,
                                orm__statement **statement_out)
{
    const orm_allocator *allocator = connection->allocator;
    *statement_out = NULL;
    orm__cached *cached = orm__alloc_zero(allocator, sizeof *cached);
    if (cached == NULL)
        return ORM_NOMEM;
    cached->shape = orm__alloc(allocator, size);
    cached->shape_size = size;
    cached->hash = hash;
    if (cached->shape == NULL || !copy_compiled(connection, cached, compiled)) {
        free_cached(connection, cached);
        return ORM_NOMEM;
    }
    memcpy(cached->shape, shape, size);
    cached->used_in = connection->flight;
    cached->statement.number = connection->next_number++;
    cached->statement.fingerprint =
        orm__fingerprint(cached->statement.sql, cached->statement.sql_size);
    evict(connection);
    cached->chain = connection->buckets[hash % ORM__CACHE_BUCKETS];
    connection->buckets[hash % ORM__CACHE_BUCKETS] = cached;
    put_newest(connection, cached);
    connection->cached_count++;
    *statement_out = &cached->statement;
    return ORM_OK;
}
