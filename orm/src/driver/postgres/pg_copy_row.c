#include "driver/postgres/pg_copy.h"

#include <string.h>

#include "base/fail.h"
#include "driver/postgres/pg_params.h"
#include "driver/postgres/pg_types.h"
#include "model/array.h"
#include "model/numeric.h"

/* A value being written, and where to. */
typedef struct writer {
    const orm__pg_encoder *encoder;
    const orm__pg_copied *column;
    orm__buffer *buffer;
} writer;

static void put32(orm__buffer *buffer, uint32_t number)
{
    char *data = orm__buffer_extend(buffer, 4);
    if (data != NULL)
        orm__pg_write32((unsigned char *)data, number);
}

static void put16(orm__buffer *buffer, uint16_t number)
{
    char *data = orm__buffer_extend(buffer, 2);
    if (data != NULL)
        orm__pg_write16((unsigned char *)data, number);
}

static orm_status too_large(const writer *to)
{
    return orm__pg_encode_fail(to->encoder, ORM_RANGE, "the row is larger than PostgreSQL takes");
}

static orm_status outcome(const writer *to)
{
    return to->buffer->failed ? orm__fail(to->encoder->error, ORM_NOMEM, "no memory for the rows")
                              : ORM_OK;
}

/* The size of a value and, after its first byte where there is one, the value. */
static orm_status put_bytes(const writer *to, int lead, const void *data, size_t size)
{
    size_t total = size + (lead >= 0 ? 1 : 0);
    if (size > ORM__PG_MESSAGE_MAX || to->buffer->size > ORM__PG_MESSAGE_MAX - size)
        return too_large(to);
    put32(to->buffer, (uint32_t)total);
    if (lead >= 0)
        orm__buffer_char(to->buffer, (char)lead);
    orm__buffer_append(to->buffer, data, size);
    return outcome(to);
}

static orm_status put_text(const writer *to, const orm_value *value)
{
    const orm__pg_encoder *encoder = to->encoder;
    const unsigned char *number = NULL;
    const char *text = NULL;
    size_t size = 0;
    orm_status status =
        orm__pg_text_of(encoder, (orm_type)encoder->param->type, value, &text, &size);
    if (status != ORM_OK)
        return status;
    if (to->column->wire != ORM__PG_WIRE_NUMERIC)
        return put_bytes(to, to->column->wire == ORM__PG_WIRE_JSONB ? 1 : -1, text, size);
    status = orm__numeric_to_pg(text, size, encoder->arena, &number, &size);
    if (status == ORM_NOMEM)
        return orm__fail(encoder->error, ORM_NOMEM, "no memory for the rows");
    if (status != ORM_OK)
        return orm__pg_encode_fail(encoder, status, "the number can't be sent");
    return put_bytes(to, -1, number, size);
}

static orm_status put_fixed(const writer *to, const orm_value *value)
{
    orm_type type = to->column->type;
    size_t size = orm__pg_binary_size(type, value);
    if (size == SIZE_MAX)
        return orm__pg_encode_fail(to->encoder, ORM_INVALID, "the value is of another kind");
    if (type == ORM_TYPE_BYTEA)
        return put_bytes(to, -1, size == 0 ? "" : value->as.span.data, size);
    put32(to->buffer, (uint32_t)size);
    char *data = orm__buffer_extend(to->buffer, size);
    if (data == NULL)
        return outcome(to);
    return orm__pg_encode_binary(to->encoder, type, value, (unsigned char *)data);
}

static orm_status put_scalar(const writer *to, const orm_value *value)
{
    if (value->kind == ORM_KIND_NULL) {
        put32(to->buffer, UINT32_MAX);
        return outcome(to);
    }
    return to->column->wire == ORM__PG_WIRE_FIXED ? put_fixed(to, value) : put_text(to, value);
}

static bool has_null(orm_type type, const orm_value *value)
{
    for (size_t i = 0; i < value->as.span.size; i++)
        if (orm__array_item(type, value->as.span.data, i).kind == ORM_KIND_NULL)
            return true;
    return false;
}

static orm_status put_array(const writer *to, const orm_value *value)
{
    orm_type type = (orm_type)to->encoder->param->type;
    orm__buffer *buffer = to->buffer;
    size_t start = buffer->size;
    size_t count = value->as.span.size;
    orm_status status = ORM_OK;
    if (value->kind != ORM_KIND_ARRAY)
        return orm__pg_encode_fail(to->encoder, ORM_INVALID, "the value is no array");
    if (count > INT32_MAX / 8)
        return too_large(to);
    put32(buffer, 0); /* its size, known at the end */
    put32(buffer, count == 0 ? 0 : 1);
    put32(buffer, has_null(type, value) ? 1 : 0);
    put32(buffer, to->column->element);
    if (count > 0) {
        put32(buffer, (uint32_t)count);
        put32(buffer, 1);
    }
    for (size_t i = 0; i < count && status == ORM_OK; i++) {
        orm_value item = orm__array_item(type, value->as.span.data, i);
        status = put_scalar(to, &item);
    }
    if (status == ORM_OK)
        status = outcome(to);
    if (status == ORM_OK)
        orm__pg_write32((unsigned char *)buffer->data + start,
                        (uint32_t)(buffer->size - start - 4));
    return status;
}

static orm_status put_value(const writer *to, const orm_value *value)
{
    if (value->kind == ORM_KIND_NONE)
        return orm__pg_encode_fail(to->encoder, ORM_INVALID, "no value was given");
    if (value->kind == ORM_KIND_UINT_TOO_BIG)
        return orm__pg_encode_fail(to->encoder, ORM_RANGE,
                                   "the number does not fit 64 bits signed");
    if (to->column->element != 0 && value->kind != ORM_KIND_NULL)
        return put_array(to, value);
    return put_scalar(to, value);
}

orm_status orm__pg_copy_row(const orm__statement *statement, const orm__pg_copied *columns,
                            const orm_value *values, orm__arena *arena, orm__buffer *buffer,
                            orm_error *error)
{
    orm_status status = ORM_OK;
    orm__arena_mark mark = orm__arena_get_mark(arena);
    put16(buffer, statement->param_count);
    for (uint16_t i = 0; i < statement->param_count && status == ORM_OK; i++) {
        orm__pg_encoder encoder = {&statement->params[i], arena, error};
        writer to = {&encoder, &columns[i], buffer};
        status = put_value(&to, &values[i]);
    }
    orm__arena_release(arena, mark);
    return status;
}

void orm__pg_copy_header(orm__buffer *buffer)
{
    static const char signature[11] = "PGCOPY\n\377\r\n"; /* and a NUL */
    orm__buffer_append(buffer, signature, sizeof signature);
    put32(buffer, 0); /* no flags */
    put32(buffer, 0); /* no extension */
}

void orm__pg_copy_trailer(orm__buffer *buffer)
{
    put16(buffer, UINT16_MAX);
}
