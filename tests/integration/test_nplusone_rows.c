/* Result structs and aggregates in loops, and loops over whole rows that came in result structs. */
#include "integration/nplusone_fixture.h"

static const orm_finding *only_finding(orm_session *db)
{
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    return orm_scope_finding(scope, 0);
}

static void structs_in_a_loop(void **state)
{
    (void)state;
    orm_session *db = session();
    g_person_list people;
    g_person_burden_list rows;
    int made = __LINE__ + 1;
    assert_ok(db, g_person_select(db, &(g_person_query){.limit = 10}, &people));
    for (size_t i = 0; i < people.count; i++) {
        g_person_burden_query query = {.where = g_person_id_is(orm_eq(people.items[i]->id))};
        assert_ok(db, g_person_select_burden(db, &query, &rows));
    }
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_int_equal(found->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found->subject, "rows of person");
    assert_int_equal(found->origin.line, made);
    assert_non_null(found->advice);
    assert_null(found->replacement);
}

static void sums_in_a_loop(void **state)
{
    (void)state;
    orm_session *db = session();
    g_person_list people;
    orm_opt_i64 sum;
    assert_ok(db, g_person_select(db, &(g_person_query){.limit = 10}, &people));
    for (size_t i = 0; i < people.count; i++) {
        g_chore_query query = {.where = g_chore_person_id_is(orm_eq(people.items[i]->id))};
        assert_ok(db, orm_sum(db, g_chore_rows(&query), g_chore_columns.rank, &sum));
    }
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_string_equal(found->subject, "aggregate chore");
}

/* The list of a whole row is the result it came in. */
static void relations_of_whole_rows(void **state)
{
    (void)state;
    orm_session *db = session();
    g_person_burden_list rows;
    g_team *team = NULL;
    int made = __LINE__ + 1;
    assert_ok(db, g_person_select_burden(db, &(g_person_burden_query){.limit = 40}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        assert_ok(db, g_person_load_team(db, rows.items[i].person, &team));
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_string_equal(found->subject, "person.team");
    assert_int_equal(found->origin.line, made);
    assert_string_equal(found->replacement, "status = g_person_preload_team(db, &list, NULL);");
}

/* A field is the column it was taken from, so what a loop sends can be proven to be of the list. */
static void fields_of_structs(void **state)
{
    (void)state;
    orm_session *db = session();
    g_person_place_list places;
    g_team *team = NULL;
    int made = __LINE__ + 1;
    assert_ok(db, g_person_select_place(db, &(g_person_place_query){.limit = 30}, &places));
    for (size_t i = 0; i < places.count; i++)
        if (places.items[i].home.has)
            assert_ok(db, g_team_find(db, places.items[i].home.value, &team));
    const orm_finding *found = only_finding(db);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_int_equal(found->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(found->subject, "find team");
    assert_int_equal(found->origin.line, made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(structs_in_a_loop, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(sums_in_a_loop, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(relations_of_whole_rows, open_scope, close_scope),
        cmocka_unit_test_setup_teardown(fields_of_structs, open_scope, close_scope),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
