#include "fmt/fmt.h"

#include <string.h>

#include "base/utf8.h"

/* Texts over several lines. */

static void add_blanks(struct fmt *fmt, struct text *to, size_t count)
{
    while (count--)
        text_add(fmt->arena, to, " ", 1);
}

static void add_line(struct fmt *fmt, struct text *to, const char *line, size_t size, size_t indent)
{
    if (size) {
        add_blanks(fmt, to, indent);
        text_add(fmt->arena, to, line, size);
    }
    text_add(fmt->arena, to, "\n", 1);
}

/* "|" says every character of such a text. */
static bool is_literal(const char *text, size_t length)
{
    uint32_t code;

    if (!length || strchr(" \t\n", *text) || (length > 1 && strcmp(text + length - 2, "\n\n") == 0))
        return false;
    for (size_t at = 0; at < length;) {
        size_t size = utf8_decode(text + at, length - at, &code);

        if (!size || !(utf8_is_visible(code) || code == '\n' || code == '\t'))
            return false;
        at += size;
    }
    return true;
}

static const char *literal(struct fmt *fmt, const char *text, size_t length, size_t indent)
{
    struct text made = {0};

    text_add_string(fmt->arena, &made, text[length - 1] == '\n' ? "|\n" : "|-\n");
    for (const char *end = text + length; text < end;) {
        size_t size = strcspn(text, "\n");

        add_line(fmt, &made, text, size, indent);
        text += size + 1;
    }
    return made.text;
}

/* The end of the line at `text`, and where the next begins; false for ends that only libyaml
 * takes for such. */
static bool next_line(const char *text, const char *end, size_t *size_out, const char **next_out)
{
    const char *at = text;

    while (at < end && !utf8_line_break(at, (size_t)(end - at)))
        at++;
    *size_out = (size_t)(at - text);
    if (at == end) {
        *next_out = end;
        return true;
    }
    *next_out = at + utf8_line_break(at, (size_t)(end - at));
    return (*next_out)[-1] == '\n';
}

/* ">" joins lines; they stay as people broke them. NULL: they can't just be moved. */
static const char *folded(struct fmt *fmt, const yaml_node_t *node, size_t indent)
{
    const char *start = fmt->document->source->text;
    const char *at = start + fmt->bytes[node->start_mark.index];
    const char *end = start + fmt->bytes[node->end_mark.index];
    struct text made = {0};
    size_t margin = 0;
    size_t blank = 0;
    size_t size;
    const char *next;

    text_add_string(fmt->arena, &made, at[1] == '-' ? ">-\n" : ">\n");
    if (strchr("+0123456789", at[1]) || (at[1] == '-' && strchr("0123456789", at[2])) ||
        !next_line(at, end, &size, &next))
        return NULL;
    for (at = next; at < end; at = next) {
        if (!next_line(at, end, &size, &next))
            return NULL;
        if (!margin)
            margin = strspn(at, " ") < size ? strspn(at, " ") : 0;
        if (size <= margin || !margin) {
            blank++;
            continue;
        }
        for (; blank; blank--)
            text_add(fmt->arena, &made, "\n", 1);
        add_line(fmt, &made, at + margin, size - margin, indent);
    }
    return margin ? made.text : NULL;
}

const char *fmt_block(struct fmt *fmt, const yaml_node_t *node, size_t indent)
{
    const char *text = (const char *)node->data.scalar.value;
    size_t length = node->data.scalar.length;
    const char *newline = memchr(text, '\n', length);
    const char *made = NULL;

    if (node->data.scalar.style == YAML_FOLDED_SCALAR_STYLE)
        made = folded(fmt, node, indent);
    if (!made && newline && is_literal(text, length) &&
        (newline[1] || node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE))
        made = literal(fmt, text, length, indent);
    return made;
}
