/* Self relations loaded several levels deep: below joins, and where rows lead back to themselves.
 */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 60 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "select_one",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    test_execute(&database, "update people set boss_id = NULL");
    /* 20 -> 19 -> … -> 1; 23 -> 22 -> 21 -> 23; 24 -> 24. */
    test_execute(&database, "update people set boss_id = \"person id\" - 1 "
                            "where \"person id\" between 2 and 23 and \"person id\" <> 21");
    test_execute(&database, "update people set boss_id = 23 where \"person id\" = 21");
    test_execute(&database, "update people set boss_id = 24 where \"person id\" = 24");
    return 0;
}

static g_person *select_one(orm_session *db, int64_t id, const g_person_query *boss,
                            const g_person_query *reports)
{
    g_person_list people;
    assert_ok(db, g_person_select(db,
                                  &(g_person_query){.where = g_person_id_is(orm_eq(id)),
                                                    .with = {.boss = boss, .reports = reports}},
                                  &people));
    assert_int_equal(people.count, 1);
    return people.items[0];
}

/* Climbs while bosses are loaded; how many there were. */
static int climb(const g_person *person, int most)
{
    g_person *boss = NULL;
    int levels = 0;
    while (levels < most && g_person_boss(person, &boss) == ORM_OK && boss != NULL) {
        person = boss;
        levels++;
    }
    return levels;
}

static void levels_below_a_join_are_loaded(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_query boss = {.load = ORM_LOAD_JOIN, .depth = 4};
    const g_person *person = select_one(db, 20, &boss, NULL);
    assert_statements(&database, 4); /* the first level comes with the row */
    assert_int_equal(climb(person, 100), 4);
}

static void any_depth_ends_at_the_top(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_query boss = {.depth = UINT32_MAX};
    const g_person *person = select_one(db, 20, &boss, NULL);
    assert_statements(&database, 20);
    assert_int_equal(climb(person, 100), 19);
}

static void any_depth_ends_in_a_circle(void **state)
{
    (void)state;
    for (int64_t id = 21; id <= 24; id++) {
        orm_session *db = test_session(&database);
        g_person_query all = {.depth = UINT32_MAX, .with = {.team = &g_team_all}};
        const g_person *person = select_one(db, id, &all, &all);
        assert_int_equal(climb(person, 100), 100);
        all.refresh = true;
        person = select_one(db, id, &all, &all);
        assert_int_equal(climb(person, 100), 100);
        test_session_close(&database, db);
    }
}

static void what_is_known_is_passed_to_what_is_not(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_query boss = {.depth = 3};
    (void)select_one(db, 20, &boss, NULL);
    test_count_start(&database);
    boss.depth = 6;
    const g_person *person = select_one(db, 20, &boss, NULL);
    assert_statements(&database, 4);
    assert_int_equal(climb(person, 100), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(levels_below_a_join_are_loaded),
        suite_test(any_depth_ends_at_the_top),
        suite_test(any_depth_ends_in_a_circle),
        suite_test(what_is_known_is_passed_to_what_is_not),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
