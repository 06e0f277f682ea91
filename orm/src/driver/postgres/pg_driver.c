/* The PostgreSQL driver's table, and the life of a link. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/present.h"
#include "driver/postgres/pg_link.h"
#include "driver/postgres/pg_rows.h"

#define GOODBYE_NS (INT64_C(100) * 1000 * 1000)

static bool accepts(const char *url)
{
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0 ||
           (strncmp(url, "sqlite:", 7) != 0 && strchr(url, '=') != NULL);
}

static void free_link(orm__link *link)
{
    const orm_allocator *allocator = link->target->allocator;
    orm__pg_drop_notice(link);
    orm__free(allocator, link->doomed, link->doomed_capacity * sizeof *link->doomed);
    orm__arena_dispose(&link->scratch);
    orm__free(allocator, link, sizeof *link);
}

/* Differs from connection to connection, also of other processes and machines. */
static uint32_t make_tag(const orm__link *link)
{
    struct {
        int64_t now;
        int64_t wall;
        const void *link;
        int64_t process;
    } facts = {orm__now(), orm__wall_clock(), link, (int64_t)getpid()};
    return (uint32_t)orm__hash_bytes(&facts, sizeof facts);
}

static orm_status open_link(const orm__target *target, orm_deadline deadline, orm__link **link_out,
                            orm_error *error)
{
    *link_out = NULL;
    orm__link *link = orm__alloc_zero(target->allocator, sizeof *link);
    if (link == NULL) return orm__fail(error, ORM_NOMEM, "no memory for a connection");
    link->target = target;
    link->socket = -1;
    orm__arena_init(&link->scratch, target->allocator, NULL);
    orm_status status = orm__pg_connect(target, deadline, &link->pg, error);
    if (status != ORM_OK) {
        free_link(link);
        return status;
    }
    /* The first block stays, so that small flights allocate nothing. */
    bool ready = orm__arena_alloc(&link->scratch, 1) != NULL &&
                 PQsetnonblocking(link->pg, 1) == 0 && PQenterPipelineMode(link->pg) == 1;
    if (!ready) {
        orm__pg_finish(target, link->pg);
        free_link(link);
        return orm__fail(error, ORM_NOMEM, "no memory for a connection");
    }
    link->transaction = ORM__TRANSACTION_IDLE;
    link->socket = PQsocket(link->pg);
    link->tag = make_tag(link);
    *link_out = link;
    return ORM_OK;
}

static bool leave(orm__link *link)
{
    const orm_runtime *runtime = link->target->runtime;
    orm_deadline deadline = orm__now() + GOODBYE_NS;
    char rest[256];
    int ready = 0;
    ssize_t size = 1;
    if (link->transaction == ORM__TRANSACTION_BROKEN) return false;
    if (shutdown(PQsocket(link->pg), SHUT_WR) != 0) return false;
    while (size > 0) {
        orm_status status = runtime->wait(runtime->context, PQsocket(link->pg), ORM_WAIT_READ,
                                          deadline, &ready);
        if (status == ORM_OK)
            size = recv(PQsocket(link->pg), rest, sizeof rest, MSG_DONTWAIT);
        else if (status != ORM_CANCELLED)
            break;
    }
    return size == 0;
}

static void close_link(orm__link *link)
{
    if (link == NULL) return;
    if (link->socket >= 0 && link->target->runtime->forget != NULL)
        link->target->runtime->forget(link->target->runtime->context, link->socket);
    if (link->transaction == ORM__TRANSACTION_BROKEN || !orm__may_block(link->target->runtime))
        orm__pg_finish(link->target, link->pg);
    else PQfinish(link->pg);
    free_link(link);
}

static orm__transaction transaction(orm__link *link)
{
    return link->transaction;
}

/* What DISCARD ALL does, but of prepared statements only those made by SQL: others are ours. */
static const char *const reset[] = {
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET ALL",
    "CLOSE ALL",
    "UNLISTEN *",
    "SELECT pg_advisory_unlock_all()",
    "DISCARD TEMP",
    "DISCARD SEQUENCES",
    "DO $orm$ DECLARE n text; BEGIN FOR n IN SELECT name FROM pg_catalog.pg_prepared_statements"
    " WHERE from_sql LOOP EXECUTE pg_catalog.format('DEALLOCATE %I', n); END LOOP; END $orm$",
    NULL,
};

const orm__driver orm__driver_postgresql = {
    .name = "postgresql",
    .dialect = ORM_DIALECT_POSTGRESQL,
    .control =
        {
            [ORM__CONTROL_NONE] = NULL,
            [ORM__CONTROL_BEGIN] = "BEGIN",
            [ORM__CONTROL_BEGIN_READ_ONLY] = "BEGIN READ ONLY",
            [ORM__CONTROL_COMMIT] = "COMMIT",
            [ORM__CONTROL_ROLLBACK] = "ROLLBACK",
        },
    .ping_rides = true,
    .commit_rides = true,
    .reset = reset,
    .accepts = accepts,
    .setup = orm__pg_setup,
    .teardown = orm__pg_teardown,
    .open = open_link,
    .close = close_link,
    .leave = leave,
    .ping = orm__pg_ping,
    .transaction = transaction,
    .run = orm__pg_run_flight,
    .copy = orm__pg_copy,
    .notified = orm__pg_notified,
    .forget = orm__pg_forget,
    .next = orm__pg_rows_next,
    .read = orm__pg_rows_read,
    .read_int = orm__pg_rows_read_int,
    .is_null = orm__pg_rows_is_null,
    .column_count = orm__pg_rows_column_count,
    .column_name = orm__pg_rows_column_name,
    .raw_int = orm__pg_rows_raw_int,
    .raw_double = orm__pg_rows_raw_double,
    .raw_text = orm__pg_rows_raw_text,
};
