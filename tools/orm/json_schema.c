#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "types/types.h"
#include "yaml/parsed.h"
#include "yaml/words.h"

/*
 * A JSON Schema (draft 7) of the YAML, for editors: made of the same tables that `orm check` reads
 * files by, so that it knows every word and no other.
 */

static json_t *value_schema(json_t *definitions, const char *entry, const char *word,
                            const cyaml_schema_value_t *value);

static json_t *typed(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

/* Plain scalars are texts to libcyaml, whatever an editor takes them for. */
static json_t *text_schema(const char *word)
{
    static const char *const literals[] = { "default", "min", "max", "values" };

    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        if (strcmp(literals[i], word) == 0)
            return json_pack("{s:[ssss]}", "type", "string", "number", "boolean", "null");
    return typed("string");
}

/* Names that are offered; others are allowed too. */
static json_t *offered(json_t *names)
{
    return json_pack("{s:[{s:o},{s:s}]}", "anyOf", "enum", names, "type", "string");
}

static json_t *type_schema(void)
{
    json_t *names = json_array();

    for (int kind = 0; kind < TYPE_KIND_COUNT; kind++)
        if (type_info((enum type_kind)kind)->name)
            json_array_append_new(names, json_string(type_info((enum type_kind)kind)->name));
    return offered(names);
}

static json_t *choice_schema(const cyaml_schema_value_t *value)
{
    json_t *names = json_array();

    for (uint32_t i = 0; i < value->enumeration.count; i++)
        json_array_append_new(names, json_string(value->enumeration.strings[i].str));
    return json_pack("{s:o}", "enum", names);
}

static json_t *mapping_schema(json_t *definitions, const char *entry,
                              const cyaml_schema_value_t *value)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    json_t *schema = json_pack("{s:s,s:b}", "type", "object", "additionalProperties", 0);

    for (const cyaml_schema_field_t *field = value->mapping.fields; field->key; field++) {
        const char *meaning = word_meaning(entry, field->key);
        json_t *property = value_schema(definitions, entry, field->key, &field->value);

        if (meaning)
            json_object_set_new(property, "description", json_string(meaning));
        json_object_set_new(properties, field->key, property);
        if (!(field->value.flags & CYAML_FLAG_OPTIONAL))
            json_array_append_new(required, json_string(field->key));
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required))
        json_object_set(schema, "required", required);
    json_decref(required);
    return schema;
}

/* Entries are defined once, under the key of their list. */
static json_t *entry_schema(json_t *definitions, const char *word,
                            const cyaml_schema_value_t *value)
{
    char reference[64];

    if (!json_object_get(definitions, word)) {
        json_object_set_new(definitions, word, json_null());
        json_object_set_new(definitions, word, mapping_schema(definitions, word, value));
    }
    (void)snprintf(reference, sizeof reference, "#/definitions/%s", word);
    /* What stands beside a reference would be ignored. */
    return json_pack("{s:[{s:s}]}", "allOf", "$ref", reference);
}

static json_t *list_schema(json_t *definitions, const char *entry, const char *word,
                           const cyaml_schema_value_t *value)
{
    json_t *items = value_schema(definitions, entry, word, value->sequence.entry);
    json_t *schema = json_pack("{s:s,s:o}", "type", "array", "items", items);

    if (value->sequence.min)
        json_object_set_new(schema, "minItems", json_integer(value->sequence.min));
    return schema;
}

static json_t *value_schema(json_t *definitions, const char *entry, const char *word,
                            const cyaml_schema_value_t *value)
{
    bool of_column = strcmp(entry, "columns") == 0;

    switch ((int)value->type) {
    case CYAML_BOOL:
        return typed("boolean");
    case CYAML_UINT:
        return json_pack("{s:s,s:i}", "type", "integer", "minimum", 0);
    case CYAML_ENUM:
        return choice_schema(value);
    case CYAML_MAPPING:
        return entry_schema(definitions, word, value);
    case CYAML_SEQUENCE:
        return list_schema(definitions, entry, word, value);
    default:
        if (of_column && strcmp(word, "type") == 0)
            return type_schema();
        if (of_column && strcmp(word, "generated") == 0)
            return offered(json_pack("[ss]", "identity", "serial"));
        return text_schema(word);
    }
}

static char *schema_text(void)
{
    json_t *definitions = json_object();
    json_t *file = mapping_schema(definitions, "file", &parsed_file_schema);
    json_t *root = json_pack("{s:s,s:s,s:s}", "$schema", "http://json-schema.org/draft-07/schema#",
                             "title", "Models of orm", "description",
                             "Tables described once, from which C and SQL are generated.");
    char *text;

    json_object_update(root, file);
    json_decref(file);
    json_object_set_new(root, "definitions", definitions);
    text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    return text;
}

static enum exit_code write_schema(struct arena *arena, const char *path)
{
    struct file_set set = { .arena = arena };
    char *text = schema_text();
    const char *lines;

    if (!text) {
        report_error("out of memory");
        return EXIT_WRONG_INPUT;
    }
    lines = arena_format(arena, "%s\n", text);
    free(text);
    if (!path) {
        fputs(lines, stdout);
        return EXIT_FINE;
    }
    files_add(&set, path, lines, strlen(lines));
    return files_write(&set) ? EXIT_FINE : EXIT_WRONG_INPUT;
}

static enum exit_code run_json_schema(struct arena *arena, int count, char **words)
{
    const char *path = NULL;

    for (int i = 0; i < count; i++) {
        const char *word = words[i];

        if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
            help_command(&command_json_schema, stdout);
            return EXIT_FINE;
        }
        if (path)
            return wrong_command(&command_json_schema, "json-schema: one file at most");
        if (strncmp(word, "--out=", 6) == 0)
            path = word + 6;
        else if ((strcmp(word, "--out") == 0 || strcmp(word, "-o") == 0) && i + 1 < count)
            path = words[++i];
        else
            return wrong_command(&command_json_schema, "json-schema: unknown word '%s'", word);
    }
    return write_schema(arena, path);
}

const struct command command_json_schema = {
    .name = "json-schema",
    .summary = "print a JSON Schema of the YAML, for editors",
    .help = "orm json-schema - print a JSON Schema of the YAML, for editors\n"
            "\n"
            "Usage:\n"
            "  orm json-schema [--out FILE]\n"
            "\n"
            "Editors that know the YAML language server then complete keys, say what they\n"
            "mean and mark unknown ones as they are typed. The first line of a file of\n"
            "models switches it on:\n"
            "\n"
            "  # yaml-language-server: $schema=orm.schema.json\n"
            "\n"
            "An installation has the schema as share/orm/schemas/models.schema.json. It\n"
            "knows words, not meaning: orm check finds more.\n"
            "\n"
            "Options:\n"
            "  -o, --out FILE  write there instead of standard output\n"
            "  -h, --help      show this page\n"
            "\n"
            "Examples:\n"
            "  orm json-schema --out orm.schema.json\n",
    .run_words = run_json_schema,
};
