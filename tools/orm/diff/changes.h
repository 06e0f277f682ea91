#ifndef ORM_TOOLS_ORM_DIFF_CHANGES_H
#define ORM_TOOLS_ORM_DIFF_CHANGES_H

/* What makes one catalog into another. */

#include "diff/rename.h"

enum object_kind {
    OBJECT_SCHEMA,
    OBJECT_EXTENSION,
    OBJECT_ENUM,
    OBJECT_DOMAIN,
    OBJECT_TYPE,
    OBJECT_SEQUENCE,
    OBJECT_OTHER, /* struct catalog_other */
    OBJECT_TABLE,
    OBJECT_VIEW,
    OBJECT_COLUMN,
    OBJECT_PRIMARY_KEY,
    OBJECT_UNIQUE,
    OBJECT_CHECK,
    OBJECT_EXCLUSION,
    OBJECT_FOREIGN_KEY,
    OBJECT_INDEX,
    OBJECT_TRIGGER,
    OBJECT_LABEL, /* of an enum: only renamed */
    OBJECT_KINDS
};

enum change_action { CHANGE_ADD, CHANGE_DROP, CHANGE_RENAME, CHANGE_ALTER };

struct property {
    const char *name;
    const char *old; /* NULL: none */
    const char *new;
};

enum { PROPERTIES = 10 };

struct change {
    enum change_action action;
    enum object_kind kind;
    const char *schema;                     /* NULL: the default one */
    const char *table;                      /* of what is in a table, its new name; else NULL */
    const char *name;                       /* "" for what has none */
    const char *old_name;                   /* of a renaming */
    struct property properties[PROPERTIES]; /* of CHANGE_ALTER */
    size_t property_count;
    /* The table in both catalogs, and the thing; NULL where it is not. */
    const struct catalog_table *old_table;
    const struct catalog_table *new_table;
    const void *old;
    const void *new;
};

struct changes {
    struct arena *arena;
    enum sql_dialect dialect;
    const struct catalog *from;    /* as it is */
    const struct catalog *renamed; /* after the renamings: what `old` points into */
    const struct catalog *to;
    struct renames renames;
    struct pointers items;      /* struct change, renamings by `was` first */
    bool ignored[OBJECT_KINDS]; /* models do not tell: `from` has them, `to` may lack them */
};

/* Where one side comes from, for what it can't say. */
struct comparison {
    const struct catalog *from;
    const struct catalog *to;
    const struct schema *from_models; /* NULL: not models */
    const struct schema *to_models;
    bool order;    /* the order of columns counts */
    bool complete; /* models are there for their renamings only: both sides tell everything */
};

struct changes changes_find(struct arena *arena, const struct comparison *comparison);

/* "table", "foreign key" ... */
const char *object_word(enum object_kind kind);

#endif
