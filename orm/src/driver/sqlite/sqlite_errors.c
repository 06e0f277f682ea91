#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"

static orm_status status_of_constraint(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ORM_UNIQUE;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ORM_FOREIGN_KEY;
    case SQLITE_CONSTRAINT_NOTNULL:
        return ORM_NOT_NULL;
    case SQLITE_CONSTRAINT_DATATYPE:
        return ORM_SCHEMA;
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_TRIGGER:
        return ORM_CHECK;
    default:
        return ORM_DATABASE;
    }
}

static bool has_any(const char *message, const char *const *parts)
{
    for (; *parts != NULL; parts++) {
        if (strstr(message, *parts) != NULL) return true;
    }
    return false;
}

/* SQLITE_ERROR says what it means in its text only. */
static orm_status status_of_message(const char *message)
{
    static const char *const schema[] = {"no such table",
                                         "no such column",
                                         "no such collation",
                                         "no such function",
                                         "no such view",
                                         "has no column named",
                                         "values were supplied for",
                                         "values for",
                                         "foreign key mismatch",
                                         NULL};
    static const char *const misuse[] = {"within a transaction", "no transaction is active", NULL};
    static const char *const invalid[] = {"malformed JSON", "JSON path error", NULL};
    static const char *const range[] = {"integer overflow", NULL};
    static const char *const beyond[] = {"parser stack overflow", "Expression tree is too large",
                                         "too many SQL variables", NULL};
    if (has_any(message, schema)) return ORM_SCHEMA;
    if (has_any(message, misuse)) return ORM_MISUSE;
    if (has_any(message, invalid)) return ORM_INVALID;
    if (has_any(message, beyond)) return ORM_UNSUPPORTED;
    return has_any(message, range) ? ORM_RANGE : ORM_DATABASE;
}

/* Extended codes that mean something else than their family. */
static orm_status status_of_extended(int code)
{
    switch (code) {
    case SQLITE_BUSY_SNAPSHOT:
        return ORM_SERIALIZATION;
    case SQLITE_ABORT_ROLLBACK:
        return ORM_FAILED_TRANSACTION;
    case SQLITE_READONLY_DBMOVED:
        return ORM_DISCONNECTED;
    case SQLITE_IOERR_NOMEM:
        return ORM_NOMEM;
    case SQLITE_ERROR_MISSING_COLLSEQ:
        return ORM_SCHEMA;
    default:
        return ORM_OK;
    }
}

static orm_status status_of_family(int family)
{
    switch (family) {
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ORM_AUTH;
    case SQLITE_ABORT:
    case SQLITE_INTERRUPT:
        return ORM_CANCELLED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return ORM_BUSY;
    case SQLITE_NOMEM:
        return ORM_NOMEM;
    case SQLITE_READONLY:
        return ORM_READ_ONLY;
    case SQLITE_IOERR:
    case SQLITE_FULL:
        return ORM_RESOURCE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ORM_CORRUPT;
    case SQLITE_CANTOPEN:
        return ORM_DISCONNECTED;
    case SQLITE_SCHEMA:
        return ORM_STALE_PLAN;
    case SQLITE_TOOBIG:
        return ORM_RANGE;
    case SQLITE_MISMATCH:
        return ORM_SCHEMA;
    case SQLITE_RANGE:
        return ORM_INVALID;
    case SQLITE_MISUSE:
        return ORM_MISUSE;
    case SQLITE_NOLFS:
        return ORM_UNSUPPORTED;
    default:
        return ORM_DATABASE;
    }
}

static orm_status status_of(int code, const char *message)
{
    orm_status status = status_of_extended(code);
    if (status != ORM_OK) return status;
    if ((code & 0xFF) == SQLITE_CONSTRAINT) return status_of_constraint(code);
    if ((code & 0xFF) == SQLITE_ERROR) return status_of_message(message);
    return status_of_family(code & 0xFF);
}

/* "UNIQUE constraint failed: t.a, t.b": what failed goes to `constraint`, a single column to
 * `column`. */
static void take_constraint(orm_error *error)
{
    static const char marker[] = "constraint failed: ";
    const char *what = strstr(error->message, marker);
    if (what == NULL) {
        /* A STRICT table: "cannot store TEXT value in INTEGER column t.a". */
        const char *last = strrchr(error->message, '.');
        if (error->status == ORM_SCHEMA && last != NULL)
            orm__copy_text(error->column, sizeof error->column, last + 1);
        return;
    }
    what += sizeof marker - 1;
    orm__copy_text(error->constraint, sizeof error->constraint, what);
    if (error->status != ORM_UNIQUE && error->status != ORM_NOT_NULL) return;
    const char *dot = strchr(what, '.');
    if (dot != NULL && strchr(what, ',') == NULL)
        orm__copy_text(error->column, sizeof error->column, dot + 1);
}

orm_status orm__sqlite_fail_handle(sqlite3 *handle, int code, orm_error *error)
{
    const char *message = handle == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
    orm_status status = status_of(code, message);
    (void)orm__fail(error, status, "%s", message);
    if (error == NULL) return status;
    error->native_code = code;
    if ((code & 0xFF) == SQLITE_CONSTRAINT) take_constraint(error);
    /* A file that can't be opened stays so. */
    if ((code & 0xFF) == SQLITE_CANTOPEN) error->retryable = false;
    return status;
}

/* After these a fresh look at the file is due. A database in memory would be gone with its
 * connection. */
static bool is_lost(const orm__link *link, int code)
{
    const char *file = sqlite3_db_filename(link->handle, "main");
    int family = code & 0xFF;
    bool grave = family == SQLITE_CORRUPT || family == SQLITE_NOTADB || family == SQLITE_IOERR ||
                 code == SQLITE_READONLY_DBMOVED;
    return grave && code != SQLITE_IOERR_NOMEM && file != NULL && *file != '\0';
}

orm_status orm__sqlite_fail(orm__link *link, int code, orm_error *error)
{
    if (link->pending.status != ORM_OK) {
        orm_status status = link->pending.status;
        if (error != NULL) *error = link->pending;
        link->pending.status = ORM_OK;
        return status;
    }
    if (code == SQLITE_INTERRUPT && link->deadline != ORM_NO_DEADLINE &&
        orm__now() >= link->deadline) {
        (void)orm__fail(error, ORM_TIMEOUT, "the statement was stopped at its deadline");
        if (error != NULL) error->native_code = code;
        return ORM_TIMEOUT;
    }
    orm_status status = orm__sqlite_fail_handle(link->handle, code, error);
    if (is_lost(link, code)) link->broken = true;
    return status;
}
