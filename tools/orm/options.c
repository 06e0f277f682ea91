#include <string.h>

#include "command.h"
#include "base/suggest.h"

struct option_word {
    unsigned option; /* 0: --help */
    const char *word;
    const char *letter;
    const char *value; /* what it takes, for messages; NULL: nothing */
};

static const struct option_word option_words[] = {
    { OPTION_OUT, "--out", "-o", "a path" },
    { OPTION_DEPFILE, "--depfile", NULL, "a file" },
    { OPTION_DIALECT, "--dialect", NULL, "postgresql or sqlite" },
    { OPTION_FACTORIES, "--factories", NULL, NULL },
    { OPTION_JSON, "--json", NULL, NULL },
    { 0, "--help", "-h", NULL },
};

enum { OPTION_WORDS = sizeof option_words / sizeof *option_words };

static bool is_taken(const struct command *command, const struct option_word *option)
{
    return !option->option || (command->options & option->option);
}

/* Whether word is the option, and what follows its '=' (NULL: nothing). */
static bool matches(const struct option_word *option, const char *word, const char **value_out)
{
    size_t length = strlen(option->word);

    *value_out = NULL;
    if (option->letter && strcmp(word, option->letter) == 0)
        return true;
    if (strncmp(word, option->word, length) != 0 || (word[length] && word[length] != '='))
        return false;
    *value_out = word[length] ? word + length + 1 : NULL;
    return true;
}

static bool refuse_unknown(const struct command *command, struct arena *arena, const char *word)
{
    const char *name = arena_copy(arena, word, strcspn(word, "="));
    struct suggestion suggestion = suggest_for(name);

    for (size_t i = 0; i < OPTION_WORDS; i++)
        if (is_taken(command, &option_words[i]))
            suggest_offer(&suggestion, option_words[i].word);
    wrong_command(command, "%s: unknown option '%s'%s", command->name, name,
                  suggest_text(arena, &suggestion));
    return false;
}

static const char **value_place(struct arguments *arguments, unsigned option)
{
    switch (option) {
    case OPTION_OUT:
        return &arguments->out;
    case OPTION_DEPFILE:
        return &arguments->depfile;
    default:
        return &arguments->dialect;
    }
}

static bool store(const struct command *command, const struct option_word *option,
                  const char *value, struct arguments *arguments)
{
    const char **place = value_place(arguments, option->option);

    if (!value || !*value) {
        wrong_command(command, "%s: %s needs %s", command->name, option->word, option->value);
        return false;
    }
    if (*place) {
        wrong_command(command, "%s: %s is given twice", command->name, option->word);
        return false;
    }
    *place = value;
    return true;
}

/* Reads words[*at] and, when it is there, the value behind it. */
static bool read_option(const struct command *command, struct arena *arena, int count,
                        char **words, int *at, struct arguments *arguments)
{
    const char *word = words[*at];
    const char *value;

    for (size_t i = 0; i < OPTION_WORDS; i++) {
        const struct option_word *option = &option_words[i];

        if (!is_taken(command, option) || !matches(option, word, &value))
            continue;
        if (!option->value && value) {
            wrong_command(command, "%s: %s takes no value", command->name, option->word);
            return false;
        }
        if (!option->value) {
            *(option->option == OPTION_FACTORIES ? &arguments->factories
              : option->option == OPTION_JSON    ? &arguments->json
                                                 : &arguments->help) = true;
            return true;
        }
        if (!value && *at + 1 < count)
            value = words[++*at];
        return store(command, option, value, arguments);
    }
    return refuse_unknown(command, arena, word);
}

bool options_read(const struct command *command, int count, char **words, struct arena *arena,
                  struct arguments *arguments_out)
{
    struct arguments arguments = { 0 };
    bool only_models = false;

    arguments.models = arena_array(arena, (size_t)count, sizeof *arguments.models);
    for (int at = 0; at < count; at++) {
        const char *word = words[at];

        if (!only_models && strcmp(word, "--") == 0)
            only_models = true;
        else if (only_models || *word != '-')
            arguments.models[arguments.model_count++] = word;
        else if (!read_option(command, arena, count, words, &at, &arguments))
            return false;
    }
    if (!arguments.model_count && !arguments.help) {
        wrong_command(command, "%s: no models given", command->name);
        return false;
    }
    *arguments_out = arguments;
    return true;
}
