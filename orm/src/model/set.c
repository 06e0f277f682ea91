#include <orm/set.h>

/* Values that are never NULL. */
#define PLAIN_KINDS(X)                                                                             \
    X(int, int64_t)                                                                                \
    X(double, double) X(uuid, orm_uuid) X(date, orm_date) X(time, orm_time)                        \
        X(timestamp, orm_timestamp) X(timestamptz, orm_timestamptz) X(interval, orm_interval)
#define DEFINE(name, type)                                                                         \
    orm_set_##name orm_set_of_##name(type value)                                                   \
    {                                                                                              \
        return (orm_set_##name){ORM_IS_SET, value};                                                \
    }
PLAIN_KINDS(DEFINE)
#undef DEFINE

orm_set_int orm_set_of_uint(uint64_t value)
{
    if (value > INT64_MAX)
        return (orm_set_int){ORM_IS_OUT_OF_RANGE, 0};
    return (orm_set_int){ORM_IS_SET, (int64_t)value};
}

orm_set_text orm_set_of_text(const char *value)
{
    return (orm_set_text){value == NULL ? ORM_IS_NULL : ORM_IS_SET, value};
}

orm_set_bytes orm_set_of_bytes(orm_bytes value)
{
    return (orm_set_bytes){value.data == NULL ? ORM_IS_NULL : ORM_IS_SET, value};
}

orm_set_numeric orm_set_of_numeric(orm_numeric value)
{
    return (orm_set_numeric){value.text == NULL ? ORM_IS_NULL : ORM_IS_SET, value};
}

orm_set_json orm_set_of_json(orm_json value)
{
    return (orm_set_json){value.text == NULL ? ORM_IS_NULL : ORM_IS_SET, value};
}

#define DEFINE(name)                                                                               \
    orm_set_array_##name orm_set_of_array_##name(orm_array_##name value)                           \
    {                                                                                              \
        return (orm_set_array_##name){value.has ? ORM_IS_SET : ORM_IS_NULL, value};                \
    }
ORM_SET_ARRAYS(DEFINE)
#undef DEFINE
