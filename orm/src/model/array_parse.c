/* JSON text to the items of an array. */
#include <string.h>

#include "base/fail.h"
#include "model/array.h"
#include "model/array_json.h"
#include "model/json_number.h"
#include "model/json_text.h"
#include "model/numeric.h"
#include "model/type_rules.h"
#include "model/utf8.h"

/* One array being read. */
typedef struct reader {
    const orm_model *model;
    const orm_column *column;
    orm_type type; /* of the items */
    orm__arena *arena;
    orm_error *error;
    const char *at;
    const char *end;
} reader;

static orm_status refuse(const reader *r, orm_status status, const char *what)
{
    const char *model = r->model == NULL ? NULL : r->model->name;
    const char *field = r->column->field;
    (void)orm__fail(r->error, status, "%s%s%s: the stored array %s", model == NULL ? "" : model,
                    model == NULL ? "" : ".", field == NULL ? "array" : field, what);
    orm__fail_at(r->error, model, field);
    return status;
}

static orm_status not_json(const reader *r)
{
    return refuse(r, ORM_SCHEMA, "is not JSON");
}

static orm_status wrong_element(const reader *r)
{
    return refuse(r, ORM_SCHEMA, "has an element of another type than the column");
}

static orm_status out_of_memory(const reader *r)
{
    (void)refuse(r, ORM_NOMEM, "does not fit into memory");
    return ORM_NOMEM;
}

static void skip_space(reader *r)
{
    r->at = orm__json_skip_space(r->at, r->end);
}

static bool take(reader *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool take_word(reader *r, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
        return false;
    r->at += size;
    return true;
}

/* How many elements there can be at most: commas outside strings, and one. */
static size_t count_elements(const reader *r)
{
    size_t count = 1;
    bool quoted = false;
    for (const char *at = r->at; at < r->end; at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (quoted && *at == '\\')
            at++;
        else if (!quoted && *at == ',')
            count++;
    }
    return count;
}

/* What follows a backslash, written to `out`; returns the end, NULL when it is no escape. */
static char *take_escape(reader *r, char *out)
{
    static const char named[] = "\"\\/bfnrt";
    static const char plain[] = "\"\\/\b\f\n\r\t";
    unsigned long code = 0;
    if (r->at == r->end)
        return NULL;
    char c = *r->at++;
    if (c == 'u') {
        const char *end = orm__json_code_point(r->at, r->end, &code);
        if (end == NULL)
            return NULL;
        r->at = end;
        return out + orm__utf8_put(out, code);
    }
    const char *found = c == '\0' ? NULL : strchr(named, c);
    if (found == NULL)
        return NULL;
    *out = plain[found - named];
    return out + 1;
}

/* The bytes up to the closing quote, escapes not yet read; SIZE_MAX when there is no such quote. */
static size_t string_extent(const reader *r)
{
    for (const char *at = r->at; at < r->end; at++) {
        if (*at == '"')
            return (size_t)(at - r->at);
        if (*at == '\\')
            at++;
    }
    return SIZE_MAX;
}

/* A string after its opening quote, as text in the arena. No escape is shorter than what it stands
 * for. */
static orm_status take_string(reader *r, orm_value *text_out)
{
    size_t extent = string_extent(r);
    if (extent == SIZE_MAX)
        return not_json(r);
    char *text = orm__arena_alloc(r->arena, extent + 1);
    if (text == NULL)
        return out_of_memory(r);
    char *out = text;
    const char *close = r->at + extent;
    while (r->at < close) {
        char c = *r->at++;
        if ((unsigned char)c < 0x20)
            return not_json(r);
        if (c != '\\')
            *out++ = c;
        else if ((out = take_escape(r, out)) == NULL)
            return not_json(r);
    }
    r->at++;
    *out = '\0';
    size_t size = (size_t)(out - text);
    if (orm__utf8_check(text, size) != ORM__UTF8_OK)
        return refuse(r, ORM_SCHEMA, "is not UTF-8");
    *text_out = (orm_value){.kind = ORM_KIND_TEXT, .as.span = {text, size}};
    return ORM_OK;
}

static orm_status take_label(reader *r, const orm_value *text, orm_value *item_out)
{
    const orm_enum_labels *labels = r->column->labels;
    for (size_t i = 0; labels != NULL && i < labels->count; i++) {
        if (strcmp(labels->labels[i], text->as.span.data) != 0)
            continue;
        *item_out = orm_bind_int((int64_t)i + 1);
        return ORM_OK;
    }
    return refuse(r, ORM_SCHEMA, "has an element that is no label of the enum");
}

static orm_status take_bytes(reader *r, const orm_value *text, orm_value *item_out)
{
    const char *at = text->as.span.data;
    size_t size = text->as.span.size;
    if (size < 2 || size % 2 != 0 || at[0] != '\\' || at[1] != 'x')
        return wrong_element(r);
    /* Two digits make a byte, so the bytes fit in front of the digits they are read from. */
    unsigned char *data = orm__arena_alloc(r->arena, size / 2);
    if (data == NULL)
        return out_of_memory(r);
    for (size_t i = 2; i < size; i += 2) {
        int high = orm__json_hex(at[i]);
        int low = orm__json_hex(at[i + 1]);
        if (high < 0 || low < 0)
            return wrong_element(r);
        data[i / 2 - 1] = (unsigned char)(high << 4 | low);
    }
    *item_out = (orm_value){.kind = ORM_KIND_BYTES, .as.span = {data, size / 2 - 1}};
    return ORM_OK;
}

static orm_status take_numeric(reader *r, const char *text, size_t size, orm_value *item_out)
{
    orm_value item = {.kind = ORM_KIND_NUMERIC};
    const char *plain = NULL;
    orm_status status = orm__numeric_expand(text, size, r->arena, &plain, &item.as.span.size);
    if (status == ORM_NOMEM)
        return out_of_memory(r);
    if (status == ORM_RANGE)
        return refuse(r, ORM_RANGE, "has a number with too many digits");
    if (status != ORM_OK)
        return wrong_element(r);
    item.as.span.data = plain;
    *item_out = item;
    return ORM_OK;
}

/* Texts of the types that have a parser of their own. */
static orm_status parse_text(orm_type type, const char *text, orm_value *item)
{
    orm_date date = {0};
    orm_time time = {0};
    orm_timestamp timestamp = {0};
    orm_timestamptz timestamptz = {0};
    orm_status status = ORM_INVALID;
    switch (type) {
    case ORM_TYPE_UUID:
        status = orm_uuid_parse(text, &item->as.uuid);
        break;
    case ORM_TYPE_INTERVAL:
        status = orm_interval_parse(text, &item->as.interval);
        break;
    case ORM_TYPE_DATE:
        status = orm_date_parse(text, &date);
        item->as.integer = date.days;
        break;
    case ORM_TYPE_TIME:
        status = orm_time_parse(text, &time);
        item->as.integer = time.micros;
        break;
    case ORM_TYPE_TIMESTAMP:
        status = orm_timestamp_parse(text, &timestamp);
        item->as.integer = timestamp.micros;
        break;
    case ORM_TYPE_TIMESTAMPTZ:
        status = orm_timestamptz_parse(text, &timestamptz);
        item->as.integer = timestamptz.micros;
        break;
    default:
        break;
    }
    return status;
}

static orm_status take_special(reader *r, const orm_value *text, orm_value *item_out)
{
    static const struct {
        const char *name;
        double value;
    } specials[] = {
        {"NaN", __builtin_nan("")}, {"Infinity", __builtin_inf()}, {"-Infinity", -__builtin_inf()}};
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (strcmp(specials[i].name, text->as.span.data) != 0)
            continue;
        *item_out = orm_bind_double(specials[i].value);
        return ORM_OK;
    }
    return wrong_element(r);
}

static orm_status string_item(reader *r, orm_value *item_out)
{
    orm_value text;
    orm_status status = take_string(r, &text);
    if (status != ORM_OK)
        return status;
    orm_value item = {.kind = (orm_kind)orm__type_rules[r->type].item_kind};
    switch (r->type) {
    case ORM_TYPE_TEXT:
    case ORM_TYPE_JSON:
        item.as = text.as;
        break;
    case ORM_TYPE_BYTEA:
        return take_bytes(r, &text, item_out);
    case ORM_TYPE_ENUM:
        return take_label(r, &text, item_out);
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return take_special(r, &text, item_out);
    case ORM_TYPE_NUMERIC:
        return take_numeric(r, text.as.span.data, text.as.span.size, item_out);
    default:
        status = parse_text(r->type, text.as.span.data, &item);
        break;
    }
    if (status == ORM_RANGE)
        return refuse(r, ORM_RANGE, "has an element that is out of range");
    if (status != ORM_OK)
        return wrong_element(r);
    *item_out = item;
    return ORM_OK;
}

static bool read_integer(const char *at, const char *end, int64_t *number_out)
{
    int64_t number = 0;
    bool negative = *at == '-';
    for (at += negative; at < end; at++) {
        int digit = *at - '0';
        if (__builtin_mul_overflow(number, 10, &number))
            return false;
        if (__builtin_add_overflow(number, negative ? -digit : digit, &number))
            return false;
    }
    *number_out = number;
    return true;
}

static bool integer_fits(orm_type type, int64_t number)
{
    if (type == ORM_TYPE_SMALLINT)
        return number == (int16_t)number;
    return type == ORM_TYPE_BIGINT || number == (int32_t)number;
}

static orm_status number_item(reader *r, orm_value *item_out)
{
    const char *start = r->at;
    bool whole = false;
    int64_t number = 0;
    double real = 0;
    const char *end = orm__json_number(start, r->end, &whole);
    if (end == NULL)
        return not_json(r);
    r->at = end;
    switch (r->type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        if (!whole)
            return wrong_element(r);
        if (!read_integer(start, r->at, &number) || !integer_fits(r->type, number))
            break;
        *item_out = orm_bind_int(number);
        return ORM_OK;
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        if (!orm__json_number_read(start, (size_t)(r->at - start), r->type == ORM_TYPE_REAL, &real))
            break;
        *item_out = orm_bind_double(real);
        return ORM_OK;
    case ORM_TYPE_NUMERIC:
        return take_numeric(r, start, (size_t)(r->at - start), item_out);
    default:
        return wrong_element(r);
    }
    return refuse(r, ORM_RANGE, "has a number that is out of range");
}

static orm_status take_item(reader *r, orm_value *item_out)
{
    skip_space(r);
    if (take(r, '"'))
        return string_item(r, item_out);
    if (take_word(r, "null")) {
        *item_out = orm_bind_null();
        return ORM_OK;
    }
    bool yes = take_word(r, "true");
    if (yes || take_word(r, "false")) {
        *item_out = orm_bind_bool(yes);
        return r->type == ORM_TYPE_BOOLEAN ? ORM_OK : wrong_element(r);
    }
    if (r->at < r->end && (*r->at == '[' || *r->at == '{'))
        return wrong_element(r);
    return number_item(r, item_out);
}

static orm_status take_items(reader *r, void *items, size_t *count_out)
{
    size_t count = 0;
    if (!take(r, ']')) {
        do {
            orm_value item;
            orm_status status = take_item(r, &item);
            if (status != ORM_OK)
                return status;
            orm__array_put(r->type, items, count++, &item);
        } while (take(r, ','));
        if (!take(r, ']'))
            return not_json(r);
    }
    skip_space(r);
    if (r->at != r->end)
        return not_json(r);
    *count_out = count;
    return ORM_OK;
}

orm_status orm__array_from_json(const orm_model *model, const orm_column *column, const char *text,
                                size_t size, orm__arena *arena, const void **items_out,
                                size_t *count_out, orm_error *error)
{
    reader r = {.model = model,
                .column = column,
                .arena = arena,
                .error = error,
                .at = text,
                .end = text + size};
    r.type = orm__array_item_type((orm_type)column->type);
    if (!take(&r, '['))
        return not_json(&r);
    size_t item_size = orm__array_item_size(r.type);
    size_t most = count_elements(&r);
    void *items = most > SIZE_MAX / item_size ? NULL : orm__arena_alloc(arena, most * item_size);
    if (items == NULL)
        return out_of_memory(&r);
    size_t count = 0;
    orm_status status = take_items(&r, items, &count);
    if (status != ORM_OK)
        return status;
    *items_out = items;
    *count_out = count;
    return ORM_OK;
}
