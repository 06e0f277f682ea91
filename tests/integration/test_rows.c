/* Result structs, against hand-written SQL. */
#include "integration/rows_fixture.h"

static void columns_by_path(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_place_list places;
    assert_ok(db, r_company_select_place(
                      db, &(r_company_place_query){.order_by = {R_COMPANY_PLACE_BY_ID}}, &places));
    assert_statements(&database, 1);
    for (size_t i = 0; i < places.count; i++)
        test_text_add(&text, "%lld|%s|%s|%s|%s\n", (long long)places.items[i].id,
                      places.items[i].name, shown(places.items[i].city),
                      shown(places.items[i].parent_name), shown(places.items[i].grand));
    assert_rows(text, "select c.id, c.\"full name\", c.city, p.\"full name\", g.\"full name\" from"
                      " \"Companies\" c left join \"Companies\" p on p.id = c.parent_id left join"
                      " \"Companies\" g on g.id = p.parent_id order by c.id");
}

static void conditions_order_and_limits(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_place_list places;
    int64_t count = 0;
    r_company_place_query query = {
        .where = r_company_has_sales(db, r_sale_everything()),
        .having = r_company_place_any_of(db, r_company_place_grand_is_null(),
                                         r_company_place_parent_name_is(orm_eq("company 2"))),
        .order_by = {R_COMPANY_PLACE_BY_PARENT_NAME_DESC, R_COMPANY_PLACE_BY_ID},
        .limit = 4,
        .offset = 1};
    r_company_place_having(db, &query, r_company_place_id_is(orm_ne(3)));
    assert_ok(db, r_company_select_place(db, &query, &places));
    assert_ok(db, r_company_count_place(db, &query, &count));
    assert_statements(&database, 2);
    assert_int_equal(count, places.count);
    for (size_t i = 0; i < places.count; i++)
        test_text_add(&text, "%lld\n", (long long)places.items[i].id);
    assert_rows(text,
                "select c.id from \"Companies\" c left join \"Companies\" p on p.id = c.parent_id"
                " left join \"Companies\" g on g.id = p.parent_id where exists (select 1 from sales"
                " s where s.company_id = c.id) and (g.id is null or p.\"full name\" = 'company 2')"
                " and c.id <> 3 order by p.\"full name\" desc nulls first, c.id limit 4 offset 1");
    query.limit = orm_limit(0);
    assert_ok(db, r_company_select_place(db, &query, &places));
    assert_int_equal(places.count, 0);
    query.limit = -1;
    assert_status(db, r_company_select_place(db, &query, &places), ORM_INVALID);
    assert_status(db, r_company_count_place(db, &query, &count), ORM_INVALID);
    /* No query is all rows. */
    assert_ok(db, r_company_select_place(db, NULL, &places));
    assert_int_equal(places.count, COMPANIES);
    assert_ok(db, r_company_count_place(db, &r_company_place_all, &count));
    assert_int_equal(count, COMPANIES);
}

static void repeating_prepares_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_company_place_list places;
    for (int i = 0; i < 3; i++) {
        r_company_place_query query = {.having = r_company_place_id_is(orm_gt(i)), .limit = 3 + i};
        test_count_start(&database);
        assert_ok(db, r_company_select_place(db, &query, &places));
        assert_counts(&database, 1, i == 0 ? 1 : 0);
    }
}

static void values_of_each_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    char moment[ORM_TEMPORAL_TEXT_SIZE];
    r_company_turnover_list rows;
    assert_ok(db,
              r_company_select_turnover(
                  db, &(r_company_turnover_query){.order_by = {R_COMPANY_TURNOVER_BY_ID}}, &rows));
    assert_statements(&database, 1);
    for (size_t i = 0; i < rows.count; i++) {
        const r_company_turnover *row = &rows.items[i];
        test_text_add(&text, "%lld|%lld|%lld|", (long long)row->id, (long long)row->sale_count,
                      (long long)row->staff_count);
        add_opt(&text, row->units, '|');
        test_text_add(&text, "%lld|%lld|%lld|%s\n", (long long)row->tag_count,
                      (long long)row->tag_names, (long long)row->uncle_count,
                      shown(row->first_seller));
    }
    assert_rows(
        text,
        "select c.id, (select count(*) from sales s where s.company_id = c.id),"
        " (select count(*) from workers e where e.company_id = c.id),"
        " (select sum(quantity) from lines l, sales s where l.sale_id = s.id and s.company_id ="
        " c.id), (select count(*) from sales_tags t, sales s where t.sale = s.id and s.company_id ="
        " c.id), (select count(distinct g.name) from tags g, sales_tags t, sales s where g.id ="
        " t.tag and t.sale = s.id and s.company_id = c.id), (select count(*) from \"Companies\" u"
        " where u.parent_id = c.parent_id), (select min(e.name) from workers e, sales s where"
        " s.seller_id = e.id and s.company_id = c.id) from \"Companies\" c order by c.id");
    assert_non_null(rows.items[0].total.text);
    assert_true(rows.items[0].latest.has && rows.items[0].mean.has);
    (void)orm_timestamptz_format(rows.items[0].latest.value, moment);
    assert_string_equal(moment, "2021-10-03 04:05:06+00:00");
    /* Of no rows there is no value, but a count. */
    assert_int_equal(rows.items[COMPANIES - 1].sale_count, 0);
    assert_null(rows.items[COMPANIES - 1].total.text);
    assert_false(rows.items[COMPANIES - 1].mean.has || rows.items[COMPANIES - 1].latest.has);
}

static void conditions_on_values(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_turnover_list rows;
    r_company_turnover_query query = {
        .having = r_company_turnover_all_of(
            db, r_company_turnover_sale_count_is(orm_ge(10)),
            r_company_turnover_total_is(orm_gt((orm_numeric){"1e20"})),
            r_company_turnover_not(db, r_company_turnover_first_seller_is_null())),
        .order_by = {R_COMPANY_TURNOVER_BY_UNITS_DESC, R_COMPANY_TURNOVER_BY_ID}};
    assert_ok(db, r_company_select_turnover(db, &query, &rows));
    for (size_t i = 0; i < rows.count; i++)
        test_text_add(&text, "%lld\n", (long long)rows.items[i].id);
    assert_true(rows.count > 0);
    assert_rows(text,
                "select c.id from \"Companies\" c where (select count(*) from sales s where"
                " s.company_id = c.id) >= 10 and exists (select 1 from sales s where s.company_id ="
                " c.id and s.seller_id is not null) and (select sum(%s) from sales s where"
                " s.company_id = c.id) > 1e20 order by (select sum(quantity) from lines l, sales s"
                " where l.sale_id = s.id and s.company_id = c.id) desc, c.id",
                test_either(&database, "cast(total as real)", "total"));
}

static void whole_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_with_sales_list rows;
    r_company *company = NULL;
    assert_ok(db, r_company_find(db, 1, &company));
    test_count_start(&database);
    assert_ok(db,
              r_company_select_with_sales(db,
                                          &(r_company_with_sales_query){
                                              .on = {.sales = r_sale_state_is(R_STATE_PAID)},
                                              .order_by = {R_COMPANY_WITH_SALES_BY_SALE_COUNT_DESC,
                                                           R_COMPANY_WITH_SALES_BY_SELLER,
                                                           R_COMPANY_WITH_SALES_BY_LINE_COUNT},
                                          },
                                          &rows));
    assert_statements(&database, 1);
    size_t absent = 0;
    for (size_t i = 0; i < rows.count; i++) {
        const r_company_with_sales *row = &rows.items[i];
        assert_non_null(row->company);
        if (row->company->id == 1)
            assert_ptr_equal(row->company, company);
        if (row->sale == NULL)
            absent++;
        else
            assert_true(row->sale->state == R_STATE_PAID &&
                        row->sale->company_id == row->company->id);
        test_text_add(&text, "%s|%lld|%lld\n", shown(row->seller), (long long)row->sale_count,
                      (long long)row->line_count);
    }
    assert_true(absent >= 3);
    assert_rows(
        text,
        "select e.name, (select count(*) from sales x where x.company_id = c.id), (select"
        " count(*) from lines l where l.sale_id = s.id) from \"Companies\" c left join sales"
        " s on s.company_id = c.id and s.state = 'paid' left join workers e on e.id ="
        " s.seller_id order by 2 desc, e.name is null, e.name, 3 limit %d",
        (int)rows.count);
}

static void several_joins(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_goods_list rows;
    assert_ok(db, r_company_select_goods(
                      db,
                      &(r_company_goods_query){.where = r_company_id_is(orm_le(4)),
                                               .on = {.sales = r_sale_id_is(orm_le(30)),
                                                      .sales_lines = r_line_quantity_is(orm_gt(1)),
                                                      .sales_tags = r_tag_name_is(orm_prefix("t"))},
                                               .having = r_company_goods_id_is(orm_gt(1)),
                                               .order_by = {R_COMPANY_GOODS_BY_SALES_ID,
                                                            R_COMPANY_GOODS_BY_LINE_ID,
                                                            R_COMPANY_GOODS_BY_TAG_NAME}},
                      &rows));
    assert_statements(&database, 1);
    for (size_t i = 0; i < rows.count; i++) {
        const r_company_goods *row = &rows.items[i];
        test_text_add(&text, "%lld|%lld|", (long long)row->id, (long long)row->sales_id);
        add_opt(&text, row->line_id, '|');
        test_text_add(&text, "%s|%s|%s\n", shown(row->tag_name),
                      row->sales_seller == NULL ? "-" : row->sales_seller->name,
                      row->parent == NULL ? "-" : row->parent->name);
        assert_true((row->line != NULL) == row->line_id.has);
        assert_true((row->tag != NULL) == (row->tag_name != NULL));
        if (row->line != NULL)
            assert_true(row->line->id == row->line_id.value && row->line->sale_id == row->sales_id);
        if (row->tag != NULL)
            assert_string_equal(row->tag->name, row->tag_name);
    }
    assert_rows(text,
                "select c.id, s.id, l.id, t.name, e.name, p.\"full name\" from \"Companies\" c"
                " join sales s on s.company_id = c.id and s.id <= 30"
                " left join lines l on l.sale_id = s.id and l.quantity > 1"
                " left join (sales_tags st join tags t on t.id = st.tag and t.name like 't%%')"
                " on st.sale = s.id left join workers e on e.id = s.seller_id"
                " left join \"Companies\" p on p.id = c.parent_id"
                " where c.id <= 4 and c.id > 1 order by s.id, l.id is null, l.id, t.name is null,"
                " t.name");
}

static void objects_alone(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_company_pair_list pairs;
    int64_t count = 0;
    assert_ok(db, r_company_select_pair(
                      db, &(r_company_pair_query){.where = r_company_id_is(orm_gt(2))}, &pairs));
    assert_statements(&database, 1);
    assert_int_equal(pairs.count, COMPANIES - 2);
    for (size_t i = 0; i < pairs.count; i++) {
        const r_company *company = pairs.items[i].company;
        assert_true((pairs.items[i].parent != NULL) == company->parent_id.has);
        if (pairs.items[i].parent != NULL)
            assert_int_equal(pairs.items[i].parent->id, company->parent_id.value);
        /* One row is one object, wherever it stands. */
        for (size_t k = 0; k < pairs.count; k++)
            if (pairs.items[k].parent != NULL && pairs.items[k].parent->id == company->id)
                assert_ptr_equal(pairs.items[k].parent, company);
    }
    assert_ok(db, r_company_count_pair(db, &(r_company_pair_query){.offset = 5}, &count));
    assert_int_equal(count, COMPANIES - 5);
}

/* A deferred column is a field like any other, and stays out of whole rows. */
static void deferred_columns(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_worker_record_list rows;
    const char *notes = "x";
    assert_ok(db,
              r_worker_select_record(
                  db,
                  &(r_worker_record_query){.having = r_worker_record_notes_is(orm_prefix("note 1")),
                                           .order_by = {R_WORKER_RECORD_BY_NOTES_DESC},
                                           .distinct = true},
                  &rows));
    assert_int_equal(rows.count, 11);
    assert_string_equal(rows.items[0].notes, "note 19");
    assert_int_equal(rows.items[0].worker->id, 19);
    assert_int_equal(rows.items[0].company->id, rows.items[0].worker->company_id);
    assert_int_equal(r_worker_notes(rows.items[0].worker, &notes), ORM_NOT_LOADED);
}

/* Conditions that name columns and other queries stand wherever conditions do. */
static void fields_and_queries_compared(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_turnover_list rows;
    r_company_goods_list goods;
    r_worker_query rich = {.where = r_worker_salary_is(orm_gt((orm_numeric){"20"}))};
    r_company_turnover_query query = {
        .where = r_company_id_is(orm_in_query(r_worker_columns.company_id, r_worker_rows(&rich))),
        .having = r_company_turnover_tag_count_is(orm_gt(r_company_turnover_columns.sale_count)),
        .of = {.sale_count =
                   r_sale_seller_id_is(orm_in_query(r_worker_columns.id, r_worker_rows(&rich)))},
        .order_by = {R_COMPANY_TURNOVER_BY_ID}};
    assert_ok(db, r_company_select_turnover(db, &query, &rows));
    for (size_t i = 0; i < rows.count; i++)
        test_text_add(&text, "%lld|%lld|%lld\n", (long long)rows.items[i].id,
                      (long long)rows.items[i].sale_count, (long long)rows.items[i].tag_count);
    assert_true(rows.count > 0);
    assert_rows(text,
                "select * from (select c.id, (select count(*) from sales s where s.company_id ="
                " c.id and s.seller_id in (select id from workers where id >= 20)) as a,"
                " (select count(*) from sales_tags t, sales s where t.sale = s.id and"
                " s.company_id = c.id) as b from \"Companies\" c where c.id in (select"
                " company_id from workers where id >= 20)) as q where b > a order by 1");
    assert_ok(db, r_company_select_goods(
                      db,
                      &(r_company_goods_query){
                          .on = {.sales = r_sale_id_is(orm_gt(r_sale_columns.seller_id)),
                                 .sales_lines = r_line_sale_id_is(orm_eq(r_line_columns.quantity))},
                          .having = r_company_goods_line_id_is_null(),
                          .order_by = {R_COMPANY_GOODS_BY_SALES_ID, R_COMPANY_GOODS_BY_TAG_NAME}},
                      &goods));
    for (size_t i = 0; i < goods.count; i++)
        test_text_add(&text, "%lld|%s\n", (long long)goods.items[i].sales_id,
                      shown(goods.items[i].tag_name));
    assert_rows(text,
                "select s.id, t.name from sales s left join lines l on l.sale_id = s.id and"
                " l.sale_id = l.quantity left join (sales_tags st join tags t on t.id ="
                " st.tag) on st.sale = s.id where s.id > s.seller_id and l.id is null order by"
                " s.id, t.name is null, t.name");
}

static void distinct_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_sale_price_list rows;
    int64_t count = 0;
    r_sale_price_query query = {.distinct = true,
                                .order_by = {R_SALE_PRICE_BY_TOTAL, R_SALE_PRICE_BY_CODE}};
    assert_ok(db, r_sale_select_price(db, &query, &rows));
    assert_int_equal(rows.count, 8);
    for (size_t i = 0; i < rows.count; i++)
        test_text_add(&text, "%s|%d\n", rows.items[i].code,
                      orm_numeric_compare(rows.items[i].total, (orm_numeric){"1"}));
    assert_string_equal(text.data, "ab  |-1\ncd  |-1\nab  |0\ncd  |0\nab  |1\ncd  |1\nab  |1\n"
                                   "cd  |1\n");
    test_text_free(&text);
    assert_ok(db, r_sale_count_price(db, &query, &count));
    assert_int_equal(count, 8);
    query.limit = 3;
    assert_ok(db, r_sale_count_price(db, &query, &count));
    assert_int_equal(count, 3);
    query.distinct = false;
    query.limit = 0;
    assert_ok(db, r_sale_count_price(db, &query, &count));
    assert_int_equal(count, SALES);
}

/* Text that would be SQL is a value, in every place a value can stand. */
static void values_are_data(void **state)
{
    (void)state;
    static const char *const hostile[] = {"'; drop table sales; --", "\" or 1=1", "it's", "%s$1?"};
    orm_session *db = test_session(&database);
    r_company_with_sales_list rows;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const char *text = hostile[i];
        assert_ok(db, r_company_select_with_sales(
                          db,
                          &(r_company_with_sales_query){
                              .where = r_company_city_is(orm_ne(text)),
                              .on = {.sales = r_sale_code_is(orm_ne(text))},
                              .having = r_company_with_sales_seller_is(orm_ne(text))},
                          &rows));
        assert_status(db,
                      r_company_select_with_sales(db,
                                                  &(r_company_with_sales_query){
                                                      .collation = "C\" or \"1",
                                                      .order_by = {R_COMPANY_WITH_SALES_BY_SELLER}},
                                                  &rows),
                      ORM_SCHEMA);
        assert_int_equal(rows.count, 0);
        orm_session_rollback(db);
    }
    assert_int_equal(test_number(&database, "select count(*) from sales"), SALES);
}

static void what_can_not_be(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_company_place_list places;
    r_sale_price_list prices;
    r_company_place_query query = {.having = {r_sale_price_code_is(orm_eq("x")).pred}};
    assert_status(db, r_company_select_place(db, &query, &places), ORM_MISUSE);
    query = (r_company_place_query){.where = {r_sale_id_is(orm_eq(1)).pred}};
    assert_status(db, r_company_select_place(db, &query, &places), ORM_MISUSE);
    query = (r_company_place_query){.order_by = {(enum r_company_place_order)99}};
    assert_status(db, r_company_select_place(db, &query, &places), ORM_INVALID);
    query = (r_company_place_query){.having = r_company_place_name_is(orm_eq((char *)NULL))};
    assert_status(db, r_company_select_place(db, &query, &places), ORM_MISUSE);
    assert_string_equal(orm_session_error(db)->model, "company_place");
    assert_string_equal(orm_session_error(db)->column, "name");
    assert_null(places.items);
    assert_status(db,
                  r_sale_select_price(db,
                                      &(r_sale_price_query){.having = r_sale_price_total_is(orm_eq(
                                                                (orm_numeric){"no number"}))},
                                      &prices),
                  ORM_INVALID);
    assert_statements(&database, 0);
}

/* A NULL where the model says there is none is an error that names the field. */
static void unexpected_null(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_line_sold_list rows;
    test_execute(&database, "%s",
                 test_either(&database, "pragma foreign_keys = off",
                             "set session_replication_role = replica"));
    test_execute(&database, "insert into lines (id, sale_id, quantity, price) values (9999, 9999,"
                            " 1, '1.00')");
    assert_ok(db, r_line_select_sold(db, &(r_line_sold_query){.where = r_line_id_is(orm_lt(9999))},
                                     &rows));
    assert_true(rows.count > 0);
    assert_status(db, r_line_select_sold(db, NULL, &rows), ORM_SCHEMA);
    assert_string_equal(orm_session_error(db)->model, "line_sold");
    assert_string_equal(orm_session_error(db)->column, "code");
    assert_int_equal(rows.count, 0);
    assert_null(rows.items);
    orm_session_rollback(db);
    test_execute(&database, "delete from lines where id = 9999");
}

static void queued_rows_are_seen(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_company_turnover_list rows;
    assert_ok(db,
              r_company_add(db, &(r_company_new){.id = ORM_SET(77), .name = ORM_SET("new company")},
                            NULL));
    assert_ok(db,
              r_company_select_turnover(
                  db, &(r_company_turnover_query){.where = r_company_id_is(orm_eq(77))}, &rows));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.items[0].sale_count, 0);
    orm_session_rollback(db);
}

typedef struct seen {
    int rows;
    int counts;
    const char *model;
} seen;

static void watch(void *context, const orm_event *event)
{
    seen *it = context;
    it->rows += event->kind == ORM_EVENT_ROWS;
    it->counts += event->kind == ORM_EVENT_COUNT;
    if (event->kind == ORM_EVENT_ROWS)
        it->model = event->model->name;
}

static void events_tell_what_it_is(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    seen it = {0};
    r_company_place_list places;
    int64_t count = 0;
    orm_subscription *subscription = NULL;
    assert_int_equal(orm_engine_subscribe(database.engine, watch, &it, false, &subscription),
                     ORM_OK);
    assert_ok(db, r_company_select_place(db, NULL, &places));
    assert_ok(db, r_company_count_place(db, NULL, &count));
    orm_engine_unsubscribe(database.engine, subscription);
    assert_int_equal(it.rows, 1);
    assert_int_equal(it.counts, 1);
    assert_string_equal(it.model, "company");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(columns_by_path),
        suite_test(conditions_order_and_limits),
        suite_test(repeating_prepares_nothing),
        suite_test(values_of_each_row),
        suite_test(conditions_on_values),
        suite_test(whole_rows),
        suite_test(several_joins),
        suite_test(objects_alone),
        suite_test(deferred_columns),
        suite_test(fields_and_queries_compared),
        suite_test(distinct_rows),
        suite_test(values_are_data),
        suite_test(what_can_not_be),
        suite_test(unexpected_null),
        suite_test(queued_rows_are_seen),
        suite_test(events_tell_what_it_is),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
