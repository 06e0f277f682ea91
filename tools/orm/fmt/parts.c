#include "fmt/fmt.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "yaml/canonical.h"

/* The parts of a file, and which of them each comment is about. */

struct finding {
    struct fmt *fmt;
    const bool *blank; /* by line */
    size_t lines;
    size_t dash; /* of the fmt's dashes: those before it are behind us */
};

static void find_value(struct finding *finding, struct fmt_part *part, const char *entry);

static bool is_flow(const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE ? node->data.mapping.style == YAML_FLOW_MAPPING_STYLE
           : node->type == YAML_SEQUENCE_NODE
               ? node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE
               : false;
}

static struct fmt_part *add_part(struct finding *finding, struct fmt_part *parent,
                                 const yaml_node_t *key, const yaml_node_t *value)
{
    struct fmt_part *part = arena_alloc(finding->fmt->arena, sizeof *part);
    const yaml_mark_t *mark = &(key ? key : value)->start_mark;

    part->parent = parent;
    part->key = key;
    part->value = value;
    part->from = mark->index;
    part->line = mark->line;
    part->column = mark->column;
    pointers_add(finding->fmt->arena, &parent->parts, part);
    pointers_add(finding->fmt->arena, &finding->fmt->parts, part);
    return part;
}

/* An entry of a list begins at the last dash before its value. */
static void begin_at_dash(struct finding *finding, struct fmt_part *part)
{
    const struct pointers *dashes = &finding->fmt->dashes;
    const struct fmt_comment *dash;

    while (finding->dash + 1 < dashes->count) {
        dash = dashes->items[finding->dash + 1];
        if (dash->at >= part->value->start_mark.index)
            break;
        finding->dash++;
    }
    dash = dashes->items[finding->dash];
    part->from = dash->at;
    part->line = dash->line;
    part->column = dash->column;
}

static void find_list(struct finding *finding, struct fmt_part *part, const char *entry)
{
    const yaml_node_t *list = part->value;

    for (const yaml_node_item_t *item = list->data.sequence.items.start;
         item < list->data.sequence.items.top; item++) {
        const yaml_node_t *value = yaml_document_get_node(&finding->fmt->document->tree, *item);
        struct fmt_part *found = add_part(finding, part, NULL, value);

        if (!is_flow(list))
            begin_at_dash(finding, found);
        find_value(finding, found, entry);
    }
}

static void find_mapping(struct finding *finding, struct fmt_part *part)
{
    yaml_document_t *tree = &finding->fmt->document->tree;
    const yaml_node_t *mapping = part->value;

    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(tree, pair->key);

        find_value(finding, add_part(finding, part, key, yaml_document_get_node(tree, pair->value)),
                   canonical_entry(key));
    }
}

static void find_value(struct finding *finding, struct fmt_part *part, const char *entry)
{
    part->entry = entry;
    if (part->value->type == YAML_SEQUENCE_NODE)
        find_list(finding, part, entry);
    else if (part->value->type == YAML_MAPPING_NODE)
        find_mapping(finding, part);
}

/* Comments. */

static void add_line(struct fmt *fmt, struct pointers *to, const char *line)
{
    const char *last = to->count ? to->items[to->count - 1] : "x";

    if (*line || *last)
        pointers_add(fmt->arena, to, (void *)(uintptr_t)line);
}

static bool is_below_blank(const struct finding *finding, size_t line)
{
    return line && line <= finding->lines && finding->blank[line - 1];
}

static void add_alone(struct finding *finding, struct pointers *to,
                      const struct fmt_comment *comment)
{
    if (comment->alone && is_below_blank(finding, comment->line))
        add_line(finding->fmt, to, "");
    add_line(finding->fmt, to, comment->text);
}

/* Behind something: of the outermost part that ends there. */
static void add_remark(struct finding *finding, struct fmt_part *part,
                       const struct fmt_comment *comment)
{
    while (part->parent && is_flow(part->parent->value) && part->parent->parent &&
           part->parent->value->end_mark.index <= comment->at)
        part = part->parent;
    if (part->remark)
        add_alone(finding, &part->head, comment);
    else
        part->remark = comment->text;
}

/* The innermost { } or [ ] around the comment, NULL: none. */
static struct fmt_part *brackets_around(struct fmt_part *part, const struct fmt_comment *comment)
{
    while (part && !(is_flow(part->value) && part->value->start_mark.index <= comment->at &&
                     comment->at < part->value->end_mark.index))
        part = part->parent;
    return part;
}

static bool is_within(const struct fmt_part *part, const struct fmt_part *outer)
{
    while (part && part != outer)
        part = part->parent;
    return part != NULL;
}

/* The list or mapping that ended before `next` and that the comment is indented like. */
static struct fmt_part *ended_like(struct fmt_part *last, const struct fmt_part *next,
                                   const struct fmt_comment *comment)
{
    if (next && comment->column <= next->column)
        return NULL;
    for (struct fmt_part *part = last->parent; part; part = part->parent) {
        const struct fmt_part *first = part->parts.items[0];

        if (next && is_within(next, part))
            return NULL;
        if (!is_flow(part->value) && first->column <= comment->column)
            return part;
    }
    return NULL;
}

struct between {
    struct fmt_part *last; /* the part that begins before the comment */
    struct fmt_part *next;
    struct fmt_part *foot; /* where the last comment between the two went */
    bool ahead;            /* or it was about what follows */
};

static void place_alone(struct finding *finding, struct between *at,
                        const struct fmt_comment *comment)
{
    struct fmt *fmt = finding->fmt;
    struct fmt_part *around = at->last ? brackets_around(at->last, comment) : NULL;
    struct fmt_part *foot = NULL;

    if (at->last && at->last->value->type == YAML_SCALAR_NODE &&
        comment->at < at->last->value->end_mark.index) {
        add_alone(finding, &at->last->head, comment);
        return;
    }
    if (around && !(at->next && at->next->from < around->value->end_mark.index)) {
        add_alone(finding, &around->foot, comment);
        return;
    }
    if (at->last && !around && !at->ahead)
        foot = ended_like(at->last, at->next, comment);
    if (foot && at->foot && is_within(foot, at->foot))
        foot = at->foot;
    if (!foot && !at->next)
        foot = fmt->root;
    at->foot = foot;
    at->ahead = !foot;
    add_alone(finding, foot ? &foot->foot : &at->next->head, comment);
}

/* An empty line above a part stays, behind its comments. */
static void note_blank(struct finding *finding, struct fmt_part *part)
{
    if (is_below_blank(finding, part->line))
        add_line(finding->fmt, &part->head, "");
}

static void place_comments(struct finding *finding)
{
    struct fmt *fmt = finding->fmt;
    struct between at = {0};
    size_t next = 0;

    for (size_t i = 0; i <= fmt->comments.count; i++) {
        const struct fmt_comment *comment = i < fmt->comments.count ? fmt->comments.items[i] : NULL;

        while (next < fmt->parts.count &&
               (!comment || ((struct fmt_part *)fmt->parts.items[next])->from < comment->at)) {
            at = (struct between){.last = fmt->parts.items[next++]};
            note_blank(finding, at.last);
        }
        at.next = next < fmt->parts.count ? fmt->parts.items[next] : NULL;
        if (comment && !comment->alone && at.last)
            add_remark(finding, at.last, comment);
        else if (comment)
            place_alone(finding, &at, comment);
    }
}

/* Which lines hold nothing at all. */
static void find_blank_lines(struct finding *finding)
{
    const struct source *source = finding->fmt->document->source;
    bool *blank = arena_array(finding->fmt->arena, source->length + 2, sizeof *blank);
    size_t line = 0;

    blank[0] = true;
    for (size_t at = 0; at < source->length;) {
        size_t size = utf8_line_break(source->text + at, source->length - at);

        if (size)
            blank[++line] = true;
        else if (source->text[at] != ' ' && source->text[at] != '\t')
            blank[line] = false;
        at += size ? size : 1;
    }
    finding->blank = blank;
    finding->lines = line;
}

/* Those in empty brackets stand above them. */
static void lift_comments(struct fmt *fmt)
{
    for (size_t i = 0; i < fmt->parts.count; i++) {
        struct fmt_part *part = fmt->parts.items[i];

        for (size_t k = 0; !part->parts.count && k < part->foot.count; k++)
            add_line(fmt, &part->head, part->foot.items[k]);
    }
}

/* What stands at the file's start, up to the last empty line or all, stays there. */
static void split_header(struct fmt *fmt)
{
    struct fmt_part *first = fmt->root->parts.items[0];
    struct pointers rest = {0};
    size_t end = first->head.count;

    for (size_t i = first->head.count; i > 1 && end == first->head.count; i--)
        if (!*(const char *)first->head.items[i - 1])
            end = i - 1;
    for (size_t i = 0; i < first->head.count; i++)
        pointers_add(fmt->arena, i <= end ? &fmt->header : &rest, first->head.items[i]);
    first->head = rest;
}

void fmt_find_parts(struct fmt *fmt)
{
    struct finding finding = {.fmt = fmt};

    fmt->root = arena_alloc(fmt->arena, sizeof *fmt->root);
    fmt->root->value = document_root(fmt->document);
    find_blank_lines(&finding);
    find_value(&finding, fmt->root, "file");
    place_comments(&finding);
    lift_comments(fmt);
    split_header(fmt);
}
