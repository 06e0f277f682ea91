/* Notifications: told at commit, to who listens, also after the connection was lost. */
#include <orm/listener.h>
#include <pthread.h>

#include "support/fixture.h"

enum { PATIENCE_MS = 20000 };

static const char *const channels[] = {"plain", "Odd \"name\"; drop"};

static orm_listener *listen_on(size_t count)
{
    orm_listener *listener = NULL;
    orm_error error;
    orm_status status = orm_listener_open(database.engine, channels, count, &listener, &error);
    if (status != ORM_OK)
        fail_msg("%s", error.message);
    return listener;
}

static void expect(orm_listener *listener, const char *channel, const char *payload)
{
    orm_notification told;
    assert_int_equal(orm_listener_wait(listener, PATIENCE_MS, &told, NULL), ORM_OK);
    assert_string_equal(told.channel, channel);
    assert_string_equal(told.payload, payload);
    assert_true(told.process > 0);
}

/* Nothing is on its way: what is told next is what comes next. */
static void expect_nothing(orm_listener *listener)
{
    test_execute(&database, "notify plain, 'the end'");
    expect(listener, "plain", "the end");
}

static void what_commits_is_told(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_listener *listener = listen_on(2);
    orm_session *db = test_session(&database);
    assert_ok(db, orm_notify(db, channels[1], "it's \"here\""));
    assert_ok(db, orm_notify(db, "plain", NULL));
    assert_ok(db, orm_notify(db, "plain", NULL));
    assert_ok(db, orm_notify(db, "another", "not ours"));
    assert_ok(db, orm_session_commit(db));
    expect(listener, channels[1], "it's \"here\"");
    expect(listener, "plain", "");
    expect_nothing(listener);
    assert_ok(db, orm_notify(db, "plain", "undone"));
    orm_session_rollback(db);
    expect_nothing(listener);
    test_session_close(&database, db);
    orm_listener_close(listener);
}

static void a_wait_ends_in_time(void **state)
{
    (void)state;
    orm_notification told;
    orm_error error;
    if (!database.postgresql)
        skip();
    orm_listener *listener = listen_on(1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(orm_listener_wait(listener, i, &told, &error), ORM_TIMEOUT);
    assert_null(told.channel);
    orm_listener_cancel(listener);
    assert_int_equal(orm_listener_wait(listener, -1, &told, &error), ORM_CANCELLED);
    assert_int_equal(orm_listener_wait(listener, 0, &told, &error), ORM_TIMEOUT);
    orm_listener_close(listener);
}

static void *cancel(void *context)
{
    orm_listener_cancel(context);
    return NULL;
}

static void another_thread_ends_a_wait(void **state)
{
    (void)state;
    orm_notification told;
    pthread_t thread;
    if (!database.postgresql)
        skip();
    orm_listener *listener = listen_on(1);
    assert_int_equal(pthread_create(&thread, NULL, cancel, listener), 0);
    assert_int_equal(orm_listener_wait(listener, -1, &told, NULL), ORM_CANCELLED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    orm_listener_close(listener);
}

static const char listening[] = "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                " where datname = current_database() and query like 'LISTEN%%'";

static void a_lost_connection_is_told_and_replaced(void **state)
{
    (void)state;
    orm_notification told;
    if (!database.postgresql)
        skip();
    orm_listener *listener = listen_on(1);
    assert_int_equal(test_number(&database, listening), 1);
    assert_int_equal(orm_listener_wait(listener, PATIENCE_MS, &told, NULL), ORM_DISCONNECTED);
    /* The next wait listens again before it waits. */
    assert_int_equal(orm_listener_wait(listener, 0, &told, NULL), ORM_TIMEOUT);
    expect_nothing(listener);
    orm_listener_close(listener);
}

static void a_listener_holds_no_place_in_the_pool(void **state)
{
    (void)state;
    orm_engine_status before;
    orm_engine_status with;
    orm_error error;
    if (!database.postgresql)
        skip();
    orm_engine_get_status(database.engine, &before);
    orm_listener *listener = listen_on(1);
    orm_engine_get_status(database.engine, &with);
    assert_int_equal(with.open, before.open);
    assert_int_equal(orm_engine_close(database.engine, &error), ORM_MISUSE);
    assert_non_null(strstr(error.message, "test_listener.c"));
    orm_listener_close(listener);
    orm_listener_close(NULL);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", NULL};
    static const char *const long_name[] = {
        "a name of more than the sixty-three bytes that an identifier can have"};
    orm_listener *listener = NULL;
    orm_error error;
    orm_session *db = test_session(&database);
    orm_status wanted = database.postgresql ? ORM_INVALID : ORM_UNSUPPORTED;
    assert_int_equal(orm_listener_open(database.engine, bad, 1, &listener, &error), wanted);
    assert_int_equal(orm_listener_open(database.engine, bad + 1, 1, &listener, &error), wanted);
    assert_int_equal(orm_listener_open(database.engine, long_name, 1, &listener, &error), wanted);
    assert_int_equal(orm_listener_open(database.engine, bad, 0, &listener, &error), wanted);
    assert_null(listener);
    assert_status(db, orm_notify(db, "", "x"), wanted);
    assert_status(db, orm_notify(db, long_name[0], "x"), wanted);
    test_session_close(&database, db);
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(what_commits_is_told),
        suite_test(a_wait_ends_in_time),
        suite_test(another_thread_ends_a_wait),
        suite_test(a_lost_connection_is_told_and_replaced),
        suite_test(a_listener_holds_no_place_in_the_pool),
        suite_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
