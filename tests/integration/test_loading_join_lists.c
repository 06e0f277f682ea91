/* Relations to many loaded by a join: one statement, no parent lost or repeated, and exactly the
 * lists that a statement for each relation would give. */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 200 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "a_filter_loses_no_parent",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "what_is_known_mixes_with_what_is_not",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "what_is_limited_per_parent_is_selected",
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

static void add_tasks(test_text *text, const g_person *person)
{
    g_chore_list tasks;
    assert_int_equal(g_person_tasks(person, &tasks), ORM_OK);
    test_text_add(text, "%lld:%zu\n", (long long)person->id, tasks.count);
    for (size_t i = 0; i < tasks.count; i++) {
        g_person *back = NULL;
        test_text_add(text, "%lld|%lld\n", (long long)person->id, (long long)tasks.items[i]->id);
        assert_int_equal(g_chore_person(tasks.items[i], &back), ORM_OK);
        assert_ptr_equal(back, person);
    }
}

/* Limit and order are the parents'; the lists have theirs. */
static void a_list_comes_with_its_parents(void **state)
{
    (void)state;
    static const enum g_person_order orders[][2] = {
        {G_PERSON_BY_ID, 0}, {G_PERSON_BY_NAME_DESC, 0}, {G_PERSON_BY_AREA, G_PERSON_BY_ID_DESC}};
    static const char *const written[] = {"p.\"person id\"", "p.name desc",
                                          "p.area is null, p.area, p.\"person id\" desc"};
    for (int i = 0; i < 3; i++) {
        for (int page = 0; page < 2; page++) {
            orm_session *db = test_session(&database);
            g_person_list people;
            test_text actual = {0};
            g_chore_query tasks = {.load = ORM_LOAD_JOIN};
            g_person_query query = {.where = g_person_id_is(orm_gt(7)),
                                    .order_by = {orders[i][0], orders[i][1]},
                                    .limit = page ? 20 : 0,
                                    .offset = page ? 5 : 0,
                                    .with = {.tasks = &tasks}};
            assert_ok(db, g_person_select(db, &query, &people));
            assert_statements(&database, 1);
            assert_int_equal(people.count, page ? 20 : PEOPLE - 7);
            for (size_t k = 0; k < people.count; k++)
                add_tasks(&actual, people.items[k]);
            assert_rows(actual,
                        "select line from (select p.n, 0 r, 0 id, p.id || ':' || (select count(*)"
                        " from tasks t where t.person_id = p.id) line from (select \"person id\""
                        " id, row_number() over (order by %s) n from people p where \"person id\""
                        " > 7) p union all select p.n, 1 + row_number() over (partition by p.id"
                        " order by t.\"order\" desc, t.id), t.id, p.id || '|' || t.id from (select"
                        " \"person id\" id, row_number() over (order by %s) n from people p where"
                        " \"person id\" > 7) p join tasks t on t.person_id = p.id) x"
                        " where n > %d and n <= %d order by n, r",
                        written[i], written[i], page ? 5 : 0, page ? 25 : 1000);
            test_session_close(&database, db);
        }
    }
}

static void a_filter_loses_no_parent(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_chore_query done = {
        .where = g_chore_done_is(true), .order_by = {G_CHORE_BY_ID_DESC}, .load = ORM_LOAD_JOIN};
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .with = {.tasks = &done}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 1);
    assert_int_equal(people.count, PEOPLE);
    for (size_t i = 0; i < people.count; i++) {
        g_chore_list tasks;
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
        assert_true(tasks.partial);
        for (size_t k = 0; k < tasks.count; k++)
            test_text_add(&actual, "%lld|%lld\n", (long long)people.items[i]->id,
                          (long long)tasks.items[k]->id);
    }
    assert_rows(actual, "select person_id, id from tasks where %s order by 1, 2 desc",
                test_either(&database, "done = 1", "done"));
    /* What is partial is no answer to the question for all. */
    assert_ok(db, g_person_preload_tasks(db, &people, NULL));
    assert_statements(&database, 1);
}

/* Also when nothing but the list below has an order. */
static void rows_with_lists_below_come_once(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    test_text actual = {0};
    g_chore_query tasks = {.load = ORM_LOAD_JOIN, .order_by = {G_CHORE_BY_RANK}};
    g_person_query members = {.load = ORM_LOAD_JOIN, .with = {.tasks = &tasks}};
    g_team_query query = {.order_by = {G_TEAM_BY_ID}, .with = {.members = &members}};
    assert_ok(db, g_team_select(db, &query, &teams));
    assert_statements(&database, 1);
    for (size_t t = 0; t < teams.count; t++) {
        g_person_list people;
        size_t count = 0;
        assert_int_equal(g_team_members(teams.items[t], &people), ORM_OK);
        for (size_t m = 0; m < people.count; m++) {
            g_chore_list chores;
            assert_int_equal(g_person_tasks(people.items[m], &chores), ORM_OK);
            count += chores.count;
            for (size_t k = 1; k < chores.count; k++)
                assert_true(chores.items[k - 1]->rank <= chores.items[k]->rank);
        }
        test_text_add(&actual, "%lld|%zu|%zu\n", (long long)teams.items[t]->id, people.count,
                      count);
    }
    assert_rows(actual, "select t.\"TeamId\", count(distinct p.\"person id\"), count(k.id)"
                        " from \"Teams\" t left join people p on p.team = t.\"TeamId\""
                        " left join tasks k on k.person_id = p.\"person id\" group by 1"
                        " order by 1");
}

/* teams > members > tasks in one statement, with what is joined and selected below. */
static void lists_below_lists(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_team_list teams;
    test_text actual = {0};
    g_chore_query tasks = {.load = ORM_LOAD_JOIN,
                           .with = {.steps = &(g_step_query){.order_by = {G_STEP_BY_ID}}}};
    g_person_query members = {.load = ORM_LOAD_JOIN,
                              .order_by = {G_PERSON_BY_ID_DESC},
                              .with = {.tasks = &tasks,
                                       .profile = &(g_profile_query){.load = ORM_LOAD_JOIN},
                                       .labels = &(g_label_query){.load = ORM_LOAD_JOIN}},
                              .counts = {.labels = &g_label_all}};
    g_team_query query = {.order_by = {G_TEAM_BY_NAME}, .limit = 7, .with = {.members = &members}};
    assert_ok(db, g_team_select(db, &query, &teams));
    /* Labels beside tasks would multiply both, and have a statement of their own. */
    assert_statements(&database, 4);
    for (size_t t = 0; t < teams.count; t++) {
        g_person_list people;
        assert_int_equal(g_team_members(teams.items[t], &people), ORM_OK);
        for (size_t m = 0; m < people.count; m++) {
            g_chore_list chores;
            g_label_list labels;
            g_profile *profile = NULL;
            int64_t count = 0;
            assert_int_equal(g_person_tasks(people.items[m], &chores), ORM_OK);
            assert_int_equal(g_person_profile(people.items[m], &profile), ORM_OK);
            assert_int_equal(g_person_labels(people.items[m], &labels), ORM_OK);
            assert_int_equal(g_person_labels_count(people.items[m], &count), ORM_OK);
            assert_int_equal(count, people.items[m]->id % 3);
            assert_int_equal(labels.count, count);
            test_text_add(&actual, "%s|%s|%s|%zu\n", teams.items[t]->name, people.items[m]->name,
                          profile ? profile->bio : "-", chores.count);
            for (size_t k = 0; k < chores.count; k++) {
                g_step_list steps;
                assert_int_equal(g_chore_steps(chores.items[k], &steps), ORM_OK);
                assert_int_equal(steps.count, chores.items[k]->id % 3);
            }
        }
    }
    assert_rows(actual,
                "select t.name, p.name, f.bio, (select count(*) from tasks k where k.person_id ="
                " p.\"person id\") from (select * from \"Teams\" order by name limit 7) t join"
                " people p on p.team = t.\"TeamId\" left join profiles f on f.person_id ="
                " p.\"person id\" order by t.name, p.\"person id\" desc");
}

static void links_come_along(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_skill_query skills = {.load = ORM_LOAD_JOIN,
                            .order_by = {G_SKILL_BY_ID_DESC},
                            .where = g_skill_id_is(orm_ne(3)),
                            .with = {.people = &(g_person_query){.load = ORM_LOAD_JOIN}}};
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .with = {.skills = &skills}};
    assert_ok(db, g_person_select(db, &query, &people));
    /* Links may repeat, so that a list below can't be told from its neighbour's. */
    assert_statements(&database, 2);
    assert_int_equal(people.count, PEOPLE);
    for (size_t i = 0; i < people.count; i++) {
        g_skill_list found;
        assert_int_equal(g_person_skills(people.items[i], &found), ORM_OK);
        for (size_t k = 0; k < found.count; k++) {
            g_rating *link = NULL;
            g_person_list back;
            assert_int_equal(g_person_skills_link(people.items[i], found.items[k], &link), ORM_OK);
            assert_int_equal(g_skill_people(found.items[k], &back), ORM_OK);
            assert_true(back.count > 0);
            test_text_add(&actual, "%lld|%d|%lld|%d|%d\n", (long long)people.items[i]->id,
                          found.items[k]->id, (long long)link->person_id, link->skill_id,
                          link->level);
        }
    }
    assert_rows(actual, "select person_id, skill_id, person_id, skill_id, level from ratings"
                        " where skill_id <> 3 order by 1, 2 desc");
}

/* One row that several lead to has its list once. */
static void a_list_of_a_joined_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_chore_list tasks;
    test_text actual = {0};
    g_person_query person = {
        .load = ORM_LOAD_JOIN,
        .with = {.labels =
                     &(g_label_query){.load = ORM_LOAD_JOIN, .order_by = {G_LABEL_BY_LABEL_DESC}}}};
    g_chore_query query = {.order_by = {G_CHORE_BY_ID_DESC}, .with = {.person = &person}};
    assert_ok(db, g_chore_select(db, &query, &tasks));
    assert_statements(&database, 1);
    for (size_t i = 0; i < tasks.count; i++) {
        g_person *owner = NULL;
        g_label_list labels;
        assert_int_equal(g_chore_person(tasks.items[i], &owner), ORM_OK);
        assert_int_equal(g_person_labels(owner, &labels), ORM_OK);
        test_text_add(&actual, "%lld|%lld|%zu\n", (long long)tasks.items[i]->id,
                      (long long)owner->id, labels.count);
        for (size_t k = 1; k < labels.count; k++)
            assert_true(strcmp(labels.items[k - 1]->label, labels.items[k]->label) > 0);
    }
    assert_rows(actual, "select id, person_id, person_id %% 3 from tasks order by 1 desc");
}

static void what_is_limited_per_parent_is_selected(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_chore_query two = {.load = ORM_LOAD_JOIN, .order_by = {G_CHORE_BY_ID}, .limit = 2};
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .with = {.tasks = &two}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 2);
    for (size_t i = 0; i < people.count; i++) {
        g_chore_list tasks;
        assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
        for (size_t k = 0; k < tasks.count; k++)
            test_text_add(&actual, "%lld\n", (long long)tasks.items[k]->id);
    }
    assert_rows(actual, "select id from (select person_id, id, row_number() over (partition by"
                        " person_id order by id) n from tasks) x where n <= 2"
                        " order by person_id, id");
    /* Where children are known or come by keys, too. */
    g_chore_query joined = {.load = ORM_LOAD_JOIN};
    g_team_list teams;
    g_person_query members = {.with = {.tasks = &joined}};
    assert_ok(db, g_team_select(db, &(g_team_query){.with = {.members = &members}}, &teams));
    assert_ok(db, g_person_preload_tasks(db, &people, &joined));
    g_chore_list tasks;
    assert_int_equal(g_person_tasks(people.items[2], &tasks), ORM_OK);
    assert_int_equal(tasks.count, 3);
    assert_false(tasks.partial);
}

/* Rows of the list that are in memory already, some with their tasks. */
static void what_is_known_mixes_with_what_is_not(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list some;
    g_person_list people;
    test_text actual = {0};
    g_chore_query joined = {.load = ORM_LOAD_JOIN};
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .with = {.tasks = &joined}};
    g_person_query half = {.where = g_person_id_is(orm_le(100)),
                           .with = {.tasks = &(g_chore_query){.limit = 1}}};
    assert_ok(db, g_person_select(db, &half, &some));
    assert_ok(db, g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++)
        add_tasks(&actual, people.items[i]);
    assert_rows(actual, "select line from (select \"person id\" p, 0 n, \"person id\" || ':' ||"
                        " (\"person id\" %% 4) line from people union all select person_id,"
                        " row_number() over (partition by person_id order by \"order\" desc, id),"
                        " person_id || '|' || id from tasks) x order by p, n");
}

static void related_orders_and_self_relations(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_person_list people;
    test_text actual = {0};
    g_person_query reports = {.load = ORM_LOAD_JOIN, .order_by = {G_PERSON_BY_ID}, .depth = 2};
    g_person_query query = {.where = g_person_team_id_is(orm_gt(0)),
                            .order_by = {G_PERSON_BY_TEAM(G_TEAM_BY_NAME_DESC), G_PERSON_BY_ID},
                            .limit = 60,
                            .with = {.reports = &reports}};
    assert_ok(db, g_person_select(db, &query, &people));
    assert_statements(&database, 2); /* the second level */
    for (size_t i = 0; i < people.count; i++) {
        g_person_list below;
        assert_int_equal(g_person_reports(people.items[i], &below), ORM_OK);
        test_text_add(&actual, "%lld|", (long long)people.items[i]->id);
        for (size_t k = 0; k < below.count; k++) {
            g_person_list last;
            assert_int_equal(g_person_reports(below.items[k], &last), ORM_OK);
            test_text_add(&actual, "%lld,", (long long)below.items[k]->id);
        }
        test_text_add(&actual, "\n");
    }
    assert_rows(actual,
                "select p.\"person id\", coalesce((select %s from (select \"person id\" id from"
                " people b where b.boss_id = p.\"person id\" order by 1) b), '') from people p join"
                " \"Teams\" t on t.\"TeamId\" = p.team order by t.name desc, 1 limit 60",
                test_either(&database, "group_concat(id || ',', '')",
                            "string_agg(id || ',', '' order by id)"));
}

static void pages_hold_parents(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    g_chore_query joined = {.load = ORM_LOAD_JOIN};
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .limit = 30, .with = {.tasks = &joined}};
    g_person_page page;
    int64_t seen = 0;
    do {
        assert_ok(db, g_person_select_page(db, &query, &page));
        for (size_t i = 0; i < page.count; i++) {
            g_chore_list tasks;
            assert_int_equal(page.items[i]->id, ++seen);
            assert_int_equal(g_person_tasks(page.items[i], &tasks), ORM_OK);
            assert_int_equal(tasks.count, page.items[i]->id % 4);
        }
        query.after = page.next;
    } while (page.next != NULL);
    assert_int_equal(seen, PEOPLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_list_comes_with_its_parents),
        suite_test(a_filter_loses_no_parent),
        suite_test(rows_with_lists_below_come_once),
        suite_test(lists_below_lists),
        suite_test(links_come_along),
        suite_test(a_list_of_a_joined_row),
        suite_test(what_is_limited_per_parent_is_selected),
        suite_test(what_is_known_mixes_with_what_is_not),
        suite_test(related_orders_and_self_relations),
        suite_test(pages_hold_parents),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
