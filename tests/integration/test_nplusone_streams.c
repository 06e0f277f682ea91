/* Streams and recursion as the detector sees them. */
#include "integration/nplusone_fixture.h"

#include <stdio.h>

static int loop; /* the line of a statement in a callback */

/* What the database saw beyond what the scope counts: FETCH and CLOSE are controls to it. */
static void end_stream(orm_session *db)
{
    test_session_close(&database, db);
    test_count_start(&database);
}

static const orm_finding *only_finding(void)
{
    assert_int_equal(orm_scope_finding_count(scope), 1);
    return orm_scope_finding(scope, 0);
}

static orm_status read_tasks(orm_session *db, g_person *person, void *context)
{
    g_chore_list tasks;
    g_step_list steps;
    g_team *team = NULL;
    (void)db;
    (void)context;
    assert_int_equal(g_person_tasks(person, &tasks), ORM_OK);
    for (size_t i = 0; i < tasks.count; i++)
        assert_int_equal(g_chore_steps(tasks.items[i], &steps), ORM_OK);
    return g_person_team(person, &team);
}

static void batches_are_no_finding(void **state)
{
    (void)state;
    static const size_t batches[] = {1, 2, 10, 50, 500};
    orm_session *db = session();
    g_person_query query = {
        .with = {.tasks = &(g_chore_query){.with = {.steps = &g_step_all}}, .team = &g_team_all}};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
        assert_ok(db,
                  g_person_each(db, &query, &(orm_each){.batch = batches[i]}, read_tasks, NULL));
    end_stream(db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

static orm_status load_tasks(orm_session *db, g_person *person, void *context)
{
    g_chore_list tasks;
    (void)context;
    loop = __LINE__ + 1;
    return g_person_load_tasks(db, person, &tasks);
}

static void check_tasks(const orm_finding *it, int stream, const char *replacement)
{
    assert_int_equal(it->kind, ORM_FINDING_N1);
    assert_string_equal(it->subject, "person.tasks");
    assert_int_equal(it->site.line, loop);
    assert_int_equal(it->origin.line, stream);
    assert_int_equal(it->statements, PEOPLE);
    assert_int_equal(it->matched, PEOPLE);
    assert_string_equal(it->replacement, replacement);
    assert_int_equal(it->replacement_site.line, stream);
    assert_string_equal(it->in_loop, "status = g_person_tasks(row, &list);");
    assert_null(it->alternative);
}

static void a_load_in_a_callback_is_one(void **state)
{
    (void)state;
    orm_session *db = session();
    g_person_query query = {.order_by = {G_PERSON_BY_ID}};
    int stream = __LINE__ + 1;
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 7}, load_tasks, NULL));
    end_stream(db);
    const orm_finding *it = only_finding();
    check_tasks(it, stream, ".with.tasks = &g_chore_all,");
    assert_true(it->within_query);
}

static void so_it_is_in_a_stream_of_everything(void **state)
{
    (void)state;
    orm_session *db = session();
    int stream = __LINE__ + 1;
    assert_ok(db, g_person_each(db, NULL, NULL, load_tasks, NULL));
    end_stream(db);
    const orm_finding *it = only_finding();
    check_tasks(it, stream,
                "status = g_person_each(db, &(g_person_query){\n"
                "    .with.tasks = &g_chore_all,\n"
                "}, &options, callback, context);");
    assert_false(it->within_query);
}

static orm_status count_by_hand(orm_session *db, g_person *person, void *context)
{
    orm_value id = orm_bind(person->id);
    (void)context;
    loop = __LINE__ + 1;
    return orm_raw(db, "select title from tasks where person_id = $1", &id, 1, NULL, NULL, NULL);
}

static void statements_by_hand_are_linked_to_the_stream(void **state)
{
    (void)state;
    orm_session *db = session();
    int stream = __LINE__ + 1;
    assert_ok(db, g_person_each(db, NULL, &(orm_each){.batch = 30}, count_by_hand, NULL));
    end_stream(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->kind, ORM_FINDING_N1);
    assert_int_equal(it->site.line, loop);
    assert_int_equal(it->origin.line, stream);
    assert_string_equal(it->column, "person.id");
    assert_int_equal(it->evidence, ORM_EVIDENCE_STEMS);
}

static int64_t go_down(orm_session *db, g_person *person)
{
    g_person_list reports;
    int64_t count = 1;
    loop = __LINE__ + 1;
    assert_ok(db, g_person_load_reports(db, person, &reports));
    for (size_t i = 0; i < reports.count; i++)
        count += go_down(db, reports.items[i]);
    return count;
}

static void going_down_a_tree_is_a_walk(void **state)
{
    (void)state;
    g_person *person = NULL;
    orm_session *db = session();
    assert_ok(db, g_person_find(db, 1, &person));
    int64_t count = go_down(db, person);
    end(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->kind, ORM_FINDING_N1);
    assert_string_equal(it->subject, "person.reports");
    assert_int_equal(it->site.line, loop);
    assert_in_range(it->statements, count - 1, count);
    assert_string_equal(it->replacement,
                        "status = g_person_walk_reports(db, row, NULL, NULL, &list);");
    assert_string_equal(it->in_loop, "status = g_person_reports(row, &list);");

    g_person_list list;
    db = test_session(&database);
    assert_ok(db, g_person_find(db, 1, &person));
    assert_ok(db, g_person_walk_reports(db, person, NULL, NULL, &list));
    assert_int_equal(list.count, count - 1);
    test_session_close(&database, db);
}

static void going_up_a_tree_is_a_walk(void **state)
{
    (void)state;
    g_person *person = NULL;
    orm_session *db = session();
    assert_ok(db, g_person_find(db, PEOPLE, &person));
    while (person->boss_id.has) {
        loop = __LINE__ + 1;
        assert_ok(db, g_person_load_boss(db, person, &person));
    }
    end(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->kind, ORM_FINDING_N1);
    assert_string_equal(it->subject, "person.boss");
    assert_int_equal(it->site.line, loop);
    assert_string_equal(it->replacement,
                        "status = g_person_walk_boss(db, row, NULL, NULL, &list);");
    assert_string_equal(it->in_loop, "status = g_person_boss(row, &found);");
}

static void one_step_up_is_no_walk(void **state)
{
    (void)state;
    g_person *person = NULL;
    orm_session *db = session();
    assert_ok(db, g_person_find(db, PEOPLE, &person));
    for (int i = 0; i < 2; i++)
        assert_ok(db, g_person_load_boss(db, person, &person));
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

/* What a walk finds out by the way is not blamed when nobody reads it. */
static void walks_are_no_finding(void **state)
{
    (void)state;
    g_person_list list;
    orm_session *db = session();
    g_person *person = NULL;
    assert_ok(db, g_person_find(db, 1, &person));
    assert_ok(db, g_person_walk_reports(db, person, NULL, NULL, &list));
    assert_ok(db, g_person_walk_boss(db, list.items[list.count - 1], NULL, NULL, &list));
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(batches_are_no_finding, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(a_load_in_a_callback_is_one, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(so_it_is_in_a_stream_of_everything, open_scope,
                                        close_scope),
        cmocka_unit_test_setup_teardown(statements_by_hand_are_linked_to_the_stream, open_scope,
                                        close_scope),
        cmocka_unit_test_setup_teardown(going_down_a_tree_is_a_walk, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(going_up_a_tree_is_a_walk, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(one_step_up_is_no_walk, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(walks_are_no_finding, open_scope, close_scope),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
