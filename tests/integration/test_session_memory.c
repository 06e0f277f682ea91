/* Giving memory back in long sessions: what goes, what stays, and that it stays whole. */
#include <orm/nplusone.h>
#include <stdio.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "torture/heap.h"

enum { PEOPLE = 600 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_N1,
     .function = "the_map_keeps_what_is_older",
     .reason = "many rows are read one by one, to fill the memory"},
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

static orm_status select_all(orm_session *db, g_person_list *people)
{
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .with = {.team = &g_team_all,
                                     .tasks = &(g_chore_query){.with = {.steps = &g_step_all}},
                                     .skills = &g_skill_all}};
    return g_person_select(db, &query, people);
}

static void loops_need_no_more_memory(void **state)
{
    (void)state;
    heap h;
    heap_init(&h);
    orm_engine_options options = {.url = database.url, .allocator = heap_allocator(&h)};
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    long early = 0;
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    for (int i = 0; i < 40; i++) {
        orm_mark mark;
        g_person_list people;
        g_person *person = NULL;
        assert_ok(db, orm_session_mark(db, &mark));
        assert_ok(db, select_all(db, &people));
        assert_int_equal(people.count, PEOPLE);
        assert_ok(db, g_person_find(db, 1 + i, &person));
        assert_ok(db, orm_session_release(db, mark));
        if (i == 4)
            early = h.bytes;
    }
    assert_int_equal(h.bytes, early);
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    assert_int_equal(h.bytes, 0);
    heap_dispose(&h);
}

static void released_rows_are_read_anew(void **state)
{
    (void)state;
    orm_mark mark;
    g_person *first = NULL;
    g_person *second = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 1, &first));
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_person_find(db, 2, &second));
    assert_ok(db, orm_session_release(db, mark));
    test_count_start(&database);
    assert_ok(db, g_person_find(db, 2, &second));
    assert_string_equal(second->name, "person 2");
    assert_statements(&database, 1);
    assert_ok(db, g_person_find(db, 1, &second));
    assert_ptr_equal(first, second);
    assert_statements(&database, 0);
    assert_int_equal(orm_session_release(db, mark), ORM_MISUSE);
    test_session_close(&database, db);
}

/* Every third row is older than the mark: none of them may be lost, none of the others found. */
static void the_map_keeps_what_is_older(void **state)
{
    (void)state;
    orm_mark mark;
    static g_person *kept[PEOPLE + 1];
    g_person_list people;
    g_person *row = NULL;
    orm_session *db = test_session(&database);
    for (int i = 3; i <= PEOPLE; i += 3)
        assert_ok(db, g_person_find(db, i, &kept[i]));
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_person_select(db, NULL, &people));
    assert_ok(db, orm_session_release(db, mark));
    test_count_start(&database);
    for (int i = 3; i <= PEOPLE; i += 3) {
        assert_ok(db, g_person_find(db, i, &row));
        assert_ptr_equal(row, kept[i]);
        assert_int_equal(row->id, i);
    }
    assert_statements(&database, 0);
    for (int i = 1; i <= 30; i++)
        assert_ok(db, g_person_find(db, i, &row));
    assert_statements(&database, 20);
    test_session_close(&database, db);
}

static void relations_to_what_is_gone_are_not_loaded(void **state)
{
    (void)state;
    orm_mark mark;
    g_person *person = NULL;
    g_person *other = NULL;
    g_team *team = NULL;
    g_chore_list tasks;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 7, &person));
    assert_ok(db, g_person_find(db, 11, &other));
    assert_ok(db, g_person_load_tasks(db, other, &tasks));
    size_t count = tasks.count;
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_person_load_tasks(db, person, &tasks));
    assert_ok(db, g_person_load_team(db, person, &team));
    assert_non_null(team);
    assert_ok(db, orm_session_release(db, mark));
    assert_int_equal(g_person_tasks(person, &tasks), ORM_NOT_LOADED);
    assert_int_equal(g_person_team(person, &team), ORM_NOT_LOADED);
    assert_int_equal(g_person_tasks(other, &tasks), ORM_OK);
    assert_int_equal(tasks.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(tasks.items[i]->person_id, 11);
    assert_ok(db, g_person_load_team(db, person, &team));
    assert_int_equal(team->id, person->team_id.value);
    test_session_close(&database, db);
}

static void older_rows_keep_their_fields(void **state)
{
    (void)state;
    orm_mark marks[2];
    g_person *updated = NULL;
    g_person *refreshed = NULL;
    g_person *expired = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 21, &updated));
    assert_ok(db, g_person_find(db, 22, &refreshed));
    assert_ok(db, orm_session_mark(db, &marks[0]));
    assert_ok(db, g_person_find(db, 23, &expired));
    assert_ok(db, orm_session_mark(db, &marks[1]));
    assert_ok(db, g_person_update(db, updated, &(g_person_changes){.name = ORM_SET("renamed")}));
    assert_ok(db, g_person_refresh(db, refreshed));
    assert_int_equal(orm_session_expire_all(db), ORM_OK);
    assert_ok(db, g_person_find(db, 23, &expired));
    assert_ok(db, orm_session_release(db, marks[1]));
    /* Something else takes the memory. */
    for (int i = 0; i < 50; i++)
        assert_non_null(orm_session_printf(db, "%0100d", i));
    assert_string_equal(updated->name, "renamed");
    assert_string_equal(refreshed->name, "person 22");
    assert_string_equal(expired->name, "person 23");
    assert_ok(db, orm_session_release(db, marks[0]));
    for (int i = 0; i < 50; i++)
        assert_non_null(orm_session_printf(db, "%0100d", i));
    assert_string_equal(updated->name, "renamed");
    assert_string_equal(refreshed->name, "person 22");
    orm_session_rollback(db);
    assert_string_equal(updated->name, "person 21");
    test_session_close(&database, db);
}

static void rollback_after_a_release(void **state)
{
    (void)state;
    orm_mark mark;
    orm_savepoint scope;
    g_person *older = NULL;
    g_person *newer = NULL;
    g_chore_list tasks;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 31, &older));
    assert_ok(db, g_person_load_tasks(db, older, &tasks));
    size_t count = tasks.count;
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_person_insert(db, &(g_person_new){.id = ORM_SET(9000), .name = ORM_SET("new")},
                                  &newer));
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, g_person_update(db, newer, &(g_person_changes){.name = ORM_SET("newer")}));
    assert_ok(db, g_person_update(db, older, &(g_person_changes){.name = ORM_SET("older")}));
    assert_ok(db, orm_session_release(db, mark));
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_string_equal(older->name, "person 31");
    assert_int_equal(test_number(&database, "select count(*) from people where name = 'newer'"), 0);
    assert_ok(db, g_person_load_tasks(db, older, &tasks));
    assert_int_equal(tasks.count, count);
    orm_session_rollback(db);
    assert_string_equal(older->name, "person 31");
    assert_int_equal(test_number(&database, "select count(*) from people where name = 'new'"), 0);
    test_session_close(&database, db);
}

static void marks_nest(void **state)
{
    (void)state;
    orm_mark outer;
    orm_mark inner;
    g_person *one = NULL;
    g_person *two = NULL;
    g_person *again = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_mark(db, &outer));
    assert_ok(db, g_person_find(db, 41, &one));
    assert_ok(db, orm_session_mark(db, &inner));
    assert_ok(db, g_person_find(db, 42, &two));
    assert_ok(db, orm_session_release(db, inner));
    assert_ok(db, g_person_find(db, 41, &again));
    assert_ptr_equal(one, again);
    assert_ok(db, orm_session_mark(db, &inner));
    assert_ok(db, orm_session_release(db, outer));
    assert_int_equal(orm_session_release(db, inner), ORM_MISUSE);
    test_count_start(&database);
    assert_ok(db, g_person_find(db, 41, &again));
    assert_statements(&database, 1);
    test_session_close(&database, db);
}

static orm_status release_within(const orm_row *row, void *context)
{
    orm_mark mark;
    (void)row;
    orm_session *db = context;
    assert_int_equal(orm_session_mark(db, &mark), ORM_OK);
    return orm_session_release(db, mark);
}

static void not_within_a_call(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_status(db, orm_raw(db, "select 1", NULL, 0, release_within, db, NULL), ORM_MISUSE);
    test_session_close(&database, db);
}

static void not_before_a_flush(void **state)
{
    (void)state;
    orm_mark mark;
    g_team *team = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(
        db,
        g_team_add(
            db, &(g_team_new){.id = ORM_SET(900), .code = ORM_SET("Q"), .name = ORM_SET("queued")},
            &team));
    assert_int_equal(orm_session_release(db, mark), ORM_MISUSE);
    assert_ok(db, orm_session_flush(db));
    assert_ok(db, orm_session_release(db, mark));
    assert_ok(db, g_team_find(db, 900, &team));
    assert_string_equal(team->name, "queued");
    test_session_close(&database, db);
}

/* The list a loop runs over may be gone, the loop is found all the same. */
static void the_detector_survives(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    const char *report = NULL;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    for (int round = 0; round < 3; round++) {
        orm_mark mark;
        g_person_list people;
        g_chore_list tasks;
        assert_ok(db, orm_session_mark(db, &mark));
        g_person_query query = {.order_by = {G_PERSON_BY_ID}, .limit = 20};
        assert_ok(db, g_person_select(db, &query, &people));
        for (size_t i = 0; i < people.count; i++)
            assert_ok(db, g_person_load_tasks(db, people.items[i], &tasks));
        for (int i = 0; i < 20; i++) {
            orm_value id = orm_bind((int64_t)i + 1);
            assert_ok(db, orm_raw(db, "select name from people where \"person id\" = $1", &id, 1,
                                  NULL, NULL, NULL));
        }
        assert_ok(db, orm_session_release(db, mark));
    }
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    assert_int_equal(orm_scope_report(scope, NULL, &report), ORM_OK);
    assert_true(orm_scope_finding_count(scope) >= 1);
    assert_non_null(strstr(report, "person.tasks"));
    orm_scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(loops_need_no_more_memory),
        suite_test(released_rows_are_read_anew),
        suite_test(the_map_keeps_what_is_older),
        suite_test(relations_to_what_is_gone_are_not_loaded),
        suite_test(older_rows_keep_their_fields),
        suite_test(rollback_after_a_release),
        suite_test(marks_nest),
        suite_test(not_within_a_call),
        suite_test(not_before_a_flush),
        suite_test(the_detector_survives),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
