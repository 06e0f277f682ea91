/* Types of the database that are none of the library's: read, written, compared as their text. */
#include <orm/cmocka.h>

#include "raw.orm.h"
#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/raw.yaml", NULL);
    return 0;
}

static int fill(void **state)
{
    (void)state;
    test_execute(&database, "delete from call");
    test_execute(&database, "delete from host");
    test_execute(&database, "insert into host (id, address, words, span) values"
                            " (1, '10.0.0.1', 'cat', '[1,5)'), (2, '10.0.0.2', null, null),"
                            " (3, '10.0.0.3', 'dog', '[2,3)')");
    test_execute(&database,
                 "insert into call (id, host_address, mask) values"
                 " (1, '10.0.0.1', %s), (2, '10.0.0.1', null), (3, '10.0.0.3', null)",
                 test_either(&database, "'101'", "B'101'"));
    return start_test(state);
}

static void read_as_text(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    raw_host *place = NULL;
    raw_host_list list;
    assert_ok(db, raw_host_find(db, 1, &place));
    assert_string_equal(place->words, test_either(&database, "cat", "'cat'"));
    assert_ok(db, raw_host_select(db,
                                  &(raw_host_query){.order_by = {RAW_HOST_BY_ADDRESS_DESC},
                                                    .undefer = {.span = true}},
                                  &list));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0]->address, test_either(&database, "10.0.0.3", "10.0.0.3/32"));
    assert_null(list.items[1]->words);
    const char *span = NULL;
    assert_int_equal(raw_host_span(list.items[0], &span), ORM_OK);
    assert_string_equal(span, "[2,3)");
}

static void compared_as_what_it_is(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    raw_host_list list;
    int64_t count = 0;
    assert_ok(
        db, raw_host_select(db, &(raw_host_query){.where = raw_host_address_is(orm_eq("10.0.0.2"))},
                            &list));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0]->id, 2);
    assert_ok(
        db, raw_host_count(db, &(raw_host_query){.where = raw_host_address_is(orm_gt("10.0.0.1"))},
                           &count));
    assert_int_equal(count, 2);
}

static void followed_by_relations(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    raw_host_list places;
    raw_call_list visits;
    assert_ok(db, raw_host_select(db,
                                  &(raw_host_query){.order_by = {RAW_HOST_BY_ID},
                                                    .with = {.calls = &raw_call_all}},
                                  &places));
    assert_int_equal(raw_host_calls(places.items[0], &visits), ORM_OK);
    assert_int_equal(visits.count, 2);
    assert_string_equal(visits.items[0]->mask, "101");
    assert_int_equal(raw_host_calls(places.items[1], &visits), ORM_OK);
    assert_int_equal(visits.count, 0);
    assert_ok(db, raw_call_select(db,
                                  &(raw_call_query){.with = {.host = &raw_host_all},
                                                    .order_by = {RAW_CALL_BY_ID}},
                                  &visits));
    raw_host *place = NULL;
    assert_int_equal(raw_call_host(visits.items[2], &place), ORM_OK);
    assert_int_equal(place->id, 3);
}

static void written_one_by_one_and_together(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    raw_host *place = NULL;
    assert_ok(db, raw_host_insert(db,
                                  &(raw_host_new){.id = ORM_SET(50),
                                                  .address = ORM_SET("10.1.0.0"),
                                                  .words = ORM_SET("'new'")},
                                  &place));
    assert_string_equal(place->address, test_either(&database, "10.1.0.0", "10.1.0.0/32"));
    assert_ok(db, raw_host_update(db, place, &(raw_host_changes){.words = ORM_SET("'newer'")}));
    assert_string_equal(place->words, "'newer'");
    raw_host_list made;
    assert_ok(db, raw_host_insert_all(
                      db,
                      (const raw_host_new[]){{.id = ORM_SET(51), .address = ORM_SET("10.2.0.1")},
                                             {.id = ORM_SET(52), .address = ORM_SET("10.2.0.2")}},
                      2, &made));
    assert_int_equal(made.count, 2);
}

static void in_result_structs(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    raw_host_card_list cards;
    assert_ok(db, raw_host_select_card(
                      db, &(raw_host_card_query){.order_by = {RAW_HOST_CARD_BY_ADDRESS}}, &cards));
    assert_int_equal(cards.count, 3);
    assert_string_equal(cards.items[2].words, test_either(&database, "dog", "'dog'"));
}

#define raw_test(function) cmocka_unit_test_setup_teardown(function, fill, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        raw_test(read_as_text),          raw_test(compared_as_what_it_is),
        raw_test(followed_by_relations), raw_test(written_one_by_one_and_together),
        raw_test(in_result_structs),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
