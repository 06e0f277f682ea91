/* Values of rows whose memory was given back are still known, and nothing of them is read again. */
#include "integration/nplusone_fixture.h"

enum { FIRST = 5 };

static const orm_finding *only_finding(void)
{
    assert_int_equal(orm_scope_finding_count(scope), 1);
    return orm_scope_finding(scope, 0);
}

static void check_teams(const orm_finding *it, int loop, int list, int64_t statements)
{
    assert_int_equal(it->kind, ORM_FINDING_N1);
    assert_int_equal(it->evidence, ORM_EVIDENCE_STEMS);
    assert_string_equal(it->column, "team.id");
    assert_int_equal(it->site.line, loop);
    assert_int_equal(it->origin.line, list);
    assert_int_equal(it->statements, statements);
    assert_int_equal(it->distinct, statements);
    assert_int_equal(it->matched, statements);
}

/* The ids of the first teams, in memory of the user's own. Returns the line of the list. */
static int copy_ids(orm_session *db, int64_t *ids)
{
    orm_mark mark;
    g_team_list teams;
    assert_ok(db, orm_session_mark(db, &mark));
    int line = __LINE__ + 1;
    assert_ok(db, g_team_select(db, &(g_team_query){.order_by = {G_TEAM_BY_ID}}, &teams));
    for (size_t i = 0; i < FIRST; i++)
        ids[i] = teams.items[i]->id;
    assert_ok(db, orm_session_release(db, mark));
    return line;
}

/* Returns the line of the statement. */
static int ask_for_each(orm_session *db, const int64_t *ids, size_t count)
{
    int line = 0;
    for (size_t i = 0; i < count; i++) {
        g_person_list members;
        g_person_query query = {.where = g_person_team_id_is(orm_eq(ids[i]))};
        line = __LINE__ + 1;
        assert_ok(db, g_person_select(db, &query, &members));
    }
    return line;
}

static void released_lists_are_remembered(void **state)
{
    (void)state;
    int64_t ids[FIRST];
    orm_session *db = session();
    int list = copy_ids(db, ids);
    int loop = ask_for_each(db, ids, FIRST);
    end(db);
    check_teams(only_finding(), loop, list, FIRST);
}

/* The list goes while its values are being used. */
static void so_they_are_in_mid_loop(void **state)
{
    (void)state;
    orm_session *db = session();
    orm_mark mark;
    g_team_list teams;
    int64_t ids[FIRST];
    assert_ok(db, orm_session_mark(db, &mark));
    int list = __LINE__ + 1;
    assert_ok(db, g_team_select(db, &(g_team_query){.order_by = {G_TEAM_BY_ID}}, &teams));
    for (size_t i = 0; i < FIRST; i++)
        ids[i] = teams.items[i]->id;
    int loop = 0;
    for (size_t i = 0; i < FIRST; i++) {
        g_person_list members;
        g_person_query query = {.where = g_person_team_id_is(orm_eq(ids[i]))};
        loop = __LINE__ + 1;
        assert_ok(db, g_person_select(db, &query, &members));
        if (i == 2)
            assert_ok(db, orm_session_release(db, mark));
    }
    end(db);
    check_teams(only_finding(), loop, list, FIRST);
}

/* Each round of the loop gives its memory back. */
static void rounds_with_memory_of_their_own_are_one_loop(void **state)
{
    (void)state;
    orm_session *db = session();
    g_team_list teams;
    int list = __LINE__ + 1;
    assert_ok(db, g_team_select(db, &(g_team_query){.order_by = {G_TEAM_BY_ID}}, &teams));
    int loop = 0;
    for (size_t i = 0; i < FIRST; i++) {
        orm_mark mark;
        g_person_list members;
        assert_ok(db, orm_session_mark(db, &mark));
        g_person_query query = {.where = g_person_team_id_is(orm_eq(teams.items[i]->id))};
        loop = __LINE__ + 1;
        assert_ok(db, g_person_select(db, &query, &members));
        assert_ok(db, orm_session_release(db, mark));
    }
    end(db);
    check_teams(only_finding(), loop, list, FIRST);
}

static orm_status keep_id(orm_session *db, g_team *team, void *context)
{
    int64_t **next = context;
    (void)db;
    *(*next)++ = team->id;
    return ORM_OK;
}

static void rows_of_streams_are_remembered(void **state)
{
    (void)state;
    int64_t ids[TEAMS];
    int64_t *next = ids;
    orm_session *db = session();
    g_team_query query = {.order_by = {G_TEAM_BY_ID}};
    int stream = __LINE__ + 1;
    assert_ok(db, g_team_each(db, &query, &(orm_each){.batch = 3}, keep_id, &next));
    assert_int_equal(next - ids, TEAMS);
    int loop = ask_for_each(db, ids, TEAMS);
    test_session_close(&database, db);
    test_count_start(&database);
    check_teams(only_finding(), loop, stream, TEAMS);
}

/* Up from row to row, each gone before the next is asked for. */
static void a_climb_is_a_walk(void **state)
{
    (void)state;
    test_execute(&database,
                 "UPDATE people SET boss_id = \"person id\" - 1 WHERE \"person id\" > 1");
    orm_session *db = session();
    int64_t id = FIRST;
    test_count_start(&database);
    int loop = __LINE__ + 5;
    while (id > 1) {
        orm_mark mark;
        g_person *person = NULL;
        assert_ok(db, orm_session_mark(db, &mark));
        assert_ok(db, g_person_find(db, id, &person));
        id = person->boss_id.value;
        assert_ok(db, orm_session_release(db, mark));
    }
    end(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->evidence, ORM_EVIDENCE_STEMS);
    assert_int_equal(it->site.line, loop);
    assert_int_equal(it->origin.line, loop);
    assert_int_equal(it->statements, FIRST - 1);
}

/* Equal values of rows that came from elsewhere prove nothing. */
static void other_values_are_not_linked(void **state)
{
    (void)state;
    int64_t ids[FIRST];
    orm_session *db = session();
    (void)copy_ids(db, ids);
    for (size_t i = 0; i < FIRST; i++)
        ids[i] = 1000 + (int64_t)i;
    (void)ask_for_each(db, ids, FIRST);
    end(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->evidence, ORM_EVIDENCE_NONE);
    assert_int_equal(it->origin.line, 0);
}

/* Nothing is read of rows that expired or whose transaction was rolled back. */
static void expired_and_rolled_back_rows_are_safe(void **state)
{
    (void)state;
    int64_t ids[FIRST];
    orm_session *db = session();
    int list = copy_ids(db, ids);
    g_team_list teams;
    assert_ok(db, g_team_select(db, &(g_team_query){.order_by = {G_TEAM_BY_ID}}, &teams));
    assert_ok(db, orm_session_expire_all(db));
    orm_session_rollback(db);
    int loop = ask_for_each(db, ids, FIRST);
    end(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->site.line, loop);
    assert_int_equal(it->matched, FIRST);
    assert_int_not_equal(it->origin.line, list); /* the newer one is at hand */
}

static void load_teams_members(orm_session *db, bool read)
{
    g_team_list teams;
    g_team_query query = {.with = {.members = &g_person_all}};
    orm_mark mark;
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_team_select(db, &query, &teams));
    for (size_t i = 0; read && i < teams.count; i++) {
        g_person_list members;
        assert_ok(db, g_team_members(teams.items[i], &members));
    }
    assert_ok(db, orm_session_release(db, mark));
}

static void released_loads_were_read_or_not(void **state)
{
    (void)state;
    orm_session *db = session();
    for (int i = 0; i < 3; i++)
        load_teams_members(db, false);
    end(db);
    const orm_finding *it = only_finding();
    assert_int_equal(it->kind, ORM_FINDING_UNUSED);
    assert_int_equal(it->statements, 3);
    assert_int_equal(it->sessions, 1);
    assert_int_equal(it->origin_rows, 3 * TEAMS);
    orm_scope_clear(scope);
    db = session();
    for (int i = 0; i < 3; i++)
        load_teams_members(db, i == 1);
    end(db);
    assert_int_equal(orm_scope_finding_count(scope), 0);
}

int main(void)
{
#define watched(function) cmocka_unit_test_setup_teardown(function, open_scope, close_scope)
    const struct CMUnitTest tests[] = {
        watched(released_lists_are_remembered),
        watched(so_they_are_in_mid_loop),
        watched(rounds_with_memory_of_their_own_are_one_loop),
        watched(rows_of_streams_are_remembered),
        watched(other_values_are_not_linked),
        watched(expired_and_rolled_back_rows_are_safe),
        watched(released_loads_were_read_or_not),
        watched(a_climb_is_a_walk),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
