#include "model/json_text.h"

#include <string.h>

/* One text being judged. */
typedef struct scan {
    const char *at;
    const char *end;
    size_t depth;
    orm__json_verdict verdict;
    bool decoded;
    char closing[ORM__JSON_MAX_DEPTH]; /* of each array and object that is open */
} scan;

const char *orm__json_skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

int orm__json_hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

const char *orm__json_unit(const char *at, const char *end, unsigned *unit_out)
{
    unsigned unit = 0;
    if (end - at < 4)
        return NULL;
    for (int i = 0; i < 4; i++) {
        int digit = orm__json_hex(at[i]);
        if (digit < 0)
            return NULL;
        unit = unit << 4 | (unsigned)digit;
    }
    *unit_out = unit;
    return at + 4;
}

const char *orm__json_code_point(const char *at, const char *end, unsigned long *code_out)
{
    unsigned high = 0;
    unsigned low = 0;
    at = orm__json_unit(at, end, &high);
    if (at == NULL || high == 0 || (high >= 0xDC00 && high <= 0xDFFF))
        return NULL;
    *code_out = high;
    if (high < 0xD800 || high > 0xDBFF)
        return at;
    if (end - at < 2 || at[0] != '\\' || at[1] != 'u')
        return NULL;
    at = orm__json_unit(at + 2, end, &low);
    if (at == NULL || low < 0xDC00 || low > 0xDFFF)
        return NULL;
    *code_out = 0x10000 + ((unsigned long)(high - 0xD800) << 10) + (low - 0xDC00);
    return at;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* No leading zeros, digits on both sides of the point. */
const char *orm__json_number(const char *at, const char *end, bool *whole_out)
{
    *whole_out = true;
    if (at < end && *at == '-')
        at++;
    const char *start = at;
    at = skip_digits(at, end);
    if (at == start || (*start == '0' && at - start > 1))
        return NULL;
    if (at < end && *at == '.') {
        *whole_out = false;
        start = ++at;
        at = skip_digits(at, end);
        if (at == start)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        *whole_out = false;
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        start = at;
        at = skip_digits(at, end);
        if (at == start)
            return NULL;
    }
    return at;
}

/* The next character that is no blank; NUL at the end. */
static char peek(scan *s)
{
    s->at = orm__json_skip_space(s->at, s->end);
    return s->at < s->end ? *s->at : '\0';
}

static bool refuse(scan *s, orm__json_verdict verdict)
{
    s->verdict = verdict;
    return false;
}

/* Goes on at `end`, unless that is NULL: then nothing valid was there. */
static bool go_on(scan *s, const char *end)
{
    if (end == NULL)
        return refuse(s, ORM__JSON_INVALID);
    s->at = end;
    return true;
}

/* What follows a backslash. */
static bool take_escape(scan *s)
{
    unsigned unit = 0;
    unsigned long code = 0;
    if (s->at == s->end || *s->at == '\0' || strchr("\"\\/bfnrtu", *s->at) == NULL)
        return refuse(s, ORM__JSON_INVALID);
    if (*s->at++ != 'u')
        return true;
    const char *digits = orm__json_unit(s->at, s->end, &unit);
    if (digits == NULL || !s->decoded)
        return go_on(s, digits);
    const char *character = orm__json_code_point(s->at, s->end, &code);
    return character == NULL ? refuse(s, ORM__JSON_NO_CHARACTER) : go_on(s, character);
}

static bool take_string(scan *s)
{
    if (peek(s) != '"')
        return refuse(s, ORM__JSON_INVALID);
    s->at++;
    while (s->at < s->end && *s->at != '"') {
        if ((unsigned char)*s->at < 0x20)
            return refuse(s, ORM__JSON_INVALID);
        if (*s->at++ == '\\' && !take_escape(s))
            return false;
    }
    return go_on(s, s->at == s->end ? NULL : s->at + 1);
}

static bool take_key(scan *s)
{
    return take_string(s) && go_on(s, peek(s) == ':' ? s->at + 1 : NULL);
}

static bool take_word(scan *s, const char *word)
{
    size_t size = strlen(word);
    bool there = (size_t)(s->end - s->at) >= size && memcmp(s->at, word, size) == 0;
    return go_on(s, there ? s->at + size : NULL);
}

static bool take_scalar(scan *s)
{
    bool whole = false;
    switch (peek(s)) {
    case '"':
        return take_string(s);
    case 't':
        return take_word(s, "true");
    case 'f':
        return take_word(s, "false");
    case 'n':
        return take_word(s, "null");
    default:
        return go_on(s, orm__json_number(s->at, s->end, &whole));
    }
}

/* One scalar or empty array or object, whose end is left; whatever opens around it is opened. */
static bool take_value(scan *s)
{
    for (;;) {
        char opening = peek(s);
        if (opening != '[' && opening != '{')
            return take_scalar(s);
        if (s->depth == ORM__JSON_MAX_DEPTH)
            return refuse(s, ORM__JSON_TOO_DEEP);
        char closing = opening == '[' ? ']' : '}';
        s->closing[s->depth++] = closing;
        s->at++;
        if (peek(s) == closing)
            return true;
        if (opening == '{' && !take_key(s))
            return false;
    }
}

/* After a value: closes what ends there. False at the end of the text or a fault. */
static bool has_next(scan *s)
{
    while (s->depth > 0) {
        char closing = s->closing[s->depth - 1];
        char next = peek(s);
        if (next != ',' && next != closing)
            return refuse(s, ORM__JSON_INVALID);
        s->at++;
        if (next == ',')
            return closing == ']' || take_key(s);
        s->depth--;
    }
    (void)peek(s);
    return s->at == s->end ? false : refuse(s, ORM__JSON_INVALID);
}

orm__json_verdict orm__json_check(const char *text, size_t size, bool decoded, size_t *at_out)
{
    scan s;
    s.at = text;
    s.end = text + size;
    s.depth = 0;
    s.verdict = ORM__JSON_OK;
    s.decoded = decoded;
    while (take_value(&s) && has_next(&s))
        ;
    *at_out = (size_t)(s.at - text);
    return s.verdict;
}
