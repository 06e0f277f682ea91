/* Findings other than loops: loads that nothing read, budgets, and loops of one row. */
#include "integration/nplusone_fixture.h"

#define made_at(line, expression)                                                                  \
    do {                                                                                           \
        (line) = __LINE__;                                                                         \
        assert_ok(db, (expression));                                                               \
    } while (0)

static orm_scope *reopen(const orm_scope_options *options)
{
    orm_scope_close(scope);
    assert_int_equal(orm_scope_open(options, &scope, NULL), ORM_OK);
    return scope;
}

static const orm_finding *only(orm_finding_kind kind, const char *subject, int line)
{
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *found = orm_scope_finding(scope, 0);
    assert_int_equal(found->kind, kind);
    assert_string_equal(found->subject, subject);
    assert_string_equal(found->site.file, __FILE__);
    assert_int_equal(found->site.line, line);
    return found;
}

static void test_never_read(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    int line = 0;
    (void)state;
    g_team_query query = {.with = {.members = &g_person_all, .reserves = &g_person_all}};
    made_at(line, g_team_select(db, &query, &teams));
    assert_ok(db, g_team_members(teams.items[3], &members));
    assert_int_equal(orm_scope_finding_count(scope), 0);
    end(db);
    const orm_finding *found = only(ORM_FINDING_UNUSED, "team.reserves", line);
    assert_int_equal(found->statements, 1);
    assert_int_equal(found->origin_rows, TEAMS);
    assert_true(found->rows > 0);
    assert_non_null(strstr(found->advice, ".with.reserves"));
    orm_assert_no_n_plus_one(scope);
}

static void test_outermost_of_nested(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    int line = 0;
    (void)state;
    g_person_query people = {.with = {.tasks = &g_chore_all, .skills = &g_skill_all}};
    g_team_query query = {.with.members = &people};
    made_at(line, g_team_select(db, &query, &teams));
    end(db);
    (void)only(ORM_FINDING_UNUSED, "team.members", line);
}

static void test_passed_through_is_read(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    g_chore_list tasks;
    (void)state;
    g_person_query people = {.with.tasks = &g_chore_all};
    assert_ok(db, g_team_select(db, &(g_team_query){.with.members = &people}, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        assert_ok(db, g_team_members(teams.items[i], &members));
        for (size_t k = 0; k < members.count; k++)
            assert_ok(db, g_person_tasks(members.items[k], &tasks));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

static void test_preload_and_join(void **state)
{
    orm_session *db = session();
    g_person_list people;
    int joined = 0;
    int preloaded = 0;
    (void)state;
    g_team_query team = {.load = ORM_LOAD_JOIN};
    made_at(joined, g_person_select(db, &(g_person_query){.with.team = &team}, &people));
    made_at(preloaded, g_person_preload_tasks(db, &people, NULL));
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 2);
    assert_string_equal(orm_scope_finding(scope, 0)->subject, "person.team");
    assert_int_equal(orm_scope_finding(scope, 0)->site.line, joined);
    assert_string_equal(orm_scope_finding(scope, 1)->subject, "person.tasks");
    assert_int_equal(orm_scope_finding(scope, 1)->site.line, preloaded);
}

static void load_members(orm_session *db, bool reads)
{
    g_team_list teams;
    g_person_list members;
    assert_ok(db, g_team_select(db, &(g_team_query){.with.members = &g_person_all}, &teams));
    if (reads)
        assert_ok(db, g_team_members(teams.items[0], &members));
}

/* Per query that asked: what one request reads another need not. */
static void test_read_in_another_session(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        orm_session *db = session();
        load_members(db, i == 2);
        test_session_close(&database, db);
        assert_int_equal(orm_scope_finding_count(scope), i < 2 ? 1 : 0);
    }
}

static void test_given_up(void **state)
{
    orm_session *db = session();
    (void)state;
    load_members(db, false);
    assert_int_equal(orm_session_fail(db, ORM_INVALID, "no such request"), ORM_INVALID);
    test_session_close(&database, db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

static void test_survives_a_release(void **state)
{
    orm_session *db = session();
    orm_mark mark;
    (void)state;
    assert_ok(db, orm_session_mark(db, &mark));
    load_members(db, false);
    assert_ok(db, orm_session_release(db, mark));
    test_session_close(&database, db);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    assert_int_equal(orm_scope_finding(scope, 0)->kind, ORM_FINDING_UNUSED);
}

static void test_budget(void **state)
{
    g_team_list teams;
    int64_t count = 0;
    int second = 0;
    (void)state;
    reopen(&(orm_scope_options){.budget = {.statements = 1}});
    orm_session *db = session();
    assert_ok(db, g_team_select(db, NULL, &teams));
    assert_int_equal(orm_scope_finding_count(scope), 0);
    made_at(second, g_person_count(db, NULL, &count));
    assert_ok(db, g_chore_count(db, NULL, &count));
    end(db);
    const orm_finding *found = only(ORM_FINDING_BUDGET, "statements", second);
    assert_int_equal(found->distinct, 1);
    assert_int_equal(found->matched, 3);
    assert_non_null(strstr(found->statement, "count(*)"));
    const char *text = NULL;
    assert_int_equal(orm_scope_report(scope, NULL, &text), ORM_OK);
    assert_non_null(strstr(text, "BUDGET 3 statements where the budget allows 1\n"));
}

static void test_budget_of_rows(void **state)
{
    g_person_list people;
    int line = 0;
    (void)state;
    reopen(&(orm_scope_options){.budget = {.statements = 10, .rows = PEOPLE - 1},
                                .no_detector = true});
    orm_session *db = session();
    made_at(line, g_person_select(db, NULL, &people));
    end(db);
    assert_int_equal(only(ORM_FINDING_BUDGET, "rows", line)->matched, PEOPLE);
}

static void one_row(orm_session *db, int *line)
{
    g_team_list teams;
    g_person_list members;
    assert_ok(db, g_team_select(db, &(g_team_query){.limit = 1}, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        *line = __LINE__ + 1;
        assert_ok(db, g_team_load_members(db, teams.items[i], &members));
    }
}

static void test_latent(void **state)
{
    int line = 0;
    (void)state;
    orm_session *db = session();
    one_row(db, &line);
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
    reopen(&(orm_scope_options){.latent = true});
    test_count_start(&database);
    db = session();
    one_row(db, &line);
    end(db);
    const orm_finding *found = only(ORM_FINDING_LATENT, "team.members", line);
    assert_non_null(strstr(found->replacement, ".with.members"));
    orm_assert_no_findings(scope);
}

/* A loop over several rows at the same place is the real thing. */
static void test_latent_becomes_real(void **state)
{
    g_person_list members;
    (void)state;
    reopen(&(orm_scope_options){.latent = true});
    for (int rows = 1; rows <= 3; rows += 2) {
        orm_session *db = session();
        g_team_list teams;
        assert_ok(db, g_team_select(db, &(g_team_query){.limit = rows}, &teams));
        for (size_t i = 0; i < teams.count; i++)
            assert_ok(db, g_team_load_members(db, teams.items[i], &members));
        test_session_close(&database, db);
    }
    assert_int_equal(orm_scope_finding_count(scope), 1);
    assert_int_equal(orm_scope_finding(scope, 0)->kind, ORM_FINDING_N1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scope, close_scope)
    const struct CMUnitTest tests[] = {
        TEST(test_never_read),
        TEST(test_outermost_of_nested),
        TEST(test_passed_through_is_read),
        TEST(test_preload_and_join),
        TEST(test_read_in_another_session),
        TEST(test_given_up),
        TEST(test_survives_a_release),
        TEST(test_budget),
        TEST(test_budget_of_rows),
        TEST(test_latent),
        TEST(test_latent_becomes_real),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
