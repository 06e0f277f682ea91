#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Steps back over a cut UTF-8 sequence at the end of `text`. */
static size_t whole_characters(const char *text, size_t length)
{
    size_t back = 0;
    while (back < 3 && back < length && ((unsigned char)text[length - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back >= length)
        return length;
    unsigned char lead = (unsigned char)text[length - 1 - back];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return back + 1 < need ? length - back - 1 : length;
}

void orm__copy_text(char *field, size_t size, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    if (length >= size)
        length = whole_characters(text, size - 1);
    if (length > 0)
        memcpy(field, text, length);
    field[length] = '\0';
}

orm_status orm__fail(orm_error *error, orm_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    memset(error, 0, sizeof *error);
    error->status = status;
    error->retryable = orm_status_is_retryable(status);
    va_list values;
    va_start(values, format);
    int length = vsnprintf(error->message, sizeof error->message, format, values);
    va_end(values);
    if (length >= (int)sizeof error->message)
        error->message[whole_characters(error->message, sizeof error->message - 1)] = '\0';
    return status;
}

void orm__fail_at(orm_error *error, const char *model, const char *column)
{
    if (error == NULL)
        return;
    if (model != NULL)
        orm__copy_text(error->model, sizeof error->model, model);
    if (column != NULL)
        orm__copy_text(error->column, sizeof error->column, column);
}

void orm__fail_in(orm_error *error, const char *statement, orm_site site)
{
    if (error == NULL)
        return;
    if (error->statement[0] == '\0')
        orm__copy_text(error->statement, sizeof error->statement, statement);
    if (error->site.line == 0)
        error->site = site;
}
