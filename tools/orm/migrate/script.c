#include "migrate/script.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Up to and with the mark, which stands for itself when doubled; NULL: it is not there. */
static const char *behind_quote(const char *at, const char *end, char mark, bool backslash)
{
    for (; at < end; at++) {
        if (backslash && *at == '\\')
            at++;
        else if (*at == mark && at + 1 < end && at[1] == mark)
            at++;
        else if (*at == mark)
            return at + 1;
    }
    return NULL;
}

static const char *behind_comment(const char *at, const char *end, bool nested)
{
    int depth = 1;

    for (; at + 1 < end; at++) {
        if (nested && at[0] == '/' && at[1] == '*') {
            depth++;
            at++;
        } else if (at[0] == '*' && at[1] == '/') {
            at++;
            if (--depth == 0)
                return at + 1;
        }
    }
    return NULL;
}

/* $$ … $$ and $tag$ … $tag$; NULL: no such thing begins here. */
static const char *behind_dollars(const char *at, const char *end, bool *open_out)
{
    const char *tag = at + 1;
    size_t size;

    while (tag < end && is_word_byte(*tag))
        tag++;
    if (tag >= end || *tag != '$' || isdigit((unsigned char)at[1]))
        return NULL;
    size = (size_t)(tag + 1 - at);
    for (const char *close = tag + 1; close + size <= end; close++)
        if (memcmp(close, at, size) == 0)
            return close + size;
    *open_out = true;
    return end;
}

static struct script_token token_until(enum script_kind kind, const char *text, const char *behind,
                                       const char *end)
{
    struct script_token token = {.kind = behind ? kind : SCRIPT_OPEN, .text = text};

    token.length = (size_t)((behind ? behind : end) - text);
    return token;
}

static struct script_token blank_token(enum sql_dialect dialect, const char *text, const char *end)
{
    const char *at = text;

    if (*at == '/')
        return token_until(SCRIPT_BLANK, text,
                           behind_comment(at + 2, end, dialect == SQL_POSTGRESQL), end);
    if (*at == '-') {
        while (at < end && *at != '\n')
            at++;
        return token_until(SCRIPT_BLANK, text, at, end);
    }
    while (at < end && isspace((unsigned char)*at))
        at++;
    return token_until(SCRIPT_BLANK, text, at, end);
}

static struct script_token word_token(enum sql_dialect dialect, const char *text, const char *end)
{
    const char *at = text;

    while (at < end && (is_word_byte(*at) || *at == '$'))
        at++;
    if (at < end && *at == '\'' && at == text + 1 && dialect == SQL_POSTGRESQL &&
        strchr("eE", *text))
        return token_until(SCRIPT_STRING, text, behind_quote(at + 1, end, '\'', true), end);
    return token_until(SCRIPT_WORD, text, at, end);
}

struct script_token script_token(enum sql_dialect dialect, const char *text, const char *end)
{
    bool open = false;
    const char *behind;

    if (text >= end)
        return (struct script_token){.kind = SCRIPT_END, .text = text};
    if (isspace((unsigned char)*text) ||
        (end - text > 1 && (memcmp(text, "--", 2) == 0 || memcmp(text, "/*", 2) == 0)))
        return blank_token(dialect, text, end);
    if (*text == '\'')
        return token_until(SCRIPT_STRING, text, behind_quote(text + 1, end, '\'', false), end);
    if (*text == '"')
        return token_until(SCRIPT_QUOTED_NAME, text, behind_quote(text + 1, end, '"', false), end);
    if (dialect == SQL_SQLITE && *text == '`')
        return token_until(SCRIPT_QUOTED_NAME, text, behind_quote(text + 1, end, '`', false), end);
    if (dialect == SQL_SQLITE && *text == '[') {
        behind = memchr(text, ']', (size_t)(end - text));
        return token_until(SCRIPT_QUOTED_NAME, text, behind ? behind + 1 : NULL, end);
    }
    if (dialect == SQL_POSTGRESQL && *text == '$') {
        behind = behind_dollars(text, end, &open);
        if (behind)
            return token_until(SCRIPT_STRING, text, open ? NULL : behind, end);
    }
    if (is_word_byte(*text))
        return word_token(dialect, text, end);
    return (struct script_token){.kind = SCRIPT_MARK, .text = text, .length = 1};
}

bool script_is(const struct script_token *token, const char *word)
{
    return (token->kind == SCRIPT_WORD || token->kind == SCRIPT_MARK) &&
           token->length == strlen(word) && strncasecmp(token->text, word, token->length) == 0;
}

/* Where a statement stands while its tokens go by. */
struct reading {
    struct arena *arena;
    struct pointers statements; /* struct script_statement */
    struct script *script;
    const char *from; /* of the statement; NULL: between two */
    unsigned from_line;
    unsigned line;
    size_t words;  /* so far, of the statement */
    bool creates;  /* begins with CREATE */
    bool has_body; /* and makes something whose body has statements of its own */
    int bodies;    /* BEGIN and CASE that are open in it */
    int parens;
};

static void open_reading(struct reading *reading, const struct script_token *token)
{
    reading->from = token->text;
    reading->from_line = reading->line;
    reading->words = 0;
    reading->creates = reading->has_body = false;
    reading->bodies = reading->parens = 0;
}

/* A file is one transaction of the runner's: it can't end it. */
static void judge_word(struct reading *reading, const struct script_token *token)
{
    static const char *const controls[] = {"BEGIN", "COMMIT", "ROLLBACK", "END", "START", "ABORT"};
    struct script *script = reading->script;

    for (size_t i = 0; !script->fault && i < sizeof controls / sizeof *controls; i++) {
        if (!script_is(token, controls[i]))
            continue;
        script->fault = arena_format(reading->arena,
                                     "%s can't stand in a migration: the file is one transaction, "
                                     "or says '-- orm: no transaction' and has none",
                                     controls[i]);
        script->fault_line = reading->line;
    }
}

static void read_word(struct reading *reading, const struct script_token *token)
{
    static const char *const bodied[] = {"TRIGGER", "FUNCTION", "PROCEDURE"};

    if (reading->words++ == 0) {
        reading->creates = script_is(token, "CREATE");
        judge_word(reading, token);
    }
    for (size_t i = 0; reading->creates && reading->words <= 5 && i < 3; i++)
        reading->has_body = reading->has_body || script_is(token, bodied[i]);
    if (!reading->has_body)
        return;
    if (script_is(token, "BEGIN") || (reading->bodies && script_is(token, "CASE")))
        reading->bodies++;
    else if (reading->bodies && script_is(token, "END"))
        reading->bodies--;
}

static void close_reading(struct reading *reading, const char *end)
{
    struct script_statement *statement = arena_alloc(reading->arena, sizeof *statement);
    size_t length = (size_t)(end - reading->from);

    while (length && isspace((unsigned char)reading->from[length - 1]))
        length--;
    statement->text = arena_copy(reading->arena, reading->from, length);
    statement->line = reading->from_line;
    pointers_add(reading->arena, &reading->statements, statement);
    reading->from = NULL;
}

/* "-- orm: no transaction" and the like. */
static void read_remark(struct reading *reading, const struct script_token *token)
{
    static const char mark[] = "-- orm: ";
    size_t size = sizeof mark - 1;
    const char *said;
    struct script *script = reading->script;

    if (token->length < size || memcmp(token->text, mark, size) != 0)
        return;
    while (token->length > size && isspace((unsigned char)token->text[size]))
        size++;
    said = arena_copy(reading->arena, token->text + size, token->length - size);
    if (strncmp(said, "no transaction", 14) == 0)
        script->no_transaction = true;
    else if (strncmp(said, "foreign keys off", 16) == 0)
        script->no_foreign_keys = true;
    else if (strncmp(said, "dialect ", 8) == 0)
        script->dialect = arena_copy(reading->arena, said + 8, strcspn(said + 8, " \r"));
}

static void read_token(struct reading *reading, const struct script_token *token)
{
    if (token->kind == SCRIPT_BLANK) {
        read_remark(reading, token);
        return;
    }
    if (script_is(token, ";") && reading->from && !reading->bodies && reading->parens <= 0) {
        close_reading(reading, token->text);
        return;
    }
    if (script_is(token, ";") && !reading->from)
        return;
    if (!reading->from)
        open_reading(reading, token);
    if (token->kind == SCRIPT_WORD)
        read_word(reading, token);
    reading->parens += script_is(token, "(") - script_is(token, ")");
}

struct script script_read(struct arena *arena, enum sql_dialect dialect, const char *text,
                          size_t length)
{
    struct script script = {0};
    struct reading reading = {.arena = arena, .script = &script, .line = 1};
    const char *end = text + length;

    for (const char *at = text; at < end;) {
        struct script_token token = script_token(dialect, at, end);

        if (token.kind == SCRIPT_OPEN && !script.fault) {
            script.fault = arena_format(arena, "this %.*s is not closed",
                                        token.text[0] == '/' ? 2 : 1, token.text);
            script.fault_line = reading.line;
        }
        read_token(&reading, &token);
        for (size_t i = 0; i < token.length; i++)
            reading.line += token.text[i] == '\n';
        at += token.length;
    }
    if (reading.from)
        close_reading(&reading, end);
    script.count = reading.statements.count;
    script.statements = arena_array(arena, script.count, sizeof *script.statements);
    for (size_t i = 0; i < script.count; i++)
        script.statements[i] = *(struct script_statement *)reading.statements.items[i];
    return script;
}

const char *script_words(struct arena *arena, const char *statement)
{
    struct text words = {0};
    const char *end = statement + strlen(statement);
    size_t count = 0;

    text_add_string(arena, &words, "");
    for (const char *at = statement; at < end && count < 2;) {
        struct script_token token = script_token(SQL_POSTGRESQL, at, end);

        if (token.kind == SCRIPT_WORD) {
            text_add_string(arena, &words, count++ ? " " : "");
            for (size_t i = 0; i < token.length; i++) {
                char upper = (char)toupper((unsigned char)token.text[i]);

                text_add(arena, &words, &upper, 1);
            }
        } else if (token.kind != SCRIPT_BLANK) {
            break;
        }
        at += token.length;
    }
    return words.text;
}
