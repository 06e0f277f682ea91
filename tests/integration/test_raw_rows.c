/* Rows of hand-written SQL: every type by position and name, structs described by hand, and objects
 * with their relations. */
#include "chinook.orm.h"
#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/statements.yaml", NULL);
    test_execute_file(&database, "chinook/data.sql");
    return 0;
}

/* Arrays are json texts on SQLite. */
static const char *types_sql(void)
{
    return test_either(
        &database,
        "select 1 as b, 42 as i, 1.5 as d, 'text' as t, x'00ff' as y, '12.50' as n,"
        " '01020304-0506-0708-090a-0b0c0d0e0f10' as u, '2001-02-03' as da, '04:05:06' as ti,"
        " '2001-02-03 04:05:06' as ts, '2001-02-03 04:05:06+00:00' as tz, 'P1M2DT3S' as iv,"
        " '{\"a\": 1}' as j, '[1,null,3]' as ai, '[\"x\",null]' as at, '[true]' as ab,"
        " '[0.5]' as ad, '[\"2001-02-03\"]' as ada, NULL as no",
        "select true as b, 42 as i, 1.5::float8 as d, 'text' as t, '\\x00ff'::bytea as y,"
        " 12.50 as n, '01020304-0506-0708-090a-0b0c0d0e0f10'::uuid as u, date '2001-02-03' as da,"
        " time '04:05:06' as ti, timestamp '2001-02-03 04:05:06' as ts,"
        " timestamptz '2001-02-03 04:05:06+00' as tz, interval 'P1M2DT3S' as iv,"
        " '{\"a\": 1}'::jsonb as j, array[1,null,3] as ai, array['x',null] as at,"
        " array[true] as ab, array[0.5::float8] as ad, array[date '2001-02-03'] as ada,"
        " NULL::date as no");
}

#define AT(name) row, orm_row_column(row, name)

static orm_status read_types(const orm_row *row, void *context)
{
    const int64_t moment = INT64_C(981173106000000);
    orm_opt_bool flag;
    orm_opt_i64 integer;
    orm_opt_double real;
    const char *text;
    orm_bytes bytes;
    orm_numeric number;
    orm_opt_uuid uuid;
    orm_opt_date date;
    orm_opt_time hour;
    orm_opt_timestamp local;
    orm_opt_timestamptz zoned;
    orm_opt_interval span;
    orm_json document;
    assert_int_equal(orm_row_bool(AT("b"), &flag), ORM_OK);
    assert_true(flag.has && flag.value);
    assert_int_equal(orm_row_int(AT("i"), &integer), ORM_OK);
    assert_int_equal(integer.value, 42);
    assert_int_equal(orm_row_double(AT("d"), &real), ORM_OK);
    assert_true(real.value > 1.4 && real.value < 1.6);
    assert_int_equal(orm_row_text(AT("t"), &text), ORM_OK);
    assert_string_equal(text, "text");
    assert_int_equal(orm_row_bytes(AT("y"), &bytes), ORM_OK);
    assert_memory_equal(bytes.data, "\0\xff", 2);
    assert_int_equal(orm_row_numeric(AT("n"), &number), ORM_OK);
    assert_string_equal(number.text, "12.50");
    assert_int_equal(orm_row_uuid(AT("u"), &uuid), ORM_OK);
    assert_int_equal(uuid.value.bytes[15], 16);
    assert_int_equal(orm_row_date(AT("da"), &date), ORM_OK);
    assert_int_equal(date.value.days, 11356);
    assert_int_equal(orm_row_time(AT("ti"), &hour), ORM_OK);
    assert_int_equal(hour.value.micros, INT64_C(14706000000));
    assert_int_equal(orm_row_timestamp(AT("ts"), &local), ORM_OK);
    assert_int_equal(local.value.micros, moment);
    assert_int_equal(orm_row_timestamptz(AT("tz"), &zoned), ORM_OK);
    assert_int_equal(zoned.value.micros, moment);
    assert_int_equal(orm_row_interval(AT("iv"), &span), ORM_OK);
    assert_int_equal(span.value.months, 1);
    assert_int_equal(orm_row_json(AT("j"), &document), ORM_OK);
    assert_string_equal(document.text, "{\"a\": 1}");
    ++*(int *)context;
    return ORM_OK;
}

static orm_status read_arrays(const orm_row *row, void *context)
{
    orm_array_i64 integers;
    orm_array_text words;
    orm_array_bool flags;
    orm_array_double reals;
    orm_array_date dates;
    orm_opt_date none = {{1}, true};
    assert_int_equal(orm_row_array_i64(AT("ai"), &integers), ORM_OK);
    assert_int_equal(integers.count, 3);
    assert_true(integers.items[0].value == 1 && !integers.items[1].has);
    assert_int_equal(orm_row_array_text(AT("at"), &words), ORM_OK);
    assert_int_equal(words.count, 2);
    assert_string_equal(words.items[0], "x");
    assert_null(words.items[1]);
    assert_int_equal(orm_row_array_bool(AT("ab"), &flags), ORM_OK);
    assert_true(flags.items[0].value);
    assert_int_equal(orm_row_array_double(AT("ad"), &reals), ORM_OK);
    assert_true(reals.items[0].value > 0.4);
    assert_int_equal(orm_row_array_date(AT("ada"), &dates), ORM_OK);
    assert_int_equal(dates.items[0].value.days, 11356);
    assert_int_equal(orm_row_date(AT("no"), &none), ORM_OK);
    assert_false(none.has);
    assert_true(orm_row_is_null(AT("no")));
    assert_int_equal(orm_row_column(row, "nothing"), SIZE_MAX);
    assert_int_equal(orm_row_date(AT("nothing"), &none), ORM_INVALID);
    ++*(int *)context;
    return ORM_OK;
}

static void every_type_is_read_from_a_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int rows = 0;
    assert_ok(db, orm_raw(db, types_sql(), NULL, 0, read_types, &rows, NULL));
    assert_ok(db, orm_raw(db, types_sql(), NULL, 0, read_arrays, &rows, NULL));
    assert_int_equal(rows, 2);
}

/* Types in turn on one column: what fitted for one says nothing of the other. */
static orm_status read_wrongly(const orm_row *row, void *context)
{
    orm_opt_date date;
    orm_opt_uuid uuid;
    orm_opt_bool flag;
    (void)context;
    assert_int_equal(orm_row_date(AT("da"), &date), ORM_OK);
    assert_int_equal(orm_row_uuid(AT("da"), &uuid), ORM_SCHEMA);
    assert_int_equal(orm_row_bool(AT("da"), &flag), ORM_SCHEMA);
    assert_int_equal(orm_row_date(AT("da"), &date), ORM_OK);
    return orm_row_bool(AT("u"), &flag);
}

static orm_status read_missing(const orm_row *row, void *context)
{
    orm_opt_i64 value;
    (void)context;
    return orm_row_int(AT("absent"), &value);
}

static void a_failed_read_that_is_passed_on_says_what_it_was(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_status(db, orm_raw(db, types_sql(), NULL, 0, read_wrongly, NULL, NULL), ORM_SCHEMA);
    assert_string_equal(orm_session_error(db)->column, "u");
    orm_session_rollback(db);
    assert_status(db, orm_raw(db, "select 1 as one", NULL, 0, read_missing, NULL, NULL),
                  ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "no column of that name"));
    orm_session_rollback(db);
}

struct sale {
    const char *country;
    int64_t customers;
    orm_opt_timestamp first;
    const char *company;
};

static const orm_shape sale_shape = ORM_SHAPE(
    struct sale, ORM_SHAPE_FIELD(struct sale, country), ORM_SHAPE_FIELD(struct sale, customers),
    ORM_SHAPE_FIELD(struct sale, first), ORM_SHAPE_FIELD_NULLABLE(struct sale, company));

static void rows_become_structs(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *sql = "select country, count(*) as customers, 1 as more, max(company) as company,"
                      " min(i.invoice_date) as first from customer c join invoice i"
                      " on i.customer_id = c.customer_id where country <> $1"
                      " group by country order by country";
    const orm_value values[] = {orm_bind("USA")};
    struct {
        size_t count;
        struct sale **items;
    } sales;
    test_text actual = {0};
    assert_ok(db, orm_raw_rows(db, &sale_shape, sql, values, 1, &sales));
    assert_statements(&database, 1);
    assert_true(sales.count > 20);
    for (size_t i = 0; i < sales.count; i++) {
        assert_true(sales.items[i]->first.has);
        test_text_add(&actual, "%s|%lld|%s\n", sales.items[i]->country,
                      (long long)sales.items[i]->customers,
                      sales.items[i]->company ? sales.items[i]->company : "-");
    }
    assert_rows(actual, "select country, count(*), max(company) from customer c join invoice i on"
                        " i.customer_id = c.customer_id where country <> 'USA' group by country"
                        " order by country");
    assert_status(db,
                  orm_raw_rows(db, &sale_shape,
                               "select company as country, 1 as customers, invoice_date as first,"
                               " company from customer c join invoice i on c.customer_id ="
                               " i.customer_id where company is null",
                               NULL, 0, &sales),
                  ORM_SCHEMA);
    assert_string_equal(orm_session_error(db)->model, "struct sale");
    assert_string_equal(orm_session_error(db)->column, "country");
    assert_int_equal(sales.count, 0);
    orm_session_rollback(db);
}

static void raw_rows_are_parents(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const orm_value values[] = {orm_bind("Brazil")};
    chinook_customer_list customers;
    test_text actual = {0};
    assert_ok(
        db,
        chinook_customer_raw_with(
            db, "select *, 1 as extra from customer where country = $1 order by 1", values, 1,
            &(chinook_customer_query){
                .with = {.invoices =
                             &(chinook_invoice_query){.order_by = {CHINOOK_INVOICE_BY_ID_DESC},
                                                      .limit = 2,
                                                      .with = {.lines = &chinook_invoice_line_all}},
                         .support_rep = &chinook_employee_all}},
            &customers));
    assert_statements(&database, 4);
    for (size_t i = 0; i < customers.count; i++) {
        chinook_employee *rep = NULL;
        chinook_invoice_list invoices;
        assert_int_equal(chinook_customer_support_rep(customers.items[i], &rep), ORM_OK);
        assert_int_equal(chinook_customer_invoices(customers.items[i], &invoices), ORM_OK);
        for (size_t k = 0; k < invoices.count; k++) {
            chinook_invoice_line_list lines;
            assert_int_equal(chinook_invoice_lines(invoices.items[k], &lines), ORM_OK);
            test_text_add(&actual, "%d|%s|%d|%zu\n", (int)customers.items[i]->id, rep->last_name,
                          (int)invoices.items[k]->id, lines.count);
        }
    }
    assert_rows(actual,
                "select c.customer_id, e.last_name, i.invoice_id, (select count(*) from"
                " invoice_line l where l.invoice_id = i.invoice_id) from customer c join employee"
                " e on e.employee_id = c.support_rep_id join invoice i on i.customer_id ="
                " c.customer_id where c.country = 'Brazil' and (select count(*) from invoice j"
                " where j.customer_id = c.customer_id and j.invoice_id > i.invoice_id) < 2"
                " order by 1, 3 desc");
}

static void what_the_sql_must_say_is_refused_in_the_query(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    chinook_customer_list customers;
    const chinook_customer_query queries[] = {
        {.where = chinook_customer_country_is(orm_eq("Brazil"))},
        {.order_by = {CHINOOK_CUSTOMER_BY_ID}},
        {.limit = 3},
        {.offset = 3}};
    const char *const members[] = {".where", ".order_by", ".limit", ".offset"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        assert_status(db,
                      chinook_customer_raw_with(db, "select * from customer", NULL, 0, &queries[i],
                                                &customers),
                      ORM_INVALID);
        assert_non_null(strstr(orm_session_error(db)->message, members[i]));
        assert_int_equal(customers.count, 0);
    }
    assert_statements(&database, 0);
    assert_ok(db,
              chinook_customer_raw_with(db, "select * from customer", NULL, 0, NULL, &customers));
    assert_int_equal(customers.count, 59);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(every_type_is_read_from_a_row),
        suite_test(a_failed_read_that_is_passed_on_says_what_it_was),
        suite_test(rows_become_structs),
        suite_test(raw_rows_are_parents),
        suite_test(what_the_sql_must_say_is_refused_in_the_query),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
