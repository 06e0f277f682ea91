#include "types/sql_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DEPTH_LIMIT 64

struct lexer {
    const char *start;
    const char *at;
    char open[DEPTH_LIMIT]; /* closing marks still wanted, innermost last */
    size_t depth;
    size_t brackets;
};

/* SQLite reads [ to ] as one name, PostgreSQL as a subscript; they agree only without this. */
static bool hides_bracket(const struct lexer *lexer, const char *from, const char *to)
{
    return lexer->brackets && memchr(from, ']', (size_t)(to - from));
}

static const char *read_quoted(struct lexer *lexer)
{
    char quote = *lexer->at;
    const char *from = lexer->at;
    char before = from > lexer->start ? from[-1] : ' ';
    bool word_before =
        from - lexer->start > 1 && (isalnum((unsigned char)from[-2]) || from[-2] == '_');

    if (quote == '\'' && (before == 'e' || before == 'E') && !word_before)
        return "E'...' strings are not allowed";
    if (before == '&')
        return "U&'...' strings are not allowed";
    for (lexer->at++; *lexer->at; lexer->at++) {
        if (*lexer->at != quote)
            continue;
        if (lexer->at[1] != quote)
            break;
        lexer->at++;
    }
    if (!*lexer->at)
        return quote == '"' ? "a \" is not closed" : "a ' is not closed";
    if (hides_bracket(lexer, from, lexer->at))
        return "a ']' inside quotes inside [ ] is not allowed";
    return NULL;
}

static const char *open_group(struct lexer *lexer, char closing)
{
    if (lexer->depth == DEPTH_LIMIT)
        return "it is nested too deep";
    lexer->open[lexer->depth++] = closing;
    lexer->brackets += closing == ']';
    return NULL;
}

static const char *close_group(struct lexer *lexer, char closing)
{
    if (!lexer->depth || lexer->open[lexer->depth - 1] != closing)
        return closing == ')' ? "a ')' has no '('" : "a ']' has no '['";
    lexer->depth--;
    lexer->brackets -= closing == ']';
    return NULL;
}

static const char *read_token(struct lexer *lexer)
{
    const char *at = lexer->at;

    switch (*at) {
    case '\'':
    case '"':
        return read_quoted(lexer);
    case '(':
        return open_group(lexer, ')');
    case '[':
        return open_group(lexer, ']');
    case ')':
    case ']':
        return close_group(lexer, *at);
    case ';':
        return "a ';' outside quotes is not allowed";
    case '`':
        return "a '`' outside quotes is not allowed";
    case '$':
        return "a '$' outside quotes is not allowed";
    case '\\':
        return "a '\\' outside quotes is not allowed";
    case '-':
        return at[1] == '-' ? "a comment (--) is not allowed" : NULL;
    case '/':
        return at[1] == '*' ? "a comment (/*) is not allowed" : NULL;
    case '*':
        return at[1] == '/' ? "a comment mark (*/) is not allowed" : NULL;
    default:
        return NULL;
    }
}

const char *sql_text_fault(const char *text)
{
    struct lexer lexer = {.start = text, .at = text};
    const char *fault = NULL;

    if (!text[strspn(text, " \t\r\n")])
        return "it is empty";
    for (const char *at = text; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7F)
            return "it holds a control character";
    while (*lexer.at && !fault) {
        fault = read_token(&lexer);
        lexer.at += *lexer.at != '\0';
    }
    if (!fault && lexer.depth)
        fault = lexer.open[lexer.depth - 1] == ')' ? "a '(' is not closed" : "a '[' is not closed";
    return fault;
}
