#include "database/connection.h"

#include <stdlib.h>
#include <string.h>

#include "library/order.h"

static bool is_postgresql(const char *url)
{
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0 ||
           (strncmp(url, "sqlite:", 7) != 0 && strchr(url, '=') != NULL);
}

static const char *value_of(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val ? options->val : "";
    return "";
}

static bool is_local(const char *hosts)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "::1"};

    while (*hosts) {
        size_t size = strcspn(hosts, ",");
        bool local = !size || *hosts == '/' || *hosts == '@';

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            local = local || (strlen(names[i]) == size && memcmp(hosts, names[i], size) == 0);
        if (!local)
            return false;
        hosts += size + (hosts[size] == ',');
    }
    return true;
}

/*
 * As the library does: what the URL and the environment say is honoured, and a remote host that
 * nothing is said of must prove who it is.
 */
static const char *ssl_mode(const char *url)
{
    PQconninfoOption *given = PQconninfoParse(url, NULL);
    PQconninfoOption *defaults = PQconndefaults();
    const char *mode = NULL;
    bool chosen;
    bool local;

    if (given && defaults) {
        const char *host = value_of(given, "host");
        const char *address = value_of(given, "hostaddr");
        const char *usual = value_of(defaults, "sslmode");

        host = *host || *address ? host : value_of(defaults, "host");
        local = is_local(*address ? address : host) && is_local(host);
        chosen = *value_of(given, "sslmode") || *value_of(given, "service") ||
                 (*usual && strcmp(usual, "prefer") != 0);
        mode = local || chosen ? NULL : "verify-full";
    }
    PQconninfoFree(given);
    PQconninfoFree(defaults);
    return mode;
}

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static bool open_postgresql(const char *url, struct connection *connection)
{
    const char *mode = ssl_mode(url);
    const char *const names[] = {"dbname",
                                 "connect_timeout",
                                 "client_encoding",
                                 "fallback_application_name",
                                 mode ? "sslmode" : NULL,
                                 NULL};
    const char *const values[] = {url, "15", "UTF8", "orm", mode, NULL};
    PQconninfoOption *parsed = PQconninfoParse(url, NULL);

    if (!parsed) {
        /* libpq would quote what it stumbled over, which may be the password. */
        report_error("the URL is no valid postgresql:// URL or list of keyword=value");
        return false;
    }
    PQconninfoFree(parsed);
    connection->pg = PQconnectdbParams(names, values, 1);
    if (PQstatus(connection->pg) == CONNECTION_OK) {
        PQsetNoticeProcessor(connection->pg, ignore_notice, NULL);
        return true;
    }
    report_error("%s%s", PQerrorMessage(connection->pg),
                 mode ? "a remote host must prove its name (sslmode=verify-full) unless the URL "
                        "says another sslmode"
                      : "");
    return false;
}

static void give_null(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    sqlite3_result_null(context);
}

/* What the library registers on its connections: keys in its order, and enough for statements to
 * be prepared. */
static void register_library(sqlite3 *sqlite)
{
    static const char *const functions[] = {"orm_like", "orm_ilike"};

    sqlite3_create_collation(sqlite, "ORM_NUMERIC", SQLITE_UTF8, NULL, library_compare_numerics);
    sqlite3_create_collation(sqlite, "ORM_INTERVAL", SQLITE_UTF8, NULL, library_compare_intervals);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        sqlite3_create_function(sqlite, functions[i], 2, SQLITE_UTF8, NULL, give_null, NULL, NULL);
}

static bool open_sqlite(const char *url, struct connection *connection)
{
    const char *path = url + strlen("sqlite:");
    int create = strcmp(path, ":memory:") == 0 ? SQLITE_OPEN_CREATE : 0;
    int code;

    if (!*path) { /* SQLite would make an empty database of its own */
        report_error("the URL names no file behind sqlite:");
        return false;
    }
    code = sqlite3_open_v2(path, &connection->sqlite, SQLITE_OPEN_READWRITE | create, NULL);
    sqlite3_busy_timeout(connection->sqlite, 5000);
    if (code == SQLITE_OK) /* the file is read only now */
        code = sqlite3_exec(connection->sqlite, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        report_error("%s: %s", path, sqlite3_errmsg(connection->sqlite));
        return false;
    }
    register_library(connection->sqlite);
    return true;
}

bool connection_open(struct arena *arena, const char *url, struct connection *connection_out)
{
    bool ok = false;

    *connection_out = (struct connection){.arena = arena};
    url = url ? url : getenv("ORM_DATABASE_URL");
    if (!url || !*url)
        report_error("which database? Give --url URL or set ORM_DATABASE_URL");
    else if (is_postgresql(url))
        ok = open_postgresql(url, connection_out);
    else if (strncmp(url, "sqlite:", 7) == 0)
        ok = open_sqlite(url, connection_out);
    else
        report_error("the URL begins with neither postgresql:// nor sqlite:");
    if (!ok)
        connection_close(connection_out);
    return ok;
}

void connection_close(struct connection *connection)
{
    PQfinish(connection->pg);
    sqlite3_close(connection->sqlite);
    connection->pg = NULL;
    connection->sqlite = NULL;
}

const char *connection_kind(const struct connection *connection)
{
    return connection->pg ? "postgresql" : "sqlite";
}

static bool rows_of_postgresql(struct connection *connection, const char *sql,
                               const char *const *values, size_t count, struct cells *cells)
{
    PGresult *result = PQexecParams(connection->pg, sql, (int)count, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    bool ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;

    if (!ok)
        connection->fault = arena_text(connection->arena, PQerrorMessage(connection->pg));
    cells->rows = (size_t)PQntuples(result);
    cells->columns = (size_t)PQnfields(result);
    cells->items = arena_array(connection->arena, cells->rows * cells->columns, sizeof(char *));
    for (size_t i = 0; ok && i < cells->rows * cells->columns; i++) {
        int row = (int)(i / cells->columns);
        int column = (int)(i % cells->columns);

        if (!PQgetisnull(result, row, column))
            cells->items[i] = arena_text(connection->arena, PQgetvalue(result, row, column));
    }
    PQclear(result);
    return ok;
}

static bool rows_of_sqlite(struct connection *connection, const char *sql,
                           const char *const *values, size_t count, struct cells *cells)
{
    struct arena *arena = connection->arena;
    struct pointers items = {0};
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->sqlite, sql, -1, &statement, NULL);

    for (size_t i = 0; code == SQLITE_OK && i < count; i++)
        code = sqlite3_bind_text(statement, (int)i + 1, values[i], -1, SQLITE_STATIC);
    cells->columns = code == SQLITE_OK ? (size_t)sqlite3_column_count(statement) : 0;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        for (int i = 0; code == SQLITE_ROW && i < (int)cells->columns; i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);

            pointers_add(arena, &items, text ? arena_text(arena, text) : NULL);
        }
    }
    if (code != SQLITE_DONE)
        connection->fault = arena_text(arena, sqlite3_errmsg(connection->sqlite));
    sqlite3_finalize(statement);
    cells->rows = cells->columns ? items.count / cells->columns : 0;
    cells->items = (const char **)items.items;
    return code == SQLITE_DONE;
}

bool connection_try(struct connection *connection, const char *sql, const char *const *values,
                    size_t count, struct cells *cells_out)
{
    *cells_out = (struct cells){0};
    return connection->pg ? rows_of_postgresql(connection, sql, values, count, cells_out)
                          : rows_of_sqlite(connection, sql, values, count, cells_out);
}

bool connection_rows(struct connection *connection, const char *sql, const char *const *values,
                     size_t count, struct cells *cells_out)
{
    bool ok = connection_try(connection, sql, values, count, cells_out);

    if (!ok)
        report_error("%s", connection->fault);
    return ok;
}
