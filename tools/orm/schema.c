#include <string.h>

#include "command.h"
#include "dialect.h"

static bool write_script(const struct arguments *arguments, struct arena *arena,
                         const struct diagnostics *diags, const char *script)
{
    struct file_set set = { .arena = arena, .diags = diags };
    const char *rule;

    if (!arguments->out) {
        fputs(script, stdout);
        return true;
    }
    files_add(&set, arguments->out, script, strlen(script));
    if (arguments->depfile) {
        rule = depfile_text(arena, &arguments->out, 1, diags);
        files_add(&set, arguments->depfile, rule, strlen(rule));
    }
    return files_write(&set);
}

static enum exit_code run_schema(const struct arguments *arguments, struct arena *arena)
{
    struct loaded loaded;
    enum sql_dialect dialect;
    const char *script;
    bool ok;

    if (!arguments->dialect)
        return wrong_command(&command_schema, "schema: --dialect postgresql or sqlite is needed");
    if (!dialect_read(&command_schema, arena, arguments, &dialect))
        return EXIT_WRONG_COMMAND;
    if (arguments->depfile && !arguments->out)
        return wrong_command(&command_schema, "schema: --depfile needs --out");
    if (!load_draft(arguments, &loaded))
        return EXIT_WRONG_INPUT;
    script = sql_ddl(loaded.schema, dialect, ORM_VERSION, loaded.diags);
    if (!script)
        report_print(loaded.diags);
    ok = script && write_script(arguments, arena, loaded.diags, script);
    loaded_dispose(&loaded);
    return ok ? EXIT_FINE : EXIT_WRONG_INPUT;
}

const struct command command_schema = {
    .name = "schema",
    .summary = "print the SQL that creates the tables",
    .help = "orm schema - print the SQL that creates the tables\n"
            "\n"
            "Usage:\n"
            "  orm schema --dialect DIALECT [--out FILE [--depfile FILE]] MODELS...\n"
            "\n"
            "Tables come in the order of their foreign keys; where tables refer to each\n"
            "other in a circle, PostgreSQL gets the key by ALTER TABLE afterwards. Views\n"
            "(view: true) are only named in a comment. Every name is quoted. The same\n"
            "models give the same bytes. The script has no BEGIN and COMMIT: choose\n"
            "yourself what it shares a transaction with (psql --single-transaction).\n"
            "\n"
            "SQLite has no schemas, so 'schema' is ignored there and two tables of one name\n"
            "are an error. It checks foreign keys only after PRAGMA foreign_keys = ON.\n"
            "\n"
            "Options:\n"
            "  --dialect DIALECT  postgresql or sqlite; required\n"
            "  -o, --out FILE     write there instead of standard output; a file that\n"
            "                     would not change is not touched\n"
            "  --depfile FILE     with --out: a make rule naming every YAML file read\n"
            "  -h, --help         show this page\n"
            "\n"
            "Examples:\n"
            "  orm schema --dialect sqlite shop.yaml | sqlite3 shop.db\n"
            "  orm schema --dialect postgresql models/*.yaml --out schema.sql\n"
            "  psql --single-transaction --file schema.sql shop\n",
    .options = OPTION_DIALECT | OPTION_OUT | OPTION_DEPFILE,
    .run = run_schema,
};
