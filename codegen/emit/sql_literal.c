#include "emit/sql_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/sql_moment.h"

static bool is_nan(const char *text)
{
    return strcmp(text, "NaN") == 0;
}

static bool is_infinite(const char *text)
{
    return strcmp(text, "Infinity") == 0 || strcmp(text, "-Infinity") == 0;
}

/* A real is stored as the double nearest to it, so that it equals the value a program binds. */
static const char *nearest_real(struct sql_out *out, const char *text)
{
    return arena_format(out->arena, "%.17g", (double)strtof(text, NULL));
}

static const char *sqlite_floating(struct sql_out *out, const struct column *column,
                                   const char *text)
{
    if (is_nan(text)) {
        sql_fault(out, column->place, "column '%s': NaN can't be stored, SQLite takes it for NULL",
                  column->name);
        return NULL;
    }
    if (is_infinite(text))
        return *text == '-' ? "-9e999" : "9e999";
    return column->type.kind == TYPE_REAL ? nearest_real(out, text) : text;
}

/* 007.5 as 7.50 with scale 2: one value has one spelling, as PostgreSQL returns it. */
static const char *padded_numeric(struct sql_out *out, const struct column_type *type,
                                  const char *text)
{
    bool negative = *text == '-' && strpbrk(text, "123456789");
    const char *digits = text + (*text == '-');
    const char *point = strchr(digits, '.');
    size_t fraction = point ? strlen(point + 1) : 0;
    struct text made = { 0 };

    if (is_nan(text) || is_infinite(text))
        return text;
    while (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
        digits++;
    text_add_string(out->arena, &made, negative ? "-" : "");
    text_add_string(out->arena, &made, digits);
    if (type->has_precision && type->scale && !point)
        text_add_string(out->arena, &made, ".");
    for (; type->has_precision && fraction < type->scale; fraction++)
        text_add_string(out->arena, &made, "0");
    return made.text;
}

/* Blanks up to the type's length, as the library stores every char(n). */
static const char *padded_char(struct sql_out *out, const struct column_type *type,
                               const char *text)
{
    struct text made = { 0 };
    size_t characters = 0;

    text_add_string(out->arena, &made, text);
    for (const char *at = text; *at; at++)
        characters += ((unsigned char)*at & 0xC0) != 0x80;
    for (; characters < type->length; characters++)
        text_add(out->arena, &made, " ", 1);
    return made.text;
}

static const char *sqlite_literal(struct sql_out *out, const struct column *column,
                                  const char *text)
{
    const struct column_type *type = &column->type;

    switch (type->kind) {
    case TYPE_BOOLEAN:
        return strcmp(text, "true") == 0 ? "1" : "0";
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return text;
    case TYPE_REAL:
    case TYPE_DOUBLE:
        return sqlite_floating(out, column, text);
    case TYPE_NUMERIC:
        return sql_string(out, padded_numeric(out, type, text));
    case TYPE_CHAR:
        return sql_string(out, padded_char(out, type, text));
    case TYPE_BYTEA:
        return arena_format(out->arena, "X'%s'", text);
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
    case TYPE_INTERVAL:
        return sql_string(out, sql_moment(out->arena, type->kind, text));
    default:
        return sql_string(out, text);
    }
}

static const char *postgresql_literal(struct sql_out *out, const struct column *column,
                                      const char *text)
{
    switch (column->type.kind) {
    case TYPE_BOOLEAN:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return text;
    case TYPE_BYTEA:
        return sql_string(out, arena_format(out->arena, "\\x%s", text));
    default:
        /* Quoted, so that it is read as the column's type: a bare 0.1 is not the real 0.1. */
        return sql_string(out, text);
    }
}

const char *sql_literal(struct sql_out *out, const struct column *column, const char *text)
{
    return out->dialect == SQL_SQLITE ? sqlite_literal(out, column, text)
                                      : postgresql_literal(out, column, text);
}
