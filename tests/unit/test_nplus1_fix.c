/* `orm nplus1 fix`: edits of source files, from records as scopes write them. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct folder {
    char path[64];
    char output[32 * 1024];
} folder;

static int run(folder *in, const char *words)
{
    char line[1024];
    (void)snprintf(line, sizeof line, "cd %s && orm() { '%s' \"$@\"; } && { %s; } 2>&1", in->path,
                   ORM_TEST_COMMAND, words);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    size_t size = fread(in->output, 1, sizeof in->output - 1, pipe);
    in->output[size] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void write_file(const folder *in, const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", in->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* One record with one finding that is to be mended at `line`. */
static void write_log(const folder *in, const char *kind, int line, const char *fix)
{
    char record[4096];
    (void)snprintf(
        record, sizeof record,
        "{\"statistics\":{\"statements\":5},\"findings\":[{\"kind\":\"%s\",\"subject\":"
        "\"artist.albums\",\"statement\":\"SELECT\",\"advice\":\"name it\",\"site\":"
        "{\"file\":\"a.c\",\"line\":9,\"function\":\"f\"},\"replacement_site\":{\"file\":"
        "\"a.c\",\"line\":%d,\"function\":\"f\"},\"statements\":5,\"fix\":%s}]}\n",
        kind, line, fix);
    write_file(in, "log.jsonl", record);
}

#define WITH                                                                                       \
    "{\"call\":\"artist_select\",\"query\":\"artist_query\","                                      \
    "\"member\":\".with.albums = &album_all,\",\"rename\":null}"
#define TRACKS                                                                                     \
    "{\"call\":\"artist_select\",\"query\":\"artist_query\","                                      \
    "\"member\":\".with.albums = &(album_query){.with.tracks = &track_all},\"}"
#define BEHIND                                                                                     \
    "{\"call\":null,\"query\":\"artist_query\","                                                   \
    "\"after\":\"artist_preload_albums(db, &list, NULL)\"}"
#define AFTER                                                                                      \
    "{\"call\":\"artist_select\",\"query\":\"artist_query\","                                      \
    "\"member\":\".with.albums = &album_all,\","                                                   \
    "\"after\":\"artist_preload_albums(db, &list, NULL)\"}"
#define CHANGE                                                                                     \
    "{\"call\":\"artist_update\",\"query\":null,\"member\":null,\"rename\":\"artist_change\"}"

/* The file after the fix, or NULL when it must stay as it is. */
static void expect(folder *in, const char *fix, int line, const char *before, const char *after)
{
    write_file(in, "a.c", before);
    write_log(in, strstr(fix, "change") != NULL ? "WRITE" : "N1", line, fix);
    int ended = run(in, "orm nplus1 fix --apply log.jsonl");
    if (ended != (after == NULL ? 3 : 0))
        fail_msg("it ended with %d: %s%s", ended, in->output, before);
    if (after == NULL)
        assert_non_null(strstr(in->output, "to be done by hand"));
    assert_int_equal(run(in, "cat a.c"), 0);
    assert_string_equal(in->output, after == NULL ? before : after);
}

static int enter(void **state)
{
    static folder it;
    (void)snprintf(it.path, sizeof it.path, "/tmp/orm_fix_XXXXXX");
    *state = &it;
    return mkdtemp(it.path) == NULL ? -1 : 0;
}

static int leave(void **state)
{
    folder *it = *state;
    char line[128];
    (void)snprintf(line, sizeof line, "rm -r %s", it->path);
    return system(line);
}

static void test_queries(void **state)
{
    folder *in = *state;
    expect(in, WITH, 2, "/* artist_select(db, NULL, &x) */\nx = artist_select(db, NULL, &list);\n",
           "/* artist_select(db, NULL, &x) */\n"
           "x = artist_select(db, &(artist_query){.with.albums = &album_all}, &list);\n");
    expect(in, WITH, 1, "check(artist_select(db, &(artist_query){ .limit = 5 }, &list));\n",
           "check(artist_select(db, &(artist_query){ .limit = 5, .with.albums = &album_all }, "
           "&list));\n");
    expect(in, WITH, 1,
           "x = artist_select(db,\n    & (artist_query) {\n        .limit = n(1, 2),\n"
           "    }, &list);\n",
           "x = artist_select(db,\n    & (artist_query) {\n        .limit = n(1, 2),\n"
           "        .with.albums = &album_all,\n    }, &list);\n");
    /* The last line of a call is given by some compilers. */
    expect(in, WITH, 3, "x = artist_select(db,\n    NULL,\n    &list);\n",
           "x = artist_select(db,\n    &(artist_query){.with.albums = &album_all},\n    &list);\n");
    expect(
        in, WITH, 1, "x = artist_each(db, NULL, NULL, print, \")(\");\n",
        "x = artist_each(db, &(artist_query){.with.albums = &album_all}, NULL, print, \")(\");\n");
    expect(in, WITH, 1, "x = artist_select_page(db, NULL, &page);\n",
           "x = artist_select_page(db, &(artist_query){.with.albums = &album_all}, &page);\n");
    expect(in, WITH, 1, "x = artist_select(db, &artist_all, &list);\n",
           "x = artist_select(db, &(artist_query){.with.albums = &album_all}, &list);\n");
}

/* Queries that load something already, or are variables. */
static void test_other_queries(void **state)
{
    folder *in = *state;
    expect(in, WITH, 1, "x = artist_select(db, &(artist_query){.with.songs = &all}, &list);\n",
           "x = artist_select(db, &(artist_query){.with.songs = &all, "
           ".with.albums = &album_all}, &list);\n");
    expect(in, WITH, 1, "x = artist_select(db, &(artist_query){.with = {.songs = &all}}, &list);\n",
           "x = artist_select(db, &(artist_query){.with = {.songs = &all, "
           ".albums = &album_all}}, &list);\n");
    expect(in, TRACKS, 1,
           "x = artist_select(db, &(artist_query){.with.albums = &album_all}, &list);\n",
           "x = artist_select(db, &(artist_query){.with.albums = "
           "&(album_query){.with.tracks = &track_all}}, &list);\n");
    expect(in, TRACKS, 1,
           "x = artist_select(db, &(artist_query){.with = {.albums = &(album_query){.limit = 3}}}, "
           "&list);\n",
           "x = artist_select(db, &(artist_query){.with = {.albums = &(album_query){.limit = 3,\n"
           "        .with.tracks = &track_all}}}, &list);\n");
    expect(in, WITH, 4,
           "static int f(orm_session *db)\n{\n    artist_query few = {.limit = 3};\n"
           "    return artist_select(db, &few, &list);\n}\n",
           "static int f(orm_session *db)\n{\n"
           "    artist_query few = {.limit = 3, .with.albums = &album_all};\n"
           "    return artist_select(db, &few, &list);\n}\n");
    expect(in, WITH, 5,
           "static const artist_query few = {\n    .limit = 3\n};\n"
           "static int f(orm_session *db)\n{return artist_select(db, &few, &list);\n}\n",
           "static const artist_query few = {\n    .limit = 3,\n    .with.albums = &album_all\n};\n"
           "static int f(orm_session *db)\n{return artist_select(db, &few, &list);\n}\n");
}

/* A call behind the list's, whose failure is treated as that one's. */
static void test_behind(void **state)
{
    folder *in = *state;
    static const char *const styles[][2] = {
        {"    TRY(artist_select(db, query, &list)); /* all */\n",
         "    TRY(artist_select(db, query, &list)); /* all */\n"
         "    TRY(artist_preload_albums(db, &list, NULL));\n"},
        {"    status = artist_select(db, query, &list);\n",
         "    status = artist_select(db, query, &list);\n"
         "    if (status == ORM_OK)\n"
         "        status = artist_preload_albums(db, &list, NULL);\n"},
        {"    orm_status status = artist_select(db, query, &list);\n",
         "    orm_status status = artist_select(db, query, &list);\n"
         "    if (status == ORM_OK)\n"
         "        status = artist_preload_albums(db, &list, NULL);\n"},
        {"    if (artist_select(db, query, &list) != ORM_OK)\n        return -1;\n",
         "    if (artist_select(db, query, &list) != ORM_OK || "
         "artist_preload_albums(db, &list, NULL) != ORM_OK)\n        return -1;\n"},
        {"    if ((status = artist_select(db, query, &list)) != ORM_OK)\n        goto out;\n",
         "    if ((status = artist_select(db, query, &list)) != ORM_OK || "
         "(status = artist_preload_albums(db, &list, NULL)) != ORM_OK)\n        goto out;\n"},
        {"    ok = ok && artist_select(db, query, &list) == ORM_OK;\n",
         "    ok = ok && (artist_select(db, query, &list) == ORM_OK && "
         "artist_preload_albums(db, &list, NULL) == ORM_OK);\n"},
        {"    if (failed(artist_select(db, query, &list))) {\n        return -1;\n    }\n",
         "    if (failed(artist_select(db, query, &list))) {\n        return -1;\n    }\n"
         "    if (failed(artist_preload_albums(db, &list, NULL))) {\n        return -1;\n    }\n"},
        {"    if (wanted)\n        status = artist_select(db, query, &list);\n    else\n"
         "        list.count = 0;\n",
         "    if (wanted) {\n        status = artist_select(db, query, &list);\n"
         "        if (status == ORM_OK)\n"
         "            status = artist_preload_albums(db, &list, NULL);\n    }\n    else\n"
         "        list.count = 0;\n"},
        {"    return artist_select(db, query, list);\n",
         "    orm_status status = artist_select(db, query, list);\n"
         "    if (status == ORM_OK)\n"
         "        status = artist_preload_albums(db, list, NULL);\n"
         "    return status;\n"},
        {"    TRY(artist_raw(db, sql, NULL, 0, &list));\n",
         "    TRY(artist_raw(db, sql, NULL, 0, &list));\n"
         "    TRY(artist_preload_albums(db, &list, NULL));\n"},
    };
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        char before[1024];
        char after[1024];
        int line = strncmp(styles[i][0], "    if (wanted", 14) == 0 ? 4 : 3;
        (void)snprintf(before, sizeof before, "static int f(orm_session *db)\n{\n%s}\n",
                       styles[i][0]);
        (void)snprintf(after, sizeof after, "static int f(orm_session *db)\n{\n%s}\n",
                       styles[i][1]);
        expect(in, strstr(before, "_raw") != NULL ? BEHIND : AFTER, line, before, after);
    }
}

static void test_writes(void **state)
{
    folder *in = *state;
    expect(in, CHANGE, 4,
           "static int f(orm_session *db)\n{\n    for (size_t i = 0; i < list.count; i++)\n"
           "        TRY(artist_update(db, list.items[i], &(artist_changes){.a = ORM_SET(1)}));\n"
           "    return 0;\n}\n",
           "static int f(orm_session *db)\n{\n    for (size_t i = 0; i < list.count; i++)\n"
           "        TRY(artist_change(db, list.items[i], &(artist_changes){.a = ORM_SET(1)}));\n"
           "    TRY(orm_session_flush(db));\n    return 0;\n}\n");
}

static void test_uncertain(void **state)
{
    folder *in = *state;
    expect(in, WITH, 1, "x = artist_select(db, &query, &list);\n", NULL);
    expect(in, WITH, 1,
           "x = artist_select(db, &(artist_query){.with.albums = &(album_query){.limit = 3}}, "
           "&list);\n",
           NULL);
    expect(in, WITH, 1, "f(artist_select(db, NULL, &a), artist_select(db, NULL, &b));\n", NULL);
    expect(in, WITH, 2, "x = artist_select(db, NULL, &list);\n\n", NULL);
    expect(in, WITH, 1, "x = my_artist_select(db, NULL, &list);\n", NULL);
    expect(in, WITH, 1, "x = \"artist_select(db, NULL, &list)\";\n", NULL);
    expect(in, WITH, 1, "x = artist_select(db, NULL, &list\n", NULL);
    expect(in, WITH, 1, "#define ALL artist_select(db, NULL, &list)\n", NULL);
    expect(in, "null", 1, "x = artist_select(db, NULL, &list);\n", NULL);
    /* The row is looked at before it is written. */
    expect(in, CHANGE, 4,
           "static int f(orm_session *db)\n{\n    for (size_t i = 0; i < list.count; i++) {\n"
           "        TRY(artist_update(db, list.items[i], &(artist_changes){.a = ORM_SET(1)}));\n"
           "        show(list.items[i]);\n    }\n    return 0;\n}\n",
           NULL);
    /* Each row's failure is its own. */
    expect(in, CHANGE, 4,
           "static int f(orm_session *db)\n{\n    for (size_t i = 0; i < list.count; i++)\n"
           "        bad += artist_update(db, list.items[i], &changes) != ORM_OK;\n"
           "    return bad;\n}\n",
           NULL);
}

static void test_patch(void **state)
{
    folder *in = *state;
    write_file(in, "a.c", "int a;\nx = artist_select(db, NULL, &list);\n");
    write_log(in, "N1", 2, WITH);
    assert_int_equal(run(in, "orm nplus1 fix log.jsonl"), 0);
    assert_non_null(strstr(in->output, "--- a/a.c\n+++ b/a.c\n"));
    assert_non_null(strstr(in->output, "\n-x = artist_select(db, NULL, &list);\n"
                                       "+x = artist_select(db, &(artist_query){"));
    assert_int_equal(run(in, "mkdir sub && mv a.c sub && orm nplus1 fix --root sub log.jsonl >p;"
                             " cd sub && patch -s -p1 <../p && cat a.c"),
                     0);
    assert_string_equal(in->output,
                        "int a;\n"
                        "x = artist_select(db, &(artist_query){.with.albums = &album_all}, "
                        "&list);\n");
    assert_int_equal(run(in, "orm nplus1 fix log.jsonl"), 3);
    assert_non_null(strstr(in->output, "a.c:9: N1 artist.albums is loaded row by row"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_queries, enter, leave),
        cmocka_unit_test_setup_teardown(test_other_queries, enter, leave),
        cmocka_unit_test_setup_teardown(test_behind, enter, leave),
        cmocka_unit_test_setup_teardown(test_writes, enter, leave),
        cmocka_unit_test_setup_teardown(test_uncertain, enter, leave),
        cmocka_unit_test_setup_teardown(test_patch, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
