#include "yaml/document.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/utf8.h"

/*
 * Checks the tree against libcyaml's tables. What is wrong is reported and noted as a cut, so
 * that the rest of the file can still be loaded and its meaning checked.
 */

typedef struct document document;
typedef const cyaml_schema_value_t shape;

static bool check_value(document *d, yaml_node_t *node, shape *want, const char *key);

static const char *text_of(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static int id_of(const document *d, const yaml_node_t *node)
{
    return (int)(node - d->tree.nodes.start) + 1;
}

static void cut(document *d, int id)
{
    d->gone[id] = true;
    d->has_cuts = true;
}

/* What an entry of a list is called in messages. */
static const char *entry_noun(const char *key)
{
    static const char *const nouns[][2] = {
        {"models", "a model"},       {"columns", "a column"},        {"enums", "an enum"},
        {"relations", "a relation"}, {"indexes", "an index"},        {"uniques", "a unique"},
        {"checks", "a check"},       {"through", "a 'through'"},     {"rows", "a row"},
        {"values", "a value"},       {"renamed", "a renamed label"}, {"joins", "a join"},
    };

    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (strcmp(nouns[i][0], key) == 0)
            return nouns[i][1];
    return key;
}

static const char *known_keys(document *d, const cyaml_schema_field_t *fields)
{
    struct text keys = {0};

    for (; fields->key; fields++) {
        text_add_string(d->arena, &keys, keys.length ? ", " : "");
        text_add_string(d->arena, &keys, fields->key);
    }
    return keys.text;
}

/* {name:a} is a key without a value. */
static bool lacks_space(const yaml_node_t *key, const yaml_node_t *value,
                        const cyaml_schema_field_t *fields)
{
    size_t length = strcspn(text_of(key), ":");

    if (!text_of(key)[length] || !document_is_null(value))
        return false;
    while (fields->key &&
           (strlen(fields->key) != length || memcmp(fields->key, text_of(key), length) != 0))
        fields++;
    return fields->key != NULL;
}

static void report_unknown_key(document *d, const yaml_node_t *key, const yaml_node_t *value,
                               const cyaml_schema_field_t *fields, const char *where)
{
    struct suggestion near = suggest_for(text_of(key));
    struct span at = document_span(d, key);
    const char *noun = where ? entry_noun(where) : "a file";
    size_t length = key->data.scalar.length;

    for (const cyaml_schema_field_t *field = fields; field->key; field++)
        suggest_offer(&near, field->key);
    if (length && text_of(key)[length - 1] == ')' && document_is_null(value))
        diagnostics_error(d->diags, at,
                          "unknown key '%s' in %s: inside { } a text with a comma "
                          "needs quotes, such as \"numeric(12,2)\"",
                          text_of(key), noun);
    else if (lacks_space(key, value, fields))
        diagnostics_error(d->diags, at, "a space is missing behind the ':' of '%s'", text_of(key));
    else if (near.best)
        diagnostics_error(d->diags, at, "unknown key '%s' in %s%s", text_of(key), noun,
                          suggest_text(d->arena, &near));
    else
        diagnostics_error(d->diags, at, "unknown key '%s' in %s (known: %s)", text_of(key), noun,
                          known_keys(d, fields));
}

/* "put it in brackets" only when that would be short enough to read. */
static bool report_list_wanted(document *d, const yaml_node_t *node, const char *key)
{
    struct span at = document_span(d, node);

    if (node->type == YAML_MAPPING_NODE)
        diagnostics_error(d->diags, at, "'%s' must be a list; start each entry with '- '", key);
    else if (document_is_null(node) || node->data.scalar.length > 60)
        diagnostics_error(d->diags, at, "'%s' must be a list", key);
    else
        diagnostics_error(d->diags, at, "'%s' must be a list; put it in brackets: [%s]", key,
                          text_of(node));
    return false;
}

static bool report_choice(document *d, const yaml_node_t *node, shape *want, const char *key)
{
    struct suggestion near = suggest_for(text_of(node));
    struct text choices = {0};

    for (uint32_t i = 0; i < want->enumeration.count; i++) {
        suggest_offer(&near, want->enumeration.strings[i].str);
        text_add_string(d->arena, &choices, i ? ", " : "");
        text_add_string(d->arena, &choices, want->enumeration.strings[i].str);
    }
    diagnostics_error(d->diags, document_span(d, node), "'%s' is no value of '%s' (one of %s)%s",
                      text_of(node), key, choices.text, suggest_text(d->arena, &near));
    return false;
}

static bool check_choice(document *d, const yaml_node_t *node, shape *want, const char *key)
{
    for (uint32_t i = 0; i < want->enumeration.count; i++)
        if (node->data.scalar.length == strlen(want->enumeration.strings[i].str) &&
            strcmp(text_of(node), want->enumeration.strings[i].str) == 0)
            return true;
    return report_choice(d, node, want, key);
}

static bool is_plain(const yaml_node_t *node)
{
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool is_word(const yaml_node_t *node, const char *word)
{
    return node->data.scalar.length == strlen(word) && strcmp(text_of(node), word) == 0;
}

static bool check_flag(document *d, const yaml_node_t *node, const char *key)
{
    bool known = is_word(node, "true") || is_word(node, "false");

    if (known && is_plain(node))
        return true;
    diagnostics_error(d->diags, document_span(d, node),
                      known ? "'%s' takes true or false without quotes, not \"%s\""
                            : "'%s' must be true or false, not '%s'",
                      key, text_of(node));
    return false;
}

static bool check_number(document *d, const yaml_node_t *node, shape *want, const char *key)
{
    uint64_t most = want->data_size >= 8 ? UINT64_MAX : (UINT64_C(1) << (want->data_size * 8)) - 1;
    const char *digits = text_of(node);
    uint64_t value = 0;
    bool plain = is_plain(node) && *digits && !(digits[0] == '0' && digits[1]);

    for (size_t i = 0; plain && i < node->data.scalar.length; i++)
        plain = digits[i] >= '0' && digits[i] <= '9';
    if (!is_plain(node) && digits[strspn(digits, "0123456789")] == '\0') {
        diagnostics_error(d->diags, document_span(d, node),
                          "'%s' takes a number without quotes, not \"%s\"", key, digits);
        return false;
    }
    if (!plain) {
        diagnostics_error(d->diags, document_span(d, node),
                          "'%s' must be a decimal integer of 0 or more, not '%s'", key, digits);
        return false;
    }
    for (; *digits; digits++) {
        uint64_t digit = (uint64_t)(*digits - '0');

        if (value > (most - digit) / 10) {
            diagnostics_error(d->diags, document_span(d, node),
                              "%s is out of range for '%s' (0 to %llu)", text_of(node), key,
                              (unsigned long long)most);
            return false;
        }
        value = value * 10 + digit;
    }
    return true;
}

/*
 * A NUL would cut the text short in C, other controls have no place in names or SQL. Null is a
 * value for a default only.
 */
static bool check_text(document *d, const yaml_node_t *node, const char *key)
{
    const char *text = text_of(node);

    if (document_is_null(node)) {
        if (strcmp(key, "default") == 0)
            return true;
        diagnostics_error(d->diags, document_span(d, node),
                          node->data.scalar.length ? "'%s' has no value: quote '%s' or leave the "
                                                     "key out"
                                                   : "'%s' has no value",
                          key, text);
        return false;
    }
    for (size_t i = 0; i < node->data.scalar.length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if ((byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7F) {
            diagnostics_error(d->diags, document_span(d, node),
                              "'%s' holds a control character (U+%04X)", key, (unsigned)byte);
            return false;
        }
    }
    return true;
}

static bool check_scalar(document *d, const yaml_node_t *node, shape *want, const char *key)
{
    if (node->type != YAML_SCALAR_NODE) {
        diagnostics_error(d->diags, document_span(d, node), "'%s' takes a single value, not a %s%s",
                          key, node->type == YAML_SEQUENCE_NODE ? "list" : "mapping",
                          strcmp(key, "default") == 0 ? "; put it in quotes, as text" : "");
        return false;
    }
    switch (want->type) {
    case CYAML_BOOL:
        return check_flag(d, node, key);
    case CYAML_UINT:
        return check_number(d, node, want, key);
    case CYAML_ENUM:
        return check_choice(d, node, want, key);
    case CYAML_STRING:
        return check_text(d, node, key);
    default:
        diagnostics_error(d->diags, document_span(d, node),
                          "'%s' has a type this check does not know", key);
        return false;
    }
}

static void note_lost_entry(document *d, const char *key)
{
    if (strcmp(key, "models") == 0)
        d->lost_models = true;
    if (strcmp(key, "enums") == 0)
        d->lost_enums = true;
}

/* Nobody reads so many faults, and looking for more takes time. */
static bool is_hopeless(const document *d)
{
    return diagnostics_error_count(d->diags) >= 1000;
}

static bool check_list(document *d, yaml_node_t *node, shape *want, const char *key)
{
    size_t kept = 0;

    if (node->type != YAML_SEQUENCE_NODE)
        return report_list_wanted(d, node, key);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top && !is_hopeless(d); item++) {
        yaml_node_t *child = yaml_document_get_node(&d->tree, *item);

        if (check_value(d, child, want->sequence.entry, key)) {
            kept++;
        } else {
            cut(d, *item);
            note_lost_entry(d, key);
        }
        if (d->faulty[id_of(d, child) - 1])
            d->faulty[id_of(d, node) - 1] = true;
    }
    if (node->data.sequence.items.start == node->data.sequence.items.top && want->sequence.min) {
        diagnostics_error(d->diags, document_span(d, node), "'%s' must not be empty", key);
        return false;
    }
    return kept >= want->sequence.min;
}

static const cyaml_schema_field_t *find_field(const cyaml_schema_field_t *fields,
                                              const yaml_node_t *key)
{
    for (; fields->key; fields++)
        if (is_word(key, fields->key))
            return fields;
    return NULL;
}

/* The first key of the mapping with this text. */
static const yaml_node_t *first_given(document *d, const yaml_node_t *mapping, const char *word)
{
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&d->tree, pair->key);

        if (key->type == YAML_SCALAR_NODE && is_word(key, word))
            return key;
    }
    return NULL;
}

static bool check_pair(document *d, const yaml_node_t *mapping, yaml_node_pair_t *pair,
                       const cyaml_schema_field_t *fields, const char *where)
{
    yaml_node_t *key = yaml_document_get_node(&d->tree, pair->key);
    yaml_node_t *value = yaml_document_get_node(&d->tree, pair->value);
    const cyaml_schema_field_t *field;
    const yaml_node_t *first;
    bool ok;

    if (key->type != YAML_SCALAR_NODE) {
        diagnostics_error(d->diags, document_span(d, key), "a key must be a plain word");
        return false;
    }
    field = find_field(fields, key);
    if (!field) {
        report_unknown_key(d, key, value, fields, where);
        return false;
    }
    first = first_given(d, mapping, field->key);
    if (first != key) {
        diagnostics_error(d->diags, document_span(d, key), "'%s' is given twice", field->key);
        diagnostics_note(d->diags, document_span(d, first), "first given here");
        return false;
    }
    ok = check_value(d, value, &field->value, field->key);
    if (d->faulty[id_of(d, value) - 1])
        d->faulty[id_of(d, mapping) - 1] = true;
    return ok;
}

/* A required key is missed once: as absent here, or where its value is wrong. */
static bool check_missing(document *d, const yaml_node_t *mapping,
                          const cyaml_schema_field_t *fields, const char *where)
{
    bool ok = true;

    for (; fields->key; fields++) {
        if ((fields->value.flags & CYAML_FLAG_OPTIONAL) || first_given(d, mapping, fields->key))
            continue;
        diagnostics_error(d->diags, document_span(d, mapping), "%s needs the key '%s'",
                          where ? entry_noun(where) : "a file", fields->key);
        ok = false;
    }
    return ok;
}

static bool check_mapping(document *d, yaml_node_t *node, shape *want, const char *key)
{
    bool ok = true;

    if (node->type != YAML_MAPPING_NODE) {
        diagnostics_error(d->diags, document_span(d, node),
                          key ? "%s must be written as key: value pairs"
                              : "%s must be written as key: value pairs, starting with 'models:'",
                          key ? entry_noun(key) : "a file");
        return false;
    }
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(&d->tree, pair->key);
        const cyaml_schema_field_t *field;

        if (check_pair(d, node, pair, want->mapping.fields, key))
            continue;
        cut(d, pair->key);
        d->faulty[id_of(d, node) - 1] = true;
        field = name->type == YAML_SCALAR_NODE ? find_field(want->mapping.fields, name) : NULL;
        if (field)
            note_lost_entry(d, field->key);
        if (field && !(field->value.flags & CYAML_FLAG_OPTIONAL) &&
            first_given(d, node, field->key) == name)
            ok = false;
    }
    return check_missing(d, node, want->mapping.fields, key) && ok;
}

static bool check_value(document *d, yaml_node_t *node, shape *want, const char *key)
{
    bool ok;

    if (want->type == CYAML_MAPPING)
        ok = check_mapping(d, node, want, key);
    else if (want->type == CYAML_SEQUENCE)
        ok = check_list(d, node, want, key);
    else
        ok = check_scalar(d, node, want, key);
    if (!ok)
        d->faulty[id_of(d, node) - 1] = true;
    return ok;
}

void document_check(document *d)
{
    yaml_node_t *root = document_root(d);

    if (!check_value(d, root, &parsed_file_schema, NULL) || is_hopeless(d))
        cut(d, id_of(d, root));
}
