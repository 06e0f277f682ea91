/* A worker: slots for running jobs, a thread each, and the one that hands them out. */
#ifndef ORM_JOBS_WORKER_H
#define ORM_JOBS_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include <orm/jobs.h>
#include <orm/listener.h>

enum { ORM__WORKER_NAME_SIZE = 128 };

/* Why a running job was cancelled. */
typedef enum orm__why {
    ORM__WHY_NOT,
    ORM__WHY_LOST, /* another may have it */
    ORM__WHY_LATE, /* it takes longer than its kind allows */
    ORM__WHY_STOPPED
} orm__why;

typedef struct orm__slot {
    orm_job job; /* first: handlers are given it */
    struct orm_worker *worker;
    char *text; /* owned: the job's */
    const orm_job_kind *kind;
    pthread_t thread;
    bool started;
    bool busy;       /* with the mutex */
    orm_session *db; /* with the mutex: the handler's */
    atomic_int why;  /* orm__why */
    int64_t since;   /* monotonic ns */
    bool give_up;
    int64_t retry_ms; /* -1: as usual */
} orm__slot;

struct orm_worker {
    orm_engine *engine;
    orm_worker_options options; /* defaults filled in */
    char name[ORM__WORKER_NAME_SIZE];
    const char **kind_names; /* owned */
    orm__slot *slots;        /* owned: options.concurrency of them */
    int64_t *ids;            /* owned: room for as many */
    int wake[2];             /* a pipe: something is to be looked at */
    atomic_bool stopping;
    atomic_uint_fast64_t dice;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* a slot has work, or the worker quits */
    bool running;
    bool quitting;
    pthread_t ear; /* the thread that listens */
    bool has_ear;
    orm_listener *listener; /* with the mutex: where it can be cancelled */
    /* Of the thread that hands out, monotonic ns. */
    int64_t next_look;
    int64_t next_renewal;
    int64_t next_expiry;
    int64_t next_cleaning;
};

int64_t orm__jobs_clock(void);

/* Has the thread that hands out look. Any thread, and signal handlers. */
void orm__worker_wake(orm_worker *worker);

/* --- queue.c: what a worker asks of the database --- */

/* Milliseconds until something may be due, 0: now, -1: nothing is there. */
orm_status orm__worker_next(orm_worker *worker, int64_t *ms_out, orm_error *error);
/* Takes up to `count` jobs into slots that are not busy; tells how many. */
orm_status orm__worker_take(orm_worker *worker, size_t count, size_t *taken_out, orm_error *error);
/* Renews the leases of the jobs that run, and cancels those that were lost. */
orm_status orm__worker_renew(orm_worker *worker);
/* Removes what was finished for long enough. True: there may be more. */
bool orm__worker_clean(orm_worker *worker);

/* --- attempt.c --- */

/* Runs the slot's job and writes what became of it. */
void orm__slot_run(orm__slot *slot);
/* With the mutex: ends what the slot runs. */
void orm__slot_cancel(orm__slot *slot, orm__why why);

#endif
