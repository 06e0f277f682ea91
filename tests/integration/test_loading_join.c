/* To-one relations loaded by a join: in the parents' own statement, and never more or fewer
 * parents. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 200 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_join_never_multiplies_parents",
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

static void absent_rows_are_none(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN},
                                     .favourite = &(g_team_query){.load = ORM_LOAD_JOIN},
                                     .region = &(g_region_query){.load = ORM_LOAD_JOIN},
                                     .boss = &(g_person_query){.load = ORM_LOAD_JOIN},
                                     .profile = &(g_profile_query){.load = ORM_LOAD_JOIN}}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 1);
    assert_int_equal(people.count, PEOPLE);
    for (size_t i = 0; i < people.count; i++) {
        g_team *team = NULL;
        g_team *favourite = NULL;
        g_region *region = NULL;
        g_person *boss = NULL;
        g_profile *profile = NULL;
        const g_person *person = people.items[i];
        assert_int_equal(g_person_team(person, &team), ORM_OK);
        assert_int_equal(g_person_favourite(person, &favourite), ORM_OK);
        assert_int_equal(g_person_region(person, &region), ORM_OK);
        assert_int_equal(g_person_boss(person, &boss), ORM_OK);
        assert_int_equal(g_person_profile(person, &profile), ORM_OK);
        test_text_add(&actual, "%lld|%s|%s|%s|%s|%s\n", (long long)person->id,
                      team ? team->name : "-", favourite ? favourite->code : "-",
                      region ? region->title : "-", boss ? boss->name : "-",
                      profile ? profile->bio : "-");
        /* One row is one object, joined or selected. */
        if (boss != NULL)
            assert_ptr_equal(boss, people.items[boss->id - 1]);
    }
    assert_rows(actual, "select p.\"person id\", t.name, f.\"Code\", r.title, b.name, i.bio"
                        " from people p left join \"Teams\" t on t.\"TeamId\" = p.team"
                        " left join \"Teams\" f on f.\"Code\" = p.team_code"
                        " left join regions r on r.country = p.country and r.area = p.area"
                        " left join people b on b.\"person id\" = p.boss_id"
                        " left join profiles i on i.person_id = p.\"person id\" order by 1");
}

static void nested_joins_and_a_list_below(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_step_list steps;
    test_text actual = {0};
    g_step_query query = {
        .order_by = {G_STEP_BY_ID_DESC},
        .limit = 30,
        .with = {.task = &(g_chore_query){
                     .load = ORM_LOAD_JOIN,
                     .with = {.person = &(g_person_query){
                                  .load = ORM_LOAD_JOIN,
                                  .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN},
                                           .labels = &(g_label_query){
                                               .order_by = {G_LABEL_BY_LABEL_DESC}}}}}}}};
    assert_ok(db, g_step_select(db, &query, &steps));
    assert_statements(&database, 2);
    assert_int_equal(steps.count, 30);
    for (size_t i = 0; i < steps.count; i++) {
        g_chore *task = NULL;
        g_person *person = NULL;
        g_team *team = NULL;
        g_label_list labels;
        assert_int_equal(g_step_task(steps.items[i], &task), ORM_OK);
        assert_int_equal(g_chore_person(task, &person), ORM_OK);
        assert_int_equal(g_person_team(person, &team), ORM_OK);
        assert_int_equal(g_person_labels(person, &labels), ORM_OK);
        for (size_t k = 0; k < labels.count; k++)
            test_text_add(&actual, "%lld|%lld|%s|%s|%s\n", (long long)steps.items[i]->id,
                          (long long)task->id, person->name, team ? team->name : "-",
                          labels.items[k]->label);
    }
    assert_rows(actual, "select s.id, k.id, p.name, t.name, l.label from (select * from steps"
                        " order by id desc limit 30) s join tasks k on k.id = s.task_id"
                        " join people p on p.\"person id\" = k.person_id"
                        " left join \"Teams\" t on t.\"TeamId\" = p.team"
                        " join people_labels l on l.person = p.\"person id\""
                        " order by s.id desc, l.label desc");
}

static void a_filter_loses_no_parent(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query query = {
        .order_by = {G_PERSON_BY_ID},
        .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN,
                                         .where = g_team_name_is(orm_contains("1"))}}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 1);
    for (size_t i = 0; i < people.count; i++) {
        g_team *team = NULL;
        assert_int_equal(g_person_team(people.items[i], &team), ORM_OK);
        test_text_add(&actual, "%lld|%s\n", (long long)people.items[i]->id,
                      team ? team->name : "-");
    }
    assert_rows(actual, "select p.\"person id\", t.name from people p left join \"Teams\" t"
                        " on t.\"TeamId\" = p.team and t.name like '%%1%%' order by 1");
}

static void a_join_below_a_list(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    test_text actual = {0};
    g_team_query query = {
        .order_by = {G_TEAM_BY_ID},
        .with = {.members = &(g_person_query){
                     .order_by = {G_PERSON_BY_ID_DESC},
                     .limit = 2,
                     .with = {.favourite = &(g_team_query){.load = ORM_LOAD_JOIN},
                              .boss = &(g_person_query){.load = ORM_LOAD_JOIN}}}}};
    assert_ok(db, g_team_select(db, &query, &teams));
    assert_statements(&database, 2);
    for (size_t t = 0; t < teams.count; t++) {
        g_person_list members;
        assert_int_equal(g_team_members(teams.items[t], &members), ORM_OK);
        for (size_t m = 0; m < members.count; m++) {
            g_team *favourite = NULL;
            g_person *boss = NULL;
            assert_int_equal(g_person_favourite(members.items[m], &favourite), ORM_OK);
            assert_int_equal(g_person_boss(members.items[m], &boss), ORM_OK);
            test_text_add(&actual, "%s|%lld|%s|%s\n", teams.items[t]->name,
                          (long long)members.items[m]->id, favourite ? favourite->name : "-",
                          boss ? boss->name : "-");
        }
    }
    assert_rows(actual,
                "select t.name, p.id, f.name, b.name from \"Teams\" t join (select people.*,"
                " \"person id\" id, row_number() over (partition by team order by"
                " \"person id\" desc) n from people) p on p.team = t.\"TeamId\" and n <= 2"
                " left join \"Teams\" f on f.\"Code\" = p.team_code"
                " left join people b on b.\"person id\" = p.boss_id"
                " order by t.\"TeamId\", p.id desc");
}

/* Nothing keeps the rows of this has_one unique: the first in its order counts. */
static void a_join_never_multiplies_parents(void **state)
{
    (void)state;
    for (int join = 0; join < 2; join++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_text actual = {0};
        g_chore_query top = {.load = join ? ORM_LOAD_JOIN : ORM_LOAD_SELECTIN,
                             .where = g_chore_id_is(orm_ne(30)),
                             .with = {.steps = &(g_step_query){.order_by = {G_STEP_BY_ID}}}};
        g_person_query query = {
            .order_by = {G_PERSON_BY_ID}, .limit = 150, .with = {.top_task = &top}};
        assert_ok(db, g_person_select(db, &query, &people));
        assert_statements(&database, 3 - join);
        for (size_t i = 0; i < people.count; i++) {
            g_chore *task = NULL;
            assert_int_equal(g_person_top_task(people.items[i], &task), ORM_OK);
            test_text_add(&actual, "%lld|%s\n", (long long)people.items[i]->id,
                          task ? task->title : "-");
        }
        assert_rows(actual,
                    "select p.\"person id\", t.title from people p left join (select person_id,"
                    " title, row_number() over (partition by person_id order by \"order\" desc,"
                    " id) n from tasks where id <> 30) t on t.person_id = p.\"person id\" and n = 1"
                    " order by 1 limit 150");
        test_session_close(&database, db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(absent_rows_are_none),
        suite_test(nested_joins_and_a_list_below),
        suite_test(a_filter_loses_no_parent),
        suite_test(a_join_below_a_list),
        suite_test(a_join_never_multiplies_parents),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
