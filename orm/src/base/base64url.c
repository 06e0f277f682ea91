#include "base/base64url.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t orm__base64url_size(size_t size)
{
    static const size_t rest[] = {0, 2, 3};
    return size / 3 * 4 + rest[size % 3];
}

void orm__base64url_encode(const uint8_t *data, size_t size, char *text)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | data[i];
        for (count += 8; count >= 6; count -= 6)
            *text++ = digits[bits >> (count - 6) & 63];
    }
    if (count > 0)
        *text++ = digits[bits << (6 - count) & 63];
    *text = '\0';
}

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool orm__base64url_decode(const char *text, size_t length, uint8_t *data, size_t *size_out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t size = 0;
    if (length % 4 == 1)
        return false;
    for (size_t i = 0; i < length; i++) {
        int value = digit_value(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            data[size++] = (uint8_t)(bits >> count);
        }
    }
    *size_out = size;
    return (bits & ((1u << count) - 1)) == 0;
}
