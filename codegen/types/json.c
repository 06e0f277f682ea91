#include "types/literal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_LIMIT 64

/* A recursive descent over RFC 8259; each reader returns the end of what it read, or NULL. */
static const char *read_value(const char *at, int depth);

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static const char *read_escape(const char *at)
{
    if (*at != 'u')
        return *at && strchr("\"\\/bfnrt", *at) ? at + 1 : NULL;
    for (int i = 1; i <= 4; i++)
        if (!isxdigit((unsigned char)at[i]))
            return NULL;
    return at + 5;
}

static const char *read_string(const char *at)
{
    if (*at != '"')
        return NULL;
    at++;
    while (*at && *at != '"') {
        if ((unsigned char)*at < 0x20)
            return NULL;
        at = *at == '\\' ? read_escape(at + 1) : at + 1;
        if (!at)
            return NULL;
    }
    return *at ? at + 1 : NULL;
}

static const char *read_digits(const char *at)
{
    size_t count = strspn(at, "0123456789");

    return count ? at + count : NULL;
}

static const char *read_number(const char *at)
{
    at += *at == '-';
    at = *at == '0' ? at + 1 : read_digits(at);
    if (at && *at == '.')
        at = read_digits(at + 1);
    if (at && (*at == 'e' || *at == 'E')) {
        at++;
        at = read_digits(at + (*at == '+' || *at == '-'));
    }
    return at;
}

static const char *read_list(const char *at, char closing, int depth)
{
    at = skip_space(at + 1);
    if (*at == closing)
        return at + 1;
    for (;;) {
        if (closing == '}') {
            at = read_string(at);
            at = at ? skip_space(at) : NULL;
            if (!at || *at++ != ':')
                return NULL;
        }
        at = read_value(at, depth + 1);
        if (!at || (*at != ',' && *at != closing))
            return NULL;
        if (*at == closing)
            return at + 1;
        at = skip_space(at + 1);
    }
}

static const char *read_word(const char *at, const char *word)
{
    size_t length = strlen(word);

    return strncmp(at, word, length) == 0 ? at + length : NULL;
}

static const char *read_value(const char *at, int depth)
{
    if (depth > DEPTH_LIMIT)
        return NULL;
    at = skip_space(at);
    switch (*at) {
    case '{':
        at = read_list(at, '}', depth);
        break;
    case '[':
        at = read_list(at, ']', depth);
        break;
    case '"':
        at = read_string(at);
        break;
    case 't':
        at = read_word(at, "true");
        break;
    case 'f':
        at = read_word(at, "false");
        break;
    case 'n':
        at = read_word(at, "null");
        break;
    default:
        at = read_number(at);
    }
    return at ? skip_space(at) : NULL;
}

static unsigned long escaped_unit(const char *at)
{
    char digits[5] = {at[2], at[3], at[4], at[5], '\0'};

    return strtoul(digits, NULL, 16);
}

/* Whether each \u names a character, alone or as a pair, and none is the NUL. */
static bool names_characters(const char *at)
{
    for (; (at = strchr(at, '\\')) != NULL; at += 2) {
        unsigned long unit = at[1] == 'u' ? escaped_unit(at) : 1;
        bool high = unit >= 0xD800 && unit < 0xDC00;
        bool paired = high && at[6] == '\\' && at[7] == 'u' && escaped_unit(at + 6) >= 0xDC00 &&
                      escaped_unit(at + 6) < 0xE000;

        if (!unit || (high && !paired) || (unit >= 0xDC00 && unit < 0xE000))
            return false;
        at += paired ? 10 : at[1] == 'u' ? 4 : 0;
    }
    return true;
}

bool json_is_valid(const char *text, bool decoded)
{
    const char *end = read_value(text, 0);

    return end && !*end && (!decoded || names_characters(text));
}
