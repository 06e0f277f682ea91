#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "model/array.h"
#include "model/column_value.h"
#include "model/json_text.h"
#include "model/moment.h"
#include "model/numeric.h"
#include "model/type_rules.h"
#include "model/utf8.h"

/* One check under way. */
typedef struct check {
    const orm_model *model;
    const orm_column *column;
    bool compare;
    orm__arena *arena;
    orm_error *error;
} check;

static const char *const kind_names[] = {
    [ORM_KIND_NULL] = "NULL",
    [ORM_KIND_BOOL] = "a boolean",
    [ORM_KIND_INT] = "an integer",
    [ORM_KIND_UINT_TOO_BIG] = "an integer",
    [ORM_KIND_DOUBLE] = "a floating-point number",
    [ORM_KIND_TEXT] = "text",
    [ORM_KIND_BYTES] = "bytes",
    [ORM_KIND_NUMERIC] = "a numeric",
    [ORM_KIND_UUID] = "a uuid",
    [ORM_KIND_DATE] = "a date",
    [ORM_KIND_TIME] = "a time",
    [ORM_KIND_TIMESTAMP] = "a timestamp",
    [ORM_KIND_TIMESTAMPTZ] = "a timestamptz",
    [ORM_KIND_INTERVAL] = "an interval",
    [ORM_KIND_JSON] = "json",
    [ORM_KIND_ARRAY] = "an array",
    [ORM_KIND_COLUMN] = "a column",
    [ORM_KIND_ROWS] = "a query",
};

/* Fails with the column's name, its type and what is wrong with the value. */
static orm_status refuse(const check *c, orm_status status, const char *what)
{
    char type[64];
    const char *model = c->model == NULL ? NULL : c->model->name;
    const char *field = c->column->field == NULL ? "value" : c->column->field;
    (void)orm__fail(c->error, status, "%s%s%s (%s): %s", model == NULL ? "" : model,
                    model == NULL ? "" : ".", field, orm__type_text(c->column, type), what);
    orm__fail_at(c->error, model, c->column->field);
    return status;
}

static orm_status refuse_number(const check *c, int64_t number)
{
    char what[64];
    (void)snprintf(what, sizeof what, "%" PRId64 " is out of range", number);
    return refuse(c, ORM_RANGE, what);
}

static orm_status refuse_kind(const check *c, const orm_value *value)
{
    char what[64];
    if (value->kind == ORM_KIND_NONE)
        return refuse(c, ORM_INVALID, "no value was given");
    (void)snprintf(what, sizeof what, "%s does not fit", kind_names[value->kind]);
    return refuse(c, ORM_INVALID, what);
}

static orm_status check_int(const check *c, const orm_value *value, int64_t low, int64_t high)
{
    if (value->kind != ORM_KIND_INT)
        return refuse_kind(c, value);
    if (value->as.integer < low || value->as.integer > high)
        return refuse_number(c, value->as.integer);
    return ORM_OK;
}

static orm_status check_bool(const check *c, orm_value *value)
{
    if (value->kind == ORM_KIND_BOOL)
        return ORM_OK;
    orm_status status = check_int(c, value, 0, 1);
    if (status == ORM_OK)
        *value = orm_bind_bool(value->as.integer == 1);
    return status;
}

/* A real column compares and keeps the nearest float, so that is what is sent. */
static orm_status check_real(const check *c, orm_value *value)
{
    if (value->kind != ORM_KIND_DOUBLE)
        return refuse_kind(c, value);
    double wide = value->as.real;
    if (!isfinite(wide) || fpclassify(wide) == FP_ZERO)
        return ORM_OK;
    /* Halfway between the greatest float and what would follow it: from there on the nearest is
     * infinity. */
    if (fabs(wide) >= 0x1.ffffffp127)
        return refuse(c, ORM_RANGE, "the number is too large");
    float narrow = (float)wide;
    if (fpclassify(narrow) == FP_ZERO)
        return refuse(c, ORM_RANGE, "the number is too small");
    value->as.real = (double)narrow;
    return ORM_OK;
}

/* Anything may be compared with; what is stored must fit, and is rounded here so that all databases
 * store the same. */
static orm_status check_numeric(const check *c, orm_value *value)
{
    const orm_column *column = c->column;
    const char *text = value->as.span.data;
    size_t size = value->as.span.size;
    orm__decimal decimal;
    orm_status status = orm__decimal_read(text, size, &decimal);
    if (status == ORM_OK && !c->compare && column->length > 0)
        status =
            orm__numeric_round(text, size, column->length, column->scale, c->arena, &text, &size);
    else if (status == ORM_OK)
        status = orm__decimal_fits(&decimal, 0, 0);
    if (status == ORM_NOMEM)
        return refuse(c, ORM_NOMEM, "out of memory");
    if (status == ORM_RANGE)
        return refuse(c, ORM_RANGE, "the number has too many digits");
    if (status != ORM_OK)
        return refuse(c, ORM_INVALID, "the text is not a number");
    value->as.span.data = text;
    value->as.span.size = size;
    return ORM_OK;
}

static orm_status check_utf8(const check *c, const orm_value *value)
{
    switch (orm__utf8_check(value->as.span.data, value->as.span.size)) {
    case ORM__UTF8_OK:
        return ORM_OK;
    case ORM__UTF8_NUL:
        return refuse(c, ORM_INVALID, "the text has a NUL in it");
    case ORM__UTF8_INVALID:
        break;
    }
    return refuse(c, ORM_INVALID, "the text is not UTF-8");
}

static orm_status check_json(const check *c, const orm_value *value)
{
    static const char *const faults[] = {
        [ORM__JSON_INVALID] = "the text is not JSON",
        [ORM__JSON_TOO_DEEP] = "the JSON is nested too deeply",
        [ORM__JSON_NO_CHARACTER] = "the JSON has an escape that names no character",
    };
    char what[96];
    size_t at = 0;
    orm_status status = check_utf8(c, value);
    if (status != ORM_OK)
        return status;
    orm__json_verdict verdict = orm__json_check(value->as.span.data, value->as.span.size,
                                                c->column->type == ORM_TYPE_JSONB, &at);
    if (verdict == ORM__JSON_OK)
        return ORM_OK;
    (void)snprintf(what, sizeof what, "%s (at byte %zu)", faults[verdict], at + 1);
    return refuse(c, ORM_INVALID, what);
}

static size_t without_blanks(const char *text, size_t size)
{
    while (size > 0 && text[size - 1] == ' ')
        size--;
    return size;
}

/* Text that is stored has at most the column's characters, blanks at its end aside, which are cut.
 */
static orm_status check_length(const check *c, orm_value *value)
{
    const char *text = value->as.span.data;
    size_t size = value->as.span.size;
    size_t unstated = c->column->type == ORM_TYPE_CHAR ? 1 : SIZE_MAX;
    size_t limit = c->column->length > 0 ? (size_t)c->column->length : unstated;
    if (size <= limit)
        return ORM_OK;
    size_t end = orm__utf8_offset(text, size, limit);
    if (without_blanks(text, size) > end)
        return refuse(c, ORM_RANGE, "the text is too long");
    value->as.span.size = end;
    return ORM_OK;
}

static orm_status check_text(const check *c, orm_value *value)
{
    orm_status status = check_utf8(c, value);
    if (status != ORM_OK)
        return status;
    if (!c->compare)
        return check_length(c, value);
    if (c->column->type == ORM_TYPE_CHAR)
        value->as.span.size = without_blanks(value->as.span.data, value->as.span.size);
    return ORM_OK;
}

static orm_status check_enum(const check *c, orm_value *value)
{
    const orm_enum_labels *labels = c->column->labels;
    if (value->kind == ORM_KIND_INT) {
        int64_t number = value->as.integer;
        if (number < 1 || (uint64_t)number > labels->count)
            return refuse(c, ORM_INVALID,
                          number == 0 ? "no value was given"
                                      : "the number is no value of the enum");
        *value = orm_bind_text(labels->labels[number - 1]);
        return ORM_OK;
    }
    if (value->kind != ORM_KIND_TEXT)
        return refuse_kind(c, value);
    for (size_t i = 0; i < labels->count; i++)
        if (strlen(labels->labels[i]) == value->as.span.size &&
            memcmp(labels->labels[i], value->as.span.data, value->as.span.size) == 0)
            return ORM_OK;
    return refuse(c, ORM_INVALID, "the text is no value of the enum");
}

static orm_status check_moment(const check *c, const orm_value *value)
{
    int64_t number = value->as.integer;
    bool fits = true;
    if (value->kind == ORM_KIND_DATE)
        fits = orm__date_fits(number);
    else if (value->kind == ORM_KIND_TIME)
        fits = number >= 0 && number <= ORM__DAY_MICROS;
    else
        fits = orm__timestamp_fits(number);
    return fits ? ORM_OK : refuse_number(c, number);
}

/* A value of the column's own kind, where that says all. */
static orm_status check_kind(const check *c, orm_value *value)
{
    if (value->kind != orm__kind_of_type((orm_type)c->column->type))
        return refuse_kind(c, value);
    switch (value->kind) {
    case ORM_KIND_TEXT:
        return check_text(c, value);
    case ORM_KIND_NUMERIC:
        return check_numeric(c, value);
    case ORM_KIND_JSON:
        return check_json(c, value);
    case ORM_KIND_DATE:
    case ORM_KIND_TIME:
    case ORM_KIND_TIMESTAMP:
    case ORM_KIND_TIMESTAMPTZ:
        return check_moment(c, value);
    default:
        return ORM_OK;
    }
}

static bool is_text(orm_kind kind)
{
    return kind == ORM_KIND_TEXT || kind == ORM_KIND_NUMERIC || kind == ORM_KIND_JSON;
}

static orm_status check_scalar(const check *c, orm_value *value)
{
    bool whole = c->column->type <= ORM_TYPE_BIGINT || c->column->type == ORM_TYPE_ENUM;
    if (value->kind == ORM_KIND_UINT_TOO_BIG && whole)
        return refuse(c, ORM_RANGE, "the number is above 9223372036854775807");
    if (is_text(value->kind) && value->as.span.size == SIZE_MAX)
        value->as.span.size = strlen(value->as.span.data);
    switch ((orm_type)c->column->type) {
    case ORM_TYPE_BIGINT:
        return check_int(c, value, INT64_MIN, INT64_MAX);
    case ORM_TYPE_INTEGER:
        return check_int(c, value, INT32_MIN, INT32_MAX);
    case ORM_TYPE_SMALLINT:
        return check_int(c, value, INT16_MIN, INT16_MAX);
    case ORM_TYPE_BOOLEAN:
        return check_bool(c, value);
    case ORM_TYPE_REAL:
        return check_real(c, value);
    case ORM_TYPE_ENUM:
        return check_enum(c, value);
    default:
        return check_kind(c, value);
    }
}

/* Gives item `index` the text of `item`. The caller's items are never written but copied the first
 * time. */
static orm_status replace_item(const check *c, orm_value *array, bool *copied, size_t index,
                               orm_value *item)
{
    size_t item_size = orm__array_item_size((orm_type)array->item);
    if (!*copied) {
        void *items =
            orm__arena_copy(c->arena, array->as.span.data, array->as.span.size * item_size);
        if (items == NULL)
            return refuse(c, ORM_NOMEM, "out of memory");
        array->as.span.data = items;
        *copied = true;
    }
    item->as.span.data = orm__arena_copy(c->arena, item->as.span.data, item->as.span.size);
    if (item->as.span.data == NULL)
        return refuse(c, ORM_NOMEM, "out of memory");
    orm__array_put((orm_type)array->item, (void *)(uintptr_t)array->as.span.data, index, item);
    return ORM_OK;
}

static orm_status check_items(const check *c, orm_value *value)
{
    orm_type type = orm__array_item_type((orm_type)c->column->type);
    bool copied = false;
    if (value->as.span.size > 0 && value->as.span.data == NULL)
        return refuse(c, ORM_INVALID, "the array has a count and no items");
    for (size_t i = 0; i < value->as.span.size; i++) {
        orm_value item = orm__array_item(type, value->as.span.data, i);
        if (item.kind == ORM_KIND_NULL)
            continue;
        orm_value before = item;
        orm_status status = check_scalar(c, &item);
        if (status != ORM_OK)
            return status;
        /* Items of enums stay numbers, which drivers know how to read. */
        if (!is_text(before.kind) || orm__value_same(&before, &item))
            continue;
        status = replace_item(c, value, &copied, i, &item);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

static orm_status check_array(const check *c, orm_value *value)
{
    const orm__type_rule *rule = &orm__type_rules[c->column->type];
    if (value->kind != ORM_KIND_ARRAY)
        return refuse_kind(c, value);
    if (value->item != ORM_TYPE_NONE && value->item != rule->item_type)
        return refuse(c, ORM_INVALID, "an array of another element type does not fit");
    value->item = rule->item_type;
    value->element = rule->item_kind;
    return check_items(c, value);
}

/* Integers of the two common types that fit, which is most of what is ever checked. */
static bool is_plain_integer(const orm_column *column, const orm_value *value)
{
    if (value->kind != ORM_KIND_INT || (column->flags & ORM_COLUMN_ARRAY))
        return false;
    if (column->type == ORM_TYPE_BIGINT)
        return true;
    return column->type == ORM_TYPE_INTEGER && value->as.integer == (int32_t)value->as.integer;
}

orm_status orm__column_check(const orm_model *model, const orm_column *column, orm_value *value,
                             bool compare, orm__arena *arena, orm_error *error)
{
    if (is_plain_integer(column, value))
        return ORM_OK;
    check c = {
        .model = model, .column = column, .compare = compare, .arena = arena, .error = error};
    if (value->kind == ORM_KIND_NULL) {
        if (compare || (column->flags & ORM_COLUMN_NULLABLE))
            return ORM_OK;
        return refuse(&c, ORM_NOT_NULL, "NULL in a column that is not nullable");
    }
    return column->flags & ORM_COLUMN_ARRAY ? check_array(&c, value) : check_scalar(&c, value);
}
