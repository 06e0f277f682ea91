#include "driver/postgres/pg_params.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "driver/postgres/pg_types.h"

orm_status orm__pg_encode_fail(const orm__pg_encoder *encoder, orm_status status, const char *why)
{
    const orm_model *model = encoder->param->model;
    const orm_column *column = encoder->param->column;
    if (column != NULL)
        (void)orm__fail(encoder->error, status, "%s.%s: %s", model == NULL ? "?" : model->name,
                        column->field, why);
    else (void)orm__fail(encoder->error, status, "a parameter: %s", why);
    orm__fail_at(encoder->error, model == NULL ? NULL : model->name,
                 column == NULL ? NULL : column->field);
    return status;
}

static bool is_number(const orm_value *value)
{
    return value->kind == ORM_KIND_DOUBLE || value->kind == ORM_KIND_INT;
}

size_t orm__pg_binary_size(orm_type type, const orm_value *value)
{
    bool integer = value->kind == ORM_KIND_INT;
    switch (type) {
    case ORM_TYPE_BOOLEAN: return integer || value->kind == ORM_KIND_BOOL ? 1 : SIZE_MAX;
    case ORM_TYPE_SMALLINT: return integer ? 2 : SIZE_MAX;
    case ORM_TYPE_INTEGER: return integer ? 4 : SIZE_MAX;
    case ORM_TYPE_BIGINT: return integer ? 8 : SIZE_MAX;
    case ORM_TYPE_REAL: return is_number(value) ? 4 : SIZE_MAX;
    case ORM_TYPE_DOUBLE: return is_number(value) ? 8 : SIZE_MAX;
    case ORM_TYPE_BYTEA: return value->kind == ORM_KIND_BYTES ? value->as.span.size : SIZE_MAX;
    case ORM_TYPE_UUID: return value->kind == ORM_KIND_UUID ? 16 : SIZE_MAX;
    case ORM_TYPE_DATE: return value->kind == ORM_KIND_DATE ? 4 : SIZE_MAX;
    case ORM_TYPE_TIME: return value->kind == ORM_KIND_TIME ? 8 : SIZE_MAX;
    case ORM_TYPE_TIMESTAMP: return value->kind == ORM_KIND_TIMESTAMP ? 8 : SIZE_MAX;
    case ORM_TYPE_TIMESTAMPTZ: return value->kind == ORM_KIND_TIMESTAMPTZ ? 8 : SIZE_MAX;
    case ORM_TYPE_INTERVAL: return value->kind == ORM_KIND_INTERVAL ? 16 : SIZE_MAX;
    default: return SIZE_MAX;
    }
}

static orm_status encode_integer(const orm__pg_encoder *encoder, orm_type type, int64_t value,
                                 unsigned char *data)
{
    if (type == ORM_TYPE_BIGINT) {
        orm__pg_write64(data, (uint64_t)value);
        return ORM_OK;
    }
    bool small = type == ORM_TYPE_SMALLINT;
    if (value < (small ? INT16_MIN : INT32_MIN) || value > (small ? INT16_MAX : INT32_MAX))
        return orm__pg_encode_fail(encoder, ORM_RANGE, "the number does not fit the column");
    if (small) orm__pg_write16(data, (uint16_t)value);
    else orm__pg_write32(data, (uint32_t)value);
    return ORM_OK;
}

static orm_status encode_double(const orm__pg_encoder *encoder, orm_type type,
                                const orm_value *value, unsigned char *data)
{
    double number = value->kind == ORM_KIND_INT ? (double)value->as.integer : value->as.real;
    if (type == ORM_TYPE_DOUBLE) {
        uint64_t bits;
        memcpy(&bits, &number, sizeof bits);
        orm__pg_write64(data, bits);
        return ORM_OK;
    }
    if (isfinite(number) && fabs(number) > FLT_MAX)
        return orm__pg_encode_fail(encoder, ORM_RANGE, "the number does not fit a real");
    float single = (float)number;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    orm__pg_write32(data, bits);
    return ORM_OK;
}

static orm_status encode_date(const orm__pg_encoder *encoder, int64_t days, unsigned char *data)
{
    if (days != ORM_DATE_INFINITY && days != ORM_DATE_NEGATIVE_INFINITY) {
        if (days < ORM__PG_DATE_FIRST + ORM__PG_EPOCH_DAYS ||
            days >= (int64_t)ORM__PG_DATE_END + ORM__PG_EPOCH_DAYS)
            return orm__pg_encode_fail(encoder, ORM_RANGE,
                                       "PostgreSQL has dates from 4714-11-24 BC to 5874897-12-31");
        days -= ORM__PG_EPOCH_DAYS;
    }
    orm__pg_write32(data, (uint32_t)days);
    return ORM_OK;
}

static orm_status encode_timestamp(const orm__pg_encoder *encoder, int64_t micros,
                                   unsigned char *data)
{
    if (micros != ORM_TIMESTAMP_INFINITY && micros != ORM_TIMESTAMP_NEGATIVE_INFINITY) {
        /* The end of PostgreSQL's range lies beyond what 64 bits hold from 1970. */
        if (micros < ORM__PG_TIMESTAMP_FIRST + ORM__PG_EPOCH_MICROS)
            return orm__pg_encode_fail(encoder, ORM_RANGE,
                                       "PostgreSQL has no moments before 4714-11-24 BC");
        micros -= ORM__PG_EPOCH_MICROS;
    }
    orm__pg_write64(data, (uint64_t)micros);
    return ORM_OK;
}

static orm_status encode_time(const orm__pg_encoder *encoder, int64_t micros, unsigned char *data)
{
    if (micros < 0 || micros > ORM__PG_DAY_MICROS)
        return orm__pg_encode_fail(encoder, ORM_RANGE, "a time is from 00:00 to 24:00");
    orm__pg_write64(data, (uint64_t)micros);
    return ORM_OK;
}

static void encode_interval(orm_interval interval, unsigned char *data)
{
    orm__pg_write64(data, (uint64_t)interval.micros);
    orm__pg_write32(data + 8, (uint32_t)interval.days);
    orm__pg_write32(data + 12, (uint32_t)interval.months);
}

orm_status orm__pg_encode_binary(const orm__pg_encoder *encoder, orm_type type,
                                 const orm_value *value, unsigned char *data)
{
    switch (type) {
    case ORM_TYPE_BOOLEAN:
        data[0] = value->kind == ORM_KIND_BOOL ? value->as.boolean : value->as.integer != 0;
        return ORM_OK;
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE: return encode_double(encoder, type, value, data);
    case ORM_TYPE_BYTEA:
        if (value->as.span.size > 0) memcpy(data, value->as.span.data, value->as.span.size);
        return ORM_OK;
    case ORM_TYPE_UUID: memcpy(data, value->as.uuid.bytes, 16); return ORM_OK;
    case ORM_TYPE_DATE: return encode_date(encoder, value->as.integer, data);
    case ORM_TYPE_TIME: return encode_time(encoder, value->as.integer, data);
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ: return encode_timestamp(encoder, value->as.integer, data);
    case ORM_TYPE_INTERVAL: encode_interval(value->as.interval, data); return ORM_OK;
    default: return encode_integer(encoder, type, value->as.integer, data);
    }
}

static orm_status label_of(const orm__pg_encoder *encoder, int64_t number, const char **text_out)
{
    const orm_column *column = encoder->param->column;
    const orm_enum_labels *labels = column == NULL ? NULL : column->labels;
    if (labels == NULL || number < 1 || (uint64_t)number > labels->count)
        return orm__pg_encode_fail(encoder, ORM_INVALID, "the number is no value of the enum");
    *text_out = labels->labels[number - 1];
    return ORM_OK;
}

orm_status orm__pg_text_of(const orm__pg_encoder *encoder, orm_type type, const orm_value *value,
                           const char **text_out, size_t *size_out)
{
    bool span = value->kind == ORM_KIND_TEXT || value->kind == ORM_KIND_NUMERIC ||
                value->kind == ORM_KIND_JSON;
    *size_out = SIZE_MAX;
    if (span) {
        *text_out = value->as.span.data;
        *size_out = value->as.span.size;
    } else if (type == ORM_TYPE_ENUM && value->kind == ORM_KIND_INT) {
        orm_status status = label_of(encoder, value->as.integer, text_out);
        if (status != ORM_OK) return status;
    } else {
        return orm__pg_encode_fail(encoder, ORM_INVALID, "the value is of another kind");
    }
    if (*size_out == SIZE_MAX) *size_out = strlen(*text_out);
    else if (memchr(*text_out, '\0', *size_out) != NULL)
        return orm__pg_encode_fail(encoder, ORM_INVALID, "text can't hold a NUL");
    return ORM_OK;
}

static orm_status encode_text(const orm__pg_encoder *encoder, orm_type type, const orm_value *value,
                              orm__pg_value *value_out)
{
    const char *text = NULL;
    size_t size = 0;
    orm_status status = orm__pg_text_of(encoder, type, value, &text, &size);
    if (status != ORM_OK) return status;
    /* libpq takes text up to its NUL, and a span need not end in one. */
    bool ends = value->kind == ORM_KIND_INT || value->as.span.size == SIZE_MAX;
    value_out->data = ends ? text : orm__arena_copy(encoder->arena, text, size);
    value_out->size = size;
    value_out->format = 0;
    return value_out->data == NULL ? ORM_NOMEM : ORM_OK;
}

static orm_status encode_fixed(const orm__pg_encoder *encoder, orm_type type,
                               const orm_value *value, orm__pg_value *value_out)
{
    size_t size = orm__pg_binary_size(type, value);
    if (size == SIZE_MAX)
        return orm__pg_encode_fail(encoder, ORM_INVALID, "the value is of another kind");
    value_out->size = size;
    value_out->format = 1;
    if (type == ORM_TYPE_BYTEA) { /* sent from where it is */
        value_out->data = size == 0 ? "" : value->as.span.data;
        return ORM_OK;
    }
    unsigned char *data = orm__arena_alloc(encoder->arena, size);
    if (data == NULL) return ORM_NOMEM;
    value_out->data = (const char *)data;
    return orm__pg_encode_binary(encoder, type, value, data);
}

/*
 * Raw SQL says nothing about its parameters, so the value's kind decides. Text and JSON take the
 * type of their place; all else has its own type. Integers see the comment at
 * orm__pg_params_encode.
 */
static orm_type raw_type(const orm_value *value, Oid known)
{
    switch (value->kind) {
    case ORM_KIND_BOOL: return ORM_TYPE_BOOLEAN;
    case ORM_KIND_INT:
        return known != ORM__PG_INT8 && value->as.integer >= INT32_MIN &&
                       value->as.integer <= INT32_MAX
                   ? ORM_TYPE_INTEGER
                   : ORM_TYPE_BIGINT;
    case ORM_KIND_DOUBLE: return ORM_TYPE_DOUBLE;
    case ORM_KIND_TEXT: return ORM_TYPE_TEXT;
    case ORM_KIND_BYTES: return ORM_TYPE_BYTEA;
    case ORM_KIND_NUMERIC: return ORM_TYPE_NUMERIC;
    case ORM_KIND_UUID: return ORM_TYPE_UUID;
    case ORM_KIND_DATE: return ORM_TYPE_DATE;
    case ORM_KIND_TIME: return ORM_TYPE_TIME;
    case ORM_KIND_TIMESTAMP: return ORM_TYPE_TIMESTAMP;
    case ORM_KIND_TIMESTAMPTZ: return ORM_TYPE_TIMESTAMPTZ;
    case ORM_KIND_INTERVAL: return ORM_TYPE_INTERVAL;
    case ORM_KIND_JSON: return ORM_TYPE_JSON;
    default: return ORM_TYPE_NONE;
    }
}

/* What a parameter of a type that is sent as text is, where its place need not tell. */
static Oid declared_type(orm_type type)
{
    switch (type) {
    case ORM_TYPE_NUMERIC: return ORM__PG_NUMERIC;
    case ORM_TYPE_TEXT: return ORM__PG_TEXT;
    case ORM_TYPE_VARCHAR: return ORM__PG_VARCHAR;
    case ORM_TYPE_CHAR: return ORM__PG_BPCHAR;
    case ORM_TYPE_JSON: return ORM__PG_JSON;
    case ORM_TYPE_JSONB: return ORM__PG_JSONB;
    default: return orm__pg_send_type(type);
    }
}

static orm_status encode_null(const orm__param *param, Oid known, orm__pg_value *value_out)
{
    orm_type type = (orm_type)param->type;
    bool many = param->array || param->list;
    Oid element = param->declared ? declared_type(type) : orm__pg_send_type(type);
    value_out->oid = type == ORM_TYPE_NONE ? known
                     : many                ? orm__pg_array_of(element)
                                           : element;
    return ORM_OK;
}

static orm_status encode_value(const orm__pg_encoder *encoder, const orm_value *value, Oid known,
                               orm__pg_value *value_out)
{
    const orm__param *param = encoder->param;
    orm_type type = (orm_type)param->type;
    if (value->kind == ORM_KIND_NULL) return encode_null(param, known, value_out);
    if (value->kind == ORM_KIND_NONE)
        return orm__pg_encode_fail(encoder, ORM_INVALID, "no value was given");
    if (value->kind == ORM_KIND_UINT_TOO_BIG)
        return orm__pg_encode_fail(encoder, ORM_RANGE, "the number does not fit 64 bits signed");
    if (param->array || param->list) {
        orm_status status = orm__pg_encode_array(encoder, value, value_out);
        if (param->declared) value_out->oid = orm__pg_array_of(declared_type(type));
        return status;
    }
    bool raw = type == ORM_TYPE_NONE;
    if (raw) type = raw_type(value, known);
    if (type == ORM_TYPE_NONE)
        return orm__pg_encode_fail(encoder, ORM_INVALID, "the value can't be sent");
    value_out->oid = orm__pg_send_type(type);
    if (raw && type == ORM_TYPE_NUMERIC) value_out->oid = ORM__PG_NUMERIC;
    if (param->declared) value_out->oid = declared_type(type);
    if (orm__pg_send_type(type) == 0) return encode_text(encoder, type, value, value_out);
    return encode_fixed(encoder, type, value, value_out);
}

static orm_status allocate(size_t count, orm__arena *arena, orm__pg_params *params)
{
    memset(params, 0, sizeof *params);
    params->count = (int)count;
    if (count == 0) return ORM_OK;
    params->oids = orm__arena_alloc(arena, count * sizeof *params->oids);
    params->values = orm__arena_alloc(arena, count * sizeof *params->values);
    params->lengths = orm__arena_alloc(arena, count * sizeof *params->lengths);
    params->formats = orm__arena_alloc(arena, count * sizeof *params->formats);
    bool whole = params->oids != NULL && params->values != NULL && params->lengths != NULL &&
                 params->formats != NULL;
    return whole ? ORM_OK : ORM_NOMEM;
}

static const orm__param raw_param = {.type = ORM_TYPE_NONE};

static orm_status encode_at(const orm__call *call, size_t index, Oid known, orm__arena *arena,
                            orm__pg_params *params, orm_error *error)
{
    const orm__param *param =
        call->statement->params == NULL ? &raw_param : &call->statement->params[index];
    orm__pg_encoder encoder = {param, arena, error};
    orm__pg_value value = {0, NULL, 0, 0};
    orm_status status = encode_value(&encoder, &call->values[index], known, &value);
    if (status == ORM_NOMEM) return orm__fail(error, ORM_NOMEM, "no memory for a parameter");
    if (status != ORM_OK) return status;
    if (value.size > ORM__PG_MESSAGE_MAX || params->bytes > ORM__PG_MESSAGE_MAX - value.size)
        return orm__pg_encode_fail(&encoder, ORM_RANGE,
                                   "the statement's values are larger than PostgreSQL takes");
    params->oids[index] = value.oid;
    params->values[index] = value.data;
    params->lengths[index] = (int)value.size;
    params->formats[index] = value.format;
    params->bytes += value.size + 4;
    return ORM_OK;
}

orm_status orm__pg_params_encode(const orm__call *call, const Oid *known, orm__arena *arena,
                                 orm__pg_params *params_out, orm_error *error)
{
    if (call->value_count > ORM__PG_PARAM_MAX)
        return orm__fail(error, ORM_INVALID, "a statement has at most %d parameters, not %zu",
                         ORM__PG_PARAM_MAX, call->value_count);
    if (call->statement->params != NULL && call->value_count != call->statement->param_count)
        return orm__fail(error, ORM_INVALID, "the statement has %u parameters, %zu values came",
                         call->statement->param_count, call->value_count);
    if (allocate(call->value_count, arena, params_out) != ORM_OK)
        return orm__fail(error, ORM_NOMEM, "no memory for the parameters");
    for (size_t i = 0; i < call->value_count; i++) {
        orm_status status =
            encode_at(call, i, known == NULL ? 0 : known[i], arena, params_out, error);
        if (status != ORM_OK) return status;
    }
    return ORM_OK;
}
