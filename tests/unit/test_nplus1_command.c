/* `orm nplus1 check` on records that scopes have written. */
#define _XOPEN_SOURCE 700
#include "unit/observe_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 128 * 1024 };

typedef struct folder {
    char path[64];
    char output[OUTPUT_MAX];
} folder;

/* Runs a shell command in the folder; `orm` stands for the command under test. Gives its status. */
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

static void append(folder *in, fixture *it, const char *log)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", in->path, log);
    assert_int_equal(orm_scope_append(it->scope, path, NULL, NULL), ORM_OK);
}

/* One scope that loads a relation row by row from `line`. */
static void loop(folder *in, const char *log, const char *name, int line, int rows, bool writes)
{
    void *state = NULL;
    orm_scope_options options = {.name = name, .max_trace = 100, .timed = true};
    assert_int_equal(fixture_open_with(&state, &options), 0);
    fixture *it = state;
    send(it, ORM_EVENT_SELECT, &ARTIST, "SELECT id FROM artists", 2, NULL, 0);
    list(it, &ARTIST, NULL, 2, 0, (size_t)rows);
    for (volatile int i = 0; i < rows; i++)
        load(it, &ARTIST, 0, line, 2, (size_t)rows, 101 + i);
    for (volatile int i = 0; writes && i < 4; i++)
        send_one(it, ORM_EVENT_INSERT, &TRACK, "INSERT INTO tracks VALUES ($1)", 40, i);
    append(in, it, log);
    (void)fixture_close(&state);
}

static int enter(void **state)
{
    static folder it;
    (void)snprintf(it.path, sizeof it.path, "/tmp/orm_nplus1_XXXXXX");
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

#define assert_said(in, text)     assert_non_null(strstr((in)->output, (text)))
#define assert_not_said(in, text) assert_null(strstr((in)->output, (text)))

static void test_one_finding_over_shards(void **state)
{
    folder *in = *state;
    loop(in, "a.jsonl", "test_a", 4, 5, false);
    loop(in, "b.jsonl", "test_b", 4, 7, false);
    assert_int_equal(run(in, "orm nplus1 check a.jsonl b.jsonl"), 3);
    assert_said(in, "1 finding in 2 scopes, 14 statements");
    assert_said(in, "N1 artist.albums is loaded row by row: 7 statements where 1 would do");
    assert_said(in, "call in loop   app/report.c:4 (show)");
    assert_said(in, "list made at   app/report.c:2 (show)");
    assert_said(in, "scopes         test_a, test_b");
    assert_said(in, "chinook_artist_preload_albums");
    assert_not_said(in, "\033[");
    assert_int_equal(run(in, "cat a.jsonl b.jsonl | orm nplus1 check -"), 3);
    assert_said(in, "1 finding in 2 scopes");
    /* Another database spells the statement otherwise. */
    assert_int_equal(run(in, "sed 's/WHERE parent_id/WHERE +parent_id/' b.jsonl > c.jsonl && "
                             "grep -q '+parent_id' c.jsonl && orm nplus1 check a.jsonl c.jsonl"),
                     3);
    assert_said(in, "1 finding in 2 scopes");
}

static void test_clean(void **state)
{
    folder *in = *state;
    loop(in, "a.jsonl", "test_a", 4, 1, false);
    assert_int_equal(run(in, "orm nplus1 check a.jsonl"), 0);
    assert_said(in, "0 findings in 1 scope, 2 statements");
}

static void test_kinds_that_fail(void **state)
{
    folder *in = *state;
    loop(in, "a.jsonl", "test_a", 4, 1, true);
    assert_int_equal(run(in, "orm nplus1 check a.jsonl"), 0);
    assert_said(in, "WRITE insert track is written row by row: 4 statements");
    assert_int_equal(run(in, "orm nplus1 check --fail-on N1,DUP,WRITE a.jsonl"), 3);
    assert_int_equal(run(in, "orm nplus1 check --fail-on=N1,UNUSE a.jsonl"), 2);
    assert_said(in, "BUDGET, WRITE, UNUSED and LATENT, not 'UNUSE'");
}

static void test_incomplete_is_inconclusive(void **state)
{
    static const char *const formats[] = {"text", "json", "sarif", "junit", "annotations", "html"};
    folder *in = *state;
    void *fixture_state = NULL;
    orm_scope_options options = {.max_statements = 32};
    assert_int_equal(fixture_open_with(&fixture_state, &options), 0);
    fixture *it = fixture_state;
    for (int line = 10; line <= 200; line++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, "SELECT id FROM artists WHERE id = $1", line, 1);
    append(in, it, "a.jsonl");
    (void)fixture_close(&fixture_state);
    assert_int_equal(run(in, "orm nplus1 check a.jsonl"), 4);
    assert_said(in, "INCONCLUSIVE: ");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char command[128];
        (void)snprintf(command, sizeof command, "orm nplus1 check --report %s a.jsonl", formats[i]);
        assert_int_equal(run(in, command), 4);
        assert_said(in, strcmp(formats[i], "json") == 0 ? "\"verdict\": \"inconclusive\""
                                                        : "INCONCLUSIVE");
    }
}

static void test_baseline(void **state)
{
    folder *in = *state;
    loop(in, "a.jsonl", "test_a", 4, 5, false);
    assert_int_equal(run(in, "orm nplus1 check --baseline known.json a.jsonl"), 1);
    assert_said(in, "known.json: can't be opened; --update-baseline makes a baseline");
    assert_int_equal(run(in, "orm nplus1 check --baseline known.json --update-baseline a.jsonl"),
                     0);
    assert_int_equal(run(in, "orm nplus1 check --baseline known.json a.jsonl"), 0);
    assert_said(in, "1 finding (0 new, 1 in the baseline)");
    /* Its line may move; another relation of the same function is new. */
    loop(in, "moved.jsonl", "test_a", 17, 5, false);
    assert_int_equal(run(in, "orm nplus1 check --baseline known.json moved.jsonl"), 0);
    assert_int_equal(run(in, "orm nplus1 check --baseline known.json --new-only moved.jsonl"), 0);
    assert_not_said(in, "artist.albums");
    assert_int_equal(run(in, "sed 's/artist.albums/artist.songs/' moved.jsonl >> other.jsonl;"
                             " orm nplus1 check --baseline known.json other.jsonl"),
                     3);
    assert_said(in, "1 finding (1 new, 0 in the baseline)");
    assert_said(in, "not met; take them out if the run was complete:\n   N1 artist.albums, "
                    "app/report.c (show)");
    /* A reason that someone wrote stays. */
    assert_int_equal(run(in, "sed -i 's/\"show\"/\"show\", \"reason\": \"ours\"/' known.json &&"
                             " orm nplus1 check --baseline known.json --update-baseline"
                             " a.jsonl other.jsonl && cat known.json"),
                     0);
    assert_said(in, "\"reason\": \"ours\"");
    assert_said(in, "artist.songs");
}

static void test_reports_are_well_formed(void **state)
{
    folder *in = *state;
    loop(in, "a.jsonl", "test <a> & \"b\" 'c'", 4, 5, true);
    assert_int_equal(run(in, "orm nplus1 check --report junit=j.xml --report sarif=s.json"
                             " --report json=r.json --report html=p.html --report annotations"
                             " a.jsonl"),
                     3);
    assert_said(in, "::error file=app/report.c,line=4,title=N1::artist.albums is loaded");
    assert_said(in, "::warning file=app/report.c,line=40,title=WRITE::insert track");
    assert_int_equal(run(in, "python3 -c \"import xml.etree.ElementTree as e; t = e.parse('j.xml');"
                             " c = t.find('.//testcase'); print(c.get('name'),"
                             " len(c.findall('failure')), t.find('testsuite').get('failures'))\""),
                     0);
    assert_said(in, "test <a> & \"b\" 'c' 1 1\n");
    assert_int_equal(run(in, "python3 -c \"import json; r = json.load(open('s.json'))['runs'][0];"
                             " print([(x['ruleId'], x['level'], x['locations'][0]"
                             "['physicalLocation']['region']['startLine'])"
                             " for x in r['results']], len(r['tool']['driver']['rules']))\""),
                     0);
    assert_said(in, "[('N1', 'error', 4), ('WRITE', 'warning', 40)] 6\n");
    assert_int_equal(run(in, "python3 -c \"import json; r = json.load(open('r.json'));"
                             " print(r['failing'], [(f['kind'], f['fails'], f['scopes'])"
                             " for f in r['findings']])\""),
                     0);
    assert_said(in, "1 [('N1', True, ['test <a> & \"b\" \\'c\\'']), ('WRITE', False,");
    assert_int_equal(run(in, "cat p.html"), 0);
    assert_said(in, "test &lt;a&gt; &amp; &quot;b&quot; &#39;c&#39;");
    assert_not_said(in, "test <a>");
    assert_not_said(in, "http");
    assert_said(in, "class=\"fall bad\"");
}

static void test_wrong_input(void **state)
{
    folder *in = *state;
    assert_int_equal(run(in, "orm nplus1 check nothing.jsonl"), 1);
    assert_said(in, "nothing.jsonl: can't be opened");
    assert_int_equal(run(in, "echo '{\"statistics\":{' > a.jsonl; orm nplus1 check a.jsonl"), 1);
    assert_said(in, "a.jsonl:1:");
    assert_int_equal(run(in, "echo '{\"a\":1}' > a.jsonl; orm nplus1 check a.jsonl"), 1);
    assert_said(in, "a.jsonl:1: a JSON record that neither");
    assert_int_equal(run(in, "echo > a.jsonl; orm nplus1 check a.jsonl"), 1);
    assert_said(in, "the logs hold no scope");
    assert_int_equal(run(in, "orm nplus1 check"), 2);
    assert_int_equal(run(in, "orm nplus1 chekc"), 2);
    assert_int_equal(run(in, "orm nplus1 check --report sarf a.jsonl"), 2);
    assert_said(in, "did you mean 'sarif'?");
    assert_int_equal(run(in, "orm nplus1 check --new-only a.jsonl"), 2);
    assert_int_equal(run(in, "orm nplus1 check --help"), 0);
    assert_said(in, "--report FORMAT[=FILE]");
}

/* Numbers out of all proportion, and what a terminal would act on. */
static void test_hostile_records(void **state)
{
    folder *in = *state;
    static const char record[] =
        "{\"scope\":\"s\",\"statistics\":{\"statements\":9223372036854775807,\"duration_ns\":"
        "9223372036854775807,\"unwatched\":9223372036854775807,\"dropped\":9223372036854775807},"
        "\"findings\":[{\"kind\":\"N1\",\"subject\":\"a\\u001b[2Jb\",\"advice\":\"c\\u009b7d\","
        "\"statements\":9223372036854775807,\"distinct\":-9223372036854775808}],\"trace\":[{"
        "\"start_ns\":9223372036854775807,\"duration_ns\":9223372036854775807}]}\n";
    char path[128];
    (void)snprintf(path, sizeof path, "%s/h.jsonl", in->path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(record, file) >= 0 && fputs(record, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(run(in, "orm nplus1 check --report text --report html=h.html h.jsonl"), 3);
    assert_said(in, "a [2Jb");
    assert_not_said(in, "\033");
    assert_int_equal(run(in, "orm nplus1 fix h.jsonl"), 3);
    assert_said(in, "c  7d");
    assert_not_said(in, "\033");
    assert_not_said(in, "\xC2\x9B");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_finding_over_shards, enter, leave),
        cmocka_unit_test_setup_teardown(test_clean, enter, leave),
        cmocka_unit_test_setup_teardown(test_kinds_that_fail, enter, leave),
        cmocka_unit_test_setup_teardown(test_incomplete_is_inconclusive, enter, leave),
        cmocka_unit_test_setup_teardown(test_baseline, enter, leave),
        cmocka_unit_test_setup_teardown(test_reports_are_well_formed, enter, leave),
        cmocka_unit_test_setup_teardown(test_wrong_input, enter, leave),
        cmocka_unit_test_setup_teardown(test_hostile_records, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
