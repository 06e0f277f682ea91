/* The link of a many_to_many through a model: its row, columns and all, comes with the relation. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 200 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static void add_links(test_text *text, const g_person *person)
{
    g_skill_list skills;
    assert_int_equal(g_person_skills(person, &skills), ORM_OK);
    for (size_t i = 0; i < skills.count; i++) {
        g_rating *rating = NULL;
        assert_int_equal(g_person_skills_link(person, skills.items[i], &rating), ORM_OK);
        assert_non_null(rating);
        test_text_add(text, "%lld|%d|%lld|%d|%d\n", (long long)person->id, skills.items[i]->id,
                      (long long)rating->person_id, rating->skill_id, rating->level);
    }
}

#define LINKS(order, most)                                                                         \
    "select person_id, skill_id, p, k, level from (select person_id, skill_id, person_id p,"       \
    " skill_id k, level, row_number() over (partition by person_id order by skill_id " order       \
    ") n from ratings) x where n <= " most " order by person_id, n"

static void links_come_with_the_list(void **state)
{
    (void)state;
    for (int limited = 0; limited < 2; limited++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_text actual = {0};
        g_skill_query skills = {.order_by = {limited ? G_SKILL_BY_ID_DESC : G_SKILL_BY_ID},
                                .limit = limited ? 2 : 0};
        g_person_query query = {.order_by = {G_PERSON_BY_ID}, .with = {.skills = &skills}};
        assert_ok(db, g_person_select(db, &query, &people));
        assert_statements(&database, 2);
        for (size_t i = 0; i < people.count; i++)
            add_links(&actual, people.items[i]);
        assert_statements(&database, 0);
        if (limited)
            assert_rows(actual, LINKS("desc", "2"));
        else
            assert_rows(actual, LINKS("", "9"));
        test_session_close(&database, db);
    }
}

static void a_link_is_one_object_with_the_row_of_its_model(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_rating_list ratings;
    /* Both in one flight, in which neither knows the other's rows. */
    g_person_query query = {
        .where = g_person_id_is(orm_le(20)),
        .with = {.skills = &g_skill_all,
                 .ratings = &(g_rating_query){.with = {.skill = &g_skill_all}}}};
    size_t seen = 0;
    assert_ok(db, g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++) {
        assert_int_equal(g_person_ratings(people.items[i], &ratings), ORM_OK);
        for (size_t k = 0; k < ratings.count; k++, seen++) {
            g_skill *skill = NULL;
            g_rating *link = NULL;
            assert_int_equal(g_rating_skill(ratings.items[k], &skill), ORM_OK);
            assert_int_equal(g_person_skills_link(people.items[i], skill, &link), ORM_OK);
            assert_ptr_equal(link, ratings.items[k]);
        }
    }
    assert_int_equal(seen, 30);
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_skill *skill = NULL;
    g_rating *rating = (void *)&person;
    g_skill_list skills;
    assert_ok(db, g_person_find(db, 4, &person)); /* has none */
    assert_ok(db, g_skill_find(db, 1, &skill));
    assert_int_equal(g_person_skills_link(person, skill, &rating), ORM_NOT_LOADED);
    assert_null(rating);
    assert_ok(db, g_person_load_skills(db, person, &skills));
    assert_int_equal(skills.count, 0);
    assert_int_equal(g_person_skills_link(person, skill, &rating), ORM_NOT_FOUND);
    assert_int_equal(g_person_skills_link(person, NULL, &rating), ORM_NOT_FOUND);
    assert_ok(db, g_person_find(db, 1, &person));
    assert_ok(db, g_person_load_skills(db, person, &skills));
    assert_int_equal(skills.count, 1);
    assert_int_equal(g_person_skills_link(person, skill, &rating), ORM_NOT_FOUND);
    assert_int_equal(g_person_skills_link(person, skills.items[0], &rating), ORM_OK);
    assert_int_equal(rating->skill_id, skills.items[0]->id);
}

static void writes_to_links_are_seen(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_skill *skill = NULL;
    g_rating *rating = NULL;
    g_skill_list skills;
    assert_ok(db, g_person_find(db, 4, &person));
    assert_ok(db, g_skill_find(db, 7, &skill));
    assert_ok(db, g_person_load_skills(db, person, &skills));
    g_rating_new values = {.person_id = ORM_SET(4), .skill_id = ORM_SET(7), .level = ORM_SET(5)};
    assert_ok(db, g_rating_insert(db, &values, &rating));
    g_rating *link = NULL;
    assert_int_equal(g_person_skills_link(person, skill, &link), ORM_NOT_LOADED);
    assert_ok(db, g_person_load_skills(db, person, &skills));
    assert_int_equal(g_person_skills_link(person, skill, &link), ORM_OK);
    assert_ptr_equal(link, rating);
    assert_ok(db, g_rating_update(db, rating, &(g_rating_changes){.level = ORM_SET(6)}));
    assert_ok(db, g_person_load_skills(db, person, &skills));
    assert_int_equal(g_person_skills_link(person, skill, &link), ORM_OK);
    assert_int_equal(link->level, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(links_come_with_the_list),
        suite_test(a_link_is_one_object_with_the_row_of_its_model),
        suite_test(what_is_not_there_is_told),
        suite_test(writes_to_links_are_seen),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
