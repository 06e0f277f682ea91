#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *rt_new(size_t size)
{
    void *memory = calloc(1, size > 0 ? size : 1);
    if (memory == NULL)
        exit(70);
    return memory;
}

void rt_add(rt_text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int size = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (text->size + (size_t)size + 1 > text->capacity) {
        text->capacity = (text->size + (size_t)size + 1) * 2;
        text->data = realloc(text->data, text->capacity);
        if (text->data == NULL)
            exit(70);
    }
    va_start(list, format);
    (void)vsnprintf(text->data + text->size, (size_t)size + 1, format, list);
    va_end(list);
    text->size += (size_t)size;
}

void rt_text_free(rt_text *text)
{
    free(text->data);
    memset(text, 0, sizeof *text);
}

uint64_t rt_bits(rt_random *random)
{
    uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

int rt_below(rt_random *random, int count)
{
    return (int)(rt_bits(random) % (uint64_t)count);
}

bool rt_chance(rt_random *random, int percent)
{
    return rt_below(random, 100) < percent;
}
