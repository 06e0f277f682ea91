#include "base/utf8.h"

static size_t sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

size_t utf8_decode(const char *text, size_t length, uint32_t *code_out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = length ? sequence_length(bytes[0]) : 0;
    uint32_t code;

    if (!size || size > length)
        return 0;
    code = size == 1 ? bytes[0] : bytes[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *code_out = code;
    return size;
}

size_t utf8_count(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t at = 0; at < length; count++) {
        uint32_t code;
        size_t size = utf8_decode(text + at, length - at, &code);

        at += size ? size : 1;
    }
    return count;
}

bool utf8_is_visible(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xAD)
        return false;
    if ((code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E))
        return false;
    return !(code >= 0x2060 && code <= 0x206F) && code != 0xFEFF && code != 0x061C;
}

size_t utf8_line_break(const char *text, size_t length)
{
    uint32_t code;
    size_t size;

    if (length && text[0] == '\r')
        return length > 1 && text[1] == '\n' ? 2 : 1;
    if (length && text[0] == '\n')
        return 1;
    size = length && (unsigned char)text[0] >= 0x80 ? utf8_decode(text, length, &code) : 0;
    return size && (code == 0x85 || code == 0x2028 || code == 0x2029) ? size : 0;
}
