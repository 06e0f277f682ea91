/* Values as they are written in C and in SQL. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

#define SECOND 1000000
#define DAY    86400000000

void rt_numeric_text(const rt_value *value, char *out)
{
    static const char *const specials[] = {"", "NaN", "Infinity", "-Infinity"};
    if (value->special != RT_FINITE) {
        (void)snprintf(out, 32, "%s", specials[value->special]);
        return;
    }
    char reversed[32];
    int count = 0;
    uint64_t left = value->number < 0 ? 0 - (uint64_t)value->number : (uint64_t)value->number;
    for (int place = 0; left > 0 || place <= value->scale; place++, left /= 10) {
        if (place == value->scale && place > 0)
            reversed[count++] = '.';
        reversed[count++] = (char)('0' + left % 10);
    }
    if (value->number < 0)
        *out++ = '-';
    while (count > 0)
        *out++ = reversed[--count];
    *out = '\0';
}

void rt_padded(const rt_column *column, const rt_value *value, char *out)
{
    size_t size = value->size;
    int characters = 0;
    memcpy(out, value->text, size);
    for (size_t i = 0; i < size; i++)
        characters += ((unsigned char)out[i] & 0xc0) != 0x80;
    for (; column->type == RT_CHAR && characters < column->size; characters++)
        out[size++] = ' ';
    out[size] = '\0';
}

/* Days since 1970 as year, month and day. */
static void add_date(rt_text *out, int64_t days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t left = days + 719162; /* since the first of January of the year 1 */
    int64_t year = 1 + 400 * (left / 146097);
    left %= 146097;
    for (;;) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (left < 365 + leap) {
            int month = 0;
            for (; left >= lengths[month] + (month == 1 && leap); month++)
                left -= lengths[month] + (month == 1 && leap);
            rt_add(out, "%04" PRId64 "-%02d-%02" PRId64, year, month + 1, left + 1);
            return;
        }
        left -= 365 + leap;
        year++;
    }
}

static void add_fraction(rt_text *out, int64_t micros)
{
    char digits[8];
    if (micros == 0)
        return;
    (void)snprintf(digits, sizeof digits, "%06d", (int)micros);
    for (size_t i = 6; digits[i - 1] == '0'; i--)
        digits[i - 1] = '\0';
    rt_add(out, ".%s", digits);
}

static void add_time(rt_text *out, int64_t micros)
{
    int64_t seconds = micros / SECOND;
    rt_add(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
           (int)(seconds % 60));
    add_fraction(out, micros % SECOND);
}

static void add_moment(rt_text *out, rt_type type, int64_t micros)
{
    if (micros == INT64_MAX || micros == INT64_MIN) {
        rt_add(out, micros < 0 ? "-infinity" : "infinity");
        return;
    }
    int64_t rest = (micros % DAY + DAY) % DAY;
    add_date(out, (micros - rest) / DAY);
    rt_add(out, " ");
    add_time(out, rest);
    if (type == RT_TIMESTAMPTZ)
        rt_add(out, "+00:00");
}

static void add_interval(rt_text *out, const rt_value *value)
{
    int64_t micros = value->number < 0 ? -value->number : value->number;
    rt_add(out, "P%dM%dDT%s%" PRId64, (int)value->months, (int)value->days,
           value->number < 0 ? "-" : "", micros / SECOND);
    add_fraction(out, micros % SECOND);
    rt_add(out, "S");
}

/* The text of a value that has one; not of text itself. */
static void add_text(rt_text *out, rt_type type, const rt_value *value)
{
    char digits[32];
    switch (type) {
    case RT_NUMERIC:
        rt_numeric_text(value, digits);
        rt_add(out, "%s", digits);
        break;
    case RT_UUID:
        for (int i = 0; i < 16; i++)
            rt_add(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                   (unsigned)(unsigned char)value->text[i]);
        break;
    case RT_DATE:
        if (value->number == INT32_MAX || value->number == INT32_MIN)
            rt_add(out, value->number < 0 ? "-infinity" : "infinity");
        else
            add_date(out, value->number);
        break;
    case RT_TIME:
        add_time(out, value->number);
        break;
    case RT_INTERVAL:
        add_interval(out, value);
        break;
    case RT_ENUM:
        rt_add(out, "%s", rt_grades[value->number]);
        break;
    default:
        add_moment(out, type, value->number);
        break;
    }
}

static void add_quoted(rt_text *out, const char *text)
{
    rt_add(out, "'");
    for (; *text != '\0'; text++)
        rt_add(out, "%s%c", *text == '\'' ? "'" : "", *text);
    rt_add(out, "'");
}

static void add_real(rt_text *out, double real, bool postgresql)
{
    if (isinf(real))
        rt_add(out, postgresql ? "'%sInfinity'" : "%s9e999", real < 0 ? "-" : "");
    else
        rt_add(out, "%.17g", real);
}

void rt_print_literal(rt_text *out, const rt_column *column, const rt_value *value, bool postgresql)
{
    char padded[64];
    if (value->null) {
        rt_add(out, "NULL");
        return;
    }
    switch (column->type) {
    case RT_BOOL:
        rt_add(out, postgresql ? "'%d'" : "%d", (int)value->number);
        break;
    case RT_SMALLINT:
    case RT_INTEGER:
    case RT_BIGINT:
        rt_add(out, postgresql ? "'%" PRId64 "'" : "%" PRId64, value->number);
        break;
    case RT_REAL:
    case RT_DOUBLE:
        add_real(out, value->real, postgresql);
        break;
    case RT_TEXT:
    case RT_CHAR:
        rt_padded(column, value, padded);
        add_quoted(out, padded);
        break;
    case RT_BYTES:
        rt_add(out, postgresql ? "'\\x" : "x'");
        for (int i = 0; i < value->size; i++)
            rt_add(out, "%02x", (unsigned)(unsigned char)value->text[i]);
        rt_add(out, "'");
        break;
    default:
        rt_add(out, "'");
        add_text(out, column->type, value);
        rt_add(out, "'");
        break;
    }
}

void rt_print_value(rt_text *out, rt_type type, const rt_value *value)
{
    if (value->null) {
        rt_add(out, "NULL");
    } else if (type == RT_TEXT || type == RT_CHAR || type == RT_BYTES) {
        rt_add(out, "\"");
        for (int i = 0; i < value->size; i++) {
            unsigned char c = (unsigned char)value->text[i];
            if (c == '"' || c == '\\')
                rt_add(out, "\\%c", c);
            else
                rt_add(out, c < ' ' || (type == RT_BYTES && c > '~') ? "\\%03o" : "%c", c);
        }
        rt_add(out, "\"");
    } else if (type == RT_REAL || type == RT_DOUBLE) {
        rt_add(out, "%.17g", value->real);
    } else if (type <= RT_BIGINT) {
        rt_add(out, "%" PRId64, value->number);
    } else {
        rt_add(out, "\"");
        add_text(out, type, value);
        rt_add(out, "\"");
    }
}
