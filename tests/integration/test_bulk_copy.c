/*
 * Bulk loads by COPY when things go wrong: refused rows, backends that die, deadlines, cancels,
 * silent networks; and tables that COPY would not treat as INSERT does. It measures time;
 * ctest: serial
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <orm/events.h>
#include <orm/nplusone.h>

#include "support/fixture.h"
#include "support/proxy.h"
#include "support/slack.h"
#include "write.orm.h"

/* PATIENCE: within which some parts arrive, however busy the machine is. */
enum { COUNT = 20000, DEADLINE = 300, PATIENCE = 2500 };

static w_slot_new slots[COUNT];

static int open_database(void **state)
{
    (void)state;
    test_slack_watch();
    test_open(&database, NULL, "models/write.yaml", NULL);
    return 0;
}

/* Titles are long, so that what is loaded does not fit the sockets' buffers. */
static int start_empty(void **state)
{
    static char title[501];
    memset(title, 't', sizeof title - 1);
    test_execute(&database, "drop table slots");
    test_execute(&database, "create table slots (room varchar(10) not null, hour integer not null, "
                            "title text, constraint slots_pkey primary key (room, hour))");
    test_reopen(&database); /* what is known of the table's columns is of the old one */
    for (int i = 0; i < COUNT; i++)
        slots[i] = (w_slot_new){
            .room = ORM_SET("r"), .hour = ORM_SET(i), .title = ORM_SET((const char *)title)};
    return start_test(state);
}

#define copy_test(function) cmocka_unit_test_setup_teardown(function, start_empty, end_test)

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long long stored(void)
{
    return test_number(&database, "select count(*) from slots");
}

/* The session is of use again after a rollback. */
static void check_usable(orm_session *db)
{
    int64_t count = 1;
    orm_session_rollback(db);
    assert_ok(db, w_slot_count(db, NULL, &count));
    assert_int_equal(count, 0);
    assert_ok(db, w_slot_bulk_load(db, slots, 10, NULL, &count));
    assert_int_equal(count, 10);
    orm_session_rollback(db);
    assert_int_equal(stored(), 0);
}

static void refused_rows_are_named(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const orm_error *error = orm_session_error(db);
    for (int i = 0; i < COUNT; i++)
        if (i % 2 == 0)
            slots[i].title.state = ORM_UNSET;
    slots[15001].hour = ORM_SET(14999);
    assert_status(db, w_slot_bulk_load(db, slots, COUNT, NULL, NULL), ORM_UNIQUE);
    assert_string_equal(error->model, "slot");
    if (database.postgresql) {
        assert_non_null(strstr(error->message, "row 15001: "));
        assert_string_equal(error->constraint, "slots_pkey");
        assert_non_null(strstr(error->statement, "COPY"));
    }
    assert_int_not_equal(error->site.line, 0);
    assert_status(db, orm_session_commit(db), ORM_FAILED_TRANSACTION);
    slots[15001].hour = ORM_SET(15001);
    check_usable(db);
    if (!database.postgresql)
        return;
    test_execute(&database, "alter table slots add constraint early check (hour <> 777)");
    assert_status(db, w_slot_bulk_load(db, slots, COUNT, NULL, NULL), ORM_CHECK);
    assert_string_equal(error->constraint, "early");
    assert_non_null(strstr(error->message, "row 777: "));
    check_usable(db);
    slots[3].title = (orm_set_text)ORM_SET_NULL;
    test_execute(&database, "alter table slots alter title set not null");
    assert_status(db, w_slot_bulk_load(db, slots + 3, 1, NULL, NULL), ORM_NOT_NULL);
    assert_string_equal(error->column, "title");
    assert_non_null(strstr(error->message, "row 0: "));
}

/* Foreign keys are looked at when all rows are there: none of them is named. */
static void broken_references_are_told(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_note_new notes[3] = {{.place = ORM_SET(1), .holder_id = ORM_SET(1)},
                           {.place = ORM_SET(2), .holder_id = ORM_SET(2)},
                           {.place = ORM_SET(3), .holder_id = ORM_SET(3)}};
    orm_status status = w_note_bulk_load(db, notes, 3, NULL, NULL);
    if (status == ORM_OK)
        status = orm_session_commit(db);
    assert_int_equal(status, ORM_FOREIGN_KEY);
    orm_session_rollback(db);
    assert_int_equal(test_number(&database, "select count(*) from notes"), 0);
}

static void stamps_defaults_and_versions_are_given(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    w_holder_new holders[2] = {{.email = ORM_SET("a@x")},
                               {.email = ORM_SET("b@x"), .points = ORM_SET(9)}};
    assert_ok(db, w_holder_bulk_load(db, holders, 2, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    char *rows = test_query(&database, "select email, \"Level\", points, version, created_at = "
                                       "updated_at from holders order by email");
    if (database.postgresql)
        assert_string_equal(rows, "a@x|low|7|1|t\nb@x|low|9|1|t\n");
    else
        assert_string_equal(rows, "a@x|low|7|1|1\nb@x|low|9|1|1\n");
    free(rows);
    test_execute(&database, "delete from holders");
}

/* --- what COPY would do otherwise --- */

static void check_inserted(orm_session *db, int count)
{
    int64_t loaded = 0;
    test_count_start(&database);
    assert_ok(db, w_slot_bulk_load(db, slots, (size_t)count, NULL, &loaded));
    assert_int_equal(test_count_starting(&database, "COPY"), 0);
    assert_int_equal(test_count_starting(&database, "INSERT"), 1);
    assert_ok(db, orm_session_commit(db));
}

static void what_copy_treats_otherwise_is_inserted(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    static const char *const tables[] = {
        "create rule doubled as on insert to slots do also insert into bares default values",
        "alter table slots alter hour type numeric",
        "alter table slots alter hour type bigint, alter hour add generated always as identity",
        "alter table slots rename to stored_slots; create view slots as select * from stored_slots",
    };
    for (size_t i = 0; i < 4; i++) {
        (void)start_empty(state);
        test_execute(&database, "%s", tables[i]);
        test_reopen(&database);
        orm_session *db = test_session(&database);
        if (i != 2) {
            check_inserted(db, 5);
            assert_int_equal(stored(), 5);
        } else {
            /* A key only the server may give is refused, not taken over. */
            assert_status(db, w_slot_bulk_load(db, slots, 5, NULL, NULL), ORM_SCHEMA);
        }
        test_session_close(&database, db);
        if (i == 3)
            test_execute(&database, "drop view slots; alter table stored_slots rename to slots");
    }
    assert_int_equal(test_number(&database, "select count(*) from bares"), 5);
    test_reopen(&database);
}

static void columns_of_kindred_types_are_copied(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    test_execute(&database, "create domain room as varchar(10); create domain title as text; "
                            "alter table slots alter room type room, alter title type title, "
                            "alter hour type bigint");
    test_reopen(&database);
    orm_session *db = test_session(&database);
    assert_ok(db, w_slot_bulk_load(db, slots, 50, NULL, NULL));
    assert_int_equal(test_count_starting(&database, "COPY"), 1);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(test_number(&database, "select sum(hour) from slots"), 1225);
    test_session_close(&database, db);
    test_execute(&database, "delete from slots; alter table slots alter hour type smallint");
    test_reopen(&database);
    db = test_session(&database);
    slots[40].hour = ORM_SET(40000);
    assert_status(db, w_slot_bulk_load(db, slots, 50, NULL, NULL), ORM_RANGE);
    assert_non_null(strstr(orm_session_error(db)->message, "row 40: slot.hour"));
    assert_string_equal(orm_session_error(db)->column, "hour");
    check_usable(db);
    test_execute(&database, "drop table slots; drop domain room; drop domain title; "
                            "create table slots (room text)");
}

static void a_table_changed_meanwhile_is_told(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    assert_ok(db, w_slot_bulk_load(db, slots, 5, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "alter table slots alter hour type numeric");
    assert_status(db, w_slot_bulk_load(db, slots + 5, 5, NULL, NULL), ORM_STALE_PLAN);
    assert_true(orm_session_error(db)->retryable);
    orm_session_rollback(db);
    assert_ok(db, w_slot_bulk_load(db, slots + 5, 5, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(stored(), 10);
}

static void scopes_undo_it(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_savepoint scope;
    assert_ok(db, w_slot_bulk_load(db, slots, 10, NULL, NULL));
    assert_ok(db, orm_session_savepoint(db, &scope));
    assert_ok(db, w_slot_bulk_load(db, slots + 10, 10, NULL, NULL));
    assert_status(db, w_slot_bulk_load(db, slots, 10, NULL, NULL), ORM_UNIQUE);
    assert_ok(db, orm_savepoint_rollback(db, scope));
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(stored(), 10);
}

/* --- backends that die --- */

typedef struct killer {
    int after;
    int told;
} killer;

static void kill_backends(void)
{
    char *killed = test_query(&database, "select pg_terminate_backend(pid) from pg_stat_activity "
                                         "where datname = current_database() and pid <> "
                                         "pg_backend_pid()");
    free(killed);
    usleep(20000);
}

static orm_status kill_after(void *context, size_t done, size_t total)
{
    killer *it = context;
    (void)done;
    (void)total;
    if (++it->told == it->after)
        kill_backends();
    return ORM_OK;
}

static void check_lost(orm_session *db, orm_status status)
{
    orm_engine_status numbers;
    assert_int_equal(status, ORM_DISCONNECTED);
    assert_false(orm_session_error(db)->retryable); /* something was written before */
    check_usable(db);
    test_session_close(&database, db);
    orm_engine_get_status(database.engine, &numbers);
    assert_int_equal(numbers.in_use, 0);
    assert_int_equal(numbers.open, numbers.idle);
}

static void a_backend_killed_between_parts_is_told(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    killer it = {.after = 2};
    orm_bulk_options options = {.rows_at_once = 1000, .progress = kill_after, .context = &it};
    orm_status status = w_slot_bulk_load(db, slots, COUNT, &options, NULL);
    assert_int_equal(it.told, 2);
    check_lost(db, status);
}

/* Does something before the row of hour 5000. */
static void add_trigger(const char *what)
{
    test_execute(&database,
                 "create or replace function act() returns trigger language plpgsql as $$ begin "
                 "if new.hour = 5000 then %s; end if; return new; end $$; "
                 "create or replace trigger act before insert on slots for each row "
                 "execute function act()",
                 what);
}

static void a_backend_killed_in_the_midst_is_told(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    add_trigger("perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1)");
    orm_bulk_options options = {.rows_at_once = COUNT};
    orm_status status = w_slot_bulk_load(db, slots, COUNT, &options, NULL);
    check_lost(db, status);
}

/* --- deadlines and cancels --- */

static orm_session *session_with_deadline(orm_engine *engine, int64_t deadline)
{
    orm_session *db = NULL;
    const orm_session_options options = {.deadline_ms = deadline};
    assert_int_equal(orm_session_open(engine, &options, &db, NULL), ORM_OK);
    return db;
}

static void check_later(orm_status status, int64_t began, int64_t deadline)
{
    int64_t took = milliseconds() - began;
    assert_int_equal(status, ORM_TIMEOUT);
    if (took < deadline - 20 || took > deadline + test_slack_ms())
        fail_msg("took %d ms", (int)took);
}

static void check_late(orm_status status, int64_t began)
{
    check_later(status, began, DEADLINE);
}

static void the_deadline_holds(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_bulk_options options = {.rows_at_once = COUNT};
    orm_session *db = session_with_deadline(database.engine, DEADLINE);
    /* The server sleeps and takes nothing more. */
    add_trigger("perform pg_sleep(5)");
    int64_t began = milliseconds();
    check_late(w_slot_bulk_load(db, slots, COUNT, &options, NULL), began);
    check_usable(db);
    /* It sleeps with all the rows in its hands. */
    began = milliseconds();
    check_late(w_slot_bulk_load(db, slots + 4990, 20, &options, NULL), began);
    check_usable(db);
    /* It does not get to the rows at all. */
    test_execute(&database, "begin; lock table slots in exclusive mode");
    began = milliseconds();
    check_late(w_slot_bulk_load(db, slots, 10, &options, NULL), began);
    test_execute(&database, "rollback");
    check_usable(db);
    orm_session_close(db);
}

/* Parts and statements that are in time one by one are not when together they are late. */
static void the_deadline_is_that_of_the_whole_call(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_bulk_options options = {.rows_at_once = 1};
    orm_session *db = session_with_deadline(database.engine, DEADLINE);
    test_execute(&database,
                 "create or replace function slow() returns trigger language plpgsql as $$ begin "
                 "perform pg_sleep(0.12); return new; end $$; "
                 "create trigger slow before insert on slots for each row execute function slow(); "
                 "create or replace trigger slow before insert on bares for each row execute "
                 "function slow(); "
                 "create or replace trigger slow before insert on cities for each row execute "
                 "function slow()");
    int64_t began = milliseconds();
    check_late(w_slot_bulk_load(db, slots, 10, &options, NULL), began);
    orm_session_rollback(db);
    assert_ok(db, w_slot_add(db, slots, NULL));
    assert_ok(db, w_slot_add(db, &(w_slot_new){.room = ORM_SET("s"), .hour = ORM_SET(1)}, NULL));
    assert_ok(db, w_bare_add(db, &(w_bare_new){.state = ORM_SET("s")}, NULL));
    assert_ok(db, w_city_add(db, &(w_city_new){.name = ORM_SET("s")}, NULL));
    began = milliseconds();
    check_late(orm_session_flush(db), began);
    orm_session_close(db);
    test_execute(&database, "drop trigger slow on bares; drop trigger slow on cities");
}

static void *cancel_soon(void *argument)
{
    usleep(DEADLINE * 1000);
    orm_session_cancel(argument);
    return NULL;
}

static void a_cancel_ends_it(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    orm_bulk_options options = {.rows_at_once = COUNT};
    add_trigger("perform pg_sleep(5)");
    for (int whole = 0; whole < 2; whole++) {
        pthread_t thread;
        int64_t began = milliseconds();
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, db), 0);
        orm_status status = whole ? w_slot_bulk_load(db, slots, COUNT, &options, NULL)
                                  : w_slot_bulk_load(db, slots + 4990, 20, &options, NULL);
        int64_t took = milliseconds() - began;
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(status, ORM_CANCELLED);
        assert_in_range(took, DEADLINE - 20, DEADLINE + test_slack_ms());
        check_usable(db);
    }
}

static test_proxy proxy;

typedef struct silencer {
    int after;
    int told;
} silencer;

static orm_status silence(void *context, size_t done, size_t total)
{
    silencer *it = context;
    (void)done;
    (void)total;
    if (++it->told == it->after)
        atomic_store(&proxy.silent, true);
    return ORM_OK;
}

static orm_engine *open_through_proxy(const orm_engine_options *wanted)
{
    static char url[256];
    orm_engine *engine = NULL;
    orm_engine_options options = *wanted;
    test_proxy_start(&proxy, database.name, url, sizeof url);
    options.url = url;
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    return engine;
}

/* Much to send, or little: what is waited for differs. */
static void a_silent_network_holds_nobody(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    for (int much = 0; much < 2; much++) {
        orm_engine *engine = open_through_proxy(&(orm_engine_options){.pool_size = 1});
        orm_session *db = session_with_deadline(engine, PATIENCE);
        silencer it = {.after = 2};
        orm_bulk_options options = {
            .rows_at_once = much ? COUNT / 4 : 20, .progress = silence, .context = &it};
        int64_t began = milliseconds();
        check_later(w_slot_bulk_load(db, slots, COUNT, &options, NULL), began, PATIENCE);
        assert_int_equal(it.told, 2);
        orm_session_close(db);
        assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
        test_proxy_stop(&proxy);
        assert_int_equal(stored(), 0);
    }
}

/* What the resolver needs to know is asked for behind the rows. */
static void unknown_commits_of_it_are_resolved(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_engine *engine =
        open_through_proxy(&(orm_engine_options){.pool_size = 2, .resolve_commit = true});
    for (int i = 0; i < 6; i++) {
        orm_session *db = NULL;
        test_cut cut = i % 2 ? TEST_CUT_AFTER : TEST_CUT_BEFORE;
        assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
        assert_ok(db, w_slot_bulk_load(db, slots, 5, NULL, NULL));
        atomic_store(&proxy.cut, cut);
        orm_status status = orm_session_commit(db);
        assert_int_equal(status, cut == TEST_CUT_AFTER ? ORM_OK : ORM_DISCONNECTED);
        orm_session_close(db);
        assert_int_equal(stored(), cut == TEST_CUT_AFTER ? 5 : 0);
        test_execute(&database, "delete from slots");
    }
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    test_proxy_stop(&proxy);
}

/* A trigger with much to say does not block both sides. */
static void notices_are_taken_meanwhile(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    int64_t count = 0;
    orm_bulk_options options = {.rows_at_once = COUNT};
    add_trigger("null; end if; if true then raise notice '%', repeat('n', 1000)");
    assert_ok(db, w_slot_bulk_load(db, slots, COUNT, &options, &count));
    assert_int_equal(count, COUNT);
    orm_session_rollback(db);
}

static void it_works_unprepared(void **state)
{
    (void)state;
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    orm_engine_options options = {
        .url = database.url, .pool_size = 1, .no_prepared_statements = true};
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    for (int i = 0; i < 3; i++)
        assert_ok(db, w_slot_bulk_load(db, slots + 10 * i, 10, NULL, NULL));
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
    assert_int_equal(stored(), 30);
}

/* --- who watches --- */

typedef struct witness {
    int loads;
    int64_t rows;
    int failures;
} witness;

static void note(void *context, const orm_event *event)
{
    witness *it = context;
    if (event->kind != ORM_EVENT_INSERT)
        return;
    assert_ptr_equal(event->model, &w_slot_model);
    it->loads++;
    it->rows += event->affected;
    it->failures += event->status != ORM_OK;
}

static void parts_are_events_and_no_finding(void **state)
{
    (void)state;
    orm_subscription *subscription = NULL;
    orm_scope *scope = NULL;
    witness it = {0};
    orm_bulk_options options = {.rows_at_once = COUNT / 25};
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    assert_int_equal(orm_engine_subscribe(database.engine, note, &it, true, &subscription), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    assert_ok(db, w_slot_bulk_load(db, slots, COUNT, &options, NULL));
    assert_int_equal(it.loads, 25);
    assert_int_equal(it.rows, COUNT);
    assert_int_equal(it.failures, 0);
    assert_status(db, w_slot_bulk_load(db, slots, 2, NULL, NULL), ORM_UNIQUE);
    assert_int_equal(it.loads, 26);
    assert_int_equal(it.failures, 1);
    assert_int_equal(orm_scope_finding_count(scope), 0);
    test_session_close(&database, db);
    orm_engine_unsubscribe(database.engine, subscription);
    orm_scope_close(scope);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        copy_test(refused_rows_are_named),
        copy_test(broken_references_are_told),
        copy_test(stamps_defaults_and_versions_are_given),
        copy_test(what_copy_treats_otherwise_is_inserted),
        copy_test(columns_of_kindred_types_are_copied),
        copy_test(a_table_changed_meanwhile_is_told),
        copy_test(scopes_undo_it),
        copy_test(a_backend_killed_between_parts_is_told),
        copy_test(a_backend_killed_in_the_midst_is_told),
        copy_test(the_deadline_holds),
        copy_test(the_deadline_is_that_of_the_whole_call),
        copy_test(a_cancel_ends_it),
        copy_test(a_silent_network_holds_nobody),
        copy_test(unknown_commits_of_it_are_resolved),
        copy_test(notices_are_taken_meanwhile),
        copy_test(it_works_unprepared),
        copy_test(parts_are_events_and_no_finding),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
