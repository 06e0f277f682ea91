/* The SQLite driver: connections, flights, transactions, locks, errors. */
#include "sqlite_fixture.h"

#include <sqlite3.h>
#include <sys/stat.h>

static const orm_deadline never = ORM_NO_DEADLINE;

/* ---- Opening ---- */

static orm_status try_setup(const char *url)
{
    fixture f;
    void *shared = NULL;
    fixture_prepare(&f, url);
    orm_status status = DRIVER->setup(&f.target, &shared, &f.error);
    DRIVER->teardown(&f.target, shared);
    return status;
}

static void urls_are_judged_without_io(void **state)
{
    (void)state;
    assert_true(DRIVER->accepts("sqlite:x.db"));
    assert_false(DRIVER->accepts("postgresql://h/d"));
    assert_false(DRIVER->accepts("x.db"));
    assert_int_equal(try_setup("sqlite:x.db"), ORM_OK);
    assert_int_equal(try_setup("sqlite::memory:"), ORM_OK);
    assert_int_equal(try_setup("sqlite:"), ORM_INVALID);
    assert_int_equal(try_setup("sqlite:///x.db"), ORM_INVALID);
    assert_int_equal(try_setup("sqlite::memory"), ORM_INVALID);
}

static orm_status try_open(const char *url, orm_error *error)
{
    fixture f;
    fixture_prepare(&f, url);
    orm_status status = DRIVER->open(&f.target, orm__deadline_in(1000), &f.link, &f.error);
    if (status != ORM_OK) assert_null(f.link);
    *error = f.error;
    fixture_close(&f);
    return status;
}

static void what_cannot_be_opened_is_named(void **state)
{
    (void)state;
    orm_error error;
    char url[128];
    assert_int_equal(try_open("sqlite:/no/such/folder/x.db", &error), ORM_DISCONNECTED);
    assert_non_null(strstr(error.message, "/no/such/folder/x.db"));
    assert_non_null(strstr(error.message, "No such file or directory"));
    assert_false(error.retryable);
    assert_int_equal(try_open("sqlite:/tmp", &error), ORM_DISCONNECTED);
    fixture_path(url, sizeof url, "garbage");
    FILE *file = fopen(url + strlen("sqlite:"), "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++) fputs("this is no database, it is prose. ", file);
    fclose(file);
    assert_int_equal(try_open(url, &error), ORM_CORRUPT);
    fixture_remove(url);
}

static void a_file_called_like_a_uri_is_a_file(void **state)
{
    (void)state;
    orm_error error;
    char folder[] = "/tmp/orm-uri-XXXXXX";
    char before[512];
    assert_non_null(mkdtemp(folder));
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(try_open("sqlite:file:x?mode=memory", &error), ORM_OK);
    struct stat found;
    assert_int_equal(stat("file:x?mode=memory", &found), 0);
    fixture_remove("sqlite:file:x?mode=memory");
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(folder), 0);
}

static int greet(void *context, sqlite3 *handle)
{
    ++*(int *)context;
    return sqlite3_exec(handle, "CREATE TEMP TABLE greeting(x)", NULL, NULL, NULL);
}

static int refuse(void *context, sqlite3 *handle)
{
    (void)context;
    (void)handle;
    return 7;
}

static void on_connect_is_called_last(void **state)
{
    (void)state;
    fixture f;
    int calls = 0;
    fixture_prepare(&f, "sqlite::memory:");
    f.options.on_connect = greet;
    f.options.on_connect_context = &calls;
    assert_int_equal(DRIVER->open(&f.target, never, &f.link, &f.error), ORM_OK);
    assert_int_equal(calls, 1);
    fixture_sql(&f, "INSERT INTO greeting VALUES (1)");
    fixture_close(&f);
    fixture_prepare(&f, "sqlite::memory:");
    f.options.on_connect = refuse;
    assert_int_equal(DRIVER->open(&f.target, never, &f.link, &f.error), ORM_DATABASE);
    assert_int_equal(f.error.native_code, 7);
    fixture_close(&f);
}

static void connections_are_strict(void **state)
{
    fixture *f = *state;
    fixture_expect(f, "PRAGMA foreign_keys", NULL, NULL, 0, "1;");
    fixture_expect(f, "PRAGMA busy_timeout", NULL, NULL, 0, "0;");
    assert_int_equal(fixture_try(f, "SELECT \"no_such_name\""), ORM_SCHEMA);
    fixture_sql(f, "CREATE TABLE t(a)");
    assert_int_equal(fixture_try(f, "CREATE INDEX i ON t(\"b\")"), ORM_SCHEMA);
    /* What orm schema writes for json and arrays. */
    fixture_sql(f, "CREATE TABLE j(a CHECK (json_valid(a)))");
    fixture_sql(f, "INSERT INTO j VALUES ('[]')");
}

static void files_use_the_write_ahead_log(void **state)
{
    (void)state;
    fixture f;
    char url[128];
    fixture_path(url, sizeof url, "wal");
    fixture_open(&f, url);
    fixture_expect(&f, "PRAGMA journal_mode", NULL, NULL, 0, "wal;");
    fixture_expect(&f, "PRAGMA synchronous", NULL, NULL, 0, "1;");
    assert_int_equal(DRIVER->ping(f.link, never, &f.error), ORM_OK);
    fixture_remove(url);
    assert_int_equal(DRIVER->ping(f.link, never, &f.error), ORM_DISCONNECTED);
    fixture_close(&f);
}

static void a_connection_closes_with_statements_prepared(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, "sqlite::memory:");
    orm__statement statement = fixture_statement("SELECT 1", NULL, 0);
    orm__call call = {.statement = &statement};
    orm__flight flight = {.calls = &call, .count = 1};
    assert_int_equal(DRIVER->run(f.link, &flight, never, &f.error), ORM_OK);
    assert_non_null(statement.handle);
    fixture_close(&f);
}

/* ---- Flights ---- */

static void values_go_by_number_and_nothing_is_prepared_twice(void **state)
{
    fixture *f = *state;
    fixture_texts texts = {.arena = &f->arena, .text = ""};
    orm__statement statement = fixture_statement("SELECT $2 || '-' || $1 || '-' || $2", NULL, 0);
    orm_value values[2] = {value_text("a"), value_text("b")};
    orm__call call = {.statement = &statement, .values = values, .value_count = 2};
    orm__flight flight = {.calls = &call, .count = 1, .timed = true};
    call.consume = fixture_collect;
    call.context = &texts;
    assert_int_equal(DRIVER->run(f->link, &flight, never, &f->error), ORM_OK);
    assert_string_equal(texts.text, "b-a-b;");
    assert_true(call.started > 0 && call.ended >= call.started);
    assert_int_equal(call.rows, 1);
    assert_int_equal(call.bytes, 5);
    void *handle = statement.handle;
    values[0] = value_text("c");
    assert_int_equal(DRIVER->run(f->link, &flight, never, &f->error), ORM_OK);
    assert_ptr_equal(statement.handle, handle);
    assert_string_equal(texts.text, "b-a-b;b-c-b;");
    DRIVER->forget(f->link, &statement);
}

static orm_status try_values(fixture *f, const char *sql, size_t count)
{
    orm_value values[3] = {value_int(1), value_int(2), value_int(3)};
    orm__statement statement = fixture_statement(sql, NULL, 0);
    return fixture_run(f, &statement, values, count, NULL, NULL, never);
}

static void parameters_are_counted(void **state)
{
    fixture *f = *state;
    assert_int_equal(try_values(f, "SELECT $1, $2", 2), ORM_OK);
    assert_int_equal(try_values(f, "SELECT $1, $2", 1), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT $1", 2), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT $1, $3", 3), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT ?3", 3), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT ?", 1), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT :a", 1), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT $1::text", 1), ORM_INVALID);
    assert_int_equal(try_values(f, "SELECT $0", 1), ORM_INVALID);
}

static void a_text_holds_one_statement(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "SELECT 1 ; -- that was it\n ; /* really */ ");
    assert_int_equal(fixture_try(f, "SELECT 1; SELECT 2"), ORM_INVALID);
    assert_int_equal(fixture_try(f, "SELECT 1; nonsense"), ORM_INVALID);
    assert_int_equal(fixture_try(f, " -- nothing"), ORM_INVALID);
    assert_int_equal(fixture_try(f, ""), ORM_INVALID);
    orm_value odd = value_span(ORM_KIND_TEXT, "a\xFFz");
    orm__statement statement = fixture_statement("SELECT $1", NULL, 0);
    assert_int_equal(fixture_run(f, &statement, &odd, 1, NULL, NULL, never), ORM_INVALID);
    odd = (orm_value){.kind = ORM_KIND_TEXT, .as.span = {"a\0b", 3}};
    assert_int_equal(fixture_run(f, &statement, &odd, 1, NULL, NULL, never), ORM_INVALID);
}

static void only_what_a_statement_wrote_is_counted(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a INTEGER PRIMARY KEY)");
    assert_int_equal(f->affected, 0);
    fixture_sql(f, "INSERT INTO t VALUES (1), (2), (3)");
    assert_int_equal(f->affected, 3);
    fixture_sql(f, "SELECT * FROM t");
    assert_int_equal(f->affected, 0);
    assert_int_equal(f->rows, 3);
    fixture_sql(f, "CREATE TABLE u(a)");
    assert_int_equal(f->affected, 0);
    fixture_sql(f, "UPDATE t SET a = a + 10 WHERE a > 100");
    assert_int_equal(f->affected, 0);
    fixture_sql(f, "DELETE FROM t WHERE a > 1 RETURNING a");
    assert_int_equal(f->affected, 2);
    assert_int_equal(f->rows, 2);
}

static void a_flight_stops_at_its_first_failure(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a INTEGER PRIMARY KEY)");
    orm__statement good = fixture_statement("INSERT INTO t VALUES (1)", NULL, 0);
    orm__statement bad = fixture_statement("INSERT INTO t VALUES (1)", NULL, 0);
    orm__statement later = fixture_statement("INSERT INTO t VALUES (2)", NULL, 0);
    orm__call calls[3] = {{.statement = &good}, {.statement = &bad}, {.statement = &later}};
    orm__flight flight = {.calls = calls, .count = 3};
    assert_int_equal(DRIVER->run(f->link, &flight, never, &f->error), ORM_UNIQUE);
    assert_int_equal(calls[0].status, ORM_OK);
    assert_int_equal(calls[1].status, ORM_UNIQUE);
    assert_int_equal(calls[2].status, ORM_FAILED_TRANSACTION);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    fixture_expect(f, "SELECT a FROM t", NULL, NULL, 0, "1;");
    DRIVER->forget(f->link, &good);
    DRIVER->forget(f->link, &bad);
}

static void a_changed_table_is_noticed(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a, b)");
    orm__statement statement = fixture_statement("SELECT * FROM t", NULL, 0);
    statement.column_count = 2;
    orm__call call = {.statement = &statement};
    orm__flight flight = {.calls = &call, .count = 1};
    assert_int_equal(DRIVER->run(f->link, &flight, never, &f->error), ORM_OK);
    fixture_sql(f, "ALTER TABLE t ADD COLUMN c");
    assert_int_equal(DRIVER->run(f->link, &flight, never, &f->error), ORM_SCHEMA);
    assert_non_null(strstr(f->error.message, "3 columns instead of 2"));
    DRIVER->forget(f->link, &statement);
}

typedef struct nesting {
    fixture *f;
    orm__statement *statement;
    int depth;
    int seen;
} nesting;

/* Runs the same statement within itself, and lets the outer one be forgotten under way. */
static orm_status nest(orm__call *call, orm__rows *rows, orm_error *error)
{
    nesting *n = call->context;
    bool more = true;
    while (more) {
        orm_status status = DRIVER->next(rows, &more, error);
        if (status != ORM_OK || !more) return status;
        n->seen++;
        if (n->depth == 1) continue;
        n->depth++;
        orm__call inner = {.statement = n->statement, .consume = nest, .context = n};
        orm__flight flight = {.calls = &inner, .count = 1};
        assert_int_equal(DRIVER->run(n->f->link, &flight, never, error), ORM_OK);
        n->depth--;
        DRIVER->forget(n->f->link, n->statement);
    }
    return ORM_OK;
}

static void a_consumer_may_run_statements(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a)");
    fixture_sql(f, "INSERT INTO t VALUES (1), (2), (3)");
    orm__statement statement = fixture_statement("SELECT a FROM t", NULL, 0);
    nesting n = {.f = f, .statement = &statement};
    orm__call call = {.statement = &statement, .consume = nest, .context = &n};
    orm__flight flight = {.calls = &call, .count = 1};
    assert_int_equal(DRIVER->run(f->link, &flight, never, &f->error), ORM_OK);
    assert_int_equal(n.seen, 12);
    DRIVER->forget(f->link, &statement);
}

static orm_status take_none(orm__call *call, orm__rows *rows, orm_error *error)
{
    (void)call;
    (void)rows;
    (void)error;
    return ORM_OK;
}

static orm_status take_one_and_fail(orm__call *call, orm__rows *rows, orm_error *error)
{
    bool more = false;
    (void)call;
    (void)DRIVER->next(rows, &more, error);
    return ORM_CANCELLED;
}

static void what_writes_runs_to_its_end(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN, never), ORM_OK);
    orm__statement statement =
        fixture_statement("INSERT INTO t VALUES (1), (2) RETURNING a", NULL, 0);
    assert_int_equal(fixture_run(f, &statement, NULL, 0, take_none, NULL, never), ORM_OK);
    assert_int_equal(f->affected, 2);
    assert_int_equal(fixture_run(f, &statement, NULL, 0, take_one_and_fail, NULL, never),
                     ORM_CANCELLED);
    /* It was the consumer that failed, so the transaction is as good as before. */
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_ACTIVE);
    assert_int_equal(fixture_control(f, ORM__CONTROL_COMMIT, never), ORM_OK);
    fixture_expect(f, "SELECT count(*) FROM t", NULL, NULL, 0, "4;");
}

/* ---- Transactions ---- */

static void a_failed_transaction_can_only_be_rolled_back(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a INTEGER PRIMARY KEY)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN, never), ORM_OK);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_ACTIVE);
    fixture_sql(f, "INSERT INTO t VALUES (1)");
    assert_int_equal(fixture_try(f, "INSERT INTO t VALUES (1)"), ORM_UNIQUE);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_FAILED);
    assert_int_equal(fixture_try(f, "SELECT 1"), ORM_FAILED_TRANSACTION);
    assert_int_equal(fixture_control(f, ORM__CONTROL_COMMIT, never), ORM_FAILED_TRANSACTION);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    fixture_expect(f, "SELECT count(*) FROM t", NULL, NULL, 0, "0;");
    assert_int_equal(fixture_control(f, ORM__CONTROL_ROLLBACK, never), ORM_OK);
}

static void a_savepoint_saves_a_failed_transaction(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a INTEGER PRIMARY KEY)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN, never), ORM_OK);
    fixture_sql(f, "INSERT INTO t VALUES (1)");
    fixture_sql(f, "SAVEPOINT here");
    assert_int_equal(fixture_try(f, "INSERT INTO t VALUES (2), (1)"), ORM_UNIQUE);
    assert_int_equal(fixture_try(f, "ROLLBACK TO nowhere"), ORM_DATABASE);
    fixture_sql(f, "rollback to here");
    assert_int_equal(fixture_control(f, ORM__CONTROL_COMMIT, never), ORM_OK);
    fixture_expect(f, "SELECT a FROM t", NULL, NULL, 0, "1;");
}

static void a_rollback_by_sqlite_itself_is_a_failure(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a INTEGER PRIMARY KEY)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN, never), ORM_OK);
    fixture_sql(f, "INSERT INTO t VALUES (1)");
    assert_int_equal(fixture_try(f, "INSERT OR ROLLBACK INTO t VALUES (1)"), ORM_UNIQUE);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_FAILED);
    assert_int_equal(fixture_try(f, "INSERT INTO t VALUES (2)"), ORM_FAILED_TRANSACTION);
    assert_int_equal(fixture_control(f, ORM__CONTROL_ROLLBACK, never), ORM_OK);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    fixture_expect(f, "SELECT count(*) FROM t", NULL, NULL, 0, "0;");
}

static void deferred_keys_are_judged_at_commit(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE p(id INTEGER PRIMARY KEY)");
    fixture_sql(f, "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN, never), ORM_OK);
    fixture_sql(f, "INSERT INTO c VALUES (1)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_COMMIT, never), ORM_FOREIGN_KEY);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    fixture_expect(f, "SELECT count(*) FROM c", NULL, NULL, 0, "0;");
}

static void a_read_only_transaction_writes_nothing(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a)");
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN_READ_ONLY, never), ORM_OK);
    fixture_sql(f, "SELECT * FROM t");
    assert_int_equal(fixture_try(f, "INSERT INTO t VALUES (1)"), ORM_READ_ONLY);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_FAILED);
    assert_int_equal(fixture_control(f, ORM__CONTROL_ROLLBACK, never), ORM_OK);
    assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN_READ_ONLY, never), ORM_OK);
    assert_int_equal(fixture_control(f, ORM__CONTROL_COMMIT, never), ORM_OK);
    fixture_sql(f, "INSERT INTO t VALUES (1)");
}

/* ---- Locks and deadlines ---- */

static void a_lock_is_waited_for_until_the_deadline(void **state)
{
    (void)state;
    fixture a;
    fixture b;
    char url[128];
    fixture_path(url, sizeof url, "lock");
    fixture_open(&a, url);
    fixture_open(&b, url);
    assert_int_equal(fixture_control(&a, ORM__CONTROL_BEGIN, never), ORM_OK);
    int64_t before = orm__now();
    b.naps = 0;
    assert_int_equal(fixture_control(&b, ORM__CONTROL_BEGIN, orm__deadline_in(60)), ORM_BUSY);
    int64_t waited = orm__now() - before;
    assert_true(b.error.retryable);
    assert_int_equal(b.error.native_code, SQLITE_BUSY);
    /* The clock behind deadlines is a few milliseconds coarse. */
    assert_true(waited >= 45000000 && waited < 1000000000);
    assert_true(b.naps >= 2);
    assert_int_equal(DRIVER->transaction(b.link), ORM__TRANSACTION_IDLE);
    assert_int_equal(fixture_control(&a, ORM__CONTROL_COMMIT, never), ORM_OK);
    assert_int_equal(fixture_control(&b, ORM__CONTROL_BEGIN, never), ORM_OK);
    assert_int_equal(fixture_control(&b, ORM__CONTROL_ROLLBACK, never), ORM_OK);
    fixture_close(&a);
    fixture_close(&b);
    fixture_remove(url);
}

static void a_stale_snapshot_fails_at_once(void **state)
{
    (void)state;
    fixture a;
    fixture b;
    char url[128];
    fixture_path(url, sizeof url, "snapshot");
    fixture_open(&a, url);
    fixture_open(&b, url);
    fixture_sql(&a, "CREATE TABLE t(a)");
    fixture_sql(&b, "BEGIN");
    fixture_sql(&b, "SELECT * FROM t");
    fixture_sql(&a, "INSERT INTO t VALUES (1)");
    b.naps = 0;
    assert_int_equal(fixture_try(&b, "INSERT INTO t VALUES (2)"), ORM_SERIALIZATION);
    assert_int_equal(b.error.native_code, SQLITE_BUSY_SNAPSHOT);
    assert_true(b.error.retryable);
    assert_int_equal(b.naps, 0);
    assert_int_equal(fixture_control(&b, ORM__CONTROL_COMMIT, never), ORM_FAILED_TRANSACTION);
    fixture_close(&a);
    fixture_close(&b);
    fixture_remove(url);
}

static const char endless[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

static void a_long_statement_ends_at_its_deadline(void **state)
{
    fixture *f = *state;
    orm__statement statement = fixture_statement(endless, NULL, 0);
    int64_t before = orm__now();
    assert_int_equal(fixture_run(f, &statement, NULL, 0, NULL, NULL, orm__deadline_in(50)),
                     ORM_TIMEOUT);
    assert_true(orm__now() - before < 1000000000);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    fixture_sql(f, "SELECT 1");
}

/* ---- Errors ---- */

static void expect_failure(fixture *f, const char *sql, orm_status status, int code,
                           const char *constraint, const char *column)
{
    orm_status found = fixture_try(f, sql);
    if (found != status || f->error.status != status || f->error.native_code != code)
        fail_msg("%s\n%s %d: %s", sql, orm_status_name(found), f->error.native_code,
                 f->error.message);
    assert_string_equal(f->error.constraint, constraint);
    assert_string_equal(f->error.column, column);
    assert_true(f->error.message[0] != '\0');
}

static void failures_have_their_class(void **state)
{
    fixture *f = *state;
    fixture_sql(f,
                "CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT UNIQUE, n TEXT NOT NULL DEFAULT '',"
                " c INTEGER CONSTRAINT positive CHECK (c > 0), x, y, UNIQUE (x, y))");
    fixture_sql(f, "CREATE TABLE r(t INTEGER REFERENCES t)");
    fixture_sql(f, "CREATE TABLE s(a INTEGER) STRICT");
    fixture_sql(f, "INSERT INTO t(id, u, x, y) VALUES (1, 'a', 1, 1)");
    expect_failure(f, "INSERT INTO t(id) VALUES (1)", ORM_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY,
                   "t.id", "id");
    expect_failure(f, "INSERT INTO t(u) VALUES ('a')", ORM_UNIQUE, SQLITE_CONSTRAINT_UNIQUE, "t.u",
                   "u");
    expect_failure(f, "INSERT INTO t(x, y) VALUES (1, 1)", ORM_UNIQUE, SQLITE_CONSTRAINT_UNIQUE,
                   "t.x, t.y", "");
    expect_failure(f, "INSERT INTO t(n) VALUES (NULL)", ORM_NOT_NULL, SQLITE_CONSTRAINT_NOTNULL,
                   "t.n", "n");
    expect_failure(f, "INSERT INTO t(c) VALUES (-1)", ORM_CHECK, SQLITE_CONSTRAINT_CHECK,
                   "positive", "");
    expect_failure(f, "INSERT INTO r VALUES (9)", ORM_FOREIGN_KEY, SQLITE_CONSTRAINT_FOREIGNKEY, "",
                   "");
    expect_failure(f, "INSERT INTO s VALUES ('x')", ORM_SCHEMA, SQLITE_CONSTRAINT_DATATYPE, "",
                   "a");
    expect_failure(f, "INSERT INTO t(id) VALUES ('x')", ORM_SCHEMA, SQLITE_MISMATCH, "", "");
    expect_failure(f, "SELECT * FROM nowhere", ORM_SCHEMA, SQLITE_ERROR, "", "");
    expect_failure(f, "SELECT missing FROM t", ORM_SCHEMA, SQLITE_ERROR, "", "");
    expect_failure(f, "INSERT INTO t(missing) VALUES (1)", ORM_SCHEMA, SQLITE_ERROR, "", "");
    expect_failure(f, "SELEC 1", ORM_DATABASE, SQLITE_ERROR, "", "");
    expect_failure(f, "SELECT json('{')", ORM_INVALID, SQLITE_ERROR, "", "");
    expect_failure(f, "SELECT abs(-9223372036854775807 - 1)", ORM_RANGE, SQLITE_ERROR, "", "");
    expect_failure(f, "SELECT zeroblob(2000000000)", ORM_RANGE, SQLITE_TOOBIG, "", "");
}

static void a_full_disk_fails_the_transaction(void **state)
{
    (void)state;
    fixture f;
    char url[128];
    fixture_path(url, sizeof url, "full");
    fixture_open(&f, url);
    fixture_sql(&f, "CREATE TABLE t(a)");
    fixture_sql(&f, "PRAGMA max_page_count = 3");
    assert_int_equal(fixture_control(&f, ORM__CONTROL_BEGIN, never), ORM_OK);
    assert_int_equal(fixture_try(&f, "INSERT INTO t VALUES (zeroblob(1000000))"), ORM_RESOURCE);
    assert_int_equal(DRIVER->transaction(f.link), ORM__TRANSACTION_FAILED);
    assert_int_equal(fixture_control(&f, ORM__CONTROL_ROLLBACK, never), ORM_OK);
    fixture_expect(&f, "SELECT count(*) FROM t", NULL, NULL, 0, "0;");
    fixture_close(&f);
    fixture_remove(url);
}

static void a_refused_file_does_not_cost_the_connection(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE t(a)");
    assert_int_equal(fixture_try(f, "ATTACH '/no/such/folder/x.db' AS x"), ORM_DISCONNECTED);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    fixture_sql(f, "SELECT * FROM t");
}

/* A statement counts its steps over all its runs, so a passed deadline meets even the shortest. */
static void a_rollback_succeeds_after_the_deadline(void **state)
{
    fixture *f = *state;
    orm__statement statement = fixture_statement("ROLLBACK", NULL, 0);
    statement.control = ORM__CONTROL_ROLLBACK;
    statement.column_count = 0;
    orm__call call = {.statement = &statement};
    orm__flight flight = {.calls = &call, .count = 1};
    for (int i = 0; i < 1500; i++) {
        assert_int_equal(fixture_control(f, ORM__CONTROL_BEGIN, never), ORM_OK);
        assert_int_equal(DRIVER->run(f->link, &flight, 1, &f->error), ORM_OK);
        assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
        assert_int_equal(f->error.status, ORM_OK);
    }
    DRIVER->forget(f->link, &statement);
}

/* ---- Memory ---- */

typedef struct failing {
    int until; /* allocations that still succeed */
    size_t held;
} failing;

static void *failing_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    failing *heap = context;
    if (new_size == 0) {
        heap->held -= old_size;
        free(pointer);
        return NULL;
    }
    if (heap->until-- <= 0) return NULL;
    void *memory = realloc(pointer, new_size);
    if (memory != NULL) heap->held += new_size - old_size;
    return memory;
}

/* Opens, sends a number with digits to round and a key list, and closes. */
static orm_status use_all(fixture *f)
{
    static const orm_column money = {
        .field = "m", .name = "m", .type = ORM_TYPE_NUMERIC, .length = 12, .scale = 2};
    static const orm__param params[2] = {{.type = ORM_TYPE_NUMERIC, .column = &money},
                                         {.type = ORM_TYPE_NUMERIC, .list = true}};
    orm_value items[2] = {value_span(ORM_KIND_NUMERIC, "1e3"), value_span(ORM_KIND_NUMERIC, "2")};
    orm_value values[2] = {value_span(ORM_KIND_NUMERIC, "1000.00"), value_list(items, 2)};
    orm_status status = DRIVER->open(&f->target, never, &f->link, &f->error);
    if (status != ORM_OK) return status;
    orm__statement statement = fixture_statement(
        "SELECT ord FROM orm_keys(?2) WHERE k1 COLLATE ORM_NUMERIC = ?1", params, 2);
    status = fixture_run(f, &statement, values, 2, NULL, NULL, never);
    DRIVER->close(f->link);
    return status;
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    orm_status status = ORM_NOMEM;
    for (int point = 0; status != ORM_OK; point++) {
        fixture f;
        failing heap = {.until = point};
        assert_true(point < 1000);
        fixture_prepare(&f, "sqlite::memory:");
        f.allocator = (orm_allocator){failing_resize, &heap};
        status = use_all(&f);
        if (status != ORM_OK) assert_int_equal(status, ORM_NOMEM);
        if (status == ORM_OK) assert_int_equal(f.rows, 1);
        assert_int_equal(heap.held, 0);
    }
}

static int setup(void **state)
{
    static fixture f;
    fixture_open(&f, "sqlite::memory:");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

#define WITH_LINK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_judged_without_io),
        cmocka_unit_test(what_cannot_be_opened_is_named),
        cmocka_unit_test(a_file_called_like_a_uri_is_a_file),
        cmocka_unit_test(on_connect_is_called_last),
        WITH_LINK(connections_are_strict),
        cmocka_unit_test(files_use_the_write_ahead_log),
        cmocka_unit_test(a_connection_closes_with_statements_prepared),
        WITH_LINK(values_go_by_number_and_nothing_is_prepared_twice),
        WITH_LINK(parameters_are_counted),
        WITH_LINK(a_text_holds_one_statement),
        WITH_LINK(only_what_a_statement_wrote_is_counted),
        WITH_LINK(a_flight_stops_at_its_first_failure),
        WITH_LINK(a_changed_table_is_noticed),
        WITH_LINK(a_consumer_may_run_statements),
        WITH_LINK(what_writes_runs_to_its_end),
        WITH_LINK(a_failed_transaction_can_only_be_rolled_back),
        WITH_LINK(a_savepoint_saves_a_failed_transaction),
        WITH_LINK(a_rollback_by_sqlite_itself_is_a_failure),
        WITH_LINK(deferred_keys_are_judged_at_commit),
        WITH_LINK(a_read_only_transaction_writes_nothing),
        cmocka_unit_test(a_lock_is_waited_for_until_the_deadline),
        cmocka_unit_test(a_stale_snapshot_fails_at_once),
        WITH_LINK(a_long_statement_ends_at_its_deadline),
        WITH_LINK(failures_have_their_class),
        cmocka_unit_test(a_full_disk_fails_the_transaction),
        WITH_LINK(a_refused_file_does_not_cost_the_connection),
        WITH_LINK(a_rollback_succeeds_after_the_deadline),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
