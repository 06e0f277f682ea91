#ifndef ORM_TOOLS_ORM_WORDS_H
#define ORM_TOOLS_ORM_WORDS_H

/* Reads what follows a subcommand's name, for those that have options of their own. */

#include "command.h"

/* One of the three places is not NULL. */
struct word_option {
    const char *word; /* "--url" */
    bool *flag;
    const char **value;      /* may be given once */
    struct pointers *values; /* may be given again and again */
    const char *takes;       /* what the value is, for messages: "a URL" */
};

/* `rest`: the words that are no options. False: it has said what is wrong. */
bool words_read(const struct command *command, struct arena *arena,
                const struct word_option *options, size_t option_count, int count, char **words,
                struct pointers *rest);

#endif
