#ifndef ORM_TOOLS_ORM_HELP_PAGE_H
#define ORM_TOOLS_ORM_HELP_PAGE_H

/* What a command's help says, for those who write it in another form. */

#include "command.h"

struct help_option {
    const char *letter; /* "-o", or NULL */
    const char *word;   /* "--out" */
    const char *value;  /* "DIR", or NULL */
};

struct help_page {
    const struct command *command;
    struct pointers actions; /* of `orm nplus1 check`: const char *, "check"; often none */
    struct pointers options; /* struct help_option, each word once */
};

struct help_page *help_page_read(struct arena *arena, const struct command *command);

enum help_line_kind {
    HELP_BLANK,
    HELP_HEADING, /* "Options:" */
    HELP_TEXT,
    HELP_INDENTED
};

/* The line at *text (borrowed from it, `size_out` bytes without its newline), which moves on. */
const char *help_line(const char **text, size_t *size_out);
enum help_line_kind help_line_kind(const char *line, size_t size);

/* The exit codes and what follows them on every page. */
extern const char help_exit_codes[];

#endif
