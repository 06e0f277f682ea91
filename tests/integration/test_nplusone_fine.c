/* What looks like a loop of statements and is none, or can't be helped: no findings. */
#include "integration/nplusone_fixture.h"

static void expect_nothing(orm_session *db)
{
    end(db);
    orm_assert_no_n_plus_one(scope);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

static void test_eager_paths(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    g_chore_list tasks;
    g_skill_list skills;
    (void)state;
    assert_ok(db,
              g_team_select(db,
                            &(g_team_query){
                                .with.members = &(g_person_query){.with = {.tasks = &g_chore_all,
                                                                           .skills = &g_skill_all}},
                                .with.reserves = &g_person_all,
                            },
                            &teams));
    for (size_t i = 0; i < teams.count; i++) {
        assert_ok(db, g_team_load_members(db, teams.items[i], &members));
        for (size_t k = 0; k < members.count; k++) {
            assert_ok(db, g_person_load_tasks(db, members.items[k], &tasks));
            assert_ok(db, g_person_skills(members.items[k], &skills));
        }
        assert_ok(db, g_team_reserves(teams.items[i], &members));
    }
    expect_nothing(db);
}

static void test_the_same_row_again(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_team *team;
    (void)state;
    assert_ok(db, g_team_find(db, 3, &team));
    for (int i = 0; i < 20; i++)
        assert_ok(db, g_team_find(db, 3, &team));
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (size_t i = 0; i < teams.count; i++)
        assert_ok(db, g_team_find(db, teams.items[i]->id, &team));
    expect_nothing(db);
    orm_assert_statements(scope, 2);
}

static void test_pages(void **state)
{
    orm_session *db = session();
    g_person_list people;
    int64_t last = 0;
    (void)state;
    for (int64_t page = 0; page < 5; page++)
        assert_ok(db, g_person_select(db,
                                      &(g_person_query){.limit = 10,
                                                        .offset = 10 * page,
                                                        .order_by = {G_PERSON_BY_ID}},
                                      &people));
    do {
        assert_ok(db, g_person_select(db,
                                      &(g_person_query){
                                          .where = g_person_id_is(orm_gt(last)),
                                          .limit = 10,
                                          .order_by = {G_PERSON_BY_ID},
                                      },
                                      &people));
        if (people.count > 0)
            last = people.items[people.count - 1]->id;
    } while (people.count > 0);
    expect_nothing(db);
}

/* The values of a cursor are those of a row of the page before. */
static void test_cursors(void **state)
{
    orm_session *db = session();
    (void)state;
    for (int way = 0; way < 2; way++) {
        g_person_page page;
        const char *after = NULL;
        size_t pages = 0;
        do {
            assert_ok(db, g_person_select_page(
                              db,
                              &(g_person_query){
                                  .limit = 5,
                                  .order_by = {way == 0 ? G_PERSON_BY_NAME : G_PERSON_BY_NAME_DESC,
                                               G_PERSON_BY_ID},
                                  .after = after,
                              },
                              &page));
            after = page.next;
            pages++;
        } while (after != NULL);
        assert_true(pages > 6);
    }
    expect_nothing(db);
}

/* A page of people at a time, each with its relations: one statement a page is what it takes. */
static void test_eager_batches(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_chore_list tasks;
    g_skill_list skills;
    g_team *team;
    (void)state;
    for (int64_t page = 0; page < 5; page++) {
        assert_ok(db, g_person_select(db,
                                      &(g_person_query){
                                          .limit = 20,
                                          .offset = 20 * page,
                                          .order_by = {G_PERSON_BY_ID},
                                          .with = {.tasks = &g_chore_all, .team = &g_team_all},
                                      },
                                      &people));
        assert_ok(db, g_person_preload_skills(db, &people, NULL));
        for (size_t i = 0; i < people.count; i++) {
            assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
            assert_int_equal(g_person_team(people.items[i], &team), ORM_OK);
            assert_int_equal(g_person_skills(people.items[i], &skills), ORM_OK);
        }
    }
    expect_nothing(db);
}

static void test_chunks(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_chore_list tasks;
    int64_t ids[PEOPLE];
    (void)state;
    assert_ok(db, g_person_select(db, NULL, &people));
    for (size_t i = 0; i < people.count; i++)
        ids[i] = people.items[i]->id;
    for (size_t at = 0; at < people.count; at += 10) {
        char sql[256];
        assert_ok(db, g_chore_select(db,
                                     &(g_chore_query){
                                         .where = g_chore_person_id_is(orm_in(ids + at, 10)),
                                     },
                                     &tasks));
        (void)snprintf(sql, sizeof sql, "SELECT title FROM tasks WHERE person_id IN (%d, %d)",
                       (int)ids[at], (int)ids[at + 1]);
        assert_ok(db, orm_raw(db, sql, NULL, 0, NULL, NULL, NULL));
    }
    expect_nothing(db);
}

static void test_polling(void **state)
{
    orm_session *db = session();
    int64_t count;
    bool exists;
    (void)state;
    g_chore_query open = {.where = g_chore_done_is(false)};
    for (int i = 0; i < 50; i++) {
        assert_ok(db, g_chore_count(db, &open, &count));
        assert_ok(db, g_chore_exists(db, &open, &exists));
    }
    expect_nothing(db);
}

static void test_lists_of_one_row(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list people;
    (void)state;
    for (int64_t id = 1; id <= 3; id += 2) {
        assert_ok(db,
                  g_team_select(db, &(g_team_query){.where = g_team_id_is(orm_eq(id)), .limit = 1},
                                &teams));
        if (id == 3)
            break;
        for (size_t i = 0; i < teams.count; i++)
            assert_ok(db, g_team_load_members(db, teams.items[i], &people));
    }
    expect_nothing(db);
}

/* One step from a row to the next is no walk. */
static void test_climbing(void **state)
{
    orm_session *db = session();
    g_person *person;
    (void)state;
    int64_t id = PEOPLE;
    for (int i = 0; i < 2; i++) {
        assert_ok(db, g_person_find(db, id, &person));
        id = person->boss_id.value;
    }
    expect_nothing(db);
}

static void test_several_calls_on_one_list(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list people;
    (void)state;
    assert_ok(db, g_team_select(db, NULL, &teams));
    assert_ok(db, g_team_load_members(db, teams.items[0], &people));
    assert_ok(db, g_team_load_members(db, teams.items[1], &people));
    assert_ok(db, g_team_load_members(db, teams.items[2], &people));
    expect_nothing(db);
}

/* Each session asks once. */
static void test_a_request_each(void **state)
{
    g_team_list teams;
    g_person_list people;
    (void)state;
    for (size_t i = 0; i < 10; i++) {
        orm_session *db = session();
        assert_ok(db, g_team_select(db, NULL, &teams));
        assert_ok(db, g_team_load_members(db, teams.items[i], &people));
        test_session_close(&database, db);
    }
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

static void test_writes_are_advice_only(void **state)
{
    orm_session *db = session();
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_ok(db, g_chore_insert(db,
                                     &(g_chore_new){
                                         .id = ORM_SET(100000 + i),
                                         .person_id = ORM_SET(1),
                                         .title = ORM_SET("x"),
                                         .rank = ORM_SET(1),
                                         .done = ORM_SET(true),
                                     },
                                     NULL));
    test_session_close(&database, db);
    orm_assert_no_n_plus_one(scope);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    assert_int_equal(orm_scope_finding(scope, 0)->kind, ORM_FINDING_WRITE);
    assert_int_equal(orm_scope_finding(scope, 0)->statements, 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scope, close_scope)
    const struct CMUnitTest tests[] = {
        TEST(test_eager_paths),    TEST(test_the_same_row_again),
        TEST(test_pages),          TEST(test_cursors),
        TEST(test_eager_batches),  TEST(test_chunks),
        TEST(test_polling),        TEST(test_lists_of_one_row),
        TEST(test_climbing),       TEST(test_several_calls_on_one_list),
        TEST(test_a_request_each), TEST(test_writes_are_advice_only),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
