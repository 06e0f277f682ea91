/* Units of work: commit, rollback, what objects are afterwards, and what a broken constraint says.
 */
#include "session.orm.h"
#include "support/fixture.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    test_execute(&database, "insert into branches values (1, 'Ulm'), (2, 'Rom')");
    return 0;
}

static int begin_test(void **state)
{
    test_execute(&database, "delete from accounts");
    test_execute(&database, "insert into accounts (id, email, balance, changed)"
                            " values (1001, 'ada@x', 10, 1), (1002, 'bob@x', 20, 1)");
    return start_test(state);
}

#define session_test(function) cmocka_unit_test_setup_teardown(function, begin_test, end_test)

static long long accounts(void)
{
    return test_number(&database, "select count(*) from accounts");
}

static s_account *insert(orm_session *db, const char *email)
{
    s_account *row = NULL;
    assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, &row));
    return row;
}

static void commit_makes_it_last(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    s_account *row = insert(db, "eve@x");
    assert_int_equal(row->balance, 0);
    assert_int_equal(accounts(), 2);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(accounts(), 3);
    /* Objects stay readable, and usable in the next transaction. */
    assert_string_equal(row->email, "eve@x");
    assert_ok(db, s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(7)}));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select balance from accounts where email = 'eve@x'"),
                     7);
    assert_ok(db, s_account_delete(db, row));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(accounts(), 2);
}

static void rollback_undoes_and_restores(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    s_account *ada = NULL;
    s_account *bob = NULL;
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_ok(db, s_account_find(db, 1002, &bob));
    s_account *fresh = insert(db, "eve@x");
    assert_ok(db,
              s_account_update(
                  db, ada, &(s_account_changes){.balance = ORM_SET(99), .note = ORM_SET("note")}));
    assert_ok(db, s_account_update(db, ada, &(s_account_changes){.balance = ORM_SET(100)}));
    assert_ok(db, s_account_delete(db, bob));
    assert_int_equal(ada->balance, 100);
    orm_session_rollback(db);
    assert_int_equal(ada->balance, 10);
    assert_null(ada->note);
    assert_int_equal(ada->changed, 1);
    assert_int_equal(accounts(), 2);
    /* What was inserted is readable and detached. */
    assert_string_equal(fresh->email, "eve@x");
    assert_status(db, s_account_update(db, fresh, &(s_account_changes){.balance = ORM_SET(1)}),
                  ORM_MISUSE);
    orm_session_rollback(db);
    /* What was deleted is back. */
    assert_ok(db, s_account_update(db, bob, &(s_account_changes){.balance = ORM_SET(21)}));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select balance from accounts where id = 1002"), 21);
}

static void close_rolls_back(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    (void)insert(db, "eve@x");
    test_session_close(&database, db);
    assert_int_equal(accounts(), 2);
}

typedef struct work {
    orm_status result;
    int calls;
} work;

static orm_status handler(orm_session *db, void *context)
{
    work *todo = context;
    todo->calls++;
    (void)insert(db, "run@x");
    if (todo->result == ORM_OK)
        return ORM_OK;
    return orm_session_fail(db, todo->result, "refused by the %s", "handler");
}

static orm_status breaks_a_rule(orm_session *db, void *context)
{
    (void)context;
    return s_account_insert(db, &(s_account_new){.email = ORM_SET("ada@x")}, NULL);
}

/* Swallows the failure: the transaction is broken all the same. */
static orm_status hides_a_failure(orm_session *db, void *context)
{
    (void)breaks_a_rule(db, context);
    return ORM_OK;
}

static void run_commits_or_rolls_back(void **state)
{
    (void)state;
    orm_error error;
    work todo = {.result = ORM_OK};
    assert_int_equal(orm_session_run(database.engine, NULL, handler, &todo, &error), ORM_OK);
    assert_int_equal(accounts(), 3);
    assert_int_equal(error.status, ORM_OK);
    test_execute(&database, "delete from accounts where email = 'run@x'");
    todo.result = ORM_INVALID;
    assert_int_equal(orm_session_run(database.engine, NULL, handler, &todo, &error), ORM_INVALID);
    assert_int_equal(accounts(), 2);
    assert_string_equal(error.message, "refused by the handler");
    assert_int_equal(orm_session_run(database.engine, NULL, breaks_a_rule, NULL, &error),
                     ORM_UNIQUE);
    assert_int_equal(error.status, ORM_UNIQUE);
    assert_int_not_equal(orm_session_run(database.engine, NULL, hides_a_failure, NULL, &error),
                         ORM_OK);
    assert_int_equal(accounts(), 2);
    orm_engine_status counts;
    orm_engine_get_status(database.engine, &counts);
    assert_int_equal(counts.in_use, 0);
}

static void broken_rules_are_named(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const orm_error *error = orm_session_error(db);
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("ada@x")}, NULL),
                  ORM_UNIQUE);
    error = orm_session_error(db);
    assert_string_equal(error->model, "account");
    assert_true(strcmp(error->constraint, "accounts_email_key") == 0 ||
                strcmp(error->column, "email") == 0);
    assert_false(error->retryable);
    orm_session_rollback(db);
    s_account_new made = {.email = ORM_SET("x"), .balance = ORM_SET(-1)};
    assert_status(db, s_account_insert(db, &made, NULL), ORM_CHECK);
    assert_string_equal(orm_session_error(db)->constraint, "balance_not_negative");
    orm_session_rollback(db);
    made = (s_account_new){.email = ORM_SET("x"), .branch_id = ORM_SET(77)};
    orm_status status = s_account_insert(db, &made, NULL);
    if (status == ORM_OK)
        status = orm_session_commit(db);
    assert_status(db, status, ORM_FOREIGN_KEY);
    orm_session_rollback(db);
    assert_status(db, s_branch_delete_where(db, s_branch_everything(), NULL), ORM_OK);
    orm_session_rollback(db);
    assert_status(db, s_account_insert(db, &(s_account_new){.balance = ORM_SET(1)}, NULL),
                  ORM_INVALID);
    assert_string_equal(orm_session_error(db)->column, "email");
    orm_session_rollback(db);
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET_NULL}, NULL),
                  ORM_NOT_NULL);
    assert_string_equal(orm_session_error(db)->column, "email");
    orm_session_rollback(db);
    assert_int_equal(accounts(), 2);
}

/* After a failed statement every call says so until the rollback. */
static void a_failed_transaction_stays_failed(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    s_account *row = NULL;
    s_account_list list;
    int64_t count = 0;
    (void)insert(db, "eve@x");
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("ada@x")}, NULL),
                  ORM_UNIQUE);
    test_count_start(&database);
    assert_status(db, s_account_find(db, 1001, &row), ORM_FAILED_TRANSACTION);
    assert_status(db, s_account_select(db, NULL, &list), ORM_FAILED_TRANSACTION);
    assert_status(db, s_account_count(db, NULL, &count), ORM_FAILED_TRANSACTION);
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("z")}, NULL),
                  ORM_FAILED_TRANSACTION);
    assert_statements(&database, 0);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    assert_int_equal(accounts(), 2);
    /* The session can go on. */
    assert_ok(db, s_account_find(db, 1001, &row));
    (void)insert(db, "eve@x");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(accounts(), 3);
}

static void not_found_is_a_status(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    s_account *row = (s_account *)db;
    assert_status(db, s_account_find(db, 5, &row), ORM_NOT_FOUND);
    assert_null(row);
    assert_ok(db, s_account_find(db, 1001, &row));
    assert_ok(db, orm_session_commit(db));
}

static void read_only_sessions_write_nothing(void **state)
{
    (void)state;
    orm_session *db = test_session_with(&database, &(orm_session_options){.read_only = true});
    s_account *row = NULL;
    assert_ok(db, s_account_find(db, 1001, &row));
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("x")}, NULL),
                  ORM_READ_ONLY);
    orm_session_rollback(db);
    assert_int_not_equal(orm_raw(db, "delete from accounts", NULL, 0, NULL, NULL, NULL), ORM_OK);
    orm_session_rollback(db);
    assert_int_equal(accounts(), 2);
    test_session_close(&database, db);
    /* The connection serves writers again. */
    db = test_session(&database);
    (void)insert(db, "eve@x");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(accounts(), 3);
}

static void a_stale_update_is_told(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    s_account *row = NULL;
    assert_ok(db, s_account_find(db, 1001, &row));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database,
                 "update accounts set balance = 1, changed = changed + 1 where id = 1001");
    assert_status(db, s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(5)}),
                  ORM_STALE);
    orm_session_rollback(db);
    assert_status(db, s_account_delete(db, row), ORM_STALE);
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select balance from accounts where id = 1001"), 1);
}

/* SET NULL, leave alone and set differ. */
static void an_update_writes_what_is_set(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    s_account *row = NULL;
    assert_ok(db, s_account_find(db, 1001, &row));
    assert_ok(
        db, s_account_update(db, row,
                             &(s_account_changes){.note = ORM_SET("a"), .branch_id = ORM_SET(2)}));
    assert_string_equal(row->note, "a");
    assert_ok(db, s_account_update(db, row, &(s_account_changes){.note = ORM_SET_NULL}));
    assert_null(row->note);
    assert_true(row->branch_id.has);
    assert_int_equal(row->balance, 10);
    test_count_start(&database);
    assert_ok(db, s_account_update(db, row, &(s_account_changes){.note = {0}}));
    assert_status(db, s_account_update(db, row, &(s_account_changes){.email = ORM_SET_NULL}),
                  ORM_NOT_NULL);
    assert_string_equal(orm_session_error(db)->column, "email");
}

static void deleting_counts(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t count = -1;
    s_account_pred none = {0};
    assert_ok(db, s_account_delete_where(db, s_account_email_is(orm_eq("nobody")), &count));
    assert_int_equal(count, 0);
    assert_status(db, s_account_delete_where(db, none, &count), ORM_MISUSE);
    orm_session_rollback(db);
    assert_int_equal(accounts(), 2);
    assert_ok(db, s_account_delete_where(db, s_account_everything(), &count));
    assert_int_equal(count, 2);
    orm_session_rollback(db);
}

/* A deferred constraint fails at COMMIT; a COMMIT answered ROLLBACK is no success. */
static void commit_may_fail(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    if (database.postgresql)
        test_execute(&database, "alter table accounts alter constraint accounts_branch_id_fkey"
                                " deferrable initially deferred");
    else
        assert_ok(db, orm_raw(db, "pragma defer_foreign_keys = on", NULL, 0, NULL, NULL, NULL));
    s_account_new made = {.email = ORM_SET("x"), .branch_id = ORM_SET(77)};
    assert_ok(db, s_account_insert(db, &made, NULL));
    assert_status(db, orm_session_commit(db), ORM_FOREIGN_KEY);
    assert_int_equal(accounts(), 2);
    assert_ok(db, orm_session_commit(db));
    (void)insert(db, "eve@x");
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(accounts(), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        session_test(commit_makes_it_last),   session_test(rollback_undoes_and_restores),
        session_test(close_rolls_back),       session_test(run_commits_or_rolls_back),
        session_test(broken_rules_are_named), session_test(a_failed_transaction_stays_failed),
        session_test(not_found_is_a_status),  session_test(read_only_sessions_write_nothing),
        session_test(a_stale_update_is_told), session_test(an_update_writes_what_is_set),
        session_test(deleting_counts),        session_test(commit_may_fail),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
