#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The size of the character that `lead` begins, 0 when none does; `*least_out` is the smallest code
 * point that needs so many bytes. */
static size_t size_of_character(unsigned char lead, unsigned long *code_out,
                                unsigned long *least_out)
{
    if (lead < 0x80) {
        *code_out = lead, *least_out = 0;
        return 1;
    }
    if ((lead & 0xe0) == 0xc0) {
        *code_out = lead & 0x1f, *least_out = 0x80;
        return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
        *code_out = lead & 0x0f, *least_out = 0x800;
        return 3;
    }
    *code_out = lead & 0x07, *least_out = 0x10000;
    return (lead & 0xf8) == 0xf0 ? 4 : 0;
}

bool orm__json_is_utf8(const char *text, size_t size, size_t *count_out)
{
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        unsigned long code = 0, least = 0;
        size_t length = size_of_character((unsigned char)text[at], &code, &least);
        if (length == 0 || length > size - at)
            return false;
        for (size_t i = 1; i < length; i++) {
            unsigned char next = (unsigned char)text[at + i];
            if ((next & 0xc0) != 0x80)
                return false;
            code = code << 6 | (next & 0x3f);
        }
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
        at += length;
    }
    if (count_out != NULL)
        *count_out = count;
    return true;
}

/* The locale's decimal point as formatting writes it, which is safe among threads. */
static size_t local_point(char *point, size_t size)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%.1f", 0.0);
    size_t width = length > 2 && (size_t)length - 2 < size ? (size_t)length - 2 : 1;
    memcpy(point, text + 1, width);
    return width;
}

static void point_for_local(char *text)
{
    char point[8];
    size_t width = local_point(point, sizeof point);
    char *at = width == 1 && point[0] == '.' ? NULL : strchr(text, point[0]);
    if (at == NULL)
        return;
    *at = '.';
    memmove(at + 1, at + width, strlen(at + width) + 1);
}

void orm__json_format_number(double value, bool narrow, char *text)
{
    int most = narrow ? 9 : 17;
    for (int digits = narrow ? 6 : 15; digits <= most; digits++) {
        (void)snprintf(text, JSON_NUMBER_SIZE, "%.*g", digits, value);
        double back = narrow ? (double)strtof(text, NULL) : strtod(text, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    point_for_local(text);
}

bool orm__json_read_number(const char *text, bool narrow, double *value_out)
{
    enum { LONGEST = 1000 };
    char local[LONGEST + 16];
    char point[8];
    size_t size = strlen(text);
    if (size > LONGEST)
        return false;
    const char *dot = strchr(text, '.');
    if (dot == NULL) {
        memcpy(local, text, size + 1);
    } else {
        size_t before = (size_t)(dot - text);
        size_t width = local_point(point, sizeof point);
        memcpy(local, text, before);
        memcpy(local + before, point, width);
        memcpy(local + before + width, dot + 1, size - before);
    }
    *value_out = narrow ? (double)strtof(local, NULL) : strtod(local, NULL);
    return isfinite(*value_out);
}

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t orm__json_base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

void orm__json_base64_encode(const unsigned char *data, size_t size, char *text)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned long bits = (unsigned long)data[i] << 16 |
                             (left > 1 ? (unsigned long)data[i + 1] << 8 : 0) |
                             (left > 2 ? data[i + 2] : 0);
        *text++ = digits64[bits >> 18 & 63];
        *text++ = digits64[bits >> 12 & 63];
        *text++ = left > 1 ? digits64[bits >> 6 & 63] : '=';
        *text++ = left > 2 ? digits64[bits & 63] : '=';
    }
}

static int digit_of(char c)
{
    const char *at = c == '\0' ? NULL : strchr(digits64, c);
    return at == NULL ? -1 : (int)(at - digits64);
}

bool orm__json_base64_decode(const char *text, size_t size, unsigned char *data, size_t *size_out)
{
    size_t padding = 0;
    *size_out = 0;
    if (size % 4 != 0)
        return false;
    while (padding < 2 && size > 0 && text[size - 1 - padding] == '=')
        padding++;
    unsigned long bits = 0;
    for (size_t i = 0; i < size; i++) {
        int digit = i >= size - padding ? 0 : digit_of(text[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (unsigned long)digit;
        if (i % 4 != 3)
            continue;
        for (int shift = 16; shift >= 0; shift -= 8)
            data[(*size_out)++] = (unsigned char)(bits >> shift & 255);
        bits = 0;
    }
    /* Bits that stand for nothing must be zero, so that each value has one spelling. */
    for (size_t i = 0; i < padding; i++)
        if (data[--*size_out] != 0)
            return false;
    return true;
}
