/* A flight under way: what was sent, what was answered, and how to wait. */
#ifndef ORM_DRIVER_POSTGRES_RUN_H
#define ORM_DRIVER_POSTGRES_RUN_H

#include "driver/postgres/pg_link.h"
#include "driver/postgres/pg_params.h"

enum {
    ORM__PG_IN_FLIGHT = 256,            /* messages sent and not answered */
    ORM__PG_IN_FLIGHT_BYTES = 256 * 1024
};

typedef enum orm__pg_sent {
    ORM__PG_SENT_DEALLOCATE,
    ORM__PG_SENT_PREPARE,
    ORM__PG_SENT_EXECUTE,
    ORM__PG_SENT_SYNC
} orm__pg_sent;

/* One message to the server that it answers, in order. */
typedef struct orm__pg_entry {
    size_t call;
    size_t bytes;
    orm__pg_sent kind;
} orm__pg_entry;

typedef struct orm__pg_run {
    orm__link *link;
    orm__flight *flight;
    orm_error *error;
    orm_deadline deadline; /* moved to the end of the grace once stopping */
    orm__pg_params *params; /* per call */
    orm__pg_entry *entries; /* sent, in order */
    size_t sent;
    size_t answered;
    size_t bytes;     /* of entries sent and not answered */
    size_t next_call; /* the first not sent */
    bool answer_begun; /* the entry at `answered` has given its result, its separator is to come */
    bool flush_asked;  /* the server was asked to send what it has before the Sync */
    bool sync_sent;
    bool failed;       /* a call failed: send no more */
    bool refused;      /* the server failed one: nothing behind it can have been committed */
    bool lost;         /* the connection is of no more use, but may hold answers */
    bool over;         /* it holds none */
    int silences;      /* times in a row that libpq had nothing where an answer was due */
    bool stale;        /* the failed statement should be prepared again */
    size_t failed_call;
    orm_status status;   /* of the first call that failed */
    orm_status stopping; /* ORM_TIMEOUT or ORM_CANCELLED once given up */
} orm__pg_run;

/* --- pg_wait.c --- */

/* Sends and receives until a result can be taken; false when none will come. */
bool orm__pg_await(orm__pg_run *run);
/* Sends all that libpq holds back, while a COPY takes rows. False: the run is lost or stopping. */
bool orm__pg_push(orm__pg_run *run);

/* --- pg_send.c --- */

/* Sends as much of the flight as may be in flight, the Sync at its end included. */
void orm__pg_send(orm__pg_run *run);

/* --- pg_answer.c --- */

/* Takes what libpq has ready for the oldest entry. */
void orm__pg_take(orm__pg_run *run);
/* Records the failure of a call. `run->error` was set by then if this is the first. */
void orm__pg_note_failure(orm__pg_run *run, size_t call, orm_status status);
/* Gives statuses to all calls that got no answer. */
void orm__pg_conclude(orm__pg_run *run);

#endif
