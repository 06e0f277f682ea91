#include "yaml/document.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Nodes back as one line of text, for comments in generated code. */

#define LINE_LIMIT 400

static void add_node(struct document *document, struct text *to, const yaml_node_t *node);

/* Breaks comment marks apart, for the text ends up inside a C comment. */
static void add_safe(struct arena *arena, struct text *to, const char *text, size_t size)
{
    char last = to->length ? to->text[to->length - 1] : '\0';

    if ((last == '*' && text[0] == '/') || (last == '/' && text[0] == '*'))
        text_add(arena, to, " ", 1);
    text_add(arena, to, text, size);
}

static void add_character(struct arena *arena, struct text *to, const char *text, size_t size,
                          uint32_t code, char quote)
{
    char shown[16];

    if (quote == '\'' && code == '\'') {
        add_safe(arena, to, "''", 2);
    } else if (quote == '"' && (code == '"' || code == '\\')) {
        add_safe(arena, to, code == '"' ? "\\\"" : "\\\\", 2);
    } else if (code == '\n' || code == '\t') {
        add_safe(arena, to, quote == '"' ? (code == '\n' ? "\\n" : "\\t") : " ",
                 quote == '"' ? 2 : 1);
    } else if (!utf8_is_visible(code)) {
        snprintf(shown, sizeof shown, "\\u%04x", (unsigned)code);
        add_safe(arena, to, shown, strlen(shown));
    } else {
        add_safe(arena, to, text, size);
    }
}

static char quote_of(const yaml_node_t *node)
{
    switch (node->data.scalar.style) {
    case YAML_PLAIN_SCALAR_STYLE:
        return '\0';
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return '\'';
    default:
        return '"';
    }
}

static void add_scalar(struct document *document, struct text *to, const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;
    size_t length = node->data.scalar.length;
    char quote = quote_of(node);

    if (quote)
        add_safe(document->arena, to, &quote, 1);
    for (size_t at = 0; at < length && to->length < LINE_LIMIT;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, length - at, &code);

        if (!size)
            break;
        add_character(document->arena, to, text + at, size, code, quote);
        at += size;
    }
    if (quote)
        add_safe(document->arena, to, &quote, 1);
}

static void add_list(struct document *document, struct text *to, const yaml_node_t *node)
{
    add_safe(document->arena, to, "[", 1);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top && to->length < LINE_LIMIT; item++) {
        if (item > node->data.sequence.items.start)
            add_safe(document->arena, to, ", ", 2);
        add_node(document, to, yaml_document_get_node(&document->tree, *item));
    }
    add_safe(document->arena, to, "]", 1);
}

static void add_mapping(struct document *document, struct text *to, const yaml_node_t *node)
{
    add_safe(document->arena, to, "{ ", 2);
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top && to->length < LINE_LIMIT; pair++) {
        if (pair > node->data.mapping.pairs.start)
            add_safe(document->arena, to, ", ", 2);
        add_node(document, to, yaml_document_get_node(&document->tree, pair->key));
        add_safe(document->arena, to, ": ", 2);
        add_node(document, to, yaml_document_get_node(&document->tree, pair->value));
    }
    add_safe(document->arena, to, " }", 2);
}

static void add_node(struct document *document, struct text *to, const yaml_node_t *node)
{
    switch (node->type) {
    case YAML_SCALAR_NODE:
        add_scalar(document, to, node);
        break;
    case YAML_SEQUENCE_NODE:
        add_list(document, to, node);
        break;
    case YAML_MAPPING_NODE:
        add_mapping(document, to, node);
        break;
    default:
        break;
    }
}

const char *document_flow_text(struct document *document, const yaml_node_t *node)
{
    struct text line = {0};

    text_add_string(document->arena, &line, "");
    if (node)
        add_node(document, &line, node);
    if (line.length >= LINE_LIMIT)
        text_add_string(document->arena, &line, " ...");
    return line.text;
}
