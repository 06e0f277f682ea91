#ifndef ORM_CODEGEN_YAML_PARSED_H
#define ORM_CODEGEN_YAML_PARSED_H

/*
 * A file as written: what libcyaml fills in. Absent texts are NULL, absent numbers NULL,
 * absent lists empty, absent flags false. tables.c holds the one description of these words,
 * which the check and libcyaml share.
 */

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdint.h>

struct parsed_label {
    char *value;
    char *was;
};

struct parsed_enum {
    char *name;
    char *type;
    char *schema;
    char *comment;
    char **values;
    unsigned values_count;
    char **names;
    unsigned names_count;
    struct parsed_label *renamed;
    unsigned renamed_count;
};

struct parsed_column {
    char *name;
    char *column;
    char *type;
    char **values;
    unsigned values_count;
    char **names;
    unsigned names_count;
    struct parsed_label *renamed;
    unsigned renamed_count;
    char *sql_type;
    char *collation;
    char *generated;
    char *default_value;
    char *default_sql;
    char *check;
    uint32_t *max_length;
    char *min;
    char *max;
    char *pattern;
    int json; /* enum json_access */
    char *was;
    char *comment;
    bool primary_key;
    bool array;
    bool nullable;
    bool deferred;
    bool unique;
    bool version;
    bool created;
    bool updated;
    bool computed;
};

struct parsed_through {
    char *model;
    char *table;
    char *schema;
    char **foreign_key;
    unsigned foreign_key_count;
    char **target_key;
    unsigned target_key_count;
    char **references;
    unsigned references_count;
};

/* The numbers in the tables are those of enum relation_kind and enum key_action plus one. */
struct parsed_relation {
    char *name;
    int kind;
    char *model;
    char **foreign_key;
    unsigned foreign_key_count;
    char **references;
    unsigned references_count;
    struct parsed_through *through;
    char *inverse;
    char **order_by;
    unsigned order_by_count;
    int on_delete;
    int on_update;
    char *constraint;
    int deferrable; /* enum deferral */
    char *comment;
};

struct parsed_index {
    char *name;
    char **columns;
    unsigned columns_count;
    char **expressions;
    unsigned expressions_count;
    char **parts;
    unsigned parts_count;
    char **include;
    unsigned include_count;
    char *method;
    bool unique;
    char *where;
};

struct parsed_unique {
    char *name;
    char **columns;
    unsigned columns_count;
};

struct parsed_check {
    char *name;
    char *expression;
};

struct parsed_constraint {
    char *name;
    char *definition;
};

/* The numbers in the table are those of enum sql_dialect plus one. */
struct parsed_statement {
    char *sql;
    int dialect;
};

/* All but the name hold a path, and one of them is given. */
struct parsed_value {
    char *name;
    char *count;
    char *count_distinct;
    char *sum;
    char *avg;
    char *min;
    char *max;
};

/* The numbers in the tables are those of enum join_kind plus one. */
struct parsed_join {
    char *relation;
    int kind;
};

struct parsed_row {
    char *name;
    char *comment;
    char **columns;
    unsigned columns_count;
    char **group_by;
    unsigned group_by_count;
    char **objects;
    unsigned objects_count;
    struct parsed_value *values;
    unsigned values_count;
    struct parsed_join *joins;
    unsigned joins_count;
};

struct parsed_model {
    char *name;
    char *table;
    char *schema;
    char *was;
    char *comment;
    bool view;
    bool keyless;
    char *options;
    char *primary_key_name;
    char **primary_key;
    unsigned primary_key_count;
    struct parsed_column *columns;
    unsigned columns_count;
    struct parsed_relation *relations;
    unsigned relations_count;
    struct parsed_index *indexes;
    unsigned indexes_count;
    struct parsed_unique *uniques;
    unsigned uniques_count;
    struct parsed_check *checks;
    unsigned checks_count;
    struct parsed_constraint *constraints;
    unsigned constraints_count;
    struct parsed_row *rows;
    unsigned rows_count;
};

struct parsed_file {
    uint32_t *version;
    char *prefix;
    char **include;
    unsigned include_count;
    char **queries;
    unsigned queries_count;
    struct parsed_statement *before;
    unsigned before_count;
    struct parsed_statement *after;
    unsigned after_count;
    struct parsed_enum *enums;
    unsigned enums_count;
    struct parsed_model *models;
    unsigned models_count;
};

extern const cyaml_schema_value_t parsed_file_schema;

#endif
