#include <string.h>

#include "base/suggest.h"
#include "database/connection.h"

static const struct {
    const char *word;
    unsigned option; /* 0: always taken */
} flags[] = {
    {"--url", 0}, {"--help", 0}, {"--write", DATABASE_WRITE}, {"--analyze", DATABASE_ANALYZE}};

static bool refuse(const struct command *command, struct arena *arena, unsigned options,
                   const char *word)
{
    const char *name = arena_copy(arena, word, strcspn(word, "="));
    struct suggestion near = suggest_for(name);

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!flags[i].option || (flags[i].option & options))
            suggest_offer(&near, flags[i].word);
    wrong_command(command, "%s: unknown option '%s'%s", command->name, name,
                  suggest_text(arena, &near));
    return false;
}

/* The URL, which stands behind "--url=" or in the next word. */
static bool read_url(const struct command *command, int count, char **words, int *at,
                     struct database_words *to)
{
    const char *value = words[*at][5] == '=' ? words[*at] + 6 : NULL;

    if (!value && *at + 1 < count)
        value = words[++*at];
    if (value && *value && !to->url) {
        to->url = value;
        return true;
    }
    wrong_command(command, to->url ? "%s: --url is given twice" : "%s: --url needs a URL",
                  command->name);
    return false;
}

bool database_words_read(const struct command *command, struct arena *arena, unsigned options,
                         int count, char **words, struct database_words *words_out)
{
    struct database_words read = {0};
    bool only_files = false;

    read.files = arena_array(arena, (size_t)count, sizeof *read.files);
    for (int at = 0; at < count; at++) {
        const char *word = words[at];

        if (!only_files && strcmp(word, "--") == 0)
            only_files = true;
        else if (only_files || *word != '-')
            read.files[read.file_count++] = word;
        else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
            read.help = true;
        else if (strcmp(word, "--write") == 0 && (options & DATABASE_WRITE))
            read.write = true;
        else if (strcmp(word, "--analyze") == 0 && (options & DATABASE_ANALYZE))
            read.analyze = true;
        else if (strcmp(word, "--url") != 0 && strncmp(word, "--url=", 6) != 0)
            return refuse(command, arena, options, word);
        else if (!read_url(command, count, words, &at, &read))
            return false;
    }
    *words_out = read;
    return true;
}
