#include <string.h>

#include "command.h"
#include "base/suggest.h"

static enum exit_code finish_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_FINE;
    report_error("standard output can't be written");
    return EXIT_WRONG_INPUT;
}

static const char *suggested_command(struct arena *arena, const char *name)
{
    struct suggestion suggestion = suggest_for(name);

    for (size_t i = 0; commands[i]; i++)
        suggest_offer(&suggestion, commands[i]->name);
    suggest_offer(&suggestion, "help");
    return suggest_text(arena, &suggestion);
}

static enum exit_code unknown_command(struct arena *arena, const char *name)
{
    return wrong_command(NULL, "unknown command '%s'%s", name, suggested_command(arena, name));
}

static enum exit_code run_help(struct arena *arena, int count, char **words)
{
    const struct command *command = count ? command_find(words[0]) : NULL;

    if (count > 1)
        return wrong_command(NULL, "help explains one command at a time");
    if (count && !command && strcmp(words[0], "help") != 0)
        return unknown_command(arena, words[0]);
    if (command)
        help_command(command, stdout);
    else
        help_overview(arena, stdout);
    return finish_output();
}

static enum exit_code run_command(const struct command *command, struct arena *arena, int count,
                                  char **words)
{
    struct arguments arguments = { 0 };
    enum exit_code code;

    if (command->run_words) {
        code = command->run_words(arena, count, words);
        return code == EXIT_FINE ? finish_output() : code;
    }
    if (!options_read(command, count, words, arena, &arguments))
        return EXIT_WRONG_COMMAND;
    if (arguments.help) {
        help_command(command, stdout);
        return finish_output();
    }
    code = command->run(&arguments, arena);
    return code == EXIT_FINE ? finish_output() : code;
}

static enum exit_code run(struct arena *arena, int count, char **words)
{
    const char *first = count ? words[0] : "";
    const struct command *command = command_find(first);

    if (!count) {
        help_overview(arena, stderr);
        return EXIT_WRONG_COMMAND;
    }
    if (command)
        return run_command(command, arena, count - 1, words + 1);
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0)
        return run_help(arena, count - 1, words + 1);
    if (strcmp(first, "--version") == 0 && count == 1) {
        puts("orm " ORM_VERSION);
        return finish_output();
    }
    if (strcmp(first, "--version") == 0)
        return wrong_command(NULL, "nothing may follow --version");
    if (*first == '-')
        return wrong_command(NULL, "unknown option '%s'; the command comes first", first);
    return unknown_command(arena, first);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    enum exit_code code = run(arena, argc > 0 ? argc - 1 : 0, argv + 1);

    arena_free(arena);
    return (int)code;
}
