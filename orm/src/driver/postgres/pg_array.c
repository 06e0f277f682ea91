/*
 * Arrays on their way to the server: binary where the element type is, else PostgreSQL's array
 * literal.
 */
#include <string.h>

#include "driver/postgres/pg_params.h"
#include "driver/postgres/pg_types.h"
#include "model/array.h"

enum { HEADER_SIZE = 20 }; /* dimensions, NULL flag, element type; size and lower bound */

/* Element `index` of an array (items of its C type) or a list (values). */
static orm_value element_at(const orm__pg_encoder *encoder, const orm_value *value, size_t index)
{
    if (encoder->param->list) return ((const orm_value *)value->as.span.data)[index];
    return orm__array_item((orm_type)encoder->param->type, value->as.span.data, index);
}

static bool is_null(const orm_value *element)
{
    return element->kind == ORM_KIND_NULL;
}

static orm_status too_large(const orm__pg_encoder *encoder)
{
    return orm__pg_encode_fail(encoder, ORM_RANGE, "the array is larger than PostgreSQL takes");
}

static orm_status measure_binary(const orm__pg_encoder *encoder, const orm_value *value,
                                 size_t *size_out, bool *nulls_out)
{
    size_t total = HEADER_SIZE;
    *nulls_out = false;
    for (size_t i = 0; i < value->as.span.size; i++) {
        orm_value element = element_at(encoder, value, i);
        size_t size = 0;
        if (is_null(&element)) *nulls_out = true;
        else size = orm__pg_binary_size((orm_type)encoder->param->type, &element);
        if (size == SIZE_MAX)
            return orm__pg_encode_fail(encoder, ORM_INVALID, "an element is of another kind");
        if (size > ORM__PG_MESSAGE_MAX || total > ORM__PG_MESSAGE_MAX - size - 4)
            return too_large(encoder);
        total += size + 4;
    }
    *size_out = total;
    return ORM_OK;
}

static orm_status write_elements(const orm__pg_encoder *encoder, const orm_value *value,
                                 unsigned char *at)
{
    orm_type type = (orm_type)encoder->param->type;
    for (size_t i = 0; i < value->as.span.size; i++) {
        orm_value element = element_at(encoder, value, i);
        size_t size = is_null(&element) ? 0 : orm__pg_binary_size(type, &element);
        orm__pg_write32(at, is_null(&element) ? UINT32_MAX : (uint32_t)size);
        at += 4;
        if (is_null(&element)) continue;
        orm_status status = orm__pg_encode_binary(encoder, type, &element, at);
        if (status != ORM_OK) return status;
        at += size;
    }
    return ORM_OK;
}

static orm_status encode_binary(const orm__pg_encoder *encoder, const orm_value *value,
                                orm__pg_value *value_out)
{
    size_t size = 0;
    bool nulls = false;
    orm_status status = measure_binary(encoder, value, &size, &nulls);
    if (status != ORM_OK) return status;
    bool empty = value->as.span.size == 0;
    if (empty) size = 12; /* no dimension */
    unsigned char *data = orm__arena_alloc(encoder->arena, size);
    if (data == NULL) return ORM_NOMEM;
    orm__pg_write32(data, empty ? 0 : 1);
    orm__pg_write32(data + 4, nulls ? 1 : 0);
    orm__pg_write32(data + 8, orm__pg_send_type((orm_type)encoder->param->type));
    value_out->oid = orm__pg_send_array_type((orm_type)encoder->param->type);
    value_out->data = (const char *)data;
    value_out->size = size;
    value_out->format = 1;
    if (empty) return ORM_OK;
    orm__pg_write32(data + 12, (uint32_t)value->as.span.size);
    orm__pg_write32(data + 16, 1);
    return write_elements(encoder, value, data + HEADER_SIZE);
}

/* Braces, and for each element quotes, a comma and twice its size in case each byte is escaped. */
static orm_status measure_literal(const orm__pg_encoder *encoder, const orm_value *value,
                                  size_t *size_out)
{
    size_t total = 3;
    for (size_t i = 0; i < value->as.span.size; i++) {
        orm_value element = element_at(encoder, value, i);
        const char *text = NULL;
        size_t size = 2; /* NULL without its quotes */
        if (!is_null(&element)) {
            orm_status status = orm__pg_text_of(encoder, (orm_type)encoder->param->type, &element,
                                                &text, &size);
            if (status != ORM_OK) return status;
        }
        if (size > ORM__PG_MESSAGE_MAX / 2 || total > ORM__PG_MESSAGE_MAX - 2 * size - 3)
            return too_large(encoder);
        total += 2 * size + 3;
    }
    *size_out = total;
    return ORM_OK;
}

static char *write_quoted(char *at, const char *text, size_t size)
{
    *at++ = '"';
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"' || text[i] == '\\') *at++ = '\\';
        *at++ = text[i];
    }
    *at++ = '"';
    return at;
}

static orm_status encode_literal(const orm__pg_encoder *encoder, const orm_value *value,
                                 orm__pg_value *value_out)
{
    size_t size = 0;
    orm_status status = measure_literal(encoder, value, &size);
    if (status != ORM_OK) return status;
    char *data = orm__arena_alloc(encoder->arena, size);
    if (data == NULL) return ORM_NOMEM;
    char *at = data;
    *at++ = '{';
    for (size_t i = 0; i < value->as.span.size; i++) {
        orm_value element = element_at(encoder, value, i);
        const char *text = "NULL";
        size_t length = 4;
        if (i > 0) *at++ = ',';
        if (is_null(&element)) {
            memcpy(at, text, length);
            at += length;
            continue;
        }
        status = orm__pg_text_of(encoder, (orm_type)encoder->param->type, &element, &text, &length);
        if (status != ORM_OK) return status;
        at = write_quoted(at, text, length);
    }
    *at++ = '}';
    *at = '\0';
    value_out->oid = 0;
    value_out->data = data;
    value_out->size = (size_t)(at - data);
    value_out->format = 0;
    return ORM_OK;
}

orm_status orm__pg_encode_array(const orm__pg_encoder *encoder, const orm_value *value,
                                orm__pg_value *value_out)
{
    if (value->kind != ORM_KIND_ARRAY)
        return orm__pg_encode_fail(encoder, ORM_INVALID, "the value is no array");
    if (value->as.span.size > INT32_MAX / 8) return too_large(encoder);
    if (orm__pg_send_type((orm_type)encoder->param->type) != 0)
        return encode_binary(encoder, value, value_out);
    return encode_literal(encoder, value, value_out);
}
