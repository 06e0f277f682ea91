/*
 * Workers at work: several threads and workers, notifications, leases that are renewed and lost,
 * the graceful stop.
 */
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "jobs/jobs_fixture.h"
#include "support/looping.h"

enum { JOBS = 120, PATIENCE_S = 60 };

/* --- a worker on a thread of its own --- */

typedef struct runner {
    orm_worker *worker;
    pthread_t thread;
    orm_status status;
    orm_error error;
} runner;

static void *run(void *context)
{
    runner *it = context;
    it->status = orm_worker_run(it->worker, &it->error);
    return NULL;
}

static void start(runner *it, orm_job_kind *kind, orm_worker_options options)
{
    if (options.lease_ms == 0)
        options.lease_ms = HOUR_MS;
    it->worker = open_worker(kind, 1, options);
    assert_int_equal(pthread_create(&it->thread, NULL, run, it), 0);
}

static orm_status stop(runner *it)
{
    orm_worker_stop(it->worker);
    assert_int_equal(pthread_join(it->thread, NULL), 0);
    orm_worker_close(it->worker);
    return it->status;
}

static void nap(void)
{
    const struct timespec time = {0, 5000000};
    (void)nanosleep(&time, NULL);
}

/* Waits until hand-written SQL gives that number. */
static void await(const char *sql, long long wanted)
{
    time_t end = time(NULL) + PATIENCE_S;
    while (test_number(&database, "%s", sql) != wanted) {
        if (time(NULL) > end)
            fail_msg("%s is %lld, not %lld", sql, test_number(&database, "%s", sql), wanted);
        nap();
    }
}

static void await_flag(const atomic_int *flag, int wanted)
{
    time_t end = time(NULL) + PATIENCE_S;
    while (atomic_load(flag) != wanted) {
        if (time(NULL) > end)
            fail_msg("waited in vain");
        nap();
    }
}

static void add_jobs(int count)
{
    const char *sql =
        test_either(&database,
                    "with recursive n(i) as (select 1 union all select i + 1 from n where i < @) "
                    "insert into orm_jobs (name, payload) select 'note', i from n",
                    "insert into orm_jobs (name, payload) select 'note', i::text::json "
                    "from generate_series(1, @) i");
    char *filled = test_fill_in(sql, count);
    test_execute(&database, "%s", filled);
    free(filled);
}

#define ALL_DONE "select count(*) from orm_jobs where state = 'done'"

/* --- many at once --- */

typedef struct crowd {
    atomic_int inside[JOBS + 1]; /* by payload: who has it now */
    atomic_int twice;
    atomic_int runs;
} crowd;

static orm_status enter(orm_session *db, orm_job *job, void *context)
{
    crowd *it = context;
    long number = strtol(job->payload, NULL, 10);
    if (atomic_fetch_add(&it->inside[number], 1) != 0)
        atomic_fetch_add(&it->twice, 1);
    orm_status status = leave_effect(db, job, job->payload);
    atomic_fetch_add(&it->runs, 1);
    atomic_fetch_sub(&it->inside[number], 1);
    return status;
}

static void two_workers_never_have_one_job(void **state)
{
    (void)state;
    static crowd it;
    runner runners[2];
    orm_job_kind kind = {.name = "note", .handler = enter, .context = &it};
    memset(&it, 0, sizeof it);
    add_jobs(JOBS);
    for (int i = 0; i < 2; i++)
        start(&runners[i], &kind, (orm_worker_options){.concurrency = 3});
    await(ALL_DONE, JOBS);
    for (int i = 0; i < 2; i++)
        assert_int_equal(stop(&runners[i]), ORM_OK);
    assert_int_equal(atomic_load(&it.twice), 0);
    assert_int_equal(test_number(&database, "select count(*) from effects"), JOBS);
    assert_int_equal(test_number(&database, "select count(distinct job) from effects"), JOBS);
    /* On SQLite a transaction may have to be done again. */
    assert_int_equal(test_number(&database, "select sum(attempts) from orm_jobs"),
                     atomic_load(&it.runs));
}

static void a_worker_that_looks_rarely_is_told(void **state)
{
    (void)state;
    runner it;
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    if (!database.postgresql)
        skip();
    start(&it, &kind, (orm_worker_options){.poll_ms = HOUR_MS});
    await("select count(*) from pg_stat_activity where datname = current_database()"
          " and query = 'LISTEN \"orm_jobs\"'",
          1);
    (void)enqueue(&(orm_job_new){.name = "note"});
    await(ALL_DONE, 1);
    assert_int_equal(stop(&it), ORM_OK);
}

static void a_worker_that_is_not_told_looks(void **state)
{
    (void)state;
    runner it;
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    start(&it, &kind, (orm_worker_options){.poll_ms = 20});
    (void)enqueue(&(orm_job_new){.name = "note", .quiet = true});
    await(ALL_DONE, 1);
    (void)enqueue(&(orm_job_new){.name = "note", .quiet = true, .delay_ms = 100});
    await(ALL_DONE, 2);
    assert_int_equal(stop(&it), ORM_OK);
}

/* --- the stop --- */

typedef struct gate {
    atomic_int entered;
    atomic_int open;
    bool heeds; /* ends when it is cancelled */
} gate;

static orm_status pass(orm_session *db, orm_job *job, void *context)
{
    gate *it = context;
    orm_status status = leave_effect(db, job, "passed");
    atomic_fetch_add(&it->entered, 1);
    while (status == ORM_OK && atomic_load(&it->open) == 0 &&
           !(it->heeds && orm_job_is_cancelled(job)))
        nap();
    return status;
}

/* The handler of the first statement holds SQLite: others are not let in meanwhile. */
static orm_status pass_reading(orm_session *db, orm_job *job, void *context)
{
    gate *it = context;
    atomic_fetch_add(&it->entered, 1);
    while (atomic_load(&it->open) == 0 && !(it->heeds && orm_job_is_cancelled(job)))
        nap();
    return leave_effect(db, job, "passed");
}

static void a_stop_finishes_what_runs_and_takes_no_more(void **state)
{
    (void)state;
    gate it = {.heeds = false};
    runner runs;
    orm_job_kind kind = {.name = "note", .handler = pass, .context = &it};
    add_jobs(3);
    start(&runs, &kind, (orm_worker_options){.stop_ms = -1});
    await_flag(&it.entered, 1);
    orm_worker_stop(runs.worker);
    atomic_store(&it.open, 1);
    assert_int_equal(stop(&runs), ORM_OK);
    assert_int_equal(test_number(&database, ALL_DONE), 1);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs "
                                            "where state = 'waiting' and attempts = 0"),
                     2);
    assert_int_equal(test_number(&database, "select count(*) from effects"), 1);
}

static void a_stop_gives_back_what_takes_too_long(void **state)
{
    (void)state;
    gate it = {.heeds = true};
    runner runs;
    orm_job_kind kind = {.name = "note", .handler = pass, .context = &it};
    add_jobs(1);
    start(&runs, &kind, (orm_worker_options){.stop_ms = 1});
    await_flag(&it.entered, 1);
    assert_int_equal(stop(&runs), ORM_TIMEOUT);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs "
                                            "where state = 'waiting' and attempts = 0"),
                     1);
    assert_int_equal(test_number(&database, "select count(*) from effects"), 0);
}

static orm_worker *of_signal;

static void on_signal(int number)
{
    (void)number;
    orm_worker_stop(of_signal);
}

static void a_signal_stops_it(void **state)
{
    (void)state;
    runner it;
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    struct sigaction action = {.sa_handler = on_signal};
    struct sigaction before;
    it.worker = open_worker(&kind, 1, (orm_worker_options){.poll_ms = HOUR_MS});
    of_signal = it.worker;
    assert_int_equal(sigaction(SIGTERM, &action, &before), 0);
    assert_int_equal(pthread_create(&it.thread, NULL, run, &it), 0);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_int_equal(pthread_join(it.thread, NULL), 0);
    assert_int_equal(it.status, ORM_OK);
    orm_worker_close(it.worker);
    assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
}

/* --- leases and time --- */

static void a_lease_is_renewed_while_the_handler_runs(void **state)
{
    (void)state;
    gate it = {.heeds = true};
    runner runners[2];
    orm_job_kind kind = {.name = "note", .handler = pass_reading, .context = &it};
    add_jobs(1);
    start(&runners[0], &kind, (orm_worker_options){.lease_ms = 3000});
    await_flag(&it.entered, 1);
    start(&runners[1], &kind, (orm_worker_options){.lease_ms = 3000});
    /* Its first lease is over by the database's clock. */
    await(test_either(&database,
                      "select count(*) from orm_jobs where julianday(lease_until) - "
                      "julianday(started_at) > 7.0 / 86400",
                      "select count(*) from orm_jobs where lease_until - started_at > "
                      "interval '7 s'"),
          1);
    atomic_store(&it.open, 1);
    await(ALL_DONE, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(stop(&runners[i]), ORM_OK);
    assert_int_equal(test_number(&database, "select attempts from orm_jobs"), 1);
}

static void a_handler_is_told_that_its_lease_was_lost(void **state)
{
    (void)state;
    gate it = {.heeds = true};
    runner runs;
    orm_job_kind kind = {.name = "note", .handler = pass_reading, .context = &it};
    add_jobs(1);
    start(&runs, &kind, (orm_worker_options){.lease_ms = 600});
    await_flag(&it.entered, 1);
    /* As if another had taken it. */
    test_execute(&database,
                 "update orm_jobs set worker = 'another', attempts = attempts + 1, "
                 "lease_until = %s",
                 test_either(&database, "'2999-01-01 00:00:00+00:00'", "'2999-01-01'"));
    /* Long before the stop's own bound the handler ends, because it is told. */
    assert_int_equal(stop(&runs), ORM_OK);
    assert_int_equal(test_number(&database, "select count(*) from effects"), 0);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs where state = 'running'"
                                            " and attempts = 2 and worker = 'another'"),
                     1);
}

static void what_takes_longer_than_its_kind_may_has_failed(void **state)
{
    (void)state;
    gate it = {.heeds = true};
    runner runs;
    orm_job_kind kind = {.name = "note", .handler = pass_reading, .context = &it, .timeout_ms = 50};
    add_jobs(1);
    test_execute(&database, "update orm_jobs set max_attempts = 1");
    start(&runs, &kind, (orm_worker_options){.poll_ms = 50});
    await("select count(*) from orm_jobs where state = 'dead'", 1);
    assert_int_equal(stop(&runs), ORM_OK);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs "
                                            "where last_error like 'ORM_CANCELLED%%'"),
                     1);
    assert_int_equal(test_number(&database, "select count(*) from effects"), 0);
}

/* --- afterwards --- */

typedef struct told {
    atomic_int count;
    orm_job_state state;
    orm_status status;
    int64_t duration_ns;
} told;

static void note(void *context, const orm_job_outcome *outcome)
{
    told *it = context;
    it->state = outcome->state;
    it->status = outcome->status;
    it->duration_ns = outcome->duration_ns;
    atomic_fetch_add(&it->count, 1);
}

static void finished_jobs_are_removed_in_time(void **state)
{
    (void)state;
    told it = {.count = 0};
    runner runs;
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    add_jobs(3);
    test_execute(&database,
                 "update orm_jobs set state = 'done', finished_at = %s where "
                 "id = (select min(id) from orm_jobs)",
                 test_either(&database, "'2001-01-01 00:00:00+00:00'", "'2001-01-01'"));
    test_execute(&database,
                 "update orm_jobs set state = 'dead', finished_at = %s where "
                 "id = (select max(id) from orm_jobs)",
                 test_either(&database, "'2001-01-01 00:00:00+00:00'", "'2001-01-01'"));
    start(&runs, &kind, (orm_worker_options){.observer = note, .observer_context = &it});
    await_flag(&it.count, 1);
    assert_int_equal(stop(&runs), ORM_OK);
    assert_int_equal(it.state, ORM_JOB_DONE);
    assert_int_equal(it.status, ORM_OK);
    assert_true(it.duration_ns > 0);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs"), 2);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs where state = 'dead'"),
                     1);
}

static void without_the_table_it_says_so(void **state)
{
    (void)state;
    orm_error error;
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    orm_worker *worker = open_worker(&kind, 1, (orm_worker_options){.concurrency = 1});
    test_execute(&database, "alter table orm_jobs rename to elsewhere");
    assert_int_not_equal(orm_worker_run(worker, &error), ORM_OK);
    assert_non_null(strstr(error.message, "orm_jobs"));
    test_execute(&database, "alter table elsewhere rename to orm_jobs");
    orm_worker_close(worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        jobs_test(two_workers_never_have_one_job),
        jobs_test(a_worker_that_looks_rarely_is_told),
        jobs_test(a_worker_that_is_not_told_looks),
        jobs_test(a_stop_finishes_what_runs_and_takes_no_more),
        jobs_test(a_stop_gives_back_what_takes_too_long),
        jobs_test(a_signal_stops_it),
        jobs_test(a_lease_is_renewed_while_the_handler_runs),
        jobs_test(a_handler_is_told_that_its_lease_was_lost),
        jobs_test(what_takes_longer_than_its_kind_may_has_failed),
        jobs_test(finished_jobs_are_removed_in_time),
        jobs_test(without_the_table_it_says_so),
    };
    return cmocka_run_group_tests(tests, open_jobs, close_database);
}
