/*
 * Quick and long work on one pool of four connections, of which long work may have three while
 * quick work is about: who gets a connection while others hold theirs, never how soon. Clients are
 * threads, and then tasks of a loop.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"
#include "support/looping.h"

enum { CONNECTIONS = 4, LONG_MOST = 3, CLIENTS = 16, LONG_MS = 110 };

/* What a client that holds a connection waits for. */
typedef enum pastime {
    UNTIL_SERVED,     /* nothing */
    UNTIL_LATER,      /* for so long that it counts as long */
    UNTIL_OTHERS,     /* as many as wanted have held one at a time */
    UNTIL_QUICK,      /* quick ones were served */
    UNTIL_INNER,      /* the others, and a session it opens meanwhile */
    UNTIL_INNER_ELSE, /* the same of a client it starts and awaits */
    UNTIL_OVER
} pastime;

typedef struct crowd {
    test_loop loop;
    bool tasks;
    orm_engine *engine;
    atomic_bool over;
    atomic_int holding; /* long ones */
    atomic_int most;    /* of them at a time */
    int wanted;         /* of them */
    atomic_int served;  /* quick ones */
    atomic_int passed;  /* of these, while LONG_MOST long ones held and others waited */
} crowd;

typedef struct client {
    crowd *of;
    pastime until;
    bool quick;
    bool again; /* until all is over */
    int64_t deadline_ms;
    _Atomic(orm_session *) db;
    orm_status status;
    pthread_t thread;
    orm_task *task;
} client;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    return 0;
}

static void nap(const crowd *all, int milliseconds)
{
    if (all->tasks)
        (void)orm_sleep(milliseconds);
    else
        (void)usleep((useconds_t)milliseconds * 1000);
}

static orm_engine_status counts_of(const crowd *all)
{
    orm_engine_status counts;
    orm_engine_get_status(all->engine, &counts);
    return counts;
}

static orm_status run_client(void *context);

static void *run_thread(void *context)
{
    (void)run_client(context);
    return NULL;
}

static void start_client(client *it)
{
    bool started = it->of->tasks
                       ? orm_task_start(it->of->loop.uv, NULL, run_client, it, &it->task) == ORM_OK
                       : pthread_create(&it->thread, NULL, run_thread, it) == 0;
    if (!started)
        abort();
}

static void await_client(client *it)
{
    if (it->of->tasks)
        (void)orm_task_await(it->task);
    else
        (void)pthread_join(it->thread, NULL);
}

static orm_status run_inner(crowd *all, bool else_where)
{
    client inner = {.of = all};
    if (!else_where)
        return run_client(&inner);
    start_client(&inner);
    await_client(&inner);
    return inner.status;
}

static void await_most(const crowd *all)
{
    while (atomic_load(&all->most) < all->wanted)
        nap(all, 1);
}

static orm_status hold(crowd *all, pastime until)
{
    int served = atomic_load(&all->served);
    int patience = 20000;
    switch (until) {
    case UNTIL_LATER:
        nap(all, LONG_MS);
        break;
    case UNTIL_OTHERS:
        await_most(all);
        break;
    case UNTIL_QUICK:
        while (atomic_load(&all->served) < served + 30 && patience-- > 0)
            nap(all, 1);
        break;
    case UNTIL_INNER:
    case UNTIL_INNER_ELSE:
        await_most(all);
        return run_inner(all, until == UNTIL_INNER_ELSE);
    case UNTIL_OVER:
        while (!atomic_load(&all->over))
            nap(all, 1);
        break;
    default:
        break;
    }
    return ORM_OK;
}

/* Quick and long ones come by the same lines: only the text tells them apart. */
static orm_status work(orm_session *db, void *context)
{
    client *it = context;
    crowd *all = it->of;
    atomic_store(&it->db, db);
    orm_status status = orm_raw(db, it->quick ? "select 1" : "select 2", NULL, 0, NULL, NULL, NULL);
    if (status != ORM_OK)
        return status;
    if (it->quick) {
        atomic_fetch_add(&all->served, 1);
        if (atomic_load(&all->holding) >= LONG_MOST && counts_of(all).long_waiting > 0)
            atomic_fetch_add(&all->passed, 1);
        return ORM_OK;
    }
    int holding = atomic_fetch_add(&all->holding, 1) + 1;
    int most = atomic_load(&all->most);
    while (holding > most && !atomic_compare_exchange_weak(&all->most, &most, holding)) {}
    status = hold(all, it->until);
    atomic_fetch_sub(&all->holding, 1);
    return status;
}

static orm_status run_client(void *context)
{
    client *it = context;
    const orm_session_options options = {.deadline_ms = it->deadline_ms, .read_only = true};
    do {
        it->status = orm_session_run(it->of->engine, &options, work, it, NULL);
        atomic_store(&it->db, NULL);
        if (it->again)
            nap(it->of, 1);
    } while (it->status == ORM_OK && it->again && !atomic_load(&it->of->over));
    return it->status;
}

static void open_crowd(crowd *all, bool tasks, int percent)
{
    memset(all, 0, sizeof *all);
    all->tasks = tasks;
    if (tasks)
        test_loop_open(&all->loop, NULL);
    orm_engine_options options = {.url = database.url,
                                  .pool_size = CONNECTIONS,
                                  .max_overflow = ORM_POOL_NO_OVERFLOW,
                                  .pool_timeout_ms = 120000,
                                  .pool_quick_percent = percent,
                                  .runtime = tasks ? orm_uv_runtime(all->loop.uv) : NULL};
    assert_int_equal(orm_engine_open(&options, &all->engine, NULL), ORM_OK);
}

static void close_crowd(crowd *all)
{
    orm_engine_status counts = counts_of(all);
    assert_int_equal(counts.in_use, 0);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.long_in_use, 0);
    assert_int_equal(counts.long_waiting, 0);
    assert_int_equal(counts.idle, counts.open);
    assert_in_range(counts.open, 1, CONNECTIONS);
    assert_int_equal(orm_engine_close(all->engine, NULL), ORM_OK);
    if (all->tasks)
        test_loop_close(&all->loop);
}

/* The pool gets to know both kinds, or one. */
static void train(crowd *all, bool quick)
{
    client it = {.of = all, .until = UNTIL_LATER};
    for (int i = 0; i < 2; i++) {
        start_client(&it);
        await_client(&it);
        assert_int_equal(it.status, ORM_OK);
    }
    it.quick = true;
    for (int i = 0; quick && i < 10; i++) {
        start_client(&it);
        await_client(&it);
        assert_int_equal(it.status, ORM_OK);
    }
    atomic_store(&all->most, 0);
}

static void start_all(client *clients, int count)
{
    for (int i = 0; i < count; i++)
        start_client(&clients[i]);
}

static void await_all(client *clients, int count)
{
    for (int i = 0; i < count; i++)
        await_client(&clients[i]);
    for (int i = 0; i < count; i++)
        assert_int_equal(clients[i].status, ORM_OK);
}

/* Two quick clients, which go on until all is over. */
static void start_quick(crowd *all, client *quick)
{
    quick[0] = (client){.of = all, .quick = true, .again = true};
    quick[1] = (client){.of = all, .quick = true, .again = true};
    start_all(quick, 2);
}

static void end_quick(crowd *all, client *quick)
{
    atomic_store(&all->over, true);
    await_all(quick, 2);
    close_crowd(all);
}

/* Each long one holds its connection until thirty quick ones were served. */
static void quick_work_gets_by(bool tasks)
{
    crowd all;
    client quick[2];
    client slow[CLIENTS];
    open_crowd(&all, tasks, 0);
    assert_int_equal(counts_of(&all).kept_for_quick, CONNECTIONS - LONG_MOST);
    train(&all, true);
    start_quick(&all, quick);
    for (int i = 0; i < CLIENTS; i++)
        slow[i] = (client){.of = &all, .until = UNTIL_QUICK};
    start_all(slow, CLIENTS);
    await_all(slow, CLIENTS);
    assert_true(counts_of(&all).held_back > 0);
    /* First come, first served would let one by for each long one that ends. */
    assert_true(atomic_load(&all.passed) > CLIENTS);
    end_quick(&all, quick);
}

static void long_work_alone_may_have_everything(bool tasks)
{
    crowd all;
    client slow[CONNECTIONS];
    open_crowd(&all, tasks, 0);
    train(&all, false);
    all.wanted = CONNECTIONS;
    for (int i = 0; i < CONNECTIONS; i++)
        slow[i] = (client){.of = &all, .until = UNTIL_OTHERS};
    start_all(slow, CONNECTIONS);
    await_all(slow, CONNECTIONS);
    assert_int_equal(counts_of(&all).held_back, 0);
    close_crowd(&all);
}

static void what_is_kept_is_given_out_when_quick_work_is_over(bool tasks)
{
    crowd all;
    client slow[CONNECTIONS];
    open_crowd(&all, tasks, 0);
    train(&all, true);
    all.wanted = CONNECTIONS;
    for (int i = 0; i < CONNECTIONS; i++)
        slow[i] = (client){.of = &all, .until = UNTIL_OTHERS};
    start_all(slow, CONNECTIONS);
    await_all(slow, CONNECTIONS);
    close_crowd(&all);
}

static void first_come_keeps_nothing(bool tasks)
{
    crowd all;
    client quick[2];
    client slow[CONNECTIONS];
    open_crowd(&all, tasks, ORM_POOL_FIRST_COME);
    assert_int_equal(counts_of(&all).kept_for_quick, 0);
    train(&all, true);
    start_quick(&all, quick);
    all.wanted = CONNECTIONS;
    for (int i = 0; i < CONNECTIONS; i++)
        slow[i] = (client){.of = &all, .until = UNTIL_OTHERS};
    start_all(slow, CONNECTIONS);
    await_all(slow, CONNECTIONS);
    assert_int_equal(counts_of(&all).held_back, 0);
    end_quick(&all, quick);
}

/* All that long work may have is held by those who need one more. */
static void nest(bool tasks, pastime until)
{
    crowd all;
    client quick[2];
    client slow[LONG_MOST];
    open_crowd(&all, tasks, 0);
    train(&all, true);
    start_quick(&all, quick);
    all.wanted = LONG_MOST;
    for (int i = 0; i < LONG_MOST; i++)
        slow[i] = (client){.of = &all, .until = until};
    start_all(slow, LONG_MOST);
    await_all(slow, LONG_MOST);
    if (until == UNTIL_INNER)
        assert_int_equal(counts_of(&all).held_back, 0);
    end_quick(&all, quick);
}

static void who_holds_one_gets_another(bool tasks)
{
    nest(tasks, UNTIL_INNER);
}

static void those_who_wait_for_each_other_get_on(bool tasks)
{
    nest(tasks, UNTIL_INNER_ELSE);
}

static orm_status cancel_waiter(void *context)
{
    client *it = context;
    while (counts_of(it->of).long_waiting == 0)
        nap(it->of, 1);
    orm_session_cancel(atomic_load(&it->db));
    return ORM_OK;
}

static void *cancel_in_thread(void *context)
{
    (void)cancel_waiter(context);
    return NULL;
}

static void who_gives_up_takes_nothing(bool tasks)
{
    crowd all;
    client quick[2];
    client slow[LONG_MOST];
    pthread_t thread;
    open_crowd(&all, tasks, 0);
    train(&all, true);
    start_quick(&all, quick);
    all.wanted = LONG_MOST;
    client others = {.of = &all, .until = UNTIL_OTHERS};
    for (int i = 0; i < LONG_MOST; i++)
        slow[i] = (client){.of = &all, .until = UNTIL_OVER};
    start_all(slow, LONG_MOST - 1);
    start_client(&others);
    start_client(&slow[LONG_MOST - 1]);
    await_client(&others);
    assert_int_equal(others.status, ORM_OK);
    /* The others hold theirs until all is over. */
    client hasty = {.of = &all, .deadline_ms = 30};
    client cancelled = {.of = &all};
    do {
        start_client(&hasty);
        await_client(&hasty);
    } while (hasty.status == ORM_OK); /* before the last of them had one */
    assert_true(hasty.status == ORM_POOL_TIMEOUT || hasty.status == ORM_TIMEOUT);
    start_client(&cancelled);
    if (tasks)
        assert_int_equal(test_loop_run(&all.loop, cancel_waiter, &cancelled), ORM_OK);
    else
        assert_int_equal(pthread_create(&thread, NULL, cancel_in_thread, &cancelled), 0);
    await_client(&cancelled);
    if (!tasks)
        (void)pthread_join(thread, NULL);
    assert_int_equal(cancelled.status, ORM_CANCELLED);
    atomic_store(&all.over, true);
    await_all(slow, LONG_MOST);
    end_quick(&all, quick);
}

#define BOTH(test)                                                                                 \
    static void test##_in_threads(void **state)                                                    \
    {                                                                                              \
        (void)state;                                                                               \
        test(false);                                                                               \
    }                                                                                              \
    static void test##_in_tasks(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        test(true);                                                                                \
    }

BOTH(quick_work_gets_by)
BOTH(long_work_alone_may_have_everything)
BOTH(what_is_kept_is_given_out_when_quick_work_is_over)
BOTH(first_come_keeps_nothing)
BOTH(who_holds_one_gets_another)
BOTH(those_who_wait_for_each_other_get_on)
BOTH(who_gives_up_takes_nothing)

#define both_tests(test) suite_test(test##_in_threads), suite_test(test##_in_tasks)

int main(void)
{
    const struct CMUnitTest tests[] = {
        both_tests(quick_work_gets_by),
        both_tests(long_work_alone_may_have_everything),
        both_tests(what_is_kept_is_given_out_when_quick_work_is_over),
        both_tests(first_come_keeps_nothing),
        both_tests(who_holds_one_gets_another),
        both_tests(those_who_wait_for_each_other_get_on),
        both_tests(who_gives_up_takes_nothing),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
