/*
 * COPY … FROM STDIN. libpq can't do it in pipeline mode, so the connection leaves that mode for the
 * time; waiting, deadlines and cancels are those of flights.
 */
#include "driver/postgres/pg_copy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "driver/postgres/pg_errors.h"
#include "driver/postgres/pg_run.h"

enum {
    CHUNK = 64 * 1024, /* given to libpq at once, so that what it holds back stays small */
    RESULTS_MAX = 16   /* of one COPY: a connection that gives more is of no use */
};

typedef struct copying {
    orm__pg_run run;
    orm__copy *copy;
    const orm__pg_copied *columns;
    orm__buffer buffer;
    orm_status status; /* of the first failure, whose error is set */
} copying;

static void fail(copying *it, orm_status status)
{
    if (it->status == ORM_OK)
        it->status = status;
}

/*
 * "COPY table, line 12, column …": in binary the server counts rows as lines. The word for line is
 * in its language.
 */
static size_t find_row(const PGresult *result, const char *table)
{
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    const char *at = context == NULL ? NULL : strstr(context, "COPY ");
    if (at == NULL || strncmp(at + 5, table, strlen(table)) != 0)
        return SIZE_MAX;
    at += 5 + strlen(table);
    while (*at != '\0' && *at != '\n' && !isdigit((unsigned char)*at))
        at++;
    unsigned long long line = isdigit((unsigned char)*at) ? strtoull(at, NULL, 10) : 0;
    return line == 0 ? SIZE_MAX : (size_t)line - 1;
}

/* Values in a form the server does not know: its columns are others than they were. */
static bool is_changed_table(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state != NULL && (strcmp(state, "22P03") == 0 || strcmp(state, "08P01") == 0 ||
                             strcmp(state, "42804") == 0);
}

static void take_failure(copying *it, const PGresult *result)
{
    orm__copy *copy = it->copy;
    orm__pg_run *run = &it->run;
    bool made_here = PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL;
    if (made_here && PQstatus(run->link->pg) == CONNECTION_BAD) {
        run->lost = run->over = true;
        return;
    }
    if (it->status != ORM_OK)
        return; /* the server tells what we told it */
    orm_status status = orm__pg_fail(result, copy->call.statement, run->error);
    if (run->stopping != ORM_OK && (status == ORM_CANCELLED || status == ORM_TIMEOUT))
        status = orm__fail(run->error, run->stopping, "%s",
                           run->stopping == ORM_TIMEOUT
                               ? "the deadline passed; the statement was cancelled"
                               : "the statement was cancelled");
    else if (is_changed_table(result))
        status =
            orm__fail(run->error, ORM_STALE_PLAN, "the columns of %s are others than they were: %s",
                      copy->call.statement->params[0].model->table,
                      PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    if (status == ORM_STALE_PLAN)
        orm__pg_forget(run->link, copy->call.statement);
    copy->failed_row = find_row(result, copy->call.statement->params[0].model->table);
    fail(it, status);
}

/* All answers; true when the server takes rows now. */
static bool take_answers(copying *it)
{
    orm__pg_run *run = &it->run;
    for (int i = 0; i < RESULTS_MAX && !run->over && orm__pg_await(run); i++) {
        PGresult *result = PQgetResult(run->link->pg);
        ExecStatusType kind = PQresultStatus(result);
        if (result == NULL)
            return false;
        if (kind == PGRES_COMMAND_OK)
            it->copy->call.affected = strtoll(PQcmdTuples(result), NULL, 10);
        else if (kind != PGRES_COPY_IN)
            take_failure(it, result);
        PQclear(result);
        if (kind == PGRES_COPY_IN)
            return true;
    }
    run->lost = true;
    return false;
}

/* Hands over what was written, in pieces. False: nothing more can be sent. */
static bool push(copying *it)
{
    orm__pg_run *run = &it->run;
    for (size_t at = 0; at < it->buffer.size;) {
        size_t size = it->buffer.size - at < CHUNK ? it->buffer.size - at : CHUNK;
        if (PQputCopyData(run->link->pg, it->buffer.data + at, (int)size) != 1)
            run->lost = true;
        if (run->lost || !orm__pg_push(run))
            return false;
        at += size;
    }
    orm__buffer_clear(&it->buffer);
    return true;
}

static bool send_rows(copying *it)
{
    orm__copy *copy = it->copy;
    orm__pg_copy_header(&it->buffer);
    for (size_t i = 0; i < copy->count; i++) {
        orm_status status =
            orm__pg_copy_row(copy->call.statement, it->columns, copy->row(copy->context, i),
                             &it->run.link->scratch, &it->buffer, it->run.error);
        if (status != ORM_OK) {
            copy->failed_row = i;
            fail(it, status);
            return false;
        }
        if (it->buffer.size >= CHUNK && !push(it))
            return false;
    }
    orm__pg_copy_trailer(&it->buffer);
    if (it->buffer.failed)
        fail(it, orm__fail(it->run.error, ORM_NOMEM, "no memory for the rows"));
    return !it->buffer.failed && push(it);
}

static void send(copying *it)
{
    PGconn *pg = it->run.link->pg;
    const orm__statement *statement = it->copy->call.statement;
    if (!PQsendQueryParams(pg, statement->sql, 0, NULL, NULL, NULL, NULL, 1)) {
        it->run.lost = true;
        return;
    }
    if (!take_answers(it))
        return;
    bool whole = send_rows(it);
    /* Also on a connection that is gone: what the server said before is taken only after it. */
    int ended = PQputCopyEnd(pg, whole ? NULL : "the rows after these are not sent");
    if (ended != 1)
        it->run.lost = true;
    if (take_answers(it))
        it->run.lost = true;
}

/* What the caller is told when the server told nothing. */
static orm_status conclude(copying *it)
{
    orm__pg_run *run = &it->run;
    if (it->status != ORM_OK)
        return it->status;
    if (run->stopping != ORM_OK)
        return orm__fail(run->error, run->stopping, "%s",
                         run->stopping == ORM_TIMEOUT ? "the deadline passed before the answer came"
                                                      : "cancelled before the answer came");
    if (run->lost || run->link->transaction == ORM__TRANSACTION_BROKEN)
        return orm__fail(run->error, ORM_DISCONNECTED, "the connection to the server was lost");
    return ORM_OK;
}

static orm_status run_copy(copying *it)
{
    orm__link *link = it->run.link;
    PGconn *pg = link->pg;
    if (PQexitPipelineMode(pg) == 1)
        send(it);
    else
        it->run.lost = true;
    if (!it->run.lost && PQenterPipelineMode(pg) != 1)
        it->run.lost = true;
    link->transaction = it->run.lost ? ORM__TRANSACTION_BROKEN : orm__pg_transaction_of(link->pg);
    orm__pg_note_socket(link);
    return conclude(it);
}

static void reset(orm__copy *copy)
{
    copy->call.status = ORM_FAILED_TRANSACTION;
    copy->call.affected = copy->call.rows = copy->call.bytes = 0;
    copy->call.started = copy->call.ended = 0;
    copy->asked = (orm__call){.statement = NULL};
    copy->unfit = false;
    copy->failed_row = SIZE_MAX;
}

orm_status orm__pg_copy(orm__link *link, orm__copy *copy, orm_deadline deadline, orm_error *error)
{
    orm__flight flight = {.calls = &copy->call, .count = 1, .cancel = copy->cancel};
    copying it = {.copy = copy, .run = {.link = link, .flight = &flight, .error = error}};
    it.run.deadline = deadline;
    orm__buffer_init(&it.buffer, link->target->allocator, SIZE_MAX / 4);
    orm__arena_mark mark = orm__arena_get_mark(&link->scratch);
    reset(copy);
    orm_status status = link->transaction == ORM__TRANSACTION_BROKEN
                            ? orm__fail(error, ORM_DISCONNECTED, "the connection was lost before")
                            : orm__pg_copy_plan(link, copy, deadline, &it.columns, error);
    if (status == ORM_OK && it.columns == NULL) {
        copy->unfit = true;
        status = ORM_UNSUPPORTED;
    } else if (status == ORM_OK) {
        if (error != NULL)
            error->status = ORM_OK;
        if (copy->timed)
            copy->call.started = orm__now();
        status = run_copy(&it);
        if (copy->timed)
            copy->call.ended = orm__now();
    }
    copy->call.status = status;
    orm__buffer_dispose(&it.buffer);
    orm__arena_release(&link->scratch, mark);
    return status;
}
