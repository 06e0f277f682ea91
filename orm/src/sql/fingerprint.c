#include "sql/fingerprint.h"

#include <string.h>

#include "base/hash.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
    return starts_word(c) || is_digit(c);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool at_pair(const orm__scanner *scanner, const char *pair)
{
    return scanner->end - scanner->at >= 2 && memcmp(scanner->at, pair, 2) == 0;
}

/* Comments nest, as in PostgreSQL. */
static void skip_block(orm__scanner *scanner)
{
    size_t depth = 0;
    do {
        if (at_pair(scanner, "/*")) {
            depth++;
            scanner->at += 2;
        } else if (at_pair(scanner, "*/")) {
            depth--;
            scanner->at += 2;
        } else {
            scanner->at++;
        }
    } while (depth > 0 && scanner->at < scanner->end);
}

static bool skip_blank(orm__scanner *scanner)
{
    const char *start = scanner->at;
    while (scanner->at < scanner->end) {
        if (is_space(*scanner->at)) {
            scanner->at++;
        } else if (at_pair(scanner, "--")) {
            while (scanner->at < scanner->end && *scanner->at != '\n')
                scanner->at++;
        } else if (at_pair(scanner, "/*")) {
            skip_block(scanner);
        } else {
            break;
        }
    }
    return scanner->at != start;
}

/* From the opening quote to behind the closing one; a doubled quote is part of the text. */
static void skip_quoted(orm__scanner *scanner, bool backslash)
{
    char quote = *scanner->at++;
    while (scanner->at < scanner->end) {
        char c = *scanner->at++;
        if (c == '\\' && backslash && scanner->at < scanner->end) {
            scanner->at++;
        } else if (c == quote) {
            if (scanner->at == scanner->end || *scanner->at != quote)
                return;
            scanner->at++;
        }
    }
}

static void skip_word(orm__scanner *scanner)
{
    while (scanner->at < scanner->end && (is_word(*scanner->at) || *scanner->at == '$'))
        scanner->at++;
}

static void skip_number(orm__scanner *scanner)
{
    while (scanner->at < scanner->end) {
        char c = *scanner->at;
        bool exponent_sign = (c == '+' || c == '-') && lower(scanner->at[-1]) == 'e' &&
                             scanner->end - scanner->at > 1 && is_digit(scanner->at[1]);
        if (!is_word(c) && c != '.' && !exponent_sign)
            return;
        scanner->at++;
    }
}

/* $1, $name, or a string between two equal $tag$. */
static orm__token_kind scan_dollar(orm__scanner *scanner)
{
    const char *start = scanner->at++;
    while (scanner->at < scanner->end && is_word(*scanner->at))
        scanner->at++;
    bool number = scanner->at > start + 1 && is_digit(start[1]);
    if (number || scanner->at == scanner->end || *scanner->at != '$')
        return scanner->at > start + 1 ? ORM_TOKEN_PLACEHOLDER : ORM_TOKEN_PUNCTUATION;
    size_t tag = (size_t)(++scanner->at - start);
    while (scanner->at < scanner->end) {
        const char *next = memchr(scanner->at, '$', (size_t)(scanner->end - scanner->at));
        if (next == NULL || (size_t)(scanner->end - next) < tag)
            break;
        scanner->at = next + 1;
        if (memcmp(next, start, tag) != 0)
            continue;
        scanner->at = next + tag;
        return ORM_TOKEN_STRING;
    }
    scanner->at = scanner->end;
    return ORM_TOKEN_STRING;
}

static orm__token_kind scan_word(orm__scanner *scanner)
{
    const char *start = scanner->at;
    skip_word(scanner);
    bool prefix = scanner->at == start + 1 && scanner->at < scanner->end && *scanner->at == '\'';
    if (!prefix || strchr("eEbBxXnN", *start) == NULL)
        return ORM_TOKEN_WORD;
    skip_quoted(scanner, lower(*start) == 'e');
    return ORM_TOKEN_STRING;
}

/* ":name" but not "::type"; "@name" but not "@>". */
static bool starts_named(const orm__scanner *scanner)
{
    char c = *scanner->at;
    return (c == ':' || c == '@') && scanner->end - scanner->at > 1 && is_word(scanner->at[1]);
}

static orm__token_kind scan_punctuation(orm__scanner *scanner)
{
    static const char *const pairs[] = {"<=", ">=", "<>", "!=", "==", "::", "||"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!at_pair(scanner, pairs[i]))
            continue;
        scanner->at += 2;
        return ORM_TOKEN_PUNCTUATION;
    }
    scanner->at++;
    return ORM_TOKEN_PUNCTUATION;
}

static orm__token_kind scan_kind(orm__scanner *scanner)
{
    char c = *scanner->at;
    bool fraction = c == '.' && scanner->end - scanner->at > 1 && is_digit(scanner->at[1]);
    if (starts_word(c))
        return scan_word(scanner);
    if (c == '$')
        return scan_dollar(scanner);
    if (c == '\'' || c == '"' || c == '`') {
        skip_quoted(scanner, false);
        return c == '\'' ? ORM_TOKEN_STRING : ORM_TOKEN_QUOTED;
    }
    if (is_digit(c) || fraction) {
        scanner->at++;
        skip_number(scanner);
        return ORM_TOKEN_NUMBER;
    }
    if (c == '?' || starts_named(scanner)) {
        scanner->at++;
        while (scanner->at < scanner->end && is_word(*scanner->at))
            scanner->at++;
        return ORM_TOKEN_PLACEHOLDER;
    }
    return scan_punctuation(scanner);
}

orm__token orm__scan(orm__scanner *scanner)
{
    orm__token token = {.kind = ORM_TOKEN_END};
    token.spaced = skip_blank(scanner);
    token.text = scanner->at;
    if (scanner->at >= scanner->end)
        return token;
    token.kind = scan_kind(scanner);
    token.size = (size_t)(scanner->at - token.text);
    return token;
}

bool orm__token_is(const orm__token *token, const char *word)
{
    size_t i = 0;
    if (token->kind != ORM_TOKEN_WORD)
        return false;
    while (i < token->size && word[i] != '\0' && lower(token->text[i]) == word[i])
        i++;
    return i == token->size && word[i] == '\0';
}

static bool is_punctuation(const orm__token *token, char c)
{
    return token->kind == ORM_TOKEN_PUNCTUATION && token->size == 1 && *token->text == c;
}

static bool is_literal(const orm__token *token)
{
    return token->kind == ORM_TOKEN_STRING || token->kind == ORM_TOKEN_NUMBER;
}

static bool is_sign(const orm__token *token)
{
    return is_punctuation(token, '-') || is_punctuation(token, '+');
}

/* Whether a sign behind this token belongs to the number that follows it. */
static bool expects_operand(const orm__token *token)
{
    static const char *const words[] = {"select", "where", "and",    "or",       "not",  "limit",
                                        "offset", "then",  "else",   "when",     "case", "between",
                                        "like",   "in",    "having", "returning"};
    if (token->kind == ORM_TOKEN_END)
        return true;
    if (token->kind == ORM_TOKEN_PUNCTUATION)
        return *token->text != ')' && *token->text != ']';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (orm__token_is(token, words[i]))
            return true;
    return false;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    return orm__hash_word(hash ^ word) + 0x9e3779b97f4a7c15ULL;
}

static uint64_t mix_token(uint64_t hash, const orm__token *token)
{
    if (is_literal(token))
        return mix(hash, 'L');
    if (token->kind == ORM_TOKEN_PLACEHOLDER)
        return mix(hash, 'P');
    bool fold = token->kind == ORM_TOKEN_WORD;
    uint64_t word = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < token->size; i++)
        word = (word ^ (unsigned char)(fold ? lower(token->text[i]) : token->text[i])) *
               0x100000001b3ULL;
    return mix(hash, word);
}

/* Behind "IN (": skips a list of values with its ")" and says what it held; 0, and nothing skipped,
 * for other things. */
static uint64_t skip_list(orm__scanner *scanner)
{
    orm__scanner ahead = *scanner;
    uint64_t held = 0;
    for (orm__token token = orm__scan(&ahead); token.kind != ORM_TOKEN_END;
         token = orm__scan(&ahead)) {
        if (token.kind == ORM_TOKEN_PLACEHOLDER) {
            held = 'p';
        } else if (is_literal(&token)) {
            if (held == 0)
                held = 'l';
        } else if (is_punctuation(&token, ')')) {
            if (held != 0)
                *scanner = ahead;
            return held;
        } else if (!is_punctuation(&token, ',') && !is_sign(&token)) {
            return 0;
        }
    }
    return 0;
}

uint64_t orm__fingerprint(const char *sql, size_t size)
{
    orm__scanner scanner = {sql, sql + size};
    orm__token last = {.kind = ORM_TOKEN_END};
    uint64_t hash = 0;
    bool after_in = false;
    bool semicolon = false;
    for (orm__token token = orm__scan(&scanner); token.kind != ORM_TOKEN_END;
         token = orm__scan(&scanner)) {
        if (semicolon)
            hash = mix(hash, ';');
        semicolon = is_punctuation(&token, ';');
        bool list = after_in && is_punctuation(&token, '(');
        after_in = orm__token_is(&token, "in");
        if (is_sign(&token) && expects_operand(&last)) {
            orm__scanner ahead = scanner;
            if (orm__scan(&ahead).kind == ORM_TOKEN_NUMBER)
                continue;
        }
        if (!semicolon)
            hash = mix_token(hash, &token);
        last = token;
        if (list)
            hash = mix(hash, skip_list(&scanner));
    }
    return hash;
}
