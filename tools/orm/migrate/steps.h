#ifndef ORM_TOOLS_ORM_MIGRATE_STEPS_H
#define ORM_TOOLS_ORM_MIGRATE_STEPS_H

#include "migrate/runner.h"

/* Runs one file of a migration and keeps the history true at every point: a file in a transaction
 * is there or not, of any other each statement is counted. `entry` is what the history says of it,
 * or NULL. False: it has said why, and what is done. */
bool steps_run(struct runner *runner, const struct migration *migration,
               const struct history_entry *entry, bool up);

#endif
