/* Every way to write a row-by-row loop: what is said of it, and that the code suggested compiles.
 */
#include "integration/nplusone_fixture.h"

#include <stdio.h>
#include <unistd.h>

/* What a finding must say. Lines and numbers 0: not looked at. */
typedef struct expected {
    const char *subject;
    int loop;
    int list;
    int64_t statements;
    int64_t distinct;
    int64_t matched;
    int64_t lists;
    int64_t rows;
    const char *column;
    const char *replacement;
} expected;

/* Notes the line that the call's site has: of a call over several lines compilers differ. */
#define assert_at(line, call) assert_ok(db, ((line) = __LINE__, (call)))

static FILE *pasted; /* the code of all findings, each in a function */

static int open_pasted(void **state)
{
    pasted = tmpfile();
    assert_non_null(pasted);
    (void)fprintf(pasted, "#include \"graph.orm.h\"\n"
                          "void use(orm_status status);\n");
    return open_database(state);
}

static void paste_code(const orm_finding *it, const char *code, const char *list, const char *row,
                       const char *target, bool within)
{
    static int number;
    if (code == NULL)
        return;
    (void)fprintf(pasted,
                  "orm_status paste%d(orm_session *db, %s_list list, %s *row, %s *found,\n"
                  "    const int64_t *values, size_t count, int64_t total, %s_query query);\n"
                  "orm_status paste%d(orm_session *db, %s_list list, %s *row, %s *found,\n"
                  "    const int64_t *values, size_t count, int64_t total, %s_query query)\n{\n"
                  "    /* %s */\n    orm_status status = ORM_OK;\n",
                  number, list, row, target, target, number, list, row, target, target,
                  it->subject);
    if (within)
        (void)fprintf(pasted, "status = %s_select(db, &(%s_query){\n.limit = 5,\n%s\n}, &list);\n",
                      list, list, code);
    else
        (void)fprintf(pasted, "%s\n", code);
    (void)fprintf(pasted, "(void)db; (void)list; (void)row; (void)found; (void)values;\n"
                          "(void)count; (void)total; (void)query;\nreturn status;\n}\n");
    number++;
}

/* The models of the list that is to change, of the rows in the loop, and of what is asked for. */
static void paste(const orm_finding *it, const char *root, const char *row, const char *target,
                  bool to_many)
{
    paste_code(it, it->replacement, root, row, target, it->within_query);
    paste_code(it, it->alternative, root, row, target, false);
    paste_code(it, it->in_loop, to_many ? target : root, row, target, false);
}

static const orm_finding *expect_at(size_t index, expected wanted)
{
    const orm_finding *it = orm_scope_finding(scope, index);
    assert_non_null(it);
    assert_int_equal(it->kind, ORM_FINDING_N1);
    assert_string_equal(it->subject, wanted.subject);
    assert_string_equal(it->site.file, __FILE__);
    assert_int_equal(it->site.line, wanted.loop);
    assert_int_equal(it->origin.line, wanted.list);
    assert_int_equal(it->statements, wanted.statements);
    assert_int_equal(it->distinct, wanted.distinct > 0 ? wanted.distinct : wanted.statements);
    assert_int_equal(it->matched, wanted.matched > 0 ? wanted.matched : it->distinct);
    assert_int_equal(it->origin_lists, wanted.lists > 0 ? wanted.lists : 1);
    if (wanted.rows > 0)
        assert_int_equal(it->origin_rows, wanted.rows);
    if (wanted.column != NULL)
        assert_string_equal(it->column, wanted.column);
    if (wanted.replacement == NULL) {
        assert_null(it->replacement);
        return it;
    }
    assert_non_null(it->replacement);
    if (strstr(it->replacement, wanted.replacement) == NULL)
        assert_string_equal(it->replacement, wanted.replacement);
    return it;
}

/* The only finding. */
static const orm_finding *expect(orm_session *db, expected wanted)
{
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    return expect_at(0, wanted);
}

static void some_rows(int64_t count)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    g_team_query query = {.limit = count, .order_by = {G_TEAM_BY_ID}};
    int made = 0;
    assert_at(made, g_team_select(db, &query, &teams));
    int looped = 0;
    for (size_t i = 0; i < teams.count; i++)
        assert_at(looped, g_team_load_members(db, teams.items[i], &members));
    const orm_finding *found = expect(
        db, (expected){"team.members", looped, made, count, .rows = count, .column = "team.id",
                       .replacement = ".with.members = &g_person_all,"});
    assert_true(found->within_query);
    paste(found, "g_team", "g_team", "g_person", true);
}

static void test_two_rows(void **state)
{
    (void)state;
    some_rows(2);
}

static void test_three_rows(void **state)
{
    (void)state;
    some_rows(3);
}

static void test_early_break(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    (void)state;
    int made = 0;
    assert_at(made, g_team_select(db, NULL, &teams));
    int looped = 0;
    for (size_t i = 0; i < teams.count; i++) {
        assert_at(looped, g_team_load_members(db, teams.items[i], &members));
        if (i == 2)
            break;
    }
    const orm_finding *found =
        expect(db, (expected){"team.members", looped, made, 3, .rows = TEAMS,
                              .replacement = "status = g_team_select(db, &(g_team_query){\n"
                                             "    .with.members = &g_person_all,\n}, &list);"});
    assert_false(found->within_query);
    paste(found, "g_team", "g_team", "g_person", true);
}

/* Nothing is loaded eagerly: each level is a finding, with all that its loop sent. */
static void test_nested_loops(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    g_chore_list tasks;
    int64_t people = 0;
    int64_t lists = 0;
    (void)state;
    int made = 0;
    assert_at(made, g_team_select(db, NULL, &teams));
    int outer = 0;
    int inner_line = 0;
    for (size_t i = 0; i < teams.count; i++) {
        assert_at(outer, g_team_load_members(db, teams.items[i], &members));
        lists += members.count > 0;
        people += (int64_t)members.count;
        for (size_t k = 0; k < members.count; k++)
            assert_at(inner_line, g_person_load_tasks(db, members.items[k], &tasks));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 2);
    paste(expect_at(0, (expected){"team.members", outer, made, TEAMS, .rows = TEAMS,
                                  .replacement = ".with.members = &g_person_all,"}),
          "g_team", "g_team", "g_person", true);
    const orm_finding *inner = expect_at(
        1, (expected){"person.tasks", inner_line, outer, people, .lists = lists, .rows = people,
                      .replacement =
                          ".with.members = &(g_person_query){.with.tasks = &g_chore_all},"});
    assert_int_equal(inner->replacement_site.line, made);
    paste(inner, "g_team", "g_person", "g_chore", true);
}

/* Rows of an eager relation: the path goes from the query that made the first list. */
static void test_below_eager_relations(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list members;
    g_chore_list tasks;
    g_step_list steps;
    int64_t sent = 0;
    (void)state;
    int made = 0;
    assert_at(made, g_team_select(db,
                                  &(g_team_query){.limit = 10,
                                                  .with.members = &(
                                                      g_person_query){.with.tasks = &g_chore_all}},
                                  &teams));
    int looped = 0;
    for (size_t i = 0; i < teams.count; i++) {
        assert_int_equal(g_team_members(teams.items[i], &members), ORM_OK);
        for (size_t k = 0; k < members.count; k++) {
            assert_int_equal(g_person_tasks(members.items[k], &tasks), ORM_OK);
            for (size_t t = 0; t < tasks.count; t++, sent++)
                assert_at(looped, g_chore_load_steps(db, tasks.items[t], &steps));
        }
    }
    const orm_finding *found = expect(
        db, (expected){"chore.steps", looped, made, sent, .rows = sent,
                       .replacement =
                           ".with.members = &(g_person_query){\n"
                           "    .with.tasks = &(g_chore_query){.with.steps = &g_step_all},\n},"});
    assert_true(found->within_query);
    paste(found, "g_team", "g_chore", "g_step", true);
}

/* One row leads to one row: the second step is a loop as well, though each list has one row. */
static void test_chains_of_single_rows(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_person *boss;
    g_profile *profile;
    g_chore *task;
    (void)state;
    g_person_query query = {.where = g_person_id_is(orm_gt(60)), .order_by = {G_PERSON_BY_ID}};
    int made = 0;
    int first = 0;
    int second = 0;
    int third = 0;
    int fourth = 0;
    assert_at(made, g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++) {
        assert_at(first, g_person_load_boss(db, people.items[i], &boss));
        assert_at(second, g_person_load_profile(db, boss, &profile));
        if (profile != NULL)
            assert_at(third, g_profile_load_person(db, profile, &boss));
        assert_at(fourth, g_person_load_top_task(db, boss, &task));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 3);
    assert_int_equal(third == 0, 0);
    const orm_finding *tasks = orm_scope_finding(scope, 2);
    assert_int_equal(tasks->site.line, fourth);
    assert_int_equal(tasks->replacement_site.line, made);
    assert_non_null(strstr(tasks->replacement, ".with.top_task = &g_chore_all"));
    const orm_finding *bosses = orm_scope_finding(scope, 0);
    assert_int_equal(bosses->site.line, first);
    assert_int_equal(bosses->statements, 14);
    const orm_finding *profiles = orm_scope_finding(scope, 1);
    assert_string_equal(profiles->subject, "person.profile");
    assert_int_equal(profiles->site.line, second);
    assert_int_equal(profiles->origin.line, first);
    assert_int_equal(profiles->statements, profiles->distinct);
    assert_int_equal(profiles->statements, 14);
    assert_int_equal(profiles->replacement_site.line, made);
    assert_non_null(strstr(profiles->replacement,
                           ".with.boss = &(g_person_query){.with.profile = &g_profile_all},"));
    paste(profiles, "g_person", "g_person", "g_profile", false);
}

static void test_find_by_key(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_team *team;
    int64_t sent = 0;
    (void)state;
    g_person_query two = {
        .limit = 2, .where = g_person_reserve_id_is(orm_ge(1)), .order_by = {G_PERSON_BY_ID}};
    int made = 0;
    assert_at(made, g_person_select(db, &two, &people));
    int looped = 0;
    for (size_t i = 0; i < people.count; i++, sent++)
        assert_at(looped, g_team_find(db, people.items[i]->reserve_id.value, &team));
    const orm_finding *found = expect(
        db, (expected){"find team", looped, made, 2, .rows = 2, .column = "person.reserve_id",
                       .replacement = ".with.reserve_team = &g_team_all,"});
    assert_string_equal(found->in_loop, "status = g_person_reserve_team(row, &found);");
    paste(found, "g_person", "g_person", "g_team", false);
}

/* A key that is not the primary one, and one of two columns. */
static void test_other_keys(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_team_list teams;
    g_region *region;
    (void)state;
    g_person_query some = {.where = g_person_area_is(orm_ge(0)), .order_by = {G_PERSON_BY_ID}};
    int made = 0;
    assert_at(made, g_person_select(db, &some, &people));
    int looped = 0;
    for (size_t i = 0; i < people.count; i++) {
        const g_person *it = people.items[i];
        g_team_query by_code = {.where = g_team_code_is(orm_eq(it->team_code))};
        if (it->team_code != NULL)
            assert_at(looped, g_team_select(db, &by_code, &teams));
        if (it->country == NULL)
            continue;
        orm_status status = g_region_find(db, it->country, it->area.value, &region);
        assert_true(status == ORM_OK || status == ORM_NOT_FOUND);
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 2);
    const orm_finding *code = orm_scope_finding(scope, 0);
    assert_int_equal(code->site.line, looped);
    assert_int_equal(code->origin.line, made);
    assert_string_equal(code->column, "person.team_code");
    assert_int_equal(code->matched, code->distinct);
    assert_non_null(strstr(code->replacement, ".with.favourite = &g_team_all,"));
    paste(code, "g_person", "g_person", "g_team", false);
    const orm_finding *both = orm_scope_finding(scope, 1);
    assert_string_equal(both->subject, "find region");
    assert_non_null(strstr(both->replacement, ".with.region = &g_region_all,"));
    paste(both, "g_person", "g_person", "g_region", false);
}

static void test_select_count_exists(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list people;
    int64_t count;
    bool exists;
    (void)state;
    int made = 0;
    assert_at(made, g_team_select(db, NULL, &teams));
    int lines[3] = {0};
    for (size_t i = 0; i < teams.count; i++) {
        g_person_query query = {.where = g_person_team_id_is(orm_eq(teams.items[i]->id))};
        assert_at(lines[0], g_person_select(db, &query, &people));
        assert_at(lines[1], g_person_count(db, &query, &count));
        assert_at(lines[2], g_person_exists(db, &query, &exists));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 3);
    static const char *const subjects[] = {"select person", "count person", "exists person"};
    for (size_t i = 0; i < 3; i++) {
        const orm_finding *found = expect_at(
            i, (expected){subjects[i], lines[i], made, TEAMS, .rows = TEAMS, .column = "team.id",
                          .replacement = i == 0 ? ".with.members = &g_person_all,"
                                                : "g_team_preload_members_count(db, &list, NULL)"});
        if (i > 0)
            assert_string_equal(found->in_loop, "status = g_team_members_count(row, &total);");
        paste(found, "g_team", "g_team", "g_person", i == 0);
    }
}

static void test_raw(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    const char *bound = "SELECT name FROM people WHERE team = $1";
    char sql[128];
    (void)state;
    int made = 0;
    assert_at(made, g_team_select(db, NULL, &teams));
    int lines[3] = {0};
    for (size_t i = 0; i < teams.count; i++) {
        orm_value id = orm_bind(teams.items[i]->id);
        assert_at(lines[0], orm_raw(db, bound, &id, 1, NULL, NULL, NULL));
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*) FROM people p WHERE p.team = %d AND area < 9",
                       (int)teams.items[i]->id);
        assert_at(lines[1], orm_raw(db, sql, NULL, 0, NULL, NULL, NULL));
        (void)snprintf(sql, sizeof sql, "SELECT name FROM people WHERE team_code = '%s'",
                       teams.items[i]->code);
        assert_at(lines[2], orm_raw(db, sql, NULL, 0, NULL, NULL, NULL));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 3);
    static const char *const relations[] = {".with.members", ".with.members", ".with.fans"};
    for (size_t i = 0; i < 3; i++) {
        const orm_finding *found =
            expect_at(i, (expected){"raw SQL", lines[i], made, TEAMS, .rows = TEAMS,
                                    .column = i == 2 ? "team.code" : "team.id"});
        assert_non_null(strstr(found->advice, relations[i]));
    }
}

/* Through a link, in three ways of writing it by hand. */
static void test_many_to_many(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_skill_list skills;
    static const char skill_names[] = "SELECT s.name FROM skills s JOIN ratings r"
                                      " ON r.skill_id = s.id WHERE r.person_id = $1";
    static const char labels[] = "SELECT l.label FROM labels l JOIN people_labels p"
                                 " ON p.label = l.label WHERE p.person = $1";
    (void)state;
    g_person_query ten = {.limit = 10, .order_by = {G_PERSON_BY_ID}};
    int made = 0;
    assert_at(made, g_person_select(db, &ten, &people));
    int lines[3] = {0};
    for (size_t i = 0; i < people.count; i++) {
        int64_t key = people.items[i]->id;
        orm_value id = orm_bind(key);
        g_skill_query by_person = {.where = g_skill_has_people(db, g_person_id_is(orm_eq(key)))};
        assert_at(lines[0], g_skill_select(db, &by_person, &skills));
        assert_at(lines[1], orm_raw(db, skill_names, &id, 1, NULL, NULL, NULL));
        assert_at(lines[2], orm_raw(db, labels, &id, 1, NULL, NULL, NULL));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 3);
    for (size_t i = 0; i < 3; i++) {
        const orm_finding *found =
            expect_at(i, (expected){i == 0 ? "select skill" : "raw SQL", lines[i], made, 10,
                                    .rows = 10, .column = "person.id",
                                    .replacement = i == 0 ? ".with.skills = &g_skill_all," : NULL});
        if (i == 0)
            paste(found, "g_person", "g_person", "g_skill", true);
        else
            assert_non_null(strstr(found->advice, i == 1 ? ".with.skills" : ".with.labels"));
    }
}

/* Links first, then the target of each. */
static void test_links_by_hand(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_rating_list ratings;
    g_skill *skill;
    (void)state;
    g_person_query ten = {.limit = 10, .order_by = {G_PERSON_BY_ID}};
    int made = 0;
    assert_at(made, g_person_select(db, &ten, &people));
    int looped = 0;
    for (size_t i = 0; i < people.count; i++) {
        g_rating_query query = {.where = g_rating_person_id_is(orm_eq(people.items[i]->id))};
        assert_at(looped, g_rating_select(db, &query, &ratings));
        for (size_t k = 0; k < ratings.count; k++)
            assert_ok(db, g_skill_find(db, ratings.items[k]->skill_id, &skill));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 2);
    paste(expect_at(0,
                    (expected){"select rating", looped, made, 10, .rows = 10, .column = "person.id",
                               .replacement = ".with.ratings = &g_rating_all,"}),
          "g_person", "g_person", "g_rating", true);
    const orm_finding *inner = orm_scope_finding(scope, 1);
    assert_string_equal(inner->subject, "find skill");
    assert_int_equal(inner->origin.line, looped);
    assert_true(inner->origin_lists > 1);
    assert_int_equal(inner->matched, inner->distinct);
    assert_non_null(strstr(inner->replacement, ".with.skill = &g_skill_all,"));
    paste(inner, "g_rating", "g_rating", "g_skill", false);
}

static int helper_line;
static int inlined_line;

__attribute__((noinline)) static void helper(orm_session *db, g_team *team)
{
    g_person_list members;
    assert_at(helper_line, g_team_load_members(db, team, &members));
}

static inline void inlined(orm_session *db, g_team *team)
{
    g_person_list members;
    assert_at(inlined_line, g_team_load_reserves(db, team, &members));
}

static void for_each_team(orm_session *db, g_team_list teams,
                          void (*visit)(orm_session *, g_team *))
{
    for (volatile size_t i = 0; i < teams.count; i++)
        visit(db, teams.items[i]);
}

static void test_helpers(void **state)
{
    orm_session *db = session();
    g_team_list first;
    g_team_list second;
    (void)state;
    g_team_query low = {.where = g_team_id_is(orm_le(10))};
    g_team_query high = {.where = g_team_id_is(orm_gt(10))};
    int made = 0;
    assert_at(made, g_team_select(db, &low, &first));
    int high_made = 0;
    assert_at(high_made, g_team_select(db, &high, &second));
    for (volatile size_t i = 0; i < first.count; i++) {
        helper(db, first.items[i]);
        inlined(db, first.items[i]);
    }
    for (volatile size_t i = 0; i < second.count; i++) {
        helper(db, second.items[i]);
        inlined(db, second.items[i]);
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 2);
    const orm_finding *plain =
        expect_at(0, (expected){"team.members", helper_line, made, TEAMS, .matched = 10, .rows = 10,
                                .replacement = ".with.members = &g_person_all,"});
    assert_int_equal(plain->other_origin.line, high_made);
    (void)expect_at(1, (expected){"team.reserves", inlined_line, made, TEAMS, .matched = 10,
                                  .rows = 10, .replacement = ".with.reserves = &g_person_all,"});
}

static void test_callback(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    (void)state;
    int made = 0;
    assert_at(made, g_team_select(db, NULL, &teams));
    for_each_team(db, teams, helper);
    (void)expect(db, (expected){"team.members", helper_line, made, TEAMS, .rows = TEAMS,
                                .replacement = ".with.members = &g_person_all,"});
}

static int64_t walk(orm_session *db, g_person *person)
{
    g_person_list reports;
    int64_t sent = 1;
    assert_ok(db, g_person_load_reports(db, person, &reports));
    for (volatile size_t i = 0; i < reports.count; i++)
        sent += walk(db, reports.items[i]);
    return sent;
}

static void test_recursion(void **state)
{
    orm_session *db = session();
    g_person *root;
    (void)state;
    assert_ok(db, g_person_find(db, 1, &root));
    int64_t sent = walk(db, root);
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *found = orm_scope_finding(scope, 0);
    assert_string_equal(found->subject, "person.reports");
    assert_int_equal(found->statements, sent);
    assert_int_equal(found->distinct, sent);
    paste(found, "g_person", "g_person", "g_person", true);
}

static int by_name(const void *left, const void *right)
{
    return strcmp((*(g_person *const *)left)->name, (*(g_person *const *)right)->name);
}

/* A list is the user's: sorted, with holes, and with rows taken out. */
static void test_edited_lists(void **state)
{
    orm_session *db = session();
    g_person_list people;
    g_chore_list tasks;
    (void)state;
    assert_ok(db, g_person_select(db, NULL, &people));
    qsort(people.items, people.count, sizeof *people.items, by_name);
    people.items[5] = NULL;
    int looped = 0;
    for (size_t i = 0; i < 40; i++) {
        if (people.items[i] == NULL)
            continue;
        g_chore_query query = {.where = g_chore_person_id_is(orm_eq(people.items[i]->id))};
        assert_at(looped, g_chore_select(db, &query, &tasks));
        people.items[i] = NULL;
    }
    const orm_finding *found = orm_scope_finding(scope, 0);
    assert_non_null(found);
    end(db);
    assert_int_equal(found->statements, 39);
    assert_int_equal(found->distinct, 39);
    assert_int_equal(found->site.line, looped);
}

static void test_two_sessions(void **state)
{
    orm_session_options options = {.scope = scope, .read_only = true};
    orm_session *one = test_session_with(&database, &options);
    orm_session *two = test_session_with(&database, &options);
    g_team_list teams[2];
    g_person_list members;
    int made = 0;
    int looped = 0;
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        orm_session *db = k == 0 ? one : two;
        assert_at(made, g_team_select(db, NULL, &teams[k]));
    }
    for (size_t i = 0; i < 2 * teams[0].count; i++) {
        orm_session *db = i % 2 == 0 ? one : two;
        assert_at(looped, g_team_load_members(db, teams[i % 2].items[i / 2], &members));
    }
    test_session_close(&database, one);
    end(two);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *found = expect_at(
        0, (expected){"team.members", looped, made, 2 * TEAMS, .distinct = TEAMS, .lists = 2,
                      .rows = 2 * TEAMS, .replacement = ".with.members = &g_person_all,"});
    assert_int_equal(found->sessions, 2);
}

/* Keys from a list of a session that is over: a loop, of which nobody knows where it comes from. */
static void test_closed_session(void **state)
{
    orm_session *db = session();
    g_team_list teams;
    g_person_list people;
    int64_t ids[TEAMS];
    (void)state;
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (size_t i = 0; i < TEAMS; i++)
        ids[i] = teams.items[i]->id;
    test_session_close(&database, db);
    db = session();
    int looped = 0;
    for (size_t i = 0; i < TEAMS; i++) {
        g_person_query query = {.where = g_person_team_id_is(orm_eq(ids[i]))};
        assert_at(looped, g_person_select(db, &query, &people));
    }
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *found = orm_scope_finding(scope, 0);
    assert_int_equal(found->site.line, looped);
    assert_int_equal(found->evidence, ORM_EVIDENCE_NONE);
    assert_int_equal(found->statements, TEAMS);
    assert_int_equal(found->distinct, TEAMS);
    assert_non_null(
        strstr(found->replacement, ".where = g_person_team_id_is(orm_in(values, count)),"));
    paste(found, "g_person", "g_person", "g_person", true);
}

/* What the other tests were told to write. */
static void test_code_compiles(void **state)
{
    char path[] = ORM_TEST_BINARY_DIR "/pasted_XXXXXX.c";
    char command[4096];
    char buffer[4096];
    size_t size;
    (void)state;
    int file = mkstemps(path, 2);
    assert_true(file >= 0);
    rewind(pasted);
    while ((size = fread(buffer, 1, sizeof buffer, pasted)) > 0)
        assert_int_equal(write(file, buffer, size), size);
    assert_int_equal(close(file), 0);
    (void)snprintf(
        command, sizeof command,
        "cc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only"
        " '-I%s/tests/test_models_models' '-I%s/orm/include' '%s'",
        ORM_TEST_BINARY_DIR, ORM_TEST_SOURCE_DIR, path);
    int status = system(command); /* NOLINT: paths of our own */
    assert_int_equal(ftell(pasted) > 1000, 1);
    if (status == 0)
        assert_int_equal(unlink(path), 0);
    assert_int_equal(status, 0);
}

static int close_pasted(void **state)
{
    (void)fclose(pasted);
    return close_database(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scope, close_scope)
    const struct CMUnitTest tests[] = {
        TEST(test_two_rows),
        TEST(test_three_rows),
        TEST(test_early_break),
        TEST(test_nested_loops),
        TEST(test_below_eager_relations),
        TEST(test_chains_of_single_rows),
        TEST(test_find_by_key),
        TEST(test_other_keys),
        TEST(test_select_count_exists),
        TEST(test_raw),
        TEST(test_many_to_many),
        TEST(test_links_by_hand),
        TEST(test_helpers),
        TEST(test_callback),
        TEST(test_recursion),
        TEST(test_edited_lists),
        TEST(test_two_sessions),
        TEST(test_closed_session),
        TEST(test_code_compiles),
    };
    return cmocka_run_group_tests(tests, open_pasted, close_pasted);
}
