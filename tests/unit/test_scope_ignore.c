/* What a scope leaves out: ignored findings, pauses, thresholds; and scopes within scopes. */
#include "unit/observe_fixture.h"

static const char *const BY_ID = "SELECT id FROM artists WHERE id = $1";

static void loop_relation(fixture *it, int line, int rows)
{
    list(it, &ARTIST, NULL, 2, 0, (size_t)rows);
    for (volatile int i = 0; i < rows; i++)
        load(it, &ARTIST, 0, line, 2, (size_t)rows, 101 + i);
}

static void loop_find(fixture *it, int line, int times)
{
    for (volatile int i = 0; i < times; i++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, 7000 + i);
}

static void ignore(fixture *it, orm_ignore what)
{
    what.reason = "meant to be";
    assert_int_equal(orm_scope_ignore(it->scope, &what, NULL), ORM_OK);
}

static void test_by_relation(void **state)
{
    fixture *it = *state;
    ignore(it, (orm_ignore){.model = &ARTIST, .relation = "albums"});
    assert_int_equal(orm_scope_check_ignores(it->scope, NULL), ORM_INVALID);
    loop_relation(it, 5, 4);
    loop_find(it, 6, 4);
    assert_int_equal(findings(it), 1);
    assert_string_equal(finding(it, 0)->subject, "find artist");
    assert_null(orm_scope_finding(it->scope, 1));
    assert_int_equal(orm_scope_ignored_count(it->scope), 1);
    assert_int_equal(orm_scope_check_ignores(it->scope, NULL), ORM_OK);
    const char *text = NULL;
    assert_int_equal(orm_scope_report(it->scope, NULL, &text), ORM_OK);
    assert_non_null(strstr(text, "1 finding in 8 statements (1 ignored)"));
    assert_null(strstr(text, "artist.albums"));
}

static void test_by_place_and_statement(void **state)
{
    fixture *it = *state;
    static const orm_ignore fitting[] = {
        {.file = "report.c"},
        {.file = "app/report.c", .function = "show"},
        {.function = "show", .kind = ORM_FINDING_N1},
        {.statement = "FROM artists"},
    };
    static const orm_ignore others[] = {
        {.file = "port.c"},
        {.file = "report.c", .function = "hide"},
        {.function = "show", .kind = ORM_FINDING_DUP},
        {.statement = "FROM albums"},
        {.model = &ARTIST, .relation = "albums"},
    };
    loop_find(it, 6, 4);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ignore(it, others[i]);
        assert_int_equal(findings(it), 1);
    }
    for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++) {
        ignore(it, fitting[i]);
        assert_int_equal(findings(it), 0);
        orm_scope_clear(it->scope);
        loop_find(it, 6, 4);
    }
    assert_int_equal(findings(it), 0);
}

static void test_faults(void **state)
{
    static const struct {
        orm_ignore it;
        const char *said;
    } faults[] = {
        {{.file = "report.c"}, "needs a reason"},
        {{.file = "report.c", .reason = ""}, "needs a reason"},
        {{.reason = "x", .kind = ORM_FINDING_N1}, "give their relation, file, function or"},
        {{.reason = "x", .relation = "albums"}, "give its model too"},
        {{.reason = "x", .relation = "album", .model = &ARTIST}, "artist has no relation album"},
    };
    fixture *it = *state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        orm_error error;
        memset(&error, 0, sizeof error);
        assert_int_equal(orm_scope_ignore(it->scope, &faults[i].it, &error), ORM_INVALID);
        assert_non_null(strstr(error.message, faults[i].said));
    }
    orm_error error;
    memset(&error, 0, sizeof error);
    ignore(it, (orm_ignore){.model = &ARTIST, .relation = "albums", .function = "old"});
    assert_int_equal(orm_scope_check_ignores(it->scope, &error), ORM_INVALID);
    assert_non_null(strstr(error.message, "artist.albums function old"));
    assert_non_null(strstr(error.message, "meant to be"));
}

static void test_pause(void **state)
{
    fixture *it = *state;
    orm_scope_statistics now;
    orm_scope_pause(it->scope);
    orm_scope_pause(it->scope);
    loop_find(it, 6, 5);
    orm_scope_resume(it->scope);
    loop_find(it, 6, 5);
    orm_scope_resume(it->scope);
    orm_scope_resume(it->scope);
    orm_scope_get_statistics(it->scope, &now);
    assert_int_equal(now.paused, 10);
    assert_int_equal(now.statements, 0);
    assert_int_equal(findings(it), 0);
    loop_find(it, 6, 3);
    assert_int_equal(findings(it), 1);
}

static int open_patient(void **state)
{
    return fixture_open_with(
        state,
        &(orm_scope_options){.thresholds = {.stems = 4, .matches = 6, .writes = 5, .repeats = 7}});
}

static void test_thresholds(void **state)
{
    fixture *it = *state;
    loop_relation(it, 5, 3);
    assert_int_equal(findings(it), 0);
    loop_relation(it, 6, 4);
    assert_int_equal(findings(it), 1);
    loop_find(it, 7, 5);
    assert_int_equal(findings(it), 1);
    loop_find(it, 8, 6);
    assert_int_equal(findings(it), 2);
    for (volatile int i = 0; i < 5; i++) {
        assert_int_equal(findings(it), 2);
        send_one(it, ORM_EVENT_DELETE, &TRACK, "DELETE FROM tracks WHERE id = $1", 9, i);
    }
    assert_int_equal(findings(it), 3);
}

/* The scope of a request within that of a whole test. */
static void test_parent(void **state)
{
    fixture *outer = *state;
    static fixture inner;
    inner = *outer;
    orm_scope_options options = {.parent = outer->scope};
    for (int request = 0; request < 2; request++) {
        assert_int_equal(orm_scope_open(&options, &inner.scope, NULL), ORM_OK);
        loop_find(&inner, 6, 3);
        assert_int_equal(findings(&inner), 1);
        assert_int_equal(finding(&inner, 0)->statements, 3);
        orm_scope_close(inner.scope);
    }
    loop_find(outer, 9, 3);
    assert_int_equal(findings(outer), 2);
    assert_int_equal(finding(outer, 0)->site.line, 6);
    assert_int_equal(finding(outer, 0)->statements, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_by_relation, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_by_place_and_statement, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_faults, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_pause, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_thresholds, open_patient, fixture_close),
        cmocka_unit_test_setup_teardown(test_parent, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
