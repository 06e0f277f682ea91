#include "model/moment.h"

#include <string.h>

/* A date and time of day as written. */
typedef struct fields {
    int64_t year; /* at least 1; cut at YEAR_CUT */
    int64_t month;
    int64_t day;
    int64_t hour;
    int64_t minute;
    int64_t second;
    int64_t micros;
    int64_t zone; /* seconds east of UTC */
    bool zone_valid;
    bool before_christ;
} fields;

enum { YEAR_CUT = 99999999, ZONE_HOURS_MAX = 15 };

bool orm__moment_fraction(const char **at, int64_t *micros_out)
{
    int64_t micros = 0;
    int digits = 0;
    for (; orm__moment_digit(**at); ++*at, digits++) {
        if (digits < 6)
            micros = micros * 10 + (**at - '0');
        else if (digits == 6 && **at >= '5')
            micros++;
    }
    for (int i = digits; i < 6; i++)
        micros *= 10;
    *micros_out = micros;
    return digits > 0;
}

char *orm__moment_put(char *at, uint64_t number, int width)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (int i = count; i < width; i++)
        *at++ = '0';
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

char *orm__moment_put_fraction(char *at, uint64_t micros)
{
    if (micros == 0)
        return at;
    *at++ = '.';
    at = orm__moment_put(at, micros, 6);
    while (at[-1] == '0')
        at--;
    return at;
}

bool orm__date_fits(int64_t days)
{
    return (days >= ORM__DATE_MIN && days <= ORM__DATE_MAX) || days == ORM_DATE_INFINITY ||
           days == ORM_DATE_NEGATIVE_INFINITY;
}

bool orm__timestamp_fits(int64_t micros)
{
    /* Infinity is the next number after the greatest. */
    return micros >= ORM__TIMESTAMP_MIN || micros == ORM_TIMESTAMP_NEGATIVE_INFINITY;
}

/* Exactly two digits. */
static bool read_two(const char **at, int64_t *out)
{
    const char *text = *at;
    if (!orm__moment_digit(text[0]) || !orm__moment_digit(text[1]))
        return false;
    *out = (text[0] - '0') * 10 + (text[1] - '0');
    *at = text + 2;
    return true;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static bool read_year(const char **at, int64_t *out)
{
    const char *start = *at;
    int64_t year = 0;
    for (; orm__moment_digit(**at); ++*at)
        if (year < YEAR_CUT)
            year = year * 10 + (**at - '0');
    *out = year;
    return *at - start >= 4;
}

static bool read_date(const char **at, fields *out)
{
    return read_year(at, &out->year) && read_char(at, '-') && read_two(at, &out->month) &&
           read_char(at, '-') && read_two(at, &out->day);
}

static bool read_time(const char **at, fields *out)
{
    if (!read_two(at, &out->hour) || !read_char(at, ':') || !read_two(at, &out->minute))
        return false;
    if (!read_char(at, ':'))
        return true;
    if (!read_two(at, &out->second))
        return false;
    return !read_char(at, '.') || orm__moment_fraction(at, &out->micros);
}

static bool read_zone(const char **at, fields *out)
{
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;
    out->zone_valid = true;
    if (read_char(at, 'Z'))
        return true;
    bool west = **at == '-';
    if (!west && **at != '+')
        return false;
    ++*at;
    if (!read_two(at, &hours))
        return false;
    if (read_char(at, ':')) {
        if (!read_two(at, &minutes))
            return false;
        if (read_char(at, ':') && !read_two(at, &seconds))
            return false;
    }
    out->zone_valid = hours <= ZONE_HOURS_MAX && minutes < 60 && seconds < 60;
    out->zone = (hours * 60 + minutes) * 60 + seconds;
    if (west)
        out->zone = -out->zone;
    return true;
}

/* An optional " BC" and the end of the text. */
static bool read_end(const char **at, fields *out)
{
    if (strncmp(*at, " BC", 3) == 0) {
        out->before_christ = true;
        *at += 3;
    }
    return **at == '\0';
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The year counted as astronomers do: 1 BC is 0. */
static int64_t astronomical_year(const fields *in)
{
    return in->before_christ ? 1 - in->year : in->year;
}

/*
 * Days since 1970-01-01. Counting years from March puts the leap day last, and days before a month
 * of such a year follow 153 days to each five months.
 */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t from_march = (month + 9) % 12;
    if (month <= 2)
        year--;
    int64_t cycle = (year >= 0 ? year : year - 399) / 400;
    int64_t in_cycle = year - cycle * 400;
    int64_t in_year = (153 * from_march + 2) / 5 + day - 1;
    return cycle * 146097 + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + in_year - 719468;
}

static bool days_valid(const fields *in, int64_t *days_out)
{
    static const unsigned char lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (in->year < 1 || in->month < 1 || in->month > 12 || in->day < 1)
        return false;
    int64_t year = astronomical_year(in);
    int64_t length = lengths[in->month - 1] + (in->month == 2 && is_leap(year));
    if (in->day > length)
        return false;
    *days_out = days_of(year, in->month, in->day);
    return *days_out >= ORM__DATE_MIN && *days_out <= ORM__DATE_MAX;
}

/* Second 60 is the first of the next minute, as PostgreSQL takes it; 24:00:00 is the end of the
 * day. */
static bool time_valid(const fields *in, int64_t *micros_out)
{
    if (in->hour > 24 || in->minute > 59 || in->second > 60)
        return false;
    *micros_out =
        ((in->hour * 60 + in->minute) * 60 + in->second) * ORM__SECOND_MICROS + in->micros;
    return *micros_out <= ORM__DAY_MICROS;
}

orm_status orm_date_parse(const char *text, orm_date *value_out)
{
    fields in = {0};
    const char *at = text;
    int64_t days = 0;
    if (strcmp(text, "infinity") == 0)
        days = ORM_DATE_INFINITY;
    else if (strcmp(text, "-infinity") == 0)
        days = ORM_DATE_NEGATIVE_INFINITY;
    else if (!read_date(&at, &in) || !read_end(&at, &in))
        return ORM_INVALID;
    else if (!days_valid(&in, &days))
        return ORM_RANGE;
    value_out->days = (int32_t)days;
    return ORM_OK;
}

orm_status orm_time_parse(const char *text, orm_time *value_out)
{
    fields in = {0};
    const char *at = text;
    int64_t micros;
    if (!read_time(&at, &in) || *at != '\0')
        return ORM_INVALID;
    if (!time_valid(&in, &micros))
        return ORM_RANGE;
    value_out->micros = micros;
    return ORM_OK;
}

/* A timestamp's text, with a zone or without. */
static orm_status read_moment(const char *text, bool zoned, int64_t *micros_out)
{
    fields in = {.zone_valid = true};
    const char *at = text;
    int64_t days;
    int64_t micros;
    if (!read_date(&at, &in) || !(read_char(&at, ' ') || read_char(&at, 'T')) ||
        !read_time(&at, &in))
        return ORM_INVALID;
    if ((zoned && !read_zone(&at, &in)) || !read_end(&at, &in))
        return ORM_INVALID;
    if (!days_valid(&in, &days) || !time_valid(&in, &micros) || !in.zone_valid)
        return ORM_RANGE;
    if (__builtin_mul_overflow(days, ORM__DAY_MICROS, &days))
        return ORM_RANGE;
    if (__builtin_add_overflow(days, micros - in.zone * ORM__SECOND_MICROS, &micros))
        return ORM_RANGE;
    if (micros < ORM__TIMESTAMP_MIN || micros > ORM__TIMESTAMP_MAX)
        return ORM_RANGE;
    *micros_out = micros;
    return ORM_OK;
}

static orm_status parse_moment(const char *text, bool zoned, int64_t *micros_out)
{
    if (strcmp(text, "infinity") == 0)
        *micros_out = ORM_TIMESTAMP_INFINITY;
    else if (strcmp(text, "-infinity") == 0)
        *micros_out = ORM_TIMESTAMP_NEGATIVE_INFINITY;
    else
        return read_moment(text, zoned, micros_out);
    return ORM_OK;
}

orm_status orm_timestamp_parse(const char *text, orm_timestamp *value_out)
{
    return parse_moment(text, false, &value_out->micros);
}

orm_status orm_timestamptz_parse(const char *text, orm_timestamptz *value_out)
{
    return parse_moment(text, true, &value_out->micros);
}

/* The reverse of days_of; returns whether the year is BC. */
static bool put_date(char **at, int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t cycle = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t in_cycle = shifted - cycle * 146097;
    int64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int64_t in_year = in_cycle - (year * 365 + year / 4 - year / 100);
    int64_t from_march = (5 * in_year + 2) / 153;
    int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    year += cycle * 400 + (month <= 2);
    *at = orm__moment_put(*at, (uint64_t)(year > 0 ? year : 1 - year), 4);
    *(*at)++ = '-';
    *at = orm__moment_put(*at, (uint64_t)month, 2);
    *(*at)++ = '-';
    *at = orm__moment_put(*at, (uint64_t)(in_year - (153 * from_march + 2) / 5 + 1), 2);
    return year <= 0;
}

static char *put_time(char *at, uint64_t micros)
{
    at = orm__moment_put(at, micros / 3600000000U, 2);
    *at++ = ':';
    at = orm__moment_put(at, micros / 60000000 % 60, 2);
    *at++ = ':';
    at = orm__moment_put(at, micros / 1000000 % 60, 2);
    return orm__moment_put_fraction(at, micros % 1000000);
}

static char *put_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

static size_t end_text(char *at, const char *text)
{
    *at = '\0';
    return (size_t)(at - text);
}

size_t orm_date_format(orm_date value, char *text)
{
    char *at = text;
    if (value.days == ORM_DATE_INFINITY)
        return end_text(put_text(at, "infinity"), text);
    if (value.days == ORM_DATE_NEGATIVE_INFINITY)
        return end_text(put_text(at, "-infinity"), text);
    if (put_date(&at, value.days))
        at = put_text(at, " BC");
    return end_text(at, text);
}

size_t orm_time_format(orm_time value, char *text)
{
    char *at = text;
    /* No time of day is negative; one that is must still not look like another. */
    if (value.micros < 0)
        *at++ = '-';
    return end_text(
        put_time(at, value.micros < 0 ? 0 - (uint64_t)value.micros : (uint64_t)value.micros), text);
}

static size_t format_moment(int64_t micros, const char *zone, char *text)
{
    char *at = text;
    if (micros == ORM_TIMESTAMP_INFINITY)
        return end_text(put_text(at, "infinity"), text);
    if (micros == ORM_TIMESTAMP_NEGATIVE_INFINITY)
        return end_text(put_text(at, "-infinity"), text);
    int64_t days = micros / ORM__DAY_MICROS;
    int64_t rest = micros % ORM__DAY_MICROS;
    if (rest < 0) {
        rest += ORM__DAY_MICROS;
        days--;
    }
    bool before_christ = put_date(&at, days);
    *at++ = ' ';
    at = put_text(put_time(at, (uint64_t)rest), zone);
    if (before_christ)
        at = put_text(at, " BC");
    return end_text(at, text);
}

size_t orm_timestamp_format(orm_timestamp value, char *text)
{
    return format_moment(value.micros, "", text);
}

size_t orm_timestamptz_format(orm_timestamptz value, char *text)
{
    return format_moment(value.micros, "+00:00", text);
}
