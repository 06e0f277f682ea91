#include "yaml/canonical.h"
#include "yaml/document.h"

#include <string.h>

#include "base/utf8.h"

/* Nodes back as one line of text. */

#define LINE_LIMIT 400

static void add_node(struct document *document, struct text *to, const yaml_node_t *node,
                     const char *entry);

static void add_list(struct document *document, struct text *to, const yaml_node_t *node,
                     const char *entry)
{
    text_add_string(document->arena, to, "[");
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        if (item > node->data.sequence.items.start)
            text_add_string(document->arena, to, ", ");
        add_node(document, to, yaml_document_get_node(&document->tree, *item), entry);
    }
    text_add_string(document->arena, to, "]");
}

static void add_mapping(struct document *document, struct text *to, const yaml_node_t *node,
                        const char *entry)
{
    const yaml_node_pair_t **pairs = canonical_pairs(document->arena, &document->tree, node, entry);
    size_t count = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);

    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key = yaml_document_get_node(&document->tree, pairs[i]->key);

        text_add_string(document->arena, to, i ? ", " : "{ ");
        add_node(document, to, key, entry);
        text_add_string(document->arena, to, ": ");
        add_node(document, to, yaml_document_get_node(&document->tree, pairs[i]->value),
                 key->type == YAML_SCALAR_NODE ? canonical_entry(key) : entry);
    }
    text_add_string(document->arena, to, count ? " }" : "{ }");
}

static void add_node(struct document *document, struct text *to, const yaml_node_t *node,
                     const char *entry)
{
    if (node->type == YAML_SCALAR_NODE)
        text_add_string(document->arena, to, canonical_scalar(document->arena, node));
    else if (node->type == YAML_SEQUENCE_NODE)
        add_list(document, to, node, entry);
    else if (node->type == YAML_MAPPING_NODE)
        add_mapping(document, to, node, entry);
}

const char *document_inline_text(struct document *document, const yaml_node_t *node,
                                 const char *entry)
{
    struct text line = {0};

    text_add_string(document->arena, &line, "");
    if (node)
        add_node(document, &line, node, entry);
    return line.text;
}

/* Breaks comment marks apart, for the text ends up inside a C comment. */
static void add_safe(struct arena *arena, struct text *to, const char *text, size_t size)
{
    char last = to->length ? to->text[to->length - 1] : '\0';

    if ((last == '*' && text[0] == '/') || (last == '/' && text[0] == '*'))
        text_add(arena, to, " ", 1);
    text_add(arena, to, text, size);
}

const char *document_flow_text(struct document *document, const yaml_node_t *node,
                               const char *entry)
{
    const char *whole = document_inline_text(document, node, entry);
    size_t length = strlen(whole);
    struct text line = {0};
    uint32_t code;

    text_add_string(document->arena, &line, "");
    for (size_t at = 0; at < length && line.length < LINE_LIMIT;) {
        size_t size = utf8_decode(whole + at, length - at, &code);

        size = size ? size : 1;
        add_safe(document->arena, &line, whole + at, size);
        at += size;
    }
    if (line.length >= LINE_LIMIT)
        text_add_string(document->arena, &line, " ...");
    return line.text;
}
