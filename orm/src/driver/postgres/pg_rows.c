#include "driver/postgres/pg_rows.h"

#include <string.h>

#include "base/fail.h"
#include "driver/postgres/pg_types.h"
#include "model/column_value.h"

orm_status orm__pg_rows_next(orm__rows *rows, bool *more_out, orm_error *error)
{
    (void)error;
    if (rows->row < rows->count)
        rows->row++;
    *more_out = rows->row < rows->count;
    return ORM_OK;
}

static orm_status fail_field(const orm__field *field, orm_status status, orm_error *error)
{
    orm__fail_at(error, field->model == NULL ? NULL : field->model->name, field->column->field);
    return status;
}

static const char *model_name(const orm__field *field)
{
    return field->model == NULL ? "?" : field->model->name;
}

orm_status orm__pg_check_fields(const PGresult *result, const orm__field *fields, size_t count,
                                orm_error *error)
{
    char model_type[64];
    char server_type[32];
    for (size_t i = 0; i < count; i++) {
        const orm__field *field = &fields[i];
        const orm_column *column = field->column;
        orm_type type = (orm_type)column->type;
        if (field->position >= PQnfields(result)) {
            (void)orm__fail(error, ORM_SCHEMA, "%s.%s: the result has only %d columns",
                            model_name(field), column->field, PQnfields(result));
            return fail_field(field, ORM_SCHEMA, error);
        }
        Oid oid = PQftype(result, field->position);
        bool fits = column->flags & ORM_COLUMN_ARRAY ? orm__pg_accepts_array(type, oid)
                                                     : orm__pg_accepts(type, oid);
        if (fits)
            continue;
        (void)orm__fail(error, ORM_SCHEMA, "%s.%s is %s in the model and %s in the database",
                        model_name(field), column->field, orm__type_text(column, model_type),
                        orm__pg_type_name(oid, server_type));
        return fail_field(field, ORM_SCHEMA, error);
    }
    return ORM_OK;
}

/* Turns what decoding found into an error with its place. The slow path. */
static orm_status fail_value(const orm__field *field, orm_status why, const char *data, int size,
                             orm_error *error)
{
    const char *model = model_name(field);
    const char *name = field->column->field;
    orm_status status = ORM_SCHEMA;
    switch (why) {
    case ORM_NOMEM:
        return orm__fail(error, ORM_NOMEM, "no memory for a row");
    case ORM_RANGE:
        status = orm__fail(error, ORM_RANGE, "%s.%s: the database's value does not fit the member",
                           model, name);
        break;
    case ORM_NOT_FOUND:
        (void)orm__fail(error, ORM_SCHEMA, "%s.%s: '%.*s' is no label of the model's enum", model,
                        name, size > 64 ? 64 : size, data);
        break;
    case ORM_UNSUPPORTED:
        (void)orm__fail(error, ORM_SCHEMA, "%s.%s: the array has several dimensions", model, name);
        break;
    case ORM_NOT_NULL:
        (void)orm__fail(error, ORM_SCHEMA,
                        "%s.%s is NULL in the database but not nullable in the model", model, name);
        break;
    default:
        (void)orm__fail(error, ORM_SCHEMA, "%s.%s: the value is not of the model's type", model,
                        name);
    }
    return fail_field(field, status, error);
}

/* Whether `fields` were compared with this result: the statement's were, when it was prepared. */
static orm_status check_once(orm__rows *rows, const orm__field *fields, size_t count,
                             orm_error *error)
{
    const orm__statement *statement = rows->statement;
    const orm__field *own = statement->fields;
    if (own != NULL && fields >= own && fields + count <= own + statement->field_count)
        return ORM_OK;
    if (fields == rows->checked && count <= rows->checked_count)
        return ORM_OK;
    orm_status status = orm__pg_check_fields(rows->result, fields, count, error);
    if (status != ORM_OK)
        return status;
    rows->checked = fields;
    rows->checked_count = count;
    return ORM_OK;
}

static orm_status read_null(const orm_column *column, void *member)
{
    if (!(column->flags & ORM_COLUMN_NULLABLE))
        return ORM_NOT_NULL;
    memset(member, 0, orm__column_size(column));
    return ORM_OK;
}

/*
 * Decodes what most columns are: a value of its type's own size in a member that is not nullable.
 * False: it is something else, and nothing was done.
 */
static inline bool read_plain(unsigned type, const char *value, int size, void *member,
                              orm__arena *arena)
{
    const unsigned char *data = (const unsigned char *)value;
    switch (type) {
    case ORM_TYPE_BIGINT:
        if (size != 8)
            return false;
        *(int64_t *)member = (int64_t)orm__pg_read64(data);
        return true;
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
        /* An empty text is left to the careful path, which tells it from NULL. */
        if (size == 0)
            return false;
        *(const char **)member = orm__arena_copy(arena, data, (size_t)size);
        return *(const char **)member != NULL;
    case ORM_TYPE_INTEGER:
        if (size != 4)
            return false;
        *(int32_t *)member = (int32_t)orm__pg_read32(data);
        return true;
    case ORM_TYPE_BOOLEAN:
        if (size != 1)
            return false;
        *(bool *)member = data[0] != 0;
        return true;
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ: {
        if (size != 8)
            return false;
        int64_t micros = (int64_t)orm__pg_read64(data);
        /* Infinities and what 64 bits can't hold from 1970 on are left to the careful path. */
        *(int64_t *)member = (int64_t)((uint64_t)micros + (uint64_t)ORM__PG_EPOCH_MICROS);
        return micros > INT64_MIN && micros < INT64_MAX - 1 - ORM__PG_EPOCH_MICROS;
    }
    default:
        return false;
    }
}

static orm_status read_careful(const orm__rows *rows, const orm__field *field, const char *data,
                               int size, void *member, orm__arena *arena)
{
    const orm_column *column = field->column;
    if (size == 0 && PQgetisnull(rows->result, rows->row, field->position))
        return read_null(column, member);
    if (column->flags & ORM_COLUMN_ARRAY)
        return orm__pg_decode_array(column, (const unsigned char *)data, (size_t)size, member,
                                    arena);
    return orm__pg_decode(column, (column->flags & ORM_COLUMN_NULLABLE) != 0,
                          (const unsigned char *)data, (size_t)size, member, arena);
}

orm_status orm__pg_rows_read(orm__rows *rows, const orm__field *fields, size_t count, void *object,
                             orm__arena *arena, orm_error *error)
{
    orm_status status = check_once(rows, fields, count, error);
    if (status != ORM_OK)
        return status;
    const PGresult *result = rows->result;
    int row = rows->row;
    int64_t bytes = 0;
    for (const orm__field *field = fields, *end = fields + count; field < end; field++) {
        void *member = (char *)object + field->offset;
        const char *data = PQgetvalue(result, row, field->position);
        int size = PQgetlength(result, row, field->position);
        bytes += size;
        if (read_plain(field->plain, data, size, member, arena))
            continue;
        status = read_careful(rows, field, data, size, member, arena);
        if (status != ORM_OK)
            return fail_value(field, status, data, size, error);
    }
    rows->bytes += bytes;
    return ORM_OK;
}

orm_status orm__pg_rows_read_int(orm__rows *rows, uint16_t position, int64_t *value_out,
                                 orm_error *error)
{
    if (position >= PQnfields(rows->result))
        return orm__fail(error, ORM_SCHEMA, "the result has no column %d", position + 1);
    const char *data = PQgetvalue(rows->result, rows->row, position);
    size_t size = (size_t)PQgetlength(rows->result, rows->row, position);
    rows->bytes += (int64_t)size;
    if (size == 1 && PQftype(rows->result, position) == ORM__PG_BOOL) {
        *value_out = data[0] != 0;
        return ORM_OK;
    }
    if (orm__pg_integer((const unsigned char *)data, size, value_out))
        return ORM_OK;
    return orm__fail(error, ORM_SCHEMA, "column %d of the result is no integer", position + 1);
}

bool orm__pg_rows_is_null(orm__rows *rows, uint16_t position)
{
    return position >= PQnfields(rows->result) ||
           PQgetisnull(rows->result, rows->row, position) != 0;
}
