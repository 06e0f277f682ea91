/* Very many rows in parts: what is told meanwhile, what ends it, and that no objects are made. */
#include <stdlib.h>
#include <string.h>

#include "support/fixture.h"
#include "write.orm.h"

enum { COUNT = 2500, PART = 1000 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/write.yaml", NULL);
    /* What PostgreSQL is asked once for each connection is not counted below. */
    orm_session *db = test_session(&database);
    w_slot_new first = {.room = ORM_SET("r"), .hour = ORM_SET(1)};
    assert_ok(db, w_slot_bulk_load(db, &first, 1, NULL, NULL));
    test_session_close(&database, db);
    return 0;
}

static int start_empty(void **state)
{
    test_execute(&database, "delete from slots");
    return start_test(state);
}

typedef struct progress {
    size_t done[8];
    int calls;
    int end_after; /* 0: never */
} progress;

static orm_status tell(void *context, size_t done, size_t total)
{
    progress *it = context;
    assert_int_equal(total, COUNT);
    it->done[it->calls++] = done;
    return it->calls == it->end_after ? ORM_CANCELLED : ORM_OK;
}

static w_slot_new *new_slots(void)
{
    w_slot_new *values = calloc(COUNT, sizeof *values);
    for (int i = 0; i < COUNT; i++)
        values[i] = (w_slot_new){.room = ORM_SET("r"), .hour = ORM_SET(i)};
    return values;
}

static void parts_are_told_and_all_rows_are_there(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot_new *values = new_slots();
    progress it = {.calls = 0};
    orm_bulk_options options = {.rows_at_once = PART, .progress = tell, .context = &it};
    int64_t count = 0;
    assert_ok(db, w_slot_bulk_load(db, values, COUNT, &options, &count));
    assert_statements(&database, 3);
    assert_int_equal(count, COUNT);
    assert_int_equal(it.calls, 3);
    assert_int_equal(it.done[0], PART);
    assert_int_equal(it.done[1], 2 * PART);
    assert_int_equal(it.done[2], COUNT);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(distinct hour) from slots"), COUNT);
    free(values);
}

static void without_options_it_is_one_statement(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot_new *values = new_slots();
    assert_ok(db, w_slot_bulk_load(db, values, COUNT, NULL, NULL));
    assert_statements(&database, 1);
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select count(*) from slots"), 0);
    free(values);
}

static void the_caller_can_end_it(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot_new *values = new_slots();
    progress it = {.end_after = 2};
    orm_bulk_options options = {.rows_at_once = PART, .progress = tell, .context = &it};
    int64_t count = 9;
    assert_status(db, w_slot_bulk_load(db, values, COUNT, &options, &count), ORM_CANCELLED);
    assert_int_equal(count, 0);
    assert_int_equal(it.calls, 2);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    assert_int_equal(test_number(&database, "select count(*) from slots"), 0);
    free(values);
}

static void a_refused_value_names_its_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot_new *values = new_slots();
    orm_bulk_options options = {.rows_at_once = PART};
    values[2100].room = ORM_SET("longer than ten");
    assert_status(db, w_slot_bulk_load(db, values, COUNT, &options, NULL), ORM_RANGE);
    assert_non_null(strstr(orm_session_error(db)->message, "row 2100"));
    orm_session_rollback(db);
    values[2100].room = ORM_SET("r");
    values[1500].hour = ORM_SET(1499);
    assert_status(db, w_slot_bulk_load(db, values, COUNT, &options, NULL), ORM_UNIQUE);
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select count(*) from slots"), 0);
    free(values);
}

#define write_test(function) cmocka_unit_test_setup_teardown(function, start_empty, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        write_test(parts_are_told_and_all_rows_are_there),
        write_test(without_options_it_is_one_statement),
        write_test(the_caller_can_end_it),
        write_test(a_refused_value_names_its_row),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
