/* Numbers of related rows, counted for all parents by one statement. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 200 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "only_what_is_missing_is_counted",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "writes_make_counts_unknown",
     .reason = "the statements are counted, not what they load looked at"},
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

static int64_t count_of(orm_status (*read)(const g_person *, int64_t *), const g_person *person)
{
    int64_t count = -1;
    assert_int_equal(read(person, &count), ORM_OK);
    return count;
}

static void a_query_counts_for_all_parents(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_chore_query done = {.where = g_chore_done_is(true), .order_by = {G_CHORE_BY_TITLE}};
    g_person_query query = {
        .order_by = {G_PERSON_BY_ID},
        .counts = {.tasks = &done, .skills = &g_skill_all, .reports = &g_person_all}};
    int64_t count = 7;
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 4);
    for (size_t i = 0; i < people.count; i++) {
        const g_person *person = people.items[i];
        g_chore_list tasks;
        test_text_add(&actual, "%lld|%lld|%lld|%lld\n", (long long)person->id,
                      (long long)count_of(g_person_tasks_count, person),
                      (long long)count_of(g_person_skills_count, person),
                      (long long)count_of(g_person_reports_count, person));
        assert_int_equal(g_person_tasks(person, &tasks), ORM_NOT_LOADED);
        assert_int_equal(g_person_labels_count(person, &count), ORM_NOT_LOADED);
        assert_int_equal(count, 0);
    }
    assert_statements(&database, 0);
    assert_rows(actual,
                "select p.\"person id\", (select count(*) from tasks t where t.person_id ="
                " p.\"person id\" and %s), (select count(*) from ratings r join skills s on s.id ="
                " r.skill_id where r.person_id = p.\"person id\"), (select count(*) from people b"
                " where b.boss_id = p.\"person id\") from people p order by 1",
                test_either(&database, "done = 1", "done"));
}

/* Keys of two parts, keys that are NULL, and a link without a model. */
static void every_kind_of_key(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_region_list regions;
    g_team_list teams;
    g_person_list people;
    int64_t count = 0;
    test_text actual = {0};
    g_region_query query = {.order_by = {G_REGION_BY_COUNTRY, G_REGION_BY_AREA},
                            .counts = {.people = &g_person_all, .partners = &g_region_all}};
    assert_ok(db, g_region_select(db, &query, &regions));
    assert_statements(&database, 3);
    for (size_t i = 0; i < regions.count; i++) {
        int64_t partners = 0;
        assert_int_equal(g_region_people_count(regions.items[i], &count), ORM_OK);
        assert_int_equal(g_region_partners_count(regions.items[i], &partners), ORM_OK);
        test_text_add(&actual, "%s|%d|%lld|%lld\n", regions.items[i]->country,
                      regions.items[i]->area, (long long)count, (long long)partners);
    }
    assert_rows(actual,
                "select country, area, (select count(*) from people p where p.country = r.country"
                " and p.area = r.area), (select count(*) from region_partners l join regions s on"
                " s.country = l.partner_country and s.area = l.partner_area where l.country ="
                " r.country and l.area = r.area) from regions r order by country %s, area",
                test_either(&database, "", "collate \"default\""));
    assert_ok(db, g_team_select(db, &(g_team_query){.order_by = {G_TEAM_BY_ID}}, &teams));
    assert_ok(db, g_team_preload_fans_count(db, &teams, NULL));
    for (size_t i = 0; i < teams.count; i++) {
        assert_int_equal(g_team_fans_count(teams.items[i], &count), ORM_OK);
        test_text_add(&actual, "%s|%lld\n", teams.items[i]->code, (long long)count);
    }
    assert_rows(actual, "select \"Code\", (select count(*) from people p where p.team_code ="
                        " t.\"Code\") from \"Teams\" t order by \"TeamId\"");
    assert_ok(db, g_person_select(db, NULL, &people));
    assert_ok(db, g_person_preload_labels_count(db, &people, NULL));
    for (size_t i = 0; i < people.count; i++)
        assert_int_equal(count_of(g_person_labels_count, people.items[i]), people.items[i]->id % 3);
}

static void limits_hold_per_parent(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_query query = {.counts = {.tasks = &(g_chore_query){.limit = 2},
                                       .labels = &(g_label_query){.limit = 1, .offset = 1},
                                       .skills = &(g_skill_query){.limit = orm_limit(0)}}};
    assert_ok(db, g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++) {
        int64_t id = people.items[i]->id;
        assert_int_equal(count_of(g_person_tasks_count, people.items[i]), id % 4 > 2 ? 2 : id % 4);
        assert_int_equal(count_of(g_person_labels_count, people.items[i]), id % 3 == 2);
        assert_int_equal(count_of(g_person_skills_count, people.items[i]), 0);
    }
}

static void only_what_is_missing_is_counted(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .limit = 50};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_ok(db, g_person_preload_tasks_count(db, &people, NULL));
    test_count_start(&database);
    assert_ok(db, g_person_preload_tasks_count(db, &people, NULL));
    assert_statements(&database, 0);
    /* Of a list that holds them all, the number is known; of one that does not, it is not. */
    assert_ok(db, g_person_preload_labels(db, &people, NULL));
    test_count_start(&database);
    assert_int_equal(count_of(g_person_labels_count, people.items[0]), 1);
    assert_ok(db, g_person_preload_labels_count(db, &people, NULL));
    assert_statements(&database, 0);
    assert_ok(db, g_person_preload_skills(db, &people, &(g_skill_query){.limit = 1}));
    int64_t count = 0;
    assert_int_equal(g_person_skills_count(people.items[0], &count), ORM_NOT_LOADED);
    test_count_start(&database);
    assert_ok(db, g_person_preload_skills_count(db, &people, NULL));
    assert_statements(&database, 1);
    /* A list in which some are known: the others are asked for. */
    assert_ok(db, g_person_select(db, &(g_person_query){.order_by = {G_PERSON_BY_ID}}, &people));
    test_count_start(&database);
    assert_ok(db, g_person_preload_tasks_count(db, &people, NULL));
    assert_statements(&database, 1);
    for (size_t i = 0; i < people.count; i++)
        assert_int_equal(count_of(g_person_tasks_count, people.items[i]), people.items[i]->id % 4);
    /* What another program wrote is seen when that is asked for. */
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "delete from people_labels where person = 4");
    assert_ok(db, g_person_preload_labels_count(db, &people, NULL));
    assert_int_equal(count_of(g_person_labels_count, people.items[3]), 1);
    assert_ok(db, g_person_preload_labels_count(db, &people, &(g_label_query){.refresh = true}));
    assert_int_equal(count_of(g_person_labels_count, people.items[3]), 0);
}

static void nested_counts_and_those_of_joined_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    g_person_list members;
    int64_t count = 0;
    g_person_query inner = {.counts = {.tasks = &g_chore_all}};
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &inner}}, &teams));
    assert_statements(&database, 3);
    for (size_t t = 0; t < teams.count; t++) {
        assert_int_equal(g_team_members(teams.items[t], &members), ORM_OK);
        for (size_t m = 0; m < members.count; m++)
            assert_int_equal(count_of(g_person_tasks_count, members.items[m]),
                             members.items[m]->id % 4);
    }
    test_session_close(&database, db);
    db = test_session(&database);
    g_chore_list tasks;
    g_chore_query up = {.with = {.person = &(g_person_query){.load = ORM_LOAD_JOIN,
                                                             .counts = {.labels = &g_label_all}}}};
    test_count_start(&database);
    assert_ok(db, g_chore_select(db, &up, &tasks));
    assert_statements(&database, 2);
    for (size_t i = 0; i < tasks.count; i++) {
        g_person *person = NULL;
        assert_int_equal(g_chore_person(tasks.items[i], &person), ORM_OK);
        assert_int_equal(g_person_labels_count(person, &count), ORM_OK);
        assert_int_equal(count, person->id % 3);
    }
}

static void writes_make_counts_unknown(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    int64_t count = 0;
    g_person_query query = {.where = g_person_id_is(orm_eq(6)),
                            .counts = {.tasks = &g_chore_all, .skills = &g_skill_all}};
    assert_ok(db, g_person_select(db, &query, &people));
    g_person *person = people.items[0];
    assert_int_equal(count_of(g_person_tasks_count, person), 2);
    orm_savepoint point;
    assert_ok(db, orm_session_savepoint(db, &point));
    g_chore_new values = {.id = ORM_SET(9001),
                          .person_id = ORM_SET(6),
                          .title = ORM_SET("one more"),
                          .rank = ORM_SET(1),
                          .done = ORM_SET(false)};
    assert_ok(db, g_chore_insert(db, &values, NULL));
    assert_int_equal(g_person_tasks_count(person, &count), ORM_NOT_LOADED);
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(count_of(g_person_tasks_count, person), 3);
    assert_ok(db, orm_savepoint_rollback(db, point));
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(count_of(g_person_tasks_count, person), 2);
    /* The unit of work too, and links. */
    values.id.value = 9002;
    assert_ok(db, g_chore_add(db, &values, NULL));
    assert_ok(db, g_rating_add(db,
                               &(g_rating_new){.person_id = ORM_SET(6),
                                               .skill_id = ORM_SET(1),
                                               .level = ORM_SET(0)},
                               NULL));
    assert_ok(db, orm_session_flush(db));
    assert_int_equal(g_person_tasks_count(person, &count), ORM_NOT_LOADED);
    assert_int_equal(g_person_skills_count(person, &count), ORM_NOT_LOADED);
    assert_ok(db, g_person_select(db, &query, &people));
    assert_int_equal(count_of(g_person_tasks_count, person), 3);
    assert_int_equal(count_of(g_person_skills_count, person), 3);
}

static void memory_given_back_takes_counts_along(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person_list others;
    int64_t count = 0;
    orm_mark mark;
    assert_ok(db, g_person_select(db, &(g_person_query){.limit = 20}, &people));
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_person_preload_labels_count(db, &people, NULL));
    assert_int_equal(g_person_labels_count(people.items[0], &count), ORM_OK);
    assert_ok(db, orm_session_release(db, mark));
    assert_int_equal(g_person_labels_count(people.items[0], &count), ORM_NOT_LOADED);
    assert_ok(db, g_person_select(db, NULL, &others));
    assert_ok(db, g_person_preload_labels_count(db, &people, NULL));
    assert_int_equal(count_of(g_person_labels_count, people.items[0]), people.items[0]->id % 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_query_counts_for_all_parents),
        suite_test(every_kind_of_key),
        suite_test(limits_hold_per_parent),
        suite_test(only_what_is_missing_is_counted),
        suite_test(nested_counts_and_those_of_joined_rows),
        suite_test(writes_make_counts_unknown),
        suite_test(memory_given_back_takes_counts_along),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
