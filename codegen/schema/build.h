#ifndef ORM_CODEGEN_SCHEMA_BUILD_H
#define ORM_CODEGEN_SCHEMA_BUILD_H

/*
 * Shared by the stages that turn parsed files into the schema. Each stage reports what is
 * wrong with its own subject and marks it broken; later stages stay silent about what only
 * follows from that.
 */

#include "base/diagnostics.h"
#include "base/map.h"
#include "base/memory.h"
#include "schema/schema.h"
#include "yaml/document.h"

/* Columns of a primary key or of a relation's keys: what the runtime has room for. */
enum { BUILD_KEY_COLUMNS_MAX = 8 };

struct enum_build {
    struct enum_type *type;
    struct document *document;
    yaml_node_t *node;
};

struct column_build {
    const struct parsed_column *parsed;
    yaml_node_t *node;
    bool broken; /* its type is not known */
};

struct relation_build {
    const struct parsed_relation *parsed;
    yaml_node_t *node;
    struct relation *relation;
    struct model_build *owner;
    struct model_build *target; /* NULL: unknown */
    bool resolved;              /* its keys are */
    bool broken;
};

struct model_build {
    struct model *model;
    struct document *document;
    const struct parsed_model *parsed;
    yaml_node_t *node;
    const char *prefix;
    struct column_build *columns;
    struct relation_build *relations;
    struct map column_names;      /* struct column */
    struct map relation_names;    /* struct relation_build */
    struct pointers foreign_keys; /* struct foreign_key */
    bool broken_key;              /* the primary key is wrong or missing */
};

/* A file of named statements that was read. */
struct statement_file_build {
    const struct source *source;
    const char *prefix;    /* the one it takes over; its own goes before */
    const char *listed_by; /* the YAML file that names it, or NULL */
};

struct builder {
    struct arena *arena;
    struct diagnostics *diags;
    struct schema *schema;
    struct pointers documents; /* struct document */
    struct pointers models;    /* struct model_build, bare link tables included */
    struct pointers enums;     /* struct enum_type */
    struct map model_names;    /* struct model_build */
    struct map tables;         /* struct model_build by "schema.table" */
    struct map enum_names;     /* struct enum_build */
    struct map enum_types;     /* struct enum_type by "schema.type" */
    struct map constraints;    /* struct model_build by schema and name of index or constraint */
    struct pointers statement_files; /* struct statement_file_build */
    bool draft; /* named statements may leave types out */
    bool lost_models;
    bool lost_enums;
};

/* Stages, in order. */
void build_enums(struct builder *b);
void build_models(struct builder *b);
void build_columns(struct builder *b);
void build_keys(struct builder *b);
void build_relations(struct builder *b);
void build_inverses(struct builder *b);
void build_foreign_keys(struct builder *b);
void build_order(struct builder *b);
void build_deferred(struct builder *b);
void build_statements(struct builder *b);
void build_rows(struct builder *b);

/* Parts of stages. */
/* Old texts of labels, once these are there. */
void build_enum_renames(struct builder *b, struct document *document, yaml_node_t *node,
                        struct enum_type *type, const struct parsed_label *renamed, size_t count);
bool build_enum_labels(struct builder *b, struct document *document, yaml_node_t *node,
                       struct enum_type *type, char **values, size_t count, char **names,
                       size_t name_count);
void build_add_enum(struct builder *b, struct enum_type *type, struct span at);
void build_default(struct builder *b, struct model_build *mb, size_t index);
void build_limits(struct builder *b, struct model_build *mb, size_t index);
void build_through(struct builder *b, struct relation_build *rb);

/* Checks and helpers. Names that are wrong are reported at the value of key in node. */
bool build_check_name(struct builder *b, struct document *document, yaml_node_t *node,
                      const char *key, const char *name, const char *noun, const char *other_key);
/* text, or fallback when it is NULL; *text stays usable when it was wrong. */
const char *build_database_name(struct builder *b, struct document *document, yaml_node_t *node,
                                const char *key, const char *text, const char *fallback);
/* text with the spaces around it gone; NULL when it is NULL or refused. */
const char *build_sql(struct builder *b, struct document *document, yaml_node_t *node,
                      const char *key, const char *text);
/* Column names to columns; false, with the fault reported, when one is not there. */
bool build_key(struct builder *b, struct model_build *owner, struct document *document,
               yaml_node_t *node, const char *key, char **names, size_t count, struct key *key_out);
void build_unknown_column(struct builder *b, const struct model_build *owner, struct span at,
                          const char *name);
/* The same for one word of an order, with its "-"; SQL's "name desc" gets our spelling as hint. */
void build_unknown_ordered(struct builder *b, struct model_build *owner, struct span at,
                           const char *text);
bool build_key_equal(const struct key *a, const struct key *b);
/* "a, b" in parentheses, by name. */
const char *build_key_text(struct builder *b, const struct key *key);
/* Whether key, in any order, is the primary key or a unique of its model. */
bool build_key_is_unique(const struct model *model, const struct key *key);
/* Whether a foreign key may refer from one key to the other; reports what keeps it from that. */
bool build_check_pair(struct builder *b, struct span where, const struct key *from,
                      const struct key *to);
const char *build_qualified(struct builder *b, const char *schema, const char *name);
/* Index and constraint names: given, or made of the table, the columns and the ending. */
const char *build_constraint_name(struct builder *b, struct model_build *mb, yaml_node_t *node,
                                  const char *given, const struct key *key, const char *ending);
struct place build_place(const struct span *span);
struct model_build *build_find_model(struct builder *b, const struct model *model);
struct column *build_find_column(struct model_build *mb, const char *name);

#endif
