#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *orm__requests_resize(const orm_allocator *allocator, void *pointer, size_t old_size,
                           size_t new_size)
{
    if (allocator->resize != NULL)
        return allocator->resize(allocator->context, pointer, old_size, new_size);
    if (new_size > 0)
        return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

void orm__requests_text_clear(struct text *to)
{
    to->size = 0;
    to->failed = false;
}

void orm__requests_text_free(struct text *text)
{
    if (text->data != NULL)
        (void)orm__requests_resize(text->allocator, text->data, text->capacity, 0);
    *text = (struct text){.allocator = text->allocator};
}

static bool make_room(struct text *to, size_t size)
{
    size_t capacity = to->capacity == 0 ? 512 : to->capacity;
    if (to->failed)
        return false;
    while (capacity - to->size <= size && capacity <= SIZE_MAX / 4)
        capacity *= 2;
    if (capacity - to->size <= size) {
        to->failed = true;
        return false;
    }
    if (capacity == to->capacity)
        return true;
    char *data = orm__requests_resize(to->allocator, to->data, to->capacity, capacity);
    to->failed = data == NULL;
    if (to->failed)
        return false;
    to->data = data;
    to->capacity = capacity;
    return true;
}

void orm__requests_bytes(struct text *to, const char *bytes, size_t size)
{
    if (!make_room(to, size))
        return;
    memcpy(to->data + to->size, bytes, size);
    to->size += size;
    to->data[to->size] = '\0';
}

void orm__requests_add(struct text *to, const char *text)
{
    orm__requests_bytes(to, text, strlen(text));
}

void orm__requests_format(struct text *to, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    if (size < 0)
        to->failed = true;
    else if (make_room(to, (size_t)size)) {
        (void)vsnprintf(to->data + to->size, (size_t)size + 1, format, again);
        to->size += (size_t)size;
    }
    va_end(again);
    va_end(arguments);
}

/* The length of the UTF-8 character there, or 0 when it is none. The text ends in NUL. */
static size_t character_size(const unsigned char *text)
{
    size_t size = text[0] < 0x80 ? 1 : text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if ((text[0] >= 0x80 && text[0] < 0xC2) || text[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
    bool surrogate = text[0] == 0xED && text[1] >= 0xA0;
    bool beyond = text[0] == 0xF4 && text[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : size;
}

void orm__requests_json(struct text *to, const char *text)
{
    if (text == NULL) {
        orm__requests_add(to, "null");
        return;
    }
    orm__requests_add(to, "\"");
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t size = character_size(at);
        if (size == 0)
            orm__requests_add(to, "\\ufffd");
        else if (*at < 0x20 || *at == 0x7F)
            orm__requests_format(to, "\\u%04x", (unsigned)*at);
        else if (*at == '"' || *at == '\\')
            orm__requests_format(to, "\\%c", *at);
        else
            orm__requests_bytes(to, (const char *)at, size);
        at += size == 0 ? 1 : size;
    }
    orm__requests_add(to, "\"");
}

void orm__requests_json_number(struct text *to, const char *name, int64_t number)
{
    orm__requests_format(to, ",\"%s\":%lld", name, (long long)number);
}

void orm__requests_json_member(struct text *to, const char *name, const char *text)
{
    orm__requests_format(to, ",\"%s\":", name);
    orm__requests_json(to, text);
}

void orm__requests_json_site(struct text *to, const char *name, const char *root, orm_site site)
{
    orm__requests_format(to, ",\"%s\":", name);
    if (site.line == 0) {
        orm__requests_add(to, "null");
        return;
    }
    orm__requests_add(to, "{\"file\":");
    orm__requests_json(to, orm__requests_path(root, site.file));
    orm__requests_format(to, ",\"line\":%d,\"function\":", site.line);
    orm__requests_json(to, site.function);
    orm__requests_add(to, "}");
}

static const char *entity_of(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F ? "\xEF\xBF\xBD" : NULL;
    }
}

void orm__requests_html(struct text *to, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t size = character_size(at);
        const char *entity = size == 0 ? "\xEF\xBF\xBD" : entity_of(*at);
        if (entity != NULL)
            orm__requests_add(to, entity);
        else
            orm__requests_bytes(to, (const char *)at, size);
        at += size == 0 ? 1 : size;
    }
}

const char *orm__requests_path(const char *root, const char *file)
{
    size_t size = root == NULL ? 0 : strlen(root);
    if (file == NULL)
        return "";
    while (size > 0 && root[size - 1] == '/')
        size--;
    if (size == 0 || strncmp(file, root, size) != 0 || file[size] != '/')
        return file;
    return file + size + 1;
}
