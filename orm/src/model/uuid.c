#include <string.h>

#include <orm/value.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* A hyphen stands before these bytes. */
static bool starts_group(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

orm_status orm_uuid_parse(const char *text, orm_uuid *value_out)
{
    orm_uuid value;
    for (size_t i = 0; i < sizeof value.bytes; i++) {
        if (starts_group(i) && *text++ != '-')
            return ORM_INVALID;
        int high = hex_value(text[0]);
        int low = high < 0 ? -1 : hex_value(text[1]);
        if (low < 0)
            return ORM_INVALID;
        value.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text != '\0')
        return ORM_INVALID;
    *value_out = value;
    return ORM_OK;
}

size_t orm_uuid_format(orm_uuid value, char *text)
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    for (size_t i = 0; i < sizeof value.bytes; i++) {
        if (starts_group(i))
            *at++ = '-';
        *at++ = digits[value.bytes[i] >> 4];
        *at++ = digits[value.bytes[i] & 15];
    }
    *at = '\0';
    return (size_t)(at - text);
}
