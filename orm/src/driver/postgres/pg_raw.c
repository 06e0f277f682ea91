/* Columns of raw SQL, by what they are asked for. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/postgres/pg_rows.h"
#include "driver/postgres/pg_types.h"
#include "model/numeric.h"

typedef struct pg_cell {
    const unsigned char *data;
    size_t size;
    Oid oid;
    bool null;
} pg_cell;

static bool get_cell(orm__rows *rows, uint16_t position, pg_cell *cell_out)
{
    if (position >= PQnfields(rows->result)) return false;
    cell_out->data = (const unsigned char *)PQgetvalue(rows->result, rows->row, position);
    cell_out->size = (size_t)PQgetlength(rows->result, rows->row, position);
    cell_out->oid = PQftype(rows->result, position);
    cell_out->null = PQgetisnull(rows->result, rows->row, position) != 0;
    rows->bytes += (int64_t)cell_out->size;
    return true;
}

size_t orm__pg_rows_column_count(orm__rows *rows)
{
    return (size_t)PQnfields(rows->result);
}

const char *orm__pg_rows_column_name(orm__rows *rows, uint16_t position)
{
    return position < PQnfields(rows->result) ? PQfname(rows->result, position) : NULL;
}

static bool is_integer(Oid oid)
{
    return oid == ORM__PG_INT2 || oid == ORM__PG_INT4 || oid == ORM__PG_INT8;
}

/*
 * The text of a binary numeric in memory of its own; numbers of any size need more than a stack
 * has.
 */
static orm_status numeric_text(const pg_cell *cell, orm__arena *arena, const char **text_out)
{
    size_t length = 0;
    orm_status status = orm__numeric_from_pg(cell->data, cell->size, arena, text_out, &length);
    return status == ORM_OK || status == ORM_NOMEM ? status : ORM_SCHEMA;
}

/* sum(bigint) is a numeric: an integral one is an integer. */
static orm_status integer_of_text(const char *text, int64_t *value_out)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text) return ORM_RANGE; /* NaN, infinities */
    if (*end == '.') end += 1 + strspn(end + 1, "0");
    if (*end != '\0' || errno == ERANGE) return ORM_RANGE;
    *value_out = value;
    return ORM_OK;
}

static orm_status integer_of_numeric(const pg_cell *cell, const orm_allocator *allocator,
                                     int64_t *value_out)
{
    orm__arena arena;
    const char *text = NULL;
    orm__arena_init(&arena, allocator, NULL);
    orm_status status = numeric_text(cell, &arena, &text);
    if (status == ORM_OK) status = integer_of_text(text, value_out);
    orm__arena_dispose(&arena);
    return status;
}

orm_status orm__pg_rows_raw_int(orm__rows *rows, uint16_t position, orm_opt_i64 *value_out)
{
    pg_cell cell;
    if (!get_cell(rows, position, &cell)) return ORM_INVALID;
    orm_opt_i64 value = {0, !cell.null};
    orm_status status = ORM_OK;
    if (cell.null) status = ORM_OK;
    else if (is_integer(cell.oid))
        status = orm__pg_integer(cell.data, cell.size, &value.value) ? ORM_OK : ORM_SCHEMA;
    else if (cell.oid == ORM__PG_OID && cell.size == 4) value.value = orm__pg_read32(cell.data);
    else if (cell.oid == ORM__PG_BOOL && cell.size == 1) value.value = cell.data[0] != 0;
    else if (cell.oid == ORM__PG_NUMERIC)
        status = integer_of_numeric(&cell, rows->allocator, &value.value);
    else status = ORM_SCHEMA;
    if (status == ORM_OK) *value_out = value;
    return status;
}

/* The nearest double, whatever the locale's decimal point: "12.5" is read as "125e-1". */
static orm_status double_of_text(const char *text, orm__arena *arena, double *value_out)
{
    const char *point = strchr(text, '.');
    if (point == NULL) {
        *value_out = strtod(text, NULL);
        return ORM_OK;
    }
    char *whole = orm__arena_printf(arena, "%.*s%se-%zu", (int)(point - text), text, point + 1,
                                    strlen(point + 1));
    if (whole == NULL) return ORM_NOMEM;
    *value_out = strtod(whole, NULL);
    return ORM_OK;
}

static orm_status double_of_numeric(const pg_cell *cell, const orm_allocator *allocator,
                                    double *value_out)
{
    orm__arena arena;
    const char *text = NULL;
    orm__arena_init(&arena, allocator, NULL);
    orm_status status = numeric_text(cell, &arena, &text);
    if (status == ORM_OK) status = double_of_text(text, &arena, value_out);
    if (status == ORM_OK && isinf(*value_out) && strchr(text, 'I') == NULL) status = ORM_RANGE;
    orm__arena_dispose(&arena);
    return status;
}

orm_status orm__pg_rows_raw_double(orm__rows *rows, uint16_t position, orm_opt_double *value_out)
{
    pg_cell cell;
    if (!get_cell(rows, position, &cell)) return ORM_INVALID;
    orm_opt_double value = {0, !cell.null};
    orm_status status = ORM_OK;
    int64_t integer = 0;
    if (cell.null) status = ORM_OK;
    else if (cell.oid == ORM__PG_FLOAT8 && cell.size == 8)
        value.value = orm__pg_read_double(cell.data);
    else if (cell.oid == ORM__PG_FLOAT4 && cell.size == 4)
        value.value = (double)orm__pg_read_float(cell.data);
    else if (is_integer(cell.oid) && orm__pg_integer(cell.data, cell.size, &integer))
        value.value = (double)integer;
    else if (cell.oid == ORM__PG_NUMERIC)
        status = double_of_numeric(&cell, rows->allocator, &value.value);
    else status = ORM_SCHEMA;
    if (status == ORM_OK) *value_out = value;
    return status;
}

/* What a value of a fixed type reads as, in the forms of value.h. */
static orm_status format_moment(const pg_cell *cell, orm_type type, char *text)
{
    orm_column column = {.type = (uint8_t)type};
    union {
        orm_date date;
        orm_time time;
        orm_timestamp timestamp;
        orm_timestamptz timestamptz;
        orm_interval interval;
        orm_uuid uuid;
    } value;
    orm_status status = orm__pg_decode(&column, false, cell->data, cell->size, &value, NULL);
    if (status != ORM_OK) return status;
    switch (type) {
    case ORM_TYPE_DATE: (void)orm_date_format(value.date, text); break;
    case ORM_TYPE_TIME: (void)orm_time_format(value.time, text); break;
    case ORM_TYPE_TIMESTAMP: (void)orm_timestamp_format(value.timestamp, text); break;
    case ORM_TYPE_TIMESTAMPTZ: (void)orm_timestamptz_format(value.timestamptz, text); break;
    case ORM_TYPE_INTERVAL: (void)orm_interval_format(value.interval, text); break;
    default: (void)orm_uuid_format(value.uuid, text);
    }
    return ORM_OK;
}

static orm_status format_number(const pg_cell *cell, char *text, size_t size)
{
    int64_t integer = 0;
    if (is_integer(cell->oid) && orm__pg_integer(cell->data, cell->size, &integer))
        (void)snprintf(text, size, "%" PRId64, integer);
    else if (cell->oid == ORM__PG_OID && cell->size == 4)
        (void)snprintf(text, size, "%" PRIu32, orm__pg_read32(cell->data));
    else if (cell->oid == ORM__PG_BOOL && cell->size == 1)
        (void)snprintf(text, size, "%s", cell->data[0] != 0 ? "true" : "false");
    else return ORM_SCHEMA;
    return ORM_OK;
}

static orm_status format_fixed(const pg_cell *cell, char *text, size_t size)
{
    switch (cell->oid) {
    case ORM__PG_DATE: return format_moment(cell, ORM_TYPE_DATE, text);
    case ORM__PG_TIME: return format_moment(cell, ORM_TYPE_TIME, text);
    case ORM__PG_TIMESTAMP: return format_moment(cell, ORM_TYPE_TIMESTAMP, text);
    case ORM__PG_TIMESTAMPTZ: return format_moment(cell, ORM_TYPE_TIMESTAMPTZ, text);
    case ORM__PG_INTERVAL: return format_moment(cell, ORM_TYPE_INTERVAL, text);
    case ORM__PG_UUID: return format_moment(cell, ORM_TYPE_UUID, text);
    default: return format_number(cell, text, size);
    }
}

static orm_status text_of(const pg_cell *cell, orm__arena *arena, const char **text_out)
{
    char text[ORM_TEMPORAL_TEXT_SIZE];
    if (orm__pg_is_text(cell->oid)) {
        *text_out = (const char *)cell->data; /* libpq ends every value with a NUL */
        return ORM_OK;
    }
    if (cell->oid == ORM__PG_JSONB && cell->size > 0) {
        *text_out = (const char *)cell->data + 1;
        return ORM_OK;
    }
    if (cell->oid == ORM__PG_NUMERIC) return numeric_text(cell, arena, text_out);
    orm_status status = format_fixed(cell, text, sizeof text);
    if (status != ORM_OK) return status;
    *text_out = orm__arena_copy(arena, text, strlen(text));
    return *text_out == NULL ? ORM_NOMEM : ORM_OK;
}

orm_status orm__pg_rows_raw_text(orm__rows *rows, uint16_t position, orm__arena *arena,
                                 const char **value_out)
{
    pg_cell cell;
    if (!get_cell(rows, position, &cell)) return ORM_INVALID;
    if (!cell.null) return text_of(&cell, arena, value_out);
    *value_out = NULL;
    return ORM_OK;
}
