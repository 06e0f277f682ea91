#include "model/column_value.h"

#include <stdio.h>
#include <string.h>

#include <orm/set.h>

#include "base/fail.h"
#include "base/hash.h"
#include "model/array.h"
#include "model/type_rules.h"

enum { TYPE_TEXT_SIZE = 64 };

/* Every orm_array_<type> has this shape. */
typedef struct any_array {
    const void *items;
    size_t count;
    bool has;
} any_array;

typedef struct any_set_array {
    orm_set_state state;
    any_array value;
} any_set_array;

orm_kind orm__kind_of_type(orm_type type)
{
    return (orm_kind)orm__type_rules[type].kind;
}

size_t orm__column_size(const orm_column *column)
{
    const orm__type_rule *rule = &orm__type_rules[column->type];
    if (column->flags & ORM_COLUMN_ARRAY)
        return sizeof(any_array);
    return column->flags & ORM_COLUMN_NULLABLE ? rule->opt_size : rule->size;
}

const char *orm__type_text(const orm_column *column, char *text)
{
    const char *brackets = column->flags & ORM_COLUMN_ARRAY ? "[]" : "";
    const char *name = orm__type_rules[column->type].name;
    bool limited = column->length > 0;
    if (column->type == ORM_TYPE_ENUM && column->labels != NULL)
        name = column->labels->name;
    if (column->type == ORM_TYPE_NUMERIC && limited)
        (void)snprintf(text, TYPE_TEXT_SIZE, "numeric(%d,%d)%s", (int)column->length,
                       (int)column->scale, brackets);
    else if ((column->type == ORM_TYPE_VARCHAR || column->type == ORM_TYPE_CHAR) && limited)
        (void)snprintf(text, TYPE_TEXT_SIZE, "%s(%d)%s", name, (int)column->length, brackets);
    else
        (void)snprintf(text, TYPE_TEXT_SIZE, "%s%s", name, brackets);
    return text;
}

/* An enum's number as its label; a number without a label stays for the check to refuse. */
static orm_value label_value(const orm_column *column, int number)
{
    if (number == 0)
        return orm_bind_null();
    const orm_enum_labels *labels = column->labels;
    if (number < 0 || (size_t)number > labels->count)
        return orm_bind_int(number);
    return orm_bind_text(labels->labels[number - 1]);
}

static orm_value array_of(const orm_column *column, const void *member)
{
    any_array array;
    memcpy(&array, member, sizeof array);
    return array.has ? orm__array_value(column, array.items, array.count) : orm_bind_null();
}

orm_value orm__column_get(const orm_column *column, const void *row)
{
    const char *member = (const char *)row + column->offset;
    if (column->flags & ORM_COLUMN_ARRAY)
        return array_of(column, member);
    if (column->flags & ORM_COLUMN_NULLABLE) {
        size_t has = orm__type_rules[column->type].has_offset;
        if (has != 0 && !*(const bool *)(member + has))
            return orm_bind_null();
    }
    if (column->type == ORM_TYPE_ENUM)
        return label_value(column, *(const int *)(const void *)member);
    return orm__bare_get((orm_type)column->type, member);
}

/* Text whose end was left to its NUL. */
static size_t span_size(const orm_value *value)
{
    size_t size = value->as.span.size;
    return size == SIZE_MAX ? strlen(value->as.span.data) : size;
}

static bool same_items(const orm_value *left, const orm_value *right)
{
    if (left->as.span.size != right->as.span.size || left->item != right->item)
        return false;
    for (size_t i = 0; i < left->as.span.size; i++) {
        orm_value a = orm__array_item((orm_type)left->item, left->as.span.data, i);
        orm_value b = orm__array_item((orm_type)right->item, right->as.span.data, i);
        if (!orm__value_same(&a, &b))
            return false;
    }
    return true;
}

static bool same_span(const orm_value *left, const orm_value *right)
{
    size_t size = span_size(left);
    if (size != span_size(right))
        return false;
    return size == 0 || memcmp(left->as.span.data, right->as.span.data, size) == 0;
}

bool orm__value_same(const orm_value *left, const orm_value *right)
{
    if (left->kind != right->kind)
        return false;
    switch (left->kind) {
    case ORM_KIND_INT:
    case ORM_KIND_DATE:
    case ORM_KIND_TIME:
    case ORM_KIND_TIMESTAMP:
    case ORM_KIND_TIMESTAMPTZ:
        return left->as.integer == right->as.integer;
    case ORM_KIND_TEXT:
    case ORM_KIND_BYTES:
    case ORM_KIND_NUMERIC:
    case ORM_KIND_JSON:
        return same_span(left, right);
    case ORM_KIND_BOOL:
        return left->as.boolean == right->as.boolean;
    case ORM_KIND_DOUBLE:
        return memcmp(&left->as.real, &right->as.real, sizeof left->as.real) == 0;
    case ORM_KIND_UUID:
        return memcmp(&left->as.uuid, &right->as.uuid, sizeof left->as.uuid) == 0;
    case ORM_KIND_INTERVAL:
        return left->as.interval.months == right->as.interval.months &&
               left->as.interval.days == right->as.interval.days &&
               left->as.interval.micros == right->as.interval.micros;
    case ORM_KIND_ARRAY:
        return same_items(left, right);
    case ORM_KIND_NONE:
    case ORM_KIND_NULL:
    case ORM_KIND_UINT_TOO_BIG:
    case ORM_KIND_COLUMN:
    case ORM_KIND_ROWS:
        break;
    }
    return true;
}

static uint64_t hash_items(const orm_value *value)
{
    uint64_t hash = value->as.span.size;
    for (size_t i = 0; i < value->as.span.size; i++) {
        orm_value item = orm__array_item((orm_type)value->item, value->as.span.data, i);
        hash = orm__hash_word(hash ^ orm__value_hash(&item));
    }
    return hash;
}

uint64_t orm__value_hash(const orm_value *value)
{
    uint64_t word = 0;
    switch (value->kind) {
    case ORM_KIND_INT:
    case ORM_KIND_DATE:
    case ORM_KIND_TIME:
    case ORM_KIND_TIMESTAMP:
    case ORM_KIND_TIMESTAMPTZ:
        return orm__hash_word((uint64_t)value->as.integer);
    case ORM_KIND_TEXT:
    case ORM_KIND_BYTES:
    case ORM_KIND_NUMERIC:
    case ORM_KIND_JSON:
        return orm__hash_bytes(value->as.span.data, span_size(value));
    case ORM_KIND_BOOL:
        return orm__hash_word(value->as.boolean);
    case ORM_KIND_DOUBLE:
        memcpy(&word, &value->as.real, sizeof word);
        return orm__hash_word(word);
    case ORM_KIND_UUID:
        return orm__hash_bytes(value->as.uuid.bytes, sizeof value->as.uuid.bytes);
    case ORM_KIND_INTERVAL:
        word =
            (uint64_t)(uint32_t)value->as.interval.months << 32 | (uint32_t)value->as.interval.days;
        return orm__hash_word(orm__hash_word(word) ^ (uint64_t)value->as.interval.micros);
    case ORM_KIND_ARRAY:
        return hash_items(value);
    case ORM_KIND_NONE:
    case ORM_KIND_NULL:
    case ORM_KIND_UINT_TOO_BIG:
    case ORM_KIND_COLUMN:
    case ORM_KIND_ROWS:
        break;
    }
    return orm__hash_word((uint64_t)value->kind + 1);
}

static orm_status keep_span(orm_value *value, orm__arena *arena)
{
    size_t size = span_size(value);
    const void *copy = orm__arena_copy(arena, value->as.span.data, size);
    if (copy == NULL)
        return ORM_NOMEM;
    value->as.span.data = copy;
    value->as.span.size = size;
    return ORM_OK;
}

static orm_status keep_items(orm_value *value, orm__arena *arena)
{
    orm_type type = (orm_type)value->item;
    size_t count = value->as.span.size;
    size_t item_size = orm__array_item_size(type);
    if (type == ORM_TYPE_NONE)
        return ORM_MISUSE;
    char *items = (char *)orm__arena_copy(arena, value->as.span.data, count * item_size);
    if (items == NULL)
        return ORM_NOMEM;
    value->as.span.data = items;
    if (orm__type_rules[type].has_offset != 0 || type == ORM_TYPE_ENUM)
        return ORM_OK;
    for (size_t i = 0; i < count; i++) {
        orm_value item = orm__array_item(type, items, i);
        orm_status status = orm__value_keep(&item, arena);
        if (status != ORM_OK)
            return status;
        orm__array_put(type, items, i, &item);
    }
    return ORM_OK;
}

orm_status orm__value_keep(orm_value *value, orm__arena *arena)
{
    switch (value->kind) {
    case ORM_KIND_TEXT:
    case ORM_KIND_BYTES:
    case ORM_KIND_NUMERIC:
    case ORM_KIND_JSON:
        return keep_span(value, arena);
    case ORM_KIND_ARRAY:
        return keep_items(value, arena);
    default:
        return ORM_OK;
    }
}

/* The value of a set orm_set_<kind>, arrays aside. */
static orm_value set_value(const orm_column *column, const void *set)
{
    switch ((orm_kind)orm__type_rules[column->type].item_kind) {
    case ORM_KIND_BOOL:
    case ORM_KIND_INT:
        return orm_bind_int(((const orm_set_int *)set)->value);
    case ORM_KIND_DOUBLE:
        return orm_bind_double(((const orm_set_double *)set)->value);
    case ORM_KIND_TEXT:
        return orm_bind_text(((const orm_set_text *)set)->value);
    case ORM_KIND_BYTES:
        return orm_bind_bytes(((const orm_set_bytes *)set)->value);
    case ORM_KIND_NUMERIC:
        return orm_bind_numeric(((const orm_set_numeric *)set)->value);
    case ORM_KIND_JSON:
        return orm_bind_json(((const orm_set_json *)set)->value);
    case ORM_KIND_UUID:
        return orm_bind_uuid(((const orm_set_uuid *)set)->value);
    case ORM_KIND_DATE:
        return orm_bind_date(((const orm_set_date *)set)->value);
    case ORM_KIND_TIME:
        return orm_bind_time(((const orm_set_time *)set)->value);
    case ORM_KIND_TIMESTAMP:
        return orm_bind_timestamp(((const orm_set_timestamp *)set)->value);
    case ORM_KIND_TIMESTAMPTZ:
        return orm_bind_timestamptz(((const orm_set_timestamptz *)set)->value);
    case ORM_KIND_INTERVAL:
        return orm_bind_interval(((const orm_set_interval *)set)->value);
    default:
        return (orm_value){.kind = ORM_KIND_NONE};
    }
}

orm_value orm__set_get(const orm_column *column, const void *set, int *state_out)
{
    orm_set_state state = *(const orm_set_state *)set;
    *state_out = (int)state;
    if (state == ORM_UNSET)
        return (orm_value){.kind = ORM_KIND_NONE};
    if (state == ORM_IS_NULL)
        return orm_bind_null();
    if (state != ORM_IS_SET)
        return (orm_value){.kind = ORM_KIND_UINT_TOO_BIG};
    if (column->flags & ORM_COLUMN_ARRAY)
        return array_of(column, (const char *)set + offsetof(any_set_array, value));
    orm_value value = set_value(column, set);
    /* A row's enum member is 0 when it is NULL, and may be passed on. */
    if (column->type == ORM_TYPE_ENUM && (column->flags & ORM_COLUMN_NULLABLE) &&
        value.as.integer == 0)
        return orm_bind_null();
    return value;
}

static orm_value list_number(orm_list_type type, const void *items, size_t index)
{
    switch (type) {
    case ORM_LIST_I8:
        return orm_bind_int(((const signed char *)items)[index]);
    case ORM_LIST_U8:
        return orm_bind_int(((const unsigned char *)items)[index]);
    case ORM_LIST_I16:
        return orm_bind_int(((const int16_t *)items)[index]);
    case ORM_LIST_U16:
        return orm_bind_int(((const uint16_t *)items)[index]);
    case ORM_LIST_I32:
        return orm_bind_int(((const int32_t *)items)[index]);
    case ORM_LIST_U32:
        return orm_bind_int(((const uint32_t *)items)[index]);
    case ORM_LIST_I64:
        return orm_bind_int(((const int64_t *)items)[index]);
    case ORM_LIST_U64:
        return orm_bind_uint(((const uint64_t *)items)[index]);
    case ORM_LIST_FLOAT:
        return orm_bind_double((double)((const float *)items)[index]);
    default:
        return orm_bind_double(((const double *)items)[index]);
    }
}

orm_value orm__list_get(const orm_cond *cond, size_t index)
{
    const void *items = cond->as.list.items;
    if (items == NULL)
        return (orm_value){.kind = ORM_KIND_NONE};
    switch (cond->list_type) {
    case ORM_LIST_NONE:
        return (orm_value){.kind = ORM_KIND_NONE};
    case ORM_LIST_TEXT:
        return orm_bind_text(((const char *const *)items)[index]);
    case ORM_LIST_BYTES:
        return orm_bind_bytes(((const orm_bytes *)items)[index]);
    case ORM_LIST_NUMERIC:
        return orm_bind_numeric(((const orm_numeric *)items)[index]);
    case ORM_LIST_UUID:
        return orm_bind_uuid(((const orm_uuid *)items)[index]);
    case ORM_LIST_DATE:
        return orm_bind_date(((const orm_date *)items)[index]);
    case ORM_LIST_TIME:
        return orm_bind_time(((const orm_time *)items)[index]);
    case ORM_LIST_TIMESTAMP:
        return orm_bind_timestamp(((const orm_timestamp *)items)[index]);
    case ORM_LIST_TIMESTAMPTZ:
        return orm_bind_timestamptz(((const orm_timestamptz *)items)[index]);
    case ORM_LIST_INTERVAL:
        return orm_bind_interval(((const orm_interval *)items)[index]);
    default:
        return list_number(cond->list_type, items, index);
    }
}
