/* Many rows by one statement: what they get, what they cost, and what is refused. */
#include <stdlib.h>
#include <string.h>

#include "support/fixture.h"
#include "torture.orm.h"
#include "write.orm.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/write.yaml", "models/torture.yaml", NULL);
    return 0;
}

static int start_empty(void **state)
{
    test_execute(&database, "delete from notes");
    test_execute(&database, "delete from holders");
    test_execute(&database, "delete from slots");
    test_execute(&database, "delete from bares");
    test_execute(&database, "delete from things");
    return start_test(state);
}

static const char *email(orm_session *db, size_t i)
{
    return orm_session_printf(db, "user%zu@example.org", i);
}

static w_holder_new *new_holders(orm_session *db, size_t count)
{
    w_holder_new *values = calloc(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i].email = ORM_SET(email(db, i));
    return values;
}

static void rows_come_back_in_order_with_what_the_database_made(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    orm_session *db = test_session(&database);
    w_holder_new *values = new_holders(db, COUNT);
    w_holder_list rows;
    test_count_start(&database);
    assert_ok(db, w_holder_insert_all(db, values, COUNT, &rows));
    assert_statements(&database, 1);
    assert_int_equal(rows.count, COUNT);
    assert_false(rows.partial);
    for (size_t i = 0; i < COUNT; i++) {
        const w_holder *row = rows.items[i];
        w_holder *found = NULL;
        assert_string_equal(row->email, values[i].email.value);
        assert_int_equal(row->points, 7);
        assert_int_equal(row->level, W_LEVEL_LOW);
        assert_int_equal(row->version, 1);
        assert_null(row->name);
        assert_true(row->created_at.micros > 0);
        assert_int_equal(row->created_at.micros, row->updated_at.micros);
        assert_true(i == 0 || row->id > rows.items[i - 1]->id);
        assert_ok(db, w_holder_find(db, row->id, &found));
        assert_ptr_equal(found, row);
    }
    assert_statements(&database, 0);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders where points = 7"),
                     COUNT);
    free(values);
}

static void one_text_serves_any_count(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder_new *values = new_holders(db, 700);
    w_holder_list rows;
    assert_ok(db, w_holder_insert_all(db, values, 1, &rows));
    test_count_start(&database);
    assert_ok(db, w_holder_insert_all(db, values + 1, 2, &rows));
    assert_ok(db, w_holder_insert_all(db, values + 3, 697, &rows));
    assert_counts(&database, 2, 0);
    assert_int_equal(rows.count, 697);
    free(values);
}

static void each_set_of_columns_is_one_statement(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    orm_session *db = test_session(&database);
    w_holder_new *values = new_holders(db, COUNT);
    w_holder_list rows;
    for (size_t i = 0; i < COUNT; i++) {
        if (i % 3 == 1)
            values[i].name = ORM_SET("named");
        if (i % 3 == 2)
            values[i].points = ORM_SET((int)i);
    }
    test_count_start(&database);
    assert_ok(db, w_holder_insert_all(db, values, COUNT, &rows));
    assert_statements(&database, 3);
    for (size_t i = 0; i < COUNT; i++) {
        assert_string_equal(rows.items[i]->email, values[i].email.value);
        assert_int_equal(rows.items[i]->name != NULL, i % 3 == 1);
        assert_int_equal(rows.items[i]->points, i % 3 == 2 ? (int)i : 7);
    }
    free(values);
}

static void nothing_is_sent_for_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder_list rows = {.count = 3};
    assert_ok(db, w_holder_insert_all(db, NULL, 0, &rows));
    assert_int_equal(rows.count, 0);
    assert_statements(&database, 0);
}

static void rows_of_defaults_are_one_statement(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_bare_new values[40] = {{.state = {ORM_UNSET, NULL}}};
    w_bare_list rows;
    assert_ok(db, w_bare_insert_all(db, values, 40, &rows));
    assert_statements(&database, 1);
    assert_int_equal(rows.count, 40);
    for (size_t i = 0; i < 40; i++) {
        assert_string_equal(rows.items[i]->state, "fresh");
        assert_true(i == 0 || rows.items[i]->id > rows.items[i - 1]->id);
    }
}

static void arrays_of_any_length_arrive(void **state)
{
    (void)state;
    enum { COUNT = 60 };
    static const char *const words[] = {"a", NULL, "with \"quotes\", {braces}", "\\", "NULL", ""};
    static const orm_opt_i32 numbers[] = {{1, true}, {0, false}, {-3, true}, {4, true}};
    orm_session *db = test_session(&database);
    w_holder_new *values = new_holders(db, COUNT);
    w_holder_list rows;
    for (size_t i = 0; i < COUNT; i++) {
        size_t length = i % 7;
        values[i].tags = ORM_SET(((orm_array_text){words, length % 6, length != 6}));
        values[i].scores = ORM_SET(((orm_array_i32){numbers, i % 5, i % 5 != 4}));
        values[i].details = ORM_SET(((orm_json){i % 2 == 0 ? "{\"a\": [1, \"b\\\"\"]}" : "null"}));
    }
    test_count_start(&database);
    assert_ok(db, w_holder_insert_all(db, values, COUNT, &rows));
    assert_statements(&database, 1);
    for (size_t i = 0; i < COUNT; i++) {
        const w_holder *row = rows.items[i];
        assert_int_equal(row->tags.has, i % 7 != 6);
        assert_int_equal(row->tags.count, i % 7 == 6 ? 0 : i % 7);
        for (size_t k = 0; k < row->tags.count; k++)
            if (words[k] == NULL)
                assert_null(row->tags.items[k]);
            else
                assert_string_equal(row->tags.items[k], words[k]);
        assert_int_equal(row->scores.has, i % 5 != 4);
        assert_int_equal(row->scores.count, i % 5 == 4 ? 0 : i % 5);
        for (size_t k = 0; k < row->scores.count; k++) {
            assert_int_equal(row->scores.items[k].has, numbers[k].has);
            if (numbers[k].has)
                assert_int_equal(row->scores.items[k].value, numbers[k].value);
        }
        assert_string_equal(row->details.text, values[i].details.value.text);
    }
    free(values);
}

static void every_kind_of_value_arrives(void **state)
{
    (void)state;
    static const orm_numeric sums[] = {{"1.5"}, {NULL}, {"-12345678901234567890.25"}};
    static const orm_bytes blobs[] = {{"a\0b", 3}, {"", 0}, {NULL, 0}};
    static const int colours[] = {Z_HUE_RED, 0, Z_HUE_GREEN};
    static const char *const words[] = {"x"};
    z_thing_new values[25];
    z_thing_list rows;
    orm_session *db = test_session(&database);
    for (int i = 0; i < 25; i++)
        values[i] = (z_thing_new){
            .name = ORM_SET(email(db, (size_t)i)),
            .price = ORM_SET(((orm_numeric){i % 2 == 0 ? "1234567890123456789.25" : "-0.5"})),
            .weight = ORM_SET(0.1 * i),
            .data = ORM_SET(((orm_bytes){"\0\1\2", (size_t)(i % 4)})),
            .key = ORM_SET(((orm_uuid){{(uint8_t)i, 2, 3}})),
            .day = ORM_SET(((orm_date){-i})),
            .moment = ORM_SET(((orm_timestamptz){-1 - i})),
            .span = ORM_SET(((orm_interval){.micros = i, .days = 2, .months = -3})),
            .document = ORM_SET(((orm_json){"{\"a\": [1, 2]}"})),
            .hue = ORM_SET(i % 2 == 0 ? Z_HUE_GREEN : Z_HUE_RED),
            .words = ORM_SET(((orm_array_text){words, 1, true})),
            .sums = ORM_SET(((orm_array_numeric){sums, 3, true})),
            .counts = ORM_SET(((orm_array_i32){NULL, 0, true})),
            .blobs = ORM_SET(((orm_array_bytes){blobs, 3, true})),
            .hues = ORM_SET(((orm_array_enum){colours, 3, true})),
        };
    assert_ok(db, z_thing_insert_all(db, values, 25, &rows));
    assert_statements(&database, 1);
    for (int i = 0; i < 25; i++) {
        const z_thing *row = rows.items[i];
        assert_int_equal(orm_numeric_compare(row->price, values[i].price.value), 0);
        assert_true(row->weight == 0.1 * i);
        assert_int_equal(row->data.size, i % 4);
        assert_memory_equal(row->data.data, "\0\1\2", row->data.size);
        assert_int_equal(row->key.bytes[0], i);
        assert_int_equal(row->day.days, -i);
        assert_int_equal(row->moment.micros, -1 - i);
        assert_int_equal(row->span.value.months, -3);
        assert_int_equal(row->hue, i % 2 == 0 ? Z_HUE_GREEN : Z_HUE_RED);
        assert_int_equal(row->sums.count, 3);
        assert_null(row->sums.items[1].text);
        assert_string_equal(row->sums.items[2].text, "-12345678901234567890.25");
        assert_true(row->counts.has);
        assert_int_equal(row->counts.count, 0);
        assert_int_equal(row->blobs.items[0].size, 3);
        assert_memory_equal(row->blobs.items[0].data, "a\0b", 3);
        assert_null(row->blobs.items[2].data);
        assert_int_equal(row->hues.items[0], Z_HUE_RED);
        assert_int_equal(row->hues.items[1], 0);
        assert_int_equal(row->hues.items[2], Z_HUE_GREEN);
    }
}

static void a_refused_value_names_its_row_and_nothing_is_sent(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder_new *values = new_holders(db, 10);
    w_holder_list rows;
    values[6].name = ORM_SET("a name that is longer than the forty characters of the column");
    assert_status(db, w_holder_insert_all(db, values, 10, &rows), ORM_RANGE);
    assert_int_equal(rows.count, 0);
    const orm_error *error = orm_session_error(db);
    assert_non_null(strstr(error->message, "row 6"));
    assert_string_equal(error->model, "holder");
    assert_string_equal(error->column, "name");
    assert_string_equal(error->site.file, __FILE__);
    values[6].name = ORM_SET("short");
    values[8].email.state = ORM_UNSET;
    assert_status(db, w_holder_insert_all(db, values, 10, &rows), ORM_INVALID);
    assert_non_null(strstr(error->message, "row 8"));
    assert_statements(&database, 0);
    values[8].email = ORM_SET("late@example.org");
    assert_ok(db, w_holder_insert_all(db, values, 10, &rows));
    assert_int_equal(rows.count, 10);
    free(values);
}

static void a_broken_rule_undoes_all(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder_new *values = new_holders(db, 10);
    w_holder_list rows;
    values[9].email = ORM_SET(email(db, 3));
    assert_status(db, w_holder_insert_all(db, values, 10, &rows), ORM_UNIQUE);
    assert_int_equal(rows.count, 0);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    assert_int_equal(test_number(&database, "select count(*) from holders"), 0);
    values[9].email = ORM_SET(email(db, 9));
    assert_ok(db, w_holder_insert_all(db, values, 10, &rows));
    w_holder *row = rows.items[0];
    orm_session_rollback(db);
    assert_status(db, w_holder_delete(db, row), ORM_MISUSE);
    assert_int_equal(test_number(&database, "select count(*) from holders"), 0);
    free(values);
}

static void lists_of_known_parents_do_not_lie(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = NULL;
    w_note_list notes;
    assert_ok(db, w_holder_insert(db, &(w_holder_new){.email = ORM_SET("a@b")}, &holder));
    assert_ok(db, w_holder_load_notes(db, holder, &notes));
    assert_int_equal(notes.count, 0);
    w_note_new values[3] = {{.holder_id = ORM_SET(holder->id), .place = ORM_SET(1)},
                            {.holder_id = ORM_SET(holder->id), .place = ORM_SET(2)},
                            {.holder_id = ORM_SET(holder->id), .place = ORM_SET(3)}};
    assert_ok(db, w_note_insert_all(db, values, 3, NULL));
    assert_ok(db, w_holder_load_notes(db, holder, &notes));
    assert_int_equal(notes.count, 3);
}

static void more_rows_than_one_execution_takes(void **state)
{
    (void)state;
    enum { COUNT = 45000 };
    orm_session *db = test_session(&database);
    w_slot_new *values = calloc(COUNT, sizeof *values);
    w_slot_list rows;
    for (int i = 0; i < COUNT; i++)
        values[i] = (w_slot_new){.room = ORM_SET("r"), .hour = ORM_SET(COUNT - i)};
    assert_ok(db, w_slot_insert_all(db, values, COUNT, &rows));
    assert_statements(&database, 3);
    assert_int_equal(rows.count, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(rows.items[i]->hour, COUNT - i);
    free(values);
}

static void read_only_sessions_refuse(void **state)
{
    (void)state;
    orm_session *db = test_session_with(&database, &(orm_session_options){.read_only = true});
    w_bare_new values[2] = {{.state = ORM_SET("x")}, {.state = ORM_SET("y")}};
    assert_status(db, w_bare_insert_all(db, values, 2, NULL), ORM_READ_ONLY);
}

#define write_test(function) cmocka_unit_test_setup_teardown(function, start_empty, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        write_test(rows_come_back_in_order_with_what_the_database_made),
        write_test(one_text_serves_any_count),
        write_test(each_set_of_columns_is_one_statement),
        write_test(nothing_is_sent_for_nothing),
        write_test(rows_of_defaults_are_one_statement),
        write_test(arrays_of_any_length_arrive),
        write_test(every_kind_of_value_arrives),
        write_test(a_refused_value_names_its_row_and_nothing_is_sent),
        write_test(a_broken_rule_undoes_all),
        write_test(lists_of_known_parents_do_not_lie),
        write_test(more_rows_than_one_execution_takes),
        write_test(read_only_sessions_refuse),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
