#include "sql/comment.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_MAX = 512 };

/* The characters that stand for themselves in a URL. */
static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

static void append_encoded(orm__buffer *text, const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = 0;
    for (; *value != '\0' && size + 3 <= VALUE_MAX; value++) {
        unsigned char c = (unsigned char)*value;
        char code[] = {'%', digits[c >> 4], digits[c & 15]};
        if (is_plain(c))
            orm__buffer_char(text, *value);
        else
            orm__buffer_append(text, code, sizeof code);
        size += is_plain(c) ? 1 : sizeof code;
    }
}

static void append_pair(orm__buffer *text, bool *begun, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    orm__buffer_text(text, *begun ? "," : " /*");
    orm__buffer_text(text, key);
    orm__buffer_text(text, "='");
    append_encoded(text, value);
    orm__buffer_char(text, '\'');
    *begun = true;
}

void orm__comment_append(orm__buffer *text, const orm__comment *comment)
{
    bool begun = false;
    char line[16];
    bool placed = comment->site.line > 0;
    (void)snprintf(line, sizeof line, "%d", comment->site.line);
    /* In the order of their names. */
    append_pair(text, &begun, "file", placed ? comment->site.file : NULL);
    append_pair(text, &begun, "line", placed ? line : NULL);
    append_pair(text, &begun, "route", comment->route);
    append_pair(text, &begun, "traceparent", comment->traceparent);
    if (begun)
        orm__buffer_text(text, "*/");
}

bool orm__comment_is_in(const char *sql)
{
    return strstr(sql, "/*") != NULL || strstr(sql, "--") != NULL;
}
