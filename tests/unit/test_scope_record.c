/* The record of a scope: its name and timeline, appended to a log. */
#include "unit/observe_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const BY_ID = "SELECT id FROM artists WHERE id = $1 AND name = 'secret'";

static const char *record(fixture *it)
{
    orm_report_options options = {.format = ORM_REPORT_JSON};
    const char *text = NULL;
    assert_int_equal(orm_scope_report(it->scope, &options, &text), ORM_OK);
    return text;
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

static int open_named(void **state)
{
    char name[] = "test \"one\"";
    int opened = fixture_open_with(state, &(orm_scope_options){.name = name, .max_trace = 3});
    memset(name, 'x', sizeof name - 1);
    return opened;
}

static void test_timeline(void **state)
{
    fixture *it = *state;
    control(it, "BEGIN");
    send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 7, 1);
    load(it, &ARTIST, 0, 9, 7, 1, 101);
    const char *text = record(it);
    assert_non_null(strstr(text, ",\"scope\":\"test \\\"one\\\"\",\"trace\":["));
    assert_int_equal(count(text, "\"start_ns\":"), 3);
    const char *begin = strstr(text, "\"kind\":\"control\",\"subject\":null");
    const char *find =
        strstr(text, "\"kind\":\"find\",\"subject\":\"artist\",\"row_by_row\":false");
    const char *loaded =
        strstr(text, "\"kind\":\"relation\",\"subject\":\"artist.albums\",\"row_by_row\":true");
    assert_true(begin != NULL && find > begin && loaded > find);
    assert_non_null(strstr(find, "\"rows\":1,\"status\":\"ORM_OK\",\"site\":{\"file\":"
                                 "\"app/report.c\",\"line\":7"));
    assert_null(strstr(text, "secret"));
    assert_non_null(strstr(text, "\"trace_lost\":0,\"ignored\":0,\"verdict\":\"clean\"}\n"));
}

static void test_timeline_is_bounded(void **state)
{
    fixture *it = *state;
    for (int line = 1; line <= 5; line++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, 1);
    assert_int_equal(count(record(it), "\"start_ns\":"), 3);
    assert_non_null(strstr(record(it), "\"trace_lost\":2,"));
    orm_scope_clear(it->scope);
    assert_int_equal(count(record(it), "\"start_ns\":"), 0);
    assert_non_null(strstr(record(it), "\"trace_lost\":0,\"ignored\":0,\"verdict\":\"clean\"}\n"));
}

static void test_no_timeline_unless_asked(void **state)
{
    fixture *it = *state;
    send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 1, 1);
    assert_null(strstr(record(it), "trace"));
    assert_non_null(strstr(record(it), ",\"scope\":null,\"ignored\":0,\"verdict\":\"clean\"}\n"));
}

enum { APPENDERS = 8, APPENDED = 50 };

static const char *log_path;

static void *append_often(void *context)
{
    for (int i = 0; i < APPENDED; i++)
        if (orm_scope_append(context, log_path, NULL, NULL) != ORM_OK)
            return context;
    return NULL;
}

/* Lines of several scopes never mix. */
static void test_append(void **state)
{
    char path[] = "/tmp/orm_record_XXXXXX";
    fixture *it = *state;
    pthread_t threads[APPENDERS];
    orm_scope *scopes[APPENDERS];
    int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    log_path = path;
    send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 1, 1);
    for (int i = 0; i < APPENDERS; i++)
        assert_int_equal(
            orm_scope_open(&(orm_scope_options){.name = "one of many"}, &scopes[i], NULL), ORM_OK);
    for (int i = 0; i < APPENDERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, append_often, scopes[i]), 0);
    for (int i = 0; i < APPENDERS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
        orm_scope_close(scopes[i]);
    }
    FILE *log = fopen(path, "r");
    assert_non_null(log);
    char line[4096];
    int lines = 0;
    for (; fgets(line, sizeof line, log) != NULL; lines++) {
        assert_true(strncmp(line, "{\"statistics\":{", 15) == 0);
        assert_non_null(strstr(line, ",\"scope\":\"one of many\","));
    }
    (void)fclose(log);
    (void)unlink(path);
    assert_int_equal(lines, APPENDERS * APPENDED);
}

static void test_append_refused(void **state)
{
    fixture *it = *state;
    orm_error error = {.status = ORM_OK};
    assert_int_equal(orm_scope_append(it->scope, "/nowhere/at/all.jsonl", NULL, &error),
                     ORM_RESOURCE);
    assert_non_null(strstr(error.message, "/nowhere/at/all.jsonl can't be opened"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_timeline, open_named, fixture_close),
        cmocka_unit_test_setup_teardown(test_timeline_is_bounded, open_named, fixture_close),
        cmocka_unit_test_setup_teardown(test_no_timeline_unless_asked, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_append, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_append_refused, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
