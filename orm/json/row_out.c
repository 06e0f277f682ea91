/* Rows as JSON. */
#include "writer.h"

#include <string.h>

#include <orm/gen.h>

#include "shape.h"

/* A row being written, and those around it. */
struct around {
    const struct around *outer;
    const void *row;
    const orm_json_schema *schema;
    uint16_t back; /* the relation that leads back, or ORM_NO_RELATION */
};

static void put_moment(orm_json_writer *writer, char *text, size_t size, bool zoned)
{
    char *blank = memchr(text, ' ', size);
    if (blank != NULL)
        *blank = 'T';
    static const char utc[] = "+00:00";
    size_t end = sizeof utc - 1;
    if (zoned && size > end && memcmp(text + size - end, utc, end) == 0) {
        size -= end;
        text[size++] = 'Z';
    }
    orm__json_put_plain(writer, text, size);
}

/* A moment B.C. has its mark behind the zone, as PostgreSQL writes it, and is left as it is. */
static void put_time(orm_json_writer *writer, uint8_t type, const void *at)
{
    char text[ORM_TEMPORAL_TEXT_SIZE];
    size_t size = 0;
    switch (type) {
    case ORM_TYPE_DATE:
        size = orm_date_format(*(const orm_date *)at, text);
        break;
    case ORM_TYPE_TIME:
        size = orm_time_format(*(const orm_time *)at, text);
        break;
    case ORM_TYPE_INTERVAL:
        size = orm_interval_format(*(const orm_interval *)at, text);
        break;
    case ORM_TYPE_TIMESTAMP:
        size = orm_timestamp_format(*(const orm_timestamp *)at, text);
        put_moment(writer, text, size, false);
        return;
    default:
        size = orm_timestamptz_format(*(const orm_timestamptz *)at, text);
        put_moment(writer, text, size, true);
        return;
    }
    orm__json_put_plain(writer, text, size);
}

static void put_uuid(orm_json_writer *writer, const void *at)
{
    char text[ORM_UUID_TEXT_SIZE];
    size_t size = orm_uuid_format(*(const orm_uuid *)at, text);
    orm__json_put_plain(writer, text, size);
}

static void put_label(orm_json_writer *writer, const orm_enum_labels *labels, int value)
{
    bool known = value > 0 && (size_t)value <= labels->count;
    orm_json_put_text(writer, known ? labels->labels[value - 1] : NULL);
}

/* A value in its bare form; NULL pointers and an enum's 0 are null. */
static void put_value(orm_json_writer *writer, const orm_column *column, const void *at)
{
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        orm_json_put_bool(writer, *(const bool *)at);
        return;
    case ORM_TYPE_SMALLINT:
        orm_json_put_int(writer, *(const int16_t *)at);
        return;
    case ORM_TYPE_INTEGER:
        orm_json_put_int(writer, *(const int32_t *)at);
        return;
    case ORM_TYPE_BIGINT:
        orm_json_put_int(writer, *(const int64_t *)at);
        return;
    case ORM_TYPE_REAL:
        orm__json_put_real(writer, (double)*(const float *)at, true);
        return;
    case ORM_TYPE_DOUBLE:
        orm__json_put_real(writer, *(const double *)at, false);
        return;
    case ORM_TYPE_UUID:
        put_uuid(writer, at);
        return;
    case ORM_TYPE_BYTEA:
        if (((const orm_bytes *)at)->data == NULL)
            orm_json_put_null(writer);
        else
            orm__json_put_bytes(writer, *(const orm_bytes *)at);
        return;
    case ORM_TYPE_ENUM:
        put_label(writer, column->labels, *(const int *)at);
        return;
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        orm_json_put_json(writer, *(const orm_json *)at);
        return;
    case ORM_TYPE_DATE:
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
    case ORM_TYPE_INTERVAL:
        put_time(writer, column->type, at);
        return;
    default: /* texts and numeric: a pointer */
        orm_json_put_text(writer, *(const char *const *)at);
        return;
    }
}

static void put_optional(orm_json_writer *writer, const orm_column *column, const void *at)
{
    size_t size = orm__json_scalar_size(column->type);
    if (size > 0 && !*((const bool *)at + size))
        orm_json_put_null(writer);
    else
        put_value(writer, column, at);
}

static void put_array(orm_json_writer *writer, const orm_column *column, const void *member)
{
    const orm_array_i64 *array = member; /* all of them look alike */
    if (!array->has) {
        orm_json_put_null(writer);
        return;
    }
    size_t size = orm__json_item_size(column->type);
    orm_json_begin_array(writer);
    for (size_t i = 0; i < array->count; i++)
        put_optional(writer, column, (const char *)(const void *)array->items + i * size);
    orm_json_end_array(writer);
}

void orm__json_put_member(orm_json_writer *writer, const orm_column *column, const void *member)
{
    if (column->flags & ORM_COLUMN_ARRAY)
        put_array(writer, column, member);
    else if (column->flags & ORM_COLUMN_NULLABLE)
        put_optional(writer, column, member);
    else
        put_value(writer, column, member);
}

static const orm_object *object_of(const orm_model *model, const void *row)
{
    return *(orm_object *const *)(const void *)((const char *)row + model->object_offset);
}

static void put_columns(orm_json_writer *writer, const struct around *here)
{
    const orm_model *model = here->schema->model;
    for (uint16_t i = 0; i < model->column_count; i++) {
        const orm_column *column = &model->columns[i];
        const orm_json_column *json = &here->schema->columns[i];
        union {
            orm_array_i64 array;
            orm_opt_interval interval;
            orm_opt_uuid uuid;
        } deferred;
        const void *member = (const char *)here->row + column->offset;
        if (json->access == ORM_JSON_WRITE_ONLY || json->access == ORM_JSON_HIDDEN)
            continue;
        if (column->flags & ORM_COLUMN_DEFERRED) {
            if (orm_gen_column(model, i, object_of(model, here->row), &deferred) != ORM_OK)
                continue;
            member = &deferred;
        }
        orm_json_put_key(writer, json->name);
        orm__json_put_member(writer, column, member);
    }
}

static bool is_around(const struct around *here, const void *row)
{
    for (; here != NULL; here = here->outer)
        if (here->row == row)
            return true;
    return false;
}

static void put_row(orm_json_writer *writer, const struct around *here);

static void put_related(orm_json_writer *writer, const struct around *here,
                        const orm_relation *relation, const orm_json_schema *target,
                        const void *row)
{
    struct around inner = {here, row, target, relation->inverse};
    if (row == NULL)
        orm_json_put_null(writer);
    else
        put_row(writer, &inner);
}

static void put_to_many(orm_json_writer *writer, const struct around *here, uint16_t index)
{
    const orm_model *model = here->schema->model;
    const orm_relation *relation = &model->relations[index];
    orm_list list;
    if (orm_gen_to_many(model, index, object_of(model, here->row), &list) != ORM_OK)
        return;
    orm_json_put_key(writer, here->schema->relations[index].name);
    orm_json_begin_array(writer);
    for (size_t i = 0; i < list.count && orm__json_writer_status(writer) == ORM_OK; i++)
        if (!is_around(here, list.items[i]))
            put_related(writer, here, relation, here->schema->relations[index].target,
                        list.items[i]);
    orm_json_end_array(writer);
}

static void put_to_one(orm_json_writer *writer, const struct around *here, uint16_t index)
{
    const orm_model *model = here->schema->model;
    const orm_relation *relation = &model->relations[index];
    void *row = NULL;
    if (orm_gen_to_one(model, index, object_of(model, here->row), (void *)&row) != ORM_OK ||
        (row != NULL && is_around(here, row)))
        return;
    orm_json_put_key(writer, here->schema->relations[index].name);
    put_related(writer, here, relation, here->schema->relations[index].target, row);
}

static void put_row(orm_json_writer *writer, const struct around *here)
{
    const orm_model *model = here->schema->model;
    orm_json_begin_object(writer);
    put_columns(writer, here);
    for (uint16_t i = 0; i < model->relation_count; i++) {
        uint8_t kind = model->relations[i].kind;
        if (i == here->back || here->schema->relations[i].target == NULL ||
            orm__json_writer_status(writer) != ORM_OK)
            continue;
        if (kind == ORM_HAS_MANY || kind == ORM_MANY_TO_MANY)
            put_to_many(writer, here, i);
        else
            put_to_one(writer, here, i);
    }
    orm_json_end_object(writer);
}

void orm_json_put_row(orm_json_writer *writer, const orm_json_schema *schema, const void *row)
{
    struct around here = {NULL, row, schema, ORM_NO_RELATION};
    if (row == NULL)
        orm_json_put_null(writer);
    else
        put_row(writer, &here);
}

void orm_json_put_rows(orm_json_writer *writer, const orm_json_schema *schema, const void *list)
{
    const orm_list *rows = list;
    orm_json_begin_array(writer);
    for (size_t i = 0; i < rows->count && orm__json_writer_status(writer) == ORM_OK; i++)
        orm_json_put_row(writer, schema, rows->items[i]);
    orm_json_end_array(writer);
}

void orm_json_put_page(orm_json_writer *writer, const orm_json_schema *schema, const void *page)
{
    const orm_page *rows = page;
    orm_json_begin_object(writer);
    orm_json_put_key(writer, "items");
    orm_json_put_rows(writer, schema, page);
    orm_json_put_key(writer, "next");
    orm_json_put_text(writer, rows->next);
    orm_json_put_key(writer, "previous");
    orm_json_put_text(writer, rows->previous);
    orm_json_end_object(writer);
}
