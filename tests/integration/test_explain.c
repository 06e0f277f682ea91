/* What a query is explained as: the statements it sends, their values and the database's plans. */
#include "chinook.orm.h"
#include "support/fixture.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "relations_are_explained_with_their_path",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/statements.yaml", NULL);
    test_ignore(&database, ignored);
    test_execute_file(&database, "chinook/data.sql");
    test_execute(&database, "analyze");
    return 0;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_narrow(const char *text)
{
    for (const char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        assert_int_equal(line[size], '\n');
        assert_in_range(size, 0, 80);
        line += size + 1;
    }
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void a_query_tells_its_statement_values_and_plan(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *text = NULL;
    assert_ok(db, chinook_invoice_explain(
                      db,
                      &(chinook_invoice_query){.where = chinook_invoice_customer_id_is(orm_eq(7)),
                                               .order_by = {CHINOOK_INVOICE_BY_TOTAL_DESC},
                                               .limit = 5},
                      &text));
    assert_narrow(text);
    assert_has(text, "1. invoice\n  SELECT ");
    assert_has(text, "\n  FROM \"invoice\"");
    assert_has(text, "\n  WHERE ");
    assert_has(text, "  $1 = 7\n");
    assert_has(text, "  plan:\n    ");
    assert_has(text, "invoice_customer_id_idx");
    assert_int_equal(count_of(text, "plan:"), 1);
    /* SQLite does not count what it only explains. */
    if (database.postgresql)
        assert_statements(&database, 1);
}

/* However long a value is, and whatever it is made of. */
static void no_line_is_wider_than_80(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *text = NULL;
    char name[1201];
    for (size_t i = 0; i < 600; i++)
        memcpy(name + 2 * i, "\xc3\xa9", 2);
    name[1200] = '\0';
    assert_ok(db,
              chinook_track_explain(
                  db, &(chinook_track_query){.where = chinook_track_name_is(orm_eq(name))}, &text));
    assert_narrow(text);
    assert_has(text, "'... (1200 bytes)\n");
    assert_ok(db, chinook_track_explain(
                      db, &(chinook_track_query){.where = chinook_track_name_is(orm_eq("a\nb' c"))},
                      &text));
    assert_has(text, "  $1 = 'a b' c'\n");
}

static void relations_are_explained_with_their_path(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *text = NULL;
    const char *again = NULL;
    const char *const countries[] = {"Brazil", "it's"};
    chinook_customer_list customers;
    const chinook_customer_query query = {
        .where = chinook_customer_country_is(orm_in(countries, 2)),
        .with = {
            .support_rep = &(chinook_employee_query){.load = ORM_LOAD_JOIN,
                                                     .with = {.manager = &chinook_employee_all}},
            .invoices = &(chinook_invoice_query){.limit = 2,
                                                 .with = {.lines = &chinook_invoice_line_all}}}};
    assert_ok(db, chinook_customer_explain(db, &query, &text));
    assert_narrow(text);
    assert_has(text, "1. customer, joined with support_rep\n");
    assert_has(text, "\n  LEFT JOIN \"employee\" AS t1 ON ");
    assert_has(text, "\n2. customer.support_rep.manager\n  once for all rows above");
    assert_has(text, "\n3. customer.invoices\n  once for all rows above; planned for 10\n");
    assert_has(text, "\n4. customer.invoices.lines\n  once for all rows above");
    assert_int_equal(count_of(text, "plan:"), 4);
    assert_has(text, "invoice_line_invoice_id_idx");
    test_count_start(&database);
    assert_ok(db, chinook_customer_explain(db, &query, &again));
    if (database.postgresql)
        assert_counts(&database, 4, 0);
    assert_string_equal(text, again);
    /* As many statements are sent by the query itself, and nothing was loaded by explaining. */
    test_count_start(&database);
    assert_ok(db, chinook_customer_select(db, &query, &customers));
    assert_statements(&database, 4);
    assert_int_equal(customers.count, 5);
}

static void counts_and_depth_are_told(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *text = NULL;
    assert_ok(
        db, chinook_employee_explain(db,
                                     &(chinook_employee_query){
                                         .with = {.reports = &(chinook_employee_query){.depth = 3}},
                                         .counts = {.customers = &chinook_customer_all}},
                                     &text));
    assert_narrow(text);
    assert_has(text, "employee.reports\n  once for all rows above, and for up to 2 further levels");
    assert_has(text, "number of employee.customers\n  once for all rows above");
}

static void a_query_that_cannot_be_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *text = "before";
    assert_status(db, chinook_customer_explain(db, &(chinook_customer_query){.limit = -1}, &text),
                  ORM_INVALID);
    assert_null(text);
    assert_ok(db, chinook_genre_explain(db, NULL, &text));
    assert_has(text, "1. genre\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_query_tells_its_statement_values_and_plan),
        suite_test(no_line_is_wider_than_80),
        suite_test(relations_are_explained_with_their_path),
        suite_test(counts_and_depth_are_told),
        suite_test(a_query_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
