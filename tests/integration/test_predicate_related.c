/* Conditions on related rows: some, none, only, and how many; with columns of the row around. */
#include "predicate_fixture.h"

#define ID       "b.\"box id\""
#define ITEMS_OF " from stock i where i.box_id = " ID " "
#define CHILDREN " from \"Boxes\" c where c.parent_id = " ID " "
#define MARKS_OF " from marks m join box_marks l on l.mark = m.id where l.box = " ID " "

static void some_none_and_only(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_pred large = p_parcel_whole_is(orm_ge(1));
    assert_boxes(db, p_box_has_items(db, large),
                 "exists (select 1" ITEMS_OF "and whole >= 1)" ORDER);
    assert_boxes(db, p_box_has_no_items(db, large),
                 "not exists (select 1" ITEMS_OF "and whole >= 1)" ORDER);
    assert_boxes(db, p_box_has_no_items(db, p_parcel_everything()),
                 "not exists (select 1" ITEMS_OF ")" ORDER);
    /* Of a NULL it is not sure that the condition holds. */
    large = p_parcel_any_of(db, p_parcel_whole_is(orm_ge(0)), p_parcel_word_is(orm_eq("ab")),
                            p_parcel_whole_is_null());
    assert_boxes(db, p_box_has_only_items(db, large),
                 "not exists (select 1" ITEMS_OF
                 "and not coalesce(whole >= 0 or word = 'ab' or whole is null, %s))" ORDER,
                 test_either(&database, "0", "false"));
    assert_boxes(db, p_box_has_only_items(db, p_parcel_whole_is(orm_between(-1, 2))),
                 "not exists (select 1" ITEMS_OF "and whole is null)" ORDER);
    assert_boxes(db, p_box_has_only_items(db, p_parcel_everything()), "1 = 1" ORDER);
    assert_boxes(db, p_box_not(db, p_box_has_only_items(db, large)),
                 "exists (select 1" ITEMS_OF
                 "and not coalesce(whole >= 0 or word = 'ab' or whole is null, %s))" ORDER,
                 test_either(&database, "0", "false"));
    assert_boxes(db, p_box_has_only_marks(db, p_mark_word_is(orm_icontains("a"))),
                 "not exists (select 1" MARKS_OF "and lower(word) not like '%%a%%')" ORDER);
    assert_boxes(db, p_box_has_only_children(db, p_box_has_no_items(db, p_parcel_everything())),
                 "not exists (select 1" CHILDREN
                 "and exists (select 1 from stock i where i.box_id = c.\"box id\"))" ORDER);
    assert_items(db, p_parcel_has_no_box(db, p_box_name_is(orm_eq("ab"))),
                 "not exists (select 1 from \"Boxes\" b where " ID
                 " = box_id and name = 'ab')" ORDER);
}

static void how_many(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const int numbers[] = {0, 2, 3};
    p_parcel_pred all = p_parcel_everything();
    p_parcel_pred some = p_parcel_word_is(orm_prefix("a"));
    assert_boxes(db, p_box_count_items(db, orm_eq(0), all),
                 "(select count(*)" ITEMS_OF ") = 0" ORDER);
    assert_boxes(db, p_box_count_items(db, orm_gt(20), all),
                 "(select count(*)" ITEMS_OF ") > 20" ORDER);
    assert_boxes(db, p_box_count_items(db, orm_between(3, 8), some),
                 "(select count(*)" ITEMS_OF "and substr(word, 1, 1) = 'a') between 3 and 8" ORDER);
    assert_boxes(db, p_box_count_items(db, orm_in(numbers, 3), all),
                 "(select count(*)" ITEMS_OF ") in (0, 2, 3)" ORDER);
    assert_boxes(db, p_box_count_items(db, orm_not_in(numbers, 3), some),
                 "(select count(*)" ITEMS_OF
                 "and substr(word, 1, 1) = 'a') not in (0, 2, 3)" ORDER);
    assert_boxes(db, p_box_count_marks(db, orm_le(1), p_mark_everything()),
                 "(select count(*)" MARKS_OF ") <= 1" ORDER);
    assert_boxes(db, p_box_count_children(db, orm_is_distinct(1), p_box_everything()),
                 "(select count(*)" CHILDREN ") <> 1" ORDER);
    assert_boxes(db,
                 p_box_count_children(db, orm_ge(1),
                                      p_box_count_items(db, orm_ge(20), p_parcel_everything())),
                 "exists (select 1" CHILDREN
                 "and (select count(*) from stock i where i.box_id = c.\"box id\") >= 20)" ORDER);
    /* The number against a column of the box, and against another number. */
    assert_boxes(db, p_box_count_items(db, orm_gt(p_box_columns.most), all),
                 "(select count(*)" ITEMS_OF ") > \"limit\"" ORDER);
    assert_boxes(db, p_box_count_items(db, orm_is_not_distinct((orm_opt_i32){0}), all), "1 = 0");
    p_box_list list;
    p_box_query query = {.where = p_box_count_items(db, orm_eq(p_parcel_columns.big), all)};
    assert_status(db, p_box_select(db, &query, &list), ORM_MISUSE);
    query.where = p_box_count_items(db, orm_eq(UINT64_MAX), all);
    assert_status(db, p_box_select(db, &query, &list), ORM_RANGE);
    assert_non_null(strstr(orm_session_error(db)->message, "box.items"));
}

/* Columns of the row around, the nearest of their model. */
static void rows_around(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_boxes(db, p_box_has_items(db, p_parcel_whole_is(orm_eq(orm_outer(p_box_columns.most)))),
                 "exists (select 1" ITEMS_OF "and whole = \"limit\")" ORDER);
    assert_boxes(db, p_box_has_items(db, p_parcel_padded_is(orm_eq(orm_outer(p_box_columns.name)))),
                 "exists (select 1" ITEMS_OF "and %s = name)" ORDER,
                 test_either(&database, "rtrim(padded)", "cast(padded as text)"));
    assert_boxes(db,
                 p_box_has_children(db, p_box_has_items(db, p_parcel_whole_is(orm_gt(
                                                                orm_outer(p_box_columns.most))))),
                 "exists (select 1" CHILDREN "and exists (select 1 from stock i where"
                 " i.box_id = c.\"box id\" and i.whole > c.\"limit\"))" ORDER);
    assert_boxes(
        db, p_box_has_children(db, p_box_code_is(orm_is_distinct(orm_outer(p_box_columns.code)))),
        "exists (select 1" CHILDREN "and c.code %s b.code)" ORDER,
        test_either(&database, "is not", "is distinct from"));
    assert_boxes(
        db,
        p_box_count_items(db, orm_ge(2), p_parcel_word_is(orm_ne(orm_outer(p_box_columns.name)))),
        "(select count(*)" ITEMS_OF "and word <> name) >= 2" ORDER);
    /* Not of the row itself, and not past what is around. */
    p_box_list list;
    p_box_query query = {
        .where = p_box_has_items(db, p_parcel_big_is(orm_eq(orm_outer(p_parcel_columns.id))))};
    assert_status(db, p_box_select(db, &query, &list), ORM_MISUSE);
    query.where = p_box_has_items(db, p_parcel_big_is(orm_eq(p_box_columns.id)));
    assert_status(db, p_box_select(db, &query, &list), ORM_MISUSE);
    assert_non_null(strstr(orm_session_error(db)->message, "orm_outer"));
}

/* The same shape is not compiled twice, and what differs in shape is not mixed up. */
static void shapes(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_pred all = p_parcel_everything();
    p_box_list list;
    p_box_query query = {.where = p_box_count_items(db, orm_gt(1), all)};
    assert_ok(db, p_box_select(db, &query, &list));
    test_count_start(&database);
    query.where = p_box_count_items(db, orm_gt(7), all);
    assert_ok(db, p_box_select(db, &query, &list));
    assert_counts(&database, 1, 0);
    query.where = p_box_has_items(db, all);
    assert_ok(db, p_box_select(db, &query, &list));
    query.where = p_box_has_only_items(db, all);
    assert_ok(db, p_box_select(db, &query, &list));
    query.where = p_box_count_items(db, orm_gt(p_box_columns.most), all);
    assert_ok(db, p_box_select(db, &query, &list));
    query.where = p_box_count_items(db, orm_gt(p_box_columns.id), all);
    assert_ok(db, p_box_select(db, &query, &list));
    query.where = p_box_count_children(db, orm_gt(p_box_columns.id), p_box_everything());
    assert_ok(db, p_box_select(db, &query, &list));
    assert_counts(&database, 5, 5);
}

static void related_rows_in_writes_and_loads(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t changed = 0;
    p_box_pred full = p_box_count_items(db, orm_gt(18), p_parcel_everything());
    long long expected = test_number(
        &database, "select count(*) from \"Boxes\" b where (select count(*)" ITEMS_OF ") > 18");
    assert_true(expected > 0);
    assert_ok(db,
              p_box_update_where(db, full, &(p_box_changes){.name = ORM_SET("full")}, &changed));
    assert_int_equal(changed, expected);
    p_parcel_pred there = p_parcel_has_box(db, full);
    assert_ok(db, p_parcel_delete_where(db, there, &changed));
    assert_int_equal(changed,
                     test_number(&database,
                                 "select count(*) from stock where box_id in (select"
                                 " \"box id\" from \"Boxes\" b where (select count(*)" ITEMS_OF
                                 ") > 18)"));
    orm_session_rollback(db);
    p_box_list boxes;
    p_box_query query = {
        .order_by = {P_BOX_BY_ID},
        .with = {.children = &(p_box_query){
                     .where = p_box_has_only_items(db, p_parcel_whole_is(orm_is_distinct(-1))),
                     .order_by = {P_BOX_BY_ID}}}};
    test_text actual = {0};
    assert_ok(db, p_box_select(db, &query, &boxes));
    for (size_t i = 0; i < boxes.count; i++) {
        p_box_list children;
        assert_int_equal(p_box_children(boxes.items[i], &children), ORM_OK);
        for (size_t k = 0; k < children.count; k++)
            test_text_add(&actual, "%lld|%lld\n", (long long)boxes.items[i]->id,
                          (long long)children.items[k]->id);
    }
    assert_rows(actual, "select parent_id, " ID " from \"Boxes\" b where parent_id is not null and"
                        " not exists (select 1" ITEMS_OF "and whole = -1) order by 1, 2");
}

/* A query sees what waits in the unit of work, also through conditions on other rows. */
static void what_waits_is_seen(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_box_list list;
    p_box_query query = {.where = p_box_count_items(db, orm_eq(1), p_parcel_everything())};
    assert_ok(db,
              p_parcel_add(db, &(p_parcel_new){.id = ORM_SET(9001), .box_id = ORM_SET(16)}, NULL));
    assert_ok(db, p_box_select(db, &query, &list));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0]->id, 16);
    orm_session_rollback(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(some_none_and_only),
        suite_test(how_many),
        suite_test(rows_around),
        suite_test(shapes),
        suite_test(related_rows_in_writes_and_loads),
        suite_test(what_waits_is_seen),
    };
    return cmocka_run_group_tests(tests, open_items, close_database);
}
