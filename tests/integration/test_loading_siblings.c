/* Sessions in which loading a relation of one row loads it for all rows of the list it came in. */
#include <orm/cmocka.h>
#include <orm/nplusone.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 60 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_N1,
     .function = "walk",
     .reason = "loading for siblings is compared with loading row by row"},
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

static const orm_session_options together = {.load_siblings = true};

/* Everybody's tasks, steps and team, asked for row by row. */
static void walk(orm_session *db, test_text *text)
{
    g_person_list people;
    assert_ok(db, g_person_select(db, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &people));
    for (size_t i = 0; i < people.count; i++) {
        g_chore_list tasks;
        g_team *team = NULL;
        assert_ok(db, g_person_load_tasks(db, people.items[i], &tasks));
        assert_ok(db, g_person_load_team(db, people.items[i], &team));
        test_text_add(text, "%lld|%s\n", (long long)people.items[i]->id, team ? team->name : "-");
        for (size_t k = 0; k < tasks.count; k++) {
            g_step_list steps;
            assert_ok(db, g_chore_load_steps(db, tasks.items[k], &steps));
            test_text_add(text, "%lld|%lld|%zu\n", (long long)people.items[i]->id,
                          (long long)tasks.items[k]->id, steps.count);
        }
    }
}

static void a_loop_sends_one_statement_for_each_relation(void **state)
{
    (void)state;
    test_text alone = {0};
    test_text at_once = {0};
    orm_session *db = test_session(&database);
    test_count_start(&database);
    walk(db, &alone);
    assert_true(test_count(&database).statements > PEOPLE);
    test_session_close(&database, db);
    db = test_session_with(&database, &together);
    test_count_start(&database);
    walk(db, &at_once);
    assert_statements(&database, 4);
    assert_same_text(at_once.data, alone.data);
    test_text_free(&at_once);
    test_text_free(&alone);
}

static void it_is_no_n_plus_one(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    test_text text = {0};
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    orm_session *db =
        test_session_with(&database, &(orm_session_options){.load_siblings = true, .scope = scope});
    walk(db, &text);
    test_session_close(&database, db);
    orm_assert_no_n_plus_one(scope);
    orm_assert_statements(scope, 4);
    orm_scope_close(scope);
    test_text_free(&text);
}

static void what_is_loaded_stays(void **state)
{
    (void)state;
    orm_session *db = test_session_with(&database, &together);
    g_person_list some;
    g_person_list people;
    g_chore_list tasks;
    assert_ok(db, g_person_select(db, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &people));
    some = (g_person_list){.count = 10, .items = people.items};
    assert_ok(db, g_person_preload_tasks(db, &some, NULL));
    assert_int_equal(g_person_tasks(people.items[2], &tasks), ORM_OK);
    g_chore **items = tasks.items;
    test_count_start(&database);
    assert_ok(db, g_person_load_tasks(db, people.items[5], &tasks));
    assert_statements(&database, 0);
    assert_ok(db, g_person_load_tasks(db, people.items[50], &tasks));
    assert_statements(&database, 1);
    assert_int_equal(g_person_tasks(people.items[2], &tasks), ORM_OK);
    assert_ptr_equal(tasks.items, items);
    /* A row that is gone, and one that was never read, do not take part. */
    assert_ok(db, g_person_delete_where(db, g_person_id_is(orm_eq(0)), NULL));
    g_person *added = NULL;
    assert_ok(
        db, g_person_add(db, &(g_person_new){.id = ORM_SET(7777), .name = ORM_SET("new")}, &added));
    g_skill_list skills;
    assert_ok(db, g_person_load_skills(db, people.items[0], &skills));
    for (size_t i = 0; i < people.count; i++) {
        assert_int_equal(g_person_skills(people.items[i], &skills), ORM_OK);
        assert_int_equal(skills.count, people.items[i]->id % 4 > 3 ? 3 : people.items[i]->id % 4);
    }
    /* What a write made unknown is asked for where it is. */
    g_chore_new values = {.id = ORM_SET(9001),
                          .person_id = ORM_SET(6),
                          .title = ORM_SET("one more"),
                          .rank = ORM_SET(1),
                          .done = ORM_SET(false)};
    assert_ok(db, g_chore_insert(db, &values, NULL));
    assert_ok(db, g_person_load_tasks(db, people.items[5], &tasks));
    assert_int_equal(tasks.count, 3);
}

static void rows_found_by_key_are_alone(void **state)
{
    (void)state;
    orm_session *db = test_session_with(&database, &together);
    g_person *one = NULL;
    g_person *two = NULL;
    g_chore_list tasks;
    assert_ok(db, g_person_find(db, 2, &one));
    assert_ok(db, g_person_find(db, 3, &two));
    assert_ok(db, g_person_load_tasks(db, two, &tasks));
    assert_int_equal(tasks.count, 3);
    assert_int_equal(g_person_tasks(one, &tasks), ORM_NOT_LOADED);
    assert_status(db, g_person_load_tasks(db, NULL, &tasks), ORM_MISUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_loop_sends_one_statement_for_each_relation),
        suite_test(it_is_no_n_plus_one),
        suite_test(what_is_loaded_stays),
        suite_test(rows_found_by_key_are_alone),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
