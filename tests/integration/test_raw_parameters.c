/* Hand-written SQL with another number of parameters than it has. */
#include <orm/raw.h>

#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, NULL);
    return 0;
}

static void too_few_parameters_are_the_callers_fault(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_status(db, orm_raw(db, "select $1", NULL, 0, NULL, NULL, NULL), ORM_INVALID);
    assert_false(orm_session_error(db)->retryable);
    orm_session_rollback(db);
    assert_int_equal(orm_raw(db, "select 1", NULL, 0, NULL, NULL, NULL), ORM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(too_few_parameters_are_the_callers_fault),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
