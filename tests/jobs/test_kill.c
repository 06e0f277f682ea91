/*
 * Worker processes are killed with SIGKILL at random moments, and others stopped with SIGTERM, for
 * ORM_TEST_KILL_SECONDS (4 unless set): every job is done, none is lost, none is stuck, what
 * handlers wrote is there once, and no two attempts had one job within a lease.
 */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jobs/jobs_fixture.h"
#include "support/looping.h"
#include "support/random.h"

enum { WORKERS = 3, LEASE_MS = 700, BATCH = 25, PATIENCE_S = 180 };

extern char **environ;

/* --- the worker's process --- */

static orm_worker *of_signal;

static void on_signal(int number)
{
    (void)number;
    orm_worker_stop(of_signal);
}

/* Each attempt is noted in a transaction of its own, then the work is done in the job's. */
static orm_status note_attempt(orm_session *db, void *context)
{
    const orm_job *job = context;
    const orm_value values[] = {orm_bind_int(job->id), orm_bind_int(job->attempts),
                                orm_bind_timestamptz(job->started_at.value),
                                orm_bind_timestamptz(job->lease_until.value)};
    return orm_raw(db, "insert into attempts values ($1, $2, $3, $4)", values, 4, NULL, NULL, NULL);
}

static orm_status work(orm_session *db, orm_job *job, void *context)
{
    orm_status status = orm_session_run(context, NULL, note_attempt, job, NULL);
    const struct timespec time = {0, (job->id % 7) * 3000000};
    (void)nanosleep(&time, NULL);
    if (status == ORM_OK)
        status = leave_effect(db, job, job->payload);
    return status;
}

static int run_worker(const char *url)
{
    orm_engine *engine = NULL;
    if (orm_engine_open(&(orm_engine_options){.url = url}, &engine, NULL) != ORM_OK)
        return 1;
    const orm_job_kind kind = {.name = "note", .handler = work, .context = engine};
    const orm_worker_options options = {.kinds = &kind,
                                        .kind_count = 1,
                                        .concurrency = 2,
                                        .poll_ms = 50,
                                        .retry_wait_ms = 20,
                                        .lease_ms = LEASE_MS};
    const struct sigaction action = {.sa_handler = on_signal};
    orm_status status = orm_worker_open(engine, &options, &of_signal, NULL);
    if (status == ORM_OK && sigaction(SIGTERM, &action, NULL) == 0)
        status = orm_worker_run(of_signal, NULL);
    orm_worker_close(of_signal);
    (void)orm_engine_close(engine, NULL);
    return status == ORM_OK ? 0 : 1;
}

/* --- the test --- */

static const char *program;

static pid_t start_worker(void)
{
    char *arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "worker", database.url,
                         NULL};
    pid_t child = 0;
    assert_int_equal(posix_spawn(&child, program, NULL, NULL, arguments, environ), 0);
    return child;
}

static void add_jobs(void)
{
    const char *sql = test_either(
        &database,
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < @) "
        "insert into orm_jobs (name, payload, max_attempts) select 'note', i, 1000000 from n",
        "insert into orm_jobs (name, payload, max_attempts) "
        "select 'note', i::text::json, 1000000 from generate_series(1, @) i");
    char *filled = test_fill_in(sql, BATCH);
    test_execute(&database, "%s", filled);
    free(filled);
}

static void nap(int64_t ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

static int seconds(void)
{
    const char *text = getenv("ORM_TEST_KILL_SECONDS");
    return text != NULL ? (int)strtol(text, NULL, 10) : 4;
}

static void await_end(void)
{
    time_t end = time(NULL) + PATIENCE_S;
    while (test_number(&database, "select count(*) from orm_jobs where state <> 'done'") > 0) {
        if (time(NULL) > end)
            fail_msg("jobs are stuck: %s",
                     test_query(&database, "select id, cast(state as text), attempts, last_error "
                                           "from orm_jobs where state <> 'done' limit 10"));
        nap(20);
    }
}

/* Those that are killed now and then leave the others enough time to do something. */
static int kill_at_random(pid_t *workers)
{
    test_random random = {.state = database.postgresql ? 1 : 2};
    time_t end = time(NULL) + seconds();
    int batches = 0;
    while (time(NULL) < end) {
        size_t victim = (size_t)test_random_int(&random, 0, WORKERS - 1);
        int status = 0;
        add_jobs();
        batches++;
        nap(test_random_int(&random, 0, 150));
        bool gently = test_random_int(&random, 0, 3) == 0;
        assert_int_equal(kill(workers[victim], gently ? SIGTERM : SIGKILL), 0);
        assert_int_equal(waitpid(workers[victim], &status, 0), workers[victim]);
        workers[victim] = start_worker();
    }
    return batches;
}

static void jobs_survive_the_death_of_workers(void **state)
{
    (void)state;
    pid_t workers[WORKERS];
    int status = 0;
    for (int i = 0; i < WORKERS; i++)
        workers[i] = start_worker();
    int batches = kill_at_random(workers);
    await_end();
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(kill(workers[i], SIGTERM), 0);
        assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
    }
    long long count = test_number(&database, "select count(*) from orm_jobs where state = 'done'");
    assert_int_equal(count, batches * BATCH);
    /* Exactly once in the database, at least once in the world. */
    assert_int_equal(test_number(&database, "select count(*) from effects"), count);
    assert_int_equal(test_number(&database, "select count(distinct job) from effects"), count);
    assert_int_equal(test_number(&database, "select count(distinct job) from attempts"), count);
    /* An attempt begins after the lease of the one before, unless that had failed by itself. */
    assert_int_equal(
        test_number(
            &database,
            "select count(*) from attempts a join attempts b on a.job = b.job "
            "and b.attempt = a.attempt + 1 and b.started_at < a.lease_until "
            "join orm_jobs j on j.id = a.job where coalesce(j.last_error, '') not like 'ORM_%%'"),
        0);
    assert_int_equal(test_number(&database,
                                 "select count(*) from (select job, attempt from "
                                 "attempts group by job, attempt having count(*) > 1) t"),
                     0);
    print_message("%lld jobs in %lld attempts\n", count,
                  test_number(&database, "select sum(attempts) from orm_jobs"));
}

static int open_all(void **state)
{
    int status = open_jobs(state);
    test_execute(&database,
                 "create table attempts (job bigint, attempt integer, started_at %s, "
                 "lease_until %s)",
                 test_either(&database, "text", "timestamptz"),
                 test_either(&database, "text", "timestamptz"));
    return status;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        jobs_test(jobs_survive_the_death_of_workers),
    };
    if (argc == 3 && strcmp(argv[1], "worker") == 0)
        return run_worker(argv[2]);
    program = argv[0];
    return cmocka_run_group_tests(tests, open_all, close_database);
}
