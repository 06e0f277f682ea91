/* JSON values as values of columns. */
#include "input.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shape.h"
#include "text.h"
#include "writer.h"

/* One value on its way. */
struct reading {
    struct document *document;
    const struct where *where;
    const orm_column *column;
    const orm_json_column *json;
    json_t *value;
    struct scalar *out;
};

#define REFUSE(reading, code, ...)                                                                 \
    orm__json_fault((reading)->document, (reading)->where, (code), __VA_ARGS__)

static orm_status read_boolean(struct reading *reading)
{
    if (!json_is_boolean(reading->value))
        return REFUSE(reading, "type", "must be true or false");
    reading->out->as.integer = json_is_true(reading->value);
    return ORM_OK;
}

static orm_status read_integer(struct reading *reading)
{
    int64_t least = INT64_MIN, most = INT64_MAX;
    const char *text = json_is_number(reading->value)
                           ? orm__json_number_text(reading->document, reading->value)
                           : "";
    if (reading->column->type == ORM_TYPE_SMALLINT)
        least = INT16_MIN, most = INT16_MAX;
    if (reading->column->type == ORM_TYPE_INTEGER)
        least = INT32_MIN, most = INT32_MAX;
    size_t digits = *text == '-';
    while (text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (*text == '\0' || text[digits] != '\0')
        return REFUSE(reading, "type", "must be a whole number");
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (errno == ERANGE || value < least || value > most)
        return REFUSE(reading, "range", "must be between %" PRId64 " and %" PRId64, least, most);
    reading->out->as.integer = value;
    return ORM_OK;
}

static orm_status read_real(struct reading *reading)
{
    bool narrow = reading->column->type == ORM_TYPE_REAL;
    double *out = &reading->out->as.real;
    const char *text = json_string_value(reading->value);
    if (json_is_number(reading->value)) {
        text = orm__json_number_text(reading->document, reading->value);
        if (!orm__json_read_number(text, narrow, out))
            return REFUSE(reading, "range", "is beyond the greatest number of its type");
        return ORM_OK;
    }
    if (text != NULL && strcmp(text, "NaN") == 0)
        *out = (double)NAN;
    else if (text != NULL && strcmp(text, "Infinity") == 0)
        *out = HUGE_VAL;
    else if (text != NULL && strcmp(text, "-Infinity") == 0)
        *out = -HUGE_VAL;
    else
        return REFUSE(reading, "type", "must be a number");
    return ORM_OK;
}

/* The smallest number that numeric(p,s) can't hold once it is rounded: for (4,2), 99.995. */
static const char *numeric_bound(struct reading *reading)
{
    size_t scale = (size_t)reading->column->scale;
    size_t before = (size_t)reading->column->length - scale;
    char *text = orm__json_alloc(&reading->document->memory, before + scale + 4);
    if (text == NULL)
        return NULL;
    size_t at = 0;
    if (before == 0)
        text[at++] = '0';
    memset(text + at, '9', before);
    at += before;
    text[at++] = '.';
    memset(text + at, '9', scale);
    text[at + scale] = '5';
    return text;
}

static orm_status check_precision(struct reading *reading, const char *text)
{
    const orm_column *column = reading->column;
    bool infinite = strstr(text, "Infinity") != NULL;
    const char *bound = NULL;
    if (column->length == 0 || strcmp(text, "NaN") == 0)
        return ORM_OK;
    if (!infinite && (bound = numeric_bound(reading)) == NULL)
        return ORM_NOMEM;
    orm_numeric size = {*text == '-' ? text + 1 : text};
    if (infinite || orm_numeric_compare(size, (orm_numeric){bound}) >= 0)
        return REFUSE(reading, "range", "must have at most %d digits before the point",
                      (int)(column->length - column->scale));
    return ORM_OK;
}

static orm_status read_numeric(struct reading *reading)
{
    enum { LONGEST_EXPONENT = 6 };
    const char *text = json_is_number(reading->value)
                           ? orm__json_number_text(reading->document, reading->value)
                           : json_string_value(reading->value);
    if (text == NULL)
        return REFUSE(reading, "type", "must be a number, or a string that holds one");
    size_t size =
        json_is_string(reading->value) ? json_string_length(reading->value) : strlen(text);
    if (strlen(text) != size || !orm_numeric_is_valid(text))
        return REFUSE(reading, "format", "must be a decimal number");
    const char *exponent = strpbrk(text, "eE");
    if (exponent != NULL && strchr("NI", text[*text == '-']) == NULL &&
        strlen(exponent) > LONGEST_EXPONENT)
        return REFUSE(reading, "range", "has too large an exponent");
    char *copy = orm__json_copy(&reading->document->memory, text, size);
    if (copy == NULL)
        return ORM_NOMEM;
    reading->out->as.text = copy;
    return check_precision(reading, copy);
}

/* The string at hand; NULL, with the fault noted, when it is none or has a NUL in it. */
static const char *string_of(struct reading *reading, const char *expected, orm_status *status_out)
{
    const char *text = json_string_value(reading->value);
    *status_out = ORM_OK;
    if (text == NULL)
        *status_out = REFUSE(reading, "type", "must be %s", expected);
    else if (strlen(text) != json_string_length(reading->value))
        *status_out = REFUSE(reading, "format", "must not have the character \\u0000 in it");
    return *status_out == ORM_OK ? text : NULL;
}

static orm_status read_text(struct reading *reading)
{
    const orm_column *column = reading->column;
    size_t characters = 0;
    orm_status status = ORM_OK;
    const char *text = string_of(reading, "a string", &status);
    if (text == NULL)
        return status;
    (void)orm__json_is_utf8(text, strlen(text), &characters);
    if (column->length > 0 && characters > (size_t)column->length)
        return REFUSE(reading, "length", "must be at most %d characters long", (int)column->length);
    reading->out->as.text = text;
    return ORM_OK;
}

static orm_status read_bytes(struct reading *reading)
{
    orm_status status = ORM_OK;
    const char *text = string_of(reading, "a string of base64", &status);
    if (text == NULL)
        return status;
    size_t length = json_string_length(reading->value), size = 0;
    unsigned char *data = orm__json_alloc(&reading->document->memory, length / 4 * 3 + 3);
    if (data == NULL)
        return ORM_NOMEM;
    if (!orm__json_base64_decode(text, length, data, &size))
        return REFUSE(reading, "format", "must be base64 with its padding");
    reading->out->as.bytes = (orm_bytes){data, size};
    return ORM_OK;
}

static orm_status parse_text(struct reading *reading, const char *text)
{
    struct scalar *out = reading->out;
    orm_time time = {0};
    orm_timestamp stamp = {0};
    orm_timestamptz moment = {0};
    orm_status status = ORM_OK;
    switch (reading->column->type) {
    case ORM_TYPE_UUID:
        return orm_uuid_parse(text, &out->as.uuid);
    case ORM_TYPE_DATE:
        return orm_date_parse(text, &out->as.date);
    case ORM_TYPE_INTERVAL:
        return orm_interval_parse(text, &out->as.interval);
    case ORM_TYPE_TIME:
        status = orm_time_parse(text, &time);
        out->as.integer = time.micros;
        return status;
    case ORM_TYPE_TIMESTAMP:
        status = orm_timestamp_parse(text, &stamp);
        out->as.integer = stamp.micros;
        return status;
    default:
        status = orm_timestamptz_parse(text, &moment);
        out->as.integer = moment.micros;
        return status;
    }
}

static const char *form_of(uint8_t type)
{
    switch (type) {
    case ORM_TYPE_UUID:
        return "a UUID, such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    case ORM_TYPE_DATE:
        return "a date, such as 2024-02-29";
    case ORM_TYPE_TIME:
        return "a time, such as 10:30:00";
    case ORM_TYPE_INTERVAL:
        return "an ISO 8601 duration, such as P1DT2H";
    case ORM_TYPE_TIMESTAMP:
        return "a date and time without a zone, such as 2024-02-29T10:30:00";
    default:
        return "a date and time with a zone, such as 2024-02-29T10:30:00Z";
    }
}

static orm_status read_parsed(struct reading *reading)
{
    orm_status status = ORM_OK;
    const char *form = form_of(reading->column->type);
    const char *text = string_of(reading, form, &status);
    if (text == NULL)
        return status;
    status = parse_text(reading, text);
    if (status == ORM_RANGE)
        return REFUSE(reading, "range", "is beyond what its type can hold");
    return status == ORM_OK ? ORM_OK : REFUSE(reading, "format", "must be %s", form);
}

static orm_status read_label(struct reading *reading)
{
    const orm_enum_labels *labels = reading->column->labels;
    const char *text = json_string_value(reading->value);
    size_t room = 0;
    for (size_t i = 0; i < labels->count; i++) {
        room += strlen(labels->labels[i]) + 2;
        if (text == NULL || strcmp(labels->labels[i], text) != 0 ||
            strlen(text) != json_string_length(reading->value))
            continue;
        reading->out->as.integer = (int64_t)i + 1;
        return ORM_OK;
    }
    char *list = orm__json_alloc(&reading->document->memory, room + 1);
    if (list == NULL)
        return ORM_NOMEM;
    for (size_t i = 0, at = 0; i < labels->count; at = strlen(list), i++) {
        memcpy(list + at, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        memcpy(list + at + (i > 0 ? 2 : 0), labels->labels[i], strlen(labels->labels[i]));
    }
    return REFUSE(reading, text == NULL ? "type" : "label", "must be one of: %s", list);
}

/* A part of the document as text again; numbers as they were spelled. */
static void write_value(struct document *document, orm_json_writer *writer, json_t *value,
                        bool *has_nul)
{
    const char *key = NULL;
    json_t *item = NULL;
    size_t i = 0;
    if (json_is_object(value)) {
        orm_json_begin_object(writer);
        json_object_foreach(value, key, item)
        {
            orm_json_put_key(writer, key);
            write_value(document, writer, item, has_nul);
        }
        orm_json_end_object(writer);
    } else if (json_is_array(value)) {
        orm_json_begin_array(writer);
        json_array_foreach(value, i, item) write_value(document, writer, item, has_nul);
        orm_json_end_array(writer);
    } else if (json_is_number(value)) {
        orm_json_put_json(writer, (orm_json){orm__json_number_text(document, value)});
    } else if (json_is_string(value)) {
        *has_nul = *has_nul || strlen(json_string_value(value)) != json_string_length(value);
        orm_json_put_text(writer, json_string_value(value));
    } else {
        orm_json_put_json(writer, (orm_json){json_is_null(value)   ? "null"
                                             : json_is_true(value) ? "true"
                                                                   : "false"});
    }
}

static orm_status read_document(struct reading *reading)
{
    struct memory *memory = &reading->document->memory;
    orm_json_writer *writer = NULL;
    const char *text = NULL;
    size_t size = 0;
    bool has_nul = false;
    orm_json_writer_options options = {.max_size = SIZE_MAX / 4, .allocator = memory->allocator};
    orm_status status = orm_json_writer_open(&options, &writer);
    if (status != ORM_OK)
        return status;
    write_value(reading->document, writer, reading->value, &has_nul);
    status = orm_json_finish(writer, &text, &size);
    if (status == ORM_OK && has_nul)
        status = REFUSE(reading, "format", "must not have the character \\u0000 in it");
    if (status == ORM_OK && (reading->out->as.text = orm__json_copy(memory, text, size)) == NULL)
        status = ORM_NOMEM;
    orm_json_writer_close(writer);
    return status;
}

static orm_status read_value(struct reading *reading)
{
    switch (reading->column->type) {
    case ORM_TYPE_BOOLEAN:
        return read_boolean(reading);
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        return read_integer(reading);
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return read_real(reading);
    case ORM_TYPE_NUMERIC:
        return read_numeric(reading);
    case ORM_TYPE_BYTEA:
        return read_bytes(reading);
    case ORM_TYPE_ENUM:
        return read_label(reading);
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return read_document(reading);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
        return read_text(reading);
    default:
        return read_parsed(reading);
    }
}

orm_status orm__json_read(struct document *document, const struct where *where,
                          const orm_column *column, const orm_json_column *json, json_t *value,
                          struct scalar *scalar_out)
{
    struct reading reading = {document, where, column, json, value, scalar_out};
    memset(scalar_out, 0, sizeof *scalar_out);
    orm_status status = read_value(&reading);
    return status == ORM_OK ? orm__json_check_limits(document, where, column, json, scalar_out)
                            : status;
}
