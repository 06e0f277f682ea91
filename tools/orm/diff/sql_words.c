#include "diff/sql_words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "migrate/script.h"

static const char *marked(struct arena *arena, const char *text, char mark)
{
    struct text made = {0};

    text_add(arena, &made, &mark, 1);
    for (; *text; text++) {
        if (*text == mark)
            text_add(arena, &made, &mark, 1);
        text_add(arena, &made, text, 1);
    }
    text_add(arena, &made, &mark, 1);
    return made.text;
}

const char *words_quoted(struct arena *arena, const char *name)
{
    return marked(arena, name, '"');
}

const char *words_string(struct arena *arena, const char *text)
{
    return marked(arena, text, '\'');
}

const char *words_qualified(struct arena *arena, const char *schema, const char *name)
{
    if (!schema)
        return words_quoted(arena, name);
    return arena_format(arena, "%s.%s", words_quoted(arena, schema), words_quoted(arena, name));
}

const char *words_shown(struct arena *arena, const char *schema, const char *name)
{
    return schema ? arena_format(arena, "%s.%s", schema, name) : name;
}

const char *words_list(struct arena *arena, const struct catalog_names *names)
{
    struct text list = {0};

    text_add_string(arena, &list, "");
    for (size_t i = 0; i < names->count; i++) {
        text_add_string(arena, &list, i ? ", " : "");
        text_add_string(arena, &list, words_quoted(arena, names->items[i]));
    }
    return list.text;
}

static struct script_token next_word(enum sql_dialect dialect, const char **at, const char *end)
{
    struct script_token token;

    do {
        token = script_token(dialect, *at, end);
        *at += token.length;
    } while (token.kind == SCRIPT_BLANK);
    return token;
}

/* The name that the token is, without quotes, and whether it had some. */
static bool is_name(const struct script_token *token, const char **text, size_t *length)
{
    bool quoted = token->kind == SCRIPT_QUOTED_NAME;

    *text = token->text + quoted;
    *length = token->length - (quoted ? 2 : 0);
    return quoted || token->kind == SCRIPT_WORD;
}

static bool is_same_token(const struct script_token *a, const struct script_token *b)
{
    const char *left, *right;
    size_t left_size, right_size;
    bool names = is_name(a, &left, &left_size);

    if (names != is_name(b, &right, &right_size))
        return false;
    if (!names)
        return a->kind == b->kind && a->length == b->length &&
               memcmp(a->text, b->text, a->length) == 0;
    if (left_size != right_size)
        return false;
    return a->kind == SCRIPT_WORD || b->kind == SCRIPT_WORD
               ? strncasecmp(left, right, left_size) == 0
               : memcmp(left, right, left_size) == 0;
}

bool words_same(enum sql_dialect dialect, const char *a, const char *b)
{
    const char *a_end, *b_end;
    struct script_token left, right;

    if (!a || !b)
        return a == b;
    a_end = a + strlen(a);
    b_end = b + strlen(b);
    do {
        left = next_word(dialect, &a, a_end);
        right = next_word(dialect, &b, b_end);
        if (!is_same_token(&left, &right))
            return false;
    } while (left.kind != SCRIPT_END);
    return right.kind == SCRIPT_END;
}

static bool is_named(enum sql_dialect dialect, const struct script_token *token, const char *name)
{
    const char *text;
    size_t length;

    if (!is_name(token, &text, &length) || length != strlen(name))
        return false;
    return dialect == SQL_SQLITE ? strncasecmp(text, name, length) == 0
                                 : memcmp(text, name, length) == 0;
}

bool words_mention(enum sql_dialect dialect, const char *text, const char *name)
{
    const char *end = text ? text + strlen(text) : NULL;

    while (text && text < end) {
        struct script_token token = next_word(dialect, &text, end);

        if (is_named(dialect, &token, name))
            return true;
        if (token.kind == SCRIPT_END)
            break;
    }
    return false;
}

/* PostgreSQL prints plain names without quotes; a new one that is not plain needs them. */
static const char *spelled(struct arena *arena, const struct script_token *token, const char *name)
{
    bool plain = token->kind == SCRIPT_WORD && !isdigit((unsigned char)*name);

    for (const char *at = name; *at; at++)
        plain = plain && (islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '_');
    return plain ? name : words_quoted(arena, name);
}

const char *words_replaced(struct arena *arena, enum sql_dialect dialect, const char *text,
                           const struct word_pair *pairs, size_t count)
{
    struct text made = {0};
    const char *end = text ? text + strlen(text) : NULL;

    if (!text || !count)
        return text;
    text_add_string(arena, &made, "");
    while (text < end) {
        struct script_token token = script_token(dialect, text, end);
        const char *new = NULL;

        for (size_t i = 0; i < count && !new; i++)
            if (is_named(dialect, &token, pairs[i].old))
                new = spelled(arena, &token, pairs[i].new);
        text_add(arena, &made, new ? new : token.text, new ? strlen(new) : token.length);
        text += token.length;
    }
    return made.text;
}
