/* Growth tests: code whose statements grow with its rows, and code whose do not. */
#include <orm/cmocka.h>

#include <stdio.h>

#include "factories.make.h"
#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/factories.yaml", NULL);
    return 0;
}

static orm_growth_options options_with(orm_session_handler *handler)
{
    orm_growth_options options = {
        .engine = {.url = database.url}, .roots = {&make_tenant_make_factory}, .handler = handler};
    return options;
}

static orm_growth grown(const orm_growth_options *options)
{
    orm_growth growth;
    orm_error error;
    if (orm_growth_run(options, &growth, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return growth;
}

static orm_status load_all(orm_session *db, void *context)
{
    make_tenant_list tenants;
    (void)context;
    return make_tenant_select(
        db, &(make_tenant_query){.with.members = &(make_member_query){.with.jobs = &make_job_all}},
        &tenants);
}

static void constant_counts_pass(void **state)
{
    orm_growth_options options = options_with(load_all);
    orm_growth growth = grown(&options);
    (void)state;
    assert_false(growth.grows);
    assert_int_equal(growth.few_statements, 3);
    assert_int_equal(growth.many_statements, 3);
    assert_int_equal(growth.findings, 0);
    orm_growth_dispose(&growth);
    orm_assert_no_growth(.engine = {.url = database.url}, .roots = {&make_tenant_make_factory},
                         .handler = load_all);
}

static int loop_line;

static orm_status load_one_by_one(orm_session *db, void *context)
{
    make_tenant_list tenants;
    make_member_list members;
    (void)context;
    orm_status status = make_tenant_select(db, NULL, &tenants);
    for (size_t i = 0; i < tenants.count && status == ORM_OK; i++) {
        loop_line = __LINE__ + 1;
        status = make_tenant_load_members(db, tenants.items[i], &members);
    }
    return status;
}

static void loops_are_told_with_their_line(void **state)
{
    orm_growth_options options = options_with(load_one_by_one);
    orm_growth growth = grown(&options);
    char line[80];
    (void)state;
    assert_true(growth.grows);
    assert_int_equal(growth.few_statements, 3);
    assert_int_equal(growth.many_statements, 4);
    assert_int_equal(growth.findings, 1);
    assert_non_null(strstr(growth.text, "3 statements with 2 rows in each relation, 4 with 3"));
    assert_non_null(strstr(growth.text, "2 -> 3  load tenant.members  at "));
    (void)snprintf(line, sizeof line, "test_growth.c:%d, in load_one_by_one", loop_line);
    assert_non_null(strstr(growth.text, line));
    assert_non_null(strstr(growth.text, ".members = &make_member_all"));
    orm_growth_dispose(&growth);
}

/* Each row's values are asked for in a session of its own, where nothing shows where they came
 * from; and no statement is sent twice from one place in one session. */
static orm_status ask_elsewhere(orm_engine *engine, void *context)
{
    int64_t ids[64];
    size_t count = 0;
    orm_session *db = NULL;
    make_tenant_list tenants;
    (void)context;
    orm_status status = orm_session_open(engine, NULL, &db, NULL);
    if (status == ORM_OK)
        status = make_tenant_select(db, NULL, &tenants);
    for (size_t i = 0; status == ORM_OK && i < tenants.count && count < 64; i++)
        ids[count++] = tenants.items[i]->id;
    orm_session_close(db);
    for (size_t i = 0; status == ORM_OK && i < count; i++) {
        int64_t members = 0;
        status = orm_session_open(engine, NULL, &db, NULL);
        if (status == ORM_OK)
            status = make_member_count(
                db, &(make_member_query){.where = make_member_tenant_id_is(orm_eq(ids[i]))},
                &members);
        orm_session_close(db);
    }
    return status;
}

static void what_no_detector_proves_grows_too(void **state)
{
    orm_growth_options options = options_with(NULL);
    options.request = ask_elsewhere;
    orm_growth growth = grown(&options);
    (void)state;
    assert_true(growth.grows);
    assert_int_equal(growth.findings, 0);
    assert_int_equal(growth.many_statements, growth.few_statements + 1);
    assert_non_null(strstr(growth.text, "count member"));
    assert_non_null(strstr(growth.text, "in ask_elsewhere"));
    orm_growth_dispose(&growth);
    options.allowed = 1;
    growth = grown(&options);
    assert_false(growth.grows);
    orm_growth_dispose(&growth);
}

/* One root row, named by its key, and what hangs on it. */
typedef struct detail {
    int64_t id;
    size_t members;
    bool by_hand;
} detail;

static orm_status take_first(orm_session *db, const orm_growth_rows *rows, void *context)
{
    const make_tenant *first = rows->roots[0].items[0];
    (void)db;
    ((detail *)context)->id = first->id;
    return rows->root_count == 1 ? ORM_OK : ORM_INVALID;
}

static orm_status show_one(orm_session *db, void *context)
{
    detail *it = context;
    make_tenant *tenant = NULL;
    make_member_list members;
    orm_status status = make_tenant_find(db, it->id, &tenant);
    if (status == ORM_OK)
        status = make_tenant_load_members(db, tenant, &members);
    if (status == ORM_OK)
        it->members = members.count;
    for (size_t i = 0; status == ORM_OK && it->by_hand && i < members.count; i++) {
        make_member *boss = NULL;
        status = make_member_find(db, tenant->id, members.items[i]->number, &boss);
        if (status == ORM_OK) /* a text that the code itself makes of what it read */
            status = orm_raw(db, "SELECT $1",
                             (orm_value[]){orm_bind(orm_session_printf(db, "%s!", boss->email))}, 1,
                             NULL, NULL, NULL);
    }
    return status;
}

static void one_row_is_shown_with_more_below_it(void **state)
{
    detail it = {0};
    orm_growth_options options = options_with(show_one);
    (void)state;
    options.arrange = take_first;
    options.context = &it;
    orm_growth growth = grown(&options);
    assert_false(growth.grows);
    assert_true(it.members >= 3);
    orm_growth_dispose(&growth);
    it.by_hand = true;
    growth = grown(&options);
    assert_true(growth.grows);
    assert_non_null(strstr(growth.text, "  raw SQL  at "));
    orm_growth_dispose(&growth);
}

static orm_status refuse(orm_session *db, void *context)
{
    (void)context;
    return orm_session_fail(db, ORM_INVALID, "the request is refused");
}

static void failures_are_told(void **state)
{
    orm_growth_options options = options_with(refuse);
    orm_growth growth;
    orm_error error;
    (void)state;
    assert_int_equal(orm_growth_run(&options, &growth, &error), ORM_INVALID);
    assert_non_null(strstr(error.message, "with 2 rows"));
    assert_non_null(strstr(error.message, "the request is refused"));
    options.handler = NULL;
    assert_int_equal(orm_growth_run(&options, &growth, &error), ORM_INVALID);
    options.handler = load_all;
    options.roots[0] = &make_hen_make_factory;
    assert_int_equal(orm_growth_run(&options, &growth, &error), ORM_INVALID);
    assert_non_null(strstr(error.message, "hen"));
}

/* Nothing of all this is left. */
static void nothing_is_left(void **state)
{
    (void)state;
    assert_int_equal(test_number(&database, "select count(*) from make_tenants"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(constant_counts_pass),
        suite_test(loops_are_told_with_their_line),
        suite_test(what_no_detector_proves_grows_too),
        suite_test(one_row_is_shown_with_more_below_it),
        suite_test(failures_are_told),
        suite_test(nothing_is_left),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
