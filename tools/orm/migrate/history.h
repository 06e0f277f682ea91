#ifndef ORM_TOOLS_ORM_MIGRATE_HISTORY_H
#define ORM_TOOLS_ORM_MIGRATE_HISTORY_H

/* The table orm_migrations: what was applied to a database, and how far. */

#include "migrate/folder.h"
#include "migrate/target.h"

#define HISTORY_TABLE "orm_migrations"

enum history_state { HISTORY_APPLIED, HISTORY_APPLYING, HISTORY_REVERTING };

struct history_entry {
    const char *version;
    const char *name;
    const char *checksum; /* of the up file when it was applied */
    enum history_state state;
    size_t step;      /* statements done, of a file without a transaction */
    size_t steps;     /* of those there were */
    size_t running;   /* the statement begun outside any transaction, from 1; 0: none */
    const char *done; /* checksum of the statements done */
    const char *applied_at;
};

struct history {
    struct history_entry *items; /* by version */
    size_t count;
};

/* No table: nothing was applied. False: it has said why. */
bool history_read(struct target *target, struct history *history_out);
const struct history_entry *history_find(const struct history *history, const char *version);

/* Makes the table when it is not there. False here and below: target->fault says why. */
bool history_prepare(struct target *target);
bool history_write(struct target *target, const struct history_entry *entry);
bool history_remove(struct target *target, const char *version);

#endif
