#include "sql/text.h"

#include <string.h>

#include "base/allocator.h"

enum { SQL_LIMIT = 16 * 1024 * 1024 };

void orm__compiled_init(orm__compiled *compiled, const orm_allocator *allocator)
{
    memset(compiled, 0, sizeof *compiled);
    compiled->allocator = allocator;
    orm__buffer_init(&compiled->sql, allocator, SQL_LIMIT);
}

void orm__compiled_dispose(orm__compiled *compiled)
{
    orm__free(compiled->allocator, compiled->params,
              compiled->param_capacity * sizeof *compiled->params);
    orm__free(compiled->allocator, compiled->fields,
              compiled->field_capacity * sizeof *compiled->fields);
    orm__buffer_dispose(&compiled->sql);
}

const char *orm__text_own(const orm__text *text)
{
    return text->own == NULL ? "t0" : text->own;
}

void orm__text_add(orm__text *text, const char *sql)
{
    orm__buffer_text(&text->out->sql, sql);
}

void orm__text_name(orm__text *text, const char *name)
{
    orm__buffer *sql = &text->out->sql;
    orm__buffer_char(sql, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            orm__buffer_char(sql, '"');
        orm__buffer_char(sql, *name);
    }
    orm__buffer_char(sql, '"');
}

void orm__text_table(orm__text *text, const char *schema, const char *table)
{
    if (schema != NULL && text->dialect->has_schemas) {
        orm__text_name(text, schema);
        orm__text_add(text, ".");
    }
    orm__text_name(text, table);
}

void orm__text_string(orm__text *text, const char *string)
{
    orm__text_add(text, "'");
    for (const char *at = string; *at != '\0'; at++) {
        orm__buffer_append(&text->out->sql, at, 1);
        if (*at == '\'')
            orm__text_add(text, "'");
    }
    orm__text_add(text, "'");
}

void orm__text_column(orm__text *text, const char *alias, const char *column)
{
    if (alias != NULL) {
        orm__text_add(text, alias);
        orm__text_add(text, ".");
    }
    orm__text_name(text, column);
}

void orm__text_read(orm__text *text, const char *alias, const orm_column *column)
{
    orm__text_column(text, alias, column->name);
    if ((column->flags & ORM_COLUMN_RAW) != 0)
        orm__text_add(text, text->dialect->raw_behind);
}

/* Room for one more element; the grown array, or NULL and `failed`. */
static void *grow(orm__compiled *out, void *items, size_t *capacity, size_t count, size_t size)
{
    if (count < *capacity)
        return items;
    size_t larger = *capacity == 0 ? 16 : *capacity * 2;
    void *grown = orm__resize(out->allocator, items, *capacity * size, larger * size);
    if (grown == NULL) {
        out->failed = true;
        return NULL;
    }
    *capacity = larger;
    return grown;
}

void orm__text_declare(orm__text *text, orm__param param)
{
    orm__compiled *out = text->out;
    orm__param *params =
        grow(out, out->params, &out->param_capacity, out->param_count, sizeof *params);
    if (params == NULL)
        return;
    out->params = params;
    out->params[out->param_count++] = param;
}

void orm__text_param(orm__text *text, orm__param param)
{
    orm__text_declare(text, param);
    orm__buffer_printf(&text->out->sql, "%c%zu", text->dialect->placeholder,
                       text->out->param_count);
}

orm__param orm__param_of(const orm_model *model, const orm_column *column)
{
    orm__param param = {.type = column->type,
                        .array = (column->flags & ORM_COLUMN_ARRAY) != 0,
                        .model = model,
                        .column = column};
    return param;
}

void orm__text_field(orm__text *text, const orm_model *model, const orm_column *column)
{
    orm__compiled *out = text->out;
    orm__field *fields =
        grow(out, out->fields, &out->field_capacity, out->field_count, sizeof *fields);
    if (fields == NULL)
        return;
    out->fields = fields;
    bool plain = (column->flags & (ORM_COLUMN_NULLABLE | ORM_COLUMN_ARRAY)) == 0;
    orm__field field = {.model = model,
                        .column = column,
                        .offset = column->offset,
                        .position = out->column_count,
                        .plain = plain ? column->type : (uint8_t)ORM_TYPE_NONE};
    out->fields[out->field_count++] = field;
    out->column_count++;
}
