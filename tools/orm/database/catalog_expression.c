#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "database/catalog.h"

static const size_t no_end = (size_t)-1;

/* Behind the quoted text that begins here; at its own end when it is not closed. */
static size_t skip_quoted(const char *text, size_t at)
{
    char quote = text[at];

    for (at++; text[at]; at++) {
        if (text[at] != quote)
            continue;
        if (text[at + 1] != quote)
            return at + 1;
        at++;
    }
    return at;
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"';
}

static const char *on_one_line(struct arena *arena, const char *text)
{
    struct text made = {0};

    text_add_string(arena, &made, "");
    for (size_t at = 0; text[at];) {
        size_t end = at + 1;

        if (isspace((unsigned char)text[at])) {
            while (isspace((unsigned char)text[end]))
                end++;
            if (made.length && text[end])
                text_add_string(arena, &made, " ");
        } else {
            end = is_quote(text[at]) ? skip_quoted(text, at) : end;
            text_add(arena, &made, text + at, end - at);
        }
        at = end;
    }
    return made.text;
}

/* Behind '::character varying(20)[]' and the like, any number of them; at itself without. */
static size_t skip_casts(const char *text, size_t at)
{
    while (text[at] == ':' && text[at + 1] == ':') {
        at += 2;
        while (isalnum((unsigned char)text[at]) || strchr("_. ", text[at]) || text[at] == '"' ||
               text[at] == '(' || text[at] == '[') {
            if (!text[at])
                return at;
            if (text[at] == '"')
                at = skip_quoted(text, at);
            else if (text[at] == '(' || text[at] == '[')
                at += strcspn(text + at, ")]") + 1;
            else
                at++;
        }
    }
    return at;
}

/* A quoted text or a number; no_end when it is neither. */
static size_t constant_end(const char *text, size_t at)
{
    size_t start = at;

    if (text[at] == '\'')
        return skip_quoted(text, at);
    at += text[at] == '-' || text[at] == '+';
    at += strspn(text + at, "0123456789.");
    if (at > start && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        at += text[at] == '-' || text[at] == '+';
        at += strspn(text + at, "0123456789");
    }
    return at > start && isdigit((unsigned char)text[at - 1]) ? at : no_end;
}

/* The constants of "ARRAY[a::x, b::x]::x[])" as "(a, b)"; how much was read, or no_end. */
static size_t read_list(struct arena *arena, const char *text, struct text *list, bool *varying)
{
    size_t at = strlen("ARRAY[");

    text_add_string(arena, list, "(");
    for (;;) {
        size_t end = constant_end(text, at);
        size_t behind;

        if (end == no_end)
            return no_end;
        text_add(arena, list, text + at, end - at);
        behind = skip_casts(text, end);
        *varying = *varying || strncmp(text + end, "::character varying", 19) == 0;
        if (text[behind] == ']') {
            text_add_string(arena, list, ")");
            at = skip_casts(text, behind + 1);
            return text[at] == ')' ? at + 1 : no_end;
        }
        if (strncmp(text + behind, ", ", 2) != 0)
            return no_end;
        text_add_string(arena, list, ", ");
        at = behind + 2;
    }
}

static void drop_end(struct text *text, const char *end)
{
    size_t size = strlen(end);

    if (text->length > size && strcmp(text->text + text->length - size, end) == 0)
        text->text[text->length -= size] = '\0';
}

const char *catalog_expression(struct arena *arena, const char *text)
{
    static const char *const spellings[2] = {" = ANY (ARRAY[", " <> ALL (ARRAY["};
    static const char *const words[2] = {" IN ", " NOT IN "};
    struct text made = {0};

    text = on_one_line(arena, text);
    text_add_string(arena, &made, "");
    for (size_t at = 0; text[at];) {
        size_t end = is_quote(text[at]) ? skip_quoted(text, at) : at + 1;

        for (size_t i = 0; text[at] == ' ' && i < 2; i++) {
            size_t before = strlen(spellings[i]) - strlen("ARRAY[");
            struct text list = {0};
            bool varying = false;
            size_t read;

            if (strncmp(text + at, spellings[i], strlen(spellings[i])) != 0)
                continue;
            read = read_list(arena, text + at + before, &list, &varying);
            if (read == no_end)
                continue;
            if (varying)
                drop_end(&made, "::text");
            text_add_string(arena, &made, words[i]);
            text_add_string(arena, &made, list.text);
            end = at + before + read;
            at = end;
            break;
        }
        text_add(arena, &made, text + at, end - at);
        at = end;
    }
    return made.text;
}

/* Whether the parenthesis at the start is closed by the text's last character. */
static bool is_wrapped(const char *text)
{
    size_t depth = 0;

    if (*text != '(')
        return false;
    for (size_t at = 0; text[at];) {
        if (is_quote(text[at])) {
            at = skip_quoted(text, at);
            continue;
        }
        depth += text[at] == '(';
        if (text[at++] == ')' && !--depth)
            return !text[at];
    }
    return false;
}

const char *catalog_unwrapped(struct arena *arena, const char *expression)
{
    while (is_wrapped(expression))
        expression = on_one_line(arena, arena_copy(arena, expression + 1, strlen(expression) - 2));
    return expression;
}

static const char *unquoted(struct arena *arena, const char *text, size_t end)
{
    struct text made = {0};

    text_add_string(arena, &made, "");
    for (size_t at = 1; at + 1 < end; at++) {
        text_add(arena, &made, text + at, 1);
        at += text[at] == text[0];
    }
    return made.text;
}

const char *catalog_literal(struct arena *arena, const char *expression)
{
    const char *text = catalog_unwrapped(arena, on_one_line(arena, expression));
    size_t end = *text == '"' ? skip_quoted(text, 0) : constant_end(text, 0);

    if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0)
        return *text == 't' || *text == 'T' ? "true" : "false";
    /* PostgreSQL wraps a negative number before it casts it */
    if (*text == '(' && constant_end(text, 1) != no_end && text[constant_end(text, 1)] == ')') {
        text++;
        end = constant_end(text, 0);
        if (text[skip_casts(text, end + 1)])
            return NULL;
        return arena_copy(arena, text, end);
    }
    if (end == no_end || text[skip_casts(text, end)])
        return NULL;
    return is_quote(*text) ? unquoted(arena, text, end) : arena_copy(arena, text, end);
}
