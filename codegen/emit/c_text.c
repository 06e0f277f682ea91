#include "emit/c_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

enum { LONGEST_COMMENT = 240 };

/* Pairs that mean something to the compiler inside a comment. */
static bool is_comment_pair(char first, char second)
{
    return (first == '*' && second == '/') || (first == '/' && second == '*') ||
           (first == '?' && second == '?');
}

const char *c_comment_text(struct arena *arena, const char *text)
{
    struct text safe = {0};
    size_t length = strlen(text);
    char last = '\0';

    text_add_string(arena, &safe, "");
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, length - at, &code);

        if (safe.length >= LONGEST_COMMENT) {
            text_add_string(arena, &safe, " [...]");
            break;
        }
        if (is_comment_pair(last, text[at]))
            text_add_string(arena, &safe, " ");
        if (size && utf8_is_visible(code))
            text_add(arena, &safe, text + at, size);
        else
            text_add_string(arena, &safe, " ");
        last = safe.text[safe.length - 1];
        at += size ? size : 1;
    }
    if (safe.length && safe.text[safe.length - 1] == '\\')
        text_add_string(arena, &safe, " ");
    return safe.text;
}

static void add_escaped(struct arena *arena, struct text *to, unsigned char byte)
{
    char octal[5] = {'\\', (char)('0' + (byte >> 6)), (char)('0' + ((byte >> 3) & 7)),
                     (char)('0' + (byte & 7)), '\0'};

    text_add_string(arena, to, octal);
}

const char *c_string(struct arena *arena, const char *text)
{
    struct text safe = {0};
    size_t length = text ? strlen(text) : 0;

    if (!text)
        return "NULL";
    text_add_string(arena, &safe, "\"");
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, length - at, &code);
        bool after_question = at && text[at - 1] == '?';

        if (text[at] == '"' || text[at] == '\\' || (text[at] == '?' && after_question))
            text_add_string(arena, &safe, "\\");
        if (size && utf8_is_visible(code))
            text_add(arena, &safe, text + at, size);
        else
            for (size_t i = 0; i < (size ? size : 1); i++)
                add_escaped(arena, &safe, (unsigned char)text[at + i]);
        at += size ? size : 1;
    }
    text_add_string(arena, &safe, "\"");
    return safe.text;
}
