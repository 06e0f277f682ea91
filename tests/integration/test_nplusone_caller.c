/* A helper that asks for one row is not to blame: who called it is named too. */
#include "integration/nplusone_fixture.h"

#include <dlfcn.h>
#include <stdio.h>

enum { FIRST = 5 };

static int helper_line;
static int loop_line;

static __attribute__((noinline)) void find_team(orm_session *db, int64_t id)
{
    g_team *team = NULL;
    helper_line = __LINE__ + 1;
    assert_ok(db, g_team_find(db, id, &team));
}

static __attribute__((noinline)) void show_teams(orm_session *db)
{
    for (int64_t id = 1; id <= FIRST; id++) {
        loop_line = __LINE__ + 1;
        find_team(db, id);
    }
}

/* The compiler puts this one into its caller. */
static inline __attribute__((always_inline)) void find_person(orm_session *db, int64_t id)
{
    g_person *person = NULL;
    assert_ok(db, g_person_find(db, id, &person));
}

static __attribute__((noinline)) void show_people(orm_session *db)
{
    for (int64_t id = 1; id <= FIRST; id++) {
        loop_line = __LINE__ + 1;
        find_person(db, id);
    }
}

/* Where libdw is, lines are known; without it static functions have no names. */
static bool has_lines(void)
{
    return dlopen("libdw.so.1", RTLD_NOW) != NULL;
}

static const orm_finding *reported(const char **text_out)
{
    assert_int_equal(orm_scope_finding_count(scope), 1);
    assert_null(orm_scope_finding(scope, 0)->caller.function); /* nothing was looked up so far */
    assert_int_equal(orm_scope_report(scope, NULL, text_out), ORM_OK);
    return orm_scope_finding(scope, 0);
}

static void check_caller(void (*show)(orm_session *db), const char *name)
{
    const char *text = NULL;
    char place[256];
    orm_session *db = session();
    show(db);
    end(db);
    const orm_finding *it = reported(&text);
    if (!has_lines()) {
        skip();
        return;
    }
    assert_string_equal(it->caller.function, name);
    assert_int_equal(it->caller.line, loop_line);
    assert_non_null(strstr(text, "called from"));
    (void)snprintf(place, sizeof place, "test_nplusone_caller.c:%d", loop_line);
    assert_non_null(strstr(text, place));
    orm_report_options json = {.format = ORM_REPORT_JSON};
    (void)snprintf(place, sizeof place, "\"line\":%d,\"function\":\"%s\"}", loop_line, name);
    assert_int_equal(orm_scope_report(scope, &json, &text), ORM_OK);
    assert_non_null(strstr(text, place));
}

static void callers_of_helpers_are_named(void **state)
{
    (void)state;
    check_caller(show_teams, "show_teams");
    assert_int_equal(orm_scope_finding(scope, 0)->site.line, helper_line);
}

static void so_they_are_when_the_helper_was_inlined(void **state)
{
    (void)state;
    check_caller(show_people, "show_people");
}

int main(void)
{
#define watched(function) cmocka_unit_test_setup_teardown(function, open_scope, close_scope)
    const struct CMUnitTest tests[] = {
        watched(callers_of_helpers_are_named),
        watched(so_they_are_when_the_helper_was_inlined),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
