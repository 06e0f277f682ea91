/* Loops that ask for one row at a time, as a user would write them, and what the scope says. */
#include <orm/cmocka.h>
#include <orm/log.h>

#include "graph.orm.h"
#include "support/graph.h"

enum { PEOPLE = 100 };

static test_database database;
static orm_scope *scope;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    test_close(&database);
    return 0;
}

static int open_scope(void **state)
{
    orm_scope_options options = {.timed = true};
    (void)state;
    test_count_start(&database);
    return orm_scope_open(&options, &scope, NULL) == ORM_OK ? 0 : -1;
}

static int close_scope(void **state)
{
    (void)state;
    orm_scope_close(scope);
    return 0;
}

static orm_session *session(void)
{
    orm_session_options options = {.scope = scope};
    orm_session *db = NULL;
    assert_int_equal(orm_session_open(database.engine, &options, &db, NULL), ORM_OK);
    return db;
}

/* The only finding, and the same number of statements in the scope as in the database. */
static const orm_finding *only_finding(orm_session *db)
{
    orm_scope_statistics statistics;
    orm_session_close(db);
    orm_scope_get_statistics(scope, &statistics);
    assert_statements(&database, statistics.statements);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    return orm_scope_finding(scope, 0);
}

static void test_relation_in_a_loop(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    (void)state;
    int made = __LINE__ + 1;
    assert_ok(db, g_team_select(db, NULL, &teams));
    assert_int_equal(teams.count, 20);
    int looped = __LINE__ + 2;
    for (size_t i = 0; i < teams.count; i++)
        assert_ok(db, g_team_load_members(db, teams.items[i], &members));
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_int_equal(found->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found->subject, "team.members");
    assert_string_equal(found->site.file, __FILE__);
    assert_int_equal(found->site.line, looped);
    assert_int_equal(found->origin.line, made);
    assert_int_equal(found->origin_rows, 20);
    assert_int_equal(found->statements, 20);
    assert_int_equal(found->distinct, 20);
    assert_true(found->duration_ns > 0);
    assert_non_null(strstr(found->replacement, ".members = &g_person_all"));
    assert_string_equal(found->alternative, "status = g_team_preload_members(db, &list, NULL);");
}

static void test_what_the_report_advises(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    (void)state;
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &g_person_all}}, &teams));
    for (size_t i = 0; i < teams.count; i++)
        assert_int_equal(g_team_members(teams.items[i], &members), ORM_OK);
    assert_ok(db, g_team_preload_reserves(db, &teams, NULL));
    assert_int_equal(g_team_reserves(teams.items[0], &members), ORM_OK);
    orm_session_close(db);
    orm_assert_no_n_plus_one(scope);
    orm_assert_statements(scope, 3);
    assert_int_equal(orm_scope_finding_count(scope), 0);
    assert_statements(&database, 3);
}

static void test_nested_loops(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    g_chore_list tasks;
    (void)state;
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &g_person_all}}, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        assert_int_equal(g_team_members(teams.items[i], &members), ORM_OK);
        for (size_t k = 0; k < members.count; k++)
            assert_ok(db, g_person_load_tasks(db, members.items[k], &tasks));
    }
    const orm_finding *found = only_finding(db);
    assert_string_equal(found->subject, "person.tasks");
    assert_string_equal(found->replacement,
                        "status = g_team_select(db, &(g_team_query){\n"
                        "    .with.members = &(g_person_query){.with.tasks = &g_chore_all},\n"
                        "}, &list);");
}

static void test_find_in_a_loop(void **state)
{
    orm_session *db = session();
    g_chore_list tasks;
    g_person *person;
    (void)state;
    int made = __LINE__ + 1;
    assert_ok(db, g_chore_select(db, NULL, &tasks));
    for (size_t i = 0; i < tasks.count; i++)
        assert_ok(db, g_person_find(db, tasks.items[i]->person_id, &person));
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_int_equal(found->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found->subject, "find person");
    assert_string_equal(found->column, "chore.person_id");
    assert_int_equal(found->origin.line, made);
    assert_int_equal(found->matched, found->distinct);
    assert_non_null(strstr(found->replacement, ".person = &g_person_all"));
}

static void test_select_in_a_loop(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list people;
    (void)state;
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        g_person_query query = {.where = g_person_team_id_is(orm_eq(teams.items[i]->id))};
        assert_ok(db, g_person_select(db, &query, &people));
    }
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found->subject, "select person");
    assert_string_equal(found->column, "team.id");
    assert_int_equal(found->matched, 20);
}

static void test_raw_in_a_loop(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    (void)state;
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        orm_value id = orm_bind(teams.items[i]->id);
        assert_ok(db,
                  orm_raw(db, "SELECT name FROM people WHERE team = $1", &id, 1, NULL, NULL, NULL));
    }
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found->column, "team.id");
    assert_int_equal(found->statements, 20);
}

static void test_pages_and_batches(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_team *team;
    int64_t keys[10];
    (void)state;
    for (int64_t page = 0; page < 5; page++) {
        g_person_query query = {.limit = 10, .offset = 10 * page, .order_by = {G_PERSON_BY_ID}};
        assert_ok(db, g_person_select(db, &query, &people));
        for (size_t i = 0; i < 10; i++)
            keys[i] = people.items[i]->id;
        g_person_query batch = {.where = g_person_boss_id_is(orm_in(keys, 10))};
        assert_ok(db, g_person_select(db, &batch, &people));
    }
    assert_ok(db, g_team_find(db, 1, &team));
    assert_ok(db, g_team_find(db, 2, &team));
    orm_session_close(db);
    orm_assert_no_n_plus_one(scope);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

static void count_line(void *context, const char *line, size_t size)
{
    int *lines = context;
    assert_int_equal(strlen(line), size);
    assert_int_equal(line[size - 1], '\n');
    assert_non_null(strstr(line, "test_nplusone.c"));
    if (strstr(line, "select team") != NULL)
        ++*lines;
}

static void test_log(void **state)
{
    int lines = 0;
    orm_log *log = NULL;
    orm_log_options options = {.writer = count_line, .writer_context = &lines, .no_control = true};
    g_team_list teams;
    (void)state;
    assert_int_equal(orm_log_open(database.engine, &options, &log, NULL), ORM_OK);
    orm_session *db = session();
    assert_ok(db, g_team_select(db, NULL, &teams));
    orm_log_close(log);
    assert_ok(db, g_team_select(db, NULL, &teams));
    orm_session_close(db);
    assert_int_equal(lines, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scope, close_scope)
    const struct CMUnitTest tests[] = {
        TEST(test_relation_in_a_loop), TEST(test_what_the_report_advises),
        TEST(test_nested_loops),       TEST(test_find_in_a_loop),
        TEST(test_select_in_a_loop),   TEST(test_raw_in_a_loop),
        TEST(test_pages_and_batches),  TEST(test_log),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
