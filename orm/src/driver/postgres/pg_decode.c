/* Values on their way from the server into members. */
#include <string.h>

#include "driver/postgres/pg_rows.h"
#include "driver/postgres/pg_types.h"
#include "model/array.h"
#include "model/numeric.h"

bool orm__pg_integer(const unsigned char *data, size_t size, int64_t *value_out)
{
    switch (size) {
    case 2: *value_out = (int16_t)orm__pg_read16(data); return true;
    case 4: *value_out = (int32_t)orm__pg_read32(data); return true;
    case 8: *value_out = (int64_t)orm__pg_read64(data); return true;
    default: return false;
    }
}

/* In every orm_opt_ type `has` stands right behind a value at offset 0. */
static inline void set_has(void *member, size_t value_size, bool nullable)
{
    if (nullable) *(bool *)((char *)member + value_size) = true;
}

static inline orm_status decode_integer(orm_type type, bool nullable, const unsigned char *data,
                                        size_t size, void *member)
{
    int64_t value;
    if (!orm__pg_integer(data, size, &value)) return ORM_SCHEMA;
    if (type == ORM_TYPE_BIGINT) {
        *(int64_t *)member = value;
        set_has(member, sizeof value, nullable);
    } else if (type == ORM_TYPE_INTEGER) {
        if (value < INT32_MIN || value > INT32_MAX) return ORM_RANGE;
        *(int32_t *)member = (int32_t)value;
        set_has(member, sizeof(int32_t), nullable);
    } else {
        if (value < INT16_MIN || value > INT16_MAX) return ORM_RANGE;
        *(int16_t *)member = (int16_t)value;
        set_has(member, sizeof(int16_t), nullable);
    }
    return ORM_OK;
}

static orm_status decode_real(orm_type type, bool nullable, const unsigned char *data, size_t size,
                              void *member)
{
    if (type == ORM_TYPE_REAL) {
        if (size != 4) return ORM_SCHEMA;
        *(float *)member = orm__pg_read_float(data);
        set_has(member, sizeof(float), nullable);
        return ORM_OK;
    }
    if (size != 4 && size != 8) return ORM_SCHEMA;
    *(double *)member = size == 8 ? orm__pg_read_double(data) : (double)orm__pg_read_float(data);
    set_has(member, sizeof(double), nullable);
    return ORM_OK;
}

static orm_status decode_date(bool nullable, const unsigned char *data, size_t size, void *member)
{
    if (size != 4) return ORM_SCHEMA;
    int32_t days = (int32_t)orm__pg_read32(data);
    if (days != INT32_MAX && days != INT32_MIN) {
        if (days > INT32_MAX - 1 - ORM__PG_EPOCH_DAYS) return ORM_RANGE;
        days += ORM__PG_EPOCH_DAYS;
    }
    *(int32_t *)member = days;
    set_has(member, sizeof days, nullable);
    return ORM_OK;
}

static orm_status decode_moment(orm_type type, bool nullable, const unsigned char *data,
                                size_t size, void *member)
{
    if (size != 8) return ORM_SCHEMA;
    int64_t micros = (int64_t)orm__pg_read64(data);
    if (type != ORM_TYPE_TIME && micros != INT64_MAX && micros != INT64_MIN) {
        if (micros > INT64_MAX - 1 - ORM__PG_EPOCH_MICROS) return ORM_RANGE;
        micros += ORM__PG_EPOCH_MICROS;
    }
    *(int64_t *)member = micros;
    set_has(member, sizeof micros, nullable);
    return ORM_OK;
}

static orm_status decode_interval(bool nullable, const unsigned char *data, size_t size,
                                  void *member)
{
    if (size != 16) return ORM_SCHEMA;
    orm_interval *interval = member;
    interval->micros = (int64_t)orm__pg_read64(data);
    interval->days = (int32_t)orm__pg_read32(data + 8);
    interval->months = (int32_t)orm__pg_read32(data + 12);
    set_has(member, sizeof *interval, nullable);
    return ORM_OK;
}

static orm_status decode_bytes(const unsigned char *data, size_t size, void *member,
                               orm__arena *arena)
{
    orm_bytes *bytes = member;
    bytes->data = orm__arena_copy(arena, data, size);
    bytes->size = size;
    return bytes->data == NULL ? ORM_NOMEM : ORM_OK;
}

static orm_status decode_numeric(const unsigned char *data, size_t size, void *member,
                                 orm__arena *arena)
{
    size_t length = 0;
    orm_status status =
        orm__numeric_from_pg(data, size, arena, &((orm_numeric *)member)->text, &length);
    return status == ORM_OK || status == ORM_NOMEM ? status : ORM_SCHEMA;
}

/* jsonb comes with its version before the text, which never begins so itself. */
static orm_status decode_json(const unsigned char *data, size_t size, void *member,
                              orm__arena *arena)
{
    size_t skip = size > 0 && data[0] == 1 ? 1 : 0;
    *(const char **)member = orm__arena_copy(arena, data + skip, size - skip);
    return *(const char **)member == NULL ? ORM_NOMEM : ORM_OK;
}

static orm_status decode_enum(const orm_enum_labels *labels, const unsigned char *data, size_t size,
                              void *member)
{
    for (size_t i = 0; labels != NULL && i < labels->count; i++) {
        const char *label = labels->labels[i];
        if (strlen(label) != size || memcmp(label, data, size) != 0) continue;
        *(int *)member = (int)i + 1;
        return ORM_OK;
    }
    return ORM_NOT_FOUND;
}

orm_status orm__pg_decode(const orm_column *column, bool nullable, const unsigned char *data,
                          size_t size, void *member, orm__arena *arena)
{
    orm_type type = (orm_type)column->type;
    switch (type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT: return decode_integer(type, nullable, data, size, member);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
        *(const char **)member = orm__arena_copy(arena, data, size);
        return *(const char **)member == NULL ? ORM_NOMEM : ORM_OK;
    case ORM_TYPE_BOOLEAN:
        if (size != 1) return ORM_SCHEMA;
        *(bool *)member = data[0] != 0;
        set_has(member, sizeof(bool), nullable);
        return ORM_OK;
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE: return decode_real(type, nullable, data, size, member);
    case ORM_TYPE_UUID:
        if (size != 16) return ORM_SCHEMA;
        memcpy(member, data, 16);
        set_has(member, 16, nullable);
        return ORM_OK;
    case ORM_TYPE_DATE: return decode_date(nullable, data, size, member);
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ: return decode_moment(type, nullable, data, size, member);
    case ORM_TYPE_INTERVAL: return decode_interval(nullable, data, size, member);
    case ORM_TYPE_BYTEA: return decode_bytes(data, size, member, arena);
    case ORM_TYPE_NUMERIC: return decode_numeric(data, size, member, arena);
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB: return decode_json(data, size, member, arena);
    case ORM_TYPE_ENUM: return decode_enum(column->labels, data, size, member);
    case ORM_TYPE_NONE: break;
    }
    return ORM_SCHEMA;
}

/* All orm_array_ types begin with a pointer, then `count` and `has`. */
typedef struct any_array {
    const void *items;
    size_t count;
    bool has;
} any_array;

static void put_array(void *member, const void *items, size_t count)
{
    any_array array;
    memset(&array, 0, sizeof array);
    array.items = items;
    array.count = count;
    array.has = true;
    memcpy(member, &array, sizeof array);
}

static orm_status decode_elements(const orm_column *column, const unsigned char *data, size_t size,
                                  size_t count, char *items, orm__arena *arena)
{
    size_t item_size = orm__array_item_size((orm_type)column->type);
    for (size_t i = 0; i < count; i++) {
        if (size < 4) return ORM_SCHEMA;
        uint32_t length = orm__pg_read32(data);
        data += 4;
        size -= 4;
        if (length == UINT32_MAX) continue; /* NULL: the items are zero */
        if (length > size) return ORM_SCHEMA;
        orm_status status =
            orm__pg_decode(column, true, data, length, items + i * item_size, arena);
        if (status != ORM_OK) return status;
        data += length;
        size -= length;
    }
    return ORM_OK;
}

orm_status orm__pg_decode_array(const orm_column *column, const unsigned char *data, size_t size,
                                void *member, orm__arena *arena)
{
    if (size < 12) return ORM_SCHEMA;
    uint32_t dimensions = orm__pg_read32(data);
    if (!orm__pg_accepts((orm_type)column->type, orm__pg_read32(data + 8))) return ORM_SCHEMA;
    if (dimensions > 1) return ORM_UNSUPPORTED;
    if (dimensions == 0) {
        put_array(member, NULL, 0);
        return ORM_OK;
    }
    if (size < 20) return ORM_SCHEMA;
    size_t count = orm__pg_read32(data + 12);
    if (count > (size - 20) / 4) return ORM_SCHEMA;
    void *items = orm__arena_zero(arena, count * orm__array_item_size((orm_type)column->type));
    if (items == NULL) return ORM_NOMEM;
    orm_status status = decode_elements(column, data + 20, size - 20, count, items, arena);
    if (status == ORM_OK) put_array(member, items, count);
    return status;
}
