#include "model/array_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/fail.h"
#include "model/array.h"
#include "model/json_number.h"
#include "model/numeric.h"
#include "model/type_rules.h"
#include "model/utf8.h"

/* One array being written. */
typedef struct writer {
    const orm_model *model;
    const orm_column *column;
    orm__buffer out;
    orm__arena *arena; /* for numerics on their way */
    orm_error *error;
} writer;

#define TEXT_LIMIT ((size_t)1 << 30)

static orm_status refuse(const writer *w, orm_status status, const char *what)
{
    const char *model = w->model == NULL ? NULL : w->model->name;
    const char *field = w->column->field;
    (void)orm__fail(w->error, status, "%s%s%s: %s", model == NULL ? "" : model,
                    model == NULL ? "" : ".", field == NULL ? "array" : field, what);
    orm__fail_at(w->error, model, field);
    return status;
}

/* A character that can't stand in a JSON string as it is. */
static void put_escaped(orm__buffer *out, char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char named[] = "\"\\bfnrt";
    const char *found = strchr(plain, c);
    if (found == NULL) {
        orm__buffer_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
        return;
    }
    orm__buffer_char(out, '\\');
    orm__buffer_char(out, named[found - plain]);
}

/* Text without NULs, as the check has made sure. */
static void put_string(orm__buffer *out, const char *text, size_t size)
{
    size_t from = 0;
    orm__buffer_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] >= 0x20 && text[i] != '"' && text[i] != '\\')
            continue;
        orm__buffer_append(out, text + from, i - from);
        put_escaped(out, text[i]);
        from = i + 1;
    }
    orm__buffer_append(out, text + from, size - from);
    orm__buffer_char(out, '"');
}

static void put_bytes(orm__buffer *out, const unsigned char *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    orm__buffer_text(out, "\"\\\\x");
    char *at = size > TEXT_LIMIT / 2 ? NULL : orm__buffer_extend(out, 2 * size);
    if (at == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        *at++ = digits[data[i] >> 4];
        *at++ = digits[data[i] & 15];
    }
    orm__buffer_char(out, '"');
}

static void put_real(orm__buffer *out, double value, bool narrow)
{
    char text[ORM__JSON_NUMBER_SIZE];
    if (isnan(value))
        orm__buffer_text(out, "\"NaN\"");
    else if (isinf(value))
        orm__buffer_text(out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    else
        orm__buffer_append(out, text, orm__json_number_format(value, narrow, text));
}

/*
 * With the column's scale, so that equal arrays have equal text. What is stored was rounded before;
 * what is only compared with may have more digits and keeps them.
 */
static orm_status put_numeric(writer *w, const orm_value *item)
{
    const char *text = item->as.span.data;
    size_t size = item->as.span.size;
    int32_t precision = w->column->type == ORM_TYPE_NUMERIC ? w->column->length : 0;
    orm_status status = orm__numeric_pad(text, size, precision == 0 ? -1 : w->column->scale,
                                         w->arena, &text, &size);
    if (status == ORM_NOMEM)
        return refuse(w, status, "out of memory");
    if (status != ORM_OK)
        return refuse(w, ORM_INVALID, "an element is not a number that fits");
    put_string(&w->out, text, size);
    return ORM_OK;
}

/* char(n) is padded with blanks to n characters. */
static orm_status put_char(writer *w, const char *text, size_t size)
{
    size_t length = orm__utf8_length(text, size);
    size_t want = w->column->length > 0 ? (size_t)w->column->length : 1;
    size_t blanks = want > length ? want - length : 0;
    char *padded = orm__arena_alloc(w->arena, size + blanks);
    if (padded == NULL)
        return refuse(w, ORM_NOMEM, "out of memory");
    if (size > 0)
        memcpy(padded, text, size);
    memset(padded + size, ' ', blanks);
    put_string(&w->out, padded, size + blanks);
    return ORM_OK;
}

static orm_status put_label(writer *w, int64_t number)
{
    const orm_enum_labels *labels = w->column->labels;
    if (labels == NULL || number < 1 || (uint64_t)number > labels->count)
        return refuse(w, ORM_INVALID, "an element is no value of the enum");
    const char *label = labels->labels[number - 1];
    put_string(&w->out, label, strlen(label));
    return ORM_OK;
}

/* Types whose text has nothing to escape. */
static void put_formatted(orm__buffer *out, const orm_value *item)
{
    char text[ORM_TEMPORAL_TEXT_SIZE];
    size_t size = 0;
    int64_t number = item->as.integer;
    switch (item->kind) {
    case ORM_KIND_UUID:
        size = orm_uuid_format(item->as.uuid, text);
        break;
    case ORM_KIND_DATE:
        size = orm_date_format((orm_date){(int32_t)number}, text);
        break;
    case ORM_KIND_TIME:
        size = orm_time_format((orm_time){number}, text);
        break;
    case ORM_KIND_TIMESTAMP:
        size = orm_timestamp_format((orm_timestamp){number}, text);
        break;
    case ORM_KIND_TIMESTAMPTZ:
        size = orm_timestamptz_format((orm_timestamptz){number}, text);
        break;
    case ORM_KIND_INTERVAL:
        size = orm_interval_format(item->as.interval, text);
        break;
    default:
        break;
    }
    put_string(out, text, size);
}

static orm_status put_item(writer *w, orm_type type, const orm_value *item)
{
    orm__buffer *out = &w->out;
    switch (item->kind) {
    case ORM_KIND_NULL:
        orm__buffer_text(out, "null");
        break;
    case ORM_KIND_BOOL:
        orm__buffer_text(out, item->as.boolean ? "true" : "false");
        break;
    case ORM_KIND_INT:
        if (type == ORM_TYPE_ENUM)
            return put_label(w, item->as.integer);
        orm__buffer_printf(out, "%" PRId64, item->as.integer);
        break;
    case ORM_KIND_DOUBLE:
        put_real(out, item->as.real, type == ORM_TYPE_REAL);
        break;
    case ORM_KIND_TEXT:
        if (w->column->type == ORM_TYPE_CHAR)
            return put_char(w, item->as.span.data, item->as.span.size);
        put_string(out, item->as.span.data, item->as.span.size);
        break;
    case ORM_KIND_JSON:
        put_string(out, item->as.span.data, item->as.span.size);
        break;
    case ORM_KIND_BYTES:
        put_bytes(out, item->as.span.data, item->as.span.size);
        break;
    case ORM_KIND_NUMERIC:
        return put_numeric(w, item);
    default:
        put_formatted(out, item);
        break;
    }
    return ORM_OK;
}

orm_status orm__array_to_json(const orm_model *model, const orm_column *column,
                              const orm_value *value, orm__arena *arena, const char **text_out,
                              size_t *size_out, orm_error *error)
{
    writer w = {.model = model, .column = column, .arena = arena, .error = error};
    orm_type type = orm__array_item_type((orm_type)column->type);
    orm_status status = ORM_OK;
    orm__buffer_init(&w.out, arena->allocator, TEXT_LIMIT);
    orm__buffer_char(&w.out, '[');
    for (size_t i = 0; i < value->as.span.size && status == ORM_OK; i++) {
        orm_value item = orm__array_item(type, value->as.span.data, i);
        if (i > 0)
            orm__buffer_char(&w.out, ',');
        status = put_item(&w, type, &item);
    }
    orm__buffer_char(&w.out, ']');
    const char *text = NULL;
    if (status == ORM_OK && !w.out.failed)
        text = orm__arena_copy(arena, w.out.data, w.out.size);
    if (text != NULL) {
        *text_out = text;
        *size_out = w.out.size;
    } else if (status == ORM_OK) {
        status = refuse(&w, ORM_NOMEM, "out of memory");
    }
    orm__buffer_dispose(&w.out);
    return status;
}
