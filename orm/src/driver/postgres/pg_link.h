/* One connection to PostgreSQL and what the files of this driver share. */
#ifndef ORM_DRIVER_POSTGRES_LINK_H
#define ORM_DRIVER_POSTGRES_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/arena.h"
#include "driver/driver.h"

enum { ORM__PG_NAME_SIZE = 40 };

/* A statement prepared on the server as orm_<tag>_<name>. */
typedef struct orm__pg_prepared {
    uint64_t name;
    char text[ORM__PG_NAME_SIZE]; /* the name as the server has it */
    uint32_t oid_count;
    bool ready;   /* the server said so */
    bool checked; /* the result's shape fits the statement's fields */
    Oid oids[];   /* the parameter types it was prepared with */
} orm__pg_prepared;

struct orm__link {
    const orm__target *target; /* borrowed */
    PGconn *pg;                /* owned; always in pipeline mode */
    orm__arena scratch;        /* parameters of the flight under way */
    orm__transaction transaction;
    int socket; /* that the runtime may know; -1: none */
    /* Behind a pooler others prepare on the same server connection: a wrong statement must not be
     * found by the name of ours. */
    uint32_t tag;
    uint64_t names;   /* given to prepared statements so far */
    uint64_t *doomed; /* owned: names the server is to forget */
    size_t doomed_count;
    size_t doomed_capacity;
    PGnotify *notice; /* owned: the one told last */
};

/* --- pg_connect.c: finding and opening a server --- */

orm_status orm__pg_setup(const orm__target *target, void **shared_out, orm_error *error);
void orm__pg_teardown(const orm__target *target, void *shared);
/* An open connection, not yet in pipeline mode. `*pg_out` is owned: PQfinish. */
orm_status orm__pg_connect(const orm__target *target, orm_deadline deadline, PGconn **pg_out,
                           orm_error *error);

/* --- pg_cancel.c: what libpq can only do blocking --- */

/*
 * Asks the server to stop what the connection runs, and waits until it was asked. ORM_UNSUPPORTED:
 * that would send the request in the clear, or the server could not be reached. Otherwise a failure
 * leaves the request on its way.
 */
orm_status orm__pg_cancel(orm__link *link, orm_deadline deadline);
/*
 * libpq closes the socket of a connection that it finds broken, and its number may come back as
 * another's: the runtime is told before anybody can wait for that.
 */
void orm__pg_note_socket(orm__link *link);
/* Closes a connection that may be broken, elsewhere, without waiting. */
void orm__pg_finish(const orm__target *target, PGconn *pg);

/* --- pg_flight.c --- */

orm_status orm__pg_run_flight(orm__link *link, orm__flight *flight, orm_deadline deadline,
                              orm_error *error);
orm_status orm__pg_ping(orm__link *link, orm_deadline deadline, orm_error *error);

/* The state libpq knows; right only when nothing is under way. */
orm__transaction orm__pg_transaction_of(const PGconn *pg);

/* --- pg_notified.c --- */

orm_status orm__pg_notified(orm__link *link, orm_deadline deadline, const atomic_bool *cancel,
                            orm__notice *notice_out, orm_error *error);
void orm__pg_drop_notice(orm__link *link);

/* --- pg_copy.c --- */

orm_status orm__pg_copy(orm__link *link, orm__copy *copy, orm_deadline deadline, orm_error *error);

/* --- pg_prepared.c --- */

/* Makes the handle of a statement about to be prepared with these types. ORM_NOMEM. */
orm_status orm__pg_prepared_new(orm__link *link, orm__statement *statement, const Oid *oids,
                                size_t oid_count);
/* Frees the handle; the server is told with a later flight if it knows the statement. */
void orm__pg_forget(orm__link *link, orm__statement *statement);
/* "orm_<tag>_<name>"; `text` holds ORM__PG_NAME_SIZE bytes. */
const char *orm__pg_statement_name(const orm__link *link, uint64_t name, char *text);

#endif
