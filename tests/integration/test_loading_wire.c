/*
 * Eager loading as the network sees it: one round trip for each level, whatever the number of
 * relations. Only a server can show this; on SQLite the file passes with nothing to do.
 * ctest: serial
 */
#include <stdio.h>
#include <time.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "support/proxy.h"

/* Ten attempts with the shortest delay, then with one that doubles, up to ten seconds. */
enum { PEOPLE = 200, DELAY_MS = 5, AT_FIRST = 10, ATTEMPTS = AT_FIRST + 11 };

static test_proxy proxy;
static orm_engine *engine;

static int open_database(void **state)
{
    char url[256];
    orm_error error;
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    if (!database.postgresql)
        return 0;
    test_graph_fill(&database, PEOPLE);
    test_proxy_start(&proxy, database.name, url, sizeof url);
    orm_engine_options options = {.url = url, .pool_size = 1};
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return 0;
}

static int close_all(void **state)
{
    if (database.postgresql) {
        orm_error error;
        if (orm_engine_close(engine, &error) != ORM_OK)
            fail_msg("%s", error.message);
        test_proxy_stop(&proxy);
    }
    return close_database(state);
}

static int64_t microseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What one select cost. */
typedef struct cost {
    long trips;
    long long statements;
    int64_t took; /* microseconds */
} cost;

/* In a session of its own, on a connection that has been used before. */
static cost measure(const g_team_query *query, size_t rows)
{
    orm_session *db = NULL;
    g_team_list teams;
    cost spent = {0};
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    test_count_start(&database);
    long before = atomic_load(&proxy.trips);
    int64_t start = microseconds();
    assert_ok(db, g_team_select(db, query, &teams));
    spent.took = microseconds() - start;
    spent.trips = atomic_load(&proxy.trips) - before;
    spent.statements = test_count(&database).statements;
    assert_int_equal(teams.count, rows);
    orm_session_close(db);
    return spent;
}

static const g_chore_query tasks_with_steps = {.with = {.steps = &g_step_all}};
static const g_person_query people_with_tasks = {.with = {.tasks = &tasks_with_steps}};
/* Three siblings, and two levels below each of them. */
static const g_team_query deep = {.with = {.members = &people_with_tasks,
                                           .reserves = &people_with_tasks,
                                           .fans = &people_with_tasks}};

static void a_level_is_one_round_trip(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    (void)measure(NULL, 20); /* connects */
    /* Also where nothing is prepared yet. */
    for (int i = 0; i < 3; i++) {
        cost spent = measure(&deep, 20);
        assert_int_equal(spent.trips, 4);
        /* The second and third of the siblings find most people loaded, and ask for the others. */
        assert_in_range(spent.statements, 6, 10);
    }
    const g_team_query siblings = {
        .with = {.members = &g_person_all, .reserves = &g_person_all, .fans = &g_person_all}};
    cost spent = measure(&siblings, 20);
    assert_int_equal(spent.trips, 2);
    assert_int_equal(spent.statements, 4);
}

/*
 * A slow machine adds time, never takes it away: no attempt can be faster than its trips, and one
 * that is faster than a trip for each statement shows that there were fewer. Where the machine is
 * too busy to tell with a short delay, a longer one outweighs it.
 */
static void the_time_is_that_of_the_round_trips(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    bool shown = false;
    for (int attempt = 0; attempt < ATTEMPTS && !shown; attempt++) {
        int delay = attempt < AT_FIRST ? DELAY_MS : DELAY_MS << (attempt - AT_FIRST + 1);
        int64_t trip = delay * INT64_C(1000);
        atomic_store(&proxy.delay_ms, delay);
        cost spent = measure(&deep, 20);
        assert_int_equal(spent.trips, 4);
        assert_true(spent.took >= 4 * trip);
        shown = spent.took < spent.statements * trip;
    }
    atomic_store(&proxy.delay_ms, 0);
    assert_true(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_level_is_one_round_trip),
        suite_test(the_time_is_that_of_the_round_trips),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
