/* What a session knows already costs nothing, until asked to read again; failures leave nothing
 * loaded. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 60 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_failing_relation_fails_the_query",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "back_references_are_known",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "only_what_is_missing_is_asked_for",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "refresh_reads_again",
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

static void what_is_loaded_costs_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    g_team *team = NULL;
    g_person_query query = {.with = {.tasks = &g_chore_all, .team = &g_team_all}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 3);
    assert_ok(db, g_person_preload_tasks(db, &people, NULL));
    assert_ok(db, g_person_preload_team(db, &people, NULL));
    assert_ok(db, g_person_load_tasks(db, people.items[0], &tasks));
    assert_ok(db, g_person_load_team(db, people.items[0], &team));
    assert_statements(&database, 0);
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 1);
}

static void another_order_is_another_first_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore *top = NULL;
    g_chore *last = NULL;
    g_person_query query = {.where = g_person_id_is(orm_eq(test_number(
                                &database, "select person_id from tasks group by 1 having"
                                           " count(*) > 1 order by 1 limit 1"))),
                            .with = {.top_task = &g_chore_all}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(people.count, 1);
    assert_int_equal(g_person_top_task(people.items[0], &top), ORM_OK);
    assert_int_equal(top->id, test_number(&database,
                                          "select id from tasks where person_id = %lld order by"
                                          " \"order\" desc, id limit 1",
                                          (long long)people.items[0]->id));
    query.with.top_task = &(g_chore_query){.order_by = {G_CHORE_BY_RANK, G_CHORE_BY_ID_DESC}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(g_person_top_task(people.items[0], &last), ORM_OK);
    assert_int_equal(last->id, test_number(&database,
                                           "select id from tasks where person_id = %lld order by"
                                           " \"order\", id desc limit 1",
                                           (long long)people.items[0]->id));
    assert_ptr_not_equal(top, last);
    assert_statements(&database, 4);
}

static void only_what_is_missing_is_asked_for(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    assert_ok(db, g_person_select(db, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &people));
    assert_ok(db, g_person_load_tasks(db, people.items[2], &tasks));
    assert_int_equal(tasks.count, 3);
    assert_statements(&database, 2);
    /* Behind the session's back: only parents whose tasks were not loaded see the new row. */
    test_session_close(&database, db);
    db = test_session(&database);
    assert_ok(db, g_person_select(db, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &people));
    assert_ok(db, g_person_load_tasks(db, people.items[2], &tasks));
    assert_ok(db, g_person_preload_tasks(db, &people, NULL));
    assert_statements(&database, 3);
    g_chore_list again;
    assert_int_equal(g_person_tasks(people.items[2], &again), ORM_OK);
    assert_ptr_equal(tasks.items, again.items);
}

static void to_one_targets_come_from_the_identity_map(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    g_person_list people;
    assert_ok(db, g_team_select(db, NULL, &teams));
    assert_statements(&database, 1);
    assert_ok(db, g_person_select(db, &(g_person_query){.with = {.team = &g_team_all}}, &people));
    assert_statements(&database, 1);
    for (size_t i = 0; i < people.count; i++) {
        g_team *team = NULL;
        assert_int_equal(g_person_team(people.items[i], &team), ORM_OK);
        assert_int_equal(team != NULL, people.items[i]->team_id.has);
        if (team != NULL)
            assert_int_equal(team->id, people.items[i]->team_id.value);
    }
}

static void back_references_are_known(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    g_team_query query = {
        .with = {.members = &(g_person_query){
                     .with = {.team = &g_team_all,
                              .tasks = &(g_chore_query){.with = {.person = &g_person_all}}}}}};
    assert_ok(db, g_team_select(db, &query, &teams));
    assert_statements(&database, 3);
    for (size_t t = 0; t < teams.count; t++) {
        g_person_list members;
        assert_int_equal(g_team_members(teams.items[t], &members), ORM_OK);
        for (size_t m = 0; m < members.count; m++) {
            g_team *team = NULL;
            assert_int_equal(g_person_team(members.items[m], &team), ORM_OK);
            assert_ptr_equal(team, teams.items[t]);
        }
    }
}

static void one_row_is_one_object(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *one = NULL;
    g_person *two = NULL;
    g_person_list list;
    assert_ok(db, g_person_find(db, 7, &one));
    assert_ok(db,
              g_person_select(db, &(g_person_query){.where = g_person_id_is(orm_eq(7))}, &list));
    assert_int_equal(list.count, 1);
    assert_ptr_equal(list.items[0], one);
    assert_ok(db, g_person_find(db, 7, &two));
    assert_ptr_equal(one, two);
    orm_value seven[] = {orm_bind(7)};
    assert_ok(db,
              g_person_raw(db, "select * from people where \"person id\" = $1", seven, 1, &list));
    assert_int_equal(list.count, 1);
    assert_ptr_equal(list.items[0], one);
    /* Another session has objects of its own. */
    orm_session *other = test_session_with(&database, &(orm_session_options){.read_only = true});
    assert_ok(other, g_person_find(other, 7, &two));
    assert_ptr_not_equal(one, two);
}

static void change(orm_session *db, const char *sql)
{
    assert_ok(db, orm_raw(db, sql, NULL, 0, NULL, NULL, NULL));
}

static void refresh_reads_again(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    g_team *team = NULL;
    g_person_query query = {.where = g_person_id_is(orm_eq(7)),
                            .with = {.tasks = &g_chore_all, .team = &g_team_all}};
    assert_ok(db, g_person_select(db, &query, &people));
    change(db, "update people set name = 'renamed' where \"person id\" = 7");
    change(db, "delete from steps where task_id = 28");
    change(db, "delete from tasks where id = 28");
    change(db, "update tasks set title = 'retitled' where id = 29");
    change(db, "update \"Teams\" set name = 'new' where \"TeamId\" = 8");
    test_count_start(&database);
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 1);
    assert_string_equal(people.items[0]->name, "person 7");
    assert_int_equal(g_person_tasks(people.items[0], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 3);
    query.refresh = true;
    query.with.tasks = &(g_chore_query){.refresh = true};
    query.with.team = &(g_team_query){.refresh = true};
    g_person *before = people.items[0];
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 3);
    assert_ptr_equal(people.items[0], before);
    assert_string_equal(before->name, "renamed");
    assert_int_equal(g_person_tasks(before, &tasks), ORM_OK);
    assert_int_equal(tasks.count, 2);
    for (size_t i = 0; i < tasks.count; i++)
        if (tasks.items[i]->id == 29)
            assert_string_equal(tasks.items[i]->title, "retitled");
    assert_int_equal(g_person_team(before, &team), ORM_OK);
    assert_string_equal(team->name, "new");
    orm_session_rollback(db);
}

/* Everything was NOT_LOADED before the failing call; so it is afterwards. */
static void a_failing_relation_fails_the_query(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_list again;
    g_chore_list tasks;
    g_team *team = NULL;
    g_label_list labels;
    assert_ok(db, g_person_select(db, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &people));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "alter table steps rename to moved");
    g_chore_query with_steps = {.with = {.steps = &g_step_all}};
    orm_status status = g_person_select(
        db,
        &(g_person_query){
            .with = {.team = &g_team_all, .labels = &g_label_all, .tasks = &with_steps}},
        &again);
    assert_int_not_equal(status, ORM_OK);
    assert_int_equal(again.count, 0);
    assert_int_equal(orm_session_error(db)->status, status);
    assert_non_null(strstr(orm_session_error(db)->message, "steps"));
    orm_session_rollback(db);
    for (size_t i = 0; i < people.count; i++) {
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_NOT_LOADED);
        assert_int_equal(g_person_team(people.items[i], &team), ORM_NOT_LOADED);
        assert_int_equal(g_person_labels(people.items[i], &labels), ORM_NOT_LOADED);
    }
    assert_int_not_equal(g_person_preload_tasks(db, &people, &with_steps), ORM_OK);
    orm_session_rollback(db);
    assert_int_equal(g_person_tasks(people.items[3], &tasks), ORM_NOT_LOADED);
    test_execute(&database, "alter table moved rename to steps");
    /* The same session recovers. */
    assert_ok(db, g_person_preload_tasks(db, &people, &with_steps));
    assert_int_equal(g_person_tasks(people.items[2], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 3);
}

static void siblings_fail_together(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    g_team *team = NULL;
    g_person *known = NULL;
    assert_ok(db, g_person_find(db, 7, &known));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "alter table labels rename to moved");
    assert_int_not_equal(g_person_select(db,
                                         &(g_person_query){.with = {.team = &g_team_all,
                                                                    .tasks = &g_chore_all,
                                                                    .labels = &g_label_all}},
                                         &people),
                         ORM_OK);
    orm_session_rollback(db);
    test_execute(&database, "alter table moved rename to labels");
    assert_int_equal(g_person_team(known, &team), ORM_NOT_LOADED);
    assert_int_equal(g_person_tasks(known, &tasks), ORM_NOT_LOADED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(what_is_loaded_costs_nothing),
        suite_test(another_order_is_another_first_row),
        suite_test(only_what_is_missing_is_asked_for),
        suite_test(to_one_targets_come_from_the_identity_map),
        suite_test(back_references_are_known),
        suite_test(one_row_is_one_object),
        suite_test(refresh_reads_again),
        suite_test(a_failing_relation_fails_the_query),
        suite_test(siblings_fail_together),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
