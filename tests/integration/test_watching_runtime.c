/* Watching a program at work: samples of its sessions, statistics by statement, summaries. */
#include <pthread.h>
#include <stdio.h>

#include <orm/orm.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 20, SESSIONS = 100, ONE_OF = 10, THREADS = 4, ROUNDS = 25, KNOWN = 8 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_N1,
     .function = "load_row_by_row",
     .reason = "statistics of a loop are taken, also where no scope of the test watches"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static orm_status find_one(orm_session *db, void *context)
{
    g_person *person = NULL;
    int64_t *id = context;
    return g_person_find(db, *id, &person);
}

static orm_status load_row_by_row(orm_session *db, void *context)
{
    g_team_list teams;
    (void)context;
    orm_status status = g_team_select(db, &(g_team_query){.limit = 3}, &teams);
    for (size_t i = 0; status == ORM_OK && i < teams.count; i++) {
        g_person_list members;
        status = g_team_load_members(db, teams.items[i], &members);
    }
    return status;
}

static void run(orm_session_handler *handler, void *context, orm_scope *scope)
{
    orm_session_options options = {.scope = scope};
    orm_error error;
    if (orm_session_run(database.engine, &options, handler, context, &error) != ORM_OK)
        fail_msg("%s", error.message);
}

static void one_session_of_so_many_is_watched(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    orm_scope_statistics statistics;
    int64_t id = 1;
    assert_int_equal(orm_scope_open(&(orm_scope_options){.one_of = ONE_OF}, &scope, NULL), ORM_OK);
    for (int i = 1; i <= SESSIONS; i++) {
        run(find_one, &id, scope);
        orm_scope_get_statistics(scope, &statistics);
        assert_in_range(statistics.statements, i / ONE_OF, (i + ONE_OF - 1) / ONE_OF);
    }
    assert_int_equal(statistics.statements, SESSIONS / ONE_OF);
    for (int i = 0; i < SESSIONS; i++)
        run(load_row_by_row, NULL, scope);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    assert_int_equal(orm_scope_finding(scope, 0)->sessions, SESSIONS / ONE_OF);
    orm_scope_close(scope);
}

static void a_request_is_drawn_as_a_whole(void **state)
{
    (void)state;
    orm_scope *all = NULL;
    orm_scope_statistics statistics;
    int64_t id = 1;
    int drawn = 0;
    assert_int_equal(orm_scope_open(&(orm_scope_options){.one_of = ONE_OF}, &all, NULL), ORM_OK);
    for (int i = 0; i < SESSIONS; i++) {
        orm_scope *request = NULL;
        if (orm_scope_draw(all)) {
            drawn++;
            assert_int_equal(orm_scope_open(&(orm_scope_options){.parent = all}, &request, NULL),
                             ORM_OK);
        }
        run(find_one, &id, request);
        run(find_one, &id, request);
        orm_scope_close(request);
    }
    orm_scope_get_statistics(all, &statistics);
    assert_int_equal(drawn, SESSIONS / ONE_OF);
    assert_int_equal(statistics.statements, 2 * drawn);
    orm_scope_close(all);
}

static void *find_many(void *argument)
{
    for (int i = 0; i < ROUNDS; i++)
        run(find_one, argument, NULL);
    return NULL;
}

static const orm_statement_statistics *entry_of(const orm_statement_statistics *entries,
                                                size_t count, orm_event_kind kind)
{
    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == kind && entries[i].fingerprint != 0)
            return &entries[i];
    return NULL;
}

static void check_find(const orm_statement_statistics *it, int64_t count)
{
    assert_non_null(it);
    assert_int_equal(it->count, count);
    assert_int_equal(it->rows, count);
    assert_int_equal(it->errors, 0);
    assert_true(it->bytes > 0);
    assert_true(it->longest_ns > 0 && it->duration_ns >= it->longest_ns);
    assert_non_null(strstr(it->sql, "people"));
    assert_string_equal(it->sites[0].site.function, "find_one");
    assert_int_equal(it->sites[0].count, count);
    assert_int_equal(it->sites[1].count, 0);
    assert_int_equal(it->elsewhere, 0);
}

static void statements_are_added_up_by_fingerprint(void **state)
{
    (void)state;
    orm_statistics *statistics = NULL;
    orm_statement_statistics entries[KNOWN];
    orm_engine *other = NULL;
    const char *text = NULL;
    pthread_t threads[THREADS];
    int64_t ids[THREADS];
    assert_int_equal(orm_statistics_open(NULL, &statistics, NULL), ORM_OK);
    assert_int_equal(orm_statistics_watch(statistics, database.engine, NULL), ORM_OK);
    assert_int_equal(
        orm_engine_open(&(orm_engine_options){.url = database.url, .pool_size = 1}, &other, NULL),
        ORM_OK);
    assert_int_equal(orm_statistics_watch(statistics, other, NULL), ORM_OK);
    for (int i = 0; i < THREADS; i++) {
        ids[i] = i + 1;
        assert_int_equal(pthread_create(&threads[i], NULL, find_many, &ids[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(orm_session_run(other, NULL, find_one, &ids[0], NULL), ORM_OK);
    run(load_row_by_row, NULL, NULL);
    size_t count = orm_statistics_get(statistics, entries, KNOWN);
    assert_int_equal(count, 3);
    check_find(entry_of(entries, count, ORM_EVENT_FIND), THREADS * ROUNDS + 1);
    assert_int_equal(entry_of(entries, count, ORM_EVENT_SELECT)->count, 1);
    assert_int_equal(entry_of(entries, count, ORM_EVENT_RELATION)->count, 3);
    for (size_t i = 1; i < count; i++)
        assert_true(entries[i - 1].duration_ns >= entries[i].duration_ns);
    assert_int_equal(orm_statistics_get(statistics, entries, 1), 3);
    assert_int_equal(orm_statistics_report(statistics, ORM_REPORT_TEXT, &text), ORM_OK);
    assert_non_null(strstr(text, "test_watching_runtime.c:"));
    assert_int_equal(orm_statistics_report(statistics, ORM_REPORT_JSON, &text), ORM_OK);
    assert_ptr_equal(strstr(text, "{\"statements\":[{\"fingerprint\":\""), text);
    assert_non_null(strstr(text, "\"kind\":\"find\",\"sql\":\"SELECT "));
    assert_non_null(strstr(text, "\"count\":101,\"errors\":0,\"rows\":101,"));
    orm_statistics_clear(statistics);
    assert_int_equal(orm_statistics_get(statistics, NULL, 0), 0);
    orm_statistics_close(statistics);
    assert_int_equal(orm_engine_close(other, NULL), ORM_OK);
}

static void statistics_are_bounded(void **state)
{
    (void)state;
    orm_statistics *statistics = NULL;
    orm_statement_statistics entries[KNOWN];
    assert_int_equal(
        orm_statistics_open(&(orm_statistics_options){.max_statements = 3}, &statistics, NULL),
        ORM_OK);
    assert_int_equal(orm_statistics_watch(statistics, database.engine, NULL), ORM_OK);
    orm_session *db = test_session(&database);
    for (int columns = 1; columns <= 10; columns++) {
        test_text sql = {0};
        test_text_add(&sql, "SELECT 'secret', 1");
        for (int i = 1; i < columns; i++)
            test_text_add(&sql, ", 1");
        assert_ok(db, orm_raw(db, sql.data, NULL, 0, NULL, NULL, NULL));
        test_text_free(&sql);
    }
    assert_int_not_equal(orm_raw(db, "SELECT nothing FROM nowhere", NULL, 0, NULL, NULL, NULL),
                         ORM_OK);
    test_session_close(&database, db);
    size_t count = orm_statistics_get(statistics, entries, KNOWN);
    assert_int_equal(count, 4);
    assert_int_equal(entries[3].fingerprint, 0);
    assert_int_equal(entries[3].count, 8);
    assert_int_equal(entries[3].errors, 1);
    for (size_t i = 0; i < 3; i++)
        assert_null(strstr(entries[i].sql, "secret"));
    orm_statistics_close(statistics);
}

static void summaries_are_one_line(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    orm_scope_statistics statistics;
    const char *text = NULL;
    char expected[256];
    orm_scope_options options = {.timed = true, .name = "GET \"/teams\"\r\n"};
    assert_int_equal(orm_scope_open(&options, &scope, NULL), ORM_OK);
    run(load_row_by_row, NULL, scope);
    orm_scope_get_statistics(scope, &statistics);
    assert_int_equal(orm_scope_summary(scope, ORM_SUMMARY_SERVER_TIMING, &text), ORM_OK);
    (void)snprintf(expected, sizeof expected,
                   "db;dur=%.3f;desc=\"4 statements, %d rows\", db-findings;desc=\"1\"",
                   (double)statistics.busy_ns / 1e6, (int)statistics.rows);
    assert_string_equal(text, expected);
    assert_int_equal(orm_scope_summary(scope, ORM_SUMMARY_HEADER, &text), ORM_OK);
    assert_ptr_equal(strstr(text, "statements=4, row-by-row=3, rows="), text);
    assert_non_null(strstr(text, ", findings=1, verdict=findings"));
    assert_null(strpbrk(text, "\r\n"));
    assert_int_equal(orm_scope_summary(scope, ORM_SUMMARY_JSON, &text), ORM_OK);
    assert_ptr_equal(
        strstr(text, "{\"scope\":\"GET \\\"/teams\\\"\\r\\n\",\"statements\":4,\"row_by_row\":3,"),
        text);
    assert_non_null(strstr(text, "\"verdict\":\"findings\",\"finding_count\":1,\"findings\":[{"
                                 "\"kind\":\"N1\",\"subject\":\"team.members\",\"site\":{"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    orm_scope_close(scope);
}

static void keep_line(void *context, const char *line, size_t size)
{
    test_text *lines = context;
    (void)size;
    test_text_add(lines, "%s", line);
}

static orm_status find_slowly(orm_session *db, void *context)
{
    const char *slow = test_either(
        &database,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
        "SELECT count(*) FROM n WHERE i <> $1",
        "SELECT count(*) FROM generate_series(1, 200000) AS i WHERE i <> $1");
    g_person *person = NULL;
    orm_value value = orm_bind_int(4711);
    (void)context;
    orm_status status = orm_raw(db, slow, &value, 1, NULL, NULL, NULL);
    return status == ORM_OK ? g_person_find(db, 1, &person) : status;
}

/* Only what took its time, with its place and without its values. */
static void slow_statements_are_logged(void **state)
{
    (void)state;
    orm_log *log = NULL;
    test_text lines = {0};
    orm_scope *scope = NULL;
    orm_log_options options = {.format = ORM_LOG_JSON,
                               .writer = keep_line,
                               .writer_context = &lines,
                               .slow_ns = 2000000,
                               .no_control = true};
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    assert_int_equal(orm_log_open(database.engine, &options, &log, NULL), ORM_OK);
    run(find_slowly, NULL, scope);
    orm_log_close(log);
    assert_non_null(lines.data);
    assert_non_null(strstr(lines.data, "\"fingerprint\":\""));
    assert_non_null(strstr(lines.data, "\"find_slowly\""));
    assert_non_null(strstr(lines.data, "\"duration_ns\":"));
    assert_non_null(strstr(lines.data, "\"rows\":1"));
    assert_null(strstr(lines.data, "4711"));
    test_text_free(&lines);
    orm_scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(one_session_of_so_many_is_watched),
        suite_test(a_request_is_drawn_as_a_whole),
        suite_test(statements_are_added_up_by_fingerprint),
        suite_test(statistics_are_bounded),
        suite_test(summaries_are_one_line),
        suite_test(slow_statements_are_logged),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
