/* Enums are ordered as their labels are declared, not spelled, wherever rows are ordered. */
#include "views.orm.h"

#include "support/fixture.h"

enum { ITEMS = 40, CURSOR_SIZE = 4096 };

/* The place of a label; NULLs behind all. */
#define PLACE                                                                                      \
    "case state when 'waiting' then 1 when 'it''s open' then 2 when 'done' then 3 else 4 end"

static int open_database(void **state)
{
    (void)state;
    static const char *const states[] = {"'done'", "'waiting'", "null", "'it''s open'"};
    test_open(&database, NULL, "models/views.yaml", NULL);
    for (int i = 1; i <= 4; i++)
        test_execute(&database, "insert into keepers values (%d, 'owner %d', %s)", i, i,
                     states[i - 1]);
    for (int i = 1; i <= ITEMS; i++)
        test_execute(&database, "insert into wares values (%d, %d, null, 'a   ', %s)", i, i % 3 + 1,
                     states[i * 7 % 4]);
    return 0;
}

static void check_items(orm_session *db, const v_ware_query *query, const char *sql)
{
    v_ware_list items;
    test_text actual = {0};
    test_count_start(&database);
    assert_ok(db, v_ware_select(db, query, &items));
    assert_statements(&database, 1);
    for (size_t i = 0; i < items.count; i++)
        test_text_add(&actual, "%lld\n", (long long)items.items[i]->id);
    assert_rows(actual, "%s", sql);
}

static void rows_are_ordered(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_ware_query query = {.order_by = {V_WARE_BY_STATE, V_WARE_BY_ID}};
    check_items(db, &query, "select id from wares order by " PLACE ", id");
    query.order_by[0] = V_WARE_BY_STATE_DESC;
    check_items(db, &query, "select id from wares order by " PLACE " desc, id");
    query.order_by[0] = V_WARE_BY_STATE_DESC | ORM_NULLS_LAST;
    check_items(db, &query, "select id from wares order by state is null, " PLACE " desc, id");
    query.order_by[0] = V_WARE_BY_OWNER(V_KEEPER_BY_STATE);
    check_items(db, &query,
                "select id from wares order by (select " PLACE
                " from keepers where id = wares.owner_id), id");
}

static void limits_hold_per_parent(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_ware_query items = {.order_by = {V_WARE_BY_STATE, V_WARE_BY_ID_DESC}, .limit = 5};
    v_keeper_query query = {.order_by = {V_KEEPER_BY_STATE_DESC}, .with = {.items = &items}};
    v_keeper_list owners;
    test_text actual = {0};
    assert_ok(db, v_keeper_select(db, &query, &owners));
    assert_statements(&database, 2);
    for (size_t i = 0; i < owners.count; i++) {
        v_ware_list list;
        assert_int_equal(v_keeper_items(owners.items[i], &list), ORM_OK);
        for (size_t k = 0; k < list.count; k++)
            test_text_add(&actual, "%lld\n", (long long)list.items[k]->id);
    }
    assert_rows(actual,
                "select id from (select id, owner_id, row_number() over (partition by owner_id"
                " order by " PLACE ", id desc) as n from wares) as i where n <= 5 order by"
                " (select " PLACE " from keepers where id = owner_id) desc, n");
}

static void pages_hold(void **state)
{
    (void)state;
    static const enum v_ware_order orders[] = {V_WARE_BY_STATE, V_WARE_BY_STATE_DESC};
    for (size_t i = 0; i < 2; i++) {
        v_ware_query query = {.order_by = {orders[i]}, .limit = 3};
        v_ware_page page;
        char cursor[CURSOR_SIZE] = "";
        test_text actual = {0};
        do {
            orm_session *db = test_session(&database);
            query.after = cursor[0] == '\0' ? NULL : cursor;
            assert_ok(db, v_ware_select_page(db, &query, &page));
            for (size_t k = 0; k < page.count; k++)
                test_text_add(&actual, "%lld\n", (long long)page.items[k]->id);
            (void)snprintf(cursor, sizeof cursor, "%s", page.next == NULL ? "" : page.next);
            test_session_close(&database, db);
        } while (cursor[0] != '\0');
        assert_rows(actual, "select id from wares order by " PLACE " %s, id %s",
                    i == 0 ? "" : "desc", i == 0 ? "" : "desc");
    }
}

static void fields_of_result_structs_are_ordered(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    v_ware_by_state_query query = {.order_by = {V_WARE_BY_STATE_BY_STATE_DESC}};
    v_ware_by_state_list rows;
    test_text actual = {0};
    assert_ok(db, v_ware_select_by_state(db, &query, &rows));
    assert_statements(&database, 1);
    for (size_t i = 0; i < rows.count; i++)
        test_text_add(&actual, "%lld\n", (long long)rows.items[i].items);
    assert_rows(actual, "select count(*) from wares group by state order by " PLACE " desc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(rows_are_ordered),
        suite_test(limits_hold_per_parent),
        suite_test(pages_hold),
        suite_test(fields_of_result_structs_are_ordered),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
