#include "support/database.h"

#include <stdio.h>
#include <unistd.h>

static int on_connect(void *context, sqlite3 *handle);

static void run_direct(test_database *database, const char *sql)
{
    if (database->postgresql) {
        PGresult *result = PQexec(database->pg, sql);
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            fail_msg("%.200s: %s", sql, PQerrorMessage(database->pg));
        return;
    }
    char *message = NULL;
    if (sqlite3_exec(database->sqlite, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%.200s: %s", sql, message);
}

static void create_tables(test_database *database, const char *models)
{
    char command[2048];
    char part[4096];
    test_text sql = {0};
    (void)snprintf(command, sizeof command, "'%s' schema --dialect %s '%s/tests/%s'",
                   ORM_TEST_COMMAND, database->postgresql ? "postgresql" : "sqlite",
                   ORM_TEST_SOURCE_DIR, models);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    for (size_t got; (got = fread(part, 1, sizeof part, pipe)) > 0;)
        test_text_add_bytes(&sql, part, got);
    if (pclose(pipe) != 0 || sql.data == NULL)
        fail_msg("%s failed", command);
    run_direct(database, sql.data);
    test_text_free(&sql);
}

static void open_postgresql(test_database *database)
{
    const char *url = getenv("ORM_TEST_POSTGRESQL_URL");
    char direct[1200];
    if (url == NULL) {
        fail_msg("ORM_TEST_POSTGRESQL_URL is not set");
        return;
    }
    if (getenv("ORM_TEST_POSTGRESQL_LOG") == NULL)
        fail_msg("ORM_TEST_POSTGRESQL_LOG is not set: run under tools/postgres_sandbox");
    (void)snprintf(database->url, sizeof database->url, "%s", url);
    bool uri = strstr(url, "://") != NULL;
    (void)snprintf(direct, sizeof direct, "%s%sapplication_name=direct", url,
                   !uri               ? " "
                   : strchr(url, '?') ? "&"
                                      : "?");
    database->pg = PQconnectdb(direct);
    if (PQstatus(database->pg) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(database->pg));
    (void)snprintf(database->name, sizeof database->name, "%s", PQdb(database->pg));
    run_direct(database, "set client_min_messages = warning");
    run_direct(database, "drop schema if exists public cascade; create schema public");
    test_execute(database, "alter database \"%s\" set log_min_duration_statement = 0",
                 database->name);
    test_execute(database, "alter database \"%s\" set log_parameter_max_length = 0",
                 database->name);
}

static void open_sqlite(test_database *database)
{
    const char *folder = getenv("TMPDIR");
    char path[300];
    (void)snprintf(database->folder, sizeof database->folder, "%s/orm-suite-XXXXXX",
                   folder ? folder : "/tmp");
    assert_non_null(mkdtemp(database->folder));
    (void)snprintf(path, sizeof path, "%s/test.db", database->folder);
    (void)snprintf(database->url, sizeof database->url, "sqlite:%s", path);
    assert_int_equal(sqlite3_open(path, &database->sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(database->sqlite, 10000), SQLITE_OK);
    /* Bloom filters of SQLite 3.38 to 3.40 lose rows that are equal by collation only. */
    (void)sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, database->sqlite, 0x00080000);
    run_direct(database, "pragma journal_mode = wal");
    run_direct(database, "pragma synchronous = off");
    if (database->on_connect != NULL)
        assert_int_equal(database->on_connect(NULL, database->sqlite), 0);
}

/* Of programs that can run in tasks; see fibers.h. */
orm_status test_engine_open(const orm_engine_options *options, orm_engine **engine_out,
                            orm_error *error) __attribute__((weak));

static void open_engine(test_database *database)
{
    orm_error error;
    if (database->options.scope == NULL && !database->unwatched) {
        if (orm_scope_open(NULL, &database->scope, &error) != ORM_OK)
            fail_msg("the scope does not open: %s", error.message);
        database->options.scope = database->scope;
    }
    orm_status status = test_engine_open != NULL
                            ? test_engine_open(&database->options, &database->engine, &error)
                            : orm_engine_open(&database->options, &database->engine, &error);
    if (status != ORM_OK)
        fail_msg("the engine does not open: %s", error.message);
}

void test_open(test_database *database, const orm_engine_options *options, ...)
{
    const char *kind = getenv("ORM_TEST_DATABASE");
    va_list models;
    memset(database, 0, sizeof *database);
    if (options != NULL)
        database->options = *options;
    database->on_connect = database->options.on_connect;
    database->postgresql = kind != NULL && strcmp(kind, "postgresql") == 0;
    if (database->postgresql)
        open_postgresql(database);
    else
        open_sqlite(database);
    va_start(models, options);
    for (const char *model; (model = va_arg(models, const char *)) != NULL;)
        create_tables(database, model);
    va_end(models);
    database->options.url = database->url;
    database->options.on_connect = on_connect;
    database->options.on_connect_context = database;
    open_engine(database);
    test_count_start(database);
}

void test_reopen(test_database *database)
{
    orm_error error;
    test_close_sessions(database);
    if (orm_engine_close(database->engine, &error) != ORM_OK)
        fail_msg("the engine does not close: %s", error.message);
    open_engine(database);
}

static void remove_files(const char *folder)
{
    static const char *const names[] = {"/test.db", "/test.db-wal", "/test.db-shm", ""};
    char path[300];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", folder, names[i]);
        (void)remove(path);
    }
}

void test_close(test_database *database)
{
    orm_error error = {0};
    orm_error ignored = {0};
    test_close_sessions(database);
    bool watched = database->scope != NULL;
    int found = test_watch_end(database);
    orm_status unmet = watched ? orm_scope_check_ignores(database->scope, &ignored) : ORM_OK;
    orm_status status = orm_engine_close(database->engine, &error);
    if (status == ORM_OK)
        orm_scope_close(database->scope);
    PQfinish(database->pg);
    (void)sqlite3_close(database->sqlite);
    if (database->folder[0] != '\0')
        remove_files(database->folder);
    if (status != ORM_OK)
        fail_msg("the engine does not close: %s", error.message);
    if (found != 0)
        fail_msg("the program's own statements have findings");
    if (unmet != ORM_OK)
        fail_msg("%s", ignored.message);
}

const char *test_either(const test_database *database, const char *sqlite, const char *postgresql)
{
    return database->postgresql ? postgresql : sqlite;
}

/* Formats the statement into `sql`. */
#define FORMAT_SQL(sql, format)                                                                    \
    do {                                                                                           \
        va_list list;                                                                              \
        va_start(list, format);                                                                    \
        int size = vsnprintf((sql), sizeof(sql), (format), list);                                  \
        va_end(list);                                                                              \
        assert_in_range(size, 0, sizeof(sql) - 1);                                                 \
    } while (0)

void test_execute(test_database *database, const char *format, ...)
{
    char sql[8192];
    FORMAT_SQL(sql, format);
    run_direct(database, sql);
}

void test_execute_file(test_database *database, const char *path)
{
    char name[512];
    (void)snprintf(name, sizeof name, "%s/tests/%s", ORM_TEST_SOURCE_DIR, path);
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    text[size] = '\0';
    assert_int_equal(fclose(file), 0);
    run_direct(database, text);
    free(text);
}

static void add_cell(test_text *rows, int column, const char *value)
{
    test_text_add(rows, "%s%s", column > 0 ? "|" : "", value ? value : "-");
}

static void query_postgresql(test_database *database, const char *sql, test_text *rows)
{
    PGresult *result = PQexec(database->pg, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%.200s: %s", sql, PQerrorMessage(database->pg));
    for (int row = 0; row < PQntuples(result); row++) {
        for (int column = 0; column < PQnfields(result); column++)
            add_cell(rows, column,
                     PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column));
        test_text_add(rows, "\n");
    }
    PQclear(result);
}

static void query_sqlite(test_database *database, const char *sql, test_text *rows)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database->sqlite, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        fail_msg("%.200s: %s", sql, sqlite3_errmsg(database->sqlite));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int column = 0; column < sqlite3_column_count(statement); column++)
            add_cell(rows, column, (const char *)sqlite3_column_text(statement, column));
        test_text_add(rows, "\n");
    }
    if (code != SQLITE_DONE)
        fail_msg("%.200s: %s", sql, sqlite3_errmsg(database->sqlite));
    (void)sqlite3_finalize(statement);
}

static char *query_direct(test_database *database, const char *sql)
{
    test_text rows = {0};
    test_text_add(&rows, "%s", "");
    if (database->postgresql)
        query_postgresql(database, sql, &rows);
    else
        query_sqlite(database, sql, &rows);
    return rows.data;
}

char *test_query(test_database *database, const char *format, ...)
{
    char sql[8192];
    FORMAT_SQL(sql, format);
    return query_direct(database, sql);
}

long long test_number(test_database *database, const char *format, ...)
{
    char sql[8192];
    FORMAT_SQL(sql, format);
    char *rows = query_direct(database, sql);
    char *end = rows;
    long long number = strtoll(rows, &end, 10);
    if (end == rows)
        fail_msg("%s gave no number: %s", sql, rows);
    free(rows);
    return number;
}

char *test_fill_in(const char *sql, long long number)
{
    test_text text = {0};
    for (; *sql != '\0'; sql++) {
        if (*sql == '@')
            test_text_add(&text, "%lld", number);
        else
            test_text_add_bytes(&text, sql, 1);
    }
    return text.data;
}

enum { SESSIONS = sizeof((test_database *)0)->sessions / sizeof(orm_session *) };

static orm_session **session_slot(test_database *database, const orm_session *db)
{
    for (size_t i = 0; i < SESSIONS; i++)
        if (database->sessions[i] == db)
            return &database->sessions[i];
    fail_msg("too many sessions, or an unknown one");
    return NULL;
}

orm_session *test_session_with(test_database *database, const orm_session_options *options)
{
    orm_error error;
    orm_session **slot = session_slot(database, NULL);
    if (orm_session_open(database->engine, options, slot, &error) != ORM_OK)
        fail_msg("no session: %s", error.message);
    return *slot;
}

orm_session *test_session(test_database *database)
{
    return test_session_with(database, NULL);
}

void test_session_close(test_database *database, orm_session *db)
{
    *session_slot(database, db) = NULL;
    orm_session_close(db);
}

void test_close_sessions(test_database *database)
{
    for (size_t i = 0; i < SESSIONS; i++) {
        orm_session_close(database->sessions[i]);
        database->sessions[i] = NULL;
    }
}

void test_check_status(const orm_session *db, orm_status status, orm_status wanted,
                       const char *file, int line)
{
    char report[2048] = "";
    if (status == wanted)
        return;
    if (status != ORM_OK)
        (void)orm_error_format(orm_session_error(db), report, sizeof report);
    print_error("%s, not %s\n", orm_status_name(status), orm_status_name(wanted));
    print_error("%.900s\n", report);
    _fail(file, line);
}

static bool is_control(const char *sql)
{
    static const char *const words[] = {"BEGIN",     "COMMIT",  "ROLLBACK", "START",
                                        "SAVEPOINT", "RELEASE", "END",      "DEALLOCATE"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncasecmp(sql, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static int trace(unsigned kind, void *context, void *statement, void *text)
{
    test_database *database = context;
    const char *sql = text;
    (void)kind;
    /* "--" announces a trigger. */
    if (is_control(sql) || strncmp(sql, "--", 2) == 0)
        return 0;
    atomic_fetch_add(&database->traced, 1);
    if (sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_RUN, 0) == 0)
        atomic_fetch_add(&database->traced_first, 1);
    return 0;
}

static int on_connect(void *context, sqlite3 *handle)
{
    test_database *database = context;
    if (database->on_connect != NULL && database->on_connect(NULL, handle) != 0)
        return 1;
    return sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, trace, database);
}

/* What stands behind "duration: 0.1 ms  execute name: ", or NULL for another entry. */
static const char *entry_sql(const char *line, const char *verb)
{
    const char *duration = strstr(line, "LOG:  duration: ");
    if (duration == NULL)
        return NULL;
    const char *at = strstr(duration, " ms  ");
    if (at == NULL || strncmp(at + 5, verb, strlen(verb)) != 0)
        return NULL;
    const char *colon = strstr(at, ": ");
    return colon == NULL ? NULL : colon + 2;
}

/* Whether the library wrote the line: "time [pid] database application LOG: …". */
static bool is_ours(const test_database *database, const char *line)
{
    const char *at = strstr(line, "] ");
    size_t size = strlen(database->name);
    if (line[0] < '0' || line[0] > '9' || at == NULL)
        return false;
    at += 2;
    if (strncmp(at, database->name, size) != 0 || at[size] != ' ')
        return false;
    return strncmp(at + size + 1, "direct ", 7) != 0;
}

static void read_log(test_database *database, test_counts *counts)
{
    char line[1024];
    bool whole = true;
    FILE *log = fopen(getenv("ORM_TEST_POSTGRESQL_LOG"), "r");
    assert_non_null(log);
    assert_int_equal(fseek(log, database->log_at, SEEK_SET), 0);
    while (fgets(line, sizeof line, log) != NULL) {
        bool starts = whole;
        whole = strchr(line, '\n') != NULL;
        if (!starts || !is_ours(database, line))
            continue;
        const char *sql = entry_sql(line, "execute ");
        if (sql == NULL)
            sql = entry_sql(line, "statement");
        if (sql != NULL && !is_control(sql))
            counts->statements++;
        sql = entry_sql(line, "parse ");
        if (sql != NULL && !is_control(sql))
            counts->prepared++;
    }
    (void)fclose(log);
}

void test_count_start(test_database *database)
{
    atomic_store(&database->traced, 0);
    atomic_store(&database->traced_first, 0);
    if (!database->postgresql)
        return;
    FILE *log = fopen(getenv("ORM_TEST_POSTGRESQL_LOG"), "r");
    assert_non_null(log);
    assert_int_equal(fseek(log, 0, SEEK_END), 0);
    database->log_at = ftell(log);
    (void)fclose(log);
}

int test_count_starting(test_database *database, const char *start)
{
    char line[512];
    int count = 0;
    FILE *log = fopen(getenv("ORM_TEST_POSTGRESQL_LOG"), "r");
    assert_non_null(log);
    assert_int_equal(fseek(log, database->log_at, SEEK_SET), 0);
    while (fgets(line, sizeof line, log) != NULL) {
        const char *sql = is_ours(database, line) ? entry_sql(line, "execute ") : NULL;
        count += sql != NULL && strncmp(sql, start, strlen(start)) == 0;
    }
    (void)fclose(log);
    return count;
}

test_counts test_count(test_database *database)
{
    test_counts counts = {atomic_load(&database->traced), atomic_load(&database->traced_first)};
    if (database->postgresql)
        read_log(database, &counts);
    return counts;
}

void test_check_counts(test_database *database, long long statements, long long prepared,
                       const char *file, int line)
{
    test_counts counts = test_count(database);
    test_count_start(database);
    if (counts.statements == statements && (prepared < 0 || counts.prepared == prepared))
        return;
    print_error("%lld statements were sent, not %lld; %lld were prepared, not %lld\n",
                counts.statements, statements, counts.prepared, prepared);
    _fail(file, line);
}
