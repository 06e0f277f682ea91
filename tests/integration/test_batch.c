/*
 * Queries sent together: what they cost on the wire, and that each gives what it would have given
 * by itself. Expectations are hand-written SQL on the same database.
 */
#include <stdio.h>
#include <string.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "support/proxy.h"

enum { PEOPLE = 60, GETS = 20 };

static test_proxy proxy;
static orm_engine *engine; /* through the proxy; of SQLite the database's own */

static int open_database(void **state)
{
    char url[256];
    orm_error error;
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_unwatch(&database);
    test_graph_fill(&database, PEOPLE);
    if (!database.postgresql)
        return 0;
    test_proxy_start(&proxy, database.name, url, sizeof url);
    orm_engine_options options = {.url = url, .pool_size = 1};
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return 0;
}

static int close_all(void **state)
{
    if (database.postgresql) {
        orm_error error;
        if (orm_engine_close(engine, &error) != ORM_OK)
            fail_msg("%s", error.message);
        test_proxy_stop(&proxy);
    }
    return close_database(state);
}

static orm_session *session_on_wire(void)
{
    orm_session *db = NULL;
    if (!database.postgresql)
        return test_session(&database);
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    return db;
}

static void close_session(orm_session *db)
{
    if (database.postgresql)
        orm_session_close(db);
    else
        test_session_close(&database, db);
}

static orm_batch *new_batch(orm_session *db)
{
    orm_batch *batch = NULL;
    assert_ok(db, orm_batch_open(db, &batch));
    assert_non_null(batch);
    return batch;
}

/* Runs a batch and checks its round trips, which only a server has. */
static void run_in(orm_session *db, orm_batch *batch, long trips)
{
    long before = database.postgresql ? atomic_load(&proxy.trips) : 0;
    assert_ok(db, orm_batch_run(batch));
    if (database.postgresql)
        assert_int_equal(atomic_load(&proxy.trips) - before, trips);
}

static char *name_of(long long id)
{
    return test_query(&database, "select name from people where \"person id\" = %lld", id);
}

static void check_name(const g_person *person, long long id)
{
    char *name = name_of(id);
    assert_non_null(person);
    name[strcspn(name, "\n")] = '\0';
    assert_int_equal(person->id, id);
    assert_string_equal(person->name, name);
    free(name);
}

static void twenty_gets_are_one_round_trip(void **state)
{
    (void)state;
    int64_t count = 0;
    orm_session *db = session_on_wire();
    assert_ok(db, g_person_count(db, NULL, &count)); /* connects */
    close_session(db);
    for (int round = 0; round < 3; round++) {
        g_person *people[GETS];
        db = session_on_wire();
        orm_batch *batch = new_batch(db);
        for (int i = 0; i < GETS; i++)
            assert_ok(db, g_person_batch_find(batch, 1 + i, &people[i]));
        assert_null(people[0]);
        assert_int_equal(orm_batch_status(batch, 0), ORM_MISUSE);
        test_count_start(&database);
        run_in(db, batch, 1);
        assert_statements(&database, GETS);
        for (int i = 0; i < GETS; i++) {
            check_name(people[i], 1 + i);
            assert_int_equal(orm_batch_status(batch, (size_t)i), ORM_OK);
        }
        /* What the session has is not asked for again. */
        g_person *again[GETS];
        batch = new_batch(db);
        for (int i = 0; i < GETS; i++)
            assert_ok(db, g_person_batch_find(batch, 1 + i, &again[i]));
        test_count_start(&database);
        run_in(db, batch, 0);
        assert_statements(&database, 0);
        assert_memory_equal(again, people, sizeof people);
        close_session(db);
    }
}

/* A row that is not there is told of its own find, and no other. */
static void a_missing_row_fails_no_other(void **state)
{
    (void)state;
    g_person *first = NULL;
    g_person *none = NULL;
    g_team *team = NULL;
    int64_t count = 0;
    orm_session *db = test_session(&database);
    orm_batch *batch = new_batch(db);
    assert_ok(db, g_person_batch_find(batch, 1, &first));
    assert_ok(db, g_person_batch_find(batch, 999999, &none));
    assert_ok(db, g_team_batch_find(batch, 2, &team));
    assert_ok(db, g_team_batch_count(batch, NULL, &count));
    assert_ok(db, orm_batch_run(batch));
    check_name(first, 1);
    assert_null(none);
    assert_int_equal(team->id, 2);
    assert_int_equal(count, 20);
    assert_int_equal(orm_batch_status(batch, 1), ORM_NOT_FOUND);
    assert_int_equal(orm_batch_error(batch, 1)->status, ORM_NOT_FOUND);
    assert_string_equal(orm_batch_error(batch, 1)->model, "person");
    assert_null(orm_batch_error(batch, 0));
    assert_int_equal(orm_batch_status(batch, 3), ORM_OK);
    assert_int_equal(orm_batch_status(batch, 4), ORM_MISUSE);
    assert_ok(db, orm_session_commit(db));
    /* It is over. */
    assert_status(db, orm_batch_run(batch), ORM_MISUSE);
    assert_status(db, g_team_batch_find(batch, 1, &team), ORM_MISUSE);
    test_session_close(&database, db);
}

/* One key twice, and rows that a select and a find bring, are one object each. */
static void a_row_is_one_object(void **state)
{
    (void)state;
    g_person *one = NULL;
    g_person *same = NULL;
    g_person_list all = {0};
    g_person_list few = {0};
    orm_session *db = test_session(&database);
    orm_batch *batch = new_batch(db);
    assert_ok(db, g_person_batch_find(batch, 5, &one));
    assert_ok(db,
              g_person_batch_select(batch, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &all));
    assert_ok(db, g_person_batch_find(batch, 5, &same));
    assert_ok(db, g_person_batch_select(batch,
                                        &(g_person_query){.where = g_person_id_is(orm_le(7)),
                                                          .order_by = {G_PERSON_BY_ID_DESC}},
                                        &few));
    assert_ok(db, orm_batch_run(batch));
    assert_int_equal(all.count, PEOPLE);
    assert_int_equal(few.count, 7);
    assert_ptr_equal(one, same);
    assert_ptr_equal(all.items[4], one);
    assert_ptr_equal(few.items[2], one);
    for (size_t i = 0; i < 7; i++)
        assert_ptr_equal(few.items[i], all.items[6 - i]);
    test_session_close(&database, db);
}

/* Conditions whose texts and lists are gone, and queries that were written in a block, are kept. */
static void add_borrowing(orm_session *db, orm_batch *batch, g_person_list *list, int64_t *count)
{
    char name[20];
    int64_t ids[] = {2, 3, 4};
    g_chore_query tasks = {.where = g_chore_id_is(orm_in(ids, 3))};
    (void)snprintf(name, sizeof name, "%s", "person 2");
    char *right = name_of(3);
    right[strcspn(right, "\n")] = '\0';
    assert_ok(db, g_person_batch_select(batch,
                                        &(g_person_query){.where = g_person_name_is(orm_eq(right)),
                                                          .with = {.tasks = &tasks}},
                                        list));
    assert_ok(db, g_person_batch_count(
                      batch, &(g_person_query){.where = g_person_id_is(orm_in(ids, 3))}, count));
    memset(name, 'x', sizeof name - 1);
    memset(ids, 0, sizeof ids);
    memset(&tasks, 0xff, sizeof tasks);
    memset(right, 'x', strlen(right));
    free(right);
}

static void what_is_added_is_copied(void **state)
{
    (void)state;
    g_person_list list;
    g_chore_list tasks;
    int64_t count = 0;
    orm_session *db = test_session(&database);
    orm_batch *batch = new_batch(db);
    add_borrowing(db, batch, &list, &count);
    assert_ok(db, orm_batch_run(batch));
    assert_int_equal(count, 3);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0]->id, 3);
    assert_int_equal(g_person_tasks(list.items[0], &tasks), ORM_OK);
    assert_true(tasks.partial);
    test_session_close(&database, db);
}

static const g_chore_query tasks_with_steps = {.with = {.steps = &g_step_all}};

/* Relations of all queries go level by level: as many round trips as the deepest has levels. */
static void levels_of_all_queries_travel_together(void **state)
{
    (void)state;
    g_team_list teams;
    g_person_list people;
    g_chore_list tasks;
    g_person_list members;
    g_person *found = NULL;
    int64_t count = 0;
    bool exists = false;
    orm_session *db = session_on_wire();
    orm_batch *batch = new_batch(db);
    assert_ok(db, g_team_batch_select(
                      batch,
                      &(g_team_query){.where = g_team_id_is(orm_le(3)),
                                      .order_by = {G_TEAM_BY_ID},
                                      .with = {.members = &g_person_all, .fans = &g_person_all}},
                      &teams));
    assert_ok(db, g_person_batch_select(
                      batch,
                      &(g_person_query){.where = g_person_id_is(orm_le(8)),
                                        .order_by = {G_PERSON_BY_ID},
                                        .with = {.tasks = &tasks_with_steps, .team = &g_team_all}},
                      &people));
    assert_ok(db, g_person_batch_find(batch, 50, &found));
    assert_ok(db, g_chore_batch_count(batch, NULL, &count));
    assert_ok(db, g_team_batch_exists(batch, NULL, &exists));
    run_in(db, batch, 3);
    assert_int_equal(teams.count, 3);
    assert_int_equal(people.count, 8);
    check_name(found, 50);
    assert_true(exists);
    assert_int_equal(count, test_number(&database, "select count(*) from tasks"));
    for (size_t i = 0; i < teams.count; i++) {
        assert_int_equal(g_team_members(teams.items[i], &members), ORM_OK);
        assert_int_equal(members.count,
                         test_number(&database, "select count(*) from people where team = %lld",
                                     (long long)teams.items[i]->id));
    }
    for (size_t i = 0; i < people.count; i++) {
        g_step_list steps;
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
        assert_int_equal(tasks.count, (i + 1) % 4);
        for (size_t k = 0; k < tasks.count; k++)
            assert_int_equal(g_chore_steps(tasks.items[k], &steps), ORM_OK);
    }
    close_session(db);
}

/* A get, two relations of the row, an update and commit: a trip less than with one call each. */
static void relations_of_rows_in_hand_travel_together(void **state)
{
    (void)state;
    g_person *person = NULL;
    g_team *team = NULL;
    g_chore_list tasks;
    int64_t count = 0;
    orm_session *db = session_on_wire();
    long before = database.postgresql ? atomic_load(&proxy.trips) : 0;
    assert_ok(db, g_person_find(db, 7, &person));
    orm_batch *batch = new_batch(db);
    assert_ok(db, g_person_batch_load_team(batch, person, &team));
    assert_ok(db, g_person_batch_load_tasks(batch, person, &tasks));
    assert_ok(db, g_team_batch_count(batch, NULL, &count));
    run_in(db, batch, 1);
    assert_int_equal(tasks.count, 3);
    assert_int_equal(count, 20);
    assert_int_equal(g_person_team(person, &team), ORM_OK);
    assert_ok(db, g_person_change(db, person, &(g_person_changes){.name = ORM_SET("seven")}));
    assert_ok(db, orm_session_commit(db));
    if (database.postgresql)
        assert_int_equal(atomic_load(&proxy.trips) - before, 3);
    test_execute(&database, "update people set name = 'person 7' where \"person id\" = 7");
    close_session(db);
}

static orm_status add_up(const orm_row *row, void *context)
{
    orm_opt_i64 value;
    orm_status status = orm_row_int(row, 0, &value);
    if (status == ORM_OK)
        *(int64_t *)context += value.value;
    return status;
}

static void hand_written_statements_take_part(void **state)
{
    (void)state;
    int64_t sum = 0;
    int64_t affected = -1;
    g_person *person = NULL;
    orm_session *db = test_session(&database);
    orm_batch *batch = new_batch(db);
    orm_value limit[] = {orm_bind_int(3)};
    assert_ok(db, orm_batch_raw(batch, "select \"person id\" from people where \"person id\" <= $1",
                                limit, 1, add_up, &sum, NULL));
    limit[0] = orm_bind_int(-1);
    assert_ok(db, g_person_batch_find(batch, 4, &person));
    assert_ok(db, orm_batch_raw(batch, "update people set name = name where \"person id\" < $1",
                                (const orm_value[]){orm_bind_int(6)}, 1, NULL, NULL, &affected));
    assert_ok(db, orm_batch_run(batch));
    assert_int_equal(sum, 6);
    assert_int_equal(affected, 5);
    check_name(person, 4);
    test_session_close(&database, db);
}

/* A failure is told of its query and its place; what comes behind it is not run. */
static void a_failure_is_told_of_its_query(void **state)
{
    (void)state;
    g_person *before = NULL;
    g_person *after = NULL;
    g_person_list list = {0};
    orm_session *db = test_session(&database);
    orm_batch *batch = new_batch(db);
    assert_ok(db, g_person_batch_find(batch, 1, &before));
    int line = __LINE__ + 1;
    assert_ok(db, orm_batch_raw(batch, "select nothing from nowhere", NULL, 0, NULL, NULL, NULL));
    assert_ok(db, g_person_batch_find(batch, 2, &after));
    assert_ok(db, g_person_batch_select(batch, &(g_person_query){.with = {.tasks = &g_chore_all}},
                                        &list));
    orm_status status = orm_batch_run(batch);
    assert_true(status != ORM_OK && status != ORM_FAILED_TRANSACTION);
    const orm_error *error = orm_session_error(db);
    assert_string_equal(error->statement, "select nothing from nowhere");
    assert_int_equal(error->site.line, line);
    assert_int_equal(orm_batch_status(batch, 1), status);
    assert_string_equal(orm_batch_error(batch, 1)->message, error->message);
    assert_int_equal(orm_batch_status(batch, 0), ORM_OK);
    check_name(before, 1);
    assert_int_equal(orm_batch_status(batch, 2), ORM_FAILED_TRANSACTION);
    assert_int_equal(orm_batch_status(batch, 3), ORM_FAILED_TRANSACTION);
    assert_null(after);
    assert_int_equal(list.count, 0);
    orm_session_rollback(db);
    test_session_close(&database, db);
}

/* What can't be sent is told of its query; the others are. */
static void a_refused_query_holds_up_no_other(void **state)
{
    (void)state;
    g_person *person = NULL;
    g_person_list list = {0};
    orm_session *db = test_session(&database);
    orm_batch *batch = new_batch(db);
    int line = __LINE__ + 1;
    assert_ok(db, g_person_batch_select(
                      batch, &(g_person_query){.order_by = {(enum g_person_order)4000}}, &list));
    assert_ok(db, g_person_batch_find(batch, 9, &person));
    assert_status(db, orm_batch_run(batch), ORM_INVALID);
    assert_int_equal(orm_session_error(db)->site.line, line);
    assert_int_equal(orm_batch_status(batch, 0), ORM_INVALID);
    assert_int_equal(orm_batch_status(batch, 1), ORM_OK);
    check_name(person, 9);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

static void an_empty_batch_sends_nothing(void **state)
{
    (void)state;
    orm_session *db = session_on_wire();
    orm_batch *batch = new_batch(db);
    run_in(db, batch, 0);
    close_session(db);
}

/* What waits for a flush is seen. */
static void queued_changes_are_written_first(void **state)
{
    (void)state;
    g_person *person = NULL;
    g_person_list list;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 11, &person));
    assert_ok(db, g_person_change(db, person, &(g_person_changes){.name = ORM_SET("eleven")}));
    orm_batch *batch = new_batch(db);
    assert_ok(db,
              g_person_batch_select(
                  batch, &(g_person_query){.where = g_person_name_is(orm_eq("eleven"))}, &list));
    assert_ok(db, orm_batch_run(batch));
    assert_int_equal(list.count, 1);
    assert_ptr_equal(list.items[0], person);
    orm_session_rollback(db);
    test_session_close(&database, db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(twenty_gets_are_one_round_trip),
        suite_test(a_missing_row_fails_no_other),
        suite_test(a_row_is_one_object),
        suite_test(what_is_added_is_copied),
        suite_test(levels_of_all_queries_travel_together),
        suite_test(relations_of_rows_in_hand_travel_together),
        suite_test(hand_written_statements_take_part),
        suite_test(a_failure_is_told_of_its_query),
        suite_test(a_refused_query_holds_up_no_other),
        suite_test(an_empty_batch_sends_nothing),
        suite_test(queued_changes_are_written_first),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
