#include "schema/sql_scan.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"

struct sql_scan sql_scan_of(const struct source *source)
{
    return (struct sql_scan){.source = source, .line = 1, .column = 1, .opens_line = true};
}

struct span sql_span_at(const struct source *source, size_t offset)
{
    struct span span = {.source = source, .line = 1, .column = 1, .width = 1};
    size_t line_start = 0;

    for (size_t at = 0; at < offset && at < source->length;) {
        size_t size = utf8_line_break(source->text + at, source->length - at);

        at += size ? size : 1;
        span.line += size ? 1 : 0;
        line_start = size ? at : line_start;
    }
    if (offset > line_start)
        span.column += (unsigned)utf8_count(source->text + line_start, offset - line_start);
    return span;
}

static char char_at(const struct sql_scan *scan, size_t offset)
{
    return offset < scan->source->length ? scan->source->text[offset] : '\0';
}

static bool starts(const struct sql_scan *scan, size_t offset, const char *text)
{
    size_t length = strlen(text);

    return scan->source->length - offset >= length &&
           memcmp(scan->source->text + offset, text, length) == 0;
}

static bool is_letter(char byte)
{
    return isalpha((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static bool is_word(char byte)
{
    return is_letter(byte) || isdigit((unsigned char)byte);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The offset behind the text that began at scan->at, or 0 with a fault. */
static size_t end_of_quoted(const struct sql_scan *scan, size_t open, bool escapes)
{
    char quote = char_at(scan, open);

    for (size_t at = open + 1; at < scan->source->length; at++) {
        if (escapes && char_at(scan, at) == '\\')
            at++;
        else if (char_at(scan, at) == quote && char_at(scan, at + 1) == quote)
            at++;
        else if (char_at(scan, at) == quote)
            return at + 1;
    }
    return 0;
}

/* Behind "$tag$ … $tag$"; `*tagged_out` false: there is no such opening. */
static size_t end_of_dollar(const struct sql_scan *scan, bool *tagged_out)
{
    size_t open = scan->at + 1;
    size_t length;

    while (is_word(char_at(scan, open)) &&
           !(open == scan->at + 1 && isdigit((unsigned char)char_at(scan, open))))
        open++;
    *tagged_out = char_at(scan, open) == '$';
    if (!*tagged_out)
        return 0;
    length = open + 1 - scan->at;
    for (size_t at = open + 1; at + length <= scan->source->length; at++)
        if (memcmp(scan->source->text + at, scan->source->text + scan->at, length) == 0)
            return at + length;
    return 0;
}

static size_t end_of_line(const struct sql_scan *scan, size_t at)
{
    /* As databases do: other characters that break lines end no comment. */
    while (at < scan->source->length && !strchr("\n\r", scan->source->text[at]))
        at++;
    return at;
}

static size_t end_of_comment(const struct sql_scan *scan, const char **fault_out)
{
    for (size_t at = scan->at + 2; at < scan->source->length; at++) {
        if (starts(scan, at, "*/"))
            return at + 2;
        if (starts(scan, at, "/*")) {
            *fault_out = "a comment inside a comment ends differently on the two databases";
            return 0;
        }
    }
    *fault_out = "this comment is not closed";
    return 0;
}

static size_t end_of_word(const struct sql_scan *scan, size_t at)
{
    while (is_word(char_at(scan, at)) || char_at(scan, at) == '$')
        at++;
    return at;
}

static size_t read_dollar(const struct sql_scan *scan, const char **fault_out)
{
    bool tagged;
    size_t end = end_of_dollar(scan, &tagged);

    if (!end)
        *fault_out = tagged ? "the text that this begins is not closed"
                            : "parameters are written with a colon and a name, as in :price";
    return end;
}

/* A word, or the string that E begins. */
static size_t read_word(const struct sql_scan *scan, const char **fault_out)
{
    size_t end = end_of_word(scan, scan->at);
    bool escapes = end == scan->at + 1 && (char_at(scan, scan->at) | 0x20) == 'e';

    if (!escapes || char_at(scan, end) != '\'')
        return end;
    end = end_of_quoted(scan, end, true);
    *fault_out = end ? NULL : "this ' is not closed";
    return end;
}

static size_t read_quoted(const struct sql_scan *scan, const char **fault_out)
{
    size_t end = end_of_quoted(scan, scan->at, false);

    if (!end)
        *fault_out = char_at(scan, scan->at) == '"'    ? "this \" is not closed"
                     : char_at(scan, scan->at) == '\'' ? "this ' is not closed"
                                                       : "this ` is not closed";
    return end;
}

/* What begins with a colon: a parameter, a cast, or just that. */
static size_t read_colon(const struct sql_scan *scan, struct sql_token *token)
{
    size_t at = scan->at + 1;

    if (char_at(scan, at) == ':')
        return at + 1;
    if (!is_letter(char_at(scan, at)))
        return at;
    token->kind = SQL_TOKEN_PARAMETER;
    return end_of_word(scan, at);
}

static const char *fault_of_byte(const struct sql_scan *scan)
{
    char byte = char_at(scan, scan->at);
    uint32_t code;

    if (byte == '?')
        return "parameters are written with a colon and a name, as in :price; for PostgreSQL's "
               "operators ?, ?| and ?& write jsonb_exists, jsonb_exists_any and jsonb_exists_all";
    if ((unsigned char)byte < 0x20 || byte == 0x7F)
        return "a control character is not allowed";
    if ((unsigned char)byte >= 0x80 &&
        !utf8_decode(scan->source->text + scan->at, scan->source->length - scan->at, &code))
        return "the file is not valid UTF-8";
    return NULL;
}

static size_t read_blank(const struct sql_scan *scan)
{
    size_t at = scan->at;

    while (is_blank(char_at(scan, at)))
        at++;
    return at;
}

/* Sets the token's kind and returns where it ends; 0: a fault. */
static size_t read_token(const struct sql_scan *scan, struct sql_token *token)
{
    char byte = char_at(scan, scan->at);

    token->kind = SQL_TOKEN_TEXT;
    if (is_blank(byte)) {
        token->kind = SQL_TOKEN_BLANK;
        return read_blank(scan);
    }
    if (starts(scan, scan->at, "--")) {
        token->kind = SQL_TOKEN_NOTE;
        return end_of_line(scan, scan->at);
    }
    if (starts(scan, scan->at, "/*")) {
        token->kind = SQL_TOKEN_COMMENT;
        return end_of_comment(scan, &token->fault);
    }
    if (byte == ';')
        token->kind = SQL_TOKEN_SEMICOLON;
    token->fault = fault_of_byte(scan);
    if (token->fault)
        return 0;
    if (byte == '\'' || byte == '"' || byte == '`')
        return read_quoted(scan, &token->fault);
    if (byte == '$')
        return read_dollar(scan, &token->fault);
    if (byte == ':')
        return read_colon(scan, token);
    return is_word(byte) ? read_word(scan, &token->fault) : scan->at + 1;
}

/* Bytes that are no text would reach the C source and the database. */
static const char *fault_within(const struct sql_token *token)
{
    uint32_t code;

    for (size_t at = 0; at < token->length;) {
        size_t size = utf8_decode(token->text + at, token->length - at, &code);

        if (!size)
            return "the text is not valid UTF-8";
        if (code < 0x20 && !is_blank((char)code))
            return "a control character is not allowed";
        at += size;
    }
    return NULL;
}

static void advance(struct sql_scan *scan, size_t end)
{
    const char *text = scan->source->text;
    size_t length = scan->source->length;
    uint32_t code;

    while (scan->at < end) {
        size_t line_break = utf8_line_break(text + scan->at, length - scan->at);
        size_t size = line_break;

        if (!size)
            size = utf8_decode(text + scan->at, length - scan->at, &code);
        scan->opens_line = line_break || (scan->opens_line && is_blank(text[scan->at]));
        scan->line += line_break ? 1 : 0;
        scan->column = line_break ? 1 : scan->column + 1;
        scan->at += size ? size : 1;
    }
}

/* How much of a token stands on its first line. */
static unsigned width_of(const struct sql_token *token)
{
    size_t length = 0;

    while (length < token->length && token->text[length] != '\n' && token->text[length] != '\r')
        length++;
    return length ? (unsigned)utf8_count(token->text, length) : 1;
}

struct sql_token sql_scan_next(struct sql_scan *scan)
{
    struct sql_token token = {.kind = SQL_TOKEN_END, .opens_line = scan->opens_line};
    size_t start = scan->at;
    size_t skipped;
    size_t end;

    token.text = scan->source->text ? scan->source->text + start : "";
    token.at = (struct span){
        .source = scan->source, .line = scan->line, .column = scan->column, .width = 1};
    if (start >= scan->source->length)
        return token;
    end = read_token(scan, &token);
    token.length = end ? end - start : 0;
    if (!token.fault)
        token.fault = fault_within(&token);
    if (token.fault) {
        token.kind = SQL_TOKEN_FAULT;
        scan->at = scan->source->length;
        return token;
    }
    token.at.width = width_of(&token);
    advance(scan, end);
    skipped = token.kind == SQL_TOKEN_NOTE ? 2 : token.kind == SQL_TOKEN_PARAMETER ? 1 : 0;
    token.text += skipped;
    token.length -= skipped;
    return token;
}
