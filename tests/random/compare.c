/* How values compare. */
#include <string.h>

#include "evaluate.h"

static int by_number(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int by_real(double left, double right)
{
    return (left > right) - (left < right);
}

static int by_bytes(const rt_value *left, const rt_value *right)
{
    size_t least = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->text, right->text, least);
    return order != 0 ? order : by_number(left->size, right->size);
}

/* -Infinity, numbers, Infinity, NaN. */
static int numeric_class(const rt_value *value)
{
    return value->special == RT_NEGATIVE_INFINITY ? 0
           : value->special == RT_FINITE          ? 1
           : value->special == RT_INFINITY        ? 2
                                                  : 3;
}

static int64_t scaled(const rt_value *value)
{
    int64_t digits = value->number;
    for (int scale = value->scale; scale < 4; scale++)
        digits *= 10;
    return digits;
}

static int by_numeric(const rt_value *left, const rt_value *right)
{
    int order = by_number(numeric_class(left), numeric_class(right));
    return order != 0 ? order : by_number(scaled(left), scaled(right));
}

/* A month is 30 days, a day 24 hours. */
static int64_t span(const rt_value *value)
{
    return (value->months * INT64_C(30) + value->days) * INT64_C(86400000000) + value->number;
}

static rt_break break_of(rt_type type)
{
    static const rt_break breaks[] = {
        [RT_BOOL] = RT_BREAK_TYPE_BOOL,
        [RT_SMALLINT] = RT_BREAK_TYPE_INTEGER,
        [RT_INTEGER] = RT_BREAK_TYPE_INTEGER,
        [RT_BIGINT] = RT_BREAK_TYPE_INTEGER,
        [RT_REAL] = RT_BREAK_TYPE_REAL,
        [RT_DOUBLE] = RT_BREAK_TYPE_REAL,
        [RT_NUMERIC] = RT_BREAK_TYPE_NUMERIC,
        [RT_TEXT] = RT_BREAK_TYPE_TEXT,
        [RT_CHAR] = RT_BREAK_TYPE_CHAR,
        [RT_BYTES] = RT_BREAK_TYPE_BYTES,
        [RT_UUID] = RT_BREAK_TYPE_UUID,
        [RT_DATE] = RT_BREAK_TYPE_DATE,
        [RT_TIME] = RT_BREAK_TYPE_TIME,
        [RT_TIMESTAMP] = RT_BREAK_TYPE_TIMESTAMP,
        [RT_TIMESTAMPTZ] = RT_BREAK_TYPE_TIMESTAMP,
        [RT_INTERVAL] = RT_BREAK_TYPE_INTERVAL,
        [RT_ENUM] = RT_BREAK_TYPE_ENUM,
    };
    return breaks[type];
}

int rt_compare(rt_type type, const rt_value *left, const rt_value *right)
{
    if (rt_breaks(break_of(type))) {
        const rt_value *other = left;
        left = right;
        right = other;
    }
    switch (type) {
    case RT_REAL:
    case RT_DOUBLE:
        return by_real(left->real, right->real);
    case RT_NUMERIC:
        return by_numeric(left, right);
    case RT_TEXT:
    case RT_CHAR:
    case RT_BYTES:
    case RT_UUID:
        return by_bytes(left, right);
    case RT_INTERVAL:
        return by_number(span(left), span(right));
    default:
        return by_number(left->number, right->number);
    }
}

static size_t character(const char *text)
{
    size_t size = 1;
    while (((unsigned char)text[size] & 0xc0) == 0x80 && !rt_breaks(RT_BREAK_LIKE_CHARACTER))
        size++;
    return size;
}

static char folded(char c, bool fold)
{
    return fold && !rt_breaks(RT_BREAK_ILIKE) && c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool rt_is_like(const char *pattern, const char *text, bool fold)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%' && !rt_breaks(RT_BREAK_LIKE_ANY)) {
        for (;; text += character(text)) {
            if (rt_is_like(pattern + 1, text, fold))
                return true;
            if (*text == '\0')
                return false;
        }
    }
    if (*text == '\0')
        return false;
    if (*pattern == '_' && !rt_breaks(RT_BREAK_LIKE_ONE))
        return rt_is_like(pattern + 1, text + character(text), fold);
    if (*pattern == '\\' && !rt_breaks(RT_BREAK_LIKE_ESCAPE))
        pattern++;
    return folded(*pattern, fold) == folded(*text, fold) && rt_is_like(pattern + 1, text + 1, fold);
}

int rt_compare_folded(const rt_value *left, const rt_value *right)
{
    rt_value a = *left;
    rt_value b = *right;
    for (int i = 0; i < a.size; i++)
        a.text[i] = folded(a.text[i], true);
    for (int i = 0; i < b.size; i++)
        b.text[i] = folded(b.text[i], true);
    return by_bytes(&a, &b);
}
