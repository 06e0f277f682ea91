#include "words.h"

#include <string.h>

#include "base/suggest.h"

static const struct word_option *option_of(const struct word_option *options, size_t count,
                                           const char *word)
{
    size_t length = strcspn(word, "=");

    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].word) == length && strncmp(options[i].word, word, length) == 0)
            return &options[i];
    return NULL;
}

static bool refuse_unknown(const struct command *command, struct arena *arena,
                           const struct word_option *options, size_t count, const char *word)
{
    const char *name = arena_copy(arena, word, strcspn(word, "="));
    struct suggestion near = suggest_for(name);

    for (size_t i = 0; i < count; i++)
        suggest_offer(&near, options[i].word);
    wrong_command(command, "%s: unknown option '%s'%s", command->name, name,
                  suggest_text(arena, &near));
    return false;
}

static bool store(const struct command *command, struct arena *arena,
                  const struct word_option *option, const char *value)
{
    if (!value || !*value) {
        wrong_command(command, "%s: %s needs %s", command->name, option->word, option->takes);
        return false;
    }
    if (option->values) {
        pointers_add(arena, option->values, arena_text(arena, value));
        return true;
    }
    if (*option->value) {
        wrong_command(command, "%s: %s is given twice", command->name, option->word);
        return false;
    }
    *option->value = value;
    return true;
}

bool words_read(const struct command *command, struct arena *arena,
                const struct word_option *options, size_t option_count, int count, char **words,
                struct pointers *rest)
{
    bool only_rest = false;

    for (int at = 0; at < count; at++) {
        const char *word = strcmp(words[at], "-h") == 0 ? "--help" : words[at];
        const struct word_option *option = option_of(options, option_count, word);
        const char *value = strchr(word, '=');

        if (!only_rest && strcmp(word, "--") == 0) {
            only_rest = true;
        } else if (only_rest || *word != '-' || !word[1]) {
            pointers_add(arena, rest, words[at]);
        } else if (!option) {
            return refuse_unknown(command, arena, options, option_count, word);
        } else if (option->flag && value) {
            wrong_command(command, "%s: %s takes no value", command->name, option->word);
            return false;
        } else if (option->flag) {
            *option->flag = true;
        } else if (!store(command, arena, option,
                          value            ? value + 1
                          : at + 1 < count ? words[++at]
                                           : NULL)) {
            return false;
        }
    }
    return true;
}
