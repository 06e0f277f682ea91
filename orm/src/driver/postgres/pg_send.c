/* Putting a flight on its way. */
#include <stdio.h>

#include "base/clock.h"
#include "base/fail.h"
#include "driver/postgres/pg_run.h"

static void add_entry(orm__pg_run *run, orm__pg_sent kind, size_t call, size_t bytes)
{
    orm__pg_entry *entry = &run->entries[run->sent++];
    entry->kind = kind;
    entry->call = call;
    entry->bytes = bytes;
    run->bytes += bytes;
    run->flush_asked = false;
}

static void send_sync(orm__pg_run *run)
{
    if (PQpipelineSync(run->link->pg)) add_entry(run, ORM__PG_SENT_SYNC, 0, 0);
    else run->lost = true;
}

/* Forgotten statements, behind a Sync of their own: a failure there concerns nobody. */
static void send_doomed(orm__pg_run *run)
{
    orm__link *link = run->link;
    char sql[ORM__PG_NAME_SIZE + 16];
    char name[ORM__PG_NAME_SIZE];
    while (link->doomed_count > 0 && !run->lost) {
        uint64_t number = link->doomed[link->doomed_count - 1];
        (void)snprintf(sql, sizeof sql, "DEALLOCATE %s",
                       orm__pg_statement_name(link, number, name));
        if (PQsendQueryParams(link->pg, sql, 0, NULL, NULL, NULL, NULL, 1)) {
            add_entry(run, ORM__PG_SENT_DEALLOCATE, 0, sizeof sql);
            link->doomed_count--;
        } else {
            run->lost = true;
        }
    }
    if (!run->lost) send_sync(run);
}

/*
 * Whether the types of raw SQL's values differ from those the statement was prepared with. NULL
 * goes with all.
 */
static bool fits_prepared(const orm__pg_prepared *prepared, const orm__pg_params *params)
{
    if (prepared->oid_count != (uint32_t)params->count) return false;
    for (int i = 0; i < params->count; i++)
        if (params->values[i] != NULL && params->oids[i] != prepared->oids[i]) return false;
    return true;
}

static bool send_prepare(orm__pg_run *run, size_t index, const orm__pg_params *params)
{
    orm__statement *statement = run->flight->calls[index].statement;
    orm__pg_prepared *prepared = statement->handle;
    if (prepared != NULL && fits_prepared(prepared, params)) return true;
    orm__pg_forget(run->link, statement);
    if (orm__pg_prepared_new(run->link, statement, params->oids, (size_t)params->count) != ORM_OK) {
        if (!run->failed) (void)orm__fail(run->error, ORM_NOMEM, "no memory for a statement");
        orm__pg_note_failure(run, index, ORM_NOMEM);
        return false;
    }
    prepared = statement->handle;
    if (!PQsendPrepare(run->link->pg, prepared->text, statement->sql, params->count,
                       params->oids)) {
        run->lost = true;
        return false;
    }
    add_entry(run, ORM__PG_SENT_PREPARE, index, statement->sql_size);
    return true;
}

static void send_call(orm__pg_run *run, size_t index)
{
    orm__call *call = &run->flight->calls[index];
    const orm__pg_params *params = &run->params[index];
    const char *const *values = params->values;
    int sent;
    if (run->flight->timed) call->started = orm__now();
    if (call->statement->once || run->link->target->options->no_prepared_statements) {
        sent = PQsendQueryParams(run->link->pg, call->statement->sql, params->count, params->oids,
                                 values, params->lengths, params->formats, 1);
    } else {
        if (!send_prepare(run, index, params)) return;
        const orm__pg_prepared *prepared = call->statement->handle;
        sent = PQsendQueryPrepared(run->link->pg, prepared->text, params->count, values,
                                   params->lengths, params->formats, 1);
    }
    if (sent) add_entry(run, ORM__PG_SENT_EXECUTE, index, params->bytes + 64);
    else run->lost = true;
}

static bool is_full(const orm__pg_run *run)
{
    return run->sent - run->answered >= ORM__PG_IN_FLIGHT || run->bytes >= ORM__PG_IN_FLIGHT_BYTES;
}

/*
 * Refilling waits until half is answered, so that the server is not asked to flush for each
 * statement.
 */
static bool is_half_full(const orm__pg_run *run)
{
    return run->sent - run->answered > ORM__PG_IN_FLIGHT / 2 ||
           run->bytes > ORM__PG_IN_FLIGHT_BYTES / 2;
}

static bool has_more(const orm__pg_run *run)
{
    return run->next_call < run->flight->count && !run->failed && run->stopping == ORM_OK;
}

void orm__pg_send(orm__pg_run *run)
{
    if (run->sync_sent || run->lost || run->over) return;
    bool first = run->sent == 0;
    /* Alone in front, so that it is answered whatever becomes of the statements. */
    if (first && run->flight->ping) send_sync(run);
    if (first && run->link->doomed_count > 0 && run->link->transaction == ORM__TRANSACTION_IDLE &&
        !run->lost)
        send_doomed(run);
    if (has_more(run) && run->flush_asked && is_half_full(run)) return;
    while (has_more(run) && !run->lost && (!is_full(run) || run->sent == run->answered)) {
        send_call(run, run->next_call);
        run->next_call++;
    }
    if (run->lost) return;
    if (!has_more(run)) {
        send_sync(run);
        run->sync_sent = !run->lost;
    } else if (!run->flush_asked) {
        /* Before a Sync the server keeps its answers until its buffer is full. */
        run->flush_asked = PQsendFlushRequest(run->link->pg) == 1;
        run->lost = !run->flush_asked;
    }
}
