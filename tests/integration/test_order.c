/* Orders: where NULLs stand, columns of related rows, collations; of a query and per parent. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 60 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_collation_is_part_of_a_loaded_order",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_written_row_makes_related_orders_load_again",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    test_execute(&database, "update people set name = 'PERSON ' || \"person id\""
                            " where \"person id\" %% 2 = 0");
    return 0;
}

/* The ids of the people in the order asked for, against those of hand-written SQL. */
static void check_people(const g_person_query *query, const char *joins, const char *order)
{
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    test_count_start(&database);
    assert_ok(db, g_person_select(db, query, &people));
    assert_statements(&database, 1);
    assert_int_equal(people.count, PEOPLE);
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&actual, "%lld\n", (long long)people.items[i]->id);
    assert_rows(actual, "select p.\"person id\" from people p %s order by %s", joins, order);
    test_session_close(&database, db);
}

static void nulls_stand_where_they_are_put(void **state)
{
    (void)state;
    static const g_person_query queries[] = {
        {.order_by = {G_PERSON_BY_TEAM_ID, G_PERSON_BY_ID}},
        {.order_by = {G_PERSON_BY_TEAM_ID_DESC, G_PERSON_BY_ID}},
        {.order_by = {G_PERSON_BY_TEAM_ID | ORM_NULLS_FIRST, G_PERSON_BY_ID}},
        {.order_by = {G_PERSON_BY_TEAM_ID | ORM_NULLS_LAST, G_PERSON_BY_ID}},
        {.order_by = {G_PERSON_BY_TEAM_ID_DESC | ORM_NULLS_FIRST, G_PERSON_BY_ID}},
        {.order_by = {G_PERSON_BY_TEAM_ID_DESC | ORM_NULLS_LAST, G_PERSON_BY_ID}},
        {.order_by = {G_PERSON_BY_AREA_DESC | ORM_NULLS_LAST, G_PERSON_BY_TEAM_ID | ORM_NULLS_FIRST,
                      G_PERSON_BY_ID_DESC | ORM_NULLS_LAST}},
    };
    static const char *const orders[] = {
        "p.team nulls last, 1",
        "p.team desc nulls first, 1",
        "p.team nulls first, 1",
        "p.team nulls last, 1",
        "p.team desc nulls first, 1",
        "p.team desc nulls last, 1",
        "p.area desc nulls last, p.team nulls first, 1 desc",
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        check_people(&queries[i], "", orders[i]);
}

static void columns_of_related_rows(void **state)
{
    (void)state;
    check_people(
        &(g_person_query){.order_by = {G_PERSON_BY_TEAM(G_TEAM_BY_NAME_DESC), G_PERSON_BY_ID}},
        "left join \"Teams\" t on t.\"TeamId\" = p.team", "t.name desc nulls first, 1");
    check_people(&(g_person_query){.order_by = {G_PERSON_BY_TEAM(G_TEAM_BY_NAME) | ORM_NULLS_FIRST,
                                                G_PERSON_BY_ID}},
                 "left join \"Teams\" t on t.\"TeamId\" = p.team", "t.name nulls first, 1");
    check_people(
        &(g_person_query){.order_by = {G_PERSON_BY_REGION(G_REGION_BY_TITLE | ORM_NULLS_LAST),
                                       G_PERSON_BY_BOSS(G_PERSON_BY_NAME_DESC),
                                       G_PERSON_BY_REGION(G_REGION_BY_AREA), G_PERSON_BY_ID}},
        "left join regions r on r.country = p.country and r.area = p.area"
        " left join people b on b.\"person id\" = p.boss_id",
        "r.title nulls last, b.name desc nulls first, 1");
}

static void columns_two_relations_away(void **state)
{
    (void)state;
    check_people(
        &(g_person_query){
            .order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_TEAM(G_TEAM_BY_CODE_DESC | ORM_NULLS_LAST)),
                         G_PERSON_BY_BOSS(G_PERSON_BY_BOSS(G_PERSON_BY_ID)) | ORM_NULLS_FIRST,
                         G_PERSON_BY_ID_DESC}},
        "left join people b on b.\"person id\" = p.boss_id"
        " left join \"Teams\" t on t.\"TeamId\" = b.team"
        " left join people c on c.\"person id\" = b.boss_id",
        "t.\"Code\" desc nulls last, c.\"person id\" nulls first, 1 desc");
}

/* Nothing keeps the rows of top_task unique: its first in the relation's order counts. */
static void a_has_one_multiplies_nobody(void **state)
{
    (void)state;
    check_people(
        &(g_person_query){.order_by = {G_PERSON_BY_TOP_TASK(G_CHORE_BY_TITLE_DESC),
                                       G_PERSON_BY_PROFILE(G_PROFILE_BY_BIO), G_PERSON_BY_ID}},
        "left join (select person_id, title, row_number() over (partition by person_id"
        " order by \"order\" desc, id) n from tasks) k"
        " on k.person_id = p.\"person id\" and k.n = 1"
        " left join profiles i on i.person_id = p.\"person id\"",
        "k.title desc nulls first, i.bio nulls last, 1");
}

static void a_joined_load_and_an_order_by_it(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query query = {
        .order_by = {G_PERSON_BY_TEAM(G_TEAM_BY_NAME), G_PERSON_BY_ID},
        .offset = 3,
        .limit = 40,
        .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN,
                                         .where = g_team_name_is(orm_contains("1"))}}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 1);
    for (size_t i = 0; i < people.count; i++) {
        g_team *team = NULL;
        assert_int_equal(g_person_team(people.items[i], &team), ORM_OK);
        test_text_add(&actual, "%lld|%s\n", (long long)people.items[i]->id,
                      team ? team->name : "-");
    }
    assert_rows(actual, "select p.\"person id\", case when t.name like '%%1%%' then t.name end"
                        " from people p left join \"Teams\" t on t.\"TeamId\" = p.team"
                        " order by t.name nulls last, 1 limit 40 offset 3");
}

static void dump_members(test_text *actual, const g_team_list *teams)
{
    for (size_t i = 0; i < teams->count; i++) {
        g_person_list members;
        assert_int_equal(g_team_members(teams->items[i], &members), ORM_OK);
        for (size_t k = 0; k < members.count; k++)
            test_text_add(actual, "%s|%lld\n", teams->items[i]->name,
                          (long long)members.items[k]->id);
    }
}

static void related_orders_hold_per_parent(void **state)
{
    (void)state;
    for (int limit = 0; limit <= 2; limit += 2) {
        orm_session *db = test_session(&database);
        g_team_list teams;
        test_text actual = {0};
        g_person_query members = {
            .order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_TEAM_ID_DESC) | ORM_NULLS_LAST,
                         G_PERSON_BY_AREA | ORM_NULLS_FIRST, G_PERSON_BY_ID_DESC},
            .limit = limit};
        g_team_query query = {.order_by = {G_TEAM_BY_ID}, .with = {.members = &members}};
        test_count_start(&database);
        assert_ok(db, g_team_select(db, &query, &teams));
        assert_statements(&database, 2);
        dump_members(&actual, &teams);
        assert_rows(actual,
                    "select t.name, p.id from \"Teams\" t join (select p.team, p.\"person id\" id,"
                    " row_number() over (partition by p.team order by b.team desc nulls last,"
                    " p.area nulls first, p.\"person id\" desc) n from people p"
                    " left join people b on b.\"person id\" = p.boss_id) p"
                    " on p.team = t.\"TeamId\" and p.n <= %d order by t.\"TeamId\", p.n",
                    limit == 0 ? PEOPLE : limit);
        test_session_close(&database, db);
    }
}

static void orders_through_a_link(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_skill_list skills;
    test_text actual = {0};
    g_person_query people = {.order_by = {G_PERSON_BY_TEAM(G_TEAM_BY_NAME_DESC), G_PERSON_BY_ID},
                             .limit = 3,
                             .offset = 1};
    g_skill_query query = {.order_by = {G_SKILL_BY_ID}, .with = {.people = &people}};
    assert_ok(db, g_skill_select(db, &query, &skills));
    assert_statements(&database, 2);
    for (size_t i = 0; i < skills.count; i++) {
        g_person_list list;
        assert_int_equal(g_skill_people(skills.items[i], &list), ORM_OK);
        for (size_t k = 0; k < list.count; k++)
            test_text_add(&actual, "%lld|%lld\n", (long long)skills.items[i]->id,
                          (long long)list.items[k]->id);
    }
    assert_rows(actual, "select skill_id, id from (select r.skill_id, p.\"person id\" id,"
                        " row_number() over (partition by r.skill_id order by"
                        " t.name desc nulls first, p.\"person id\") n from ratings r"
                        " join people p on p.\"person id\" = r.person_id"
                        " left join \"Teams\" t on t.\"TeamId\" = p.team) q"
                        " where n between 2 and 4 order by skill_id, n");
}

static void text_is_ordered_by_the_collation(void **state)
{
    (void)state;
    const char *folded = test_either(&database, "NOCASE", "und-x-icu");
    const char *bytes = test_either(&database, "BINARY", "C");
    char order[80];
    check_people(&(g_person_query){.order_by = {G_PERSON_BY_NAME}, .collation = bytes}, "",
                 test_either(&database, "p.name collate binary", "p.name collate \"C\""));
    (void)snprintf(order, sizeof order, "p.name collate \"%s\" desc, 1", folded);
    check_people(
        &(g_person_query){.order_by = {G_PERSON_BY_NAME_DESC, G_PERSON_BY_ID}, .collation = folded},
        "", order);
    (void)snprintf(order, sizeof order, "b.name collate \"%s\" nulls first, 1", folded);
    check_people(
        &(g_person_query){
            .order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_NAME | ORM_NULLS_FIRST), G_PERSON_BY_ID},
            .collation = folded},
        "left join people b on b.\"person id\" = p.boss_id", order);
}

/* A list loaded in another collation is not the list asked for. */
static void a_collation_is_part_of_a_loaded_order(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *bytes = test_either(&database, "BINARY", "C");
    const char *folded = test_either(&database, "NOCASE", "und-x-icu");
    g_team_list teams;
    g_person_query members = {.order_by = {G_PERSON_BY_NAME}, .collation = bytes};
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (int i = 0; i < 2; i++)
        assert_ok(db, g_team_preload_members(db, &teams, &members));
    assert_statements(&database, 2);
    members.collation = folded;
    assert_ok(db, g_team_preload_members(db, &teams, &members));
    members.collation = NULL;
    assert_ok(db, g_team_preload_members(db, &teams, &members));
    assert_statements(&database, 2);
}

/* What rows written in the session would have to be ordered by is known to the database only. */
static void a_written_row_makes_related_orders_load_again(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team *team = NULL;
    g_team_list teams;
    g_person_list members;
    g_person *person = NULL;
    g_team_query query = {
        .where = g_team_id_is(orm_eq(3)),
        .with = {.members = &(g_person_query){.order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_ID)}}}};
    assert_ok(db, g_team_select(db, &query, &teams));
    team = teams.items[0];
    assert_ok(db, g_person_insert(db,
                                  &(g_person_new){.id = ORM_SET(1000),
                                                  .name = ORM_SET("new"),
                                                  .team = team,
                                                  .boss_id = ORM_SET(1)},
                                  &person));
    assert_int_equal(g_team_members(team, &members), ORM_NOT_LOADED);
    assert_ok(db, g_team_select(db, &query, &teams));
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_ptr_equal(members.items[0], person);
    orm_session_rollback(db);
}

static void what_is_no_order_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_query query = {
        .order_by = {G_PERSON_BY_BOSS(G_PERSON_BY_BOSS(G_PERSON_BY_BOSS(G_PERSON_BY_ID)))}};
    assert_status(db, g_person_select(db, &query, &people), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "more than 2 relations"));
    static const int rubbish[] = {0x1000,      0x30000001,    0xfff,
                                  5 << 12 | 1, 200 << 12 | 1, 1 << 20 | 1};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        query = (g_person_query){.order_by = {(enum g_person_order)rubbish[i]}};
        assert_status(db, g_person_select(db, &query, &people), ORM_INVALID);
        assert_non_null(strstr(orm_session_error(db)->message, "none of its orders"));
    }
    static const char *const names[] = {
        "", "a\nb", "\xff", "0123456789012345678901234567890123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        query = (g_person_query){.order_by = {G_PERSON_BY_NAME}, .collation = names[i]};
        assert_status(db, g_person_select(db, &query, &people), ORM_INVALID);
        assert_non_null(strstr(orm_session_error(db)->message, "collation"));
    }
    assert_statements(&database, 0);
    query.collation = "C\"; drop table people; --";
    assert_int_not_equal(g_person_select(db, &query, &people), ORM_OK);
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select count(*) from people"), PEOPLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(nulls_stand_where_they_are_put),
        suite_test(columns_of_related_rows),
        suite_test(columns_two_relations_away),
        suite_test(a_has_one_multiplies_nobody),
        suite_test(a_joined_load_and_an_order_by_it),
        suite_test(related_orders_hold_per_parent),
        suite_test(orders_through_a_link),
        suite_test(text_is_ordered_by_the_collation),
        suite_test(a_collation_is_part_of_a_loaded_order),
        suite_test(a_written_row_makes_related_orders_load_again),
        suite_test(what_is_no_order_is_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
