#include "model/type_rules.h"

#include <string.h>

#include "model/array.h"

#define SCALAR(type_name, kind, item, bare, opt)                                                   \
    {                                                                                              \
        type_name, ORM_KIND_##kind, ORM_TYPE_##item, ORM_KIND_##kind, sizeof(bare), sizeof(opt),   \
            offsetof(opt, has)                                                                     \
    }
#define POINTED(type_name, kind, item, bare)                                                       \
    {                                                                                              \
        type_name, ORM_KIND_##kind, ORM_TYPE_##item, ORM_KIND_##kind, sizeof(bare), sizeof(bare),  \
            0                                                                                      \
    }

const orm__type_rule orm__type_rules[ORM__TYPE_COUNT] = {
    [ORM_TYPE_NONE] = {"", ORM_KIND_NONE, ORM_TYPE_NONE, ORM_KIND_NONE, 0, 0, 0},
    [ORM_TYPE_BOOLEAN] = SCALAR("boolean", BOOL, BOOLEAN, bool, orm_opt_bool),
    [ORM_TYPE_SMALLINT] = SCALAR("smallint", INT, SMALLINT, int16_t, orm_opt_i16),
    [ORM_TYPE_INTEGER] = SCALAR("integer", INT, INTEGER, int32_t, orm_opt_i32),
    [ORM_TYPE_BIGINT] = SCALAR("bigint", INT, BIGINT, int64_t, orm_opt_i64),
    [ORM_TYPE_REAL] = SCALAR("real", DOUBLE, REAL, float, orm_opt_float),
    [ORM_TYPE_DOUBLE] = SCALAR("double", DOUBLE, DOUBLE, double, orm_opt_double),
    [ORM_TYPE_NUMERIC] = POINTED("numeric", NUMERIC, NUMERIC, orm_numeric),
    [ORM_TYPE_TEXT] = POINTED("text", TEXT, TEXT, const char *),
    [ORM_TYPE_VARCHAR] = POINTED("varchar", TEXT, TEXT, const char *),
    [ORM_TYPE_CHAR] = POINTED("char", TEXT, TEXT, const char *),
    [ORM_TYPE_BYTEA] = POINTED("bytea", BYTES, BYTEA, orm_bytes),
    [ORM_TYPE_UUID] = SCALAR("uuid", UUID, UUID, orm_uuid, orm_opt_uuid),
    [ORM_TYPE_DATE] = SCALAR("date", DATE, DATE, orm_date, orm_opt_date),
    [ORM_TYPE_TIME] = SCALAR("time", TIME, TIME, orm_time, orm_opt_time),
    [ORM_TYPE_TIMESTAMP] =
        SCALAR("timestamp", TIMESTAMP, TIMESTAMP, orm_timestamp, orm_opt_timestamp),
    [ORM_TYPE_TIMESTAMPTZ] =
        SCALAR("timestamptz", TIMESTAMPTZ, TIMESTAMPTZ, orm_timestamptz, orm_opt_timestamptz),
    [ORM_TYPE_INTERVAL] = SCALAR("interval", INTERVAL, INTERVAL, orm_interval, orm_opt_interval),
    [ORM_TYPE_JSON] = POINTED("json", JSON, JSON, orm_json),
    [ORM_TYPE_JSONB] = POINTED("jsonb", JSON, JSON, orm_json),
    [ORM_TYPE_ENUM] = {"enum", ORM_KIND_TEXT, ORM_TYPE_ENUM, ORM_KIND_INT, sizeof(int), sizeof(int),
                       0},
};

static orm_value text_value(orm_kind kind, const char *text)
{
    if (text == NULL)
        return (orm_value){.kind = ORM_KIND_NULL};
    return (orm_value){.kind = kind, .as.span = {text, strlen(text)}};
}

static orm_value int_value(orm_kind kind, int64_t number)
{
    return (orm_value){.kind = kind, .as.integer = number};
}

orm_value orm__bare_get(orm_type type, const void *member)
{
    switch (type) {
    case ORM_TYPE_BIGINT:
        return int_value(ORM_KIND_INT, *(const int64_t *)member);
    case ORM_TYPE_INTEGER:
        return int_value(ORM_KIND_INT, *(const int32_t *)member);
    case ORM_TYPE_SMALLINT:
        return int_value(ORM_KIND_INT, *(const int16_t *)member);
    case ORM_TYPE_ENUM:
        return int_value(ORM_KIND_INT, *(const int *)member);
    case ORM_TYPE_DATE:
        return int_value(ORM_KIND_DATE, ((const orm_date *)member)->days);
    case ORM_TYPE_TIME:
        return int_value(ORM_KIND_TIME, ((const orm_time *)member)->micros);
    case ORM_TYPE_TIMESTAMP:
        return int_value(ORM_KIND_TIMESTAMP, ((const orm_timestamp *)member)->micros);
    case ORM_TYPE_TIMESTAMPTZ:
        return int_value(ORM_KIND_TIMESTAMPTZ, ((const orm_timestamptz *)member)->micros);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
        return text_value(ORM_KIND_TEXT, *(const char *const *)member);
    case ORM_TYPE_NUMERIC:
        return text_value(ORM_KIND_NUMERIC, ((const orm_numeric *)member)->text);
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return text_value(ORM_KIND_JSON, ((const orm_json *)member)->text);
    case ORM_TYPE_BYTEA:
        return orm_bind_bytes(*(const orm_bytes *)member);
    case ORM_TYPE_UUID:
        return orm_bind_uuid(*(const orm_uuid *)member);
    case ORM_TYPE_INTERVAL:
        return orm_bind_interval(*(const orm_interval *)member);
    case ORM_TYPE_BOOLEAN:
        return orm_bind_bool(*(const bool *)member);
    case ORM_TYPE_REAL:
        return orm_bind_double((double)*(const float *)member);
    case ORM_TYPE_DOUBLE:
        return orm_bind_double(*(const double *)member);
    case ORM_TYPE_NONE:
        break;
    }
    return (orm_value){.kind = ORM_KIND_NONE};
}

orm_value orm__array_value(const orm_column *column, const void *items, size_t count)
{
    const orm__type_rule *rule = &orm__type_rules[column->type];
    orm_value value = {.kind = ORM_KIND_ARRAY, .as.span = {items, count}};
    value.element = rule->item_kind;
    value.item = rule->item_type;
    return value;
}

orm_type orm__array_item_type(orm_type type)
{
    return (orm_type)orm__type_rules[type].item_type;
}

size_t orm__array_item_size(orm_type type)
{
    return orm__type_rules[type].opt_size;
}

orm_value orm__array_item(orm_type type, const void *items, size_t index)
{
    const orm__type_rule *rule = &orm__type_rules[type];
    const char *item = (const char *)items + index * rule->opt_size;
    if (rule->has_offset != 0 && !*(const bool *)(item + rule->has_offset))
        return orm_bind_null();
    if (type == ORM_TYPE_ENUM && *(const int *)(const void *)item == 0)
        return orm_bind_null();
    return orm__bare_get(type, item);
}

static void put_bare(orm_type type, void *item, const orm_value *value)
{
    switch (type) {
    case ORM_TYPE_BIGINT:
        *(int64_t *)item = value->as.integer;
        break;
    case ORM_TYPE_INTEGER:
        *(int32_t *)item = (int32_t)value->as.integer;
        break;
    case ORM_TYPE_SMALLINT:
        *(int16_t *)item = (int16_t)value->as.integer;
        break;
    case ORM_TYPE_ENUM:
        *(int *)item = (int)value->as.integer;
        break;
    case ORM_TYPE_DATE:
        ((orm_date *)item)->days = (int32_t)value->as.integer;
        break;
    case ORM_TYPE_TIME:
        ((orm_time *)item)->micros = value->as.integer;
        break;
    case ORM_TYPE_TIMESTAMP:
        ((orm_timestamp *)item)->micros = value->as.integer;
        break;
    case ORM_TYPE_TIMESTAMPTZ:
        ((orm_timestamptz *)item)->micros = value->as.integer;
        break;
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
        *(const char **)item = value->as.span.data;
        break;
    case ORM_TYPE_NUMERIC:
        ((orm_numeric *)item)->text = value->as.span.data;
        break;
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        ((orm_json *)item)->text = value->as.span.data;
        break;
    case ORM_TYPE_BYTEA:
        *(orm_bytes *)item = (orm_bytes){value->as.span.data, value->as.span.size};
        break;
    case ORM_TYPE_UUID:
        *(orm_uuid *)item = value->as.uuid;
        break;
    case ORM_TYPE_INTERVAL:
        *(orm_interval *)item = value->as.interval;
        break;
    case ORM_TYPE_BOOLEAN:
        *(bool *)item = value->as.boolean;
        break;
    case ORM_TYPE_REAL:
        *(float *)item = (float)value->as.real;
        break;
    case ORM_TYPE_DOUBLE:
        *(double *)item = value->as.real;
        break;
    case ORM_TYPE_NONE:
        break;
    }
}

void orm__array_put(orm_type type, void *items, size_t index, const orm_value *value)
{
    const orm__type_rule *rule = &orm__type_rules[type];
    char *item = (char *)items + index * rule->opt_size;
    memset(item, 0, rule->opt_size);
    if (value->kind == ORM_KIND_NULL)
        return;
    put_bare(type, item, value);
    if (rule->has_offset != 0)
        *(bool *)(item + rule->has_offset) = true;
}
