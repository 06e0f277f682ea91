#include "conditions.h"

#include <string.h>

static int64_t get_int(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return value->number;
}

static double get_double(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return value->real;
}

static const char *get_text(rt_asker *asker, const rt_value *value)
{
    char *text = rt_asker_new(asker, (size_t)value->size + 1);
    memcpy(text, value->text, value->size);
    return text;
}

static orm_bytes get_bytes(rt_asker *asker, const rt_value *value)
{
    return (orm_bytes){get_text(asker, value), value->size};
}

static orm_numeric get_numeric(rt_asker *asker, const rt_value *value)
{
    char *text = rt_asker_new(asker, 32);
    rt_numeric_text(value, text);
    return (orm_numeric){text};
}

static orm_uuid get_uuid(rt_asker *asker, const rt_value *value)
{
    orm_uuid uuid;
    (void)asker;
    memcpy(uuid.bytes, value->text, sizeof uuid.bytes);
    return uuid;
}

static orm_date get_date(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_date){(int32_t)value->number};
}

static orm_time get_time(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_time){value->number};
}

static orm_timestamp get_timestamp(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_timestamp){value->number};
}

static orm_timestamptz get_timestamptz(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_timestamptz){value->number};
}

static orm_interval get_interval(rt_asker *asker, const rt_value *value)
{
    (void)asker;
    return (orm_interval){.micros = value->number, .days = value->days, .months = value->months};
}

/* The function of one kind of value: all operators that every kind has, and `more`. */
#define CONDITION(kind, c_type, more)                                                              \
    orm_cond_##kind rt_condition_##kind(rt_asker *asker, const rt_pred *pred)                      \
    {                                                                                              \
        c_type *items = rt_asker_new(asker, RT_VALUES_MAX * sizeof *items);                        \
        size_t count = (size_t)pred->value_count;                                                  \
        for (size_t i = 0; i < count; i++)                                                         \
            items[i] = get_##kind(asker, &pred->values[i]);                                        \
        switch (pred->op) {                                                                        \
            more case RT_NE : return orm_ne(items[0]);                                             \
        case RT_LT:                                                                                \
            return orm_lt(items[0]);                                                               \
        case RT_LE:                                                                                \
            return orm_le(items[0]);                                                               \
        case RT_GT:                                                                                \
            return orm_gt(items[0]);                                                               \
        case RT_GE:                                                                                \
            return orm_ge(items[0]);                                                               \
        case RT_BETWEEN:                                                                           \
            return orm_between(items[0], items[1]);                                                \
        case RT_IN:                                                                                \
            return orm_in(items, count);                                                           \
        case RT_NOT_IN:                                                                            \
            return orm_not_in(items, count);                                                       \
        default:                                                                                   \
            return orm_eq(items[0]);                                                               \
        }                                                                                          \
    }

/* clang-format off */
#define TEXT_ONLY                                                                                  \
    case RT_LIKE:                                                                                  \
        return orm_like(items[0]);                                                                 \
    case RT_ILIKE:                                                                                 \
        return orm_ilike(items[0]);                                                                \
    case RT_PREFIX:                                                                                \
        return orm_prefix(items[0]);                                                               \
    case RT_CONTAINS:                                                                              \
        return orm_contains(items[0]);
/* clang-format on */

CONDITION(int, int64_t, )
CONDITION(double, double, )
CONDITION(text, const char *, TEXT_ONLY)
CONDITION(bytes, orm_bytes, )
CONDITION(numeric, orm_numeric, )
CONDITION(uuid, orm_uuid, )
CONDITION(date, orm_date, )
CONDITION(time, orm_time, )
CONDITION(timestamp, orm_timestamp, )
CONDITION(timestamptz, orm_timestamptz, )
CONDITION(interval, orm_interval, )
