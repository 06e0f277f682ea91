#ifndef ORM_TOOLS_ORM_INTROSPECT_DRAFT_H
#define ORM_TOOLS_ORM_INTROSPECT_DRAFT_H

/* The models that `orm introspect` writes: a catalog with names that people and C can use. */

#include "base/map.h"
#include "database/catalog.h"
#include "database/filter.h"
#include "schema/schema.h"
#include "types/schema_types.h"

struct previous; /* the file as it was, see previous.h */

/* What a fault of the models may be about; its name is then changed. */
struct draft_name {
    const char *text;
    const char *ending; /* what is put behind it to tell it apart */
    const char *note;   /* said in a comment above it; NULL: nothing */
    bool kept;          /* people chose it: never changed */
    bool dropped;       /* it can't be said in YAML */
};

struct draft_column {
    struct draft_name name;
    const struct catalog_column *from;
    struct column_type type;
    const char *type_text; /* as written in YAML */
    const char *sql_type;  /* NULL: the type's own */
    bool primary_key;      /* the flag */
    bool unique;
    const char *check;
    bool further; /* numbered, but another column of the table is as well */
    bool counted; /* `generated` is a word of ours */
    bool plain;   /* a fault was found in its default: it is left out */
};

struct draft_model;

struct draft_relation {
    struct draft_name name;
    enum relation_kind kind;
    struct draft_model *owner;
    struct draft_model *target;
    const struct catalog_foreign_key *key; /* of the belongs_to behind it; the link's to owner */
    struct draft_model *key_owner;         /* whose it is */
    const struct catalog_foreign_key *link_key; /* many_to_many: the link's to the target */
    struct draft_relation *other;               /* the belongs_to of a has_many or has_one */
    bool sole;   /* it is the only one between the two: its key goes without saying */
    bool is_raw; /* its constraint is among the model's `constraints` */
};

struct draft_constraint {
    struct draft_name name; /* only `dropped` and `note` */
    const char *db_name;
    const char *definition;
};

struct draft_model {
    struct draft_name name;
    const struct catalog_table *table;
    struct draft_column *columns;
    size_t column_count;
    bool view;
    bool keyless;
    bool key_listed;             /* the primary key is a list at the model */
    struct pointers relations;   /* struct draft_relation */
    struct pointers constraints; /* struct draft_constraint */
    struct map taken;            /* names of columns and relations */
};

struct draft_enum {
    struct draft_name name;
    const struct catalog_enum *from;
    bool used; /* it can be said */
};

struct draft_statement {
    struct draft_name name; /* only `dropped` and `note` */
    const char *sql;
};

struct draft {
    struct arena *arena;
    const struct catalog *catalog;
    const struct previous *previous; /* NULL: none */
    const char *prefix;
    const struct table_filter *filter;
    struct draft_model **models;
    size_t model_count;
    struct pointers bare; /* struct catalog_table: they can't be models */
    struct draft_enum *enums;
    bool bodies_unchecked;  /* said so to PostgreSQL, of functions */
    struct pointers before; /* struct draft_statement */
    struct pointers after;
    struct pointers notes; /* const char *: what was left out */
    struct map model_names;
};

/* draft.c: models, columns, enums. */
void draft_build(struct draft *draft);
struct draft_model *draft_model_of(const struct draft *draft, const char *schema,
                                   const char *table);
struct draft_column *draft_column_of(const struct draft_model *model, const char *db_name);
void draft_add_note(struct draft *draft, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* types.c: the YAML type of every column. */
void draft_set_types(struct draft *draft);
/* Whether the column's default can be written as a literal, and which. */
const char *draft_literal(const struct draft *draft, const struct draft_column *column);

/* keys.c: primary keys, uniques and checks of columns; what only SQL says. */
void draft_set_keys(struct draft *draft);
/* The name a constraint gets when none is given. */
const char *draft_usual_name(const struct draft *draft, const struct catalog_table *table,
                             struct catalog_names columns, const char *ending);
void draft_add_constraint(struct draft *draft, struct draft_model *model, const char *db_name,
                          const char *definition);
/* An index with words that the YAML has none for. */
bool draft_is_raw_index(const struct catalog_index *index);
/* Whether the columns alone tell rows apart. */
bool draft_is_unique(const struct catalog_table *table, struct catalog_names columns);
bool draft_same_columns(struct catalog_names a, struct catalog_names b);

/* relations.c */
void draft_set_relations(struct draft *draft);

/* statements.c: what stands before and after the tables. */
void draft_set_statements(struct draft *draft);
const char *draft_quoted(struct arena *arena, const char *name);
const char *draft_quoted_list(struct arena *arena, struct catalog_names names);
const char *draft_table_name(struct arena *arena, const char *schema, const char *table);

/* words.c: names that people would choose. */
const char *word_of(struct arena *arena, const char *text, const char *otherwise);
/* "start_end"; the start is cut so that it is no longer than a name may be. */
const char *word_joined(struct arena *arena, const char *start, const char *end);
const char *word_numbered(struct arena *arena, const char *start, unsigned number);
const char *word_singular(struct arena *arena, const char *text);
const char *word_plural(struct arena *arena, const char *text);

/* write.c: the file's text; `owners` gets, per line from 1, the name that is written there. */
const char *draft_write(const struct draft *draft, struct pointers *owners);

/* settle.c: changes what the checks of models refuse until they accept the text, which is
 * returned. NULL: it has said why not. `beside` is the file to be, or NULL. */
const char *draft_settle(struct draft *draft, const char *beside);

#endif
