/*
 * A unit of work of every kind of write is interrupted at each of its allocations and at each of
 * its statements: the database then holds all of it or nothing, and the session and engine go on.
 */
#include <orm/events.h>
#include <string.h>

#include "support/fixture.h"
#include "support/points.h"
#include "torture/heap.h"
#include "write.orm.h"

enum { MAX_POINTS = 5000 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/write.yaml", NULL);
    return 0;
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        orm_status tried = (call);                                                                 \
        if (tried != ORM_OK)                                                                       \
            return tried;                                                                          \
    } while (0)

static void fill(void)
{
    test_execute(&database, "update cities set mayor_id = null");
    for (size_t i = 0; i < 5; i++) {
        static const char *const tables[] = {"citizens", "cities", "notes", "holders", "slots"};
        test_execute(&database, "delete from %s", tables[i]);
    }
    for (int i = 1; i <= 3; i++)
        test_execute(&database,
                     "insert into holders (id, email, created_at, updated_at, version) values (%d, "
                     "'old%d', '2020-01-01 00:00:00+00:00', '2020-01-01 00:00:00+00:00', 1)",
                     1000000 + i, i);
    test_execute(&database, "insert into notes (id, holder_id, place) values (1000001, 1000001, 0),"
                            " (1000002, 1000003, 0)");
}

/* Additions with parents, a self reference and a cycle; changes, removals, and what takes many. */
static orm_status work(orm_session *db)
{
    w_holder_list old;
    w_note_list notes;
    w_holder_query query = {.order_by = {W_HOLDER_BY_ID}, .with = {.notes = &w_note_all}};
    TRY(w_holder_select(db, &query, &old));
    static const char *const words[] = {"one", NULL};
    w_holder *holder = NULL;
    w_note *parent = NULL;
    w_note *child = NULL;
    w_city *city = NULL;
    w_citizen *mayor = NULL;
    TRY(w_holder_add(db,
                     &(w_holder_new){.email = ORM_SET("new"),
                                     .tags = ORM_SET(((orm_array_text){words, 2, true}))},
                     &holder));
    TRY(w_note_add(db, &(w_note_new){.holder = holder, .place = ORM_SET(1)}, &parent));
    w_note_new values = {.holder = old.items[1], .parent = parent, .place = ORM_SET(2)};
    TRY(w_note_add(db, &values, &child));
    TRY(w_city_add(db, &(w_city_new){.name = ORM_SET("c")}, &city));
    TRY(w_citizen_add(db, &(w_citizen_new){.name = ORM_SET("m"), .city = city}, &mayor));
    TRY(w_city_change(db, city, &(w_city_changes){.mayor = mayor}));
    TRY(w_holder_change(db, old.items[0], &(w_holder_changes){.name = ORM_SET("changed")}));
    TRY(w_holder_change(db, old.items[1], &(w_holder_changes){.name = ORM_SET("changed")}));
    TRY(w_holder_remove(db, old.items[2]));
    TRY(orm_session_flush(db));
    w_slot_new slots[2] = {{.room = ORM_SET("r"), .hour = ORM_SET(1)},
                           {.room = ORM_SET("r"), .hour = ORM_SET(2), .title = ORM_SET("two")}};
    w_slot_list rows;
    TRY(w_slot_insert_all(db, slots, 2, &rows));
    slots[0].title = ORM_SET("one");
    TRY(w_slot_upsert_all(db, slots, 2, NULL, &rows));
    TRY(w_slot_update_where(db, w_slot_hour_is(orm_eq(2)),
                            &(w_slot_changes){.title = ORM_SET("deux")}, NULL));
    TRY(w_slot_add(db, &(w_slot_new){.room = ORM_SET("r"), .hour = ORM_SET(3)}, NULL));
    w_holder_new many[3] = {
        {.email = ORM_SET("bulk1"), .tags = ORM_SET(((orm_array_text){words, 2, true}))},
        {.email = ORM_SET("bulk2")},
        {.email = ORM_SET("bulk3"), .tags = ORM_SET(((orm_array_text){words, 2, true}))}};
    TRY(w_holder_bulk_load(db, many, 3, NULL, NULL));
    TRY(orm_session_commit(db));
    /* A list that there was no memory for is to be loaded again, but none is wrong. */
    orm_status listed = w_holder_notes(old.items[1], &notes);
    assert_true(listed == ORM_OK || listed == ORM_NOT_LOADED);
    if (listed == ORM_OK) {
        assert_int_equal(notes.count, 1);
        assert_ptr_equal(notes.items[0], child);
    }
    return ORM_OK;
}

/* What `work` leaves behind, as one text, or nothing of it. */
static void check_all_or_nothing(bool all)
{
    char *text = test_query(
        &database,
        "select (select count(*) from holders where name = 'changed' and version = 2),"
        " (select count(*) from holders), (select count(*) from notes),"
        " (select count(*) from notes n join notes p on p.id = n.parent_id where n.place = 2),"
        " (select count(*) from cities c join citizens m on m.id = c.mayor_id and m.city_id = "
        "c.id),"
        " (select count(*) from slots), (select count(*) from slots where title in ('one', "
        "'deux'))");
    assert_string_equal(text, all ? "2|6|3|1|1|3|2\n" : "0|3|2|0|0|0|0\n");
    free(text);
}

static void check_usable(orm_engine *engine, orm_session *db, bool all)
{
    int64_t count = 0;
    orm_engine_status status;
    orm_session_rollback(db);
    assert_ok(db, w_holder_count(db, NULL, &count));
    assert_int_equal(count, all ? 6 : 3);
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    orm_engine_get_status(engine, &status);
    assert_int_equal(status.in_use, 0);
}

/* Returns whether an allocation failed. */
static bool fail_allocation(long n, heap_mode mode, bool warm)
{
    heap h;
    orm_error error;
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    fill();
    heap_init(&h);
    orm_engine_options options = {
        .url = database.url, .pool_size = 1, .allocator = heap_allocator(&h)};
    assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_OK);
    if (warm) {
        assert_int_equal(orm_session_open(engine, NULL, &db, &error), ORM_OK);
        assert_ok(db, work(db));
        orm_session_close(db);
        fill();
    }
    assert_int_equal(orm_session_open(engine, NULL, &db, &error), ORM_OK);
    heap_arm(&h, n, mode);
    orm_status status = work(db);
    long failed = h.failed;
    heap_arm(&h, 0, mode);
    if (status != ORM_OK && status != ORM_NOMEM)
        fail_msg("allocation %ld: %s: %s", n, orm_status_name(status),
                 orm_session_error(db)->message);
    if (status != ORM_OK)
        orm_session_rollback(db);
    check_all_or_nothing(status == ORM_OK);
    check_usable(engine, db, status == ORM_OK);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    if (h.fault != NULL)
        fail_msg("allocation %ld: the allocator was misused: %s", n, h.fault);
    assert_int_equal(h.blocks, 0);
    heap_dispose(&h);
    return failed > 0;
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    long n = 1;
    for (; fail_allocation(n, HEAP_FAIL_ONCE, false); n += test_point_step())
        assert_true(n < MAX_POINTS);
    assert_true(n > 20);
    print_message("%ld allocations\n", n - 1);
}

static void every_allocation_fails_with_prepared_statements(void **state)
{
    (void)state;
    long n = 1;
    for (; fail_allocation(n, HEAP_FAIL_ONCE, true); n += test_point_step())
        assert_true(n < MAX_POINTS);
    assert_true(n > 5);
}

static void all_allocations_fail_from_one_on(void **state)
{
    (void)state;
    long n = 1;
    for (; fail_allocation(n, HEAP_FAIL_ONWARDS, false); n += 3)
        assert_true(n < MAX_POINTS);
}

typedef struct interruption {
    orm_session *db;
    long left; /* statements until then */
    bool done;
} interruption;

static void interrupt(void *context, const orm_event *event)
{
    interruption *it = context;
    if (event->sql == NULL || event->session != it->db || it->left == 0 || --it->left > 0)
        return;
    it->done = true;
    orm_session_cancel(it->db);
}

/* Cancelled behind each of its statements; the one that was last ends the test. */
static void every_statement_is_the_last(void **state)
{
    (void)state;
    bool interrupted = true;
    long n = 1;
    for (; interrupted; n++) {
        interruption it = {.left = n};
        orm_subscription *subscription = NULL;
        orm_engine *engine = NULL;
        orm_error error;
        fill();
        orm_engine_options options = {.url = database.url, .pool_size = 1};
        assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_OK);
        assert_int_equal(orm_session_open(engine, NULL, &it.db, &error), ORM_OK);
        assert_int_equal(orm_engine_subscribe(engine, interrupt, &it, false, &subscription),
                         ORM_OK);
        orm_status status = work(it.db);
        interrupted = it.done;
        assert_true(interrupted || status == ORM_OK);
        if (status != ORM_OK)
            orm_session_rollback(it.db);
        check_all_or_nothing(status == ORM_OK);
        it.left = 0;
        check_usable(engine, it.db, status == ORM_OK);
        orm_engine_unsubscribe(engine, subscription);
        assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    }
    assert_true(n > 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(every_allocation_fails_once),
        suite_test(every_allocation_fails_with_prepared_statements),
        suite_test(all_allocations_fail_from_one_on),
        suite_test(every_statement_is_the_last),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
