/* Comments behind statements: what the database sees, what is prepared, what can't break out. */
#include <orm/nplusone.h>
#include <orm/raw.h>

#include "session.orm.h"
#include "support/fixture.h"

#define HOSTILE "GET /x*/; drop table branches; /*'\\ %\n\xC3\xA9"
#define TRACE   "00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01"

typedef struct seen {
    char last[2048];
    char begin[2048];
    uint64_t fingerprint;
    int count;
} seen;

static void see(void *context, const orm_event *event)
{
    seen *it = context;
    char *text = strncmp(event->sql, "BEGIN", 5) == 0 ? it->begin : it->last;
    if (event->kind == ORM_EVENT_CONTROL && text == it->last)
        return;
    (void)snprintf(text, sizeof it->last, "%s", event->sql);
    it->fingerprint = event->fingerprint;
    it->count++;
}

static orm_session *session_of(const char *route, const char *traceparent)
{
    return test_session_with(&database,
                             &(orm_session_options){.route = route, .traceparent = traceparent});
}

static int ask(orm_session *db)
{
    assert_ok(db, orm_raw(db, "select 42", NULL, 0, NULL, NULL, NULL));
    return __LINE__ - 1;
}

static void expect_end(const char *text, const char *format, ...) ORM_PRINTF(2, 3);
static void expect_end(const char *text, const char *format, ...)
{
    char end[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(end, sizeof end, format, arguments);
    va_end(arguments);
    size_t size = strlen(text);
    size_t wanted = strlen(end);
    if (size < wanted || strcmp(text + size - wanted, end) != 0)
        fail_msg("'%s' does not end in '%s'", text, end);
}

static void statements_say_where_they_are_from(void **state)
{
    (void)state;
    seen it = {.count = 0};
    orm_subscription *subscription = NULL;
    assert_int_equal(orm_engine_subscribe(database.engine, see, &it, false, &subscription), ORM_OK);
    orm_session *db = session_of("GET /branches/{id}", TRACE);
    int line = ask(db);
    assert_int_equal(strncmp(it.last, "select 42 /*file='", 18), 0);
    assert_non_null(strstr(it.last, "test_comments.c',line='"));
    expect_end(it.last, "',line='%d',route='GET%%20%%2Fbranches%%2F%%7Bid%%7D'*/", line);
    if (database.postgresql)
        assert_string_equal(it.begin, "BEGIN /*route='GET%20%2Fbranches%2F%7Bid%7D',"
                                      "traceparent='" TRACE "'*/");
    /* Compiled ones too, and what the server has is what was told. */
    s_branch_list list;
    assert_ok(db, s_branch_select(db, NULL, &list));
    expect_end(it.last, "',line='%d',route='GET%%20%%2Fbranches%%2F%%7Bid%%7D'*/", __LINE__ - 1);
    if (database.postgresql) {
        char *query = test_query(&database, "select query from pg_stat_activity where datname = "
                                            "current_database() and state = 'idle in transaction'");
        assert_non_null(strstr(query, it.last));
        free(query);
    }
    test_session_close(&database, db);
    orm_engine_unsubscribe(database.engine, subscription);
}

static void requests_share_what_is_prepared(void **state)
{
    (void)state;
    orm_session *db = session_of("warm", "00-1");
    (void)ask(db);
    test_session_close(&database, db);
    test_count_start(&database);
    for (int i = 0; i < 5; i++) {
        char trace[16];
        (void)snprintf(trace, sizeof trace, "00-%d", i);
        db = session_of("warm", trace);
        (void)ask(db);
        assert_ok(db, orm_session_commit(db));
        test_session_close(&database, db);
    }
    assert_counts(&database, 5, 0);
}

static void nothing_breaks_out(void **state)
{
    (void)state;
    seen it = {.count = 0};
    orm_subscription *subscription = NULL;
    assert_int_equal(orm_engine_subscribe(database.engine, see, &it, false, &subscription), ORM_OK);
    orm_session *db = session_of(HOSTILE, HOSTILE);
    (void)ask(db);
    expect_end(it.last,
               ",route='GET%%20%%2Fx%%2A%%2F%%3B%%20drop%%20table%%20branches%%3B%%20%%2F%%2A"
               "%%27%%5C%%20%%25%%0A%%C3%%A9'*/");
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    (void)test_number(&database, "select count(*) from branches");
    orm_engine_unsubscribe(database.engine, subscription);
}

static void what_has_a_comment_is_left_alone(void **state)
{
    (void)state;
    seen it = {.count = 0};
    orm_subscription *subscription = NULL;
    assert_int_equal(orm_engine_subscribe(database.engine, see, &it, false, &subscription), ORM_OK);
    orm_session *db = session_of("any", NULL);
    assert_ok(db, orm_raw(db, "select 1 -- one", NULL, 0, NULL, NULL, NULL));
    assert_string_equal(it.last, "select 1 -- one");
    assert_ok(db, orm_raw(db, "select /* two */ 2", NULL, 0, NULL, NULL, NULL));
    assert_string_equal(it.last, "select /* two */ 2");
    assert_ok(db, orm_raw(db, "select 3;", NULL, 0, NULL, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    orm_engine_unsubscribe(database.engine, subscription);
}

static void fingerprints_are_what_they_were(void **state)
{
    (void)state;
    seen it = {.count = 0};
    orm_subscription *subscription = NULL;
    assert_int_equal(orm_engine_subscribe(database.engine, see, &it, false, &subscription), ORM_OK);
    orm_session *db = session_of("first", NULL);
    (void)ask(db);
    uint64_t first = it.fingerprint;
    test_session_close(&database, db);
    db = session_of("second", NULL);
    (void)ask(db);
    assert_true(first == it.fingerprint);
    assert_ok(db, orm_raw(db, "select 42 /* plain */", NULL, 0, NULL, NULL, NULL));
    assert_true(first == it.fingerprint);
    test_session_close(&database, db);
    orm_engine_unsubscribe(database.engine, subscription);
}

static int open_database(void **state)
{
    (void)state;
    orm_engine_options options = {
        .comments = ORM_COMMENT_SITE | ORM_COMMENT_ROUTE | ORM_COMMENT_TRACE, .pool_size = 1};
    test_open(&database, &options, "models/session.yaml", NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(statements_say_where_they_are_from),
        suite_test(requests_share_what_is_prepared),
        suite_test(nothing_breaks_out),
        suite_test(what_has_a_comment_is_left_alone),
        suite_test(fingerprints_are_what_they_were),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
