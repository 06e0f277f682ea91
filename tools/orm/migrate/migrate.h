#ifndef ORM_TOOLS_ORM_MIGRATE_MIGRATE_H
#define ORM_TOOLS_ORM_MIGRATE_MIGRATE_H

/* What the subcommands of orm migrate share. */

#include "migrate/runner.h"

struct migrate_words {
    const char *url;
    const char *dir;
    const char *to;
    const char *dialect;
    const char *dev_url;
    bool allow_destructive;
    bool empty;
    bool online;
    bool force;
    bool help;
    struct pointers fills; /* "table.column=EXPRESSION" */
    struct pointers rest;  /* behind the subcommand's name */
};

/* status.c */
enum exit_code migrate_status(struct arena *arena, const struct migrate_words *words);

#endif
