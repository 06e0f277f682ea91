/* Jobs: enqueued with their transaction, done with their handler's, tried again, given up. */
#include "jobs/jobs_fixture.h"

static void a_job_is_there_when_its_transaction_commits(void **state)
{
    (void)state;
    int64_t id = 0;
    bool added = false;
    const orm_job *found = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_job_enqueue(db, &(orm_job_new){.name = "note"}, NULL, NULL));
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs"), 0);
    assert_ok(db, orm_job_enqueue(db,
                                  &(orm_job_new){.name = "note",
                                                 .queue = "mail",
                                                 .payload = "{\"to\": \"it's\"}",
                                                 .priority = -3,
                                                 .max_attempts = 2},
                                  &id, &added));
    assert_true(added);
    assert_ok(db, orm_session_commit(db));
    assert_ok(db, orm_job_find(db, id, &found));
    assert_string_equal(found->name, "note");
    assert_string_equal(found->queue, "mail");
    assert_string_equal(found->payload, "{\"to\": \"it's\"}");
    assert_int_equal(found->state, ORM_JOB_WAITING);
    assert_int_equal(found->priority, -3);
    assert_int_equal(found->max_attempts, 2);
    assert_null(found->unique_key);
    assert_false(found->finished_at.has);
    assert_status(db, orm_job_find(db, id + 1, &found), ORM_NOT_FOUND);
    assert_null(found);
    test_session_close(&database, db);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_status(db, orm_job_enqueue(db, &(orm_job_new){.queue = "x"}, NULL, NULL), ORM_INVALID);
    assert_status(db,
                  orm_job_enqueue(db, &(orm_job_new){.name = "x", .payload = "{no"}, NULL, NULL),
                  ORM_INVALID);
    assert_status(db, orm_job_enqueue(db, &(orm_job_new){.name = "x", .delay_ms = -1}, NULL, NULL),
                  ORM_INVALID);
    assert_status(db,
                  orm_job_enqueue(db, &(orm_job_new){.name = "x", .max_attempts = -1}, NULL, NULL),
                  ORM_INVALID);
    test_session_close(&database, db);
    assert_statements(&database, 0);
}

static void a_unique_key_is_taken_until_its_job_ended(void **state)
{
    (void)state;
    const orm_job_new job = {.name = "note", .unique_key = "report 7"};
    int64_t first = 0;
    int64_t second = 0;
    bool added = true;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_job_enqueue(db, &job, &first, &added));
    assert_true(added);
    assert_ok(db, orm_job_enqueue(db, &job, &second, &added));
    assert_false(added);
    assert_true(first == second);
    assert_ok(db, orm_job_enqueue(db, &(orm_job_new){.name = "other", .unique_key = "report 7"},
                                  &second, &added));
    assert_true(added);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(drain_with(leave_payload, NULL), 1);
    assert_ok(db, orm_job_enqueue(db, &job, &second, &added));
    assert_true(added);
    assert_true(first != second);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

static void many_are_added_by_one_statement(void **state)
{
    (void)state;
    enum { MANY = 500 };
    orm_job_new jobs[MANY] = {{.name = NULL}};
    int64_t ids[MANY] = {0};
    char payloads[MANY][32];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(payloads[i], sizeof payloads[i], "{\"n\": \"it's %d\"}", i);
        jobs[i] = (orm_job_new){.name = "note",
                                .queue = i % 2 == 0 ? NULL : "mail",
                                .payload = payloads[i],
                                .priority = i % 7};
    }
    orm_session *db = test_session(&database);
    assert_ok(db, orm_jobs_enqueue(db, jobs, MANY, ids));
    assert_statements(&database, database.postgresql ? 2 : 1); /* one tells the workers */
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs"), 0);
    assert_ok(db, orm_jobs_enqueue(db, jobs, MANY, ids));
    assert_ok(db, orm_jobs_enqueue(db, NULL, 0, NULL));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    for (int i = 0; i < MANY; i += 99)
        assert_int_equal(test_number(&database,
                                     "select count(*) from orm_jobs where id = %lld and queue = "
                                     "'%s' and priority = %d and max_attempts = 10",
                                     (long long)ids[i], i % 2 == 0 ? "default" : "mail", i % 7),
                         1);
    assert_int_equal(drain_with(leave_payload, NULL), MANY / 2);
    assert_int_equal(test_number(&database, "select count(distinct note) from effects"), MANY / 2);
    assert_int_equal(test_number(&database,
                                 "select count(*) from effects where job = %lld and "
                                 "note = '{\"n\": \"it''s 498\"}'",
                                 (long long)ids[498]),
                     1);
}

static void many_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const orm_job_new wrong[] = {{.name = "note", .unique_key = "k"},
                                        {.name = "note", .delay_ms = 1},
                                        {.name = "note", .payload = "{no"},
                                        {.name = NULL}};
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const orm_job_new jobs[] = {{.name = "note"}, wrong[i]};
        assert_status(db, orm_jobs_enqueue(db, jobs, 2, NULL), ORM_INVALID);
    }
    assert_statements(&database, 0);
    /* One that is not due yet, and one that is. */
    const orm_job_new jobs[] = {
        {.name = "note", .run_at = {{INT64_C(4102444800000000)}, true}, .quiet = true},
        {.name = "note", .quiet = true}};
    assert_ok(db, orm_jobs_enqueue(db, jobs, 2, NULL));
    assert_statements(&database, 2);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    assert_int_equal(drain_with(leave_payload, NULL), 1);
}

static void handler_and_done_are_one(void **state)
{
    (void)state;
    int64_t id = enqueue(&(orm_job_new){.name = "note", .payload = "[1]"});
    assert_int_equal(drain_with(leave_payload, NULL), 1);
    assert_job(id, "done|1|");
    assert_int_equal(test_number(&database, "select count(*) from effects where note = '[1]'"), 1);
    assert_int_equal(drain_with(leave_payload, NULL), 0);
}

/* Fails as often as asked. */
static orm_status fail_at_first(orm_session *db, orm_job *job, void *context)
{
    int *failures = context;
    orm_status status = leave_effect(db, job, "tried");
    if (status == ORM_OK && (*failures)-- > 0)
        return orm_session_fail(db, ORM_INVALID, "not yet");
    return status;
}

static void a_failed_attempt_leaves_nothing_and_is_repeated(void **state)
{
    (void)state;
    int failures = 1;
    int64_t id = enqueue(&(orm_job_new){.name = "note"});
    assert_int_equal(drain_with(fail_at_first, &failures), 1);
    assert_job(id, "waiting|1|ORM_INVALID: not yet");
    assert_int_equal(test_number(&database, "select count(*) from effects"), 0);
    /* Its pause is over by any clock. */
    test_execute(&database, "update orm_jobs set run_at = created_at");
    assert_int_equal(drain_with(fail_at_first, &failures), 1);
    assert_job(id, "done|2|");
    assert_int_equal(test_number(&database, "select count(*) from effects"), 1);
}

static void poison_is_dead_after_its_attempts(void **state)
{
    (void)state;
    int failures = 100;
    const orm_job *job = NULL;
    int64_t id = enqueue(&(orm_job_new){.name = "note", .max_attempts = 3});
    for (int i = 0; i < 5; i++) {
        (void)drain_with(fail_at_first, &failures);
        test_execute(&database, "update orm_jobs set run_at = created_at");
    }
    assert_int_equal(failures, 97);
    assert_job(id, "dead|3|ORM_INVALID: not yet");
    orm_session *db = test_session(&database);
    assert_ok(db, orm_job_revive(db, id, 1));
    assert_status(db, orm_job_revive(db, id, 1), ORM_NOT_FOUND);
    assert_ok(db, orm_session_commit(db));
    failures = 0;
    assert_int_equal(drain_with(fail_at_first, &failures), 1);
    assert_ok(db, orm_job_find(db, id, &job));
    assert_int_equal(job->state, ORM_JOB_DONE);
    assert_int_equal(job->attempts, 4);
    assert_true(job->finished_at.has);
    test_session_close(&database, db);
}

static orm_status give_up(orm_session *db, orm_job *job, void *context)
{
    (void)context;
    orm_job_give_up(job);
    return orm_session_fail(db, ORM_NOT_FOUND, "nothing to do it with");
}

static orm_status later(orm_session *db, orm_job *job, void *context)
{
    (void)db;
    (void)context;
    orm_job_retry_after(job, HOUR_MS);
    return ORM_BUSY;
}

static void a_handler_says_what_comes_next(void **state)
{
    (void)state;
    int64_t id = enqueue(&(orm_job_new){.name = "note"});
    assert_int_equal(drain_with(give_up, NULL), 1);
    assert_job(id, "dead|1|ORM_NOT_FOUND: nothing to do it with");
    id = enqueue(&(orm_job_new){.name = "note"});
    assert_int_equal(drain_with(later, NULL), 1);
    assert_job(id, "waiting|1|ORM_BUSY: ");
    assert_int_equal(drain_with(leave_payload, NULL), 0);
}

static void who_is_due_comes_by_priority_and_age(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const orm_job_new jobs[] = {
        {.name = "note", .payload = "3"},
        {.name = "note", .payload = "1", .priority = 5},
        {.name = "note", .payload = "4"},
        {.name = "note", .payload = "9", .priority = 9, .delay_ms = HOUR_MS},
        {.name = "note", .payload = "2", .priority = 5},
        {.name = "note", .payload = "8", .priority = 9, .queue = "elsewhere"},
        {.name = "unknown", .payload = "7", .priority = 9},
    };
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        assert_ok(db, orm_job_enqueue(db, &jobs[i], NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    assert_int_equal(drain_with(leave_payload, NULL), 4);
    test_text order = {0};
    test_text_add(&order, "1|2|3|4\n");
    assert_rows(order, "%s",
                test_either(&database, "select replace(group_concat(note), ',', '|') from effects",
                            "select string_agg(note, '|') from effects"));
    test_execute(&database, "update orm_jobs set run_at = created_at");
    assert_int_equal(drain_with(leave_payload, NULL), 1);
}

static void queues_are_served_in_their_order(void **state)
{
    (void)state;
    static const char *const queues[] = {"urgent", "default"};
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    (void)enqueue(&(orm_job_new){.name = "note", .payload = "2", .priority = 9});
    (void)enqueue(&(orm_job_new){.name = "note", .payload = "1", .queue = "urgent"});
    orm_worker *worker =
        open_worker(&kind, 1, (orm_worker_options){.queues = queues, .queue_count = 2});
    assert_int_equal(drain(worker), 2);
    orm_worker_close(worker);
    test_text order = {0};
    test_text_add(&order, "1|2\n");
    assert_rows(order, "%s",
                test_either(&database, "select replace(group_concat(note), ',', '|') from effects",
                            "select string_agg(note, '|') from effects"));
}

static void jobs_are_counted_listed_and_cancelled(void **state)
{
    (void)state;
    orm_job_counts counts;
    orm_job_list list;
    int64_t first = enqueue(&(orm_job_new){.name = "note"});
    int64_t second = enqueue(&(orm_job_new){.name = "note", .queue = "mail"});
    int64_t third = enqueue(&(orm_job_new){.name = "note", .delay_ms = HOUR_MS});
    assert_int_equal(drain_with(leave_payload, NULL), 1);
    orm_session *db = test_session(&database);
    assert_ok(db, orm_jobs_count(db, NULL, &counts));
    assert_true(counts.waiting == 2 && counts.running == 0 && counts.done == 1 && counts.dead == 0);
    assert_ok(db, orm_jobs_count(db, "mail", &counts));
    assert_true(counts.waiting == 1 && counts.done == 0);
    assert_ok(db, orm_jobs_list(db, NULL, &list));
    assert_int_equal(list.count, 3);
    assert_true(list.items[0].id == third && list.items[2].id == first);
    assert_ok(db, orm_jobs_list(db, &(orm_job_filter){.state = ORM_JOB_DONE}, &list));
    assert_int_equal(list.count, 1);
    assert_ok(db, orm_jobs_list(db, &(orm_job_filter){.before = third, .limit = 1}, &list));
    assert_int_equal(list.count, 1);
    assert_true(list.items[0].id == second);
    assert_ok(db, orm_job_cancel(db, second));
    assert_status(db, orm_job_cancel(db, second), ORM_NOT_FOUND);
    assert_status(db, orm_job_cancel(db, first), ORM_NOT_FOUND);
    assert_ok(db, orm_jobs_list(db, &(orm_job_filter){.queue = "mail"}, &list));
    assert_int_equal(list.count, 0);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

/* --- leases --- */

/* Another worker takes the job while this handler has it, for its lease is over. */
static orm_status be_overtaken(orm_session *db, orm_job *job, void *context)
{
    int64_t *count = context;
    if (job->attempts > 1)
        return leave_effect(db, job, "second");
    test_execute(&database, "update orm_jobs set lease_until = created_at");
    *count = drain_with(be_overtaken, context);
    return leave_effect(db, job, "first");
}

static void whose_lease_is_over_leaves_nothing(void **state)
{
    (void)state;
    int64_t overtaken = 0;
    int64_t id = enqueue(&(orm_job_new){.name = "note"});
    assert_int_equal(drain_with(be_overtaken, &overtaken), 1);
    assert_int_equal(overtaken, 1);
    assert_job(id, "done|2|");
    test_text effects = {0};
    test_text_add(&effects, "second\n");
    assert_rows(effects, "select note from effects");
}

static void a_lost_worker_uses_up_an_attempt(void **state)
{
    (void)state;
    int64_t id = enqueue(&(orm_job_new){.name = "note", .max_attempts = 2});
    test_execute(&database, "update orm_jobs set state = 'running', attempts = 1, worker = 'w1',"
                            " lease_until = created_at");
    assert_int_equal(drain_with(give_up, NULL), 1);
    assert_job(id, "dead|2|ORM_NOT_FOUND");
    id = enqueue(&(orm_job_new){.name = "note", .max_attempts = 2});
    test_execute(&database,
                 "update orm_jobs set state = 'running', attempts = 2, worker = 'w1',"
                 " lease_until = created_at where id = %lld",
                 (long long)id);
    assert_int_equal(drain_with(leave_payload, NULL), 0);
    assert_job(id, "dead|2|the worker w1 was lost in attempt 2");
}

static void a_lease_that_holds_is_respected(void **state)
{
    (void)state;
    int64_t id = enqueue(&(orm_job_new){.name = "note"});
    test_execute(&database, "update orm_jobs set state = 'running', attempts = 1, lease_until = %s",
                 test_either(&database, "'2999-01-01 00:00:00+00:00'", "'2999-01-01'"));
    assert_int_equal(drain_with(leave_payload, NULL), 0);
    assert_job(id, "running|1|");
}

static orm_status commit_between(orm_session *db, orm_job *job, void *context)
{
    (void)context;
    orm_status status = leave_effect(db, job, "read");
    if (status == ORM_OK)
        status = orm_session_commit(db);
    if (status == ORM_OK)
        status = leave_effect(db, job, "written");
    return status == ORM_OK && job->attempts == 1 ? ORM_BUSY : status;
}

static void what_a_handler_commits_stays(void **state)
{
    (void)state;
    int64_t id = enqueue(&(orm_job_new){.name = "note"});
    assert_int_equal(drain_with(commit_between, NULL), 1);
    test_execute(&database, "update orm_jobs set run_at = created_at");
    assert_int_equal(drain_with(commit_between, NULL), 1);
    assert_job(id, "done|2|");
    assert_int_equal(test_number(&database, "select count(*) from effects where note = 'read'"), 2);
    assert_int_equal(test_number(&database, "select count(*) from effects where note = 'written'"),
                     1);
}

static void workers_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    orm_worker *worker = NULL;
    orm_error error;
    orm_job_kind kinds[] = {{.name = "a", .handler = later}, {.name = "a", .handler = later}};
    orm_worker_options options = {.kinds = kinds};
    assert_int_equal(orm_worker_open(database.engine, &options, &worker, &error), ORM_INVALID);
    options.kind_count = 2;
    assert_int_equal(orm_worker_open(database.engine, &options, &worker, &error), ORM_INVALID);
    assert_non_null(strstr(error.message, "two kinds called a"));
    options.kind_count = 1;
    options.concurrency = 10000;
    assert_int_equal(orm_worker_open(database.engine, &options, &worker, &error), ORM_INVALID);
    options.concurrency = 1;
    options.poll_ms = -1;
    assert_int_equal(orm_worker_open(database.engine, &options, &worker, &error), ORM_INVALID);
    assert_null(worker);
    orm_worker_close(NULL);
}

static const orm_ignore meant[] = {
    {.function = "who_is_due_comes_by_priority_and_age",
     .statement = "INSERT INTO orm_jobs",
     .reason = "jobs of different kinds are enqueued by themselves"},
    {.reason = NULL},
};

static int open_all(void **state)
{
    int status = open_jobs(state);
    test_ignore(&database, meant);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        jobs_test(a_job_is_there_when_its_transaction_commits),
        jobs_test(what_makes_no_sense_is_refused),
        jobs_test(a_unique_key_is_taken_until_its_job_ended),
        jobs_test(many_are_added_by_one_statement),
        jobs_test(many_that_make_no_sense_are_refused),
        jobs_test(handler_and_done_are_one),
        jobs_test(a_failed_attempt_leaves_nothing_and_is_repeated),
        jobs_test(poison_is_dead_after_its_attempts),
        jobs_test(a_handler_says_what_comes_next),
        jobs_test(who_is_due_comes_by_priority_and_age),
        jobs_test(queues_are_served_in_their_order),
        jobs_test(jobs_are_counted_listed_and_cancelled),
        jobs_test(whose_lease_is_over_leaves_nothing),
        jobs_test(a_lost_worker_uses_up_an_attempt),
        jobs_test(a_lease_that_holds_is_respected),
        jobs_test(what_a_handler_commits_stays),
        jobs_test(workers_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_database);
}
