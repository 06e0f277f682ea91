/* What the files of the SQLite driver share. */
#ifndef ORM_DRIVER_SQLITE_LINK_H
#define ORM_DRIVER_SQLITE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "base/present.h"
#include "driver/driver.h"

/* A statement's prepared form on one connection. */
typedef struct orm__sqlite_prepared orm__sqlite_prepared;
struct orm__sqlite_prepared {
    sqlite3_stmt *stmt;
    orm__sqlite_prepared *next; /* of all of the connection */
    orm__sqlite_prepared **previous;
    uint16_t param_count; /* SQLite's parameters; several may stand for one value */
    uint16_t value_count; /* values it needs */
    bool writes;
    bool busy;          /* being stepped */
    bool doomed;        /* freed when no longer busy */
    bool borrows;       /* bindings point into the caller's memory */
    uint16_t numbers[]; /* the value of each parameter, from 0 */
};

typedef struct orm__sqlite_turns orm__sqlite_turns;

struct orm__link {
    sqlite3 *handle;
    const orm_allocator *allocator; /* borrowed */
    const orm_runtime *runtime;     /* borrowed */
    orm__sqlite_turns *turns;       /* of all connections; NULL: none are taken. borrowed */
    orm_deadline deadline;          /* of the run under way */
    const atomic_bool *cancel;      /* of the run under way; may be NULL */
    bool failed;                    /* a statement failed within the transaction */
    bool broken;
    bool read_only;     /* the transaction is */
    orm__arena scratch; /* texts of bound values, freed after each run */
    orm__sqlite_prepared *prepared;
    orm_error pending; /* what a callback could not return through SQLite */
};

struct orm__rows {
    orm__link *link;
    orm__sqlite_prepared *prepared;
    sqlite3_stmt *stmt;
    orm__call *call;
    orm_status status; /* of the database, kept when the consumer overlooks it */
    bool started;
    bool done;
};

static inline bool orm__sqlite_is_cancelled(const orm__link *link)
{
    return orm__is_cancelled(link->runtime, link->cancel);
}

/* A list parameter as the key table gets it. */
typedef struct orm__sqlite_list {
    orm__link *link;
    const orm__param *param;
    const orm_value *items;
    size_t count;
} orm__sqlite_list;

/* A value in the form it is stored in. `data` is borrowed from the value, the buffer or the arena
 * it was made with. */
typedef struct orm__sqlite_cell {
    int type;           /* SQLITE_INTEGER, FLOAT, TEXT, BLOB or NULL */
    bool volatile_data; /* `data` is in the buffer or the arena */
    int64_t integer;
    double real;
    const void *data;
    size_t size;
} orm__sqlite_cell;

/* Opening and closing. */
bool orm__sqlite_accepts(const char *url);
orm_status orm__sqlite_setup(const orm__target *target, void **shared_out, orm_error *error);
void orm__sqlite_teardown(const orm__target *target, void *shared);
orm_status orm__sqlite_open(const orm__target *target, orm_deadline deadline, orm__link **link_out,
                            orm_error *error);
void orm__sqlite_close(orm__link *link);
orm_status orm__sqlite_ping(orm__link *link, orm_deadline deadline, orm_error *error);

/* What a connection knows; each returns an SQLite result code. */
int orm__sqlite_add_collations(orm__link *link);
int orm__sqlite_add_functions(orm__link *link);
int orm__sqlite_add_aggregates(orm__link *link);
int orm__sqlite_add_keys(orm__link *link);

/* LIKE. Returns 1, 0, or -1 for a pattern that ends in its escape character. */
int orm__sqlite_like(const char *pattern, size_t pattern_size, const char *text, size_t text_size,
                     bool fold_case);

/* Preparing. */
orm_status orm__sqlite_acquire(orm__link *link, orm__statement *statement,
                               orm__sqlite_prepared **prepared_out, orm_error *error);
void orm__sqlite_release(orm__link *link, orm__sqlite_prepared *prepared);
void orm__sqlite_forget(orm__link *link, orm__statement *statement);
void orm__sqlite_free_all(orm__link *link);

/* Values. `buffer` holds ORM_TEMPORAL_TEXT_SIZE bytes. */
orm_status orm__sqlite_encode(const orm__param *param, const orm_value *value, char *buffer,
                              orm__arena *arena, orm__sqlite_cell *cell_out, orm_error *error);
orm_status orm__sqlite_bind(orm__link *link, orm__sqlite_prepared *prepared, const orm__call *call,
                            orm_error *error);

/* Running. */
orm_status orm__sqlite_run(orm__link *link, orm__flight *flight, orm_deadline deadline,
                           orm_error *error);
orm__transaction orm__sqlite_transaction(orm__link *link);
/*
 * Whether SQLite's `code` passes by waiting: then naps and returns true, unless the deadline has
 * come; `*status_out` is ORM_BUSY or ORM_CANCELLED then, with `error` set, else ORM_OK.
 */
bool orm__sqlite_nap(orm__link *link, int code, int64_t *pause, orm_status *status_out,
                     orm_error *error);
orm_status orm__sqlite_next(orm__rows *rows, bool *more_out, orm_error *error);
/* Begins or goes on with a statement whose rows are taken by and by. `*database_out`: it is the
 * database that failed, not who took the rows. */
orm_status orm__sqlite_run_held(orm__link *link, orm__call *call, bool *database_out,
                                orm_error *error);
void orm__sqlite_let_go(orm__link *link, orm__held *held);

/*
 * One transaction at a time writes to a database, and SQLite lets those that wait for it fight. In
 * an engine they come in turn.
 */
orm_status orm__sqlite_turns_new(const orm_allocator *allocator, orm__sqlite_turns **turns_out);
void orm__sqlite_turns_free(orm__sqlite_turns *turns);
/* For a flight that begins a transaction that may write. ORM_BUSY at the deadline; ORM_CANCELLED.
 */
orm_status orm__sqlite_take_turn(orm__link *link, const orm__flight *flight, orm_deadline deadline,
                                 orm_error *error);
/* When it has one and the transaction is over. */
void orm__sqlite_end_turn(orm__link *link);

/* Reading. */
orm_status orm__sqlite_read(orm__rows *rows, const orm__field *fields, size_t count, void *object,
                            orm__arena *arena, orm_error *error);
orm_status orm__sqlite_read_int(orm__rows *rows, uint16_t position, int64_t *value_out,
                                orm_error *error);
bool orm__sqlite_is_null(orm__rows *rows, uint16_t position);
size_t orm__sqlite_column_count(orm__rows *rows);
const char *orm__sqlite_column_name(orm__rows *rows, uint16_t position);
orm_status orm__sqlite_raw_int(orm__rows *rows, uint16_t position, orm_opt_i64 *value_out);
orm_status orm__sqlite_raw_double(orm__rows *rows, uint16_t position, orm_opt_double *value_out);
orm_status orm__sqlite_raw_text(orm__rows *rows, uint16_t position, orm__arena *arena,
                                const char **value_out);

/* Errors. Sets `error` from the connection's last failure, whose result code is `code`. */
orm_status orm__sqlite_fail(orm__link *link, int code, orm_error *error);
/* The same by handle, for a connection still being made. */
orm_status orm__sqlite_fail_handle(sqlite3 *handle, int code, orm_error *error);

#endif
