#include "emit/writer.h"

#include <string.h>

enum { INDENT = 4, DEEPEST_ALIGNMENT = 56 };

void writer_init(struct writer *writer, struct arena *arena)
{
    *writer = (struct writer){.arena = arena};
    text_add_string(arena, &writer->out, "");
    text_add_string(arena, &writer->line, "");
}

static void fail(struct writer *writer, const char *fault)
{
    if (!writer->fault)
        writer->fault = fault;
}

static struct writer_value *find(struct writer *writer, const char *name, size_t length)
{
    for (size_t i = 0; i < writer->value_count; i++)
        if (strlen(writer->values[i].name) == length &&
            memcmp(writer->values[i].name, name, length) == 0)
            return &writer->values[i];
    return NULL;
}

void writer_set(struct writer *writer, const char *name, const char *text)
{
    struct writer_value *value = find(writer, name, strlen(name));

    if (!value && writer->value_count == WRITER_VALUES) {
        fail(writer, arena_format(writer->arena, "no room for the value of $%s$", name));
        return;
    }
    if (!value)
        value = &writer->values[writer->value_count++];
    *value = (struct writer_value){.name = name, .text = text};
}

void writer_set_number(struct writer *writer, const char *name, size_t number)
{
    writer_set(writer, name, arena_format(writer->arena, "%zu", number));
}

static void add_spaces(struct writer *writer, size_t count)
{
    while (count--)
        text_add(writer->arena, &writer->out, " ", 1);
}

/* Walks over a string or character literal, or a comment; the byte after it. */
static size_t skip_quoted(const char *line, size_t at)
{
    char quote = line[at];
    const char *end = NULL;

    if (quote == '/' && line[at + 1] == '*') {
        end = strstr(line + at + 2, "*/");
        return end ? (size_t)(end - line) + 2 : strlen(line);
    }
    if (quote != '"' && quote != '\'')
        return at + 1;
    for (at++; line[at] && line[at] != quote; at++)
        if (line[at] == '\\' && line[at + 1])
            at++;
    return line[at] ? at + 1 : at;
}

/* The brackets open at a place of a line that may be broken already. */
struct brackets {
    size_t behind[16]; /* the columns where their contents begin, as printed */
    size_t depth;
};

static void count_bracket(struct brackets *open, char byte, size_t column)
{
    if (strchr("({[", byte) && open->depth < 16)
        open->behind[open->depth++] = column + 1;
    else if (strchr(")}]", byte) && open->depth)
        open->depth--;
}

/*
 * The place to break a line that is printed from `column` and may reach `limit`: behind the last
 * comma among those within the fewest brackets. 0 when there is none. `*open` tells what is open
 * at the line's start, then what is at the place.
 */
static size_t break_before(const char *line, size_t column, size_t limit, struct brackets *open)
{
    struct brackets now = *open;
    size_t found = 0;

    for (size_t at = 0; line[at] && column + at < limit; at = skip_quoted(line, at)) {
        count_bracket(&now, line[at], column + at);
        if (line[at] != ',' || line[at + 1] != ' ' || (found && now.depth > open->depth))
            continue;
        found = at + 2;
        *open = now;
    }
    return found;
}

/* Where a broken line goes on: behind the bracket that is open there, within reason. */
static size_t alignment(const struct brackets *open)
{
    size_t column = open->depth ? open->behind[open->depth - 1] : 0;

    return column > DEEPEST_ALIGNMENT ? INDENT : column;
}

/* Comments and directives, with their continuation lines, stay as they are. */
static bool may_break(const struct writer *writer)
{
    const char *line = writer->line.text;

    return *line != '#' && strncmp(line, " *", 2) != 0 && strncmp(line, "/*", 2) != 0 &&
           !writer->in_directive;
}

static void end_line(struct writer *writer)
{
    size_t indent = (size_t)writer->depth * INDENT;
    const char *line = writer->line.text;
    size_t length = writer->line.length;
    struct brackets open = {0};
    size_t further = 0;
    bool is_directive = *line == '#' || writer->in_directive;

    while (may_break(writer) && indent + further + strlen(line) > WRITER_COLUMNS) {
        size_t cut = break_before(line, further, WRITER_COLUMNS - indent, &open);

        if (!cut)
            break;
        add_spaces(writer, indent + further);
        text_add(writer->arena, &writer->out, line, cut - 1);
        text_add_string(writer->arena, &writer->out, "\n");
        further = alignment(&open);
        line += cut;
    }
    if (*line && !is_directive)
        add_spaces(writer, indent + further);
    text_add_string(writer->arena, &writer->out, line);
    text_add_string(writer->arena, &writer->out, "\n");
    writer->in_directive = is_directive && length && writer->line.text[length - 1] == '\\';
    writer->line.length = 0;
    writer->line.text[0] = '\0';
}

static void add_raw(struct writer *writer, const char *text, size_t length)
{
    const char *end;

    while ((end = memchr(text, '\n', length)) != NULL) {
        text_add(writer->arena, &writer->line, text, (size_t)(end - text));
        end_line(writer);
        length -= (size_t)(end - text) + 1;
        text = end + 1;
    }
    text_add(writer->arena, &writer->line, text, length);
}

void writer_add(struct writer *writer, const char *format)
{
    while (*format && !writer->fault) {
        size_t plain = strcspn(format, "$");
        const char *name = format + plain + 1;
        const char *end = format[plain] ? strchr(name, '$') : NULL;
        const struct writer_value *value = NULL;

        add_raw(writer, format, plain);
        if (!format[plain])
            return;
        if (end && end != name)
            value = find(writer, name, (size_t)(end - name));
        if (end == name)
            add_raw(writer, "$", 1);
        else if (value)
            add_raw(writer, value->text, strlen(value->text));
        else
            fail(writer, arena_format(writer->arena, "no value for $%.40s", name));
        format = end ? end + 1 : "";
    }
}

void writer_indent(struct writer *writer)
{
    writer->depth++;
}

void writer_dedent(struct writer *writer)
{
    if (writer->depth)
        writer->depth--;
    else
        fail(writer, "more dedents than indents");
}

const char *writer_fault(const struct writer *writer)
{
    return writer->fault;
}

const char *writer_text(struct writer *writer, size_t *length_out)
{
    if (writer->line.length)
        end_line(writer);
    *length_out = writer->out.length;
    return writer->out.text;
}
