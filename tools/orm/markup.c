#include "markup.h"

#include <stdbool.h>
#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
        return "&#10;";
    case '\t':
        return "&#9;";
    default:
        return (unsigned char)c < 0x20 ? "\xEF\xBF\xBD" : NULL;
    }
}

/* U+FFFE and U+FFFF, which XML does not know. */
static bool is_no_character(const char *text)
{
    return strncmp(text, "\xEF\xBF", 2) == 0 && (text[2] == '\xBE' || text[2] == '\xBF');
}

const char *markup(struct arena *arena, const char *text)
{
    struct text made = { 0 };

    text_add_string(arena, &made, "");
    for (; text && *text; text++) {
        const char *named = entity(*text);

        if (is_no_character(text)) {
            text_add_string(arena, &made, "\xEF\xBF\xBD");
            text += 2;
        } else if (named)
            text_add_string(arena, &made, named);
        else
            text_add(arena, &made, text, 1);
    }
    return made.text ? made.text : "";
}
