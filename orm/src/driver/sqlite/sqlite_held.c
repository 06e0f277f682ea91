/* Statements left in their middle: their rows are taken by and by, other statements run between. */
#include "base/allocator.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"

struct orm__held {
    orm__sqlite_prepared *prepared;
    orm__arena memory; /* texts of the bound values, which must outlast the run that bound them */
    bool started;
};

/* What is bound goes to the statement's own memory instead of the run's. */
static orm_status bind(orm__link *link, orm__held *held, const orm__call *call, orm_error *error)
{
    orm__arena scratch = link->scratch;
    link->scratch = held->memory;
    orm_status status = orm__sqlite_bind(link, held->prepared, call, error);
    held->memory = link->scratch;
    link->scratch = scratch;
    return status;
}

static orm_status begin(orm__link *link, orm__call *call, orm_error *error)
{
    orm__held *held = orm__alloc_zero(link->allocator, sizeof *held);
    if (held == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    orm__arena_init(&held->memory, link->allocator, NULL);
    orm_status status = orm__sqlite_acquire(link, call->statement, &held->prepared, error);
    if (status == ORM_OK && held->prepared->writes)
        status = orm__fail(error, ORM_MISUSE, "only rows that are read can be taken by and by");
    if (status == ORM_OK)
        status = bind(link, held, call, error);
    if (status == ORM_OK)
        *call->held = held;
    else
        orm__sqlite_let_go(link, held);
    return status;
}

orm_status orm__sqlite_run_held(orm__link *link, orm__call *call, bool *database_out,
                                orm_error *error)
{
    *database_out = true;
    orm_status status = *call->held == NULL ? begin(link, call, error) : ORM_OK;
    if (status != ORM_OK)
        return status;
    orm__held *held = *call->held;
    orm__rows rows = {.link = link,
                      .prepared = held->prepared,
                      .stmt = held->prepared->stmt,
                      .call = call,
                      .started = held->started};
    status = call->consume(call, &rows, error);
    if (status == ORM_OK && rows.status != ORM_OK)
        status = orm__fail(error, rows.status, "the statement has failed");
    *database_out = rows.status != ORM_OK;
    held->started = rows.started;
    if (status == ORM_OK && !rows.done)
        return ORM_OK;
    orm__sqlite_let_go(link, held);
    *call->held = NULL;
    return status;
}

void orm__sqlite_let_go(orm__link *link, orm__held *held)
{
    if (held->prepared != NULL) {
        (void)sqlite3_reset(held->prepared->stmt);
        orm__sqlite_release(link, held->prepared);
    }
    orm__arena_dispose(&held->memory);
    orm__free(link->allocator, held, sizeof *held);
}
