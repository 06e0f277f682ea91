#define _XOPEN_SOURCE 700
#include "unit/observe_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const BY_ID = "SELECT id FROM artists WHERE id = $1";

static const char *report(fixture *it, const orm_report_options *options)
{
    const char *text = NULL;
    assert_int_equal(orm_scope_report(it->scope, options, &text), ORM_OK);
    assert_non_null(text);
    return text;
}

static void make_relation_finding(fixture *it)
{
    control(it, "BEGIN");
    send(it, ORM_EVENT_SELECT, &ARTIST, "SELECT id FROM artists", 2, NULL, 0);
    list(it, &ARTIST, NULL, 2, 0, 5);
    for (volatile int64_t key = 101; key <= 105; key++)
        load(it, &ARTIST, 0, 4, 2, 5, key);
}

static void write_source(const char *folder)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/app", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/app/report.c", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("/* a report */\n"
                "    status = chinook_artist_select(db, NULL, &artists);\n"
                "    for (volatile size_t i = 0; i < artists.count; i++)\n"
                "\t    status = chinook_artist_load_albums(db, artists.items[i], "
                "&albums_of_this_artist); \n",
                file);
    assert_int_equal(fclose(file), 0);
}

static void remove_source(const char *folder)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/app/report.c", folder);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/app", folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_text_with_source(void **state)
{
    char folder[] = "/tmp/orm_report_XXXXXX";
    fixture *it = *state;
    make_relation_finding(it);
    assert_non_null(mkdtemp(folder));
    write_source(folder);
    assert_string_equal(
        report(it, &(orm_report_options){.root = folder}),
        "1 finding in 6 statements, 5 of them relation loads (5 row by row); 11 rows\n"
        "   read; 1.4 ms\n"
        "\n"
        "N1 artist.albums is loaded row by row: 5 statements where 1 would do, 1.2 ms\n"
        "   call in loop   app/report.c:4 (show)\n"
        "                    status = chinook_artist_load_albums(db, artists.items[i], &…\n"
        "   list made at   app/report.c:2 (show), 5 rows\n"
        "                    status = chinook_artist_select(db, NULL, &artists);\n"
        "   evidence       all 5 values sent are artist.id of the list made at\n"
        "                  app/report.c:2\n"
        "   statement      SELECT id FROM children WHERE parent_id = $1\n"
        "   what to do     name the relation in the query that makes the list: one more\n"
        "                  statement then loads it for all rows\n"
        "   write at       app/report.c:2 (show)\n"
        "     status = chinook_artist_select(db, &(chinook_artist_query){\n"
        "         .with.albums = &chinook_album_all,\n"
        "     }, &list);\n"
        "   or             behind it, before the loop\n"
        "     status = chinook_artist_preload_albums(db, &list, NULL);\n"
        "   in the loop    read what was loaded; this sends nothing\n"
        "     status = chinook_artist_albums(row, &list);\n"
        "\n"
        "In the code suggested, status, db, list, row, found, values, keys, changes,\n"
        "query, count and total stand for your own variables.\n");
    remove_source(folder);
}

static void test_text_of_other_kinds(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 3; id++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 30, id);
    for (volatile int64_t id = 1; id <= 3; id++)
        send_one(it, ORM_EVENT_DELETE, &ARTIST, "DELETE FROM artists WHERE id = $1", 40, id);
    list(it, &ALBUM, NULL, 10, 0, 5);
    for (volatile int i = 0; i < 3; i++)
        send_one(it, ORM_EVENT_SELECT, &TRACK, "SELECT id FROM tracks WHERE id = $1", 50, 7);
    assert_string_equal(
        report(it, NULL),
        "3 findings in 9 statements; 6 rows read, 3 written; 0.9 ms\n"
        "\n"
        "N1 find artist is asked for row by row: 3 statements where 1 would do, 0.3 ms\n"
        "   call in loop   app/report.c:30 (show)\n"
        "   evidence       3 different values, from no list of the session\n"
        "   statement      SELECT id FROM artists WHERE id = $1\n"
        "   what to do     ask for all values in one statement, before the loop\n"
        "   write at       app/report.c:30 (show)\n"
        "     status = chinook_artist_select(db, &(chinook_artist_query){\n"
        "         .where = chinook_artist_id_is(orm_in(values, count)),\n"
        "     }, &list);\n"
        "\n"
        "WRITE delete artist is written row by row: 3 statements where 1 would do, 0.3 ms\n"
        "   call in loop   app/report.c:40 (show)\n"
        "   evidence       3 different rows, each in a statement of its own\n"
        "   statement      DELETE FROM artists WHERE id = $1\n"
        "   what to do     queue each row; commit, orm_session_flush or the next query\n"
        "                  that could see it then sends one statement for all\n"
        "   write at       app/report.c:40 (show)\n"
        "     status = chinook_artist_remove(db, row);\n"
        "   or             instead of the loop\n"
        "     status = chinook_artist_delete_where(\n"
        "         db, chinook_artist_id_is(orm_in(keys, count)), NULL);\n"
        "\n"
        "DUP select track is asked again and again: 3 statements, 0.3 ms\n"
        "   call in loop   app/report.c:50 (show)\n"
        "   evidence       the same values each time, and nothing written between\n"
        "   statement      SELECT id FROM tracks WHERE id = $1\n"
        "   what to do     ask once, keep the answer, and use it again\n"
        "\n"
        "In the code suggested, status, db, list, row, found, values, keys, changes,\n"
        "query, count and total stand for your own variables.\n");
}

/* Where no call of the loop's own kind writes many rows, the code takes the place of the loop. */
static void test_code_for_the_whole_loop(void **state)
{
    fixture *it = *state;
    for (volatile int64_t id = 1; id <= 3; id++) {
        orm_value value = integer(id);
        orm_event event = {.kind = ORM_EVENT_INSERT,
                           .model = &ARTIST,
                           .sql = "INSERT INTO artists VALUES ($1) ON CONFLICT DO NOTHING",
                           .site = {"app/report.c", "show", 60, 0},
                           .values = &value,
                           .value_count = 1};
        event.sql_size = strlen(event.sql);
        note(it, &event);
    }
    assert_int_equal(findings(it), 1);
    assert_non_null(
        strstr(report(it, NULL),
               "   what to do     gather the rows, each key once, and give them to one\n"
               "                  chinook_artist_upsert_all behind the loop\n"
               "   write          instead of the loop\n"
               "     status = chinook_artist_upsert_all(db, values, count, &conflict, &list);\n"));
}

static void test_text_without_findings(void **state)
{
    fixture *it = *state;
    assert_string_equal(report(it, NULL), "0 findings in 0 statements; 0 rows read\n");
    send(it, ORM_EVENT_SELECT, &ARTIST, "SELECT id FROM artists", 10, NULL, 0);
    assert_string_equal(report(it, NULL), "0 findings in 1 statement; 1 row read; 0.1 ms\n");
}

static void test_color_only_when_asked(void **state)
{
    fixture *it = *state;
    make_relation_finding(it);
    assert_null(strchr(report(it, NULL), '\033'));
    assert_non_null(strchr(report(it, &(orm_report_options){.color = true}), '\033'));
}

static void test_json(void **state)
{
    fixture *it = *state;
    make_relation_finding(it);
    assert_string_equal(
        report(it, &(orm_report_options){.format = ORM_REPORT_JSON}),
        "{\"statistics\":{\"statements\":6,\"control\":1,\"finds\":0,\"selects\":1,\"counts\":0,"
        "\"exists\":0,\"relations\":5,\"inserts\":0,\"updates\":0,\"deletes\":0,\"raw\":0,"
        "\"aggregates\":0,\"row_structs\":0,\"columns\":0,"
        "\"row_by_row\":5,\"rows\":11,\"affected\":0,\"bytes\":0,\"errors\":0,"
        "\"duration_ns\":1350000,\"paused\":0,\"unwatched\":0,\"untold\":0,"
        "\"dropped\":0,\"unsearched\":0,\"waited_ns\":0,\"busy_ns\":1350000},\"findings\":["
        "{\"kind\":\"N1\",\"subject\":\"artist.albums\","
        "\"statement\":\"SELECT id FROM children WHERE parent_id = $1\","
        "\"site\":{\"file\":\"app/report.c\",\"line\":4,\"function\":\"show\"},"
        "\"origin\":{\"file\":\"app/"
        "report.c\",\"line\":2,\"function\":\"show\"},\"origin_lists\":1,"
        "\"origin_rows\":5,\"other_origin\":null,"
        "\"evidence\":\"stems\",\"column\":\"artist.id\",\"statements\":5,\"distinct\":5,"
        "\"matched\":5,\"sessions\":1,\"rows\":10,\"duration_ns\":1250000,"
        "\"advice\":\"name the relation in the query that makes the list: one more statement then "
        "loads it for all rows\","
        "\"replacement\":\"status = chinook_artist_select(db, &(chinook_artist_query){\\n"
        "    .with.albums = &chinook_album_all,\\n}, &list);\","
        "\"replacement_site\":{\"file\":\"app/report.c\",\"line\":2,\"function\":\"show\"},"
        "\"within_query\":false,"
        "\"alternative\":\"status = chinook_artist_preload_albums(db, &list, NULL);\","
        "\"in_loop\":\"status = chinook_artist_albums(row, &list);\",\"fix\":{"
        "\"call\":\"chinook_artist_select\",\"query\":\"chinook_artist_query\","
        "\"member\":\".with.albums = &chinook_album_all,\",\"rename\":null,"
        "\"after\":\"chinook_artist_preload_albums(db, &list, NULL)\","
        "\"loop\":\"chinook_artist_load_albums\"},"
        "\"check_site\":null,\"checks\":0,\"caller\":null}],\"scope\":null,\"ignored\":0,"
        "\"verdict\":\"findings\"}\n");
}

/* Three finds by the same call in `file`. */
static void make_finding_in(fixture *it, const char *file, const char *sql)
{
    for (volatile int64_t id = 1; id <= 3; id++) {
        orm_value value = integer(id);
        orm_event event = {.kind = ORM_EVENT_FIND,
                           .model = &ARTIST,
                           .sql = sql,
                           .site = {file, "show", 1, 0},
                           .values = &value,
                           .value_count = 1};
        note(it, &event);
    }
}

/* Absolute paths, as Ninja gives them to the compiler, are shown from the root on. */
static void test_paths_below_the_root(void **state)
{
    char folder[] = "/tmp/orm_report_XXXXXX";
    char path[256];
    char before[4096];
    fixture *it = *state;
    assert_non_null(mkdtemp(folder));
    write_source(folder);
    (void)snprintf(path, sizeof path, "%s/app/report.c", folder);
    make_finding_in(it, path, BY_ID);
    const char *text = report(it, &(orm_report_options){.root = folder});
    assert_non_null(strstr(text, "   call in loop   app/report.c:1 (show)\n"
                                 "                    /* a report */\n"));
    assert_null(strstr(text, folder));
    text = report(it, &(orm_report_options){.format = ORM_REPORT_JSON, .root = folder});
    assert_non_null(strstr(text, "{\"file\":\"app/report.c\",\"line\":1,"));
    assert_null(strstr(text, folder));
    assert_non_null(strstr(report(it, NULL), folder));
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    assert_null(strstr(report(it, NULL), folder));
    assert_null(strstr(report(it, &(orm_report_options){.root = "."}), folder));
    assert_non_null(strstr(report(it, &(orm_report_options){.root = "app"}), " report.c:1 ("));
    assert_non_null(strstr(report(it, &(orm_report_options){.root = "ap"}), folder));
    assert_int_equal(chdir(before), 0);
    remove_source(folder);
}

static void test_long_statements(void **state)
{
    fixture *it = *state;
    make_finding_in(it, "a.c",
                    "SELECT t.\"album_id\", t.\"title\", (SELECT 1 FROM x) FROM \"album\" t"
                    " WHERE t.\"album_id\" = $1");
    make_finding_in(it, "b.c", "SELECT count(*) FROM tracks WHERE id = $1");
    assert_string_equal(finding(it, 0)->statement,
                        "SELECT \xE2\x80\xA6 FROM \"album\" t WHERE t.\"album_id\" = $1");
    assert_string_equal(finding(it, 1)->statement, "SELECT count(*) FROM tracks WHERE id = $1");
}

static void test_color_is_for_terminals(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    assert_false(orm_report_wants_color(file));
    assert_false(orm_report_wants_color(NULL));
    assert_int_equal(fclose(file), 0);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        skip();
    FILE *terminal = fopen(ptsname(master), "r+");
    assert_non_null(terminal);
    assert_true(orm_report_wants_color(terminal));
    assert_int_equal(setenv("NO_COLOR", "", 1), 0);
    assert_true(orm_report_wants_color(terminal));
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    assert_false(orm_report_wants_color(terminal));
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    assert_false(orm_report_wants_color(terminal));
    assert_int_equal(unsetenv("TERM"), 0);
    assert_false(orm_report_wants_color(terminal));
    assert_int_equal(fclose(terminal), 0);
    assert_int_equal(close(master), 0);
}

/* A call site may be anything the compiler was given, also no file at all. */
static void test_strange_sites(void **state)
{
    static const char *const files[] = {"/dev/zero", "/", "", "/no/such/file.c"};
    fixture *it = *state;
    for (volatile size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (volatile int64_t id = 1; id <= 3; id++) {
            orm_value value = integer(id);
            orm_event event = {.kind = ORM_EVENT_FIND,
                               .model = &ARTIST,
                               .sql = "SELECT '\x01\xFF\"'",
                               .site = {files[i], NULL, 7, 0},
                               .values = &value,
                               .value_count = 1};
            note(it, &event);
        }
    assert_int_equal(findings(it), 4);
    assert_non_null(strstr(report(it, NULL), "/no/such/file.c:7\n"));
    assert_non_null(strstr(report(it, &(orm_report_options){.format = ORM_REPORT_JSON}),
                           "{\"file\":\"\",\"line\":7,\"function\":null}"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_text_with_source),        TEST(test_text_of_other_kinds),
        TEST(test_code_for_the_whole_loop), TEST(test_text_without_findings),
        TEST(test_color_only_when_asked),   TEST(test_json),
        TEST(test_paths_below_the_root),    TEST(test_long_statements),
        TEST(test_color_is_for_terminals),  TEST(test_strange_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
