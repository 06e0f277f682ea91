/*
 * Every allocation of what watches and of what makes rows fails once, alone and with all that
 * follow: statistics, a request's summary and record, factories and the growth test. Each time the
 * failure is told, or only what was watched is lost; nothing is lost of memory.
 */
#include <stdio.h>
#include <unistd.h>

#include <orm/nplusone.h>
#include <orm/statistics.h>
#include <orm/testing.h>

#include "factories.make.h"
#include "support/fixture.h"
#include "support/points.h"
#include "torture/heap.h"

enum { MAX_POINTS = 20000 };

typedef struct place {
    orm_allocator allocator;
    orm_engine *engine; /* of that allocator; NULL: the work opens what it needs */
    char text[4096];    /* what it told when nothing failed */
} place;

typedef orm_status work(place *at);

typedef struct torture_case {
    const char *name;
    work *work;
    bool own_engine;
    long step; /* at least that many allocations from a failure to the next */
} torture_case;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/factories.yaml", NULL);
    return 0;
}

static void say(place *at, const char *text)
{
    size_t used = strlen(at->text);
    (void)snprintf(at->text + used, sizeof at->text - used, "%s\n", text);
}

static orm_status ask(orm_session *db, void *context)
{
    int64_t count = 0;
    make_tenant_list tenants;
    (void)context;
    orm_status status = make_tenant_count(db, NULL, &count);
    for (int i = 0; i < 3 && status == ORM_OK; i++)
        status = make_tenant_select(db, NULL, &tenants);
    return status;
}

static orm_status count_statements(place *at, orm_statistics *statistics)
{
    orm_statement_statistics entries[8];
    const char *text = NULL;
    orm_status status =
        orm_session_run(at->engine, &(orm_session_options){.read_only = true}, ask, NULL, NULL);
    int64_t executions = 0;
    size_t count = orm_statistics_get(statistics, entries, 8);
    for (size_t i = 0; i < count && i < 8; i++)
        executions += entries[i].count;
    assert_true(executions <= 4);
    if (status == ORM_OK)
        status = orm_statistics_report(statistics, ORM_REPORT_TEXT, &text);
    if (status == ORM_OK)
        status = orm_statistics_report(statistics, ORM_REPORT_JSON, &text);
    if (status == ORM_OK)
        orm_statistics_clear(statistics);
    return status;
}

static orm_status keep_statistics(place *at)
{
    orm_statistics *statistics = NULL;
    orm_error error = {.status = ORM_OK};
    orm_status status = orm_statistics_open(&(orm_statistics_options){.allocator = at->allocator},
                                            &statistics, &error);
    if (status == ORM_OK)
        status = orm_statistics_watch(statistics, at->engine, &error);
    if (status == ORM_OK)
        status = count_statements(at, statistics);
    orm_statistics_close(statistics);
    return status;
}

static orm_status write_summaries(place *at, orm_scope *scope)
{
    static const orm_summary_format formats[] = {ORM_SUMMARY_SERVER_TIMING, ORM_SUMMARY_HEADER,
                                                 ORM_SUMMARY_JSON};
    orm_status status = orm_session_run(
        at->engine, &(orm_session_options){.read_only = true, .scope = scope}, ask, NULL, NULL);
    for (size_t i = 0; i < 3 && status == ORM_OK; i++) {
        const char *text = NULL;
        status = orm_scope_summary(scope, formats[i], &text);
        assert_true(status != ORM_OK || text[0] != '\0');
    }
    if (status == ORM_OK)
        status = orm_scope_append(scope, "/dev/null", NULL, NULL);
    return status;
}

static orm_status sum_up(place *at)
{
    orm_scope *scope = NULL;
    orm_scope_options options = {.allocator = at->allocator, .name = "request", .max_trace = 8};
    orm_status status = orm_scope_open(&options, &scope, NULL);
    if (status == ORM_OK)
        status = write_summaries(at, scope);
    orm_scope_close(scope);
    return status;
}

static orm_status make_rows(orm_session *db, void *context)
{
    place *at = context;
    orm_maker *maker = NULL;
    make_tenant_list tenants = {.count = 0};
    orm_status status =
        orm_maker_open(&(orm_maker_options){.allocator = at->allocator}, &maker, NULL);
    if (status == ORM_OK)
        status = orm_make_graph(db, maker, &make_tenant_make_factory,
                                &(orm_graph_options){.depth = 2}, &tenants);
    for (size_t i = 0; i < tenants.count && status == ORM_OK; i++)
        say(at, tenants.items[i]->name);
    orm_maker_close(maker);
    return status == ORM_OK ? ORM_CANCELLED : status; /* the rows are not to stay */
}

static orm_status make_graph(place *at)
{
    orm_status status = orm_session_run(at->engine, NULL, make_rows, at, NULL);
    return status == ORM_CANCELLED ? ORM_OK : status;
}

static orm_status grow(place *at)
{
    orm_growth growth = {.findings = 0};
    orm_error error = {.status = ORM_OK};
    orm_growth_options options = {
        .engine = {.url = database.url, .allocator = at->allocator, .pool_size = 1},
        .roots = {&make_tenant_make_factory},
        .graph = {.depth = 1},
        .handler = ask};
    orm_status status = orm_growth_run(&options, &growth, &error);
    if (status == ORM_OK) {
        assert_false(growth.grows);
        assert_int_equal(growth.few_statements, growth.many_statements);
        orm_growth_dispose(&growth);
    }
    return status;
}

static const torture_case cases[] = {
    {"statistics", keep_statistics, false, 1},
    {"summaries", sum_up, false, 1},
    {"factories", make_graph, false, 1},
    {"growth", grow, true, 1},
};

static void check_heap(const heap *h)
{
    if (h->fault != NULL)
        fail_msg("the allocator was misused: %s", h->fault);
    assert_int_equal(h->blocks, 0);
    assert_int_equal(h->bytes, 0);
}

/* Returns whether anything failed. `told`: what the case tells when nothing fails. */
static bool run_case(const torture_case *each, long n, heap_mode mode, char *told)
{
    heap h;
    heap_init(&h);
    place at = {.allocator = heap_allocator(&h)};
    orm_engine_options options = {.url = database.url, .pool_size = 1, .allocator = at.allocator};
    if (!each->own_engine)
        assert_int_equal(orm_engine_open(&options, &at.engine, NULL), ORM_OK);
    heap_arm(&h, n, mode);
    orm_status status = each->work(&at);
    long failed = h.failed;
    heap_arm(&h, 0, mode);
    if (status != ORM_OK && status != ORM_NOMEM)
        fail_msg("%s, allocation %ld: %s", each->name, n, orm_status_name(status));
    assert_true(status == ORM_OK || failed > 0);
    if (n == 0)
        memcpy(told, at.text, sizeof at.text);
    else if (status == ORM_OK)
        assert_string_equal(at.text, told);
    if (at.engine != NULL)
        assert_int_equal(orm_engine_close(at.engine, NULL), ORM_OK);
    check_heap(&h);
    heap_dispose(&h);
    assert_int_equal(test_number(&database, "select count(*) from make_tenants"), 0);
    return failed > 0;
}

static void torture(const torture_case *each, heap_mode mode)
{
    char told[sizeof((place *)NULL)->text];
    long step = test_point_step();
    long n = 1;
    if (step < each->step)
        step = each->step;
    if (mode == HEAP_FAIL_ONWARDS)
        step *= 5;
    assert_false(run_case(each, 0, mode, told));
    for (; run_case(each, n, mode, told); n += step)
        assert_true(n < MAX_POINTS);
    print_message("%s: %ld allocations\n", each->name, n - 1);
    assert_true(n > 5);
}

static void every_allocation_fails_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        torture(&cases[i], HEAP_FAIL_ONCE);
}

static void memory_runs_out_for_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        torture(&cases[i], HEAP_FAIL_ONWARDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(every_allocation_fails_alone),
        suite_test(memory_runs_out_for_good),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
