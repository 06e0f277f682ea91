/* Columns of the present row, into the members of a struct or as raw SQL asks for them. */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"
#include "model/array_json.h"
#include "model/column_value.h"
#include "model/numeric.h"
#include "model/utf8.h"

/* One column being decoded. */
typedef struct source {
    orm__rows *rows;
    sqlite3_stmt *stmt;
    const orm__field *field;
    const orm_column *column;
    orm__arena *arena;
    int at;
    int found; /* storage class */
} source;

/* Members are written by type, with `has` set when the column is nullable. */
#define STORE(opt, expression)                                                                     \
    do {                                                                                           \
        if (nullable) {                                                                            \
            ((opt *)member)->value = (expression);                                                 \
            ((opt *)member)->has = true;                                                           \
        } else {                                                                                   \
            *(__typeof__(((opt *)member)->value) *)member = (expression);                          \
        }                                                                                          \
    } while (0)

/* The layout all orm_array_<type> share. */
typedef struct any_array {
    const void *items;
    size_t count;
    bool has;
} any_array;

static const char *class_name(int found)
{
    static const char *const names[] = {"nothing", "INTEGER", "REAL", "TEXT", "BLOB", "NULL"};
    return names[found >= SQLITE_INTEGER && found <= SQLITE_NULL ? found : 0];
}

static orm_status fail_source(const source *from, orm_status status, const char *why,
                              orm_error *error)
{
    char type[64];
    (void)orm__fail(error, status, "the %s column holds %s %s", orm__type_text(from->column, type),
                    class_name(from->found), why);
    orm__fail_at(error, from->field->model == NULL ? NULL : from->field->model->name,
                 from->column->field);
    return status;
}

/* Quotes what was found as far as it can be shown. */
static orm_status mismatch(const source *from, orm_error *error)
{
    char shown[44];
    size_t size = 0;
    const char *text =
        from->found == SQLITE_BLOB ? "" : (const char *)sqlite3_column_text(from->stmt, from->at);
    if (text == NULL) text = "";
    while (size < 40 && text[size] != '\0' && isascii(text[size]) && isprint(text[size])) size++;
    if (size == 0) return fail_source(from, ORM_SCHEMA, "", error);
    (void)snprintf(shown, sizeof shown, "'%.*s'", (int)size, text);
    return fail_source(from, ORM_SCHEMA, shown, error);
}

static orm_status no_memory(orm_error *error)
{
    return orm__fail(error, ORM_NOMEM, "out of memory");
}

static orm_status out_of_range(const source *from, orm_error *error)
{
    return fail_source(from, ORM_RANGE, "that does not fit", error);
}

/* A whole number, also when another program stored it as a REAL. */
static orm_status whole(const source *from, int64_t low, int64_t high, int64_t *value_out,
                        orm_error *error)
{
    if (from->found == SQLITE_INTEGER) {
        *value_out = sqlite3_column_int64(from->stmt, from->at);
    } else {
        double real =
            from->found == SQLITE_FLOAT ? sqlite3_column_double(from->stmt, from->at) : 0.5;
        if (rint(real) != real || isinf(real)) return mismatch(from, error);
        if (real < -0x1p63 || real >= 0x1p63) return out_of_range(from, error);
        *value_out = (int64_t)real;
    }
    from->rows->call->bytes += 8;
    return *value_out >= low && *value_out <= high ? ORM_OK : out_of_range(from, error);
}

static orm_status read_whole(const source *from, char *member, bool nullable, orm_error *error)
{
    int64_t value = 0;
    orm_status status;
    switch ((orm_type)from->column->type) {
    case ORM_TYPE_SMALLINT:
        status = whole(from, INT16_MIN, INT16_MAX, &value, error);
        if (status == ORM_OK) STORE(orm_opt_i16, (int16_t)value);
        return status;
    case ORM_TYPE_INTEGER:
        status = whole(from, INT32_MIN, INT32_MAX, &value, error);
        if (status == ORM_OK) STORE(orm_opt_i32, (int32_t)value);
        return status;
    case ORM_TYPE_BOOLEAN:
        status = whole(from, INT64_MIN, INT64_MAX, &value, error);
        if (status == ORM_OK && value != 0 && value != 1) return mismatch(from, error);
        if (status == ORM_OK) STORE(orm_opt_bool, value == 1);
        return status;
    default:
        status = whole(from, INT64_MIN, INT64_MAX, &value, error);
        if (status == ORM_OK) STORE(orm_opt_i64, value);
        return status;
    }
}

static orm_status read_real(const source *from, char *member, bool nullable, orm_error *error)
{
    if (from->found != SQLITE_FLOAT && from->found != SQLITE_INTEGER) return mismatch(from, error);
    double value = sqlite3_column_double(from->stmt, from->at);
    from->rows->call->bytes += 8;
    if (from->column->type == ORM_TYPE_DOUBLE) {
        STORE(orm_opt_double, value);
        return ORM_OK;
    }
    if (isfinite(value) && fabs(value) > FLT_MAX) return out_of_range(from, error);
    STORE(orm_opt_float, (float)value);
    return ORM_OK;
}

/* The text of a column, checked; a number in a text column reads as its text. */
static orm_status text_of(const source *from, bool numbers, const char **text_out, size_t *size_out,
                          orm_error *error)
{
    bool fits = from->found == SQLITE_TEXT || (numbers && from->found != SQLITE_BLOB);
    if (!fits) return mismatch(from, error);
    const char *text = (const char *)sqlite3_column_text(from->stmt, from->at);
    if (text == NULL) return no_memory(error);
    *size_out = (size_t)sqlite3_column_bytes(from->stmt, from->at);
    *text_out = text;
    from->rows->call->bytes += (int64_t)*size_out;
    orm__utf8_fault fault = orm__utf8_check(text, *size_out);
    if (fault == ORM__UTF8_NUL) return fail_source(from, ORM_SCHEMA, "with a NUL within", error);
    if (fault != ORM__UTF8_OK) return fail_source(from, ORM_SCHEMA, "that is not UTF-8", error);
    return ORM_OK;
}

/* Other programs do not pad char(n). */
static const char *pad(const source *from, const char *text, size_t size)
{
    size_t length = orm__utf8_length(text, size);
    size_t want = from->column->length > 0 ? (size_t)from->column->length : 1;
    if (length >= want) return orm__arena_copy(from->arena, text, size);
    char *padded = orm__arena_alloc(from->arena, size + want - length + 1);
    if (padded == NULL) return NULL;
    memcpy(padded, text, size);
    memset(padded + size, ' ', want - length);
    padded[size + want - length] = '\0';
    return padded;
}

static orm_status read_text(const source *from, char *member, orm_error *error)
{
    const char *text = NULL;
    size_t size = 0;
    orm_status status = text_of(from, true, &text, &size, error);
    if (status != ORM_OK) return status;
    const char *copy = from->column->type == ORM_TYPE_CHAR
                           ? pad(from, text, size)
                           : orm__arena_copy(from->arena, text, size);
    if (copy == NULL) return no_memory(error);
    *(const char **)member = copy;
    return ORM_OK;
}

/* Whatever the locale writes between whole and fraction becomes a point. */
static void use_point(char *text)
{
    size_t foreign = strspn(text, "0123456789+-e");
    if (text[foreign] == '\0') return;
    size_t size = strcspn(text + foreign, "0123456789+-e");
    text[foreign] = '.';
    memmove(text + foreign + 1, text + foreign + size, strlen(text + foreign + size) + 1);
}

/* The shortest text that reads back as the same number. */
static void print_real(double value, char *text, size_t size)
{
    if (isinf(value)) {
        (void)snprintf(text, size, "%s", value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, size, "%.*g", digits, value);
        double back = 0;
        if (sscanf(text, "%lf", &back) == 1 && back >= value && back <= value) break;
    }
    use_point(text);
}

static orm_status read_numeric(const source *from, char *member, orm_error *error)
{
    char printed[40];
    const char *text = printed;
    size_t size = SIZE_MAX;
    orm_status status = ORM_OK;
    if (from->found == SQLITE_FLOAT)
        print_real(sqlite3_column_double(from->stmt, from->at), printed, sizeof printed);
    else if (from->found == SQLITE_INTEGER)
        (void)snprintf(printed, sizeof printed, "%lld",
                       (long long)sqlite3_column_int64(from->stmt, from->at));
    else
        status = text_of(from, false, &text, &size, error);
    if (status != ORM_OK) return status;
    const char *plain = NULL;
    status = from->column->length == 0
                 ? orm__numeric_expand(text, size, from->arena, &plain, &size)
                 : orm__numeric_round(text, size, from->column->length, from->column->scale,
                                      from->arena, &plain, &size);
    if (status == ORM_OK) ((orm_numeric *)member)->text = plain;
    if (status == ORM_NOMEM) return no_memory(error);
    if (status == ORM_RANGE) return out_of_range(from, error);
    return status == ORM_OK ? ORM_OK : mismatch(from, error);
}

static orm_status read_bytes(const source *from, char *member, orm_error *error)
{
    if (from->found != SQLITE_BLOB) return mismatch(from, error);
    const void *data = sqlite3_column_blob(from->stmt, from->at);
    size_t size = (size_t)sqlite3_column_bytes(from->stmt, from->at);
    const void *copy = data == NULL && size > 0 ? NULL : orm__arena_copy(from->arena, data, size);
    if (copy == NULL) return no_memory(error);
    *(orm_bytes *)member = (orm_bytes){copy, size};
    from->rows->call->bytes += (int64_t)size;
    return ORM_OK;
}

/* SQLite's own functions give moments in UTC without saying so, and dates alone. */
static orm_status parse_timestamptz(const char *text, orm_timestamptz *value_out)
{
    orm_timestamp plain;
    orm_date date;
    orm_status status = orm_timestamptz_parse(text, value_out);
    if (status != ORM_INVALID) return status;
    status = orm_timestamp_parse(text, &plain);
    if (status == ORM_OK) value_out->micros = plain.micros;
    if (status != ORM_INVALID) return status;
    status = orm_date_parse(text, &date);
    if (status == ORM_OK) value_out->micros = (int64_t)date.days * INT64_C(86400000000);
    return status;
}

static orm_status parse_timestamp(const char *text, orm_timestamp *value_out)
{
    orm_date date;
    orm_status status = orm_timestamp_parse(text, value_out);
    if (status != ORM_INVALID) return status;
    status = orm_date_parse(text, &date);
    if (status == ORM_OK) value_out->micros = (int64_t)date.days * INT64_C(86400000000);
    return status;
}

/* Parses with the function of a type and stores the value. */
#define PARSE(type, parse)                                                                         \
    do {                                                                                           \
        orm_##type value;                                                                          \
        status = parse(text, &value);                                                              \
        if (status == ORM_OK) STORE(orm_opt_##type, value);                                        \
    } while (0)

/* Types kept as text of a fixed form. */
static orm_status read_formed(const source *from, char *member, bool nullable, orm_error *error)
{
    const char *text = NULL;
    size_t size = 0;
    orm_status status = text_of(from, false, &text, &size, error);
    if (status != ORM_OK) return status;
    switch ((orm_type)from->column->type) {
    case ORM_TYPE_UUID:
        PARSE(uuid, orm_uuid_parse);
        break;
    case ORM_TYPE_DATE:
        PARSE(date, orm_date_parse);
        break;
    case ORM_TYPE_TIME:
        PARSE(time, orm_time_parse);
        break;
    case ORM_TYPE_TIMESTAMP:
        PARSE(timestamp, parse_timestamp);
        break;
    case ORM_TYPE_TIMESTAMPTZ:
        PARSE(timestamptz, parse_timestamptz);
        break;
    default:
        PARSE(interval, orm_interval_parse);
        break;
    }
    if (status == ORM_OK) return ORM_OK;
    return status == ORM_RANGE ? out_of_range(from, error) : mismatch(from, error);
}

static orm_status read_enum(const source *from, char *member, orm_error *error)
{
    const char *text = NULL;
    size_t size = 0;
    orm_status status = text_of(from, false, &text, &size, error);
    if (status != ORM_OK) return status;
    const orm_enum_labels *labels = from->column->labels;
    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(labels->labels[i], text) != 0) continue;
        *(int *)member = (int)i + 1;
        return ORM_OK;
    }
    return mismatch(from, error);
}

static orm_status read_array(const source *from, char *member, orm_error *error)
{
    const char *text = NULL;
    size_t size = 0;
    any_array array = {.has = true};
    orm_status status = text_of(from, false, &text, &size, error);
    if (status != ORM_OK) return status;
    status = orm__array_from_json(from->field->model, from->column, text, size, from->arena,
                                  &array.items, &array.count, error);
    if (status == ORM_OK) memcpy(member, &array, sizeof array);
    return status;
}

static orm_status read_null(const source *from, char *member, orm_error *error)
{
    if ((from->column->flags & ORM_COLUMN_NULLABLE) == 0)
        return fail_source(from, ORM_SCHEMA, "but is not nullable in the model", error);
    memset(member, 0, orm__column_size(from->column));
    return ORM_OK;
}

static orm_status read_value(const source *from, char *member, orm_error *error)
{
    bool nullable = (from->column->flags & ORM_COLUMN_NULLABLE) != 0;
    if ((from->column->flags & ORM_COLUMN_ARRAY) != 0) return read_array(from, member, error);
    switch ((orm_type)from->column->type) {
    case ORM_TYPE_BOOLEAN:
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        return read_whole(from, member, nullable, error);
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return read_real(from, member, nullable, error);
    case ORM_TYPE_NUMERIC:
        return read_numeric(from, member, error);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return read_text(from, member, error);
    case ORM_TYPE_BYTEA:
        return read_bytes(from, member, error);
    case ORM_TYPE_ENUM:
        return read_enum(from, member, error);
    case ORM_TYPE_UUID:
    case ORM_TYPE_DATE:
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
    case ORM_TYPE_INTERVAL:
        return read_formed(from, member, nullable, error);
    case ORM_TYPE_NONE:
        break;
    }
    return orm__fail(error, ORM_MISUSE, "a column without a type");
}

orm_status orm__sqlite_read(orm__rows *rows, const orm__field *fields, size_t count, void *object,
                            orm__arena *arena, orm_error *error)
{
    source from = {.rows = rows, .stmt = rows->stmt, .arena = arena};
    for (size_t i = 0; i < count; i++) {
        char *member = (char *)object + fields[i].offset;
        from.field = &fields[i];
        from.column = fields[i].column;
        from.at = fields[i].position;
        from.found = sqlite3_column_type(rows->stmt, from.at);
        orm_status status = from.found == SQLITE_NULL ? read_null(&from, member, error)
                                                      : read_value(&from, member, error);
        if (status != ORM_OK) return status;
    }
    return ORM_OK;
}

orm_status orm__sqlite_read_int(orm__rows *rows, uint16_t position, int64_t *value_out,
                                orm_error *error)
{
    if (sqlite3_column_type(rows->stmt, position) != SQLITE_INTEGER)
        return orm__fail(error, ORM_SCHEMA, "result column %u is not an integer",
                         (unsigned)position + 1);
    *value_out = sqlite3_column_int64(rows->stmt, position);
    rows->call->bytes += 8;
    return ORM_OK;
}

bool orm__sqlite_is_null(orm__rows *rows, uint16_t position)
{
    return sqlite3_column_type(rows->stmt, position) == SQLITE_NULL;
}

size_t orm__sqlite_column_count(orm__rows *rows)
{
    return (size_t)sqlite3_column_count(rows->stmt);
}

const char *orm__sqlite_column_name(orm__rows *rows, uint16_t position)
{
    return position < sqlite3_column_count(rows->stmt) ? sqlite3_column_name(rows->stmt, position)
                                                       : NULL;
}

orm_status orm__sqlite_raw_int(orm__rows *rows, uint16_t position, orm_opt_i64 *value_out)
{
    double real;
    *value_out = (orm_opt_i64){.has = false};
    if (position >= sqlite3_column_count(rows->stmt)) return ORM_INVALID;
    switch (sqlite3_column_type(rows->stmt, position)) {
    case SQLITE_NULL:
        return ORM_OK;
    case SQLITE_INTEGER:
        *value_out = (orm_opt_i64){sqlite3_column_int64(rows->stmt, position), true};
        break;
    case SQLITE_FLOAT:
        real = sqlite3_column_double(rows->stmt, position);
        if (rint(real) != real) return ORM_SCHEMA;
        if (real < -0x1p63 || real >= 0x1p63) return ORM_RANGE;
        *value_out = (orm_opt_i64){(int64_t)real, true};
        break;
    default:
        return ORM_SCHEMA;
    }
    rows->call->bytes += 8;
    return ORM_OK;
}

orm_status orm__sqlite_raw_double(orm__rows *rows, uint16_t position, orm_opt_double *value_out)
{
    *value_out = (orm_opt_double){.has = false};
    if (position >= sqlite3_column_count(rows->stmt)) return ORM_INVALID;
    int found = sqlite3_column_type(rows->stmt, position);
    if (found == SQLITE_NULL) return ORM_OK;
    if (found != SQLITE_INTEGER && found != SQLITE_FLOAT) return ORM_SCHEMA;
    *value_out = (orm_opt_double){sqlite3_column_double(rows->stmt, position), true};
    rows->call->bytes += 8;
    return ORM_OK;
}

orm_status orm__sqlite_raw_text(orm__rows *rows, uint16_t position, orm__arena *arena,
                                const char **value_out)
{
    *value_out = NULL;
    if (position >= sqlite3_column_count(rows->stmt)) return ORM_INVALID;
    int found = sqlite3_column_type(rows->stmt, position);
    if (found == SQLITE_NULL) return ORM_OK;
    if (found == SQLITE_BLOB) return ORM_SCHEMA;
    const char *text = (const char *)sqlite3_column_text(rows->stmt, position);
    if (text == NULL) return ORM_NOMEM;
    size_t size = (size_t)sqlite3_column_bytes(rows->stmt, position);
    if (orm__utf8_check(text, size) != ORM__UTF8_OK) return ORM_SCHEMA;
    *value_out = orm__arena_copy(arena, text, size);
    rows->call->bytes += (int64_t)size;
    return *value_out == NULL ? ORM_NOMEM : ORM_OK;
}
