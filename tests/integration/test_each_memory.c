/*
 * Streams hold the same memory for any number of rows. ORM_TEST_EACH_ROWS sets how many there are
 * (60,000 unless set; 1,000,000 for the full measurement), compared with a hundredth of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <orm/nplusone.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "torture/heap.h"

enum { ROWS_DEFAULT = 60000, BATCHES_APART = 128 * 1024, WATCHED_APART = 2 * 1024 * 1024 };

#define NUMBERS                                                                                    \
    "(with recursive n(i) as (select 1 union all select i + 1 from n where i < %" PRId64           \
    ") select i from n) n"

static int64_t total;

static int open_database(void **state)
{
    (void)state;
    const char *wanted = getenv("ORM_TEST_EACH_ROWS");
    total = wanted == NULL ? ROWS_DEFAULT : strtoll(wanted, NULL, 10);
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_execute(&database,
                 "insert into people (\"person id\", name) select i, 'person ' || i from " NUMBERS,
                 total);
    test_execute(&database,
                 "insert into tasks (id, person_id, title, \"order\", done)"
                 " select i, i, 'task ' || i, 0, %s from " NUMBERS,
                 test_either(&database, "1", "true"), total);
    return 0;
}

static orm_status look(orm_session *db, g_person *person, void *context)
{
    g_chore_list tasks;
    assert_ok(db, g_person_tasks(person, &tasks));
    assert_int_equal(tasks.count, 1);
    assert_int_equal(tasks.items[0]->id, person->id);
    ++*(int64_t *)context;
    return ORM_OK;
}

static orm_status load(orm_session *db, g_person *person, void *context)
{
    g_chore_list tasks;
    assert_ok(db, g_person_load_tasks(db, person, &tasks));
    return look(db, person, context);
}

static long resident_kilobytes(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* The most bytes the library held while it streamed that many rows. */
static long peak_of(int64_t rows, const orm_session_options *session_options,
                    g_person_each_callback *callback, heap *h)
{
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    int64_t seen = 0;
    orm_engine_options options = {.url = database.url, .allocator = heap_allocator(h)};
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, session_options, &db, NULL), ORM_OK);
    g_person_query query = {.order_by = {G_PERSON_BY_ID}, .limit = rows};
    if (callback == look)
        query.with.tasks = &g_chore_all;
    h->peak = 0;
    assert_ok(db, g_person_each(db, &query, NULL, callback, &seen));
    assert_int_equal(seen, rows);
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    return h->peak;
}

static void compare(const orm_session_options *asked, bool watched,
                    g_person_each_callback *callback, int64_t most, long allowed)
{
    heap h;
    orm_session_options options[2] = {*asked, *asked};
    heap_init(&h);
    orm_scope_options scope_options = {.allocator = heap_allocator(&h)};
    for (int i = 0; i < 2 && watched; i++)
        assert_int_equal(orm_scope_open(&scope_options, &options[i].scope, NULL), ORM_OK);
    long few = peak_of(most / 100, &options[0], callback, &h);
    long resident = resident_kilobytes();
    long many = peak_of(most, &options[1], callback, &h);
    print_message("%" PRId64 " rows: %ld bytes; %" PRId64 " rows: %ld bytes; resident %ld and %ld"
                  " KiB\n",
                  most / 100, few, most, many, resident, resident_kilobytes());
    assert_in_range(many, 0, few + allowed);
    for (int i = 0; i < 2; i++)
        orm_scope_close(options[i].scope);
    assert_int_equal(h.bytes, 0);
    heap_dispose(&h);
}

static void memory_does_not_grow_with_the_rows(void **state)
{
    (void)state;
    compare(&(orm_session_options){.read_only = true}, false, look, total, BATCHES_APART);
}

static void nor_does_it_when_watched(void **state)
{
    (void)state;
    compare(&(orm_session_options){.read_only = true}, true, look, total, WATCHED_APART);
}

static void nor_by_what_a_callback_loads_for_its_row(void **state)
{
    (void)state;
    int64_t most = total < ROWS_DEFAULT ? total : ROWS_DEFAULT;
    compare(&(orm_session_options){.read_only = true}, false, load, most, BATCHES_APART);
    compare(&(orm_session_options){.load_siblings = true}, false, load, most, BATCHES_APART);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(memory_does_not_grow_with_the_rows),
        suite_test(nor_does_it_when_watched),
        suite_test(nor_by_what_a_callback_loads_for_its_row),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
