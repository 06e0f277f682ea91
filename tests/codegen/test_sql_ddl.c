/* The DDL is run: on SQLite in memory, and on PostgreSQL when ORM_TEST_POSTGRESQL_URL names one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emit/sql_ddl.h"
#include "emit/sql_moment.h"
#include "schema/load.h"

#define FOLDER ORM_TEST_SOURCE_DIR "/tests/codegen/ddl/"
#define CHINOOK ORM_TEST_SOURCE_DIR "/models/chinook.yaml"

/* One of the two. */
struct database {
    sqlite3 *sqlite;
    PGconn *server;     /* where the database was made */
    PGconn *postgresql; /* in that database */
    char name[64];
};

static bool has_postgresql(void)
{
    const char *url = getenv("ORM_TEST_POSTGRESQL_URL");

    return url && *url;
}

static bool run_postgresql(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);

    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static void open_postgresql(struct database *database)
{
    static unsigned number;
    char sql[128];
    char url[1024];
    const char *server = getenv("ORM_TEST_POSTGRESQL_URL");

    snprintf(database->name, sizeof database->name, "orm_ddl_%ld_%u", (long)getpid(), number++);
    database->server = PQconnectdb(server);
    assert_int_equal(PQstatus(database->server), CONNECTION_OK);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", database->name);
    assert_true(run_postgresql(database->server, sql));
    snprintf(url, sizeof url, strstr(server, "://") ? "%s%sdbname=%s" : "%s %sdbname=%s", server,
             !strstr(server, "://") ? "" : strchr(server, '?') ? "&" : "?", database->name);
    database->postgresql = PQconnectdb(url);
    assert_int_equal(PQstatus(database->postgresql), CONNECTION_OK);
    PQsetNoticeProcessor(database->postgresql, ignore_notice, NULL);
}

static struct database open_database(enum sql_dialect dialect)
{
    struct database database = { 0 };

    if (dialect == SQL_POSTGRESQL) {
        open_postgresql(&database);
        return database;
    }
    assert_int_equal(sqlite3_open(":memory:", &database.sqlite), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database.sqlite, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), SQLITE_OK);
    return database;
}

static void close_database(struct database *database)
{
    char sql[128];

    sqlite3_close(database->sqlite);
    if (!database->server)
        return;
    PQfinish(database->postgresql);
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", database->name);
    assert_true(run_postgresql(database->server, sql));
    PQfinish(database->server);
}

static bool run(struct database *database, const char *sql)
{
    if (database->sqlite)
        return sqlite3_exec(database->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK;
    return run_postgresql(database->postgresql, sql);
}

static void must_run(struct database *database, const char *sql)
{
    if (!run(database, sql))
        fail_msg("%s\n%.400s", database->sqlite ? sqlite3_errmsg(database->sqlite)
                                                : PQerrorMessage(database->postgresql), sql);
}

/* The one value of a query, for free(). */
static char *value_of(struct database *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    char *copy = NULL;

    if (!database->sqlite) {
        PGresult *result = PQexec(database->postgresql, sql);

        assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
        copy = strdup(PQgetvalue(result, 0, 0));
        PQclear(result);
        return copy;
    }
    assert_int_equal(sqlite3_prepare_v2(database->sqlite, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    copy = strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return copy;
}

static void check_value(struct database *database, const char *sql, const char *expected)
{
    char *value = value_of(database, sql);

    assert_string_equal(value, expected);
    free(value);
}

/* The DDL of a file, for free(); NULL when the database can't hold it. */
static char *ddl_of(const char *path, enum sql_dialect dialect, char **faults_out)
{
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    const char *script;
    char *copy;

    if (!schema_load(&path, 1, &schema, diags))
        fail_msg("%s", diagnostics_text(diags));
    script = sql_ddl(schema, dialect, "1.2.3", diags);
    copy = script ? strdup(script) : NULL;
    if (faults_out)
        *faults_out = diagnostics_text(diags);
    schema_free(schema);
    diagnostics_free(diags);
    return copy;
}

static struct database create(const char *path, enum sql_dialect dialect)
{
    struct database database = open_database(dialect);
    char *script = ddl_of(path, dialect, NULL);

    assert_non_null(script);
    must_run(&database, script);
    free(script);
    return database;
}

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    size_t length;

    assert_non_null(file);
    assert_non_null(text);
    length = fread(text, 1, (1 << 20) - 1, file);
    assert_true(length > 0 && length < (1 << 20) - 1);
    fclose(file);
    return text;
}

static void chinook_loads(enum sql_dialect dialect)
{
    static const char *const counts[][2] = {
        { "album", "347" },         { "artist", "275" },     { "customer", "59" },
        { "employee", "8" },        { "genre", "25" },       { "invoice", "412" },
        { "invoice_line", "2240" }, { "media_type", "5" },   { "playlist", "18" },
        { "playlist_track", "8715" }, { "track", "3503" },
    };
    struct database database = create(CHINOOK, dialect);
    char *data = file_text(ORM_TEST_SOURCE_DIR "/tests/chinook/data.sql");

    must_run(&database, data);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char sql[64];

        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", counts[i][0]);
        check_value(&database, sql, counts[i][1]);
    }
    check_value(&database, "SELECT name FROM track WHERE track_id = 3435",
                 "Cavalleria Rusticana \\ Act \\ Intermezzo Sinfonico");
    check_value(&database, "SELECT total FROM invoice WHERE invoice_id = 5", "13.86");
    check_value(&database, "SELECT birth_date FROM employee WHERE employee_id = 1",
                 "1962-02-18 00:00:00");
    assert_false(run(&database, "INSERT INTO album VALUES (1000, 'x', 9999)"));
    assert_false(run(&database, "INSERT INTO playlist_track VALUES (1, 3402)"));
    free(data);
    close_database(&database);
}

#define CHILD "\"chi ld\\\""

/* A default, and how it reads afterwards; NULL: the same on both. */
static const struct {
    const char *value;
    const char *sqlite;
    const char *postgresql;
} defaults[] = {
    { "b1", "1", "t" },
    { "i2", "-32768", NULL },
    { "i8", "-9223372036854775808", NULL },
    { "f8 > 1e308", "1", "t" },
    { "nu", "-7.500", NULL },
    { "n2", "NaN", NULL },
    { "n3", "12345678901234567890.123", NULL },
    { "te", "quo'te \\n\\ ; -- /* $$ %s 😀", NULL },
    { "ml", "line\nbreak", NULL },
    { "vc", "äöü", NULL },
    { "vv", "", NULL },
    { "\"by\"", "\0", "\\x00ff27" },
    { "uu", "aaaaaaaa-0000-0000-0000-00000000000f", NULL },
    { "da", "2024-02-29", NULL },
    { "di", "infinity", NULL },
    { "ti", "12:30:00.5", NULL },
    { "td", "24:00:00", NULL },
    { "ts", "1969-12-31 23:59:59.99999", NULL },
    { "tz", "2023-12-31 23:30:00.1+00:00", "2023-12-31 23:30:00.1+00" },
    { "iv", "P2Y2M11DT26H58.5S", NULL },
    { "js", "{\"a\": \"it's \\\\ x\"}", NULL },
    { "en", "p\\q", NULL },
    { "ar", "[]", "{}" },
    { "ge", "-32767", NULL },
};

static void hostile_loads(enum sql_dialect dialect)
{
    struct database database = create(FOLDER "hostile.yaml", dialect);

    if (dialect == SQL_POSTGRESQL)
        must_run(&database, "SET intervalstyle = iso_8601; SET timezone = UTC");
    must_run(&database, "INSERT INTO " CHILD " (ck) VALUES (5)");
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        char sql[128];
        bool other = dialect == SQL_POSTGRESQL && defaults[i].postgresql;

        snprintf(sql, sizeof sql, "SELECT %s FROM " CHILD, defaults[i].value);
        check_value(&database, sql, other ? defaults[i].postgresql : defaults[i].sqlite);
    }
    must_run(&database, dialect == SQL_SQLITE
                            ? "INSERT INTO \"par\"\"ent; --\" (\"co\"\"d'e\\x %s\") VALUES ('1')"
                            : "INSERT INTO \"odd %s\".\"par\"\"ent; --\" "
                              "(\"co\"\"d'e\\x %s\") VALUES ('1')");
    must_run(&database, "INSERT INTO other (x) VALUES (7)");
    must_run(&database, "INSERT INTO \"li;nk's\" VALUES (1, 1)");
    assert_false(run(&database, "INSERT INTO \"li;nk's\" VALUES (1, 1)"));
    assert_false(run(&database, "INSERT INTO \"li;nk's\" VALUES (1, 2)"));
    close_database(&database);
}

static void check_like(struct database *database, const char *column, const char *pattern)
{
    char sql[400];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM " CHILD " WHERE %s GLOB '%s'", column,
             pattern);
    check_value(database, sql, "1");
}

#define HEX  "[0-9a-f]"
#define HEX3 HEX HEX HEX
#define HEX4 HEX HEX3

static void sqlite_defaults_are_in_storage_form(void **state)
{
    struct database database = create(FOLDER "hostile.yaml", SQL_SQLITE);

    (void)state;
    must_run(&database, "INSERT INTO " CHILD " (ck) VALUES (5)");
    check_like(&database, "t2", "20[0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:*+00:00");
    check_like(&database, "t5", "20[0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:*+00:00");
    check_like(&database, "t3", "20[0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:*[0-9]");
    check_like(&database, "t4", "20[0-9][0-9]-[01][0-9]-[0-3][0-9]");
    check_like(&database, "a", HEX4 HEX4 "-" HEX4 "-4" HEX3 "-[89ab]" HEX3 "-" HEX4 HEX4 HEX4);
    check_value(&database, "SELECT hex(\"by\") || typeof(\"by\") FROM " CHILD, "00FF27blob");
    check_value(&database, "SELECT '[' || ch || ']' FROM " CHILD, "[ab ]");
    check_value(&database, "SELECT typeof(i8) || typeof(r4) || typeof(nu) FROM " CHILD,
                 "integerrealtext");
    close_database(&database);
}

/* A row that the constraints of rules.yaml let in, or do not. */
static const struct {
    const char *columns;
    const char *values;
    bool accepted;
} rows[] = {
    { "flag", "'1'", true },
    { "flag", "'2'", false },
    { "role", "'o''user'", true },
    { "role", "'guest'", false },
    { "short", "'äöü'", true },
    { "short", "'four'", false },
    { "padded", "'ab   '", true },
    { "padded", "'four'", false },
    { "label", "'😀😀😀😀'", true },
    { "label", "'12345'", false },
    { "small", "-5", true },
    { "small", "-6", false },
    { "small", "11", false },
    { "price", "'5.00'", true },
    { "price", "'10.00'", true },
    { "price", "'99.99'", true },
    { "price", "'4.99'", false },
    { "price", "'100.00'", false },
    { "day", "'2000-01-01'", true },
    { "day", "'1999-12-31'", false },
    { "day", "'2021-01-01'", false },
    { "day", "'infinity'", false },
    { "day", "'0005-01-01 BC'", false },
    { "at", "'1999-12-31 23:30:00+00:00'", true },
    { "at", "'1999-12-31 23:29:59.999999+00:00'", false },
    { "at", "'10000-01-01 00:00:00+00:00'", true },
    { "at", "'infinity'", true },
    { "at", "'-infinity'", false },
    { "doc", "'{\"a\": [1]}'", true },
    { "doc", "'{a'", false },
    { "code", "'once'", true },
    { "code", "'once'", false },
    { "label, price", "'l', '8'", true },
    { "label, price", "'l', '9'", false },
    { "label, price", "'l', '6'", true },
    { "needed", "NULL", false },
    { "id", "NULL", false },
};

static void rules_hold(enum sql_dialect dialect)
{
    struct database database = create(FOLDER "rules.yaml", dialect);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[256];

        /* The two databases differ in what NULL in a counted key means. */
        if (dialect == SQL_SQLITE && strcmp(rows[i].columns, "id") == 0)
            continue;
        snprintf(sql, sizeof sql, "INSERT INTO item (%s) VALUES (%s)", rows[i].columns,
                 rows[i].values);
        if (run(&database, sql) != rows[i].accepted)
            fail_msg("%s: %s", rows[i].accepted ? "refused" : "accepted", sql);
    }
    assert_true(run(&database, dialect == SQL_SQLITE
                                   ? "INSERT INTO item (blob) VALUES (x'0000')"
                                   : "INSERT INTO item (blob) VALUES ('\\x0000')"));
    assert_false(run(&database, dialect == SQL_SQLITE
                                    ? "INSERT INTO item (blob) VALUES (x'000000')"
                                    : "INSERT INTO item (blob) VALUES ('\\x000000')"));
    close_database(&database);
}

/* As a program binds a float: widened. */
static void sqlite_real_bounds_are_the_nearest_reals(void **state)
{
    struct database database = create(FOLDER "rules.yaml", SQL_SQLITE);
    char sql[96];

    (void)state;
    snprintf(sql, sizeof sql, "INSERT INTO item (rate) VALUES (%.17g), (%.17g)", (double)0.1f,
             (double)0.7f);
    must_run(&database, sql);
    snprintf(sql, sizeof sql, "INSERT INTO item (rate) VALUES (%.17g)", (double)0.70001f);
    assert_false(run(&database, sql));
    close_database(&database);
}

static void cycles_load(enum sql_dialect dialect)
{
    struct database database = create(FOLDER "cycle.yaml", dialect);
    char *script = ddl_of(FOLDER "cycle.yaml", dialect, NULL);

    if (dialect == SQL_POSTGRESQL)
        assert_non_null(strstr(script, "ALTER TABLE"));
    else
        assert_null(strstr(script, "ALTER TABLE"));
    free(script);
    must_run(&database, "INSERT INTO one VALUES (1, NULL)");
    must_run(&database, "INSERT INTO two VALUES (1, 1, 1)");
    must_run(&database, "UPDATE one SET two_id = 1");
    assert_false(run(&database, "UPDATE one SET two_id = 2"));
    assert_false(run(&database, "UPDATE two SET one_id = 2"));
    must_run(&database, "DELETE FROM one");
    check_value(&database, "SELECT count(*) FROM two", "0");
    close_database(&database);
}

static void long_names_stay_apart(enum sql_dialect dialect)
{
    struct database database = create(FOLDER "long.yaml", dialect);

    close_database(&database);
}

#define ON_BOTH(test)                           \
    static void test##_sqlite(void **state)     \
    {                                           \
        (void)state;                            \
        test(SQL_SQLITE);                       \
    }                                           \
    static void test##_postgresql(void **state) \
    {                                           \
        (void)state;                            \
        if (!has_postgresql())                  \
            skip();                             \
        test(SQL_POSTGRESQL);                   \
    }

ON_BOTH(chinook_loads)
ON_BOTH(hostile_loads)
ON_BOTH(rules_hold)
ON_BOTH(cycles_load)
ON_BOTH(long_names_stay_apart)

static void postgresql_reads_backslashes_by_any_setting(void **state)
{
    struct database database = { 0 };
    char *script = ddl_of(FOLDER "hostile.yaml", SQL_POSTGRESQL, NULL);

    (void)state;
    if (!has_postgresql()) {
        free(script);
        skip();
    }
    database = open_database(SQL_POSTGRESQL);
    must_run(&database, "SET standard_conforming_strings = off");
    must_run(&database, script);
    must_run(&database, "INSERT INTO " CHILD " (ck) VALUES (5)");
    check_value(&database, "SELECT te FROM " CHILD, "quo'te \\n\\ ; -- /* $$ %s 😀");
    check_value(&database, "SELECT \"by\" FROM " CHILD, "\\x00ff27");
    free(script);
    close_database(&database);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    for (int i = 0; i < SQL_DIALECT_COUNT; i++) {
        char *first = ddl_of(FOLDER "hostile.yaml", (enum sql_dialect)i, NULL);
        char *second = ddl_of(FOLDER "hostile.yaml", (enum sql_dialect)i, NULL);

        assert_string_equal(first, second);
        assert_non_null(strstr(first, "-- Source: hostile.yaml\n"));
        assert_non_null(strstr(first, "-- View, not created here: \"seen\"\n"));
        assert_null(strstr(first, "CREATE VIEW"));
        free(first);
        free(second);
    }
}

static void what_a_database_minds_is_reported(void **state)
{
    char *faults = NULL;

    (void)state;
    assert_null(ddl_of(FOLDER "clash.yaml", SQL_SQLITE, &faults));
    assert_non_null(strstr(faults, "clash.yaml:6:17: error: sqlite: column 'x': NaN can't be"));
    assert_non_null(strstr(faults, "clash.yaml:7:17: error: sqlite: the name 'x' of column 'y'"));
    assert_non_null(strstr(faults, "clash.yaml:8:11: error: sqlite: the name 'users'"));
    assert_non_null(strstr(faults, "clash.yaml:11:17: error: sqlite: column 'k' can't be"));
    assert_non_null(strstr(faults, "clash.yaml:16:17: error: sqlite: column 'id' is generated"));
    assert_null(strstr(faults, "xmin"));
    free(faults);
    assert_null(ddl_of(FOLDER "clash.yaml", SQL_POSTGRESQL, &faults));
    assert_non_null(strstr(faults, "clash.yaml:13:17: error: postgresql: every table has"));
    assert_null(strstr(faults, "NaN"));
    free(faults);
}

static void moments_are_spelled_as_the_runtime_does(void **state)
{
    static const struct {
        enum type_kind kind;
        const char *from;
        const char *to;
    } cases[] = {
        { TYPE_TIME, "12:00:00.100", "12:00:00.1" },
        { TYPE_TIME, "12:00:00.000", "12:00:00" },
        { TYPE_TIME, "10:00:00", "10:00:00" },
        { TYPE_TIME, "24:00:00.000", "24:00:00" },
        { TYPE_TIMESTAMP, "2024-01-01 00:00:00.120000", "2024-01-01 00:00:00.12" },
        { TYPE_TIMESTAMPTZ, "2024-03-01 00:30:00+01:00", "2024-02-29 23:30:00+00:00" },
        { TYPE_TIMESTAMPTZ, "2023-12-31 23:30:00-00:30", "2024-01-01 00:00:00+00:00" },
        { TYPE_TIMESTAMPTZ, "1900-03-01 00:00:00+00:01", "1900-02-28 23:59:00+00:00" },
        { TYPE_TIMESTAMPTZ, "2000-02-29 12:00:00.50Z", "2000-02-29 12:00:00.5+00:00" },
        { TYPE_TIMESTAMPTZ, "0001-01-01 00:00:00+01:00", "0001-12-31 23:00:00+00:00 BC" },
        { TYPE_TIMESTAMPTZ, "9999-12-31 23:00:00-01:00", "10000-01-01 00:00:00+00:00" },
        { TYPE_TIMESTAMPTZ, "-infinity", "-infinity" },
        { TYPE_INTERVAL, "P1W", "P7D" },
        { TYPE_INTERVAL, "PT0S", "PT0S" },
        { TYPE_INTERVAL, "P0D", "PT0S" },
        { TYPE_INTERVAL, "P14M", "P1Y2M" },
        { TYPE_INTERVAL, "P-14M", "P-1Y-2M" },
        { TYPE_INTERVAL, "PT90M", "PT1H30M" },
        { TYPE_INTERVAL, "PT-0.5S", "PT-0.5S" },
        { TYPE_INTERVAL, "P1DT-3661.250S", "P1DT-1H-1M-1.25S" },
    };
    const char *path = CHINOOK;
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;

    (void)state;
    assert_true(schema_load(&path, 1, &schema, diags));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(sql_moment(schema->arena, cases[i].kind, cases[i].from), cases[i].to);
    schema_free(schema);
    diagnostics_free(diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinook_loads_sqlite),
        cmocka_unit_test(chinook_loads_postgresql),
        cmocka_unit_test(hostile_loads_sqlite),
        cmocka_unit_test(hostile_loads_postgresql),
        cmocka_unit_test(rules_hold_sqlite),
        cmocka_unit_test(rules_hold_postgresql),
        cmocka_unit_test(cycles_load_sqlite),
        cmocka_unit_test(cycles_load_postgresql),
        cmocka_unit_test(long_names_stay_apart_sqlite),
        cmocka_unit_test(long_names_stay_apart_postgresql),
        cmocka_unit_test(sqlite_defaults_are_in_storage_form),
        cmocka_unit_test(sqlite_real_bounds_are_the_nearest_reals),
        cmocka_unit_test(postgresql_reads_backslashes_by_any_setting),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(what_a_database_minds_is_reported),
        cmocka_unit_test(moments_are_spelled_as_the_runtime_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
