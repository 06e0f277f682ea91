#include "value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const rt_grades[] = {"", "low", "high", "mid %"};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define DAY          86400000000

/* No letters beyond ASCII that have another case: where one is folded, the databases differ. */
static const char *const texts[] = {"",
                                    "a",
                                    "A",
                                    "b",
                                    "ab",
                                    "aB",
                                    "AB",
                                    "abc",
                                    "a%b",
                                    "a_b",
                                    "a\\b",
                                    "a\\%b",
                                    "%",
                                    "_",
                                    "\\",
                                    "100%",
                                    "a b",
                                    " ab",
                                    "z",
                                    "Zoe",
                                    "zoe",
                                    "\xc3\xa9",
                                    "\xc3\xa9t\xc3\xa9",
                                    "\xe6\x97\xa5\xe6\x9c\xac",
                                    "\xf0\x9f\x98\x80",
                                    "\xc3\x9f",
                                    "a'b",
                                    "a\"b",
                                    "x\ny",
                                    "ab ",
                                    "_a",
                                    "%a",
                                    "ba",
                                    "bab",
                                    "aab",
                                    "\xef\xbf\xbd"};

static const int64_t integers[] = {0,
                                   1,
                                   2,
                                   3,
                                   -1,
                                   7,
                                   10,
                                   -32768,
                                   32767,
                                   2147483647,
                                   -2147483647 - 1,
                                   4294967296,
                                   INT64_MAX,
                                   INT64_MIN,
                                   9007199254740993};
static const double reals[] = {0,   1,    -1,     0.5,  1.5, 2.25,     100,      -100.125,
                               0.1, 1e30, -1e-30, 1e10, 3,   INFINITY, -INFINITY};

static int64_t random_integer(rt_random *random, int64_t low, int64_t high)
{
    int64_t value;
    do {
        value = rt_chance(random, 60) ? rt_below(random, 6)
                                      : integers[rt_below(random, COUNT(integers))];
    } while (value < low || value > high);
    return value;
}

static void set_text(rt_value *value, const char *text, size_t size)
{
    value->size = (uint8_t)size;
    memcpy(value->text, text, size);
    value->text[size] = '\0';
}

static void random_numeric(rt_random *random, const rt_column *column, rt_value *value)
{
    static const int64_t digits[] = {0, 1, 10, 100, 15, 150, -1, -10, -100, 999, 12345, 1000000};
    value->number = digits[rt_below(random, COUNT(digits))];
    value->scale = column->size > 0 ? (uint8_t)column->size : (uint8_t)rt_below(random, 4);
    if (rt_chance(random, 4))
        value->special = RT_NAN;
    else if (column->size == 0 && rt_chance(random, 6))
        value->special = rt_chance(random, 50) ? RT_INFINITY : RT_NEGATIVE_INFINITY;
    if (value->special != RT_FINITE)
        value->number = value->scale = 0;
}

/* Trailing blanks belong to the padding, and no text is longer than its column. */
static void random_char(rt_random *random, const rt_column *column, rt_value *value)
{
    const char *text;
    size_t size;
    int characters;
    do {
        text = texts[rt_below(random, COUNT(texts))];
        characters = 0;
        for (size = 0; text[size] != '\0'; size++)
            characters += ((unsigned char)text[size] & 0xc0) != 0x80;
    } while (characters > column->size);
    while (size > 0 && text[size - 1] == ' ')
        size--;
    set_text(value, text, size);
}

static void random_bytes(rt_random *random, rt_value *value)
{
    static const char pool[] = {'a', 'b', '\0', '\xff', '\''};
    value->size = (uint8_t)rt_below(random, 4);
    for (int i = 0; i < value->size; i++)
        value->text[i] = pool[rt_below(random, COUNT(pool))];
}

static void random_uuid(rt_random *random, rt_value *value)
{
    value->size = 16;
    for (int i = 0; i < 16; i++)
        value->text[i] = (char)(rt_below(random, 3) == 0 ? 0xff : rt_below(random, 3));
}

static int64_t random_days(rt_random *random)
{
    static const int64_t days[] = {0, 1, -1, 19700, 19782, 11016, -719162, 2932896, 59};
    return days[rt_below(random, COUNT(days))];
}

static int64_t random_moment(rt_random *random)
{
    static const int64_t parts[] = {0, 1, 500000, 43200000000, 86399999999, 3600000000, 10};
    if (rt_chance(random, 5))
        return rt_chance(random, 50) ? INT64_MAX : INT64_MIN;
    return random_days(random) * DAY + parts[rt_below(random, COUNT(parts))];
}

static void random_interval(rt_random *random, rt_value *value)
{
    static const int32_t months[] = {0, 0, 1, 12, -1, 2};
    static const int32_t days[] = {0, 0, 30, -30, 1, 60, 360};
    static const int64_t micros[] = {0, 0, DAY, 1500000, -1, 3600000000, -DAY, 30 * DAY};
    value->months = months[rt_below(random, COUNT(months))];
    value->days = days[rt_below(random, COUNT(days))];
    value->number = micros[rt_below(random, COUNT(micros))];
}

static int64_t random_number(rt_random *random, rt_type type)
{
    static const int64_t times[] = {0,           1,          43200000000, 86399999999,
                                    86400000000, 3723000000, 500000};
    switch (type) {
    case RT_BOOL:
        return rt_below(random, 2);
    case RT_SMALLINT:
        return random_integer(random, INT16_MIN, INT16_MAX);
    case RT_INTEGER:
        return random_integer(random, INT32_MIN, INT32_MAX);
    case RT_BIGINT:
        return random_integer(random, INT64_MIN, INT64_MAX);
    case RT_DATE:
        return rt_chance(random, 5) ? (rt_chance(random, 50) ? INT32_MAX : INT32_MIN)
                                    : random_days(random);
    case RT_TIME:
        return times[rt_below(random, COUNT(times))];
    case RT_TIMESTAMP:
    case RT_TIMESTAMPTZ:
        return random_moment(random);
    default:
        return 1 + rt_below(random, RT_GRADES);
    }
}

rt_value rt_random_value(rt_random *random, const rt_column *column)
{
    rt_value value = {0};
    switch (column->type) {
    case RT_REAL:
        value.real = (double)(float)reals[rt_below(random, COUNT(reals))];
        break;
    case RT_DOUBLE:
        value.real = reals[rt_below(random, COUNT(reals))];
        break;
    case RT_NUMERIC:
        random_numeric(random, column, &value);
        break;
    case RT_TEXT: {
        const char *text = texts[rt_below(random, COUNT(texts))];
        set_text(&value, text, strlen(text));
        break;
    }
    case RT_CHAR:
        random_char(random, column, &value);
        break;
    case RT_BYTES:
        random_bytes(random, &value);
        break;
    case RT_UUID:
        random_uuid(random, &value);
        break;
    case RT_INTERVAL:
        random_interval(random, &value);
        break;
    default:
        value.number = random_number(random, column->type);
        break;
    }
    return value;
}

bool rt_identical(rt_type type, const rt_value *left, const rt_value *right)
{
    if (left->null || right->null)
        return left->null && right->null;
    if (type == RT_REAL || type == RT_DOUBLE)
        return memcmp(&left->real, &right->real, sizeof left->real) == 0;
    return left->number == right->number && left->special == right->special &&
           left->scale == right->scale && left->months == right->months &&
           left->days == right->days && left->size == right->size &&
           memcmp(left->text, right->text, left->size) == 0;
}
