/* Two requests, and how a team tests that they stay cheap: see the README beside this file. */
#include <orm/cmocka.h>

#include "models.make.h"
#include "models.orm.h"
#include "requests.h"

/* What every test starts from, in a transaction that is rolled back when it ends: users of 18, 19
 * and 20 years with three projects each. Everything that is not said is made up. */
static orm_status add_users(orm_session *db, void *context)
{
    (void)context;
    orm_maker *maker = NULL;
    orm_status status = orm_maker_open(NULL, &maker, NULL);
    for (int i = 0; status == ORM_OK && i < 3; i++) {
        app_user *user = NULL;
        status = app_user_make_one(db, maker, &(app_user_new){ .age = ORM_SET(18 + i) }, &user);
        if (status == ORM_OK)
            status = app_project_make_many(db, maker, 3, &(app_project_new){ .user = user }, NULL);
    }
    orm_maker_close(maker);
    return status;
}

/* The state of a test is its orm_test: an engine for sessions, and the scope that sees them. */
static void test_count_projects(void **state)
{
    orm_test *test = *state;
    size_t total = 0;
    assert_int_equal(orm_session_run(test->engine, NULL, count_projects, &total, NULL), ORM_OK);
    assert_int_equal(total, 9);
    orm_assert_budget(test->scope, .statements = 2, .rows = 12);
}

/* What this one commits, the others never see. */
static void test_rename(void **state)
{
    orm_test *test = *state;
    rename_request request = { .from = "name 1", .to = "Ada" };
    orm_within_budget(test->scope, .statements = 2, .inserts = ORM_NOTHING) {
        assert_int_equal(orm_session_run(test->engine, NULL, rename_user, &request, NULL), ORM_OK);
    }
    assert_int_equal(orm_session_run(test->engine, NULL, rename_user, &request, NULL),
                     ORM_NOT_FOUND);
}

/* Three rows in each relation instead of two must not cost a statement more. It has engines of its
 * own, for which a watched test beside it would hold the only lock there is on SQLite. */
static void test_count_projects_does_not_grow(void **state)
{
    size_t total = 0;
    (void)state;
    orm_assert_no_growth(.roots = { &app_user_make_factory },
                         .handler = count_projects, .context = &total);
}

/* A scope of one's own, for a session among others. */
static void test_one_session(void **state)
{
    orm_test *test = *state;
    size_t total = 0;
    orm_scope *scope = NULL;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);

    orm_session_options options = { .scope = scope };
    assert_int_equal(orm_session_run(test->engine, &options, count_projects, &total, NULL), ORM_OK);

    assert_int_equal(total, 9);
    orm_assert_no_n_plus_one(scope);   /* fails with the line of the loop and the line to write */
    orm_assert_statements(scope, 2);   /* users, projects */
    orm_scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_projects),
        cmocka_unit_test(test_rename),
        cmocka_unit_test(test_one_session),
    };
    const struct CMUnitTest growth[] = {
        cmocka_unit_test(test_count_projects_does_not_grow),
    };
    orm_test_group group = { .watched.prepare = add_users }; /* on the engine of ORM_DATABASE_URL */
    int failed = orm_cmocka_run_group_tests(tests, &group, NULL, NULL);
    return failed + cmocka_run_group_tests(growth, NULL, NULL);
}
