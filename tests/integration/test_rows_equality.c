/* Groups, distinct rows and distinct counts follow the database's own equality of text. */
#include "rows.orm.h"
#include "support/fixture.h"

static bool has_citext;
static bool has_icu;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, NULL);
    if (!database.postgresql)
        return 0;
    has_citext = test_number(&database, "select count(*) from pg_available_extensions"
                                        " where name = 'citext'") > 0;
    has_icu =
        test_number(&database, "select count(*) from pg_collation where collprovider = 'i'") > 0;
    if (has_citext)
        test_execute(&database, "create extension citext schema public");
    if (has_icu)
        test_execute(&database, "create collation fold (provider = icu, locale = 'und-u-ks-level2',"
                                " deterministic = false)");
    return 0;
}

static void make(const char *type)
{
    test_reopen(&database);
    test_execute(&database, "drop table if exists \"Companies\"");
    test_execute(&database,
                 "create table \"Companies\" (id bigint primary key, \"full name\" %s"
                 " not null, city %s, parent_id bigint)",
                 type, type);
    test_execute(&database, "insert into \"Companies\" values (1, 'A', 'Rome', null), (2, 'a',"
                            " 'rome', 1), (3, 'b', 'ROME', 9), (4, 'B', 'Oslo', 1), (5, 'c', null,"
                            " 2), (6, 'C', null, null), (7, 'd', '', 1)");
}

/* What the library gives, beside what SQL gives of the same table. */
static void check(void)
{
    orm_session *db = test_session(&database);
    test_text text = {0};
    r_company_by_city_list groups;
    r_company_town_list towns;
    int64_t count = 0;
    assert_ok(db, r_company_select_by_city(
                      db,
                      &(r_company_by_city_query){
                          .order_by = {R_COMPANY_BY_CITY_BY_NUMBER, R_COMPANY_BY_CITY_BY_CITY}},
                      &groups));
    for (size_t i = 0; i < groups.count; i++)
        test_text_add(&text, "%lld|%lld|%lld\n", (long long)groups.items[i].number,
                      (long long)groups.items[i].parents, (long long)groups.items[i].names);
    assert_rows(text, "select count(*), count(p.id), count(distinct c.\"full name\") from"
                      " \"Companies\" c left join \"Companies\" p on p.id = c.parent_id group by"
                      " c.city order by 1, c.city is null, c.city");
    assert_ok(
        db, r_company_select_by_city(
                db, &(r_company_by_city_query){.having = r_company_by_city_city_is(orm_eq("rOMe"))},
                &groups));
    assert_int_equal(groups.count, test_number(&database, "select count(*) from (select 1 from"
                                                          " \"Companies\" where city = 'rOMe' group"
                                                          " by city) as g"));
    assert_ok(db, r_company_select_town(db, &(r_company_town_query){.distinct = true}, &towns));
    assert_ok(db, r_company_count_town(db, &(r_company_town_query){.distinct = true}, &count));
    assert_int_equal(towns.count, count);
    assert_int_equal(count, test_number(&database, "select count(*) from (select distinct city from"
                                                   " \"Companies\") as d"));
    test_session_close(&database, db);
}

static void plain_text(void **state)
{
    (void)state;
    make("text");
    check();
}

static void text_that_ignores_case(void **state)
{
    (void)state;
    if (!database.postgresql) {
        make("text collate nocase");
        check();
        return;
    }
    if (!has_citext && !has_icu)
        skip();
    if (has_citext) {
        make("citext");
        check();
    }
    if (has_icu) {
        make("text collate fold");
        check();
    }
}

static void padded_text(void **state)
{
    (void)state;
    make(test_either(&database, "text collate rtrim", "char(6)"));
    test_execute(&database, "update \"Companies\" set city = 'Rome  ' where id = 3");
    check();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(plain_text),
        suite_test(text_that_ignores_case),
        suite_test(padded_text),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
