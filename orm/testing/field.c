/* Values of rows as values to insert. */
#include "maker.h"

#include <string.h>

static bool is_scalar(const orm_column *column)
{
    switch (column->type) {
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_BYTEA:
    case ORM_TYPE_NUMERIC:
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
    case ORM_TYPE_ENUM:
        return false;
    default:
        return true;
    }
}

size_t orm__set_size(const orm_column *column)
{
    if (column->flags & ORM_COLUMN_ARRAY)
        return sizeof(orm_set_array_i64);
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
    case ORM_TYPE_ENUM:
        return sizeof(orm_set_int);
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return sizeof(orm_set_double);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
        return sizeof(orm_set_text);
    case ORM_TYPE_BYTEA:
        return sizeof(orm_set_bytes);
    case ORM_TYPE_UUID:
        return sizeof(orm_set_uuid);
    case ORM_TYPE_DATE:
        return sizeof(orm_set_date);
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        return sizeof(orm_set_timestamp);
    case ORM_TYPE_INTERVAL:
        return sizeof(orm_set_interval);
    default:
        return sizeof(orm_set_numeric); /* json too */
    }
}

/* A value whose text, if it has one, is the row's own. */
static orm_value value_of(const orm_column *column, const char *at)
{
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        return orm_bind_bool(*(const bool *)at);
    case ORM_TYPE_SMALLINT:
        return orm_bind_int(*(const int16_t *)(const void *)at);
    case ORM_TYPE_INTEGER:
        return orm_bind_int(*(const int32_t *)(const void *)at);
    case ORM_TYPE_BIGINT:
        return orm_bind_int(*(const int64_t *)(const void *)at);
    case ORM_TYPE_REAL:
        return orm_bind_double((double)*(const float *)(const void *)at);
    case ORM_TYPE_DOUBLE:
        return orm_bind_double(*(const double *)(const void *)at);
    case ORM_TYPE_NUMERIC:
        return orm_bind_numeric(*(const orm_numeric *)(const void *)at);
    case ORM_TYPE_BYTEA:
        return orm_bind_bytes(*(const orm_bytes *)(const void *)at);
    case ORM_TYPE_UUID:
        return orm_bind_uuid(*(const orm_uuid *)(const void *)at);
    case ORM_TYPE_DATE:
        return orm_bind_date(*(const orm_date *)(const void *)at);
    case ORM_TYPE_TIME:
        return orm_bind_time(*(const orm_time *)(const void *)at);
    case ORM_TYPE_TIMESTAMP:
        return orm_bind_timestamp(*(const orm_timestamp *)(const void *)at);
    case ORM_TYPE_TIMESTAMPTZ:
        return orm_bind_timestamptz(*(const orm_timestamptz *)(const void *)at);
    case ORM_TYPE_INTERVAL:
        return orm_bind_interval(*(const orm_interval *)(const void *)at);
    default:
        return orm_bind_text(*(const char *const *)(const void *)at);
    }
}

/* Where `has` stands in the nullable form of a field. */
static size_t offset_of_has(const orm_column *column)
{
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        return offsetof(orm_opt_bool, has);
    case ORM_TYPE_SMALLINT:
        return offsetof(orm_opt_i16, has);
    case ORM_TYPE_INTEGER:
        return offsetof(orm_opt_i32, has);
    case ORM_TYPE_REAL:
        return offsetof(orm_opt_float, has);
    case ORM_TYPE_UUID:
        return offsetof(orm_opt_uuid, has);
    case ORM_TYPE_DATE:
        return offsetof(orm_opt_date, has);
    case ORM_TYPE_INTERVAL:
        return offsetof(orm_opt_interval, has);
    default:
        return offsetof(orm_opt_i64, has); /* all others hold 64 bits */
    }
}

orm_value orm__row_value(const orm_column *column, const void *row)
{
    const char *at = (const char *)row + column->offset;
    if (is_scalar(column)) {
        bool has =
            !(column->flags & ORM_COLUMN_NULLABLE) || *(const bool *)(at + offset_of_has(column));
        return has ? value_of(column, at) : orm_bind_null();
    }
    if (column->type == ORM_TYPE_ENUM) {
        int label = *(const int *)(const void *)at;
        return label > 0 && (size_t)label <= column->labels->count
                   ? orm_bind_text(column->labels->labels[label - 1])
                   : orm_bind_null();
    }
    orm_value value = value_of(column, at);
    bool is_null = value.kind != ORM_KIND_NULL && value.as.span.data == NULL;
    return is_null ? orm_bind_null() : value;
}

orm_value orm__set_value(const orm_column *column, const void *values)
{
    const void *set = (const char *)values + column->new_offset;
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        return orm_bind_bool(((const orm_set_int *)set)->value != 0);
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
    case ORM_TYPE_ENUM:
        return orm_bind_int(((const orm_set_int *)set)->value);
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return orm_bind_double(((const orm_set_double *)set)->value);
    case ORM_TYPE_NUMERIC:
        return orm_bind_numeric(((const orm_set_numeric *)set)->value);
    case ORM_TYPE_BYTEA:
        return orm_bind_bytes(((const orm_set_bytes *)set)->value);
    case ORM_TYPE_UUID:
        return orm_bind_uuid(((const orm_set_uuid *)set)->value);
    case ORM_TYPE_DATE:
        return orm_bind_date(((const orm_set_date *)set)->value);
    case ORM_TYPE_TIME:
        return orm_bind_time(((const orm_set_time *)set)->value);
    case ORM_TYPE_TIMESTAMP:
        return orm_bind_timestamp(((const orm_set_timestamp *)set)->value);
    case ORM_TYPE_TIMESTAMPTZ:
        return orm_bind_timestamptz(((const orm_set_timestamptz *)set)->value);
    case ORM_TYPE_INTERVAL:
        return orm_bind_interval(((const orm_set_interval *)set)->value);
    default:
        return orm_bind_text(((const orm_set_text *)set)->value);
    }
}

/* An enum travels as its number in <model>_new. */
static void set_enum(const orm_column *from, const void *row, orm_set_int *set)
{
    set->state = ORM_IS_SET;
    set->value = *(const int *)(const void *)((const char *)row + from->offset);
}

/* Writes a value of the column's own type. */
static void set_value(const orm_column *column, const orm_value *value, void *set)
{
    *(orm_set_state *)set = ORM_IS_SET;
    switch (value->kind) {
    case ORM_KIND_BOOL:
        ((orm_set_int *)set)->value = value->as.boolean;
        return;
    case ORM_KIND_INT:
        ((orm_set_int *)set)->value = value->as.integer;
        return;
    case ORM_KIND_DOUBLE:
        ((orm_set_double *)set)->value = value->as.real;
        return;
    case ORM_KIND_BYTES:
        ((orm_set_bytes *)set)->value = (orm_bytes){value->as.span.data, value->as.span.size};
        return;
    case ORM_KIND_UUID:
        ((orm_set_uuid *)set)->value = value->as.uuid;
        return;
    case ORM_KIND_INTERVAL:
        ((orm_set_interval *)set)->value = value->as.interval;
        return;
    case ORM_KIND_DATE:
        ((orm_set_date *)set)->value.days = (int32_t)value->as.integer;
        return;
    case ORM_KIND_TIME:
    case ORM_KIND_TIMESTAMP:
    case ORM_KIND_TIMESTAMPTZ:
        ((orm_set_timestamp *)set)->value.micros = value->as.integer;
        return;
    default: /* text, numeric, json: a pointer */
        ((orm_set_text *)set)->value = value->as.span.data;
        (void)column;
        return;
    }
}

bool orm__set_from_row(const orm_column *from, const void *row, const orm_column *to, void *values)
{
    orm_value value = orm__row_value(from, row);
    if (value.kind == ORM_KIND_NULL)
        return false;
    void *set = orm__given_state(to, values);
    if (from->type == ORM_TYPE_ENUM)
        set_enum(from, row, set);
    else
        set_value(to, &value, set);
    return true;
}

void orm__set_copy(const orm_column *from, const void *values, const orm_column *to, void *target)
{
    memcpy((char *)target + to->new_offset, (const char *)values + from->new_offset,
           orm__set_size(to));
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool orm__set_equals_row(const orm_column *from, const void *row, const orm_column *to,
                         const void *values)
{
    union {
        orm_set_int integer;
        orm_set_double real;
        orm_set_text text;
        orm_set_bytes bytes;
        orm_set_uuid uuid;
        orm_set_date date;
        orm_set_timestamp moment;
        orm_set_interval interval;
        unsigned char raw[64];
    } a, b;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    orm_column at_start = *to;
    at_start.new_offset = 0;
    if (!orm__set_from_row(from, row, &at_start, &a))
        return false;
    memcpy(&b, (const char *)values + to->new_offset, orm__set_size(to));
    if (a.integer.state != b.integer.state)
        return false;
    switch (to->type) {
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return !(a.real.value < b.real.value) && !(a.real.value > b.real.value);
    case ORM_TYPE_BYTEA:
        return a.bytes.value.size == b.bytes.value.size &&
               memcmp(a.bytes.value.data, b.bytes.value.data, a.bytes.value.size) == 0;
    case ORM_TYPE_UUID:
        return memcmp(&a.uuid.value, &b.uuid.value, sizeof a.uuid.value) == 0;
    case ORM_TYPE_DATE:
        return a.date.value.days == b.date.value.days;
    case ORM_TYPE_INTERVAL:
        return a.interval.value.micros == b.interval.value.micros &&
               a.interval.value.days == b.interval.value.days &&
               a.interval.value.months == b.interval.value.months;
    case ORM_TYPE_BOOLEAN:
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
    case ORM_TYPE_ENUM:
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        return a.integer.value == b.integer.value;
    default:
        return same_text(a.text.value, b.text.value);
    }
}
