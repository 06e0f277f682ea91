/*
 * Very many tasks over few connections, on one thread: all finish, none needs much memory while it
 * waits, and those cancelled at any moment leave nothing behind and harm nobody. It measures
 * memory; ctest: serial
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "async/sanitizers.h"
#include "session.orm.h"
#include "support/fixture.h"
#include "support/looping.h"
#include "support/random.h"

enum { CONNECTIONS = 10, BRANCHES = 8, WAITING_BYTES = 16 * 1024, TASKS_LEAST = 100 };

/* Where a task is. */
typedef enum moment { QUEUED, SENDING, STREAMING, COMMITTING, MOMENTS, OVER } moment;

typedef struct unit {
    struct crowd *crowd;
    int number;
    moment moment;
    bool cancelled;
    orm_status status;
} unit;

typedef struct crowd {
    test_loop loop;
    orm_engine *engine;
    unit *units;
    orm_task **tasks;
    int count;
    int finished;
    long long most; /* connections, as the server counts */
} crowd;

/* Sanitizers make every task several times as dear. ORM_TEST_TASKS=10000 is for all of them. */
static int task_count(int by_default)
{
    const char *wanted = getenv("ORM_TEST_TASKS");
    int count = wanted != NULL ? (int)strtol(wanted, NULL, 10) : 0;
    return count >= TASKS_LEAST ? count : ORM_ASAN || ORM_TSAN ? 1000 : by_default;
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    for (int i = 1; i <= BRANCHES; i++)
        test_execute(&database, "insert into branches values (%d, 'city %d')", i, i);
    return 0;
}

static void open_crowd(crowd *all, int count)
{
    *all = (crowd){.count = count};
    test_execute(&database, "delete from accounts");
    test_loop_open(&all->loop, NULL);
    orm_engine_options options = {.url = database.url,
                                  .pool_size = CONNECTIONS,
                                  .max_overflow = ORM_POOL_NO_OVERFLOW,
                                  .pool_timeout_ms = 3600000,
                                  .statement_timeout_ms = 3600000,
                                  .runtime = orm_uv_runtime(all->loop.uv)};
    assert_int_equal(orm_engine_open(&options, &all->engine, NULL), ORM_OK);
    all->units = calloc((size_t)count, sizeof *all->units);
    all->tasks = calloc((size_t)count, sizeof(orm_task *));
    assert_non_null(all->units);
    assert_non_null(all->tasks);
    for (int i = 0; i < count; i++)
        all->units[i] = (unit){.crowd = all, .number = i, .status = ORM_MISUSE};
}

static void close_crowd(crowd *all)
{
    orm_engine_status counts;
    orm_error error = {.message = ""};
    orm_engine_get_status(all->engine, &counts);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.idle, counts.open);
    assert_in_range(counts.open, 0, CONNECTIONS);
    if (orm_engine_close(all->engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    test_loop_close(&all->loop);
    free(all->units);
    free((void *)all->tasks);
}

static void start_all(crowd *all, orm_task_handler *handler)
{
    for (int i = 0; i < all->count; i++)
        assert_int_equal(
            orm_task_start(all->loop.uv, NULL, handler, &all->units[i], &all->tasks[i]), ORM_OK);
}

static void count_connections(crowd *all)
{
    if (!database.postgresql || all->finished++ % (all->count / 20) != 0)
        return;
    long long now =
        test_number(&database, "select count(*) from pg_stat_activity where datname ="
                               " current_database() and application_name <> 'direct' and"
                               " backend_type = 'client backend'");
    if (now > all->most)
        all->most = now;
}

static const char *name_of(orm_session *db, const unit *it)
{
    return orm_session_printf(db, "unit %d", it->number);
}

static orm_status insert_and_find(orm_session *db, void *context)
{
    unit *it = context;
    s_account *row = NULL;
    s_account_list list;
    orm_status status = s_account_insert(
        db, &(s_account_new){.email = ORM_SET(name_of(db, it)), .branch_id = ORM_SET(1)}, &row);
    if (status == ORM_OK)
        status = s_account_select(db,
                                  &(s_account_query){.where = s_account_id_is(orm_eq(row->id)),
                                                     .with = {.branch = &s_branch_all}},
                                  &list);
    return status == ORM_OK && (list.count != 1 || list.items[0] != row) ? ORM_CORRUPT : status;
}

static orm_status run_unit(void *context)
{
    unit *it = context;
    it->status = orm_session_run(it->crowd->engine, NULL, insert_and_find, it, NULL);
    count_connections(it->crowd);
    return it->status;
}

static void all_finish_over_few_connections(void **state)
{
    (void)state;
    crowd all;
    orm_uv_status counts;
    open_crowd(&all, task_count(10000));
    start_all(&all, run_unit);
    assert_int_equal(orm_task_all(all.tasks, (size_t)all.count, NULL), ORM_OK);
    assert_int_equal(test_number(&database, "select count(distinct email) from accounts"),
                     all.count);
    orm_uv_get_status(all.loop.uv, &counts);
    assert_int_equal(counts.ended, (uint64_t)all.count);
    if (database.postgresql)
        assert_in_range(all.most, 1, CONNECTIONS);
    close_crowd(&all);
}

#if !ORM_ASAN && !ORM_TSAN
static long resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

typedef struct holding {
    orm_engine *engine;
    void *parking;
    const orm_runtime *runtime;
} holding;

/* Has a connection until it is told to let go. */
static orm_status hold(orm_session *db, void *context)
{
    const holding *it = context;
    int64_t found = 0;
    orm_status status = s_branch_count(db, NULL, &found);
    if (status == ORM_OK)
        status = it->runtime->park(it->runtime->context, it->parking, ORM_NO_DEADLINE);
    return status;
}

static orm_status hold_connection(void *context)
{
    const holding *it = context;
    return orm_session_run(it->engine, &(orm_session_options){.read_only = true}, hold, context,
                           NULL);
}

static void turn_until(crowd *all, int in_use, int waiting)
{
    orm_engine_status counts = {.waiting = -1};
    while (counts.in_use != in_use || counts.waiting != waiting) {
        (void)uv_run(&all->loop.loop, UV_RUN_NOWAIT);
        orm_engine_get_status(all->engine, &counts);
    }
}

static orm_status work_and_sleep(void *context)
{
    unit *it = context;
    orm_status status = orm_session_run(it->crowd->engine, NULL, insert_and_find, it, NULL);
    it->crowd->finished++;
    return status == ORM_OK ? orm_sleep(3600000) : status;
}

static void report(const char *what, const crowd *all, long before)
{
    long each = (resident_bytes() - before) / all->count;
    print_message("%s: %ld bytes a task\n", what, each);
    assert_in_range(each, 0, WAITING_BYTES);
}

static void those_that_wait_need_little_memory(void **state)
{
    (void)state;
    crowd all;
    orm_task *holders[CONNECTIONS];
    holding held[CONNECTIONS];
    open_crowd(&all, task_count(10000));
    for (int i = 0; i < CONNECTIONS; i++) {
        held[i] = (holding){.engine = all.engine, .runtime = orm_uv_runtime(all.loop.uv)};
        assert_int_equal(held[i].runtime->parking_new(held[i].runtime->context, &held[i].parking),
                         ORM_OK);
        assert_int_equal(orm_task_start(all.loop.uv, NULL, hold_connection, &held[i], &holders[i]),
                         ORM_OK);
    }
    turn_until(&all, CONNECTIONS, 0);
    long before = resident_bytes();
    start_all(&all, run_unit);
    turn_until(&all, CONNECTIONS, all.count);
    report("waiting for a connection", &all, before);
    for (int i = 0; i < CONNECTIONS; i++)
        held[i].runtime->wake(held[i].runtime->context, held[i].parking);
    assert_int_equal(orm_task_all(holders, CONNECTIONS, NULL), ORM_OK);
    assert_int_equal(orm_task_all(all.tasks, (size_t)all.count, NULL), ORM_OK);
    for (int i = 0; i < CONNECTIONS; i++)
        held[i].runtime->parking_free(held[i].runtime->context, held[i].parking);
    close_crowd(&all);
}

static void nor_do_those_that_have_worked(void **state)
{
    (void)state;
    crowd all;
    open_crowd(&all, task_count(2500));
    /* What connections and threads keep for themselves is there before. */
    for (int round = 0; round < 2; round++) {
        long before = resident_bytes();
        test_execute(&database, "delete from accounts");
        all.finished = 0;
        start_all(&all, work_and_sleep);
        while (all.finished < all.count)
            (void)uv_run(&all.loop.loop, UV_RUN_ONCE);
        if (round == 1)
            report("waiting after some work", &all, before);
        for (int i = 0; i < all.count; i++)
            orm_task_cancel(all.tasks[i]);
        assert_int_equal(orm_task_all(all.tasks, (size_t)all.count, NULL), ORM_CANCELLED);
    }
    close_crowd(&all);
}
#endif

static orm_status look_at_branch(orm_session *db, s_branch *branch, void *context)
{
    (void)db;
    (void)branch;
    (void)context;
    return orm_sleep(0);
}

static orm_status work_in_moments(orm_session *db, unit *it)
{
    s_account *row = NULL;
    s_branch_query query = {.order_by = {S_BRANCH_BY_ID}};
    orm_status status =
        s_account_insert(db, &(s_account_new){.email = ORM_SET(name_of(db, it))}, &row);
    it->moment = SENDING;
    if (status == ORM_OK)
        status = orm_raw(db, test_either(&database, "select 1", "select pg_sleep(0.0005)"), NULL, 0,
                         NULL, NULL, NULL);
    it->moment = STREAMING;
    if (status == ORM_OK)
        status = s_branch_each(db, &query, &(orm_each){.batch = 2}, look_at_branch, NULL);
    if (status == ORM_OK)
        status = s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(1)});
    it->moment = COMMITTING;
    return status == ORM_OK ? orm_session_commit(db) : status;
}

static orm_status run_in_moments(void *context)
{
    unit *it = context;
    orm_session *db = NULL;
    it->status = orm_session_open(it->crowd->engine, NULL, &db, NULL);
    if (it->status == ORM_OK)
        it->status = work_in_moments(db, it);
    orm_session_close(db);
    it->moment = OVER;
    count_connections(it->crowd);
    return it->status;
}

typedef struct culling {
    crowd *all;
    int wanted;
    int done[MOMENTS];
} culling;

/* The next one, from somewhere on, that is where it is looked for. */
static unit *find_one(crowd *all, moment where, uint64_t from)
{
    from %= (uint64_t)all->count;
    for (int i = 0; i < all->count; i++) {
        unit *it = &all->units[(from + (uint64_t)i) % (uint64_t)all->count];
        if (it->moment == where && !it->cancelled)
            return it;
    }
    return NULL;
}

static orm_status cull(void *context)
{
    culling *it = context;
    test_random random = {.state = 4711};
    orm_status status = ORM_OK;
    for (int done = 0;
         done < it->wanted && status == ORM_OK && it->all->finished < it->all->count;) {
        moment where = (moment)test_random_int(&random, QUEUED, COMMITTING);
        unit *found = find_one(it->all, where, test_random_bits(&random));
        if (found != NULL) {
            found->cancelled = true;
            it->done[where]++;
            done++;
            orm_task_cancel(it->all->tasks[found->number]);
        }
        status = orm_sleep(test_random_int(&random, 0, 3) == 0 ? 1 : 0);
    }
    return status;
}

/* Those that say so, and no others, have a row, complete. */
static void account_for_all(const crowd *all)
{
    int committed = 0;
    for (int i = 0; i < all->count; i++) {
        const unit *it = &all->units[i];
        /* One that never began was cancelled, too. */
        orm_status status = it->cancelled && it->status == ORM_MISUSE ? ORM_CANCELLED : it->status;
        if (status != ORM_OK && !(it->cancelled && status == ORM_CANCELLED))
            fail_msg("unit %d (%s) ended with %s", it->number,
                     it->cancelled ? "cancelled" : "not cancelled", orm_status_name(status));
        committed += status == ORM_OK ? 1 : 0;
    }
    assert_int_equal(test_number(&database, "select count(*) from accounts"), committed);
    assert_int_equal(test_number(&database, "select count(*) from accounts where balance = 1"),
                     committed);
    for (int i = 0; i < all->count; i += all->count / 50)
        assert_int_equal(
            test_number(&database, "select count(*) from accounts where email = 'unit %d'", i),
            all->units[i].status == ORM_OK ? 1 : 0);
}

static void cancelled_ones_leave_nothing_and_harm_nobody(void **state)
{
    (void)state;
    crowd all;
    orm_task *culler = NULL;
    open_crowd(&all, task_count(2500));
    culling it = {.all = &all, .wanted = all.count / 10};
    start_all(&all, run_in_moments);
    assert_int_equal(orm_task_start(all.loop.uv, NULL, cull, &it, &culler), ORM_OK);
    orm_status *found = calloc((size_t)all.count, sizeof *found);
    assert_non_null(found);
    (void)orm_task_all(all.tasks, (size_t)all.count, found);
    assert_int_equal(orm_task_await(culler), ORM_OK);
    free(found);
    print_message("cancelled: %d queued, %d sending, %d streaming, %d committing\n",
                  it.done[QUEUED], it.done[SENDING], it.done[STREAMING], it.done[COMMITTING]);
    /* Which moments are met is chance where tasks are few, or a commit takes no time. */
    for (int i = 0; i < MOMENTS; i++)
        assert_true(it.done[i] > 0 || all.count < 2500 || !database.postgresql);
    account_for_all(&all);
    if (database.postgresql) {
        assert_in_range(all.most, 1, CONNECTIONS);
        assert_int_equal(test_number(&database,
                                     "select count(*) from pg_stat_activity where datname"
                                     " = current_database() and application_name <>"
                                     " 'direct' and state <> 'idle'"),
                         0);
    }
    close_crowd(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(all_finish_over_few_connections),
#if !ORM_ASAN && !ORM_TSAN
        suite_test(those_that_wait_need_little_memory),
        suite_test(nor_do_those_that_have_worked),
#endif
        suite_test(cancelled_ones_leave_nothing_and_harm_nobody),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
