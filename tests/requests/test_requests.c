/* A service's requests: the line of the log by its schema, headers, findings, the ring. */
#include <pthread.h>

#include "requests_fixture.h"
#include "torture/heap.h"

#define TRACE_ID "5bd66ef5095369c7b0d1f8f4bd33716a"
#define HOSTILE  "<script>alert(1)</script>\"'&\\ \x01\n\xC3\x28\xE2\x82\xAC"

static log_text logged;

static orm_requests *open_requests(orm_requests_options options)
{
    orm_requests *requests = NULL;
    memset(&logged, 0, sizeof logged);
    options.writer = write_log;
    options.writer_context = &logged;
    assert_int_equal(orm_requests_open(&options, &requests, NULL), ORM_OK);
    return requests;
}

/* Judged by the last test, all together. */
static log_text everything;

static void assert_lines(int lines)
{
    assert_int_equal(logged.lines, lines);
    write_log(&everything, logged.text, logged.size);
    for (const char *at = logged.text; (at = strchr(at, '\n')) != NULL; at++)
        lines--;
    assert_int_equal(lines, 0);
}

static void every_line_is_valid(void **state)
{
    (void)state;
    assert_true(everything.lines > 5);
    write_file("log.jsonl", everything.text);
    if (shell(VALIDATE SCHEMAS "/request-log.schema.json log.jsonl") != 0)
        fail_msg("%s", output);
    /* And what is wrong is not. */
    assert_int_not_equal(
        shell("sed 's/\"duration_ns\":/\"duration\":/' log.jsonl > wrong.jsonl && " VALIDATE SCHEMAS
              "/request-log.schema.json wrong.jsonl"),
        0);
}

#define assert_logged(what)                                                                        \
    do {                                                                                           \
        if (strstr(logged.text, what) == NULL)                                                     \
            fail_msg("%s is not in %s", what, logged.text);                                        \
    } while (0)

#define assert_not_logged(what) assert_null(strstr(logged.text, what))

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_unwatch(&database); /* loops are what is shown */
    test_graph_fill(&database, PEOPLE);
    open_folder();
    return 0;
}

static void a_line_says_what_a_request_asked_for(void **state)
{
    (void)state;
    orm_requests *requests = open_requests((orm_requests_options){.one_of = 1});
    test_count_start(&database);
    serve(requests,
          &(orm_request_start){.method = "GET",
                               .route = "/teams/{id}",
                               .target = "/teams/5?token=secret",
                               .traceparent = "00-" TRACE_ID "-c532cb4098ac3dd2-01"},
          together, 200);
    assert_statements(&database, 2);
    assert_lines(1);
    assert_logged("\"method\":\"GET\",\"route\":\"/teams/{id}\",\"target\":\"/teams/5\","
                  "\"status\":200,\"duration_ns\":");
    assert_logged("\"trace_id\":\"" TRACE_ID "\",\"statements\":2,\"database_ns\":");
    assert_logged("\"verdict\":\"clean\",\"finding_count\":0,\"findings\":[]}\n");
    assert_not_logged("secret");
    assert_not_logged("\"trace\"");
    orm_requests_close(requests);
}

static void a_loop_is_found(void **state)
{
    (void)state;
    orm_requests *requests =
        open_requests((orm_requests_options){.one_of = 1, .root = ORM_TEST_SOURCE_DIR "/"});
    serve(requests, &(orm_request_start){.method = "GET", .route = "/slow"}, row_by_row, 200);
    assert_lines(1);
    assert_logged("\"target\":null");
    assert_logged("\"trace_id\":null,\"statements\":11,");
    assert_logged("\"row_by_row\":10,");
    assert_logged("\"verdict\":\"findings\",\"finding_count\":1,\"findings\":[{\"kind\":\"N1\","
                  "\"subject\":\"team.members\",\"site\":{\"file\":\"tests/requests/"
                  "requests_fixture.h\",\"line\":");
    orm_requests_close(requests);
}

static void sampling_watches_some(void **state)
{
    (void)state;
    orm_requests *requests = open_requests((orm_requests_options){.one_of = 10});
    for (int i = 0; i < 30; i++)
        serve(requests, &(orm_request_start){.method = "GET", .route = "/x"}, row_by_row, 200);
    assert_lines(30);
    int watched = 0;
    for (const char *at = logged.text; (at = strstr(at, "\"verdict\":\"findings\"")) != NULL; at++)
        watched++;
    int unwatched = 0;
    for (const char *at = logged.text; (at = strstr(at, "\"verdict\":\"unwatched\"")) != NULL; at++)
        unwatched++;
    assert_int_equal(watched, 3);
    assert_int_equal(unwatched, 27);
    /* Those are counted all the same. */
    int counted = 0;
    for (const char *at = logged.text; (at = strstr(at, "\"statements\":11,")) != NULL; at++)
        counted++;
    assert_int_equal(counted, 30);
    orm_requests_close(requests);
}

static void slow_and_failed_requests_are_told_in_detail(void **state)
{
    (void)state;
    orm_requests_status status;
    orm_requests *requests = open_requests((orm_requests_options){.statements = 4});
    serve(requests, &(orm_request_start){.method = "GET", .route = "/x"}, row_by_row, 503);
    assert_lines(1);
    assert_logged("\"trace\":[{\"start_ns\":");
    assert_logged("\"kind\":\"relation\",\"subject\":\"team.members\",\"row_by_row\":true");
    assert_logged("\"function\":\"row_by_row\"");
    assert_logged(",\"trace_lost\":9}\n"); /* of 11, BEGIN and COMMIT 4 are kept */
    orm_requests_get_status(requests, &status);
    assert_int_equal(status.failed, 1);
    assert_int_equal(status.slow, 0);
    orm_requests_close(requests);
    requests = open_requests((orm_requests_options){.slow_ns = 1});
    serve(requests, &(orm_request_start){.method = "GET", .route = "/x"}, together, 200);
    assert_lines(1);
    assert_logged("\"trace\":[{");
    orm_requests_get_status(requests, &status);
    assert_int_equal(status.slow, 1);
    assert_int_equal(status.ended, 1);
    assert_int_equal(status.active, 0);
    orm_requests_close(requests);
}

static void headers_tell_the_time(void **state)
{
    (void)state;
    orm_requests *requests = open_requests((orm_requests_options){.no_log = true});
    orm_request *request = NULL;
    orm_session_options options = {.read_only = true};
    const char *text = NULL;
    assert_int_equal(
        orm_request_begin(requests, &(orm_request_start){.method = "GET", .route = "/x"}, &request),
        ORM_OK);
    orm_request_watch(request, &options);
    assert_string_equal(options.route, "GET /x");
    assert_null(options.traceparent);
    assert_ptr_equal(options.scope, orm_request_scope(request));
    assert_int_equal(orm_session_run(database.engine, &options, together, NULL, NULL), ORM_OK);
    assert_int_equal(orm_request_server_timing(request, &text), ORM_OK);
    double total = -1;
    double time = -1;
    int rows = 0;
    double pool = -1;
    assert_int_equal(sscanf(text,
                            "total;dur=%lf, db;dur=%lf;desc=\"2 statements, %d rows\", "
                            "pool;dur=%lf",
                            &total, &time, &rows, &pool),
                     4);
    assert_true(total > 0 && time > 0 && pool >= 0 && rows > 10 && time <= total);
    orm_request_end(request, 200);
    assert_int_equal(logged.lines, 0);
    orm_requests_close(requests);
}

static void a_malformed_traceparent_is_passed_over(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "00",
                                      "00-" TRACE_ID "-c532cb4098ac3dd2-0",
                                      "00-" TRACE_ID "-c532cb4098ac3dd2-01-x",
                                      "ff-" TRACE_ID "-c532cb4098ac3dd2-01",
                                      "00-" TRACE_ID "-0000000000000000-01",
                                      "00-00000000000000000000000000000000-c532cb4098ac3dd2-01",
                                      "00-5BD66EF5095369C7B0D1F8F4BD33716A-c532cb4098ac3dd2-01",
                                      "00-" TRACE_ID "-c532cb4098ac3d'*-01"};
    orm_requests *requests = open_requests((orm_requests_options){.one_of = 1});
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        orm_request *request = NULL;
        orm_session_options options = {.scope = NULL};
        assert_int_equal(
            orm_request_begin(requests, &(orm_request_start){.traceparent = bad[i]}, &request),
            ORM_OK);
        orm_request_watch(request, &options);
        assert_null(options.traceparent);
        assert_null(options.route);
        orm_request_end(request, 404);
    }
    assert_lines((int)(sizeof bad / sizeof *bad));
    assert_not_logged("\"trace_id\":\"");
    orm_requests_close(requests);
}

static void hostile_text_stays_text(void **state)
{
    (void)state;
    char route[2000];
    memset(route, 'r', sizeof route - 1);
    route[sizeof route - 1] = '\0';
    orm_requests *requests = open_requests(
        (orm_requests_options){.development = true, .queries = true, .no_log = false});
    serve(
        requests,
        &(orm_request_start){.method = HOSTILE, .route = HOSTILE, .target = HOSTILE "?q=" HOSTILE},
        row_by_row, 200);
    serve(requests, &(orm_request_start){.method = route, .route = route, .target = route}, NULL,
          0);
    assert_lines(2);
    orm_requests_text page;
    assert_int_equal(orm_requests_page(requests, &page), ORM_OK);
    assert_int_equal(strlen(page.data), page.size);
    assert_null(strstr(page.data, "<script"));
    assert_null(strstr(page.data, "\x01"));
    assert_non_null(strstr(page.data, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\"));
    orm_requests_text_dispose(requests, &page);
    assert_int_equal(orm_requests_json(requests, &page), ORM_OK);
    write_file("page.json", page.data);
    orm_requests_text_dispose(requests, &page);
    assert_int_equal(shell("python3 -m json.tool page.json > /dev/null"), 0);
    orm_requests_close(requests);
}

static void the_newest_are_kept(void **state)
{
    (void)state;
    orm_requests *requests =
        open_requests((orm_requests_options){.development = true, .kept = 3, .no_log = true});
    char target[32];
    for (int i = 1; i <= 5; i++) {
        (void)snprintf(target, sizeof target, "/x/%d", i);
        serve(requests, &(orm_request_start){.method = "GET", .route = "/x/{i}", .target = target},
              i == 4 ? row_by_row : together, 200);
    }
    orm_requests_text text;
    assert_int_equal(orm_requests_json(requests, &text), ORM_OK);
    write_file("kept.json", text.data);
    orm_requests_text_dispose(requests, &text);
    assert_int_equal(
        shell("python3 -c \"import json\n"
              "kept = json.load(open('kept.json'))['requests']\n"
              "print([(r['number'], r['target'], r['finding_count'], len(r['trace'])) for r in "
              "kept])\n"
              "n1 = kept[1]['findings'][0]\n"
              "print(n1['kind'], n1['matched'], n1['distinct'], n1['column'], n1['evidence'])\n"
              "print(n1['replacement'], n1['origin']['function'])\""),
        0);
    assert_said("[(5, '/x/5', 0, 4), (4, '/x/4', 1, 13), (3, '/x/3', 0, 4)]");
    assert_said("N1 10 10 team.id stems");
    assert_said("row_by_row");
    orm_requests_close(requests);
}

static void the_page_is_for_development(void **state)
{
    (void)state;
    orm_requests_text text;
    orm_requests *requests = open_requests((orm_requests_options){.no_log = true});
    assert_int_equal(orm_requests_page(requests, &text), ORM_NOT_FOUND);
    assert_null(text.data);
    assert_int_equal(orm_requests_json(requests, &text), ORM_NOT_FOUND);
    orm_requests_text_dispose(requests, &text);
    orm_requests_close(requests);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    static const orm_requests_options wrong[] = {
        {.slow_ns = -1}, {.kept = 1001}, {.statements = 10001}, {.engine_count = 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        orm_requests *requests = NULL;
        orm_error error = {.status = ORM_OK};
        assert_int_equal(orm_requests_open(&wrong[i], &requests, &error), ORM_INVALID);
        assert_int_equal(error.status, ORM_INVALID);
        assert_non_null(strstr(error.message, "orm_requests: "));
        assert_null(requests);
        assert_int_equal(orm_requests_open(&wrong[i], &requests, NULL), ORM_INVALID);
    }
}

static void none_is_a_request_too(void **state)
{
    (void)state;
    orm_session_options options = {.read_only = true};
    const char *text = "";
    orm_request_watch(NULL, &options);
    assert_null(options.scope);
    assert_null(orm_request_scope(NULL));
    assert_int_equal(orm_request_server_timing(NULL, &text), ORM_OK);
    assert_null(text);
    orm_request_end(NULL, 200);
    orm_requests_close(NULL);
}

/* --- side by side --- */

enum { EACH = 20 };

typedef struct client {
    orm_requests *requests;
    orm_session_handler *does;
    const char *route;
    orm_status status;
} client;

static orm_status serve_quietly(client *it)
{
    orm_request *request = NULL;
    orm_session_options options = {.read_only = true};
    orm_status status = orm_request_begin(
        it->requests, &(orm_request_start){.method = "GET", .route = it->route}, &request);
    if (status != ORM_OK)
        return status;
    orm_request_watch(request, &options);
    status = orm_session_run(database.engine, &options, it->does, NULL, NULL);
    orm_request_end(request, status == ORM_OK ? 200 : 500);
    return status;
}

static void *serve_many(void *context)
{
    client *it = context;
    for (int i = 0; i < EACH && it->status == ORM_OK; i++)
        it->status = serve_quietly(it);
    return NULL;
}

static void requests_side_by_side_do_not_mix(void **state)
{
    (void)state;
    orm_requests *requests = NULL;
    assert_int_equal(
        orm_requests_open(
            &(orm_requests_options){.development = true, .no_log = true, .kept = 2 * EACH},
            &requests, NULL),
        ORM_OK);
    client clients[] = {{requests, row_by_row, "/bad", ORM_OK},
                        {requests, together, "/good", ORM_OK}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, serve_many, &clients[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(clients[0].status, ORM_OK);
    assert_int_equal(clients[1].status, ORM_OK);
    orm_requests_text text;
    assert_int_equal(orm_requests_json(requests, &text), ORM_OK);
    write_file("mixed.json", text.data);
    orm_requests_text_dispose(requests, &text);
    assert_int_equal(
        shell("python3 -c \"import json, collections\n"
              "kept = json.load(open('mixed.json'))['requests']\n"
              "print(sorted(collections.Counter((r['route'], r['statements'], r['finding_count'], "
              "{t['site']['function'] for t in r['trace'] if t['subject']} == "
              "{'row_by_row' if r['route'] == '/bad' else 'together'}) for r in kept).items()))\""),
        0);
    assert_said("[(('/bad', 11, 1, True), 20), (('/good', 2, 0, True), 20)]");
    orm_requests_close(requests);
}

/* --- memory --- */

static void serve_on(heap *memory)
{
    orm_requests *requests = NULL;
    orm_request *request = NULL;
    const char *timing = NULL;
    orm_requests_text text = {.data = NULL};
    const orm_requests_options options = {.development = true,
                                          .kept = 1,
                                          .root = "/src",
                                          .writer = write_log,
                                          .writer_context = &logged,
                                          .allocator = heap_allocator(memory)};
    memset(&logged, 0, sizeof logged);
    orm_status status = orm_requests_open(&options, &requests, NULL);
    assert_true(status == ORM_OK || status == ORM_NOMEM);
    for (int i = 0; status == ORM_OK && i < 2; i++) {
        orm_session_options session = {.read_only = true};
        orm_status begun = orm_request_begin(
            requests, &(orm_request_start){.method = "GET", .route = "/x"}, &request);
        assert_true(begun == ORM_OK || begun == ORM_NOMEM);
        orm_request_watch(request, &session);
        assert_int_equal(orm_session_run(database.engine, &session, row_by_row, NULL, NULL),
                         ORM_OK);
        orm_status timed = orm_request_server_timing(request, &timing);
        assert_true(timed == ORM_OK || timed == ORM_NOMEM);
        orm_request_end(request, 200);
    }
    if (status == ORM_OK) {
        orm_requests_status counts;
        orm_requests_get_status(requests, &counts);
        assert_int_equal(counts.active, 0);
        assert_true(logged.lines + counts.lost >= counts.ended);
        status = orm_requests_page(requests, &text);
        assert_true(status == ORM_OK || status == ORM_NOMEM);
        orm_requests_text_dispose(requests, &text);
        status = orm_requests_json(requests, &text);
        assert_true(status == ORM_OK || status == ORM_NOMEM);
        orm_requests_text_dispose(requests, &text);
    }
    orm_requests_close(requests);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const heap_mode modes[] = {HEAP_FAIL_ONCE, HEAP_FAIL_ONWARDS};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        long points = 0;
        for (bool more = true; more; points += i == 0 || points < 20 ? 1 : 7) {
            heap memory;
            heap_init(&memory);
            heap_arm(&memory, points + 1, modes[i]);
            serve_on(&memory);
            more = memory.failed > 0;
            assert_int_equal(memory.blocks, 0);
            assert_null(memory.fault);
            heap_dispose(&memory);
        }
        assert_true(points > 10);
    }
}

static void what_is_kept_is_bounded(void **state)
{
    (void)state;
    heap memory;
    orm_requests *requests = NULL;
    long held = 0;
    heap_init(&memory);
    assert_int_equal(
        orm_requests_open(&(orm_requests_options){.development = true,
                                                  .kept = 5,
                                                  .no_log = true,
                                                  .allocator = heap_allocator(&memory)},
                          &requests, NULL),
        ORM_OK);
    for (int i = 0; i < 40; i++) {
        serve(requests, &(orm_request_start){.method = "GET", .route = "/x"}, row_by_row, 200);
        if (i == 10)
            held = memory.bytes;
    }
    assert_true(held > 0);
    assert_true(memory.bytes < held + 1024);
    assert_true(memory.bytes < 5L * 32 * 1024);
    orm_requests_close(requests);
    assert_int_equal(memory.blocks, 0);
    assert_null(memory.fault);
    heap_dispose(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(a_line_says_what_a_request_asked_for),
        suite_test(a_loop_is_found),
        suite_test(sampling_watches_some),
        suite_test(slow_and_failed_requests_are_told_in_detail),
        suite_test(headers_tell_the_time),
        suite_test(a_malformed_traceparent_is_passed_over),
        suite_test(hostile_text_stays_text),
        suite_test(the_newest_are_kept),
        suite_test(the_page_is_for_development),
        suite_test(wrong_options_are_refused),
        suite_test(none_is_a_request_too),
        suite_test(requests_side_by_side_do_not_mix),
        suite_test(every_allocation_may_fail),
        suite_test(what_is_kept_is_bounded),
        suite_test(every_line_is_valid),
    };
    return cmocka_run_group_tests(tests, open_database, remove_folder);
}
