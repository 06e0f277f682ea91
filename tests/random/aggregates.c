#include "aggregates.h"

#include <orm/aggregate.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

/* What an aggregate gave, read like a field: a column of the type it has at the start of a struct.
 */
static void read_back(orm_type type, const void *given, rt_type wanted, rt_value *value_out)
{
    static const rt_column columns[] = {
        [RT_BIGINT] = {.type = RT_BIGINT},       [RT_DOUBLE] = {.type = RT_DOUBLE},
        [RT_NUMERIC] = {.type = RT_NUMERIC},     [RT_TEXT] = {.type = RT_TEXT},
        [RT_DATE] = {.type = RT_DATE},           [RT_TIME] = {.type = RT_TIME},
        [RT_TIMESTAMP] = {.type = RT_TIMESTAMP}, [RT_TIMESTAMPTZ] = {.type = RT_TIMESTAMPTZ},
        [RT_INTERVAL] = {.type = RT_INTERVAL},
    };
    orm_column column = {.type = (uint8_t)type, .flags = ORM_COLUMN_NULLABLE};
    if (!rt_read_field(&column, given, &columns[wanted], value_out))
        *value_out = (rt_value){.number = -77};
}

#define EXTREMES(kind, c_type, ORM_TYPE, RT_TYPE)                                                  \
    static orm_status extreme_##kind(rt_asker *asker, rt_purpose purpose, orm_rows rows,           \
                                     orm_col_##kind column, rt_value *value_out)                   \
    {                                                                                              \
        c_type given;                                                                              \
        memset(&given, 0x55, sizeof given);                                                        \
        orm_status status = purpose == RT_MIN ? orm_min(asker->db, rows, column, &given)           \
                                              : orm_max(asker->db, rows, column, &given);          \
        if (status == ORM_OK)                                                                      \
            read_back(ORM_TYPE, &given, RT_TYPE, value_out);                                       \
        return status;                                                                             \
    }
EXTREMES(int, orm_opt_i64, ORM_TYPE_BIGINT, RT_BIGINT)
EXTREMES(double, orm_opt_double, ORM_TYPE_DOUBLE, RT_DOUBLE)
EXTREMES(text, const char *, ORM_TYPE_TEXT, RT_TEXT)
EXTREMES(numeric, orm_numeric, ORM_TYPE_NUMERIC, RT_NUMERIC)
EXTREMES(date, orm_opt_date, ORM_TYPE_DATE, RT_DATE)
EXTREMES(time, orm_opt_time, ORM_TYPE_TIME, RT_TIME)
EXTREMES(timestamp, orm_opt_timestamp, ORM_TYPE_TIMESTAMP, RT_TIMESTAMP)
EXTREMES(timestamptz, orm_opt_timestamptz, ORM_TYPE_TIMESTAMPTZ, RT_TIMESTAMPTZ)
EXTREMES(interval, orm_opt_interval, ORM_TYPE_INTERVAL, RT_INTERVAL)

#define ONLY_EXTREMES(kind)                                                                        \
    orm_status rt_aggregate_##kind(rt_asker *asker, rt_purpose purpose, orm_rows rows,             \
                                   orm_col_##kind column, rt_value *value_out)                     \
    {                                                                                              \
        return extreme_##kind(asker, purpose, rows, column, value_out);                            \
    }
ONLY_EXTREMES(double)
ONLY_EXTREMES(text)
ONLY_EXTREMES(date)
ONLY_EXTREMES(time)
ONLY_EXTREMES(timestamp)
ONLY_EXTREMES(timestamptz)

orm_status rt_aggregate_int(rt_asker *asker, rt_purpose purpose, orm_rows rows, orm_col_int column,
                            rt_value *value_out)
{
    orm_opt_i64 sum = {0};
    orm_opt_double average = {0};
    orm_status status = ORM_OK;
    if (purpose == RT_SUM) {
        status = orm_sum(asker->db, rows, column, &sum);
        read_back(ORM_TYPE_BIGINT, &sum, RT_BIGINT, value_out);
    } else if (purpose == RT_AVG) {
        status = orm_avg(asker->db, rows, column, &average);
        read_back(ORM_TYPE_DOUBLE, &average, RT_DOUBLE, value_out);
    } else {
        status = extreme_int(asker, purpose, rows, column, value_out);
    }
    return status;
}

orm_status rt_aggregate_numeric(rt_asker *asker, rt_purpose purpose, orm_rows rows,
                                orm_col_numeric column, rt_value *value_out)
{
    orm_numeric given = {NULL};
    orm_status status = ORM_OK;
    if (purpose == RT_SUM) {
        status = orm_sum(asker->db, rows, column, &given);
        read_back(ORM_TYPE_NUMERIC, &given, RT_NUMERIC, value_out);
    } else if (purpose == RT_AVG) {
        status = orm_avg(asker->db, rows, column, &given);
        *value_out = (rt_value){.null = given.text == NULL};
        if (given.text != NULL)
            value_out->real = strtod(given.text, NULL);
    } else {
        status = extreme_numeric(asker, purpose, rows, column, value_out);
    }
    return status;
}

orm_status rt_aggregate_interval(rt_asker *asker, rt_purpose purpose, orm_rows rows,
                                 orm_col_interval column, rt_value *value_out)
{
    orm_opt_interval sum = {0};
    if (purpose != RT_SUM)
        return extreme_interval(asker, purpose, rows, column, value_out);
    orm_status status = orm_sum(asker->db, rows, column, &sum);
    read_back(ORM_TYPE_INTERVAL, &sum, RT_INTERVAL, value_out);
    return status;
}
