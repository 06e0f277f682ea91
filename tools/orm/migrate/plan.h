#ifndef ORM_TOOLS_ORM_MIGRATE_PLAN_H
#define ORM_TOOLS_ORM_MIGRATE_PLAN_H

/* The statements that make one schema into another, in an order in which they can run. */

#include "diff/changes.h"
#include "diff/definition.h"

struct step {
    const char *sql;      /* without ';' */
    const char *note;     /* why, for readers; NULL */
    const char *destroys; /* what is lost: "the column users.age and what is in it"; NULL */
    const char *locks;    /* who waits for it: PostgreSQL; NULL */
    const char *safe;     /* and how nobody would; NULL */
};

struct plan_options {
    const struct pointers *fills; /* "table.column=EXPRESSION"; may be NULL */
    bool backwards;               /* a way down: what has no value gets some value */
    bool concurrent;              /* PostgreSQL: nothing that keeps others waiting, one by one */
};

struct plan {
    struct arena *arena;
    const struct changes *changes;
    struct plan_options options;
    enum sql_dialect dialect;
    struct pointers steps;    /* struct step */
    struct pointers warnings; /* texts */
    struct pointers faults;   /* what can't be done: texts */
    bool no_foreign_keys;     /* SQLite: a table is rebuilt or dropped */
};

struct plan plan_make(const struct changes *changes, const struct plan_options *options);

/* As a script; `heading` stands in comments before it. */
const char *plan_text(const struct plan *plan, const char *heading, bool transaction);

/* What the makers of plans share. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
struct step *
plan_add(struct plan *plan, const char *format, ...);
void plan_postgresql(struct plan *plan);
void plan_sqlite(struct plan *plan);

/* fill.c: the value that rows get in a column that wants one and that they have none for: what
 * --fill says, or on the way down one that fits; NULL: none. An SQL expression. */
const char *fill_value(const struct plan *plan, const struct catalog_table *table,
                       const struct catalog_column *column);
/* Whether each "table.column=EXPRESSION" is about a column of the catalog. False: it has said which
 * is not. */
bool fill_check(struct arena *arena, const struct pointers *fills, const struct catalog *catalog);
/* Says that rows will be in the way. */
void fill_warn(struct plan *plan, const struct catalog_table *table,
               const struct catalog_column *column);

#endif
