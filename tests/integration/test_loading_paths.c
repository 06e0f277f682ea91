/* Nested, filtered, ordered and limited relations, and relations of a model to itself. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 200 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "an_inner_level_without_keys_costs_nothing",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "two_relations_of_one_target",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static void nested_paths_cost_one_statement_each(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    test_text actual = {0};
    g_team_query query = {
        .order_by = {G_TEAM_BY_ID},
        .with = {
            .members = &(g_person_query){
                .order_by = {G_PERSON_BY_NAME_DESC},
                .with = {.tasks =
                             &(g_chore_query){
                                 .with = {.steps = &(g_step_query){.order_by = {G_STEP_BY_ID}}}},
                         .region = &g_region_all}}}};
    assert_ok(db, g_team_select(db, &query, &teams));
    assert_statements(&database, 5);
    for (size_t t = 0; t < teams.count; t++) {
        g_person_list members;
        assert_int_equal(g_team_members(teams.items[t], &members), ORM_OK);
        for (size_t m = 0; m < members.count; m++) {
            g_chore_list tasks;
            g_region *region = NULL;
            assert_int_equal(g_person_tasks(members.items[m], &tasks), ORM_OK);
            assert_int_equal(g_person_region(members.items[m], &region), ORM_OK);
            for (size_t k = 0; k < tasks.count; k++) {
                g_step_list steps;
                assert_int_equal(g_chore_steps(tasks.items[k], &steps), ORM_OK);
                for (size_t s = 0; s < steps.count; s++)
                    test_text_add(&actual, "%s|%s|%s|%s|%s\n", teams.items[t]->name,
                                  members.items[m]->name, region ? region->title : "-",
                                  tasks.items[k]->title, steps.items[s]->name);
            }
        }
    }
    assert_statements(&database, 0);
    assert_rows(actual,
                "select t.name, p.name, r.title, k.title, s.name from \"Teams\" t"
                " join people p on p.team = t.\"TeamId\""
                " left join regions r on r.country = p.country and r.area = p.area"
                " join tasks k on k.person_id = p.\"person id\" join steps s on s.task_id = k.id"
                " order by t.\"TeamId\", p.name desc, k.\"order\" desc, k.id, s.id");
}

static void an_inner_level_without_keys_costs_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    g_team_query query = {.with = {.members = &(g_person_query){
                                       .where = g_person_id_is(orm_lt(0)),
                                       .with = {.tasks = &g_chore_all, .labels = &g_label_all}}}};
    assert_ok(db, g_team_select(db, &query, &teams));
    assert_int_equal(teams.count, 20);
    assert_statements(&database, 2);
}

static void a_filter_gives_partial_lists(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .with = {.tasks = &(g_chore_query){.where = g_chore_done_is(true)}}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 2);
    for (size_t i = 0; i < people.count; i++) {
        g_chore_list tasks;
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
        assert_true(tasks.partial);
        for (size_t k = 0; k < tasks.count; k++)
            test_text_add(&actual, "%lld|%lld\n", (long long)people.items[i]->id,
                          (long long)tasks.items[k]->id);
    }
    assert_rows(actual, "select person_id, id from tasks where %s order by 1, \"order\" desc, 2",
                test_either(&database, "done = 1", "done"));
    /* What is partial is no answer to the question for all. */
    assert_ok(db, g_person_preload_tasks(db, &people, NULL));
    assert_statements(&database, 1);
    g_chore_list tasks;
    assert_int_equal(g_person_tasks(people.items[2], &tasks), ORM_OK);
    assert_false(tasks.partial);
    assert_int_equal(tasks.count, 3);
}

static void add_page(test_text *text, const g_person_list *people)
{
    for (size_t i = 0; i < people->count; i++) {
        g_chore_list tasks;
        g_skill_list skills;
        assert_int_equal(g_person_tasks(people->items[i], &tasks), ORM_OK);
        assert_int_equal(g_person_skills(people->items[i], &skills), ORM_OK);
        assert_true(tasks.partial && skills.partial);
        for (size_t k = 0; k < tasks.count; k++)
            test_text_add(text, "%lld|t|%lld\n", (long long)people->items[i]->id,
                          (long long)tasks.items[k]->id);
        for (size_t k = 0; k < skills.count; k++)
            test_text_add(text, "%lld|u|%d\n", (long long)people->items[i]->id,
                          skills.items[k]->id);
    }
}

static void limit_and_offset_hold_per_parent(void **state)
{
    (void)state;
    for (int offset = 0; offset < 3; offset++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_text actual = {0};
        g_person_query query = {.order_by = {G_PERSON_BY_ID},
                                .with = {.tasks = &(g_chore_query){.order_by = {G_CHORE_BY_ID_DESC},
                                                                   .limit = 1,
                                                                   .offset = offset},
                                         .skills = &(g_skill_query){.order_by = {G_SKILL_BY_NAME},
                                                                    .limit = 2,
                                                                    .offset = offset}}};
        assert_ok(db, g_person_select(db, &query, &people));
        assert_statements(&database, 3);
        add_page(&actual, &people);
        assert_rows(
            actual,
            "select person, what, id from (select person_id person, 't' what, id,"
            " row_number() over (partition by person_id order by id desc) n, 1 most"
            " from tasks union all select r.person_id, 'u', s.id,"
            " row_number() over (partition by r.person_id order by s.name), 2 from ratings r"
            " join skills s on s.id = r.skill_id) x where n > %d and n <= %d + most"
            " order by 1, 2, n",
            offset, offset);
        test_session_close(&database, db);
    }
}

static void an_offset_alone_and_no_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    g_label_list labels;
    test_text actual = {0};
    g_person_query query = {
        .order_by = {G_PERSON_BY_ID},
        .with = {.tasks = &(g_chore_query){.order_by = {G_CHORE_BY_ID}, .offset = 1},
                 .labels = &(g_label_query){.limit = orm_limit(0)}}};
    assert_ok(db, g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++) {
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
        assert_int_equal(g_person_labels(people.items[i], &labels), ORM_OK);
        assert_int_equal(labels.count, 0);
        assert_true(labels.partial);
        for (size_t k = 0; k < tasks.count; k++)
            test_text_add(&actual, "%lld\n", (long long)tasks.items[k]->id);
    }
    assert_rows(actual, "select id from (select person_id, id, row_number() over"
                        " (partition by person_id order by id) n from tasks) x where n > 1"
                        " order by person_id, id");
}

static void add_reports(test_text *text, const g_person *boss, int level, int levels)
{
    g_person_list reports;
    if (level == levels) {
        assert_int_equal(g_person_reports(boss, &reports), ORM_NOT_LOADED);
        return;
    }
    assert_int_equal(g_person_reports(boss, &reports), ORM_OK);
    for (size_t i = 0; i < reports.count; i++) {
        test_text_add(text, "%d|%lld|%lld\n", level, (long long)boss->id,
                      (long long)reports.items[i]->id);
        add_reports(text, reports.items[i], level + 1, levels);
    }
}

static void depth_is_the_number_of_paths(void **state)
{
    (void)state;
    for (int depth = 1; depth <= 3; depth++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_text actual = {0};
        g_person_query query = {.where = g_person_boss_id_is_null(),
                                .order_by = {G_PERSON_BY_ID},
                                .with = {.reports = &(g_person_query){.order_by = {G_PERSON_BY_ID},
                                                                      .depth = (uint32_t)depth}}};
        assert_ok(db, g_person_select(db, &query, &people));
        assert_statements(&database, 1 + depth);
        for (size_t i = 0; i < people.count; i++)
            add_reports(&actual, people.items[i], 0, depth);
        assert_rows(actual,
                    "with recursive down(level, boss, id, path) as (select 0, boss_id,"
                    " \"person id\", '/' || (1000 + boss_id) || '/' || (1000 + \"person id\") from"
                    " people where boss_id <= 3 union all select level + 1, p.boss_id,"
                    " p.\"person id\", path || '/' || (1000 + p.\"person id\") from people p join"
                    " down on p.boss_id = down.id where level < %d)"
                    " select level, boss, id from down order by path",
                    depth - 1);
        test_session_close(&database, db);
    }
}

static void depth_upwards_stops_at_the_top(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query query = {.where = g_person_id_is(orm_eq(PEOPLE)),
                            .with = {.boss = &(g_person_query){.depth = 50}}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(people.count, 1);
    /* 200, 66, 22, 7, 2: one statement a level, none without a key. */
    assert_statements(&database, 5);
    g_person *person = people.items[0];
    while (person != NULL) {
        test_text_add(&actual, "%lld\n", (long long)person->id);
        assert_int_equal(g_person_boss(person, &person), ORM_OK);
    }
    assert_same_text(actual.data, "200\n66\n22\n7\n2\n");
    test_text_free(&actual);
}

static void two_relations_of_one_target(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query query = {
        .order_by = {G_PERSON_BY_ID},
        .with = {.team = &g_team_all,
                 .reserve_team = &g_team_all,
                 .favourite = &(g_team_query){.with = {.members = &g_person_all}}}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 5);
    for (size_t i = 0; i < people.count; i++) {
        g_team *one = NULL;
        g_team *two = NULL;
        g_team *three = NULL;
        assert_int_equal(g_person_team(people.items[i], &one), ORM_OK);
        assert_int_equal(g_person_reserve_team(people.items[i], &two), ORM_OK);
        assert_int_equal(g_person_favourite(people.items[i], &three), ORM_OK);
        test_text_add(&actual, "%s|%s|%s\n", one ? one->name : "-", two ? two->name : "-",
                      three ? three->name : "-");
        if (one != NULL && one == three) {
            g_person_list members;
            assert_int_equal(g_team_members(one, &members), ORM_OK);
        }
    }
    assert_rows(actual, "select a.name, b.name, c.name from people p"
                        " left join \"Teams\" a on a.\"TeamId\" = p.team"
                        " left join \"Teams\" b on b.\"TeamId\" = p.\"select\""
                        " left join \"Teams\" c on c.\"Code\" = p.team_code"
                        " order by p.\"person id\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(nested_paths_cost_one_statement_each),
        suite_test(an_inner_level_without_keys_costs_nothing),
        suite_test(a_filter_gives_partial_lists),
        suite_test(limit_and_offset_hold_per_parent),
        suite_test(an_offset_alone_and_no_rows),
        suite_test(depth_is_the_number_of_paths),
        suite_test(depth_upwards_stops_at_the_top),
        suite_test(two_relations_of_one_target),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
