/* What a row callback can ask of its row. */
#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "session/raw.h"

size_t orm_row_column_count(const orm_row *row)
{
    return row->driver->column_count(row->rows);
}

static bool has_column(const orm_row *row, size_t column)
{
    return column < row->driver->column_count(row->rows);
}

const char *orm_row_column_name(const orm_row *row, size_t column)
{
    return has_column(row, column) ? row->driver->column_name(row->rows, (uint16_t)column) : NULL;
}

size_t orm_row_column(const orm_row *row, const char *name)
{
    size_t count = row->driver->column_count(row->rows);
    for (size_t i = 0; i < count && name != NULL; i++)
        if (strcmp(row->driver->column_name(row->rows, (uint16_t)i), name) == 0)
            return i;
    return SIZE_MAX;
}

bool orm_row_is_null(const orm_row *row, size_t column)
{
    return !has_column(row, column) || row->driver->is_null(row->rows, (uint16_t)column);
}

static orm_status fail_read(const orm_row *row, size_t column, orm_status status, const char *type)
{
    if (status == ORM_OK)
        return ORM_OK;
    if (column == SIZE_MAX)
        return orm__fail(row->error, status, "the result has no column of that name");
    if (!has_column(row, column))
        return orm__fail(row->error, status, "the result has %zu columns, none at %zu",
                         orm_row_column_count(row), column);
    if (status == ORM_NOMEM)
        return orm__fail(row->error, status, "out of memory");
    return orm__fail(row->error, status, "result column \"%s\" can't be read as %s%s",
                     orm_row_column_name(row, column), type,
                     status == ORM_RANGE ? ": its value does not fit" : "");
}

static orm_status note(const orm_row *row, size_t column, const orm_column *as, const void *value,
                       orm_status status)
{
    if (status == ORM_OK && row->noted->session != NULL)
        orm__raw_note(row->noted, as, value, column, orm_row_column_name(row, column),
                      orm_row_column_count(row));
    return status;
}

orm_status orm_row_int(const orm_row *row, size_t column, orm_opt_i64 *value_out)
{
    *value_out = (orm_opt_i64){0};
    orm_status status = has_column(row, column)
                            ? row->driver->raw_int(row->rows, (uint16_t)column, value_out)
                            : ORM_INVALID;
    const orm_column as = {.type = ORM_TYPE_BIGINT, .flags = ORM_COLUMN_NULLABLE};
    return fail_read(row, column, note(row, column, &as, value_out, status), "an integer");
}

orm_status orm_row_double(const orm_row *row, size_t column, orm_opt_double *value_out)
{
    *value_out = (orm_opt_double){0};
    orm_status status = has_column(row, column)
                            ? row->driver->raw_double(row->rows, (uint16_t)column, value_out)
                            : ORM_INVALID;
    return fail_read(row, column, status, "a double");
}

orm_status orm_row_text(const orm_row *row, size_t column, const char **value_out)
{
    *value_out = NULL;
    orm_status status = has_column(row, column) ? row->driver->raw_text(row->rows, (uint16_t)column,
                                                                        row->arena, value_out)
                                                : ORM_INVALID;
    const orm_column as = {.type = ORM_TYPE_TEXT, .flags = ORM_COLUMN_NULLABLE};
    return fail_read(row, column, note(row, column, &as, value_out, status), "text");
}

static const orm_shape any_row = {.name = "row"};

/* Drivers remember by its address which field fits the result, so each has one of its own. */
static orm__row_access *access_of(const orm_row *row, size_t column, orm_type type, unsigned flags)
{
    flags |= ORM_COLUMN_NULLABLE;
    for (orm__row_access *known = *row->accesses; known != NULL; known = known->next)
        if (known->field.position == column && known->column.type == type &&
            known->column.flags == flags)
            return known;
    const char *name = orm_row_column_name(row, column);
    orm__row_access *made = orm__arena_zero(row->arena, sizeof *made);
    name = orm__arena_copy(row->arena, name, strlen(name));
    if (made == NULL || name == NULL)
        return NULL;
    made->column =
        (orm_column){.field = name, .name = name, .type = (uint8_t)type, .flags = (uint16_t)flags};
    made->field =
        (orm__field){.model = &any_row, .column = &made->column, .position = (uint16_t)column};
    made->next = *row->accesses;
    *row->accesses = made;
    return made;
}

/* Reads by the rules for columns of models. */
static orm_status read_as(const orm_row *row, size_t column, orm_type type, unsigned flags,
                          void *value_out)
{
    orm_column member = {.type = (uint8_t)type, .flags = (uint16_t)(flags | ORM_COLUMN_NULLABLE)};
    memset(value_out, 0, orm__column_size(&member));
    if (!has_column(row, column))
        return fail_read(row, column, ORM_INVALID, "");
    const orm__row_access *access = access_of(row, column, type, flags);
    if (access == NULL)
        return fail_read(row, column, ORM_NOMEM, "");
    return note(row, column, &access->column, value_out,
                row->driver->read(row->rows, &access->field, 1, value_out, row->arena, row->error));
}

#define ACCESSOR(name, c_type, type, flags)                                                        \
    orm_status orm_row_##name(const orm_row *row, size_t column, c_type *value_out)                \
    {                                                                                              \
        return read_as(row, column, type, flags, value_out);                                       \
    }

ACCESSOR(bool, orm_opt_bool, ORM_TYPE_BOOLEAN, 0)
ACCESSOR(bytes, orm_bytes, ORM_TYPE_BYTEA, 0)
ACCESSOR(numeric, orm_numeric, ORM_TYPE_NUMERIC, 0)
ACCESSOR(uuid, orm_opt_uuid, ORM_TYPE_UUID, 0)
ACCESSOR(date, orm_opt_date, ORM_TYPE_DATE, 0)
ACCESSOR(time, orm_opt_time, ORM_TYPE_TIME, 0)
ACCESSOR(timestamp, orm_opt_timestamp, ORM_TYPE_TIMESTAMP, 0)
ACCESSOR(timestamptz, orm_opt_timestamptz, ORM_TYPE_TIMESTAMPTZ, 0)
ACCESSOR(interval, orm_opt_interval, ORM_TYPE_INTERVAL, 0)
ACCESSOR(json, orm_json, ORM_TYPE_JSON, 0)
ACCESSOR(array_bool, orm_array_bool, ORM_TYPE_BOOLEAN, ORM_COLUMN_ARRAY)
ACCESSOR(array_i64, orm_array_i64, ORM_TYPE_BIGINT, ORM_COLUMN_ARRAY)
ACCESSOR(array_double, orm_array_double, ORM_TYPE_DOUBLE, ORM_COLUMN_ARRAY)
ACCESSOR(array_text, orm_array_text, ORM_TYPE_TEXT, ORM_COLUMN_ARRAY)
ACCESSOR(array_bytes, orm_array_bytes, ORM_TYPE_BYTEA, ORM_COLUMN_ARRAY)
ACCESSOR(array_numeric, orm_array_numeric, ORM_TYPE_NUMERIC, ORM_COLUMN_ARRAY)
ACCESSOR(array_json, orm_array_json, ORM_TYPE_JSON, ORM_COLUMN_ARRAY)
ACCESSOR(array_uuid, orm_array_uuid, ORM_TYPE_UUID, ORM_COLUMN_ARRAY)
ACCESSOR(array_date, orm_array_date, ORM_TYPE_DATE, ORM_COLUMN_ARRAY)
ACCESSOR(array_time, orm_array_time, ORM_TYPE_TIME, ORM_COLUMN_ARRAY)
ACCESSOR(array_timestamp, orm_array_timestamp, ORM_TYPE_TIMESTAMP, ORM_COLUMN_ARRAY)
ACCESSOR(array_timestamptz, orm_array_timestamptz, ORM_TYPE_TIMESTAMPTZ, ORM_COLUMN_ARRAY)
ACCESSOR(array_interval, orm_array_interval, ORM_TYPE_INTERVAL, ORM_COLUMN_ARRAY)
