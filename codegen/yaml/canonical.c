#include "yaml/canonical.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "yaml/document.h"

/* clang-format off */
static const char *const orders[][2] = {
    { "file", " version prefix include queries before enums models after " },
    { "before", " dialect sql " },
    { "after", " dialect sql " },
    { "enums", " name values names renamed type schema comment " },
    { "renamed", " value was " },
    { "models",
      " name table schema was view keyless comment options primary_key primary_key_name columns "
      "relations indexes uniques checks constraints rows " },
    { "columns",
      " name column was type values names renamed array sql_type collation nullable primary_key "
      "generated virtual unique default default_sql max_length min max pattern check version "
      "created updated deferred comment " },
    { "relations",
      " name kind model foreign_key references through inverse order_by on_delete on_update "
      "constraint deferrable comment " },
    { "through", " model table schema foreign_key target_key references " },
    { "indexes", " columns expressions parts using include unique where name " },
    { "uniques", " columns name " },
    { "checks", " expression name " },
    { "constraints", " name definition " },
    { "rows", " name comment columns group_by objects values joins " },
    { "values", " name count count_distinct sum avg min max " },
    { "joins", " relation kind " },
};
/* clang-format on */

size_t canonical_rank(const char *entry, const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (strcmp(orders[i][0], entry) != 0)
            continue;
        for (const char *at = strstr(orders[i][1], key); at; at = strstr(at + 1, key))
            if (at[-1] == ' ' && at[length] == ' ')
                return (size_t)(at - orders[i][1]);
    }
    return SIZE_MAX;
}

const char *canonical_entry(const yaml_node_t *key)
{
    return (const char *)key->data.scalar.value;
}

static size_t rank_of(yaml_document_t *tree, const yaml_node_pair_t *pair, const char *entry)
{
    return canonical_rank(entry, canonical_entry(yaml_document_get_node(tree, pair->key)));
}

const yaml_node_pair_t **canonical_pairs(struct arena *arena, yaml_document_t *tree,
                                         const yaml_node_t *mapping, const char *entry)
{
    const yaml_node_pair_t *start = mapping->data.mapping.pairs.start;
    size_t count = (size_t)(mapping->data.mapping.pairs.top - start);
    const yaml_node_pair_t **pairs = arena_array(arena, count, sizeof *pairs);

    for (size_t i = 0; i < count; i++) {
        size_t rank = rank_of(tree, &start[i], entry);
        size_t at = i;

        for (; at && rank_of(tree, pairs[at - 1], entry) > rank; at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = &start[i];
    }
    return pairs;
}

/* Plain words that YAML or its readers take for something else. */
static bool has_meaning(const char *text)
{
    static const char *const words[] = {"null", "yes", "no", "on", "off", "y", "n"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(words[i], text) == 0)
            return true;
    return false;
}

static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    unsigned char behind = length ? (unsigned char)text[1] : 0;

    if (!length || has_meaning(text) ||
        !(isalnum((unsigned char)*text) || *text == '_' ||
          (*text == '-' && (isalnum(behind) || behind == '_'))))
        return false;
    if (text[length - 1] == ' ')
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+. ()/") ==
           length;
}

static bool is_visible(const char *text)
{
    uint32_t code;

    for (size_t at = 0, length = strlen(text); at < length;) {
        size_t size = utf8_decode(text + at, length - at, &code);

        if (!size || !utf8_is_visible(code))
            return false;
        at += size;
    }
    return true;
}

static const char *escaped(struct arena *arena, const char *text)
{
    struct text made = {0};
    uint32_t code;

    text_add_string(arena, &made, "\"");
    for (size_t at = 0, length = strlen(text); at < length;) {
        size_t size = utf8_decode(text + at, length - at, &code);
        const char *part = text + at;

        if (!size) /* as it is: nothing that was read from YAML */
            text_add(arena, &made, part, 1);
        else if (code == '"' || code == '\\')
            text_add_string(arena, &made, arena_format(arena, "\\%c", (int)code));
        else if (code == '\n' || code == '\t')
            text_add_string(arena, &made, code == '\n' ? "\\n" : "\\t");
        else if (code < ' ' || code == 0x7F)
            text_add_string(arena, &made, arena_format(arena, "\\x%02x", (unsigned)code));
        else if (!utf8_is_visible(code))
            text_add_string(
                arena, &made,
                arena_format(arena, code > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)code));
        else
            text_add(arena, &made, part, size);
        at += size ? size : 1;
    }
    text_add_string(arena, &made, "\"");
    return made.text;
}

const char *canonical_text(struct arena *arena, const char *text)
{
    struct text made = {0};

    if (is_plain(text))
        return text;
    if (!is_visible(text) || !strpbrk(text, "\"\\"))
        return escaped(arena, text);
    text_add_string(arena, &made, "'");
    for (; *text; text++)
        text_add(arena, &made, *text == '\'' ? "''" : text, *text == '\'' ? 2 : 1);
    text_add_string(arena, &made, "'");
    return made.text;
}

static bool is_like_a_value(const char *text)
{
    const char *digits = text + (*text == '-');

    return strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0 ||
           isdigit((unsigned char)*digits);
}

const char *canonical_scalar(struct arena *arena, const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;

    if (document_is_null(node))
        return "null";
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE && is_like_a_value(text) &&
        is_plain(text))
        return arena_format(arena, "\"%s\"", text);
    return canonical_text(arena, text);
}
