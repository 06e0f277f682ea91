#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/allocator.h"

void orm__buffer_init(orm__buffer *buffer, const orm_allocator *allocator, size_t limit)
{
    memset(buffer, 0, sizeof *buffer);
    buffer->allocator = allocator;
    buffer->limit = limit;
}

void orm__buffer_dispose(orm__buffer *buffer)
{
    orm__free(buffer->allocator, buffer->data, buffer->capacity);
    orm__buffer_init(buffer, buffer->allocator, buffer->limit);
}

void orm__buffer_clear(orm__buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

static bool reserve(orm__buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    if (more > buffer->limit - buffer->size) {
        buffer->failed = true;
        return false;
    }
    size_t need = buffer->size + more + 1;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < 128 ? 128 : buffer->capacity * 2;
    if (capacity < need)
        capacity = need;
    char *data = orm__resize(buffer->allocator, buffer->data, buffer->capacity, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *orm__buffer_extend(orm__buffer *buffer, size_t size)
{
    if (!reserve(buffer, size))
        return NULL;
    char *start = buffer->data + buffer->size;
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
    return start;
}

void orm__buffer_append(orm__buffer *buffer, const void *data, size_t size)
{
    char *start = orm__buffer_extend(buffer, size);
    if (start != NULL && size > 0)
        memcpy(start, data, size);
}

void orm__buffer_text(orm__buffer *buffer, const char *text)
{
    orm__buffer_append(buffer, text, strlen(text));
}

void orm__buffer_char(orm__buffer *buffer, char c)
{
    orm__buffer_append(buffer, &c, 1);
}

void orm__buffer_printf(orm__buffer *buffer, const char *format, ...)
{
    va_list values;
    va_list again;
    va_start(values, format);
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    char *start = length < 0 ? NULL : orm__buffer_extend(buffer, (size_t)length);
    /* reserve() always leaves room for the NUL that vsnprintf writes. */
    if (start != NULL)
        (void)vsnprintf(start, (size_t)length + 1, format, again);
    if (length < 0)
        buffer->failed = true;
    va_end(again);
    va_end(values);
}
