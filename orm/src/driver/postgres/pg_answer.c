/* Taking the answers of a flight. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "driver/postgres/pg_errors.h"
#include "driver/postgres/pg_rows.h"
#include "driver/postgres/pg_run.h"

void orm__pg_note_failure(orm__pg_run *run, size_t call, orm_status status)
{
    run->flight->calls[call].status = status;
    if (run->failed) return;
    run->failed = true;
    run->failed_call = call;
    run->status = status;
}

/* Where the first failure is reported; later ones are consequences. */
static orm_error *error_of(orm__pg_run *run)
{
    return run->failed ? NULL : run->error;
}

static orm_status check_shape(const orm__statement *statement, const PGresult *result,
                              orm_error *error)
{
    if (statement->column_count != UINT16_MAX && PQnfields(result) != statement->column_count)
        return orm__fail(error, ORM_SCHEMA, "the statement gives %d columns instead of %d",
                         PQnfields(result), (int)statement->column_count);
    return orm__pg_check_fields(result, statement->fields, statement->field_count, error);
}

/* Once per preparation: a prepared statement never changes the shape of its result. */
static orm_status check_result(orm__statement *statement, const PGresult *result, orm_error *error)
{
    orm__pg_prepared *prepared = statement->once ? NULL : statement->handle;
    if (prepared != NULL && prepared->checked) return ORM_OK;
    orm_status status = check_shape(statement, result, error);
    if (status == ORM_OK && prepared != NULL) prepared->checked = true;
    return status;
}

static orm_status consume(orm__pg_run *run, orm__call *call, PGresult *result)
{
    orm_error *error = error_of(run);
    orm__rows rows = {
        .result = result,
        .statement = call->statement,
        .allocator = run->link->target->allocator,
        .row = -1,
        .count = PQntuples(result),
    };
    orm_status status = check_result(call->statement, result, error);
    if (status == ORM_OK && call->consume != NULL) status = call->consume(call, &rows, error);
    call->bytes = rows.bytes;
    if (status != ORM_OK && error != NULL && error->status == ORM_OK)
        (void)orm__fail(error, status, "%s", orm_status_text(status));
    return status;
}

/* Rows written, by the command's tag: "INSERT 0 3", "UPDATE 2". */
static int64_t affected_rows(PGresult *result)
{
    const char *tag = PQcmdStatus(result);
    if (strchr("IUDM", tag[0]) == NULL || tag[0] == '\0') return 0;
    return strtoll(PQcmdTuples(result), NULL, 10);
}

static bool is_committed(PGresult *result)
{
    const char *tag = PQcmdStatus(result);
    return strcmp(tag, "COMMIT") == 0 || strcmp(tag, "RELEASE") == 0;
}

/* The server answers COMMIT of a failed transaction with the tag ROLLBACK, as a success. */
static orm_status check_commit(orm__pg_run *run, const orm__call *call, PGresult *result)
{
    if (call->statement->control != ORM__CONTROL_COMMIT || is_committed(result)) return ORM_OK;
    return orm__fail(error_of(run), ORM_FAILED_TRANSACTION,
                     "the transaction was rolled back: an earlier statement of it had failed");
}

static void take_success(orm__pg_run *run, size_t index, PGresult *result)
{
    orm__call *call = &run->flight->calls[index];
    bool after_failure = run->failed; /* its rows were not taken by the caller; nobody asks now */
    orm_status status = ORM_OK;
    call->rows = PQntuples(result);
    call->affected = call->judged == ORM_OK ? affected_rows(result) : call->rows;
    if (after_failure) {
        /* Done all the same if only the rows could not be taken. */
        if (call->statement->control == ORM__CONTROL_COMMIT && is_committed(result))
            call->status = ORM_OK;
        return;
    }
    status = check_commit(run, call, result);
    if (status == ORM_OK && PQresultStatus(result) == PGRES_TUPLES_OK)
        status = consume(run, call, result);
    call->status = status;
    if (status != ORM_OK) orm__pg_note_failure(run, index, status);
}

/*
 * A statement the server does not have: the handle goes. One that ran into a stale plan goes too.
 */
static void drop_handle(orm__pg_run *run, const orm__pg_entry *entry, bool stale)
{
    orm__statement *statement = run->flight->calls[entry->call].statement;
    if (entry->kind == ORM__PG_SENT_PREPARE || stale) orm__pg_forget(run->link, statement);
}

/* Whether a statement failed by its own judgement: the mark stands in its message. */
static bool is_missed(const orm__call *call, const PGresult *result)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return call->judged != ORM_OK && message != NULL && strstr(message, ORM__MISSED_MARK) != NULL;
}

static orm_status judge_failure(orm__pg_run *run, const orm__call *call, const PGresult *result)
{
    orm_error *error = error_of(run);
    orm_status status = orm__pg_fail(result, call->statement, error);
    if (is_missed(call, result)) status = call->judged;
    /* Whoever cancels is told his own reason. */
    if (run->stopping != ORM_OK && (status == ORM_CANCELLED || status == ORM_TIMEOUT)) {
        status = run->stopping;
        if (status == ORM_TIMEOUT)
            (void)orm__fail(error, status, "the deadline passed; the statement was cancelled");
    }
    /* A server going down may have committed before it said so. */
    if (status == ORM_DISCONNECTED && call->statement->control == ORM__CONTROL_COMMIT)
        status = orm__fail(error, ORM_COMMIT_UNKNOWN,
                           "the connection was lost during COMMIT; its outcome is unknown");
    if (error != NULL) {
        error->status = status;
        error->retryable = orm_status_is_retryable(status);
    }
    return status;
}

/* Whether its answers hold, also without the Sync's: nothing is open behind the last of them. */
static bool is_settled(const orm__flight *flight)
{
    if (flight->count == 0) return false;
    orm__control last = flight->calls[flight->count - 1].statement->control;
    return last == ORM__CONTROL_COMMIT || last == ORM__CONTROL_ROLLBACK;
}

/* What a server says that hangs up after all answers, before the Sync's: the last call failed. */
static void take_last_words(orm__pg_run *run, const PGresult *result)
{
    orm__flight *flight = run->flight;
    bool all = run->sync_sent && run->answered == run->sent - 1;
    bool words = PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL;
    if (!all || !words || run->failed || flight->count == 0 || is_settled(flight)) return;
    size_t last = flight->count - 1;
    orm__pg_note_failure(run, last, judge_failure(run, &flight->calls[last], result));
}

static void take_failure(orm__pg_run *run, const orm__pg_entry *entry, const PGresult *result)
{
    bool made_here = PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL;
    if (made_here && PQstatus(run->link->pg) == CONNECTION_BAD) {
        /* libpq's own words for a connection that ended: no answer to anything. */
        run->lost = run->over = true;
        return;
    }
    if (entry->kind == ORM__PG_SENT_DEALLOCATE) return;
    bool stale = orm__pg_is_stale_plan(result);
    bool first = !run->failed;
    run->refused = true;
    orm_status status = judge_failure(run, &run->flight->calls[entry->call], result);
    orm__pg_note_failure(run, entry->call, status);
    if (first) run->stale = stale;
    drop_handle(run, entry, stale);
}

static void take_ready(orm__pg_run *run, const orm__pg_entry *entry, PGresult *result)
{
    if (entry->kind == ORM__PG_SENT_EXECUTE) {
        take_success(run, entry->call, result);
    } else if (entry->kind == ORM__PG_SENT_PREPARE) {
        orm__pg_prepared *prepared = run->flight->calls[entry->call].statement->handle;
        if (prepared != NULL) prepared->ready = true;
    }
}

/* COPY would take the connection out of pipeline mode for good. */
static void refuse(orm__pg_run *run, const orm__pg_entry *entry, ExecStatusType kind)
{
    orm_status status = kind == PGRES_EMPTY_QUERY ? ORM_INVALID : ORM_UNSUPPORTED;
    (void)orm__fail(error_of(run), status, "%s",
                    status == ORM_INVALID ? "the statement is empty" : "COPY can't be sent so");
    orm__pg_note_failure(run, entry->call, status);
    if (status == ORM_UNSUPPORTED) run->lost = run->over = true;
}

static void take_result(orm__pg_run *run, const orm__pg_entry *entry, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: take_ready(run, entry, result); break;
    case PGRES_PIPELINE_SYNC: break;
    case PGRES_PIPELINE_ABORTED:
        if (entry->kind == ORM__PG_SENT_PREPARE) drop_handle(run, entry, false);
        break;
    case PGRES_NONFATAL_ERROR:
    case PGRES_BAD_RESPONSE:
    case PGRES_FATAL_ERROR: take_failure(run, entry, result); break;
    default: refuse(run, entry, PQresultStatus(result));
    }
    if (entry->kind == ORM__PG_SENT_EXECUTE && run->flight->timed)
        run->flight->calls[entry->call].ended = orm__now();
}

static void end_entry(orm__pg_run *run)
{
    run->bytes -= run->entries[run->answered].bytes;
    run->answered++;
    run->answer_begun = false;
}

void orm__pg_take(orm__pg_run *run)
{
    const orm__pg_entry *entry = &run->entries[run->answered];
    PGresult *result = PQgetResult(run->link->pg);
    if (result == NULL) {
        /* The separator after a statement's result; on a dead connection, all there is. */
        if (run->answer_begun) end_entry(run);
        else if (run->lost || PQstatus(run->link->pg) == CONNECTION_BAD || ++run->silences > 1000)
            run->lost = run->over = true;
        return;
    }
    run->silences = 0;
    bool sync = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    if (sync == (entry->kind == ORM__PG_SENT_SYNC)) {
        take_result(run, entry, result);
    } else { /* the server hangs up, or we and it do not mean the same */
        if (!sync) take_last_words(run, result);
        run->lost = run->over = true;
    }
    run->answer_begun = !run->over;
    if (sync && !run->over) {
        run->flight->answered = run->flight->ping;
        end_entry(run);
    }
    PQclear(result);
}

/*
 * Statuses of what was sent and got no answer, and of what was not sent because the time was over.
 */
static void conclude_call(orm__pg_run *run, size_t index, bool sent)
{
    orm__call *call = &run->flight->calls[index];
    bool commit = call->statement->control == ORM__CONTROL_COMMIT && sent;
    orm_status status = run->stopping != ORM_OK ? run->stopping : ORM_DISCONNECTED;
    if (commit) status = ORM_COMMIT_UNKNOWN;
    if (!run->failed && commit)
        (void)orm__fail(run->error, status,
                        "the connection was lost during COMMIT; its outcome is unknown");
    else if (!run->failed && status == ORM_DISCONNECTED)
        (void)orm__fail(run->error, status, "the connection to the server was lost");
    else if (!run->failed)
        (void)orm__fail(run->error, status, status == ORM_TIMEOUT
                                                ? "the deadline passed before the answer came"
                                                : "cancelled before the answer came");
    orm__pg_note_failure(run, index, status);
}

/*
 * The COMMIT whose outcome nobody knows, if one was sent and not answered; else the flight's count.
 */
static size_t find_open_commit(const orm__pg_run *run)
{
    for (size_t i = run->answered; i < run->sent; i++) {
        const orm__pg_entry *entry = &run->entries[i];
        if (entry->kind == ORM__PG_SENT_EXECUTE && !(i == run->answered && run->answer_begun) &&
            run->flight->calls[entry->call].statement->control == ORM__CONTROL_COMMIT)
            return entry->call;
    }
    return run->flight->count;
}

/*
 * All was answered, and then the connection ended: a transaction that was open is gone. What was
 * answered as done must not pass for something that can be committed.
 */
static void conclude_end(orm__pg_run *run)
{
    if (is_settled(run->flight)) return;
    if (run->flight->count > 0) {
        conclude_call(run, run->flight->count - 1, false);
        return;
    }
    run->status = run->stopping != ORM_OK ? run->stopping : ORM_DISCONNECTED;
    (void)orm__fail(run->error, run->status, "the connection does not answer");
    run->failed = true;
}

void orm__pg_conclude(orm__pg_run *run)
{
    bool known = run->failed;
    /* A statement that failed on the server keeps COMMIT from committing. */
    size_t commit = run->lost && !run->refused ? find_open_commit(run) : run->flight->count;
    if (commit < run->flight->count) conclude_call(run, commit, true);
    for (size_t i = run->answered; i < run->sent; i++) {
        const orm__pg_entry *entry = &run->entries[i];
        if (i == run->answered && run->answer_begun) continue;
        if (entry->kind == ORM__PG_SENT_PREPARE) drop_handle(run, entry, false);
        if (entry->kind == ORM__PG_SENT_EXECUTE && entry->call != commit && !known)
            conclude_call(run, entry->call, false);
    }
    if (!run->failed && run->next_call < run->flight->count)
        conclude_call(run, run->next_call, false);
    if (!run->failed && run->link->transaction == ORM__TRANSACTION_BROKEN) conclude_end(run);
}
