#include <stdarg.h>
#include <string.h>

#include "help_page.h"

/* clang-format off */
const struct command *const commands[] = {
    &command_check,
    &command_fmt,
    &command_generate,
    &command_schema,
    &command_diff,
    &command_migrate,
    &command_queries,
    &command_explain,
    &command_introspect,
    &command_lint,
    &command_stats,
    &command_docs,
    &command_json_schema,
    &command_nplus1,
    &command_completion,
    &command_man,
    NULL,
};
/* clang-format on */

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char help_exit_codes[] =
    "\n"
    "Exit status:\n"
    "  0  everything is fine\n"
    "  1  the input is wrong, a file can't be read or written, or a database refuses\n"
    "  2  the command line is wrong\n"
    "  3  what was checked has findings\n"
    "  4  it has none, but not everything was seen\n"
    "\n"
    "Diagnostics go to standard error, in colour on a terminal; set NO_COLOR to\n"
    "turn colour off.\n";

static const char overview_head[] =
    "orm - typed C and SQL from tables described in YAML\n"
    "\n"
    "Usage:\n"
    "  orm COMMAND [OPTIONS] MODELS...\n"
    "  orm queries check --url URL [--write] FILES...\n"
    "  orm diff [OPTIONS] A B\n"
    "  orm explain --url URL SQL|FILE.sql[:NAME]\n"
    "  orm fmt [--check] [--diff] FILE|FOLDER...\n"
    "  orm introspect --url URL [--out FILE]\n"
    "  orm lint [--url URL] [MODELS...]\n"
    "  orm migrate new|up|down|status|verify|baseline [OPTIONS]\n"
    "  orm nplus1 check [OPTIONS] LOG...\n"
    "  orm nplus1 fix [--apply] [--root DIR] LOG...\n"
    "  orm stats --url URL [OPTIONS]\n"
    "  orm help [COMMAND]\n"
    "  orm --version\n"
    "\n"
    "MODELS are YAML files; what they include is read too. Give the files of one\n"
    "database together, so that relations find their models.\n"
    "\n"
    "Commands:\n";

static const char overview_tail[] =
    "\n"
    "A first look. Put this into shop.yaml:\n"
    "\n"
    "  prefix: shop\n"
    "  models:\n"
    "    - name: product\n"
    "      table: products\n"
    "      columns:\n"
    "        - { name: id, type: bigint, primary_key: true, generated: identity }\n"
    "        - { name: title, type: text }\n"
    "\n"
    "then:\n"
    "\n"
    "  orm check shop.yaml\n"
    "  orm generate shop.yaml --out generated\n"
    "  orm schema --dialect sqlite shop.yaml | sqlite3 shop.db\n";

const char *help_overview_text(struct arena *arena)
{
    struct text made = { 0 };

    text_add_string(arena, &made, overview_head);
    for (size_t i = 0; commands[i]; i++)
        text_add_string(arena, &made,
                        arena_format(arena, "  %-11s  %s\n", commands[i]->name,
                                     commands[i]->summary));
    text_add_string(arena, &made, "  help         explain a command\n");
    text_add_string(arena, &made, overview_tail);
    return made.text;
}

void help_overview(struct arena *arena, FILE *stream)
{
    fputs(help_overview_text(arena), stream);
    fputs(help_exit_codes, stream);
}

void help_command(const struct command *command, FILE *stream)
{
    fputs(command->help, stream);
    fputs(help_exit_codes, stream);
}

enum exit_code wrong_command(const struct command *command, const char *format, ...)
{
    va_list arguments;

    fputs("orm: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry 'orm %s%s--help'.\n", command ? command->name : "", command ? " " : "");
    return EXIT_WRONG_COMMAND;
}
