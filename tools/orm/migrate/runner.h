#ifndef ORM_TOOLS_ORM_MIGRATE_RUNNER_H
#define ORM_TOOLS_ORM_MIGRATE_RUNNER_H

/* Applies migrations to a database and takes them back. */

#include "migrate/history.h"

struct runner {
    struct arena *arena;
    struct target *target;
    const struct folder *folder;
    struct history history;
    bool quiet;
};

/* Reads the history and judges it: files that changed since they were applied are refused. False
 * here and below: it has said why. */
bool runner_prepare(struct runner *runner);

/* The interrupted one first. `limit` SIZE_MAX: all; `to`: up to that version, or NULL. */
bool runner_up(struct runner *runner, size_t limit, const char *to);
/* The last `count`, or all that are later than `to`. */
bool runner_down(struct runner *runner, size_t count, const char *to);
/* Says that all up to `to` (NULL: all) are applied, without running them. */
bool runner_baseline(struct runner *runner, const char *to);

/* The migration of the version, NULL when there is none. */
const struct migration *runner_find(const struct runner *runner, const char *version);

#endif
