#ifndef ORM_TOOLS_ORM_DIFF_RENAME_H
#define ORM_TOOLS_ORM_DIFF_RENAME_H

/* What got another name between two catalogs, as `was` says. */

#include "diff/sql_words.h"
#include "schema/schema.h"

enum rename_kind { RENAME_TABLE, RENAME_COLUMN, RENAME_TYPE, RENAME_LABEL };

struct rename {
    enum rename_kind kind;
    const char *schema;
    const char *table; /* of a column: the table's new name; of a label: its enum's, or on SQLite
                        * that of the table which has it */
    const char *old;
    const char *new;
    const char *column; /* of a label on SQLite: the column's new name */
};

struct renames {
    struct rename *items; /* tables, then columns, then types, then labels */
    size_t count;
};

/* The renames that lead from one catalog to the other. `from_models` and `to_models` may be NULL; a
 * `was` counts when the old name is only in `from` and the new one only in `to`, or the other way
 * round for those of `from_models`. */
struct renames renames_find(struct arena *arena, const struct catalog *from,
                            const struct catalog *to, const struct schema *from_models,
                            const struct schema *to_models);

/* The catalog as it is when all that was done. Shares what does not change. */
struct catalog *renames_apply(struct arena *arena, const struct catalog *catalog,
                              const struct renames *renames);

/* A copy whose lists may be changed. */
struct catalog *catalog_copy(struct arena *arena, const struct catalog *catalog);

#endif
