/* Result structs of groups, and what their values are made of, against hand-written SQL. */
#include "integration/rows_fixture.h"

static void groups(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_sale_by_state_list rows;
    r_sale_by_state_query query = {
        .where = r_sale_id_is(orm_le(80)),
        .having = r_sale_by_state_number_is(orm_gt(2)),
        .order_by = {R_SALE_BY_STATE_BY_COMPANY_NAME, R_SALE_BY_STATE_BY_LAST}};
    static const char *const labels[] = {"", "open", "paid", "it's void"};
    assert_ok(db, r_sale_select_by_state(db, &query, &rows));
    assert_statements(&database, 1);
    for (size_t i = 0; i < rows.count; i++) {
        const r_sale_by_state *row = &rows.items[i];
        test_text_add(&text, "%s|%s|%lld|", labels[row->state], row->company_name,
                      (long long)row->number);
        add_opt(&text, row->amounts, '|');
        test_text_add(&text, "%s|%lld\n", row->last_code, (long long)row->sellers);
    }
    assert_rows(text, "select s.state, c.\"full name\", count(*), sum(amount), max(code),"
                      " count(distinct seller_id) from sales s left join \"Companies\" c on c.id ="
                      " s.company_id where s.id <= 80 group by s.state, c.\"full name\" having"
                      " count(*) > 2 order by c.\"full name\", max(made_at)");
}

/* The text of every value of a group. */
static void add_group(test_text *text, const r_sale_by_state *row)
{
    char shape[ORM_TEMPORAL_TEXT_SIZE] = "-";
    char moment[ORM_TEMPORAL_TEXT_SIZE];
    if (row->took.has)
        (void)orm_interval_format(row->took.value, shape);
    (void)orm_timestamptz_format(row->last.value, moment);
    test_text_add(text, "%lld|%s|%s|", (long long)row->number, row->total.text, row->mean.text);
    add_opt(text, row->amounts, '|');
    test_text_add(text, "%.15g|", row->amount_mean.value);
    test_text_add(text, row->weight_sum.has ? "%.15g|" : "-|", row->weight_sum.value);
    test_text_add(text, "%s|%s|%s|%s|%lld|%lld\n", row->cheapest.text, row->last_code, moment,
                  shape, (long long)row->sellers, (long long)row->totals);
}

/* Exact, and the same on both databases: what PostgreSQL gives. */
static const char *const first_40 =
    "4|99999999999999999999.75|24999999999999999999.94|183|61|76|-3|cd  |2021-12-03"
    " 04:05:06+00:00|P1M30DT1H30M|3|4\n"
    "4|99999999999999999999.75|24999999999999999999.94|230|57.5|-|-3|cd  |2021-10-03"
    " 04:05:06+00:00|P1M30DT1H30M|3|4\n";

static void values_of_groups(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_sale_by_state_list rows;
    assert_ok(db, r_sale_select_by_state(
                      db,
                      &(r_sale_by_state_query){
                          .where = r_sale_id_is(orm_le(40)),
                          .having = r_sale_by_state_company_name_is(orm_eq("company 1")),
                          .order_by = {R_SALE_BY_STATE_BY_NUMBER, R_SALE_BY_STATE_BY_AMOUNTS}},
                      &rows));
    for (size_t i = 0; i < rows.count; i++)
        add_group(&text, &rows.items[i]);
    assert_string_equal(text.data, first_40);
    if (database.postgresql)
        test_execute(&database, "set intervalstyle to 'iso_8601'");
    if (database.postgresql)
        assert_rows(text,
                    "select count(*), sum(total), avg(total), sum(amount), avg(amount)::float8,"
                    " sum(weight), min(total), max(code), to_char(max(made_at) at time zone"
                    " 'UTC', 'YYYY-MM-DD HH24:MI:SS+00:00'), sum(took), count(distinct"
                    " seller_id), count(distinct total) from sales where id <= 40 and"
                    " company_id in (1, 6, 11) group by state order by 1, 4");
    test_text_free(&text);
}

static void one_row_for_all(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_sale_overall_list all;
    assert_ok(db, r_sale_select_overall(db, NULL, &all));
    assert_int_equal(all.count, 1);
    assert_int_equal(all.items[0].number, SALES);
    assert_string_equal(all.items[0].total.text, "1800000000000000000013.50");
    assert_string_equal(all.items[0].mean.text, "20000000000000000000.15");
    /* Of no rows as well: nothing but a count has a value. */
    assert_ok(db, r_sale_select_overall(
                      db, &(r_sale_overall_query){.where = r_sale_id_is(orm_lt(0))}, &all));
    assert_int_equal(all.count, 1);
    assert_int_equal(all.items[0].number, 0);
    assert_null(all.items[0].total.text);
    assert_null(all.items[0].mean.text);
}

/* Groups are what the database holds equal: 1.0 and 1.00, a month and 30 days. */
static void groups_by_equality(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    r_sale_by_total_list totals;
    r_sale_by_took_list took;
    int64_t count = 0;
    assert_ok(db,
              r_sale_select_by_total(db,
                                     &(r_sale_by_total_query){.having = r_sale_by_total_total_is(
                                                                  orm_eq((orm_numeric){"1"}))},
                                     &totals));
    assert_int_equal(totals.count, 1);
    assert_int_equal(totals.items[0].number, 2 * SALES / 5);
    assert_ok(db, r_sale_count_by_total(db, NULL, &count));
    assert_int_equal(count, 4);
    assert_ok(
        db, r_sale_select_by_took(db,
                                  &(r_sale_by_took_query){.order_by = {R_SALE_BY_TOOK_BY_TOOK_DESC,
                                                                       R_SALE_BY_TOOK_BY_CODE}},
                                  &took));
    assert_int_equal(took.count, 4);
    assert_false(took.items[0].took.has);
    assert_string_equal(took.items[0].code, "ab  ");
    /* The month and the 30 days: one is in even rows, the other in odd ones, so codes part them. */
    assert_int_equal(took.items[1].number + took.items[2].number, 45);
}

/* Each value can be made of some of the rows only. */
static void values_of_some_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_turnover_list rows;
    r_sale_by_state_list states;
    r_sale_by_tag_list tags;
    r_company_turnover_query query = {
        .where = r_company_name_is(orm_ne("company 0")),
        .of = {.sale_count = r_sale_state_is(R_STATE_PAID),
               .units = r_line_quantity_is(orm_gt(1)),
               .tag_count = r_tag_name_is(orm_eq("two")),
               .staff_count = r_worker_salary_is(orm_lt((orm_numeric){"10"}))},
        .having = r_company_turnover_sale_count_is(orm_ge(0)),
        .order_by = {R_COMPANY_TURNOVER_BY_ID}};
    assert_ok(db, r_company_select_turnover(db, &query, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        const r_company_turnover *row = &rows.items[i];
        test_text_add(&text, "%lld|%lld|%lld|", (long long)row->id, (long long)row->sale_count,
                      (long long)row->staff_count);
        add_opt(&text, row->units, '|');
        test_text_add(&text, "%lld\n", (long long)row->tag_count);
    }
    assert_rows(text,
                "select c.id, (select count(*) from sales s where s.company_id = c.id and"
                " s.state = 'paid'), (select count(*) from workers e where e.company_id = c.id"
                " and cast(e.salary as real) < 10), (select sum(quantity) from lines l, sales"
                " s where l.sale_id = s.id and s.company_id = c.id and quantity > 1), (select"
                " count(*) from sales_tags t, sales s where t.sale = s.id and s.company_id ="
                " c.id and t.tag = 2) from \"Companies\" c where c.\"full name\" <>"
                " 'company 0' order by c.id");
    assert_ok(db, r_sale_select_by_state(
                      db,
                      &(r_sale_by_state_query){
                          .of = {.number = r_sale_has_lines(db, r_line_quantity_is(orm_eq(3))),
                                 .amounts = r_sale_amount_is(orm_gt(100)),
                                 .sellers = r_sale_code_is(orm_eq("ab"))},
                          .having = r_sale_by_state_company_name_is(
                              orm_in(((const char *const[]){"company 1", "company 2"}), 2)),
                          .order_by = {R_SALE_BY_STATE_BY_COMPANY_NAME, R_SALE_BY_STATE_BY_LAST}},
                      &states));
    for (size_t i = 0; i < states.count; i++) {
        test_text_add(&text, "%lld|", (long long)states.items[i].number);
        add_opt(&text, states.items[i].amounts, '|');
        test_text_add(&text, "%lld\n", (long long)states.items[i].sellers);
    }
    assert_rows(text,
                "select sum(case when exists (select 1 from lines l where l.sale_id = s.id and"
                " quantity = 3) then 1 else 0 end), sum(case when amount > 100 then amount"
                " end), count(distinct case when code = 'ab' or code = 'ab  ' then seller_id"
                " end) from sales s join \"Companies\" c on c.id = s.company_id where"
                " c.\"full name\" in ('company 1', 'company 2') group by s.state,"
                " c.\"full name\" order by c.\"full name\", max(made_at)");
    assert_ok(db, r_sale_select_by_tag(
                      db,
                      &(r_sale_by_tag_query){.of = {.quantity = r_line_quantity_is(orm_eq(2)),
                                                    .tagged = r_tag_name_is(orm_eq("one"))},
                                             .order_by = {R_SALE_BY_TAG_BY_TAGS_NAME}},
                      &tags));
    for (size_t i = 0; i < tags.count; i++) {
        test_text_add(&text, "%lld|", (long long)tags.items[i].tagged);
        add_opt(&text, tags.items[i].quantity, '\n');
    }
    assert_rows(text, "select sum(case when t.name = 'one' then 1 else 0 end), sum(case when"
                      " quantity = 2 then quantity end) from sales s left join (sales_tags st join"
                      " tags t on t.id = st.tag) on st.sale = s.id join lines l on l.sale_id = s.id"
                      " group by t.name order by t.name is null, t.name");
    query.of.sale_count = (r_sale_pred){r_line_quantity_is(orm_eq(2)).pred};
    assert_status(db, r_company_select_turnover(db, &query, &rows), ORM_MISUSE);
}

static void groups_of_joined_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_sale_by_tag_list rows;
    assert_ok(db, r_sale_select_by_tag(
                      db,
                      &(r_sale_by_tag_query){.order_by = {R_SALE_BY_TAG_BY_TAGS_NAME},
                                             .on = {.lines = r_line_quantity_is(orm_le(2)),
                                                    .tags = r_tag_name_is(orm_ne("three"))}},
                      &rows));
    assert_statements(&database, 1);
    for (size_t i = 0; i < rows.count; i++) {
        test_text_add(&text, "%s|%lld|%lld|", shown(rows.items[i].tags_name),
                      (long long)rows.items[i].number, (long long)rows.items[i].tagged);
        add_opt(&text, rows.items[i].quantity, '\n');
    }
    assert_rows(text, "select t.name, count(*), count(t.id), sum(l.quantity) from sales s left join"
                      " (sales_tags st join tags t on t.id = st.tag and t.name <> 'three') on"
                      " st.sale = s.id join lines l on l.sale_id = s.id and l.quantity <= 2 group"
                      " by t.name order by t.name is null, t.name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(groups),
        suite_test(values_of_groups),
        suite_test(one_row_for_all),
        suite_test(groups_by_equality),
        suite_test(groups_of_joined_rows),
        suite_test(values_of_some_rows),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
