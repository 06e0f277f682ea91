/* The page of requests, as a person sees it in a browser. */
#include "requests_fixture.h"

#define PAGE    "python3 " ORM_TEST_SOURCE_DIR "/tests/reports/requests_page.py page.html "
#define TRACE   "00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01"
#define HOSTILE "/<b>bold</b>/\"quoted\"/'odd'/&amp;/\xC3\xA9\xE2\x82\xAC"
#define LONG                                                                                       \
    "/a/target/that/is/so/long/that/it/does/not/fit/on/one/line/of/a/narrow/page/whatever/one/"    \
    "does"

static orm_status same_again(orm_session *db, void *context)
{
    g_team_list teams;
    int64_t count = 0;
    orm_status status = g_team_select(db, &(g_team_query){.limit = 6}, &teams);
    (void)context;
    for (size_t i = 0; status == ORM_OK && i < teams.count; i++)
        status = g_person_count(db, NULL, &count);
    return status;
}

static orm_status in_vain(orm_session *db, void *context)
{
    g_team_list teams;
    (void)context;
    return g_team_select(db, &(g_team_query){.with.members = &g_person_all}, &teams);
}

static orm_status wrong(orm_session *db, void *context)
{
    g_team *team = NULL;
    (void)context;
    orm_status status = g_team_find(db, 987654, &team);
    return status == ORM_NOT_FOUND ? ORM_OK : status;
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_unwatch(&database); /* loops are what is shown */
    test_graph_fill(&database, PEOPLE);
    open_folder();
    return 0;
}

static void write_page(void)
{
    orm_requests *requests = NULL;
    orm_requests_text page;
    orm_engine *const engines[] = {database.engine};
    assert_int_equal(orm_requests_open(&(orm_requests_options){.development = true,
                                                               .no_log = true,
                                                               .statements = 12,
                                                               .root = ORM_TEST_SOURCE_DIR,
                                                               .engines = engines,
                                                               .engine_count = 1},
                                       &requests, NULL),
                     ORM_OK);
    serve(requests, &(orm_request_start){"GET", "/teams/{id}", "/teams/987654", NULL}, wrong, 404);
    serve(requests, &(orm_request_start){"GET", "/teams", "/teams?limit=10", TRACE}, row_by_row,
          200);
    serve(requests, &(orm_request_start){"GET", "/teams", "/teams", NULL}, row_by_row, 200);
    serve(requests, &(orm_request_start){"POST", "/again", HOSTILE, NULL}, same_again, 201);
    serve(requests, &(orm_request_start){"GET", HOSTILE, LONG LONG, NULL}, together, 200);
    serve(requests, &(orm_request_start){"DELETE", NULL, LONG, NULL}, NULL, 405);
    serve(requests, &(orm_request_start){"GET", "/in/vain", "/in/vain", NULL}, in_vain, 503);
    assert_int_equal(orm_requests_page(requests, &page), ORM_OK);
    write_file("page.html", page.data);
    orm_requests_text_dispose(requests, &page);
    orm_requests_close(requests);
}

static void assert_seen(void)
{
    assert_said("\"7 requests\"");
    assert_said("\"4 with findings\"");
    assert_said("\"1 failed\"");
    assert_said("connections in use, 0 waiting\"");
    assert_said("\"N1 team.members: 10 statements where one would do\"");
    assert_said("\"DUP count person");
    assert_said("\"UNUSED team.members: loaded, never read\"");
    assert_said("\"Requests\": \"2, 20 statements; the last is GET /teams\"");
    assert_said("\"Evidence\": \"10 of 10 values are team.id of that list\"");
    assert_said("tests/requests/requests_fixture.h:");
    assert_said(".with.members = &g_person_all,");
    assert_said("GET /<b>bold</b>/\\\"quoted\\\"/'odd'/&amp;/\xC3\xA9\xE2\x82\xAC");
    assert_said("405 DELETE (no route)");
    assert_said("trace 5bd66ef5095369c7b0d1f8f4bd33716a");
    assert_said("7 more like it, ");
}

static void the_page_is_seen(void **state)
{
    (void)state;
    write_page();
    assert_int_equal(shell("grep -c '^<article class=.finding' page.html"), 0);
    assert_string_equal(output, "3\n");
    /* A browser takes seconds, and the page is the same. */
    if (database.postgresql || getenv("ORM_TEST_FIBERS") != NULL ||
        shell("command -v chromium") != 0)
        skip();
    static const char *const widths[] = {"1280 light wide.png", "400 light narrow.png",
                                         "1280 dark dark.png"};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char line[512];
        (void)snprintf(line, sizeof line, PAGE "%s", widths[i]);
        if (shell(line) != 0)
            fail_msg("%s", output);
        assert_seen();
    }
    assert_int_equal(shell("test -s wide.png"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(the_page_is_seen),
    };
    return cmocka_run_group_tests(tests, open_database, remove_folder);
}
