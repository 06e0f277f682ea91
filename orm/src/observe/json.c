#include "observe/json.h"

#include <string.h>

/* The length of the UTF-8 character at `text`, or 0 when it is none. */
static size_t character_size(const unsigned char *text, size_t size)
{
    unsigned char lead = text[0];
    if (lead < 0x80)
        return 1;
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || size < need)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (lead == 0xE0 && text[1] < 0xA0) || (lead == 0xF0 && text[1] < 0x90);
    bool surrogate = lead == 0xED && text[1] >= 0xA0;
    bool beyond = lead == 0xF4 && text[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : need;
}

static void write_escape(orm__buffer *buffer, unsigned char c)
{
    static const char short_forms[] = "b\bt\tn\nf\fr\r";
    for (const char *at = short_forms; *at != '\0'; at += 2) {
        if ((unsigned char)at[1] != c)
            continue;
        orm__buffer_char(buffer, '\\');
        orm__buffer_char(buffer, *at);
        return;
    }
    if (c == '"' || c == '\\') {
        orm__buffer_char(buffer, '\\');
        orm__buffer_char(buffer, (char)c);
    } else {
        orm__buffer_printf(buffer, "\\u%04x", (unsigned)c);
    }
}

void orm__json_string(orm__buffer *buffer, const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    orm__buffer_char(buffer, '"');
    for (size_t i = 0; i < size;) {
        size_t length = character_size(bytes + i, size - i);
        unsigned char c = bytes[i];
        if (length == 0)
            orm__buffer_text(buffer, "\\ufffd");
        else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F)
            write_escape(buffer, c);
        else
            orm__buffer_append(buffer, text + i, length);
        i += length == 0 ? 1 : length;
    }
    orm__buffer_char(buffer, '"');
}

void orm__json_text(orm__buffer *buffer, const char *text)
{
    if (text == NULL)
        orm__buffer_text(buffer, "null");
    else
        orm__json_string(buffer, text, strlen(text));
}

void orm__json_site(orm__buffer *buffer, orm_site site)
{
    if (site.line == 0) {
        orm__buffer_text(buffer, "null");
        return;
    }
    orm__buffer_text(buffer, "{\"file\":");
    orm__json_text(buffer, site.file);
    orm__buffer_printf(buffer, ",\"line\":%d,\"function\":", site.line);
    orm__json_text(buffer, site.function);
    orm__buffer_char(buffer, '}');
}
