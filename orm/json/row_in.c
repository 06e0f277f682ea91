/* Objects as values to insert and to change. */
#include "input.h"

#include <string.h>

#include <orm/set.h>

#include "shape.h"

void orm__json_set(const orm_column *column, const struct scalar *scalar, void *set)
{
    *(orm_set_state *)set = scalar->is_null ? ORM_IS_NULL : ORM_IS_SET;
    if (scalar->is_null)
        return;
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
    case ORM_TYPE_ENUM:
        ((orm_set_int *)set)->value = scalar->as.integer;
        return;
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        ((orm_set_double *)set)->value = scalar->as.real;
        return;
    case ORM_TYPE_BYTEA:
        ((orm_set_bytes *)set)->value = scalar->as.bytes;
        return;
    case ORM_TYPE_UUID:
        ((orm_set_uuid *)set)->value = scalar->as.uuid;
        return;
    case ORM_TYPE_DATE:
        ((orm_set_date *)set)->value = scalar->as.date;
        return;
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        ((orm_set_timestamp *)set)->value.micros = scalar->as.integer;
        return;
    case ORM_TYPE_INTERVAL:
        ((orm_set_interval *)set)->value = scalar->as.interval;
        return;
    default:
        ((orm_set_text *)set)->value = scalar->as.text;
        return;
    }
}

void orm__json_put_item(const orm_column *column, const struct scalar *scalar, void *item)
{
    size_t size = orm__json_scalar_size(column->type);
    if (scalar->is_null)
        return; /* zeroed memory is NULL */
    if (size > 0)
        *((bool *)item + size) = true;
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        *(bool *)item = scalar->as.integer != 0;
        return;
    case ORM_TYPE_SMALLINT:
        *(int16_t *)item = (int16_t)scalar->as.integer;
        return;
    case ORM_TYPE_INTEGER:
        *(int32_t *)item = (int32_t)scalar->as.integer;
        return;
    case ORM_TYPE_ENUM:
        *(int *)item = (int)scalar->as.integer;
        return;
    case ORM_TYPE_REAL:
        *(float *)item = (float)scalar->as.real;
        return;
    case ORM_TYPE_BYTEA:
        *(orm_bytes *)item = scalar->as.bytes;
        return;
    default: /* all others are in their own form already */
        memcpy(item, &scalar->as, size > 0 ? size : sizeof scalar->as.text);
        return;
    }
}

/* One object being read. */
struct object {
    struct document *document;
    const orm_json_input *input;
    const struct where *where;
    const orm_json_schema *schema;
    json_t *value;
    char *values; /* <model>_new or <model>_changes */
    bool is_change;
};

/* ORM_INVALID lets the rest be looked at. */
static bool goes_on(orm_status status)
{
    return status == ORM_OK || status == ORM_INVALID;
}

static uint32_t offset_of(const struct object *object, const orm_column *column)
{
    return object->is_change ? column->changes_offset : column->new_offset;
}

/* What the database or the library fills in, or may not change. */
static bool is_settable(const struct object *object, uint16_t index)
{
    enum {
        FILLED_IN = ORM_COLUMN_IDENTITY | ORM_COLUMN_COMPUTED | ORM_COLUMN_VERSION |
                    ORM_COLUMN_CREATED | ORM_COLUMN_UPDATED
    };
    const orm_column *column = &object->schema->model->columns[index];
    const orm_json_column *json = &object->schema->columns[index];
    if (json->access == ORM_JSON_READ_ONLY || json->access == ORM_JSON_HIDDEN)
        return false;
    return (column->flags & FILLED_IN) == 0 && offset_of(object, column) != ORM_NO_OFFSET &&
           !orm__json_is_named(object->input->provided, json->name);
}

static orm_status read_item(struct object *object, const struct where *where,
                            const orm_column *column, const orm_json_column *json, json_t *value,
                            void *item)
{
    struct scalar scalar = {.is_null = true};
    orm_status status = ORM_OK;
    if (!json_is_null(value)) {
        status = orm__json_read(object->document, where, column, json, value, &scalar);
        scalar.is_null = false;
    }
    if (status == ORM_OK)
        orm__json_put_item(column, &scalar, item);
    return status;
}

static orm_status read_array(struct object *object, const struct where *where,
                             const orm_column *column, const orm_json_column *json, json_t *value)
{
    orm_set_array_i64 *set =
        (orm_set_array_i64 *)(void *)(object->values + offset_of(object, column));
    if (!json_is_array(value))
        return orm__json_fault(object->document, where, "type", "must be an array");
    size_t count = json_array_size(value), size = orm__json_item_size(column->type);
    char *items = orm__json_alloc(&object->document->memory, count * size);
    orm_status result = ORM_OK;
    if (items == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < count; i++) {
        struct where element = {.outer = where, .index = i};
        orm_status status =
            read_item(object, &element, column, json, json_array_get(value, i), items + i * size);
        if (!goes_on(status))
            return status;
        result = status == ORM_OK ? result : status;
    }
    set->state = ORM_IS_SET;
    set->value = (orm_array_i64){.items = (const void *)items, .count = count, .has = true};
    return result;
}

static bool is_document(const orm_column *column)
{
    return (column->type == ORM_TYPE_JSON || column->type == ORM_TYPE_JSONB) &&
           !(column->flags & ORM_COLUMN_ARRAY);
}

static orm_status read_member(struct object *object, const struct where *where, uint16_t index,
                              json_t *value)
{
    const orm_column *column = &object->schema->model->columns[index];
    const orm_json_column *json = &object->schema->columns[index];
    bool nullable = column->flags & ORM_COLUMN_NULLABLE;
    struct scalar scalar = {.is_null = true};
    if (!is_settable(object, index))
        return orm__json_fault(object->document, where, "read_only", "can't be given");
    void *set = object->values + offset_of(object, column);
    if (json_is_null(value) && (nullable || !is_document(column))) {
        if (!nullable)
            return orm__json_fault(object->document, where, "null", "must not be null");
        *(orm_set_state *)set = ORM_IS_NULL;
        return ORM_OK;
    }
    if (column->flags & ORM_COLUMN_ARRAY)
        return read_array(object, where, column, json, value);
    orm_status status = orm__json_read(object->document, where, column, json, value, &scalar);
    scalar.is_null = false;
    if (status == ORM_OK)
        orm__json_set(column, &scalar, set);
    return status;
}

static orm_status refuse_unknown(struct object *object, const struct where *where)
{
    const orm_model *model = object->schema->model;
    for (uint16_t i = 0; i < model->relation_count; i++)
        if (strcmp(object->schema->relations[i].name, where->name) == 0)
            return orm__json_fault(object->document, where, "unknown",
                                   "is a relation of %s, which can't be given here", model->name);
    return orm__json_fault(object->document, where, "unknown", "is no field of %s", model->name);
}

static orm_status read_named(struct object *object, const char *name, json_t *value)
{
    const orm_json_schema *schema = object->schema;
    struct where where = {.outer = object->where, .name = name};
    if (orm__json_is_named(object->input->taken, name))
        return ORM_OK;
    for (uint16_t i = 0; i < schema->model->column_count; i++)
        if (schema->columns[i].access != ORM_JSON_HIDDEN &&
            strcmp(schema->columns[i].name, name) == 0)
            return read_member(object, &where, i, value);
    return refuse_unknown(object, &where);
}

/* Columns that an insert can't do without. */
static orm_status check_missing(struct object *object)
{
    const orm_json_schema *schema = object->schema;
    orm_status result = ORM_OK;
    for (uint16_t i = 0; i < schema->model->column_count; i++) {
        const orm_column *column = &schema->model->columns[i];
        struct where where = {.outer = object->where, .name = schema->columns[i].name};
        if ((column->flags & (ORM_COLUMN_NULLABLE | ORM_COLUMN_DEFAULT)) != 0 ||
            !is_settable(object, i) || json_object_get(object->value, where.name) != NULL)
            continue;
        result = orm__json_fault(object->document, &where, "missing", "must be given");
        if (!goes_on(result))
            return result;
    }
    return result;
}

static orm_status read_object(struct object *object)
{
    const char *name = NULL;
    json_t *value = NULL;
    orm_status result = ORM_OK;
    if (!json_is_object(object->value))
        return orm__json_fault(object->document, object->where, "type", "must be an object");
    json_object_foreach(object->value, name, value)
    {
        orm_status status = read_named(object, name, value);
        if (!goes_on(status))
            return status;
        result = status == ORM_OK ? result : status;
    }
    orm_status missing = object->is_change ? ORM_OK : check_missing(object);
    return missing == ORM_OK ? result : missing;
}

static orm_status take(orm_json_input *input, const orm_json_schema *schema, bool is_change,
                       void *values)
{
    struct object object = {input->document, input,  input->where, schema,
                            input->value,    values, is_change};
    size_t size = is_change ? schema->model->changes_size : schema->model->new_size;
    memset(values, 0, size);
    orm_status status = read_object(&object);
    if (status != ORM_OK)
        memset(values, 0, size);
    return status;
}

orm_status orm_json_take_new(orm_json_input *input, const orm_json_schema *schema, void *values_out)
{
    return take(input, schema, false, values_out);
}

orm_status orm_json_take_changes(orm_json_input *input, const orm_json_schema *schema,
                                 void *changes_out)
{
    return take(input, schema, true, changes_out);
}

orm_status orm_json_take_new_list(orm_json_input *input, const orm_json_schema *schema,
                                  void *values_out, size_t *count_out)
{
    size_t size = schema->model->new_size, count = json_array_size(input->value);
    orm_status result = ORM_OK;
    *(void **)values_out = NULL;
    *count_out = 0;
    if (!json_is_array(input->value))
        return orm__json_fault(input->document, input->where, "type", "must be an array");
    char *values = orm__json_alloc(&input->document->memory, count * size);
    if (values == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < count; i++) {
        struct where where = {.outer = input->where, .index = i};
        struct object object = {
            input->document,   input, &where, schema, json_array_get(input->value, i),
            values + i * size, false};
        orm_status status = read_object(&object);
        if (!goes_on(status))
            return status;
        result = status == ORM_OK ? result : status;
    }
    if (result != ORM_OK)
        return result;
    *(void **)values_out = values;
    *count_out = count;
    return ORM_OK;
}
