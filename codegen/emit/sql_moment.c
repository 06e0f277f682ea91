#include "emit/sql_moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"


/* The year begins in March, so that the leap day is its last. */
static int64_t day_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = (month + 9) % 12;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * m + 2) / 5 + day - 1;
}

static void date_of(int64_t number, int64_t *year_out, int64_t *month_out, int64_t *day_out)
{
    int64_t era = (number >= 0 ? number : number - 146096) / 146097;
    int64_t of_era = number - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t m = (5 * of_year + 2) / 153;

    *day_out = of_year - (153 * m + 2) / 5 + 1;
    *month_out = m < 10 ? m + 3 : m - 9;
    *year_out = year + era * 400 + (*month_out <= 2);
}

/* 12:30:00.500 as 12:30:00.5; text is a fresh copy. */
static char *without_zeros(char *text)
{
    size_t length = strlen(text);

    if (!strchr(text, '.'))
        return text;
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[--length] = '\0';
    return text;
}

static int64_t number_at(const char *at)
{
    return strtoll(at, NULL, 10);
}

static int64_t offset_minutes(const char *offset)
{
    int64_t minutes;

    if (*offset != '+' && *offset != '-')
        return 0;
    minutes = number_at(offset + 1) * 60 + number_at(offset + 4);
    return *offset == '-' ? -minutes : minutes;
}

/* YYYY-MM-DD HH:MM:SS[.ffffff] and an offset, told in UTC. */
static const char *in_utc(struct arena *arena, const char *text)
{
    const char *clock = text + 11;
    const char *offset = clock + strcspn(clock, "Z+-");
    const char *second =
        without_zeros(arena_copy(arena, clock + 6, (size_t)(offset - clock) - 6));
    int64_t minute = number_at(clock) * 60 + number_at(clock + 3) - offset_minutes(offset);
    int64_t number = day_of(number_at(text), number_at(text + 5), number_at(text + 8));
    int64_t year;
    int64_t month;
    int64_t day;

    number += minute < 0 ? -1 : minute / 1440;
    minute = (minute + 1440) % 1440;
    date_of(number, &year, &month, &day);
    return arena_format(arena,
                        "%04" PRId64 "-%02" PRId64 "-%02" PRId64 " %02" PRId64 ":%02" PRId64
                        ":%s+00:00%s",
                        year > 0 ? year : 1 - year, month, day, minute / 60, minute % 60, second,
                        year > 0 ? "" : " BC");
}

struct interval {
    int64_t months;
    int64_t days;
    int64_t micros;
};

static int64_t fraction_micros(const char *at)
{
    int64_t micros = 0;
    int64_t unit = 100000;

    for (; *at >= '0' && *at <= '9'; at++, unit /= 10)
        micros += (*at - '0') * unit;
    return micros;
}

static void add_part(struct interval *sum, char unit, bool clock, int64_t number, int64_t micros)
{
    switch (unit) {
    case 'Y':
        sum->months += number * 12;
        break;
    case 'M':
        if (clock)
            sum->micros += number * 60000000;
        else
            sum->months += number;
        break;
    case 'W':
        sum->days += number * 7;
        break;
    case 'D':
        sum->days += number;
        break;
    case 'H':
        sum->micros += number * 3600000000;
        break;
    default:
        sum->micros += number * 1000000 + micros;
        break;
    }
}

static struct interval read_interval(const char *text)
{
    struct interval sum = { 0 };
    bool clock = false;

    for (const char *at = text + 1; *at; at++) {
        bool negative = *at == '-';
        char *end;
        int64_t number;
        int64_t micros = 0;

        if (*at == 'T') {
            clock = true;
            continue;
        }
        number = strtoll(at, &end, 10);
        if (*end == '.') {
            micros = fraction_micros(end + 1);
            end += 1 + strspn(end + 1, "0123456789");
        }
        add_part(&sum, *end, clock, number, negative ? -micros : micros);
        at = end;
    }
    return sum;
}

static void add_unit(struct arena *arena, struct text *to, int64_t number, char unit)
{
    if (number)
        text_add_string(arena, to, arena_format(arena, "%" PRId64 "%c", number, unit));
}

static void add_seconds(struct arena *arena, struct text *to, int64_t micros)
{
    uint64_t size = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;

    if (micros)
        text_add_string(arena, to,
                        arena_format(arena, "%s%sS", micros < 0 ? "-" : "",
                                     without_zeros(arena_format(arena, "%" PRIu64 ".%06" PRIu64,
                                                                size / 1000000, size % 1000000))));
}

/* P1Y2M3DT4H5M6.7S: parts that are zero are left out. */
static const char *usual_interval(struct arena *arena, const char *text)
{
    struct interval sum = read_interval(text);
    struct text made = { 0 };

    if (!sum.months && !sum.days && !sum.micros)
        return "PT0S";
    text_add_string(arena, &made, "P");
    add_unit(arena, &made, sum.months / 12, 'Y');
    add_unit(arena, &made, sum.months % 12, 'M');
    add_unit(arena, &made, sum.days, 'D');
    if (sum.micros)
        text_add_string(arena, &made, "T");
    add_unit(arena, &made, sum.micros / 3600000000, 'H');
    add_unit(arena, &made, sum.micros / 60000000 % 60, 'M');
    add_seconds(arena, &made, sum.micros % 60000000);
    return made.text;
}

const char *sql_moment(struct arena *arena, enum type_kind kind, const char *text)
{
    if (strstr(text, "infinity"))
        return text;
    switch (kind) {
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
        return without_zeros(arena_text(arena, text));
    case TYPE_TIMESTAMPTZ:
        return in_utc(arena, text);
    case TYPE_INTERVAL:
        return usual_interval(arena, text);
    default:
        return text;
    }
}
