/* Hand-written SQL: another number of parameters than it has, and what a row callback may do. */
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

static orm_status ask_again(const orm_row *row, void *context)
{
    (void)row;
    orm_session *db = context;
    assert_status(db, orm_raw(db, "select 3", NULL, 0, NULL, NULL, NULL), ORM_MISUSE);
    return ORM_OK;
}

/* The connection is busy with the rows; the statement and the transaction go on unharmed. */
static void a_row_callback_cannot_use_its_session(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t rows = 0;
    assert_ok(db, orm_raw(db, "select 1 union all select 2", NULL, 0, ask_again, db, &rows));
    assert_ok(db, orm_raw(db, "select 1", NULL, 0, NULL, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
}

/* Otherwise the statements behind it would each be alone, beyond any rollback. */
static void a_statement_must_not_end_the_transaction(void **state)
{
    static const char *const ends[] = {"commit", "rollback"};
    (void)state;
    test_execute(&database, "create table marks (at integer)");
    for (int i = 0; i < 4; i++) {
        orm_session *db = test_session(&database);
        if (i / 2 == 1)
            assert_ok(db, orm_raw(db, "insert into marks values (1)", NULL, 0, NULL, NULL, NULL));
        assert_status(db, orm_raw(db, ends[i % 2], NULL, 0, NULL, NULL, NULL), ORM_MISUSE);
        assert_non_null(strstr(orm_session_error(db)->message, "orm_session_commit"));
        assert_string_equal(orm_session_error(db)->statement, ends[i % 2]);
        assert_status(db, orm_raw(db, "insert into marks values (2)", NULL, 0, NULL, NULL, NULL),
                      ORM_FAILED_TRANSACTION);
        assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
        assert_ok(db, orm_raw(db, "insert into marks values (3)", NULL, 0, NULL, NULL, NULL));
        orm_session_rollback(db);
    }
    assert_int_equal(test_number(&database, "select count(*) from marks"), 1);
    test_execute(&database, "drop table marks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(too_few_parameters_are_the_callers_fault),
        suite_test(a_row_callback_cannot_use_its_session),
        suite_test(a_statement_must_not_end_the_transaction),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
