#include "nplus1/c_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct c_file *c_file_read(struct arena *arena, const char *path)
{
    struct c_file *source = arena_alloc(arena, sizeof *source);
    struct text text = { 0 };
    FILE *file = fopen(path, "rb");
    char block[16384];
    size_t got;
    bool good;

    if (!file)
        return NULL;
    text_add(arena, &text, "", 0);
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        text_add(arena, &text, block, got);
    good = !ferror(file);
    fclose(file);
    source->path = path;
    source->text = text.text ? text.text : "";
    source->length = text.length;
    return good ? source : NULL;
}

/* Behind the string, character or comment that begins at `at`, or `at` when none does. */
static size_t skip_opaque(const struct c_file *source, size_t at)
{
    const char *text = source->text;
    char quote = text[at];
    const char *end = NULL;

    if (quote == '/' && text[at + 1] == '*') {
        end = strstr(text + at + 2, "*/");
        return end ? (size_t)(end - text) + 2 : source->length;
    }
    if (quote == '/' && text[at + 1] == '/')
        return at + strcspn(text + at, "\n");
    if (quote != '"' && quote != '\'')
        return at;
    for (at++; at < source->length && text[at] != quote; at++)
        if (text[at] == '\\' && at + 1 < source->length)
            at++;
    return at < source->length ? at + 1 : at;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static struct part trim(const struct c_file *source, size_t start, size_t end)
{
    while (start < end && isspace((unsigned char)source->text[start]))
        start++;
    while (end > start && isspace((unsigned char)source->text[end - 1]))
        end--;
    return (struct part){ start, end - start };
}

static bool add_argument(const struct c_file *source, struct call *call, size_t start, size_t end)
{
    if (call->count == CALL_ARGUMENTS)
        return false;
    call->arguments[call->count++] = trim(source, start, end);
    return true;
}

/* Reads the arguments behind the parenthesis at `at`; `*end_out` is behind the closing one. */
static bool read_arguments(const struct c_file *source, size_t at, struct call *call,
                           size_t *end_out)
{
    size_t start = ++at;
    int depth = 0;

    while (at < source->length) {
        size_t behind = skip_opaque(source, at);
        char c = source->text[at];

        if (behind != at) {
            at = behind;
            continue;
        }
        if (depth == 0 && (c == ',' || c == ')') && !add_argument(source, call, start, at))
            return false;
        if (depth == 0 && c == ')') {
            *end_out = at + 1;
            return true;
        }
        if (depth == 0 && c == ',')
            start = at + 1;
        depth += strchr("([{", c) != NULL;
        depth -= strchr(")]}", c) != NULL;
        at++;
    }
    return false;
}

static int64_t line_of(const struct c_file *source, size_t at)
{
    int64_t line = 1;

    for (size_t i = 0; i < at; i++)
        line += source->text[i] == '\n';
    return line;
}

/* Whether the word at `at` is the name of a call of that function. */
static bool is_call(const struct c_file *source, size_t at, const char *name)
{
    size_t length = strlen(name);

    if ((at && is_word(source->text[at - 1])) || strncmp(source->text + at, name, length) != 0)
        return false;
    return source->text[at + length + strspn(source->text + at + length, " \t\n")] == '(';
}

bool c_file_find_call(const struct c_file *source, int64_t line, const char *name,
                      struct call *call_out)
{
    size_t found = 0;

    for (size_t at = 0; at < source->length;) {
        size_t behind = skip_opaque(source, at);
        struct call call = { 0 };
        size_t open = 0;
        size_t end = 0;

        if (behind != at || !is_call(source, at, name)) {
            at = behind != at ? behind : at + 1;
            continue;
        }
        call.name = (struct part){ at, strlen(name) };
        open = at + call.name.length;
        open += strspn(source->text + open, " \t\n");
        if (!read_arguments(source, open, &call, &end))
            return false;
        if (line_of(source, at) == line || line_of(source, end - 1) == line) {
            *call_out = call;
            found++;
        }
        at = open;
    }
    return found == 1;
}

bool c_file_is(const struct c_file *source, struct part span, const char *text)
{
    return strlen(text) == span.length && memcmp(source->text + span.start, text, span.length) == 0;
}
