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
    const char *lock_timeout;
    bool allow_destructive;
    bool empty;
    bool online;
    bool force;
    bool help;
    struct pointers fills; /* "table.column=EXPRESSION" */
    struct pointers rest;  /* behind the subcommand's name */
};

/* new.c: writes a migration. */
enum exit_code migrate_new(struct arena *arena, const struct migrate_words *words);
/* The dialect of the migrations, of --dialect or of a URL, and the server for scratch databases. */
bool migrate_dialect(struct arena *arena, const struct migrate_words *words,
                     enum sql_dialect *dialect_out, const char **dev_url_out);
/* verify.c: tries all migrations out. */
enum exit_code migrate_verify(struct arena *arena, const struct migrate_words *words);
/* Whether the database is as the migrations up to --to make it. False: it has said why. */
bool verify_baseline(struct arena *arena, const struct migrate_words *words, struct target *target,
                     const struct folder *folder);
/* status.c */
enum exit_code migrate_status(struct arena *arena, const struct migrate_words *words);

#endif
