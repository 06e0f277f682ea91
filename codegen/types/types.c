#include "types/types.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

#define LONGEST_CHARACTERS 10485760u
#define HIGHEST_PRECISION  1000u

static const struct type_info infos[TYPE_KIND_COUNT] = {
    [TYPE_BOOLEAN] = {.name = "boolean", .comparable = true},
    [TYPE_SMALLINT] = {.name = "smallint", .integer = true, .bounded = true, .comparable = true},
    [TYPE_INTEGER] = {.name = "integer", .integer = true, .bounded = true, .comparable = true},
    [TYPE_BIGINT] = {.name = "bigint", .integer = true, .bounded = true, .comparable = true},
    [TYPE_REAL] = {.name = "real", .bounded = true, .comparable = true},
    [TYPE_DOUBLE] = {.name = "double", .bounded = true, .comparable = true},
    [TYPE_NUMERIC] = {.name = "numeric",
                      .bounded = true,
                      .comparable = true,
                      .parameters = "numeric, numeric(precision) or numeric(precision,scale)"},
    [TYPE_TEXT] = {.name = "text", .text = true, .comparable = true},
    [TYPE_VARCHAR] = {.name = "varchar",
                      .text = true,
                      .comparable = true,
                      .parameters = "varchar or varchar(length)"},
    [TYPE_CHAR] = {.name = "char",
                   .text = true,
                   .comparable = true,
                   .parameters = "char or char(length)"},
    [TYPE_BYTEA] = {.name = "bytea", .comparable = true},
    [TYPE_UUID] = {.name = "uuid", .comparable = true},
    [TYPE_DATE] = {.name = "date", .bounded = true, .comparable = true},
    [TYPE_TIME] = {.name = "time", .bounded = true, .comparable = true},
    [TYPE_TIMESTAMP] = {.name = "timestamp", .bounded = true, .comparable = true},
    [TYPE_TIMESTAMPTZ] = {.name = "timestamptz", .bounded = true, .comparable = true},
    [TYPE_INTERVAL] = {.name = "interval", .comparable = true},
    [TYPE_JSON] = {.name = "json"},
    [TYPE_JSONB] = {.name = "jsonb"},
    [TYPE_ENUM] = {.name = "enum", .comparable = true},
    [TYPE_RAW] = {.name = "raw", .comparable = true},
};

const struct type_info *type_info(enum type_kind kind)
{
    return &infos[kind];
}

static const char *skip_spaces(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* Up to 9 digits, so it can't overflow; longer ones are refused as out of range anyway. */
static const char *read_number(const char *at, unsigned *number_out)
{
    unsigned number = 0;
    size_t digits = 0;

    at = skip_spaces(at);
    for (; isdigit((unsigned char)*at); at++, digits++)
        number = digits < 9 ? number * 10 + (unsigned)(*at - '0') : 999999999u;
    *number_out = number;
    return digits ? skip_spaces(at) : NULL;
}

/* Reads "(n)" or "(n,m)"; NULL when it is neither. */
static const char *read_parameters(const char *at, unsigned numbers[2], size_t *count_out)
{
    *count_out = 0;
    at = skip_spaces(at);
    if (*at != '(')
        return at;
    do {
        if (*count_out == 2)
            return NULL;
        at = read_number(at + 1, &numbers[(*count_out)++]);
    } while (at && *at == ',');
    return at && *at == ')' ? skip_spaces(at + 1) : NULL;
}

static const char *apply_precision(struct column_type *type, const unsigned numbers[2],
                                   size_t count)
{
    if (!count)
        return NULL;
    if (numbers[0] < 1 || numbers[0] > HIGHEST_PRECISION)
        return "the precision must be from 1 to 1000";
    if (count == 2 && numbers[1] > numbers[0])
        return "the scale must be from 0 to the precision";
    type->has_precision = true;
    type->precision = numbers[0];
    type->scale = count == 2 ? numbers[1] : 0;
    return NULL;
}

static const char *apply_length(struct column_type *type, const unsigned numbers[2], size_t count)
{
    if (count == 2)
        return "it takes one length";
    if (count && (numbers[0] < 1 || numbers[0] > LONGEST_CHARACTERS))
        return "the length must be from 1 to 10485760";
    type->length = count ? numbers[0] : type->kind == TYPE_CHAR ? 1 : 0;
    return NULL;
}

static const char *normal_text(struct arena *arena, const struct column_type *type)
{
    const char *name = infos[type->kind].name;

    if (type->has_precision && type->scale)
        return arena_format(arena, "%s(%u,%u)", name, type->precision, type->scale);
    if (type->has_precision)
        return arena_format(arena, "%s(%u)", name, type->precision);
    if (type->length)
        return arena_format(arena, "%s(%u)", name, type->length);
    return name;
}

static size_t word_length(const char *text)
{
    size_t length = 0;

    while (islower((unsigned char)text[length]))
        length++;
    return length;
}

static bool find_kind(const char *text, size_t length, enum type_kind *kind_out)
{
    for (int kind = 0; kind < TYPE_KIND_COUNT; kind++) {
        if (kind == TYPE_ENUM)
            continue;
        if (strlen(infos[kind].name) == length && strncmp(infos[kind].name, text, length) == 0) {
            *kind_out = (enum type_kind)kind;
            return true;
        }
    }
    return false;
}

enum type_parse_result type_parse(struct arena *arena, const char *text,
                                  struct column_type *type_out, const char **why_out)
{
    struct column_type type = {0};
    unsigned numbers[2] = {0, 0};
    size_t count = 0;
    const char *start = skip_spaces(text);
    size_t length = word_length(start);
    const char *rest;

    if (!find_kind(start, length, &type.kind) || isalnum((unsigned char)start[length]) ||
        start[length] == '_')
        return TYPE_UNKNOWN;
    rest = read_parameters(start + length, numbers, &count);
    if (rest && strcmp(rest, "[]") == 0)
        *why_out = "write the element's type and 'array: true'";
    else if (rest && !*rest && count && !infos[type.kind].parameters)
        *why_out = "it takes nothing in parentheses";
    else if (!rest || *rest)
        *why_out = infos[type.kind].parameters
                       ? arena_format(arena, "write %s", infos[type.kind].parameters)
                       : "nothing may follow the name";
    else
        *why_out = type.kind == TYPE_NUMERIC ? apply_precision(&type, numbers, count)
                   : infos[type.kind].text   ? apply_length(&type, numbers, count)
                                             : NULL;
    if (*why_out)
        return TYPE_WRONG;
    type.text = normal_text(arena, &type);
    *type_out = type;
    return TYPE_PARSED;
}

const char *type_enum_name(struct arena *arena, const char *text)
{
    size_t length = strlen(text);

    if (length < 7 || strncmp(text, "enum(", 5) != 0 || text[length - 1] != ')')
        return NULL;
    return arena_copy(arena, text + 5, length - 6);
}

const char *type_usual_name(const char *text)
{
    static const char *const names[][2] = {
        {"string", "text"},
        {"str", "text"},
        {"int", "integer"},
        {"int2", "smallint"},
        {"int4", "integer"},
        {"int8", "bigint"},
        {"int16", "smallint"},
        {"int32", "integer"},
        {"int64", "bigint"},
        {"long", "bigint"},
        {"tinyint", "smallint"},
        {"bool", "boolean"},
        {"float", "double"},
        {"float4", "real"},
        {"float8", "double"},
        {"decimal", "numeric"},
        {"money", "numeric"},
        {"datetime", "timestamp"},
        {"blob", "bytea"},
        {"binary", "bytea"},
        {"bytes", "bytea"},
        {"clob", "text"},
        {"nvarchar", "varchar"},
        {"character", "char"},
        {"bpchar", "char"},
        {"guid", "uuid"},
        {"serial", "integer"},
        {"bigserial", "bigint"},
        {"smallserial", "smallint"},
        {"citext", "text"},
        {"double precision", "double"},
        {"number", "numeric"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], text) == 0)
            return names[i][1];
    return NULL;
}

bool type_equal(const struct column_type *a, const struct column_type *b)
{
    return a->kind == b->kind && a->array == b->array && a->enumeration == b->enumeration;
}
