/* Prepared statements of one connection. */
#include <limits.h>
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"

static size_t prepared_size(size_t param_count)
{
    return sizeof(orm__sqlite_prepared) + param_count * sizeof(uint16_t);
}

static void free_prepared(orm__link *link, orm__sqlite_prepared *prepared)
{
    (void)sqlite3_finalize(prepared->stmt);
    if (prepared->next != NULL) prepared->next->previous = prepared->previous;
    *prepared->previous = prepared->next;
    orm__free(link->allocator, prepared, prepared_size(prepared->param_count));
}

/* The number in "$12" or "?12", 0 for any other name. */
static unsigned number_of(const char *name)
{
    if (name == NULL || (name[0] != '$' && name[0] != '?') || name[1] < '1' || name[1] > '9')
        return 0;
    unsigned number = 0;
    for (name++; *name >= '0' && *name <= '9'; name++) {
        number = number * 10 + (unsigned)(*name - '0');
        if (number > UINT16_MAX) return 0;
    }
    return *name == '\0' ? number : 0;
}

/* Finds the value of each parameter. $n is a name to SQLite, and its parameters stand in order of
 * appearance. */
static orm_status number_params(orm__sqlite_prepared *prepared, orm_error *error)
{
    for (int i = 0; i < prepared->param_count; i++) {
        const char *name = sqlite3_bind_parameter_name(prepared->stmt, i + 1);
        unsigned number = number_of(name);
        /* SQLite counts up to the highest ?n and has no name for those not written. */
        if (number == 0 && name == NULL) number = (unsigned)i + 1;
        if (number == 0)
            return orm__fail(error, ORM_INVALID, "the parameter %s is not of the form $1", name);
        prepared->numbers[i] = (uint16_t)(number - 1);
        if (number > prepared->value_count) prepared->value_count = (uint16_t)number;
    }
    return ORM_OK;
}

/* Each value of hand-written SQL must stand somewhere in it. */
static orm_status check_gaps(const orm__sqlite_prepared *prepared, orm_error *error)
{
    for (unsigned number = 0; number < prepared->value_count; number++) {
        bool found = false;
        for (int i = 0; i < prepared->param_count && !found; i++) {
            found = prepared->numbers[i] == number &&
                    sqlite3_bind_parameter_name(prepared->stmt, i + 1) != NULL;
        }
        if (!found)
            return orm__fail(error, ORM_INVALID,
                             "parameters are written $1, $2 and so on: $%u is missing", number + 1);
    }
    return ORM_OK;
}

/* Prepares, waiting for locks of the schema. */
static orm_status compile(orm__link *link, const char *sql, size_t size, sqlite3_stmt **stmt_out,
                          const char **tail_out, orm_error *error)
{
    int64_t pause = 0;
    orm_status status = ORM_OK;
    int code;
    if (size >= INT_MAX) return orm__fail(error, ORM_RANGE, "the statement is too long");
    do {
        code = sqlite3_prepare_v3(link->handle, sql, (int)size + 1, SQLITE_PREPARE_PERSISTENT,
                                  stmt_out, tail_out);
    } while (code != SQLITE_OK && orm__sqlite_nap(link, code, &pause, &status, error));
    if (status != ORM_OK) return status;
    return code == SQLITE_OK ? ORM_OK : orm__sqlite_fail(link, code, error);
}

/* Whether nothing but blanks, comments and semicolons follow. */
static bool is_blank(sqlite3 *handle, const char *tail)
{
    while (*tail != '\0') {
        sqlite3_stmt *stmt = NULL;
        const char *next = tail;
        int code = sqlite3_prepare_v2(handle, tail, -1, &stmt, &next);
        bool blank = code == SQLITE_OK && stmt == NULL && next > tail;
        (void)sqlite3_finalize(stmt);
        if (!blank) return false;
        tail = next;
    }
    return true;
}

static orm_status make(orm__link *link, sqlite3_stmt *stmt, orm__sqlite_prepared **prepared_out,
                       orm_error *error)
{
    int count = sqlite3_bind_parameter_count(stmt);
    if (count > UINT16_MAX)
        return orm__fail(error, ORM_INVALID, "the statement has too many parameters");
    orm__sqlite_prepared *prepared = orm__alloc_zero(link->allocator, prepared_size((size_t)count));
    if (prepared == NULL) return orm__fail(error, ORM_NOMEM, "out of memory");
    prepared->stmt = stmt;
    prepared->param_count = (uint16_t)count;
    prepared->writes = !sqlite3_stmt_readonly(stmt);
    prepared->next = link->prepared;
    prepared->previous = &link->prepared;
    if (prepared->next != NULL) prepared->next->previous = &prepared->next;
    link->prepared = prepared;
    *prepared_out = prepared;
    return ORM_OK;
}

static bool is_raw(const orm__statement *statement)
{
    return statement->params == NULL || statement->param_count == 0 ||
           statement->params[0].type == ORM_TYPE_NONE;
}

static orm_status prepare(orm__link *link, const orm__statement *statement,
                          orm__sqlite_prepared **prepared_out, orm_error *error)
{
    sqlite3_stmt *stmt = NULL;
    orm__sqlite_prepared *prepared = NULL;
    const char *tail = NULL;
    orm_status status = compile(link, statement->sql, statement->sql_size, &stmt, &tail, error);
    if (status != ORM_OK) return status;
    if (stmt == NULL) return orm__fail(error, ORM_INVALID, "there is no statement in the text");
    if (!is_blank(link->handle, tail))
        status = orm__fail(error, ORM_INVALID, "the text holds more than one statement");
    if (status == ORM_OK) status = make(link, stmt, &prepared, error);
    if (status != ORM_OK) {
        (void)sqlite3_finalize(stmt);
        return status;
    }
    status = number_params(prepared, error);
    if (status == ORM_OK && is_raw(statement)) status = check_gaps(prepared, error);
    if (status == ORM_OK && statement->params != NULL &&
        prepared->value_count > statement->param_count)
        status = orm__fail(error, ORM_INVALID, "the statement has %u parameters, %u are described",
                           (unsigned)prepared->value_count, (unsigned)statement->param_count);
    if (status == ORM_OK)
        *prepared_out = prepared;
    else
        free_prepared(link, prepared);
    return status;
}

orm_status orm__sqlite_acquire(orm__link *link, orm__statement *statement,
                               orm__sqlite_prepared **prepared_out, orm_error *error)
{
    orm__sqlite_prepared *prepared = statement->handle;
    bool nested = prepared != NULL && prepared->busy;
    if (prepared == NULL || nested) {
        orm_status status = prepare(link, statement, &prepared, error);
        if (status != ORM_OK) return status;
        /* A consumer may run the very statement whose rows it is reading: it gets one of its own.
         */
        prepared->doomed = nested;
        if (!nested) statement->handle = prepared;
    }
    prepared->busy = true;
    *prepared_out = prepared;
    return ORM_OK;
}

void orm__sqlite_release(orm__link *link, orm__sqlite_prepared *prepared)
{
    prepared->busy = false;
    if (prepared->borrows) {
        (void)sqlite3_clear_bindings(prepared->stmt);
        prepared->borrows = false;
    }
    if (prepared->doomed) free_prepared(link, prepared);
}

void orm__sqlite_forget(orm__link *link, orm__statement *statement)
{
    orm__sqlite_prepared *prepared = statement->handle;
    statement->handle = NULL;
    if (prepared == NULL) return;
    if (prepared->busy)
        prepared->doomed = true;
    else
        free_prepared(link, prepared);
}

void orm__sqlite_free_all(orm__link *link)
{
    while (link->prepared != NULL) free_prepared(link, link->prepared);
}
