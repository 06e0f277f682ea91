/* Columns against the rows of other queries: among them, not among them, and one value of them. */
#include "predicate_fixture.h"

#define CAST_REAL(name) test_either(&database, "cast(" name " as real)", name)

static void among_the_values_of_a_query(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_box_query priced = {.where = p_box_price_is(orm_gt((orm_numeric){"1"}))};
    p_parcel_query worded = {.where = p_parcel_word_is(orm_prefix("a"))};
    assert_items(db, p_parcel_box_id_is(orm_in_query(p_box_columns.id, p_box_rows(&priced))),
                 "box_id in (select \"box id\" from \"Boxes\" where %s > 1)" ORDER,
                 CAST_REAL("price"));
    assert_items(db, p_parcel_box_id_is(orm_not_in_query(p_box_columns.id, p_box_rows(&priced))),
                 "box_id not in (select \"box id\" from \"Boxes\" where %s > 1)" ORDER,
                 CAST_REAL("price"));
    assert_items(db,
                 p_parcel_whole_is(orm_in_query(p_parcel_columns.small, p_parcel_rows(&worded))),
                 "whole in (select small from stock where word like 'a%%')" ORDER);
    assert_boxes(db, p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(NULL))),
                 "\"box id\" in (select box_id from stock)" ORDER);
    /* NULLs among the values hide nothing, whichever way it is asked. */
    assert_true(test_number(&database, "select count(*) from stock where box_id is null") > 0);
    assert_boxes(db, p_box_id_is(orm_not_in_query(p_parcel_columns.box_id, p_parcel_rows(NULL))),
                 "\"box id\" not in (select box_id from stock where box_id is not null)" ORDER);
    assert_boxes(
        db, p_box_not(db, p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(NULL)))),
        "\"box id\" not in (select box_id from stock where box_id is not null)" ORDER);
}

static void among_values_of_every_type(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_query some = {.where = p_parcel_id_is(orm_lt(12))};
    orm_rows rows = p_parcel_rows(&some);
#define AMONG(column, other)                                                                       \
    assert_items(db, p_parcel_##column##_is(orm_in_query(p_parcel_columns.other, rows)),           \
                 #column " in (select " #other " from stock where id < 12)" ORDER);                \
    assert_items(db, p_parcel_##column##_is(orm_not_in_query(p_parcel_columns.other, rows)),       \
                 #column " not in (select " #other " from stock where id < 12 and " #other         \
                         " is not null)" ORDER)
    AMONG(small, big);
    AMONG(single, twice);
    AMONG(word, short_word);
    AMONG(bytes, bytes_too);
    AMONG(key, key_too);
    AMONG(day, day_too);
    AMONG(clock, clock_too);
    AMONG(at, at_too);
    AMONG(moment, moment_too);
    AMONG(tags, tags_too);
    assert_items(db, p_parcel_exact_is(orm_in_query(p_parcel_columns.money, rows)),
                 "%s in (select %s from stock where id < 12)" ORDER, CAST_REAL("exact"),
                 CAST_REAL("money"));
    assert_items(
        db, p_parcel_span_is(orm_in_query(p_parcel_columns.span_too, rows)),
        "replace(cast(span as text), %s) in (select replace(cast(span_too as text), %s) from"
        " stock where id < 12)" ORDER,
        test_either(&database, "'P30D', 'P1M'", "'30 days', '1 mon'"),
        test_either(&database, "'P30D', 'P1M'", "'30 days', '1 mon'"));
    assert_items(db, p_parcel_padded_is(orm_in_query(p_parcel_columns.padded_too, rows)),
                 "%s in (select %s from stock where id < 12)" ORDER,
                 test_either(&database, "rtrim(padded)", "padded"),
                 test_either(&database, "rtrim(padded_too)", "padded_too"));
    assert_items(db, p_parcel_padded_is(orm_in_query(p_parcel_columns.word, rows)),
                 "%s in (select word from stock where id < 12)" ORDER,
                 test_either(&database, "rtrim(padded)", "cast(padded as text)"));
    assert_items(db, p_parcel_word_is(orm_in_query(p_parcel_columns.padded, rows)),
                 "word in (select %s from stock where id < 12)" ORDER,
                 test_either(&database, "rtrim(padded)", "cast(padded as text)"));
    assert_items(db, p_parcel_flag_matches(orm_in_query(p_parcel_columns.flag_too, rows)),
                 "flag in (select flag_too from stock where id < 12)" ORDER);
    assert_items(
        db, p_parcel_mood_matches(orm_not_in_query(p_parcel_columns.mood_too, rows)),
        "mood not in (select mood_too from stock where id < 12 and mood_too is not null)" ORDER);
    refuse_items(db, ORM_INVALID, p_parcel_mood_matches(orm_in_query(p_parcel_columns.other, rows)),
                 "another type");
}

/* Order, limit and offset say which rows there are. */
static void among_some_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_query last = {.order_by = {P_PARCEL_BY_BOX_ID_DESC | ORM_NULLS_LAST, P_PARCEL_BY_ID},
                           .limit = 30,
                           .offset = 3};
    assert_boxes(db, p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(&last))),
                 "\"box id\" in (select box_id from stock order by box_id desc nulls last, id limit"
                 " 30 offset 3)" ORDER);
    assert_boxes(db, p_box_id_is(orm_not_in_query(p_parcel_columns.box_id, p_parcel_rows(&last))),
                 "\"box id\" not in (select box_id from stock order by box_id desc nulls last, id"
                 " limit 30 offset 3)" ORDER);
    last.limit = orm_limit(0);
    assert_boxes(db, p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(&last))),
                 "1 = 0");
    assert_boxes(db, p_box_id_is(orm_not_in_query(p_parcel_columns.box_id, p_parcel_rows(&last))),
                 "1 = 1" ORDER);
    last = (p_parcel_query){
        .order_by = {P_PARCEL_BY_BOX(P_BOX_BY_NAME) | ORM_NULLS_FIRST, P_PARCEL_BY_ID},
        .limit = 40};
    assert_boxes(db, p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(&last))),
                 "\"box id\" in (select box_id from stock i left join \"Boxes\" o on"
                 " o.\"box id\" = i.box_id order by o.name nulls first, i.id limit 40)" ORDER);
    last = (p_parcel_query){.limit = -1};
    p_box_list list;
    p_box_query query = {
        .where = p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(&last)))};
    assert_status(db, p_box_select(db, &query, &list), ORM_INVALID);
}

static void one_value(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_query few = {.where = p_parcel_whole_is(orm_ge(1)),
                          .order_by = {P_PARCEL_BY_BIG_DESC | ORM_NULLS_LAST, P_PARCEL_BY_ID},
                          .limit = 7};
    orm_rows all = p_parcel_rows(NULL);
    orm_rows first = p_parcel_rows(&few);
#define FEW "(select * from stock where whole >= 1 order by big desc nulls last, id limit 7) q"
    assert_items(db, p_parcel_big_is(orm_eq(orm_max_of(p_parcel_columns.big, all))),
                 "big = (select max(big) from stock)" ORDER);
    assert_items(db, p_parcel_big_is(orm_lt(orm_max_of(p_parcel_columns.small, first))),
                 "big < (select max(small) from " FEW ")" ORDER);
    assert_items(db, p_parcel_exact_is(orm_gt(orm_min_of(p_parcel_columns.money, all))),
                 "%s > (select min(%s) from stock)" ORDER, CAST_REAL("exact"), CAST_REAL("money"));
    assert_items(db, p_parcel_exact_is(orm_ge(orm_avg_of(p_parcel_columns.money, first))),
                 "%s >= (select avg(%s) from " FEW ")" ORDER, CAST_REAL("exact"),
                 CAST_REAL("money"));
    assert_items(db, p_parcel_whole_is(orm_gt(orm_avg_of(p_parcel_columns.whole, all))),
                 "whole > (select avg(whole) from stock)" ORDER);
    assert_items(db, p_parcel_twice_is(orm_le(orm_avg_of(p_parcel_columns.single, all))),
                 "twice <= (select avg(single) from stock)" ORDER);
    assert_items(db, p_parcel_big_is(orm_ge(orm_sum_of(p_parcel_columns.small, first))),
                 "big >= (select sum(small) from " FEW ")" ORDER);
    assert_items(db, p_parcel_id_is(orm_le(orm_count_of(first))), "id <= 7" ORDER);
    assert_items(db, p_parcel_id_is(orm_gt(orm_count_of(p_box_rows(NULL)))), "id > %d" ORDER,
                 BOXES);
    assert_items(db, p_parcel_word_is(orm_eq(orm_max_of(p_parcel_columns.short_word, all))),
                 "word = (select max(short_word) from stock)" ORDER);
    assert_items(db, p_parcel_padded_is(orm_eq(orm_max_of(p_parcel_columns.padded_too, all))),
                 "%s = (select max(%s) from stock)" ORDER,
                 test_either(&database, "rtrim(padded)", "padded"),
                 test_either(&database, "rtrim(padded_too)", "padded_too"));
    assert_items(db, p_parcel_day_is(orm_ne(orm_min_of(p_parcel_columns.day_too, all))),
                 "day <> (select min(day_too) from stock)" ORDER);
    assert_items(db,
                 p_parcel_moment_is(orm_is_distinct(orm_max_of(p_parcel_columns.moment_too, all))),
                 "moment %s (select max(moment_too) from stock)" ORDER,
                 test_either(&database, "is not", "is distinct from"));
    assert_items(db,
                 p_parcel_whole_is(orm_between(orm_min_of(p_parcel_columns.small, first),
                                               orm_max_of(p_parcel_columns.small, first))),
                 "whole between (select min(small) from " FEW ") and (select max(small) from " FEW
                 ")" ORDER);
    /* Of no rows there is no value. */
    p_parcel_query none = {.where = p_parcel_id_is(orm_lt(0))};
    assert_items(db,
                 p_parcel_big_is(orm_ne(orm_max_of(p_parcel_columns.big, p_parcel_rows(&none)))),
                 "1 = 0");
    assert_items(db,
                 p_parcel_big_is(
                     orm_is_not_distinct(orm_sum_of(p_parcel_columns.big, p_parcel_rows(&none)))),
                 "big is null" ORDER);
    assert_items(db, p_parcel_id_is(orm_gt(orm_count_of(p_parcel_rows(&none)))), "1 = 1" ORDER);
}

/* The first row's, whatever the limit; both databases agree when there are several rows. */
static void the_value_of_the_first_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_query query = {.order_by = {P_PARCEL_BY_ID_DESC}};
    assert_items(db,
                 p_parcel_id_is(orm_eq(orm_value_of(p_parcel_columns.id, p_parcel_rows(&query)))),
                 "id = %d" ORDER, ITEMS);
    query.limit = 5;
    query.offset = 2;
    assert_items(db,
                 p_parcel_id_is(orm_ge(orm_value_of(p_parcel_columns.id, p_parcel_rows(&query)))),
                 "id >= %d" ORDER, ITEMS - 2);
    query.limit = orm_limit(0);
    assert_items(db,
                 p_parcel_id_is(orm_ge(orm_value_of(p_parcel_columns.id, p_parcel_rows(&query)))),
                 "1 = 0");
    query = (p_parcel_query){
        .where = p_parcel_all_of(db, p_parcel_padded_is(orm_eq("ab")), p_parcel_id_is(orm_gt(3))),
        .order_by = {P_PARCEL_BY_ID}};
    assert_items(
        db, p_parcel_word_is(orm_eq(orm_value_of(p_parcel_columns.padded, p_parcel_rows(&query)))),
        "word = 'ab'" ORDER);
    assert_items(
        db,
        p_parcel_mood_matches(orm_eq(orm_value_of(p_parcel_columns.mood, p_parcel_rows(&query)))),
        "mood = (select mood from stock where %s = 'ab' and id > 3 order by id limit 1)" ORDER,
        test_either(&database, "rtrim(padded)", "padded"));
    assert_items(
        db,
        p_parcel_flag_matches(orm_ne(orm_value_of(p_parcel_columns.flag, p_parcel_rows(&query)))),
        "flag <> (select flag from stock where %s = 'ab' and id > 3 order by id limit 1)" ORDER,
        test_either(&database, "rtrim(padded)", "padded"));
}

/* Conditions of a subquery that speak of the row around it. */
static void rows_around(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_query same_box = {.where =
                                   p_parcel_box_id_is(orm_eq(orm_outer(p_parcel_columns.box_id)))};
    assert_items(
        db, p_parcel_big_is(orm_gt(orm_avg_of(p_parcel_columns.big, p_parcel_rows(&same_box)))),
        "big > (select avg(x.big) from stock x where x.box_id = i.box_id)" ORDER);
    same_box.order_by[0] = P_PARCEL_BY_ID;
    same_box.limit = 3;
    assert_items(
        db, p_parcel_id_is(orm_in_query(p_parcel_columns.id, p_parcel_rows(&same_box))),
        "id in (select x.id from stock x where x.box_id = i.box_id order by x.id limit 3)" ORDER);
    assert_items(
        db, p_parcel_big_is(orm_eq(orm_max_of(p_parcel_columns.big, p_parcel_rows(&same_box)))),
        "big = (select max(big) from (select x.big from stock x where x.box_id = i.box_id order by"
        " x.id limit 3) q)" ORDER);
    p_parcel_query of_box = {.where = p_parcel_box_id_is(orm_eq(orm_outer(p_box_columns.id)))};
    assert_boxes(db, p_box_most_is(orm_lt(orm_count_of(p_parcel_rows(&of_box)))),
                 "\"limit\" < (select count(*) from stock i where i.box_id = b.\"box id\")" ORDER);
    /* Two levels: the inner one speaks of the box, past the item. */
    p_parcel_query larger = {
        .where = p_parcel_all_of(
            db, p_parcel_box_id_is(orm_eq(orm_outer(p_box_columns.id))),
            p_parcel_whole_is(orm_ge(
                orm_max_of(p_parcel_columns.whole,
                           p_parcel_rows(&(p_parcel_query){
                               .where = p_parcel_all_of(
                                   db, p_parcel_box_id_is(orm_eq(orm_outer(p_box_columns.id))),
                                   p_parcel_id_is(orm_ne(orm_outer(p_parcel_columns.id))))})))))};
    assert_boxes(db, p_box_most_is(orm_le(orm_count_of(p_parcel_rows(&larger)))),
                 "\"limit\" <= (select count(*) from stock i where i.box_id = b.\"box id\" and"
                 " i.whole >= (select max(x.whole) from stock x where x.box_id = b.\"box id\" and"
                 " x.id <> i.id))" ORDER);
    assert_boxes(db,
                 p_box_has_items(db, p_parcel_big_is(orm_eq(orm_max_of(p_parcel_columns.big,
                                                                       p_parcel_rows(&of_box))))),
                 "exists (select 1 from stock i where i.box_id = b.\"box id\" and i.big = (select"
                 " max(x.big) from stock x where x.box_id = b.\"box id\"))" ORDER);
}

/* What takes the session copies the query and what its conditions borrow. */
static p_parcel_pred kept_condition(orm_session *db)
{
    char word[] = "ab";
    int64_t ids[] = {1, 2, 3};
    p_box_query inner = {.where = p_box_id_is(orm_in(ids, 3))};
    p_parcel_query query = {
        .where =
            p_parcel_all_of(db, p_parcel_word_is(orm_eq(word)),
                            p_parcel_box_id_is(orm_in_query(p_box_columns.id, p_box_rows(&inner)))),
        .with = {.box = &(p_box_query){.limit = 1}},
        .order_by = {P_PARCEL_BY_ID},
        .limit = 4};
    p_parcel_pred kept = p_parcel_all_of(
        db, p_parcel_whole_is(orm_in_query(p_parcel_columns.whole, p_parcel_rows(&query))));
    memset(word, 'x', 2);
    memset(ids, 0, sizeof ids);
    memset(&inner, 0x55, sizeof inner);
    memset(&query, 0x55, sizeof query);
    return kept;
}

static void queries_are_copied(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_pred kept = kept_condition(db);
    assert_items(db, kept,
                 "whole in (select whole from stock where word = 'ab' and box_id in (1, 2, 3) order"
                 " by id limit 4)" ORDER);
    p_parcel_query query = {.order_by = {P_PARCEL_BY_ID}};
    p_parcel_where(db, &query, p_parcel_id_is(orm_lt(100)));
    p_parcel_where(db, &query, kept);
    assert_items(db, query.where,
                 "id < 100 and whole in (select whole from stock where word = 'ab' and box_id in"
                 " (1, 2, 3) order by id limit 4)" ORDER);
}

/* Rows of one query or of another. */
static p_parcel_pred kept_union(orm_session *db)
{
    char word[] = "ab";
    p_parcel_query rest = {
        .where = p_parcel_word_is(orm_eq(word)), .order_by = {P_PARCEL_BY_ID_DESC}, .limit = 5};
    p_parcel_query first = {.where = p_parcel_id_is(orm_lt(8)), .union_with = &rest};
    p_parcel_pred kept = p_parcel_all_of(
        db, p_parcel_whole_is(orm_in_query(p_parcel_columns.whole, p_parcel_rows(&first))),
        p_parcel_id_is(orm_le(orm_count_of(p_parcel_rows(&first)))));
    memset(word, 'x', 2);
    memset(&rest, 0x55, sizeof rest);
    memset(&first, 0x55, sizeof first);
    return kept;
}

static void unions(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
#define UNITED                                                                                     \
    "(select * from stock where id < 8 or id in (select id from stock where word = 'ab' order by"  \
    " id desc limit 5)) q"
    assert_items(db, kept_union(db),
                 "whole in (select whole from " UNITED ") and id <= (select count(*) from " UNITED
                 ")" ORDER);
    p_parcel_query rest = {.where = p_parcel_word_is(orm_eq("b")), .limit = 0};
    p_parcel_query all = {.order_by = {P_PARCEL_BY_ID_DESC}, .limit = 4, .union_with = &rest};
    assert_items(db, p_parcel_id_is(orm_in_query(p_parcel_columns.id, p_parcel_rows(&all))),
                 "id > %d" ORDER, ITEMS - 4);
    rest.union_with = &all;
    refuse_items(db, ORM_INVALID,
                 p_parcel_id_is(orm_in_query(p_parcel_columns.id, p_parcel_rows(&all))),
                 "32 queries");
    refuse_items(
        db, ORM_INVALID,
        p_parcel_not(db, p_parcel_id_is(orm_in_query(p_parcel_columns.id, p_parcel_rows(&all)))),
        "32 queries");
}

static void faults_are_told(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    refuse_items(db, ORM_MISUSE,
                 p_parcel_big_is(orm_in_query(p_box_columns.id, p_parcel_rows(NULL))),
                 "none of the query's model");
    refuse_items(db, ORM_MISUSE, p_parcel_big_is(orm_eq(orm_count_of((orm_rows){0}))),
                 "none of the query's model");
    p_parcel_query failed = {.where = p_parcel_word_is(orm_eq((const char *)NULL))};
    refuse_items(db, ORM_MISUSE, p_parcel_big_is(orm_eq(orm_count_of(p_parcel_rows(&failed)))),
                 "parcel.word");
    p_parcel_query bad_order = {.order_by = {(enum p_parcel_order)999}, .limit = 1};
    refuse_items(db, ORM_INVALID,
                 p_parcel_id_is(orm_in_query(p_parcel_columns.id, p_parcel_rows(&bad_order))),
                 "none of its orders");
    p_parcel_query deep = {.limit = 0};
    p_parcel_pred pred = p_parcel_everything();
    for (int i = 0; i < 18; i++) {
        deep.where = pred;
        pred = p_parcel_any_of(
            db, p_parcel_id_is(orm_in_query(p_parcel_columns.id, p_parcel_rows(&deep))));
    }
    refuse_items(db, ORM_INVALID, pred, "16 levels");
}

static void one_text_for_any_values(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t ids[] = {1, 2, 3, 4};
    p_box_query inner = {.where = p_box_id_is(orm_in(ids, 1)), .limit = 2};
    p_parcel_list list;
    p_parcel_query query = {
        .where = p_parcel_box_id_is(orm_in_query(p_box_columns.id, p_box_rows(&inner)))};
    assert_ok(db, p_parcel_select(db, &query, &list));
    test_count_start(&database);
    inner = (p_box_query){.where = p_box_id_is(orm_in(ids, 4)), .limit = 200};
    assert_ok(db, p_parcel_select(db, &query, &list));
    assert_counts(&database, 1, 0);
    query.where = p_parcel_box_id_is(orm_not_in_query(p_box_columns.id, p_box_rows(&inner)));
    assert_ok(db, p_parcel_select(db, &query, &list));
    query.where = p_parcel_box_id_is(orm_eq(orm_max_of(p_box_columns.id, p_box_rows(&inner))));
    assert_ok(db, p_parcel_select(db, &query, &list));
    query.where = p_parcel_box_id_is(orm_eq(orm_min_of(p_box_columns.id, p_box_rows(&inner))));
    assert_ok(db, p_parcel_select(db, &query, &list));
    query.where =
        p_parcel_box_id_is(orm_eq(orm_max_of(p_box_columns.parent_id, p_box_rows(&inner))));
    assert_ok(db, p_parcel_select(db, &query, &list));
    assert_counts(&database, 4, 4);
}

static void subqueries_in_writes_and_loads(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t changed = 0;
    p_box_query old = {.order_by = {P_BOX_BY_ID}, .limit = 3};
    p_parcel_pred there = p_parcel_box_id_is(orm_in_query(p_box_columns.id, p_box_rows(&old)));
    long long expected = test_number(&database, "select count(*) from stock where box_id <= 3");
    assert_ok(db, p_parcel_update_where(db, there, &(p_parcel_changes){.word = ORM_SET("moved")},
                                        &changed));
    assert_int_equal(changed, expected);
    assert_ok(db, p_parcel_delete_where(db, there, &changed));
    assert_int_equal(changed, expected);
    orm_session_rollback(db);
    p_box_list boxes;
    p_parcel_query best = {.where = p_parcel_box_id_is(orm_eq(orm_outer(p_parcel_columns.box_id)))};
    p_box_query query = {
        .with = {.items = &(p_parcel_query){.where = p_parcel_big_is(orm_eq(orm_max_of(
                                                p_parcel_columns.big, p_parcel_rows(&best)))),
                                            .order_by = {P_PARCEL_BY_ID}}},
        .order_by = {P_BOX_BY_ID}};
    test_text actual = {0};
    assert_ok(db, p_box_select(db, &query, &boxes));
    for (size_t i = 0; i < boxes.count; i++) {
        p_parcel_list items;
        assert_int_equal(p_box_items(boxes.items[i], &items), ORM_OK);
        for (size_t k = 0; k < items.count; k++)
            test_text_add(&actual, "%lld|%lld\n", (long long)boxes.items[i]->id,
                          (long long)items.items[k]->id);
    }
    assert_rows(actual, "select box_id, id from stock i where big = (select max(x.big) from stock x"
                        " where x.box_id = i.box_id) order by 1, 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(among_the_values_of_a_query),
        suite_test(among_values_of_every_type),
        suite_test(among_some_rows),
        suite_test(one_value),
        suite_test(the_value_of_the_first_row),
        suite_test(rows_around),
        suite_test(queries_are_copied),
        suite_test(unions),
        suite_test(faults_are_told),
        suite_test(one_text_for_any_values),
        suite_test(subqueries_in_writes_and_loads),
    };
    return cmocka_run_group_tests(tests, open_items, close_database);
}
