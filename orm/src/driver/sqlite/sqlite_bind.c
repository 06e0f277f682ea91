/* Values into the form their columns are stored in. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"
#include "driver/sqlite/sqlite_names.h"
#include "model/array_json.h"
#include "model/numeric.h"
#include "model/utf8.h"

/* What text of the form YYYY-MM-DD can say: 0001-01-01 to 9999-12-31, as days since 1970. */
enum { FIRST_DAY = -719162, LAST_DAY = 2932896 };
#define DAY_MICROS INT64_C(86400000000)

static orm_status fail_param(const orm__param *param, orm_status status, const char *why,
                             orm_error *error)
{
    (void)orm__fail(error, status, "%s", why);
    orm__fail_at(error, param->model == NULL ? NULL : param->model->name,
                 param->column == NULL ? NULL : param->column->field);
    return status;
}

/* Adds the place to what a helper has failed with. */
static orm_status fail_helper(const orm__param *param, orm_status status, orm_error *error)
{
    if (status == ORM_NOMEM)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return fail_param(param, status,
                      status == ORM_RANGE ? "the number does not fit its column" : "not a number",
                      error);
}

static void set_text(orm__sqlite_cell *cell, const void *data, size_t size, bool volatile_data)
{
    cell->type = SQLITE_TEXT;
    cell->data = data == NULL ? "" : data;
    cell->size = size;
    cell->volatile_data = volatile_data;
}

static orm_status encode_real(const orm__param *param, double value, orm__sqlite_cell *cell,
                              orm_error *error)
{
    if (isnan(value))
        return fail_param(param, ORM_RANGE, "SQLite can't hold NaN", error);
    if (param->type == ORM_TYPE_REAL && isfinite(value)) {
        if (fabs(value) > 3.4028235677973366e38) /* halfway past FLT_MAX: rounds to infinity */
            return fail_param(param, ORM_RANGE, "the number does not fit a real", error);
        value = (double)(float)value;
    }
    cell->type = SQLITE_FLOAT;
    cell->real = value;
    return ORM_OK;
}

static orm_status encode_int(const orm__param *param, int64_t value, char *buffer,
                             orm__sqlite_cell *cell, orm_error *error)
{
    if (param->type == ORM_TYPE_REAL || param->type == ORM_TYPE_DOUBLE)
        return encode_real(param, (double)value, cell, error);
    if (param->type == ORM_TYPE_NUMERIC) {
        int size = snprintf(buffer, ORM_TEMPORAL_TEXT_SIZE, "%lld", (long long)value);
        set_text(cell, buffer, (size_t)size, true);
        return ORM_OK;
    }
    cell->type = SQLITE_INTEGER;
    cell->integer = value;
    return ORM_OK;
}

/* char(n) is stored as PostgreSQL has it: with blanks up to n characters. */
static orm_status encode_char(const orm__param *param, const char *text, size_t size,
                              orm__arena *arena, orm__sqlite_cell *cell, orm_error *error)
{
    size_t length = orm__utf8_length(text, size);
    size_t want = param->column->length > 0 ? (size_t)param->column->length : 1;
    if (length >= want)
        return ORM_OK;
    char *padded = orm__arena_alloc(arena, size + want - length);
    if (padded == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    if (size > 0)
        memcpy(padded, text, size);
    memset(padded + size, ' ', want - length);
    set_text(cell, padded, size + want - length, true);
    return ORM_OK;
}

static orm_status encode_text(const orm__param *param, const orm_value *value, orm__arena *arena,
                              orm__sqlite_cell *cell, orm_error *error)
{
    const char *text = value->as.span.data == NULL ? "" : value->as.span.data;
    size_t size = value->as.span.size == SIZE_MAX ? strlen(text) : value->as.span.size;
    set_text(cell, text, size, false);
    if (param->type == ORM_TYPE_NONE) {
        orm__utf8_fault fault = orm__utf8_check(text, size);
        if (fault == ORM__UTF8_NUL)
            return orm__fail(error, ORM_INVALID, "the text has a NUL within");
        if (fault != ORM__UTF8_OK)
            return orm__fail(error, ORM_INVALID, "the text is not UTF-8");
    }
    if (param->type == ORM_TYPE_CHAR && param->column != NULL)
        return encode_char(param, text, size, arena, cell, error);
    return ORM_OK;
}

/* What is stored was rounded to its column when it was checked; what is compared keeps every digit.
 */
static orm_status encode_numeric(const orm__param *param, const orm_value *value, orm__arena *arena,
                                 orm__sqlite_cell *cell, orm_error *error)
{
    const char *text = NULL;
    size_t size = 0;
    orm_status status =
        orm__numeric_expand(value->as.span.data, value->as.span.size, arena, &text, &size);
    if (status != ORM_OK)
        return fail_helper(param, status, error);
    set_text(cell, text, size, true);
    return ORM_OK;
}

static orm_status encode_date(const orm__param *param, int64_t days, char *buffer,
                              orm__sqlite_cell *cell, orm_error *error)
{
    bool infinite = days == ORM_DATE_INFINITY || days == ORM_DATE_NEGATIVE_INFINITY;
    if (!infinite && (days < FIRST_DAY || days > LAST_DAY))
        return fail_param(param, ORM_RANGE, "SQLite holds dates of the years 0001 to 9999", error);
    set_text(cell, buffer, orm_date_format((orm_date){(int32_t)days}, buffer), true);
    return ORM_OK;
}

static orm_status encode_timestamp(const orm__param *param, const orm_value *value, char *buffer,
                                   orm__sqlite_cell *cell, orm_error *error)
{
    int64_t micros = value->as.integer;
    bool infinite = micros == ORM_TIMESTAMP_INFINITY || micros == ORM_TIMESTAMP_NEGATIVE_INFINITY;
    if (!infinite && (micros < FIRST_DAY * DAY_MICROS || micros >= (LAST_DAY + 1) * DAY_MICROS))
        return fail_param(param, ORM_RANGE, "SQLite holds timestamps of the years 0001 to 9999",
                          error);
    size_t size = value->kind == ORM_KIND_TIMESTAMP
                      ? orm_timestamp_format((orm_timestamp){micros}, buffer)
                      : orm_timestamptz_format((orm_timestamptz){micros}, buffer);
    set_text(cell, buffer, size, true);
    return ORM_OK;
}

/* A raw parameter has no column: the array's own C type stands for one. */
static orm_status encode_array(const orm__param *param, const orm_value *value, orm__arena *arena,
                               orm__sqlite_cell *cell, orm_error *error)
{
    const orm_column bare = {.type = (uint8_t)value->item, .flags = ORM_COLUMN_ARRAY};
    const char *text = NULL;
    size_t size = 0;
    if (param->column == NULL && value->item == ORM_TYPE_NONE)
        return fail_param(param, ORM_INVALID, "the type of the array's elements is not known",
                          error);
    orm_status status =
        orm__array_to_json(param->model, param->column == NULL ? &bare : param->column, value,
                           arena, &text, &size, error);
    if (status == ORM_OK)
        set_text(cell, text, size, true);
    return status;
}

static orm_status encode_other(const orm__param *param, const orm_value *value, char *buffer,
                               orm__arena *arena, orm__sqlite_cell *cell, orm_error *error)
{
    switch (value->kind) {
    case ORM_KIND_NUMERIC:
        return encode_numeric(param, value, arena, cell, error);
    case ORM_KIND_UUID:
        set_text(cell, buffer, orm_uuid_format(value->as.uuid, buffer), true);
        return ORM_OK;
    case ORM_KIND_DATE:
        return encode_date(param, value->as.integer, buffer, cell, error);
    case ORM_KIND_TIME:
        set_text(cell, buffer, orm_time_format((orm_time){value->as.integer}, buffer), true);
        return ORM_OK;
    case ORM_KIND_TIMESTAMP:
    case ORM_KIND_TIMESTAMPTZ:
        return encode_timestamp(param, value, buffer, cell, error);
    case ORM_KIND_INTERVAL:
        set_text(cell, buffer, orm_interval_format(value->as.interval, buffer), true);
        return ORM_OK;
    case ORM_KIND_ARRAY:
        return encode_array(param, value, arena, cell, error);
    case ORM_KIND_UINT_TOO_BIG:
        return fail_param(param, ORM_RANGE, "the number does not fit a 64-bit integer", error);
    default:
        return fail_param(param, ORM_INVALID, "no value was given", error);
    }
}

orm_status orm__sqlite_encode(const orm__param *param, const orm_value *value, char *buffer,
                              orm__arena *arena, orm__sqlite_cell *cell_out, orm_error *error)
{
    cell_out->volatile_data = false;
    switch (value->kind) {
    case ORM_KIND_NULL:
        cell_out->type = SQLITE_NULL;
        return ORM_OK;
    case ORM_KIND_BOOL:
        cell_out->type = SQLITE_INTEGER;
        cell_out->integer = value->as.boolean;
        return ORM_OK;
    case ORM_KIND_INT:
        return encode_int(param, value->as.integer, buffer, cell_out, error);
    case ORM_KIND_DOUBLE:
        return encode_real(param, value->as.real, cell_out, error);
    case ORM_KIND_TEXT:
    case ORM_KIND_JSON:
        return encode_text(param, value, arena, cell_out, error);
    case ORM_KIND_BYTES:
        cell_out->type = SQLITE_BLOB;
        cell_out->data = value->as.span.data == NULL ? "" : value->as.span.data;
        cell_out->size = value->as.span.size;
        return ORM_OK;
    default:
        return encode_other(param, value, buffer, arena, cell_out, error);
    }
}

static int bind_list(orm__link *link, sqlite3_stmt *stmt, int at, const orm__param *param,
                     const orm_value *value)
{
    orm__sqlite_list *list = orm__arena_alloc(&link->scratch, sizeof *list);
    if (list == NULL)
        return SQLITE_NOMEM;
    *list = (orm__sqlite_list){link, param, value->as.span.data, value->as.span.size};
    return sqlite3_bind_pointer(stmt, at, list, ORM_SQLITE_KEYS_TABLE, NULL);
}

/* The text of a cell stays until the run has ended, so SQLite need not copy it. */
static int bind_cell(orm__link *link, sqlite3_stmt *stmt, int at, const orm__sqlite_cell *cell,
                     const char *buffer)
{
    switch (cell->type) {
    case SQLITE_INTEGER:
        return sqlite3_bind_int64(stmt, at, cell->integer);
    case SQLITE_FLOAT:
        return sqlite3_bind_double(stmt, at, cell->real);
    case SQLITE_BLOB:
        return sqlite3_bind_blob64(stmt, at, cell->data, cell->size, SQLITE_STATIC);
    case SQLITE_TEXT:
        break;
    default:
        return sqlite3_bind_null(stmt, at);
    }
    const char *text = cell->data;
    if (text == buffer) {
        text = orm__arena_copy(&link->scratch, text, cell->size);
        if (text == NULL)
            return SQLITE_NOMEM;
    }
    return sqlite3_bind_text64(stmt, at, text, cell->size, SQLITE_STATIC, SQLITE_UTF8);
}

static orm_status bind_one(orm__link *link, orm__sqlite_prepared *prepared, int at,
                           const orm__param *param, const orm_value *value, orm_error *error)
{
    int code;
    if (value->kind == ORM_KIND_INT && param->type <= ORM_TYPE_BIGINT) {
        code = sqlite3_bind_int64(prepared->stmt, at, value->as.integer);
    } else if (param->list && value->kind == ORM_KIND_ARRAY) {
        prepared->borrows = true;
        code = bind_list(link, prepared->stmt, at, param, value);
    } else {
        char buffer[ORM_TEMPORAL_TEXT_SIZE];
        orm__sqlite_cell cell;
        orm_status status = orm__sqlite_encode(param, value, buffer, &link->scratch, &cell, error);
        if (status != ORM_OK)
            return status;
        if (cell.type == SQLITE_TEXT || cell.type == SQLITE_BLOB)
            prepared->borrows = true;
        code = bind_cell(link, prepared->stmt, at, &cell, buffer);
    }
    if (code == SQLITE_OK)
        return ORM_OK;
    if (code == SQLITE_NOMEM)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    orm_status status = orm__sqlite_fail(link, code, error);
    orm__fail_at(error, param->model == NULL ? NULL : param->model->name,
                 param->column == NULL ? NULL : param->column->field);
    return status;
}

orm_status orm__sqlite_bind(orm__link *link, orm__sqlite_prepared *prepared, const orm__call *call,
                            orm_error *error)
{
    static const orm__param raw = {.type = ORM_TYPE_NONE};
    if (call->value_count != prepared->value_count)
        return orm__fail(error, ORM_INVALID,
                         "the statement has %u parameters, %zu values were given",
                         (unsigned)prepared->value_count, call->value_count);
    const orm__param *params = call->statement->params;
    for (int i = 0; i < prepared->param_count; i++) {
        uint16_t number = prepared->numbers[i];
        const orm__param *param = params == NULL ? &raw : &params[number];
        orm_status status = bind_one(link, prepared, i + 1, param, &call->values[number], error);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}
