#ifndef ORM_TOOLS_ORM_DIFF_DEFINITION_H
#define ORM_TOOLS_ORM_DIFF_DEFINITION_H

/* Parts of a catalog as SQL. Two things that are the same have the same text. */

#include "diff/sql_words.h"

/* What stands behind CONSTRAINT name. */
const char *definition_primary_key(struct arena *arena, const struct catalog_key *key);
const char *definition_unique(struct arena *arena, const struct catalog_key *key);
const char *definition_check(struct arena *arena, const struct catalog_check *check);
const char *definition_foreign_key(struct arena *arena, const struct catalog_foreign_key *key);
/* What stands behind CREATE [UNIQUE] INDEX name ON table. */
const char *definition_index(struct arena *arena, const struct catalog_index *index);
/* "UNIQUE " before it, so that this counts too. */
const char *definition_index_whole(struct arena *arena, const struct catalog_index *index);
/* ('a', 'b') */
const char *definition_labels(struct arena *arena, const struct catalog_names *labels);
/* PostgreSQL: what stands behind a domain's name in CREATE DOMAIN. */
const char *definition_domain(struct arena *arena, const struct catalog_domain *domain);
/* PostgreSQL: "name" type ... of a column. */
const char *definition_column(struct arena *arena, const struct catalog_column *column);
/* How the column makes its values by itself: "identity", "serial"; NULL: it does not. */
const char *definition_generated(const struct catalog_column *column);

#endif
