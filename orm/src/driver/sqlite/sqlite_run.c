/* Flights: SQLite has no wire, so the statements of one simply run in turn. */
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"

#define NAP_STEP    INT64_C(1000000)
#define NAP_LONGEST INT64_C(5000000)

static bool passes_by_waiting(int code)
{
    return code == SQLITE_BUSY || code == SQLITE_BUSY_RECOVERY || code == SQLITE_BUSY_TIMEOUT ||
           code == SQLITE_LOCKED_SHAREDCACHE;
}

bool orm__sqlite_nap(orm__link *link, int code, int64_t *pause, orm_status *status_out,
                     orm_error *error)
{
    if (!passes_by_waiting(code)) return false;
    if (*pause < NAP_LONGEST) *pause += NAP_STEP;
    int64_t left = link->deadline == ORM_NO_DEADLINE ? NAP_LONGEST : link->deadline - orm__now();
    if (left <= 0) {
        *status_out = orm__fail(error, ORM_BUSY, "the database was locked until the deadline");
        if (error != NULL) error->native_code = code;
        return false;
    }
    orm_status status = link->runtime->sleep(link->runtime->context, *pause < left ? *pause : left);
    if (status == ORM_CANCELLED || orm__sqlite_is_cancelled(link))
        *status_out =
            orm__fail(error, ORM_CANCELLED, "cancelled while the database was locked");
    return *status_out == ORM_OK;
}

static orm_status fail_rows(orm__rows *rows, orm_status status)
{
    rows->status = status;
    rows->done = true;
    return status;
}

/* The first step takes the locks, so it may have to wait for them. */
static orm_status first_step(orm__rows *rows, int *code_out, orm_error *error)
{
    int64_t pause = 0;
    orm_status status = ORM_OK;
    rows->started = true;
    *code_out = sqlite3_step(rows->stmt);
    while (*code_out != SQLITE_ROW && *code_out != SQLITE_DONE &&
           orm__sqlite_nap(rows->link, *code_out, &pause, &status, error)) {
        (void)sqlite3_reset(rows->stmt);
        *code_out = sqlite3_step(rows->stmt);
    }
    if (status != ORM_OK) return status;
    /* A table that has changed is found now: SQLite prepares again by itself. */
    uint16_t expected = rows->call->statement->column_count;
    bool stepped = *code_out == SQLITE_ROW || *code_out == SQLITE_DONE;
    if (stepped && expected != UINT16_MAX && sqlite3_column_count(rows->stmt) != expected)
        return orm__fail(error, ORM_SCHEMA, "the statement returns %d columns instead of %u",
                         sqlite3_column_count(rows->stmt), (unsigned)expected);
    return ORM_OK;
}

orm_status orm__sqlite_next(orm__rows *rows, bool *more_out, orm_error *error)
{
    int code;
    *more_out = false;
    if (rows->status != ORM_OK) return orm__fail(error, rows->status, "the statement has failed");
    if (rows->done) return ORM_OK;
    if (rows->started) {
        code = sqlite3_step(rows->stmt);
    } else {
        orm_status status = first_step(rows, &code, error);
        if (status != ORM_OK) return fail_rows(rows, status);
    }
    if (code == SQLITE_ROW) {
        rows->call->rows++;
        *more_out = true;
        return ORM_OK;
    }
    rows->done = true;
    return code == SQLITE_DONE ? ORM_OK
                               : fail_rows(rows, orm__sqlite_fail(rows->link, code, error));
}

static orm_status drain(orm__rows *rows, orm_error *error)
{
    bool more = true;
    orm_status status = ORM_OK;
    while (status == ORM_OK && more) status = orm__sqlite_next(rows, &more, error);
    return status;
}

/* Gives the rows to who wants them; what writes runs to its end whoever reads it. */
static orm_status consume(orm__rows *rows, orm_error *error)
{
    orm__call *call = rows->call;
    if (call->consume == NULL) return drain(rows, error);
    orm_status status = call->consume(call, rows, error);
    if (status == ORM_OK && rows->status != ORM_OK)
        status = orm__fail(error, rows->status, "the statement has failed");
    if (status == ORM_OK && (rows->prepared->writes || !rows->started)) {
        int64_t seen = call->rows;
        status = drain(rows, error);
        call->rows = seen;
    }
    return status;
}

/* `*database_out`: it is the database that failed, not who took the rows. */
static orm_status step_all(orm__link *link, orm__sqlite_prepared *prepared, orm__call *call,
                           bool *database_out, orm_error *error)
{
    orm__rows rows = {.link = link, .prepared = prepared, .stmt = prepared->stmt, .call = call};
    int64_t before = prepared->writes ? sqlite3_total_changes64(link->handle) : 0;
    orm_status status = consume(&rows, error);
    *database_out = rows.status != ORM_OK;
    int code = sqlite3_reset(prepared->stmt);
    /* A statement left in its middle ends here, and outside a transaction commits. */
    if (status == ORM_OK && code != SQLITE_OK) {
        *database_out = true;
        status = orm__sqlite_fail(link, code, error);
    }
    /* Only INSERT, UPDATE and DELETE set the number of changes; after others it is an old one. */
    if (prepared->writes && sqlite3_total_changes64(link->handle) != before)
        call->affected = sqlite3_changes64(link->handle);
    return status;
}

static orm_status run_statement(orm__link *link, orm__call *call, bool *database_out,
                                orm_error *error)
{
    orm__sqlite_prepared *prepared = NULL;
    *database_out = true;
    orm_status status = orm__sqlite_acquire(link, call->statement, &prepared, error);
    if (status != ORM_OK) return status;
    if (link->read_only && prepared->writes)
        status =
            orm__fail(error, ORM_READ_ONLY, "a statement that writes in a read-only transaction");
    if (status == ORM_OK) status = orm__sqlite_bind(link, prepared, call, error);
    if (status == ORM_OK) status = step_all(link, prepared, call, database_out, error);
    orm__sqlite_release(link, prepared);
    return status;
}

static bool in_transaction(const orm__link *link)
{
    return sqlite3_get_autocommit(link->handle) == 0;
}

/* Ends the transaction whatever state it is in. */
static void abandon(orm__link *link)
{
    if (in_transaction(link) &&
        sqlite3_exec(link->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK &&
        in_transaction(link))
        link->broken = true;
    link->failed = false;
    link->read_only = false;
}

/* In a failed transaction only going back before the failure is possible, as on PostgreSQL. */
static bool goes_back(const orm__statement *statement)
{
    static const char words[] = "ROLLBACK TO";
    return sqlite3_strnicmp(statement->sql, words, sizeof words - 1) == 0;
}

static bool stands_within(const orm__statement *statement)
{
    static const char word[] = "RELEASE";
    return sqlite3_strnicmp(statement->sql, word, sizeof word - 1) == 0;
}

/* Goes back to the beginning of what stands for a transaction within another one. */
static orm_status run_back(orm__link *link, orm__call *call, orm_error *error)
{
    bool database = false;
    link->failed = false;
    link->read_only = false;
    orm_status status = run_statement(link, call, &database, error);
    if (status != ORM_OK) link->broken = true;
    return status;
}

static orm_status run_control(orm__link *link, orm__call *call, orm_error *error)
{
    bool database = false;
    orm_status status = ORM_OK;
    switch (call->statement->control) {
    case ORM__CONTROL_BEGIN_READ_ONLY:
    case ORM__CONTROL_BEGIN:
        status = run_statement(link, call, &database, error);
        if (status == ORM_OK)
            link->read_only = call->statement->control == ORM__CONTROL_BEGIN_READ_ONLY;
        return status;
    case ORM__CONTROL_COMMIT:
        if (link->failed) {
            if (!stands_within(call->statement)) abandon(link);
            return orm__fail(error, ORM_FAILED_TRANSACTION,
                             "the transaction had failed and was rolled back");
        }
        status = run_statement(link, call, &database, error);
        if (status != ORM_OK && !stands_within(call->statement)) abandon(link);
        link->read_only = false;
        return status;
    default:
        if (goes_back(call->statement)) return run_back(link, call, error);
        /* SQLite may have rolled back by itself; there is nothing to do then. */
        if (in_transaction(link)) (void)run_statement(link, call, &database, NULL);
        abandon(link);
        if (!link->broken) return ORM_OK;
        return orm__fail(error, ORM_DISCONNECTED, "the transaction could not be rolled back");
    }
}

static orm_status run_call(orm__link *link, orm__call *call, orm_error *error)
{
    bool database = false;
    if (link->broken) return orm__fail(error, ORM_DISCONNECTED, "the connection is of no more use");
    if (call->statement->control != ORM__CONTROL_NONE) return run_control(link, call, error);
    bool returns = link->failed && in_transaction(link) && goes_back(call->statement);
    if (link->failed && !returns)
        return orm__fail(error, ORM_FAILED_TRANSACTION,
                         "an earlier statement of the transaction failed");
    bool inside = in_transaction(link);
    orm_status status = call->held != NULL ? orm__sqlite_run_held(link, call, &database, error)
                                           : run_statement(link, call, &database, error);
    if (status == ORM_OK && returns) link->failed = false;
    /* SQLite would go on after most failures, and after some has rolled back without a word. */
    if (status != ORM_OK && inside && (database || !in_transaction(link))) link->failed = true;
    return status;
}

static orm_status run_timed(orm__link *link, orm__call *call, bool timed, orm_error *error)
{
    call->affected = 0;
    call->rows = 0;
    call->bytes = 0;
    call->started = timed ? orm__now() : 0;
    call->status = run_call(link, call, error);
    call->ended = timed ? orm__now() : 0;
    return call->status;
}

static void skip(orm__call *call)
{
    call->status = ORM_FAILED_TRANSACTION;
    call->affected = call->rows = call->bytes = call->started = call->ended = 0;
}

/* A flight on its way to a thread. */
typedef struct trip {
    orm__link *link;
    orm__flight *flight;
    orm_deadline deadline;
    orm_error *error;
    orm_status status;
} trip;

static void fly(void *argument)
{
    trip *it = argument;
    orm__link *link = it->link;
    orm__flight *flight = it->flight;
    /* A consumer may run another flight, so what belongs to this one is put back. */
    orm_deadline outer = link->deadline;
    const atomic_bool *outer_cancel = link->cancel;
    orm__arena_mark mark = orm__arena_get_mark(&link->scratch);
    link->deadline = it->deadline;
    link->cancel = flight->cancel;
    link->pending.status = ORM_OK;
    size_t at = 0;
    while (at < flight->count && it->status == ORM_OK)
        it->status = run_timed(link, &flight->calls[at++], flight->timed, it->error);
    while (at < flight->count) skip(&flight->calls[at++]);
    orm__arena_release(&link->scratch, mark);
    link->deadline = outer;
    link->cancel = outer_cancel;
}

static orm_status refuse(orm__flight *flight, orm_status status)
{
    for (size_t i = 0; i < flight->count; i++) skip(&flight->calls[i]);
    if (flight->count > 0) flight->calls[0].status = status;
    return status;
}

orm_status orm__sqlite_run(orm__link *link, orm__flight *flight, orm_deadline deadline,
                           orm_error *error)
{
    trip it = {.link = link, .flight = flight, .deadline = deadline, .error = error};
    orm_status status = orm__sqlite_take_turn(link, flight, deadline, error);
    if (status != ORM_OK) return refuse(flight, status);
    status = orm__run_blocking(link->runtime, fly, &it);
    if (status != ORM_OK) {
        it.status = refuse(flight, status);
        (void)orm__fail(error, status, "no thread to run SQLite on");
    }
    orm__sqlite_end_turn(link);
    return it.status;
}

orm__transaction orm__sqlite_transaction(orm__link *link)
{
    if (link->broken) return ORM__TRANSACTION_BROKEN;
    if (link->failed) return ORM__TRANSACTION_FAILED;
    return in_transaction(link) ? ORM__TRANSACTION_ACTIVE : ORM__TRANSACTION_IDLE;
}
