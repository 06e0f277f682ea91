/*
 * A COMMIT that travels behind what a unit of work sends last: how many round trips that takes, and
 * that nothing is ever committed that had to be judged first. On SQLite, where there are no trips,
 * the same is true of every end.
 */
#include <stdio.h>
#include <string.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "support/proxy.h"
#include "write.orm.h"

enum { PEOPLE = 40 };

static test_proxy proxy;
static orm_engine *engine; /* through the proxy */

/* Changes that the database makes by itself, or leaves out; the names say when. */
static const char *const triggers[] = {
    "create function leave_out() returns trigger language plpgsql as "
    "$$ begin if new.name = 'left out' then return null; end if; return new; end $$",
    "create trigger left_out before insert or update on holders "
    "for each row execute function leave_out()",
    "create function refuse_late() returns trigger language plpgsql as "
    "$$ begin if new.name = 'refused late' then raise unique_violation using "
    "constraint = 'late_rule'; end if; return null; end $$",
    "create constraint trigger refused_late after insert or update on holders "
    "deferrable initially deferred for each row execute function refuse_late()",
    "alter table notes alter column place drop not null",
    "create function forget_place() returns trigger language plpgsql as "
    "$$ begin if new.body = 'no place' then new.place := null; end if; return new; end $$",
    "create trigger without_place before update on notes "
    "for each row execute function forget_place()",
};

static int open_database(void **state)
{
    char url[256];
    orm_error error;
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", "models/write.yaml", NULL);
    test_unwatch(&database);
    test_graph_fill(&database, PEOPLE);
    if (!database.postgresql)
        return 0;
    for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++)
        test_execute(&database, "%s", triggers[i]);
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

static w_holder *insert_holder(orm_session *db, const char *email)
{
    w_holder *row = NULL;
    assert_ok(db, w_holder_insert(db, &(w_holder_new){.email = ORM_SET(email)}, &row));
    return row;
}

static void change_name(orm_session *db, w_holder *row, const char *name)
{
    assert_ok(db, w_holder_change(db, row, &(w_holder_changes){.name = ORM_SET(name)}));
}

static int start_empty(void **state)
{
    test_execute(&database, "delete from notes");
    test_execute(&database, "delete from holders");
    return start_test(state);
}

static long long named(const char *name)
{
    return test_number(&database, "select count(*) from holders where name = '%s'", name);
}

static orm_session *open_on_wire(void)
{
    orm_session *db = NULL;
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    return db;
}

/* A request: begin, a person with two relations, a change, commit. */
static long request(orm_session *db, int64_t id, const char *name)
{
    static const g_person_query wanted = {.with = {.team = &g_team_all, .tasks = &g_chore_all}};
    g_person_query query = wanted;
    g_person_list people;
    g_team *team = NULL;
    g_chore_list tasks;
    query.where = g_person_id_is(orm_eq(id));
    long before = atomic_load(&proxy.trips);
    assert_ok(db, orm_session_begin(db));
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(people.count, 1);
    assert_int_equal(g_person_team(people.items[0], &team), ORM_OK);
    assert_int_equal(g_person_tasks(people.items[0], &tasks), ORM_OK);
    assert_ok(db, g_person_change(db, people.items[0], &(g_person_changes){.name = ORM_SET(name)}));
    assert_ok(db, orm_session_commit(db));
    assert_string_equal(people.items[0]->name, name);
    return atomic_load(&proxy.trips) - before;
}

static void a_request_takes_three_round_trips(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = open_on_wire();
    int64_t count = 0;
    assert_ok(db, g_person_count(db, NULL, &count)); /* connects */
    orm_session_close(db);
    /* Also where nothing is prepared yet. */
    for (int i = 0; i < 5; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "name %d", i);
        db = open_on_wire();
        assert_int_equal(request(db, 3 + i, name), 3);
        orm_session_close(db);
        assert_int_equal(
            test_number(&database, "select count(*) from people where name = '%s'", name), 1);
    }
}

/* Rows of several models and shapes, changed and removed. */
static void a_unit_of_work_and_its_commit_are_one_flight(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = open_on_wire();
    w_holder *one = insert_holder(db, "a@b");
    w_holder *two = insert_holder(db, "c@d");
    w_note *note = NULL;
    w_slot *slot = NULL;
    assert_ok(db, w_note_insert(db, &(w_note_new){.holder = one, .place = ORM_SET(1)}, &note));
    assert_ok(db,
              w_slot_insert(db, &(w_slot_new){.room = ORM_SET("r"), .hour = ORM_SET(1)}, &slot));
    assert_ok(db, orm_session_commit(db));
    change_name(db, one, "first");
    assert_ok(db, w_holder_change(db, two, &(w_holder_changes){.points = ORM_SET(5)}));
    assert_ok(db, w_slot_change(db, slot, &(w_slot_changes){.title = ORM_SET("t")}));
    assert_ok(db, w_note_remove(db, note));
    int64_t count = 0;
    assert_ok(db, g_team_count(db, NULL, &count)); /* begins */
    long before = atomic_load(&proxy.trips);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(atomic_load(&proxy.trips) - before, 1);
    assert_int_equal(one->version, 2);
    assert_int_equal(two->points, 5);
    assert_string_equal(slot->title, "t");
    /* Nothing expires with it: what the session has it need not ask for. */
    w_holder *known = NULL;
    test_count_start(&database);
    assert_ok(db, w_holder_find(db, one->id, &known));
    assert_ptr_equal(known, one);
    assert_statements(&database, 0);
    assert_int_equal(test_number(&database, "select count(*) from notes"), 0);
    /* Rows whose keys the database makes come first, and are judged here. */
    change_name(db, one, "second");
    assert_ok(db, w_holder_add(db, &(w_holder_new){.email = ORM_SET("e@f")}, NULL));
    assert_ok(db, g_team_count(db, NULL, &count));
    before = atomic_load(&proxy.trips);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(atomic_load(&proxy.trips) - before, 2);
    assert_int_equal(named("second"), 1);
    orm_session_close(db);
}

/* What was changed behind the session's back is told with its row, and nothing is committed. */
static void check_refused(orm_session *db, orm_status wanted, const char *part)
{
    assert_status(db, orm_session_commit(db), wanted);
    assert_non_null(strstr(orm_session_error(db)->message, part));
    assert_int_equal(orm_session_error(db)->site.line > 0, 1);
    assert_int_equal(named("mine"), 0);
    /* The session goes on. */
    int64_t count = 0;
    assert_ok(db, g_team_count(db, NULL, &count));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(named("mine"), 0);
}

static void a_stale_update_is_never_committed(void **state)
{
    (void)state;
    enum { COUNT = 5, STALE = 3 };
    char part[40];
    orm_session *db = test_session(&database);
    w_holder *rows[COUNT];
    for (int i = 0; i < COUNT; i++)
        rows[i] = insert_holder(db, orm_session_printf(db, "%d@b", i));
    assert_ok(db, orm_session_commit(db));
    for (int stale = 0; stale < COUNT; stale += STALE) {
        test_execute(&database, "update holders set version = version + 1 where id = %lld",
                     (long long)rows[stale]->id);
        for (int i = 0; i < COUNT; i++)
            change_name(db, rows[i], "mine");
        (void)snprintf(part, sizeof part, "key %lld to update was changed",
                       (long long)rows[stale]->id);
        check_refused(db, ORM_STALE, part);
        for (int i = 0; i < COUNT; i++) {
            assert_null(rows[i]->name);
            assert_int_equal(rows[i]->version, 1);
        }
        test_execute(&database, "update holders set version = 1");
    }
    test_session_close(&database, db);
}

static void a_stale_removal_is_never_committed(void **state)
{
    (void)state;
    char part[40];
    orm_session *db = test_session(&database);
    w_holder *one = insert_holder(db, "a@b");
    w_holder *two = insert_holder(db, "c@d");
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update holders set version = 2 where id = %lld", (long long)two->id);
    change_name(db, one, "mine");
    assert_ok(db, w_holder_remove(db, two));
    (void)snprintf(part, sizeof part, "key %lld to delete", (long long)two->id);
    check_refused(db, ORM_STALE, part);
    assert_int_equal(test_number(&database, "select count(*) from holders"), 2);
    test_session_close(&database, db);
}

/* Rows without a version that are gone: an update and a removal, with keys of one and two columns.
 */
static void rows_that_are_gone_are_never_passed_over(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        orm_session *db = test_session(&database);
        w_holder *holder = insert_holder(db, "a@b");
        w_note *note = NULL;
        w_slot *slot = NULL;
        char part[40];
        assert_ok(db,
                  w_note_insert(db, &(w_note_new){.holder = holder, .place = ORM_SET(1)}, &note));
        assert_ok(db, w_slot_insert(db, &(w_slot_new){.room = ORM_SET("gone"), .hour = ORM_SET(1)},
                                    &slot));
        assert_ok(db, orm_session_commit(db));
        test_execute(&database, "delete from notes");
        test_execute(&database, "delete from slots where room = 'gone'");
        change_name(db, holder, "mine");
        (void)snprintf(part, sizeof part, "key %lld to", (long long)note->id);
        if (kind == 0)
            assert_ok(db, w_note_change(db, note, &(w_note_changes){.body = ORM_SET("b")}));
        else if (kind == 1)
            assert_ok(db, w_note_remove(db, note));
        else if (kind == 2)
            assert_ok(db, w_slot_change(db, slot, &(w_slot_changes){.title = ORM_SET("b")}));
        else
            assert_ok(db, w_slot_remove(db, slot));
        check_refused(db, ORM_NOT_FOUND, kind < 2 ? part : "key gone, 1 to");
        test_session_close(&database, db);
        test_execute(&database, "delete from holders");
    }
}

/* A trigger that leaves a row out is a row that was missed; so is one of rows to be inserted. */
static void rows_that_a_trigger_leaves_out_are_missed(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = test_session(&database);
    w_holder *one = insert_holder(db, "a@b");
    w_holder *two = insert_holder(db, "c@d");
    assert_ok(db, orm_session_commit(db));
    change_name(db, one, "left out");
    change_name(db, two, "mine");
    check_refused(db, ORM_STALE, "to update");
    change_name(db, two, "mine");
    w_holder_new values = {.email = ORM_SET("e@f"), .name = ORM_SET("left out")};
    assert_ok(db, w_holder_add(db, &values, NULL));
    check_refused(db, ORM_DATABASE, "did not return");
    test_session_close(&database, db);
}

/* A rule that is checked at COMMIT fails there, and is told with what it broke. */
static void a_deferred_rule_is_told_as_such(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = test_session(&database);
    w_holder *one = insert_holder(db, "a@b");
    w_holder *two = insert_holder(db, "c@d");
    assert_ok(db, orm_session_commit(db));
    change_name(db, two, "mine");
    change_name(db, one, "refused late");
    assert_status(db, orm_session_commit(db), ORM_UNIQUE);
    assert_string_equal(orm_session_error(db)->constraint, "late_rule");
    assert_string_equal(orm_session_error(db)->statement, "COMMIT");
    assert_non_null(strstr(orm_session_error(db)->site.file, "test_commit_rides.c"));
    assert_null(one->name);
    assert_int_equal(named("mine") + named("refused late"), 0);
    test_session_close(&database, db);
}

/* A rule broken by one of several statements is told of that one, and none is committed. */
static void a_broken_rule_is_told_of_its_statement(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *one = insert_holder(db, "a@b");
    w_holder *two = insert_holder(db, "c@d");
    w_note *note = NULL;
    assert_ok(db, w_note_insert(db, &(w_note_new){.holder = one, .place = ORM_SET(1)}, &note));
    assert_ok(db, orm_session_commit(db));
    change_name(db, one, "mine");
    assert_ok(db, w_holder_change(db, two, &(w_holder_changes){.email = ORM_SET("a@b")}));
    assert_ok(db, w_note_remove(db, note));
    assert_status(db, orm_session_commit(db), ORM_UNIQUE);
    assert_non_null(strstr(orm_session_error(db)->statement, "holders"));
    assert_string_equal(orm_session_error(db)->model, "holder");
    assert_int_equal(named("mine"), 0);
    assert_int_equal(test_number(&database, "select count(*) from notes"), 1);
    /* What was removed is there again. */
    assert_ok(db, w_note_update(db, note, &(w_note_changes){.place = ORM_SET(2)}));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

/*
 * Rows that come back and can't be taken, from a database that does not keep to its model: what was
 * committed is not denied, and no half row is to be seen.
 */
static void what_was_committed_is_not_denied(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_note *note = NULL;
    assert_ok(db, w_note_insert(db, &(w_note_new){.holder = holder, .place = ORM_SET(1)}, &note));
    assert_ok(db, orm_session_commit(db));
    change_name(db, holder, "mine");
    assert_ok(db, w_note_change(db, note, &(w_note_changes){.body = ORM_SET("no place")}));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(named("mine"), 1);
    assert_int_equal(test_number(&database, "select count(*) from notes where place is null"), 1);
    assert_int_equal(note->place, 1);
    assert_null(note->body);
    /* It is asked for again, and then said. */
    assert_status(db, w_note_find(db, note->id, &note), ORM_SCHEMA);
    orm_session_rollback(db);
    test_session_close(&database, db);
}

/* A connection cut in a flight that carries a COMMIT: its outcome is unknown. */
static void an_unknown_end_is_told_as_such(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    for (int cut = TEST_CUT_BEFORE; cut <= TEST_CUT_AFTER; cut++) {
        char name[20];
        orm_session *db = open_on_wire();
        w_holder *row = insert_holder(db, orm_session_printf(db, "%d@cut", cut));
        assert_ok(db, orm_session_commit(db));
        (void)snprintf(name, sizeof name, "cut %d", cut);
        int64_t count = 0;
        assert_ok(db, g_team_count(db, NULL, &count));
        change_name(db, row, name);
        atomic_store(&proxy.cut, cut);
        assert_status(db, orm_session_commit(db), ORM_COMMIT_UNKNOWN);
        assert_int_equal(atomic_load(&proxy.cut), TEST_CUT_NONE);
        assert_false(orm_session_error(db)->retryable);
        assert_string_equal(orm_session_error(db)->statement, "COMMIT");
        if (cut != TEST_CUT_DURING)
            assert_int_equal(named(name), cut == TEST_CUT_AFTER);
        /* The row is read again, and nothing waits any more. */
        w_holder *again = NULL;
        assert_ok(db, w_holder_find(db, row->id, &again));
        assert_ptr_equal(again, row);
        if (cut == TEST_CUT_AFTER)
            assert_string_equal(row->name, name);
        assert_ok(db, orm_session_commit(db));
        orm_session_close(db);
    }
}

#define holders_test(function) cmocka_unit_test_setup_teardown(function, start_empty, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_request_takes_three_round_trips),
        holders_test(a_unit_of_work_and_its_commit_are_one_flight),
        holders_test(a_stale_update_is_never_committed),
        holders_test(a_stale_removal_is_never_committed),
        holders_test(rows_that_are_gone_are_never_passed_over),
        holders_test(rows_that_a_trigger_leaves_out_are_missed),
        holders_test(a_deferred_rule_is_told_as_such),
        holders_test(a_broken_rule_is_told_of_its_statement),
        holders_test(what_was_committed_is_not_denied),
        holders_test(an_unknown_end_is_told_as_such),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
