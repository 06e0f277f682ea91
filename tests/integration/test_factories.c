/* Rows made up from the models: the database takes them, and they are what was asked for. */
#include <inttypes.h>

#include "factories.make.h"
#include "graph.make.h"
#include "support/fixture.h"
#include "types.make.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.function = "a_graph_fills_every_relation", .reason = "what was made is looked at row by row"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/factories.yaml", "models/types.yaml", "models/graph.yaml",
              NULL);
    test_ignore(&database, ignored);
    return 0;
}

static orm_maker *maker_with(orm_maker_options options)
{
    orm_maker *maker = NULL;
    assert_int_equal(orm_maker_open(&options, &maker, NULL), ORM_OK);
    return maker;
}

static void every_column_gets_a_value_that_fits(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 0});
    make_everything_list rows;
    (void)state;
    assert_ok(db, make_everything_make_many(db, maker, 200, NULL, &rows));
    assert_int_equal(rows.count, 200);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from make_everything where"
                                            " a_integer >= 18 and a_bigint <= -7 and"
                                            " a_real between 0 and 1 and length(a_text) <= 2 and"
                                            " length(a_bytea) <= 3 and maybe is null and"
                                            " counted = 5 and doubled = a_integer * 2"),
                     200);
    /* Of both enums and of the boolean every value occurs. */
    assert_int_equal(test_number(&database, "select count(distinct a_colour) * 100 +"
                                            " count(distinct a_size) * 10 +"
                                            " count(distinct a_boolean) from make_everything"),
                     322);
    test_session_close(&database, db);
    orm_maker_close(maker);
}

/* The types' own tables: a key of every type, rows that refer to it, columns of every kind. */
static void rows_of_every_type_are_made(void **state)
{
    static const orm_factory *const factories[] = {
        &t_ref_smallint_make_factory,  &t_ref_integer_make_factory,
        &t_ref_bigint_make_factory,    &t_ref_real_make_factory,
        &t_ref_double_make_factory,    &t_ref_numeric_make_factory,
        &t_ref_exact_make_factory,     &t_ref_text_make_factory,
        &t_ref_varchar_make_factory,   &t_ref_chars_make_factory,
        &t_ref_bytea_make_factory,     &t_ref_uuid_make_factory,
        &t_ref_date_make_factory,      &t_ref_time_make_factory,
        &t_ref_timestamp_make_factory, &t_ref_timestamptz_make_factory,
        &t_ref_interval_make_factory,  &t_nullable_make_factory,
        &t_array_make_factory,         &t_document_make_factory,
    };
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 3});
    (void)state;
    for (size_t i = 0; i < sizeof factories / sizeof factories[0]; i++) {
        const orm_model *model = factories[i]->model;
        int64_t count = 0;
        orm_list list;
        assert_ok(db, orm_make_rows(ORM_SITE, db, maker, factories[i], NULL, 30, &list));
        assert_int_equal(list.count, 30);
        assert_ok(db, orm_gen_count(ORM_SITE, db, model, NULL, &count));
        assert_int_equal(count, 30);
        if (model->relation_count > 0) { /* its parents are there too, one for each */
            assert_ok(db, orm_gen_count(ORM_SITE, db, model->relations[0].target, NULL, &count));
            assert_int_equal(count, 30);
        }
    }
    test_session_close(&database, db);
    orm_maker_close(maker);
}

/* One row for each of two labels. */
static void small_types_repeat_unless_they_are_unique(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 5});
    make_pair_list rows;
    (void)state;
    assert_ok(db, make_pair_make_many(db, maker, 2, NULL, &rows));
    assert_int_not_equal(rows.items[0]->side, rows.items[1]->side);
    assert_status(db, make_pair_make_many(db, maker, 1, NULL, &rows), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "pair.side"));
    assert_non_null(strstr(orm_session_error(db)->message, "make_pair_new"));
    test_session_close(&database, db);
    orm_maker_close(maker);
}

static void checks_and_patterns_hold(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 1});
    make_rule_list rows;
    (void)state;
    assert_ok(db, make_rule_make_many(db, maker, 120, NULL, &rows));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(distinct sku) from make_rules"), 120);
    assert_int_equal(test_number(&database,
                                 "select count(*) from make_rules where code like 'AB-%%' and"
                                 " (sku like 'old-%%' or sku like 'new-%%') and low < high"),
                     120);
    /* What is given stays, and the rest follows it. */
    make_rule *row = NULL;
    make_rule_new given = {.price = ORM_SET((orm_numeric){"7.25"}),
                           .amount = ORM_SET(4),
                           .state = ORM_SET("done"),
                           .phone = ORM_SET("112")};
    assert_ok(db, make_rule_make_one(db, maker, &given, &row));
    assert_string_equal(row->total.text, "29.00");
    assert_string_equal(row->state, "done");
    assert_true(row->score >= 15);
    test_session_close(&database, db);
    orm_maker_close(maker);
}

static void keys_of_parents_agree(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 2});
    make_job_list jobs;
    (void)state;
    assert_ok(db, make_job_make_many(db, maker, 10, NULL, &jobs));
    for (size_t i = 0; i < jobs.count; i++)
        assert_true(jobs.items[i]->ends_on.days > jobs.items[i]->starts_on.days);
    assert_ok(db, make_use_make_many(db, maker, 10, NULL, NULL));
    assert_ok(db, make_card_make_many(db, maker, 10, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from make_jobs j"
                                            " join make_members o on o.tenant_id = j.tenant_id and"
                                            " o.number = j.owner_number"
                                            " join make_members r on r.tenant_id = j.tenant_id and"
                                            " r.number = j.reviewer_number"),
                     20);
    /* Every job has a tenant, an owner and a reviewer of its own. */
    assert_int_equal(test_number(&database, "select count(distinct tenant_id) from make_jobs"), 20);
    test_session_close(&database, db);
    orm_maker_close(maker);
}

static void given_rows_are_parents(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 9});
    make_member *member = NULL;
    make_job_list jobs;
    make_use_list uses;
    (void)state;
    assert_ok(db, make_member_make_one(db, maker, NULL, &member));
    test_count_start(&database);
    assert_ok(db, make_job_make_many(db, maker, 5, &(make_job_new){.owner = member}, &jobs));
    for (size_t i = 0; i < jobs.count; i++) {
        assert_int_equal(jobs.items[i]->tenant_id, member->tenant_id);
        assert_int_equal(jobs.items[i]->owner_number, member->number);
        assert_int_not_equal(jobs.items[i]->reviewer_number, member->number);
    }
    assert_ok(db, make_use_make_many(db, maker, 4, &(make_use_new){.job = jobs.items[0]}, &uses));
    assert_int_not_equal(uses.items[0]->tool_id, uses.items[3]->tool_id);
    test_session_close(&database, db);
    orm_maker_close(maker);
}

static void parents_are_shared_when_asked_for(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 11, .share_parents = true});
    make_member_list members;
    make_use_list uses;
    int64_t before = 0;
    int64_t after = 0;
    (void)state;
    assert_ok(db, make_tenant_count(db, NULL, &before));
    assert_ok(db, make_member_make_many(db, maker, 7, NULL, &members));
    assert_ok(db, make_member_make_many(db, maker, 7, NULL, NULL));
    assert_ok(db, make_tenant_count(db, NULL, &after));
    assert_int_equal(after, before + 1);
    /* The two keys of a link can't both be shared. */
    assert_ok(db, make_use_make_many(db, maker, 5, NULL, &uses));
    assert_memory_equal(&uses.items[0]->job_id, &uses.items[4]->job_id, sizeof(orm_uuid));
    assert_int_not_equal(uses.items[0]->tool_id, uses.items[4]->tool_id);
    test_session_close(&database, db);
    orm_maker_close(maker);
}

static void cycles_end(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.optional_parents = true});
    make_node_list nodes;
    make_knot *knot = NULL;
    make_loop *loop = NULL;
    (void)state;
    assert_ok(db, make_node_make_many(db, maker, 3, NULL, &nodes));
    for (size_t i = 0; i < nodes.count; i++) {
        assert_int_equal(nodes.items[i]->root_id, nodes.items[i]->id);
        assert_false(nodes.items[i]->parent_id.has);
    }
    assert_ok(db, make_knot_make_one(db, maker, NULL, &knot));
    assert_ok(db, make_loop_make_one(db, maker, NULL, &loop));
    assert_false(loop->knot_id.has);
    assert_status(db, make_hen_make_one(db, maker, NULL, NULL), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "hen_id"));
    assert_non_null(strstr(orm_session_error(db)->message, "cycle"));
    test_session_close(&database, db);
    orm_maker_close(maker);
}

/* What can't be made up is said, and the transaction goes on. */
static void what_is_too_hard_is_named(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 0});
    make_riddle *riddle = NULL;
    const char *message;
    (void)state;
    assert_status(db, make_hard_make_one(db, maker, NULL, NULL), ORM_INVALID);
    message = orm_session_error(db)->message;
    assert_non_null(strstr(message, "hard.code"));
    assert_non_null(strstr(message, "^(a)\\1$"));
    assert_non_null(strstr(message, "make_hard_new"));
    assert_ok(db, make_hard_make_one(db, maker, &(make_hard_new){.code = ORM_SET("aa")}, NULL));
    assert_status(db, make_riddle_make_one(db, maker, NULL, NULL), ORM_CHECK);
    message = orm_session_error(db)->message;
    assert_non_null(strstr(message, "riddle"));
    assert_non_null(strstr(message, "code"));
    assert_non_null(strstr(message, "make_riddle_new"));
    make_riddle_new given = {.code = ORM_SET("xsecret")};
    assert_ok(db, make_riddle_make_one(db, maker, &given, &riddle));
    assert_string_equal(riddle->code, "xsecret");
    test_session_close(&database, db);
    orm_maker_close(maker);
}

static void a_seed_repeats_its_rows(void **state)
{
    char first[3][40];
    (void)state;
    for (int i = 0; i < 3; i++) {
        orm_session *db = test_session(&database);
        orm_maker *maker = maker_with((orm_maker_options){.seed = i == 2 ? 8 : 77});
        make_member *member = NULL;
        assert_ok(db, make_member_make_one(db, maker, NULL, &member));
        (void)snprintf(first[i], sizeof first[i], "%s", member->email);
        test_session_close(&database, db);
        orm_maker_close(maker);
    }
    assert_string_equal(first[0], first[1]);
    assert_string_not_equal(first[0], first[2]);
}

/* A second run on a database that kept the rows of the first. */
static void rows_that_are_there_are_passed_by(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        orm_session *db = test_session(&database);
        orm_maker *maker = maker_with((orm_maker_options){.seed = 50});
        make_fixed_list rows;
        assert_ok(db, make_fixed_make_many(db, maker, 4, NULL, &rows));
        assert_ok(db, make_tenant_make_many(db, maker, 4, NULL, NULL));
        assert_ok(db, orm_session_commit(db));
        test_session_close(&database, db);
        orm_maker_close(maker);
    }
    assert_int_equal(test_number(&database, "select count(*) from make_fixed"), 12);
}

/* Rows of many parents take a statement for each table, whatever their number. */
static void many_rows_are_few_statements(void **state)
{
    long long statements[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        orm_session *db = test_session(&database);
        orm_maker *maker = maker_with((orm_maker_options){.seed = 60});
        test_count_start(&database);
        assert_ok(db, make_member_make_many(db, maker, i == 0 ? 3 : 300, NULL, NULL));
        statements[i] = test_count(&database).statements;
        test_session_close(&database, db);
        orm_maker_close(maker);
    }
    assert_int_equal(statements[0], 2);
    assert_int_equal(statements[1], 2);
}

static void a_graph_fills_every_relation(void **state)
{
    orm_session *db = test_session(&database);
    orm_maker *maker = maker_with((orm_maker_options){.seed = 0});
    make_tenant_list tenants;
    make_member_list members;
    make_job_list jobs;
    (void)state;
    assert_ok(db, orm_make_graph(db, maker, &make_tenant_make_factory,
                                 &(orm_graph_options){.rows = 3}, &tenants));
    assert_int_equal(tenants.count, 3);
    assert_ok(db, make_tenant_preload_members(db, &tenants, NULL));
    for (size_t i = 0; i < tenants.count; i++) {
        assert_ok(db, make_tenant_members(tenants.items[i], &members));
        assert_true(members.count >= 3);
        make_member *member = members.items[0];
        make_card *card = NULL;
        assert_ok(db, make_member_load_card(db, member, &card));
        assert_non_null(card);
        assert_ok(db, make_member_load_jobs(db, member, &jobs));
        assert_int_equal(jobs.count, 3);
        make_sticker_list stickers;
        assert_ok(db, make_job_load_stickers(db, jobs.items[0], &stickers));
        assert_int_equal(stickers.count, 3);
        make_tool_list tools;
        assert_ok(db, make_job_load_tools(db, jobs.items[0], &tools));
        assert_true(tools.count >= 3);
    }
    assert_status(db,
                  orm_make_graph(db, maker, &make_tenant_make_factory,
                                 &(orm_graph_options){.max_rows = 5}, NULL),
                  ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "more than 5 rows"));
    test_session_close(&database, db);
    orm_maker_close(maker);
}

/* What the maker does is nothing that the scope of a test sees. */
static void a_scope_is_paused_meanwhile(void **state)
{
    orm_scope *scope = NULL;
    orm_scope_statistics statistics;
    (void)state;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    orm_maker *maker = maker_with((orm_maker_options){.seed = 90, .scope = scope});
    for (int i = 0; i < 5; i++)
        assert_ok(db, make_tenant_make_one(db, maker, NULL, NULL));
    orm_scope_get_statistics(scope, &statistics);
    assert_int_equal(statistics.statements, 0);
    assert_true(statistics.paused > 0);
    test_session_close(&database, db);
    orm_maker_close(maker);
    orm_scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(every_column_gets_a_value_that_fits),
        suite_test(rows_of_every_type_are_made),
        suite_test(small_types_repeat_unless_they_are_unique),
        suite_test(checks_and_patterns_hold),
        suite_test(keys_of_parents_agree),
        suite_test(given_rows_are_parents),
        suite_test(parents_are_shared_when_asked_for),
        suite_test(cycles_end),
        suite_test(what_is_too_hard_is_named),
        suite_test(a_seed_repeats_its_rows),
        suite_test(rows_that_are_there_are_passed_by),
        suite_test(many_rows_are_few_statements),
        suite_test(a_graph_fills_every_relation),
        suite_test(a_scope_is_paused_meanwhile),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
