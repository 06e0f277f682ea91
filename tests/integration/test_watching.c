/* What it costs to be watched, and not to be: memory, on real statements. */
#include <stdio.h>
#include <stdlib.h>

#include <orm/orm.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "torture/heap.h"

enum {
    PEOPLE = 20,
    STATEMENTS = 500,
    WATCHED = 10000, /* unless ORM_TEST_WATCHED says how many */
    A_SESSION = 5000,
    A_MARK = 100,
    SHAPES = 40,
    SITES = 5000,
    LOOPS = 8,
    SCOPE_BYTES = 8 * 1024 * 1024, /* as nplusone.h says */
    SESSION_BYTES = 1024 * 1024
};

static heap memory;
static heap scope_memory;

static int open_database(void **state)
{
    (void)state;
    heap_init(&memory);
    test_open(&database, &(orm_engine_options){.allocator = heap_allocator(&memory)},
              "models/graph.yaml", NULL);
    test_unwatch(&database); /* the memory of watching is measured, and that of not watching */
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static int close_all(void **state)
{
    (void)close_database(state);
    heap_dispose(&memory);
    return 0;
}

/* Statements that were sent before, in memory that is given back for the next ones. */
static long ask_again(orm_session *db, g_person *row)
{
    orm_mark mark;
    assert_ok(db, orm_session_mark(db, &mark));
    heap_arm(&memory, 0, HEAP_FAIL_ONCE);
    for (int i = 0; i < STATEMENTS; i++)
        assert_ok(db, g_person_refresh(db, row));
    long asked = memory.calls;
    assert_ok(db, orm_session_release(db, mark));
    return asked;
}

/* Where each piece of an arena is the allocator's, so that use after a release is caught. */
#if defined __SANITIZE_ADDRESS__
#define ARENAS_ARE_SPLIT true
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define ARENAS_ARE_SPLIT true
#endif
#endif
#ifndef ARENAS_ARE_SPLIT
#define ARENAS_ARE_SPLIT false
#endif

static void test_nobody_watching_costs_no_memory(void **state)
{
    (void)state;
    if (ARENAS_ARE_SPLIT)
        skip();
    g_person *row = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 1, &row));
    (void)ask_again(db, row);
    test_count_start(&database);
    assert_int_equal(ask_again(db, row), 0);
    assert_statements(&database, STATEMENTS);
    test_session_close(&database, db);
}

/* One of many shapes of statement, asked for by one of many calls or in a loop, with values of its
 * own. */
static orm_status ask_one(orm_session *db, long number)
{
    int line = (int)(number / LOOPS % 2 == 0 ? number % SITES : number % LOOPS);
    const orm_site site = {
        .file = "app/many.c", .function = "ask", .line = 1 + line, .counter = line};
    char sql[128];
    g_person *row = NULL;
    g_team_list teams;
    int64_t count = 0;
    orm_value value = orm_bind_int(number);
    switch (number % 4) {
    case 0:
        return g_person_find_at(site, db, 1 + number % PEOPLE, &row);
    case 1:
        return g_team_select_at(
            site, db, &(g_team_query){.limit = 3, .with = {.members = &g_person_all}}, &teams);
    case 2:
        (void)snprintf(sql, sizeof sql, "SELECT %ld FROM people WHERE \"person id\" = $1",
                       number % SHAPES);
        return orm_raw_at(site, db, sql, &value, 1, NULL, NULL, NULL);
    default:
        return g_person_count_at(
            site, db, &(g_person_query){.where = g_person_team_id_is(orm_eq(number))}, &count);
    }
}

/* What the engine holds at most beyond what it held before. */
static long run_statements(orm_scope *scope, long count)
{
    long before = memory.bytes;
    memory.peak = memory.bytes;
    for (long done = 0; done < count;) {
        orm_mark mark;
        orm_session *db =
            test_session_with(&database, &(orm_session_options){.scope = scope, .read_only = true});
        for (long i = 0; i < A_SESSION && done < count; i++, done++) {
            if (i % A_MARK == 0)
                assert_ok(db, orm_session_mark(db, &mark));
            orm_status status = ask_one(db, done);
            assert_status(db, status == ORM_NOT_FOUND ? ORM_OK : status, ORM_OK);
            if (i % A_MARK == A_MARK - 1)
                assert_ok(db, orm_session_release(db, mark));
        }
        test_session_close(&database, db);
    }
    return memory.peak - before;
}

/* Many shapes, calls and values, more of each than a scope tells apart. */
static void test_memory_of_watching_is_bounded(void **state)
{
    (void)state;
    const char *wanted = getenv("ORM_TEST_WATCHED");
    long count = wanted == NULL ? WATCHED : strtol(wanted, NULL, 10);
    orm_scope *scope = NULL;
    orm_scope_statistics statistics;
    const char *report = NULL;
    (void)run_statements(NULL, SITES); /* what is prepared once */
    long plain = run_statements(NULL, SITES);
    heap_init(&scope_memory);
    assert_int_equal(orm_scope_open(&(orm_scope_options){.allocator = heap_allocator(&scope_memory),
                                                         .latent = true},
                                    &scope, NULL),
                     ORM_OK);
    long watched = run_statements(scope, count);
    orm_scope_get_statistics(scope, &statistics);
    assert_true(statistics.statements >= count / 2); /* some rows are known */
    assert_true(orm_scope_finding_count(scope) > 0);
    print_message(
        "%ld statements: scope %ld bytes at most, %ld now; sessions %ld watched, %ld not\n",
        (long)statistics.statements, scope_memory.peak, scope_memory.bytes, watched, plain);
    assert_true(scope_memory.peak <= SCOPE_BYTES);
    assert_true(watched <= plain + SESSION_BYTES);
    assert_int_equal(orm_scope_report(scope, NULL, &report), ORM_OK);
    assert_true(scope_memory.peak <= SCOPE_BYTES);
    orm_scope_close(scope);
    assert_int_equal(scope_memory.bytes, 0);
    assert_null(scope_memory.fault);
    heap_dispose(&scope_memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(test_nobody_watching_costs_no_memory),
        suite_test(test_memory_of_watching_is_bounded),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
