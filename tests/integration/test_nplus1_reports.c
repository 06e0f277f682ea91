/*
 * The reports of `orm nplus1 check`, on records of real sessions with findings of every kind: by
 * the schemas of their formats, and as a person sees the page in a browser.
 */
#include <stdio.h>
#include <stdlib.h>

#include <orm/nplusone.h>

#include "graph.orm.h"
#include "support/command.h"
#include "support/graph.h"

#define REPORTS ORM_TEST_SOURCE_DIR "/tests/reports"
#define VALIDATE                                                                                   \
    ORM_TEST_SOURCE_DIR "/tests/support/python_with jsonschema " REPORTS "/validate.py "
#define SCHEMAS  ORM_TEST_SOURCE_DIR "/tools/orm/schemas"
#define HOSTILE  "<b>\"quoted\" & 'odd'</b> \xC3\xA9\xE2\x82\xAC \xEF\xBF\xBE \x01\t\n end"
#define LONGNAME "a_name_that_is_so_long_that_it_does_not_fit_on_one_line_of_a_narrow_page_at_all"

/* Run for each scope, on a session of its own. */
typedef void handler(orm_session *db);

static void row_by_row(orm_session *db)
{
    g_team_list teams;
    g_person_list members;
    assert_ok(db, g_team_select(db, &(g_team_query){.limit = 6}, &teams));
    for (size_t i = 0; i < teams.count; i++)
        assert_ok(db, g_team_load_members(db, teams.items[i], &members));
}

static void again(orm_session *db)
{
    g_team_list teams;
    int64_t count = 0;
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (size_t i = 0; i < teams.count; i++)
        assert_ok(db, g_person_count(db, NULL, &count));
}

static void written(orm_session *db)
{
    g_team_list teams;
    assert_ok(db, g_team_select(db, NULL, &teams));
    for (size_t i = 0; i < teams.count; i++)
        assert_ok(db, g_team_update(db, teams.items[i], &(g_team_changes){.name = ORM_SET("n")}));
}

static void in_vain(orm_session *db)
{
    g_team_list teams;
    assert_ok(db, g_team_select(db, &(g_team_query){.with.members = &g_person_all}, &teams));
}

static void one_row(orm_session *db)
{
    g_team_list teams;
    g_person_list members;
    assert_ok(db, g_team_select(db, &(g_team_query){.limit = 1}, &teams));
    for (size_t i = 0; i < teams.count; i++)
        assert_ok(db, g_team_load_members(db, teams.items[i], &members));
}

static void too_much(orm_session *db)
{
    int64_t count = 0;
    assert_ok(db, g_person_count(db, NULL, &count));
    assert_ok(db, g_team_count(db, NULL, &count));
    assert_ok(db, g_chore_count(db, NULL, &count));
}

static void all_well(orm_session *db)
{
    g_team_list teams;
    assert_ok(db, g_team_select(db, NULL, &teams));
}

static void record(const char *name, const orm_scope_options *wanted, handler *does)
{
    orm_scope_options options = *wanted;
    orm_scope *scope = NULL;
    char path[640];
    options.name = name;
    options.timed = true;
    options.max_trace = 100;
    (void)snprintf(path, sizeof path, "%s/log.jsonl", folder);
    assert_int_equal(orm_scope_open(&options, &scope, NULL), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    does(db);
    test_session_close(&database, db);
    assert_int_equal(orm_scope_append(scope, path, ORM_TEST_SOURCE_DIR, NULL), ORM_OK);
    orm_scope_close(scope);
}

static int make_log(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, 100);
    open_folder();
    record("test_teams", &(orm_scope_options){0}, row_by_row);
    record(HOSTILE, &(orm_scope_options){0}, row_by_row);
    record("test_again", &(orm_scope_options){0}, again);
    record("test_write", &(orm_scope_options){0}, written);
    record(LONGNAME, &(orm_scope_options){0}, in_vain);
    record("test_budget", &(orm_scope_options){.budget.statements = 2}, too_much);
    record("test_one_row", &(orm_scope_options){.latent = true}, one_row);
    record("test_all_well", &(orm_scope_options){0}, all_well);
    return 0;
}

static void reports_are_valid(void **state)
{
    (void)state;
    assert_int_equal(run("nplus1 check --report json=r.json --report sarif=s.sarif "
                         "--report junit=j.xml log.jsonl"),
                     3);
    if (shell(VALIDATE SCHEMAS "/nplus1-record.schema.json log.jsonl && " VALIDATE SCHEMAS
                               "/nplus1-report.schema.json r.json "
                               "&& " VALIDATE REPORTS "/sarif-2.1.0.schema.json s.sarif && "
                               "xmllint --noout --schema " REPORTS "/junit.xsd j.xml") != 0)
        fail_msg("%s", output);
    /* With a baseline too. */
    assert_int_equal(run("nplus1 check --baseline known.json --update-baseline log.jsonl"), 0);
    assert_int_equal(run("nplus1 check --baseline known.json --fail-on N1,DUP,WRITE "
                         "--report json=r.json --report sarif=s.sarif log.jsonl"),
                     0);
    if (shell(VALIDATE SCHEMAS "/nplus1-report.schema.json r.json "
                               "&& " VALIDATE REPORTS "/sarif-2.1.0.schema.json s.sarif") != 0)
        fail_msg("%s", output);
}

/* A schema that takes anything would prove nothing. */
static void schemas_refuse_what_is_wrong(void **state)
{
    (void)state;
    static const char *const spoilt[] = {
        "sed 's/\"ruleId\": \"N1\"/\"ruleId\": 1/' s.sarif > bad.sarif; " VALIDATE REPORTS
        "/sarif-2.1.0.schema.json bad.sarif",
        "sed 's/\"fails\"/\"failed\"/' r.json > bad.json; " VALIDATE SCHEMAS
        "/nplus1-report.schema.json bad.json",
        "sed 's/<failure type/<failure tipe/' j.xml > bad.xml; xmllint --noout --schema " REPORTS
        "/junit.xsd bad.xml",
    };
    assert_int_equal(run("nplus1 check --report json=r.json --report sarif=s.sarif "
                         "--report junit=j.xml log.jsonl"),
                     3);
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        assert_int_not_equal(shell(spoilt[i]), 0);
    }
}

static void the_page_is_seen(void **state)
{
    static const char *const widths[] = {"1280", "400"};
    (void)state;
    if (shell("command -v chromium") != 0)
        skip();
    assert_int_equal(run("nplus1 check --report html=p.html log.jsonl"), 3);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char line[512];
        (void)snprintf(line, sizeof line, "python3 " REPORTS "/page.py p.html %s shot%s.png",
                       widths[i], widths[i]);
        if (shell(line) != 0)
            fail_msg("%s", output);
        assert_said("\"N1 team.members is loaded row by row: 6 statements where 1 would do\"");
        assert_said("\"DUP count person");
        assert_said("\"WRITE update team is written row by row");
        assert_said("\"UNUSED team.members");
        assert_said("\"BUDGET ");
        assert_said("\"LATENT team.members");
        assert_said("test_nplus1_reports.c");
        assert_said("<b>\\\"quoted\\\" & 'odd'</b>");
        assert_said("\"6 findings\"");
        assert_said("\"8 scopes\"");
        assert_int_equal(shell("test -s shot*.png"), 0);
        assert_int_equal(shell("rm shot*.png"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_valid),
        cmocka_unit_test(schemas_refuse_what_is_wrong),
        cmocka_unit_test(the_page_is_seen),
    };
    return cmocka_run_group_tests(tests, make_log, remove_folder);
}
