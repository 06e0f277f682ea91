#include <orm/cmocka.h>

#include "models.orm.h"

/* The request under test: how many projects the adult users have. */
static orm_status count_projects(orm_session *db, void *context)
{
    size_t *total = context;
    app_user_list users;
    orm_status status = app_user_select(db, &(app_user_query){
        .where = app_user_age_is(orm_ge(18)),
        .with.projects = &app_project_all,
    }, &users);
    for (size_t i = 0; status == ORM_OK && i < users.count; i++) {
        app_project_list projects;
        status = app_user_projects(users.items[i], &projects);
        *total += projects.count;
    }
    return status;
}

static void test_count_projects(void **state)
{
    size_t total = 0;
    orm_scope *scope = NULL;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);

    orm_session_options options = { .scope = scope };
    assert_int_equal(orm_session_run(*state, &options, count_projects, &total, NULL), ORM_OK);

    assert_int_equal(total, 9);
    orm_assert_no_n_plus_one(scope);   /* fails with the line of the loop and the line to write */
    orm_assert_statements(scope, 2);   /* users, projects */
    orm_scope_close(scope);
}

/* Three users, each with three projects. */
static orm_status add_users(orm_session *db, void *context)
{
    (void)context;
    orm_status status = ORM_OK;
    for (int i = 0; status == ORM_OK && i < 3; i++) {
        app_user *user = NULL;
        status = app_user_insert(db, &(app_user_new){
            .name = ORM_SET("Ada"), .age = ORM_SET(18 + i) }, &user);
        for (int k = 0; status == ORM_OK && k < 3; k++)
            status = app_project_insert(db, &(app_project_new){
                .user_id = ORM_SET(user->id), .title = ORM_SET("Notes") }, NULL);
    }
    return status;
}

static int open_engine(void **state)
{
    orm_engine *engine = NULL;
    if (orm_engine_open(NULL, &engine, NULL) != ORM_OK) return -1;
    *state = engine;
    return orm_session_run(engine, NULL, add_users, NULL, NULL) == ORM_OK ? 0 : -1;
}

static int close_engine(void **state)
{
    return orm_engine_close(*state, NULL) == ORM_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_count_projects) };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
