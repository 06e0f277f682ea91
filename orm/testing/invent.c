#include "invent.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICROS_OF_MINUTE 60000000.0L
#define MICROS_OF_HOUR   (60 * MICROS_OF_MINUTE)
#define DAYS_TO_2001     11323.0L

/* The numbers of a type that can be counted through. */
struct line {
    long double min;
    long double max;
    long double first; /* where counting starts */
    long double step;  /* of first choice */
    long double least; /* the finest step; 0: any */
};

bool orm__is_text(const orm_column *column)
{
    return column->type == ORM_TYPE_TEXT || column->type == ORM_TYPE_VARCHAR ||
           column->type == ORM_TYPE_CHAR;
}

static long double power_of_ten(int exponent)
{
    return powl(10.0L, (long double)exponent);
}

/* A numeric's digits beyond 18 are left alone. */
static int numeric_scale(const orm_column *column)
{
    if (column->length == 0)
        return 0;
    return column->scale > 17 ? 17 : column->scale;
}

static struct line numeric_line(const orm_column *column)
{
    int scale = numeric_scale(column);
    int whole = column->length == 0 ? 17 : column->length - column->scale;
    if (whole > 17 - scale)
        whole = 17 - scale;
    long double unit = power_of_ten(-scale);
    long double most = power_of_ten(whole < 0 ? 0 : whole) - unit;
    return (struct line){-most, most, most < 1 ? unit : 1, most < 1 ? unit : 1, unit};
}

static struct line line_of(const orm_column *column)
{
    const long double last_moment = 252455615999.0L * 1e6L; /* of the year 9999 */
    switch (column->type) {
    case ORM_TYPE_SMALLINT:
        return (struct line){INT16_MIN, INT16_MAX, 1, 1, 1};
    case ORM_TYPE_INTEGER:
        return (struct line){INT32_MIN, INT32_MAX, 1, 1, 1};
    case ORM_TYPE_BIGINT:
        return (struct line){(long double)INT64_MIN, (long double)INT64_MAX, 1, 1, 1};
    case ORM_TYPE_REAL:
        return (struct line){-8388608.0L, 8388608.0L, 1, 1, 0};
    case ORM_TYPE_DOUBLE:
        return (struct line){-1e15L, 1e15L, 1, 1, 0};
    case ORM_TYPE_NUMERIC:
        return numeric_line(column);
    case ORM_TYPE_DATE:
        return (struct line){-719162.0L, 2932896.0L, DAYS_TO_2001, 1, 1};
    case ORM_TYPE_TIME:
        return (struct line){0, 86399999999.0L, MICROS_OF_MINUTE, MICROS_OF_MINUTE, 1};
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        return (struct line){-last_moment / 5, last_moment, DAYS_TO_2001 * 24 * MICROS_OF_HOUR,
                             MICROS_OF_HOUR, 1};
    default: /* interval */
        return (struct line){-1e15L, 1e15L, MICROS_OF_MINUTE, MICROS_OF_MINUTE, 1};
    }
}

bool orm__is_number(const orm_column *column)
{
    switch (column->type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
    case ORM_TYPE_NUMERIC:
    case ORM_TYPE_DATE:
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
    case ORM_TYPE_INTERVAL:
        return (column->flags & ORM_COLUMN_ARRAY) == 0;
    default:
        return false;
    }
}

static bool moment_number(const orm_column *column, const char *text, long double *number_out)
{
    orm_date date;
    orm_time time;
    orm_timestamp timestamp;
    orm_timestamptz zoned;
    orm_interval interval;
    switch (column->type) {
    case ORM_TYPE_DATE:
        if (orm_date_parse(text, &date) != ORM_OK)
            return false;
        *number_out = date.days;
        return date.days != ORM_DATE_INFINITY && date.days != ORM_DATE_NEGATIVE_INFINITY;
    case ORM_TYPE_TIME:
        if (orm_time_parse(text, &time) != ORM_OK)
            return false;
        *number_out = (long double)time.micros;
        return true;
    case ORM_TYPE_INTERVAL:
        if (orm_interval_parse(text, &interval) != ORM_OK)
            return false;
        *number_out = (long double)interval.micros +
                      24 * MICROS_OF_HOUR * (long double)interval.days +
                      720 * MICROS_OF_HOUR * (long double)interval.months;
        return true;
    case ORM_TYPE_TIMESTAMPTZ:
        if (orm_timestamptz_parse(text, &zoned) == ORM_OK) {
            *number_out = (long double)zoned.micros;
            return zoned.micros != INT64_MAX && zoned.micros != INT64_MIN;
        }
        break;
    default:
        break;
    }
    if (orm_timestamp_parse(text, &timestamp) != ORM_OK) {
        if (orm_date_parse(text, &date) != ORM_OK)
            return false;
        timestamp.micros = (int64_t)date.days * 86400000000;
    }
    *number_out = (long double)timestamp.micros;
    return timestamp.micros != INT64_MAX && timestamp.micros != INT64_MIN;
}

bool orm__literal_number(const orm_column *column, const char *text, long double *number_out)
{
    char *end = NULL;
    if (column->type >= ORM_TYPE_DATE && column->type <= ORM_TYPE_INTERVAL)
        return moment_number(column, text, number_out);
    *number_out = strtold(text, &end);
    return end != text && *end == '\0' && isfinite(*number_out);
}

void orm__domain_above(const orm_column *column, struct domain *domain, long double bound,
                       bool open)
{
    struct line line = line_of(column);
    long double unit = line.least;
    if (unit > 0)
        bound =
            open ? (floorl(bound / unit + 1e-9L) + 1) * unit : ceill(bound / unit - 1e-9L) * unit;
    else if (open)
        bound += fabsl(bound) > 1 ? fabsl(bound) / (1 << 20) : 1.0L / (1 << 20);
    if (!domain->has_min || bound > domain->min)
        domain->min = bound;
    domain->has_min = true;
}

void orm__domain_below(const orm_column *column, struct domain *domain, long double bound,
                       bool open)
{
    struct line line = line_of(column);
    long double unit = line.least;
    if (unit > 0)
        bound =
            open ? (ceill(bound / unit - 1e-9L) - 1) * unit : floorl(bound / unit + 1e-9L) * unit;
    else if (open)
        bound -= fabsl(bound) > 1 ? fabsl(bound) / (1 << 20) : 1.0L / (1 << 20);
    if (!domain->has_max || bound < domain->max)
        domain->max = bound;
    domain->has_max = true;
}

void orm__domain_start(const orm_column *column, const orm_factory_column *limits,
                       struct domain *domain_out)
{
    long double bound;
    *domain_out = (struct domain){.max_length = SIZE_MAX, .pattern = limits->pattern};
    if (orm__is_text(column) && column->length > 0)
        domain_out->max_length = (size_t)column->length;
    if (limits->max_length > 0 && limits->max_length < domain_out->max_length)
        domain_out->max_length = limits->max_length;
    if (!orm__is_number(column))
        return;
    if (limits->min != NULL && orm__literal_number(column, limits->min, &bound))
        orm__domain_above(column, domain_out, bound, false);
    if (limits->max != NULL && orm__literal_number(column, limits->max, &bound))
        orm__domain_below(column, domain_out, bound, false);
}

/* The line between the domain's bounds, with a step that leaves room for many values. */
static struct line narrowed(const orm_column *column, const struct domain *domain)
{
    struct line line = line_of(column);
    if (domain->has_min && domain->min > line.min)
        line.min = domain->min;
    if (domain->has_max && domain->max < line.max)
        line.max = domain->max;
    long double width = line.max - line.min;
    long double least = line.least > 0 ? line.least : width / (1 << 16);
    while (line.step > least && width / line.step < 100000)
        line.step /= 10;
    if (line.step < least)
        line.step = least;
    if (line.least > 0)
        line.step = roundl(line.step / line.least) * line.least;
    if (line.step <= 0)
        line.step = 1; /* one value only */
    if (line.first < line.min || line.first > line.max)
        line.first = line.min > line_of(column).min ? line.min : line.max;
    return line;
}

/* How many values lie above and below the first. */
static void line_counts(const struct line *line, long double *above_out, long double *below_out)
{
    *above_out = floorl((line->max - line->first) / line->step + 1e-6L) + 1;
    *below_out = floorl((line->first - line->min) / line->step + 1e-6L);
}

static uint64_t clamped(long double count)
{
    return count < 1 ? 0 : count > 1e18L ? UINT64_MAX : (uint64_t)count;
}

static uint64_t text_size(const struct domain *domain)
{
    uint64_t size = 1;
    for (size_t i = 0; i < domain->max_length; i++) {
        if (size > UINT64_MAX / 36)
            return UINT64_MAX;
        size *= 36;
    }
    return size;
}

uint64_t orm__domain_size(const orm_column *column, const struct domain *domain)
{
    long double above;
    long double below;
    if (domain->choice_count > 0)
        return domain->choice_count;
    if (column->flags & ORM_COLUMN_ARRAY)
        return UINT64_MAX;
    if (column->type == ORM_TYPE_BOOLEAN)
        return 2;
    if (column->type == ORM_TYPE_ENUM)
        return column->labels->count;
    if (orm__is_text(column) && domain->pattern == NULL)
        return text_size(domain);
    if (!orm__is_number(column))
        return UINT64_MAX;
    struct line line = narrowed(column, domain);
    if (line.max < line.min)
        return 0;
    line_counts(&line, &above, &below);
    return clamped(above + below);
}

static bool set_numeric(orm_session *db, const orm_column *column, long double number, void *set)
{
    int scale = column->length == 0 ? 0 : numeric_scale(column);
    if (column->length == 0 && number != floorl(number))
        scale = 6;
    const char *text = orm__testing_printf(db, "%.*Lf", scale, number);
    *(orm_set_numeric *)set = (orm_set_numeric){ORM_IS_SET, {text}};
    return text != NULL;
}

bool orm__set_number(orm_session *db, const orm_column *column, long double number, void *values)
{
    void *set = orm__given_state(column, values);
    struct line line = line_of(column);
    if (number < line.min || number > line.max)
        return false;
    long double whole = roundl(number);
    switch (column->type) {
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        *(orm_set_double *)set = (orm_set_double){ORM_IS_SET, (double)number};
        return true;
    case ORM_TYPE_NUMERIC:
        return set_numeric(db, column, number, set);
    case ORM_TYPE_DATE:
        *(orm_set_date *)set = (orm_set_date){ORM_IS_SET, {(int32_t)whole}};
        return true;
    case ORM_TYPE_INTERVAL:
        *(orm_set_interval *)set = (orm_set_interval){ORM_IS_SET, {(int64_t)whole, 0, 0}};
        return true;
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        *(orm_set_timestamp *)set = (orm_set_timestamp){ORM_IS_SET, {(int64_t)whole}};
        return true;
    default: /* 2^63 as a long double is beyond the line */
        if (whole >= 9223372036854775807.0L)
            return false;
        *(orm_set_int *)set = (orm_set_int){ORM_IS_SET, (int64_t)whole};
        return true;
    }
}

bool orm__set_literal(orm_session *db, const orm_column *column, const char *text, void *values)
{
    void *set = orm__given_state(column, values);
    long double number;
    if (column->flags & ORM_COLUMN_ARRAY)
        return false;
    if (orm__is_number(column))
        return orm__literal_number(column, text, &number) &&
               orm__set_number(db, column, number, values);
    if (orm__is_text(column)) {
        *(orm_set_text *)set = (orm_set_text){ORM_IS_SET, text};
        return true;
    }
    if (column->type == ORM_TYPE_BOOLEAN) {
        bool is_true = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        *(orm_set_int *)set = (orm_set_int){ORM_IS_SET, is_true};
        return true;
    }
    for (size_t i = 0; column->type == ORM_TYPE_ENUM && i < column->labels->count; i++)
        if (strcmp(column->labels->labels[i], text) == 0) {
            *(orm_set_int *)set = (orm_set_int){ORM_IS_SET, (int64_t)i + 1};
            return true;
        }
    return false;
}

static enum invented set_text(const char *text, void *set)
{
    *(orm_set_text *)set = (orm_set_text){ORM_IS_SET, text};
    return text == NULL ? INVENTED_NOMEM : INVENTED;
}

/* The number in letters and digits, as short as can be. */
static void in_base_36(uint64_t number, char text[16])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char reversed[16];
    size_t size = 0;
    do {
        reversed[size++] = digits[number % 36];
        number /= 36;
    } while (number > 0);
    for (size_t i = 0; i < size; i++)
        text[i] = reversed[size - 1 - i];
    text[size] = '\0';
}

/* "name 12"; only the number where there is no room. */
static enum invented invent_text(orm_session *db, const orm_column *column,
                                 const struct domain *domain, uint64_t index, void *set)
{
    char number[24];
    int size = snprintf(number, sizeof number, "%" PRIu64, index + 1);
    size_t label = strlen(column->field);
    bool room = label + 1 + (size_t)size <= domain->max_length;
    if (!room && domain->max_length < 20) /* where digits alone may not do, none are alone */
        in_base_36(index, number);
    if (!room && strlen(number) > domain->max_length)
        return INVENTED_ALL;
    size_t length = strlen(number) + (room ? label + 1 : 0);
    size_t padding = domain->min_length > length ? domain->min_length - length : 0;
    char *pad = orm__testing_alloc(db, padding + 1);
    if (pad == NULL)
        return INVENTED_NOMEM;
    memset(pad, '_', padding);
    return set_text(room ? orm__testing_printf(db, "%s %s%s", column->field, number, pad)
                         : orm__testing_printf(db, "%s%s", pad, number),
                    set);
}

static enum invented invent_bytes(orm_session *db, const struct domain *domain, uint64_t index,
                                  orm_set_bytes *set)
{
    size_t size = domain->max_length < 8 ? domain->max_length : 8;
    if (size < domain->min_length)
        size = domain->min_length;
    unsigned char *bytes = orm__testing_alloc(db, size);
    if (bytes == NULL)
        return INVENTED_NOMEM;
    for (size_t i = size; i-- > 0; index /= 256)
        bytes[i] = (unsigned char)(index % 256);
    *set = (orm_set_bytes){ORM_IS_SET, {bytes, size}};
    return index > 0 ? INVENTED_ALL : INVENTED;
}

/* A good mixer of 64 bits: splitmix64's. */
static uint64_t mixed(uint64_t number)
{
    number += 0x9e3779b97f4a7c15U;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
    return number ^ (number >> 31);
}

/* Version 4, variant 1; the index itself stands in it, so that no two are equal. */
static void invent_uuid(const orm_column *column, uint64_t index, uint64_t seed, orm_set_uuid *set)
{
    uint64_t high =
        mixed(seed ^ mixed((uint64_t)strlen(column->field) + (unsigned char)column->field[0]));
    set->state = ORM_IS_SET;
    for (size_t i = 0; i < 8; i++) {
        set->value.bytes[i] = (uint8_t)(high >> (8 * (7 - i)));
        set->value.bytes[8 + i] = (uint8_t)(index >> (8 * (7 - i)));
    }
    set->value.bytes[6] = (uint8_t)((set->value.bytes[6] & 0x0f) | 0x40);
    set->value.bytes[8] = (uint8_t)((set->value.bytes[8] & 0x3f) | 0x80);
}

static enum invented invent_number(orm_session *db, const orm_column *column,
                                   const struct domain *domain, uint64_t index, bool wrap,
                                   void *values)
{
    struct line line = narrowed(column, domain);
    long double above;
    long double below;
    if (line.max < line.min)
        return INVENTED_NONE;
    line_counts(&line, &above, &below);
    long double at = (long double)index;
    if (at >= above + below && wrap)
        at = (long double)(index % clamped(above + below));
    if (at >= above + below)
        return INVENTED_ALL;
    long double number =
        at < above ? line.first + at * line.step : line.first - (at - above + 1) * line.step;
    return orm__set_number(db, column, number, values) ? INVENTED : INVENTED_NONE;
}

/* An array of one element, or an empty one where elements are not simple. */
static enum invented invent_array(orm_session *db, const orm_column *column, uint64_t index,
                                  void *set)
{
    orm_opt_i64 *item = NULL;
    orm_set_array_i64 *array = set;
    *array = (orm_set_array_i64){ORM_IS_SET, {NULL, 0, true}};
    if (column->type == ORM_TYPE_BIGINT && (item = orm__testing_alloc(db, sizeof *item)) != NULL) {
        *item = (orm_opt_i64){(int64_t)index + 1, true};
        array->value.items = item;
        array->value.count = 1;
    } else if (orm__is_text(column)) {
        const char **text = orm__testing_alloc(db, sizeof *text);
        if (text == NULL || (*text = orm__testing_printf(db, "%" PRIu64, index % 10)) == NULL)
            return INVENTED_NOMEM;
        *(orm_set_array_text *)set = (orm_set_array_text){ORM_IS_SET, {text, 1, true}};
    }
    return INVENTED;
}

static enum invented invent_pattern(orm_session *db, const struct domain *domain, uint64_t index,
                                    bool wrap, void *set)
{
    const char *text = NULL;
    enum invented result = orm__pattern_text(db, domain->pattern, index, domain->min_length,
                                             domain->max_length, &text);
    if (result == INVENTED_ALL && wrap)
        result = orm__pattern_text(db, domain->pattern, 0, domain->min_length, domain->max_length,
                                   &text);
    return result == INVENTED ? set_text(text, set) : result;
}

enum invented orm__invent(orm_session *db, const orm_column *column, const struct domain *domain,
                          uint64_t index, uint64_t seed, bool wrap, void *values)
{
    void *set = orm__given_state(column, values);
    uint64_t size = orm__domain_size(column, domain);
    if (size == 0)
        return INVENTED_NONE;
    if (index >= size) {
        if (!wrap)
            return INVENTED_ALL;
        index %= size;
    }
    if (domain->choice_count > 0)
        return orm__set_literal(db, column, domain->choices[index], values) ? INVENTED
                                                                            : INVENTED_NONE;
    if (column->flags & ORM_COLUMN_ARRAY)
        return invent_array(db, column, index, set);
    if (orm__is_number(column))
        return invent_number(db, column, domain, index, wrap, values);
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        *(orm_set_int *)set = (orm_set_int){ORM_IS_SET, (int64_t)index};
        return INVENTED;
    case ORM_TYPE_ENUM:
        *(orm_set_int *)set = (orm_set_int){ORM_IS_SET, (int64_t)index + 1};
        return INVENTED;
    case ORM_TYPE_BYTEA:
        return invent_bytes(db, domain, index, set);
    case ORM_TYPE_UUID:
        invent_uuid(column, index, seed, set);
        return INVENTED;
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return set_text(orm__testing_printf(db, "{\"n\": %" PRIu64 "}", index + 1), set);
    default:
        return domain->pattern != NULL ? invent_pattern(db, domain, index, wrap, set)
                                       : invent_text(db, column, domain, index, set);
    }
}
