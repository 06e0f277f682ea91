/* Views without a key: equal rows once, whatever a query does with them besides. */
#include "views.orm.h"

#include "support/fixture.h"

enum { ITEMS = 60 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/views.yaml", NULL);
    test_execute(&database, "insert into keepers values (1, 'ada', 'done'), (2, 'bob', null),"
                            " (3, 'cyd', 'waiting'), (4, 'dan', 'done')");
    for (int i = 1; i <= ITEMS; i++)
        test_execute(&database, "insert into wares values (%d, %d, %s, '%s', %s)", i, i % 3 + 1,
                     i % 5 == 0   ? "null"
                     : i % 2 == 0 ? "'1.0'"
                                  : "'1.00'",
                     i % 4 == 0 ? "b   " : "a   ", i % 7 < 4 ? "null" : "'it''s open'");
    test_execute(&database, "create view offers as select owner_id, price, code, state from wares");
    test_execute(&database, "create view sheets as select id, '[]' as document from keepers");
    return 0;
}

/* Equal numbers of different digits are one, so what is compared is rounded. */
#define ROWS                                                                                       \
    "select distinct owner_id as o, round(cast(price as decimal), 1) as p, rtrim(code) as c,"      \
    " cast(state as text) as s from wares"

static void add_sale(test_text *text, const v_offer *sale)
{
    size_t length = strlen(sale->code);
    while (length > 0 && sale->code[length - 1] == ' ')
        length--;
    test_text_add(text, "%lld|%s|%.*s|%s\n", (long long)sale->owner_id,
                  sale->price.text == NULL ? "-" : "1", (int)length, sale->code,
                  sale->state == V_STAGE_OPENED ? "open" : "-");
}

#define LINE                                                                                       \
    "select o, case when p is null then '-' else '1' end, c, case when s is null then '-' else"    \
    " 'open' end from (" ROWS ") as d"

static void equal_rows_come_once(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_offer_query query = {
        .distinct = true,
        .order_by = {V_OFFER_BY_OWNER_ID, V_OFFER_BY_PRICE, V_OFFER_BY_CODE, V_OFFER_BY_STATE}};
    v_offer_list list;
    test_text actual = {0};
    int64_t count;
    bool exists;
    orm_opt_i64 sum;
    assert_ok(db, v_offer_select(db, &query, &list));
    for (size_t i = 0; i < list.count; i++)
        add_sale(&actual, list.items[i]);
    assert_rows(actual, LINE " order by o, p is null, c, s is null");
    assert_true(list.count < ITEMS / 2);
    assert_ok(db, v_offer_count(db, &query, &count));
    assert_int_equal(count, list.count);
    assert_ok(db, v_offer_exists(db, &query, &exists));
    assert_true(exists);
    assert_ok(db, orm_sum(db, v_offer_rows(&query), v_offer_columns.owner_id, &sum));
    assert_statements(&database, 4);
    test_text_add(&actual, "%lld\n", (long long)sum.value);
    assert_rows(actual, "select sum(o) from (" ROWS ") as d");
    query.distinct = false;
    assert_ok(db, v_offer_count(db, &query, &count));
    assert_int_equal(count, ITEMS);
}

static void conditions_and_limits_hold_of_distinct_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_offer_query query = {
        .distinct = true,
        .where = v_offer_has_owner(db, v_keeper_name_is(orm_ge("b"))),
        .order_by = {V_OFFER_BY_OWNER(V_KEEPER_BY_NAME_DESC), V_OFFER_BY_PRICE, V_OFFER_BY_CODE,
                     V_OFFER_BY_STATE},
        .offset = 2,
        .limit = 5,
    };
    v_offer_list list;
    test_text actual = {0};
    int64_t count;
    assert_ok(db, v_offer_select(db, &query, &list));
    assert_ok(db, v_offer_count(db, &query, &count));
    assert_statements(&database, 2);
    for (size_t i = 0; i < list.count; i++)
        add_sale(&actual, list.items[i]);
    assert_rows(actual, LINE " where o in (select id from keepers where name >= 'b') order by"
                             " (select name from keepers where id = o) desc, p is null, c,"
                             " s is null limit 5 offset 2");
    assert_int_equal(count, list.count);
    query.limit = 0;
    query.offset = 0;
    assert_ok(db, v_offer_count(db, &query, &count));
    test_text_add(&actual, "%lld\n", (long long)count);
    assert_rows(actual, "select count(*) from (" ROWS
                        ") as d where o in (select id from keepers where name >= 'b')");
}

/* Lists of parents, joined and not, hold each row once, and none is multiplied by lists below. */
static void in_relations(void **state)
{
    (void)state;
    static const orm_load_strategy ways[] = {ORM_LOAD_SELECTIN, ORM_LOAD_JOIN, ORM_LOAD_TOGETHER};
    for (size_t i = 0; i < 3; i++) {
        orm_session *db = test_session(&database);
        v_offer_query sales = {.distinct = true,
                               .load = ways[i],
                               .order_by = {V_OFFER_BY_PRICE, V_OFFER_BY_CODE, V_OFFER_BY_STATE},
                               .with = {.items = &v_ware_all}};
        v_keeper_query query = {.order_by = {V_KEEPER_BY_ID}, .with = {.sales = &sales}};
        v_keeper_list owners;
        test_text actual = {0};
        assert_ok(db, v_keeper_select(db, &query, &owners));
        for (size_t k = 0; k < owners.count; k++) {
            v_offer_list list;
            assert_int_equal(v_keeper_sales(owners.items[k], &list), ORM_OK);
            for (size_t j = 0; j < list.count; j++) {
                v_ware_list items;
                add_sale(&actual, list.items[j]);
                assert_int_equal(v_offer_items(list.items[j], &items), ORM_OK);
                assert_int_equal(items.count, ITEMS / 3);
            }
        }
        assert_rows(actual, LINE " order by o, p is null, c, s is null");
        test_session_close(&database, db);
    }
}

static void joined_lists_multiply_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_ware_query items = {.load = ORM_LOAD_JOIN};
    v_keeper_query owner = {.load = ORM_LOAD_JOIN};
    v_offer_query query = {
        .distinct = true,
        .order_by = {V_OFFER_BY_OWNER_ID, V_OFFER_BY_PRICE, V_OFFER_BY_CODE, V_OFFER_BY_STATE},
        .with = {.items = &items, .owner = &owner}};
    v_offer_list list;
    test_text actual = {0};
    assert_ok(db, v_offer_select(db, &query, &list));
    assert_statements(&database, 1);
    for (size_t i = 0; i < list.count; i++) {
        v_keeper *of;
        v_ware_list below;
        add_sale(&actual, list.items[i]);
        assert_int_equal(v_offer_owner(list.items[i], &of), ORM_OK);
        assert_int_equal(of->id, list.items[i]->owner_id);
        assert_int_equal(v_offer_items(list.items[i], &below), ORM_OK);
        assert_int_equal(below.count, ITEMS / 3);
    }
    assert_rows(actual, LINE " order by o, p is null, c, s is null");
}

static void counted_per_parent_and_in_subqueries(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_offer_query sales = {.distinct = true};
    v_keeper_query query = {.order_by = {V_KEEPER_BY_ID}, .counts = {.sales = &sales}};
    v_keeper_list owners;
    test_text actual = {0};
    assert_ok(db, v_keeper_select(db, &query, &owners));
    assert_statements(&database, 2);
    for (size_t i = 0; i < owners.count; i++) {
        int64_t count;
        assert_int_equal(v_keeper_sales_count(owners.items[i], &count), ORM_OK);
        test_text_add(&actual, "%lld|%lld\n", (long long)owners.items[i]->id, (long long)count);
    }
    assert_rows(actual,
                "select id, (select count(*) from (" ROWS ") as d where o = id) from keepers"
                " order by id");
    v_keeper_query more = {
        .where = v_keeper_id_is(orm_le(orm_count_of(v_offer_rows(&(v_offer_query){
            .distinct = true,
            .where = v_offer_owner_id_is(orm_eq(orm_outer(v_keeper_columns.id)))})))),
        .order_by = {V_KEEPER_BY_ID}};
    assert_ok(db, v_keeper_select(db, &more, &owners));
    for (size_t i = 0; i < owners.count; i++)
        test_text_add(&actual, "%lld\n", (long long)owners.items[i]->id);
    assert_rows(actual, "select id from keepers where id <= (select count(*) from (" ROWS
                        ") as d where o = id) order by id");
}

static orm_status add_row(orm_session *db, v_offer *sale, void *context)
{
    (void)db;
    add_sale(context, sale);
    return ORM_OK;
}

static void streamed(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_offer_query query = {
        .distinct = true,
        .order_by = {V_OFFER_BY_OWNER_ID, V_OFFER_BY_PRICE, V_OFFER_BY_CODE, V_OFFER_BY_STATE}};
    test_text actual = {0};
    assert_ok(db, v_offer_each(db, &query, NULL, add_row, &actual));
    assert_rows(actual, LINE " order by o, p is null, c, s is null");
}

/* Rows of a table differ by their key, so nothing is asked of the database. */
static void tables_need_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_ware_query query = {.distinct = true, .lock = ORM_LOCK_UPDATE};
    v_ware_list items;
    v_offer_list sales;
    v_paper_list papers;
    const char *text;
    assert_ok(db, v_ware_select(db, &query, &items));
    assert_int_equal(items.count, ITEMS);
    assert_ok(db, v_ware_explain(db, &(v_ware_query){.distinct = true}, &text));
    assert_null(strstr(text, "DISTINCT"));
    test_count_start(&database);
    assert_status(
        db, v_offer_select(db, &(v_offer_query){.distinct = true, .lock = ORM_LOCK_UPDATE}, &sales),
        ORM_INVALID);
    assert_status(db, v_paper_select(db, &(v_paper_query){.distinct = true}, &papers),
                  ORM_UNSUPPORTED);
    assert_string_equal(orm_session_error(db)->column, "document");
    assert_statements(&database, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(equal_rows_come_once),
        suite_test(conditions_and_limits_hold_of_distinct_rows),
        suite_test(in_relations),
        suite_test(joined_lists_multiply_nothing),
        suite_test(counted_per_parent_and_in_subqueries),
        suite_test(streamed),
        suite_test(tables_need_nothing),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
