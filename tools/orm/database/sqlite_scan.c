#include "database/sqlite_scan.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
    return c && strchr(" \t\r\n\f", c);
}

/* Behind blanks and comments. */
static size_t skip_blanks(const char *text, size_t at)
{
    for (;;) {
        if (is_space(text[at])) {
            at++;
        } else if (text[at] == '-' && text[at + 1] == '-') {
            at += strcspn(text + at, "\n");
        } else if (text[at] == '/' && text[at + 1] == '*') {
            const char *end = strstr(text + at + 2, "*/");

            at = end ? (size_t)(end - text) + 2 : at + strlen(text + at);
        } else {
            return at;
        }
    }
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static size_t quoted_end(const char *text, size_t at)
{
    char quote = text[at] == '[' ? ']' : text[at];

    for (at++; text[at]; at++) {
        if (text[at] != quote)
            continue;
        if (quote == ']' || text[at + 1] != quote)
            return at + 1;
        at++;
    }
    return at;
}

static void read_word(struct scan *scan)
{
    const char *text = scan->text;
    char first = text[scan->start];

    scan->end = scan->start + 1;
    if (!first) {
        scan->kind = SCAN_END;
        scan->end = scan->start;
    } else if (strchr("'\"`[", first)) {
        scan->kind = first == '\'' ? SCAN_STRING : SCAN_NAME;
        scan->end = quoted_end(text, scan->start);
    } else if (is_word(first)) {
        scan->kind = isdigit((unsigned char)first) ? SCAN_NUMBER : SCAN_WORD;
        while (is_word(text[scan->end]) || (scan->kind == SCAN_NUMBER && text[scan->end] == '.'))
            scan->end++;
    } else {
        scan->kind = SCAN_OTHER;
    }
}

struct scan scan_begin(struct arena *arena, const char *text)
{
    struct scan scan = {.arena = arena, .text = text};

    scan.start = skip_blanks(text, 0);
    read_word(&scan);
    return scan;
}

void scan_next(struct scan *scan)
{
    scan->start = skip_blanks(scan->text, scan->end);
    read_word(scan);
}

bool scan_is(const struct scan *scan, const char *word)
{
    size_t size = scan->end - scan->start;

    return scan->kind == SCAN_WORD && strlen(word) == size &&
           strncasecmp(scan->text + scan->start, word, size) == 0;
}

bool scan_is_character(const struct scan *scan, char character)
{
    return scan->kind == SCAN_OTHER && scan->text[scan->start] == character;
}

bool scan_take(struct scan *scan, const char *word)
{
    bool is = scan_is(scan, word);

    if (is)
        scan_next(scan);
    return is;
}

const char *scan_name(const struct scan *scan)
{
    const char *text = scan->text;
    struct text name = {0};
    char quote = text[scan->start];

    if (scan->kind != SCAN_NAME && scan->kind != SCAN_STRING)
        return arena_copy(scan->arena, text + scan->start, scan->end - scan->start);
    text_add_string(scan->arena, &name, "");
    for (size_t at = scan->start + 1; at + 1 < scan->end; at++) {
        text_add(scan->arena, &name, text + at, 1);
        at += quote != '[' && text[at] == quote;
    }
    return name.text;
}

const char *scan_parenthesis(struct scan *scan)
{
    size_t depth = 0;
    size_t start = scan->end;
    size_t end = start;

    for (; scan->kind != SCAN_END; scan_next(scan)) {
        depth += scan_is_character(scan, '(');
        if (scan_is_character(scan, ')') && !--depth) {
            end = scan->start;
            scan_next(scan);
            break;
        }
    }
    return scan_slice(scan->arena, scan->text, start, end > start ? end : start);
}

static void add_name(struct arena *arena, struct text *to, const char *name)
{
    text_add_string(arena, to, "\"");
    for (; *name; name++)
        text_add(arena, to, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    text_add_string(arena, to, "\"");
}

const char *scan_slice(struct arena *arena, const char *text, size_t start, size_t end)
{
    struct scan scan = scan_begin(arena, arena_copy(arena, text + start, end - start));
    struct text made = {0};
    size_t behind = scan.start;

    text_add_string(arena, &made, "");
    for (; scan.kind != SCAN_END; scan_next(&scan)) {
        if (scan.start > behind)
            text_add_string(arena, &made, " ");
        if (scan.kind == SCAN_NAME)
            add_name(arena, &made, scan_name(&scan));
        else
            text_add(arena, &made, scan.text + scan.start, scan.end - scan.start);
        behind = scan.end;
    }
    return made.text;
}
