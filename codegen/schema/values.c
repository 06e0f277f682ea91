#include <string.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "schema/build.h"
#include "types/literal.h"
#include "types/pattern.h"
#include "types/types.h"

/* Defaults and limits of columns: literals judged by the column's type. */

static struct span at(struct model_build *mb, const struct column_build *cb, const char *key)
{
    return document_value_span(mb->document, cb->node, key);
}

static void report_literal(struct builder *b, struct model_build *mb, size_t index, const char *key,
                           const char *text, const char *why)
{
    const struct column_build *cb = &mb->columns[index];
    const struct column_type *type = &mb->model->columns[index].type;
    struct suggestion near = suggest_for(text);

    for (size_t i = 0; type->enumeration && i < type->enumeration->label_count; i++)
        suggest_offer(&near, type->enumeration->labels[i].label);
    diagnostics_error(b->diags, at(mb, cb, key), "the %s of '%s', '%s', %s%s", key,
                      mb->model->columns[index].name, text, why, suggest_text(b->arena, &near));
}

static void default_literal(struct builder *b, struct model_build *mb, size_t index,
                            const char *text)
{
    struct column *column = &mb->model->columns[index];
    const char *why = NULL;
    const char *value = literal_read(b->arena, &column->type, text, &why);
    const struct enum_type *of = column->type.enumeration;

    if (!value) {
        report_literal(b, mb, index, "default", text, why);
        return;
    }
    column->default_value.kind = DEFAULT_LITERAL;
    column->default_value.text = arena_text(b->arena, value);
    for (size_t i = 0; of && i < of->label_count; i++)
        if (strcmp(of->labels[i].label, value) == 0)
            column->default_value.label_index = i;
}

static void default_array(struct builder *b, struct model_build *mb, size_t index, const char *text)
{
    struct column *column = &mb->model->columns[index];

    if (strcmp(text, "[]") != 0 && strcmp(text, "{}") != 0) {
        diagnostics_error(b->diags, at(mb, &mb->columns[index], "default"),
                          "the default of an array can only be \"[]\"; use default_sql for others");
        return;
    }
    column->default_value = (struct default_value){.kind = DEFAULT_EMPTY_ARRAY, .text = "[]"};
}

void build_default(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    bool null = document_is_null(document_get(mb->document, cb->node, "default"));
    const char *sql = build_sql(b, mb->document, cb->node, "default_sql", cb->parsed->default_sql);

    if (cb->parsed->default_sql && (cb->parsed->default_value || null))
        diagnostics_error(b->diags, at(mb, cb, "default_sql"),
                          "'default' and 'default_sql' exclude each other");
    if (null && !column->nullable && !document_is_faulty(mb->document, cb->node))
        diagnostics_error(b->diags, at(mb, cb, "default"),
                          "the default of '%s' is null, but the column is not nullable",
                          column->name);
    if (sql)
        column->default_value = (struct default_value){.kind = DEFAULT_SQL, .text = sql};
    if (!cb->parsed->default_value || null || cb->broken || column->generated != GENERATED_NONE)
        return;
    if (column->type.array)
        default_array(b, mb, index, cb->parsed->default_value);
    else
        default_literal(b, mb, index, cb->parsed->default_value);
}

static const char *read_bound(struct builder *b, struct model_build *mb, size_t index,
                              const char *key, const char *text)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    const char *why = NULL;
    const char *value;

    if (!text || cb->broken)
        return NULL;
    if (!type_info(column->type.kind)->bounded || column->type.array) {
        diagnostics_error(b->diags, at(mb, cb, key), "'%s' does not apply to %s%s", key,
                          column->type.text,
                          type_info(column->type.kind)->text ? "; did you mean 'max_length'?" : "");
        return NULL;
    }
    value = literal_read(b->arena, &column->type, text, &why);
    if (value && strcmp(value, "NaN") == 0)
        why = "is no number to compare with";
    if (why) {
        report_literal(b, mb, index, key, text, why);
        return NULL;
    }
    return arena_text(b->arena, value);
}

static void check_bounds(struct builder *b, struct model_build *mb, size_t index)
{
    struct column *column = &mb->model->columns[index];
    const struct column_limits *limits = &column->limits;
    const char *value =
        column->default_value.kind == DEFAULT_LITERAL ? column->default_value.text : NULL;

    if (limits->min && limits->max && literal_compare(&column->type, limits->min, limits->max) > 0)
        diagnostics_error(b->diags, at(mb, &mb->columns[index], "min"),
                          "the min of '%s', %s, is greater than its max, %s", column->name,
                          limits->min, limits->max);
    if (value && limits->min && literal_compare(&column->type, value, limits->min) < 0)
        diagnostics_error(b->diags, at(mb, &mb->columns[index], "default"),
                          "the default of '%s', %s, is less than its min, %s", column->name, value,
                          limits->min);
    if (value && limits->max && literal_compare(&column->type, value, limits->max) > 0)
        diagnostics_error(b->diags, at(mb, &mb->columns[index], "default"),
                          "the default of '%s', %s, is greater than its max, %s", column->name,
                          value, limits->max);
}

static void build_max_length(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    bool applies = type_info(column->type.kind)->text || column->type.kind == TYPE_BYTEA;

    if (!cb->parsed->max_length || cb->broken)
        return;
    if (!applies || column->type.array)
        diagnostics_error(b->diags, at(mb, cb, "max_length"), "'max_length' does not apply to %s",
                          column->type.text);
    else if (*cb->parsed->max_length == 0)
        diagnostics_error(b->diags, at(mb, cb, "max_length"), "'max_length' must be 1 or more");
    else if (column->type.length && *cb->parsed->max_length > column->type.length)
        diagnostics_error(b->diags, at(mb, cb, "max_length"),
                          "'max_length' of '%s' is %u, but its type %s holds no more than %u",
                          column->name, (unsigned)*cb->parsed->max_length, column->type.text,
                          column->type.length);
    column->limits.has_max_length = true;
    column->limits.max_length = *cb->parsed->max_length;
}

static void build_pattern(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct column *column = &mb->model->columns[index];
    const char *pattern = cb->parsed->pattern;
    const char *why;

    if (!pattern || cb->broken)
        return;
    column->limits.pattern = arena_text(b->arena, pattern);
    if (!type_info(column->type.kind)->text || column->type.array) {
        diagnostics_error(b->diags, at(mb, cb, "pattern"), "'pattern' does not apply to %s",
                          column->type.text);
        return;
    }
    why = pattern_fault(b->arena, pattern);
    if (why)
        diagnostics_error(b->diags, at(mb, cb, "pattern"),
                          "this is no POSIX extended regular expression: %s", why);
}

static void report_default(struct builder *b, struct model_build *mb, size_t index, const char *why)
{
    const struct column *column = &mb->model->columns[index];

    diagnostics_error(b->diags, at(mb, &mb->columns[index], "default"),
                      "the default of '%s', '%s', %s", column->name, column->default_value.text,
                      why);
}

/* A default must be one of the values that the column takes. */
static void check_text_default(struct builder *b, struct model_build *mb, size_t index)
{
    const struct column *column = &mb->model->columns[index];
    const struct column_limits *limits = &column->limits;
    const char *value = column->default_value.text;
    bool bytes = column->type.kind == TYPE_BYTEA;

    if (column->default_value.kind != DEFAULT_LITERAL)
        return;
    if (limits->has_max_length && limits->max_length &&
        (bytes ? strlen(value) / 2 : utf8_count(value, strlen(value))) > limits->max_length)
        report_default(b, mb, index,
                       arena_format(b->arena, "is longer than its max_length, %u %s",
                                    (unsigned)limits->max_length, bytes ? "bytes" : "characters"));
    if (limits->pattern && !pattern_fault(b->arena, limits->pattern) &&
        !pattern_matches(limits->pattern, value))
        report_default(b, mb, index, "does not match its pattern");
}

void build_limits(struct builder *b, struct model_build *mb, size_t index)
{
    struct column *column = &mb->model->columns[index];
    const struct parsed_column *parsed = mb->columns[index].parsed;

    column->limits.min = read_bound(b, mb, index, "min", parsed->min);
    column->limits.max = read_bound(b, mb, index, "max", parsed->max);
    check_bounds(b, mb, index);
    build_max_length(b, mb, index);
    build_pattern(b, mb, index);
    if (type_info(column->type.kind)->text || column->type.kind == TYPE_BYTEA)
        check_text_default(b, mb, index);
}
