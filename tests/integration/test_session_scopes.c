/* Transactions begun by hand, their options, and nested scopes: in the database and in memory. */
#include <orm/events.h>
#include <stdio.h>

#include "session.orm.h"
#include "support/fixture.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_WRITE,
     .function = "insert",
     .reason = "each nested scope writes a row of its own"},
    {.kind = ORM_FINDING_WRITE,
     .function = "set_balance",
     .reason = "each nested scope writes a row of its own"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    test_ignore(&database, ignored);
    test_execute(&database, "insert into branches values (1, 'Ulm'), (2, 'Rom')");
    return 0;
}

static int begin_test(void **state)
{
    test_execute(&database, "delete from accounts");
    test_execute(&database, "insert into accounts (id, email, balance, changed, branch_id)"
                            " values (1001, 'ada@x', 10, 1, 1), (1002, 'bob@x', 20, 1, 1)");
    return start_test(state);
}

#define scope_test(function) cmocka_unit_test_setup_teardown(function, begin_test, end_test)

static s_account *insert(orm_session *db, const char *email)
{
    s_account *row = NULL;
    assert_ok(db, s_account_insert(db, &(s_account_new){.email = ORM_SET(email)}, &row));
    return row;
}

static void set_balance(orm_session *db, s_account *row, int balance)
{
    assert_ok(db, s_account_update(db, row, &(s_account_changes){.balance = ORM_SET(balance)}));
}

/* The first words of every statement, one a line. */
static void note(void *context, const orm_event *event)
{
    test_text_add(context, "%.*s\n", (int)strcspn(event->sql, "("), event->sql);
}

static void begin_takes_a_connection_once(void **state)
{
    (void)state;
    orm_engine_status status;
    orm_session *db = test_session(&database);
    s_account *ada = NULL;
    assert_ok(db, orm_session_begin(db));
    orm_engine_get_status(database.engine, &status);
    assert_int_equal(status.in_use, 1);
    assert_status(db, orm_session_begin(db), ORM_MISUSE);
    assert_int_not_equal(orm_session_error(db)->site.line, 0);
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_status(db, orm_session_begin(db), ORM_MISUSE);
    set_balance(db, ada, 11);
    assert_ok(db, orm_session_commit(db));
    orm_engine_get_status(database.engine, &status);
    assert_int_equal(status.in_use, 0);
    assert_int_equal(test_number(&database, "select balance from accounts where id = 1001"), 11);
    assert_ok(db, orm_session_begin(db));
    orm_session_rollback(db);
    test_session_close(&database, db);
}

static orm_status take_text(const orm_row *row, void *context)
{
    const char *text = NULL;
    orm_status status = orm_row_text(row, 0, &text);
    (void)snprintf(context, 40, "%s", text == NULL ? "" : text);
    return status;
}

static const char *shown(orm_session *db, const char *setting)
{
    static char text[40];
    char sql[80];
    (void)snprintf(sql, sizeof sql, "select current_setting('%s')", setting);
    assert_ok(db, orm_raw(db, sql, NULL, 0, take_text, text, NULL));
    return text;
}

static void transactions_are_as_asked_for(void **state)
{
    (void)state;
    static const char *const levels[] = {"read committed", "read committed", "repeatable read",
                                         "serializable"};
    for (int level = ORM_ISOLATION_DEFAULT; level <= ORM_ISOLATION_SERIALIZABLE; level++) {
        bool deferrable = level == ORM_ISOLATION_SERIALIZABLE;
        for (int read_only = deferrable ? 1 : 0; read_only < 2; read_only++) {
            orm_session_options options = {.isolation = (orm_isolation)level,
                                           .read_only = read_only != 0,
                                           .deferrable = deferrable};
            orm_session *db = test_session_with(&database, &options);
            int64_t count = 0;
            assert_ok(db, s_account_count(db, NULL, &count));
            assert_int_equal(count, 2);
            if (database.postgresql) {
                assert_string_equal(shown(db, "transaction_isolation"), levels[level]);
                assert_string_equal(shown(db, "transaction_read_only"), read_only ? "on" : "off");
                assert_string_equal(shown(db, "transaction_deferrable"), deferrable ? "on" : "off");
            }
            assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("x")}, NULL),
                          read_only ? ORM_READ_ONLY : ORM_OK);
            test_session_close(&database, db);
        }
    }
}

static void options_without_meaning_are_refused(void **state)
{
    (void)state;
    const orm_session_options faulty[] = {
        {.deferrable = true},
        {.deferrable = true, .read_only = true},
        {.deferrable = true, .isolation = ORM_ISOLATION_SERIALIZABLE},
        {.isolation = (orm_isolation)4},
        {.retries = -1},
        {.deadline_ms = -1},
    };
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        orm_session *db = NULL;
        orm_error error;
        assert_int_equal(orm_session_open(database.engine, &faulty[i], &db, &error), ORM_INVALID);
        assert_null(db);
        assert_true(error.message[0] != '\0');
    }
}

static void savepoints_travel_with_others(void **state)
{
    (void)state;
    test_text seen = {0};
    orm_subscription *subscription = NULL;
    orm_savepoint outer;
    orm_savepoint inner;
    assert_int_equal(orm_engine_subscribe(database.engine, note, &seen, false, &subscription),
                     ORM_OK);
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_savepoint(db, &outer));
    assert_ok(db, orm_savepoint_release(db, outer));
    assert_ok(db, orm_session_savepoint(db, &outer));
    assert_ok(db, orm_session_savepoint(db, &inner));
    insert(db, "one@x");
    assert_ok(db, orm_savepoint_release(db, inner));
    assert_ok(db, orm_session_savepoint(db, &inner));
    insert(db, "two@x");
    assert_ok(db, orm_savepoint_rollback(db, inner));
    assert_ok(db, orm_savepoint_release(db, outer));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    orm_engine_unsubscribe(database.engine, subscription);
    test_text wanted = {0};
    test_text_add(&wanted,
                  "%s\nSAVEPOINT orm_1\nSAVEPOINT orm_2\nINSERT INTO \"accounts\" \n"
                  "RELEASE SAVEPOINT orm_2\nSAVEPOINT orm_2\nINSERT INTO \"accounts\" \n"
                  "ROLLBACK TO SAVEPOINT orm_2\nRELEASE SAVEPOINT orm_2\nCOMMIT\n",
                  database.postgresql ? "BEGIN" : "BEGIN IMMEDIATE");
    assert_same_text(seen.data, wanted.data);
    test_text_free(&wanted);
    test_text_free(&seen);
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 3);
}

static void going_back_undoes_what_came_since(void **state)
{
    (void)state;
    s_account *ada = NULL;
    s_account *bob = NULL;
    orm_savepoint scope;
    orm_session *db = test_session(&database);
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_ok(db, s_account_find(db, 1002, &bob));
    set_balance(db, ada, 11);
    s_account *kept = insert(db, "kept@x");
    assert_ok(db, orm_session_savepoint(db, &scope));
    set_balance(db, ada, 12);
    set_balance(db, ada, 13);
    s_account *lost = insert(db, "lost@x");
    assert_ok(db, s_account_delete(db, bob));
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_int_equal(ada->balance, 11);
    assert_int_equal(ada->changed, 2);
    assert_string_equal(lost->email, "lost@x");
    assert_status(db, s_account_update(db, lost, &(s_account_changes){.balance = ORM_SET(1)}),
                  ORM_MISUSE);
    set_balance(db, bob, 21);
    set_balance(db, kept, 5);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 3);
    assert_int_equal(test_number(&database, "select sum(balance) from accounts"), 11 + 21 + 5);
    test_session_close(&database, db);
}

static void a_failure_within_a_scope_stays_there(void **state)
{
    (void)state;
    s_account *ada = NULL;
    orm_savepoint scope;
    orm_session *db = test_session(&database);
    insert(db, "kept@x");
    assert_ok(db, orm_session_savepoint(db, &scope));
    insert(db, "lost@x");
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("ada@x")}, NULL),
                  ORM_UNIQUE);
    assert_status(db, s_account_find(db, 1001, &ada), ORM_FAILED_TRANSACTION);
    assert_status(db, orm_savepoint_release(db, scope), ORM_FAILED_TRANSACTION);
    orm_savepoint none;
    assert_status(db, orm_session_savepoint(db, &none), ORM_FAILED_TRANSACTION);
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 3);
    assert_int_equal(test_number(&database, "select count(*) from accounts where email = 'lost@x'"),
                     0);
    test_session_close(&database, db);
}

static void a_failure_before_a_scope_outlives_it(void **state)
{
    (void)state;
    orm_savepoint scope;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("ada@x")}, NULL),
                  ORM_UNIQUE);
    /* The first statement of the scope failed: going back helps. */
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_status(db, s_account_insert(db, &(s_account_new){.email = ORM_SET("ada@x")}, NULL),
                  ORM_UNIQUE);
    assert_status(db, orm_savepoint_rollback(db, scope), ORM_MISUSE);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    test_session_close(&database, db);
}

static void scopes_that_are_over_are_refused(void **state)
{
    (void)state;
    orm_savepoint outer;
    orm_savepoint inner;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_savepoint(db, &outer));
    assert_ok(db, orm_session_savepoint(db, &inner));
    insert(db, "one@x");
    assert_ok(db, orm_savepoint_release(db, outer));
    assert_status(db, orm_savepoint_release(db, inner), ORM_MISUSE);
    assert_status(db, orm_savepoint_rollback(db, outer), ORM_MISUSE);
    assert_ok(db, orm_session_savepoint(db, &outer));
    assert_ok(db, orm_session_commit(db));
    assert_status(db, orm_savepoint_release(db, outer), ORM_MISUSE);
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 3);
    test_session_close(&database, db);
}

/* Half of the scopes at each level are rolled back; a row stays if none around it was. */
static int nest(orm_session *db, int depth, int number, bool lives)
{
    orm_savepoint scope;
    char email[40];
    int kept = 0;
    if (depth == 0)
        return 0;
    for (int half = 0; half < 2; half++) {
        bool stays = half == (number & 1);
        assert_ok(db, orm_session_savepoint(db, &scope));
        (void)snprintf(email, sizeof email, "%d-%d-%d@x", depth, number, half);
        insert(db, email);
        kept += nest(db, depth - 1, number * 2 + half, lives && stays);
        kept += lives && stays;
        assert_ok(db, stays ? orm_savepoint_release(db, scope) : orm_savepoint_rollback(db, scope));
    }
    return kept;
}

static void scopes_nest_to_any_depth(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int kept = nest(db, 6, 1, true);
    orm_savepoint scopes[200];
    s_account *ada = NULL;
    assert_ok(db, s_account_find(db, 1001, &ada));
    for (int i = 0; i < 200; i++) {
        assert_ok(db, orm_session_savepoint(db, &scopes[i]));
        set_balance(db, ada, 100 + i);
    }
    assert_ok(db, orm_savepoint_rollback(db, scopes[150]));
    assert_int_equal(ada->balance, 249);
    assert_ok(db, orm_savepoint_release(db, scopes[20]));
    assert_ok(db, orm_savepoint_rollback(db, scopes[10]));
    assert_int_equal(ada->balance, 109);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 2 + kept);
    assert_int_equal(test_number(&database, "select balance from accounts where id = 1001"), 109);
    test_session_close(&database, db);
}

typedef struct order {
    const char *email;
    orm_status answer;
} order;

static orm_status place(orm_session *db, void *context)
{
    const order *wanted = context;
    orm_status status =
        s_account_insert(db, &(s_account_new){.email = ORM_SET(wanted->email)}, NULL);
    return status == ORM_OK ? wanted->answer : status;
}

static orm_status swallow(orm_session *db, void *context)
{
    (void)place(db, context);
    return ORM_OK;
}

static void nested_handlers_decide(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_nested(db, place, &(order){"one@x", ORM_OK}));
    assert_status(db, orm_session_nested(db, place, &(order){"two@x", ORM_INVALID}), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "ORM_INVALID"));
    assert_status(db, orm_session_nested(db, place, &(order){"ada@x", ORM_OK}), ORM_UNIQUE);
    assert_string_equal(orm_session_error(db)->model, "account");
    assert_status(db, orm_session_nested(db, swallow, &(order){"ada@x", ORM_OK}),
                  ORM_FAILED_TRANSACTION);
    assert_ok(db, orm_session_nested(db, place, &(order){"three@x", ORM_OK}));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select count(*) from accounts"), 4);
    test_session_close(&database, db);
}

static void rollback_restores_relations(void **state)
{
    (void)state;
    s_branch *ulm = NULL;
    s_account *ada = NULL;
    s_account_list list;
    orm_savepoint scope;
    orm_session *db = test_session(&database);
    assert_ok(db, s_branch_find(db, 1, &ulm));
    assert_ok(db, s_branch_load_accounts(db, ulm, &list));
    assert_int_equal(list.count, 2);
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, s_account_update(db, ada, &(s_account_changes){.branch_id = ORM_SET(2)}));
    assert_ok(db, s_branch_load_accounts(db, ulm, &list));
    assert_int_equal(list.count, 1);
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_int_equal(ada->branch_id.value, 1);
    assert_int_equal(s_branch_accounts(ulm, &list), ORM_OK);
    assert_int_equal(list.count, 2);
    test_session_close(&database, db);
}

/* What was read of the session's own writes must not pass for the truth after they are undone. */
static void rollback_expires_what_was_read(void **state)
{
    (void)state;
    s_account *ada = NULL;
    s_account *again = NULL;
    orm_savepoint scope;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, orm_raw(db, "update accounts set balance = 99 where id = 1001", NULL, 0, NULL,
                          NULL, NULL));
    assert_ok(db, s_account_find(db, 1001, &ada));
    assert_int_equal(ada->balance, 99);
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_ok(db, s_account_find(db, 1001, &again));
    assert_ptr_equal(ada, again);
    assert_int_equal(ada->balance, 10);
    test_session_close(&database, db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scope_test(begin_takes_a_connection_once),
        scope_test(transactions_are_as_asked_for),
        scope_test(options_without_meaning_are_refused),
        scope_test(savepoints_travel_with_others),
        scope_test(going_back_undoes_what_came_since),
        scope_test(a_failure_within_a_scope_stays_there),
        scope_test(a_failure_before_a_scope_outlives_it),
        scope_test(scopes_that_are_over_are_refused),
        scope_test(scopes_nest_to_any_depth),
        scope_test(nested_handlers_decide),
        scope_test(rollback_restores_relations),
        scope_test(rollback_expires_what_was_read),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
