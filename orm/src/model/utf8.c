#include "model/utf8.h"

#include <stdint.h>
#include <string.h>

#define ONES  0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

static inline uint64_t load_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Nonzero unless every byte is from 1 to 127: a zero byte borrows, the others show their own high
 * bit. */
static inline uint64_t unusual_bytes(uint64_t word)
{
    return ((word - ONES) | word) & HIGHS;
}

static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= 16 && (unusual_bytes(load_word(at)) | unusual_bytes(load_word(at + 8))) == 0)
        at += 16;
    while (end - at >= 8 && unusual_bytes(load_word(at)) == 0)
        at += 8;
    while (at < end && (unsigned char)(*at - 1) < 0x7F)
        at++;
    return at;
}

static inline int is_trail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The length of the multi-byte sequence at `at`; 0 when it is none. */
static size_t sequence_length(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0xC2 || lead > 0xF4 || left < 2 || !is_trail(at[1]))
        return 0;
    if (lead < 0xE0)
        return 2;
    if (left < 3 || !is_trail(at[2]))
        return 0;
    if (lead < 0xF0) {
        /* E0 would be overlong below A0; ED from A0 on is a surrogate. */
        if ((lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] >= 0xA0))
            return 0;
        return 3;
    }
    if (left < 4 || !is_trail(at[3]))
        return 0;
    /* F0 would be overlong below 90; F4 from 90 on is above U+10FFFF. */
    if ((lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] >= 0x90))
        return 0;
    return 4;
}

orm__utf8_fault orm__utf8_check(const char *text, size_t size)
{
    if (size == 0)
        return ORM__UTF8_OK;
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + size;
    for (at = skip_ascii(at, end); at < end;) {
        if (*at == 0)
            return ORM__UTF8_NUL;
        if (*at < 0x80) {
            at = skip_ascii(at, end);
            continue;
        }
        size_t length = sequence_length(at, (size_t)(end - at));
        if (length == 0)
            return ORM__UTF8_INVALID;
        at += length;
    }
    return ORM__UTF8_OK;
}

size_t orm__utf8_length(const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t count = size;
    for (; size >= 8; size -= 8, at += 8) {
        uint64_t word = load_word(at);
        /* One bit for each byte of the form 10xxxxxx. */
        uint64_t trails = (word >> 7) & (~word >> 6) & ONES;
        count -= (size_t)((trails * ONES) >> 56);
    }
    for (; size > 0; size--, at++)
        count -= is_trail(*at) ? 1 : 0;
    return count;
}

size_t orm__utf8_offset(const char *text, size_t size, size_t characters)
{
    size_t at = 0;
    while (at < size) {
        if (!is_trail((unsigned char)text[at])) {
            if (characters == 0)
                return at;
            characters--;
        }
        at++;
    }
    return size;
}

size_t orm__utf8_put(char *text, unsigned long code_point)
{
    static const unsigned char leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    if (code_point < 0x80) {
        text[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        text[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    text[0] = (char)(leads[length] | code_point);
    return length;
}
