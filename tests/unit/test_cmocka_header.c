/* First, and without cmocka.h before it: it brings what it needs. */
#include <orm/cmocka.h>

#include "unit/observe_fixture.h"

static const char *const BY_ID = "SELECT id FROM artists WHERE id = $1";

static void note_loop(fixture *it, orm_event_kind kind)
{
    for (volatile int64_t id = 1; id <= 3; id++)
        send_one(it, kind, &ARTIST, BY_ID, 20, id);
}

static void test_pass(void **state)
{
    fixture *it = *state;
    send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, 20, 1);
    orm_assert_no_n_plus_one(it->scope);
    orm_assert_statements(it->scope, 1);
    note_loop(it, ORM_EVENT_DELETE);
    assert_int_equal(findings(it), 1);
    orm_assert_no_n_plus_one(it->scope);
}

static void test_fail_on_finding(void **state)
{
    fixture *it = *state;
    note_loop(it, ORM_EVENT_FIND);
    orm_assert_no_n_plus_one(it->scope);
}

static void test_fail_on_statements(void **state)
{
    fixture *it = *state;
    note_loop(it, ORM_EVENT_FIND);
    orm_assert_statements(it->scope, 2);
}

static int open_small(void **state)
{
    return fixture_open_with(state, &(orm_scope_options){.max_statements = 32});
}

static void test_fail_on_bounds(void **state)
{
    fixture *it = *state;
    for (int line = 1; line <= 100; line++)
        send_one(it, ORM_EVENT_FIND, &ARTIST, BY_ID, line, 1);
    assert_int_equal(findings(it), 0);
    orm_assert_no_findings(it->scope);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest passing[] = {TEST(test_pass)};
    const struct CMUnitTest failing[] = {
        TEST(test_fail_on_finding), TEST(test_fail_on_statements),
        cmocka_unit_test_setup_teardown(test_fail_on_bounds, open_small, fixture_close)};
    if (cmocka_run_group_tests(passing, NULL, NULL) != 0)
        return 1;
    print_message("All of the next group have to fail:\n");
    return cmocka_run_group_tests(failing, NULL, NULL) == 3 ? 0 : 1;
}
