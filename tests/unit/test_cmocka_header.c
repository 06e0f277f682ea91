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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest passing[] = {TEST(test_pass)};
    const struct CMUnitTest failing[] = {TEST(test_fail_on_finding), TEST(test_fail_on_statements)};
    if (cmocka_run_group_tests(passing, NULL, NULL) != 0) return 1;
    print_message("Both of the next group have to fail:\n");
    return cmocka_run_group_tests(failing, NULL, NULL) == 2 ? 0 : 1;
}
