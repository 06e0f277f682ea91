#include "unit/observe_fixture.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "support/points.h"

static const char *const BY_ARTIST = "SELECT id FROM albums WHERE artist_id = $1";
static const char *const BY_ID = "SELECT id FROM artists WHERE id = $1";

static orm_scope_statistics statistics_of(const fixture *it)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(it->scope, &statistics);
    return statistics;
}

static void test_statistics(void **state)
{
    fixture *it = *state;
    control(it, "BEGIN");
    send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 1, 1);
    send_one(it, ORM_EVENT_INSERT, &ARTIST, "INSERT INTO artists VALUES ($1)", 2, 1);
    load(it, &ARTIST, 0, 3, 1, 1, 101);
    orm_event failed = {.kind = ORM_EVENT_RAW, .sql = "SELEC", .status = ORM_DATABASE, .bytes = 7};
    note(it, &failed);
    orm_scope_statistics now = statistics_of(it);
    assert_int_equal(now.statements, 4);
    assert_int_equal(now.controls, 1);
    assert_int_equal(now.by_kind[ORM_EVENT_CONTROL], 1);
    assert_int_equal(now.by_kind[ORM_EVENT_FIND], 1);
    assert_int_equal(now.by_kind[ORM_EVENT_INSERT], 1);
    assert_int_equal(now.by_kind[ORM_EVENT_RELATION], 1);
    assert_int_equal(now.by_kind[ORM_EVENT_RAW], 1);
    assert_int_equal(now.row_by_row, 1);
    assert_int_equal(now.rows, 3);
    assert_int_equal(now.affected, 1);
    assert_int_equal(now.bytes, 7);
    assert_int_equal(now.errors, 1);
    assert_int_equal(now.duration_ns, 450000);
    orm_scope_clear(it->scope);
    assert_int_equal(statistics_of(it).statements, 0);
}

static int open_without_detector(void **state)
{
    return fixture_open_with(state, &(orm_scope_options){.no_detector = true});
}

static void test_numbers_only(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 5; id++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 1, id);
    assert_int_equal(statistics_of(it).statements, 5);
    assert_int_equal(findings(it), 0);
}

static int open_small(void **state)
{
    return fixture_open_with(
        state, &(orm_scope_options){.max_statements = 32, .max_values = 10, .max_findings = 2});
}

static void test_limits_are_told(void **state)
{
    fixture *it = *state;
    const char *text = NULL;
    for (int line = 1; line <= 3; line++)
        for (volatile int64_t id = 1; id <= 8; id++)
            send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, id);
    for (int line = 10; line <= 100; line++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, 1);
    orm_scope_statistics now = statistics_of(it);
    assert_int_equal(findings(it), 2);
    assert_true(now.dropped > 0);
    assert_int_equal(now.untold, 6);
    assert_true(now.unwatched > 0);
    assert_int_equal(finding(it, 0)->statements, 8);
    assert_int_equal(orm_scope_report(it->scope, NULL, &text), ORM_OK);
    assert_non_null(strstr(text, "INCONCLUSIVE: "));
    assert_true(orm_scope_is_inconclusive(it->scope));
    assert_int_equal(orm_scope_verdict(it->scope), ORM_VERDICT_FINDINGS);
    assert_non_null(strstr(text, ".max_statements"));
    assert_non_null(strstr(text, ".max_values"));
    assert_non_null(strstr(text, ".max_findings"));
    orm_scope_clear(it->scope);
    assert_false(orm_scope_is_inconclusive(it->scope));
    assert_int_equal(orm_scope_verdict(it->scope), ORM_VERDICT_CLEAN);
}

static void test_bounds_without_findings_are_no_clean_bill(void **state)
{
    fixture *it = *state;
    const char *text = NULL;
    for (int line = 10; line <= 100; line++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, 1);
    assert_int_equal(findings(it), 0);
    assert_int_equal(orm_scope_verdict(it->scope), ORM_VERDICT_INCONCLUSIVE);
    assert_int_equal(orm_scope_report(it->scope, NULL, &text), ORM_OK);
    assert_non_null(strstr(text, "\nINCONCLUSIVE: "));
    orm_report_options json = {.format = ORM_REPORT_JSON};
    assert_int_equal(orm_scope_report(it->scope, &json, &text), ORM_OK);
    assert_non_null(strstr(text, "\"verdict\":\"inconclusive\"}"));
}

/* Two values of a list too old to be searched: perhaps a loop, which is said until it is known. */
static void test_searches_that_end_early_are_told(void **state)
{
    fixture *it = *state;
    list(it, &ARTIST, NULL, 5, 0, 8);
    for (int line = 10; line < 80; line++)
        list(it, &TRACK, NULL, line, 0, 2);
    for (volatile int64_t id = 101; id <= 102; id++)
        send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 90, id);
    assert_int_equal(findings(it), 0);
    assert_int_equal(statistics_of(it).unsearched, 1);
    assert_int_equal(orm_scope_verdict(it->scope), ORM_VERDICT_INCONCLUSIVE);
    for (volatile int64_t id = 103; id <= 104; id++)
        send_one(it, ORM_EVENT_SELECT, &ALBUM, BY_ARTIST, 91, id);
    assert_int_equal(statistics_of(it).unsearched, 2);
}

/* Sessions that are over make room without being missed. */
static void test_many_sessions(void **state)
{
    fixture *it = *state;
    for (it->session = 1; it->session <= 2000; it->session++)
        for (int line = 1; line <= 5; line++)
            send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, 1);
    for (volatile int64_t id = 1; id <= 3; id++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 9, id);
    assert_int_equal(findings(it), 1);
    assert_int_equal(statistics_of(it).unwatched, 0);
}

typedef struct heap {
    size_t calls;
    size_t fail_at; /* this call and all later ones fail; 0: none */
    size_t bytes;
} heap;

static void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    heap *it = context;
    if (new_size > 0 && ++it->calls >= it->fail_at && it->fail_at > 0)
        return NULL;
    it->bytes += new_size - old_size;
    if (new_size > 0)
        return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static void run_everything(fixture *it)
{
    const char *text = NULL;
    list(it, &ARTIST, NULL, 10, 0, 5);
    for (volatile int64_t key = 101; key <= 105; key++)
        load(it, &ARTIST, 0, 20, 10, 5, key);
    for (int line = 30; line < 80; line++)
        for (volatile int64_t id = 1; id <= 3; id++)
            send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, id);
    orm_report_options json = {.format = ORM_REPORT_JSON};
    orm_status status = orm_scope_report(it->scope, NULL, &text);
    assert_true((status == ORM_OK) == (text != NULL));
    status = orm_scope_report(it->scope, &json, &text);
    assert_true(status == ORM_OK || status == ORM_NOMEM);
}

static void test_each_allocation_may_fail(void **state)
{
    size_t calls = 0;
    (void)state;
    for (size_t n = 0; n == 0 || n <= calls; n += (size_t)test_point_step()) {
        heap memory = {.fail_at = n};
        orm_scope_options options = {.allocator = {heap_resize, &memory}};
        void *opened = NULL;
        if (fixture_open_with(&opened, &options) == 0) {
            run_everything(opened);
            assert_int_equal(fixture_close(&opened), 0);
        }
        assert_int_equal(memory.bytes, 0);
        if (n == 0)
            calls = memory.calls;
    }
    assert_true(calls > 5);
}

static void test_steady_state_allocates_nothing(void **state)
{
    heap memory = {0};
    orm_scope_options options = {.allocator = {heap_resize, &memory}};
    (void)state;
    void *opened = NULL;
    assert_int_equal(fixture_open_with(&opened, &options), 0);
    fixture *it = opened;
    for (volatile int64_t id = 0; id < 100; id++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 1, id);
    size_t before = memory.calls;
    int64_t start = orm__now();
    for (volatile int64_t n = 0; n < 100000; n++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 1, n % 100);
    print_message("%.1f ns a statement, its fingerprint included\n",
                  (double)(orm__now() - start) / 100000);
    assert_int_equal(memory.calls, before);
    assert_int_equal(fixture_close(&opened), 0);
}

typedef struct worker {
    fixture *shared;
    uint64_t session;
    pthread_t thread;
} worker;

static void *work(void *argument)
{
    worker *it = argument;
    orm_scope *scope = it->shared->scope;
    for (volatile int64_t id = 0; id < 1000; id++) {
        orm_value value = integer(id);
        orm_event event = {.kind = ORM_EVENT_FIND,
                           .model = &ARTIST,
                           .sql = BY_ID,
                           .sql_size = strlen(BY_ID),
                           .fingerprint = 7,
                           .site = site_at(1),
                           .values = &value,
                           .value_count = 1};
        orm__witness witness = {.session = it->session, .frame = __builtin_frame_address(0)};
        orm__scope_note(scope, &event, &witness);
        (void)orm_scope_finding_count(scope);
    }
    return NULL;
}

static void test_threads_share_a_scope(void **state)
{
    enum { WORKERS = 4 };
    worker workers[WORKERS];
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = (worker){.shared = *state, .session = i + 1};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    const fixture *it = *state;
    assert_int_equal(statistics_of(it).statements, WORKERS * 1000);
    assert_int_equal(findings(it), 1);
    assert_int_equal(finding(it, 0)->statements, WORKERS * 1000);
    assert_int_equal(finding(it, 0)->distinct, 1000);
    assert_int_equal(finding(it, 0)->sessions, WORKERS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_statistics),
        cmocka_unit_test_setup_teardown(test_numbers_only, open_without_detector, fixture_close),
        cmocka_unit_test_setup_teardown(test_limits_are_told, open_small, fixture_close),
        cmocka_unit_test_setup_teardown(test_bounds_without_findings_are_no_clean_bill, open_small,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(test_searches_that_end_early_are_told, fixture_open,
                                        fixture_close),
        TEST(test_many_sessions),
        cmocka_unit_test(test_each_allocation_may_fail),
        cmocka_unit_test(test_steady_state_allocates_nothing),
        TEST(test_threads_share_a_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
