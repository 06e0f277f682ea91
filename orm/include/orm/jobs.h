/*
 * Background work: a queue of jobs in the program's own database. Library orm::jobs, beside
 * orm::orm or orm::orm_static; its table is made by `orm schema` and `orm migrate` from the
 * installed share/orm/models/jobs.yaml.
 *
 * A job that is enqueued is there when the transaction that enqueued it commits, and not otherwise.
 * Every job is run at least once; what its handler does in the session it is given lasts exactly
 * once, since that session's commit also marks the job as done. A worker holds a job by a lease,
 * which it renews while the handler runs; when the worker is gone, the lease ends and another takes
 * the job. All times are the database's.
 *
 * On PostgreSQL workers are notified, and look from time to time nevertheless; on SQLite they look.
 */
#ifndef ORM_JOBS_H
#define ORM_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/engine.h>
#include <orm/export.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>
#include <orm/value.h>

ORM_BEGIN_DECLS

/* --- jobs --- */

typedef enum orm_job_state {
    ORM_JOB_WAITING = 1, /* for its time and a worker */
    ORM_JOB_RUNNING,
    ORM_JOB_DONE,
    ORM_JOB_DEAD /* its attempts are used up, or it was given up; see orm_job_revive */
} orm_job_state;

/* One job as it was when it was read. */
typedef struct orm_job {
    int64_t id;
    const char *queue;
    const char *name;    /* of its handler */
    const char *payload; /* JSON text */
    orm_job_state state;
    int32_t priority;
    int32_t attempts; /* begun so far, the present one included */
    int32_t max_attempts;
    orm_timestamptz run_at; /* not taken before */
    const char *unique_key; /* or NULL */
    const char *worker;     /* that took it last, or NULL */
    const char *last_error; /* of the last attempt that failed, or NULL */
    orm_timestamptz created_at;
    orm_opt_timestamptz started_at; /* the last attempt */
    orm_opt_timestamptz lease_until;
    orm_opt_timestamptz finished_at; /* done or dead */
} orm_job;

typedef struct orm_job_list {
    size_t count;
    orm_job *items;
} orm_job_list;

/* What to enqueue. All-zero means what stands in brackets; text is borrowed for the call. */
typedef struct orm_job_new {
    const char *name;           /* of the handler; required */
    const char *queue;          /* ["default"] */
    const char *payload;        /* JSON text ["{}"] */
    int priority;               /* higher ones are taken first [0] */
    int max_attempts;           /* [10] */
    int64_t delay_ms;           /* not before so long from now, or from run_at */
    orm_opt_timestamptz run_at; /* not before that moment [now] */
    /* While a job of this name with this key waits or runs, there is no second one. [NULL] */
    const char *unique_key;
    /* Tell no worker: it finds the job when it looks. PostgreSQL, where transactions that notify
     * commit one after the other. [told] */
    bool quiet;
} orm_job_new;

/*
 * Adds a job in the session's transaction. `id_out` and `added_out` may be NULL; with a unique key
 * that is taken, they get the job that has it and false. Every status of a statement; before
 * anything is sent ORM_INVALID (no name; text that is no JSON; numbers out of range).
 */
#define orm_job_enqueue(...) orm_job_enqueue_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_job_enqueue_at(orm_site site, orm_session *db, const orm_job_new *job,
                                           int64_t *id_out, bool *added_out);

/*
 * Adds many jobs in the session's transaction: one statement for those with run_at and one for
 * those without, whatever their number, and one that tells the workers unless all are quiet.
 * `ids_out` (may be NULL) gets their ids in the order given. Every status of a statement; before
 * anything is sent ORM_INVALID as above, and for a unique key or delay_ms, which take
 * orm_job_enqueue: none is added then.
 */
#define orm_jobs_enqueue(...) orm_jobs_enqueue_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_jobs_enqueue_at(orm_site site, orm_session *db, const orm_job_new *jobs,
                                            size_t count, int64_t *ids_out);

/* A job by its id; `*job_out` is session. ORM_NOT_FOUND (finished ones are removed after a while).
 */
#define orm_job_find(...) orm_job_find_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_job_find_at(orm_site site, orm_session *db, int64_t id,
                                        const orm_job **job_out);

/* Removes a job that waits. ORM_NOT_FOUND: there is none, or it does not wait. */
#define orm_job_cancel(...) orm_job_cancel_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_job_cancel_at(orm_site site, orm_session *db, int64_t id);

/* Has a dead job tried again, `attempts` times at most (at least 1). ORM_NOT_FOUND: there is none,
 * or it is not dead. ORM_UNIQUE: another has its key. */
#define orm_job_revive(...) orm_job_revive_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_job_revive_at(orm_site site, orm_session *db, int64_t id, int attempts);

/* Which jobs; all-zero: the newest hundred. */
typedef struct orm_job_filter {
    const char *queue;
    const char *name;
    orm_job_state state;
    int64_t before; /* only ids below it: the last of the page before */
    size_t limit;   /* [100] */
} orm_job_filter;

/* Jobs, the newest first. `filter` may be NULL; the list is session. */
#define orm_jobs_list(...) orm_jobs_list_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_jobs_list_at(orm_site site, orm_session *db,
                                         const orm_job_filter *filter, orm_job_list *list_out);

typedef struct orm_job_counts {
    int64_t waiting;
    int64_t running;
    int64_t done; /* not removed yet */
    int64_t dead;
} orm_job_counts;

/* How many jobs there are; `queue` NULL: in all queues. */
#define orm_jobs_count(...) orm_jobs_count_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_jobs_count_at(orm_site site, orm_session *db, const char *queue,
                                          orm_job_counts *counts_out);

/* --- handlers --- */

/*
 * Does a job, on a thread of the worker, with a session of its own. When it returns ORM_OK, the job
 * is marked as done in the session's transaction, which is then committed: what the handler wrote
 * and that it is done are one. On anything else the transaction is rolled back, and the job waits
 * for its next attempt or is dead. So is it when the lease was lost meanwhile.
 *
 * A handler may commit by itself (orm_session_commit) as it goes: what it committed stays, also
 * when the job is run again, and no transaction is open afterwards until the next statement. That
 * is for work that takes long between reading and writing, above all on SQLite, where a session
 * that began keeps all others from writing. What a handler does outside the database may happen
 * more than once.
 */
typedef orm_status orm_job_handler(orm_session *db, orm_job *job, void *context);

/* In a handler: whether its session was cancelled (the lease was lost, its time is over, or the
 * worker has to end now). What computes for long asks now and then. Any thread. */
bool orm_job_is_cancelled(const orm_job *job);

/* In a handler: if it fails now, the job is dead at once. */
void orm_job_give_up(orm_job *job);

/* In a handler: if it fails now, the next attempt is not before so long from now. */
void orm_job_retry_after(orm_job *job, int64_t ms);

/* The handler of the jobs of one name. */
typedef struct orm_job_kind {
    const char *name;
    orm_job_handler *handler;
    void *context;
    const orm_session_options *session; /* of its sessions [the defaults] */
    int64_t timeout_ms; /* an attempt that takes longer is cancelled and has failed [none] */
} orm_job_kind;

/* --- workers --- */

/* What became of an attempt. */
typedef struct orm_job_outcome {
    const orm_job *job;
    orm_status status; /* of the handler, or of its commit */
    orm_error error;
    /* ORM_JOB_DONE; WAITING for the next attempt; DEAD; RUNNING: as far as this worker knows, which
     * has lost the lease or could not write. */
    orm_job_state state;
    int64_t duration_ns;
} orm_job_outcome;

/* Called by the thread that ran the job, once it is committed. */
typedef void orm_job_observer(void *context, const orm_job_outcome *outcome);

/* All-zero means what stands in brackets. Everything is borrowed while the worker is open. */
typedef struct orm_worker_options {
    const orm_job_kind *kinds; /* only jobs of these names are taken */
    size_t kind_count;
    const char *const *queues; /* those named first are served first ["default"] */
    size_t queue_count;
    int concurrency; /* jobs run at the same time, at most 256 [1] */
    int64_t poll_ms; /* how often it looks without being told [1,000; 200 on SQLite] */
    int64_t
        lease_ms; /* how long after its worker's last sign of life a job is taken again [30,000] */
    int64_t
        retry_wait_ms; /* the longest pause before the second attempt; doubles each time [1,000] */
    int64_t
        retry_wait_max_ms; /* bound on that [3,600,000]; the pause is a random part, at least half
                            */
    int64_t stop_ms;       /* given to running jobs when it is stopped [30,000; -1: no bound] */
    int64_t keep_done_ms;  /* done jobs are removed after that [86,400,000; -1: never] */
    int64_t keep_dead_ms;  /* dead ones [never] */
    orm_job_observer *observer;
    void *observer_context;
} orm_worker_options;

typedef struct orm_worker orm_worker;

/*
 * Makes a worker; nothing is sent yet. The engine must lend it a connection for each job it runs,
 * and one more; it must outlive the worker. `*worker_out` is owned: orm_worker_close. ORM_INVALID
 * (options), ORM_NOMEM. `error` may be NULL.
 */
ORM_MUST_USE orm_status orm_worker_open(orm_engine *engine, const orm_worker_options *options,
                                        orm_worker **worker_out, orm_error *error);

/*
 * Runs jobs, on threads of its own, until orm_worker_stop: then takes no new ones, and waits for
 * those that run. ORM_OK when they ended by themselves. ORM_TIMEOUT when stop_ms was over before:
 * their sessions were cancelled, they are back in the queue, and the attempt does not count. (A
 * handler that heeds neither its session nor orm_job_is_cancelled is waited for; if the process is
 * killed, the lease ends.) When the database can't be used at the start, that failure; later ones
 * are waited out. Blocks its thread, so not for tasks of a loop; see orm_worker_drain.
 */
ORM_MUST_USE orm_status orm_worker_run(orm_worker *worker, orm_error *error);

/* Has orm_worker_run end, or not begin. Any thread, and signal handlers, while it is open. */
void orm_worker_stop(orm_worker *worker);

/*
 * Runs the jobs that are due one after the other in the calling thread or task until none is left
 * or orm_worker_stop was called; tells how many. For tests, cron, and tasks of orm::uv. Leases are
 * not renewed meanwhile, so lease_ms bounds what a job may take.
 */
ORM_MUST_USE orm_status orm_worker_drain(orm_worker *worker, int64_t *count_out, orm_error *error);

/* Not while it runs. NULL is allowed. */
void orm_worker_close(orm_worker *worker);

ORM_END_DECLS

#endif
