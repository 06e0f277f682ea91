#include "yaml/parsed.h"

#include <stddef.h>

#define LONGEST_TEXT (64 * 1024)

/* clang-format off */
/* CYAML_FIELD_SEQUENCE and its like do not name every member, so these spell what we use. */
#define FIELD(word, owner, member, ...) \
    { .key = (word), .data_offset = offsetof(struct owner, member), .value = { __VA_ARGS__ } }
#define TEXT_VALUE(presence) \
    .type = CYAML_STRING, .flags = CYAML_FLAG_POINTER | (presence), .data_size = sizeof(char), \
    .string = { .min = 0, .max = LONGEST_TEXT }
#define TEXT(word, owner, member) \
    FIELD(word, owner, member, TEXT_VALUE(CYAML_FLAG_OPTIONAL))
#define REQUIRED_TEXT(word, owner, member) \
    FIELD(word, owner, member, TEXT_VALUE(CYAML_FLAG_DEFAULT))
#define FLAG(word, owner, member) \
    FIELD(word, owner, member, .type = CYAML_BOOL, .flags = CYAML_FLAG_OPTIONAL, \
          .data_size = sizeof(bool))
#define NUMBER(word, owner, member) \
    FIELD(word, owner, member, .type = CYAML_UINT, \
          .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, .data_size = sizeof(uint32_t))
#define CHOICE(word, owner, member, presence, list) \
    FIELD(word, owner, member, .type = CYAML_ENUM, .flags = CYAML_FLAG_STRICT | (presence), \
          .data_size = sizeof(int), \
          .enumeration = { .strings = (list), .count = sizeof(list) / sizeof((list)[0]) })
#define LIST(word, owner, member, element, presence, least) \
    { .key = (word), .data_offset = offsetof(struct owner, member), \
      .count_offset = offsetof(struct owner, member##_count), \
      .count_size = sizeof(((struct owner *)0)->member##_count), \
      .value = { .type = CYAML_SEQUENCE, .flags = CYAML_FLAG_POINTER | (presence), \
                 .data_size = sizeof(((struct owner *)0)->member[0]), \
                 .sequence = { .entry = &(element), .min = (least), .max = CYAML_UNLIMITED } } }
#define TEXTS(word, owner, member) LIST(word, owner, member, text_value, CYAML_FLAG_OPTIONAL, 1)
#define ENTRIES(word, owner, member, element) \
    LIST(word, owner, member, element, CYAML_FLAG_OPTIONAL, 0)
#define END { .key = NULL }
#define ENTRY(name, owner, list) \
    static const cyaml_schema_value_t name = { \
        .type = CYAML_MAPPING, .flags = CYAML_FLAG_DEFAULT, .data_size = sizeof(struct owner), \
        .mapping = { .fields = (list) } \
    }

/* clang-format on */

static const cyaml_schema_value_t text_value = {TEXT_VALUE(CYAML_FLAG_DEFAULT)};

static const cyaml_strval_t relation_kinds[] = {
    {"belongs_to", 1},
    {"has_many", 2},
    {"has_one", 3},
    {"many_to_many", 4},
};

static const cyaml_strval_t key_actions[] = {
    {"no_action", 1}, {"restrict", 2}, {"cascade", 3}, {"set_null", 4}, {"set_default", 5},
};

static const cyaml_strval_t deferrals[] = {
    {"immediate", 1},
    {"deferred", 2},
};

static const cyaml_strval_t json_accesses[] = {
    {"read_only", 1},
    {"write_only", 2},
    {"hidden", 3},
};

static const cyaml_strval_t dialects[] = {
    {"postgresql", 1},
    {"sqlite", 2},
};

static const cyaml_schema_field_t label_fields[] = {
    REQUIRED_TEXT("value", parsed_label, value),
    REQUIRED_TEXT("was", parsed_label, was),
    END,
};
ENTRY(label_entry, parsed_label, label_fields);

static const cyaml_schema_field_t enum_fields[] = {
    REQUIRED_TEXT("name", parsed_enum, name),
    TEXT("type", parsed_enum, type),
    TEXT("schema", parsed_enum, schema),
    TEXT("comment", parsed_enum, comment),
    LIST("values", parsed_enum, values, text_value, CYAML_FLAG_DEFAULT, 1),
    TEXTS("names", parsed_enum, names),
    ENTRIES("renamed", parsed_enum, renamed, label_entry),
    END,
};
ENTRY(enum_entry, parsed_enum, enum_fields);

static const cyaml_schema_field_t column_fields[] = {
    REQUIRED_TEXT("name", parsed_column, name),
    TEXT("column", parsed_column, column),
    REQUIRED_TEXT("type", parsed_column, type),
    TEXTS("values", parsed_column, values),
    TEXTS("names", parsed_column, names),
    ENTRIES("renamed", parsed_column, renamed, label_entry),
    TEXT("sql_type", parsed_column, sql_type),
    TEXT("collation", parsed_column, collation),
    TEXT("generated", parsed_column, generated),
    FLAG("virtual", parsed_column, computed),
    TEXT("default", parsed_column, default_value),
    TEXT("default_sql", parsed_column, default_sql),
    TEXT("check", parsed_column, check),
    NUMBER("max_length", parsed_column, max_length),
    TEXT("min", parsed_column, min),
    TEXT("max", parsed_column, max),
    TEXT("pattern", parsed_column, pattern),
    CHOICE("json", parsed_column, json, CYAML_FLAG_OPTIONAL, json_accesses),
    TEXT("was", parsed_column, was),
    TEXT("comment", parsed_column, comment),
    FLAG("primary_key", parsed_column, primary_key),
    FLAG("array", parsed_column, array),
    FLAG("nullable", parsed_column, nullable),
    FLAG("deferred", parsed_column, deferred),
    FLAG("unique", parsed_column, unique),
    FLAG("version", parsed_column, version),
    FLAG("created", parsed_column, created),
    FLAG("updated", parsed_column, updated),
    END,
};
ENTRY(column_entry, parsed_column, column_fields);

static const cyaml_schema_field_t through_fields[] = {
    TEXT("model", parsed_through, model),
    TEXT("table", parsed_through, table),
    TEXT("schema", parsed_through, schema),
    TEXTS("foreign_key", parsed_through, foreign_key),
    TEXTS("target_key", parsed_through, target_key),
    TEXTS("references", parsed_through, references),
    END,
};

static const cyaml_schema_field_t relation_fields[] = {
    REQUIRED_TEXT("name", parsed_relation, name),
    CHOICE("kind", parsed_relation, kind, CYAML_FLAG_DEFAULT, relation_kinds),
    REQUIRED_TEXT("model", parsed_relation, model),
    TEXTS("foreign_key", parsed_relation, foreign_key),
    TEXTS("references", parsed_relation, references),
    FIELD("through", parsed_relation, through, .type = CYAML_MAPPING,
          .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
          .data_size = sizeof(struct parsed_through), .mapping = {.fields = through_fields}),
    TEXT("inverse", parsed_relation, inverse),
    TEXTS("order_by", parsed_relation, order_by),
    CHOICE("on_delete", parsed_relation, on_delete, CYAML_FLAG_OPTIONAL, key_actions),
    CHOICE("on_update", parsed_relation, on_update, CYAML_FLAG_OPTIONAL, key_actions),
    TEXT("constraint", parsed_relation, constraint),
    CHOICE("deferrable", parsed_relation, deferrable, CYAML_FLAG_OPTIONAL, deferrals),
    TEXT("comment", parsed_relation, comment),
    END,
};
ENTRY(relation_entry, parsed_relation, relation_fields);

static const cyaml_schema_field_t index_fields[] = {
    TEXT("name", parsed_index, name),
    TEXTS("columns", parsed_index, columns),
    TEXTS("expressions", parsed_index, expressions),
    TEXTS("parts", parsed_index, parts),
    TEXTS("include", parsed_index, include),
    TEXT("using", parsed_index, method),
    FLAG("unique", parsed_index, unique),
    TEXT("where", parsed_index, where),
    END,
};
ENTRY(index_entry, parsed_index, index_fields);

static const cyaml_schema_field_t unique_fields[] = {
    TEXT("name", parsed_unique, name),
    LIST("columns", parsed_unique, columns, text_value, CYAML_FLAG_DEFAULT, 1),
    END,
};
ENTRY(unique_entry, parsed_unique, unique_fields);

static const cyaml_schema_field_t check_fields[] = {
    TEXT("name", parsed_check, name),
    REQUIRED_TEXT("expression", parsed_check, expression),
    END,
};
ENTRY(check_entry, parsed_check, check_fields);

static const cyaml_schema_field_t constraint_fields[] = {
    REQUIRED_TEXT("name", parsed_constraint, name),
    REQUIRED_TEXT("definition", parsed_constraint, definition),
    END,
};
ENTRY(constraint_entry, parsed_constraint, constraint_fields);

static const cyaml_schema_field_t statement_fields[] = {
    REQUIRED_TEXT("sql", parsed_statement, sql),
    CHOICE("dialect", parsed_statement, dialect, CYAML_FLAG_OPTIONAL, dialects),
    END,
};
ENTRY(statement_entry, parsed_statement, statement_fields);

static const cyaml_strval_t join_kinds[] = {
    {"left", 1},
    {"inner", 2},
};

static const cyaml_schema_field_t value_fields[] = {
    REQUIRED_TEXT("name", parsed_value, name),
    TEXT("count", parsed_value, count),
    TEXT("count_distinct", parsed_value, count_distinct),
    TEXT("sum", parsed_value, sum),
    TEXT("avg", parsed_value, avg),
    TEXT("min", parsed_value, min),
    TEXT("max", parsed_value, max),
    END,
};
ENTRY(value_entry, parsed_value, value_fields);

static const cyaml_schema_field_t join_fields[] = {
    REQUIRED_TEXT("relation", parsed_join, relation),
    CHOICE("kind", parsed_join, kind, CYAML_FLAG_OPTIONAL, join_kinds),
    END,
};
ENTRY(join_entry, parsed_join, join_fields);

static const cyaml_schema_field_t row_fields[] = {
    REQUIRED_TEXT("name", parsed_row, name),
    TEXT("comment", parsed_row, comment),
    TEXTS("columns", parsed_row, columns),
    TEXTS("group_by", parsed_row, group_by),
    TEXTS("objects", parsed_row, objects),
    ENTRIES("values", parsed_row, values, value_entry),
    ENTRIES("joins", parsed_row, joins, join_entry),
    END,
};
ENTRY(row_entry, parsed_row, row_fields);

static const cyaml_schema_field_t model_fields[] = {
    REQUIRED_TEXT("name", parsed_model, name),
    TEXT("table", parsed_model, table),
    TEXT("schema", parsed_model, schema),
    TEXT("was", parsed_model, was),
    TEXT("comment", parsed_model, comment),
    FLAG("view", parsed_model, view),
    FLAG("keyless", parsed_model, keyless),
    TEXT("options", parsed_model, options),
    TEXT("primary_key_name", parsed_model, primary_key_name),
    TEXTS("primary_key", parsed_model, primary_key),
    ENTRIES("columns", parsed_model, columns, column_entry),
    ENTRIES("relations", parsed_model, relations, relation_entry),
    ENTRIES("indexes", parsed_model, indexes, index_entry),
    ENTRIES("uniques", parsed_model, uniques, unique_entry),
    ENTRIES("checks", parsed_model, checks, check_entry),
    ENTRIES("constraints", parsed_model, constraints, constraint_entry),
    ENTRIES("rows", parsed_model, rows, row_entry),
    END,
};
ENTRY(model_entry, parsed_model, model_fields);

static const cyaml_schema_field_t file_fields[] = {
    NUMBER("version", parsed_file, version),
    TEXT("prefix", parsed_file, prefix),
    TEXTS("include", parsed_file, include),
    TEXTS("queries", parsed_file, queries),
    ENTRIES("before", parsed_file, before, statement_entry),
    ENTRIES("after", parsed_file, after, statement_entry),
    ENTRIES("enums", parsed_file, enums, enum_entry),
    LIST("models", parsed_file, models, model_entry, CYAML_FLAG_DEFAULT, 0),
    END,
};

const cyaml_schema_value_t parsed_file_schema = {
    .type = CYAML_MAPPING,
    .flags = CYAML_FLAG_POINTER,
    .data_size = sizeof(struct parsed_file),
    .mapping = {.fields = file_fields},
};
