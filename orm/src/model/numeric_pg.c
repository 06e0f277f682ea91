/*
 * PostgreSQL's binary numeric: four 16-bit numbers (count of digits, weight of the first, sign,
 * scale), then the digits to base 10000, all big-endian.
 */
#include <string.h>

#include "model/numeric.h"

enum {
    HEADER_SIZE = 8,
    SCALE_LIMIT = 0x3FFF,
    SIGN_POSITIVE = 0x0000,
    SIGN_NEGATIVE = 0x4000,
    SIGN_NAN = 0xC000,
    SIGN_INFINITY = 0xD000,
    SIGN_NEGATIVE_INFINITY = 0xF000
};

typedef struct header {
    int digits;
    int weight; /* the first digit counts 10000 to this power */
    unsigned sign;
    int scale;
} header;

static unsigned read_u16(const unsigned char *data)
{
    return (unsigned)data[0] << 8 | data[1];
}

static void write_u16(unsigned char *data, unsigned value)
{
    data[0] = (unsigned char)(value >> 8);
    data[1] = (unsigned char)value;
}

static bool read_header(const unsigned char *data, size_t size, header *head)
{
    if (size < HEADER_SIZE)
        return false;
    unsigned weight = read_u16(data + 2);
    head->digits = (int)read_u16(data);
    head->weight = weight >= 0x8000 ? (int)weight - 0x10000 : (int)weight;
    head->sign = read_u16(data + 4);
    head->scale = (int)read_u16(data + 6);
    if (size != HEADER_SIZE + 2 * (size_t)head->digits || head->scale > SCALE_LIMIT)
        return false;
    for (size_t at = HEADER_SIZE; at < size; at += 2)
        if (read_u16(data + at) > 9999)
            return false;
    return true;
}

/* The digit that counts 10000 to the power `weight`. */
static unsigned group_at(const header *head, const unsigned char *data, int weight)
{
    int index = head->weight - weight;
    return index < 0 || index >= head->digits ? 0 : read_u16(data + HEADER_SIZE + 2 * index);
}

static char *put_group(char *at, unsigned group)
{
    at[0] = (char)('0' + group / 1000);
    at[1] = (char)('0' + group / 100 % 10);
    at[2] = (char)('0' + group / 10 % 10);
    at[3] = (char)('0' + group % 10);
    return at + 4;
}

static char *put_whole(char *at, const header *head, const unsigned char *data)
{
    char *start = at;
    for (int weight = head->weight; weight >= 0; weight--)
        at = put_group(at, group_at(head, data, weight));
    size_t length = (size_t)(at - start);
    size_t zeros = 0;
    while (zeros < length && start[zeros] == '0')
        zeros++;
    if (zeros == length) {
        start[0] = '0';
        return start + 1;
    }
    memmove(start, start + zeros, length - zeros);
    return at - zeros;
}

static char *put_fraction(char *at, const header *head, const unsigned char *data)
{
    if (head->scale == 0)
        return at;
    *at++ = '.';
    char *end = at + head->scale;
    for (int weight = -1; at < end; weight--)
        at = put_group(at, group_at(head, data, weight));
    return end; /* the last group may have gone beyond */
}

static const char *special_name(unsigned sign)
{
    switch (sign) {
    case SIGN_NAN:
        return "NaN";
    case SIGN_INFINITY:
        return "Infinity";
    case SIGN_NEGATIVE_INFINITY:
        return "-Infinity";
    default:
        return NULL;
    }
}

/* Whether the text after its sign is all zeros. */
static bool is_zero(const char *text)
{
    return text[strspn(text, "0.")] == '\0';
}

orm_status orm__numeric_from_pg(const unsigned char *data, size_t size, orm__arena *arena,
                                const char **text_out, size_t *size_out)
{
    header head;
    if (!read_header(data, size, &head))
        return ORM_INVALID;
    const char *special = special_name(head.sign);
    if (special != NULL) {
        *text_out = special;
        *size_out = strlen(special);
        return ORM_OK;
    }
    if (head.sign != SIGN_POSITIVE && head.sign != SIGN_NEGATIVE)
        return ORM_INVALID;
    size_t whole = head.weight < 0 ? 1 : 4 * ((size_t)head.weight + 1);
    char *text = orm__arena_alloc(arena, whole + (size_t)head.scale + sizeof "-." + 4);
    if (text == NULL)
        return ORM_NOMEM;
    text[0] = '-';
    char *end = put_fraction(put_whole(text + 1, &head, data), &head, data);
    *end = '\0';
    if (head.sign == SIGN_POSITIVE || is_zero(text + 1))
        text++;
    *text_out = text;
    *size_out = (size_t)(end - text);
    return ORM_OK;
}

/* The four decimal digits from index `start` on; zeros before the first and after the last. */
static unsigned take_group(const orm__decimal *decimal, int64_t start)
{
    unsigned group = 0;
    for (int64_t i = start; i < start + 4; i++) {
        bool known = i >= 0 && i < (int64_t)decimal->count;
        size_t index = known ? (size_t)i + ((size_t)i >= decimal->dot) : 0;
        group = group * 10 + (known ? (unsigned)(decimal->digits[index] - '0') : 0);
    }
    return group;
}

static unsigned sign_of(const orm__decimal *decimal)
{
    if (decimal->kind == ORM__DECIMAL_NAN)
        return SIGN_NAN;
    if (decimal->kind == ORM__DECIMAL_FINITE)
        return decimal->negative ? SIGN_NEGATIVE : SIGN_POSITIVE;
    return decimal->negative ? SIGN_NEGATIVE_INFINITY : SIGN_INFINITY;
}

static int64_t floor_quarter(int64_t value)
{
    return value >= 0 ? value / 4 : -((3 - value) / 4);
}

orm_status orm__numeric_to_pg(const char *text, size_t size, orm__arena *arena,
                              const unsigned char **data_out, size_t *size_out)
{
    orm__decimal decimal;
    orm_status status = orm__decimal_read(text, size, &decimal);
    if (status == ORM_OK)
        status = orm__decimal_fits(&decimal, 0, 0);
    if (status != ORM_OK)
        return status;
    /* Groups of four are counted from the point, so the first may start with zeros before the first
     * digit. */
    int64_t weight = decimal.count == 0 ? 0 : floor_quarter(decimal.point - 1);
    int64_t first = decimal.point - 4 * (weight + 1);
    int64_t groups = decimal.count == 0 ? 0 : floor_quarter((int64_t)decimal.count - first + 3);
    /* Zeros at the end need no groups, and 1e131071 would have 32768 of them. */
    while (groups > 0 && take_group(&decimal, first + 4 * (groups - 1)) == 0)
        groups--;
    unsigned char *data = orm__arena_alloc(arena, HEADER_SIZE + 2 * (size_t)groups);
    if (data == NULL)
        return ORM_NOMEM;
    write_u16(data, (unsigned)groups);
    write_u16(data + 2, (unsigned)weight & 0xFFFF);
    write_u16(data + 4, sign_of(&decimal));
    write_u16(data + 6, (unsigned)decimal.scale);
    for (int64_t i = 0; i < groups; i++)
        write_u16(data + HEADER_SIZE + 2 * i, take_group(&decimal, first + 4 * i));
    *data_out = data;
    *size_out = HEADER_SIZE + 2 * (size_t)groups;
    return ORM_OK;
}
