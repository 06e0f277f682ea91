/* Every kind of relation, for every number of parents: what is loaded, and by how many statements.
 */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 5000 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_N1,
     .function = "lazy_gives_what_eager_gives",
     .reason = "lazy loading is what eager loading is compared with"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

/* One relation of people: how it is asked for, how it is read, and what plain SQL says. */
typedef struct relation_case {
    const char *name;
    void (*ask)(g_person_query *query);
    void (*dump)(test_text *text, const g_person *person);
    const char *has_key; /* a condition on the parent */
    const char *rows;    /* person and target, in the relation's order; parents are those above @ */
} relation_case;

#define ID      "p.\"person id\""
#define PARENTS " where " ID " > @"

#define TO_ONE(relation, type, format, ...)                                                        \
    static void ask_##relation(g_person_query *query)                                              \
    {                                                                                              \
        query->with.relation = &type##_all;                                                        \
    }                                                                                              \
    static void dump_##relation(test_text *text, const g_person *person)                           \
    {                                                                                              \
        type *row = NULL;                                                                          \
        assert_int_equal(g_person_##relation(person, &row), ORM_OK);                               \
        if (row != NULL)                                                                           \
            test_text_add(text, "%lld|" format "\n", (long long)person->id, __VA_ARGS__);          \
    }

TO_ONE(team, g_team, "%s", row->name)
TO_ONE(reserve_team, g_team, "%s", row->name)
TO_ONE(favourite, g_team, "%s", row->name)
TO_ONE(boss, g_person, "%s", row->name)
TO_ONE(region, g_region, "%s", row->title)
TO_ONE(profile, g_profile, "%s", row->bio)

#define ORDERED(relation, type, first, second, format, ...)                                        \
    static void ask_##relation(g_person_query *query)                                              \
    {                                                                                              \
        static const type##_query ordered = {.order_by = {first, second}};                         \
        query->with.relation = &ordered;                                                           \
    }                                                                                              \
    static void dump_##relation(test_text *text, const g_person *person)                           \
    {                                                                                              \
        type##_list list;                                                                          \
        assert_int_equal(g_person_##relation(person, &list), ORM_OK);                              \
        assert_false(list.partial);                                                                \
        for (size_t i = 0; i < list.count; i++) {                                                  \
            const type *row = list.items[i];                                                       \
            test_text_add(text, "%lld|" format "\n", (long long)person->id, __VA_ARGS__);          \
        }                                                                                          \
    }

/* Chores have an order of their own. */
ORDERED(tasks, g_chore, 0, 0, "%lld|%d|%d", (long long)row->id, row->rank, row->done)
ORDERED(reports, g_person, G_PERSON_BY_ID, 0, "%s", row->name)
ORDERED(skills, g_skill, G_SKILL_BY_ID_DESC, 0, "%s", row->name)
ORDERED(ratings, g_rating, G_RATING_BY_LEVEL, G_RATING_BY_SKILL_ID, "%d|%d", row->skill_id,
        row->level)
ORDERED(labels, g_label, G_LABEL_BY_LABEL, 0, "%s", row->label)

#define CASE(relation, has_key, rows)                                                              \
    {                                                                                              \
#relation, ask_##relation, dump_##relation, has_key, rows                                  \
    }

static const relation_case cases[] = {
    CASE(team, "team is not null",
         "select " ID ", t.name from people p join \"Teams\" t on t.\"TeamId\" = p.team" PARENTS
         " order by 1"),
    CASE(reserve_team, "\"select\" is not null",
         "select " ID
         ", t.name from people p join \"Teams\" t on t.\"TeamId\" = p.\"select\"" PARENTS
         " order by 1"),
    CASE(favourite, "team_code is not null",
         "select " ID ", t.name from people p join \"Teams\" t on t.\"Code\" = p.team_code" PARENTS
         " order by 1"),
    /* Those above @ were just read. */
    CASE(boss, "boss_id <= @",
         "select " ID ", b.name from people p join people b on b.\"person id\" = p.boss_id" PARENTS
         " order by 1"),
    CASE(region, "country is not null and area is not null",
         "select " ID ", r.title from people p join regions r"
         " on r.country = p.country and r.area = p.area" PARENTS " order by 1"),
    CASE(profile, "1 = 1",
         "select " ID ", f.bio from people p join profiles f on f.person_id = " ID PARENTS
         " order by 1"),
    CASE(tasks, "1 = 1",
         "select " ID ", t.id, t.\"order\", case when t.done then 1 else 0 end from people p"
         " join tasks t on t.person_id = " ID PARENTS " order by 1, 3 desc, 2"),
    CASE(reports, "1 = 1",
         "select " ID ", r.name from people p join people r on r.boss_id = " ID PARENTS
         " order by 1, r.\"person id\""),
    CASE(skills, "1 = 1",
         "select " ID ", s.name from people p join ratings r on r.person_id = " ID
         " join skills s on s.id = r.skill_id" PARENTS " order by 1, s.id desc"),
    CASE(ratings, "1 = 1",
         "select " ID
         ", r.skill_id, r.level from people p join ratings r on r.person_id = " ID PARENTS
         " order by 1, 3, 2"),
    CASE(labels, "1 = 1",
         "select " ID ", l.label from people p join people_labels l on l.person = " ID PARENTS
         " order by 1, 2"),
};

enum { CASES = sizeof cases / sizeof cases[0] };

static const int parent_counts[] = {0, 1, 2, 499, 501, 5000};

static char *expected_rows(const relation_case *relation, int above)
{
    char *sql = test_fill_in(relation->rows, above);
    char *rows = test_query(&database, "%s", sql);
    free(sql);
    return rows;
}

static bool has_key(const relation_case *relation, int above)
{
    char *condition = test_fill_in(relation->has_key, above);
    long long count = test_number(
        &database, "select count(*) from people p where " ID " > %d and %s", above, condition);
    free(condition);
    return count > 0;
}

/* The same query twice: the second time in another session, which prepares nothing; nor do more
 * keys. */
static void check_case(const relation_case *relation, int parents)
{
    bool any_key = has_key(relation, PEOPLE - parents);
    char *expected = expected_rows(relation, PEOPLE - parents);
    for (int round = 0; round < 2; round++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_text actual = {0};
        g_person_query query = {.where = g_person_id_is(orm_gt(PEOPLE - parents)),
                                .order_by = {G_PERSON_BY_ID}};
        relation->ask(&query);
        test_count_start(&database);
        assert_ok(db, g_person_select(db, &query, &people));
        assert_counts(&database, any_key ? 2 : 1, round > 0 || parents > 499 ? 0 : -1);
        assert_int_equal(people.count, parents);
        test_text_add(&actual, "%s", "");
        for (size_t i = 0; i < people.count; i++)
            relation->dump(&actual, people.items[i]);
        assert_statements(&database, 0);
        assert_same_text(actual.data, expected);
        test_text_free(&actual);
        test_session_close(&database, db);
    }
    free(expected);
}

static void each_relation_costs_one_statement(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        for (size_t n = 0; n < sizeof parent_counts / sizeof parent_counts[0]; n++) {
            check_case(&cases[i], parent_counts[n]);
        }
    }
}

static void all_relations_of_one_query_cost_one_each(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_query query = {.order_by = {G_PERSON_BY_ID}};
    for (size_t i = 0; i < CASES; i++)
        cases[i].ask(&query);
    assert_ok(db, g_person_select(db, &query, &people));
    /* People were all read by the query itself, so bosses are known already. */
    assert_statements(&database, 1 + CASES - 1);
    for (size_t i = 0; i < CASES; i++) {
        test_text actual = {0};
        char *expected = expected_rows(&cases[i], 0);
        for (size_t p = 0; p < people.count; p++)
            cases[i].dump(&actual, people.items[p]);
        assert_same_text(actual.data, expected);
        test_text_free(&actual);
        free(expected);
    }
    test_session_close(&database, db);
}

/* The same by load (row by row) and by preload (for rows in hand) as by the query. */
static void lazy_gives_what_eager_gives(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_query query = {.where = g_person_id_is(orm_gt(PEOPLE - 40)),
                            .order_by = {G_PERSON_BY_ID}};
    assert_ok(db, g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++) {
        g_person *person = people.items[i];
        g_team *team = NULL;
        g_region *region = NULL;
        g_skill_list skills;
        g_chore_list tasks;
        assert_int_equal(g_person_team(person, &team), ORM_NOT_LOADED);
        assert_int_equal(g_person_tasks(person, &tasks), ORM_NOT_LOADED);
        assert_ok(db, g_person_load_team(db, person, &team));
        assert_ok(db, g_person_load_region(db, person, &region));
        assert_ok(db, g_person_load_tasks(db, person, &tasks));
        assert_ok(db, g_person_load_skills(db, person, &skills));
    }
    const relation_case *loaded[] = {&cases[0], &cases[4], &cases[6]};
    for (size_t i = 0; i < 3; i++) {
        test_text actual = {0};
        char *expected = expected_rows(loaded[i], PEOPLE - 40);
        for (size_t p = 0; p < people.count; p++)
            loaded[i]->dump(&actual, people.items[p]);
        assert_same_text(actual.data, expected);
        test_text_free(&actual);
        free(expected);
    }
    test_session_close(&database, db);
}

static void no_keys_no_statement(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_query query = {
        .where = g_person_all_of(db, g_person_team_id_is_null(), g_person_team_code_is_null(),
                                 g_person_area_is_null()),
        .with = {.team = &g_team_all, .favourite = &g_team_all, .region = &g_region_all}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_true(people.count > 0);
    assert_statements(&database, 1);
    for (size_t i = 0; i < people.count; i++) {
        g_team *team = (g_team *)people.items[i];
        g_region *region = (g_region *)people.items[i];
        assert_int_equal(g_person_team(people.items[i], &team), ORM_OK);
        assert_null(team);
        assert_int_equal(g_person_region(people.items[i], &region), ORM_OK);
        assert_null(region);
    }
    test_session_close(&database, db);
}

static void composite_many_to_many(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_region_list regions;
    test_text actual = {0};
    g_region_query query = {
        .order_by = {G_REGION_BY_COUNTRY, G_REGION_BY_AREA},
        .with = {.partners = &(g_region_query){.order_by = {G_REGION_BY_TITLE_DESC}},
                 .offices = &(g_office_query){.order_by = {G_OFFICE_BY_ID}}}};
    assert_ok(db, g_region_select(db, &query, &regions));
    assert_statements(&database, 3);
    for (size_t i = 0; i < regions.count; i++) {
        g_region_list partners;
        g_office_list offices;
        assert_int_equal(g_region_partners(regions.items[i], &partners), ORM_OK);
        assert_int_equal(g_region_offices(regions.items[i], &offices), ORM_OK);
        for (size_t k = 0; k < partners.count; k++)
            test_text_add(&actual, "%s|%s\n", regions.items[i]->title, partners.items[k]->title);
        for (size_t k = 0; k < offices.count; k++)
            test_text_add(&actual, "%s|%d\n", regions.items[i]->title, offices.items[k]->id);
    }
    char *expected = test_query(
        &database,
        "select one, two from (select a.country, a.area, 1 what, b.title x, a.title one,"
        " b.title two, 0 id from region_partners l"
        " join regions a on a.country = l.country and a.area = l.area"
        " join regions b on b.country = l.partner_country and b.area = l.partner_area"
        " union all select a.country, a.area, 2, '', a.title, cast(o.id as text), o.id"
        " from regions a join offices o on o.country = a.country and o.area = a.area) all_rows"
        " order by country, area, what, x desc, id");
    assert_same_text(actual.data, expected);
    free(expected);
    test_text_free(&actual);
    test_session_close(&database, db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(each_relation_costs_one_statement),
        suite_test(all_relations_of_one_query_cost_one_each),
        suite_test(lazy_gives_what_eager_gives),
        suite_test(no_keys_no_statement),
        suite_test(composite_many_to_many),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
