#include "fields.h"

#include <orm/value.h>
#include <string.h>

/* A member of the given type, and of its nullable form. */
#define MEMBER(type)   (*(const type *)member)
#define OPTIONAL(type) ((const type *)member)
#define READ(c_type, opt, target)                                                                  \
    do {                                                                                           \
        if (nullable) {                                                                            \
            value->null = !OPTIONAL(opt)->has;                                                     \
            if (!value->null)                                                                      \
                target(OPTIONAL(opt)->value);                                                      \
        } else {                                                                                   \
            target(MEMBER(c_type));                                                                \
        }                                                                                          \
    } while (0)

#define NUMBER(x) value->number = (x)
#define REAL(x)   value->real = (double)(x)
#define DAYS(x)   value->number = (x).days
#define MICROS(x) value->number = (x).micros
#define UUID(x)   value->size = 16, memcpy(value->text, (x).bytes, 16)
#define PARTS(x)  value->number = (x).micros, value->days = (x).days, value->months = (x).months

static bool take_bytes(rt_value *value, const void *data, size_t size)
{
    value->null = data == NULL;
    if (data == NULL || size > RT_TEXT_MAX)
        return data == NULL;
    value->size = (uint8_t)size;
    memcpy(value->text, data, size);
    return true;
}

/* Without its padding, which has to be there. */
static bool take_char(const rt_column *wanted, rt_value *value, const char *text)
{
    char padded[64];
    if (!take_bytes(value, text, text == NULL ? 0 : strlen(text)) || value->null)
        return value->null;
    while (value->size > 0 && value->text[value->size - 1] == ' ')
        value->text[--value->size] = '\0';
    rt_padded(wanted, value, padded);
    return strcmp(padded, text) == 0;
}

static bool take_numeric(rt_value *value, const char *text)
{
    char spelled[32];
    value->null = text == NULL;
    if (text == NULL)
        return true;
    value->special = strcmp(text, "NaN") == 0         ? RT_NAN
                     : strcmp(text, "Infinity") == 0  ? RT_INFINITY
                     : strcmp(text, "-Infinity") == 0 ? RT_NEGATIVE_INFINITY
                                                      : RT_FINITE;
    const char *at = text + (*text == '-');
    bool behind = false;
    for (; value->special == RT_FINITE && *at != '\0' && value->number < INT64_MAX / 100; at++) {
        if (*at == '.') {
            behind = true;
            continue;
        }
        value->number = value->number * 10 + (*at - '0');
        value->scale = (uint8_t)(value->scale + behind);
    }
    if (*text == '-')
        value->number = -value->number;
    rt_numeric_text(value, spelled);
    return strcmp(spelled, text) == 0;
}

static bool read_number(const orm_column *column, const void *member, rt_value *value)
{
    bool nullable = (column->flags & ORM_COLUMN_NULLABLE) != 0;
    switch ((orm_type)column->type) {
    case ORM_TYPE_BOOLEAN:
        READ(bool, orm_opt_bool, NUMBER);
        return true;
    case ORM_TYPE_SMALLINT:
        READ(int16_t, orm_opt_i16, NUMBER);
        return true;
    case ORM_TYPE_INTEGER:
        READ(int32_t, orm_opt_i32, NUMBER);
        return true;
    case ORM_TYPE_BIGINT:
        READ(int64_t, orm_opt_i64, NUMBER);
        return true;
    case ORM_TYPE_REAL:
        READ(float, orm_opt_float, REAL);
        return true;
    case ORM_TYPE_DOUBLE:
        READ(double, orm_opt_double, REAL);
        return true;
    case ORM_TYPE_ENUM:
        value->number = MEMBER(int);
        value->null = value->number == 0;
        return true;
    default:
        return false;
    }
}

static bool read_moment(const orm_column *column, const void *member, rt_value *value)
{
    bool nullable = (column->flags & ORM_COLUMN_NULLABLE) != 0;
    switch ((orm_type)column->type) {
    case ORM_TYPE_UUID:
        READ(orm_uuid, orm_opt_uuid, UUID);
        return true;
    case ORM_TYPE_DATE:
        READ(orm_date, orm_opt_date, DAYS);
        return true;
    case ORM_TYPE_TIME:
        READ(orm_time, orm_opt_time, MICROS);
        return true;
    case ORM_TYPE_TIMESTAMP:
        READ(orm_timestamp, orm_opt_timestamp, MICROS);
        return true;
    case ORM_TYPE_TIMESTAMPTZ:
        READ(orm_timestamptz, orm_opt_timestamptz, MICROS);
        return true;
    case ORM_TYPE_INTERVAL:
        READ(orm_interval, orm_opt_interval, PARTS);
        return true;
    default:
        return read_number(column, member, value);
    }
}

bool rt_read_field(const orm_column *column, const void *row, const rt_column *wanted,
                   rt_value *value_out)
{
    const void *member = (const char *)row + column->offset;
    *value_out = (rt_value){0};
    switch (wanted->type) {
    case RT_TEXT: {
        const char *text = MEMBER(char *const);
        return take_bytes(value_out, text, text == NULL ? 0 : strlen(text));
    }
    case RT_CHAR:
        return take_char(wanted, value_out, MEMBER(char *const));
    case RT_BYTES:
        return take_bytes(value_out, MEMBER(orm_bytes).data, MEMBER(orm_bytes).size);
    case RT_NUMERIC:
        return take_numeric(value_out, MEMBER(orm_numeric).text);
    default:
        return read_moment(column, member, value_out);
    }
}
