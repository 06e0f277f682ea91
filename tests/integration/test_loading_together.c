/*
 * Relations that travel with their parents: on PostgreSQL in one flight with them, and everywhere
 * exactly what a statement for each relation would give.
 */
#include <orm/cmocka.h>
#include <orm/nplusone.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "support/proxy.h"

enum { PEOPLE = 200 };

static test_proxy proxy;
static orm_engine *wired; /* PostgreSQL: through the proxy */

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "self_relations_and_what_is_joined_below",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static const orm_ignore ignored_on_postgresql[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "what_is_known_is_kept_or_read_again",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    char url[256];
    orm_error error;
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    if (database.postgresql)
        test_ignore(&database, ignored_on_postgresql);
    test_graph_fill(&database, PEOPLE);
    if (!database.postgresql)
        return 0;
    test_proxy_start(&proxy, database.name, url, sizeof url);
    orm_engine_options options = {.url = url, .pool_size = 1};
    if (orm_engine_open(&options, &wired, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return 0;
}

static int close_all(void **state)
{
    if (wired != NULL && orm_engine_close(wired, NULL) != ORM_OK)
        fail_msg("the engine does not close");
    if (wired != NULL)
        test_proxy_stop(&proxy);
    return close_database(state);
}

/* What is asked of parents and children in one comparison. */
typedef struct shape {
    g_person_query people;
    g_chore_query tasks;
    g_skill_query skills;
    g_team_query team;
} shape;

static void add_person(test_text *text, const g_person *person)
{
    g_chore_list tasks;
    g_skill_list skills;
    g_team *team = NULL;
    g_region *region = NULL;
    assert_int_equal(g_person_tasks(person, &tasks), ORM_OK);
    assert_int_equal(g_person_skills(person, &skills), ORM_OK);
    assert_int_equal(g_person_team(person, &team), ORM_OK);
    assert_int_equal(g_person_region(person, &region), ORM_OK);
    test_text_add(text, "%lld|%s|%s|%d%d\n", (long long)person->id, team ? team->name : "-",
                  region ? region->title : "-", tasks.partial, skills.partial);
    for (size_t i = 0; i < tasks.count; i++) {
        g_step_list steps;
        assert_int_equal(g_chore_steps(tasks.items[i], &steps), ORM_OK);
        test_text_add(text, " task %lld:", (long long)tasks.items[i]->id);
        for (size_t k = 0; k < steps.count; k++)
            test_text_add(text, " %lld", (long long)steps.items[k]->id);
        test_text_add(text, "\n");
    }
    for (size_t i = 0; i < skills.count; i++) {
        g_rating *link = NULL;
        assert_int_equal(g_person_skills_link(person, skills.items[i], &link), ORM_OK);
        test_text_add(text, " skill %d by %lld at %d\n", skills.items[i]->id,
                      (long long)link->person_id, link->level);
    }
}

static test_text dump(const shape *asked, orm_load_strategy strategy, long long *statements_out)
{
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text text = {0};
    g_step_query steps = {.order_by = {G_STEP_BY_ID_DESC}, .load = strategy};
    g_chore_query tasks = asked->tasks;
    g_skill_query skills = asked->skills;
    g_team_query team = asked->team;
    g_region_query region = {.load = strategy};
    g_person_query query = asked->people;
    tasks.load = skills.load = team.load = strategy;
    tasks.with.steps = &steps;
    query.with.tasks = &tasks;
    query.with.skills = &skills;
    query.with.team = &team;
    query.with.region = &region;
    test_count_start(&database);
    assert_ok(db, g_person_select(db, &query, &people));
    *statements_out = test_count(&database).statements;
    for (size_t i = 0; i < people.count; i++)
        add_person(&text, people.items[i]);
    test_session_close(&database, db);
    return text;
}

/* Conditions, orders and limits of the parents and of each level hold as they do anywhere. */
static void everything_is_as_by_statements_of_their_own(void **state)
{
    (void)state;
    const shape shapes[] = {
        {.people = {.order_by = {G_PERSON_BY_ID}}, .skills = {.order_by = {G_SKILL_BY_ID}}},
        {.people = {.where = g_person_id_is(orm_between(20, 90)),
                    .order_by = {G_PERSON_BY_NAME_DESC},
                    .limit = 30,
                    .offset = 10},
         .skills = {.order_by = {G_SKILL_BY_NAME}, .limit = 2},
         .tasks = {.where = g_chore_done_is(true)}},
        {.people = {.where = g_person_team_id_is(orm_gt(0)),
                    .order_by = {G_PERSON_BY_TEAM(G_TEAM_BY_NAME), G_PERSON_BY_ID},
                    .limit = 25},
         .tasks = {.order_by = {G_CHORE_BY_ID_DESC}, .limit = 2, .offset = 1},
         .skills = {.order_by = {G_SKILL_BY_ID_DESC}, .offset = 1},
         .team = {.where = g_team_name_is(orm_contains("1"))}},
        {.people = {.order_by = {G_PERSON_BY_ID}, .limit = 40, .offset = 3},
         .tasks = {.limit = 1, .order_by = {G_CHORE_BY_ID}},
         .skills = {.limit = orm_limit(0)}},
        {.people = {.where = g_person_id_is(orm_lt(0))}},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        long long apart = 0;
        long long along = 0;
        test_text expected = dump(&shapes[i], ORM_LOAD_SELECTIN, &apart);
        test_text actual = dump(&shapes[i], ORM_LOAD_TOGETHER, &along);
        if (expected.data != NULL)
            assert_same_text(actual.data, expected.data);
        else
            assert_null(actual.data);
        if (expected.data != NULL)
            assert_int_equal(along, 6);
        assert_true(apart <= 6);
        test_text_free(&actual);
        test_text_free(&expected);
    }
}

static const g_step_query steps_too = {.load = ORM_LOAD_TOGETHER};
static const g_chore_query tasks_too = {.load = ORM_LOAD_TOGETHER, .with = {.steps = &steps_too}};
static const g_person_query people_too = {.load = ORM_LOAD_TOGETHER, .with = {.tasks = &tasks_too}};

static long trips_of(const g_team_query *query, g_team_list *teams_out, orm_session **db_out)
{
    assert_int_equal(orm_session_open(wired, NULL, db_out, NULL), ORM_OK);
    int64_t count = 0;
    assert_ok(*db_out, g_team_count(*db_out, NULL, &count)); /* connects and begins */
    long before = atomic_load(&proxy.trips);
    assert_ok(*db_out, g_team_select(*db_out, query, teams_out));
    return atomic_load(&proxy.trips) - before;
}

static void levels_share_one_round_trip(void **state)
{
    (void)state;
    g_team_list teams;
    orm_session *db = NULL;
    if (!database.postgresql)
        return;
    g_team_query query = {.with = {.members = &people_too,
                                   .reserves = &people_too,
                                   .fans = &(g_person_query){.load = ORM_LOAD_TOGETHER}}};
    for (int i = 0; i < 2; i++) {
        test_count_start(&database);
        assert_int_equal(trips_of(&query, &teams, &db), 1);
        assert_statements(&database, 9); /* the count too */
        orm_session_close(db);
    }
    /* Below what is loaded by keys, a level is a trip again. */
    g_chore_query apart = {.with = {.steps = &steps_too}};
    g_person_query members = {.load = ORM_LOAD_TOGETHER, .with = {.tasks = &apart}};
    query = (g_team_query){.with = {.members = &members}};
    assert_int_equal(trips_of(&query, &teams, &db), 3);
    orm_session_close(db);
    /* SQL of one's own is run once only, and so are locks taken. */
    orm_session *maker = test_session(&database);
    query = (g_team_query){.where = g_team_sql(maker, "length({name}) > 0", NULL, 0),
                           .with = {.members = &people_too}};
    assert_int_equal(trips_of(&query, &teams, &db), 4);
    assert_int_equal(teams.count, 20);
    orm_session_close(db);
    query = (g_team_query){.lock = ORM_LOCK_UPDATE, .with = {.members = &people_too}};
    assert_int_equal(trips_of(&query, &teams, &db), 4);
    orm_session_close(db);
}

/* Parents of which each statement sees others: what did not travel is loaded after all. */
static void parents_that_changed_in_between_are_complete(void **state)
{
    (void)state;
    g_person_list people;
    if (!database.postgresql)
        return;
    test_execute(&database, "alter table people rename to people_there;"
                            "create view people as select * from people_there"
                            " where random() < 0.7");
    for (int limited = 0; limited < 2; limited++) {
        orm_session *db = test_session(&database);
        g_chore_query tasks = {.load = ORM_LOAD_TOGETHER, .with = {.steps = &steps_too}};
        g_skill_query skills = {.load = ORM_LOAD_TOGETHER, .limit = limited ? 2 : 0};
        g_person_query query = {.order_by = {G_PERSON_BY_ID},
                                .limit = limited ? 50 : 0,
                                .with = {.tasks = &tasks, .skills = &skills}};
        test_count_start(&database);
        assert_ok(db, g_person_select(db, &query, &people));
        assert_in_range(test_count(&database).statements, 6, 7);
        assert_in_range(people.count, 40, PEOPLE - 10);
        for (size_t i = 0; i < people.count; i++) {
            int64_t id = people.items[i]->id;
            g_chore_list found;
            g_skill_list skilled;
            assert_int_equal(g_person_tasks(people.items[i], &found), ORM_OK);
            assert_int_equal(g_person_skills(people.items[i], &skilled), ORM_OK);
            assert_int_equal(found.count, id % 4);
            assert_int_equal(skilled.count, limited && id % 4 > 2 ? 2 : id % 4);
            for (size_t k = 0; k < found.count; k++) {
                g_step_list steps;
                assert_int_equal(g_chore_steps(found.items[k], &steps), ORM_OK);
                assert_int_equal(steps.count, found.items[k]->id % 3);
            }
        }
        test_session_close(&database, db);
    }
    test_execute(&database, "drop view people; alter table people_there rename to people");
}

static void what_is_known_is_kept_or_read_again(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list some;
    g_person_list people;
    g_chore_list tasks;
    g_person_query half = {.where = g_person_id_is(orm_le(90)), .with = {.tasks = &g_chore_all}};
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .with = {.tasks = &tasks_too}};
    assert_ok(db, g_person_select(db, &half, &some));
    assert_int_equal(g_person_tasks(some.items[2], &tasks), ORM_OK);
    g_chore **items = tasks.items;
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(g_person_tasks(some.items[2], &tasks), ORM_OK);
    assert_ptr_equal(tasks.items, items);
    for (size_t i = 0; i < people.count; i++) {
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
        assert_int_equal(tasks.count, people.items[i]->id % 4);
        for (size_t k = 0; k < tasks.count; k++) {
            g_step_list steps;
            g_person *back = NULL;
            assert_int_equal(g_chore_steps(tasks.items[k], &steps), ORM_OK);
            assert_int_equal(steps.count, tasks.items[k]->id % 3);
            assert_int_equal(g_chore_person(tasks.items[k], &back), ORM_OK);
            assert_ptr_equal(back, people.items[i]);
        }
    }
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update tasks set title = 'changed' where id = 13");
    g_chore_query again = tasks_too;
    again.refresh = true;
    query.with.tasks = &again;
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(g_person_tasks(people.items[2], &tasks), ORM_OK);
    bool seen = false;
    for (size_t k = 0; k < tasks.count; k++)
        seen = seen || strcmp(tasks.items[k]->title, "changed") == 0;
    assert_true(seen);
}

static void self_relations_and_what_is_joined_below(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_text actual = {0};
        g_person_query reports = {.load = way ? ORM_LOAD_TOGETHER : ORM_LOAD_SELECTIN,
                                  .order_by = {G_PERSON_BY_ID},
                                  .depth = 3,
                                  .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN}},
                                  .counts = {.labels = &g_label_all}};
        g_person_query query = {.where = g_person_boss_id_is_null(),
                                .order_by = {G_PERSON_BY_ID},
                                .with = {.reports = &reports}};
        assert_ok(db, g_person_select(db, &query, &people));
        for (size_t i = 0; i < people.count; i++) {
            g_person_list below;
            assert_int_equal(g_person_reports(people.items[i], &below), ORM_OK);
            for (size_t k = 0; k < below.count; k++) {
                g_person_list last;
                g_team *team = NULL;
                int64_t labels = 0;
                assert_int_equal(g_person_team(below.items[k], &team), ORM_OK);
                assert_int_equal(g_person_labels_count(below.items[k], &labels), ORM_OK);
                assert_int_equal(labels, below.items[k]->id % 3);
                assert_int_equal(g_person_reports(below.items[k], &last), ORM_OK);
                for (size_t m = 0; m < last.count; m++) {
                    g_person_list bottom;
                    assert_int_equal(g_person_reports(last.items[m], &bottom), ORM_OK);
                    test_text_add(&actual, "%lld|%lld|%s|%lld|%zu\n",
                                  (long long)people.items[i]->id, (long long)below.items[k]->id,
                                  team ? team->name : "-", (long long)last.items[m]->id,
                                  bottom.count);
                }
            }
        }
        assert_rows(actual,
                    "select a.\"person id\", b.\"person id\", t.name, c.\"person id\", (select"
                    " count(*) from people d where d.boss_id = c.\"person id\") from people a join"
                    " people b on b.boss_id = a.\"person id\" join people c on c.boss_id ="
                    " b.\"person id\" left join \"Teams\" t on t.\"TeamId\" = b.team where"
                    " a.boss_id is null order by 1, 2, 4");
        test_session_close(&database, db);
    }
}

static void a_failure_leaves_nothing_loaded(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_person_list people;
    g_chore_list tasks;
    if (!database.postgresql)
        return;
    assert_ok(db, g_person_find(db, 3, &person));
    test_execute(&database, "alter table steps rename to elsewhere");
    g_person_query query = {.with = {.tasks = &tasks_too}};
    orm_status status = g_person_select(db, &query, &people);
    test_execute(&database, "alter table elsewhere rename to steps");
    assert_int_not_equal(status, ORM_OK);
    assert_int_equal(g_person_tasks(person, &tasks), ORM_NOT_LOADED);
}

static void it_is_watched_like_any_load(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    orm_scope_statistics statistics;
    g_team_list teams;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &people_too}}, &teams));
    test_session_close(&database, db);
    orm_assert_no_n_plus_one(scope);
    orm_scope_get_statistics(scope, &statistics);
    assert_int_equal(statistics.statements, 4);
    assert_int_equal(statistics.row_by_row, 0);
    orm_scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(everything_is_as_by_statements_of_their_own),
        suite_test(levels_share_one_round_trip),
        suite_test(parents_that_changed_in_between_are_complete),
        suite_test(what_is_known_is_kept_or_read_again),
        suite_test(self_relations_and_what_is_joined_below),
        suite_test(a_failure_leaves_nothing_loaded),
        suite_test(it_is_watched_like_any_load),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
