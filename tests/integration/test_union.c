/* Unions of queries: each row once, order and limit of the first for all. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 60 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static void check_people(orm_session *db, const g_person_query *query, const char *sql)
{
    g_person_list people;
    test_text actual = {0};
    int64_t count = -1;
    assert_ok(db, g_person_select(db, query, &people));
    assert_ok(db, g_person_count(db, query, &count));
    assert_int_equal(count, people.count);
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&actual, "%lld\n", (long long)people.items[i]->id);
    assert_rows(actual, "%s", sql);
}

static void rows_of_either(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_query other = {.where = g_person_area_is(orm_eq(3))};
    g_person_query query = {.where = g_person_team_id_is(orm_lt(6)),
                            .union_with = &other,
                            .order_by = {G_PERSON_BY_ID_DESC}};
    test_count_start(&database);
    check_people(db, &query,
                 "select \"person id\" from people where team < 6 or area = 3"
                 " order by 1 desc");
    assert_statements(&database, 2);
    query.limit = 7;
    query.offset = 2;
    check_people(db, &query,
                 "select \"person id\" from people where team < 6 or area = 3"
                 " order by 1 desc limit 7 offset 2");
    bool exists = false;
    other.where = g_person_id_is(orm_eq(-1));
    query = (g_person_query){.where = g_person_id_is(orm_eq(-2)), .union_with = &other};
    assert_ok(db, g_person_exists(db, &query, &exists));
    assert_false(exists);
    other.where = g_person_id_is(orm_eq(5));
    assert_ok(db, g_person_exists(db, &query, &exists));
    assert_true(exists);
    /* Everything and more is everything. */
    query.where = g_person_everything();
    query.order_by[0] = G_PERSON_BY_ID;
    check_people(db, &query, "select \"person id\" from people order by 1");
}

static void limits_within(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_query third = {.order_by = {G_PERSON_BY_NAME_DESC}, .limit = 3};
    g_person_query second = {
        .where = g_person_id_is(orm_gt(5)),
        .order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_TEAM_ID) | ORM_NULLS_FIRST, G_PERSON_BY_ID},
        .offset = 1,
        .limit = 6,
        .union_with = &third};
    g_person_query query = {.where = g_person_team_id_is(orm_eq(2)),
                            .order_by = {G_PERSON_BY_ID},
                            .union_with = &second};
    check_people(
        db, &query,
        "select p.\"person id\" from people p where team = 2 or \"person id\" in (select id from"
        " (select x.\"person id\" id from people x left join people b on b.\"person id\" ="
        " x.boss_id where x.\"person id\" > 5 or x.\"person id\" in (select i from (select"
        " \"person id\" i from people order by name desc limit 3) t)"
        " order by b.team nulls first, 1 limit 6 offset 1) s) order by 1");
    second.limit = orm_limit(0);
    check_people(db, &query, "select \"person id\" from people where team = 2 order by 1");
}

static void composite_keys(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_region_list regions;
    test_text actual = {0};
    g_region_query other = {
        .where = g_region_area_is(orm_eq(2)), .order_by = {G_REGION_BY_COUNTRY_DESC}, .limit = 2};
    g_region_query query = {.where = g_region_country_is(orm_eq("c0")),
                            .order_by = {G_REGION_BY_TITLE},
                            .collation = test_either(&database, "BINARY", "C"),
                            .union_with = &other};
    assert_ok(db, g_region_select(db, &query, &regions));
    for (size_t i = 0; i < regions.count; i++)
        test_text_add(&actual, "%s|%d\n", regions.items[i]->country, regions.items[i]->area);
    assert_rows(actual,
                "select country, area from regions where country = 'c0' or (area = 2 and country in"
                " (select c from (select country c from regions where area = 2 order by 1 desc"
                " limit 2) x)) order by %s",
                test_either(&database, "title collate binary", "title collate \"C\""));
}

static void in_relations_pages_and_locks(void **state)
{
    (void)state;
    for (int limit = 0; limit <= 2; limit += 2) {
        orm_session *db = test_session(&database);
        g_team_list teams;
        test_text actual = {0};
        g_person_query other = {.where = g_person_has_tasks(db, g_chore_rank_is(orm_eq(2)))};
        g_person_query members = {.where = g_person_area_is_null(),
                                  .union_with = &other,
                                  .order_by = {G_PERSON_BY_ID_DESC},
                                  .limit = limit};
        g_team_query query = {.order_by = {G_TEAM_BY_ID}, .with = {.members = &members}};
        assert_ok(db, g_team_select(db, &query, &teams));
        for (size_t i = 0; i < teams.count; i++) {
            g_person_list list;
            assert_int_equal(g_team_members(teams.items[i], &list), ORM_OK);
            assert_true(list.partial);
            for (size_t k = 0; k < list.count; k++)
                test_text_add(&actual, "%lld|%lld\n", (long long)teams.items[i]->id,
                              (long long)list.items[k]->id);
        }
        assert_rows(actual,
                    "select team, id from (select p.team, p.\"person id\" id, row_number() over"
                    " (partition by p.team order by p.\"person id\" desc) n from people p where"
                    " p.team is not null and (p.area is null or exists (select 1 from tasks t"
                    " where t.person_id = p.\"person id\" and t.\"order\" = 2))) x"
                    " where n <= %d order by team, n",
                    limit == 0 ? PEOPLE : limit);
        test_session_close(&database, db);
    }
    orm_session *db = test_session(&database);
    test_text actual = {0};
    g_person_page page;
    g_person_query other = {
        .where = g_person_area_is(orm_eq(3)), .limit = 4, .order_by = {G_PERSON_BY_ID_DESC}};
    g_person_query query = {.where = g_person_team_id_is(orm_eq(6)),
                            .union_with = &other,
                            .order_by = {G_PERSON_BY_TEAM_ID_DESC},
                            .lock = ORM_LOCK_UPDATE,
                            .limit = 2};
    do {
        assert_ok(db, g_person_select_page(db, &query, &page));
        for (size_t i = 0; i < page.count; i++)
            test_text_add(&actual, "%lld\n", (long long)page.items[i]->id);
        query.after = page.next;
    } while (page.next != NULL);
    assert_rows(actual,
                "select \"person id\" from people where team = 6 or \"person id\" in (select i from"
                " (select \"person id\" i from people where area = 3 order by 1 desc limit 4) x)"
                " order by team desc nulls first, 1 desc");
}

static void within_conditions(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_chore_query last = {.order_by = {G_CHORE_BY_ID_DESC}, .limit = 2};
    g_chore_query ranked = {.where = g_chore_rank_is(orm_eq(1)), .union_with = &last};
    g_person_query query = {
        .where = g_person_id_is(orm_in_query(g_chore_columns.person_id, g_chore_rows(&ranked))),
        .order_by = {G_PERSON_BY_ID}};
    check_people(db, &query,
                 "select \"person id\" from people where \"person id\" in (select person_id from"
                 " tasks where \"order\" = 1 or id in (select i from (select id i from tasks"
                 " order by id desc limit 2) x)) order by 1");
}

static void what_is_no_union_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_team_list teams;
    g_person_query inner[5] = {
        {.with = {.team = &g_team_all}},
        {.lock = ORM_LOCK_UPDATE},
        {.after = "x"},
        {.order_by = {(enum g_person_order)0xfff}},
        {.limit = -1},
    };
    test_count_start(&database);
    for (size_t i = 0; i < 5; i++) {
        g_person_query between = {.union_with = &inner[i]};
        g_person_query query = {.union_with = &between};
        assert_status(db, g_person_select(db, &query, &people), ORM_INVALID);
    }
    g_person_query round = {.limit = 1};
    round.union_with = &round;
    assert_status(db, g_person_select(db, &round, &people), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "more than 32"));
    assert_statements(&database, 0);
    g_person_query limited = {.limit = 1};
    g_person_query members = {.where = g_person_id_is(orm_eq(1)), .union_with = &limited};
    g_team_query query = {.with = {.members = &members}};
    assert_status(db, g_team_select(db, &query, &teams), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "first query only"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(rows_of_either),    suite_test(limits_within),
        suite_test(composite_keys),    suite_test(in_relations_pages_and_locks),
        suite_test(within_conditions), suite_test(what_is_no_union_is_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
