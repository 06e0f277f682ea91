/* Named statements of tests/models/statements.sql: what they give, refuse and send. */
#include <orm/nplusone.h>

#include "statements.orm.h"
#include "statements_queries.orm.h"
#include "support/fixture.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "rows_of_a_model_are_its_objects",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/statements.yaml", NULL);
    test_ignore(&database, ignored);
    test_execute_file(&database, "chinook/data.sql");
    return 0;
}

static void add_customers(test_text *text, const st_top_customers_list *list)
{
    char moment[ORM_TEMPORAL_TEXT_SIZE];
    for (size_t i = 0; i < list->count; i++) {
        const st_top_customers_row *row = list->items[i];
        if (row->first_invoice.has)
            orm_timestamp_format(row->first_invoice.value, moment);
        test_text_add(text, "%d|%s|%s|%lld|%s|%s\n", (int)row->id, row->last_name,
                      row->company ? row->company : "-", (long long)row->invoices,
                      row->first_invoice.has ? moment : "-",
                      row->first_total.text ? row->first_total.text : "-");
    }
}

static const char by_hand[] =
    "select c.customer_id, c.last_name, c.company, count(i.invoice_id), min(i.invoice_date),"
    " (select total from invoice f where f.customer_id = c.customer_id order by invoice_id limit 1)"
    " from customer c"
    " left join invoice i on i.customer_id = c.customer_id %s"
    " group by c.customer_id, c.last_name, c.company having count(i.invoice_id) >= %d order by 1";

static void rows_are_those_of_the_sql(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    st_top_customers_list list;
    test_text actual = {0};
    assert_ok(db, st_top_customers(db, 7, NULL, &list));
    assert_true(list.count > 50);
    add_customers(&actual, &list);
    assert_rows(actual, by_hand, "", 7);
    assert_ok(db, st_top_customers(db, 0, "Brazil", &list));
    assert_int_equal(list.count, 5);
    add_customers(&actual, &list);
    assert_rows(actual, by_hand, "where c.country = 'Brazil'", 0);
    assert_ok(db, st_top_customers(db, INT64_MAX, "Brazil' OR '1'='1", &list));
    assert_int_equal(list.count, 0);
}

static void a_statement_is_prepared_once(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    st_top_customers_list list;
    assert_ok(db, st_top_customers(db, 3, "Canada", &list));
    test_count_start(&database);
    for (int i = 0; i < 5; i++)
        assert_ok(db, st_top_customers(db, i, i % 2 ? NULL : "Canada", &list));
    assert_counts(&database, 5, 0);
}

static void rows_of_a_model_are_its_objects(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    chinook_customer *found = NULL;
    chinook_customer *named = NULL;
    chinook_customer_list list;
    assert_ok(db, chinook_customer_find(db, 1, &found));
    assert_ok(db, st_customer_of_email(db, found->email, &named));
    assert_ptr_equal(found, named);
    assert_ok(db, st_customers_of(db, "Brazil", &list));
    assert_int_equal(list.count, 5);
    assert_ptr_equal(list.items[0], found);
    test_count_start(&database);
    assert_ok(db, chinook_customer_preload_invoices(db, &list, NULL));
    assert_statements(&database, 1);
}

static void one_is_one(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    chinook_customer *customer = NULL;
    st_country_totals_row *totals = NULL;
    st_find_thing_row *thing = NULL;
    assert_status(db, st_customer_of_email(db, "nobody", &customer), ORM_NOT_FOUND);
    assert_null(customer);
    assert_string_equal(orm_session_error(db)->model, "customer_of_email");
    assert_ok(db, st_country_totals(db, "Brazil", &totals));
    assert_int_equal(totals->customers, 5);
    assert_string_equal(totals->class_, "São Paulo");
    assert_ok(db, st_country_totals(db, "Nowhere", &totals));
    assert_int_equal(totals->customers, 0);
    assert_null(totals->class_);
    assert_ok(db, orm_raw(db, "update customer set email = 'same' where customer_id < 3", NULL, 0,
                          NULL, NULL, NULL));
    assert_status(db, st_customer_of_email(db, "same", &customer), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "gave 2"));
    assert_null(customer);
    assert_status(db, st_find_thing(db, 1, 1, ST_TEMPER_CALM, (orm_numeric){"1"}, &thing),
                  ORM_NOT_FOUND);
    orm_session_rollback(db);
}

static void exec_counts_what_it_wrote(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t count = -1;
    assert_ok(db, st_move_customers(db, "Elsewhere", "Brazil", &count));
    assert_int_equal(count, 5);
    assert_ok(db, st_move_customers(db, NULL, "Canada", NULL));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database,
                                 "select count(*) from customer where city is null or city = "
                                 "'Elsewhere'"),
                     5 + 8);
}

static void every_type_comes_back(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const orm_opt_i64 numbers[] = {{1, true}, {0, false}, {INT64_MAX, true}};
    const char *const words[] = {"a", NULL, "it's {\"}"};
    const int tempers[] = {ST_TEMPER_VERY_MERRY, 0};
    const orm_uuid token = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
    st_things_list things;
    st_find_thing_row *found = NULL;
    int64_t count = 0;
    assert_ok(db,
              st_add_thing(
                  db, 1, (orm_opt_bool){true, true}, (orm_opt_i64){-3, true},
                  (orm_opt_i64){4, true}, (orm_opt_double){0.5, true},
                  (orm_opt_double){1e300, true}, (orm_numeric){"12.5"}, "text", "ab",
                  (orm_bytes){"\0x", 2}, (orm_opt_uuid){token, true}, (orm_opt_date){{100}, true},
                  (orm_opt_time){{1000001}, true}, (orm_opt_timestamp){{2000002}, true},
                  (orm_opt_timestamptz){{3000003}, true}, (orm_opt_interval){{4, 5, 6}, true},
                  (orm_json){"{\"a\": 1}"}, ST_TEMPER_VERY_MERRY, (orm_array_i64){numbers, 3, true},
                  (orm_array_text){words, 3, true}, (orm_array_enum){tempers, 2, true}, &count));
    assert_int_equal(count, 1);
    assert_ok(db,
              st_add_thing(db, 2, (orm_opt_bool){0}, (orm_opt_i64){0}, (orm_opt_i64){0},
                           (orm_opt_double){0}, (orm_opt_double){0}, (orm_numeric){0}, NULL, NULL,
                           (orm_bytes){0}, (orm_opt_uuid){0}, (orm_opt_date){0}, (orm_opt_time){0},
                           (orm_opt_timestamp){0}, (orm_opt_timestamptz){0}, (orm_opt_interval){0},
                           (orm_json){0}, ST_TEMPER_UNSET, (orm_array_i64){0}, (orm_array_text){0},
                           (orm_array_enum){NULL, 0, true}, NULL));
    assert_ok(db, st_things(db, &things));
    assert_int_equal(things.count, 2);
    const st_things_row *row = things.items[0];
    assert_true(row->flag.has && row->flag.value);
    assert_int_equal(row->small.value, -3);
    assert_int_equal(row->whole.value, 4);
    assert_true(row->single.value > 0.4f && row->double_.value > 9e299);
    assert_string_equal(row->price.text, "12.50");
    assert_string_equal(row->note, "text");
    assert_string_equal(row->code, "ab  ");
    assert_int_equal(row->data.size, 2);
    assert_memory_equal(row->token.value.bytes, token.bytes, 16);
    assert_int_equal(row->day.value.days, 100);
    assert_int_equal(row->hour.value.micros, 1000001);
    assert_int_equal(row->local.value.micros, 2000002);
    assert_int_equal(row->moment.value.micros, 3000003);
    assert_int_equal(row->span.value.months, 6);
    assert_string_equal(row->document.text, "{\"a\": 1}");
    assert_int_equal(row->temper, ST_TEMPER_VERY_MERRY);
    assert_int_equal(row->numbers.count, 3);
    assert_true(row->numbers.items[2].value == INT64_MAX && !row->numbers.items[1].has);
    assert_string_equal(row->words.items[2], "it's {\"}");
    assert_int_equal(row->tempers.items[0], ST_TEMPER_VERY_MERRY);
    row = things.items[1];
    assert_false(row->flag.has || row->whole.has || row->moment.has || row->numbers.has);
    assert_true(row->tempers.has && row->tempers.count == 0);
    assert_null(row->note);
    assert_null(row->price.text);
    assert_ok(db, st_find_thing(db, 1, -3, ST_TEMPER_VERY_MERRY, (orm_numeric){"12.5"}, &found));
    assert_int_equal(found->id, 1);
    orm_session_rollback(db);
}

/* A type is told even where its place does not tell it. */
static void arrays_of_text_are_of_their_type(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *const countries[] = {"Brazil", "Canada", NULL};
    st_customers_among_list list;
    if (!database.postgresql)
        return;
    assert_ok(db, st_customers_among(db, (orm_array_text){countries, 3, true}, &list));
    assert_int_equal(list.count, 13);
    assert_ok(db, st_customers_among(db, (orm_array_text){0}, &list));
    assert_int_equal(list.count, 59);
    assert_ok(db, st_customers_among(db, (orm_array_text){NULL, 0, true}, &list));
    assert_int_equal(list.count, 0);
}

/* Named statements are watched as those of the library are. */
static void a_loop_of_named_statements_is_found(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    int line = 0;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    chinook_customer_list customers;
    assert_ok(db, chinook_customer_select(db, &(chinook_customer_query){.limit = 6}, &customers));
    for (size_t i = 0; i < customers.count; i++) {
        st_country_totals_row *totals = NULL;
        line = __LINE__ + 1;
        assert_ok(db, st_country_totals(db, customers.items[i]->email, &totals));
    }
    test_session_close(&database, db);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *found = orm_scope_finding(scope, 0);
    assert_int_equal(found->site.line, line);
    assert_string_equal(found->column, "customer.email");
    assert_int_equal(found->statements, 6);
    orm_scope_close(scope);
}

static void check_error(const orm_session *db, const char *model, const char *column)
{
    assert_string_equal(orm_session_error(db)->model, model);
    assert_string_equal(orm_session_error(db)->column, column);
}

static void wrong_values_are_refused_before_anything_is_sent(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    st_find_thing_row *found = NULL;
    const orm_numeric one = {"1"};
    assert_status(db, st_find_thing(db, 1, 40000, ST_TEMPER_CALM, one, &found), ORM_RANGE);
    check_error(db, "find_thing", "small");
    assert_status(db, st_find_thing(db, 1, 1, ST_TEMPER_UNSET, one, &found), ORM_NOT_NULL);
    check_error(db, "find_thing", "temper");
    assert_status(db, st_find_thing(db, 1, 1, (enum st_temper)9, one, &found), ORM_INVALID);
    assert_status(db, st_find_thing(db, 1, 1, ST_TEMPER_CALM, (orm_numeric){NULL}, &found),
                  ORM_NOT_NULL);
    check_error(db, "find_thing", "price");
    assert_status(db, st_find_thing(db, 1, 1, ST_TEMPER_CALM, (orm_numeric){"1 or 1"}, &found),
                  ORM_INVALID);
    assert_status(db, st_find_thing(db, 1, 1, ST_TEMPER_CALM, (orm_numeric){"1234567"}, &found),
                  ORM_RANGE);
    assert_status(db, st_move_customers(db, "\xff", "x", NULL), ORM_INVALID);
    check_error(db, "move_customers", "city");
    assert_statements(&database, 0);
    assert_null(found);
}

static void rows_that_do_not_fit_name_statement_and_column(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    st_not_whole_list whole;
    st_not_null_list null;
    st_not_there_list there;
    assert_status(db, st_not_whole(db, &whole), ORM_SCHEMA);
    check_error(db, "not_whole", "whole");
    orm_session_rollback(db);
    assert_status(db, st_not_null(db, &null), ORM_SCHEMA);
    check_error(db, "not_null", "company");
    assert_int_equal(null.count, 0);
    orm_session_rollback(db);
    assert_status(db, st_not_there(db, &there), ORM_SCHEMA);
    check_error(db, "not_there", "missing");
    orm_session_rollback(db);
}

static void an_error_says_whose_line_it_was(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    st_not_there_list there;
    int line = __LINE__ + 1;
    assert_status(db, st_not_there(db, &there), ORM_SCHEMA);
    assert_int_equal(orm_session_error(db)->site.line, line);
    assert_non_null(strstr(orm_session_error(db)->statement, "SELECT customer_id AS id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(rows_are_those_of_the_sql),
        suite_test(a_statement_is_prepared_once),
        suite_test(rows_of_a_model_are_its_objects),
        suite_test(one_is_one),
        suite_test(every_type_comes_back),
        suite_test(wrong_values_are_refused_before_anything_is_sent),
        suite_test(rows_that_do_not_fit_name_statement_and_column),
        suite_test(an_error_says_whose_line_it_was),
        suite_test(arrays_of_text_are_of_their_type),
        suite_test(a_loop_of_named_statements_is_found),
        suite_test(exec_counts_what_it_wrote),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
