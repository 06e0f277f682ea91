#include "model/interval.h"

#include <string.h>

#include "model/moment.h"

/*
 * The whole length in days and the microseconds left over. 2^31 months of 30 days, 2^31 days and
 * 2^63 microseconds are far fewer than 2^63 days.
 */
static void measure(orm_interval value, int64_t *days_out, int64_t *micros_out)
{
    int64_t days = value.micros / ORM__DAY_MICROS;
    int64_t micros = value.micros % ORM__DAY_MICROS;
    if (micros < 0) {
        micros += ORM__DAY_MICROS;
        days--;
    }
    *days_out = days + value.days + (int64_t)value.months * 30;
    *micros_out = micros;
}

int orm__interval_compare(orm_interval left, orm_interval right)
{
    int64_t left_days;
    int64_t left_micros;
    int64_t right_days;
    int64_t right_micros;
    measure(left, &left_days, &left_micros);
    measure(right, &right_days, &right_micros);
    if (left_days != right_days)
        return left_days < right_days ? -1 : 1;
    return (left_micros > right_micros) - (left_micros < right_micros);
}

/* One designator and what a unit of it adds, in the order ISO 8601 has them. */
typedef struct unit_rule {
    char letter;
    bool time; /* after the T */
    enum { MONTHS, DAYS, MICROS } part;
    int64_t factor;
} unit_rule;

static const unit_rule units[] = {
    {'Y', false, MONTHS, 12},
    {'M', false, MONTHS, 1},
    {'W', false, DAYS, 7},
    {'D', false, DAYS, 1},
    {'H', true, MICROS, INT64_C(3600000000)},
    {'M', true, MICROS, INT64_C(60000000)},
    {'S', true, MICROS, INT64_C(1000000)},
};

enum { UNIT_COUNT = sizeof units / sizeof units[0] };

/* A text on its way to an interval. */
typedef struct reading {
    const char *at;
    size_t next;   /* index of the first unit that may still come */
    bool time;     /* the T was passed */
    bool negative; /* a sign before the P */
    bool overflow;
    int64_t parts[3];
} reading;

/* One number: a sign, a whole part and, for seconds, a fraction in microseconds. */
typedef struct number {
    bool negative;
    bool overflow;
    bool fractional;
    int64_t whole;
    int64_t fraction;
} number;

static bool read_number(reading *in, number *out)
{
    memset(out, 0, sizeof *out);
    out->negative = in->negative;
    if (*in->at == '+' || *in->at == '-')
        out->negative ^= *in->at++ == '-';
    if (!orm__moment_digit(*in->at))
        return false;
    for (; orm__moment_digit(*in->at); in->at++)
        out->overflow |= __builtin_mul_overflow(out->whole, 10, &out->whole) ||
                         __builtin_add_overflow(out->whole, *in->at - '0', &out->whole);
    if (*in->at != '.' && *in->at != ',')
        return true;
    out->fractional = true;
    in->at++;
    return orm__moment_fraction(&in->at, &out->fraction);
}

static void add(reading *in, const unit_rule *unit, const number *amount)
{
    int64_t *part = &in->parts[unit->part];
    int64_t value = 0;
    bool overflow = amount->overflow || __builtin_mul_overflow(amount->whole, unit->factor, &value);
    if (amount->negative) {
        overflow |= __builtin_sub_overflow(*part, value, part);
        overflow |= __builtin_sub_overflow(*part, amount->fraction, part);
    } else {
        overflow |= __builtin_add_overflow(*part, value, part);
        overflow |= __builtin_add_overflow(*part, amount->fraction, part);
    }
    in->overflow |= overflow;
}

/* A number with its designator. */
static bool read_component(reading *in)
{
    number amount;
    if (!read_number(in, &amount))
        return false;
    for (size_t i = in->next; i < UNIT_COUNT; i++) {
        if (units[i].time != in->time || units[i].letter != *in->at)
            continue;
        if (amount.fractional && *in->at != 'S')
            return false;
        add(in, &units[i], &amount);
        in->next = i + 1;
        in->at++;
        return true;
    }
    return false;
}

/* Everything after the P. A T must be followed by something. */
static bool read_components(reading *in)
{
    do {
        if (*in->at == 'T' && !in->time) {
            in->time = true;
            in->at++;
        }
        if (!read_component(in))
            return false;
    } while (*in->at != '\0');
    return true;
}

static bool fits_int32(int64_t value)
{
    return value >= INT32_MIN && value <= INT32_MAX;
}

orm_status orm_interval_parse(const char *text, orm_interval *value_out)
{
    reading in = {.at = text};
    if (*in.at == '+' || *in.at == '-')
        in.negative = *in.at++ == '-';
    if (*in.at++ != 'P' || !read_components(&in))
        return ORM_INVALID;
    if (in.overflow || !fits_int32(in.parts[MONTHS]) || !fits_int32(in.parts[DAYS]))
        return ORM_RANGE;
    value_out->months = (int32_t)in.parts[MONTHS];
    value_out->days = (int32_t)in.parts[DAYS];
    value_out->micros = in.parts[MICROS];
    return ORM_OK;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* A nonzero amount with its sign and designator. */
static char *put_component(char *at, uint64_t amount, bool negative, char letter)
{
    if (amount == 0)
        return at;
    if (negative)
        *at++ = '-';
    at = orm__moment_put(at, amount, 1);
    *at++ = letter;
    return at;
}

static char *put_time(char *at, int64_t micros)
{
    uint64_t rest = magnitude(micros);
    *at++ = 'T';
    at = put_component(at, rest / 3600000000U, micros < 0, 'H');
    at = put_component(at, rest / 60000000U % 60, micros < 0, 'M');
    rest %= 60000000U;
    if (rest == 0)
        return at;
    if (micros < 0)
        *at++ = '-';
    at = orm__moment_put(at, rest / 1000000, 1);
    at = orm__moment_put_fraction(at, rest % 1000000);
    *at++ = 'S';
    return at;
}

size_t orm_interval_format(orm_interval value, char *text)
{
    char *at = text;
    uint64_t months = magnitude(value.months);
    *at++ = 'P';
    at = put_component(at, months / 12, value.months < 0, 'Y');
    at = put_component(at, months % 12, value.months < 0, 'M');
    at = put_component(at, magnitude(value.days), value.days < 0, 'D');
    if (value.micros != 0)
        at = put_time(at, value.micros);
    if (at == text + 1) {
        memcpy(at, "T0S", 3);
        at += 3;
    }
    *at = '\0';
    return (size_t)(at - text);
}
