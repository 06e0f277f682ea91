#include "types/moment.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

/* Reads exactly count digits; NULL when they are not there. */
static const char *read_digits(const char *at, int count, int *number_out)
{
    *number_out = 0;
    for (; at && count > 0; count--, at++) {
        if (!isdigit((unsigned char)*at))
            return NULL;
        *number_out = *number_out * 10 + (*at - '0');
    }
    return at;
}

static const char *expect(const char *at, char mark)
{
    return at && *at == mark ? at + 1 : NULL;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static const char *read_date(const char *at)
{
    int year;
    int month;
    int day;

    at = expect(read_digits(at, 4, &year), '-');
    at = expect(read_digits(at, 2, &month), '-');
    at = read_digits(at, 2, &day);
    if (!at || year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return NULL;
    return at;
}

/* HH:MM[:SS[.ffffff]], and 24:00 where `midnight` may end the day; seconds_out tells whether the
 * seconds were given. */
static const char *read_time(const char *at, bool midnight, bool *seconds_out)
{
    const char *start = at;
    int hour;
    int minute;
    int second = 0;

    *seconds_out = false;
    at = expect(read_digits(at, 2, &hour), ':');
    at = read_digits(at, 2, &minute);
    if (at && *at == ':') {
        *seconds_out = true;
        at = read_digits(at + 1, 2, &second);
    }
    if (at && *at == '.') {
        size_t digits = strspn(at + 1, "0123456789");

        at = *seconds_out && digits >= 1 && digits <= 6 ? at + 1 + digits : NULL;
    }
    if (at && midnight && hour == 24)
        return strspn(start + 2, ":.0") >= (size_t)(at - start) - 2 ? at : NULL;
    return at && hour <= 23 && minute <= 59 && second <= 59 ? at : NULL;
}

static const char *read_offset(const char *at)
{
    int hours;
    int minutes = 0;

    if (at && (*at == 'Z' || *at == 'z'))
        return at + 1;
    if (!at || (*at != '+' && *at != '-'))
        return NULL;
    at = read_digits(at + 1, 2, &hours);
    if (at && *at == ':')
        at = read_digits(at + 1, 2, &minutes);
    return at && hours <= 15 && minutes <= 59 ? at : NULL;
}

static const char *normal_time(struct arena *arena, const char *start, const char *end,
                               bool seconds)
{
    const char *copy = arena_copy(arena, start, (size_t)(end - start));

    return seconds ? copy : arena_format(arena, "%s:00", copy);
}

static const char *normal_offset(struct arena *arena, const char *offset)
{
    if (*offset == 'z')
        return "Z";
    return strlen(offset) == 3 ? arena_format(arena, "%s:00", offset) : offset;
}

static const char *read_stamp(struct arena *arena, const char *text, bool zone)
{
    const char *time = read_date(text);
    const char *end;
    bool seconds = false;

    if (!time || (*time != ' ' && *time != 'T'))
        return NULL;
    end = read_time(time + 1, false, &seconds);
    if (!end)
        return NULL;
    if (zone) {
        const char *stop = read_offset(end);

        if (!stop || *stop)
            return NULL;
    } else if (*end) {
        return NULL;
    }
    return arena_format(arena, "%.10s %s%s", text, normal_time(arena, time + 1, end, seconds),
                        zone ? normal_offset(arena, end) : "");
}

/* P[nY][nM][nW][nD][T[nH][nM][n[.n]S]], each part with an optional sign. */
static bool is_interval(const char *at)
{
    const char *units = "YMWD";
    bool clock = false;
    size_t parts = 0;

    at = expect(at, 'P');
    while (at && *at) {
        const char *unit;

        if (*at == 'T' && !clock && at[1]) {
            clock = true;
            units = "HMS";
            at++;
            continue;
        }
        at += *at == '-' || *at == '+';
        if (!isdigit((unsigned char)*at) || strspn(at, "0123456789") > 9)
            return false;
        at += strspn(at, "0123456789");
        if (*at == '.') {
            size_t digits = strspn(at + 1, "0123456789");

            at += digits + 1;
            if (!digits || digits > 6 || *at != 'S')
                return false;
        }
        unit = *at ? strchr(units, *at) : NULL;
        if (!unit)
            return false;
        units = unit + 1;
        parts++;
        at++;
    }
    return at && parts;
}

const char *moment_read(struct arena *arena, enum type_kind kind, const char *text)
{
    bool endless = strcmp(text, "infinity") == 0 || strcmp(text, "-infinity") == 0;
    bool seconds = false;
    const char *end;

    switch (kind) {
    case TYPE_DATE:
        end = read_date(text);
        return endless || (end && !*end) ? text : NULL;
    case TYPE_TIME:
        end = read_time(text, true, &seconds);
        return end && !*end ? normal_time(arena, text, end, seconds) : NULL;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return endless ? text : read_stamp(arena, text, kind == TYPE_TIMESTAMPTZ);
    case TYPE_INTERVAL:
        return is_interval(text) ? text : NULL;
    default:
        return NULL;
    }
}

static int endlessness(const char *text)
{
    return *text == 'i' ? 1 : *text == '-' ? -1 : 0;
}

/* The end of the date and time, where a zone may follow. */
static const char *zone_of(const char *text)
{
    size_t date = strlen(text) > 10 && text[2] != ':' ? 10 : 0;

    return text + date + strcspn(text + date, "Z+-");
}

/* Normalised moments have the same width up to a fraction, which may lack digits. */
static int compare_digits(const char *a, const char *a_end, const char *b, const char *b_end)
{
    while (a < a_end || b < b_end) {
        char left = a < a_end ? *a++ : '0';
        char right = b < b_end ? *b++ : '0';

        left = left == '.' ? '0' : left;
        right = right == '.' ? '0' : right;
        if (left != right)
            return left > right ? 1 : -1;
    }
    return 0;
}

int moment_compare(const char *a, const char *b)
{
    int a_end = endlessness(a);
    int b_end = endlessness(b);

    if (a_end || b_end)
        return a_end - b_end;
    if (strlen(a) == 10 && strlen(b) == 10)
        return strcmp(a, b);
    if (strcmp(zone_of(a), zone_of(b)) != 0)
        return 0;
    return compare_digits(a, zone_of(a), b, zone_of(b));
}
