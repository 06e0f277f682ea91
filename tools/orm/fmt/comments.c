#include "fmt/fmt.h"

#include <string.h>

#include "base/utf8.h"

/*
 * libyaml drops comments. All that stands between the scalars of a file is brackets, commas,
 * colons, dashes, blanks and comments, so a '#' there begins one.
 */

struct walk {
    struct fmt *fmt;
    size_t at; /* characters */
    size_t line;
    size_t column;
    bool fresh; /* only blanks since the line's start */
};

static const char *text_at(const struct fmt *fmt, size_t at)
{
    return fmt->document->source->text + fmt->bytes[at];
}

static size_t left_at(const struct fmt *fmt, size_t at)
{
    return fmt->document->source->length - fmt->bytes[at];
}

static void map_characters(struct fmt *fmt)
{
    const struct source *source = fmt->document->source;
    size_t *bytes = arena_array(fmt->arena, source->length + 2, sizeof *bytes);
    size_t count = 0;
    uint32_t code;

    for (size_t at = 0; at < source->length; count++) {
        size_t size = utf8_decode(source->text + at, source->length - at, &code);

        bytes[count] = at;
        at += size ? size : 1;
    }
    bytes[count] = source->length;
    fmt->bytes = bytes;
}

static void add_mark(struct walk *walk, struct pointers *to, const char *text)
{
    struct fmt_comment *comment = arena_alloc(walk->fmt->arena, sizeof *comment);

    comment->text = text;
    comment->at = walk->at;
    comment->line = walk->line;
    comment->column = walk->column;
    comment->alone = walk->fresh;
    pointers_add(walk->fmt->arena, to, comment);
}

/* Moves on by one character. */
static void step(struct walk *walk)
{
    const char *text = text_at(walk->fmt, walk->at);
    size_t size = utf8_line_break(text, left_at(walk->fmt, walk->at));

    walk->column++;
    walk->fresh = walk->fresh && (*text == ' ' || *text == '\t');
    if (size && !(size == 2 && *text == '\r')) { /* of CR LF the second ends the line */
        walk->line++;
        walk->column = 0;
        walk->fresh = true;
    }
    walk->at++;
}

static void take_comment(struct walk *walk)
{
    const char *text = text_at(walk->fmt, walk->at);
    struct walk from = *walk;
    size_t size;

    while (left_at(walk->fmt, walk->at) &&
           !utf8_line_break(text_at(walk->fmt, walk->at), left_at(walk->fmt, walk->at)))
        walk->at++;
    size = (size_t)(text_at(walk->fmt, walk->at) - text);
    while (size && (text[size - 1] == ' ' || text[size - 1] == '\t'))
        size--;
    from.fmt = walk->fmt;
    add_mark(&from, &walk->fmt->comments, arena_copy(walk->fmt->arena, text, size));
}

/* The characters up to `end`, none of which is in a scalar. False: it stopped at a directive. */
static bool walk_gap(struct walk *walk, size_t end)
{
    while (walk->at < end && left_at(walk->fmt, walk->at)) {
        char byte = *text_at(walk->fmt, walk->at);

        if (byte == '%' && !walk->column)
            return false;
        if (byte == '-')
            add_mark(walk, &walk->fmt->dashes, "");
        if (byte == '#')
            take_comment(walk);
        else
            step(walk);
    }
    return true;
}

static bool is_block(const yaml_node_t *node)
{
    return node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
           node->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
}

/* Behind the '|' or '>' of a text over several lines there may be one. */
static void walk_scalar(struct walk *walk, const yaml_node_t *node)
{
    if (is_block(node))
        while (left_at(walk->fmt, walk->at) &&
               !utf8_line_break(text_at(walk->fmt, walk->at), left_at(walk->fmt, walk->at))) {
            if (*text_at(walk->fmt, walk->at) == '#')
                take_comment(walk);
            else
                step(walk);
        }
    while (walk->at < node->end_mark.index && left_at(walk->fmt, walk->at))
        step(walk);
    walk->fresh = !walk->column;
}

static bool walk_node(struct walk *walk, const yaml_node_t *node)
{
    yaml_document_t *tree = &walk->fmt->document->tree;

    if (node->type == YAML_SCALAR_NODE) {
        if (!walk_gap(walk, node->start_mark.index))
            return false;
        walk_scalar(walk, node);
    } else if (node->type == YAML_SEQUENCE_NODE) {
        for (const yaml_node_item_t *item = node->data.sequence.items.start;
             item < node->data.sequence.items.top; item++)
            if (!walk_node(walk, yaml_document_get_node(tree, *item)))
                return false;
    } else if (node->type == YAML_MAPPING_NODE) {
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++)
            if (!walk_node(walk, yaml_document_get_node(tree, pair->key)) ||
                !walk_node(walk, yaml_document_get_node(tree, pair->value)))
                return false;
    }
    return true;
}

const char *fmt_find_comments(struct fmt *fmt, struct span *at_out)
{
    struct walk walk = {.fmt = fmt, .fresh = true};

    map_characters(fmt);
    if (walk_node(&walk, document_root(fmt->document)) && walk_gap(&walk, (size_t)-1))
        return NULL;
    *at_out = (struct span){
        .source = fmt->document->source, .line = (unsigned)walk.line + 1, .column = 1, .width = 1};
    return "a line beginning with '%' can't be kept; leave it out";
}
