#ifndef ORM_TOOLS_ORM_DATABASE_FILTER_H
#define ORM_TOOLS_ORM_DATABASE_FILTER_H

/* Which tables a subcommand is about: those of --include that --exclude does not name. */

#include "database/catalog.h"

struct table_filter {
    struct pointers include; /* const char *, patterns: "user*", "audit.*"; none: all */
    struct pointers exclude;
    struct pointers schemas; /* const char *; none: all. Only filter_apply heeds them */
};

/* Never orm_migrations, which migrations keep for themselves. */
bool filter_takes(const struct table_filter *filter, struct arena *arena,
                  const struct catalog *catalog, const struct catalog_table *table);
/* Leaves only those tables in the catalog, and of types those that they use; what is in no table
 * (functions, sequences, extensions) stays unless tables are asked for by --include. */
void filter_apply(const struct table_filter *filter, struct arena *arena, struct catalog *catalog);

#endif
