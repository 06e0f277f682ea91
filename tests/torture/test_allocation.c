/*
 * Every allocation of representative units of work fails once, alone and with all that follow.
 * Each time the failure is told, nothing is lost, given back twice or wrongly measured, what
 * succeeded is whole, and the engine serves the next session.
 */
#include "support/fixture.h"
#include "support/graph.h"
#include "support/points.h"
#include "torture/cases.h"
#include "torture/cases_raw.h"
#include "torture/cases_rows.h"
#include "torture/heap.h"
#include "torture/streams.h"

enum { PEOPLE = 9, MAX_POINTS = 20000 };

typedef struct torture_case {
    const char *name;
    unit_of_work *work;
    bool commits; /* a thing of the name "committed" */
} torture_case;

static const torture_case cases[] = {
    {"select graph", select_graph, false},
    {"select joined", select_joined, false},
    {"select in every way", select_ways, false},
    {"find and load", find_and_load, false},
    {"preload lists", preload_lists, false},
    {"turn pages", turn_pages, false},
    {"count by predicates", count_by_predicates, false},
    {"compare rows", compare_rows, false},
    {"fill structs", fill_structs, false},
    {"defer columns", defer, false},
    {"lock rows", lock_rows, false},
    {"unite queries", unite, false},
    {"select distinct rows", select_distinct, false},
    {"run raw", run_raw, false},
    {"run named", run_named, false},
    {"explain", explain_query, false},
    {"write and roll back", write_and_roll_back, false},
    {"write and commit", write_and_commit, true},
    {"nest and release", nest_and_release, false},
    {"batch", batch, false},
    {"violate", violate, false},
    {"stream", stream, false},
    {"walk people", walk_people, false},
    {"walk regions", walk_regions, false},
    {"watch", watch, false},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", "models/torture.yaml", "models/deferred.yaml",
              "models/views.yaml", NULL);
    test_graph_fill(&database, PEOPLE);
    test_execute(&database,
                 "insert into scribes (name, bio) values ('ada', 'long'), ('bob', null)");
    test_execute(&database,
                 "insert into scrolls (id, \"the text\", author_id, title) select 1, 'once',"
                 " id, 'one' from scribes where name = 'ada'");
    test_execute(&database, "insert into keepers values (1, 'ada', 'done'), (2, 'bob', null)");
    test_execute(&database, "insert into wares values (1, 1, '1.0', 'a   ', 'done'),"
                            " (2, 1, '1.00', 'a   ', 'done'), (3, 1, null, 'a   ', null)");
    test_execute(&database, "create view offers as select owner_id, price, code, state from wares");
    return 0;
}

static orm_status open_engine(heap *h, orm_engine **engine_out, orm_error *error)
{
    orm_engine_options options = {.url = database.url,
                                  .pool_size = 2,
                                  .statement_cache_size = 5,
                                  .allocator = heap_allocator(h)};
    return orm_engine_open(&options, engine_out, error);
}

static void check_error(const orm_error *error, orm_status status)
{
    assert_int_equal(error->status, status);
    assert_true(error->message[0] != '\0');
}

/* The engine and a session that met a failure still work. */
static void check_usable(run *r)
{
    orm_engine_status status;
    int64_t count = 0;
    orm_session_rollback(r->db);
    assert_ok(r->db, g_person_count(r->db, NULL, &count));
    assert_int_equal(count, PEOPLE);
    orm_session_close(r->db);
    r->db = NULL;
    orm_session *db = NULL;
    assert_int_equal(orm_session_open(r->engine, NULL, &db, NULL), ORM_OK);
    assert_ok(db, g_person_count(db, NULL, &count));
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    orm_engine_get_status(r->engine, &status);
    assert_int_equal(status.in_use, 0);
    assert_int_equal(status.waiting, 0);
    assert_int_equal(status.open, status.idle);
    assert_int_equal(status.opened - status.closed, status.open);
}

static void check_heap(const heap *h)
{
    if (h->fault != NULL)
        fail_msg("the allocator was misused: %s", h->fault);
    assert_int_equal(h->blocks, 0);
    assert_int_equal(h->bytes, 0);
}

/* Whether the row was committed is what the status says. */
static void check_committed(const torture_case *each, orm_status status)
{
    if (!each->commits)
        return;
    long long rows = test_number(&database, "select count(*) from things");
    assert_int_equal(rows, status == ORM_OK);
    test_execute(&database, "delete from things");
}

static void fail_case(const torture_case *each, long n, const run *r)
{
    char report[2048] = "";
    const orm_error *error = each->work == watch ? &r->error : orm_session_error(r->db);
    (void)orm_error_format(error, report, sizeof report);
    fail_msg("%s, allocation %ld: %s", each->name, n, report);
}

/* Returns whether anything failed. `expected`: what the case tells when nothing fails. */
static bool run_case(const torture_case *each, bool warm, long n, heap_mode mode, char **expected)
{
    heap h;
    heap_init(&h);
    orm_allocator allocator = heap_allocator(&h);
    run r = {.allocator = &allocator, .postgresql = database.postgresql};
    assert_int_equal(open_engine(&h, &r.engine, &r.error), ORM_OK);
    assert_int_equal(orm_session_open(r.engine, NULL, &r.db, &r.error), ORM_OK);
    if (warm) {
        assert_int_equal(each->work(&r), ORM_OK);
        check_committed(each, ORM_OK);
        r.dump.size = 0;
        orm_session_rollback(r.db);
    }
    heap_arm(&h, n, mode);
    orm_status status = each->work(&r);
    if (status != ORM_OK && each->work == watch)
        check_error(&r.error, status);
    else if (status != ORM_OK)
        check_error(orm_session_error(r.db), status);
    long failed = h.failed;
    heap_arm(&h, 0, mode);
    if (status != ORM_OK && status != ORM_NOMEM)
        fail_case(each, n, &r);
    if (status == ORM_OK && *expected == NULL && failed == 0)
        *expected = strdup(r.dump.data == NULL ? "" : r.dump.data);
    else if (status == ORM_OK)
        assert_same_text(r.dump.data == NULL ? "" : r.dump.data, *expected);
    check_usable(&r);
    check_committed(each, status);
    assert_int_equal(orm_engine_close(r.engine, NULL), ORM_OK);
    check_heap(&h);
    heap_dispose(&h);
    test_text_free(&r.dump);
    return failed > 0;
}

static long point_step(heap_mode mode)
{
    /* Without any memory most points end alike. */
    long least = mode == HEAP_FAIL_ONWARDS ? 5 : 1;
    long step = test_point_step();
    return step > least ? step : least;
}

static void torture(const torture_case *each, bool warm, heap_mode mode)
{
    char *expected = NULL;
    long n = 1;
    long step = point_step(mode);
    assert_false(run_case(each, warm, 0, mode, &expected));
    for (; run_case(each, warm, n, mode, &expected); n += step)
        assert_true(n < MAX_POINTS);
    print_message("%s%s: %ld allocations\n", each->name, warm ? ", again" : "", n - 1);
    /* With everything prepared and memory kept from before there may be no need for any. */
    assert_true(warm || n > 5);
    free(expected);
}

static void every_allocation_fails_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        torture(&cases[i], false, HEAP_FAIL_ONCE);
}

static void every_allocation_fails_with_prepared_statements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        torture(&cases[i], true, HEAP_FAIL_ONCE);
}

static void memory_runs_out_for_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        torture(&cases[i], false, HEAP_FAIL_ONWARDS);
}

static orm_status live(heap *h)
{
    orm_engine *engine = NULL;
    orm_error error = {0};
    orm_session *db = NULL;
    g_person *person = NULL;
    orm_status status = open_engine(h, &engine, &error);
    if (status == ORM_OK)
        status = orm_session_open(engine, NULL, &db, &error);
    if (status == ORM_OK) {
        status = g_person_find(db, 1, &person);
        if (status == ORM_OK)
            status = orm_session_commit(db);
        error = *orm_session_error(db);
    }
    if (status != ORM_OK)
        check_error(&error, status);
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    return status;
}

static void an_engine_that_cannot_open_leaves_nothing(void **state)
{
    heap_mode modes[] = {HEAP_FAIL_ONCE, HEAP_FAIL_ONWARDS};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        long failed = 1;
        long n = 0;
        for (; failed > 0; n++) {
            heap h;
            heap_init(&h);
            heap_arm(&h, n + 1, modes[i]);
            orm_status status = live(&h);
            failed = h.failed;
            /* It may do without one of them, when it can ask again. */
            if (status != ORM_OK)
                assert_int_equal(status, ORM_NOMEM);
            assert_true(status == ORM_NOMEM || failed < 2);
            check_heap(&h);
            heap_dispose(&h);
            assert_true(n < MAX_POINTS);
        }
        assert_true(n > 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(an_engine_that_cannot_open_leaves_nothing),
        suite_test(every_allocation_fails_alone),
        suite_test(every_allocation_fails_with_prepared_statements),
        suite_test(memory_runs_out_for_good),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
