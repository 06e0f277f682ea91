/* The unit of work: what is queued, in which order and how many statements it is sent, and what
 * happens when it can't be. */
#include <stdlib.h>
#include <string.h>

#include "support/fixture.h"
#include "write.orm.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_WRITE,
     .function = "insert_holder",
     .reason = "the rows that the test starts from are written one by one"},
    {.kind = ORM_FINDING_WRITE,
     .function = "lists_of_loaded_parents_stay_true",
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
    test_execute(&database, "update cities set mayor_id = null");
    test_execute(&database, "delete from citizens");
    test_execute(&database, "delete from cities");
    return start_test(state);
}

static w_holder *add_holder(orm_session *db, const char *email)
{
    w_holder *row = NULL;
    assert_ok(db, w_holder_add(db, &(w_holder_new){.email = ORM_SET(email)}, &row));
    assert_non_null(row);
    return row;
}

static w_note *add_note(orm_session *db, const w_holder *holder, const w_note *parent, int place)
{
    w_note *row = NULL;
    w_note_new values = {.holder = holder, .parent = parent, .place = ORM_SET(place)};
    assert_ok(db, w_note_add(db, &values, &row));
    return row;
}

static w_holder *insert_holder(orm_session *db, const char *email)
{
    w_holder *row = NULL;
    assert_ok(db, w_holder_insert(db, &(w_holder_new){.email = ORM_SET(email)}, &row));
    return row;
}

static void nothing_is_sent_before_the_flush(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    char email[] = "a@b";
    w_holder *holder = add_holder(db, email);
    email[0] = 'x'; /* what was given is copied */
    w_note *note = add_note(db, holder, NULL, 1);
    assert_int_equal(holder->id, 0);
    assert_null(holder->email);
    assert_statements(&database, 0);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 2);
    assert_true(holder->id > 0);
    assert_string_equal(holder->email, "a@b");
    assert_int_equal(holder->points, 7);
    assert_int_equal(note->holder_id, holder->id);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 0);
    w_holder *found = NULL;
    assert_ok(db, w_holder_find(db, holder->id, &found));
    assert_ptr_equal(found, holder);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from notes"), 1);
}

static void commit_flushes_and_rollback_forgets(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = add_holder(db, "a@b");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders"), 1);
    assert_ok(db, w_holder_change(db, holder, &(w_holder_changes){.points = ORM_SET(9)}));
    w_holder *other = add_holder(db, "c@d");
    orm_session_rollback(db);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders where points = 7"), 1);
    assert_int_equal(test_number(&database, "select count(*) from holders"), 1);
    assert_status(db, w_holder_change(db, other, &(w_holder_changes){.points = ORM_SET(9)}),
                  ORM_MISUSE);
    assert_ok(db, w_holder_update(db, holder, &(w_holder_changes){.points = ORM_SET(11)}));
}

static void ten_thousand_mixed_rows_are_one_statement_per_model_and_columns(void **state)
{
    (void)state;
    enum { PARENTS = 2000, CHILDREN = 4 };
    orm_session *db = test_session(&database);
    w_holder **holders = calloc(PARENTS, sizeof *holders);
    w_note **notes = calloc((size_t)PARENTS * CHILDREN, sizeof *notes);
    for (int i = 0; i < PARENTS; i++) {
        holders[i] = add_holder(db, orm_session_printf(db, "%d@b", i));
        for (int k = 0; k < CHILDREN; k++)
            notes[i * CHILDREN + k] = add_note(db, holders[i], NULL, i * CHILDREN + k);
    }
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 2);
    for (int i = 0; i < PARENTS; i++) {
        w_holder *owner = NULL;
        assert_string_equal(holders[i]->email, orm_session_printf(db, "%d@b", i));
        assert_true(i == 0 || holders[i]->id > holders[i - 1]->id);
        for (int k = 0; k < CHILDREN; k++) {
            const w_note *note = notes[i * CHILDREN + k];
            assert_int_equal(note->holder_id, holders[i]->id);
            assert_int_equal(note->place, i * CHILDREN + k);
            assert_int_equal(w_note_holder(note, &owner), ORM_OK);
            assert_ptr_equal(owner, holders[i]);
        }
    }
    assert_statements(&database, 0);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database,
                                 "select count(*) from notes n join holders h on h.id = n.holder_id"
                                 " where h.email = cast(n.place / 4 as varchar(10)) || '@b'"),
                     PARENTS * CHILDREN);
    free(holders);
    free(notes);
}

static void self_references_go_level_by_level(void **state)
{
    (void)state;
    enum { WIDTH = 50, LEVELS = 4 };
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_note *notes[LEVELS][WIDTH];
    /* Deepest first in the queue would be impossible: parents are named when they are queued. */
    for (int level = 0; level < LEVELS; level++)
        for (int i = 0; i < WIDTH; i++)
            notes[level][i] =
                add_note(db, holder, level == 0 ? NULL : notes[level - 1][i], level * WIDTH + i);
    test_count_start(&database);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, LEVELS);
    for (int level = 1; level < LEVELS; level++)
        for (int i = 0; i < WIDTH; i++) {
            assert_true(notes[level][i]->parent_id.has);
            assert_int_equal(notes[level][i]->parent_id.value, notes[level - 1][i]->id);
        }
}

static void a_parent_changed_in_later_is_inserted_first(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_note *child = add_note(db, holder, NULL, 1);
    w_note *parent = add_note(db, holder, NULL, 2);
    assert_ok(db, w_note_change(db, child, &(w_note_changes){.parent = parent}));
    test_count_start(&database);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 2);
    assert_int_equal(child->parent_id.value, parent->id);
    assert_true(parent->id < child->id);
}

static void rows_that_refer_to_each_other_are_updated_afterwards(void **state)
{
    (void)state;
    enum { COUNT = 30 };
    orm_session *db = test_session(&database);
    w_city *cities[COUNT];
    w_citizen *mayors[COUNT];
    for (int i = 0; i < COUNT; i++) {
        assert_ok(db, w_city_add(db, &(w_city_new){.name = ORM_SET("city")}, &cities[i]));
        w_citizen_new values = {.name = ORM_SET("mayor"), .city = cities[i]};
        assert_ok(db, w_citizen_add(db, &values, &mayors[i]));
        assert_ok(db, w_city_change(db, cities[i], &(w_city_changes){.mayor = mayors[i]}));
    }
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 3);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(cities[i]->mayor_id.value, mayors[i]->id);
        assert_int_equal(mayors[i]->city_id, cities[i]->id);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_ok(db, w_city_remove(db, cities[i]));
        assert_ok(db, w_citizen_remove(db, mayors[i]));
    }
    assert_ok(db, orm_session_commit(db));
    assert_statements(&database, 3);
    assert_int_equal(test_number(&database, "select count(*) from cities"), 0);
    assert_int_equal(test_number(&database, "select count(*) from citizens"), 0);
}

static void a_row_can_refer_to_itself(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_note *note = add_note(db, holder, NULL, 1);
    assert_ok(db, w_note_change(db, note, &(w_note_changes){.parent = note}));
    assert_ok(db, orm_session_flush(db));
    assert_int_equal(note->parent_id.value, note->id);
}

static void changes_of_one_shape_are_one_statement(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    orm_session *db = test_session(&database);
    w_holder *holders[COUNT];
    for (int i = 0; i < COUNT; i++)
        holders[i] = add_holder(db, orm_session_printf(db, "%d@b", i));
    assert_ok(db, orm_session_commit(db));
    for (int i = 0; i < COUNT; i++) {
        assert_ok(db, w_holder_change(db, holders[i], &(w_holder_changes){.points = ORM_SET(i)}));
        if (i % 2 == 0)
            assert_ok(
                db, w_holder_change(db, holders[i], &(w_holder_changes){.name = ORM_SET("even")}));
        assert_int_equal(holders[i]->points, 7);
    }
    test_count_start(&database);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 2);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(holders[i]->points, i);
        assert_int_equal(holders[i]->name != NULL, i % 2 == 0);
        assert_int_equal(holders[i]->version, 2);
        assert_true(holders[i]->updated_at.micros > holders[i]->created_at.micros);
    }
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database,
                                 "select count(*) from holders where email = cast(points as "
                                 "varchar(10)) || '@b' and version = 2"),
                     COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_ok(db, w_holder_remove(db, holders[i]));
    test_count_start(&database);
    assert_ok(db, orm_session_commit(db));
    /* SQLite tells of each foreign key action as well. */
    if (database.postgresql)
        assert_statements(&database, 1);
    assert_int_equal(test_number(&database, "select count(*) from holders"), 0);
    assert_status(db, w_holder_remove(db, holders[0]), ORM_MISUSE);
}

static void composite_keys_are_changed_and_removed(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_slot *slots[20];
    for (int i = 0; i < 20; i++)
        assert_ok(db, w_slot_add(db,
                                 &(w_slot_new){.room = ORM_SET(i % 2 ? "odd" : "even"),
                                               .hour = ORM_SET(i)},
                                 &slots[i]));
    assert_ok(db, orm_session_flush(db));
    for (int i = 0; i < 20; i++)
        assert_ok(db, i % 4 == 0
                          ? w_slot_remove(db, slots[i])
                          : w_slot_change(db, slots[i], &(w_slot_changes){.title = ORM_SET("t")}));
    test_count_start(&database);
    assert_ok(db, orm_session_commit(db));
    assert_statements(&database, 2);
    assert_int_equal(test_number(&database, "select count(*) from slots where title = 't'"), 15);
    assert_int_equal(test_number(&database, "select count(*) from slots"), 15);
}

static void what_is_added_can_be_changed_and_taken_back(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *one = add_holder(db, "a@b");
    w_holder *two = add_holder(db, "c@d");
    assert_ok(db, w_holder_change(db, one, &(w_holder_changes){.name = ORM_SET("Ada")}));
    assert_ok(db, w_holder_change(db, one, &(w_holder_changes){.name = ORM_SET("Bea")}));
    assert_ok(db, w_holder_remove(db, two));
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 1);
    assert_string_equal(one->name, "Bea");
    assert_int_equal(one->version, 1);
    assert_ok(db, w_holder_change(db, one, &(w_holder_changes){.name = ORM_SET_NULL}));
    assert_ok(db, w_holder_remove(db, one));
    assert_status(db, w_holder_change(db, one, &(w_holder_changes){.points = ORM_SET(1)}),
                  ORM_MISUSE);
    test_count_start(&database);
    assert_ok(db, orm_session_commit(db));
    if (database.postgresql)
        assert_statements(&database, 1);
    assert_int_equal(test_number(&database, "select count(*) from holders"), 0);
}

static void bad_values_are_refused_when_queued(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *row = NULL;
    assert_status(db, w_holder_add(db, &(w_holder_new){.points = ORM_SET(1)}, &row), ORM_INVALID);
    assert_null(row);
    assert_string_equal(orm_session_error(db)->column, "email");
    assert_string_equal(orm_session_error(db)->site.file, __FILE__);
    row = add_holder(db, "a@b");
    w_note_new twice = {.holder = row, .holder_id = ORM_SET(1), .place = ORM_SET(1)};
    assert_status(db, w_note_add(db, &twice, NULL), ORM_INVALID);
    orm_session *other = test_session_with(&database, &(orm_session_options){.read_only = true});
    w_holder_new values = {.email = ORM_SET("x")};
    assert_status(other, w_holder_add(other, &values, NULL), ORM_READ_ONLY);
    w_note_new foreign = {.holder = row, .place = ORM_SET(1)};
    orm_session *third = test_session(&database);
    assert_status(third, w_note_add(third, &foreign, NULL), ORM_MISUSE);
    assert_statements(&database, 0);
}

static void queries_see_what_waits(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t count = 0;
    w_holder *holder = add_holder(db, "a@b");
    assert_ok(db, w_slot_count(db, NULL, &count));
    assert_statements(&database, 1);
    assert_int_equal(holder->id, 0);
    assert_ok(db, w_holder_count(db, NULL, &count));
    assert_statements(&database, 2);
    assert_int_equal(count, 1);
    assert_true(holder->id > 0);
    w_note *note = add_note(db, holder, NULL, 1);
    w_note_list notes;
    assert_ok(db, w_holder_load_notes(db, holder, &notes));
    assert_int_equal(notes.count, 1);
    assert_ptr_equal(notes.items[0], note);
    assert_ok(db, w_note_remove(db, note));
    w_holder_query busy = {.where = w_holder_has_notes(db, w_note_everything())};
    assert_ok(db, w_holder_count(db, &busy, &count));
    assert_int_equal(count, 0);
    (void)add_note(db, holder, NULL, 2);
    assert_ok(db, orm_raw(db, "update notes set place = 3", NULL, 0, NULL, NULL, &count));
    assert_int_equal(count, 1);
}

/* A relation that is there sends nothing, so nothing has to be written before it; unless what waits
 * makes another row of it. */
static void what_is_loaded_is_read_beside_what_waits(void **state)
{
    enum { COUNT = 5 };
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *first = add_holder(db, "a@b");
    w_holder *second = add_holder(db, "c@d");
    for (int i = 0; i < COUNT; i++)
        (void)add_note(db, first, NULL, i);
    assert_ok(db, orm_session_commit(db));
    w_note_list notes;
    assert_ok(db, w_note_select(db, &(w_note_query){.with = {.holder = &w_holder_all}}, &notes));
    test_count_start(&database);
    w_holder *holder = NULL;
    for (size_t i = 0; i < COUNT; i++) {
        assert_ok(db, w_note_load_holder(db, notes.items[i], &holder));
        assert_ptr_equal(holder, first);
        assert_ok(db, w_note_change(db, notes.items[i], &(w_note_changes){.place = ORM_SET(9)}));
    }
    assert_statements(&database, 0);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 1);
    assert_ok(
        db, w_note_change(db, notes.items[0], &(w_note_changes){.holder_id = ORM_SET(second->id)}));
    assert_ok(db, w_note_load_holder(db, notes.items[0], &holder));
    assert_ptr_equal(holder, second);
    assert_ok(db, w_holder_change(db, second, &(w_holder_changes){.name = ORM_SET("new")}));
    assert_ok(db, w_note_load_holder(db, notes.items[0], &holder));
    assert_string_equal(holder->name, "new");
}

static void seeing_can_be_switched_off(void **state)
{
    (void)state;
    orm_session *db = test_session_with(&database, &(orm_session_options){.no_autoflush = true});
    int64_t count = 9;
    (void)add_holder(db, "a@b");
    assert_ok(db, w_holder_count(db, NULL, &count));
    assert_int_equal(count, 0);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders"), 1);
}

static void an_immediate_insert_takes_rows_for_keys(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_note *note = NULL;
    assert_ok(db, w_note_insert(db, &(w_note_new){.holder = holder, .place = ORM_SET(1)}, &note));
    assert_int_equal(note->holder_id, holder->id);
    w_holder *queued = add_holder(db, "c@d");
    assert_ok(db, w_note_insert(db, &(w_note_new){.holder = queued, .place = ORM_SET(2)}, &note));
    assert_int_equal(note->holder_id, queued->id);
    assert_ok(db, w_note_update(db, note, &(w_note_changes){.holder = holder}));
    assert_int_equal(note->holder_id, holder->id);
    w_note_new both[2] = {{.holder = holder, .place = ORM_SET(3)},
                          {.holder = add_holder(db, "e@f"), .place = ORM_SET(4)}};
    assert_ok(db, w_note_insert_all(db, both, 2, NULL));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(distinct holder_id) from notes"), 2);
}

static void a_stale_row_is_named_and_no_other_change_lost(void **state)
{
    (void)state;
    enum { COUNT = 10, STALE = 4 };
    orm_session *db = test_session(&database);
    w_holder *holders[COUNT];
    for (int i = 0; i < COUNT; i++)
        holders[i] = insert_holder(db, orm_session_printf(db, "%d@b", i));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update holders set version = 2, name = 'theirs' where id = %lld",
                 (long long)holders[STALE]->id);
    for (int i = 0; i < COUNT; i++)
        assert_ok(db, w_holder_change(db, holders[i], &(w_holder_changes){.points = ORM_SET(i)}));
    test_count_start(&database);
    assert_status(db, orm_session_flush(db), ORM_STALE);
    assert_statements(&database, 1);
    const orm_error *error = orm_session_error(db);
    char key[40];
    (void)snprintf(key, sizeof key, "key %lld ", (long long)holders[STALE]->id);
    assert_non_null(strstr(error->message, key));
    assert_string_equal(error->model, "holder");
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(holders[i]->points, i == STALE ? 7 : i);
    /* Read again, it can be written. */
    w_holder_list rows;
    w_holder_query again = {.where = w_holder_id_is(orm_eq(holders[STALE]->id)), .refresh = true};
    assert_ok(db, w_holder_select(db, &again, &rows));
    assert_string_equal(holders[STALE]->name, "theirs");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(holders[STALE]->points, STALE);
    assert_int_equal(test_number(&database,
                                 "select count(*) from holders where email = cast(points as "
                                 "varchar(10)) || '@b'"),
                     COUNT);
    assert_int_equal(test_number(&database, "select count(*) from holders where name = 'theirs'"),
                     1);
}

static void a_commit_with_a_stale_row_commits_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *one = insert_holder(db, "a@b");
    w_holder *two = insert_holder(db, "c@d");
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "update holders set version = 2 where id = %lld", (long long)two->id);
    assert_ok(db, w_holder_change(db, one, &(w_holder_changes){.points = ORM_SET(1)}));
    assert_ok(db, w_holder_remove(db, two));
    assert_status(db, orm_session_commit(db), ORM_STALE);
    assert_int_equal(one->points, 7);
    assert_int_equal(test_number(&database, "select count(*) from holders where points = 7"), 2);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders where points = 7"), 2);
}

static void a_rollback_undoes_what_a_flush_did_in_memory(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_holder *other = insert_holder(db, "c@d");
    w_note *kept = NULL;
    w_note_list notes;
    assert_ok(db, w_note_insert(db, &(w_note_new){.holder = holder, .place = ORM_SET(1)}, &kept));
    assert_ok(db, orm_session_commit(db));
    assert_ok(db, w_holder_load_notes(db, holder, &notes));
    assert_ok(db, w_holder_change(db, holder, &(w_holder_changes){.name = ORM_SET("Ada")}));
    assert_ok(db, w_note_change(db, kept, &(w_note_changes){.holder = other}));
    w_note *added = add_note(db, holder, NULL, 2);
    assert_ok(db, orm_session_flush(db));
    assert_string_equal(holder->name, "Ada");
    assert_int_equal(kept->holder_id, other->id);
    assert_true(added->id > 0);
    orm_session_rollback(db);
    assert_null(holder->name);
    assert_int_equal(holder->version, 1);
    assert_int_equal(kept->holder_id, holder->id);
    assert_int_equal(added->id, 0);
    assert_status(db, w_note_remove(db, added), ORM_MISUSE);
    assert_int_equal(w_holder_notes(holder, &notes), ORM_OK);
    assert_int_equal(notes.count, 1);
    assert_ptr_equal(notes.items[0], kept);
    assert_ok(db, w_holder_update(db, holder, &(w_holder_changes){.points = ORM_SET(1)}));
    assert_ok(db, orm_session_commit(db));
}

static void lists_of_loaded_parents_stay_true(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    w_holder *other = insert_holder(db, "c@d");
    w_note_list notes;
    w_note *rows[4];
    for (int i = 0; i < 4; i++)
        assert_ok(
            db, w_note_insert(db, &(w_note_new){.holder = holder, .place = ORM_SET(i)}, &rows[i]));
    assert_ok(db, w_holder_load_notes(db, holder, &notes));
    assert_ok(db, w_holder_load_notes(db, other, &notes));
    w_note *added = add_note(db, holder, NULL, 9);
    assert_ok(db, w_note_remove(db, rows[1]));
    assert_ok(db, w_note_change(db, rows[2], &(w_note_changes){.holder = other}));
    assert_ok(db, orm_session_flush(db));
    test_count_start(&database);
    assert_int_equal(w_holder_notes(holder, &notes), ORM_OK);
    assert_int_equal(notes.count, 3);
    assert_ptr_equal(notes.items[0], rows[0]);
    assert_ptr_equal(notes.items[1], rows[3]);
    assert_ptr_equal(notes.items[2], added);
    assert_int_equal(w_holder_notes(other, &notes), ORM_OK);
    assert_int_equal(notes.count, 1);
    assert_ptr_equal(notes.items[0], rows[2]);
    assert_statements(&database, 0);
}

static void a_removed_parent_nulls_or_takes_along_its_children(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = add_holder(db, "a@b");
    w_note *parent = add_note(db, holder, NULL, 1);
    w_note *child = add_note(db, holder, parent, 2);
    assert_ok(db, orm_session_commit(db));
    assert_ok(db, w_note_remove(db, parent));
    assert_ok(db, orm_session_flush(db));
    assert_false(child->parent_id.has);
    assert_ok(db, w_holder_remove(db, holder));
    assert_ok(db, orm_session_flush(db));
    assert_status(db, w_note_change(db, child, &(w_note_changes){.place = ORM_SET(3)}), ORM_MISUSE);
    orm_session_rollback(db);
    assert_int_equal(child->parent_id.value, parent->id);
    assert_ok(db, w_note_update(db, child, &(w_note_changes){.place = ORM_SET(3)}));
    assert_ok(db, w_holder_remove(db, holder));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from notes"), 0);
}

static void a_failed_statement_of_a_flush_undoes_all(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder *holder = insert_holder(db, "a@b");
    assert_ok(db, orm_session_commit(db));
    w_note *note = add_note(db, holder, NULL, 1);
    assert_ok(db, w_holder_change(db, holder, &(w_holder_changes){.points = ORM_SET(1)}));
    (void)add_holder(db, "c@d");
    (void)add_holder(db, "a@b");
    assert_status(db, orm_session_commit(db), ORM_UNIQUE);
    assert_int_equal(holder->points, 7);
    assert_status(db, w_note_remove(db, note), ORM_MISUSE);
    assert_int_equal(test_number(&database, "select count(*) from holders where points = 7"), 1);
    assert_int_equal(test_number(&database, "select count(*) from notes"), 0);
    assert_ok(db, w_holder_change(db, holder, &(w_holder_changes){.points = ORM_SET(2)}));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders where points = 2"), 1);
}

#define BROAD(X)                                                                                   \
    X(1)                                                                                           \
    X(3)                                                                                           \
    X(5)                                                                                           \
    X(7) X(9) X(11) X(13) X(15) X(17) X(19) X(21) X(23) X(25) X(27) X(29) X(31) X(33) X(35) X(37)  \
        X(39)

/* More columns than SQLite's table of values has. */
static void broad_rows_are_written_whole(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_broad *rows[3];
    for (int i = 0; i < 3; i++) {
        w_broad_new values = {.c1 = ORM_SET(0)};
#define SET_PAIR(n) values.c##n = ORM_SET(i * 100 + n);
        BROAD(SET_PAIR)
#undef SET_PAIR
        values.c2 = ORM_SET("t2");
        values.c4 = ORM_SET("t4");
        values.c6 = ORM_SET("t6");
        values.c8 = ORM_SET("t8");
        values.c10 = ORM_SET("t10");
        values.c12 = ORM_SET("t12");
        values.c14 = ORM_SET("t14");
        values.c16 = ORM_SET("t16");
        values.c18 = ORM_SET("t18");
        values.c20 = ORM_SET("t20");
        values.c22 = ORM_SET("t22");
        values.c24 = ORM_SET("t24");
        values.c26 = ORM_SET("t26");
        values.c28 = ORM_SET("t28");
        values.c30 = ORM_SET("t30");
        values.c32 = ORM_SET("t32");
        values.c34 = ORM_SET("t34");
        values.c36 = ORM_SET("t36");
        values.c38 = ORM_SET("t38");
        values.c40 = ORM_SET("t40");
        assert_ok(db, w_broad_add(db, &values, &rows[i]));
    }
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 1);
    for (int i = 0; i < 3; i++) {
#define CHECK(n) assert_int_equal(rows[i]->c##n, i * 100 + n);
        BROAD(CHECK)
#undef CHECK
        assert_string_equal(rows[i]->c20, "t20");
        assert_string_equal(rows[i]->c40, "t40");
        w_broad_changes changes = {.c1 = ORM_SET(-i)};
#define SET_PAIR(n) changes.c##n = ORM_SET(-i * 100 - n);
        BROAD(SET_PAIR)
#undef SET_PAIR
        assert_ok(db, w_broad_change(db, rows[i], &changes));
    }
    test_count_start(&database);
    assert_ok(db, orm_session_flush(db));
    assert_statements(&database, 1);
    for (int i = 0; i < 3; i++) {
#define CHECK(n) assert_int_equal(rows[i]->c##n, -i * 100 - n);
        BROAD(CHECK)
#undef CHECK
        assert_int_equal(rows[i]->version, 2);
        assert_ok(db, w_broad_remove(db, rows[i]));
    }
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from broads"), 0);
}

static void savepoints_take_along_what_was_queued_before(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_savepoint savepoint;
    (void)add_holder(db, "a@b");
    assert_ok(db, orm_session_savepoint(db, &savepoint));
    (void)add_holder(db, "c@d");
    assert_ok(db, orm_session_flush(db));
    (void)add_holder(db, "e@f");
    assert_ok(db, orm_savepoint_rollback(db, savepoint));
    (void)add_holder(db, "g@h");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from holders"), 2);
    assert_int_equal(
        test_number(&database, "select count(*) from holders where email in ('a@b', 'g@h')"), 2);
}

#define write_test(function) cmocka_unit_test_setup_teardown(function, start_empty, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        write_test(nothing_is_sent_before_the_flush),
        write_test(commit_flushes_and_rollback_forgets),
        write_test(ten_thousand_mixed_rows_are_one_statement_per_model_and_columns),
        write_test(self_references_go_level_by_level),
        write_test(a_parent_changed_in_later_is_inserted_first),
        write_test(rows_that_refer_to_each_other_are_updated_afterwards),
        write_test(a_row_can_refer_to_itself),
        write_test(changes_of_one_shape_are_one_statement),
        write_test(composite_keys_are_changed_and_removed),
        write_test(what_is_added_can_be_changed_and_taken_back),
        write_test(bad_values_are_refused_when_queued),
        write_test(queries_see_what_waits),
        write_test(what_is_loaded_is_read_beside_what_waits),
        write_test(seeing_can_be_switched_off),
        write_test(an_immediate_insert_takes_rows_for_keys),
        write_test(a_stale_row_is_named_and_no_other_change_lost),
        write_test(a_commit_with_a_stale_row_commits_nothing),
        write_test(a_rollback_undoes_what_a_flush_did_in_memory),
        write_test(lists_of_loaded_parents_stay_true),
        write_test(a_removed_parent_nulls_or_takes_along_its_children),
        write_test(a_failed_statement_of_a_flush_undoes_all),
        write_test(broad_rows_are_written_whole),
        write_test(savepoints_take_along_what_was_queued_before),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
