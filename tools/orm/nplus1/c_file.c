#include "nplus1/c_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Longer ones first. */
static const char *const operators[] = { "<<=", ">>=", "...", "->", "++", "--", "==", "!=", "<=",
                                         ">=",  "&&",  "||",  "+=", "-=", "*=", "/=", "%=", "&=",
                                         "|=",  "^=",  "<<",  ">>", "##" };

enum { OPERATORS = sizeof operators / sizeof *operators };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Behind a comment, or `at` when none begins there. */
static size_t skip_comment(const struct c_file *file, size_t at)
{
    const char *text = file->text;
    const char *end = NULL;

    if (text[at] != '/')
        return at;
    if (text[at + 1] == '/')
        return at + strcspn(text + at, "\n");
    if (text[at + 1] != '*')
        return at;
    end = strstr(text + at + 2, "*/");
    return end ? (size_t)(end - text) + 2 : file->length;
}

/* Behind a preprocessor line, those it goes on in included. */
static size_t skip_directive(const struct c_file *file, size_t at)
{
    while (at < file->length && file->text[at] != '\n') {
        size_t behind = skip_comment(file, at);

        if (behind == at && file->text[at] == '\\' && at + 1 < file->length)
            behind = at + 2;
        at = behind == at ? at + 1 : behind;
    }
    return at;
}

static void note_directive(struct arena *arena, struct c_file *file, size_t at)
{
    const char *word = file->text + at + 1;
    size_t *place = NULL;

    word += strspn(word, " \t");
    if (strncmp(word, "if", 2) != 0 && strncmp(word, "el", 2) != 0)
        return;
    place = arena_alloc(arena, sizeof *place);
    *place = at;
    pointers_add(arena, &file->conditionals, place);
}

static size_t string_end(const struct c_file *file, size_t at)
{
    char quote = file->text[at];

    for (at++; at < file->length && file->text[at] != quote; at++)
        if (file->text[at] == '\\' && at + 1 < file->length)
            at++;
    return at < file->length ? at + 1 : at;
}

static size_t operator_length(const char *text)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (strncmp(text, operators[i], strlen(operators[i])) == 0)
            return strlen(operators[i]);
    return 1;
}

/* The kind and end of the token at `at`. */
static enum token_kind read_token(const struct c_file *file, size_t at, size_t *end_out)
{
    const char *text = file->text;
    size_t end = at;

    if (text[at] == '"' || text[at] == '\'') {
        *end_out = string_end(file, at);
        return TOKEN_STRING;
    }
    while (end < file->length && is_word(text[end]))
        end++;
    if (end > at && isdigit((unsigned char)text[at])) {
        while (end < file->length && (is_word(text[end]) || text[end] == '.'))
            end++;
        *end_out = end;
        return TOKEN_NUMBER;
    }
    *end_out = end > at ? end : at + operator_length(text + at);
    return end > at ? TOKEN_WORD : TOKEN_PUNCTUATION;
}

static void add_token(struct arena *arena, struct c_file *file, size_t *capacity,
                      struct token token)
{
    if (file->count == *capacity) {
        size_t larger = *capacity ? *capacity * 2 : 1024;
        struct token *tokens = arena_array(arena, larger, sizeof *tokens);

        if (file->count)
            memcpy(tokens, file->tokens, file->count * sizeof *tokens);
        file->tokens = tokens;
        *capacity = larger;
    }
    token.match = file->count;
    file->tokens[file->count++] = token;
}

static bool closes(char open, char close)
{
    return (open == '(' && close == ')') || (open == '[' && close == ']') ||
           (open == '{' && close == '}');
}

static void match_brackets(struct arena *arena, struct c_file *file)
{
    size_t *open = arena_array(arena, file->count + 1, sizeof *open);
    size_t depth = 0;

    file->balanced = true;
    for (size_t i = 0; i < file->count && file->balanced; i++) {
        char c = file->text[file->tokens[i].start];

        if (file->tokens[i].kind != TOKEN_PUNCTUATION || !strchr("()[]{}", c))
            continue;
        if (strchr("([{", c)) {
            open[depth++] = i;
            continue;
        }
        file->balanced =
            depth > 0 && closes(file->text[file->tokens[open[depth - 1]].start], c);
        if (!file->balanced)
            return;
        depth--;
        file->tokens[i].match = open[depth];
        file->tokens[open[depth]].match = i;
    }
    file->balanced = file->balanced && depth == 0;
}

void c_file_scan(struct arena *arena, struct c_file *file)
{
    size_t capacity = 0;
    bool fresh = true; /* only white space on the line so far */

    file->count = 0;
    file->tokens = NULL;
    file->conditionals = (struct pointers){ 0 };
    for (size_t at = 0; at < file->length;) {
        size_t behind = skip_comment(file, at);
        struct token token = { .start = at };

        if (behind != at || isspace((unsigned char)file->text[at])) {
            fresh = fresh || file->text[at] == '\n';
            at = behind != at ? behind : at + 1;
            continue;
        }
        if (fresh && file->text[at] == '#') {
            note_directive(arena, file, at);
            at = skip_directive(file, at);
            continue;
        }
        fresh = false;
        token.kind = read_token(file, at, &behind);
        token.length = behind - at;
        add_token(arena, file, &capacity, token);
        at = behind;
    }
    match_brackets(arena, file);
}

/* Where the lines of the text begin. */
static void find_starts(struct arena *arena, struct c_file *file)
{
    size_t line = 1;

    file->starts = arena_array(arena, file->line_count, sizeof *file->starts);
    for (size_t i = 0; i < file->length && line < file->line_count; i++)
        if (file->text[i] == '\n')
            file->starts[line++] = i + 1;
}

static void count_lines(struct arena *arena, struct c_file *file)
{
    file->line_count = 1;
    for (size_t i = 0; i < file->length; i++)
        file->line_count += file->text[i] == '\n';
    find_starts(arena, file);
    file->lines = arena_array(arena, file->line_count, sizeof *file->lines);
    for (size_t i = 0; i < file->line_count; i++)
        file->lines[i] = (int64_t)i + 1;
}

struct c_file *c_file_of_text(struct arena *arena, const char *text)
{
    struct c_file *file = arena_alloc(arena, sizeof *file);

    file->path = "";
    file->text = text;
    file->length = strlen(text);
    count_lines(arena, file);
    c_file_scan(arena, file);
    return file;
}

struct c_file *c_file_read(struct arena *arena, const char *path)
{
    struct c_file *file = NULL;
    struct text text = { 0 };
    FILE *stream = fopen(path, "rb");
    char block[16384];
    size_t got;
    bool good;

    if (!stream)
        return NULL;
    text_add(arena, &text, "", 0);
    while ((got = fread(block, 1, sizeof block, stream)) > 0)
        text_add(arena, &text, block, got);
    good = !ferror(stream);
    fclose(stream);
    if (!good || (text.length && memchr(text.text, '\0', text.length)))
        return NULL;
    file = c_file_of_text(arena, text.text ? text.text : "");
    file->path = path;
    return file;
}

static size_t line_index(const struct c_file *file, size_t at)
{
    size_t low = 0;
    size_t high = file->line_count;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (file->starts[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t c_file_line(const struct c_file *file, size_t at)
{
    return file->lines[line_index(file, at)];
}

static size_t newlines(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

/* The line that the change begins on keeps its number, and so does that behind it. */
static void shift_lines(struct arena *arena, struct c_file *file, size_t start, size_t old,
                        size_t new)
{
    size_t first = line_index(file, start);
    size_t count = file->line_count - old + new;
    int64_t *lines = arena_array(arena, count, sizeof *lines);

    memcpy(lines, file->lines, (first + 1) * sizeof *lines);
    memcpy(lines + first + 1 + new, file->lines + first + 1 + old,
           (file->line_count - first - 1 - old) * sizeof *lines);
    file->lines = lines;
    file->line_count = count;
}

void c_file_replace(struct arena *arena, struct c_file *file, size_t start, size_t length,
                    const char *text)
{
    struct text to = { 0 };
    size_t old = newlines(file->text + start, length);
    size_t new = newlines(text, strlen(text));
    bool whole_lines = length == 0 && new > 0 && (start == 0 || file->text[start - 1] == '\n');

    text_add(arena, &to, file->text, start);
    text_add_string(arena, &to, text);
    text_add(arena, &to, file->text + start + length, file->length - start - length);
    text_add(arena, &to, "", 0);
    shift_lines(arena, file, start, old, new);
    if (whole_lines) { /* put before a line, which keeps its number */
        size_t first = line_index(file, start);

        file->lines[first + new] = file->lines[first];
        file->lines[first] = 0;
    }
    file->text = to.text ? to.text : "";
    file->length = to.length;
    find_starts(arena, file);
}

bool token_is(const struct c_file *file, size_t token, const char *text)
{
    return token < file->count && strlen(text) == file->tokens[token].length &&
           memcmp(file->text + file->tokens[token].start, text, file->tokens[token].length) == 0;
}

bool tokens_equal(const struct c_file *file, size_t left, size_t right)
{
    const struct token *one = &file->tokens[left];
    const struct token *other = &file->tokens[right];

    return one->length == other->length &&
           memcmp(file->text + one->start, file->text + other->start, one->length) == 0;
}

const char *token_text(struct arena *arena, const struct c_file *file, size_t token)
{
    return arena_copy(arena, file->text + file->tokens[token].start, file->tokens[token].length);
}

bool range_is_empty(struct range range)
{
    return range.last < range.first;
}

size_t range_start(const struct c_file *file, struct range range)
{
    return file->tokens[range.first].start;
}

size_t range_length(const struct c_file *file, struct range range)
{
    const struct token *last = &file->tokens[range.last];

    return range_is_empty(range) ? 0 : last->start + last->length - range_start(file, range);
}

const char *range_text(struct arena *arena, const struct c_file *file, struct range range)
{
    if (range_is_empty(range))
        return "";
    return arena_copy(arena, file->text + range_start(file, range), range_length(file, range));
}

bool range_is(struct arena *arena, const struct c_file *file, struct range range,
              const char *text)
{
    const struct c_file *other = c_file_of_text(arena, text);

    if (range_is_empty(range) || other->count != range.last - range.first + 1)
        return false;
    for (size_t i = 0; i < other->count; i++)
        if (!token_is(file, range.first + i, token_text(arena, other, i)))
            return false;
    return true;
}

bool range_find(const struct c_file *file, struct range range, const char *text, size_t *at_out)
{
    for (size_t i = range.first; !range_is_empty(range) && i <= range.last; i++)
        if (token_is(file, i, text)) {
            *at_out = i;
            return true;
        }
    return false;
}

bool c_file_call_at(const struct c_file *file, size_t name, struct call *call_out)
{
    struct call call = { .name = name, .open = name + 1 };
    size_t start = name + 2;

    if (file->tokens[name].kind != TOKEN_WORD || !token_is(file, call.open, "("))
        return false;
    call.close = file->tokens[call.open].match;
    for (size_t i = start; i <= call.close && call.close > start; i++) {
        if (i < call.close && !token_is(file, i, ",")) {
            if (file->tokens[i].match > i)
                i = file->tokens[i].match;
            continue;
        }
        if (call.count == CALL_ARGUMENTS || i == start)
            return false;
        call.arguments[call.count++] = (struct range){ start, i - 1 };
        start = i + 1;
    }
    *call_out = call;
    return true;
}

/* The outermost call that a call is an argument of. */
static size_t outermost(const struct c_file *file, size_t name)
{
    size_t found = name;

    for (size_t i = name; i-- > 0;) {
        if (token_is(file, i, ";") || token_is(file, i, "{") || token_is(file, i, "}"))
            break;
        if (token_is(file, i, "(") && file->tokens[i].match > name && i > 0 &&
            file->tokens[i - 1].kind == TOKEN_WORD)
            found = i - 1;
    }
    return found;
}

static bool stands_on(const struct c_file *file, size_t name, size_t close, int64_t line)
{
    return c_file_line(file, file->tokens[name].start) == line ||
           c_file_line(file, file->tokens[close].start) == line;
}

bool c_file_call_stands(const struct c_file *file, const struct call *call, int64_t line)
{
    size_t outer = outermost(file, call->name);

    return stands_on(file, call->name, call->close, line) ||
           stands_on(file, outer, file->tokens[outer + 1].match, line);
}

size_t c_file_find_call(const struct c_file *file, int64_t line, const char *name,
                        struct call *call_out)
{
    struct call wide = { 0 };
    size_t found = 0;
    size_t around = 0;

    for (size_t i = 0; i + 1 < file->count && file->balanced; i++) {
        struct call call;
        size_t outer;

        if (!token_is(file, i, name) || !c_file_call_at(file, i, &call))
            continue;
        outer = outermost(file, i);
        if (stands_on(file, i, call.close, line)) {
            *call_out = call;
            found++;
        } else if (stands_on(file, outer, file->tokens[outer + 1].match, line)) {
            wide = call;
            around++;
        }
    }
    if (found || !around)
        return found;
    *call_out = wide;
    return around;
}
