/* Groups of tests each of which is watched and undone, and budgets. The second group has to fail.
 */
#include <orm/cmocka.h>

#include <stdio.h>

#include "session.make.h"
#include "support/fixture.h"

enum { OWN_STATE = 7 };

static int setups;
static int teardowns;
static int own_state = OWN_STATE;

/* In the sandbox of each test: the rows it starts from. */
static orm_status add_rows(orm_session *db, void *context)
{
    orm_maker *maker = NULL;
    int *calls = context;
    orm_status status = orm_maker_open(NULL, &maker, NULL);
    for (int i = 0; i < 3 && status == ORM_OK; i++) {
        s_branch *branch = NULL;
        status = s_branch_make_one(db, maker, NULL, &branch);
        if (status == ORM_OK)
            status = s_account_make_many(db, maker, 2, &(s_account_new){.branch = branch}, NULL);
    }
    orm_maker_close(maker);
    (*calls)++;
    return status;
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    return 0;
}

static int own_setup(void **state)
{
    setups++;
    *state = &own_state;
    return 0;
}

static int failing_setup(void **state)
{
    (void)state;
    return -1;
}

static int own_teardown(void **state)
{
    teardowns += *(int *)*state == OWN_STATE;
    return 0;
}

static orm_session *session_of(const orm_test *test)
{
    orm_session *db = NULL;
    assert_int_equal(orm_session_open(test->engine, NULL, &db, NULL), ORM_OK);
    return db;
}

/* Each of these finds what was prepared, and nothing that the other committed. */
static void commits_are_undone(void **state)
{
    orm_session *db = session_of(*state);
    int64_t count = 0;
    s_account_new values = {.email = ORM_SET("same for all")};
    assert_ok(db, s_account_count(db, NULL, &count));
    assert_int_equal(count, 6);
    assert_ok(db, s_account_insert(db, &values, NULL));
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
}

static void own_states_are_kept(void **state)
{
    assert_int_equal(*(int *)*state, OWN_STATE);
    assert_int_equal(setups, 1);
}

/* What the preparation did is not the test's. */
static void budgets_bound_what_is_done(void **state)
{
    orm_test *test = *state;
    orm_scope_statistics statistics;
    orm_scope_get_statistics(test->scope, &statistics);
    assert_int_equal(statistics.statements, 0);
    orm_session *db = session_of(test);
    s_branch_list branches;
    orm_within_budget(test->scope, .statements = 2, .relations = 1, .inserts = ORM_NOTHING)
    {
        assert_ok(
            db, s_branch_select(db, &(s_branch_query){.with.accounts = &s_account_all}, &branches));
    }
    orm_within_budget(test->scope, .statements = ORM_NOTHING)
    {
        s_account_list accounts;
        assert_int_equal(s_branch_accounts(branches.items[0], &accounts), ORM_OK);
        assert_int_equal(accounts.count, 2);
    }
    orm_assert_budget(test->scope, .statements = 2, .rows = 9, .selects = 1,
                      .row_by_row = ORM_NOTHING);
    orm_session_close(db);
}

static void fails_by_a_loop(void **state)
{
    orm_session *db = session_of(*state);
    s_branch_list branches;
    s_account_list accounts;
    assert_ok(db, s_branch_select(db, NULL, &branches));
    for (size_t i = 0; i < branches.count; i++)
        assert_ok(db, s_branch_load_accounts(db, branches.items[i], &accounts));
    orm_session_close(db);
}

static void fails_by_statements(void **state)
{
    orm_test *test = *state;
    orm_session *db = session_of(test);
    int64_t count = 0;
    assert_ok(db, s_account_count(db, NULL, &count));
    orm_session_close(db);
    orm_assert_budget(test->scope, .statements = 5, .counts = ORM_NOTHING);
}

static void fails_by_rows(void **state)
{
    orm_test *test = *state;
    orm_session *db = session_of(test);
    s_account_list list;
    orm_within_budget(test->scope, .rows = 5)
    {
        assert_ok(db, s_account_select(db, NULL, &list));
        orm_session_close(db);
    }
}

static void fails_by_bytes(void **state)
{
    orm_test *test = *state;
    orm_session *db = session_of(test);
    s_account_list list;
    assert_ok(db, s_account_select(db, NULL, &list));
    orm_session_close(db);
    orm_assert_budget(test->scope, .bytes = 10);
}

static void fails_by_growth(void **state)
{
    (void)state;
    orm_assert_no_growth(.engine = {.url = database.url}, .roots = {&s_branch_make_factory});
}

static void runs_not(void **state)
{
    (void)state;
    fail_msg("the setup has failed");
}

int main(void)
{
    int prepared = 0;
    void *nothing = NULL;
    const struct CMUnitTest passing[] = {
        cmocka_unit_test(commits_are_undone),
        cmocka_unit_test_setup_teardown(own_states_are_kept, own_setup, own_teardown),
        cmocka_unit_test(commits_are_undone),
        cmocka_unit_test_prestate(own_states_are_kept, &own_state),
        cmocka_unit_test(budgets_bound_what_is_done),
    };
    const struct CMUnitTest failing[] = {
        cmocka_unit_test(fails_by_a_loop),
        cmocka_unit_test(fails_by_statements),
        cmocka_unit_test(fails_by_rows),
        cmocka_unit_test(fails_by_bytes),
        cmocka_unit_test(fails_by_growth),
        cmocka_unit_test_setup_teardown(runs_not, failing_setup, NULL),
    };
    if (open_database(&nothing) != 0)
        return 1;
    orm_test_group group = {.watched = {.engine_options = {.url = database.url},
                                        .prepare = add_rows,
                                        .context = &prepared}};
    if (orm_cmocka_run_group_tests(passing, &group, NULL, NULL) != 0)
        return 1;
    if (teardowns != 1 || prepared != 5)
        return 1;
    print_message("All of the next group have to fail:\n");
    int failed = orm_cmocka_run_group_tests(failing, &group, NULL, NULL);
    bool left = test_number(&database, "select count(*) from accounts") != 0;
    (void)close_database(&nothing);
    return failed == (int)(sizeof failing / sizeof failing[0]) && !left ? 0 : 1;
}
