/*
 * Read-only sessions go to the readers in turn, and to the engine's own database when none is left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "session.orm.h"
#include "support/fixture.h"

enum { READERS = 2 };

static char reader_urls[READERS][1400];
static const char *const urls[READERS] = {reader_urls[0], reader_urls[1]};

/* The readers are databases of their own, so that each says who it is. */
static void make_postgresql(int i)
{
    char name[sizeof database.name + 24];
    (void)snprintf(name, sizeof name, "%s_reader%d", database.name, i);
    test_execute(&database, "drop database if exists \"%s\" with (force)", name);
    test_execute(&database, "create database \"%s\" template \"%s\"", name, database.name);
    const char *separator = strstr(database.url, "://") == NULL ? " "
                            : strchr(database.url, '?') != NULL ? "&"
                                                                : "?";
    (void)snprintf(reader_urls[i], sizeof reader_urls[i], "%s%sdbname=%s", database.url, separator,
                   name);
}

static void make_sqlite(int i)
{
    (void)snprintf(reader_urls[i], sizeof reader_urls[i], "sqlite:%s/reader%d.db", database.folder,
                   i);
    test_execute(&database, "vacuum into '%s'", reader_urls[i] + strlen("sqlite:"));
}

static void name_reader(int i)
{
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    orm_engine_options options = {.url = reader_urls[i]};
    char sql[100];
    (void)snprintf(sql, sizeof sql, "insert into branches values (%d, 'reader')", 100 + i);
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    assert_ok(db, orm_raw(db, sql, NULL, 0, NULL, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/session.yaml", NULL);
    assert_int_equal(orm_engine_close(database.engine, NULL), ORM_OK);
    database.engine = NULL;
    if (database.postgresql) {
        /* A template must have no user but the one who copies it. */
        PQreset(database.pg);
        test_execute(&database, "set client_min_messages = warning");
    }
    for (int i = 0; i < READERS; i++)
        database.postgresql ? make_postgresql(i) : make_sqlite(i);
    for (int i = 0; i < READERS; i++)
        name_reader(i);
    test_execute(&database, "insert into branches values (1, 'writer')");
    test_reopen(&database);
    return 0;
}

static int close_all(void **state)
{
    for (int i = 0; i < READERS && database.postgresql; i++)
        test_execute(&database, "drop database \"%s_reader%d\" with (force)", database.name, i);
    for (int i = 0; i < READERS && !database.postgresql; i++)
        (void)unlink(reader_urls[i] + strlen("sqlite:"));
    return close_database(state);
}

/* Who answered: 1 is the engine's own database, 100 and 101 are the readers. */
static int64_t asked(orm_engine *engine, bool read_only)
{
    orm_session *db = NULL;
    s_branch_list list;
    int64_t id = -1;
    orm_session_options options = {.read_only = read_only};
    assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
    assert_ok(db, s_branch_select(db, NULL, &list));
    assert_int_equal(list.count, 1);
    id = list.items[0]->id;
    /* The rest of the transaction stays there. */
    assert_ok(db, orm_session_expire_all(db));
    assert_ok(db, s_branch_select(db, NULL, &list));
    assert_int_equal(list.items[0]->id, id);
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    return id;
}

static orm_engine *open_with(const char *const *readers, size_t count)
{
    orm_engine *engine = NULL;
    orm_error error;
    orm_engine_options options = {
        .url = database.url, .reader_urls = readers, .reader_count = count, .pool_size = 3};
    if (orm_engine_open(&options, &engine, &error) != ORM_OK)
        fail_msg("%s", error.message);
    return engine;
}

static void sessions_that_read_take_turns(void **state)
{
    (void)state;
    orm_engine_status status;
    int answers[READERS] = {0, 0};
    orm_engine *engine = open_with(urls, READERS);
    for (int i = 0; i < 10; i++) {
        int64_t who = asked(engine, true);
        assert_in_range(who, 100, 101);
        answers[who - 100]++;
        assert_int_equal(asked(engine, false), 1);
    }
    assert_int_equal(answers[0], 5);
    assert_int_equal(answers[1], 5);
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(orm_engine_get_reader_status(engine, i, &status), ORM_OK);
        assert_int_equal(status.checkouts, 5);
        assert_int_equal(status.opened, 1);
        assert_int_equal(status.idle, 1);
    }
    assert_int_equal(orm_engine_get_reader_status(engine, READERS, &status), ORM_INVALID);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static void lost_readers_are_passed_over(void **state)
{
    (void)state;
    static char missing[1400];
    if (database.postgresql)
        (void)snprintf(missing, sizeof missing, "host=127.0.0.1 port=1 dbname=x sslmode=disable");
    else
        (void)snprintf(missing, sizeof missing, "sqlite:%s/no/such/folder.db", database.folder);
    const char *const some[] = {missing, urls[1]};
    orm_engine *engine = open_with(some, 2);
    for (int i = 0; i < 6; i++)
        assert_int_equal(asked(engine, true), 101);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    const char *const none[] = {missing};
    engine = open_with(none, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(asked(engine, true), 1);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static void readers_of_another_kind_are_refused(void **state)
{
    (void)state;
    const char *const faulty[] = {
        database.postgresql ? "sqlite:x.db" : "postgresql://localhost/x", "sqlite::memory:", ""};
    for (size_t i = 0; i < 3; i++) {
        orm_engine *engine = NULL;
        orm_error error;
        const char *const pair[] = {urls[0], faulty[i]};
        orm_engine_options options = {
            .url = database.url, .reader_urls = pair, .reader_count = 2};
        assert_int_equal(orm_engine_open(&options, &engine, &error), ORM_INVALID);
        assert_null(engine);
        assert_non_null(strstr(error.message, "reader"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(sessions_that_read_take_turns),
        suite_test(lost_readers_are_passed_over),
        suite_test(readers_of_another_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_all);
}
