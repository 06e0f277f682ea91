/* What a model says of a column's values beside their type. */
#include "input.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static int order(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int64_t moment_of(uint8_t type, const char *literal, int64_t otherwise)
{
    orm_time time = {0};
    orm_timestamp stamp = {0};
    orm_timestamptz moment = {0};
    orm_date date = {0};
    switch (type) {
    case ORM_TYPE_DATE:
        return orm_date_parse(literal, &date) == ORM_OK ? date.days : otherwise;
    case ORM_TYPE_TIME:
        return orm_time_parse(literal, &time) == ORM_OK ? time.micros : otherwise;
    case ORM_TYPE_TIMESTAMP:
        return orm_timestamp_parse(literal, &stamp) == ORM_OK ? stamp.micros : otherwise;
    default:
        return orm_timestamptz_parse(literal, &moment) == ORM_OK ? moment.micros : otherwise;
    }
}

/* The value against a literal of the YAML: below 0, 0 or above. */
static int compare(const orm_column *column, const struct scalar *value, const char *literal)
{
    double real = 0;
    switch (column->type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        return order(value->as.integer, strtoll(literal, NULL, 10));
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        if (!orm__json_read_number(literal, column->type == ORM_TYPE_REAL, &real))
            return 0;
        /* NaN is above every other number, as in the databases. */
        return value->as.real < real ? -1 : value->as.real <= real ? 0 : 1;
    case ORM_TYPE_NUMERIC:
        return orm_numeric_compare((orm_numeric){value->as.text}, (orm_numeric){literal});
    case ORM_TYPE_DATE:
        return order(value->as.date.days, moment_of(column->type, literal, value->as.date.days));
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        return order(value->as.integer, moment_of(column->type, literal, value->as.integer));
    default:
        return 0;
    }
}

static bool is_text(const orm_column *column)
{
    return column->type == ORM_TYPE_TEXT || column->type == ORM_TYPE_VARCHAR ||
           column->type == ORM_TYPE_CHAR;
}

static orm_status check_length(struct document *document, const struct where *where,
                               const orm_column *column, const orm_json_column *json,
                               const struct scalar *scalar)
{
    size_t length = 0;
    if (json->max_length == 0)
        return ORM_OK;
    if (is_text(column))
        (void)orm__json_is_utf8(scalar->as.text, strlen(scalar->as.text), &length);
    else if (column->type == ORM_TYPE_BYTEA)
        length = scalar->as.bytes.size;
    if (length <= json->max_length)
        return ORM_OK;
    return orm__json_fault(document, where, "length", "must be at most %lu %s long",
                           (unsigned long)json->max_length,
                           is_text(column) ? "characters" : "bytes");
}

static orm_status check_pattern(struct document *document, const struct where *where,
                                const orm_column *column, const orm_json_column *json,
                                const struct scalar *scalar)
{
    regex_t pattern;
    if (json->pattern == NULL || !is_text(column))
        return ORM_OK;
    if (regcomp(&pattern, json->pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return ORM_NOMEM; /* the generator has compiled it already */
    bool matches = regexec(&pattern, scalar->as.text, 0, NULL, 0) == 0;
    regfree(&pattern);
    return matches ? ORM_OK
                   : orm__json_fault(document, where, "pattern", "must match %s", json->pattern);
}

orm_status orm__json_check_limits(struct document *document, const struct where *where,
                                  const orm_column *column, const orm_json_column *json,
                                  const struct scalar *scalar)
{
    orm_status status = ORM_OK;
    if (json->min != NULL && compare(column, scalar, json->min) < 0)
        return orm__json_fault(document, where, "range", "must be at least %s", json->min);
    if (json->max != NULL && compare(column, scalar, json->max) > 0)
        return orm__json_fault(document, where, "range", "must be at most %s", json->max);
    status = check_length(document, where, column, json, scalar);
    return status == ORM_OK ? check_pattern(document, where, column, json, scalar) : status;
}
