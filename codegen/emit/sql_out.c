#include "emit/sql_out.h"

#include <string.h>

#include "naming/names.h"
#include "base/utf8.h"

void sql_add(struct sql_out *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_add_string(out->arena, &out->text, arena_vformat(out->arena, format, arguments));
    va_end(arguments);
}

void sql_fault(struct sql_out *out, struct place place, const char *format, ...)
{
    struct span at = { .line = place.line, .column = place.column, .width = 1 };
    va_list arguments;

    at.source = place.file ? diagnostics_source(out->diags, place.file) : NULL;
    va_start(arguments, format);
    diagnostics_error(out->diags, at, "%s: %s", sql_dialect_name(out->dialect),
                      arena_vformat(out->arena, format, arguments));
    va_end(arguments);
}

/* Puts text between marks and doubles those inside. */
static void add_quoted(struct sql_out *out, struct text *to, char mark, const char *text)
{
    text_add(out->arena, to, &mark, 1);
    for (; *text; text++) {
        if (*text == mark)
            text_add(out->arena, to, &mark, 1);
        text_add(out->arena, to, text, 1);
    }
    text_add(out->arena, to, &mark, 1);
}

const char *sql_name(struct sql_out *out, const char *name)
{
    struct text quoted = { 0 };

    add_quoted(out, &quoted, '"', name);
    return quoted.text;
}

static const char *qualified(struct sql_out *out, const char *schema, const char *name)
{
    if (!schema || out->dialect == SQL_SQLITE)
        return sql_name(out, name);
    return arena_format(out->arena, "%s.%s", sql_name(out, schema), sql_name(out, name));
}

const char *sql_table_name(struct sql_out *out, const struct model *model)
{
    return qualified(out, model->db_schema, model->table);
}

const char *sql_enum_name(struct sql_out *out, const struct enum_type *type)
{
    return qualified(out, type->db_schema, type->db_name);
}

const char *sql_key(struct sql_out *out, struct key key)
{
    struct text list = { 0 };

    for (size_t i = 0; i < key.count; i++) {
        text_add_string(out->arena, &list, i ? ", " : "");
        text_add_string(out->arena, &list, sql_name(out, key.columns[i]->db_name));
    }
    return list.text;
}

/* standard_conforming_strings can be off, so backslashes get the form that means one thing. */
static const char *escaped_string(struct sql_out *out, const char *text)
{
    struct text doubled = { 0 };
    struct text quoted = { 0 };

    for (; *text; text++)
        text_add(out->arena, &doubled, *text == '\\' ? "\\\\" : text, *text == '\\' ? 2 : 1);
    text_add_string(out->arena, &quoted, "E");
    add_quoted(out, &quoted, '\'', doubled.text);
    return quoted.text;
}

const char *sql_string(struct sql_out *out, const char *text)
{
    struct text quoted = { 0 };

    if (out->dialect == SQL_POSTGRESQL && strchr(text, '\\'))
        return escaped_string(out, text);
    add_quoted(out, &quoted, '\'', text);
    return quoted.text;
}

const char *sql_comment(struct sql_out *out, const char *text)
{
    struct text line = { 0 };
    size_t length = strlen(text);
    uint32_t code;

    text_add_string(out->arena, &line, "");
    for (size_t at = 0; at < length;) {
        size_t size = utf8_decode(text + at, length - at, &code);

        if (size && utf8_is_visible(code))
            text_add(out->arena, &line, text + at, size);
        else
            text_add_string(out->arena, &line, size ? " " : "?");
        at += size ? size : 1;
    }
    return line.text;
}

const char *sql_primary_key_name(struct sql_out *out, const struct model *model)
{
    const char *const parts[] = { model->table, "pkey" };

    if (model->key_name)
        return model->key_name;
    return name_constraint(out->arena, parts, 2);
}

const char *sql_check_name(struct sql_out *out, const struct column *column, const char *what)
{
    const char *const parts[] = { column->model->table, column->db_name, what, "check" };

    return name_constraint(out->arena, parts, 4);
}
