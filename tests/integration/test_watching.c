/* What it costs to be watched, and not to be: memory, on real statements. */
#include <orm/orm.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "torture/heap.h"

enum { PEOPLE = 20, STATEMENTS = 500 };

static heap memory;

static int open_database(void **state)
{
    (void)state;
    heap_init(&memory);
    test_open(&database, &(orm_engine_options){.allocator = heap_allocator(&memory)},
              "models/graph.yaml", NULL);
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

static void test_nobody_watching_costs_no_memory(void **state)
{
    (void)state;
    g_person *row = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 1, &row));
    (void)ask_again(db, row);
    test_count_start(&database);
    assert_int_equal(ask_again(db, row), 0);
    assert_statements(&database, STATEMENTS);
    test_session_close(&database, db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(test_nobody_watching_costs_no_memory),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
