#ifndef ORM_TOOLS_ORM_MIGRATE_ONLINE_H
#define ORM_TOOLS_ORM_MIGRATE_ONLINE_H

#include "diff/side.h"

/* The schema of the models without what PostgreSQL would lock tables with rows for: new indexes and
 * unique keys are not there yet, keys and checks are NOT VALID, columns not yet NOT NULL. */
const struct catalog *online_half(struct arena *arena, const struct catalog *before,
                                  const struct side *models);

#endif
