/*
 * What a database must offer. The interface is low: SQL arrives compiled, values arrive checked
 * against their columns, and a flight of statements is the only way to send anything. A database is
 * one folder beside this file plus a dialect table in sql/.
 */
#ifndef ORM_DRIVER_DRIVER_H
#define ORM_DRIVER_DRIVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/condition.h>
#include <orm/engine.h>
#include <orm/model.h>
#include <orm/status.h>
#include <orm/sys/runtime.h>

#include "base/arena.h"
#include "model/statement.h"

/* The rows of one call while it is consumed; the driver puts its own state behind it. */
typedef struct orm__rows orm__rows;

typedef struct orm__call orm__call;

/* A statement that was left in its middle. */
typedef struct orm__held orm__held;

/* Takes the rows of a call: loops over driver->next. Its failure becomes the call's; the connection
 * stays usable. */
typedef orm_status orm__consume(orm__call *call, orm__rows *rows, orm_error *error);

/* One statement of a flight: what is sent, who takes the rows, what came back. */
struct orm__call {
    orm__statement *statement;
    const orm_value *values; /* param_count of them, checked against their columns; borrowed until
                                the run ends */
    size_t value_count;
    orm__consume *consume; /* NULL: rows are only counted */
    void *context;
    /* NULL, or where a statement waits whose rows are taken by and by (drivers with let_go): it
     * stays where the consumer stopped, and runs on from there the next time. NULL in it: it is to
     * begin, or it has ended. The values are borrowed until then. */
    orm__held **held;
    /* Not ORM_OK: the statement makes itself fail on the server unless it hits all its rows, and
     * that failure is this status. Then every row it returns is one it wrote. */
    orm_status judged;
    /* Answers. */
    orm_status
        status; /* ORM_FAILED_TRANSACTION: not run because an earlier one of the flight failed */
    int64_t affected; /* rows inserted, updated or deleted */
    int64_t rows;     /* rows returned */
    int64_t bytes;    /* of values returned */
    int64_t started;  /* monotonic ns, 0 unless the flight is timed */
    int64_t ended;
};

typedef struct orm__flight {
    orm__call *calls;
    size_t count;
    bool timed; /* fill in started and ended */
    /* Lead with a sign of life, due before `ping_deadline` (drivers whose ping rides). */
    bool ping;
    bool answered; /* answer: that sign came; without it nothing of the flight can have lasted */
    orm_deadline ping_deadline;
    const atomic_bool *cancel; /* may be NULL; set by another thread, the flight ends with
                                  ORM_CANCELLED */
} orm__flight;

/* Many rows sent as one statement in the database's own form for that. */
typedef struct orm__copy {
    orm__call call; /* the statement; its parameters describe the columns; and its answers */
    const orm_value *(*row)(const void *context, size_t index); /* one value for each column */
    const void *context;
    size_t count;
    bool timed;
    const atomic_bool *cancel; /* as in a flight */
    /* Answers. */
    bool unfit;              /* the table or a column of it can't be written so; nothing was sent */
    size_t failed_row;       /* whose value was refused; SIZE_MAX: not known */
    orm__statement question; /* what the database was asked before; its text NULL: nothing */
    orm_value question_values[2];
    orm__call asked;
} orm__copy;

/* Where and how to connect. Borrowed from the engine. */
typedef struct orm__target {
    const orm_engine_options *options; /* defaults filled in, url never NULL */
    const orm_allocator *allocator;
    const orm_runtime *runtime;
    void *shared; /* the driver's state for the whole engine, from setup */
} orm__target;

typedef enum orm__transaction {
    ORM__TRANSACTION_IDLE,
    ORM__TRANSACTION_ACTIVE,
    ORM__TRANSACTION_FAILED, /* only ROLLBACK is possible */
    ORM__TRANSACTION_BROKEN  /* the connection is of no more use */
} orm__transaction;

typedef struct orm__link orm__link; /* one open connection */

/* What the server told by itself; text is borrowed until the next is asked for. */
typedef struct orm__notice {
    const char *channel;
    const char *payload;
    int64_t process;
} orm__notice;

typedef struct orm__driver {
    const char *name;
    orm_dialect_name dialect;
    const char *control[ORM__CONTROL_COUNT]; /* SQL of the control statements */
    bool ping_rides;                         /* a ping can travel with a flight, and is worth it */
    bool commit_rides; /* statements can be judged by the server, and COMMIT travel behind them */
    /* Statements that bring a session's state back to what it was at connect; NULL ends; may be
     * NULL. They run outside a transaction. */
    const char *const *reset;

    /* Whether `url` is for this driver. */
    bool (*accepts)(const char *url);
    /* Checks URL and options without I/O and makes what all connections share; `*shared_out` may be
     * NULL. */
    orm_status (*setup)(const orm__target *target, void **shared_out, orm_error *error);
    void (*teardown)(const orm__target *target, void *shared);

    /* Opens a connection; never outlives the deadline. `*link_out` is owned: close. */
    orm_status (*open)(const orm__target *target, orm_deadline deadline, orm__link **link_out,
                       orm_error *error);
    void (*close)(orm__link *link);
    /*
     * Before close, where another connection is to take this one's place: waits, for a tenth of a
     * second at most, until the server counts it no more. False: it may count it still. May be
     * NULL: nobody counts.
     */
    bool (*leave)(orm__link *link);
    /* Whether an idle connection still answers. No statement is sent. */
    orm_status (*ping)(orm__link *link, orm_deadline deadline, orm_error *error);
    orm__transaction (*transaction)(orm__link *link);
    /*
     * Sends all calls of a flight and takes their answers in order. Returns the status of the first
     * call that failed, with `error` set (statement left empty); later calls were not run. After
     * ORM_TIMEOUT, ORM_CANCELLED or ORM_DISCONNECTED `transaction` says whether the connection can
     * be used. A COMMIT answered otherwise is ORM_FAILED_TRANSACTION; a connection lost while a
     * COMMIT was under way is ORM_COMMIT_UNKNOWN. A COMMIT behind other calls has these statuses in
     * its own call, and ORM_OK there when it was done although rows could not be taken.
     */
    orm_status (*run)(orm__link *link, orm__flight *flight, orm_deadline deadline,
                      orm_error *error);
    /*
     * Writes rows within the transaction that is open. ORM_UNSUPPORTED with `unfit` set: they have
     * to go another way, and the transaction goes on. Other failures as of `run`. NULL: there is no
     * such way.
     */
    orm_status (*copy)(orm__link *link, orm__copy *copy, orm_deadline deadline, orm_error *error);
    /* Waits for the next notification, outside a transaction. ORM_TIMEOUT, ORM_CANCELLED once
     * `cancel` is set, ORM_DISCONNECTED. NULL: there are none. */
    orm_status (*notified)(orm__link *link, orm_deadline deadline, const atomic_bool *cancel,
                           orm__notice *notice_out, orm_error *error);
    /* Frees the prepared form of a statement; may put off telling the server. */
    void (*forget)(orm__link *link, orm__statement *statement);
    /* Ends a statement in its middle. NULL: the database has cursors of its own. */
    void (*let_go)(orm__link *link, orm__held *held);

    /* Rows. `*more_out` false: there is no further row. */
    orm_status (*next)(orm__rows *rows, bool *more_out, orm_error *error);
    /*
     * Decodes columns of the present row into the members of `object` that `fields` name; text,
     * bytes and arrays are copied to `arena`. NULL in a column that is not nullable is ORM_SCHEMA,
     * an unknown enum label ORM_SCHEMA, a number outside the member's type ORM_RANGE; each names
     * model and column.
     */
    orm_status (*read)(orm__rows *rows, const orm__field *fields, size_t count, void *object,
                       orm__arena *arena, orm_error *error);
    /* The present row's column as an integer that is known to be one and not NULL: ordinals,
     * counts, EXISTS. */
    orm_status (*read_int)(orm__rows *rows, uint16_t position, int64_t *value_out,
                           orm_error *error);
    bool (*is_null)(orm__rows *rows, uint16_t position);
    /* For raw SQL: shape of the result, and a column by what it is asked for. Text is borrowed
     * until the next row. */
    size_t (*column_count)(orm__rows *rows);
    const char *(*column_name)(orm__rows *rows, uint16_t position);
    orm_status (*raw_int)(orm__rows *rows, uint16_t position, orm_opt_i64 *value_out);
    orm_status (*raw_double)(orm__rows *rows, uint16_t position, orm_opt_double *value_out);
    orm_status (*raw_text)(orm__rows *rows, uint16_t position, orm__arena *arena,
                           const char **value_out);
} orm__driver;

extern const orm__driver orm__driver_postgresql;
extern const orm__driver orm__driver_sqlite;

#endif
