/* Sums, averages and extremes over the rows of an answer. */
#include <stdlib.h>

#include "evaluate.h"

__extension__ typedef __int128 wide;

typedef struct total {
    wide sum; /* of a numeric: in units of a ten thousandth */
    int scale;
    int count;
    bool nan;
    bool infinity;
    bool negative_infinity;
    int64_t months;
    int64_t days;
} total;

static void add_numeric(total *all, const rt_value *value)
{
    wide digits = value->number;
    for (int scale = value->scale; scale < 4; scale++)
        digits *= 10;
    all->sum += digits;
    all->scale = value->scale > all->scale ? value->scale : all->scale;
    all->nan = all->nan || value->special == RT_NAN;
    all->infinity = all->infinity || value->special == RT_INFINITY;
    all->negative_infinity = all->negative_infinity || value->special == RT_NEGATIVE_INFINITY;
}

static void add(total *all, rt_type type, const rt_value *value)
{
    all->count++;
    all->months += value->months;
    all->days += value->days;
    if (type == RT_NUMERIC)
        add_numeric(all, value);
    else
        all->sum += value->number;
}

static void set_special(const total *all, rt_value *out)
{
    if (all->nan || (all->infinity && all->negative_infinity))
        out->special = RT_NAN;
    else if (all->infinity)
        out->special = RT_INFINITY;
    else if (all->negative_infinity)
        out->special = RT_NEGATIVE_INFINITY;
    if (out->special != RT_FINITE)
        out->number = out->scale = 0;
}

static bool set_sum(const total *all, rt_type type, rt_value *out)
{
    wide sum = all->sum;
    for (int scale = all->scale; type == RT_NUMERIC && scale < 4; scale++)
        sum /= 10;
    out->number = (int64_t)sum;
    out->scale = (uint8_t)all->scale;
    out->months = (int32_t)all->months;
    out->days = (int32_t)all->days;
    if (type == RT_NUMERIC)
        set_special(all, out);
    out->number += rt_breaks(RT_BREAK_SUM);
    return sum == (int64_t)sum || rt_breaks(RT_BREAK_SUM_RANGE);
}

/* The first of a number's digits to the base 10,000, and how many follow it. */
static int first_digit(wide number, int *more)
{
    for (*more = 0; number >= 10000; number /= 10000)
        (*more)++;
    return (int)number;
}

/*
 * A quotient of integers with the digits that PostgreSQL gives it, as a double: at least 16
 * significant ones, in steps of four.
 */
static double quotient(wide sum, int count)
{
    char text[64];
    int at = (int)sizeof text - 1;
    int more;
    int less;
    wide left = sum < 0 ? -sum : sum;
    bool smaller = first_digit(left, &more) <= first_digit(count, &less);
    int scale = 16 - 4 * (more - less - smaller);
    for (int i = 0; i < scale; i++)
        left *= 10;
    left = (left + count / 2) / count;
    text[at] = '\0';
    for (int place = 0; left > 0 || place <= scale; place++, left /= 10) {
        if (place == scale && place > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + (int)(left % 10));
    }
    double value = strtod(text + at, NULL);
    return sum < 0 ? -value : value;
}

static void set_average(const total *all, rt_type type, rt_value *out)
{
    out->real = quotient(all->sum, all->count);
    if (type == RT_NUMERIC) {
        out->real = (double)((long double)all->sum / all->count / 10000);
        set_special(all, out);
    }
    out->real += rt_breaks(RT_BREAK_AVG);
}

static bool is_better(rt_purpose purpose, rt_type type, const rt_value *value, const rt_value *best)
{
    int order = rt_compare(type, value, best);
    return purpose == RT_MIN ? (order < 0) != rt_breaks(RT_BREAK_MIN)
                             : (order > 0) != rt_breaks(RT_BREAK_MAX);
}

bool rt_aggregate(const rt_world *world, rt_purpose purpose, int model, int column, const int *rows,
                  int count, rt_value *value_out)
{
    rt_type type = rt_models[model].columns[column].type;
    total all = {0};
    rt_value best = {0};
    for (int i = 0; i < count; i++) {
        const rt_value *value = rt_cell(world, model, rows[i], column);
        if (value->null && !rt_breaks(RT_BREAK_AGGREGATE_NULL))
            continue;
        if (all.count == 0 || is_better(purpose, type, value, &best))
            best = *value;
        add(&all, type, value);
    }
    *value_out = (rt_value){.null = all.count == 0 && !rt_breaks(RT_BREAK_AGGREGATE_EMPTY)};
    if (all.count == 0)
        return true;
    if (purpose == RT_SUM)
        return set_sum(&all, type, value_out);
    if (purpose == RT_AVG)
        set_average(&all, type, value_out);
    else
        *value_out = best;
    return true;
}
