#ifndef ORM_CODEGEN_NAMING_NAMES_H
#define ORM_CODEGEN_NAMING_NAMES_H

/*
 * The one place that decides about names: which are allowed, and how one becomes another.
 * models/README.md states the rules for users.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define NAME_LIMIT 63 /* bytes; the databases' own limit */

/* NULL, or why text can't be a `name`: lower-case words joined by single underscores. */
const char *name_fault(const char *text);
/* What the user probably should write instead, NULL when nothing comes of it. */
const char *name_repaired(struct arena *arena, const char *text);

/* NULL, or why text can't be an identifier in the database. */
const char *name_database_fault(const char *text);

/* "user" and "created_at" to "user_created_at"; an empty prefix leaves name alone. */
const char *name_join(struct arena *arena, const char *prefix, const char *name);
const char *name_upper(struct arena *arena, const char *name);
/* A struct member: a reserved word gets a trailing underscore. */
const char *name_member(struct arena *arena, const char *name);
/* Any text as the end of an enumerator, "in progress" to "IN_PROGRESS"; "" when nothing is left. */
const char *name_from_label(struct arena *arena, const char *label);

/* A constraint or index name from its parts, cut to the databases' limit but still distinct. */
const char *name_constraint(struct arena *arena, const char *const *parts, size_t count);

#endif
