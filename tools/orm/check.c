#include <string.h>

#include "command.h"
#include "dialect.h"

static enum exit_code run_check(const struct arguments *arguments, struct arena *arena)
{
    struct loaded loaded;
    enum sql_dialect dialect = SQL_POSTGRESQL;
    enum exit_code code = EXIT_WRONG_INPUT;
    size_t models = 0;
    size_t statements = 0;
    size_t files;

    if (arguments->dialect && !dialect_read(&command_check, arena, arguments, &dialect))
        return EXIT_WRONG_COMMAND;
    if (!load_models(arguments, &loaded))
        return EXIT_WRONG_INPUT;
    if (arguments->dialect && !sql_ddl(loaded.schema, dialect, ORM_VERSION, loaded.diags)) {
        report_print(loaded.diags);
        goto out;
    }
    for (size_t i = 0; i < loaded.schema->model_count; i++)
        models += !loaded.schema->models[i]->link_only;
    files = loaded.schema->file_count + loaded.schema->statement_file_count;
    for (size_t i = 0; i < loaded.schema->statement_file_count; i++)
        statements += loaded.schema->statement_files[i].statement_count;
    printf("%zu model%s", models, models == 1 ? "" : "s");
    if (statements)
        printf(" and %zu statement%s", statements, statements == 1 ? "" : "s");
    printf(" in %zu file%s: no errors\n", files, files == 1 ? "" : "s");
    code = EXIT_FINE;
out:
    loaded_dispose(&loaded);
    return code;
}

const struct command command_check = {
    .name = "check",
    .summary = "report everything that is wrong with the models",
    .help = "orm check - report everything that is wrong with the models\n"
            "\n"
            "Usage:\n"
            "  orm check [--dialect DIALECT] MODELS...\n"
            "\n"
            "Reads the files and what they include and reports all faults at once, sorted:\n"
            "\n"
            "  shop.yaml:7:24: error: unknown key 'typ' in a column; did you mean 'type'?\n"
            "          - { name: price, typ: numeric }\n"
            "                           ^~~\n"
            "\n"
            "Files that end in .sql hold named statements. Nothing is written.\n"
            "\n"
            "Options:\n"
            "  --dialect DIALECT  also check what only that database minds, such as names\n"
            "                     it can't tell apart: postgresql or sqlite\n"
            "  -h, --help         show this page\n"
            "\n"
            "Examples:\n"
            "  orm check models/*.yaml\n"
            "  orm check --dialect sqlite shop.yaml\n",
    .options = OPTION_DIALECT,
    .run = run_check,
};
