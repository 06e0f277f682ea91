/* Row locks, between two sessions; on SQLite the session that may write holds the database. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "lists_beside_a_lock",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "rows_of_a_relation",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static const orm_ignore ignored_on_postgresql[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "only_rows_of_the_model_are_locked",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    if (database.postgresql)
        test_ignore(&database, ignored_on_postgresql);
    test_graph_fill(&database, 20);
    return 0;
}

/* A session whose waits are short. */
static orm_session *impatient(void)
{
    return test_session_with(&database, &(orm_session_options){.deadline_ms = 300});
}

static void lock_person(orm_session *db, int64_t id, orm_lock lock, g_person **person)
{
    g_person_list list;
    g_person_query query = {.where = g_person_id_is(orm_eq(id)), .lock = lock};
    assert_ok(db, g_person_select(db, &query, &list));
    assert_int_equal(list.count, 1);
    if (person != NULL)
        *person = list.items[0];
}

static void a_lock_keeps_others_out(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *holder = test_session(&database);
    g_person_list list;
    int64_t count = 0;
    lock_person(holder, 3, ORM_LOCK_UPDATE, NULL);

    orm_session *other = impatient();
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .lock = ORM_LOCK_UPDATE};
    assert_status(other, g_person_select(other, &query, &list), ORM_TIMEOUT);
    orm_session_rollback(other);
    query.lock_wait = ORM_LOCK_NOWAIT;
    assert_status(other, g_person_select(other, &query, &list), ORM_BUSY);
    assert_int_equal(list.count, 0);
    orm_session_rollback(other);
    query.lock_wait = ORM_LOCK_SKIP_LOCKED;
    assert_ok(other, g_person_select(other, &query, &list));
    assert_int_equal(list.count, 19);
    for (size_t i = 0; i < list.count; i++)
        assert_int_not_equal(list.items[i]->id, 3);
    /* Without a lock nobody waits. */
    assert_ok(other, g_person_count(other, NULL, &count));
    assert_int_equal(count, 20);
    orm_session_rollback(holder);
    test_session_close(&database, other);
    /* Ended with its transaction. */
    other = impatient();
    query.lock_wait = ORM_LOCK_NOWAIT;
    assert_ok(other, g_person_select(other, &query, &list));
    assert_int_equal(list.count, 20);
}

static void strengths_are_the_databases_own(void **state)
{
    (void)state;
    static const bool together[4][4] = {
        {false, false, false, false},
        {false, false, false, true},
        {false, false, true, true},
        {false, true, true, true},
    };
    if (!database.postgresql)
        skip();
    for (int held = 0; held < 4; held++)
        for (int wanted = 0; wanted < 4; wanted++) {
            orm_session *holder = test_session(&database);
            orm_session *other = test_session(&database);
            g_person_list list;
            lock_person(holder, 5, (orm_lock)(ORM_LOCK_UPDATE + held), NULL);
            g_person_query query = {.where = g_person_id_is(orm_eq(5)),
                                    .lock = (orm_lock)(ORM_LOCK_UPDATE + wanted),
                                    .lock_wait = ORM_LOCK_NOWAIT};
            assert_status(other, g_person_select(other, &query, &list),
                          together[held][wanted] ? ORM_OK : ORM_BUSY);
            test_session_close(&database, other);
            test_session_close(&database, holder);
        }
}

/* Joins for loading and for the order leave the other tables alone. */
static void only_rows_of_the_model_are_locked(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *holder = test_session(&database);
    orm_session *other = test_session(&database);
    g_person_list people;
    g_person_page page;
    g_team_list teams;
    g_person_query query = {
        .order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_TEAM(G_TEAM_BY_NAME))},
        .limit = 4,
        .lock = ORM_LOCK_UPDATE,
        .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN}, .tasks = &g_chore_all}};
    assert_ok(holder, g_person_select(holder, &query, &people));
    assert_int_equal(people.count, 4);
    g_team_query all = {.lock = ORM_LOCK_UPDATE, .lock_wait = ORM_LOCK_NOWAIT};
    assert_ok(other, g_team_select(other, &all, &teams));
    assert_int_equal(teams.count, 20);
    g_person_query rest = {.lock = ORM_LOCK_SHARE, .lock_wait = ORM_LOCK_SKIP_LOCKED};
    assert_ok(other, g_person_select(other, &rest, &people));
    assert_int_equal(people.count, 16);
    rest.limit = 10;
    assert_ok(other, g_person_select_page(other, &rest, &page));
    assert_int_equal(page.count, 10);
}

static void rows_of_a_relation(void **state)
{
    (void)state;
    orm_session *holder = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    g_team *team = NULL;
    g_person_query query = {.where = g_person_id_is(orm_eq(7)),
                            .with = {.tasks = &(g_chore_query){.lock = ORM_LOCK_UPDATE},
                                     .labels = &(g_label_query){.lock = ORM_LOCK_SHARE},
                                     .team = &(g_team_query){.lock = ORM_LOCK_UPDATE}}};
    /* What is known already is asked for all the same. */
    assert_ok(holder, g_team_find(holder, 8, &team));
    test_count_start(&database);
    assert_ok(holder, g_person_select(holder, &query, &people));
    assert_statements(&database, 4);
    assert_int_equal(g_person_tasks(people.items[0], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 3);
    if (!database.postgresql)
        return;
    orm_session *other = test_session(&database);
    g_person_query skipping = {
        .where = g_person_id_is(orm_between(6, 7)),
        .order_by = {G_PERSON_BY_ID},
        .with = {.tasks =
                     &(g_chore_query){.lock = ORM_LOCK_UPDATE, .lock_wait = ORM_LOCK_SKIP_LOCKED}}};
    assert_ok(other, g_person_select(other, &skipping, &people));
    assert_int_equal(g_person_tasks(people.items[0], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 2);
    assert_true(tasks.partial);
    assert_int_equal(g_person_tasks(people.items[1], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 0);
    assert_true(tasks.partial);
    g_team_list teams;
    g_team_query locked = {
        .where = g_team_id_is(orm_eq(8)), .lock = ORM_LOCK_KEY_SHARE, .lock_wait = ORM_LOCK_NOWAIT};
    assert_status(other, g_team_select(other, &locked, &teams), ORM_BUSY);
}

/* Lists that ask to be joined have statements of their own beside a lock. */
static void lists_beside_a_lock(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_chore_list tasks;
    g_person_query query = {.where = g_person_id_is(orm_eq(7)),
                            .lock = ORM_LOCK_UPDATE,
                            .with = {.tasks = &(g_chore_query){.load = ORM_LOAD_JOIN}}};
    test_count_start(&database);
    assert_ok(db, g_person_select(db, &query, &people));
    query.lock = ORM_LOCK_NONE;
    query.with.tasks = &(g_chore_query){.load = ORM_LOAD_JOIN, .lock = ORM_LOCK_SHARE};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 4);
    assert_int_equal(g_person_tasks(people.items[0], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 3);
}

/* The row may have changed between the first reading and the lock. */
static void what_is_locked_is_read_again(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_person *locked = NULL;
    assert_ok(db, g_person_find(db, 9, &person));
    test_execute(&database, "update people set name = 'changed' where \"person id\" = 9");
    lock_person(db, 9, ORM_LOCK_NO_KEY_UPDATE, &locked);
    assert_ptr_equal(locked, person);
    assert_string_equal(person->name, "changed");
}

static void sqlite_holds_the_database(void **state)
{
    (void)state;
    if (database.postgresql)
        skip();
    orm_session *holder = test_session(&database);
    orm_session *other = impatient();
    g_person_list list;
    lock_person(holder, 3, ORM_LOCK_SHARE, NULL);
    g_person_query query = {.lock = ORM_LOCK_SHARE, .lock_wait = ORM_LOCK_SKIP_LOCKED};
    assert_status(other, g_person_select(other, &query, &list), ORM_BUSY);
    orm_session_rollback(holder);
    assert_ok(other, g_person_select(other, &query, &list));
    assert_int_equal(list.count, 20);
}

static void what_cannot_be_locked_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list list;
    int64_t count = 0;
    bool exists = false;
    const g_person_query query = {.lock = ORM_LOCK_UPDATE};
    test_count_start(&database);
    assert_status(db, g_person_count(db, &query, &count), ORM_INVALID);
    assert_status(db, g_person_exists(db, &query, &exists), ORM_INVALID);
    const g_person_query wrong[] = {
        {.lock_wait = ORM_LOCK_NOWAIT},
        {.lock = (orm_lock)9},
        {.lock = ORM_LOCK_UPDATE, .lock_wait = (orm_lock_wait)-1},
        {.with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN, .lock = ORM_LOCK_UPDATE}}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_status(db, g_person_select(db, &wrong[i], &list), ORM_INVALID);
    assert_statements(&database, 0);
    g_person_query limited = {
        .with = {.tasks = &(g_chore_query){.limit = 1, .lock = ORM_LOCK_UPDATE}}};
    assert_status(db, g_person_select(db, &limited, &list), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "per parent"));
    test_session_close(&database, db);

    db = test_session_with(&database, &(orm_session_options){.read_only = true});
    assert_status(db, g_person_select(db, &query, &list), ORM_READ_ONLY);
    assert_non_null(strstr(orm_session_error(db)->message, "read-only"));
    g_person_query with = {.with = {.tasks = &(g_chore_query){.lock = ORM_LOCK_SHARE}}};
    assert_status(db, g_person_select(db, &with, &list), ORM_READ_ONLY);
    with.with.tasks = NULL;
    assert_ok(db, g_person_select(db, &with, &list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_lock_keeps_others_out),
        suite_test(strengths_are_the_databases_own),
        suite_test(only_rows_of_the_model_are_locked),
        suite_test(rows_of_a_relation),
        suite_test(lists_beside_a_lock),
        suite_test(what_is_locked_is_read_again),
        suite_test(sqlite_holds_the_database),
        suite_test(what_cannot_be_locked_is_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
