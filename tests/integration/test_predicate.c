/* Every operator, alone and combined, gives the rows that hand-written SQL gives. */
#include <stdio.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 120 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "limits",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    test_execute(&database,
                 "insert into people (\"person id\", name) values (1001, 'a%%b'),"
                 " (1002, 'a_b'), (1003, 'a\\b'), (1004, 'AB'), (1005, 'ab'), (1006, ''),"
                 " (1007, 'it''s'), (1008, 'ÄB')");
    return 0;
}

/* The ids that a condition selects, and those that SQL selects. */
#define assert_people(db, condition, ...)                                                          \
    check_people((db), (condition),                                                                \
                 test_query(&database, "select \"person id\" from people p where " __VA_ARGS__),   \
                 __FILE__, __LINE__)

static void check_people(orm_session *db, g_person_pred where, char *expected, const char *file,
                         int line)
{
    g_person_list list;
    int64_t count = -1;
    bool exists = false;
    test_text actual = {0};
    long long sent = test_count(&database).statements;
    g_person_query query = {.where = where, .order_by = {G_PERSON_BY_ID}};
    test_check_status(db, g_person_select(db, &query, &list), ORM_OK, file, line);
    test_text_add(&actual, "%s", "");
    for (size_t i = 0; i < list.count; i++)
        test_text_add(&actual, "%lld\n", (long long)list.items[i]->id);
    test_text_compare(actual.data, expected, file, line);
    test_check_status(db, g_person_count(db, &query, &count), ORM_OK, file, line);
    test_check_status(db, g_person_exists(db, &query, &exists), ORM_OK, file, line);
    if ((size_t)count != list.count || exists != (count > 0) ||
        test_count(&database).statements != sent + 3)
        _fail(file, line);
    test_text_free(&actual);
    free(expected);
}

#define ORDER " order by 1"
#define ID    "\"person id\""

static void operators(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const int ids[] = {3, 5, 3, 9999, -1};
    const char *const names[] = {"person 3", "it's", "nobody"};
    assert_people(db, g_person_id_is(orm_eq(7)), ID " = 7" ORDER);
    assert_people(db, g_person_id_is(orm_ne(7)), ID " <> 7" ORDER);
    assert_people(db, g_person_id_is(orm_lt(7)), ID " < 7" ORDER);
    assert_people(db, g_person_id_is(orm_le(7)), ID " <= 7" ORDER);
    assert_people(db, g_person_id_is(orm_gt(7)), ID " > 7" ORDER);
    assert_people(db, g_person_id_is(orm_ge((unsigned char)7)), ID " >= 7" ORDER);
    assert_people(db, g_person_id_is(orm_between(5, 9)), ID " between 5 and 9" ORDER);
    assert_people(db, g_person_id_is(orm_between(9, 5)), "1 = 0");
    assert_people(db, g_person_id_is(orm_in(ids, 5)), ID " in (3, 5)" ORDER);
    assert_people(db, g_person_id_is(orm_not_in(ids, 5)), ID " not in (3, 5)" ORDER);
    assert_people(db, g_person_name_is(orm_in(names, 3)), "name in ('person 3', 'it''s')" ORDER);
    assert_people(db, g_person_name_is(orm_gt("person 5")), "name > 'person 5'%s" ORDER,
                  test_either(&database, "", " collate \"C\""));
    assert_people(db, g_person_name_is(orm_eq("it's")), "name = 'it''s'" ORDER);
    assert_people(db, g_person_everything(), "1 = 1" ORDER);
    assert_people(db, (g_person_pred){0}, "1 = 1" ORDER);
}

static void patterns(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_people(db, g_person_name_is(orm_like("a%b")), ID " in (1001, 1002, 1003, 1005)" ORDER);
    assert_people(db, g_person_name_is(orm_like("a_b")), ID " in (1001, 1002, 1003)" ORDER);
    assert_people(db, g_person_name_is(orm_like("a\\%b")), ID " = 1001" ORDER);
    assert_people(db, g_person_name_is(orm_like("a\\_b")), ID " = 1002" ORDER);
    assert_people(db, g_person_name_is(orm_like("a\\\\b")), ID " = 1003" ORDER);
    assert_people(db, g_person_name_is(orm_like("AB")), ID " = 1004" ORDER);
    assert_people(db, g_person_name_is(orm_like("_B")), ID " in (1004, 1008)" ORDER);
    assert_people(db, g_person_name_is(orm_ilike("ab")), ID " in (1004, 1005)" ORDER);
    assert_people(db, g_person_name_is(orm_ilike("A_B")), ID " between 1001 and 1003" ORDER);
    assert_people(db, g_person_name_is(orm_prefix("a%")), ID " = 1001" ORDER);
    assert_people(db, g_person_name_is(orm_contains("_")), ID " = 1002" ORDER);
    assert_people(db, g_person_name_is(orm_contains("\\")), ID " = 1003" ORDER);
    assert_people(db, g_person_name_is(orm_prefix("")), "1 = 1" ORDER);
    assert_people(db, g_person_name_is(orm_like("")), ID " = 1006" ORDER);
}

/* NULL is neither equal nor unequal to anything. */
static void nulls(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const int ids[] = {1, 2};
    assert_people(db, g_person_team_id_is_null(), "team is null" ORDER);
    assert_people(db, g_person_not(db, g_person_team_id_is_null()), "team is not null" ORDER);
    assert_people(db, g_person_team_id_is(orm_ne(2)), "team <> 2" ORDER);
    assert_people(db, g_person_not(db, g_person_team_id_is(orm_eq(2))), "not (team = 2)" ORDER);
    assert_people(db, g_person_team_id_is(orm_not_in(ids, 2)), "team not in (1, 2)" ORDER);
    assert_people(db, g_person_team_id_is(orm_not_in(ids, 0)), "1 = 1" ORDER);
    assert_people(db,
                  g_person_any_of(db, g_person_team_id_is_null(), g_person_team_id_is(orm_gt(10))),
                  "team is null or team > 10" ORDER);
    g_person_list list;
    g_person_query query = {.where = g_person_name_is(orm_eq((const char *)NULL))};
    assert_status(db, g_person_select(db, &query, &list), ORM_MISUSE);
    assert_string_equal(orm_session_error(db)->column, "name");
}

static void lists_of_any_length(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    orm_session *db = test_session(&database);
    static int64_t ids[MANY];
    for (int i = 0; i < MANY; i++)
        ids[i] = i * 3;
    assert_people(db, g_person_id_is(orm_in(ids, 0)), "1 = 0");
    assert_people(db, g_person_id_is(orm_in(ids + 4, 1)), ID " = 12");
    test_count_start(&database);
    assert_people(db, g_person_id_is(orm_in(ids, MANY)), ID " %% 3 = 0 and " ID " < 30000" ORDER);
    /* One text for any number of values. */
    assert_counts(&database, 3, 0);
    assert_people(db, g_person_id_is(orm_not_in(ids, MANY)), ID " %% 3 <> 0" ORDER);
}

static void groups(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_people(db,
                  g_person_all_of(db, g_person_id_is(orm_gt(10)), g_person_id_is(orm_lt(20)),
                                  g_person_not(db, g_person_id_is(orm_eq(15)))),
                  ID " > 10 and " ID " < 20 and " ID " <> 15" ORDER);
    assert_people(
        db,
        g_person_any_of(db, g_person_id_is(orm_eq(1)),
                        g_person_all_of(db, g_person_id_is(orm_gt(5)), g_person_id_is(orm_lt(8)))),
        ID " = 1 or (" ID " > 5 and " ID " < 8)" ORDER);
    assert_people(db, g_person_all_of_n(db, 0, NULL), "1 = 1" ORDER);
    assert_people(db, g_person_any_of_n(db, 0, NULL), "1 = 0");
    assert_people(db, g_person_not(db, g_person_everything()), "1 = 0");
}

static g_person_pred nested(orm_session *db, int depth)
{
    g_person_pred pred = g_person_id_is(orm_eq(7));
    for (int i = 1; i < depth; i++) {
        switch (i % 3) {
        case 0:
            pred = g_person_not(db, g_person_not(db, pred));
            i++;
            break;
        case 1:
            pred = g_person_all_of(db, pred, g_person_id_is(orm_lt(100)));
            break;
        default:
            pred = g_person_any_of(db, g_person_id_is(orm_eq(3)), pred);
        }
    }
    return pred;
}

static void nesting_is_limited(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_pred pred = g_person_id_is(orm_eq(7));
    g_person_list list;
    for (int depth = 1; depth < 200; depth++)
        pred = depth % 2 ? g_person_all_of(db, pred, g_person_id_is(orm_gt(0)))
                         : g_person_any_of(db, pred, g_person_id_is(orm_lt(0)));
    /* SQLite before 3.45 has a parser with a stack of 100, and says so. */
    if (database.postgresql || sqlite3_libversion_number() >= 3045000)
        assert_people(db, pred, ID " = 7");
    else
        assert_status(db, g_person_select(db, &(g_person_query){.where = pred}, &list),
                      ORM_UNSUPPORTED);
    orm_session_rollback(db);
    assert_people(db, nested(db, 60), ID " in (3, 7)" ORDER);
    pred = g_person_not(db, pred);
    test_count_start(&database);
    assert_status(db, g_person_select(db, &(g_person_query){.where = pred}, &list), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "200"));
    /* Failure sticks to whatever is made of it. */
    pred = g_person_any_of(db, pred, g_person_everything());
    assert_status(db, g_person_select(db, &(g_person_query){.where = pred}, &list), ORM_INVALID);
    assert_statements(&database, 0);
    assert_ok(db, g_person_select(db, NULL, &list));
}

static void conditions_added_in_a_loop(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_query query = {.order_by = {G_PERSON_BY_ID}};
    g_person_list list;
    char name[32];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof name, "person %d", i * 2);
        g_person_where(db, &query, g_person_name_is(orm_ne(name)));
    }
    assert_ok(db, g_person_select(db, &query, &list));
    test_text actual = {0};
    for (size_t i = 0; i < list.count; i++)
        test_text_add(&actual, "%lld\n", (long long)list.items[i]->id);
    assert_rows(actual,
                "select " ID " from people where " ID " > 1000 or " ID " %% 2 = 1 order by 1");
}

static void rows_that_have_others(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_people(db, g_person_has_tasks(db, g_chore_everything()),
                  "exists (select 1 from tasks t where t.person_id = p." ID ")" ORDER);
    assert_people(db, g_person_has_tasks(db, g_chore_done_is(true)),
                  "exists (select 1 from tasks t where t.person_id = p." ID " and %s)" ORDER,
                  test_either(&database, "done = 1", "done"));
    assert_people(db,
                  g_person_not(db, g_person_has_labels(db, g_label_label_is(orm_eq("label 2")))),
                  "not exists (select 1 from people_labels l where l.person = p." ID
                  " and label = 'label 2')" ORDER);
    assert_people(db, g_person_has_team(db, g_team_has_members(db, g_person_id_is(orm_eq(7)))),
                  "team = (select team from people where " ID " = 7)" ORDER);
    assert_people(
        db,
        g_person_has_region(db, g_region_has_partners(db, g_region_title_is(orm_eq("region 1")))),
        "exists (select 1 from regions r join region_partners l on l.country = r.country"
        " and l.area = r.area join regions b on b.country = l.partner_country and"
        " b.area = l.partner_area where r.country = p.country and r.area = p.area and"
        " b.title = 'region 1')" ORDER);
    assert_people(db, g_person_has_boss(db, g_person_has_boss(db, g_person_id_is(orm_eq(2)))),
                  "boss_id in (select " ID " from people where boss_id = 2)" ORDER);
}

static size_t rows_of(orm_session *db, int64_t limit, int64_t offset)
{
    g_person_list list;
    int64_t count = -1;
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .limit = limit, .offset = offset};
    assert_ok(db, g_person_select(db, &query, &list));
    assert_ok(db, g_person_count(db, &query, &count));
    assert_int_equal(count, list.count);
    return list.count;
}

static void limits(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list list;
    assert_int_equal(rows_of(db, 0, 0), PEOPLE + 8);
    assert_int_equal(rows_of(db, 5, 0), 5);
    assert_int_equal(rows_of(db, orm_limit(0), 0), 0);
    assert_int_equal(rows_of(db, orm_limit(3), 0), 3);
    assert_int_equal(rows_of(db, 0, 100), PEOPLE - 92);
    assert_int_equal(rows_of(db, 50, 100), PEOPLE - 92);
    assert_int_equal(rows_of(db, INT64_MAX - 1, 0), PEOPLE + 8);
    assert_int_equal(rows_of(db, 5, 100000), 0);
    assert_status(db, g_person_select(db, &(g_person_query){.limit = -1}, &list), ORM_INVALID);
    assert_status(db, g_person_select(db, &(g_person_query){.offset = -1}, &list), ORM_INVALID);
    assert_status(
        db,
        g_person_select(db, &(g_person_query){.with = {.tasks = &(g_chore_query){.limit = -1}}},
                        &list),
        ORM_INVALID);
    assert_ok(db, g_person_select(
                      db,
                      &(g_person_query){
                          .with = {.tasks = &(g_chore_query){.limit = INT64_MAX - 1, .offset = 5}}},
                      &list));
}

static void orders(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list list;
    test_text actual = {0};
    g_person_query query = {
        .where = g_person_id_is(orm_le(PEOPLE)),
        .order_by = {G_PERSON_BY_TEAM_ID_DESC, G_PERSON_BY_AREA, G_PERSON_BY_ID}};
    assert_ok(db, g_person_select(db, &query, &list));
    for (size_t i = 0; i < list.count; i++)
        test_text_add(&actual, "%lld\n", (long long)list.items[i]->id);
    assert_rows(actual,
                "select " ID " from people where " ID " <= %d order by team desc nulls first,"
                " area nulls last, " ID,
                PEOPLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(operators),
        suite_test(patterns),
        suite_test(nulls),
        suite_test(lists_of_any_length),
        suite_test(groups),
        suite_test(nesting_is_limited),
        suite_test(conditions_added_in_a_loop),
        suite_test(rows_that_have_others),
        suite_test(limits),
        suite_test(orders),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
