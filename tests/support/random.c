#include "support/random.h"

#include <math.h>
#include <stdio.h>

#include "support/testing.h"

uint64_t test_random_bits(test_random *random)
{
    uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

int64_t test_random_int(test_random *random, int64_t low, int64_t high)
{
    uint64_t span = (uint64_t)high - (uint64_t)low + 1;
    uint64_t bits = test_random_bits(random);
    return (int64_t)((uint64_t)low + (span == 0 ? bits : bits % span));
}

double test_random_double(test_random *random)
{
    double number = 0;
    do {
        uint64_t bits = test_random_bits(random);
        memcpy(&number, &bits, sizeof number);
    } while (!isfinite(number) || number == 0);
    return number;
}

void *test_random_keep(test_random *random, size_t size)
{
    void **kept = realloc(random->kept, (random->count + 1) * sizeof *kept);
    assert_non_null(kept);
    random->kept = kept;
    kept[random->count] = malloc(size > 0 ? size : 1);
    assert_non_null(kept[random->count]);
    return kept[random->count++];
}

void test_random_free(test_random *random)
{
    for (size_t i = 0; i < random->count; i++)
        free(random->kept[i]);
    free(random->kept);
    *random = (test_random){0};
}

static size_t put_character(test_random *random, char *out)
{
    static const uint32_t limits[][2] = {
        {0x01, 0x7f}, {0x80, 0x7ff}, {0x800, 0xd7ff}, {0xe000, 0xffff}, {0x10000, 0x10ffff}};
    const uint32_t *limit = limits[test_random_bits(random) % 5];
    uint32_t code = (uint32_t)test_random_int(random, limit[0], limit[1]);
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)((0xf00u >> size & 0xf0) | code);
    return size;
}

const char *test_random_text(test_random *random, int characters)
{
    int64_t count = test_random_int(random, 1, characters);
    char *text = test_random_keep(random, (size_t)count * 4 + 1);
    size_t at = 0;
    for (int64_t i = 0; i < count; i++)
        at += put_character(random, text + at);
    if (text[at - 1] == ' ')
        text[at - 1] = '.';
    text[at] = '\0';
    return text;
}

orm_bytes test_random_bytes(test_random *random, size_t size)
{
    unsigned char *data = test_random_keep(random, size);
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)test_random_bits(random);
    return (orm_bytes){data, size};
}

orm_numeric test_random_numeric(test_random *random, int digits, int scale)
{
    int whole = (int)test_random_int(random, 1, digits);
    int decimals = scale < 0 ? (int)test_random_int(random, 0, digits - whole) : scale;
    char *text = test_random_keep(random, (size_t)(whole + decimals) + 3);
    char *at = text;
    if (test_random_bits(random) % 2)
        *at++ = '-';
    *at++ = (char)('1' + test_random_bits(random) % 9);
    for (int i = 1; i < whole; i++)
        *at++ = (char)('0' + test_random_bits(random) % 10);
    if (decimals > 0)
        *at++ = '.';
    for (int i = 0; i < decimals; i++)
        *at++ = (char)('0' + test_random_bits(random) % 10);
    *at = '\0';
    return (orm_numeric){text};
}

orm_uuid test_random_uuid(test_random *random)
{
    orm_uuid uuid;
    for (size_t i = 0; i < sizeof uuid.bytes; i++)
        uuid.bytes[i] = (uint8_t)test_random_bits(random);
    return uuid;
}
