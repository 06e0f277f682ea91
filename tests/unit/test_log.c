#include "unit/observe_fixture.h"

#include "base/buffer.h"
#include "observe/log_line.h"

static const char *line_of(const orm_log_options *options, const orm_event *event)
{
    static char kept[8192];
    orm__buffer line;
    orm__buffer_init(&line, NULL, sizeof kept - 1);
    orm__log_line(options, event, 1000000, &line);
    assert_false(line.failed);
    memcpy(kept, line.data, line.size + 1);
    orm__buffer_dispose(&line);
    return kept;
}

static orm_event event_of(const char *sql)
{
    return (orm_event){.kind = ORM_EVENT_RAW,
                       .sql = sql,
                       .sql_size = strlen(sql),
                       .fingerprint = 0xAB,
                       .site = {"app/main.c", "list", 12, 0},
                       .rows = 3,
                       .duration_ns = 1500000};
}

static void test_plain(void **state)
{
    orm_log_options options = {.format = ORM_LOG_LINES};
    orm_event event = event_of("SELECT id\n  FROM artists -- all of them\n WHERE name = 'secret'");
    (void)state;
    event.kind = ORM_EVENT_SELECT;
    event.model = &ARTIST;
    assert_string_equal(line_of(&options, &event),
                        "1970-01-01 00:00:01+00:00 1.500 ms select artist rows=3 at app/main.c:12 "
                        "(list): SELECT id FROM artists WHERE name = '…'\n");
    event.kind = ORM_EVENT_RELATION;
    event.owner = &ARTIST;
    event.relation = &ARTIST_RELATIONS[0];
    event.row_by_row = true;
    event.sql_size = strlen("SELECT id");
    assert_string_equal(line_of(&options, &event),
                        "1970-01-01 00:00:01+00:00 1.500 ms relation artist.albums row by row "
                        "rows=3 at app/main.c:12 (list): SELECT id\n");
}

static void test_json(void **state)
{
    orm_log_options options = {.format = ORM_LOG_JSON};
    orm_event event = event_of("SELECT \"a\\b\x01\"\tFROM t WHERE p = 'x\"' AND q = \"\xFF\"");
    (void)state;
    assert_string_equal(
        line_of(&options, &event),
        "{\"time\":\"1970-01-01 00:00:01+00:00\",\"duration_ns\":1500000,\"kind\":\"raw\","
        "\"model\":null,\"rows\":3,\"affected\":0,\"bytes\":0,\"fingerprint\":\"00000000000000ab\","
        "\"site\":{\"file\":\"app/main.c\",\"line\":12,\"function\":\"list\"},"
        "\"sql\":\"SELECT \\\"a\\\\b\\u0001\\\" FROM t WHERE p = '…' AND q = \\\"\\ufffd\\\"\"}\n");
}

static void test_values_only_when_asked(void **state)
{
    orm_log_options options = {.format = ORM_LOG_LINES};
    orm_value values[] = {integer(42), {.kind = ORM_KIND_TEXT}, {.kind = ORM_KIND_NULL}};
    orm_event event = event_of("SELECT $1");
    (void)state;
    values[1].as.span.data = "pass\nword";
    values[1].as.span.size = 9;
    event.values = values;
    event.value_count = 3;
    for (int format = ORM_LOG_LINES; format <= ORM_LOG_JSON; format++) {
        options = (orm_log_options){.format = (orm_log_format)format};
        assert_null(strstr(line_of(&options, &event), "42"));
        assert_null(strstr(line_of(&options, &event), "pass"));
        options.values = true;
        assert_non_null(strstr(line_of(&options, &event), "42, 'pass"));
    }
    options.format = ORM_LOG_LINES;
    assert_non_null(strstr(line_of(&options, &event), "[42, 'pass word', NULL]\n"));
}

static void test_failure(void **state)
{
    orm_log_options options = {.format = ORM_LOG_LINES};
    orm_error error = {.status = ORM_UNIQUE, .sqlstate = "23505", .constraint = "artists_name_key"};
    orm_event event = event_of("INSERT INTO artists VALUES ($1)");
    (void)state;
    memcpy(error.message, "Key (name)=(secret)", sizeof "Key (name)=(secret)");
    event.status = ORM_UNIQUE;
    event.error = &error;
    const char *line = line_of(&options, &event);
    assert_non_null(strstr(line, " ORM_UNIQUE sqlstate=23505 constraint=artists_name_key "));
    assert_null(strstr(line, "secret"));
    options.values = true;
    assert_non_null(strstr(line_of(&options, &event), "secret"));
}

static void test_statement_is_cut(void **state)
{
    orm_log_options options = {.format = ORM_LOG_LINES, .max_sql = 12};
    orm_event event = event_of("SELECT column_one, column_two FROM artists");
    (void)state;
    assert_non_null(strstr(line_of(&options, &event), ": SELECT colum…\n"));
    event = event_of("SELECT cölü\xC3\xB6\xC3\xB6\xC3\xB6");
    assert_non_null(strstr(line_of(&options, &event), "…\n"));
}

static void test_what_is_wanted(void **state)
{
    orm_log_options options = {.slow_ns = 1000000, .no_control = true};
    orm_event event = event_of("SELECT 1");
    (void)state;
    assert_true(orm__log_wants(&options, &event));
    event.duration_ns = 999999;
    assert_false(orm__log_wants(&options, &event));
    event.status = ORM_TIMEOUT;
    assert_true(orm__log_wants(&options, &event));
    event.kind = ORM_EVENT_CONTROL;
    assert_false(orm__log_wants(&options, &event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_values_only_when_asked),
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_statement_is_cut),
        cmocka_unit_test(test_what_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
