#include <string.h>
#include <sys/stat.h>

#include "database/describe.h"
#include "schema/load.h"
#include "schema/sql_scan.h"

enum { WIDTH = 80 };

/* What is to be explained. */
struct task {
    struct arena *arena;
    struct connection connection;
    bool analyze;
    struct pointers given; /* NAME=VALUE, as written */
};

/* A plan's line, its indentation kept. */
static void print_line(const char *line)
{
    size_t indent = strspn(line, " ");
    size_t shown = (indent > WIDTH / 2 ? WIDTH / 2 : indent) + 2;
    size_t column = 0;

    for (const char *at = line + indent; *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");

        if (column && column + 1 + size <= WIDTH) {
            column += 1 + size;
            printf(" %.*s", (int)size, at);
        } else {
            size_t before = shown + (column ? 6 : 0);

            printf("%s%*s%.*s", column ? "\n" : "", (int)before, "", (int)size, at);
            column = before + size;
        }
        at += size;
    }
    putchar('\n');
}

/* The statement as it is written, its lines set in. */
static void print_sql(struct arena *arena, const char *name, const char *sql)
{
    if (name)
        printf("%s\n", name);
    for (const char *at = sql; *at;) {
        size_t length = strcspn(at, "\n");

        if (length + 2 > WIDTH)
            print_line(arena_copy(arena, at, length));
        else
            printf("  %.*s\n", (int)length, at);
        at += length + (at[length] != '\0');
    }
    puts("plan:");
}

static const char *value_of(const struct task *task, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < task->given.count; i++) {
        const char *word = task->given.items[i];

        if (strncmp(word, name, length) == 0 && word[length] == '=')
            return word + length + 1;
    }
    return NULL;
}

static bool refuse_postgresql(struct task *task, PGresult *result)
{
    report_error("%s", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
                           ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
                           : PQerrorMessage(task->connection.pg));
    PQclear(result);
    return false;
}

static bool run_plain(struct task *task, const char *sql)
{
    PGresult *result = PQexec(task->connection.pg, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return refuse_postgresql(task, result);
    for (int i = 0; i < PQntuples(result); i++)
        print_line(PQgetvalue(result, i, 0));
    PQclear(result);
    return true;
}

/* "orm_explain('a', NULL)": as a call, the server gives each value the type of its parameter. */
static const char *call_text(struct task *task, const struct statement *statement)
{
    struct text call = {0};

    text_add_string(task->arena, &call, "EXECUTE orm_explain");
    for (size_t i = 0; i < statement->param_count; i++) {
        const char *value = value_of(task, statement->params[i].name);
        char *quoted = value ? PQescapeLiteral(task->connection.pg, value, strlen(value)) : NULL;

        text_add_string(task->arena, &call, i ? ", " : "(");
        text_add_string(task->arena, &call, quoted ? quoted : "NULL");
        PQfreemem(quoted);
    }
    text_add_string(task->arena, &call, statement->param_count ? ")" : "");
    return call.text;
}

static bool lacks_values(const struct task *task, const struct statement *statement)
{
    for (size_t i = 0; i < statement->param_count; i++)
        if (!value_of(task, statement->params[i].name))
            return true;
    return false;
}

/*
 * Without values the plan is the one for any. What is analyzed is run, and taken back.
 */
static bool explain_on_postgresql(struct task *task, const struct statement *statement)
{
    PGconn *pg = task->connection.pg;
    const char *verb = task->analyze ? "EXPLAIN (ANALYZE, BUFFERS) " : "EXPLAIN ";
    Oid *types = arena_array(task->arena, statement->param_count, sizeof *types);
    PGresult *result;
    bool ok;

    for (size_t i = 0; i < statement->param_count; i++)
        types[i] = describe_parameter(&statement->params[i]);
    result = PQprepare(pg, "orm_explain", statement->sql, (int)statement->param_count, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return refuse_postgresql(task, result);
    PQclear(result);
    ok = run_plain(task, "BEGIN") &&
         run_plain(task, lacks_values(task, statement)
                             ? "SET LOCAL plan_cache_mode = force_generic_plan"
                             : "SET LOCAL plan_cache_mode = force_custom_plan");
    if (ok)
        print_sql(task->arena, *statement->name ? statement->name : NULL, statement->sql);
    ok = ok && run_plain(task, arena_format(task->arena, "%s%s", verb, call_text(task, statement)));
    ok = run_plain(task, "ROLLBACK") && ok;
    return run_plain(task, "DEALLOCATE orm_explain") && ok;
}

/* The depth of a node below those that are its ancestors. */
static size_t depth_of(const struct cells *cells, size_t row)
{
    size_t depth = 0;

    for (size_t i = row; i-- > 0;)
        if (strcmp(cells->items[i * cells->columns], cells->items[row * cells->columns + 1]) == 0)
            return 1 + depth_of(cells, i);
    return depth;
}

static bool explain_on_sqlite(struct task *task, const struct statement *statement)
{
    const char **values = arena_array(task->arena, statement->param_count, sizeof *values);
    struct cells cells;

    for (size_t i = 0; i < statement->param_count; i++)
        values[i] = value_of(task, statement->params[i].name);
    if (!connection_rows(&task->connection,
                         arena_format(task->arena, "EXPLAIN QUERY PLAN %s", statement->sql), values,
                         statement->param_count, &cells))
        return false;
    print_sql(task->arena, *statement->name ? statement->name : NULL, statement->sql);
    for (size_t i = 0; i < cells.rows; i++)
        print_line(arena_format(task->arena, "%*s%s", (int)(2 * depth_of(&cells, i)), "",
                                cells.items[i * cells.columns + 3]));
    return true;
}

static bool has_parameter(const struct statement *statement, const char *word)
{
    size_t length = strcspn(word, "=");

    for (size_t i = 0; i < statement->param_count; i++)
        if (strlen(statement->params[i].name) == length &&
            memcmp(statement->params[i].name, word, length) == 0)
            return true;
    return false;
}

/* The first word that gives no value to a parameter of the statements; NULL: there is none. */
static const char *find_stray(const struct task *task, const struct pointers *statements)
{
    for (size_t i = 0; i < task->given.count; i++) {
        const char *word = task->given.items[i];
        bool taken = false;

        for (size_t k = 0; k < statements->count && strchr(word, '='); k++)
            taken = taken || has_parameter(statements->items[k], word);
        if (!taken)
            return word;
    }
    return NULL;
}

static enum exit_code explain(struct task *task, const struct statement *statement)
{
    bool ok;

    if (task->analyze && lacks_values(task, statement))
        return wrong_command(&command_explain,
                             "explain: --analyze runs the statement; give every parameter a value, "
                             "NAME=VALUE");
    if (task->analyze && task->connection.sqlite)
        return wrong_command(&command_explain, "explain: SQLite can't analyze");
    ok = task->connection.pg ? explain_on_postgresql(task, statement)
                             : explain_on_sqlite(task, statement);
    return ok ? EXIT_FINE : EXIT_WRONG_INPUT;
}

static enum exit_code explain_all(struct task *task, const struct pointers *statements)
{
    const char *stray = find_stray(task, statements);
    enum exit_code code = EXIT_FINE;

    if (stray) /* the value may be a secret */
        return wrong_command(&command_explain,
                             "explain: '%.*s' is no parameter of what is explained; a value is "
                             "given as NAME=VALUE",
                             (int)strcspn(stray, "="), stray);
    for (size_t i = 0; i < statements->count && code == EXIT_FINE; i++) {
        if (i)
            putchar('\n');
        code = explain(task, statements->items[i]);
    }
    return code;
}

/* SQL from the command line, as a statement without a name. */
static bool read_words(struct task *task, struct diagnostics *diags, const char *sql,
                       struct statement *to)
{
    const struct source *source = diagnostics_add_source(diags, "SQL", sql, strlen(sql));
    struct sql_scan scan = sql_scan_of(source);
    struct column *params = arena_array(task->arena, strlen(sql), sizeof *params);
    struct text text = {0};
    bool ended = false;

    for (struct sql_token token = sql_scan_next(&scan); token.kind != SQL_TOKEN_END;
         token = sql_scan_next(&scan)) {
        size_t at = 0;

        if (token.kind == SQL_TOKEN_FAULT) {
            diagnostics_error(diags, token.at, "%s", token.fault);
            return false;
        }
        if (token.kind == SQL_TOKEN_BLANK || token.kind == SQL_TOKEN_NOTE ||
            token.kind == SQL_TOKEN_COMMENT) {
            bool kept = token.kind == SQL_TOKEN_BLANK;

            text_add(task->arena, &text, kept ? token.text : " ", kept ? token.length : 1);
            continue;
        }
        if (ended && token.kind != SQL_TOKEN_SEMICOLON) {
            diagnostics_error(diags, token.at,
                              "a second statement begins here; explain each by "
                              "itself");
            return false;
        }
        if (token.kind != SQL_TOKEN_PARAMETER) {
            ended = token.kind == SQL_TOKEN_SEMICOLON;
            text_add(task->arena, &text, token.text, ended ? 0 : token.length);
            continue;
        }
        while (at < to->param_count && (strlen(params[at].name) != token.length ||
                                        memcmp(params[at].name, token.text, token.length) != 0))
            at++;
        if (at == to->param_count)
            params[to->param_count++].name = arena_copy(task->arena, token.text, token.length);
        text_add_string(task->arena, &text, arena_format(task->arena, "$%zu", at + 1));
    }
    to->name = "";
    to->sql = text.text ? text.text : "";
    to->params = params;
    return true;
}

static enum exit_code explain_words(struct task *task, struct diagnostics *diags, const char *sql)
{
    struct statement statement = {0};
    struct pointers statements = {0};

    if (read_words(task, diags, sql, &statement)) {
        pointers_add(task->arena, &statements, &statement);
        return explain_all(task, &statements);
    }
    report_print(diags);
    return EXIT_WRONG_INPUT;
}

/* Files are read once, under the first of their paths. */
static bool is_same_file(const char *left, const char *right)
{
    struct stat one;
    struct stat other;

    return strcmp(left, right) == 0 || (stat(left, &one) == 0 && stat(right, &other) == 0 &&
                                        one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

/* The statements of a file, or the one of that name. */
static enum exit_code explain_file(struct task *task, const struct schema *schema, const char *path,
                                   const char *name)
{
    struct pointers statements = {0};

    for (size_t i = 0; i < schema->statement_file_count; i++) {
        const struct statement_file *file = &schema->statement_files[i];

        for (size_t k = 0; k < file->statement_count && is_same_file(file->path, path); k++)
            if (!name || strcmp(file->statements[k].name, name) == 0)
                pointers_add(task->arena, &statements, &file->statements[k]);
    }
    if (statements.count)
        return explain_all(task, &statements);
    report_error("%s: there is no statement '%s'", path, name ? name : "");
    return EXIT_WRONG_INPUT;
}

static bool ends_in(const char *word, size_t length, const char *ending)
{
    size_t size = strlen(ending);

    return length > size && memcmp(word + length - size, ending, size) == 0;
}

/* FILE.sql or FILE.sql:NAME, beside any YAML files; else the words are SQL. */
static enum exit_code explain_what(struct task *task, const struct database_words *words)
{
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    const char **paths = arena_array(task->arena, words->file_count, sizeof *paths);
    size_t count = 0;
    const char *what = NULL;
    const char *name = NULL;
    enum exit_code code = EXIT_WRONG_COMMAND;

    for (size_t i = 0; i < words->file_count; i++) {
        const char *word = words->files[i];
        const char *colon = strrchr(word, ':');
        size_t length = strlen(word);

        if (ends_in(word, length, ".yaml") || ends_in(word, length, ".yml"))
            paths[count++] = word;
        else if (what)
            pointers_add(task->arena, &task->given, arena_text(task->arena, word));
        else if (colon && ends_in(word, (size_t)(colon - word), ".sql")) {
            what = paths[count++] = arena_copy(task->arena, word, (size_t)(colon - word));
            name = colon + 1;
        } else
            what = ends_in(word, length, ".sql") ? (paths[count++] = word) : word;
    }
    if (!what) {
        wrong_command(&command_explain, "explain: no SQL given");
    } else if (!ends_in(what, strlen(what), ".sql")) {
        code = explain_words(task, diags, what);
    } else if (schema_load_draft(paths, count, &schema, diags)) {
        code = explain_file(task, schema, what, name);
    } else {
        report_print(diags);
        code = EXIT_WRONG_INPUT;
    }
    schema_free(schema);
    diagnostics_free(diags);
    return code;
}

static enum exit_code run_explain(struct arena *arena, int count, char **words)
{
    struct task task = {.arena = arena};
    struct database_words read;
    enum exit_code code;

    if (!database_words_read(&command_explain, arena, DATABASE_ANALYZE, count, words, &read))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_explain, stdout);
        return EXIT_FINE;
    }
    if (!read.file_count)
        return wrong_command(&command_explain, "explain: no SQL given");
    task.analyze = read.analyze;
    if (!connection_open(arena, read.url, &task.connection))
        return EXIT_WRONG_INPUT;
    code = explain_what(&task, &read);
    connection_close(&task.connection);
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "show how a database would run a statement",
    .help = "orm explain - show how a database would run a statement\n"
            "\n"
            "Usage:\n"
            "  orm explain --url URL [--analyze] SQL [NAME=VALUE...]\n"
            "  orm explain --url URL [--analyze] [MODELS...] FILE.sql[:NAME] [NAME=VALUE...]\n"
            "\n"
            "Prints the plan of a statement, of a named one in a file, or of all in a file,\n"
            "80 columns wide. Parameters are written :NAME; those that are given a value are\n"
            "planned for it, without values the plan is that for any. Give the models when\n"
            "the file names enums or models. The queries of a program explain themselves by\n"
            "<model>_explain.\n"
            "\n"
            "Options:\n"
            "  --url URL   the database, postgresql://... or sqlite:PATH; without it, that\n"
            "              of the variable ORM_DATABASE_URL\n"
            "  --analyze   run it too, and roll back (PostgreSQL); every parameter needs a\n"
            "              value\n"
            "  -h, --help  show this page\n"
            "\n"
            "Examples:\n"
            "  orm explain --url sqlite:shop.db \"SELECT * FROM orders WHERE user_id = :id\"\n"
            "  orm explain --url postgresql:///shop shop.yaml shop.sql:top_customers\n"
            "  orm explain --url postgresql:///shop --analyze shop.sql:of_user id=7\n",
    .run_words = run_explain,
};
