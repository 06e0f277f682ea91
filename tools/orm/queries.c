#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "database/describe.h"
#include "naming/names.h"
#include "schema/load.h"
#include "schema/sql_scan.h"

/* One run of `orm queries check`. */
struct judge {
    struct arena *arena;
    struct diagnostics *diags;
    struct connection connection;
    const struct schema *schema;
    const struct source *source; /* of the file looked at */
    const struct statement *statement;
    bool write;
    bool complete;         /* all that the statement lacks is known */
    struct text additions; /* annotations to be written for it */
    struct file_set changed;
    size_t written;
};

static struct span span_of(const struct judge *judge, struct place place, const char *text)
{
    return (struct span){.source = judge->source,
                         .line = place.line,
                         .column = place.column,
                         .width = (unsigned)strlen(text)};
}

static struct span name_span(const struct judge *judge)
{
    return span_of(judge, judge->statement->place, judge->statement->name);
}

/* PostgreSQL is told no type for enums: the first place of one has to say which it is. */
static bool is_enum_without_place(const struct statement *statement, const char *fault)
{
    const char *const lead = "could not determine data type of parameter $";
    const char *at = strstr(fault, lead);
    unsigned long number = at ? strtoul(at + strlen(lead), NULL, 10) : 0;

    return number > 0 && number <= statement->param_count &&
           statement->params[number - 1].type.kind == TYPE_ENUM;
}

static void report_fault(struct judge *judge, const struct description *found)
{
    const struct statement *statement = judge->statement;
    size_t length = strlen(statement->sql);
    struct span at = name_span(judge);

    if (found->fault_at < length)
        at = sql_span_at(judge->source, statement->origins[found->fault_at]);
    diagnostics_error(judge->diags, at, "'%s' is refused: %s%s", statement->name, found->fault,
                      is_enum_without_place(statement, found->fault)
                          ? "; compare an enum's parameter before 'IS NULL' asks for it: "
                            "'state = :state OR :state IS NULL'"
                          : "");
    judge->complete = false;
}

static const struct described *find(const struct description *found, const char *name)
{
    for (size_t i = 0; i < found->column_count; i++)
        if (strcmp(found->columns[i].name, name) == 0)
            return &found->columns[i];
    return NULL;
}

static void report_missing(struct judge *judge, const struct description *found, struct span at,
                           const char *name)
{
    struct suggestion near = suggest_for(name);

    for (size_t i = 0; i < found->column_count; i++)
        suggest_offer(&near, found->columns[i].name);
    diagnostics_error(judge->diags, at, "the statement returns no column '%s'%s", name,
                      suggest_text(judge->arena, &near));
}

static void judge_column(struct judge *judge, const struct description *found,
                         const struct column *wanted)
{
    const struct described *column = find(found, wanted->name);
    struct span at = span_of(judge, wanted->place, wanted->name);

    if (!column)
        report_missing(judge, found, at, wanted->name);
    else if (!describe_fits(&judge->connection, column, wanted))
        diagnostics_error(
            judge->diags, at, "'%s' is %s in the database, which %s can't hold%s%s%s", wanted->name,
            column->db_type, wanted->type.text, column->type ? "; write '" : "",
            column->type ? arena_format(judge->arena, "-- column: %s %s%s", wanted->name,
                                        column->type, wanted->nullable ? " nullable" : "")
                         : "",
            column->type ? "'" : "");
    else if (!wanted->nullable && column->nulls == NULLS_POSSIBLE)
        diagnostics_error(judge->diags, at,
                          "'%s' can be NULL in the database; write '-- column: %s %s nullable', or "
                          "see to it in the SQL, as with coalesce",
                          wanted->name, wanted->name, wanted->type.text);
}

static void judge_model(struct judge *judge, const struct description *found)
{
    const struct model *model = judge->statement->returns;

    for (size_t i = 0; i < model->column_count; i++) {
        const struct column *wanted = &model->columns[i];
        const struct described *column = find(found, wanted->db_name);

        if (!column)
            report_missing(judge, found, name_span(judge), wanted->db_name);
        else if (!describe_fits(&judge->connection, column, wanted))
            diagnostics_error(judge->diags, name_span(judge),
                              "'%s' is %s in the database and %s in model '%s'", wanted->db_name,
                              column->db_type, wanted->type.text, model->name);
    }
}

static void judge_param(struct judge *judge, const struct column *wanted,
                        const struct described *found)
{
    bool own_type = wanted->type.kind == TYPE_ENUM && found->element && !wanted->type.array;
    bool is_text = own_type && !found->user_type;

    if (!own_type || is_text || strcmp(found->element, wanted->type.enumeration->db_name) == 0)
        return;
    diagnostics_error(judge->diags, span_of(judge, wanted->place, wanted->name),
                      "':%s' is of type %s in the database, and the enum '%s' of type \"%s\"",
                      wanted->name, found->db_type, wanted->type.enumeration->name,
                      wanted->type.enumeration->db_name);
}

static void add(struct judge *judge, const char *line)
{
    text_add_string(judge->arena, &judge->additions, line);
}

static void lack_param(struct judge *judge, const struct column *wanted,
                       const struct described *found)
{
    const char *line =
        found->type ? arena_format(judge->arena, "-- param: %s %s", wanted->name, found->type)
                    : NULL;

    if (line)
        add(judge, arena_format(judge->arena, "%s\n", line));
    if (line && judge->write)
        return;
    judge->complete = false;
    diagnostics_error(judge->diags, span_of(judge, wanted->place, wanted->name),
                      line ? "nothing says what ':%s' is; write '%s'"
                           : "nothing says what ':%s' is, and %s does not tell; write '-- param: "
                             "%s TYPE'",
                      wanted->name, line ? line : connection_kind(&judge->connection),
                      wanted->name);
}

static void lack_column(struct judge *judge, const struct described *found)
{
    bool nullable = found->nulls != NULLS_NEVER;
    struct span at = name_span(judge);

    if (found->type)
        add(judge, arena_format(judge->arena, "-- column: %s %s%s\n", found->name, found->type,
                                nullable ? " nullable" : ""));
    if (!name_fault(found->name) && found->type && judge->write)
        return;
    judge->complete = false;
    if (name_fault(found->name))
        diagnostics_error(judge->diags, at,
                          "'%s' returns a column \"%s\", which can't be a name in C; name it in "
                          "the SQL with AS",
                          judge->statement->name, found->name);
    else if (found->type)
        diagnostics_error(judge->diags, at,
                          "nothing says what column '%s' of '%s' is; write '-- column: %s %s%s'",
                          found->name, judge->statement->name, found->name, found->type,
                          nullable ? " nullable" : "");
    else
        diagnostics_error(judge->diags, at,
                          "nothing says what column '%s' of '%s' is, and %s does not tell; write "
                          "'-- column: %s TYPE'",
                          found->name, judge->statement->name, connection_kind(&judge->connection),
                          found->name);
}

/* Columns are found by their names. */
static void judge_names(struct judge *judge, const struct description *found)
{
    for (size_t i = 0; i < found->column_count; i++) {
        const char *name = found->columns[i].name;

        if (find(found, name) == &found->columns[i])
            continue;
        diagnostics_error(judge->diags, name_span(judge),
                          "'%s' returns two columns \"%s\"; tell them apart in the SQL with AS",
                          judge->statement->name, name);
        judge->complete = false;
    }
}

static void judge_rows(struct judge *judge, const struct description *found)
{
    const struct statement *statement = judge->statement;

    if (statement->kind == STATEMENT_EXEC)
        return;
    if (!found->column_count) {
        diagnostics_error(judge->diags, name_span(judge), "'%s' returns no rows; write ':exec'",
                          statement->name);
        judge->complete = false;
        return;
    }
    for (size_t i = 0; i < statement->column_count; i++)
        judge_column(judge, found, &statement->columns[i]);
    if (statement->returns)
        judge_model(judge, found);
    if (statement->lacks_columns)
        judge_names(judge, found);
    for (size_t i = 0; statement->lacks_columns && i < found->column_count; i++)
        lack_column(judge, &found->columns[i]);
}

static void judge_statement(struct judge *judge, const struct statement *statement)
{
    struct description found = describe(&judge->connection, judge->schema, statement);

    judge->statement = statement;
    judge->complete = true;
    judge->additions = (struct text){0};
    if (found.fault) {
        report_fault(judge, &found);
        return;
    }
    for (size_t i = 0; i < statement->param_count; i++) {
        const struct described nothing = {0};
        const struct described *param = i < found.param_count ? &found.params[i] : &nothing;

        if (statement->params[i].type.text)
            judge_param(judge, &statement->params[i], param);
        else
            lack_param(judge, &statement->params[i], param);
    }
    judge_rows(judge, &found);
}

/* The start of the line that the SQL begins on: annotations go before it. */
static size_t line_start(const struct source *source, size_t offset)
{
    while (offset && !strchr("\n\r", source->text[offset - 1]))
        offset--;
    return offset;
}

/* The annotations for the file, whose lines end as the one before does. */
static void add_lines(struct judge *judge, size_t at, struct text *made)
{
    const char *before = judge->source->text + at;
    const char *ending = at > 1 && memcmp(before - 2, "\r\n", 2) == 0 ? "\r\n"
                         : at && before[-1] == '\r'                   ? "\r"
                                                                      : "\n";

    for (const char *line = judge->additions.text; *line;) {
        size_t length = strcspn(line, "\n");

        text_add(judge->arena, made, line, length);
        text_add_string(judge->arena, made, ending);
        line += length + 1;
    }
}

static void judge_file(struct judge *judge, const struct statement_file *file)
{
    struct text made = {0};
    size_t kept = 0;
    size_t before = judge->written;

    judge->source = diagnostics_source(judge->diags, file->path);
    text_add_string(judge->arena, &made, judge->source->marked ? UTF8_MARK : "");
    for (size_t i = 0; i < file->statement_count; i++) {
        size_t at = line_start(judge->source, file->statements[i].sql_offset);

        judge_statement(judge, &file->statements[i]);
        if (!judge->write || !judge->complete || !judge->additions.length || at < kept)
            continue;
        text_add(judge->arena, &made, judge->source->text + kept, at - kept);
        add_lines(judge, at, &made);
        kept = at;
        judge->written++;
    }
    if (judge->written == before)
        return;
    text_add(judge->arena, &made, judge->source->text + kept, judge->source->length - kept);
    files_add(&judge->changed, file->path, made.text, made.length);
}

static size_t statement_count(const struct schema *schema)
{
    size_t count = 0;

    for (size_t i = 0; i < schema->statement_file_count; i++)
        count += schema->statement_files[i].statement_count;
    return count;
}

static enum exit_code finish(struct judge *judge)
{
    struct diagnostics *none = diagnostics_new();
    size_t findings = diagnostics_error_count(judge->diags);
    size_t count = statement_count(judge->schema);
    bool ok;

    judge->changed.diags = none; /* what was read is what is to be written */
    ok = files_write(&judge->changed);
    diagnostics_free(none);
    if (!ok)
        return EXIT_WRONG_INPUT;
    if (judge->written)
        printf("annotations written for %zu statement%s\n", judge->written,
               judge->written == 1 ? "" : "s");
    if (findings) {
        report_print(judge->diags);
        return EXIT_FOUND;
    }
    printf("%zu statement%s fit%s the database (%s)\n", count, count == 1 ? "" : "s",
           count == 1 ? "s" : "", connection_kind(&judge->connection));
    return EXIT_FINE;
}

static enum exit_code check(struct arena *arena, const struct database_words *words)
{
    struct judge judge = {.arena = arena,
                          .diags = diagnostics_new(),
                          .write = words->write,
                          .changed = {.arena = arena}};
    enum exit_code code = EXIT_WRONG_INPUT;
    struct schema *schema = NULL;

    if (!schema_load_draft(words->files, words->file_count, &schema, judge.diags)) {
        report_print(judge.diags);
        goto out;
    }
    if (!statement_count(schema)) {
        report_error("there are no named statements in these files");
        goto out;
    }
    if (!connection_open(arena, words->url, &judge.connection))
        goto out;
    judge.schema = schema;
    for (size_t i = 0; i < schema->statement_file_count; i++)
        judge_file(&judge, &schema->statement_files[i]);
    code = finish(&judge);
out:
    connection_close(&judge.connection);
    schema_free(schema);
    diagnostics_free(judge.diags);
    return code;
}

static enum exit_code run_queries(struct arena *arena, int count, char **words)
{
    struct database_words read;
    bool named = count && strcmp(words[0], "check") == 0;

    if (!database_words_read(&command_queries, arena, DATABASE_WRITE, count - named, words + named,
                             &read))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_queries, stdout);
        return EXIT_FINE;
    }
    if (!named)
        return wrong_command(&command_queries,
                             "queries: what to do with them? 'orm queries check'");
    if (!read.file_count)
        return wrong_command(&command_queries, "queries: no files given");
    return check(arena, &read);
}

const struct command command_queries = {
    .name = "queries",
    .summary = "compare named SQL statements with a database",
    .help = "orm queries - compare named SQL statements with a database\n"
            "\n"
            "Usage:\n"
            "  orm queries check --url URL [--write] FILES...\n"
            "\n"
            "FILES are SQL files of named statements, and the YAML files of the models and\n"
            "enums they name (or that name them by 'queries'). The database prepares every\n"
            "statement, without running it, and says what its parameters and columns are.\n"
            "What differs from the annotations is reported with its place:\n"
            "\n"
            "  shop.sql:4:12: error: 'total' is numeric in the database, which bigint\n"
            "  can't hold; write '-- column: total numeric'\n"
            "      -- column: total bigint\n"
            "                 ^~~~~\n"
            "\n"
            "PostgreSQL tells all types, and of plain columns whether they can be NULL.\n"
            "SQLite tells neither the types of parameters nor those of expressions.\n"
            "\n"
            "Options:\n"
            "  --url URL   the database, postgresql://... or sqlite:PATH; without it, that\n"
            "              of the variable ORM_DATABASE_URL\n"
            "  --write     write the annotations that a statement lacks into its file;\n"
            "              what may be NULL, or may for all the database tells, becomes\n"
            "              'nullable'\n"
            "  -h, --help  show this page\n"
            "\n"
            "Examples:\n"
            "  orm queries check --url sqlite:shop.db shop.yaml shop.sql\n"
            "  orm queries check --url postgresql:///shop --write models/*.yaml\n",
    .run_words = run_queries,
};
