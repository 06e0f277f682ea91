/* Rows that may be there already; changes to all rows that fulfil a condition. */
#include <string.h>

#include "support/fixture.h"
#include "write.orm.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_WRITE,
     .function = "update_where_changes_what_fulfils_it",
     .reason = "the rows that the test starts from are written one by one"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/write.yaml", NULL);
    test_ignore(&database, ignored);
    return 0;
}

static int start_empty(void **state)
{
    test_execute(&database, "delete from notes");
    test_execute(&database, "delete from holders");
    test_execute(&database, "delete from slots");
    return start_test(state);
}

static void a_new_row_is_inserted_and_a_known_one_changed(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot *row = NULL;
    w_slot *again = NULL;
    w_slot_new values = {.room = ORM_SET("r"), .hour = ORM_SET(1), .title = ORM_SET("first")};
    assert_ok(db, w_slot_upsert(db, &values, NULL, &row));
    assert_string_equal(row->title, "first");
    values.title = ORM_SET("second");
    assert_ok(db, w_slot_upsert(db, &values, &(w_slot_conflict){.nothing = false}, &again));
    assert_statements(&database, 2);
    assert_ptr_equal(row, again);
    assert_string_equal(row->title, "second");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from slots where title = 'second'"),
                     1);
}

static void the_conflict_names_its_key_and_what_changes(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *row = NULL;
    w_holder *again = NULL;
    w_holder_new values = {.email = ORM_SET("a@b"), .name = ORM_SET("Ada"), .points = ORM_SET(1)};
    w_holder_conflict conflict = {.on = {.email = true}, .update = {.points = true}};
    assert_ok(db, w_holder_upsert(db, &values, &conflict, &row));
    int64_t created = row->created_at.micros;
    int64_t updated = row->updated_at.micros;
    values.name = ORM_SET("Bea");
    values.points = ORM_SET(2);
    assert_ok(db, w_holder_upsert(db, &values, &conflict, &again));
    assert_ptr_equal(row, again);
    assert_string_equal(row->name, "Ada");
    assert_int_equal(row->points, 2);
    assert_int_equal(row->version, 2);
    assert_int_equal(row->created_at.micros, created);
    assert_true(row->updated_at.micros > updated);
    conflict.update.points = false;
    assert_ok(db, w_holder_upsert(db, &values, &conflict, &again));
    assert_string_equal(row->name, "Bea");
    assert_int_equal(row->version, 3);
    assert_int_equal(row->created_at.micros, created);
}

static void a_row_can_be_left_alone(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot *row = NULL;
    w_slot_list rows;
    w_slot_conflict conflict = {.nothing = true};
    w_slot_new values[3] = {{.room = ORM_SET("r"), .hour = ORM_SET(1), .title = ORM_SET("one")},
                            {.room = ORM_SET("r"), .hour = ORM_SET(2), .title = ORM_SET("two")},
                            {.room = ORM_SET("r"), .hour = ORM_SET(3), .title = ORM_SET("three")}};
    assert_ok(db, w_slot_upsert(db, &values[1], &conflict, &row));
    assert_string_equal(row->title, "two");
    values[1].title = ORM_SET("other");
    assert_ok(db, w_slot_upsert(db, &values[1], &conflict, &row));
    assert_null(row);
    test_count_start(&database);
    assert_ok(db, w_slot_upsert_all(db, values, 3, &conflict, &rows));
    assert_statements(&database, 1);
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.items[0]->title, "one");
    assert_string_equal(rows.items[1]->title, "three");
}

static void many_rows_old_and_new_are_one_statement(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    orm_session *db = test_session(&database);
    static w_slot_new values[COUNT];
    w_slot_list rows;
    for (int i = 0; i < COUNT; i++)
        values[i] = (w_slot_new){
            .room = ORM_SET("r"), .hour = ORM_SET(i), .title = ORM_SET(i % 2 ? "odd" : "even")};
    assert_ok(db, w_slot_insert_all(db, values, COUNT / 2, &rows));
    w_slot *first = rows.items[0];
    for (int i = 0; i < COUNT; i++)
        values[i].title = ORM_SET("new");
    test_count_start(&database);
    assert_ok(db, w_slot_upsert_all(db, values, COUNT, NULL, &rows));
    assert_statements(&database, 1);
    assert_int_equal(rows.count, COUNT);
    assert_ptr_equal(rows.items[0], first);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(rows.items[i]->hour, i);
        assert_string_equal(rows.items[i]->title, "new");
    }
}

static void a_rollback_brings_known_rows_back(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot *row = NULL;
    w_slot_new values = {.room = ORM_SET("r"), .hour = ORM_SET(1), .title = ORM_SET("before")};
    assert_ok(db, w_slot_insert(db, &values, &row));
    assert_ok(db, orm_session_commit(db));
    values.title = ORM_SET("after");
    assert_ok(db, w_slot_upsert(db, &values, NULL, NULL));
    assert_string_equal(row->title, "after");
    orm_session_rollback(db);
    assert_string_equal(row->title, "before");
    assert_ok(db, w_slot_update(db, row, &(w_slot_changes){.title = ORM_SET("alive")}));
}

static void update_where_changes_what_fulfils_it(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t count = 0;
    for (int i = 0; i < 5; i++) {
        w_holder_new values = {.email = ORM_SET(orm_session_printf(db, "%d@b", i)),
                               .points = ORM_SET(i)};
        assert_ok(db, w_holder_insert(db, &values, NULL));
    }
    test_count_start(&database);
    assert_ok(db, w_holder_update_where(db, w_holder_points_is(orm_ge(2)),
                                        &(w_holder_changes){.name = ORM_SET("rich")}, &count));
    assert_int_equal(count, 3);
    assert_ok(db, w_holder_update_where(db, w_holder_points_is(orm_ge(4)),
                                        &(w_holder_changes){.name = ORM_SET("richer")}, NULL));
    assert_statements(&database, 2);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(
        test_number(&database, "select count(*) from holders where name = 'rich' and version = 2"),
        2);
    assert_int_equal(
        test_number(&database,
                    "select count(*) from holders where name = 'richer' and version = 3"),
        1);
    assert_int_equal(
        test_number(&database, "select count(*) from holders where updated_at > created_at"), 3);
}

static void update_where_wants_a_condition_and_a_change(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t count = 9;
    w_holder_changes changes = {.name = ORM_SET("x")};
    w_holder_pred none = {{.model = NULL}};
    assert_status(db, w_holder_update_where(db, none, &changes, &count), ORM_MISUSE);
    assert_int_equal(count, 0);
    assert_ok(db, w_holder_update_where(db, w_holder_everything(),
                                        &(w_holder_changes){.name = {ORM_UNSET, NULL}}, &count));
    assert_statements(&database, 0);
    assert_ok(db, w_holder_update_where(db, w_holder_everything(), &changes, &count));
    assert_int_equal(count, 0);
}

#define write_test(function) cmocka_unit_test_setup_teardown(function, start_empty, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        write_test(a_new_row_is_inserted_and_a_known_one_changed),
        write_test(the_conflict_names_its_key_and_what_changes),
        write_test(a_row_can_be_left_alone),
        write_test(many_rows_old_and_new_are_one_statement),
        write_test(a_rollback_brings_known_rows_back),
        write_test(update_where_changes_what_fulfils_it),
        write_test(update_where_wants_a_condition_and_a_change),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
