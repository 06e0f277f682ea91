/* Jobs when memory runs out: each allocation of the engine fails in turn, and what is committed is
 * whole. */
#include "jobs/jobs_fixture.h"
#include "torture/heap.h"

enum { POINTS_MAX = 5000 };

static heap memory;
static orm_engine *engine;

static int open_all(void **state)
{
    (void)open_jobs(state);
    test_unwatch(&database); /* a watcher's own memory is not what fails here */
    heap_init(&memory);
    const orm_engine_options options = {.url = database.url, .allocator = heap_allocator(&memory)};
    return orm_engine_open(&options, &engine, NULL) == ORM_OK ? 0 : -1;
}

static int close_all(void **state)
{
    orm_status status = orm_engine_close(engine, NULL);
    bool whole = memory.blocks == 0 && memory.fault == NULL;
    heap_dispose(&memory);
    return close_database(state) == 0 && status == ORM_OK && whole ? 0 : -1;
}

static orm_status ask_for_all(orm_session *db, int64_t id)
{
    const orm_job *found = NULL;
    orm_job_list list;
    orm_job_counts counts;
    orm_status status = orm_job_find(db, id, &found);
    if (status == ORM_OK)
        status = orm_jobs_list(db, NULL, &list);
    if (status == ORM_OK)
        status = orm_jobs_count(db, NULL, &counts);
    if (status == ORM_OK && (counts.waiting != 5 || list.count != 5 || found->id != id))
        return orm_session_fail(db, ORM_MISUSE, "not what was enqueued");
    return status;
}

static orm_status add_jobs(orm_session *db, void *context)
{
    const orm_job_new many[] = {
        {.name = "note", .payload = "[2]"}, {.name = "note", .payload = "[3]"}, {.name = "note"}};
    const orm_job_new with_key = {.name = "note", .unique_key = "k"};
    int64_t ids[3];
    int64_t id = 0;
    (void)context;
    orm_status status = orm_job_enqueue(db, &(orm_job_new){.name = "note"}, &id, NULL);
    if (status == ORM_OK)
        status = orm_jobs_enqueue(db, many, 3, ids);
    if (status == ORM_OK)
        status = orm_job_enqueue(db, &with_key, NULL, NULL);
    if (status == ORM_OK)
        status = orm_job_enqueue(db, &with_key, &id, NULL);
    return status == ORM_OK ? ask_for_all(db, id) : status;
}

static void assert_told(orm_status status, const orm_error *error)
{
    if (status != ORM_OK && status != ORM_NOMEM)
        fail_msg("point %ld: %s %s", memory.fail_at, orm_status_name(status), error->message);
}

/* All jobs are there or none, and what is done has its effect once. */
static void assert_whole(orm_status added)
{
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs"),
                     added == ORM_OK ? 5 : 0);
    assert_int_equal(test_number(&database, "select count(*) from orm_jobs where state = 'done'"),
                     test_number(&database, "select count(*) from effects"));
    assert_int_equal(test_number(&database, "select count(distinct job) from effects"),
                     test_number(&database, "select count(*) from effects"));
}

static void run_worker(void)
{
    orm_job_kind kind = {.name = "note", .handler = leave_payload};
    orm_worker *worker = NULL;
    orm_error error = {.message = ""};
    int64_t count = 0;
    orm_status status = orm_worker_open(
        engine, &(orm_worker_options){.kinds = &kind, .kind_count = 1}, &worker, &error);
    if (status == ORM_OK)
        status = orm_worker_drain(worker, &count, &error);
    assert_told(status, &error);
    orm_worker_close(worker);
}

static bool run_point(long n, heap_mode mode)
{
    orm_error error = {.message = ""};
    test_execute(&database, "delete from orm_jobs");
    test_execute(&database, "delete from effects");
    heap_arm(&memory, n, mode);
    orm_status added = orm_session_run(engine, NULL, add_jobs, NULL, &error);
    assert_told(added, &error);
    if (added == ORM_OK)
        run_worker();
    long failed = memory.failed;
    heap_arm(&memory, 0, mode);
    memory.failed = 0;
    if (memory.fault != NULL)
        fail_msg("%s", memory.fault);
    assert_whole(added);
    return failed > 0;
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const heap_mode modes[] = {HEAP_FAIL_ONCE, HEAP_FAIL_ONWARDS};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        long n = 1;
        while (n < POINTS_MAX && run_point(n, modes[i]))
            n += n < 40 ? 1 : 3;
        assert_true(n > 10 && n < POINTS_MAX);
        assert_int_equal(
            test_number(&database, "select count(*) from orm_jobs where state = 'done'"), 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        jobs_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
