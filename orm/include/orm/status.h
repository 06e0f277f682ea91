/* Statuses, and the detail that goes with a failure. */
#ifndef ORM_STATUS_H
#define ORM_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include <orm/export.h>
#include <orm/site.h>

ORM_BEGIN_DECLS

/* Every status: name, what it means, whether repeating the whole unit of work may succeed. */
#define ORM_STATUS_LIST(X)                                                                         \
    X(OK, "success", false)                                                                        \
    X(NOT_FOUND, "no such row", false)                                                             \
    X(NOT_LOADED, "the relation or column was not loaded", false)                                  \
    X(UNIQUE, "a unique or primary key already holds this value", false)                           \
    X(FOREIGN_KEY, "a foreign key refers to no row, or is still referred to", false)               \
    X(NOT_NULL, "a required value is NULL", false)                                                 \
    X(CHECK, "a check constraint refused the row", false)                                          \
    X(RANGE, "a value does not fit its column or field", false)                                    \
    X(INVALID, "an argument or value is not valid", false)                                         \
    X(STALE, "the row was changed or deleted by another transaction", false)                       \
    X(STALE_PLAN, "the table changed under a prepared statement", true)                            \
    X(SERIALIZATION, "a concurrent transaction made this one impossible", true)                    \
    X(DEADLOCK, "transactions waited for each other", true)                                        \
    X(TIMEOUT, "the deadline passed", false)                                                       \
    X(CANCELLED, "the operation was cancelled", false)                                             \
    X(BUSY, "the database is locked", true)                                                        \
    X(POOL_TIMEOUT, "no connection became free in time", true)                                     \
    X(DISCONNECTED, "the connection is lost or could not be made", true)                           \
    X(COMMIT_UNKNOWN, "the connection was lost during COMMIT; its outcome is unknown", false)      \
    X(FAILED_TRANSACTION, "an earlier statement failed; roll back first", false)                   \
    X(READ_ONLY, "the transaction or database is read only", false)                                \
    X(TOO_MANY_CONNECTIONS, "the server accepts no more connections", true)                        \
    X(AUTH, "the database refused the user or password", false)                                    \
    X(RESOURCE, "the database ran out of disk, memory or another resource", false)                 \
    X(CORRUPT, "the database is damaged or is not a database", false)                              \
    X(UNSUPPORTED, "the database or column type cannot do this", false)                            \
    X(SCHEMA, "the database's tables do not match the model", false)                               \
    X(NOMEM, "out of memory", false)                                                               \
    X(MISUSE, "the call is not allowed here", false)                                               \
    X(DATABASE, "the database reported an error", false)

/* The result of every fallible function. Zero is success. */
typedef enum orm_status {
#define ORM_STATUS_ENUMERATOR(name, meaning, retryable) ORM_##name,
    ORM_STATUS_LIST(ORM_STATUS_ENUMERATOR)
#undef ORM_STATUS_ENUMERATOR
} orm_status;

enum {
    ORM_ERROR_NAME_SIZE = 64,      /* bytes kept of a model, column or constraint name */
    ORM_ERROR_MESSAGE_SIZE = 512,  /* bytes kept of a message */
    ORM_ERROR_STATEMENT_SIZE = 512 /* bytes kept of a statement */
};

/*
 * The detail of one failure. A plain value that owns nothing and outlives what it came from; all
 * text is cut to fit and always ends in NUL. All-zero means "no error".
 */
typedef struct orm_error {
    orm_status status;
    bool retryable;   /* repeating the whole unit of work may succeed */
    char sqlstate[6]; /* PostgreSQL's code, or "" */
    int native_code;  /* SQLite's extended result code, or 0 */
    char model[ORM_ERROR_NAME_SIZE];
    char column[ORM_ERROR_NAME_SIZE];
    char constraint[ORM_ERROR_NAME_SIZE];
    char message[ORM_ERROR_MESSAGE_SIZE];
    char statement[ORM_ERROR_STATEMENT_SIZE];
    orm_site site; /* the call that failed; line 0 when unknown */
} orm_error;

/* "ORM_UNIQUE" for ORM_UNIQUE; "ORM_?" for a number that is no status. static. */
ORM_API const char *orm_status_name(orm_status status);

/* One line of English for a status. static. */
ORM_API const char *orm_status_text(orm_status status);

/* Whether a failure of this class may go away when the whole unit of work is repeated. */
ORM_API bool orm_status_is_retryable(orm_status status);

/*
 * Writes a readable, possibly multi-line report of `error` (status, message, model.column,
 * constraint, statement, source line) into `text`, cut to `size` and NUL-terminated. Returns the
 * length the whole report has.
 */
ORM_API size_t orm_error_format(const orm_error *error, char *text, size_t size);

ORM_END_DECLS

#endif
