#include "fmt/fmt.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "yaml/canonical.h"

/*
 * An entry stands on one line, in { }, when it fits there and no comment stands within; else each
 * of its keys has a line. Models always do, and every entry of a list of mappings.
 */

#define WIDTH 120

struct layout {
    struct fmt *fmt;
    struct text text;
};

static void add_children(struct layout *to, struct fmt_part *part, size_t indent);

static void add(struct layout *to, const char *text)
{
    text_add_string(to->fmt->arena, &to->text, text);
}

static void add_indent(struct layout *to, size_t indent)
{
    while (indent--)
        add(to, " ");
}

static void add_blank(struct layout *to)
{
    const char *text = to->text.text;
    size_t length = to->text.length;

    if (length && !(length > 1 && text[length - 1] == '\n' && text[length - 2] == '\n'))
        add(to, "\n");
}

/* Comments; `first`: nothing of what they are in stands before them. */
static void add_lines(struct layout *to, const struct pointers *lines, size_t indent, bool first)
{
    for (size_t i = 0; i < lines->count; i++) {
        const char *line = lines->items[i];

        if (*line) {
            add_indent(to, indent);
            add(to, line);
            add(to, "\n");
        } else if (!first) {
            add_blank(to);
        }
        first = first && !*line;
    }
}

static void add_remark(struct layout *to, const struct fmt_part *part)
{
    if (part->remark) {
        add(to, " ");
        add(to, part->remark);
    }
    add(to, "\n");
}

static bool has_comment(const struct pointers *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        if (*(const char *)lines->items[i])
            return true;
    return false;
}

static bool is_list_of_mappings(const struct fmt_part *part)
{
    const struct fmt_part *first = part->parts.count ? part->parts.items[0] : NULL;

    return first && !first->key && first->value->type == YAML_MAPPING_NODE;
}

static bool is_model(const struct fmt_part *part)
{
    return !part->key && strcmp(part->entry, "models") == 0;
}

/* Whether the value can stand on one line, however long. */
static bool is_line(struct fmt *fmt, const struct fmt_part *part)
{
    if (part->value->type == YAML_SCALAR_NODE)
        return !fmt_block(fmt, part->value, 0);
    if (has_comment(&part->foot) || is_list_of_mappings(part) || is_model(part))
        return false;
    for (size_t i = 0; i < part->parts.count; i++) {
        const struct fmt_part *inner = part->parts.items[i];

        if (has_comment(&inner->head) || inner->remark || !is_line(fmt, inner))
            return false;
    }
    return true;
}

/* The value on one line behind `before` columns. NULL: it does not fit there. */
static const char *line_of(struct layout *to, const struct fmt_part *part, size_t before)
{
    const char *text;

    if (!is_line(to->fmt, part))
        return NULL;
    text = document_inline_text(to->fmt->document, part->value, part->entry);
    return part->value->type == YAML_SCALAR_NODE || !part->parts.count ||
                   before + utf8_count(text, strlen(text)) <= WIDTH
               ? text
               : NULL;
}

static void add_block(struct layout *to, struct fmt_part *part, size_t indent)
{
    const char *text = fmt_block(to->fmt, part->value, indent);
    size_t head = strcspn(text, "\n");

    add(to, arena_copy(to->fmt->arena, text, head));
    add_remark(to, part);
    add(to, text + head + 1);
}

/* "key: value"; what stands above it is written already. */
static void add_pair(struct layout *to, struct fmt_part *part, size_t indent)
{
    const char *key = canonical_scalar(to->fmt->arena, part->key);
    const char *line = line_of(to, part, indent + strlen(key) + 2);

    add(to, key);
    add(to, line || part->value->type == YAML_SCALAR_NODE ? ": " : ":");
    if (line) {
        add(to, line);
        add_remark(to, part);
    } else if (part->value->type == YAML_SCALAR_NODE) {
        add_block(to, part, indent + 2);
    } else {
        add_remark(to, part);
        add_children(to, part, indent + 2);
    }
}

static struct fmt_part **sorted(struct fmt *fmt, const struct fmt_part *part)
{
    struct fmt_part **found = arena_array(fmt->arena, part->parts.count, sizeof *found);

    for (size_t i = 0; i < part->parts.count; i++) {
        struct fmt_part *inner = part->parts.items[i];
        size_t at = i;

        for (; at && inner->key &&
               canonical_rank(part->entry, canonical_entry(found[at - 1]->key)) >
                   canonical_rank(part->entry, canonical_entry(inner->key));
             at--)
            found[at] = found[at - 1];
        found[at] = inner;
    }
    return found;
}

/* The first key stands behind the dash: comments above it stand above both. */
static void lift_first(struct fmt *fmt)
{
    for (size_t i = 0; i < fmt->parts.count; i++) {
        struct fmt_part *item = fmt->parts.items[i];
        struct fmt_part *first;

        if (item->key || item->value->type != YAML_MAPPING_NODE || !item->parts.count)
            continue;
        first = sorted(fmt, item)[0];
        for (size_t k = 0; k < first->head.count; k++)
            if (*(const char *)first->head.items[k])
                pointers_add(fmt->arena, &item->head, first->head.items[k]);
        first->head = (struct pointers){0};
    }
}

/* The comment behind the whole entry goes behind its first key. */
static void move_remark(struct fmt *fmt, struct fmt_part *item)
{
    struct fmt_part *first = sorted(fmt, item)[0];

    if (item->remark && first->remark)
        pointers_add(fmt->arena, &item->head, (void *)(uintptr_t)item->remark);
    else if (item->remark)
        first->remark = item->remark;
    item->remark = NULL;
}

static void add_item(struct layout *to, struct fmt_part *part, size_t indent, bool first)
{
    const char *line = line_of(to, part, indent + 2);
    bool mapping = part->value->type == YAML_MAPPING_NODE;

    if (!line && mapping)
        move_remark(to->fmt, part);
    if (!first && is_model(part))
        add_blank(to);
    add_lines(to, &part->head, indent, first);
    add_indent(to, indent);
    add(to, "- ");
    if (line) {
        add(to, line);
        add_remark(to, part);
    } else if (mapping) {
        add_children(to, part, indent + 2);
    } else {
        add_block(to, part, indent + 2);
    }
}

/* Lists of the file have an empty line before them. */
static bool stands_apart(const struct fmt_part *part)
{
    static const char *const words[] = {"before", "enums", "models", "after"};

    for (size_t i = 0; !part->parent->parent && i < sizeof words / sizeof *words; i++)
        if (strcmp(part->entry, words[i]) == 0)
            return true;
    return false;
}

static void add_children(struct layout *to, struct fmt_part *part, size_t indent)
{
    struct fmt_part **parts = sorted(to->fmt, part);
    /* its first key follows a dash */
    bool behind = !part->key && part->parent;

    for (size_t i = 0; i < part->parts.count; i++) {
        if (!parts[i]->key) {
            add_item(to, parts[i], indent, !i);
            continue;
        }
        if (i && stands_apart(parts[i]))
            add_blank(to);
        add_lines(to, &parts[i]->head, indent, !i);
        add_indent(to, behind && !i ? 0 : indent);
        add_pair(to, parts[i], indent);
    }
    while (part->foot.count && !*(const char *)part->foot.items[part->foot.count - 1])
        part->foot.count--;
    add_lines(to, &part->foot, indent, false);
}

const char *fmt_layout(struct fmt *fmt)
{
    struct layout to = {.fmt = fmt};

    lift_first(fmt);
    add(&to, "");
    add_lines(&to, &fmt->header, 0, true);
    add_children(&to, fmt->root, 0);
    return to.text.text;
}
