/* What a session writes shows in what it finds and in the relations it has loaded; a rollback takes
 * both back. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 60 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_refreshed_row_leads_where_its_key_says",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_row_stands_where_its_new_values_belong",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_WRITE,
     .function = "person_with_chores",
     .reason = "the rows that the test starts from are written one by one"},
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

static size_t members_of(orm_session *db, g_team *team)
{
    g_person_list members;
    assert_ok(db, g_team_load_members(db, team, &members));
    return members.count;
}

static g_team *team_of(orm_session *db, int64_t id)
{
    g_team *team = NULL;
    assert_ok(db, g_team_find(db, id, &team));
    return team;
}

/* PostgreSQL's statement names no key; a known object's field may be older than the row. */
static void children_belong_where_the_database_says(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_person *person = NULL;
    assert_ok(db, g_person_find(db, 7, &person));
    int64_t old = person->team_id.value;
    int64_t other = old == 1 ? 2 : 1;
    size_t before =
        (size_t)test_number(&database, "select count(*) from people where team = %d", (int)other);
    orm_value key[] = {orm_bind(other)};
    assert_ok(db, orm_raw(db, "update people set team = $1 where \"person id\" = 7", key, 1, NULL,
                          NULL, NULL));
    assert_int_equal(members_of(db, team_of(db, other)), before + 1);
    g_team_list teams;
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &g_person_all}}, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        assert_int_equal(g_team_members(teams.items[i], &people), ORM_OK);
        for (size_t k = 0; k < people.count; k++)
            assert_false(people.items[k] == person && teams.items[i]->id != other);
    }
}

static void deleted_rows_are_not_found(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_skill *skill = NULL;
    g_skill *again = NULL;
    assert_ok(
        db, g_skill_insert(db, &(g_skill_new){.id = ORM_SET(900), .name = ORM_SET("old")}, &skill));
    assert_ok(db, g_skill_delete_where(db, g_skill_id_is(orm_eq(900)), NULL));
    assert_status(db, g_skill_find(db, 900, &again), ORM_NOT_FOUND);
    assert_ok(
        db, g_skill_insert(db, &(g_skill_new){.id = ORM_SET(900), .name = ORM_SET("new")}, &again));
    assert_string_equal(again->name, "new");
    assert_ok(db, g_skill_find(db, 900, &skill));
    assert_ptr_equal(skill, again);
}

static bool holds(const g_person_list *list, const g_person *person)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == person)
            return true;
    return false;
}

/* Written at once, a row is in the loaded lists it belongs to, and nothing is sent for that. */
static void lists_follow_what_is_written_at_once(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_person_list members;
    g_team *team = team_of(db, 1);
    size_t count = members_of(db, team);
    g_person_new values = {
        .id = ORM_SET(9200), .name = ORM_SET("new"), .team_id = ORM_SET(team->id)};
    assert_ok(db, g_person_insert(db, &values, &person));
    test_count_start(&database);
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count + 1);
    assert_true(holds(&members, person));
    assert_statements(&database, 0);
    assert_ok(db, g_person_delete(db, person));
    test_count_start(&database);
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count);
    assert_false(holds(&members, person));
    assert_statements(&database, 0);
    orm_session_rollback(db);
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count);
}

/* A loop over inserts does not copy an ever longer list: beyond a thousand it is loaded again. */
static void long_lists_are_loaded_again(void **state)
{
    (void)state;
    enum { MANY = 1010 };
    orm_session *db = test_session(&database);
    g_person_list members;
    g_team *team = team_of(db, 1);
    size_t count = members_of(db, team);
    static g_person_new values[MANY];
    for (int i = 0; i < MANY; i++)
        values[i] = (g_person_new){
            .id = ORM_SET(9300 + i), .name = ORM_SET("new"), .team_id = ORM_SET(team->id)};
    assert_ok(db, g_person_insert_all(db, values, MANY, NULL));
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count + MANY);
    g_person_new one = {.id = ORM_SET(9299), .name = ORM_SET("new"), .team_id = ORM_SET(team->id)};
    assert_ok(db, g_person_insert(db, &one, NULL));
    assert_int_equal(g_team_members(team, &members), ORM_NOT_LOADED);
    assert_int_equal(members_of(db, team), count + MANY + 1);
    orm_session_rollback(db);
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count);
}

static void change_team(orm_session *db, g_person *person, const g_person_changes *changes,
                        bool queued)
{
    if (!queued) {
        assert_ok(db, g_person_update(db, person, changes));
        return;
    }
    assert_ok(db, g_person_change(db, person, changes));
    assert_ok(db, orm_session_flush(db));
}

/* What was loaded leads on to a row in hand, or nowhere; to others it is loaded again. */
static void a_moved_row_leads_on(void **state)
{
    (void)state;
    for (int queued = 0; queued < 2; queued++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        g_team *team = NULL;
        g_person_query query = {.where = g_person_id_is(orm_eq(7)), .with = {.team = &g_team_all}};
        assert_ok(db, g_person_select(db, &query, &people));
        g_person *person = people.items[0];
        g_team *old = team_of(db, person->team_id.value);
        g_team *other = team_of(db, old->id == 1 ? 2 : 1);
        change_team(db, person, &(g_person_changes){.team_id = ORM_SET(other->id)}, queued);
        assert_int_equal(g_person_team(person, &team), ORM_OK);
        assert_ptr_equal(team, other);
        change_team(db, person, &(g_person_changes){.team_id = ORM_SET_NULL}, queued);
        assert_int_equal(g_person_team(person, &team), ORM_OK);
        assert_null(team);
        change_team(db, person, &(g_person_changes){.team_id = ORM_SET(old->id)}, queued);
        assert_int_equal(g_person_team(person, &team), ORM_OK);
        assert_ptr_equal(team, old);
        int64_t unknown = 1;
        while (unknown == old->id || unknown == other->id)
            unknown++;
        change_team(db, person, &(g_person_changes){.team_id = ORM_SET(unknown)}, queued);
        assert_int_equal(g_person_team(person, &team), ORM_NOT_LOADED);
        orm_session_rollback(db);
        assert_int_equal(g_person_team(person, &team), ORM_OK);
        assert_ptr_equal(team, old);
        test_session_close(&database, db);
    }
}

static void a_moved_row_changes_both_lists(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_team *team = NULL;
    g_person_list members;
    assert_ok(db, g_person_find(db, 7, &person));
    int64_t old_id = person->team_id.value;
    g_team *old = team_of(db, old_id);
    g_team *other = team_of(db, old_id == 1 ? 2 : 1);
    size_t in_old = members_of(db, old);
    size_t in_other = members_of(db, other);
    assert_ok(db, g_person_update(db, person, &(g_person_changes){.team_id = ORM_SET(other->id)}));
    test_count_start(&database);
    assert_int_equal(g_team_members(old, &members), ORM_OK);
    assert_int_equal(members.count, in_old - 1);
    assert_false(holds(&members, person));
    assert_int_equal(g_team_members(other, &members), ORM_OK);
    assert_int_equal(members.count, in_other + 1);
    assert_true(holds(&members, person));
    assert_statements(&database, 0);
    orm_session_expire_all(db);
    assert_int_equal(members_of(db, old), in_old - 1);
    assert_int_equal(members_of(db, other), in_other + 1);
    assert_ok(db, g_person_load_team(db, person, &team));
    assert_ptr_equal(team, other);
    orm_session_rollback(db);
    assert_int_equal(g_team_members(old, &members), ORM_OK);
    assert_int_equal(members.count, in_old);
    assert_int_equal(g_team_members(other, &members), ORM_OK);
    assert_int_equal(members.count, in_other);
    assert_ok(db, g_person_load_team(db, person, &team));
    assert_ptr_equal(team, old);
}

/* Six chores of a new person, ranks 1 to 6. */
static g_person *person_with_chores(orm_session *db, g_chore **chores)
{
    g_person *person = NULL;
    assert_ok(db, g_person_insert(db, &(g_person_new){.id = ORM_SET(800), .name = ORM_SET("busy")},
                                  &person));
    for (int i = 0; i < 6; i++)
        assert_ok(db, g_chore_insert(db,
                                     &(g_chore_new){.id = ORM_SET(90000 + i),
                                                    .person_id = ORM_SET(person->id),
                                                    .rank = ORM_SET(i + 1),
                                                    .title = ORM_SET("chore"),
                                                    .done = ORM_SET(false)},
                                     &chores[i]));
    return person;
}

static void assert_in_order(const g_chore_list *list, const int64_t *ids, size_t count)
{
    assert_int_equal(list->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(list->items[i]->id, ids[i]);
}

static void a_row_stands_where_its_new_values_belong(void **state)
{
    (void)state;
    static const int64_t before[] = {90005, 90004, 90003, 90002, 90001, 90000};
    static const int64_t after[] = {90001, 90005, 90004, 90003, 90000, 90002};
    orm_session *db = test_session(&database);
    g_chore *chores[6];
    g_chore *top = NULL;
    g_chore_list list;
    g_person_list people;
    g_person *person = person_with_chores(db, chores);
    orm_savepoint scope;
    assert_ok(db, g_person_load_tasks(db, person, &list));
    assert_ok(db, g_person_load_top_task(db, person, &top));
    assert_in_order(&list, before, 6);
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, g_chore_update(db, chores[1], &(g_chore_changes){.rank = ORM_SET(9)}));
    assert_ok(db, g_chore_change(db, chores[2], &(g_chore_changes){.rank = ORM_SET(0)}));
    assert_ok(db, orm_session_flush(db));
    test_count_start(&database);
    assert_int_equal(g_person_tasks(person, &list), ORM_OK);
    assert_in_order(&list, after, 6);
    assert_statements(&database, 0);
    assert_int_equal(g_person_top_task(person, &top), ORM_NOT_LOADED);
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_int_equal(g_person_tasks(person, &list), ORM_OK);
    assert_in_order(&list, before, 6);
    /* A part of the list keeps its rows; text is ordered by the database. */
    g_person_query some = {.where = g_person_id_is(orm_eq(person->id)),
                           .with = {.tasks = &(g_chore_query){.limit = 3}}};
    orm_session_expire_all(db);
    assert_ok(db, g_person_select(db, &some, &people));
    assert_ok(db, g_chore_update(db, chores[5], &(g_chore_changes){.rank = ORM_SET(5)}));
    assert_ok(db, g_chore_update(db, chores[3], &(g_chore_changes){.rank = ORM_SET(8)}));
    assert_int_equal(g_person_tasks(person, &list), ORM_OK);
    assert_true(list.partial);
    assert_in_order(&list, (const int64_t[]){90003, 90004, 90005}, 3);
    some.with.tasks = &(g_chore_query){.order_by = {G_CHORE_BY_TITLE}};
    assert_ok(db, g_person_select(db, &some, &people));
    assert_ok(db, g_chore_update(db, chores[0], &(g_chore_changes){.title = ORM_SET("z")}));
    assert_int_equal(g_person_tasks(person, &list), ORM_NOT_LOADED);
    test_session_close(&database, db);
}

static void an_update_of_other_columns_leaves_lists_alone(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_person_list members;
    assert_ok(db, g_person_find(db, 7, &person));
    g_team *team = team_of(db, person->team_id.value);
    size_t count = members_of(db, team);
    assert_ok(db, g_person_update(db, person, &(g_person_changes){.name = ORM_SET("other")}));
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count);
}

static void lists_show_what_was_inserted_and_deleted(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team *team = team_of(db, 1);
    g_person *person = NULL;
    g_person_list members;
    size_t count = members_of(db, team);
    g_person_new values = {
        .id = ORM_SET(9001), .name = ORM_SET("new"), .team_id = ORM_SET(team->id)};
    assert_ok(db, g_person_insert(db, &values, &person));
    assert_int_equal(members_of(db, team), count + 1);
    assert_ok(db, g_person_delete(db, person));
    assert_int_equal(members_of(db, team), count);
    values.id = ORM_SET(9002);
    assert_ok(db, g_person_insert(db, &values, &person));
    assert_int_equal(members_of(db, team), count + 1);
    orm_session_rollback(db);
    assert_int_equal(g_team_members(team, &members), ORM_OK);
    assert_int_equal(members.count, count);
    for (size_t i = 0; i < members.count; i++)
        assert_ptr_not_equal(members.items[i], person);
}

static size_t fans_of(orm_session *db, g_team *team)
{
    g_person_list fans;
    assert_ok(db, g_team_load_fans(db, team, &fans));
    return fans.count;
}

/* A unique key leads to a parent as the primary key does. */
static void lists_by_another_unique_key_show_what_is_written(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team *one = team_of(db, 1);
    g_team *two = team_of(db, 2);
    g_person *person = NULL;
    g_person_list fans;
    size_t in_one = fans_of(db, one);
    size_t in_two = fans_of(db, two);
    g_person_new values = {
        .id = ORM_SET(9101), .name = ORM_SET("fan"), .team_code = ORM_SET(one->code)};
    assert_ok(db, g_person_insert(db, &values, &person));
    assert_int_equal(g_team_fans(two, &fans), ORM_OK);
    assert_int_equal(fans_of(db, one), in_one + 1);
    assert_ok(db,
              g_person_update(db, person, &(g_person_changes){.team_code = ORM_SET(two->code)}));
    assert_int_equal(fans_of(db, one), in_one);
    assert_int_equal(fans_of(db, two), in_two + 1);
    assert_ok(db, g_person_delete(db, person));
    assert_int_equal(g_team_fans(one, &fans), ORM_OK);
    assert_int_equal(fans_of(db, two), in_two);
    orm_session_rollback(db);
    assert_int_equal(g_team_fans(one, &fans), ORM_OK);
    assert_int_equal(fans.count, in_one);
    assert_int_equal(g_team_fans(two, &fans), ORM_OK);
    assert_int_equal(fans.count, in_two);
}

/* Which text is equal is for the database to say, so no list stays that might be another now. */
static void lists_by_text_that_no_known_parent_has_are_forgotten(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team *one = team_of(db, 1);
    g_person_list fans;
    g_person_list members;
    (void)fans_of(db, one);
    (void)members_of(db, one);
    g_person_new values = {.id = ORM_SET(9102), .name = ORM_SET("fan"), .team_code = ORM_SET("T2")};
    assert_ok(db, g_person_insert(db, &values, NULL));
    assert_int_equal(g_team_fans(one, &fans), ORM_NOT_LOADED);
    assert_int_equal(g_team_members(one, &members), ORM_OK);
    orm_session_rollback(db);
    assert_int_equal(g_team_fans(one, &fans), ORM_OK);
    /* The same when the row waits for a flush. */
    assert_ok(db, g_person_add(db, &values, NULL));
    assert_ok(db, orm_session_flush(db));
    assert_int_equal(g_team_fans(one, &fans), ORM_NOT_LOADED);
    size_t in_one = fans_of(db, one);
    values.id = ORM_SET(9103);
    values.team_code = ORM_SET(one->code);
    assert_ok(db, g_person_add(db, &values, NULL));
    assert_ok(db, orm_session_flush(db));
    assert_int_equal(fans_of(db, one), in_one + 1);
    orm_session_rollback(db);
}

static void a_list_first_loaded_before_a_rollback_is_forgotten(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_person_list members;
    assert_ok(
        db,
        g_person_insert(
            db, &(g_person_new){.id = ORM_SET(9003), .name = ORM_SET("new"), .team_id = ORM_SET(1)},
            &person));
    g_team *team = team_of(db, 1);
    size_t count = members_of(db, team);
    orm_session_rollback(db);
    assert_int_equal(g_team_members(team, &members), ORM_NOT_LOADED);
    assert_int_equal(members_of(db, team), count - 1);
}

static void links_written_as_rows_show_in_many_to_many(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person *person = NULL;
    g_skill *skill = NULL;
    g_skill_list skills;
    assert_ok(
        db, g_skill_insert(db, &(g_skill_new){.id = ORM_SET(901), .name = ORM_SET("new")}, &skill));
    assert_ok(db, g_person_find(db, 3, &person));
    assert_ok(db, g_person_load_skills(db, person, &skills));
    size_t count = skills.count;
    assert_ok(db, g_rating_insert(db,
                                  &(g_rating_new){.person_id = ORM_SET(3),
                                                  .skill_id = ORM_SET(901),
                                                  .level = ORM_SET(1)},
                                  NULL));
    assert_ok(db, g_person_load_skills(db, person, &skills));
    assert_int_equal(skills.count, count + 1);
}

static void a_refreshed_row_leads_where_its_key_says(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    g_team *team = NULL;
    g_person_query query = {.where = g_person_id_is(orm_eq(7)), .with = {.team = &g_team_all}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_ok(db, orm_raw(db, "update people set team = NULL where \"person id\" = 7", NULL, 0,
                          NULL, NULL, NULL));
    assert_ok(
        db, g_person_select(db, &(g_person_query){.where = query.where, .refresh = true}, &people));
    assert_false(people.items[0]->team_id.has);
    assert_int_equal(g_person_team(people.items[0], &team), ORM_NOT_LOADED);
}

/* Limit and offset are added on the way. */
static void a_large_limit_with_a_large_offset_is_no_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    g_person_list members;
    g_person_query huge = {.limit = INT64_MAX - 1, .offset = INT64_MAX - 1};
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &huge}}, &teams));
    for (size_t i = 0; i < teams.count; i++) {
        assert_int_equal(g_team_members(teams.items[i], &members), ORM_OK);
        assert_int_equal(members.count, 0);
        assert_true(members.partial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(children_belong_where_the_database_says),
        suite_test(deleted_rows_are_not_found),
        suite_test(a_moved_row_changes_both_lists),
        suite_test(lists_follow_what_is_written_at_once),
        suite_test(long_lists_are_loaded_again),
        suite_test(a_moved_row_leads_on),
        suite_test(a_row_stands_where_its_new_values_belong),
        suite_test(an_update_of_other_columns_leaves_lists_alone),
        suite_test(lists_show_what_was_inserted_and_deleted),
        suite_test(lists_by_another_unique_key_show_what_is_written),
        suite_test(lists_by_text_that_no_known_parent_has_are_forgotten),
        suite_test(a_list_first_loaded_before_a_rollback_is_forgotten),
        suite_test(links_written_as_rows_show_in_many_to_many),
        suite_test(a_refreshed_row_leads_where_its_key_says),
        suite_test(a_large_limit_with_a_large_offset_is_no_row),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
